//! Weights that look like another connection between the same neurons the other way.

use apical_kernels::{Padded, Real};

use super::{Likeness, Norm, preserving};

/// Gives `weights` signs and norm of `other`, as `by` says. Both have a row per presynaptic neuron, so
/// that `weights` is compared with `other` transposed. Where `other` is zero, signs are positive and the
/// norm stays as it is.
pub(super) fn imitate<T: Real>(weights: &mut Padded<T>, other: &Padded<T>, by: Likeness) {
    let factor = match by.norm {
        Norm::Own => 1.0,
        Norm::Same => norm(other) / norm(weights),
        Norm::ErrorPreserving(transfer) => {
            preserving::norm(transfer, norm(other), weights.rows()) / norm(weights)
        }
    };
    let factor = T::of(if factor.is_finite() && factor > 0.0 {
        factor
    } else {
        1.0
    });
    if by.signs {
        take_signs(weights, other, factor);
    } else if by.norm != Norm::Own {
        let values = weights.values_mut().iter_mut();
        values.for_each(|value| *value *= factor);
    }
}

/// ‖W‖, summed in double precision row by row.
pub(crate) fn norm<T: Real>(weights: &Padded<T>) -> f64 {
    let rows = (0..weights.rows()).map(|r| {
        let values = weights.row(r).iter();
        values.map(|w| w.wide() * w.wide()).sum::<f64>()
    });
    rows.sum::<f64>().sqrt()
}

/// w_ji ← |w_ji| · factor · sign(other_ij), in blocks that stay in the first cache.
fn take_signs<T: Real>(weights: &mut Padded<T>, other: &Padded<T>, factor: T) {
    const BLOCK: usize = 16;
    let (rows, cols, stride) = (weights.rows(), weights.cols(), weights.stride());
    let values = weights.values_mut();
    for from in (0..rows).step_by(BLOCK) {
        for i in 0..cols {
            let signs = &other.row(i)[from..rows.min(from + BLOCK)];
            for (j, sign) in (from..).zip(signs) {
                let w = &mut values[j * stride + i];
                let size = w.abs() * factor;
                *w = if *sign < T::zero() { -size } else { size };
            }
        }
    }
}
