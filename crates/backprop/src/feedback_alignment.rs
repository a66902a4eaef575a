//! Feedback alignment: backprop with fixed random weights in place of the transposed ones.

use apical_learning::{
    Activities, Batch, ForwardWeights, LayerRates, LearnError, Learner, Network, Phase, PhaseTimer,
    Precision, Quantity, Streams, Teacher, TensorName, Tensors, Updates, uniform,
};
use candle_core::Tensor;
use ndarray::{ArrayD, ArrayView2, ArrayViewD, ArrayViewMut2};

use crate::FeedbackAlignmentSpec;
use crate::convert::{dtype, failed, parameter, to_array, to_rows};
use crate::operation::{AddScaled, column_sum, times_slope};
use crate::parameters::{Parameters, Pass, expand};

/// Where the error that reaches a hidden layer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// From the layer above: e_k = B_k δ_{k+1}. Source: Lillicrap et al. (2016).
    LayerByLayer,
    /// Straight from the output layer: e_k = B_k δ_N. Source: Nøkland (2016).
    Direct,
}

impl Route {
    /// The layer that sends its δ to hidden layer `k` of a network of `n_layers` layers.
    fn from(self, k: usize, n_layers: usize) -> usize {
        match self {
            Self::LayerByLayer => k + 1,
            Self::Direct => n_layers,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::LayerByLayer => "feedback alignment",
            Self::Direct => "direct feedback alignment",
        }
    }
}

/// A multilayer perceptron with logistic (or any other) outputs and squared error, whose hidden
/// layers receive δ_k = φ′(u_k) e_k through fixed random feedback; ΔW_k = rate_k δ_k r_{k−1}ᵀ.
#[derive(Debug)]
pub struct FeedbackAlignment {
    parameters: Parameters,
    rates: LayerRates,
    route: Route,
    /// B_kᵀ, `[n_from, n_k]`, index `k − 1`.
    feedback: Vec<Tensor>,
}

/// Errors of one minibatch, positive where the rate should rise.
struct Errors {
    /// e_k of hidden layers, `[n_samples, n_k]`, index `k − 1`.
    hidden: Vec<Tensor>,
    /// δ_k, `[n_samples, n_k]`, index `k − 1`.
    deltas: Vec<Tensor>,
}

impl FeedbackAlignment {
    /// Feedback layer by layer, drawn from the stream `feedback`; forward weights `start`.
    pub fn new(
        network: &Network,
        start: &ForwardWeights<f32>,
        spec: &FeedbackAlignmentSpec,
        streams: Streams,
    ) -> Result<Self, LearnError> {
        Self::along(Route::LayerByLayer, network, start, spec, streams)
    }

    /// Feedback straight from the output layer, drawn from the stream `feedback`.
    pub fn direct(
        network: &Network,
        start: &ForwardWeights<f32>,
        spec: &FeedbackAlignmentSpec,
        streams: Streams,
    ) -> Result<Self, LearnError> {
        Self::along(Route::Direct, network, start, spec, streams)
    }

    fn along(
        route: Route,
        network: &Network,
        start: &ForwardWeights<f32>,
        spec: &FeedbackAlignmentSpec,
        streams: Streams,
    ) -> Result<Self, LearnError> {
        let parameters = Parameters::new(route.name(), network, start, spec.precision)?;
        let (n_layers, sizes) = (network.n_layers(), network.sizes());
        let scales = expand(&spec.feedback_scale, n_layers - 1, "feedback_scale")?;
        let mut rng = streams.stream("feedback");
        let mut feedback = Vec::new();
        for (k, scale) in (1..).zip(scales) {
            let shape = [sizes[k], sizes[route.from(k, n_layers)]];
            let matrix = uniform(shape, scale, &mut rng);
            let tensor = parameter(matrix.view().into_dyn(), dtype(spec.precision));
            feedback.push(tensor.map_err(failed(route.name()))?);
        }
        Ok(Self {
            rates: expand(&spec.rates, n_layers, "rates")?.into(),
            parameters,
            route,
            feedback,
        })
    }

    /// Which way the error takes.
    pub fn route(&self) -> Route {
        self.route
    }

    fn failed(&self) -> impl Fn(candle_core::Error) -> LearnError + use<> {
        failed(self.route.name())
    }

    fn pass(&self, batch: Batch<'_>) -> Result<(Pass, Tensor), LearnError> {
        let targets = self.parameters.target_rates(batch)?;
        let inputs = self.parameters.inputs(batch.inputs)?;
        Ok((self.parameters.forward_only(inputs)?, targets))
    }

    /// δ_N = φ′(u_N)(r_trgt − r_N); e_k = B_k δ_from, δ_k = φ′(u_k) e_k.
    fn errors(&self, pass: &Pass, target_rates: &Tensor) -> candle_core::Result<Errors> {
        let n_layers = pass.potentials.len();
        let transfer = self.parameters.network.transfer();
        let delta = |k: usize, error: &Tensor| {
            times_slope(error, &pass.potentials[k - 1], &pass.rates[k], transfer)
        };
        let output = delta(n_layers, &target_rates.sub(&pass.rates[n_layers])?)?;
        let (mut hidden, mut deltas) = (Vec::new(), vec![output.clone()]);
        let mut above = output.clone();
        for k in (1..n_layers).rev() {
            let from = match self.route {
                Route::LayerByLayer => &above,
                Route::Direct => &output,
            };
            let error = from.matmul(&self.feedback[k - 1])?;
            above = delta(k, &error)?;
            hidden.push(error);
            deltas.push(above.clone());
        }
        hidden.reverse();
        deltas.reverse();
        Ok(Errors { hidden, deltas })
    }

    /// For every tensor that learns, its name, the sum over samples of its descent direction, and
    /// the factor that makes it a step.
    fn descent(
        &self,
        pass: &Pass,
        errors: &Errors,
        mut found: impl FnMut(TensorName, Tensor, AddScaled) -> candle_core::Result<()>,
    ) -> candle_core::Result<()> {
        let n_samples = pass.rates[0].dim(0)? as f64;
        for (k, delta) in (1..).zip(&errors.deltas) {
            let factor = self.rates.of(k) / n_samples;
            let direction = pass.rates[k - 1].t()?.matmul(delta)?;
            found(TensorName::forward(k), direction, AddScaled { factor })?;
            if self.parameters.network.thresholds() {
                let name = TensorName::PyramidalThreshold { layer: k };
                found(name, column_sum(delta)?, AddScaled { factor })?;
            }
        }
        Ok(())
    }

    fn feedback(&self, name: TensorName) -> Option<&Tensor> {
        match name {
            TensorName::PyramidalFromPyramidal { to: k, from }
                if k > 0 && from == self.route.from(k, self.parameters.network.n_layers()) =>
            {
                self.feedback.get(k - 1)
            }
            _ => None,
        }
    }
}

impl Learner for FeedbackAlignment {
    type Session = ();

    fn tensors(&self) -> &dyn Tensors {
        self
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        self
    }

    fn session(&self, _streams: Streams, _n_parallel: usize) {}

    fn set_rate_share(&mut self, share: f64) {
        self.rates.set_share(share);
    }

    fn propose(&self, _session: &mut (), batch: Batch<'_>) -> Result<Updates, LearnError> {
        let (pass, targets) = self.pass(batch)?;
        let mut updates = Updates::new();
        self.errors(&pass, &targets)
            .and_then(|errors| {
                self.descent(&pass, &errors, |name, direction, step| {
                    let change = direction.zeros_like()?;
                    change.inplace_op2(&direction, &step)?;
                    updates.push_change(name, to_array(&change)?);
                    Ok(())
                })
            })
            .map_err(self.failed())?;
        Ok(updates)
    }

    fn learn(
        &mut self,
        _session: &mut (),
        batch: Batch<'_>,
        timer: &mut PhaseTimer<'_>,
    ) -> Result<(), LearnError> {
        timer.enter(Phase::Dynamics);
        let (pass, targets) = self.pass(batch)?;
        timer.enter(Phase::Plasticity);
        self.errors(&pass, &targets)
            .and_then(|errors| {
                self.descent(&pass, &errors, |name, direction, step| {
                    match self.parameters.find(name) {
                        Some(tensor) => tensor.inplace_op2(&direction, &step),
                        None => Err(candle_core::Error::Msg(format!("no tensor {name}"))),
                    }
                })
            })
            .map_err(self.failed())
    }

    fn predict(
        &self,
        _session: &mut (),
        inputs: ArrayView2<'_, f32>,
        outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        let read = |pass: &Pass| to_rows(&pass.rates[pass.potentials.len()]);
        self.parameters.predict(inputs, outputs, &read)
    }

    /// Potentials; and with a teacher e_k of the hidden layers.
    fn activities(
        &self,
        _session: &mut (),
        batch: Batch<'_>,
        teacher: Teacher,
    ) -> Result<Activities, LearnError> {
        let (pass, targets) = self.pass(batch)?;
        let read = |tensor| to_rows(tensor).map_err(self.failed());
        let mut activities = Activities::new();
        for (k, potentials) in (1..).zip(&pass.potentials) {
            activities.insert(Quantity::Soma, k, read(potentials)?);
        }
        if teacher == Teacher::On {
            let errors = self.errors(&pass, &targets).map_err(self.failed())?;
            for (k, error) in (1..).zip(&errors.hidden) {
                activities.insert(Quantity::HiddenError, k, read(error)?);
            }
        }
        Ok(activities)
    }
}

impl Tensors for FeedbackAlignment {
    fn network(&self) -> &Network {
        &self.parameters.network
    }

    fn precision(&self) -> Precision {
        self.parameters.precision
    }

    fn names(&self) -> Vec<TensorName> {
        let n_layers = self.parameters.network.n_layers();
        let mut names = self.parameters.network.forward_names();
        names.extend((1..n_layers).map(|k| TensorName::PyramidalFromPyramidal {
            to: k,
            from: self.route.from(k, n_layers),
        }));
        names
    }

    fn get(&self, name: TensorName) -> Option<ArrayD<f64>> {
        let tensor = self.parameters.find(name).or_else(|| self.feedback(name))?;
        to_array(tensor).ok()
    }

    fn set(&mut self, name: TensorName, values: ArrayViewD<'_, f64>) -> Result<(), LearnError> {
        match self.feedback(name) {
            Some(feedback) => self.parameters.replace(name, feedback, values),
            None => self.parameters.set(name, values),
        }
    }
}
