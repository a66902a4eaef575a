//! Sign-symmetric feedback: backprop whose feedback weights have random magnitudes and the signs of
//! the transposed forward weights.
//!
//! δ_N = φ′(u_N)(r_trgt − r_N), δ_k = φ′(u_k) B_k δ_{k+1}, B_k = |M_k| ∘ sign(W_{k+1}ᵀ),
//! ΔW_k = η_k δ_k r_{k−1}ᵀ, averaged over the batch.
//! Source of the principle: Liao, Leibo and Poggio (2016), "How important is weight symmetry in
//! backpropagation?", arXiv:1510.05067.

use apical_learning::{
    Activities, Batch, ForwardNetwork, ForwardWeights, LearnError, Learner, Network, Precision,
    Quantity, Streams, Teacher, TensorName, Updates, uniform,
};
use ndarray::{Array2, ArrayD, ArrayView2, ArrayViewD, ArrayViewMut2, Axis, Ix2};

/// A multilayer perceptron that learns with sign-symmetric feedback, without thresholds.
pub struct SignSymmetric {
    network: Network,
    rates: Vec<f64>,
    rate_share: f64,
    /// W_k at index `k − 1`, `[n_k, n_{k−1}]`.
    forward: Vec<Array2<f64>>,
    /// M_k of hidden layers at index `k − 1`, `[n_k, n_{k+1}]`.
    magnitudes: Vec<Array2<f64>>,
}

/// Potentials, rates and errors of one batch, `[n_samples, n_k]` each; index `k − 1`.
struct Pass {
    potentials: Vec<Array2<f64>>,
    rates: Vec<Array2<f64>>,
    /// B_k δ_{k+1} of hidden layers.
    hidden_errors: Vec<Array2<f64>>,
    deltas: Vec<Array2<f64>>,
}

impl SignSymmetric {
    /// A learner with forward weights `start` and magnitudes from U(−`scale`, `scale`), drawn from
    /// the stream `feedback_weights`. `rates` has one entry per layer.
    pub fn new(
        network: &Network,
        start: &ForwardWeights<f32>,
        rates: Vec<f64>,
        scale: f64,
        streams: Streams,
    ) -> Self {
        let mut rng = streams.stream("feedback_weights");
        let sizes = network.sizes();
        let magnitudes = (1..network.n_layers())
            .map(|k| {
                uniform([sizes[k], sizes[k + 1]], scale, &mut rng).mapv(|m| f64::from(m.abs()))
            })
            .collect();
        Self {
            network: network.clone(),
            rates,
            rate_share: 1.0,
            forward: start.weights.iter().map(|w| w.mapv(f64::from)).collect(),
            magnitudes,
        }
    }

    /// B_k = |M_k| ∘ sign(W_{k+1}ᵀ).
    fn feedback(&self, k: usize) -> Array2<f64> {
        let signs = self.forward[k].t().mapv(f64::signum);
        &self.magnitudes[k - 1] * &signs
    }

    fn run(&self, inputs: ArrayView2<'_, f32>) -> Result<Pass, LearnError> {
        if inputs.ncols() != self.network.n_inputs() {
            return Err(LearnError::Shape {
                what: "inputs".to_owned(),
                found: inputs.shape().to_vec(),
                expected: vec![inputs.nrows(), self.network.n_inputs()],
            });
        }
        let mut pass = Pass {
            potentials: Vec::new(),
            rates: Vec::new(),
            hidden_errors: Vec::new(),
            deltas: Vec::new(),
        };
        let mut rate = inputs.mapv(f64::from);
        for (layer, w) in (1..).zip(&self.forward) {
            let potential = rate.dot(&w.t());
            if potential.iter().any(|u| !u.is_finite()) {
                return Err(LearnError::NonFinite {
                    layer,
                    quantity: "potential",
                });
            }
            rate = potential.mapv(|u| self.network.transfer().rate(u));
            pass.potentials.push(potential);
            pass.rates.push(rate.clone());
        }
        Ok(pass)
    }

    fn run_with_errors(&self, batch: Batch<'_>) -> Result<Pass, LearnError> {
        let mut pass = self.run(batch.inputs)?;
        let n = self.network.n_layers();
        let slope = |k: usize| pass.potentials[k - 1].mapv(|u| self.network.transfer().slope(u));
        let mut delta = (batch.target_rates.mapv(f64::from) - &pass.rates[n - 1]) * slope(n);
        let (mut deltas, mut errors) = (vec![delta.clone()], Vec::new());
        for k in (1..n).rev() {
            let error = delta.dot(&self.feedback(k).t());
            delta = &error * &slope(k);
            errors.push(error);
            deltas.push(delta.clone());
        }
        deltas.reverse();
        errors.reverse();
        pass.deltas = deltas;
        pass.hidden_errors = errors;
        Ok(pass)
    }

    fn slot(&mut self, name: TensorName) -> Option<&mut Array2<f64>> {
        let TensorName::PyramidalFromPyramidal { to, from } = name else {
            return None;
        };
        if from + 1 == to {
            self.forward.get_mut(to.checked_sub(1)?)
        } else {
            None
        }
    }
}

/// The stored magnitudes M_k; the feedback weights themselves follow from them.
fn magnitude(index: usize) -> TensorName {
    TensorName::Own {
        name: "feedback_magnitude",
        index,
    }
}

impl Learner for SignSymmetric {
    type Session = ();

    fn network(&self) -> &Network {
        &self.network
    }

    fn precision(&self) -> Precision {
        Precision::F64
    }

    fn session(&self, _: Streams, _: usize) {}

    fn set_rate_share(&mut self, share: f64) {
        self.rate_share = share;
    }

    fn propose(&self, (): &mut (), batch: Batch<'_>) -> Result<Updates, LearnError> {
        let pass = self.run_with_errors(batch)?;
        let inputs = batch.inputs.mapv(f64::from);
        let mut updates = Updates::new();
        for (index, delta) in pass.deltas.iter().enumerate() {
            let before = index.checked_sub(1).map_or(&inputs, |i| &pass.rates[i]);
            let change = delta.t().dot(before)
                * (self.rates[index] * self.rate_share / batch.n_samples() as f64);
            updates.push_change(TensorName::forward(index + 1), change.into_dyn());
        }
        Ok(updates)
    }

    fn apply(&mut self, updates: &Updates) -> Result<(), LearnError> {
        for (name, change) in updates.changes() {
            let name = *name;
            let weights = self.slot(name).ok_or(LearnError::NoTensor { name })?;
            *weights += change;
        }
        Ok(())
    }

    fn predict(
        &self,
        (): &mut (),
        inputs: ArrayView2<'_, f32>,
        mut outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        let pass = self.run(inputs)?;
        let rates = &pass.rates[self.network.n_layers() - 1];
        for (mut to, from) in outputs.axis_iter_mut(Axis(0)).zip(rates.rows()) {
            to.assign(&from.mapv(|r| r as f32));
        }
        Ok(())
    }

    fn forward(&self) -> ForwardNetwork {
        ForwardNetwork {
            weights: ForwardWeights {
                weights: self.forward.clone(),
                thresholds: None,
            },
            attenuation: vec![1.0; self.forward.len()],
            transfer: self.network.transfer(),
        }
    }

    fn equivalent_rates(&self) -> Option<Vec<f64>> {
        Some(
            self.rates
                .iter()
                .map(|rate| rate * self.rate_share)
                .collect(),
        )
    }

    fn activities(
        &self,
        (): &mut (),
        batch: Batch<'_>,
        teacher: Teacher,
    ) -> Result<Activities, LearnError> {
        let mut activities = Activities::new();
        if teacher == Teacher::On {
            let pass = self.run_with_errors(batch)?;
            for (k, error) in (1..).zip(pass.hidden_errors) {
                activities.insert(Quantity::HiddenError, k, error);
            }
        }
        Ok(activities)
    }

    fn tensor_names(&self) -> Vec<TensorName> {
        let n = self.network.n_layers();
        (1..=n)
            .map(TensorName::forward)
            .chain((1..n).map(magnitude))
            .collect()
    }

    fn tensor(&self, name: TensorName) -> Option<ArrayD<f64>> {
        let n = self.network.n_layers();
        let matrix = match name {
            TensorName::PyramidalFromPyramidal { to, from }
                if from + 1 == to && (1..=n).contains(&to) =>
            {
                self.forward[to - 1].clone()
            }
            TensorName::PyramidalFromPyramidal { to, from }
                if from == to + 1 && (1..n).contains(&to) =>
            {
                self.feedback(to)
            }
            own if (1..n).any(|k| own == magnitude(k)) => match own {
                TensorName::Own { index, .. } => self.magnitudes[index - 1].clone(),
                _ => return None,
            },
            _ => return None,
        };
        Some(matrix.into_dyn())
    }

    fn set_tensor(
        &mut self,
        name: TensorName,
        values: ArrayViewD<'_, f64>,
    ) -> Result<(), LearnError> {
        let expected = self.tensor(name).ok_or(LearnError::NoTensor { name })?;
        let fits = values.to_owned().into_dimensionality::<Ix2>();
        let (Ok(values), true) = (fits, values.shape() == expected.shape()) else {
            return Err(LearnError::Shape {
                what: name.to_string(),
                found: values.shape().to_vec(),
                expected: expected.shape().to_vec(),
            });
        };
        match name {
            TensorName::Own { index, .. } => self.magnitudes[index - 1] = values,
            _ => *self.slot(name).ok_or(LearnError::NoTensor { name })? = values,
        }
        Ok(())
    }
}
