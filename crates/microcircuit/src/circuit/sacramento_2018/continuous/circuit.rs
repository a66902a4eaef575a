//! The circuit in continuous time, and how it is shown patterns.

use apical_kernels::Real;
use apical_learning::{ForwardWeights, LearnError, Network, SpecError, Streams};
use ndarray::ArrayView2;

use super::dendrites::Synapses;
use super::form::{self, By, Run};
use super::online;
use super::parameters::{ContinuousParameters, Increments};
use super::presentation::{Lent, Presentation, Seen};
use super::spec::ContinuousSpec;
use super::state::ContinuousState;
use crate::circuit::sacramento_2018::anatomy::Anatomy;
use crate::circuit::sacramento_2018::oracle::continuous::Oracle;
use crate::circuit::sacramento_2018::state::State;
use crate::integrator::UpdateOrder;

/// The microcircuit in continuous time; a minibatch is one presentation.
///
/// Learning carries the session's state on from presentation to presentation. Predictions and
/// readings run beside it: on copies that begin at rest, without noise and plasticity.
#[derive(Clone)]
pub struct Continuous<T> {
    pub(super) anatomy: Anatomy<T>,
    pub(super) parameters: ContinuousParameters,
    is_plain: bool,
}

impl<T: Real> Continuous<T> {
    /// A circuit with forward weights `start`; all other weights by `spec`, random ones from
    /// `streams`. `T` must be the type that `spec.precision` names.
    #[inline(never)]
    pub fn new(
        network: &Network,
        start: &ForwardWeights<f32>,
        spec: &ContinuousSpec,
        streams: Streams,
    ) -> Result<Self, SpecError> {
        let parameters = ContinuousParameters::new(spec, network)?;
        Ok(Self {
            anatomy: Anatomy::new(network, parameters.circuit.table(), start, streams),
            parameters,
            is_plain: false,
        })
    }

    /// A presentation with which the weights change too. On an error the weights keep what they had
    /// learned until then only where increments are summed in them.
    #[inline(never)]
    pub(super) fn teach(
        &mut self,
        session: &mut ContinuousState<T>,
        inputs: ArrayView2<'_, f32>,
        target_potentials: Option<ArrayView2<'_, f32>>,
        is_plastic: bool,
        seen: Option<Seen<'_, T>>,
    ) -> Result<(), LearnError> {
        let lends_weights = self.parameters.increments == Increments::InWeights;
        if lends_weights {
            std::mem::swap(&mut self.anatomy.weights, &mut session.learning.accumulated);
        }
        let presented = self.present(session, inputs, target_potentials, is_plastic, seen);
        if lends_weights {
            std::mem::swap(&mut self.anatomy.weights, &mut session.learning.accumulated);
        }
        presented?;
        if !lends_weights {
            session.learning.fold_into(&mut self.anatomy.weights);
        }
        self.read(session, !lends_weights);
        Ok(())
    }

    /// The same circuit, computed by the plain loop throughout: what faster ones are held against.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.is_plain = true;
        self
    }

    /// The same circuit with σ = 0.
    #[must_use]
    pub fn without_noise(mut self) -> Self {
        self.parameters.noise.sigma = 0.0;
        self
    }

    pub(super) fn is_online(&self) -> bool {
        !self.is_plain && online::knows(&self.parameters)
    }

    /// Conductances, mixing factors and the learning rates of now: a share of the specification's.
    pub fn parameters(&self) -> &ContinuousParameters {
        &self.parameters
    }

    /// One presentation of `inputs` `[n_samples, n_inputs]` without a teacher, plasticity on.
    pub fn learn_without_teacher(
        &mut self,
        session: &mut ContinuousState<T>,
        inputs: ArrayView2<'_, f32>,
    ) -> Result<(), LearnError> {
        self.teach(session, inputs, None, true, None)
    }

    /// One presentation of `inputs` `[n_samples, n_inputs]` with noise, and with a teacher if there
    /// are target potentials `[n_samples, n_outputs]`; `seen` is shown the state of every step, all
    /// compartments of its beginning. Without plasticity neither weights nor filters change.
    pub fn observe(
        &mut self,
        session: &mut ContinuousState<T>,
        inputs: ArrayView2<'_, f32>,
        target_potentials: Option<ArrayView2<'_, f32>>,
        is_plastic: bool,
        mut seen: impl FnMut(usize, &State<T>),
    ) -> Result<(), LearnError> {
        self.teach(
            session,
            inputs,
            target_potentials,
            is_plastic,
            Some(&mut seen),
        )
    }

    /// Carries the session through one presentation; the weights' increments stay in the session.
    #[inline(never)]
    pub(super) fn present(
        &self,
        session: &mut ContinuousState<T>,
        inputs: ArrayView2<'_, f32>,
        target_potentials: Option<ArrayView2<'_, f32>>,
        is_plastic: bool,
        seen: Option<Seen<'_, T>>,
    ) -> Result<(), LearnError> {
        let presentation = self.presentation(inputs, target_potentials, session.time_ms)?;
        session.set_copies(inputs.nrows());
        let lent = Lent {
            learning: &mut session.learning,
            is_plastic,
            noise: &mut session.noise,
            listening: session.listening.as_mut(),
        };
        let mut unseen = |_: usize, _: &State<T>| {};
        form::run(Run {
            presentation: &presentation,
            state: &mut session.copies,
            lent: Some(lent),
            by: match seen {
                None if inputs.nrows() == 1 && self.is_online() => By::Online(None),
                None => By::Plain(&mut unseen),
                Some(seen) => By::Plain(seen),
            },
        })?;
        session.time_ms += self.parameters.n_steps as f64 * self.parameters.dt_ms;
        Ok(())
    }

    pub(super) fn presentation(
        &self,
        inputs: ArrayView2<'_, f32>,
        target_potentials: Option<ArrayView2<'_, f32>>,
        start_ms: f64,
    ) -> Result<Presentation<'_, T>, LearnError> {
        Presentation::new(
            &self.parameters,
            (&self.anatomy.weights, self.anatomy.lateral_cancels),
            &self.anatomy.network,
            inputs,
            target_potentials,
            start_ms,
        )
    }

    /// Brings the session's dendrites and rates to its somata; a sweep has done so itself.
    pub(super) fn read(&self, session: &mut ContinuousState<T>, with_increments: bool) {
        if self.parameters.update_order == UpdateOrder::LayerSweep {
            return;
        }
        let learning = Some(&session.learning).filter(|_| with_increments);
        let synapses = Synapses::of(
            &self.parameters,
            &self.anatomy.weights,
            learning,
            self.anatomy.lateral_cancels,
        );
        session.copies.find_active_inputs();
        synapses.read(&mut session.copies);
    }

    /// One presentation on copies that begin at rest, without noise and plasticity.
    pub(super) fn run_from_rest(
        &self,
        inputs: ArrayView2<'_, f32>,
        target_potentials: Option<ArrayView2<'_, f32>>,
        seen: Seen<'_, T>,
    ) -> Result<State<T>, LearnError> {
        let presentation = self.presentation(inputs, target_potentials, 0.0)?;
        let mut state = State::new(self.anatomy.network.sizes(), inputs.nrows());
        form::run(Run {
            presentation: &presentation,
            state: &mut state,
            lent: None,
            by: By::Plain(seen),
        })?;
        Ok(state)
    }
}

impl Continuous<f64> {
    /// The same circuit at rest, written out: what all loops are held against.
    #[inline]
    pub fn oracle(&self) -> Oracle {
        Oracle::new(&self.parameters, &self.anatomy.weights)
    }
}
