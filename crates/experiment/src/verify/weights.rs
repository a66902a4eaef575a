//! What saved weights predict, beside what was read when they were saved.

use std::fs;

use anyhow::{Context, Result};
use apical_kernels::InstructionSet;
use apical_learning::{
    AnyLearner, Confusion, EvaluationObserver, Observer, PartName, Reading, Readings, RunRecord,
    Status, Streams, load_tensors,
};

use super::{Findings, Repeatable as _, Whole};
use crate::experiment::Experiment;
use crate::provenance::source_digest;
use crate::spec::Overrides;
use crate::store::name;
use crate::task_data::{DataCache, is_of_files};

/// Relative difference that other sources or an instruction set that rounds otherwise may make.
const ROUNDING: f64 = 1e-3;

/// Why weights alone need not give what was read.
const STATEFUL: &str = "what it predicts depends on the patterns before, which weights do not hold";

/// Puts the weights of every run into its learner, and reads accuracy and loss again.
pub(super) fn of_runs(
    runs: &[Whole<RunRecord>],
    data: &mut DataCache,
    findings: &mut Findings,
) -> Result<()> {
    let now = InstructionSet::chosen()?.to_string();
    let mut n_same = 0;
    for run in runs {
        let path = run.folder.join(name::WEIGHTS);
        let record = &run.ended.record;
        if record.summary.status != Status::Finished || record.spec.is_empty() || !path.is_file() {
            continue;
        }
        match readings_of(run, data) {
            Ok(Predicted {
                readings: found,
                confusion,
                is_stateful,
            }) => {
                let recorded = record.summary.last.of_predictions();
                let made_by = &record.provenance;
                let is_alike = InstructionSet::same_bits(&made_by.instruction_set, &now)
                    && made_by.source_digest == source_digest();
                let tolerance = match is_alike {
                    true => 0.0,
                    false => ROUNDING,
                };
                let counts_differ = tolerance == 0.0
                    && record.summary.confusion.is_some()
                    && record.summary.confusion != confusion;
                let difference = first_difference(&found, &recorded, tolerance);
                let difference = difference.or_else(|| {
                    let words = "which classes are taken for which differs from `confusion`";
                    counts_differ.then(|| words.to_owned())
                });
                match difference {
                    None => n_same += 1,
                    Some(_) if is_stateful => findings.not_checked(&path, STATEFUL),
                    Some(how) => findings.differ(&path, &how),
                }
            }
            Err(error) if is_of_files(&error) => {
                findings.not_checked(&path, &format!("{error:#}"));
            }
            Err(error) => findings.differ(&path, &format!("{error:#}")),
        }
    }
    findings.agree(n_same, "what saved weights predict");
    Ok(())
}

/// What a learner with saved weights gives.
struct Predicted {
    /// On all parts of its data.
    readings: Vec<Reading>,
    confusion: Option<Confusion>,
    /// Whether it carries something on from pattern to pattern.
    is_stateful: bool,
}

fn readings_of(run: &Whole<RunRecord>, data: &mut DataCache) -> Result<Predicted> {
    let record = &run.ended.record;
    let Experiment::Tasks(resolved) = Experiment::read(run.source(), Overrides::default())? else {
        anyhow::bail!("its specification names a protocol");
    };
    let arm = resolved
        .arms
        .first()
        .context("its specification has no learner")?;
    let seed = record.summary.run.seed;
    let prepared = data.prepare(&resolved, arm, seed)?;
    let streams = Streams::new(seed);
    let start = prepared.start_of(arm, streams)?;
    let mut learner = arm.learner.make(&prepared.network, &start, streams)?;
    let learner: &mut AnyLearner = &mut *learner;
    load_tensors(learner, &fs::read(run.folder.join(name::WEIGHTS))?)?;
    let mut observer = EvaluationObserver::new(learner, &prepared.data, &arm.measure, streams);
    Ok(Predicted {
        readings: observer.observe(learner)?,
        confusion: Observer::<AnyLearner>::confusion(&mut observer),
        is_stateful: learner.is_stateful(),
    })
}

fn first_difference(found: &[Reading], recorded: &Readings, tolerance: f64) -> Option<String> {
    for reading in recorded.iter() {
        let is_of_it = |of: &&Reading| of.metric == reading.metric && of.part == reading.part;
        let now = found.iter().find(is_of_it).and_then(|found| found.value);
        let is_same = match (now, reading.value) {
            (Some(now), Some(then)) => (now - then).abs() <= tolerance * then.abs(),
            (now, then) => now == then,
        };
        if !is_same {
            let part = match reading.part {
                Some(PartName::Train) => "training",
                Some(PartName::Validation) => "validation",
                Some(PartName::Test) => "test",
                None => "",
            };
            let of = |value: Option<f64>| value.map_or("no value".to_owned(), |v| v.to_string());
            let (now, then) = (of(now), of(reading.value));
            let metric = reading.metric.info().name;
            return Some(format!("{part} {metric} is {now}, and was read as {then}"));
        }
    }
    None
}
