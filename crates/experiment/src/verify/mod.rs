//! What records say, checked again: from the records alone, with the weights that were saved, and by new
//! runs.

mod again;
mod numbers;
mod weights;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use apical_datasets::{Streams, shuffle};
use apical_learning::RunRecord;

use crate::protocol::Run;
use crate::report::{ReadError, places};
use crate::runs::Execution;
use crate::spec::SpecSource;
use crate::store::{self, Ended, Kept, State, name};
use crate::task_data::DataCache;

/// What was looked at, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is as the records say.
    pub verdict: Verdict,
    /// What was compared, or how it differs.
    pub words: String,
}

/// Whether something is as the records say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Agrees,
    /// It is not.
    Differs,
    /// It could not be looked at.
    NotChecked,
}

/// Runs to be made again.
#[derive(Debug, Clone, Copy)]
pub struct Again {
    /// How many; all where there are fewer.
    pub n_runs: usize,
    /// What they are chosen by.
    pub seed: u64,
}

/// Checks everything below `folders`: checksums of runs; summaries, tables and the numbers of figures against
/// the readings that they are made of; what saved weights predict; and whole runs, `again`.
///
/// # Errors
///
/// Where there is no experiment, or a folder that cannot be read. What differs is no error.
pub fn verify(
    folders: &[PathBuf],
    again: Again,
    data: &mut DataCache,
    execution: &Execution<'_>,
) -> Result<Vec<Finding>> {
    let places = places(folders, &[])?;
    if places.is_empty() {
        return Err(ReadError::no_runs(folders, Vec::new()).into());
    }
    let mut findings = Findings::default();
    let (mut taught, mut of_protocols) = (Vec::new(), Vec::new());
    for place in &places {
        match place.is_of_protocol() {
            true => of_protocols.extend(whole::<Run>(&place.runs, &mut findings)?),
            false => taught.extend(whole::<RunRecord>(&place.runs, &mut findings)?),
        }
    }
    let n_whole = taught.len() + of_protocols.len();
    findings.agree(n_whole, "checksums of runs");
    numbers::of_summaries(&taught, &mut findings);
    numbers::of_reports(&places, &taught, &mut findings)?;
    weights::of_runs(&taught, data, &mut findings)?;
    let mut runs: Vec<&dyn Repeatable> = taught.iter().map(|run| run as _).collect();
    runs.extend(of_protocols.iter().map(|run| run as &dyn Repeatable));
    shuffle(&mut runs, &mut Streams::new(again.seed).stream("verify"));
    again::of_runs(&runs, again.n_runs, data, execution, &mut findings)?;
    Ok(findings.all())
}

/// A run that ended, in its folder.
struct Whole<R> {
    folder: PathBuf,
    ended: Ended<R>,
}

/// What making a run again needs to know of it.
trait Repeatable {
    fn folder(&self) -> &Path;
    /// The specification of this run alone; its text is empty where it was not kept.
    fn source(&self) -> SpecSource;
    /// The file of its records, and whether it was kept.
    fn records(&self) -> (&'static str, bool);
    /// The digest of the sources that made it, and the instruction set.
    fn made_by(&self) -> (&str, &str);
}

impl<R: Kept> Repeatable for Whole<R> {
    fn folder(&self) -> &Path {
        &self.folder
    }

    fn source(&self) -> SpecSource {
        let record = &self.ended.record;
        SpecSource {
            name: record.key().experiment.clone(),
            file: self.folder.join(name::SPEC).display().to_string(),
            folder: self.folder.clone(),
            text: record.spec().to_owned(),
        }
    }

    fn records(&self) -> (&'static str, bool) {
        let is_kept = !self.ended.unchecked.iter().any(|file| file == R::RECORDS);
        (R::RECORDS, is_kept)
    }

    fn made_by(&self) -> (&str, &str) {
        let provenance = self.ended.record.provenance();
        (&provenance.source_digest, &provenance.instruction_set)
    }
}

/// The runs in `folders` that are whole; the others are findings.
fn whole<R: Kept>(folders: &[PathBuf], findings: &mut Findings) -> Result<Vec<Whole<R>>> {
    let mut runs = Vec::new();
    for folder in folders {
        match store::look::<R>(folder, None)? {
            State::Ended(ended) => {
                for file in &ended.unchecked {
                    findings.not_checked(folder, &format!("{file} was not kept"));
                }
                runs.push(Whole {
                    folder: folder.clone(),
                    ended,
                });
            }
            State::Damaged(fault) => findings.differ(folder, &fault),
            State::Others | State::Free => {
                findings.not_checked(folder, "it is no run of this kind");
            }
        }
    }
    Ok(runs)
}

/// Findings so far.
#[derive(Default)]
struct Findings {
    found: Vec<Finding>,
    /// What could not be looked at, by the reason: how many, and the first.
    not_checked: BTreeMap<String, (usize, PathBuf)>,
}

impl Findings {
    fn agree(&mut self, n: usize, what: &str) {
        if n > 0 {
            self.add(Verdict::Agrees, format!("{what} ({n})"));
        }
    }

    fn differ(&mut self, path: &Path, how: &str) {
        self.add(Verdict::Differs, format!("{}: {how}", path.display()));
    }

    fn not_checked(&mut self, path: &Path, why: &str) {
        let of_reason = self.not_checked.entry(why.to_owned());
        of_reason.or_insert_with(|| (0, path.to_owned())).0 += 1;
    }

    fn add(&mut self, verdict: Verdict, words: String) {
        self.found.push(Finding { verdict, words });
    }

    /// All of them, what could not be looked at last.
    fn all(mut self) -> Vec<Finding> {
        for (why, (n, first)) in std::mem::take(&mut self.not_checked) {
            let first = first.display();
            let words = match n {
                1 => format!("{first}: {why}"),
                n => format!("{first} and {} more: {why}", n - 1),
            };
            self.add(Verdict::NotChecked, words);
        }
        self.found
    }
}
