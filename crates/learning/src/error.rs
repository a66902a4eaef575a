//! What can go wrong while learning.

use crate::{StoreError, TensorName};

/// Why a learner could not learn, predict or take a tensor.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// A value left the finite numbers.
    #[error(
        "{quantity} of layer {layer} is not finite; lower the learning rates or the weight scales"
    )]
    NonFinite {
        /// The layer, counted from 0 (input).
        layer: usize,
        /// What became non-finite, for example `somatic potential`.
        quantity: &'static str,
    },
    /// A potential left the range that a stable circuit stays in.
    #[error(
        "{quantity} of layer {layer} left ±{bound} at {time_ms:.1} ms; lower the learning rates, the weight scales or the coupling"
    )]
    Runaway {
        /// The layer, counted from 0 (input).
        layer: usize,
        /// What ran away, for example `somatic potential`.
        quantity: &'static str,
        /// The bound that was declared.
        bound: f64,
        /// When, in ms since the session began.
        time_ms: f64,
    },
    /// A loop through the errors that no pattern settles in.
    #[error(
        "the loop from output errors to somata and back multiplies errors by {gain:.3}: above {bound} it never settles; lower the apical conductance, the weight scales or the number of neurons"
    )]
    NeverSettles {
        /// The smallest gain over the patterns looked at.
        gain: f64,
        /// The bound.
        bound: f64,
    },
    /// No step is small enough for the error that is allowed.
    #[error(
        "the adaptive integrator's step fell to {step_ms:e} ms; loosen its tolerances, or lower the learning rates, the weight scales or the coupling"
    )]
    StepTooSmall {
        /// The step, in ms.
        step_ms: f64,
    },
    /// A target that no pair of conductances reaches.
    #[error(
        "a target potential of {potential} lies outside the reversal potentials {low} and {high}; choose wider reversal potentials or another target"
    )]
    TargetBeyondReversal {
        /// The target.
        potential: f64,
        /// E_inh.
        low: f64,
        /// E_exc.
        high: f64,
    },
    /// An array of the wrong shape was handed in.
    #[error("{what} has shape {found:?}, expected {expected:?}")]
    Shape {
        /// Which array.
        what: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that fits.
        expected: Vec<usize>,
    },
    /// The learner has no tensor of that name.
    #[error("this learner has no tensor `{name}`")]
    NoTensor {
        /// The name asked for.
        name: TensorName,
    },
    /// A learner needs class labels and the task has none.
    #[error("{learner} needs class labels; this task is a regression")]
    NoLabels {
        /// The learner.
        learner: &'static str,
    },
    /// The tensor library below failed.
    #[error("{learner} failed in its tensor library: {message}")]
    Backend {
        /// The learner.
        learner: &'static str,
        /// What the library said.
        message: String,
    },
}

/// Why training stopped before its last epoch.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A step of training failed.
    #[error("training stopped at step {step} (epoch {epoch}): {source}")]
    Step {
        /// The step, counted from 1.
        step: u64,
        /// The epoch, counted from 1.
        epoch: usize,
        /// What happened.
        source: LearnError,
    },
    /// The phase before learning takes all epochs.
    #[error(
        "the phase before learning takes {n_start_epochs} epochs of {n_epochs}, which leaves none to learn; raise `training.n_epochs` or lower the learner's `feedback_start.n_epochs`"
    )]
    NoEpochLeft {
        /// All epochs.
        n_epochs: usize,
        /// Those before learning.
        n_start_epochs: usize,
    },
    /// Observing failed.
    #[error("observing after epoch {epoch} failed: {source}")]
    Observe {
        /// The epoch after which it was observed; 0 is before training.
        epoch: usize,
        /// What happened.
        source: LearnError,
    },
    /// A record could not be written.
    #[error("the records of epoch {epoch} could not be kept: {source}")]
    Record {
        /// The epoch.
        epoch: usize,
        /// What happened.
        source: std::io::Error,
    },
    /// There is no going on from the checkpoint.
    #[error("training cannot go on from its checkpoint: {source}")]
    Restore {
        /// What happened.
        source: Box<StoreError>,
    },
    /// A checkpoint could not be kept.
    #[error("a checkpoint in epoch {epoch} could not be kept: {source}")]
    Checkpoint {
        /// The epoch, counted from 1.
        epoch: usize,
        /// What happened.
        source: Box<CheckpointError>,
    },
    /// Somebody asked to stop.
    #[error("stopped on request at step {step} (epoch {epoch})")]
    Stopped {
        /// The step, counted from 1.
        step: u64,
        /// The epoch, counted from 1.
        epoch: usize,
    },
}

/// Why a checkpoint could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The state could not be gathered.
    #[error(transparent)]
    State(#[from] StoreError),
    /// It could not be written.
    #[error(transparent)]
    Written(#[from] std::io::Error),
}
