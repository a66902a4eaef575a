//! Minibatches of a learner in turn with some of the kernels metered and without, and what they took.

use std::time::{Duration, Instant};

use apical_kernels::meter::{Kernel, Work, Works, metered};
use apical_learning::{AnyLearner, LearnError, Phase, PhaseSeconds, PhaseTimer, Streams};

use super::counters::{Counted, Counters};
use super::energy::Counter;
use super::learner::{Counts, Energy, KernelProfile, LearnerProfile, PhaseProfile, TimeProfile};
use super::machine::Machine;
use super::shares::limit;
use crate::runs::Stop;
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
/// Where so many minibatches or more are timed at once, one in so many calls of a kernel is timed at most, as
/// looking at the clock at each would take too much of a small minibatch: [`sampling`].
const SAMPLED: [usize; 2] = [32, 8];
/// Minibatches before the first that counts.
const N_BEFORE: usize = 5;
/// Rounds of minibatches, each with all meters in turn, that are measured at least.
const N_ROUNDS: usize = 3;

/// What minibatches took.
pub(super) struct Measured {
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

/// Teaches `learner` for `wanted`; nothing where it was stopped.
pub(super) fn measure(
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
    let mut one = f64::INFINITY;
    for _ in 0..N_BEFORE {
        let since = Instant::now();
        step(&mut idle)?;
        // The first ones find nothing in a cache.
        one = one.min(since.elapsed().as_secs_f64());
    }
    // As many at a time that looking at the clock takes little of it.
    let mut n_at_once = (AT_ONCE.as_secs_f64() / one).clamp(1.0, 1000.0) as usize;
    let mut one_in = 1;
    if let Some(&least) = SAMPLED.iter().find(|&&least| n_at_once >= least) {
        let (learnt, works) = metered(&Kernel::ALL, 1, || step(&mut idle));
        learnt?;
        one_in = sampling(least, &works);
        // Each call of a minibatch is timed as often.
        n_at_once = n_at_once.next_multiple_of(one_in as usize);
    }
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
    let mut is_first = true;
    loop {
        for kernels in TOGETHER {
            // What comes first in a pair may find less in the caches.
            is_first = !is_first;
            for with_meters in [is_first, !is_first] {
                if with_meters {
                    let since = Instant::now();
                    let several = || (0..n_at_once).try_for_each(|_| step(&mut idle));
                    let (learnt, works) = metered(kernels, one_in, several);
                    let seconds = since.elapsed().as_secs_f64();
                    learnt?;
                    found.metered.push(seconds / n_at_once as f64);
                    found.works.push(works);
                    continue;
                }
                let mut timer = PhaseTimer::new(&clock);
                let before = counters.as_mut().ok().and_then(Counters::read);
                let since = Instant::now();
                (0..n_at_once).try_for_each(|_| step(&mut timer))?;
                let seconds = since.elapsed().as_secs_f64();
                found.plain.push(seconds / n_at_once as f64);
                let after = counters.as_mut().ok().and_then(Counters::read);
                if let Some((before, after)) = before.zip(after) {
                    counted.cycles += after.cycles - before.cycles;
                    counted.instructions += after.instructions - before.instructions;
                }
                found.phases.push(timer.totals());
            }
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

/// One in how many calls is timed: `least` or a little more, with no divisor in common with the calls of a
/// minibatch, so that in as many minibatches each of them is timed once. Steps are met together.
fn sampling(least: usize, works: &Works) -> u32 {
    let of_kernels = Kernel::ALL.iter().zip(works);
    let of_kernels = of_kernels.filter(|(kernel, _)| **kernel != Kernel::Steps);
    let n_calls: Vec<u64> = of_kernels.map(|(_, work)| work.calls).collect();
    let fits = |n: &u32| {
        n_calls
            .iter()
            .all(|&calls| calls == 0 || gcd(calls, u64::from(*n)) == 1)
    };
    let found = (least as u32..).find(fits);
    found.expect("a prime that divides none of them")
}

fn gcd(a: u64, b: u64) -> u64 {
    match b {
        0 => a,
        _ => gcd(b, a % b),
    }
}

impl Measured {
    /// Whether steps of a presentation are.
    pub(super) fn counts_steps(&self) -> bool {
        let mut works = self.works.iter();
        works.any(|works| works[Kernel::Steps as usize].calls > 0)
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

    /// Writes what was measured to `found`.
    pub(super) fn fill(mut self, found: &mut LearnerProfile, simulated_ms: f64, machine: &Machine) {
        let n_at_once = self.n_at_once as f64;
        let works = Kernel::ALL.map(|kernel| self.work(kernel));
        let pairs = self.metered.iter().zip(&self.plain);
        let cost_of_meters = median(
            &mut pairs
                .map(|(with, without)| with / without)
                .collect::<Vec<_>>(),
        );
        let plain = median(&mut self.plain);
        found.n_minibatches = self.plain.len() * self.n_at_once;
        found.ns_per_minibatch = 1e9 * plain;
        found.cost_of_meters = cost_of_meters - 1.0;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_of_a_minibatch_is_timed_as_often_as_the_others() {
        let works = |calls: &[u64]| {
            let mut works = Works::default();
            for (work, &calls) in works.iter_mut().zip(calls) {
                work.calls = calls;
            }
            works
        };
        assert_eq!(sampling(8, &works(&[])), 8);
        assert_eq!(sampling(8, &works(&[7, 5, 3, 1])), 8);
        assert_eq!(sampling(8, &works(&[4, 3, 3, 6, 13])), 11);
        // Steps, the seventh, are met together.
        assert_eq!(sampling(8, &works(&[3, 0, 0, 0, 0, 1, 8, 1])), 8);
    }
}
