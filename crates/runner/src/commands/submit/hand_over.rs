//! What is handed over to Slurm, and the job of trials that comes before the runs.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use apical_experiment::provenance::shell_line;

use super::{Job, own_file};
use crate::slurm::calls;
use crate::slurm::record::{self, Submission};
use crate::slurm::script;
use crate::slurm::standing::Standing;
use crate::{exit, say};

impl Job<'_> {
    /// The job that makes all trials, and submits the runs.
    pub(super) fn submit_trials(&self) -> Result<u8> {
        let standing = Standing::of(self.folder)?.unwrap_or_default();
        if !standing.active.is_empty() {
            say::out(format_args!(
                "the trials of the tuning are in the queue (job {}); the job submits the runs when they are made",
                standing.active.join(", ")
            ));
            return Ok(exit::OK);
        }
        let seconds = self.estimate.seconds_of_trials(self.n_cpus());
        let asked = self.asked(seconds, self.estimate.largest(), "All trials");
        let folder = self.folder.display();
        let words = format!(
            "The trials of `{}`; when they are made, it submits the runs.\n\
             `sbatch` with this file submits it, `apical status {folder}` says how it stands.",
            shell_line(self.command().iter().map(String::as_str))
        );
        let call = self.call(&["--no-report", "--trials-only"]);
        let again: Vec<String> = std::env::args()
            .skip(1)
            .filter(|word| word != "--dry-run")
            .collect();
        let program = own_file()?;
        let words_again = std::iter::once(&*program).chain(again.iter().map(String::as_str));
        let text = script::of_trials(
            &asked,
            &self.around()?,
            &words,
            &shell_line(call.iter().map(String::as_str)),
            &shell_line(words_again),
        );
        let path = record::write_script(self.folder, "trials.sh", &text)?;
        let submission = Submission {
            job: None,
            report: None,
            n_shards: None,
            chunk: None,
            tasks: BTreeMap::new(),
        };
        let note = format!(
            "the trials of the tuning come first, in one job of {} at most; it submits the runs",
            asked.time.0
        );
        self.hand_over(submission, (&path, &text), None, &standing, &note)
    }

    /// Keeps what is submitted, and submits it unless nothing is to be.
    pub(super) fn hand_over(
        &self,
        mut submission: Submission,
        (path, text): (&Path, &str),
        report: Option<&Path>,
        standing: &Standing,
        note: &str,
    ) -> Result<u8> {
        if self.arguments.dry_run {
            record::add(self.folder, submission)?;
            say::verbatim(text.trim_end());
            say::out(format_args!(
                "nothing was submitted: {note}; `sbatch {}` submits it",
                path.display()
            ));
            return Ok(exit::OK);
        }
        let job = calls::submit(path, &[])?;
        submission.job = Some(job.clone());
        let mut after = standing.active.clone();
        after.push(job.clone());
        // What is in the queue is known, whatever becomes of the report.
        let reported = report.map(|report| calls::submit(report, &after));
        if let Some(Ok(report)) = &reported {
            submission.report = Some(report.clone());
        }
        record::add(self.folder, submission)?;
        let then = match reported.transpose()? {
            Some(report) => format!(", and then the report (job {report})"),
            None => String::new(),
        };
        say::out(format_args!(
            "job {job}: {note}{then}; `apical status {}` says how it stands",
            self.folder.display()
        ));
        Ok(exit::OK)
    }
}
