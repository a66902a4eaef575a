//! One learner on one task, or one condition of a protocol: its runs by seed, and what they measured.

use std::collections::BTreeMap;

use apical_learning::{Metric, OutputError, PartName, Readings, RunRecord, Status};

use crate::ReportInput;
use crate::export::RunSeries;
use crate::subject::Subject;

/// A learner on a task at a point of a sweep, or a condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Task, learner and point of a sweep, or the condition.
    pub name: Vec<String>,
    /// Its runs by seed.
    pub runs: BTreeMap<u64, ArmRun>,
    /// The margin of its score that is declared.
    margin: Option<f64>,
}

/// A run.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmRun {
    /// Whether it failed.
    pub has_failed: bool,
    /// What it measured.
    pub values: Vec<(Quantity, f64)>,
    /// Everything that repeats to the bit, as text.
    pub(super) records: String,
    /// The checksum of its data.
    pub(super) data: String,
    /// What its times depend on.
    pub(super) machine: String,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Its name, as margins and gates have it.
    pub name: String,
    /// Its unit; `1` for pure numbers.
    pub unit: String,
    /// Whether it is the test score after the last epoch or the chosen one.
    pub(super) is_score: bool,
}

impl Quantity {
    fn new(name: impl Into<String>, unit: &str, is_score: bool) -> Self {
        Self {
            name: name.into(),
            unit: unit.to_owned(),
            is_score,
        }
    }
}

impl Arm {
    /// Its name in words.
    pub(super) fn label(&self) -> String {
        self.name.join("/")
    }

    /// Whether `name` is that of its learner, or ends with it.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let ends = (0..self.name.len()).flat_map(|from| {
            let to = from + 1..=self.name.len();
            to.map(move |to| self.name[from..to].join("/"))
        });
        // A task alone names no arm.
        let is_task = self.name.len() > 1 && self.name[0] == name;
        !is_task && ends.into_iter().any(|own| own == name)
    }

    /// What arms of a pair share: task and point of a sweep.
    pub(super) fn place(&self) -> (Option<&String>, Option<&String>) {
        match &self.name[..] {
            [task, _, rest @ ..] => (Some(task), rest.first()),
            _ => (None, None),
        }
    }

    pub(super) fn margin_of(&self, quantity: &Quantity) -> Option<f64> {
        self.margin.filter(|_| quantity.is_score)
    }
}

impl ArmRun {
    pub(super) fn value(&self, quantity: &Quantity) -> Option<f64> {
        let mut values = self.values.iter();
        let (_, value) = values.find(|(own, _)| own.name == quantity.name)?;
        Some(*value)
    }
}

/// The arms of a report on tasks: test scores, update angles and training time.
pub fn arms_of_tasks(input: &ReportInput) -> Vec<Arm> {
    let mut arms: Vec<Arm> = Vec::new();
    for run in &input.runs {
        let key = &run.summary.run;
        let mut name = vec![key.task.clone(), key.learner.clone()];
        name.extend((!key.point.is_empty()).then(|| key.point.to_string()));
        let margin = input.contrasts.get(&key.task).and_then(|of| of.margin);
        add(&mut arms, name, margin, key.seed, run_of_task(run));
    }
    arms
}

/// The arms of a protocol: the numbers of its runs.
pub fn arms_of_runs(runs: &[RunSeries]) -> Vec<Arm> {
    let mut arms = Vec::new();
    for run in runs {
        let values = run.values.iter().map(|(name, unit, value)| {
            let unit = unit.as_deref().unwrap_or("1");
            (Quantity::new(name.clone(), unit, false), *value)
        });
        let of = ArmRun {
            has_failed: run.error.is_some(),
            values: values.collect(),
            records: format!("{:?}{:?}", run.series, run.values),
            data: String::new(),
            machine: String::new(),
        };
        add(&mut arms, run.name.clone(), None, run.seed, of);
    }
    arms
}

fn add(arms: &mut Vec<Arm>, name: Vec<String>, margin: Option<f64>, seed: u64, run: ArmRun) {
    let known = arms.iter_mut().find(|arm| arm.name == name);
    match known {
        Some(arm) => {
            arm.runs.insert(seed, run);
        }
        None => arms.push(Arm {
            name,
            runs: BTreeMap::from([(seed, run)]),
            margin,
        }),
    }
}

fn run_of_task(run: &RunRecord) -> ArmRun {
    let summary = &run.summary;
    let mut values = Vec::new();
    let mut add = |quantity, value: Option<f64>| {
        values.extend(value.map(|value| (quantity, value)));
    };
    let test = |metric, readings: &Readings| Subject::on(metric, PartName::Test).value(readings);
    let has_accuracy = test(Metric::ACCURACY, &summary.last).is_some();
    for metric in [Metric::ACCURACY, Metric::LOSS] {
        let info = metric.info();
        let is_score = metric == Metric::ACCURACY || !has_accuracy;
        for (suffix, readings) in [("", &summary.last), ("_chosen", &summary.chosen)] {
            let name = format!("{}{suffix}", info.name);
            let quantity = Quantity::new(name, info.unit, is_score);
            add(quantity, test(metric, readings));
        }
    }
    let layers = (1..summary.sizes.len()).map(Some);
    for (reference, prefix) in [
        (OutputError::Potential, ""),
        (OutputError::SquaredError, "squared_error_"),
    ] {
        for layer in [None].into_iter().chain(layers.clone()) {
            let of = Subject::of_layer(Metric::UPDATE_ANGLE, layer, Some(reference));
            let end = layer.map_or_else(String::new, |layer| format!("_layer_{layer}"));
            let name = format!("{prefix}angle{end}");
            let unit = Metric::UPDATE_ANGLE.info().unit;
            add(Quantity::new(name, unit, false), of.value(&summary.last));
        }
    }
    let timing = &summary.timing;
    let time = 1e6 * timing.seconds.training() / timing.n_samples as f64;
    let time = (timing.samples_per_second.is_some() && timing.n_samples > 0).then_some(time);
    add(Quantity::new("time", "µs per sample", false), time);
    let provenance = &run.provenance;
    ArmRun {
        has_failed: summary.status != Status::Finished,
        values,
        // Numbers are written in full.
        records: match run.epochs.is_empty() {
            true => format!("{:?}{:?}", summary.last, summary.chosen),
            false => format!("{:?}", run.epochs),
        },
        data: provenance.data_checksum.clone(),
        machine: format!(
            "{}, {}, {} threads",
            provenance.cpu, provenance.instruction_set, provenance.n_threads
        ),
    }
}
