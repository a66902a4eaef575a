//! One condition of a protocol with one seed, as the runs of an experiment take it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use apical_learning::{Point, RunKey, SCHEMA_VERSION};
use toml::{Table, Value};

use super::record::{ProtocolSummary, RunStatus, SERIES_HEADER};
use super::{Broken, Failure, Log, Run, Specified};
use crate::progress::RunProgress;
use crate::provenance::source_digest;
use crate::runs::{Came, Execution, Job, Work};
use crate::spec::sha256;
use crate::store::{self, CheckpointFile, Decided, RunWriter};

/// A condition of a protocol.
pub(crate) struct Condition {
    spec: Arc<Specified>,
}

/// The runs of `spec`, seed by seed.
pub(crate) fn jobs(spec: &Arc<Specified>, folder: &Path) -> Result<Vec<Job<Condition>>> {
    let mut jobs = Vec::new();
    for &seed in &spec.head.seeds {
        for condition in spec.head.condition.keys() {
            let key = RunKey {
                experiment: spec.name.clone(),
                task: String::new(),
                learner: condition.clone(),
                point: Point::default(),
                seed,
            };
            let alone =
                |seeds: &[u64]| toml::to_string(&alone(spec.values.clone(), condition, seeds));
            let source = source_digest();
            let digest =
                |alone: &str| sha256(format!("{SCHEMA_VERSION}\n{source}\n{alone}").as_bytes());
            let own = alone(&[seed])?;
            let decided = Decided {
                digest: digest(&own),
                setting: digest(&alone(&[])?),
                spec: own,
            };
            jobs.push(Job {
                folder: store::run_folder(folder, &key, &decided.digest),
                key,
                decided,
                work: Condition { spec: spec.clone() },
            });
        }
    }
    Ok(jobs)
}

/// The specification of one condition with `seeds` alone; its title decides nothing.
fn alone(mut spec: Table, condition: &str, seeds: &[u64]) -> Table {
    spec.insert("title".into(), "".into());
    spec.insert("seeds".into(), seeds_value(seeds));
    for (key, table) in &mut spec {
        if let ("condition" | "n_patterns_of", Some(table)) = (&**key, table.as_table_mut()) {
            table.retain(|name, _| name == condition);
        }
    }
    spec
}

/// Seeds as a specification has them.
pub(super) fn seeds_value(seeds: &[u64]) -> Value {
    let seeds = seeds.iter().map(|&seed| Value::Integer(seed as i64));
    Value::Array(seeds.collect())
}

impl Work for Condition {
    type Record = Run;

    fn n_bytes(&self) -> u64 {
        self.spec.protocol.n_bytes()
    }

    fn n_epochs(&self) -> usize {
        1
    }

    fn data_checksum(&self) -> &str {
        ""
    }

    fn header(&self, _: &RunKey) -> Result<Vec<u8>> {
        Ok(SERIES_HEADER.into())
    }

    fn make(
        &self,
        run: &RunKey,
        from: Option<CheckpointFile>,
        writer: &mut RunWriter,
        progress: &dyn RunProgress,
        execution: &Execution<'_>,
    ) -> Result<Came<ProtocolSummary>> {
        let mut log = Log::new(writer, from, progress, execution);
        let ran = self.spec.protocol.run(&run.learner, run.seed, &mut log);
        let (values, n_done, seconds) = log.close()?;
        let summary = |status| ProtocolSummary {
            schema: SCHEMA_VERSION,
            run: run.clone(),
            protocol: self.spec.kind.name.to_owned(),
            status,
            n_done,
            seconds,
            values,
        };
        match ran {
            Ok(()) => {
                progress.note(&format!("finished · {seconds:.0} s"));
                Ok(Came::Finished {
                    summary: summary(RunStatus::Finished),
                    weights: None,
                })
            }
            Err(Broken::Learn(error)) => Ok(Came::Failed {
                summary: summary(RunStatus::Failed(Failure::new(&error, n_done))),
                error: error.to_string(),
            }),
            Err(Broken::Stopped) => Ok(Came::Stopped),
            Err(Broken::Program(error)) => Err(error),
        }
    }
}
