//! Growth of known linear systems.

use apical_microcircuit::circuit::sacramento_2018::{rectified_growth, spectral_abscissa};
use ndarray::array;

#[test]
fn abscissae_of_known_matrices() {
    for (j, expected) in [
        (array![[-2.0, 0.0], [0.0, -0.5]], -0.5),
        // −1 ± 3 i.
        (array![[-1.0, 3.0], [-3.0, -1.0]], -1.0),
        // Far from normal.
        (array![[0.25, 100.0], [0.0, -3.0]], 0.25),
    ] {
        let found = spectral_abscissa(&j);
        assert!((found - expected).abs() < 2e-3, "{found} for {expected}");
    }
}

#[test]
fn rectification_opens_loops_that_need_both_signs() {
    // Mutual excitation grows at −1 + 2; mutual inhibition has the same eigenvalues and a loop gain
    // of the same size, but only one of the two neurons is active in the end.
    let leak = array![[-1.0, 0.0], [0.0, -1.0]];
    let excitation = array![[0.0, 2.0], [2.0, 0.0]];
    let inhibition = &excitation * -1.0;
    assert!((spectral_abscissa(&(&leak + &excitation)) - 1.0).abs() < 1e-3);
    assert!((spectral_abscissa(&(&leak + &inhibition)) - 1.0).abs() < 1e-3);
    // Euler's (1 + 0.1)^n grows at ln(1.1) / 0.1.
    let grown = rectified_growth(&leak, &excitation);
    assert!((grown - 1.1_f64.ln() / 0.1).abs() < 1e-6, "{grown}");
    assert!(rectified_growth(&leak, &inhibition) < -0.9);
}
