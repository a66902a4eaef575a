//! Neurons that take part in the products of a minibatch.

use crate::{Columns, Padded, Real};

/// The neurons of a layer that are not silent in all samples.
#[derive(Debug, Clone, Default)]
pub struct Active {
    list: Vec<u32>,
    /// Room to find them: a value per neuron.
    is_active: Vec<u32>,
}

impl Active {
    /// Finds them in the rates of a layer.
    pub fn find<T: Real>(&mut self, rates: &Padded<T>) {
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
    pub fn columns(&self) -> Columns<'_> {
        Columns::Some(&self.list)
    }
}
