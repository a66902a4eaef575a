//! The circuit in its two-step form as a learner.

use apical_kernels::{Padded, Real, all_finite};
use apical_learning::{
    Activities, Batch, Carried, ForwardNetwork, ForwardWeights, LearnError, Learner, Network,
    Phase, PhaseTimer, SpecError, StartStep, StoreError, Streams, Teacher, Tensors, Updates,
};
use ndarray::{Array1, ArrayView2, ArrayViewMut2};

use super::parameters::Parameters;
use super::spec::MicrocircuitSpec;
use super::sweeps::{self, Path};
use super::{from_noise, plasticity};
use crate::activity::check_width;
use crate::centring::Means;
use crate::circuit::sacramento_2018::anatomy::Anatomy;
use crate::circuit::sacramento_2018::state::{State, activities_of};
use crate::circuit::sacramento_2018::table::LateralRule;
use crate::feedback;
use crate::table::Tissue;

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
    #[inline(never)]
    pub fn new(
        network: &Network,
        start: &ForwardWeights<f32>,
        spec: &MicrocircuitSpec,
        streams: Streams,
    ) -> Result<Self, SpecError> {
        let parameters = Parameters::new(spec, network)?;
        let mut anatomy = Anatomy::new(network, parameters.circuit.table(), start, streams);
        anatomy.means = Means::new(network, spec.centring);
        Ok(Self {
            anatomy,
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

impl<T: Real> TwoStep<T> {
    /// Moves the means of presynaptic rates on, where there are some.
    fn follow_rates(&mut self, state: &State<T>) {
        if let Some(means) = &mut self.anatomy.means {
            means.follow(|k| plasticity::presynaptic(&self.parameters, state, k));
        }
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

    #[inline(never)]
    fn session(&self, streams: Streams, n_parallel: usize) -> State<T> {
        let mut state = State::new(self.anatomy.network.sizes(), n_parallel);
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
        check_width("inputs", inputs, self.anatomy.network.n_inputs())?;
        let cancels = self.anatomy.lateral_cancels;
        let (p, weights) = (&self.parameters, &mut self.anatomy.weights);
        state.set_inputs(inputs);
        match p.circuit.lateral_rule {
            LateralRule::Paired => sweeps::bottom_up(self.path, p, weights, state),
            LateralRule::Own | LateralRule::Eq9 => {
                sweeps::settle(self.path, p, weights, cancels, Teacher::Off, state);
                for k in 1..state.n_layers() {
                    let per_sample = 1.0 / state.n_samples() as f64;
                    plasticity::add_lateral_changes(p, k, per_sample, state, weights);
                }
            }
        }
        check_finite(state)?;
        from_noise::start(p, at.step, state, weights);
        if at.step == at.n_steps {
            from_noise::finish(p, weights);
        }
        if p.circuit.lateral_rule == LateralRule::Eq9 {
            self.anatomy.compare_lateral();
        }
        self.follow_rates(state);
        Ok(())
    }

    fn set_rate_share(&mut self, share: f64) {
        self.parameters.circuit.set_rate_share(share);
    }

    #[inline(never)]
    fn propose(&self, state: &mut State<T>, batch: Batch<'_>) -> Result<Updates, LearnError> {
        self.settle(state, batch, Teacher::On)?;
        let weights = Some(&self.anatomy.weights);
        let mut changes = self.anatomy.weights.zeros_like();
        let (p, path, means) = (&self.parameters, self.path, self.anatomy.means.as_ref());
        from_noise::add_changes(path, p, weights, state, &mut changes);
        plasticity::add_changes(path, p, means, weights, state, &mut changes);
        let mut updates = changes.updates();
        if let Some(means) = means {
            means.push_next(|k| plasticity::presynaptic(p, state, k), &mut updates);
        }
        Ok(updates)
    }

    #[inline(never)]
    fn learn(
        &mut self,
        state: &mut State<T>,
        batch: Batch<'_>,
        timer: &mut PhaseTimer<'_>,
    ) -> Result<(), LearnError> {
        timer.enter(Phase::Dynamics);
        self.settle(state, batch, Teacher::On)?;
        timer.enter(Phase::Plasticity);
        let (p, path) = (&self.parameters, self.path);
        let Tissue { means, weights, .. } = &mut *self.anatomy;
        // Noise is sent through the weights of the bottom-up pass, before they change.
        from_noise::add_changes(path, p, None, state, weights);
        plasticity::add_changes(path, p, means.as_ref(), None, state, weights);
        self.follow_rates(state);
        self.anatomy.weights.follow();
        Ok(())
    }

    /// The bottom-up sweep: without a teacher a self-predicting circuit stays there.
    #[inline(never)]
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

    fn mean_rates(&self) -> Option<Vec<Array1<f64>>> {
        self.anatomy.means.as_ref().map(Means::wide)
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
