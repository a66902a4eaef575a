//! The circuit in continuous time written out for one pattern at a time in double precision. All is
//! `inline`, so that nothing but what uses it compiles it.

use ndarray::{Array1, ArrayView1};

use super::parameters::{ContinuousParameters, PlasticityReads};
use crate::circuit::max_2026::oracle::{Oracle, add_outer};
use crate::integrator::UpdateOrder;
use crate::table::Weights;
use apical_learning::TensorName;

/// A circuit and its state. Index `k` is the layer; what a layer has not is empty.
pub struct ContinuousOracle {
    p: ContinuousParameters,
    /// Its equations and weights.
    pub equations: Oracle,
    /// ŭ_k = u_k + τ du_k/dt, layers 1…N.
    pub u: Vec<Array1<f64>>,
    /// e_k, layers 1…N.
    pub e: Vec<Array1<f64>>,
    target: Option<Array1<f64>>,
}

impl ContinuousOracle {
    #[inline]
    pub(super) fn new(p: &ContinuousParameters, weights: &Weights<f64>) -> Self {
        let equations = Oracle::new(&p.circuit, weights, Vec::new());
        let n_of = |k: usize| weights.table()[p.circuit.circuit.forward(k)].to.n;
        let n = p.circuit.attenuation.len();
        let rest: Vec<_> = (0..=n)
            .map(|k| Array1::zeros(if k == 0 { 0 } else { n_of(k) }))
            .collect();
        Self {
            p: p.clone(),
            equations,
            u: rest.clone(),
            e: rest,
            target: None,
        }
    }

    /// One presentation of `pattern`, with a teacher if there are target rates.
    #[inline]
    pub fn present(&mut self, pattern: ArrayView1<'_, f64>, target: Option<ArrayView1<'_, f64>>) {
        for step in 0..self.p.n_steps {
            if step == self.p.target_delay_steps {
                self.target = target.map(|target| target.to_owned());
            }
            match self.p.update_order {
                UpdateOrder::Simultaneous => self.simultaneous(pattern),
                UpdateOrder::LayerSweep => self.sweep(pattern),
            }
        }
    }

    #[inline]
    fn simultaneous(&mut self, pattern: ArrayView1<'_, f64>) {
        let (u, e, n) = (self.u.clone(), self.e.clone(), self.u.len() - 1);
        let r = |k: usize| match k {
            0 => pattern.to_owned(),
            _ => self.equations.phi(&u[k]),
        };
        let rates: Vec<_> = (0..=n).map(r).collect();
        for k in 1..=n {
            let v = self.equations.predicted(k, &rates[k - 1]);
            self.u[k] = self.equations.nudged(k, &v, &e[k]);
            self.e[k] = self.error(k, &u, &e);
        }
        for k in 1..=n {
            self.learn(k, &e[k], &rates[k - 1]);
        }
    }

    #[inline]
    fn sweep(&mut self, pattern: ArrayView1<'_, f64>) {
        let (before, n) = (self.e.clone(), self.u.len() - 1);
        let mut r = vec![pattern.to_owned()];
        for k in 1..=n {
            let v = self.equations.predicted(k, &r[k - 1]);
            self.u[k] = self.equations.nudged(k, &v, &before[k]);
            r.push(self.equations.phi(&self.u[k]));
        }
        for k in (1..=n).rev() {
            self.e[k] = self.error(k, &self.u, &self.e);
        }
        for k in 1..=n {
            let e = match self.p.plasticity_reads {
                PlasticityReads::Soma => before[k].clone(),
                PlasticityReads::ApicalDendrite => self.e[k].clone(),
            };
            self.learn(k, &e, &r[k - 1]);
        }
    }

    /// e_k from somata and errors.
    #[inline]
    fn error(&self, k: usize, u: &[Array1<f64>], e: &[Array1<f64>]) -> Array1<f64> {
        if k + 1 < u.len() {
            return self.equations.hidden_error(k, &u[k], &e[k + 1]);
        }
        match &self.target {
            Some(target) => self.equations.output_error(&u[k], target.view()),
            None => Array1::zeros(u[k].len()),
        }
    }

    /// dW_{k,k−1}/dt = η (ŭ_k − v̂_k) r_{k−1}ᵀ, with λ_A,k A_k e_k for the difference.
    #[inline]
    fn learn(&mut self, k: usize, e: &Array1<f64>, r_below: &Array1<f64>) {
        let a = self
            .equations
            .matrix(TensorName::PyramidalFromError { layer: k });
        let p = &self.p.circuit;
        let eta = p.circuit.rate(p.circuit.forward(k)) * self.p.dt_ms;
        let post = eta * p.apical_mixing[k - 1] * a.dot(e);
        add_outer(&mut self.equations.weights, k, &post, (r_below, 1.0));
    }
}
