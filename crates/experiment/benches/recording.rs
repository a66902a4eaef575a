//! What records and checkpoints cost: the same run of MNIST with nothing kept, with records, and with a
//! checkpoint every second besides, in turn. A line of JSON for every run.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use apical_backprop::CandleReference;
use apical_experiment::progress::{Outcome, Progress, RunProgress, RunSummary};
use apical_experiment::provenance::Program;
use apical_experiment::spec::{Overrides, Resolved, SpecSource};
use apical_experiment::task_data::DataCache;
use apical_experiment::{Checkpoints, Execution, Experiment, Shard};
use apical_learning::{
    Clock, EpochRecord, Phase, PhaseSeconds, Plan, Readings, RunKey, Sink, Streams, TimingRecord,
    TrialRecord, train_any,
};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is kept of a run: its name, and whether there are records, with checkpoints how often.
const KEPT: [(&str, Option<Option<Duration>>); 3] = [
    ("nothing", None),
    ("records", Some(None)),
    ("every_second", Some(Some(Duration::from_secs(1)))),
];

/// What is measured of a run.
struct Measured {
    /// From before its learner is made to after its folder is closed, s.
    seconds: f64,
    /// Time of processors for it, where the system says it, s.
    processor: Option<f64>,
    /// Of `seconds`, training, s.
    training: f64,
    /// Of `seconds`, what is neither training nor observing, s.
    beside: f64,
    /// Readings after the last epoch.
    last: Readings,
}

fn main() -> Result<()> {
    let (n_rounds, n_epochs) = (number("--rounds", 1)?, number("--epochs", 1)?);
    let folders: Vec<PathBuf> = std::env::var_os("APICAL_DATA_DIR")
        .map(PathBuf::from)
        .into_iter()
        .collect();
    if folders.is_empty() {
        eprintln!("APICAL_DATA_DIR is not set: without MNIST nothing is measured");
        return Ok(());
    }
    let mut data = DataCache::new(folders);
    for round in 0..n_rounds {
        let mut expected: Option<Readings> = None;
        for turn in 0..KEPT.len() {
            let (name, kept) = KEPT[(round + turn) % KEPT.len()];
            let measured = match kept {
                None => unrecorded(&resolved(n_epochs)?, &mut data)?,
                Some(every) => recorded(n_epochs, every, &mut data)?,
            };
            let expected = expected.get_or_insert_with(|| measured.last.clone());
            ensure!(*expected == measured.last, "`{name}` ends elsewhere");
            let line = json!({
                "round": round,
                "kept": name,
                "seconds": measured.seconds,
                "processor_seconds": measured.processor,
                "training_seconds": measured.training,
                "seconds_beside": measured.beside,
            });
            println!("{line}");
        }
    }
    Ok(())
}

/// The number after `option` among the arguments.
fn number(option: &str, or_else: usize) -> Result<usize> {
    let mut arguments = std::env::args().skip_while(|argument| argument != option);
    match (arguments.next(), arguments.next()) {
        (None, _) => Ok(or_else),
        (Some(_), Some(value)) => value.parse().with_context(|| format!("{option} {value}")),
        (Some(_), None) => bail!("{option}: expected a number after it"),
    }
}

/// The circuit of experiments/mnist.toml, one seed.
fn experiment(n_epochs: usize) -> Result<Experiment> {
    let text = include_str!("../../../experiments/mnist.toml");
    let table: toml::Table = text.parse()?;
    let learners = table["task"]["mnist"]["learner"]
        .as_table()
        .context("learners")?;
    let others = learners.keys().filter(|learner| *learner != "microcircuit");
    let mut sets: Vec<String> = others
        .map(|learner| format!("task.mnist.learner.\"{learner}\"="))
        .collect();
    sets.push(format!("training.n_epochs={n_epochs}"));
    let source = SpecSource {
        name: "mnist".to_owned(),
        file: "experiments/mnist.toml".to_owned(),
        folder: PathBuf::new(),
        text: text.to_owned(),
    };
    let overrides = Overrides::parse(&sets, Some("0"))?;
    Ok(Experiment::read(source, overrides)?)
}

fn resolved(n_epochs: usize) -> Result<Resolved> {
    match experiment(n_epochs)? {
        Experiment::Tasks(resolved) => Ok(*resolved),
        Experiment::Protocol(_) => bail!("experiments/mnist.toml is no protocol"),
    }
}

/// The run with nothing kept, as a run of an experiment makes it.
fn unrecorded(resolved: &Resolved, data: &mut DataCache) -> Result<Measured> {
    let arm = &resolved.arms[0];
    let prepared = data.prepare(resolved, arm, 0)?;
    let (since, processor) = (Instant::now(), processor_seconds());
    let streams = Streams::new(0);
    // `forward_scale` of the specification; the readings at the end show that it is.
    let start = prepared.network.draw_forward(&[0.1; 3], streams);
    let mut learner = arm.learner.make(&prepared.network, &start, streams)?;
    let plan = Plan {
        n_epochs: arm.training.n_epochs,
        batch_size: arm.training.batch_size,
        rate_schedule: arm.training.rate_schedule,
        streams,
        clock: &Since(since),
        stop: &|| false,
        from: None,
    };
    let trained = train_any(
        &mut *learner,
        &prepared.data,
        &plan,
        &arm.measure,
        Some(&CandleReference),
        &mut Nowhere,
    )?;
    let seconds = since.elapsed().as_secs_f64();
    Ok(Measured {
        seconds,
        processor: since_then(processor),
        training: trained.timing.seconds.training(),
        beside: seconds - of_all(&trained.timing.seconds),
        last: trained.readings_at(arm.training.n_epochs),
    })
}

/// The run as the program makes it, with checkpoints `every` so often.
fn recorded(n_epochs: usize, every: Option<Duration>, data: &mut DataCache) -> Result<Measured> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let watch = Watch::default();
    let execution = Execution {
        n_threads: 1,
        shard: Shard::ALL,
        force: false,
        progress: &watch,
        stop: &|| false,
        checkpoints: Checkpoints {
            every,
            n_asked: &|| 0,
        },
        program: &Program::default(),
        with_report: true,
    };
    let command = |_: &[u64]| Ok("apical run mnist".to_owned());
    experiment(n_epochs)?.run(data, &folder.path().join("mnist"), &command, &execution)?;
    let measured = watch.measured.into_inner().expect("no run panicked");
    measured.context("no run ended")
}

/// Time of processors that this process has taken, s, as Linux says it: in hundredths.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may have spaces; user and system time are the 12th and 13th after it.
    let (_, after) = stat.rsplit_once(')')?;
    let ticks = after.split_whitespace().skip(11).take(2);
    let ticks: Option<Vec<f64>> = ticks.map(|ticks| ticks.parse().ok()).collect();
    Some(ticks?.iter().sum::<f64>() / 100.0)
}

/// Seconds of training and observing.
fn of_all(seconds: &PhaseSeconds) -> f64 {
    Phase::ALL.iter().map(|&phase| seconds.of(phase)).sum()
}

/// What has been taken since `before`.
fn since_then(before: Option<f64>) -> Option<f64> {
    Some(processor_seconds()? - before?)
}

/// Seconds since a moment.
struct Since(Instant);

impl Clock for Since {
    fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Keeps nothing.
struct Nowhere;

impl Sink for Nowhere {
    fn epoch(&mut self, _: &EpochRecord) -> std::io::Result<()> {
        Ok(())
    }

    fn timing(&mut self, _: &TimingRecord) -> std::io::Result<()> {
        Ok(())
    }
}

/// Takes the time of the one run that is made.
#[derive(Default)]
struct Watch {
    measured: Mutex<Option<Measured>>,
}

impl Progress for Watch {
    fn note(&self, _: &str) {}

    fn warn(&self, text: &str) {
        eprintln!("{text}");
    }

    fn started(&self, _: &str, _: &Path, _: usize, _: usize) {}

    fn run(&self, _: &RunKey, _: usize) -> Box<dyn RunProgress + '_> {
        Box::new(Watched {
            since: Instant::now(),
            processor: processor_seconds(),
            watch: self,
        })
    }

    fn reused(&self, _: &RunKey, _: String, _: Outcome, _: Option<&str>, _: RunSummary<'_>) {}

    fn broke(&self, _: &RunKey, _: String, error: &anyhow::Error) {
        eprintln!("{error:#}");
    }

    fn trial(&self, _: &TrialRecord, _: usize) {}
}

/// One run, and where the clocks stood when it began.
struct Watched<'a> {
    since: Instant,
    processor: Option<f64>,
    watch: &'a Watch,
}

impl RunProgress for Watched<'_> {
    fn step(&self, _: usize, _: usize, _: usize) {}

    fn epoch(&self, _: &EpochRecord) {}

    fn goes_on(&self, _: &str) {}

    fn note(&self, _: &str) {}

    fn end(
        self: Box<Self>,
        _: Outcome,
        _: String,
        _: Option<&str>,
        summary: Option<RunSummary<'_>>,
    ) {
        let Some(RunSummary::Task(summary)) = summary else {
            return;
        };
        let seconds = self.since.elapsed().as_secs_f64();
        let mut measured = self.watch.measured.lock().expect("no run panicked");
        *measured = Some(Measured {
            seconds,
            processor: since_then(self.processor),
            training: summary.timing.seconds.training(),
            beside: seconds - of_all(&summary.timing.seconds),
            last: summary.last.clone(),
        });
    }
}
