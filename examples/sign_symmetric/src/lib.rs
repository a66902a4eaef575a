//! Sign-symmetric feedback: backprop whose feedback weights have random magnitudes and the signs of
//! the transposed forward weights.
//!
//! δ_N = φ′(u_N)(r_trgt − r_N), δ_k = φ′(u_k) B_k δ_{k+1}, B_k = |M_k| ∘ sign(W_{k+1}ᵀ),
//! ΔW_k = η_k δ_k r_{k−1}ᵀ, averaged over the batch.
//! Source of the principle: Liao, Leibo and Poggio (2016), "How important is weight symmetry in
//! backpropagation?", arXiv:1510.05067.

mod kind;

use apical_learning::{
    Batch, ForwardWeights, LearnError, Learner, Network, Streams, TensorName, TensorTable, Tensors,
    Updates, uniform,
};
use ndarray::{Array2, ArrayD, ArrayView2, ArrayViewMut2};

pub use kind::{SIGN_SYMMETRIC, SignSymmetricSpec};

/// A multilayer perceptron that learns with sign-symmetric feedback, without thresholds.
pub struct SignSymmetric {
    /// W_k `[n_k, n_{k−1}]`, and |M_k| `[n_k, n_{k+1}]` of hidden layers.
    tensors: TensorTable<f64>,
    rates: Vec<f64>,
    rate_share: f64,
}

/// |M_k|.
fn magnitude(index: usize) -> TensorName {
    TensorName::Own {
        name: "feedback_magnitude",
        index,
    }
}

impl SignSymmetric {
    /// A learner with forward weights `start` and magnitudes from U(0, `scale`), drawn from the
    /// stream `feedback_weights`. `rates` has one entry per layer.
    pub fn new(
        network: &Network,
        start: &ForwardWeights<f32>,
        rates: Vec<f64>,
        scale: f64,
        streams: Streams,
    ) -> Self {
        let mut rng = streams.stream("feedback_weights");
        let mut tensors = TensorTable::new(network, start);
        let sizes = network.sizes();
        for k in 1..network.n_layers() {
            let m = uniform([sizes[k], sizes[k + 1]], scale, &mut rng);
            tensors.push(magnitude(k), m.mapv(|m| f64::from(m.abs())).into_dyn());
        }
        Self {
            tensors,
            rates,
            rate_share: 1.0,
        }
    }

    /// B_k = |M_k| ∘ sign(W_{k+1}ᵀ).
    fn feedback(&self, k: usize) -> Array2<f64> {
        let signs = self
            .tensors
            .matrix(TensorName::forward(k + 1))
            .t()
            .mapv(f64::signum);
        &self.tensors.matrix(magnitude(k)) * &signs
    }

    /// u_k of layers 1…N at index `k − 1`, `[n_samples, n_k]`.
    fn potentials(&self, inputs: ArrayView2<'_, f32>) -> Result<Vec<Array2<f64>>, LearnError> {
        if inputs.ncols() != self.network().n_inputs() {
            return Err(LearnError::Shape {
                what: "inputs".to_owned(),
                found: inputs.shape().to_vec(),
                expected: vec![inputs.nrows(), self.network().n_inputs()],
            });
        }
        let mut potentials = Vec::new();
        let mut rate = inputs.mapv(f64::from);
        for (layer, w) in (1..).zip(self.tensors.forward()) {
            let potential = rate.dot(&w.t());
            if potential.iter().any(|u| !u.is_finite()) {
                let quantity = "potential";
                return Err(LearnError::NonFinite { layer, quantity });
            }
            rate = potential.mapv(|u| self.network().transfer().rate(u));
            potentials.push(potential);
        }
        Ok(potentials)
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
        self.rate_share = share;
    }

    fn propose(&self, (): &mut (), batch: Batch<'_>) -> Result<Updates, LearnError> {
        let (n, phi) = (self.network().n_layers(), self.network().transfer());
        let u = self.potentials(batch.inputs)?;
        let slope = |k: usize| u[k - 1].mapv(|u| phi.slope(u));
        let mut updates = Updates::new();
        let r_n = u[n - 1].mapv(|u| phi.rate(u));
        let mut delta = (batch.target_rates.mapv(f64::from) - r_n) * slope(n);
        for k in (1..=n).rev() {
            let before = match k {
                1 => batch.inputs.mapv(f64::from),
                _ => u[k - 2].mapv(|u| phi.rate(u)),
            };
            let eta = self.rates[k - 1] * self.rate_share / batch.n_samples() as f64;
            let change = delta.t().dot(&before) * eta;
            updates.push_change(TensorName::forward(k), change.into_dyn());
            if k > 1 {
                delta = delta.dot(&self.feedback(k - 1).t()) * slope(k - 1);
            }
        }
        Ok(updates)
    }

    fn predict(
        &self,
        (): &mut (),
        inputs: ArrayView2<'_, f32>,
        mut outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        let u = self.potentials(inputs)?;
        outputs.assign(&u[u.len() - 1].mapv(|u| self.network().transfer().rate(u) as f32));
        Ok(())
    }

    fn equivalent_rates(&self) -> Option<Vec<f64>> {
        Some(
            self.rates
                .iter()
                .map(|rate| rate * self.rate_share)
                .collect(),
        )
    }

    fn tensor(&self, name: TensorName) -> Option<ArrayD<f64>> {
        match name {
            TensorName::PyramidalFromPyramidal { to, from } if from == to + 1 => {
                (1..self.network().n_layers())
                    .contains(&to)
                    .then(|| self.feedback(to).into_dyn())
            }
            stored => self.tensors.get(stored),
        }
    }
}
