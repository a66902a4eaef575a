//! The table of results, as values; page and terminal write it in their own ways.

use apical_learning::{Metric, OutputError, PartName};

use crate::ReportInput;
use crate::csv::{Csv, number};
use crate::group::{Group, Task};
use crate::number::{ABSENT, Decimals, significant, spread};
use crate::statistics::Spread;
use crate::subject::Subject;

/// How the angles of the layers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A column for every layer, with intervals.
    EachLayer,
    /// One column with the means of all layers.
    JoinedLayers,
}

/// The heading of a column: what it shares with its neighbours, and what is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    /// Shared; empty where nothing is.
    pub(crate) shared: String,
    pub(crate) own: String,
}

impl Heading {
    fn new(shared: &str, own: &str) -> Self {
        Self {
            shared: shared.to_owned(),
            own: own.to_owned(),
        }
    }
}

/// The results of one task.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    pub(crate) task: &'a str,
    /// Accuracy or loss.
    pub(crate) score: Metric,
    /// Layers 1…N that have an update angle.
    pub(crate) layers: Vec<usize>,
    /// The learner whose time is 1, where there is one.
    pub(crate) baseline: Option<String>,
    pub(crate) rows: Vec<Row>,
}

/// The results of one learner.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) label: String,
    learner: String,
    variant: String,
    pub(crate) n_finished: usize,
    pub(crate) n_failed: usize,
    /// On the test part, after the last epoch.
    pub(crate) score_last: Option<Spread>,
    /// On the test part, after the epoch chosen on validation.
    pub(crate) score_chosen: Option<Spread>,
    /// Update angle to the `potential` reference after the last epoch, °.
    pub(crate) angle_all: Option<Spread>,
    /// The same by layer.
    pub(crate) angles: Vec<Option<Spread>>,
    /// Training time per sample, µs.
    pub(crate) time: Option<Spread>,
    /// Over that of the baseline.
    pub(crate) time_ratio: Option<f64>,
    pub(crate) n_trials: Option<usize>,
}

impl<'a> Table<'a> {
    /// The results of `task`.
    pub(crate) fn new(task: &Task<'a>, input: &ReportInput) -> Self {
        let layers: Vec<usize> = task
            .layers(Metric::UpdateAngle)
            .into_iter()
            .flatten()
            .collect();
        Self {
            task: task.name,
            score: task.score,
            baseline: task
                .groups
                .first()
                .and_then(|group| task.baseline(group))
                .map(|baseline| baseline.learner.to_owned()),
            rows: task
                .groups
                .iter()
                .map(|group| row(task, group, &layers, input))
                .collect(),
            layers,
        }
    }

    /// The heading of every column.
    pub(crate) fn headings(&self, layout: Layout) -> Vec<Heading> {
        let score = match self.score {
            Metric::Accuracy => "test accuracy (%)",
            _ => "test loss (1)",
        };
        let angle = "update angle (°)";
        let mut headings = vec![
            Heading::new("", "learner"),
            Heading::new("", "seeds"),
            Heading::new(score, "last epoch"),
            Heading::new(score, "chosen epoch"),
            Heading::new(angle, "all layers"),
        ];
        match layout {
            Layout::EachLayer => headings.extend(
                self.layers
                    .iter()
                    .map(|k| Heading::new(angle, &format!("layer {k}"))),
            ),
            Layout::JoinedLayers => headings.push(Heading::new(angle, "by layer")),
        }
        headings.push(Heading::new("training time", "µs per sample"));
        if self.baseline.is_some() {
            headings.push(Heading::new("training time", "ratio"));
        }
        if self.has_trials() {
            headings.push(Heading::new("tuning", "trials"));
        }
        headings
    }

    /// A row as text, cell by cell under [`Self::headings`].
    pub(crate) fn cells(&self, row: &Row, layout: Layout) -> Vec<String> {
        let score = match self.score {
            Metric::Accuracy => Decimals::Fixed(2),
            _ => Decimals::Significant(3),
        };
        let angle = Decimals::Fixed(1);
        let mut cells = vec![
            row.label.clone(),
            row.seeds(),
            spread(row.score_last, score),
            spread(row.score_chosen, score),
            spread(row.angle_all, angle),
        ];
        let angles = row.angles.iter();
        match layout {
            Layout::EachLayer => cells.extend(angles.map(|value| spread(*value, angle))),
            Layout::JoinedLayers => cells.push(joined(&row.angles)),
        }
        cells.push(spread(row.time, Decimals::Significant(3)));
        if self.baseline.is_some() {
            cells.push(row.time_ratio.map_or_else(absent, |r| significant(r, 3)));
        }
        if self.has_trials() {
            cells.push(row.n_trials.map_or_else(absent, |n| n.to_string()));
        }
        cells
    }

    fn has_trials(&self) -> bool {
        self.rows.iter().any(|row| row.n_trials.is_some())
    }
}

impl Row {
    /// Number of seeds that the means are over, of how many where some failed.
    fn seeds(&self) -> String {
        match self.n_failed {
            0 => self.n_finished.to_string(),
            n => format!("{} of {}", self.n_finished, self.n_finished + n),
        }
    }
}

/// All tables in one file, one row per task, learner and point of a sweep.
pub(crate) fn csv(tables: &[Table<'_>]) -> String {
    let n_layers = tables
        .iter()
        .flat_map(|table| table.layers.iter().copied())
        .max()
        .unwrap_or(0);
    let mut header: Vec<String> = ["task", "learner", "variant", "n_seeds", "n_failed", "score"]
        .map(str::to_owned)
        .to_vec();
    let mut spread_columns = |name: &str| {
        header.push(format!("{name}_mean"));
        header.push(format!("{name}_half_width_95"));
    };
    spread_columns("test_score_last_epoch");
    spread_columns("test_score_chosen_epoch");
    spread_columns("update_angle_degrees_all");
    for k in 1..=n_layers {
        spread_columns(&format!("update_angle_degrees_layer_{k}"));
    }
    spread_columns("microseconds_per_sample");
    header.extend(["time_ratio", "time_ratio_to", "n_tuning_trials"].map(str::to_owned));
    let mut csv = Csv::new(&header);
    for table in tables {
        for row in &table.rows {
            csv.row(&csv_cells(table, row, n_layers));
        }
    }
    csv.into_text()
}

fn csv_cells(table: &Table<'_>, row: &Row, n_layers: usize) -> Vec<String> {
    let mut cells = vec![
        table.task.to_owned(),
        row.learner.clone(),
        row.variant.clone(),
        row.n_finished.to_string(),
        row.n_failed.to_string(),
        table.score.info().name.to_owned(),
    ];
    let mut push = |value: Option<Spread>| {
        cells.push(number(value.map(|spread| spread.mean)));
        cells.push(number(value.and_then(|spread| spread.half_width)));
    };
    push(row.score_last);
    push(row.score_chosen);
    push(row.angle_all);
    for k in 1..=n_layers {
        let index = table.layers.iter().position(|layer| *layer == k);
        push(index.and_then(|index| row.angles[index]));
    }
    push(row.time);
    cells.push(number(row.time_ratio));
    cells.push(table.baseline.clone().unwrap_or_default());
    cells.push(row.n_trials.map_or_else(String::new, |n| n.to_string()));
    cells
}

fn row(task: &Task<'_>, group: &Group<'_>, layers: &[usize], input: &ReportInput) -> Row {
    let score = Subject::on(task.score, PartName::Test);
    let angle = |layer| {
        let reference = Some(OutputError::Potential);
        group.last(Subject::of_layer(Metric::UpdateAngle, layer, reference))
    };
    let time = group.microseconds_per_sample(None);
    let baseline_time = task
        .baseline(group)
        .and_then(|baseline| baseline.microseconds_per_sample(None));
    Row {
        label: group.label(),
        learner: group.learner.to_owned(),
        variant: group.variant.to_owned(),
        n_finished: group.finished.len(),
        n_failed: group.failed.len(),
        score_last: group.last(score),
        score_chosen: group.chosen(score),
        angle_all: angle(None),
        angles: layers.iter().map(|k| angle(Some(*k))).collect(),
        time,
        time_ratio: match (time, baseline_time) {
            (Some(time), Some(baseline)) if baseline.mean > 0.0 => Some(time.mean / baseline.mean),
            _ => None,
        },
        n_trials: n_trials(task.name, group, input),
    }
}

fn joined(angles: &[Option<Spread>]) -> String {
    if angles.iter().all(Option::is_none) {
        return absent();
    }
    let means: Vec<String> = angles
        .iter()
        .map(|angle| angle.map_or_else(absent, |angle| format!("{:.0}", angle.mean)))
        .collect();
    means.join(" / ")
}

fn absent() -> String {
    ABSENT.to_owned()
}

fn n_trials(task: &str, group: &Group<'_>, input: &ReportInput) -> Option<usize> {
    let n_logged = input
        .trials
        .iter()
        .filter(|trial| trial.task == task && trial.learner == group.learner)
        .count();
    let recorded = group
        .finished
        .iter()
        .find_map(|run| run.summary.n_tuning_trials);
    (n_logged > 0).then_some(n_logged).or(recorded)
}
