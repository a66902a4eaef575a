//! One run: a learner made from its specification, taught and measured.

use std::panic::{AssertUnwindSafe, catch_unwind};

use apical_backprop::{CandleReference, FeedbackAlignment, Mlp, single_layer};
use apical_learning::{
    AlignmentObserver, Clock, EvaluationObserver, LearnError, Learner, MeasureSpec, Network,
    Observer, Plan, Precision, Sink, SpecError, StoreError, Streams, TaskData, TrainError, Trained,
    save_tensors, train,
};
use apical_microcircuit::TwoStep;

use crate::spec::{Arm, LearnerSpec};
use crate::stop::Stop;

/// What a run needs beside its arm.
pub(crate) struct Setting<'a> {
    /// Root of all random streams.
    pub(crate) seed: u64,
    /// The data.
    pub(crate) data: &'a TaskData,
    /// The network.
    pub(crate) network: &'a Network,
    /// What is measured.
    pub(crate) measure: &'a MeasureSpec,
    /// Whether updates are compared with the gradient.
    pub(crate) align: bool,
    /// Times the phases.
    pub(crate) clock: &'a dyn Clock,
    /// Whether to stop.
    pub(crate) stop: &'a Stop,
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
    /// The settings fit no learner.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The learner could not be made.
    #[error("the learner could not be made: {0}")]
    Make(#[from] LearnError),
    /// Training stopped.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The weights could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The code failed.
    #[error("the program failed within this run: {0}; please report this")]
    Panic(String),
}

/// Makes the learner of `arm` and teaches it; a panic becomes an error.
pub(crate) fn teach(
    arm: &Arm,
    setting: &Setting<'_>,
    sink: &mut dyn Sink,
) -> Result<Taught, TeachError> {
    catch_unwind(AssertUnwindSafe(|| make_and_teach(arm, setting, sink))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(TeachError::Panic(
            text.unwrap_or_else(|| "no message".into()),
        ))
    })
}

fn make_and_teach(
    arm: &Arm,
    setting: &Setting<'_>,
    sink: &mut dyn Sink,
) -> Result<Taught, TeachError> {
    let network = setting.network;
    let streams = Streams::new(setting.seed);
    let start = arm.start(network, streams)?;
    let plan = Plan {
        n_epochs: arm.training.n_epochs,
        batch_size: arm.training.batch_size,
        streams,
        clock: setting.clock,
        stop: &|| setting.stop.is_asked(),
    };
    match &arm.learner {
        LearnerSpec::Microcircuit(spec) => match arm.learner.precision() {
            Precision::F32 => run(
                TwoStep::<f32>::new(network, &start, spec, streams)?,
                setting,
                &plan,
                sink,
            ),
            Precision::F64 => run(
                TwoStep::<f64>::new(network, &start, spec, streams)?,
                setting,
                &plan,
                sink,
            ),
        },
        LearnerSpec::Backprop(spec) => run(Mlp::new(network, &start, spec)?, setting, &plan, sink),
        LearnerSpec::FeedbackAlignment(spec) => run(
            FeedbackAlignment::new(network, &start, spec, streams)?,
            setting,
            &plan,
            sink,
        ),
        LearnerSpec::DirectFeedbackAlignment(spec) => run(
            FeedbackAlignment::direct(network, &start, spec, streams)?,
            setting,
            &plan,
            sink,
        ),
        LearnerSpec::SingleLayer(spec) => {
            run(single_layer(network, spec, streams)?, setting, &plan, sink)
        }
    }
}

fn run<L: Learner>(
    mut learner: L,
    setting: &Setting<'_>,
    plan: &Plan<'_>,
    sink: &mut dyn Sink,
) -> Result<Taught, TeachError> {
    let reference = CandleReference;
    let mut observers: Vec<Box<dyn Observer<L> + '_>> = vec![Box::new(EvaluationObserver::new(
        &learner,
        setting.data,
        setting.measure,
        plan.streams,
    ))];
    if setting.align {
        observers.push(Box::new(AlignmentObserver::new(
            &learner,
            &setting.data.train,
            plan.batch_size,
            setting.measure,
            &reference,
            plan.streams,
        )));
    }
    let trained = train(&mut learner, setting.data, plan, &mut observers, sink)?;
    drop(observers);
    let names = learner.tensor_names();
    Ok(Taught {
        trained,
        n_parameters: names
            .iter()
            .filter_map(|name| learner.tensor(*name))
            .map(|t| t.len())
            .sum(),
        sizes: learner.network().sizes().to_vec(),
        weights: save_tensors(&learner)?,
    })
}
