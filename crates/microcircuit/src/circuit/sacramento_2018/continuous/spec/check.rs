//! What a specification must satisfy before anything runs.

use apical_learning::{Network, Numbers, Precision, SpecError};

use super::{ContinuousSpec, Increments, TeacherKind};
use crate::circuit::sacramento_2018::keys::keys_of;
use crate::circuit::sacramento_2018::table::LateralRule;
use crate::feedback::{FeedbackKind, NoiseInTime, Signs, Steps};
use crate::integrator::{Integrator, UpdateOrder};

/// Most steps of a presentation: minutes of computing, so that a slip of the pen does not hang.
const MOST_STEPS: f64 = 1e8;

/// Potentials that a circuit may be declared to stay below.
const RUNAWAY: Numbers = Numbers::new(1e-3, 1e30, "a number from 1e-3 to 1e30");

impl ContinuousSpec {
    /// Fails on values out of range, on a step too large to be stable, or on what does not fit
    /// `network`.
    pub fn check(&self, network: &Network) -> Result<(), SpecError> {
        let n_layers = network.n_layers();
        let n_hidden = n_layers - 1;
        self.check_conductances(n_hidden)?;
        for (key, value) in [
            ("dt_ms", self.dt_ms),
            ("presentation_ms", self.presentation_ms),
            ("tau_input_ms", self.tau_input_ms),
            ("readout_window_ms", self.readout_window_ms),
        ] {
            Numbers::MILLISECONDS.check(key, value)?;
        }
        RUNAWAY.check("runaway_potential", self.runaway_potential)?;
        let tau = self.tau_plasticity_ms;
        Numbers::MILLISECONDS_OR_NONE.check("tau_plasticity_ms", tau)?;
        if self.increments == Increments::InWeights && tau > 0.0 {
            return Err(SpecError::range(
                "increments",
                "\"in_weights\"",
                "\"apart\" with a filter: in_weights needs `tau_plasticity_ms = 0`",
            ));
        }
        self.check_times()?;
        self.check_stability(n_hidden)?;
        self.noise.check()?;
        self.check_prospective()?;
        self.check_adaptive()?;
        if let TeacherKind::Conductances {
            excitatory_reversal: high,
            inhibitory_reversal: low,
        } = self.teacher
            && !([low, high].iter().all(|&u| Numbers::SIGNED.contains(u))
                && (low as f32) < high as f32)
        {
            return Err(SpecError::range(
                "teacher.conductances",
                format!("E_exc {high}, E_inh {low}"),
                "reversal potentials from -1e6 to 1e6, with the inhibitory below the excitatory one",
            ));
        }
        let no_apical = self.conductances.apical.values().contains(&0.0);
        let reaches_hidden = !no_apical && self.conductances.somatic > 0.0;
        self.check_feedback()?;
        keys_of!(self, None).check(n_layers, reaches_hidden)
    }

    fn check_conductances(&self, n_hidden: usize) -> Result<(), SpecError> {
        let g = &self.conductances;
        for (key, value, range) in [
            ("conductances.leak", g.leak, Numbers::GAIN_OR_NONE),
            ("conductances.basal", g.basal, Numbers::GAIN),
            ("conductances.dendritic", g.dendritic, Numbers::GAIN),
            ("conductances.somatic", g.somatic, Numbers::GAIN),
        ] {
            range.check(key, value)?;
        }
        let key = "conductances.apical";
        g.apical.check_within(key, Numbers::GAIN_OR_NONE)?;
        g.apical.expand(n_hidden, key).map(drop)
    }

    fn check_times(&self) -> Result<(), SpecError> {
        let n_steps = self.presentation_ms / self.dt_ms;
        let is_whole = (n_steps - n_steps.round()).abs() <= 1e-6 * n_steps;
        if !(0.5..=MOST_STEPS).contains(&n_steps) || !is_whole {
            return Err(SpecError::range(
                "presentation_ms",
                format!("{:?} at a dt_ms of {:?}", self.presentation_ms, self.dt_ms),
                "a whole number of steps, at most a hundred million",
            ));
        }
        let delay = self.plasticity_delay_ms;
        if !(delay >= 0.0 && delay < self.presentation_ms) {
            return Err(SpecError::range(
                "plasticity_delay_ms",
                delay,
                "0 or more and less than `presentation_ms`",
            ));
        }
        if self.readout_window_ms > self.presentation_ms {
            return Err(SpecError::range(
                "readout_window_ms",
                self.readout_window_ms,
                "at most `presentation_ms`",
            ));
        }
        let stride = self.plasticity_every_n_steps;
        if stride == 0 || stride as f64 > n_steps.round() {
            return Err(SpecError::range(
                "plasticity_every_n_steps",
                stride,
                "at least 1, and at most the steps of a presentation",
            ));
        }
        Ok(())
    }

    /// Increments stand apart from the weights, whose signs others would have to follow.
    fn check_feedback(&self) -> Result<(), SpecError> {
        self.listens()?;
        match self.feedback {
            FeedbackKind::Phaseless(_) if !self.prospective => Err(SpecError::range(
                "feedback",
                "phaseless",
                "`prospective = true` with it: through membranes that lag, noise comes late to the layer above; or another kind",
            )),
            FeedbackKind::Phaseless(_) if self.lateral_rule == Some(LateralRule::Own) => {
                Err(SpecError::range(
                    "lateral_rule",
                    "\"own\"",
                    "\"paired\" or \"eq9\" with `feedback.phaseless` in continuous time",
                ))
            }
            FeedbackKind::SignConcordant(kind) if kind.signs == Signs::Tracked => {
                Err(SpecError::range(
                    "feedback.sign_concordant.signs",
                    "\"tracked\"",
                    "\"frozen\" in continuous time; the two-step form has the other",
                ))
            }
            feedback => feedback.check_in_time(),
        }
    }

    /// The noise that feedback listens to.
    pub(super) fn listens(&self) -> Result<Option<NoiseInTime>, SpecError> {
        let steps = Steps {
            dt_ms: self.dt_ms,
            presentation_ms: self.presentation_ms,
            stride: self.plasticity_every_n_steps,
            order: self.update_order,
        };
        NoiseInTime::new(self.feedback, self.feedback_noise.as_ref(), steps)
    }

    fn check_prospective(&self) -> Result<(), SpecError> {
        if self.prospective && self.noise.sigma > 0.0 {
            return Err(SpecError::range(
                "noise.sigma",
                self.noise.sigma,
                "0 with `prospective = true`: u + τ du/dt of a noisy potential has no finite variance",
            ));
        }
        if !self.prospective && self.update_order == UpdateOrder::LayerSweep {
            return Err(SpecError::range(
                "update_order",
                "\"layer_sweep\"",
                "\"simultaneous\" without `prospective = true`",
            ));
        }
        Ok(())
    }

    fn check_adaptive(&self) -> Result<(), SpecError> {
        let Integrator::Adaptive(tolerances) = self.integrator else {
            return Ok(());
        };
        let range = match self.precision {
            Precision::F32 => Numbers::new(1e-6, 1.0, "from 1e-6 to 1 in single precision"),
            Precision::F64 => Numbers::new(1e-13, 1.0, "from 1e-13 to 1"),
        };
        for (key, value) in [
            ("integrator.adaptive.relative", tolerances.relative),
            ("integrator.adaptive.absolute", tolerances.absolute),
        ] {
            range.check(key, value)?;
        }
        if self.noise.sigma > 0.0 {
            return Err(SpecError::range(
                "noise.sigma",
                self.noise.sigma,
                "0 with the adaptive integrator: a noisy path has no derivative whose error could be \
                 controlled",
            ));
        }
        if self.prospective {
            return Err(SpecError::range(
                "prospective",
                true,
                "false with the adaptive integrator: of prospective rates dt/τ drops out and the \
                 loop is implicit, so there is no equation to integrate",
            ));
        }
        if self.plasticity_every_n_steps > 1 {
            return Err(SpecError::range(
                "plasticity_every_n_steps",
                self.plasticity_every_n_steps,
                "1 with the adaptive integrator, which carries plasticity along with potentials",
            ));
        }
        if self.tau_plasticity_ms == 0.0 {
            return Err(SpecError::range(
                "tau_plasticity_ms",
                self.tau_plasticity_ms,
                "above 0 with the adaptive integrator, which integrates the filter too",
            ));
        }
        Ok(())
    }

    fn check_stability(&self, n_hidden: usize) -> Result<(), SpecError> {
        if self.integrator != Integrator::Euler {
            return Ok(());
        }
        let g = &self.conductances;
        let apical = g.apical.expand(n_hidden, "conductances.apical")?;
        let hidden = apical.iter().fold(0.0, |m: f64, &g_a| m.max(g.basal + g_a));
        let interneuron = if n_hidden > 0 { g.dendritic } else { 0.0 };
        let largest = g.leak + hidden.max(g.basal.max(interneuron) + g.somatic);
        let n = self.plasticity_every_n_steps as f64;
        let somatic = if self.prospective {
            f64::INFINITY
        } else {
            2.0 / largest
        };
        let of_filter = match self.tau_plasticity_ms {
            0.0 => f64::INFINITY,
            tau => 2.0 * tau / n,
        };
        let bound = somatic.min(2.0 * self.tau_input_ms).min(of_filter);
        if self.dt_ms < bound {
            return Ok(());
        }
        Err(SpecError::range(
            "dt_ms",
            format!("{} where Euler steps are unstable from {bound}", self.dt_ms),
            "a smaller step: below 2 over the largest total conductance and twice every time constant",
        ))
    }
}
