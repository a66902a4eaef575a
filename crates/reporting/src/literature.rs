//! Published accuracies beside those of a report.

use apical_learning::{Metric, PartName};

use crate::ReportInput;
use crate::cell::Cell;
use crate::group::{Group, Task};
use crate::number::{Decimals, short};
use crate::subject::Subject;

/// What is published of a learner.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Test accuracy, %.
    pub accuracy: f64,
    /// By how many points a mean may differ.
    pub tolerance: f64,
    /// Where it stands.
    pub source: String,
}

/// Headings of the card.
pub(crate) const HEADINGS: [&str; 5] = ["learner", "published (%)", "here (%)", "", "source"];

/// A row for every learner of `task` of which something is published: test accuracy after the last epoch beside it.
pub(crate) fn rows(task: &Task<'_>, input: &ReportInput) -> Vec<Vec<Cell>> {
    let row = |group: &Group<'_>| {
        let key = (task.name.to_owned(), group.learner.to_owned());
        let published = input.literature.get(&key)?;
        let here = group.last(Subject::on(Metric::ACCURACY, PartName::Test))?;
        let is_outside = (here.mean - published.accuracy).abs() > published.tolerance;
        Some(vec![
            Cell::text(group.label()),
            Cell::text(format!(
                "{} ± {}",
                short(published.accuracy),
                short(published.tolerance)
            )),
            Cell::Interval(Some(here), Decimals::Fixed(2)),
            Cell::text(match is_outside {
                true => "outside",
                false => "within",
            }),
            Cell::text(&*published.source),
        ])
    };
    task.groups.iter().filter_map(row).collect()
}
