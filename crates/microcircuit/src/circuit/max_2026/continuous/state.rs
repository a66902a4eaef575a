//! What the circuit in continuous time carries from pattern to pattern.

use apical_kernels::{Padded, Real};
use apical_learning::{Carried, StoreError};

use crate::activity::{carry_layers, put_aside};
use crate::circuit::max_2026::stability::Settling;
use crate::circuit::max_2026::state::State;
use crate::feedback::Listening;

/// Potentials of every copy, and the target that acts.
///
/// A copy is a row. A smaller minibatch uses the first copies and lets the others wait; copies that
/// were never used are at rest.
pub struct ContinuousState<T> {
    sizes: Vec<usize>,
    /// Somata, errors and targets of all copies, as they were when last put aside.
    waiting: Vec<Padded<T>>,
    pub(super) copies: State<T>,
    /// Whether a target acts at the end of the last presentation.
    pub(super) is_taught: bool,
    /// Whether the error loop settles.
    pub(super) settling: Settling,
    /// What feedback hears, where it listens to noise.
    pub(super) listening: Option<Listening<T>>,
    pub(super) time_ms: f64,
}

impl<T: Real> ContinuousState<T> {
    pub(super) fn new(sizes: &[usize], n_copies: usize, listening: Option<Listening<T>>) -> Self {
        let mut copies = State::new(sizes, n_copies);
        Self {
            waiting: copies.carried().map(|m| m.clone()).collect(),
            sizes: sizes.to_vec(),
            copies,
            is_taught: false,
            settling: Settling::default(),
            listening,
            time_ms: 0.0,
        }
    }

    /// Makes `n_copies` copies take part.
    pub(super) fn set_copies(&mut self, n_copies: usize) {
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
        carried.flag("is_taught", &mut self.is_taught)?;
        self.settling.carry(&mut carried.within("settling"))?;
        if let Some(listening) = &mut self.listening {
            listening.carry(&mut carried.within("listening"))?;
        }
        carried.number("time_ms", &mut self.time_ms)
    }

    /// Potentials, rates and errors of the copies that took part last.
    pub fn potentials(&self) -> &State<T> {
        &self.copies
    }

    /// Time since the session began at rest, in ms.
    pub fn time_ms(&self) -> f64 {
        self.time_ms
    }
}
