//! Whether large activity grows: the gain of the circuit's loops, computed from its weights.
//!
//! Without teacher and noise, eqs. 1–5 are ẋ = −G x + L x + A φ(x) + const for the somatic potentials
//! x = (u_1 … u_N, u^I_1 … u^I_{N−1}), with G the total conductances, L the teaching currents of the
//! interneurons, g_som u_{k+1}, and A the synapses times the conductances to the soma. Two numbers
//! are made of it:
//!
//! - the abscissa: the largest real part of the eigenvalues of −G + L + s A, with s the largest slope
//!   of φ. Below 0, no loop could grow if every neuron were at its steepest at once;
//! - the growth of large activity: the exponential rate at which solutions of
//!   ẋ = (−G + L) x + s A max(x, 0) grow. That is what remains of eqs. 1–5 far from rest for a φ that is
//!   zero on one side and rises with slope s on the other (softplus, s = γβ; ReLU, s = 1). Above 0 there
//!   are directions in which a large activity only becomes larger. A φ that saturates has none.

use apical_kernels::Real;
use apical_learning::{Learner, Transfer};
use ndarray::{Array1, Array2, Ix2, s};

use super::continuous::Continuous;
use crate::table::{Compartment, Kind, Population};

/// The gain of a circuit's loops, per ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoopGain {
    /// The largest real part of the eigenvalues of the linearised circuit with every neuron at its
    /// steepest.
    pub abscissa: f64,
    /// The rate at which large activity grows; absent for a transfer function that saturates.
    pub large_activity: Option<f64>,
}

/// The gain of the loops of `circuit` without teacher, of potentials that are not prospective.
pub fn loop_gain<T: Real>(circuit: &Continuous<T>) -> LoopGain {
    let Linear { leak, synapses } = Linear::of(circuit);
    let (slope, saturates) = match circuit.network().transfer() {
        Transfer::Logistic => (0.25, true),
        Transfer::Tanh => (1.0, true),
        Transfer::Softplus { gamma, beta, .. } => (gamma * beta, false),
        Transfer::Relu => (1.0, false),
    };
    let synapses = synapses * slope;
    LoopGain {
        abscissa: spectral_abscissa(&(&leak + &synapses)),
        large_activity: (!saturates).then(|| rectified_growth(&leak, &synapses)),
    }
}

/// −G + L and A.
struct Linear {
    leak: Array2<f64>,
    synapses: Array2<f64>,
}

impl Linear {
    fn of<T: Real>(circuit: &Continuous<T>) -> Self {
        let p = circuit.parameters();
        let sizes = circuit.network().sizes();
        let n_layers = sizes.len() - 1;
        // Where the somata of layer k, and the interneurons of layer k, begin in x.
        let mut soma = vec![0; n_layers + 1];
        let mut interneuron = vec![0; n_layers];
        let mut n = 0;
        for k in 1..=n_layers {
            soma[k] = n;
            n += sizes[k];
        }
        for k in 1..n_layers {
            interneuron[k] = n;
            n += sizes[k + 1];
        }
        let mut linear = Self {
            leak: Array2::zeros((n, n)),
            synapses: Array2::zeros((n, n)),
        };
        // Thresholds and input rates are no part of the loops.
        let place = |of: Population| match of.kind {
            Kind::Pyramidal => (of.layer > 0).then(|| soma[of.layer]),
            Kind::Interneuron => Some(interneuron[of.layer]),
            Kind::Error | Kind::One => None,
        };
        for (_, connection) in p.circuit.table().connections() {
            let g = match connection.onto {
                Compartment::Basal => p.basal,
                Compartment::Apical => p.apical[connection.to.layer - 1],
                Compartment::Dendrite => p.dendritic,
            };
            let weights = circuit.tensor(connection.name);
            let weights = weights.and_then(|w| w.into_dimensionality::<Ix2>().ok());
            if let (Some(to), Some(from), Some(w)) =
                (place(connection.to), place(connection.from), weights)
            {
                let (rows, columns) = w.dim();
                let block = s![to..to + rows, from..from + columns];
                linear.synapses.slice_mut(block).assign(&(w * g));
            }
        }
        for k in 1..=n_layers {
            let total = p.leak + p.basal + p.apical[k - 1];
            for i in 0..sizes[k] {
                linear.leak[[soma[k] + i, soma[k] + i]] = -total;
            }
        }
        for k in 1..n_layers {
            let total = p.leak + p.dendritic + p.somatic;
            for i in 0..sizes[k + 1] {
                linear.leak[[interneuron[k] + i, interneuron[k] + i]] = -total;
                linear.leak[[interneuron[k] + i, soma[k + 1] + i]] = p.somatic;
            }
        }
        linear
    }
}

/// The largest real part of the eigenvalues of `j`: ln ‖(1 + h J)^n‖ / (h n) for small h and large n,
/// the power taken by repeated squaring, so that pairs of complex eigenvalues do no harm.
#[doc(hidden)]
pub fn spectral_abscissa(j: &Array2<f64>) -> f64 {
    const STEP: f64 = 1e-4;
    const N_SQUARINGS: i32 = 44;
    let norm = j.rows().into_iter().map(|row| row.mapv(f64::abs).sum());
    let norm = norm.fold(0.0, f64::max);
    if norm == 0.0 || !norm.is_finite() {
        return norm;
    }
    let h = STEP / norm;
    // (1 + h J)^(2^i) = exp(log_size) · power.
    let mut power = Array2::eye(j.nrows()) + j * h;
    let mut log_size = 0.0;
    for _ in 0..N_SQUARINGS {
        power = power.dot(&power);
        let size = power.iter().map(|x| x * x).sum::<f64>().sqrt();
        power /= size;
        log_size = 2.0 * log_size + size.ln();
    }
    log_size / (h * 2_f64.powi(N_SQUARINGS))
}

/// The largest rate at which solutions of ẋ = leak x + synapses max(x, 0) grow, over several
/// beginnings: the system is homogeneous, so growth along a solution settles to a rate.
#[doc(hidden)]
pub fn rectified_growth(leak: &Array2<f64>, synapses: &Array2<f64>) -> f64 {
    const STEP_MS: f64 = 0.1;
    const N_STEPS: usize = 2000;
    const N_STARTS: usize = 16;
    let n = leak.nrows();
    let growth = |start: usize| {
        // Fixed beginnings, all different: 1, and then the signs of cosines.
        let mut x = Array1::from_shape_fn(n, |i| match start {
            0 => 1.0,
            _ => (((i + 1) * (i + start) * start) as f64).cos(),
        });
        let mut log_growth = 0.0;
        for step in 0..N_STEPS {
            let rates = x.mapv(|u: f64| u.max(0.0));
            x = &x + &((leak.dot(&x) + synapses.dot(&rates)) * STEP_MS);
            let size = x.dot(&x).sqrt();
            if size == 0.0 || !size.is_finite() {
                return f64::NEG_INFINITY;
            }
            x /= size;
            if 2 * step >= N_STEPS {
                log_growth += size.ln();
            }
        }
        log_growth / ((N_STEPS - N_STEPS / 2) as f64 * STEP_MS)
    };
    (0..N_STARTS).map(growth).fold(f64::NEG_INFINITY, f64::max)
}
