//! The circuit in continuous time as a learner.

use apical_kernels::Real;
use apical_learning::{
    Activities, Batch, ForwardNetwork, ForwardWeights, LearnError, Learner, Network, Phase,
    PhaseTimer, SpecError, Streams, Teacher, Tensors, Updates,
};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

use super::dendrites::Synapses;
use super::parameters::{ContinuousParameters, Increments};
use super::presentation::{Lent, Presentation};
use super::spec::ContinuousSpec;
use super::state::ContinuousState;
use super::{form, online, plasticity};
use crate::circuit::sacramento_2018::anatomy::Anatomy;
use crate::circuit::sacramento_2018::oracle::continuous::Oracle;
use crate::circuit::sacramento_2018::state::{State, activities_of};
use crate::integrator::UpdateOrder;

/// Is shown the state of a step.
type Seen<'a, T> = &'a mut dyn FnMut(usize, &State<T>);

/// With more synapses between hidden layers and those above, predictions are made in batches.
const MOST_ONLINE_SYNAPSES: usize = 1 << 15;

/// The microcircuit in continuous time; a minibatch is one presentation.
///
/// Learning carries the session's state on from presentation to presentation. Predictions and
/// readings run beside it: on copies that begin at rest, without noise and plasticity.
#[derive(Clone)]
pub struct Continuous<T> {
    anatomy: Anatomy<T>,
    parameters: ContinuousParameters,
    is_plain: bool,
}

impl<T: Real> Continuous<T> {
    /// A circuit with forward weights `start`; all other weights by `spec`, random ones from
    /// `streams`. `T` must be the type that `spec.precision` names.
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
    fn teach(
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

    fn is_online(&self) -> bool {
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
    fn present(
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
        };
        match seen {
            None if inputs.nrows() == 1 && self.is_online() => {
                form::run_online(&presentation, &mut session.copies, Some(lent), None)?;
            }
            None => form::run(&presentation, &mut session.copies, Some(lent), |_, _| {})?,
            Some(seen) => form::run(&presentation, &mut session.copies, Some(lent), seen)?,
        }
        session.time_ms += self.parameters.n_steps as f64 * self.parameters.dt_ms;
        Ok(())
    }

    fn presentation(
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
    fn read(&self, session: &mut ContinuousState<T>, with_increments: bool) {
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
    fn run_from_rest(
        &self,
        inputs: ArrayView2<'_, f32>,
        target_potentials: Option<ArrayView2<'_, f32>>,
        seen: impl FnMut(usize, &State<T>),
    ) -> Result<State<T>, LearnError> {
        let presentation = self.presentation(inputs, target_potentials, 0.0)?;
        let mut state = State::new(self.anatomy.network.sizes(), inputs.nrows());
        form::run(&presentation, &mut state, None, seen)?;
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

impl<T: Real> Learner for Continuous<T> {
    type Session = ContinuousState<T>;

    fn tensors(&self) -> &dyn Tensors {
        &self.anatomy
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        &mut self.anatomy
    }

    fn session(&self, streams: Streams, n_parallel: usize) -> ContinuousState<T> {
        ContinuousState::new(
            self.anatomy.network.sizes(),
            &self.anatomy.weights,
            streams,
            n_parallel,
        )
    }

    fn is_stateful(&self) -> bool {
        true
    }

    /// At share 0 filters stand still.
    fn set_rate_share(&mut self, share: f64) {
        self.parameters.circuit.set_rate_share(share);
    }

    /// What one presentation from the session's state changes: the increments during it, and what
    /// the filter has taken in and not yet given out, η τ_w (Δ at its end − Δ at its beginning).
    /// That sum is η ∫ ⟨post · preᵀ⟩ dt over the presentation. The session advances; the weights
    /// do not, although during the presentation synapses change as they do while learning.
    fn propose(
        &self,
        session: &mut ContinuousState<T>,
        batch: Batch<'_>,
    ) -> Result<Updates, LearnError> {
        let before = session.learning.filter.clone();
        let begins_with = match self.parameters.increments {
            Increments::Apart => self.anatomy.weights.zeros_like(),
            Increments::InWeights => self.anatomy.weights.clone(),
        };
        let kept_out = std::mem::replace(&mut session.learning.accumulated, begins_with);
        let presented = self.present(
            session,
            batch.inputs,
            Some(batch.target_potentials),
            true,
            None,
        );
        let increments = std::mem::replace(&mut session.learning.accumulated, kept_out);
        presented?;
        let p = &self.parameters;
        self.read(session, false);
        let residue_ms = plasticity::residue_ms(p);
        let mut updates = Updates::new();
        for (id, connection) in self.anatomy.weights.table().plastic() {
            let (name, rate) = (connection.name, p.circuit.rate(id));
            let (Some(change), Some(from), Some(to)) = (
                increments.tensor(name),
                before.tensor(name),
                session.learning.filter.tensor(name),
            ) else {
                continue;
            };
            let change = match p.increments {
                Increments::Apart => change,
                Increments::InWeights => {
                    change - self.anatomy.weights.tensor(name).unwrap_or_default()
                }
            };
            updates.push_change(name, change + (to - from) * (rate * residue_ms));
        }
        Ok(updates)
    }

    /// One presentation. What the filter holds at its end changes weights later, not now.
    fn learn(
        &mut self,
        session: &mut ContinuousState<T>,
        batch: Batch<'_>,
        timer: &mut PhaseTimer<'_>,
    ) -> Result<(), LearnError> {
        timer.enter(Phase::Fused);
        self.teach(
            session,
            batch.inputs,
            Some(batch.target_potentials),
            true,
            None,
        )
    }

    /// Gives out what the filter holds, η τ_w Δ, and empties it.
    fn flush(&mut self, session: &mut ContinuousState<T>) -> Result<(), LearnError> {
        let residue_ms = plasticity::residue_ms(&self.parameters);
        let circuit = &self.parameters.circuit;
        for (id, connection) in circuit.table().plastic() {
            let rate = circuit.rate(id);
            if rate != 0.0
                && let Some(held) = session.learning.filter.tensor(connection.name)
            {
                let change = held * (rate * residue_ms);
                self.anatomy
                    .weights
                    .write(connection.name, change.view(), true)?;
            }
        }
        session.learning.filter = self.anatomy.weights.zeros_like();
        Ok(())
    }

    /// Output rates averaged over the last `readout_window_ms` of a presentation without teacher,
    /// noise and plasticity that begins at rest. The session is left as it is.
    fn predict(
        &self,
        _: &mut ContinuousState<T>,
        inputs: ArrayView2<'_, f32>,
        mut outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        let p = &self.parameters;
        let mut sum = Array2::<f64>::zeros((inputs.nrows(), self.anatomy.network.n_outputs()));
        if self.is_online() && self.parameters.circuit.n_hidden_synapses() <= MOST_ONLINE_SYNAPSES {
            for (input, mut sum) in inputs.rows().into_iter().zip(sum.rows_mut()) {
                let input = input.insert_axis(Axis(0));
                let presentation = self.presentation(input, None, 0.0)?;
                let mut state = State::new(self.anatomy.network.sizes(), 1);
                form::run_online(&presentation, &mut state, None, sum.as_slice_mut())?;
            }
        } else {
            self.run_from_rest(inputs, None, |step, state| {
                if step + p.n_readout_steps >= p.n_steps {
                    sum.zip_mut_with(&state.output_rates(), |sum, r| *sum += r.wide());
                }
            })?;
        }
        let n = p.n_readout_steps as f64;
        outputs.zip_mut_with(&sum, |out, sum| *out = (sum / n) as f32);
        Ok(())
    }

    fn forward(&self) -> ForwardNetwork {
        ForwardNetwork {
            weights: self.tensors().forward_weights(),
            attenuation: self.parameters.attenuation.clone(),
            transfer: self.parameters.transfer,
        }
    }

    fn equivalent_rates(&self) -> Option<Vec<f64>> {
        Some(self.parameters.equivalent_rates())
    }

    /// Potentials at the end of a presentation that begins at rest, without noise and plasticity.
    /// The session is left as it is.
    fn activities(
        &self,
        _: &mut ContinuousState<T>,
        batch: Batch<'_>,
        teacher: Teacher,
    ) -> Result<Activities, LearnError> {
        let targets = (teacher == Teacher::On).then_some(batch.target_potentials);
        let state = self.run_from_rest(batch.inputs, targets, |_, _| {})?;
        Ok(activities_of(&state))
    }
}
