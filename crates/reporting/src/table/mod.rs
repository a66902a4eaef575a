//! The table of results, as values; page and terminal write it in their own ways.

mod contrasts;
mod csv;

use apical_learning::{KeyPath, Metric, OutputError, PartName};

use crate::ReportInput;
use crate::cell::Cell;
use crate::covered;
use crate::flag::{self, Flag};
use crate::gap;
use crate::group::{Group, Task};
use crate::number::Decimals;
use crate::statistics::Spread;
use crate::subject::Subject;

pub(crate) use contrasts::ContrastTable;
pub(crate) use csv::csv;

/// How the angles of the layers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// First what a reader came for: angles to the `potential` reference, a column for each layer, with
    /// intervals, and the gap to the baseline; angles over all layers and to the other reference last.
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
    pub(crate) fn new(shared: &str, own: &str) -> Self {
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
    /// The keys of a sweep.
    keys: Vec<String>,
    /// Where times were taken, to follow `times`; none without times.
    pub(crate) times: Option<String>,
    /// What its intervals cover, in a sentence.
    pub(crate) covered: Option<String>,
    pub(crate) rows: Vec<Row>,
}

/// The results of one learner.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) label: String,
    learner: String,
    variant: String,
    /// The swept values, in the order of the table's keys.
    swept: Vec<Option<String>>,
    pub(crate) n_finished: usize,
    pub(crate) n_failed: usize,
    pub(crate) flags: Vec<Flag>,
    /// Of the test score after the last epoch to the baseline, paired by seed.
    pub(crate) gap: Option<Spread>,
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
    /// Tunings that its seeds have settings of, where the experiment has several.
    n_tunings: Option<usize>,
}

/// Update angles after the last epoch to one reference, °.
#[derive(Debug)]
struct Angles {
    all: Option<Spread>,
    by_layer: Vec<Option<Spread>>,
}

/// Layers beyond which their angles stand in one column, so that scores are not pushed off the page.
pub(crate) const MOST_LAYER_COLUMNS: usize = 6;

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
            covered: covered::sentence(task),
            keys: task
                .swept_keys()
                .into_iter()
                .map(KeyPath::to_string)
                .collect(),
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
            false => "test loss",
        };
        let potential = "update angle, potential (°)";
        let layers = || self.layers.iter().map(|k| format!("layer {k}"));
        let is_page = layout == Layout::EachLayer;
        let mut headings = vec![Heading::new("", "learner"), Heading::new("", "seeds")];
        if is_page && self.has_flags() {
            headings.push(Heading::new("", "flags"));
        }
        if is_page && self.has_a_column_a_layer() {
            headings.extend(layers().map(|layer| Heading::new(potential, &layer)));
        } else if is_page && self.has_angles() {
            headings.push(Heading::new(potential, "by layer"));
        }
        if is_page && self.has_gaps() {
            let points = match self.score == Metric::ACCURACY {
                true => "paired by seed (points)",
                false => "paired by seed",
            };
            headings.push(Heading::new("gap to baseline", points));
        }
        headings.push(Heading::new(score, "last epoch"));
        headings.push(Heading::new(score, "chosen epoch"));
        if self.has_units() {
            headings.push(Heading::new("test RMSE (as targets)", "last epoch"));
            headings.push(Heading::new("test R²", "last epoch"));
        }
        if !is_page && self.has_angles() {
            let shared = "update angle by layer (°)";
            headings.push(Heading::new(shared, "potential"));
            headings.push(Heading::new(shared, "squared error"));
        }
        headings.push(Heading::new("training time", "µs per sample"));
        if self.baseline.is_some() {
            headings.push(Heading::new("training time", "ratio"));
        }
        if is_page && self.has_angles() {
            let shared = "further update angles (°)";
            headings.push(Heading::new(shared, "squared error, by layer"));
            headings.push(Heading::new(shared, "potential, all layers"));
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
        let angle = |value: Option<Spread>| Cell::Interval(value, Decimals::Fixed(1));
        let is_page = layout == Layout::EachLayer;
        let mut cells = vec![
            Cell::text(&*row.label),
            match row.n_failed {
                0 => Cell::Count(Some(row.n_finished)),
                n_failed => Cell::Share {
                    n: row.n_finished,
                    of: row.n_finished + n_failed,
                },
            },
        ];
        if is_page && self.has_flags() {
            let flags: Vec<String> = row.flags.iter().map(Flag::short).collect();
            cells.push(Cell::text(flags.join(", ")));
        }
        if is_page && self.has_a_column_a_layer() {
            cells.extend(row.potential.by_layer.iter().map(|value| angle(*value)));
        } else if is_page && self.has_angles() {
            cells.push(row.potential.means());
        }
        if is_page && self.has_gaps() {
            cells.push(Cell::Interval(row.gap, score));
        }
        cells.push(Cell::Interval(row.score_last, score));
        cells.push(Cell::Interval(row.score_chosen, score));
        if self.has_units() {
            cells.push(Cell::Interval(row.rmse[0], Decimals::Significant(3)));
            cells.push(Cell::Interval(row.r_squared[0], Decimals::Fixed(3)));
        }
        if !is_page && self.has_angles() {
            cells.push(row.potential.means());
            cells.push(row.squared_error.means());
        }
        cells.push(Cell::Interval(row.time, Decimals::Significant(3)));
        if self.baseline.is_some() {
            cells.push(Cell::Number(row.time_ratio, 3));
        }
        if is_page && self.has_angles() {
            cells.push(row.squared_error.means());
            cells.push(angle(row.potential.all));
        }
        if self.has_trials() {
            cells.push(Cell::Count(row.n_trials));
        }
        cells
    }

    /// Whether the angle of every layer has a column of its own.
    pub(crate) fn has_a_column_a_layer(&self) -> bool {
        self.layers.len() <= MOST_LAYER_COLUMNS
    }

    /// Whether any learner has an update angle.
    pub(crate) fn has_angles(&self) -> bool {
        !self.layers.is_empty()
    }

    /// Whether any learner has an error in the units of the targets.
    fn has_units(&self) -> bool {
        self.rows.iter().any(|row| row.rmse[0].is_some())
    }

    /// Whether any learner is compared with another.
    pub(crate) fn has_gaps(&self) -> bool {
        self.rows.iter().any(|row| row.gap.is_some())
    }

    fn has_flags(&self) -> bool {
        self.rows.iter().any(|row| !row.flags.is_empty())
    }

    /// What to know of numbers before comparing them, a sentence each without a stop.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let mut twins: Vec<&str> = Vec::new();
        for row in &self.rows {
            for flag in &row.flags {
                if let Some(others) = flag.twins() {
                    // Of all, one says so.
                    twins.push(&row.label);
                    if others.iter().any(|other| twins.contains(&&**other)) {
                        continue;
                    }
                }
                warnings.push(flag.sentence(&row.label));
            }
        }
        warnings
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
    Row {
        label: group.label(),
        learner: group.learner.to_owned(),
        variant: group.point.to_string(),
        swept: group.swept(&task.swept_keys()),
        n_finished: group.finished.len(),
        n_failed: group.failed.len(),
        flags: flag::flags(task, group),
        gap: gap::to_baseline(task, group),
        score_last: group.last(score),
        score_chosen: group.chosen(score),
        rmse: of_regression(Metric::RMSE),
        r_squared: of_regression(Metric::R_SQUARED),
        potential: angles(OutputError::Potential),
        squared_error: angles(OutputError::SquaredError),
        time,
        time_ratio: task.time_ratio(group),
        n_trials: n_trials(task.name, group, input),
        n_tunings: covered::n_tunings(group),
    }
}

fn n_trials(task: &str, group: &Group<'_>, input: &ReportInput) -> Option<usize> {
    let n_logged = input
        .trials
        .iter()
        .filter(|trial| trial.task == task && trial.learner == group.learner)
        // Every tuning has as many.
        .filter(|trial| trial.tuning.unwrap_or(0) == 0)
        .count();
    let recorded = group
        .finished
        .iter()
        .find_map(|run| run.summary.n_tuning_trials);
    (n_logged > 0).then_some(n_logged).or(recorded)
}
