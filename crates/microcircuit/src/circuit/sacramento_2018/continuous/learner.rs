//! The circuit in continuous time as a learner.

use apical_kernels::Real;
use apical_learning::{
    Activities, Batch, Carried, ForwardNetwork, LearnError, Learner, Phase, PhaseTimer, StoreError,
    Streams, Teacher, Tensors, Updates,
};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

use super::circuit::Continuous;
use super::form::{self, By, Run};
use super::parameters::Increments;
use super::plasticity;
use super::state::ContinuousState;
use crate::circuit::sacramento_2018::state::{State, activities_of};

/// With more synapses between hidden layers and those above, predictions are made in batches.
const MOST_ONLINE_SYNAPSES: usize = 1 << 15;

impl<T: Real> Learner for Continuous<T> {
    type Session = ContinuousState<T>;

    fn tensors(&self) -> &dyn Tensors {
        &self.anatomy
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        &mut self.anatomy
    }

    #[inline(never)]
    fn session(&self, streams: Streams, n_parallel: usize) -> ContinuousState<T> {
        ContinuousState::new(
            self.anatomy.network.sizes(),
            &self.anatomy.weights,
            streams,
            n_parallel,
            self.parameters.feedback_noise.is_some(),
        )
    }

    fn carry(
        &self,
        session: &mut ContinuousState<T>,
        carried: &mut Carried<'_>,
    ) -> Result<(), StoreError> {
        session.carry(carried)
    }

    fn is_stateful(&self) -> bool {
        true
    }

    /// At share 0 filters stand still.
    fn simulated_ms(&self) -> f64 {
        self.parameters.n_steps as f64 * self.parameters.dt_ms
    }

    fn set_rate_share(&mut self, share: f64) {
        self.parameters.circuit.set_rate_share(share);
    }

    /// What one presentation from the session's state changes: the increments during it, and what
    /// the filter has taken in and not yet given out, η τ_w (Δ at its end − Δ at its beginning).
    /// That sum is η ∫ ⟨post · preᵀ⟩ dt over the presentation. The session advances; the weights
    /// do not, although during the presentation synapses change as they do while learning.
    #[inline(never)]
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
    #[inline(never)]
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
    #[inline(never)]
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
    #[inline(never)]
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
                form::run(Run {
                    presentation: &presentation,
                    state: &mut state,
                    lent: None,
                    by: By::Online(sum.as_slice_mut()),
                })?;
            }
        } else {
            self.run_from_rest(inputs, None, &mut |step, state| {
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
        let state = self.run_from_rest(batch.inputs, targets, &mut |_, _| {})?;
        Ok(activities_of(&state))
    }
}
