//! A profile as files: a page with the roofline, what it is made of, and the same for other programs.

use anyhow::{Context, Result};
use apical_reporting::{Artefact, ProtocolReport, protocol_report};

use super::cost::cost_per_synapse;
use super::firefox::firefox;
use super::roofline::roofline;
use super::shown::{in_short, kernels, roofs};
use super::{LearnerProfile, Profile};
use crate::spec::Resolved;

const NOTES: [(&str, &str); 3] = [
    (
        "limit, reached",
        "the longer of the time for the multiply-adds of the result at the peak and of that for its bytes at the \
         speed of the cache that holds them; and that time over the one that was measured",
    ),
    (
        "the rest",
        "what is no kernel's: drawing the samples of a minibatch, calls, what the learner does between kernels; of \
         learners on candle nearly all",
    ),
    (
        "meters",
        "minibatches are timed without meters; kernels are timed in others, in turn with these",
    ),
];

impl Profile {
    /// `index.html` and its tables and figures; `profile.json`, as `--json` prints it; `profile.firefox.json`, for
    /// the Firefox Profiler. `command` does it again.
    ///
    /// # Errors
    /// A figure that cannot be drawn.
    pub fn files(&self, resolved: &Resolved, command: &str) -> Result<Vec<Artefact>> {
        let charts = [roofline(self), cost_per_synapse(self)];
        let taught = self.learners.iter().filter(|of| of.failed.is_none());
        let of_learners = (1..).zip(taught).map(|(number, of)| {
            let mut table = kernels(of);
            table.name = format!("kernels_{number}");
            table.title = title(of);
            table.note = format!("{}.", in_short(of).join("; "));
            table
        });
        let mut tables: Vec<_> = of_learners.collect();
        tables.push(roofs(&self.machine));
        let failed = self.learners.iter();
        let failed =
            failed.filter_map(|of| Some(format!("{}: {}", title(of), of.failed.as_ref()?)));
        let report = ProtocolReport {
            name: format!("profile of {}", resolved.source.name),
            title: format!("Where the time goes: {}", resolved.spec.title),
            findings: vec![format!(
                "Times are those of one thread on {}, {}.",
                self.machine.processor, self.machine.instruction_set
            )],
            tables,
            charts: charts.into_iter().flatten().collect(),
            notes: NOTES
                .map(|(term, meaning)| (term.to_owned(), meaning.to_owned()))
                .to_vec(),
            failed: failed.collect(),
            command: command.to_owned(),
            spec: resolved.source.text.clone(),
            provenances: Vec::new(),
            runs: Vec::new(),
            gaps: Vec::new(),
        };
        let mut files = protocol_report(&report).context("failed to draw the page")?;
        for (path, bytes) in [
            ("profile.json", serde_json::to_vec_pretty(self)?),
            ("profile.firefox.json", firefox(self)?),
        ] {
            files.push(Artefact {
                path: path.to_owned(),
                bytes,
            });
        }
        Ok(files)
    }
}

fn title(of: &LearnerProfile) -> String {
    format!("{} · {}", of.task, of.learner)
}
