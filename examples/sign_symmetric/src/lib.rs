//! Sign-symmetric feedback: backprop whose feedback weights have random magnitudes and the signs of
//! the transposed forward weights.
//!
//! δ_N = φ′(u_N)(r_trgt − r_N), δ_k = φ′(u_k) B_k δ_{k+1}, B_k = |M_k| ∘ sign(W_{k+1}ᵀ),
//! ΔW_k = η_k δ_k r_{k−1}ᵀ, averaged over the batch.
//! Source of the principle: Liao, Leibo and Poggio (2016), arXiv:1510.05067.

use apical_learning::{
    Batch, ForwardWeights, LayerRates, LearnError, Learner, LearnerKind, Needs, Network, PerLayer,
    SpecError, Streams, TensorName, TensorTable, Tensors, Updates, any_learner, uniform,
};
use ndarray::{Array2, ArrayD};
use serde::{Deserialize, Serialize};

/// Settings of the learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignSymmetricSpec {
    /// Learning rates of layers 1…N.
    pub rates: PerLayer,
    /// s in |M_k| ~ U(0, s).
    pub feedback_scale: f64,
}

/// Backprop with sign-symmetric feedback, as specifications name it.
pub static SIGN_SYMMETRIC: LearnerKind<SignSymmetricSpec> = LearnerKind {
    name: "sign_symmetric",
    one_line: "feedback of the forward weights' signs and random magnitudes (Liao et al., 2016)",
    check: |spec, network| {
        LayerRates::new(&spec.rates, network)?;
        PerLayer::All(spec.feedback_scale).check_not_negative("feedback_scale")
    },
    make: |spec, network, start, streams| {
        let learner = SignSymmetric::new(spec, network, start, streams)?;
        Ok(any_learner(learner))
    },
    is_baseline: |_| false,
    needs: |_, _| Needs::default(),
};

/// A multilayer perceptron that learns with sign-symmetric feedback.
pub struct SignSymmetric {
    /// W_k `[n_k, n_{k−1}]` and thresholds, and |M_k| `[n_k, n_{k+1}]` of hidden layers.
    tensors: TensorTable<f64>,
    rates: LayerRates,
}

/// |M_k|.
fn magnitude(k: usize) -> TensorName {
    TensorName::own("feedback_magnitude", k)
}

impl SignSymmetric {
    /// Forward weights begin as `start`; magnitudes come from the stream `feedback_weights`.
    pub fn new(
        spec: &SignSymmetricSpec,
        network: &Network,
        start: &ForwardWeights<f32>,
        streams: Streams,
    ) -> Result<Self, SpecError> {
        let mut rng = streams.stream("feedback_weights");
        let rates = LayerRates::new(&spec.rates, network)?;
        let mut tensors = TensorTable::new(network, start);
        for (k, shape) in (1..).zip(network.sizes()[1..].windows(2)) {
            let m = uniform([shape[0], shape[1]], spec.feedback_scale, &mut rng);
            tensors.push(magnitude(k), m.mapv(|m| f64::from(m).abs()).into_dyn());
        }
        Ok(Self { tensors, rates })
    }

    /// B_k = |M_k| ∘ sign(W_{k+1}ᵀ).
    fn feedback(&self, k: usize) -> Array2<f64> {
        let of = |name| self.tensors.matrix(name);
        &of(magnitude(k)) * &of(TensorName::forward(k + 1)).t().mapv(f64::signum)
    }
}

impl Learner for SignSymmetric {
    type Session = ();

    fn tensors(&self) -> &dyn Tensors {
        &self.tensors
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        &mut self.tensors
    }

    fn session(&self, _: Streams, _: usize) {}

    fn set_rate_share(&mut self, share: f64) {
        self.rates.set_share(share);
    }

    fn propose(&self, (): &mut (), batch: Batch<'_>) -> Result<Updates, LearnError> {
        let n = self.network().n_layers();
        let pass = self.forward().pass(batch.inputs)?;
        let mut updates = Updates::new();
        let mut delta = (batch.target_rates.mapv(f64::from) - &pass.rates[n]) * pass.slope(n);
        for k in (1..=n).rev() {
            // ΔW_k = η_k δ_k r_{k−1}ᵀ.
            let (network, eta) = (self.network(), self.rates.of(k));
            updates.push_layer(network, k, eta, &delta, &pass.rates[k - 1]);
            if k > 1 {
                delta = pass.slope(k - 1) * delta.dot(&self.feedback(k - 1).t());
            }
        }
        Ok(updates)
    }

    fn equivalent_rates(&self) -> Option<Vec<f64>> {
        Some(self.rates.all())
    }

    /// B_k goes by the name of top-down weights, so that its angle to W_{k+1}ᵀ is measured.
    fn tensor(&self, name: TensorName) -> Option<ArrayD<f64>> {
        match (1..self.network().n_layers()).find(|&k| name == TensorName::feedback(k)) {
            Some(k) => Some(self.feedback(k).into_dyn()),
            None => self.tensors.get(name),
        }
    }
}
