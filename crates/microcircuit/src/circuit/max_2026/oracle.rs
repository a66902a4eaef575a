//! The circuit's equations written out for one pattern at a time in double precision: the oracle of
//! every form. All is `inline`, so that nothing but what uses it compiles it.

use apical_learning::{TensorName, Updates};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Ix1, Ix2};

use super::parameters::Parameters;
use crate::circuit::Presynaptic;
use crate::table::Weights;

/// A circuit. Index `k` is the layer; what a layer has not is empty.
pub struct Oracle {
    pub(super) p: Parameters,
    /// Its weights.
    pub weights: Weights<f64>,
    /// r̄_k of hidden layers at index `k − 1`; empty where presynaptic rates are not centred.
    means: Vec<Array1<f64>>,
}

impl Oracle {
    #[inline]
    pub(crate) fn new(p: &Parameters, weights: &Weights<f64>, means: Vec<Array1<f64>>) -> Self {
        Self {
            p: p.clone(),
            weights: weights.clone(),
            means,
        }
    }

    /// The matrix `name`, `[n_post, n_pre]`.
    #[inline]
    pub(super) fn matrix(&self, name: TensorName) -> Array2<f64> {
        let tensor = self.p.circuit.tensor(&self.weights, name);
        let matrix = tensor.and_then(|tensor| tensor.into_dimensionality::<Ix2>().ok());
        matrix.unwrap_or_else(|| panic!("there is no matrix `{name}`"))
    }

    /// α_k (W_{k,k−1} r_{k−1} + b_k).
    #[inline]
    pub(super) fn predicted(&self, k: usize, r_below: &Array1<f64>) -> Array1<f64> {
        let mut v_b = self.matrix(TensorName::forward(k)).dot(r_below);
        let b = TensorName::PyramidalThreshold { layer: k };
        if let Some(b) = self.weights.tensor(b) {
            v_b += &b.into_dimensionality::<Ix1>().expect("thresholds");
        }
        v_b * self.p.attenuation[k - 1]
    }

    /// v̂_k + λ_A,k A_k e_k.
    #[inline]
    pub(super) fn nudged(&self, k: usize, v: &Array1<f64>, e: &Array1<f64>) -> Array1<f64> {
        let a = self.matrix(TensorName::PyramidalFromError { layer: k });
        v + self.p.apical_mixing[k - 1] * a.dot(e)
    }

    /// λ_T Q_N [φ′(u_N) ∘ (r_trgt − r_N)].
    #[inline]
    pub(super) fn output_error(&self, u: &Array1<f64>, target: ArrayView1<'_, f64>) -> Array1<f64> {
        let n = self.p.attenuation.len();
        let q = self.matrix(TensorName::ErrorFromPyramidal { layer: n });
        self.p.nudging * q.dot(&(self.slope(u) * (&target - &self.phi(u))))
    }

    /// λ_D,k (Q_k φ′(u_k)) ∘ (B_{k,k+1} e_{k+1}).
    #[inline]
    pub(super) fn hidden_error(
        &self,
        k: usize,
        u: &Array1<f64>,
        e_above: &Array1<f64>,
    ) -> Array1<f64> {
        let q = self.matrix(TensorName::ErrorFromPyramidal { layer: k });
        let b = self.matrix(TensorName::ErrorFromError { to: k, from: k + 1 });
        self.p.error_mixing[k - 1] * q.dot(&self.slope(u)) * b.dot(e_above)
    }

    #[inline]
    pub(super) fn phi(&self, u: &Array1<f64>) -> Array1<f64> {
        u.mapv(|u| self.p.transfer.rate(u))
    }

    #[inline]
    pub(super) fn slope(&self, u: &Array1<f64>) -> Array1<f64> {
        u.mapv(|u| self.p.transfer.slope(u))
    }

    /// What a minibatch changes in the two-step form, averaged over its samples: inputs
    /// `[n_samples, n_inputs]`, target rates `[n_samples, n_outputs]`.
    #[inline]
    pub fn two_step(&self, inputs: ArrayView2<'_, f64>, targets: ArrayView2<'_, f64>) -> Updates {
        let n = self.p.attenuation.len();
        let mut changes = self.weights.zeros_like();
        for (input, target) in inputs.rows().into_iter().zip(targets.rows()) {
            let mut v = vec![Array1::zeros(0)];
            let mut r = vec![input.to_owned()];
            for k in 1..=n {
                v.push(self.predicted(k, &r[k - 1]));
                r.push(self.phi(&v[k]));
            }
            let mut e = vec![Array1::zeros(0); n + 1];
            e[n] = self.output_error(&v[n], target);
            for k in (1..n).rev() {
                e[k] = self.hidden_error(k, &v[k], &e[k + 1]);
            }
            for k in 1..=n {
                // ΔW_{k,k−1} = η ((u_k − v̂_k) / λ_A,k) r_{k−1}ᵀ, and u_k − v̂_k is λ_A,k A_k e_k.
                let a = self.matrix(TensorName::PyramidalFromError { layer: k });
                let eta = self.p.circuit.rate(self.p.circuit.forward(k)) / inputs.nrows() as f64;
                let post = eta * a.dot(&e[k]);
                let pre = match self.p.presynaptic {
                    Presynaptic::Nudged if k > 1 => {
                        self.phi(&self.nudged(k - 1, &v[k - 1], &e[k - 1]))
                    }
                    _ => r[k - 1].clone(),
                };
                // r̃_{k−1} = r_{k−1} − r̄_{k−1}, and Δb_k = post (1 − r̃_{k−1} · r̄_{k−1}).
                let mean = k.checked_sub(2).and_then(|index| self.means.get(index));
                let (pre, one) = match mean {
                    Some(mean) => (&pre - mean, 1.0 - (&pre - mean).dot(mean)),
                    None => (pre, 1.0),
                };
                add_outer(&mut changes, k, &post, (&pre, one));
            }
        }
        changes.updates()
    }
}

/// Adds post · preᵀ to W_{k,k−1}, and post times what the unit of constant rate gives to b_k.
#[inline]
pub(super) fn add_outer(
    weights: &mut Weights<f64>,
    k: usize,
    post: &Array1<f64>,
    (pre, one): (&Array1<f64>, f64),
) {
    let mut change = Array2::zeros((post.len(), pre.len()));
    for (mut row, &post) in change.rows_mut().into_iter().zip(post) {
        row.scaled_add(post, pre);
    }
    let own = weights.write(TensorName::forward(k), change.view().into_dyn(), true);
    own.expect("forward weights are stored");
    let b = TensorName::PyramidalThreshold { layer: k };
    if weights.tensor(b).is_some() {
        let own = weights.write(b, (post * one).into_dyn().view(), true);
        own.expect("thresholds are stored");
    }
}
