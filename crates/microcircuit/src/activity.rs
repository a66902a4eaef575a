//! What the activity of a batch needs in every circuit: a row per sample.

use apical_kernels::{Columns, Padded, Real, rates};
use apical_learning::{Carried, LearnError, StoreError, Transfer};
use ndarray::ArrayView2;

/// r = φ(u) for all samples; the padding is left zero.
pub(crate) fn phi<T: Real>(transfer: Transfer, u: &Padded<T>, r: &mut Padded<T>) {
    for b in 0..u.rows() {
        rates(transfer, u.row(b), r.row_mut(b));
    }
}

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

/// The neurons of a layer that are not silent in all samples.
#[derive(Default)]
pub(crate) struct Active {
    list: Vec<u32>,
    /// Room to find them: a value per neuron.
    is_active: Vec<u32>,
}

impl Active {
    /// Finds them in the rates of a layer.
    pub(crate) fn find<T: Real>(&mut self, rates: &Padded<T>) {
        self.is_active.clear();
        self.is_active.resize(rates.cols(), 0);
        for b in 0..rates.rows() {
            for (active, &r) in self.is_active.iter_mut().zip(rates.row(b)) {
                *active |= u32::from(r != T::zero());
            }
        }
        self.list.clear();
        let not_silent = (0..)
            .zip(&self.is_active)
            .filter(|&(_, active)| *active != 0);
        self.list.extend(not_silent.map(|(j, _)| j));
    }

    /// These columns alone take part in a product.
    pub(crate) fn columns(&self) -> Columns<'_> {
        Columns::Some(&self.list)
    }
}
