//! A single layer with the delta rule, written out: the smallest learner.

use apical_learning::{
    Batch, ForwardNetwork, Gradient, GradientReference, LearnError, Learner, Network, OutputError,
    Precision, Streams, TensorName, TensorTable, Tensors, Transfer, Updates,
};
use ndarray::{Array2, ArrayView2};

pub(crate) struct DeltaRule {
    tensors: TensorTable<f64>,
    pub(crate) rate: f64,
    rate_share: f64,
}

impl DeltaRule {
    pub(crate) fn new(seed: u64) -> Self {
        let network = Network::new(vec![10, 4], Transfer::Logistic, false).expect("valid");
        let start = network.draw_forward(&[0.5], Streams::new(seed));
        Self {
            tensors: TensorTable::new(&network, &start),
            rate: 2.0,
            rate_share: 1.0,
        }
    }

    fn current_rate(&self) -> f64 {
        self.rate * self.rate_share
    }
}

/// −∂L/∂W of the squared error for one layer, averaged over the batch.
fn descent(inputs: ArrayView2<'_, f32>, rates: &Array2<f64>, targets: &Array2<f64>) -> Array2<f64> {
    let delta = (targets - rates) * rates.mapv(|r| r * (1.0 - r));
    delta.t().dot(&inputs.mapv(f64::from)) / inputs.nrows() as f64
}

impl Learner for DeltaRule {
    type Session = ();

    fn tensors(&self) -> &dyn Tensors {
        &self.tensors
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        &mut self.tensors
    }

    fn session(&self, _: Streams, _: usize) {}

    fn set_rate_share(&mut self, share: f64) {
        self.rate_share = share;
    }

    fn propose(&self, (): &mut (), batch: Batch<'_>) -> Result<Updates, LearnError> {
        let targets = batch.target_rates.mapv(f64::from);
        let rates = self.forward().pass(batch.inputs)?.rates.remove(1);
        let direction = descent(batch.inputs, &rates, &targets);
        let step = direction * self.current_rate();
        if step.iter().any(|v| !v.is_finite()) {
            return Err(LearnError::NonFinite {
                layer: 1,
                quantity: "weight change",
            });
        }
        let mut updates = Updates::new();
        updates.push_change(TensorName::forward(1), step.into_dyn());
        Ok(updates)
    }

    fn equivalent_rates(&self) -> Option<Vec<f64>> {
        Some(vec![self.current_rate()])
    }
}

/// The exact gradient of a single layer.
pub(crate) struct ByHand;

impl GradientReference for ByHand {
    fn gradient_in(
        &self,
        network: &ForwardNetwork,
        error: OutputError,
        batch: Batch<'_>,
        precision: Precision,
    ) -> Result<Gradient, LearnError> {
        let w = &network.weights.weights[0];
        let u = batch.inputs.mapv(f64::from).dot(&w.t());
        let r = u.mapv(|u| network.transfer.rate(u));
        let weights = match error {
            OutputError::SquaredError => {
                descent(batch.inputs, &r, &batch.target_rates.mapv(f64::from))
            }
            OutputError::Potential => {
                let slope = r.mapv(|r| r * (1.0 - r));
                let delta = (batch.target_potentials.mapv(f64::from) - u) * slope;
                delta.t().dot(&batch.inputs.mapv(f64::from)) / batch.n_samples() as f64
            }
        };
        let weights = match precision {
            Precision::F32 => weights.mapv(|w| f64::from(w as f32)),
            Precision::F64 => weights,
        };
        Ok(Gradient {
            weights: vec![weights],
            thresholds: Vec::new(),
            hidden_errors: Vec::new(),
        })
    }
}

#[test]
fn it_conforms() {
    apical_learning::conformance::check(DeltaRule::new, 3000);
}
