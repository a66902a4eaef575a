//! What is seen while an experiment runs: bars on a terminal, else one line an epoch, or JSON events.

mod words;

use std::io::IsTerminal;
use std::path::Path;

use apical_experiment::progress::{self, Outcome, Progress as _, RunSummary};
use apical_learning::{EpochRecord, RunKey, SCHEMA_VERSION, TrialRecord};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use self::words::{label, readings};
use crate::event::Event;
use crate::say;

/// Steps between two looks at the clock of a bar.
const STEPS_PER_TICK: usize = 16;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A bar per run on standard error.
    Bars,
    /// A line per epoch on standard error.
    Lines,
    /// Events on standard output.
    Json,
    /// Nothing.
    Quiet,
}

/// Shows the progress of all runs.
pub(crate) struct Progress {
    mode: Mode,
    bars: MultiProgress,
}

/// Shows the progress of one run.
struct RunProgress<'a> {
    all: &'a Progress,
    run: RunKey,
    n_epochs: usize,
    bar: Option<ProgressBar>,
}

impl Mode {
    /// What the options ask for, and else bars on a terminal and lines elsewhere.
    pub(crate) fn choose(quiet: bool, json: bool) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match (json, quiet) {
            (true, _) => Self::Json,
            (_, true) => Self::Quiet,
            _ if std::io::stderr().is_terminal() && !is_dumb => Self::Bars,
            _ => Self::Lines,
        }
    }
}

impl Progress {
    /// Progress in `mode`.
    pub(crate) fn new(mode: Mode) -> Self {
        let target = match mode {
            Mode::Bars => ProgressDrawTarget::stderr_with_hz(8),
            _ => ProgressDrawTarget::hidden(),
        };
        Self {
            mode,
            bars: MultiProgress::with_draw_target(target),
        }
    }

    /// How it is shown.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// A line for programs.
    pub(crate) fn event(&self, event: &Event<'_>) {
        if self.mode == Mode::Json
            && let Ok(line) = serde_json::to_string(event)
        {
            say::out(line);
        }
    }
}

impl progress::Progress for Progress {
    fn note(&self, text: &str) {
        match self.mode {
            Mode::Bars => self.bars.suspend(|| say::err(text)),
            Mode::Lines => say::err(text),
            Mode::Json | Mode::Quiet => {}
        }
    }

    fn warn(&self, text: &str) {
        match self.mode {
            Mode::Bars | Mode::Lines => self.note(text),
            Mode::Json | Mode::Quiet => say::err(text),
        }
    }

    fn started(&self, name: &str, folder: &Path, n_runs: usize, n_threads: usize) {
        self.event(&Event::ExperimentStarted {
            schema: SCHEMA_VERSION,
            experiment: name,
            folder: folder.display().to_string(),
            n_runs,
            n_threads,
        });
    }

    fn run(&self, run: &RunKey, n_epochs: usize) -> Box<dyn progress::RunProgress + '_> {
        self.event(&Event::RunStarted { run, n_epochs });
        let bar = (self.mode == Mode::Bars).then(|| {
            let bar = ProgressBar::new(1)
                .with_prefix(label(run))
                .with_style(bar_style());
            self.bars.add(bar)
        });
        Box::new(RunProgress {
            all: self,
            run: run.clone(),
            n_epochs,
            bar,
        })
    }

    fn reused(
        &self,
        run: &RunKey,
        folder: String,
        outcome: Outcome,
        error: Option<&str>,
        summary: RunSummary<'_>,
    ) {
        match error {
            Some(error) => self.note(&format!("{} · failed before: {error}", label(run))),
            None => self.note(&format!("{} · reused {folder}", label(run))),
        }
        self.event(&Event::RunEnded {
            run,
            outcome,
            folder,
            error,
            summary: Some(summary),
        });
    }

    fn broke(&self, run: &RunKey, folder: String, error: &anyhow::Error) {
        let error = &crate::chain(error);
        self.warn(&format!("{} · {error}", label(run)));
        self.event(&Event::RunEnded {
            run,
            outcome: Outcome::Interrupted,
            folder,
            error: Some(error),
            summary: None,
        });
    }

    fn trial(&self, trial: &TrialRecord, n_trials: usize) {
        self.note(&words::trial(trial, n_trials));
        self.event(&Event::Trial { trial });
    }
}

impl progress::RunProgress for RunProgress<'_> {
    fn step(&self, epoch: usize, n_done: usize, n_steps: usize) {
        if let Some(bar) = &self.bar
            && (n_done.is_multiple_of(STEPS_PER_TICK) || n_done == n_steps)
        {
            bar.set_length((self.n_epochs * n_steps) as u64);
            bar.set_position(((epoch - 1) * n_steps + n_done) as u64);
        }
    }

    fn epoch(&self, record: &EpochRecord) {
        let n_epochs = self.n_epochs;
        let text = [
            format!("epoch {}/{n_epochs}", record.epoch),
            readings(record),
        ]
        .join(" · ");
        let text = text.trim_end_matches(" · ");
        self.note(text);
        self.all.event(&Event::Epoch {
            run: &self.run,
            n_epochs,
            record,
        });
    }

    fn note(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(text.to_owned()),
            None => self.all.note(&format!("{} · {text}", label(&self.run))),
        }
    }

    fn end(
        self: Box<Self>,
        outcome: Outcome,
        folder: String,
        error: Option<&str>,
        summary: Option<RunSummary<'_>>,
    ) {
        let label = label(&self.run);
        if let Some(bar) = &self.bar {
            if outcome == Outcome::Finished {
                bar.finish();
                self.all
                    .bars
                    .suspend(|| say::err(format_args!("{label} · {}", bar.message())));
            }
            bar.finish_and_clear();
            self.all.bars.remove(bar);
        }
        match (outcome, error) {
            (Outcome::Failed, Some(error)) => self.all.note(&format!("{label} · failed: {error}")),
            (Outcome::Interrupted, _) => self.all.note(&format!("{label} · stopped")),
            _ => {}
        }
        self.all.event(&Event::RunEnded {
            run: &self.run,
            outcome,
            folder,
            error,
            summary,
        });
    }
}

fn bar_style() -> ProgressStyle {
    ProgressStyle::with_template("{prefix} {bar:24} {eta:>4} · {msg}")
        .expect("a template written here")
        .progress_chars("━━─")
}
