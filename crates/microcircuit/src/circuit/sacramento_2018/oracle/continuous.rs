//! Eqs. 1–5 and 7–10 in continuous time, written out for one pattern at a time in double precision
//! and in the paper's terms: the oracle of every loop.
//!
//! Not here: noise, sweeps and the adaptive integrator, whose steps are other ones. All is `inline`, so
//! that nothing but what uses it compiles it.

use std::collections::BTreeMap;
use std::iter::once;

use apical_learning::TensorName;

use crate::circuit::Presynaptic;
use crate::circuit::sacramento_2018::continuous::ContinuousParameters;
use crate::circuit::sacramento_2018::induction::Plasticity;
use crate::circuit::sacramento_2018::table::LateralRule;
use crate::feedback::Signal;
use crate::integrator::Integrator;
use crate::table::{How, Source, Values, Weights};

/// A row per postsynaptic neuron.
type Matrix = Vec<Vec<f64>>;

/// A circuit and its state. Index `k` is the layer; what a layer has not is empty.
pub struct Oracle {
    p: ContinuousParameters,
    synapses: BTreeMap<TensorName, Synapses>,
    /// u_k, layers 1…N.
    pub u: Vec<Vec<f64>>,
    /// u^I_k, hidden layers.
    pub u_i: Vec<Vec<f64>>,
    /// r_0.
    pub r_0: Vec<f64>,
}

/// One connection.
#[derive(Clone)]
pub struct Synapses {
    /// W, a row per postsynaptic neuron; thresholds have rows of one.
    pub w: Vec<Vec<f64>>,
    /// Δ, of the same shape.
    pub delta: Vec<Vec<f64>>,
    /// η.
    eta: f64,
    /// What W is at every moment, where it is derived.
    derived: Option<(TensorName, How)>,
}

impl Oracle {
    /// The circuit at rest.
    #[inline]
    pub(crate) fn new(p: &ContinuousParameters, weights: &Weights<f64>) -> Self {
        let table = p.circuit.table();
        let synapses = table.connections().map(|(id, connection)| {
            let copy = weights.copy(id);
            let of = |i: usize| (0..copy.rows()).map(|j| copy.row(j)[i]).collect();
            let w: Matrix = (0..copy.cols()).map(of).collect();
            let derived = match connection.values {
                Values::Derived(Source { of, how }) => Some((table[of].name, how)),
                Values::Stored { .. } | Values::Following { .. } | Values::OneToOne => None,
            };
            let own = Synapses {
                delta: w.iter().map(|row| vec![0.0; row.len()]).collect(),
                w,
                eta: p.circuit.rate(id),
                derived,
            };
            (connection.name, own)
        });
        let synapses: BTreeMap<_, _> = synapses.collect();
        let rest = |k: usize| vec![0.0; synapses[&TensorName::forward(k)].w.len()];
        let n = p.circuit.n_layers();
        Self {
            u: once(Vec::new()).chain((1..=n).map(rest)).collect(),
            u_i: once(Vec::new()).chain((2..=n).map(rest)).collect(),
            r_0: vec![0.0; synapses[&TensorName::forward(1)].w[0].len()],
            p: p.clone(),
            synapses,
        }
    }

    /// The connection `name`.
    #[inline]
    pub fn synapses(&self, name: TensorName) -> Option<&Synapses> {
        self.synapses.get(&name)
    }

    /// One presentation of `pattern`, with a teacher if there are target potentials.
    #[inline]
    pub fn present(&mut self, pattern: &[f64], target: Option<&[f64]>) {
        for step in 0..self.p.n_steps {
            self.step(pattern, target, self.p.is_plastic_step(step));
        }
    }

    /// Everything of time t + dt from everything of time t.
    #[inline]
    fn step(&mut self, pattern: &[f64], target: Option<&[f64]>, is_plastic: bool) {
        let (p, n) = (self.p.clone(), self.p.circuit.n_layers());
        let phi = |u: &f64| p.transfer.rate(*u);
        let rates = |u: &Vec<f64>| -> Vec<f64> { u.iter().map(phi).collect() };
        let r: Vec<_> = once(self.r_0.clone())
            .chain(self.u[1..].iter().map(rates))
            .collect();
        let r_i: Vec<_> = self.u_i.iter().map(rates).collect();
        let drive = |name, r: &[f64]| times(&self.synapses[&name].w, r);
        let threshold = |name| self.synapses.get(&name).map(|b| times(&b.w, &[1.0]));
        let [mut v_b, mut v_i, mut v_a] = [(); 3].map(|()| vec![Vec::new()]);
        for k in 1..=n {
            // v_B,k = W_{k,k−1} r_{k−1} + b_k
            let b_k = threshold(TensorName::PyramidalThreshold { layer: k });
            v_b.push(sum(drive(TensorName::forward(k), &r[k - 1]), b_k));
        }
        for k in 1..n {
            // v^I_k = W^IP_k r_k + b^I_k
            let b_i = threshold(TensorName::InterneuronThreshold { layer: k });
            let w_ip = TensorName::InterneuronFromPyramidal { layer: k };
            v_i.push(sum(drive(w_ip, &r[k]), b_i));
            // v_A,k = W_{k,k+1} r_{k+1} + W^PI_k r^I_k
            let w_pi = TensorName::PyramidalFromInterneuron { layer: k };
            let from_above = drive(TensorName::feedback(k), &r[k + 1]);
            v_a.push(sum(from_above, Some(drive(w_pi, &r_i[k]))));
        }

        if is_plastic {
            let (u, u_i) = (&self.u, &self.u_i);
            // φ(u) − φ(v̂) or φ′(v̂)(u − v̂), with v̂ an attenuated dendritic potential.
            let error = |u: &[f64], attenuation: f64, v: &[f64]| -> Vec<f64> {
                let of = |(u, v): (&f64, &f64)| match p.plasticity {
                    Plasticity::RateDifference => phi(u) - phi(&(attenuation * v)),
                    Plasticity::Slope => p.transfer.slope(attenuation * v) * (u - attenuation * v),
                };
                u.iter().zip(v).map(of).collect()
            };
            let of_layer = |k: usize| error(&u[k], p.attenuation[k - 1], &v_b[k]);
            let of_interneurons = |k: usize| error(&u_i[k], p.interneuron_attenuation, &v_i[k]);
            // r̃_k
            let trace = |k: usize| match p.presynaptic {
                Presynaptic::BottomUp if k > 0 => {
                    let v_hat: Vec<f64> = v_b[k].iter().map(|v| p.attenuation[k - 1] * v).collect();
                    rates(&v_hat)
                }
                _ => r[k].clone(),
            };
            // d^I_k = (φ(u^I_k) − φ(v̂^I_k)) / λ_I
            let d_i = |k: usize| -> Vec<f64> {
                let lambda_i = p.interneuron_nudging[k - 1];
                of_interneurons(k).iter().map(|d| d / lambda_i).collect()
            };
            let c = &p.circuit;
            let is_reciprocal = (c.feedback_rule.needs()).contains(&Signal::PresynapticError);
            let one = vec![1.0];
            for (name, own) in self.synapses.iter_mut().filter(|(_, own)| own.eta != 0.0) {
                let (post, pre) = match *name {
                    // (φ(u_k) − φ(v̂_B,k)) r̃_{k−1}ᵀ
                    TensorName::PyramidalFromPyramidal { to, from } if from < to => {
                        (of_layer(to), trace(from))
                    }
                    TensorName::PyramidalThreshold { layer } => (of_layer(layer), one.clone()),
                    // (φ(u^I_k) − φ(v̂^I_k)) r̃_kᵀ
                    TensorName::InterneuronFromPyramidal { layer } => {
                        (of_interneurons(layer), trace(layer))
                    }
                    TensorName::InterneuronThreshold { layer } => {
                        (of_interneurons(layer), one.clone())
                    }
                    // −r̃_k (d^I_k)ᵀ
                    TensorName::PyramidalFromInterneuron { layer }
                        if c.lateral_rule == LateralRule::Own =>
                    {
                        (trace(layer).iter().map(|r| 0.0 - r).collect(), d_i(layer))
                    }
                    // (v_rest − v_A,k) (r^I_k)ᵀ, v_rest = 0
                    TensorName::PyramidalFromInterneuron { layer } => (
                        v_a[layer].iter().map(|v_a| 0.0 - v_a).collect(),
                        r_i[layer].clone(),
                    ),
                    // r̃_k d_{k+1}ᵀ, with d^I_k for d_{k+1} where synapses at a spine are paired
                    TensorName::PyramidalFromPyramidal { to, from } if is_reciprocal => {
                        let d = match c.lateral_rule {
                            LateralRule::Paired => d_i(to),
                            LateralRule::Own | LateralRule::Eq9 => of_layer(from),
                        };
                        (trace(to), d)
                    }
                    // (φ(u_k) − φ(v̂_TD,k)) r_{k+1}ᵀ, v̂_TD,k = W_{k,k+1} r_{k+1}
                    TensorName::PyramidalFromPyramidal { to, from } => {
                        let v_td = times(&own.w, &r[from]);
                        let pairs = r[to].iter().zip(&v_td);
                        (pairs.map(|(r, v)| r - phi(v)).collect(), r[from].clone())
                    }
                    _ => continue,
                };
                own.learn(&p, &post, &pre);
            }
            self.derive();
        }

        let (g_lk, g_b, g_d, g_som) = (p.leak, p.basal, p.dendritic, p.somatic);
        let before = self.u.clone();
        for k in 1..=n {
            for (i, u) in self.u[k].iter_mut().enumerate() {
                // du_k/dt = −g_lk u_k + g_B (v_B,k − u_k) + g_A,k (v_A,k − u_k); in the output layer
                // g_som (u_trgt − u_N) where there is a teacher
                let mut du = -g_lk * *u + g_b * (v_b[k][i] - *u);
                let mut total = g_lk + g_b;
                if k < n {
                    du += p.apical[k - 1] * (v_a[k][i] - *u);
                    total += p.apical[k - 1];
                } else if let Some(u_trgt) = target {
                    du += g_som * (u_trgt[i] - *u);
                    total += g_som;
                }
                *u += soma_gain(&p, total) * du;
            }
        }
        for k in 1..n {
            for (i, u) in self.u_i[k].iter_mut().enumerate() {
                // du^I_k/dt = −g_lk u^I_k + g_D (v^I_k − u^I_k) + g_som (u_{k+1} − u^I_k)
                let above = before[k + 1][i];
                let du = -g_lk * *u + g_d * (v_i[k][i] - *u) + g_som * (above - *u);
                *u += soma_gain(&p, g_lk + g_d + g_som) * du;
            }
        }
        for (r_0, supplied) in self.r_0.iter_mut().zip(pattern) {
            // τ_0 dr_0/dt = supplied − r_0
            let dr = (supplied - *r_0) / p.tau_input_ms;
            *r_0 += gain(&p, p.dt_ms, 1.0 / p.tau_input_ms) * dr;
        }
    }

    /// Brings derived connections to what they are derived from.
    #[inline]
    fn derive(&mut self) {
        for name in self.synapses.keys().copied().collect::<Vec<_>>() {
            let w = self.current(name);
            self.synapses.entry(name).and_modify(|own| own.w = w);
        }
    }

    #[inline]
    fn current(&self, name: TensorName) -> Matrix {
        let own = &self.synapses[&name];
        let Some((of, how)) = own.derived else {
            return own.w.clone();
        };
        let w = self.current(of);
        match how {
            How::Scaled(factor) => {
                let scaled = |row: &Vec<f64>| row.iter().map(|w| factor * w).collect();
                w.iter().map(scaled).collect()
            }
            How::Transposed => {
                let column = |j: usize| w.iter().map(|row| row[j]).collect();
                (0..w[0].len()).map(column).collect()
            }
        }
    }
}

impl Synapses {
    /// dW/dt = η Δ, τ_w dΔ/dt = −Δ + post · preᵀ; without a filter dW/dt = η post · preᵀ.
    #[inline]
    fn learn(&mut self, p: &ContinuousParameters, post: &[f64], pre: &[f64]) {
        let (eta, tau) = (self.eta, p.tau_plasticity_ms);
        let dt = p.plasticity_stride as f64 * p.dt_ms;
        for (i, post) in post.iter().enumerate() {
            for (j, pre) in pre.iter().enumerate() {
                let (w, delta) = (&mut self.w[i][j], &mut self.delta[i][j]);
                if tau == 0.0 {
                    *w += eta * dt * post * pre;
                } else {
                    *w += eta * dt * *delta;
                    *delta += gain(p, dt, 1.0 / tau) * (post * pre - *delta) / tau;
                }
            }
        }
    }
}

/// What dy/dt is multiplied by to give a step of y, for a y that decays with rate g.
#[inline]
fn gain(p: &ContinuousParameters, dt: f64, g: f64) -> f64 {
    match p.integrator {
        Integrator::ExponentialEuler => (1.0 - (-g * dt).exp()) / g,
        _ => dt,
    }
}

/// The same for somata; with prospective rates they are u + τ du/dt with τ = 1 / g.
#[inline]
fn soma_gain(p: &ContinuousParameters, g: f64) -> f64 {
    match p.prospective {
        true => 1.0 / g,
        false => gain(p, p.dt_ms, g),
    }
}

#[inline]
fn times(w: &Matrix, r: &[f64]) -> Vec<f64> {
    let product = |row: &Vec<f64>| row.iter().zip(r).map(|(w, r)| w * r).sum();
    w.iter().map(product).collect()
}

#[inline]
fn sum(mut a: Vec<f64>, b: Option<Vec<f64>>) -> Vec<f64> {
    let pairs = a.iter_mut().zip(b.iter().flatten());
    pairs.for_each(|(a, b)| *a += b);
    a
}
