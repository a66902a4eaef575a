//! One step of the potentials: somata and filtered inputs from dendrites.

use apical_kernels::{Padded, Real};
use apical_learning::LearnError;

use super::coefficients::{Coefficients, Soma};
use super::noise::Noise;
use super::parameters::ContinuousParameters;
use crate::circuit::sacramento_2018::state::State;

/// What drives a presentation from outside, a row per sample.
pub(crate) struct Supplied<T> {
    /// r_0 before its low-pass filter.
    pub(crate) inputs: Padded<T>,
    /// g_exc E_exc + g_inh E_inh of the teacher, if one acts; its conductances sum to g_som.
    pub(crate) teacher: Option<Padded<T>>,
}

/// What writes somata, from the dendritic potentials in the state.
pub(crate) struct Somata<'a, T> {
    pub(crate) parameters: &'a ContinuousParameters,
    pub(crate) coefficients: &'a Coefficients<T>,
    pub(crate) supplied: &'a Supplied<T>,
}

impl<T: Real> Somata<'_, T> {
    /// Writes somata and filtered inputs of t + dt (eqs. 1 and 2) from a state all of time t, with
    /// noise if there is a generator.
    pub(crate) fn advance(&self, noise: Option<&mut Noise>, s: &mut State<T>) {
        let n = s.n_layers();
        // Interneurons read the somata of time t above them, so they come before those are written.
        for k in 1..n {
            self.interneuron(k, s);
        }
        for k in 1..=n {
            self.pyramidal(k, s);
        }
        self.inputs(s);
        if let Some(noise) = noise {
            let c = self.coefficients;
            noise.add(|k| c.pyramidal[k].noise, c.interneuron.noise, s);
        }
    }

    pub(crate) fn pyramidal(&self, k: usize, s: &mut State<T>) {
        let p = self.parameters;
        let (soma, g_b) = (self.coefficients.pyramidal[k], T::of(p.basal));
        let is_hidden = k < s.n_layers();
        let pairs = (s.soma[k].values_mut().iter_mut()).zip(s.basal[k].values());
        if is_hidden {
            let g_a = T::of(p.apical[k - 1]);
            for ((u, &v_b), &v_a) in pairs.zip(s.apical[k].values()) {
                *u = step(soma, *u, g_b * v_b + g_a * v_a);
            }
        } else if let Some(teacher) = &self.supplied.teacher {
            for ((u, &v_b), &i) in pairs.zip(teacher.values()) {
                *u = step(soma, *u, g_b * v_b + i);
            }
        } else {
            for (u, &v_b) in pairs {
                *u = step(soma, *u, g_b * v_b);
            }
        }
    }

    pub(crate) fn interneuron(&self, k: usize, s: &mut State<T>) {
        let p = self.parameters;
        let (g_d, g_som) = (T::of(p.dendritic), T::of(p.somatic));
        let u_i = s.interneuron[k].values_mut().iter_mut();
        let (v_i, above) = (s.dendrite[k].values(), s.soma[k + 1].values());
        for ((u_i, &v_i), &u) in u_i.zip(v_i).zip(above) {
            *u_i = step(self.coefficients.interneuron, *u_i, g_d * v_i + g_som * u);
        }
    }

    pub(crate) fn inputs(&self, s: &mut State<T>) {
        let (keep, share) = (self.coefficients.input_keep, self.coefficients.input_share);
        let filtered = s.rate[0].values_mut().iter_mut();
        for (r, &supplied) in filtered.zip(self.supplied.inputs.values()) {
            *r = keep * *r + share * (supplied - *r);
        }
        s.find_active_inputs();
    }
}

#[inline(always)]
fn step<T: Real>(soma: Soma<T>, u: T, current: T) -> T {
    soma.keep * u + soma.gain * current
}

/// Fails where a somatic potential left ± `bound`, naming the first by layer.
pub(crate) fn check_bounded<T: Real>(
    s: &State<T>,
    bound: f64,
    time_ms: f64,
) -> Result<(), LearnError> {
    let limit = T::of(bound);
    let within = |potentials: &Padded<T>| {
        let inside = |u: &T| u32::from(u.abs() <= limit);
        let values = potentials.values().iter();
        values.fold(1, |all, u| all & inside(u)) == 1
    };
    for layer in 1..=s.n_layers() {
        for (quantity, potentials) in [
            ("somatic potential", &s.soma[layer]),
            ("interneuron potential", &s.interneuron[layer]),
        ] {
            if !within(potentials) {
                return Err(LearnError::Runaway {
                    layer,
                    quantity,
                    bound,
                    time_ms,
                });
            }
        }
    }
    Ok(())
}
