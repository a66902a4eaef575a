//! All runs of a protocol: those that ended before are used again, the others are made.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::SCHEMA_VERSION;
use toml::Table;

use super::record::{self, Failure, Folder, RunStatus, RunSummary};
use super::{Broken, Log, Protocol, Run, Specified};
use crate::provenance::{self, SOURCE_DIGEST};
use crate::runs::{Execution, guarded_each};
use crate::spec::sha256;
use crate::store::slug;

/// One run before it is made.
pub(super) struct Job {
    protocol: String,
    condition: String,
    seed: u64,
    folder: PathBuf,
    digest: String,
    spec: String,
}

/// What came of all runs.
pub(super) struct Executed {
    /// In the order of the jobs, without interrupted ones.
    pub(super) runs: Vec<Run>,
    pub(super) n_made: usize,
    pub(super) n_interrupted: usize,
}

/// The runs of `spec`, seed by seed.
pub(super) fn jobs(spec: &Specified, name: &str, folder: &Path) -> Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for &seed in spec.protocol.seeds() {
        for condition in spec.protocol.conditions() {
            let alone = toml::to_string(&alone(spec.values.clone(), condition, seed))?;
            let deciding = format!(
                "{SCHEMA_VERSION}\n{SOURCE_DIGEST}\n{name}\n{condition}\n{}",
                alone
            );
            let digest = sha256(deciding.as_bytes());
            jobs.push(Job {
                protocol: name.to_owned(),
                condition: condition.to_owned(),
                seed,
                folder: folder
                    .join(slug(condition))
                    .join(format!("seed-{seed}-{}", &digest[..8])),
                digest,
                spec: alone,
            });
        }
    }
    Ok(jobs)
}

/// The specification of one condition and seed alone; its title decides nothing.
fn alone(mut spec: Table, condition: &str, seed: u64) -> Table {
    spec.remove("title");
    spec.insert("seeds".into(), vec![seed as i64].into());
    if let Some(conditions) = spec.get_mut("condition").and_then(|c| c.as_table_mut()) {
        conditions.retain(|name, _| name == condition);
    }
    spec
}

/// Makes what has not ended yet, several runs at a time, in order.
pub(super) fn execute(
    protocol: &dyn Protocol,
    jobs: &[Job],
    execution: &Execution<'_>,
) -> Result<Executed> {
    let results = guarded_each(jobs.len(), execution.n_threads, |index| {
        jobs[index].execute(protocol, execution)
    })?;
    let mut executed = Executed {
        runs: Vec::new(),
        n_made: 0,
        n_interrupted: 0,
    };
    for (job, result) in jobs.iter().zip(results) {
        let result = result.with_context(|| {
            format!(
                "the run in {} was broken off; the others are kept",
                job.folder.display()
            )
        })?;
        match result {
            Some((run, is_new)) => {
                executed.runs.push(run);
                executed.n_made += usize::from(is_new);
            }
            None => executed.n_interrupted += 1,
        }
    }
    Ok(executed)
}

impl Job {
    fn label(&self) -> String {
        format!(
            "{} · {} · seed {}",
            self.protocol, self.condition, self.seed
        )
    }

    /// The run, and whether it was made now; none where it was interrupted.
    fn execute(
        &self,
        protocol: &dyn Protocol,
        execution: &Execution<'_>,
    ) -> Result<Option<(Run, bool)>> {
        if (execution.stop)() {
            return Ok(None);
        }
        if !execution.force
            && let Some(run) = record::ended(&self.folder, &self.digest)
        {
            return Ok(Some((run, false)));
        }
        let provenance = provenance::of_run(execution.program, "", execution.n_threads);
        let (folder, series) = Folder::start(&self.folder, &self.digest, &self.spec, &provenance)?;
        let mut log = Log::new(series, self.label(), execution.progress, execution.stop)?;
        let ran = protocol.run(&self.condition, self.seed, &mut log);
        let (values, n_done, seconds) = log.close()?;
        let status = match ran {
            Ok(()) => RunStatus::Finished,
            Err(Broken::Learn(error)) => RunStatus::Failed(Failure::new(&error, n_done)),
            Err(Broken::Stopped) => return Ok(None),
            Err(Broken::Program(error)) => return Err(error),
        };
        let said = match &status {
            RunStatus::Finished => "finished".to_owned(),
            RunStatus::Failed(failure) => format!("failed: {}", failure.error),
        };
        let summary = RunSummary {
            schema: SCHEMA_VERSION,
            protocol: self.protocol.clone(),
            condition: self.condition.clone(),
            seed: self.seed,
            status,
            n_done,
            seconds,
            values,
        };
        folder.finish(&summary)?;
        let note = format!("{} · {said} · {seconds:.0} s", self.label());
        execution.progress.note(&note);
        let run = record::ended(&self.folder, &self.digest);
        Ok(Some((run.context("the run cannot be read back")?, true)))
    }
}
