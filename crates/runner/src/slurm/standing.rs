//! How what was submitted stands: what lies in the folder, joined with what the queue says.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Result;
use apical_experiment::store;

use super::calls::{self, Place};
use super::record::{self, Submission};
use super::script::ended_badly;

/// Lines of a log that are shown.
const N_LINES: usize = 4;
/// Bytes of a log's end that are read.
const N_BYTES: u64 = 8192;

/// The page of a report.
const PAGE: &str = "index.html";

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// All its runs ended.
    Done,
    /// It runs.
    Running,
    /// It is in the queue.
    Waiting,
    /// It ended, and runs of it are missing.
    Failed,
    /// It was submitted, and is neither in the queue nor done.
    Lost,
    /// The queue was not heard.
    Unknown,
}

/// A task that ended, or is lost, without all its runs; or the report.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Which it is, in words.
    pub(crate) task: String,
    /// How it stands.
    pub(crate) state: State,
    /// What the queue or the accounting says of it.
    pub(crate) said: Option<String>,
    /// Runs of it that are missing.
    pub(crate) n_missing: usize,
    /// Its log, and the last lines of it.
    pub(crate) log: Option<(PathBuf, Vec<String>)>,
}

/// How all tasks of an experiment stand.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// How many stand how.
    pub(crate) counts: BTreeMap<State, usize>,
    /// Those that do not go on by themselves.
    pub(crate) faults: Vec<Fault>,
    /// The job that makes the report, until it is made.
    pub(crate) report: Option<Fault>,
    /// Why the queue was not heard.
    pub(crate) unheard: Option<String>,
    /// Jobs with a task in the queue.
    pub(crate) active: Vec<String>,
    /// Missing runs that a task in the queue has.
    pub(crate) awaited: HashSet<String>,
}

impl Standing {
    /// That of the experiment in `folder`; nothing where nothing was submitted.
    pub(crate) fn of(folder: &Path) -> Result<Option<Self>> {
        let submissions = record::read(folder)?;
        let jobs: Vec<String> = submissions.iter().filter_map(|of| of.job.clone()).collect();
        if jobs.is_empty() {
            return Ok(None);
        }
        let mut standing = Self::default();
        let report = submissions.iter().rev().find_map(|of| of.report.as_deref());
        let asked: Vec<String> = jobs
            .iter()
            .cloned()
            .chain(report.map(str::to_owned))
            .collect();
        // Before the folder is looked at: what ends between is done.
        let mut states = match calls::queue(&asked) {
            Ok(states) => Some(states),
            Err(error) => {
                standing.unheard = Some(error.to_string());
                None
            }
        };
        if let Some(states) = &mut states {
            for (place, state) in calls::accounts(&asked) {
                states.entry(place).or_insert(state);
            }
        }
        let mut newer: HashSet<String> = HashSet::new();
        for (age, submission) in submissions.iter().rev().enumerate() {
            standing.add(folder, submission, age > 0, states.as_ref(), &mut newer);
        }
        standing.faults.reverse();
        if let Some((job, states)) = report.zip(states.as_ref()) {
            let said = states.get(&(job.to_owned(), None));
            standing.report = standing.of_report(folder, job, said);
        }
        Ok(Some(standing))
    }

    /// Whether tasks do not go on by themselves.
    pub(crate) fn is_broken(&self) -> bool {
        !self.faults.is_empty()
    }

    fn add(
        &mut self,
        folder: &Path,
        of: &Submission,
        is_old: bool,
        states: Option<&BTreeMap<Place, String>>,
        newer: &mut HashSet<String>,
    ) {
        let Some(job) = &of.job else { return };
        let said = |task| states.and_then(|states| states.get(&(job.clone(), task)));
        if of.n_shards.is_none() {
            // Trials lead to a submission of their own.
            let state = state_of(said(None).map(String::as_str), states.is_some());
            if is_old && !state.is_active() {
                return;
            }
            self.count(folder, (job, None), state, said(None), &[]);
            return;
        }
        // Parts of one submission have no run in common, but those of several may.
        let mut own = Vec::new();
        for (&number, runs) in &of.tasks {
            let missing = runs.iter().filter(|run| !has_ended(folder, run));
            let missing: Vec<&String> = missing.collect();
            let said = said(Some(number));
            let state = match missing.is_empty() {
                true => State::Done,
                false => state_of(said.map(String::as_str), states.is_some()),
            };
            // What was submitted again counts where it is now.
            let is_anew = match state {
                State::Done => runs.iter().any(|run| newer.contains(run)),
                _ => missing.iter().all(|run| newer.contains(*run)),
            };
            if is_anew && !state.is_active() {
                continue;
            }
            self.count(folder, (job, Some((number, of))), state, said, &missing);
            own.extend(runs.iter().cloned());
        }
        newer.extend(own);
    }

    /// The job that makes the report; nothing where it has done so, or may still come to be known.
    fn of_report(&self, folder: &Path, job: &str, said: Option<&String>) -> Option<Fault> {
        let is_there = folder.join(PAGE).is_file();
        let state = match said.map(String::as_str) {
            Some("COMPLETED") => return None,
            // The queue forgets what ended.
            None if is_there || !self.active.is_empty() => return None,
            said => state_of(said, true),
        };
        let path = record::log_of_report_in(folder, job);
        let text = end_of(&path).ok().filter(|_| !state.is_active());
        Some(Fault {
            task: format!("report (job {job})"),
            state,
            said: said.cloned().filter(|_| !state.is_active()),
            n_missing: 0,
            log: text.map(|text| (path, last_lines(&text))),
        })
    }

    fn count(
        &mut self,
        folder: &Path,
        (job, task): (&str, Option<(u32, &Submission)>),
        mut state: State,
        said: Option<&String>,
        missing: &[&String],
    ) {
        if state.is_active() {
            if !self.active.iter().any(|known| known == job) {
                self.active.push(job.to_owned());
            }
            self.awaited
                .extend(missing.iter().map(|run| (*run).clone()));
        }
        if matches!(state, State::Failed | State::Lost) {
            let path = record::log_in(folder, job, task.map(|(number, _)| number));
            let text = end_of(&path).ok();
            if text.as_deref().is_some_and(ended_badly) {
                state = State::Failed;
            }
            self.faults.push(Fault {
                task: match task {
                    Some((number, of)) => format!(
                        "task {number} of {} (job {job}_{number})",
                        of.n_shards.unwrap_or_default()
                    ),
                    None => format!("trials (job {job})"),
                },
                state,
                said: said.cloned(),
                n_missing: missing.len(),
                log: text.map(|text| (path, last_lines(&text))),
            });
        }
        *self.counts.entry(state).or_default() += 1;
    }
}

impl State {
    fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Waiting)
    }
}

/// How a task stands whose runs are not all there, by what is said of it.
fn state_of(said: Option<&str>, is_heard: bool) -> State {
    match said {
        Some(
            "PENDING" | "REQUEUED" | "REQUEUE_HOLD" | "SPECIAL_EXIT" | "SUSPENDED" | "STOPPED",
        ) => State::Waiting,
        Some("RUNNING" | "COMPLETING" | "CONFIGURING" | "STAGE_OUT" | "SIGNALING" | "RESIZING") => {
            State::Running
        }
        // Its runs have gone since, or it was taken away.
        Some("COMPLETED") | None if is_heard => State::Lost,
        None => State::Unknown,
        Some(_) => State::Failed,
    }
}

fn has_ended(folder: &Path, run: &str) -> bool {
    folder.join(run).join(store::name::SUMMARY).is_file()
}

fn end_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(N_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(N_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn last_lines(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<&str> = lines.collect();
    let last = &lines[lines.len().saturating_sub(N_LINES)..];
    last.iter().map(|line| (*line).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_a_state() {
        for (said, is_heard, expected) in [
            (Some("PENDING"), true, State::Waiting),
            (Some("COMPLETING"), true, State::Running),
            (Some("TIMEOUT"), true, State::Failed),
            (Some("COMPLETED"), true, State::Lost),
            (None, true, State::Lost),
            (None, false, State::Unknown),
        ] {
            assert_eq!(state_of(said, is_heard), expected, "{said:?}");
        }
    }

    #[test]
    fn the_end_of_a_long_log_is_read_alone() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("1_2.log");
        let text: String = (0..4000).map(|i| format!("line {i}\n\n")).collect();
        std::fs::write(&path, text).expect("written");
        let lines = last_lines(&end_of(&path).expect("read"));
        assert_eq!(lines, ["line 3996", "line 3997", "line 3998", "line 3999"]);
    }
}
