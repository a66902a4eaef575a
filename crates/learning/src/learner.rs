//! The trait of everything that learns.

use apical_datasets::Streams;
use apical_kernels::Real;
use apical_keys::Described;
use ndarray::{Array1, ArrayD, ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

use crate::{
    Activities, Batch, Carried, ForwardNetwork, LearnError, Network, Phase, PhaseTimer, StoreError,
    Teacher, TensorName, Tensors, Updates,
};

/// The floating-point type a learner computes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Single precision.
    #[default]
    F32,
    /// Double precision.
    F64,
}

impl Precision {
    /// The precision that `T` is.
    pub fn of<T: Real>() -> Self {
        match size_of::<T>() {
            4 => Self::F32,
            _ => Self::F64,
        }
    }

    /// Bytes of a number.
    pub fn n_bytes(self) -> u64 {
        match self {
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// The loss that a learner's outputs are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputLoss {
    /// ½‖r_trgt − r_N‖² per sample.
    SquaredError,
    /// −log of the output of the labelled class per sample.
    CrossEntropy,
}

/// Where a minibatch stands in the epochs before learning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartStep {
    /// The minibatch, counted from 1.
    pub step: u64,
    /// Minibatches of all those epochs.
    pub n_steps: u64,
}

/// Taught one minibatch at a time.
///
/// Weights live in the learner; potentials, filters and noise live in a session, so that
/// evaluating gets its own and cannot disturb training.
pub trait Learner: Send + Sync {
    /// The state beside the weights.
    type Session: Send;

    /// What it is made of.
    fn tensors(&self) -> &dyn Tensors;

    /// As [`Learner::tensors`], to write.
    fn tensors_mut(&mut self) -> &mut dyn Tensors;

    /// A fresh session for batches of about `n_parallel` samples; larger batches are allowed.
    fn session(&self, streams: Streams, n_parallel: usize) -> Self::Session;

    /// Sets all learning rates to `share` (0 or more) of what the specification says, whatever was
    /// set before; a learner begins with 1. What a session holds back is given out at the rates of
    /// then. Of what is plastic, and of the tensors, it changes nothing, not even at 0.
    fn set_rate_share(&mut self, share: f64);

    /// What this minibatch would change (averaged over its samples), without changing it.
    fn propose(&self, session: &mut Self::Session, batch: Batch<'_>)
    -> Result<Updates, LearnError>;

    // What follows is given, and may be given otherwise.

    /// Output rates without teacher and plasticity: `[n_samples, n_inputs]` → `[n_samples, n_outputs]`.
    fn predict(
        &self,
        session: &mut Self::Session,
        inputs: ArrayView2<'_, f32>,
        outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        let _ = session;
        self.forward().predict(inputs, outputs)
    }

    /// Whether a session carries potentials or filters on from one minibatch to the next, so that
    /// the same minibatch may change different things when it comes again.
    fn is_stateful(&self) -> bool {
        false
    }

    /// Shows `carried` everything that `session` carries on from one minibatch to the next, to keep it or to
    /// set it to what was kept: potentials, filters, places of random streams. Beside its tensors, the share
    /// of its rates and this, nothing of a learner may decide what it does next.
    ///
    /// # Errors
    /// What `carried` gives.
    fn carry(
        &self,
        session: &mut Self::Session,
        carried: &mut Carried<'_>,
    ) -> Result<(), StoreError> {
        let _ = (session, carried);
        Ok(())
    }

    /// Makes the changes that [`Learner::propose`] gave.
    fn apply(&mut self, updates: &Updates) -> Result<(), LearnError> {
        for (name, change) in updates.changes() {
            self.tensors_mut().add(*name, change.view())?;
        }
        for (name, value) in updates.next() {
            self.tensors_mut().set(*name, value.view())?;
        }
        Ok(())
    }

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

    /// Milliseconds of simulated time that a sample is shown for; 0 where no time is simulated.
    fn simulated_ms(&self) -> f64 {
        0.0
    }

    /// Epochs of a phase before learning, in which no target is shown: the first of the training's.
    fn n_start_epochs(&self) -> usize {
        0
    }

    /// One minibatch of that phase: `inputs` are all that it sees.
    fn start(
        &mut self,
        session: &mut Self::Session,
        inputs: ArrayView2<'_, f32>,
        at: StartStep,
    ) -> Result<(), LearnError> {
        let _ = (session, inputs, at);
        Ok(())
    }

    /// Makes the changes that `session` still holds back, for example in a low-pass filter, and
    /// leaves it holding none. Nothing in training calls it: it makes `learn` comparable with
    /// `propose` and `apply`, whose changes include what is held back.
    fn flush(&mut self, session: &mut Self::Session) -> Result<(), LearnError> {
        let _ = session;
        Ok(())
    }

    /// How its outputs are judged.
    fn output_loss(&self) -> OutputLoss {
        OutputLoss::SquaredError
    }

    /// The feed-forward network that the reference gradient is taken of.
    fn forward(&self) -> ForwardNetwork {
        ForwardNetwork {
            weights: self.tensors().forward_weights(),
            attenuation: vec![1.0; self.network().n_layers()],
            transfer: self.network().transfer(),
        }
    }

    /// r̄_k of hidden layers (index `k − 1`), where the rule of W_{k+1,k} takes them off the presynaptic
    /// rates. The learner then descends the gradient of the network written with r_k − r̄_k, and that is
    /// what its updates are compared with.
    fn mean_rates(&self) -> Option<Vec<Array1<f64>>> {
        None
    }

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

    /// Sizes and transfer function of the network that it trains.
    fn network(&self) -> &Network {
        self.tensors().network()
    }

    /// The type it computes in.
    fn precision(&self) -> Precision {
        self.tensors().precision()
    }

    /// The tensor `name`, stored or derived from what is stored, such as feedback by a formula of the
    /// learner's own. `[n_post, n_pre]`.
    fn tensor(&self, name: TensorName) -> Option<ArrayD<f64>> {
        self.tensors().get(name)
    }
}
