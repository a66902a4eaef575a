//! What a circuit in continuous time carries from pattern to pattern.

use apical_kernels::{Padded, Real};
use apical_learning::{Carried, StoreError, Streams, TensorName};
use ndarray::{Array2, ArrayD};

use super::learning::Learning;
use super::noise::Noise;
use crate::activity::{carry_layers, put_aside};
use crate::circuit::sacramento_2018::state::State;
use crate::feedback::Listening;
use crate::integrator::Pace;
use crate::table::Weights;

/// Potentials of every copy, the filters of plasticity, and the noise.
///
/// A copy is a row. A smaller minibatch uses the first copies and lets the others wait; copies that
/// were never used are at rest, with all potentials and filtered input rates zero.
pub struct ContinuousState<T> {
    sizes: Vec<usize>,
    /// Somata, interneurons and filtered inputs of all copies, as they were when last put aside.
    waiting: Vec<Padded<T>>,
    pub(crate) copies: State<T>,
    pub(crate) learning: Learning<T>,
    pub(crate) noise: Noise,
    /// What feedback hears, where it listens to noise.
    pub(crate) listening: Option<Listening<T>>,
    pub(crate) time_ms: f64,
}

impl<T: Real> ContinuousState<T> {
    pub(crate) fn new(
        sizes: &[usize],
        weights: &Weights<T>,
        streams: Streams,
        n_copies: usize,
        listens: bool,
    ) -> Self {
        let mut copies = State::new(sizes, n_copies);
        Self {
            waiting: copies.carried().map(|m| m.clone()).collect(),
            sizes: sizes.to_vec(),
            copies,
            learning: Learning::new(weights),
            noise: Noise::new(&mut streams.stream("noise")),
            listening: listens.then(|| Listening::new(sizes, n_copies, streams)),
            time_ms: 0.0,
        }
    }

    /// Makes `n_copies` copies take part.
    pub(crate) fn set_copies(&mut self, n_copies: usize) {
        if n_copies == self.copies.n_samples() {
            return;
        }
        let mut next = State::new(&self.sizes, n_copies);
        let pairs = self.copies.carried().zip(next.carried());
        for (waiting, (old, new)) in self.waiting.iter_mut().zip(pairs) {
            put_aside(old, waiting, new);
        }
        self.copies = next;
        if let Some(listening) = &mut self.listening {
            listening.set_copies(n_copies);
        }
    }

    /// Shows `carried` all of it.
    pub(super) fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        carry_layers(&mut carried.within("waiting"), &mut self.waiting)?;
        self.copies.carry(&mut carried.within("copies"))?;
        let learning = &mut self.learning;
        learning.filter.carry(&mut carried.within("filter"))?;
        (learning.accumulated).carry(&mut carried.within("accumulated"))?;
        learning.pace.carry(&mut carried.within("pace"))?;
        carried.normals("noise", &mut self.noise.normals)?;
        if let Some(listening) = &mut self.listening {
            listening.carry(&mut carried.within("listening"))?;
        }
        carried.number("time_ms", &mut self.time_ms)
    }

    /// Potentials and rates of the copies that took part last; all compartments belong to the same
    /// time. The filtered input rates are the rates of layer 0.
    pub fn potentials(&self) -> &State<T> {
        &self.copies
    }

    /// Filtered input rates r_0, `[n_copies, n_inputs]`.
    pub fn filtered_inputs(&self) -> Array2<f64> {
        self.copies.rate[0].view().mapv(T::wide)
    }

    /// Δ, the filtered induction term of the tensor `name`.
    pub fn filter(&self, name: TensorName) -> Option<ArrayD<f64>> {
        self.learning.filter.tensor(name)
    }

    /// The adaptive integrator's steps since the session began; none with another integrator.
    pub fn pace(&self) -> Pace {
        self.learning.pace
    }

    /// Time since the session began at rest, in ms.
    pub fn time_ms(&self) -> f64 {
        self.time_ms
    }
}
