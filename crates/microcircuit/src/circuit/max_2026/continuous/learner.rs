//! The circuit in continuous time as a learner.

use apical_kernels::{Padded, Real};
use apical_learning::{
    Activities, Batch, Carried, ForwardNetwork, ForwardWeights, LearnError, Learner, Network,
    Phase, PhaseTimer, SpecError, StoreError, Streams, Teacher, TensorName, Tensors, Updates,
    check_shape,
};
use ndarray::{ArrayD, ArrayView2, ArrayViewMut2};

use super::oracle::ContinuousOracle;
use super::parameters::ContinuousParameters;
use super::presentation::{self, Seen, Synapses};
use super::spec::ErrorNeuronsContinuousSpec;
use super::state::ContinuousState;
use crate::activity::check_width;
use crate::circuit::max_2026::dynamics::bottom_up;
use crate::circuit::max_2026::stability::Settling;
use crate::circuit::max_2026::state::{State, activities_of};
use crate::feedback::Listening;
use crate::table::{Tissue, Weights};

/// The error-neuron microcircuit in continuous time; a minibatch is one presentation.
#[derive(Clone)]
pub struct Continuous<T> {
    tissue: Tissue<T>,
    parameters: ContinuousParameters,
}

impl<T: Real> Continuous<T> {
    /// A circuit with forward weights `start`; all other weights by `spec`, random ones from
    /// `streams`. `T` must be the type that `spec.precision` names.
    ///
    /// # Errors
    /// Values of `spec` out of range.
    pub fn new(
        network: &Network,
        start: &ForwardWeights<f32>,
        spec: &ErrorNeuronsContinuousSpec,
        streams: Streams,
    ) -> Result<Self, SpecError> {
        let parameters = ContinuousParameters::new(spec, network)?;
        let table = parameters.circuit.circuit.table();
        Ok(Self {
            tissue: Tissue::new(network, table, start, streams),
            parameters,
        })
    }

    /// Mixing factors and the learning rates of now: a share of the specification's.
    pub fn parameters(&self) -> &ContinuousParameters {
        &self.parameters
    }

    /// One presentation of `inputs` `[n_samples, n_inputs]`, with a teacher if there are target rates
    /// `[n_samples, n_outputs]`; `seen` is shown the state that every step gave. Without plasticity no
    /// weight changes.
    ///
    /// # Errors
    /// Arrays of another width, an error loop that never settles, and potentials that run away.
    pub fn observe(
        &mut self,
        session: &mut ContinuousState<T>,
        inputs: ArrayView2<'_, f32>,
        target_rates: Option<ArrayView2<'_, f32>>,
        is_plastic: bool,
        seen: Seen<'_, T>,
    ) -> Result<(), LearnError> {
        let shown = (inputs, target_rates);
        let weights = &mut self.tissue.weights;
        let mut synapses = match is_plastic {
            true => Synapses::Learning(weights),
            false => Synapses::Still(weights),
        };
        let network = &self.tissue.network;
        present(
            &self.parameters,
            network,
            &mut synapses,
            session,
            shown,
            seen,
        )
    }

    /// One presentation on copies that begin at rest, without plasticity.
    fn run_from_rest(
        &self,
        inputs: ArrayView2<'_, f32>,
        target_rates: Option<ArrayView2<'_, f32>>,
    ) -> Result<State<T>, LearnError> {
        let mut session = ContinuousState::new(self.tissue.network.sizes(), inputs.nrows(), None);
        session.settling = Settling::unasked();
        let mut p = self.parameters.clone();
        p.target_delay_steps = 0;
        let mut synapses = Synapses::Still(&self.tissue.weights);
        let (network, shown) = (&self.tissue.network, (inputs, target_rates));
        present(
            &p,
            network,
            &mut synapses,
            &mut session,
            shown,
            &mut |_, _| {},
        )?;
        Ok(session.copies)
    }
}

impl Continuous<f64> {
    /// The same circuit at rest, written out: what the fast one is held against.
    #[inline]
    pub fn oracle(&self) -> ContinuousOracle {
        ContinuousOracle::new(&self.parameters, &self.tissue.weights)
    }
}

/// Carries `session` through one presentation.
fn present<T: Real>(
    p: &ContinuousParameters,
    network: &Network,
    synapses: &mut Synapses<'_, T>,
    session: &mut ContinuousState<T>,
    (inputs, target_rates): (ArrayView2<'_, f32>, Option<ArrayView2<'_, f32>>),
    seen: Seen<'_, T>,
) -> Result<(), LearnError> {
    check_width("inputs", inputs, network.n_inputs())?;
    let target = match target_rates {
        None => None,
        Some(rates) => {
            let expected = [inputs.nrows(), network.n_outputs()];
            check_shape("target rates", rates.shape(), &expected)?;
            let mut target = Padded::zeros(inputs.nrows(), network.n_outputs());
            target.assign(rates);
            Some(target)
        }
    };
    session.settling.look(&p.circuit, synapses, inputs)?;
    session.set_copies(inputs.nrows());
    session.copies.set_inputs(network, inputs)?;
    let teacher = (session.is_taught, target.as_ref());
    let (copies, listening) = (&mut session.copies, session.listening.as_mut());
    presentation::run(p, synapses, copies, teacher, listening, seen)?;
    session.is_taught = target.is_some();
    session.time_ms += p.n_steps as f64 * p.dt_ms;
    Ok(())
}

impl<T: Real> Learner for Continuous<T> {
    type Session = ContinuousState<T>;

    fn tensors(&self) -> &dyn Tensors {
        &self.tissue
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        &mut self.tissue
    }

    fn session(&self, streams: Streams, n_parallel: usize) -> ContinuousState<T> {
        let sizes = self.tissue.network.sizes();
        let listens = self.parameters.feedback_noise;
        let listening = listens.map(|_| Listening::new(sizes, n_parallel, streams));
        ContinuousState::new(sizes, n_parallel, listening)
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

    fn simulated_ms(&self) -> f64 {
        self.parameters.n_steps as f64 * self.parameters.dt_ms
    }

    fn set_rate_share(&mut self, share: f64) {
        self.parameters.circuit.circuit.set_rate_share(share);
    }

    /// What one presentation from the session's state changes. The session advances; the weights do
    /// not, although during the presentation synapses change as they do while learning.
    fn propose(
        &self,
        session: &mut ContinuousState<T>,
        batch: Batch<'_>,
    ) -> Result<Updates, LearnError> {
        let mut taught = self.clone();
        let targets = Some(batch.target_rates);
        taught.observe(session, batch.inputs, targets, true, &mut |_, _| {})?;
        Ok(difference(&taught.tissue.weights, &self.tissue.weights))
    }

    fn learn(
        &mut self,
        session: &mut ContinuousState<T>,
        batch: Batch<'_>,
        timer: &mut PhaseTimer<'_>,
    ) -> Result<(), LearnError> {
        timer.enter(Phase::Fused);
        let targets = Some(batch.target_rates);
        self.observe(session, batch.inputs, targets, true, &mut |_, _| {})
    }

    /// The steady state without a teacher, which is the bottom-up pass: there are no errors then. The
    /// session is left as it is.
    fn predict(
        &self,
        _: &mut ContinuousState<T>,
        inputs: ArrayView2<'_, f32>,
        mut outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        let network = &self.tissue.network;
        let mut state = State::new(network.sizes(), inputs.nrows());
        state.set_inputs(network, inputs)?;
        bottom_up(&self.parameters.circuit, &self.tissue.weights, &mut state);
        let rates = state.rate[state.n_layers()].view();
        outputs.zip_mut_with(&rates, |out, r| *out = r.wide() as f32);
        Ok(())
    }

    fn forward(&self) -> ForwardNetwork {
        ForwardNetwork {
            weights: self.tensors().forward_weights(),
            attenuation: self.parameters.circuit.attenuation.clone(),
            transfer: self.parameters.circuit.transfer,
        }
    }

    fn equivalent_rates(&self) -> Option<Vec<f64>> {
        Some(self.parameters.equivalent_rates())
    }

    /// B with its offset.
    fn tensor(&self, name: TensorName) -> Option<ArrayD<f64>> {
        let circuit = &self.parameters.circuit.circuit;
        circuit.tensor(&self.tissue.weights, name)
    }

    /// Potentials at the end of a presentation that begins at rest, without plasticity. The session is
    /// left as it is.
    fn activities(
        &self,
        _: &mut ContinuousState<T>,
        batch: Batch<'_>,
        teacher: Teacher,
    ) -> Result<Activities, LearnError> {
        let targets = (teacher == Teacher::On).then_some(batch.target_rates);
        Ok(activities_of(&self.run_from_rest(batch.inputs, targets)?))
    }
}

/// What learning has changed.
fn difference<T: Real>(after: &Weights<T>, before: &Weights<T>) -> Updates {
    let mut updates = Updates::new();
    for (_, connection) in before.table().plastic() {
        let of = |weights: &Weights<T>| weights.tensor(connection.name);
        if let (Some(after), Some(before)) = (of(after), of(before)) {
            updates.push_change(connection.name, after - before);
        }
    }
    updates
}
