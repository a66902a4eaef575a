//! Where the training time goes, by phase. The clock itself is handed in from outside.

use serde::{Deserialize, Serialize};

/// A monotonic clock.
pub trait Clock: Send + Sync {
    /// Seconds since some fixed moment.
    fn seconds(&self) -> f64;
}

/// A clock that stands still, for runs whose time does not matter.
#[derive(Debug, Clone, Copy)]
pub struct NoClock;

impl Clock for NoClock {
    fn seconds(&self) -> f64 {
        0.0
    }
}

/// What a run spends time on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Choosing and gathering the minibatch.
    Data,
    /// The dynamics of a circuit, or the forward pass.
    Dynamics,
    /// Plasticity, or the backward pass with the update.
    Plasticity,
    /// Dynamics and plasticity where they cannot be told apart.
    Fused,
    /// A phase before learning.
    Start,
    /// Alignment and other metrics; not training time.
    Metrics,
    /// Accuracy and loss on the parts of the data; not training time.
    Evaluation,
}

impl Phase {
    /// All phases, in the order of [`PhaseSeconds`].
    pub const ALL: [Self; 7] = [
        Self::Data,
        Self::Dynamics,
        Self::Plasticity,
        Self::Fused,
        Self::Start,
        Self::Metrics,
        Self::Evaluation,
    ];
}

/// Seconds spent in each phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseSeconds {
    /// See [`Phase::Data`].
    pub data: f64,
    /// See [`Phase::Dynamics`].
    pub dynamics: f64,
    /// See [`Phase::Plasticity`].
    pub plasticity: f64,
    /// See [`Phase::Fused`].
    pub fused: f64,
    /// See [`Phase::Start`]; left out where there is none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub start: f64,
    /// See [`Phase::Metrics`].
    pub metrics: f64,
    /// See [`Phase::Evaluation`].
    pub evaluation: f64,
}

impl PhaseSeconds {
    /// The seconds of one phase.
    pub fn of(&self, phase: Phase) -> f64 {
        match phase {
            Phase::Data => self.data,
            Phase::Dynamics => self.dynamics,
            Phase::Plasticity => self.plasticity,
            Phase::Fused => self.fused,
            Phase::Start => self.start,
            Phase::Metrics => self.metrics,
            Phase::Evaluation => self.evaluation,
        }
    }

    pub(crate) fn of_mut(&mut self, phase: Phase) -> &mut f64 {
        match phase {
            Phase::Data => &mut self.data,
            Phase::Dynamics => &mut self.dynamics,
            Phase::Plasticity => &mut self.plasticity,
            Phase::Fused => &mut self.fused,
            Phase::Start => &mut self.start,
            Phase::Metrics => &mut self.metrics,
            Phase::Evaluation => &mut self.evaluation,
        }
    }

    /// Seconds of training alone: data, dynamics, plasticity and what comes before them, without observation.
    pub fn training(&self) -> f64 {
        self.data + self.dynamics + self.plasticity + self.fused + self.start
    }
}

fn is_zero(seconds: &f64) -> bool {
    *seconds == 0.0
}

/// Adds up the time between changes of phase.
pub struct PhaseTimer<'a> {
    clock: &'a dyn Clock,
    current: Option<(Phase, f64)>,
    totals: PhaseSeconds,
}

impl<'a> PhaseTimer<'a> {
    /// A timer that is in no phase yet.
    pub fn new(clock: &'a dyn Clock) -> Self {
        Self {
            clock,
            current: None,
            totals: PhaseSeconds::default(),
        }
    }

    /// From now on time counts as `phase`.
    #[inline]
    pub fn enter(&mut self, phase: Phase) {
        let now = self.clock.seconds();
        self.close(now);
        self.current = Some((phase, now));
    }

    /// From now on time counts nowhere.
    pub fn pause(&mut self) {
        let now = self.clock.seconds();
        self.close(now);
        self.current = None;
    }

    /// The seconds so far, up to the last change of phase.
    pub fn totals(&self) -> PhaseSeconds {
        self.totals
    }

    /// Counts on from `seconds`.
    pub(crate) fn count_on(&mut self, seconds: PhaseSeconds) {
        self.totals = seconds;
    }

    fn close(&mut self, now: f64) {
        if let Some((phase, since)) = self.current {
            *self.totals.of_mut(phase) += now - since;
        }
    }
}
