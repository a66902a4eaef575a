//! Runs as series of numbers by name, for formats that have a place for each series.

use std::collections::{BTreeMap, BTreeSet};

use apical_learning::{RunRecord, Status};

use super::long::name;
use crate::subject::Subject;
use crate::{ReportInput, artefact};

/// A run and its series.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSeries {
    /// The experiment's name.
    pub experiment: String,
    /// Task, learner and point of a sweep where there is one; or the condition of a protocol.
    pub name: Vec<String>,
    /// Its seed.
    pub seed: u64,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// Its series.
    pub series: Vec<Series>,
    /// Numbers of the whole run: name, unit and value.
    pub values: Vec<(String, Option<String>, f64)>,
}

/// Numbers over epochs, time or whatever the run goes along.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name, parts between slashes.
    pub name: String,
    /// Its unit, where it is known; `1` for pure numbers.
    pub unit: Option<String>,
    /// x and value, in order of x.
    pub points: Vec<(f64, f64)>,
}

/// Seconds of training so far, in the runs of tasks.
pub(super) const SECONDS: &str = "seconds/training";

/// The runs of tasks: everything that has a value over epochs, called `METRIC[/PART][/REFERENCE][/layer_K]`, and
/// the seconds of training so far.
pub(super) fn of_tasks(input: &ReportInput) -> Vec<RunSeries> {
    input.runs.iter().map(of_run).collect()
}

fn of_run(run: &RunRecord) -> RunSeries {
    let key = &run.summary.run;
    let mut points: BTreeMap<Subject, Vec<(f64, f64)>> = BTreeMap::new();
    let in_short = [(run.summary.n_epochs, &run.summary.last)];
    let in_short = in_short.into_iter().filter(|_| run.epochs.is_empty());
    let epochs = run.epochs.iter();
    let epochs = epochs.map(|record| (record.epoch, &record.readings));
    for (epoch, readings) in epochs.chain(in_short) {
        for (of, value) in readings.pairs() {
            if let Some(value) = value.filter(|value| value.is_finite()) {
                let of = points.entry(Subject::of(of)).or_default();
                of.push((epoch as f64, value));
            }
        }
    }
    let mut series: Vec<Series> = points
        .into_iter()
        .map(|(subject, points)| Series {
            name: name_of(subject),
            unit: Some(subject.metric.info().unit.to_owned()),
            points,
        })
        .collect();
    let times = run.timings.iter();
    let times: Vec<(f64, f64)> = times
        .map(|timing| (timing.epoch as f64, timing.seconds.training()))
        .collect();
    if !times.is_empty() {
        series.push(Series {
            name: SECONDS.to_owned(),
            unit: Some("s".to_owned()),
            points: times,
        });
    }
    let point = (!key.point.is_empty()).then(|| key.point.to_string());
    let name = [key.task.clone(), key.learner.clone()].into_iter();
    RunSeries {
        experiment: key.experiment.clone(),
        name: name.chain(point).collect(),
        seed: key.seed,
        error: match &run.summary.status {
            Status::Finished => None,
            Status::Failed { error } => Some(error.clone()),
        },
        started: run.provenance.started.clone(),
        series,
        values: Vec::new(),
    }
}

fn name_of(subject: Subject) -> String {
    let parts = [
        Some(subject.metric.info().name.to_owned()),
        subject.part.as_ref().map(name),
        subject.reference.as_ref().map(name),
        subject.layer.map(|layer| format!("layer_{layer}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("/")
}

/// Paths of names: every part in lower-case letters and digits, different for different names.
#[derive(Default)]
pub(super) struct Paths<'a> {
    known: BTreeMap<&'a [String], String>,
    used: BTreeSet<String>,
}

impl<'a> Paths<'a> {
    /// The path of `name`.
    pub(super) fn of(&mut self, name: &'a [String]) -> String {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let parts: Vec<String> = name.iter().map(|part| artefact::safe_name(part)).collect();
        let stem = parts.join("/");
        let mut path = stem.clone();
        let mut n = 1;
        while !self.used.insert(path.clone()) {
            n += 1;
            path = format!("{stem}-{n}");
        }
        self.known.insert(name, path.clone());
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_names_have_different_paths() {
        let name = |parts: [&str; 2]| parts.map(str::to_owned).to_vec();
        let names = [
            name(["yin-yang", "A b"]),
            name(["Yin Yang", "a b"]),
            name(["../x", "字"]),
        ];
        let mut paths = Paths::default();
        let found: Vec<String> = names.iter().map(|name| paths.of(name)).collect();
        assert_eq!(found, ["yin-yang/a-b", "yin-yang/a-b-2", "---x/-"]);
        assert_eq!(paths.of(&names[1]), found[1]);
    }
}
