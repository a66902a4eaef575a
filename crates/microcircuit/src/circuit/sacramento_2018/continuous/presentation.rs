//! One presentation of a pattern to every copy of the state.

use apical_kernels::{Padded, Real};
use apical_learning::{LearnError, Network};
use ndarray::ArrayView2;

use super::dendrites::Synapses;
use super::learning::Learning;
use super::noise::Noise;
use super::parameters::{ContinuousParameters, TeacherKind};
use super::plasticity;
use super::somata::Supplied;
use crate::activity::check_width;
use crate::circuit::sacramento_2018::state::State;
use crate::feedback::Listening;
use crate::table::Weights;

/// Is shown the state of a step, all compartments of the same time.
pub(crate) type Seen<'a, T> = &'a mut (dyn FnMut(usize, &State<T>) + 'a);

/// What a session lends to a presentation.
pub(crate) struct Lent<'a, T> {
    /// Its increments act on the synapses.
    pub(crate) learning: &'a mut Learning<T>,
    /// Whether plasticity acts.
    pub(crate) is_plastic: bool,
    pub(crate) noise: &'a mut Noise,
    /// What feedback hears, where it listens to noise.
    pub(crate) listening: Option<&'a mut Listening<T>>,
}

impl<T: Real> Lent<'_, T> {
    /// Hears the rates of `step` and learns from its state, all of one time.
    pub(crate) fn learn(
        &mut self,
        p: &ContinuousParameters,
        weights: &Weights<T>,
        step: usize,
        s: &mut State<T>,
    ) {
        let is_plastic = self.is_plastic && p.is_plastic_step(step);
        if let (Some(by), Some(listening)) = (&p.feedback_noise, &mut self.listening) {
            listening.hear(by, &s.rate);
            if is_plastic && by.is_heeded(step) {
                plasticity::listen(p, by, weights, self.learning, listening);
            }
        }
        if is_plastic {
            plasticity::advance(p, weights, self.learning, s);
        }
    }
}

/// A circuit and what is shown to it.
pub(crate) struct Presentation<'a, T> {
    pub(crate) parameters: &'a ContinuousParameters,
    pub(crate) weights: &'a Weights<T>,
    pub(crate) supplied: Supplied<T>,
    /// Whether W^PI_k = −W_{k,k+1} for good.
    pub(crate) lateral_cancels: bool,
    /// Time of the first step since the state began at rest, in ms.
    pub(crate) start_ms: f64,
}

impl<'a, T: Real> Presentation<'a, T> {
    /// Shows `inputs` `[n_samples, n_inputs]`, with a teacher if there are target potentials
    /// `[n_samples, n_outputs]`.
    pub(crate) fn new(
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

    pub(crate) fn synapses<'b>(&'b self, lent: &'b Option<Lent<'_, T>>) -> Synapses<'b, T> {
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
