//! eˣ and log(1 + y) against the standard library.

use apical_kernels::exponential::{exp, log1p_of_unit};

#[test]
fn exp_agrees_with_the_standard_library() {
    for i in -7_080..7_090 {
        let x = i as f64 / 10.0;
        assert!((exp(x) / x.exp() - 1.0).abs() < 2e-15, "{x}");
    }
    assert!(exp(f64::NAN).is_nan());
    assert!(exp(-1e30) < 4e-308);
}

#[test]
fn log1p_agrees_with_the_standard_library() {
    for i in 0..=1_000 {
        let y = i as f64 / 1_000.0;
        assert!((log1p_of_unit(y) - y.ln_1p()).abs() < 3e-16, "{y}");
    }
}
