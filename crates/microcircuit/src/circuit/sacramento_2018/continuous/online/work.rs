//! What a step needs at least, in multiply-adds and bytes, bare sizes without padding.
//!
//! Of two steps of a plastic connection one reads W, A and the filter and writes A and the filter:
//! filter + post pre for both steps, A + gain · filter for this step and the next, and (W + A) r, five
//! multiply-adds; the other reads W and A for a single one. A fixed connection is read for one multiply-add.
//! The input layer, whatever its width, lies in the span of the pattern and of what is left of the last
//! one: about 8 vectors of the first layer's width are read, 4 written, with ten multiply-adds each. Somata
//! are read and written; three multiply-adds each, and φ of u and, where it learns, of the dendrite. Additions
//! and comparisons are not counted.

use apical_learning::Transfer;

use super::super::parameters::ContinuousParameters;
use crate::table::ConnectionId;

/// Multiply-adds of φ in single precision (crates/kernels/src/curve/single.rs): polynomials of 2ˣ and of
/// log(1 + x), and what stands around them.
fn of_transfer(transfer: Transfer) -> f64 {
    match transfer {
        Transfer::Softplus { .. } => 14.0,
        Transfer::Logistic => 5.0,
        Transfer::Tanh => 6.0,
        Transfer::Relu => 0.0,
    }
}

/// Multiply-adds and bytes of a step, of values of `n_bytes`.
pub(super) fn of_step(
    p: &ContinuousParameters,
    sizes: &[usize],
    is_plastic: bool,
    n_bytes: usize,
) -> (f64, f64) {
    let c = &p.circuit;
    let learns = |id: ConnectionId| is_plastic && c.rate(id) != 0.0;
    let (mut n_plastic, mut n_fixed, mut n_interneurons) = (0, 0, 0);
    for k in 1..sizes.len() - 1 {
        let mut ids = vec![c.forward(k + 1), c.feedback(k), c.lateral(k)];
        ids.extend(c.ideal_factor(k).is_none().then(|| c.interneuron(k)));
        for id in ids {
            match learns(id) {
                true => n_plastic += sizes[k] * sizes[k + 1],
                false => n_fixed += sizes[k] * sizes[k + 1],
            }
        }
        n_interneurons += sizes[k + 1];
    }
    let n_neurons = sizes[1..].iter().sum::<usize>() + n_interneurons;
    let n_curves = if is_plastic { 2.0 } else { 1.0 };
    let [plastic, fixed, first, neurons] =
        [n_plastic, n_fixed, sizes[1], n_neurons].map(|n| n as f64);
    let multiply_adds = 3.0 * plastic
        + fixed
        + 10.0 * first
        + 3.0 * neurons
        + n_curves * neurons * of_transfer(p.transfer);
    let read = 2.5 * plastic + fixed + 8.0 * first + neurons;
    let written = plastic + 4.0 * first + neurons;
    (multiply_adds, n_bytes as f64 * (read + written))
}
