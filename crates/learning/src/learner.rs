//! The trait of everything that learns.

use apical_datasets::Streams;
use ndarray::{ArrayD, ArrayView2, ArrayViewD, ArrayViewMut2};
use serde::{Deserialize, Serialize};

use crate::{
    Activities, Batch, ForwardNetwork, LearnError, Network, Phase, PhaseTimer, Teacher, TensorName,
    Updates,
};

/// The floating-point type a learner computes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Single precision.
    #[default]
    F32,
    /// Double precision.
    F64,
}

/// The loss that a learner's outputs are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputLoss {
    /// ½‖r_trgt − r_N‖² per sample.
    SquaredError,
    /// −log of the output of the labelled class per sample.
    CrossEntropy,
}

/// Taught one minibatch at a time.
///
/// Weights live in the learner; potentials, filters and noise live in a session, so that
/// evaluating gets its own and cannot disturb training.
pub trait Learner: Send + Sync {
    /// The state beside the weights.
    type Session: Send;

    /// Sizes and transfer function of the network that it trains.
    fn network(&self) -> &Network;

    /// The type it computes in.
    fn precision(&self) -> Precision;

    /// A fresh session for batches of about `n_parallel` samples; larger batches are allowed.
    fn session(&self, streams: Streams, n_parallel: usize) -> Self::Session;

    /// Whether a session carries potentials or filters on from one minibatch to the next, so that
    /// the same minibatch may change different things when it comes again.
    fn is_stateful(&self) -> bool {
        false
    }

    /// Sets all learning rates to `share` (0 or more) of what the specification says, whatever was
    /// set before; a learner begins with 1. What a session holds back is given out at the rates of
    /// then. Of what is plastic, and of [`Learner::tensor_names`], it changes nothing, not even at 0.
    fn set_rate_share(&mut self, share: f64);

    /// What this minibatch would change (averaged over its samples), without changing it.
    fn propose(&self, session: &mut Self::Session, batch: Batch<'_>)
    -> Result<Updates, LearnError>;

    /// Makes the changes that [`Learner::propose`] gave.
    fn apply(&mut self, updates: &Updates) -> Result<(), LearnError>;

    /// `propose`, then `apply`; fused where that is faster. Says to `timer` which phase it is in.
    fn learn(
        &mut self,
        session: &mut Self::Session,
        batch: Batch<'_>,
        timer: &mut PhaseTimer<'_>,
    ) -> Result<(), LearnError> {
        timer.enter(Phase::Fused);
        let updates = self.propose(session, batch)?;
        self.apply(&updates)
    }

    /// Makes the changes that `session` still holds back, for example in a low-pass filter, and
    /// leaves it holding none. Nothing in training calls it: it makes `learn` comparable with
    /// `propose` and `apply`, whose changes include what is held back.
    fn flush(&mut self, session: &mut Self::Session) -> Result<(), LearnError> {
        let _ = session;
        Ok(())
    }

    /// Output rates without teacher and plasticity: `[n_samples, n_inputs]` → `[n_samples, n_outputs]`.
    fn predict(
        &self,
        session: &mut Self::Session,
        inputs: ArrayView2<'_, f32>,
        outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError>;

    /// How its outputs are judged.
    fn output_loss(&self) -> OutputLoss {
        OutputLoss::SquaredError
    }

    /// The feed-forward network that the reference gradient is taken of.
    fn forward(&self) -> ForwardNetwork;

    /// Per layer 1…N, the rate of plain gradient descent that its steps correspond to, at the
    /// share of its learning rates that is set; `None` where there is no such rate.
    fn equivalent_rates(&self) -> Option<Vec<f64>> {
        None
    }

    /// What can be read of its state for `batch`, with or without teacher.
    fn activities(
        &self,
        session: &mut Self::Session,
        batch: Batch<'_>,
        teacher: Teacher,
    ) -> Result<Activities, LearnError> {
        let _ = (session, batch, teacher);
        Ok(Activities::new())
    }

    /// The names of its tensors, in the order in which they are saved.
    fn tensor_names(&self) -> Vec<TensorName>;

    /// The tensor `name` in double precision, if it has one. Matrices are `[n_post, n_pre]`. Also
    /// answers names outside [`Learner::tensor_names`] that are derived, such as tied feedback.
    fn tensor(&self, name: TensorName) -> Option<ArrayD<f64>>;

    /// Replaces the tensor `name`.
    fn set_tensor(
        &mut self,
        name: TensorName,
        values: ArrayViewD<'_, f64>,
    ) -> Result<(), LearnError>;
}
