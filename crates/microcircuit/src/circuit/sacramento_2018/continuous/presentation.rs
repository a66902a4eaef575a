//! One presentation of a pattern to every copy of the state.

use apical_kernels::{Columns, Padded, Real};
use apical_learning::{LearnError, Network};
use ndarray::ArrayView2;

use super::super::State;
use super::super::learner::check_width;
use super::coefficients::Coefficients;
use super::dendrites::Synapses;
use super::dynamics::{self, Somata, Supplied};
use super::noise::Noise;
use super::online;
use super::plasticity::{self, Learning};
use super::{ContinuousParameters, Integrator, TeacherKind, UpdateOrder, adaptive};
use crate::table::Weights;

/// What a session lends to a presentation.
pub(super) struct Lent<'a, T> {
    /// Its increments act on the synapses.
    pub(super) learning: &'a mut Learning<T>,
    /// Whether plasticity acts.
    pub(super) is_plastic: bool,
    pub(super) noise: &'a mut Noise,
}

/// A circuit and what is shown to it.
pub(super) struct Presentation<'a, T> {
    pub(super) parameters: &'a ContinuousParameters,
    pub(super) weights: &'a Weights<T>,
    pub(super) supplied: Supplied<T>,
    /// Whether W^PI_k = −W_{k,k+1} for good.
    pub(super) lateral_cancels: bool,
    /// Time of the first step since the state began at rest, in ms.
    pub(super) start_ms: f64,
}

impl<'a, T: Real> Presentation<'a, T> {
    /// Shows `inputs` `[n_samples, n_inputs]`, with a teacher if there are target potentials
    /// `[n_samples, n_outputs]`.
    pub(super) fn new(
        parameters: &'a ContinuousParameters,
        (weights, lateral_cancels): (&'a Weights<T>, bool),
        network: &Network,
        inputs: ArrayView2<'_, f32>,
        target_potentials: Option<ArrayView2<'_, f32>>,
        start_ms: f64,
    ) -> Result<Self, LearnError> {
        check_width("inputs", inputs, network.n_inputs())?;
        check_finite(inputs, 0, "input rate")?;
        let teacher = match target_potentials {
            None => None,
            Some(targets) => {
                check_width("target potentials", targets, network.n_outputs())?;
                check_finite(targets, network.n_layers(), "target potential")?;
                Some(teacher_current(parameters, targets)?)
            }
        };
        let mut padded = Padded::zeros(inputs.nrows(), inputs.ncols());
        padded.assign(inputs);
        Ok(Self {
            parameters,
            weights,
            lateral_cancels,
            supplied: Supplied {
                inputs: padded,
                teacher,
            },
            start_ms,
        })
    }

    /// Carries `state` through the presentation, with the increments, the noise and, if it acts,
    /// the plasticity of a session where one lends them. `seen` is shown every step's state of time
    /// t, all compartments of the same time. A state without a session is read once more in the
    /// end, so that all compartments belong to the end; a session's is left to be read, except that
    /// a sweep leaves all compartments as its last step made them.
    pub(super) fn run(
        &self,
        state: &mut State<T>,
        mut lent: Option<Lent<'_, T>>,
        mut seen: impl FnMut(usize, &State<T>),
    ) -> Result<(), LearnError> {
        let p = self.parameters;
        if let Integrator::Adaptive(tolerances) = p.integrator {
            return adaptive::run(self, tolerances, state, lent, seen);
        }
        let coefficients = Coefficients::new(p, self.supplied.teacher.is_some());
        let somata = Somata {
            parameters: p,
            coefficients: &coefficients,
            supplied: &self.supplied,
        };
        let sweeps = p.update_order == UpdateOrder::LayerSweep;
        state.find_active_inputs();
        if sweeps {
            self.synapses(&lent).begin(state);
        }
        // The first step of a sweep brings the filtered inputs to where they then stay.
        let stays = coefficients.input_share == T::one();
        if sweeps && stays && p.tau_plasticity_ms == 0.0 {
            somata.inputs(state);
            let is_plastic = lent.as_ref().is_some_and(|own| own.is_plastic);
            self.synapses(&lent).hold_input(is_plastic, state);
        }
        let stepped = self.steps(&somata, state, &mut lent, &mut seen);
        if let Some(held) = state.held_input.take()
            && let Some(own) = &mut lent
        {
            let columns = Columns::Some(&state.active_inputs);
            let weights = &mut own.learning.accumulated[p.circuit.forward(1)];
            held.write(&state.rate[0], columns, weights);
        }
        stepped?;
        if lent.is_none() && !sweeps {
            self.synapses(&lent).read(state);
        }
        Ok(())
    }

    fn steps(
        &self,
        somata: &Somata<'_, T>,
        state: &mut State<T>,
        lent: &mut Option<Lent<'_, T>>,
        seen: &mut impl FnMut(usize, &State<T>),
    ) -> Result<(), LearnError> {
        let p = self.parameters;
        let sweeps = p.update_order == UpdateOrder::LayerSweep;
        for step in 0..p.n_steps {
            let synapses = self.synapses(lent);
            if sweeps {
                somata.sweep(&synapses, state);
            } else {
                synapses.read(state);
            }
            seen(step, state);
            if let Some(own) = lent
                && own.is_plastic
                && p.is_plastic_step(step)
            {
                plasticity::advance(p, self.weights, own.learning, state);
            }
            if !sweeps {
                let noise = lent.as_mut().map(|own| &mut *own.noise);
                somata.advance(noise.filter(|_| p.noise.sigma > 0.0), state);
            }
            let time_ms = self.start_ms + (step + 1) as f64 * p.dt_ms;
            dynamics::check_bounded(state, p.runaway_potential, time_ms)?;
        }
        Ok(())
    }

    /// As [`Presentation::run`] by the fast loop, for one copy; dendrites and rates are left to be
    /// read. Output rates of the readout window are added to `readout`.
    pub(super) fn run_online(
        &self,
        state: &mut State<T>,
        lent: Option<Lent<'_, T>>,
        readout: Option<&mut [f64]>,
    ) -> Result<(), LearnError> {
        let shown = online::Shown {
            parameters: self.parameters,
            coefficients: &Coefficients::new(self.parameters, self.supplied.teacher.is_some()),
            weights: self.weights,
            pattern: self.supplied.inputs.row(0),
            teacher: self.supplied.teacher.as_ref().map(|current| current.row(0)),
            start_ms: self.start_ms,
        };
        let Some(lent) = lent else {
            return online::run(&shown, state, None, false, None, readout);
        };
        let noise = Some(&mut lent.noise.normals).filter(|_| self.parameters.noise.sigma > 0.0);
        online::run(
            &shown,
            state,
            Some(lent.learning),
            lent.is_plastic,
            noise,
            readout,
        )
    }

    pub(super) fn synapses<'b>(&'b self, lent: &'b Option<Lent<'_, T>>) -> Synapses<'b, T> {
        let learning = lent.as_ref().map(|own| &*own.learning);
        Synapses::of(
            self.parameters,
            self.weights,
            learning,
            self.lateral_cancels,
        )
    }
}

fn check_finite(
    values: ArrayView2<'_, f32>,
    layer: usize,
    quantity: &'static str,
) -> Result<(), LearnError> {
    match values.iter().all(|v| v.is_finite()) {
        true => Ok(()),
        false => Err(LearnError::NonFinite { layer, quantity }),
    }
}

/// The part of the teaching current that does not depend on u_N: g_som u_trgt, or
/// g_exc E_exc + g_inh E_inh. The other part is −g_som u_N in both cases.
fn teacher_current<T: Real>(
    p: &ContinuousParameters,
    targets: ArrayView2<'_, f32>,
) -> Result<Padded<T>, LearnError> {
    let mut current = Padded::zeros(targets.nrows(), targets.ncols());
    match p.teacher {
        TeacherKind::Potential => {
            let scaled = targets.mapv(|u| p.somatic * f64::from(u));
            current.assign(scaled.view());
        }
        TeacherKind::Conductances {
            excitatory_reversal: e_exc,
            inhibitory_reversal: e_inh,
        } => {
            let beyond = |u: f64| u < e_inh || u > e_exc;
            let outside = targets.iter().map(|&u| f64::from(u)).find(|&u| beyond(u));
            if let Some(potential) = outside {
                return Err(LearnError::TargetBeyondReversal {
                    potential,
                    low: e_inh,
                    high: e_exc,
                });
            }
            let scaled = targets.mapv(|u| {
                let g_exc = p.somatic * (f64::from(u) - e_inh) / (e_exc - e_inh);
                let g_inh = p.somatic * (e_exc - f64::from(u)) / (e_exc - e_inh);
                g_exc * e_exc + g_inh * e_inh
            });
            current.assign(scaled.view());
        }
    }
    Ok(current)
}
