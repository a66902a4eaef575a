//! Euler: y + dt dy/dt. Of dy/dt = I − G y it is unstable from dt = 2 / G.

/// What dy/dt is multiplied by, in ms.
pub(super) fn gain(dt: f64) -> f64 {
    dt
}
