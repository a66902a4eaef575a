//! The circuit in its two-step form as a learner.

use apical_kernels::{Padded, Real, all_finite};
use apical_learning::{
    Activities, Batch, ForwardNetwork, ForwardWeights, LearnError, Learner, Network, Phase,
    PhaseTimer, Precision, SpecError, Streams, Teacher, TensorName, Tensors, Updates,
};
use ndarray::{ArrayD, ArrayView2, ArrayViewD, ArrayViewMut2};

use super::parameters::Parameters;
use super::plasticity;
use super::spec::MicrocircuitSpec;
use super::sweeps::{self, Path};
use crate::circuit::sacramento_2018::state::{State, activities_of, check_width};
use crate::table::Weights;

/// The microcircuit, taught in its two-step form.
#[derive(Clone)]
pub struct TwoStep<T> {
    network: Network,
    path: Path,
    parameters: Parameters,
    weights: Weights<T>,
    lateral_cancels: bool,
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
        let weights = Weights::new(parameters.circuit.table().clone(), start, streams);
        let mut circuit = Self {
            network: network.clone(),
            path: spec.path,
            parameters,
            weights,
            lateral_cancels: false,
        };
        circuit.find_savings();
        Ok(circuit)
    }

    /// Mixing factors and the learning rates of now: a share of the specification's.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// W^PI_k = −W_{k,k+1} stays so while neither learns.
    fn find_savings(&mut self) {
        self.lateral_cancels = self.parameters.circuit.lateral_cancels(&self.weights);
    }

    fn settle(
        &self,
        state: &mut State<T>,
        batch: Batch<'_>,
        teacher: Teacher,
    ) -> Result<(), LearnError> {
        check_width("inputs", batch.inputs, self.network.n_inputs())?;
        state.set_inputs(batch.inputs);
        if teacher == Teacher::On {
            let targets = batch.target_potentials;
            check_width("target potentials", targets, self.network.n_outputs())?;
            state.set_targets(targets);
        }
        sweeps::settle(
            self.path,
            &self.parameters,
            &self.weights,
            self.lateral_cancels,
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
        self
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        self
    }

    fn session(&self, _: Streams, n_parallel: usize) -> State<T> {
        State::new(self.network.sizes(), n_parallel)
    }

    fn set_rate_share(&mut self, share: f64) {
        self.parameters.circuit.set_rate_share(share);
    }

    fn propose(&self, state: &mut State<T>, batch: Batch<'_>) -> Result<Updates, LearnError> {
        self.settle(state, batch, Teacher::On)?;
        let mut changes = self.weights.zeros_like();
        plasticity::add_changes(
            self.path,
            &self.parameters,
            Some(&self.weights),
            state,
            &mut changes,
        );
        let mut updates = Updates::new();
        for (_, connection) in self.weights.table().plastic() {
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
        plasticity::add_changes(self.path, &self.parameters, None, state, &mut self.weights);
        Ok(())
    }

    /// The bottom-up sweep: without a teacher a self-predicting circuit stays there.
    fn predict(
        &self,
        state: &mut State<T>,
        inputs: ArrayView2<'_, f32>,
        mut outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        check_width("inputs", inputs, self.network.n_inputs())?;
        state.set_inputs(inputs);
        sweeps::bottom_up(self.path, &self.parameters, &self.weights, state);
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

impl<T: Real> Tensors for TwoStep<T> {
    fn network(&self) -> &Network {
        &self.network
    }

    fn precision(&self) -> Precision {
        Precision::of::<T>()
    }

    fn names(&self) -> Vec<TensorName> {
        self.weights.names()
    }

    fn get(&self, name: TensorName) -> Option<ArrayD<f64>> {
        self.weights.tensor(name)
    }

    fn set(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.weights.write(name, values, false)?;
        self.find_savings();
        Ok(())
    }

    fn add(&mut self, name: TensorName, change: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        self.weights.write(name, change, true)
    }
}
