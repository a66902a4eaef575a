//! Whether the loop through the errors settles.
//!
//! An error at the output changes the somata of every layer through its error neurons, these change the
//! output, and that changes the error. With J_k = ∂u_N/∂u_k of the network without errors,
//! D = diag φ′(u_N) and E_k the way of an error from the output to layer k, the loop multiplies an
//! output error, in units of D, by
//!
//!   K = λ_T Q_N D Σ_k J_k λ_A,k A_k E_k D,
//!
//! which with tied feedback and one-to-one lateral weights is λ_A λ_T Σ_k (λ_D/α)^{N−k} D J_k J_kᵀ D.
//! The circuit settles if ‖K‖ < 1 and never if ‖K‖ > 2 (checked numerically on 559 circuits).

use apical_kernels::Real;
use apical_learning::{Carried, LearnError, StoreError, TensorName};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Ix1, Ix2};

use super::parameters::Parameters;
use crate::table::Weights;

/// Above this no pattern settles.
const LARGEST_GAIN: f64 = 2.0;

/// Patterns that are looked at until one settles.
const N_PATTERNS: usize = 10;

/// Looks at the first patterns that a session is shown.
#[derive(Default)]
pub(crate) struct Settling {
    gains: Vec<f64>,
    is_seen: bool,
}

impl Settling {
    /// Of a session that looks at none.
    pub(crate) fn unasked() -> Self {
        Self {
            is_seen: true,
            ..Self::default()
        }
    }

    /// Shows `carried` what was seen so far.
    pub(crate) fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        carried.floats("gains", &mut self.gains)?;
        carried.flag("is_seen", &mut self.is_seen)
    }

    /// Fails where the error loop settled for none of the first patterns, those of `inputs`
    /// `[n_samples, n_inputs]` included.
    pub(crate) fn look<T: Real>(
        &mut self,
        p: &Parameters,
        w: &Weights<T>,
        inputs: ArrayView2<'_, f32>,
    ) -> Result<(), LearnError> {
        if self.is_seen {
            return Ok(());
        }
        let circuit = Linear::new(p, w);
        for input in inputs.rows() {
            let gain = circuit.gain(input.mapv(f64::from).view());
            // What is not finite is named where it comes from.
            if gain <= LARGEST_GAIN || !gain.is_finite() {
                self.is_seen = true;
                return Ok(());
            }
            self.gains.push(gain);
            if self.gains.len() == N_PATTERNS {
                return Err(LearnError::NeverSettles {
                    gain: self.gains.iter().copied().fold(f64::INFINITY, f64::min),
                    bound: LARGEST_GAIN,
                });
            }
        }
        Ok(())
    }
}

/// ‖K‖ for one pattern of input rates.
pub fn error_loop_gain<T: Real>(p: &Parameters, w: &Weights<T>, input: ArrayView1<'_, f64>) -> f64 {
    Linear::new(p, w).gain(input)
}

/// The matrices of the loop in double precision; index `k − 1` is layer k.
struct Linear<'a> {
    p: &'a Parameters,
    /// α_k W_{k,k−1}.
    forward: Vec<Array2<f64>>,
    /// α_k b_k.
    threshold: Vec<Array1<f64>>,
    /// B_{k,k+1}.
    feedback: Vec<Array2<f64>>,
    q: Vec<Array2<f64>>,
    a: Vec<Array2<f64>>,
}

impl<'a> Linear<'a> {
    fn new<T: Real>(p: &'a Parameters, w: &Weights<T>) -> Self {
        let n = p.attenuation.len();
        let matrix = |name| {
            let tensor = p.circuit.tensor(w, name);
            let matrix = tensor.and_then(|t| t.into_dimensionality::<Ix2>().ok());
            matrix.unwrap_or_else(|| Array2::zeros((0, 0)))
        };
        let threshold = |layer: usize| {
            let tensor = w.tensor(TensorName::PyramidalThreshold { layer });
            let row = tensor.and_then(|t| t.into_dimensionality::<Ix1>().ok());
            let n = w.table()[p.circuit.forward(layer)].to.n;
            row.unwrap_or_else(|| Array1::zeros(n)) * p.attenuation[layer - 1]
        };
        Self {
            p,
            forward: (1..=n)
                .map(|k| matrix(TensorName::forward(k)) * p.attenuation[k - 1])
                .collect(),
            threshold: (1..=n).map(threshold).collect(),
            feedback: (1..n)
                .map(|to| matrix(TensorName::ErrorFromError { to, from: to + 1 }))
                .collect(),
            q: (1..=n)
                .map(|layer| matrix(TensorName::ErrorFromPyramidal { layer }))
                .collect(),
            a: (1..=n)
                .map(|layer| matrix(TensorName::PyramidalFromError { layer }))
                .collect(),
        }
    }

    fn gain(&self, input: ArrayView1<'_, f64>) -> f64 {
        let (p, n) = (self.p, self.forward.len());
        let mut slopes = Vec::new();
        let mut rate = input.to_owned();
        for k in 0..n {
            let u = self.forward[k].dot(&rate) + &self.threshold[k];
            rate = u.mapv(|u| p.transfer.rate(u));
            slopes.push(u.mapv(|u| p.transfer.slope(u)));
        }
        let n_outputs = slopes[n - 1].len();
        let mut loop_matrix = Array2::zeros((n_outputs, n_outputs));
        for (output, mut column) in loop_matrix.columns_mut().into_iter().enumerate() {
            let mut e = vec![Array1::zeros(0); n];
            e[n - 1] = Array1::zeros(n_outputs);
            e[n - 1][output] = slopes[n - 1][output];
            for k in (0..n - 1).rev() {
                let gain = self.q[k].dot(&slopes[k]) * p.error_mixing[k];
                e[k] = gain * self.feedback[k].dot(&e[k + 1]);
            }
            let mut du = self.a[0].dot(&e[0]) * p.apical_mixing[0];
            for k in 1..n {
                let below = &slopes[k - 1] * &du;
                du = self.forward[k].dot(&below) + self.a[k].dot(&e[k]) * p.apical_mixing[k];
            }
            let delta = &slopes[n - 1] * &du;
            column.assign(&(self.q[n - 1].dot(&delta) * p.nudging));
        }
        spectral_norm(&loop_matrix)
    }
}

/// The largest singular value, by power iteration on KᵀK from a vector of ones.
fn spectral_norm(k: &Array2<f64>) -> f64 {
    const N_ITERATIONS: usize = 100;
    let mut x = Array1::from_shape_fn(k.ncols(), |i| 1.0 + 0.1 * (i as f64 + 1.0).sin());
    let mut norm = 0.0;
    for _ in 0..N_ITERATIONS {
        let size = x.dot(&x).sqrt();
        if size == 0.0 || !size.is_finite() {
            return size;
        }
        x /= size;
        let y = k.dot(&x);
        norm = y.dot(&y).sqrt();
        x = k.t().dot(&y);
    }
    norm
}
