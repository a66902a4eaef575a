//! Exponential Euler: y + (1 − exp(−G dt)) / G · dy/dt, exact for dy/dt = I − G y with constant I.

/// What dy/dt is multiplied by, in ms; `rate` is G ≥ 0 in 1/ms.
pub(super) fn gain(dt: f64, rate: f64) -> f64 {
    match rate > 0.0 {
        true => -(-rate * dt).exp_m1() / rate,
        false => dt,
    }
}
