//! What the activity of a batch needs in every circuit: a row per sample.

use apical_kernels::{Padded, Real};
use apical_learning::{Carried, LearnError, StoreError};
use ndarray::ArrayView2;

/// Fails unless `found` is `[any, n]`.
pub(crate) fn check_width(
    what: &str,
    found: ArrayView2<'_, f32>,
    n: usize,
) -> Result<(), LearnError> {
    if found.ncols() == n {
        return Ok(());
    }
    Err(LearnError::Shape {
        what: what.to_owned(),
        found: found.shape().to_vec(),
        expected: vec![found.nrows(), n],
    })
}

/// Puts the rows of `old`, a copy of the circuit each, aside in `waiting`, and fills `new` with the first of
/// those that are known; what was never used stays as it is.
pub(crate) fn put_aside<T: Real>(old: &Padded<T>, waiting: &mut Padded<T>, new: &mut Padded<T>) {
    let n_known = waiting.rows().max(old.rows());
    waiting.set_rows(n_known);
    for b in 0..old.rows() {
        waiting.row_mut(b).copy_from_slice(old.row(b));
    }
    for b in 0..new.rows().min(n_known) {
        new.row_mut(b).copy_from_slice(waiting.row(b));
    }
}

/// Shows `carried` the matrices of all layers, or of all that waits.
pub(crate) fn carry_layers<T: Real>(
    carried: &mut Carried<'_>,
    layers: &mut [Padded<T>],
) -> Result<(), StoreError> {
    let mut layers = layers.iter_mut().enumerate();
    layers.try_for_each(|(k, matrix)| carried.matrix(k, matrix))
}
