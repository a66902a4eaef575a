//! What is seen while an experiment runs: bars on a terminal, else a line a run, or JSON events.

mod screen;
mod words;

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use apical_experiment::event::{Event, Events};
use apical_experiment::progress::{self, Outcome, Progress as _, RunSummary};
use apical_learning::{EpochRecord, RunKey, TrialRecord};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use self::screen::Screen;
pub(crate) use self::words::label;
use self::words::{cut, readings, short_label, shortened};
use crate::{say, width};

/// Steps between two looks at the clock of a bar.
const STEPS_PER_TICK: usize = 16;

/// Parts of a run that the bar of all runs counts.
const PARTS: u64 = 1000;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A bar for all runs and one for each that goes on, on standard error.
    Bars,
    /// A line per run on standard error.
    Lines,
    /// Events on standard output.
    Json,
    /// Nothing.
    Quiet,
}

/// Shows the progress of all runs.
pub(crate) struct Progress {
    mode: Mode,
    events: Events<fn(&Event<'_>)>,
    /// Whether every epoch has a line.
    verbose: bool,
    bars: MultiProgress,
    /// Of all runs, below theirs.
    whole: Mutex<Option<ProgressBar>>,
}

/// Shows the progress of one run.
struct RunProgress<'a> {
    all: &'a Progress,
    events: Box<dyn progress::RunProgress + 'a>,
    run: RunKey,
    n_epochs: usize,
    bar: Option<ProgressBar>,
    /// The last line on how far it is.
    last: Mutex<String>,
    /// Of [`PARTS`], what the bar of all runs counts already.
    counted: AtomicU64,
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
    /// Progress in `mode`; with `verbose`, with every epoch.
    pub(crate) fn new(mode: Mode, verbose: bool) -> Self {
        let target = match mode {
            Mode::Bars => ProgressDrawTarget::term_like_with_hz(Box::new(Screen::default()), 8),
            _ => ProgressDrawTarget::hidden(),
        };
        Self {
            mode,
            events: Events(match mode {
                Mode::Json => line_of,
                Mode::Bars | Mode::Lines | Mode::Quiet => |_| {},
            }),
            verbose,
            bars: MultiProgress::with_draw_target(target),
            whole: Mutex::default(),
        }
    }

    /// A line on a run, which fits the terminal where there is one.
    fn line(&self, run: &RunKey, text: &str) -> String {
        let line = match self.mode {
            Mode::Bars => {
                let width = width::of_errors();
                let line = format!("{} · {}", short_label(run, width / 2), shortened(text));
                cut(line.trim_end_matches(" · "), width)
            }
            _ => format!("{} · {text}", label(run)),
        };
        line.trim_end_matches(" · ").to_owned()
    }

    /// Takes all bars off the terminal.
    pub(crate) fn clear(&self) {
        if let Ok(mut whole) = self.whole.lock() {
            whole.take().iter().for_each(ProgressBar::finish_and_clear);
        }
        let _ = self.bars.clear();
    }

    /// Counts parts of a run as done.
    fn count(&self, n_parts: u64) {
        if let Ok(whole) = self.whole.lock()
            && let Some(bar) = &*whole
        {
            bar.inc(n_parts);
            bar.set_message(format!(
                "{} of {} runs",
                bar.position() / PARTS,
                bar.length().unwrap_or(0) / PARTS
            ));
        }
    }

    /// How it is shown.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// A line for programs.
    pub(crate) fn event(&self, event: &Event<'_>) {
        (self.events.0)(event);
    }
}

fn line_of(event: &Event<'_>) {
    if let Ok(line) = serde_json::to_string(event) {
        say::verbatim(line);
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
        self.events.started(name, folder, n_runs, n_threads);
        if self.mode == Mode::Bars
            && let Ok(mut whole) = self.whole.lock()
        {
            let bar = ProgressBar::new(n_runs as u64 * PARTS)
                .with_style(style("{bar:10} {msg} · {eta} left"))
                .with_message(format!("0 of {n_runs} runs"));
            *whole = Some(self.bars.add(bar));
        }
    }

    fn run(&self, run: &RunKey, n_epochs: usize) -> Box<dyn progress::RunProgress + '_> {
        let events = self.events.run(run, n_epochs);
        let bar = (self.mode == Mode::Bars).then(|| {
            let bar = ProgressBar::new(1)
                .with_prefix(short_label(run, width::of_errors() / 2))
                .with_style(style("{prefix} {bar:6} {wide_msg}"));
            match self.whole.lock().ok().as_deref() {
                Some(Some(whole)) => self.bars.insert_before(whole, bar),
                _ => self.bars.add(bar),
            }
        });
        Box::new(RunProgress {
            all: self,
            events,
            run: run.clone(),
            n_epochs,
            bar,
            last: Mutex::default(),
            counted: AtomicU64::new(0),
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
        self.count(PARTS);
        self.events.reused(run, folder, outcome, error, summary);
    }

    fn broke(&self, run: &RunKey, folder: String, error: &anyhow::Error) {
        let said = apical_experiment::chain(error);
        self.warn(&format!("{} · {said}", label(run)));
        self.events.broke(run, folder, error);
    }

    fn trial(&self, trial: &TrialRecord, n_trials: usize) {
        let line = words::trial(trial, n_trials);
        self.note(&match self.mode {
            Mode::Bars => cut(&line, width::of_errors()),
            _ => line,
        });
        self.events.trial(trial, n_trials);
    }
}

impl progress::RunProgress for RunProgress<'_> {
    fn step(&self, epoch: usize, n_done: usize, n_steps: usize) {
        if let Some(bar) = &self.bar
            && (n_done.is_multiple_of(STEPS_PER_TICK) || n_done == n_steps)
        {
            let (n_done, n_all) = ((epoch - 1) * n_steps + n_done, self.n_epochs * n_steps);
            bar.set_length(n_all as u64);
            bar.set_position(n_done as u64);
            self.count_up_to(PARTS * n_done as u64 / n_all.max(1) as u64);
        }
    }

    fn epoch(&self, record: &EpochRecord) {
        let n_epochs = self.n_epochs;
        let text = [
            format!("epoch {}/{n_epochs}", record.epoch),
            readings(record),
        ]
        .join(" · ");
        self.note(text.trim_end_matches(" · "));
        self.events.epoch(record);
    }

    fn goes_on(&self, place: &str) {
        let text = format!("goes on from {place}");
        self.all.note(&self.all.line(&self.run, &text));
    }

    fn note(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(shortened(text));
        }
        if self.all.verbose {
            self.all.note(&format!("{} · {text}", label(&self.run)));
        }
        if let Ok(mut last) = self.last.lock() {
            text.clone_into(&mut last);
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
            bar.finish_and_clear();
            self.all.bars.remove(bar);
        }
        if outcome != Outcome::Interrupted {
            self.count_up_to(PARTS);
        }
        let last = self
            .last
            .lock()
            .map_or_else(|_| String::new(), |last| last.clone());
        match (outcome, error) {
            (Outcome::Finished, _) if !self.all.verbose => {
                self.all.note(&self.all.line(&self.run, &last));
            }
            (Outcome::Failed, Some(error)) => self.all.note(&format!("{label} · failed: {error}")),
            (Outcome::Interrupted, _) => self.all.note(&self.all.line(&self.run, "stopped")),
            _ => {}
        }
        self.events.end(outcome, folder, error, summary);
    }
}

impl RunProgress<'_> {
    /// Counts the run as done up to `n_parts`.
    fn count_up_to(&self, n_parts: u64) {
        let before = self.counted.fetch_max(n_parts, Ordering::Relaxed);
        self.all.count(n_parts.saturating_sub(before));
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("a template written here")
        .progress_chars("━━─")
}
