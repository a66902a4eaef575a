//! The circuit in its two-step form as a learner.

use apical_kernels::{Padded, Real, all_finite};
use apical_learning::{
    Activities, Batch, ForwardNetwork, ForwardWeights, LearnError, Learner, Network, Phase,
    PhaseTimer, SpecError, Streams, Teacher, Tensors, Updates,
};
use ndarray::{ArrayView2, ArrayViewMut2};

use super::parameters::Parameters;
use super::plasticity;
use super::spec::MicrocircuitSpec;
use super::sweeps::{self, Path};
use crate::activity::check_width;
use crate::circuit::sacramento_2018::anatomy::Anatomy;
use crate::circuit::sacramento_2018::state::{State, activities_of};

/// The microcircuit, taught in its two-step form.
#[derive(Clone)]
pub struct TwoStep<T> {
    anatomy: Anatomy<T>,
    path: Path,
    parameters: Parameters,
}

impl<T: Real> TwoStep<T> {
    /// A circuit with forward weights `start`; all other weights by `spec`, random ones from
    /// `streams`. `T` must be the type that `spec.precision` names.
    pub fn new(
        network: &Network,
        start: &ForwardWeights<f32>,
        spec: &MicrocircuitSpec,
        streams: Streams,
    ) -> Result<Self, SpecError> {
        let parameters = Parameters::new(spec, network)?;
        Ok(Self {
            anatomy: Anatomy::new(network, parameters.circuit.table(), start, streams),
            path: spec.path,
            parameters,
        })
    }

    /// Mixing factors and the learning rates of now: a share of the specification's.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn settle(
        &self,
        state: &mut State<T>,
        batch: Batch<'_>,
        teacher: Teacher,
    ) -> Result<(), LearnError> {
        check_width("inputs", batch.inputs, self.anatomy.network.n_inputs())?;
        state.set_inputs(batch.inputs);
        if teacher == Teacher::On {
            let targets = batch.target_potentials;
            check_width(
                "target potentials",
                targets,
                self.anatomy.network.n_outputs(),
            )?;
            state.set_targets(targets);
        }
        sweeps::settle(
            self.path,
            &self.parameters,
            &self.anatomy.weights,
            self.anatomy.lateral_cancels,
            teacher,
            state,
        );
        check_finite(state)
    }
}

/// Names the first potential, in the order of computation, that is not finite.
fn check_finite<T: Real>(state: &State<T>) -> Result<(), LearnError> {
    let n = state.n_layers();
    let check = |values: &Padded<T>, layer, quantity| match all_finite(values.values()) {
        true => Ok(()),
        false => Err(LearnError::NonFinite { layer, quantity }),
    };
    for k in 1..=n {
        check(&state.basal[k], k, "basal potential")?;
    }
    for k in 1..n {
        check(&state.dendrite[k], k, "interneuron dendritic potential")?;
    }
    for k in (1..n).rev() {
        check(&state.soma[k + 1], k + 1, "somatic potential")?;
        check(&state.apical[k], k, "apical potential")?;
    }
    check(&state.soma[1], 1, "somatic potential")
}

impl<T: Real> Learner for TwoStep<T> {
    type Session = State<T>;

    fn tensors(&self) -> &dyn Tensors {
        &self.anatomy
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        &mut self.anatomy
    }

    fn session(&self, _: Streams, n_parallel: usize) -> State<T> {
        State::new(self.anatomy.network.sizes(), n_parallel)
    }

    fn set_rate_share(&mut self, share: f64) {
        self.parameters.circuit.set_rate_share(share);
    }

    fn propose(&self, state: &mut State<T>, batch: Batch<'_>) -> Result<Updates, LearnError> {
        self.settle(state, batch, Teacher::On)?;
        let mut changes = self.anatomy.weights.zeros_like();
        plasticity::add_changes(
            self.path,
            &self.parameters,
            Some(&self.anatomy.weights),
            state,
            &mut changes,
        );
        let mut updates = Updates::new();
        for (_, connection) in self.anatomy.weights.table().plastic() {
            if let Some(change) = changes.tensor(connection.name) {
                updates.push_change(connection.name, change);
            }
        }
        Ok(updates)
    }

    fn learn(
        &mut self,
        state: &mut State<T>,
        batch: Batch<'_>,
        timer: &mut PhaseTimer<'_>,
    ) -> Result<(), LearnError> {
        timer.enter(Phase::Dynamics);
        self.settle(state, batch, Teacher::On)?;
        timer.enter(Phase::Plasticity);
        plasticity::add_changes(
            self.path,
            &self.parameters,
            None,
            state,
            &mut self.anatomy.weights,
        );
        Ok(())
    }

    /// The bottom-up sweep: without a teacher a self-predicting circuit stays there.
    fn predict(
        &self,
        state: &mut State<T>,
        inputs: ArrayView2<'_, f32>,
        mut outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        check_width("inputs", inputs, self.anatomy.network.n_inputs())?;
        state.set_inputs(inputs);
        sweeps::bottom_up(self.path, &self.parameters, &self.anatomy.weights, state);
        outputs.zip_mut_with(&state.output_rates(), |out, r| *out = r.wide() as f32);
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

    fn activities(
        &self,
        state: &mut State<T>,
        batch: Batch<'_>,
        teacher: Teacher,
    ) -> Result<Activities, LearnError> {
        self.settle(state, batch, teacher)?;
        Ok(activities_of(state))
    }
}
