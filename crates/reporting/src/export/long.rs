//! Every reading of every run, one a row.

use std::borrow::Cow;
use std::collections::BTreeSet;

use apical_learning::{EpochRecord, KeyPath, Of, PhaseSeconds, RunRecord, Status, TimingRecord};

use super::parquet::of as parquet_of;
use super::runs::RunSeries;
use crate::artefact::Artefact;
use crate::csv::Csv;
use crate::{ReportError, ReportInput, group};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Whole,
    Number,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Absent,
    Text(Cow<'a, str>),
    Whole(u64),
    Number(f64),
}

type Row<'a> = Vec<Value<'a>>;

/// A long table: columns, and rows that are made when they are asked for.
pub(super) struct Long<'a> {
    pub(super) columns: Vec<(String, Kind)>,
    pub(super) rows: Box<dyn Iterator<Item = Row<'a>> + 'a>,
}

impl Long<'_> {
    fn csv(self) -> Vec<u8> {
        let header: Vec<String> = self.columns.into_iter().map(|(name, _)| name).collect();
        let mut csv = Csv::new(&header);
        for row in self.rows {
            let cells: Vec<Cow<'_, str>> = row.iter().map(Value::written).collect();
            csv.row(&cells);
        }
        csv.into_bytes()
    }
}

impl Value<'_> {
    fn written(&self) -> Cow<'_, str> {
        match self {
            Self::Absent => "".into(),
            Self::Text(text) => (&**text).into(),
            Self::Whole(number) => number.to_string().into(),
            Self::Number(number) => number.to_string().into(),
        }
    }
}

/// `readings.csv`: every reading of every run and the seconds of every phase, one a row, with the run's keys,
/// its end, epoch, unit, and the reason where there is no value.
///
/// Of a run whose readings by epoch were not kept, those of the last epoch and of the chosen one are there.
///
/// # Errors
///
/// As [`crate::report`].
pub fn csv(input: &ReportInput) -> Result<Vec<Artefact>, ReportError> {
    group::check(input)?;
    Ok(vec![file("readings.csv", of_tasks(input).csv())])
}

/// The same of a protocol's runs: every number of every series, and those of the whole run, which have no `x`.
pub fn csv_of_runs(runs: &[RunSeries]) -> Vec<Artefact> {
    vec![file("readings.csv", of_runs(runs).csv())]
}

/// The same table as `readings.parquet`.
///
/// # Errors
///
/// As [`crate::report`].
pub fn parquet(input: &ReportInput) -> Result<Vec<Artefact>, ReportError> {
    group::check(input)?;
    let bytes = parquet_of(of_tasks(input));
    Ok(vec![file("readings.parquet", bytes)])
}

/// The same of a protocol's runs.
pub fn parquet_of_runs(runs: &[RunSeries]) -> Vec<Artefact> {
    vec![file("readings.parquet", parquet_of(of_runs(runs)))]
}

pub(super) fn file(path: &str, bytes: Vec<u8>) -> Artefact {
    Artefact {
        path: path.to_owned(),
        bytes,
    }
}

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Value<'a> {
    Value::Text(text.into())
}

fn or_absent<'a, T>(value: Option<T>, of: impl Fn(T) -> Value<'a>) -> Value<'a> {
    value.map_or(Value::Absent, of)
}

fn named(columns: &[(&str, Kind)]) -> Vec<(String, Kind)> {
    let columns = columns.iter();
    columns
        .map(|(name, kind)| ((*name).to_owned(), *kind))
        .collect()
}

pub(super) fn of_tasks(input: &ReportInput) -> Long<'_> {
    use Kind::{Number, Text, Whole};
    let keys = input.runs.iter().flat_map(|run| &run.summary.run.point.0);
    let keys: BTreeSet<&KeyPath> = keys.map(|swept| &swept.key).collect();
    let keys: Vec<&KeyPath> = keys.into_iter().collect();
    let mut columns = named(&[
        ("experiment", Text),
        ("task", Text),
        ("learner", Text),
        ("variant", Text),
        ("seed", Whole),
        ("status", Text),
        ("error", Text),
        ("epoch", Whole),
        ("is_chosen_epoch", Text),
        ("n_samples", Whole),
        ("metric", Text),
        ("part", Text),
        ("layer", Whole),
        ("reference", Text),
        ("value", Number),
        ("unit", Text),
        ("absent", Text),
        ("n_batches", Whole),
    ]);
    columns.extend(keys.iter().map(|key| (key.to_string(), Text)));
    let rows = input.runs.iter().flat_map(move |run| {
        let swept: Vec<Value<'_>> = keys
            .iter()
            .map(|key| {
                let mut point = run.summary.run.point.0.iter();
                let swept = point.find(|swept| swept.key == **key);
                or_absent(swept, |swept| text(swept.value_text()))
            })
            .collect();
        let start = start_of(run);
        rows_of(run).map(move |end| [start.clone(), end, swept.clone()].concat())
    });
    Long {
        columns,
        rows: Box::new(rows),
    }
}

/// The run's keys and its end.
fn start_of(run: &RunRecord) -> Row<'_> {
    let key = &run.summary.run;
    let (status, error) = match &run.summary.status {
        Status::Finished => ("finished", Value::Absent),
        Status::Failed { error } => ("failed", text(error)),
    };
    let variant = match key.point.is_empty() {
        true => Value::Absent,
        false => text(key.point.to_string()),
    };
    vec![
        text(&key.experiment),
        text(&key.task),
        text(&key.learner),
        variant,
        Value::Whole(key.seed),
        text(status),
        error,
    ]
}

/// From the epoch on; a run without any reading has one row, which says that it was.
fn rows_of(run: &RunRecord) -> Box<dyn Iterator<Item = Row<'_>> + '_> {
    let summary = &run.summary;
    if run.epochs.is_empty() && summary.last.is_empty() {
        let nothing = vec![Value::Absent; 11];
        return Box::new(std::iter::once(nothing));
    }
    let chosen = summary.chosen_epoch;
    let timings = run.timings.iter().flat_map(move |timing| {
        let all = seconds_of(&timing.seconds);
        let of_phase = move |(phase, seconds)| of_timing(timing, phase, seconds, chosen);
        all.into_iter().map(of_phase)
    });
    let of_epoch = move |record: &'_ EpochRecord| (record.epoch, Some(record.n_samples));
    let kept = run.epochs.iter().flat_map(move |record| {
        let (epoch, n_samples) = of_epoch(record);
        let readings = record.readings.pairs();
        readings.map(move |reading| of_reading(reading, epoch, n_samples, chosen))
    });
    // Where readings by epoch were not kept.
    let in_short = run.epochs.is_empty();
    let last = summary.last.pairs().filter(move |_| in_short);
    let last = last.map(move |reading| of_reading(reading, summary.n_epochs, None, chosen));
    let is_another = in_short && chosen != Some(summary.n_epochs);
    let early = summary.chosen.pairs().filter(move |_| is_another);
    let early = early.map(move |reading| of_reading(reading, chosen.unwrap_or(0), None, chosen));
    Box::new(kept.chain(early).chain(last).chain(timings))
}

fn of_reading<'a>(
    (reading, value): (&'a Of, Option<f64>),
    epoch: usize,
    n_samples: Option<u64>,
    chosen: Option<usize>,
) -> Row<'a> {
    let info = reading.metric.info();
    let value = value.filter(|value| value.is_finite());
    vec![
        Value::Whole(epoch as u64),
        text(if chosen == Some(epoch) {
            "true"
        } else {
            "false"
        }),
        or_absent(n_samples, Value::Whole),
        text(info.name),
        or_absent(reading.part, |part| text(name(&part))),
        or_absent(reading.layer, |layer| Value::Whole(layer as u64)),
        or_absent(reading.reference, |reference| text(name(&reference))),
        or_absent(value, Value::Number),
        text(info.unit),
        or_absent(reading.absent.as_deref(), text),
        or_absent(reading.n_batches, |n| Value::Whole(n as u64)),
    ]
}

fn of_timing(
    timing: &TimingRecord,
    phase: String,
    seconds: f64,
    chosen: Option<usize>,
) -> Row<'static> {
    let is_chosen = chosen == Some(timing.epoch);
    vec![
        Value::Whole(timing.epoch as u64),
        text(if is_chosen { "true" } else { "false" }),
        Value::Whole(timing.n_samples),
        text(format!("seconds_{phase}")),
        Value::Absent,
        Value::Absent,
        Value::Absent,
        Value::Number(seconds),
        text("s"),
        Value::Absent,
        Value::Absent,
    ]
}

/// Seconds so far by phase, as records name them; a phase that there was not is left out.
fn seconds_of(seconds: &PhaseSeconds) -> Vec<(String, f64)> {
    let written = serde_json::to_value(seconds).unwrap_or_default();
    let all = written.as_object().into_iter().flatten();
    all.filter_map(|(phase, seconds)| Some((phase.clone(), seconds.as_f64()?)))
        .collect()
}

/// A name as records have it.
pub(super) fn name(value: &impl serde::Serialize) -> String {
    let written = serde_json::to_value(value).unwrap_or_default();
    written.as_str().unwrap_or_default().to_owned()
}

pub(super) fn of_runs(runs: &[RunSeries]) -> Long<'_> {
    use Kind::{Number, Text, Whole};
    let columns = named(&[
        ("experiment", Text),
        ("condition", Text),
        ("seed", Whole),
        ("status", Text),
        ("error", Text),
        ("quantity", Text),
        ("x", Number),
        ("value", Number),
        ("unit", Text),
    ]);
    let rows = runs.iter().flat_map(|run| {
        let start = vec![
            text(&run.experiment),
            text(run.name.join(", ")),
            Value::Whole(run.seed),
            text(match run.error {
                None => "finished",
                Some(_) => "failed",
            }),
            or_absent(run.error.as_deref(), text),
        ];
        let row = |quantity, x, value, unit| -> Row<'_> {
            let unit = or_absent(unit, text);
            vec![text(quantity), x, Value::Number(value), unit]
        };
        let series = run.series.iter().flat_map(move |series| {
            let unit = series.unit.as_deref();
            let points = series.points.iter();
            points.map(move |&(x, value)| row(&*series.name, Value::Number(x), value, unit))
        });
        let values = run.values.iter().map(move |(quantity, unit, value)| {
            row(quantity, Value::Absent, *value, unit.as_deref())
        });
        let nothing = run.series.is_empty() && run.values.is_empty();
        let nothing = nothing.then(|| vec![Value::Absent; 4]);
        let ends = series.chain(values).chain(nothing);
        ends.map(move |end| [start.clone(), end].concat())
    });
    Long {
        columns,
        rows: Box::new(rows),
    }
}
