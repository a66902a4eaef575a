//! Figures as data, for programs that draw them in a look of their own.

use serde::Serialize;
use serde_json::Value;

use crate::figure::FIGURES;
use crate::{Chart, ReportError, ReportInput, group};

/// A figure before it is drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureData {
    /// Its task; none in a protocol.
    pub task: Option<String>,
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// How to read it, in sentences.
    pub how_to_read: String,
    /// What is drawn: `kind` is grid, dots, bars or heat.
    pub picture: Value,
}

/// A figure that there is nothing to show in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureOmitted {
    /// Its task.
    pub task: String,
    /// Its name.
    pub name: String,
    /// Why, in words.
    pub reason: String,
}

/// Every figure of the page that has data, in order, and those that have none.
///
/// # Errors
///
/// As [`crate::report`].
pub fn figures(input: &ReportInput) -> Result<(Vec<FigureData>, Vec<FigureOmitted>), ReportError> {
    group::check(input)?;
    let tasks = group::tasks(input);
    let (mut drawn, mut omitted) = (Vec::new(), Vec::new());
    for task in &tasks {
        for figure in FIGURES {
            match figure.draft(task, &tasks) {
                Ok(draft) => drawn.push(FigureData {
                    task: Some(task.name.to_owned()),
                    name: figure.name.to_owned(),
                    title: figure.title_of(task),
                    how_to_read: figure.how_to_read.to_owned(),
                    picture: draft.picture.data(),
                }),
                Err(reason) => omitted.push(FigureOmitted {
                    task: task.name.to_owned(),
                    name: figure.name.to_owned(),
                    reason: reason.to_owned(),
                }),
            }
        }
    }
    Ok((drawn, omitted))
}

/// The same of a protocol.
pub fn figures_of_charts(charts: &[Chart]) -> Vec<FigureData> {
    let data = |chart: &Chart| FigureData {
        task: None,
        name: chart.name.clone(),
        title: chart.title.clone(),
        how_to_read: chart.how_to_read.clone(),
        picture: chart.picture().data(),
    };
    charts.iter().map(data).collect()
}
