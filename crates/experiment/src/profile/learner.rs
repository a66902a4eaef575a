//! One learner, taught for a while: minibatches in turn with some of the kernels metered and without.

use std::time::{Duration, Instant};

use anyhow::Result;
use apical_datasets::shuffle;
use apical_kernels::meter::{Kernel, Work, Works, metered};
use apical_learning::{
    AnyLearner, LearnError, Phase, PhaseSeconds, PhaseTimer, Precision, StartStep, Streams,
};
use serde::{Deserialize, Serialize};

use super::counters::{Counted, Counters};
use super::energy::Counter;
use super::machine::{Machine, Roof};
use super::shares::{Limit, limit};
use crate::runs::Stop;
use crate::spec::Arm;
use crate::task_data::Prepared;
use crate::time::WallClock;

/// Kernels that are metered together, some in each minibatch: meters of all would cost too much where a
/// minibatch takes microseconds.
const TOGETHER: [&[Kernel]; 4] = [
    &[
        Kernel::Multiply,
        Kernel::MultiplyTransposed,
        Kernel::RankUpdate,
    ],
    &[Kernel::Rates],
    &[Kernel::Elementwise],
    &[Kernel::Onset, Kernel::Steps, Kernel::End],
];
/// What is timed at once takes about this long.
const AT_ONCE: Duration = Duration::from_micros(500);
/// Minibatches before the first that counts.
const N_BEFORE: usize = 3;
/// Rounds of minibatches, each with all meters in turn, that are measured at least.
const N_ROUNDS: usize = 3;

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
    /// What meters cost: the median with them over that without, less 1.
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
    /// See [`Kernel::name`].
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

/// What minibatches took.
struct Measured {
    /// Minibatches that were timed at once.
    n_at_once: usize,
    /// Seconds of a minibatch without meters, the mean of those timed at once.
    plain: Vec<f64>,
    /// Seconds of a minibatch with meters, of [`TOGETHER`] in turn.
    metered: Vec<f64>,
    /// What kernels did in each of these.
    works: Vec<Works>,
    /// Seconds of phases in each without meters.
    phases: Vec<PhaseSeconds>,
    /// Joules of all, and how many minibatches these were.
    energy: Result<(f64, usize), String>,
    /// Of all minibatches without meters.
    counted: Result<Counted, String>,
}

fn measure(
    learner: &mut AnyLearner,
    prepared: &Prepared,
    order: &[usize],
    batch_size: usize,
    wanted: Duration,
    stop: Stop<'_>,
) -> Result<Option<Measured>, LearnError> {
    let (streams, part) = (Streams::new(0), &prepared.data.train);
    let mut session = learner.session(streams, batch_size);
    let mut minibatch = part.select(&[]);
    let mut chunks = order.chunks(batch_size).cycle();
    let clock = WallClock::start();
    let mut idle = PhaseTimer::new(&clock);
    let mut step = |timer: &mut PhaseTimer<'_>| {
        timer.enter(Phase::Data);
        minibatch.gather(part, chunks.next().expect("there are samples"));
        let learnt = learner.learn(&mut session, minibatch.all(), timer);
        timer.pause();
        learnt
    };
    let since = Instant::now();
    for _ in 0..N_BEFORE {
        step(&mut idle)?;
    }
    // As many at a time that looking at the clock takes little of it.
    let one = since.elapsed().as_secs_f64() / N_BEFORE as f64;
    let n_at_once = (AT_ONCE.as_secs_f64() / one).clamp(1.0, 1000.0) as usize;
    let mut counters = Counters::find();
    let mut counted = Counted::default();
    let counter = Counter::find();
    let joules = counter.as_ref().map(Counter::read);
    let mut found = Measured {
        n_at_once,
        plain: Vec::new(),
        metered: Vec::new(),
        works: Vec::new(),
        phases: Vec::new(),
        energy: Err(String::new()),
        counted: Ok(Counted::default()),
    };
    let until = Instant::now() + wanted;
    loop {
        for kernels in TOGETHER {
            let mut timer = PhaseTimer::new(&clock);
            let before = counters.as_mut().ok().and_then(Counters::read);
            let since = Instant::now();
            (0..n_at_once).try_for_each(|_| step(&mut timer))?;
            found
                .plain
                .push(since.elapsed().as_secs_f64() / n_at_once as f64);
            let after = counters.as_mut().ok().and_then(Counters::read);
            if let Some((before, after)) = before.zip(after) {
                counted.cycles += after.cycles - before.cycles;
                counted.instructions += after.instructions - before.instructions;
            }
            found.phases.push(timer.totals());
            let since = Instant::now();
            let several = || (0..n_at_once).try_for_each(|_| step(&mut idle));
            let (learnt, works) = metered(kernels, several);
            found
                .metered
                .push(since.elapsed().as_secs_f64() / n_at_once as f64);
            learnt?;
            found.works.push(works);
        }
        if stop() {
            return Ok(None);
        }
        if Instant::now() >= until && found.plain.len() >= N_ROUNDS * TOGETHER.len() {
            break;
        }
    }
    let n = 2 * found.plain.len() * n_at_once;
    found.energy = match (&counter, joules) {
        (Ok(counter), Ok(Some(from))) => match counter.read() {
            Some(to) => Ok((counter.between(from, to), n)),
            None => Err("the counter of energy could not be read again".to_owned()),
        },
        (Err(reason), _) => Err(reason.clone()),
        _ => Err("the counter of energy could not be read".to_owned()),
    };
    found.counted = counters.map(|_| counted);
    Ok(Some(found))
}

impl Measured {
    /// Whether steps of a presentation are.
    fn counts_steps(&self) -> bool {
        self.work(Kernel::Steps).0.calls > 0
    }

    /// What `kernel` did in minibatches that were timed at once, and its part of their time: medians, as all of these
    /// do alike.
    fn work(&self, kernel: Kernel) -> (Work, f64) {
        let own = TOGETHER.iter().position(|of| of.contains(&kernel));
        let rounds = self.works.iter().zip(&self.metered);
        let own = rounds.skip(own.unwrap_or(0)).step_by(TOGETHER.len());
        let own: Vec<(Work, f64)> = own
            .map(|(works, &seconds)| (works[kernel as usize], seconds))
            .collect();
        let of =
            |what: fn(&(Work, f64)) -> f64| median(&mut own.iter().map(what).collect::<Vec<_>>());
        let work = Work {
            calls: of(|(work, _)| work.calls as f64).round() as u64,
            seconds: of(|(work, _)| work.seconds),
            multiply_adds: of(|(work, _)| work.multiply_adds),
            bytes: of(|(work, _)| work.bytes),
        };
        // Of the same minibatches, so that a machine that is slower for a while changes nothing.
        let share = of(|(work, seconds)| work.seconds / seconds);
        (work, share / self.n_at_once as f64)
    }

    fn fill(mut self, found: &mut LearnerProfile, simulated_ms: f64, machine: &Machine) {
        let n_at_once = self.n_at_once as f64;
        let works = Kernel::ALL.map(|kernel| self.work(kernel));
        let (plain, with_meters) = (median(&mut self.plain), median(&mut self.metered));
        found.n_minibatches = self.plain.len() * self.n_at_once;
        found.ns_per_minibatch = 1e9 * plain;
        found.cost_of_meters = with_meters / plain - 1.0;
        let phases = Phase::ALL.into_iter().filter_map(|phase| {
            let mut seconds: Vec<_> = self.phases.iter().map(|of| of.of(phase)).collect();
            let ns_per_minibatch = 1e9 * median(&mut seconds) / n_at_once;
            (ns_per_minibatch > 0.0).then_some(PhaseProfile {
                phase,
                ns_per_minibatch,
            })
        });
        found.phases = phases.collect();
        let steps = works[Kernel::Steps as usize].0.calls as f64 / n_at_once;
        let samples = found.batch_size as f64;
        let events = found.n_synapses as f64 * if steps > 0.0 { steps } else { samples };
        let called = Kernel::ALL.into_iter().zip(works);
        let called = called.filter(|(_, (work, _))| work.calls > 0);
        found.kernels = called
            .map(|(kernel, (work, share_of_time))| KernelProfile {
                kernel: kernel.name().to_owned(),
                calls: work.calls as f64 / n_at_once,
                ns_per_call: 1e9 * work.seconds / work.calls as f64,
                share_of_time,
                ns_per_synapse: 1e9 * work.seconds / n_at_once / events,
                multiply_adds_per_ns: rate(work.multiply_adds, &work),
                bytes_per_ns: rate(work.bytes, &work),
                limit: limit(kernel, &work, machine, found.weights.as_ref()),
            })
            .collect();
        if simulated_ms > 0.0 {
            found.time = Some(TimeProfile {
                simulated_ms,
                steps_per_second: (steps > 0.0).then(|| steps / plain),
                real_time_factor: samples * simulated_ms / 1e3 / plain,
            });
        }
        found.ns_per_synapse = found.ns_per_minibatch / events;
        found.energy = match self.energy {
            Ok((joules, n)) => Energy::NanojoulesPerSynapse(1e9 * joules / n as f64 / events),
            Err(reason) => Energy::Unknown(reason),
        };
        let n_plain = found.n_minibatches as f64;
        found.counts = match self.counted {
            // A counter that the system never let run.
            Ok(counted) if counted.instructions <= 0.0 => {
                Counts::Unknown("the processor's counters stayed at 0".to_owned())
            }
            Ok(counted) => Counts::PerMinibatch {
                cycles: counted.cycles / n_plain,
                instructions: counted.instructions / n_plain,
            },
            Err(reason) => Counts::Unknown(reason),
        };
    }
}

fn rate(amount: f64, work: &Work) -> Option<f64> {
    (amount > 0.0 && work.seconds > 0.0).then(|| amount / work.seconds / 1e9)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        0 => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    }
}
