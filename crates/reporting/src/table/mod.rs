//! The table of results, as values; page and terminal write it in their own ways.

mod csv;

use apical_learning::{Metric, OutputError, PartName};

use crate::ReportInput;
use crate::cell::Cell;
use crate::group::{Group, Task};
use crate::number::Decimals;
use crate::statistics::Spread;
use crate::subject::Subject;

pub(crate) use csv::csv;

/// How the angles of the layers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// To the `potential` reference, a column for all layers and for each, with intervals; to the
    /// `squared_error` reference, one column with the means of all layers.
    EachLayer,
    /// One column a reference, with the means of all layers.
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
    pub(crate) baseline: Option<&'a str>,
    /// Where times were taken, to follow `times`; none without times.
    pub(crate) times: Option<String>,
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
    /// In regression, as `score_last` and `score_chosen`, in the units of the targets.
    rmse: [Option<Spread>; 2],
    /// In regression, as `score_last` and `score_chosen`.
    r_squared: [Option<Spread>; 2],
    /// To the `potential` reference.
    potential: Angles,
    /// To the `squared_error` reference.
    squared_error: Angles,
    /// Training time per sample, µs.
    pub(crate) time: Option<Spread>,
    /// Over that of the baseline.
    pub(crate) time_ratio: Option<f64>,
    pub(crate) n_trials: Option<usize>,
}

/// Update angles after the last epoch to one reference, °.
#[derive(Debug)]
struct Angles {
    all: Option<Spread>,
    by_layer: Vec<Option<Spread>>,
}

/// What the references are, for the note under a table with angles.
pub(crate) const REFERENCES: &str = "potential: output error φ′(u)(u* − u); \
    squared error: φ′(u)(r* − r); a learner stands near 0° to the one it descends";

impl<'a> Table<'a> {
    /// The results of `task`.
    pub(crate) fn new(task: &Task<'a>, input: &ReportInput) -> Self {
        let layers: Vec<usize> = task
            .layers(Metric::UPDATE_ANGLE)
            .into_iter()
            .flatten()
            .collect();
        Self {
            task: task.name,
            score: task.score,
            times: task.times_taken(),
            baseline: task.baseline,
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
        let score = match self.score == Metric::ACCURACY {
            true => "test accuracy (%)",
            false => "test loss (1)",
        };
        let mut headings = vec![
            Heading::new("", "learner"),
            Heading::new("", "seeds"),
            Heading::new(score, "last epoch"),
            Heading::new(score, "chosen epoch"),
        ];
        if self.has_units() {
            headings.push(Heading::new("test RMSE (as targets)", "last epoch"));
            headings.push(Heading::new("test R² (1)", "last epoch"));
        }
        match layout {
            _ if !self.has_angles() => {}
            Layout::EachLayer => {
                let shared = "update angle, potential (°)";
                headings.push(Heading::new(shared, "all layers"));
                let layers = self.layers.iter();
                headings.extend(layers.map(|k| Heading::new(shared, &format!("layer {k}"))));
                let shared = "update angle, squared error (°)";
                headings.push(Heading::new(shared, "by layer"));
            }
            Layout::JoinedLayers => {
                let shared = "update angle by layer (°)";
                headings.push(Heading::new(shared, "potential"));
                headings.push(Heading::new(shared, "squared error"));
            }
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

    /// A row, cell by cell under [`Self::headings`].
    pub(crate) fn cells(&self, row: &Row, layout: Layout) -> Vec<Cell> {
        let score = match self.score == Metric::ACCURACY {
            true => Decimals::Fixed(2),
            false => Decimals::Significant(3),
        };
        let angle = Decimals::Fixed(1);
        let mut cells = vec![
            Cell::text(&*row.label),
            match row.n_failed {
                0 => Cell::Count(Some(row.n_finished)),
                n_failed => Cell::Share {
                    n: row.n_finished,
                    of: row.n_finished + n_failed,
                },
            },
            Cell::Interval(row.score_last, score),
            Cell::Interval(row.score_chosen, score),
        ];
        if self.has_units() {
            cells.push(Cell::Interval(row.rmse[0], Decimals::Significant(3)));
            cells.push(Cell::Interval(row.r_squared[0], Decimals::Fixed(3)));
        }
        match layout {
            _ if !self.has_angles() => {}
            Layout::EachLayer => {
                let Angles { all, by_layer } = &row.potential;
                let potential = [all].into_iter().chain(by_layer);
                cells.extend(potential.map(|value| Cell::Interval(*value, angle)));
                cells.push(row.squared_error.means());
            }
            Layout::JoinedLayers => {
                cells.push(row.potential.means());
                cells.push(row.squared_error.means());
            }
        }
        cells.push(Cell::Interval(row.time, Decimals::Significant(3)));
        if self.baseline.is_some() {
            cells.push(Cell::Number(row.time_ratio, 3));
        }
        if self.has_trials() {
            cells.push(Cell::Count(row.n_trials));
        }
        cells
    }

    /// Whether any learner has an update angle.
    pub(crate) fn has_angles(&self) -> bool {
        !self.layers.is_empty()
    }

    /// Whether any learner has an error in the units of the targets.
    fn has_units(&self) -> bool {
        self.rows.iter().any(|row| row.rmse[0].is_some())
    }

    fn has_trials(&self) -> bool {
        self.rows.iter().any(|row| row.n_trials.is_some())
    }
}

impl Angles {
    fn means(&self) -> Cell {
        let means = self.by_layer.iter().map(|angle| Some((*angle)?.mean));
        Cell::AngleByLayer(means.collect())
    }
}

fn row(task: &Task<'_>, group: &Group<'_>, layers: &[usize], input: &ReportInput) -> Row {
    let score = Subject::on(task.score, PartName::Test);
    let of_regression = |metric| {
        let subject = Subject::on(metric, PartName::Test);
        [group.last(subject), group.chosen(subject)]
    };
    let angles = |reference| {
        let angle = |layer| {
            group.last(Subject::of_layer(
                Metric::UPDATE_ANGLE,
                layer,
                Some(reference),
            ))
        };
        Angles {
            all: angle(None),
            by_layer: layers.iter().map(|k| angle(Some(*k))).collect(),
        }
    };
    let time = group.microseconds_per_sample(None);
    let baseline_time = task
        .compared_with(group)
        .and_then(|baseline| baseline.microseconds_per_sample(None));
    Row {
        label: group.label(),
        learner: group.learner.to_owned(),
        variant: group.point.to_string(),
        n_finished: group.finished.len(),
        n_failed: group.failed.len(),
        score_last: group.last(score),
        score_chosen: group.chosen(score),
        rmse: of_regression(Metric::RMSE),
        r_squared: of_regression(Metric::R_SQUARED),
        potential: angles(OutputError::Potential),
        squared_error: angles(OutputError::SquaredError),
        time,
        time_ratio: match (time, baseline_time) {
            (Some(time), Some(baseline)) if baseline.mean > 0.0 => Some(time.mean / baseline.mean),
            _ => None,
        },
        n_trials: n_trials(task.name, group, input),
    }
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
