//! Presynaptic rates less their running mean.
//!
//! ΔW_{k+1,k} = η d_{k+1} (r_k − r̄_k)ᵀ, Δb_{k+1} = η d_{k+1} − ΔW_{k+1,k} r̄_k
//!
//! That is gradient descent in a network written as u_{k+1} = W_{k+1,k} (r_k − r̄_k) + b′_{k+1}, whose
//! thresholds b′ = b + W r̄ are those at the mean rates. A synapse has to know the running mean of the rate
//! that arrives at it, and a neuron's threshold how its weights change. Steps are stable while
//! η φ′ ‖r_k − r̄_k‖² stays below about 2, where ‖r_k‖² would have to without.

use apical_kernels::{Padded, Real};
use apical_learning::{LearnError, Network, TensorName, check_shape};
use ndarray::{Array1, ArrayD, ArrayViewD};

/// r̄_k of hidden layers at index `k − 1`, one row each. Input rates are left as they are.
#[derive(Clone)]
pub(crate) struct Means<T> {
    /// The share by which a minibatch moves the means.
    share: f64,
    rows: Vec<Padded<T>>,
}

impl<T: Real> Means<T> {
    /// Means that begin at φ(0).
    pub(crate) fn new(network: &Network, share: f64) -> Self {
        let sizes = network.sizes();
        let at_rest = network.transfer().rate(T::zero());
        let row = |&n: &usize| {
            let mut row = Padded::zeros(1, n);
            row.row_mut(0).fill(at_rest);
            row
        };
        Self {
            share,
            rows: sizes[1..network.n_layers()].iter().map(row).collect(),
        }
    }

    /// The name of r̄_k.
    pub(crate) fn name(k: usize) -> TensorName {
        TensorName::own("mean_rate", k)
    }

    /// The names of all.
    pub(crate) fn names(&self) -> impl Iterator<Item = TensorName> {
        (1..=self.rows.len()).map(Self::name)
    }

    /// r̄_k.
    pub(crate) fn get(&self, name: TensorName) -> Option<Array1<f64>> {
        Some(self.rows[self.index(name)?].view().row(0).mapv(T::wide))
    }

    /// Replaces r̄_k; `None` where `name` is of something else.
    pub(crate) fn set(
        &mut self,
        name: TensorName,
        values: ArrayViewD<'_, f64>,
    ) -> Option<Result<(), LearnError>> {
        let index = self.index(name)?;
        let row = self.rows[index].row_mut(0);
        let fits = check_shape(name, values.shape(), &[row.len()]);
        Some(fits.map(|()| {
            for (own, &value) in row.iter_mut().zip(values) {
                *own = T::of(value);
            }
        }))
    }

    fn index(&self, name: TensorName) -> Option<usize> {
        self.names().position(|own| own == name)
    }

    /// All means, in double precision, of hidden layers at index `k − 1`.
    pub(crate) fn wide(&self) -> Vec<Array1<f64>> {
        let rows = self.rows.iter();
        rows.map(|row| row.view().row(0).mapv(T::wide)).collect()
    }

    /// r_k − r̄_k.
    pub(crate) fn centred(&self, k: usize, rates: &Padded<T>) -> Padded<T> {
        let mut centred = rates.clone();
        for b in 0..rates.rows() {
            for (r, &mean) in centred.row_mut(b).iter_mut().zip(self.rows[k - 1].row(0)) {
                *r -= mean;
            }
        }
        centred
    }

    /// What of Δb a sample gives: with post the factor of that sample, Δb = Σ post (1 − (r_k − r̄_k) · r̄_k).
    pub(crate) fn threshold_shares(&self, k: usize, centred: &Padded<T>) -> Vec<T> {
        let mean = self.rows[k - 1].row(0);
        let share = |b| {
            let products = centred.row(b).iter().zip(mean).map(|(&r, &mean)| r * mean);
            T::one() - products.fold(T::zero(), |sum, x| sum + x)
        };
        (0..centred.rows()).map(share).collect()
    }

    /// r̄_k after a minibatch with `rates`.
    pub(crate) fn next(&self, k: usize, rates: &Padded<T>) -> Padded<T> {
        let mut next = self.rows[k - 1].clone();
        let per_sample = T::of(self.share / rates.rows() as f64);
        let keep = T::of(1.0 - self.share);
        next.row_mut(0).iter_mut().for_each(|mean| *mean *= keep);
        for b in 0..rates.rows() {
            for (mean, &r) in next.row_mut(0).iter_mut().zip(rates.row(b)) {
                *mean += per_sample * r;
            }
        }
        next
    }

    /// Takes what [`Means::next`] gave.
    pub(crate) fn take(&mut self, k: usize, next: Padded<T>) {
        self.rows[k - 1] = next;
    }
}

/// A row as a tensor.
pub(crate) fn tensor<T: Real>(row: &Padded<T>) -> ArrayD<f64> {
    row.view().row(0).mapv(T::wide).into_dyn()
}
