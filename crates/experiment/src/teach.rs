//! One run: a learner made from its specification, taught and measured.

use apical_backprop::CandleReference;
use apical_learning::{
    AnyLearner, Checkpoint, Clock, GradientReference, MakeError, MeasureSpec, Plan, Sink,
    SpecError, StoreError, Streams, TrainError, Trained, save_tensors, train_any,
};

use crate::runs::Stop;
use crate::spec::Arm;
use crate::task_data::Prepared;

/// What a run needs beside its arm.
pub(crate) struct Setting<'a> {
    /// Root of all random streams.
    pub(crate) seed: u64,
    /// The network, and where its weights begin.
    pub(crate) prepared: &'a Prepared,
    /// What is measured.
    pub(crate) measure: &'a MeasureSpec,
    /// Whether updates are compared with the gradient.
    pub(crate) align: bool,
    /// Times the phases.
    pub(crate) clock: &'a dyn Clock,
    /// Whether to stop.
    pub(crate) stop: Stop<'a>,
    /// Where it goes on, if it was interrupted.
    pub(crate) from: Option<&'a Checkpoint>,
}

/// A run that reached its last epoch.
pub(crate) struct Taught {
    /// Readings and times.
    pub(crate) trained: Trained,
    /// Numbers in the learner's tensors.
    pub(crate) n_parameters: usize,
    /// Layer sizes, input to output.
    pub(crate) sizes: Vec<usize>,
    /// The tensors as safetensors.
    pub(crate) weights: Vec<u8>,
}

/// Why a run did not reach its last epoch.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TeachError {
    /// The starting weights cannot be drawn.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// There is no learner.
    #[error(transparent)]
    Make(#[from] MakeError),
    /// Training stopped.
    #[error("{source}")]
    Train {
        /// Why.
        source: TrainError,
        /// Numbers in the learner's tensors.
        n_parameters: usize,
        /// Layer sizes, input to output.
        sizes: Vec<usize>,
    },
    /// The weights could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the learner of `arm` and teaches it.
pub(crate) fn teach(
    arm: &Arm,
    setting: &Setting<'_>,
    sink: &mut dyn Sink,
) -> Result<Taught, TeachError> {
    let streams = Streams::new(setting.seed);
    let Prepared { data, network, .. } = setting.prepared;
    let start = setting.prepared.start_of(arm, streams)?;
    let plan = Plan {
        n_epochs: arm.training.n_epochs,
        batch_size: arm.training.batch_size,
        rate_schedule: arm.training.rate_schedule,
        streams,
        clock: setting.clock,
        stop: setting.stop,
        from: setting.from,
    };
    let mut learner = arm.learner.make(network, &start, streams)?;
    let learner: &mut AnyLearner = &mut *learner;
    let reference: Option<&dyn GradientReference> = setting.align.then_some(&CandleReference);
    let trained = train_any(learner, data, &plan, setting.measure, reference, sink);
    let n_parameters = n_parameters(learner);
    let sizes = learner.network().sizes().to_vec();
    match trained {
        Ok(trained) => Ok(Taught {
            trained,
            n_parameters,
            sizes,
            weights: save_tensors(learner)?,
        }),
        Err(source) => Err(TeachError::Train {
            source,
            n_parameters,
            sizes,
        }),
    }
}

fn n_parameters(learner: &AnyLearner) -> usize {
    let names = learner.tensors().names();
    names
        .iter()
        .filter_map(|name| learner.tensor(*name))
        .map(|tensor| tensor.len())
        .sum()
}
