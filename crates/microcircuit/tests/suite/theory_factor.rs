//! The theory's factor by hand.

use apical_microcircuit::circuit::sacramento_2018::update_factor;

#[test]
fn one_factor_per_layer() {
    let factor = |k| update_factor(k, 0.1, &[0.3, 0.5], &[0.1, 0.2], &[0.5, 1.0, 1.0]);
    assert!((factor(3) - 0.1).abs() < 1e-15);
    assert!((factor(2) - 0.1 * 0.5 * 0.8).abs() < 1e-15);
    assert!((factor(1) - 0.1 * 0.5 * 0.8 * 0.3 * 0.9 / 0.5).abs() < 1e-15);
}
