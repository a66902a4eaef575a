//! Figures as PDF, in one column and over two.

use rayon::prelude::*;

use super::long::file;
use crate::artefact::{Artefact, Folders};
use crate::figure::FIGURES;
use crate::plot::{Picture, WIDE, WIDTH};
use crate::{Chart, ReportError, ReportInput, group};

/// Names and widths.
const WIDTHS: [(&str, f64); 2] = [("85mm", WIDTH), ("180mm", WIDE)];

/// `TASK/FIGURE-85mm.pdf` and `TASK/FIGURE-180mm.pdf` for every figure that has data, with text of the same size.
///
/// # Errors
///
/// As [`crate::report`].
pub fn pdf(input: &ReportInput) -> Result<Vec<Artefact>, ReportError> {
    group::check(input)?;
    let tasks = group::tasks(input);
    let mut folders = Folders::default();
    let mut wanted = Vec::new();
    for task in &tasks {
        let folder = folders.name(task.name);
        let figures = FIGURES.iter();
        wanted.extend(figures.map(move |figure| (folder.clone(), task, figure)));
    }
    let files = wanted.par_iter().map(|(folder, task, figure)| {
        let Ok(draft) = figure.draft(task, &tasks) else {
            return Ok(Vec::new());
        };
        let stem = format!("{folder}/{}", figure.name);
        of(&draft.picture, &figure.title_of(task), &stem)
    });
    let files: Result<Vec<Vec<Artefact>>, ReportError> = files.collect();
    Ok(files?.into_iter().flatten().collect())
}

/// The same of a protocol's figures, `FIGURE-85mm.pdf` and `FIGURE-180mm.pdf`.
///
/// # Errors
///
/// Where a figure cannot be drawn.
pub fn pdf_of_charts(charts: &[Chart]) -> Result<Vec<Artefact>, ReportError> {
    let files = charts
        .iter()
        .map(|chart| of(&chart.picture(), &chart.title, &chart.name));
    let files: Result<Vec<Vec<Artefact>>, ReportError> = files.collect();
    Ok(files?.into_iter().flatten().collect())
}

fn of(picture: &Picture, title: &str, stem: &str) -> Result<Vec<Artefact>, ReportError> {
    let files = WIDTHS.iter().map(|(name, width)| {
        let failed = |source| ReportError::Archive {
            file: "a figure",
            source,
        };
        let bytes = picture.draw(title, *width).pdf().map_err(failed)?;
        Ok(file(&format!("{stem}-{name}.pdf"), bytes))
    });
    files.collect()
}
