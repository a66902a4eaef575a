//! The circuit in its two-step form as a learner.

use apical_kernels::{Padded, Real, all_finite};
use apical_learning::{
    Activities, Batch, Carried, ForwardNetwork, ForwardWeights, LearnError, Learner, Network,
    Phase, PhaseTimer, SpecError, StartStep, StoreError, Streams, Teacher, TensorName, Tensors,
    Updates,
};
use ndarray::{Array1, ArrayD, ArrayView2, ArrayViewMut2};

use super::spec::ErrorNeuronsSpec;
use super::{from_noise, sweeps};
use crate::centring::Means;
use crate::circuit::max_2026::dynamics::bottom_up;
use crate::circuit::max_2026::oracle::Oracle;
use crate::circuit::max_2026::parameters::Parameters;
use crate::circuit::max_2026::plasticity;
use crate::circuit::max_2026::state::{State, activities_of};
use crate::feedback;
use crate::table::Tissue;

/// The error-neuron microcircuit, taught in its two-step form.
#[derive(Clone)]
pub struct TwoStep<T> {
    tissue: Tissue<T>,
    parameters: Parameters,
}

impl<T: Real> TwoStep<T> {
    /// A circuit with forward weights `start`; all other weights by `spec`, random ones from
    /// `streams`. `T` must be the type that `spec.precision` names.
    ///
    /// # Errors
    /// Values of `spec` out of range.
    pub fn new(
        network: &Network,
        start: &ForwardWeights<f32>,
        spec: &ErrorNeuronsSpec,
        streams: Streams,
    ) -> Result<Self, SpecError> {
        let parameters = Parameters::new(spec, network)?;
        let mut tissue = Tissue::new(network, parameters.circuit.table(), start, streams);
        tissue.means = Means::new(network, spec.centring);
        Ok(Self { tissue, parameters })
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
        state.set_inputs(&self.tissue.network, batch.inputs)?;
        if teacher == Teacher::On {
            state.set_targets(&self.tissue.network, batch.target_rates)?;
        }
        sweeps::settle(&self.parameters, &self.tissue.weights, teacher, state);
        check_finite(state)
    }
}

impl TwoStep<f64> {
    /// The same circuit, written out: what the fast one is held against.
    #[inline]
    pub fn oracle(&self) -> Oracle {
        let means = self.mean_rates().unwrap_or_default();
        Oracle::new(&self.parameters, &self.tissue.weights, means)
    }
}

/// Names the first potential, in the order of computation, that is not finite.
fn check_finite<T: Real>(state: &State<T>) -> Result<(), LearnError> {
    let check = |values: &Padded<T>, layer, quantity| match all_finite(values.values()) {
        true => Ok(()),
        false => Err(LearnError::NonFinite { layer, quantity }),
    };
    let n = state.n_layers();
    (1..=n).try_for_each(|k| check(&state.prediction[k], k, "basal potential"))?;
    (1..=n)
        .rev()
        .try_for_each(|k| check(&state.error[k], k, "error neurons' potential"))?;
    (1..=n).try_for_each(|k| check(&state.soma[k], k, "somatic potential"))
}

impl<T: Real> Learner for TwoStep<T> {
    type Session = State<T>;

    fn tensors(&self) -> &dyn Tensors {
        &self.tissue
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        &mut self.tissue
    }

    fn session(&self, streams: Streams, n_parallel: usize) -> State<T> {
        let mut state = State::new(self.tissue.network.sizes(), n_parallel);
        state.noise = Some(feedback::normals(streams));
        state
    }

    fn carry(&self, state: &mut State<T>, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        match &mut state.noise {
            Some(noise) => carried.normals("feedback_noise", noise),
            None => Ok(()),
        }
    }

    /// Whether its noise goes on from one minibatch to the next.
    fn is_stateful(&self) -> bool {
        self.parameters.circuit.feedback_rule.noise().is_some()
    }

    fn n_start_epochs(&self) -> usize {
        let start = self.parameters.feedback_start;
        start.map_or(0, |start| start.n_epochs)
    }

    fn start(
        &mut self,
        state: &mut State<T>,
        inputs: ArrayView2<'_, f32>,
        at: StartStep,
    ) -> Result<(), LearnError> {
        let Some(start) = self.parameters.feedback_start else {
            return Ok(());
        };
        state.set_inputs(&self.tissue.network, inputs)?;
        let (p, weights) = (&self.parameters, &mut self.tissue.weights);
        bottom_up(p, weights, state);
        from_noise::start(p, &start, at.step, state, weights);
        if at.step == at.n_steps {
            from_noise::finish(p, &start, weights);
        }
        if let Some(means) = &mut self.tissue.means {
            // Without errors nudged rates are those of the bottom-up pass.
            means.follow(|k| &state.rate[k]);
        }
        Ok(())
    }

    fn set_rate_share(&mut self, share: f64) {
        self.parameters.circuit.set_rate_share(share);
    }

    fn propose(&self, state: &mut State<T>, batch: Batch<'_>) -> Result<Updates, LearnError> {
        self.settle(state, batch, Teacher::On)?;
        let mut changes = self.tissue.weights.zeros_like();
        let (p, weights) = (&self.parameters, Some(&self.tissue.weights));
        let means = self.tissue.means.as_ref();
        from_noise::add_changes(p, weights, state, &mut changes);
        plasticity::add_changes(p, means, |_| 1.0, weights, state, &mut changes);
        let mut updates = changes.updates();
        if let Some(means) = means {
            means.push_next(|k| plasticity::presynaptic(p, state, k), &mut updates);
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
        let p = &self.parameters;
        let Tissue { means, weights, .. } = &mut self.tissue;
        // Noise is sent through the weights of the bottom-up pass, before they change.
        from_noise::add_changes(p, None, state, weights);
        plasticity::add_changes(p, means.as_ref(), |_| 1.0, None, state, weights);
        weights.follow();
        if let Some(means) = means {
            means.follow(|k| plasticity::presynaptic(p, state, k));
        }
        Ok(())
    }

    /// The bottom-up sweep: without a teacher there are no errors.
    fn predict(
        &self,
        state: &mut State<T>,
        inputs: ArrayView2<'_, f32>,
        mut outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        state.set_inputs(&self.tissue.network, inputs)?;
        bottom_up(&self.parameters, &self.tissue.weights, state);
        let rates = state.rate[state.n_layers()].view();
        outputs.zip_mut_with(&rates, |out, r| *out = r.wide() as f32);
        Ok(())
    }

    fn mean_rates(&self) -> Option<Vec<Array1<f64>>> {
        self.tissue.means.as_ref().map(Means::wide)
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

    /// B with its offset.
    fn tensor(&self, name: TensorName) -> Option<ArrayD<f64>> {
        let of_circuit = (self.parameters.circuit).tensor(&self.tissue.weights, name);
        of_circuit.or_else(|| self.tissue.get(name))
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
