//! What is found of one learner, and how it is begun.

use std::time::Duration;

use anyhow::Result;
use apical_datasets::shuffle;
use apical_learning::{AnyLearner, Phase, Precision, StartStep, Streams};
use serde::{Deserialize, Serialize};

use super::machine::{Machine, Roof};
use super::measured::measure;
use super::shares::Limit;
use crate::runs::Stop;
use crate::spec::Arm;
use crate::task_data::Prepared;

/// Where the time of a learner goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnerProfile {
    /// The task.
    pub task: String,
    /// The learner, and the point of the sweep.
    pub learner: String,
    /// The learner alone.
    #[serde(default)]
    pub name: String,
    /// The key of its kind.
    pub kind: String,
    /// Neurons per layer, input to output.
    pub sizes: Vec<usize>,
    /// Samples of a minibatch.
    pub batch_size: usize,
    /// Weights, thresholds apart, of all connections that are stored.
    pub n_synapses: usize,
    /// Going through all of these weights again and again: between two uses of a matrix come all others. Where
    /// steps are counted, their accumulators and filters too, three times as much.
    #[serde(default)]
    pub weights: Option<Roof>,
    /// Minibatches that were timed without meters.
    pub n_minibatches: usize,
    /// Nanoseconds of a minibatch, the median without meters.
    pub ns_per_minibatch: f64,
    /// What meters cost: the median over rounds of the time with them over that without, less 1.
    pub cost_of_meters: f64,
    /// Nanoseconds by synapse and sample, in continuous time by synapse and step.
    pub ns_per_synapse: f64,
    /// Phases of a minibatch.
    pub phases: Vec<PhaseProfile>,
    /// Kernels that were called; the rest of the time is no kernel's.
    pub kernels: Vec<KernelProfile>,
    /// Of learners in continuous time.
    pub time: Option<TimeProfile>,
    /// What was spent, or why it is not known.
    pub energy: Energy,
    /// What the processor counted, or why it is not known.
    #[serde(default)]
    pub counts: Counts,
    /// Why it could not be taught.
    pub failed: Option<String>,
}

/// A phase of a minibatch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseProfile {
    /// Which.
    pub phase: Phase,
    /// Nanoseconds of a minibatch, the median.
    pub ns_per_minibatch: f64,
}

/// A kernel, within minibatches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KernelProfile {
    /// See [`apical_kernels::meter::Kernel::name`].
    pub kernel: String,
    /// Calls of a minibatch.
    pub calls: f64,
    /// Nanoseconds of a call, the median over minibatches.
    pub ns_per_call: f64,
    /// Its part of a minibatch with meters.
    pub share_of_time: f64,
    /// Nanoseconds by synapse of the learner and sample, in continuous time by synapse and step.
    #[serde(default)]
    pub ns_per_synapse: f64,
    /// Multiply-adds a nanosecond that the result needs; absent of what is no sum of products.
    pub multiply_adds_per_ns: Option<f64>,
    /// Bytes a nanosecond that it needs at least.
    pub bytes_per_ns: Option<f64>,
    /// The roof that limits it, and the share of it that is reached.
    pub limit: Option<Limit>,
}

/// Simulated time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeProfile {
    /// Milliseconds that a sample is shown for.
    pub simulated_ms: f64,
    /// Steps of a second on the clock, where they are counted.
    pub steps_per_second: Option<f64>,
    /// Simulated over real time, samples of a minibatch counted one by one.
    pub real_time_factor: f64,
}

/// Energy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Energy {
    /// Of the whole processor, whatever else it did: nanojoules by synapse and sample, in continuous time
    /// by synapse and step.
    NanojoulesPerSynapse(f64),
    /// Why it is not known.
    Unknown(String),
}

/// Cycles and instructions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// Of a minibatch without meters, outside the system's kernel.
    PerMinibatch {
        /// Cycles of the processor.
        cycles: f64,
        /// Instructions that it completed.
        instructions: f64,
    },
    /// Why they are not known.
    Unknown(String),
}

impl Default for Counts {
    /// Of profiles that are older than this.
    fn default() -> Self {
        Self::Unknown("they were not looked for".to_owned())
    }
}

/// Profiles the learner of `arm` for `wanted`; nothing where it was stopped.
pub(super) fn profiled(
    arm: &Arm,
    prepared: &Prepared,
    seed: u64,
    wanted: Duration,
    stop: Stop<'_>,
    machine: &Machine,
) -> Result<Option<LearnerProfile>> {
    let Begun {
        mut learner,
        order,
        batch_size,
    } = begin(arm, prepared, seed)?;
    let mut found = LearnerProfile {
        task: arm.task_name.clone(),
        learner: arm.label(),
        name: arm.learner_name.clone(),
        kind: arm.learner.kind().to_owned(),
        sizes: learner.network().sizes().to_vec(),
        batch_size,
        n_synapses: n_synapses(&*learner),
        weights: None,
        n_minibatches: 0,
        ns_per_minibatch: 0.0,
        cost_of_meters: 0.0,
        ns_per_synapse: 0.0,
        phases: Vec::new(),
        kernels: Vec::new(),
        time: None,
        energy: Energy::Unknown(String::new()),
        counts: Counts::default(),
        failed: None,
    };
    let measured = measure(&mut *learner, prepared, &order, batch_size, wanted, stop);
    match measured {
        Ok(Some(measured)) => {
            let of_weight = match learner.precision() {
                Precision::F32 => size_of::<f32>(),
                Precision::F64 => size_of::<f64>(),
            };
            // Steps go through the accumulators and filters of plasticity as well.
            let n_copies = if measured.counts_steps() { 3 } else { 1 };
            let bytes = found.n_synapses * of_weight * n_copies;
            found.weights = (bytes > 0).then(|| machine.measured_at(bytes as u64));
            measured.fill(&mut found, learner.simulated_ms(), machine);
        }
        Ok(None) => return Ok(None),
        Err(error) => found.failed = Some(error.to_string()),
    }
    Ok(Some(found))
}

/// A learner before its first minibatch.
pub(super) struct Begun {
    /// As a run would make it.
    pub(super) learner: Box<AnyLearner>,
    /// Samples in the order in which they are shown.
    pub(super) order: Vec<usize>,
    /// Samples of a minibatch.
    pub(super) batch_size: usize,
}

/// The learner of `arm` as a run with `seed` begins; epochs before learning are one minibatch here, without
/// which feedback that is found in them would be none.
pub(super) fn begin(arm: &Arm, prepared: &Prepared, seed: u64) -> Result<Begun> {
    let streams = Streams::new(seed);
    let start = prepared.start_of(arm, streams)?;
    let mut learner = arm.learner.make(&prepared.network, &start, streams)?;
    let n_samples = prepared.data.train.n_samples();
    let mut order: Vec<usize> = (0..n_samples).collect();
    shuffle(&mut order, &mut streams.stream("order"));
    let batch_size = arm.training.batch_size.min(n_samples).max(1);
    if learner.n_start_epochs() > 0 {
        let first = prepared.data.train.select(&order[..batch_size]);
        let mut session = learner.session(streams, batch_size);
        let only = StartStep {
            step: 1,
            n_steps: 1,
        };
        learner.start(&mut session, first.all().inputs, only)?;
    }
    Ok(Begun {
        learner,
        order,
        batch_size,
    })
}

fn n_synapses(learner: &AnyLearner) -> usize {
    let names = learner.tensors().names().into_iter();
    let tensors = names.filter_map(|name| learner.tensor(name));
    // Thresholds are vectors.
    let matrices = tensors.filter(|tensor| tensor.ndim() == 2);
    matrices.map(|matrix| matrix.len()).sum()
}
