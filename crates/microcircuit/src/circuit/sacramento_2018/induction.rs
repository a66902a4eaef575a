//! What basal synapses and those of interneurons learn from, in every form.

use apical_kernels::{Padded, Real, rate_difference, subtract, times_slope};
use apical_keys::Described;
use apical_learning::Transfer;
use serde::{Deserialize, Serialize};

/// What basal synapses and those of interneurons learn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Plasticity {
    /// φ(u) − φ(v̂), as in eqs. 7 and 8.
    #[default]
    RateDifference,
    /// φ′(v̂)(u − v̂): interneurons then mirror the forward weights at any nudge. Source of the form:
    /// Urbanczik and Senn (2014).
    Slope,
}

impl Plasticity {
    /// scale · (φ(u) − φ(v̂)), or scale · φ′(v̂)(u − v̂); potentials with their rates.
    pub(super) fn error<T: Real>(
        self,
        transfer: Transfer,
        (u, r): (&Padded<T>, &Padded<T>),
        (v, r_v): (&Padded<T>, &Padded<T>),
        scale: T,
        out: &mut Padded<T>,
    ) {
        match self {
            Self::RateDifference => {
                rate_difference(r.values(), r_v.values(), scale, out.values_mut());
            }
            Self::Slope => {
                subtract(u.values(), v.values(), out.values_mut());
                let of = (v.values(), r_v.values());
                times_slope(transfer, of, scale, out.values_mut());
            }
        }
    }
}
