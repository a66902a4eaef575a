//! The files of a report.

use std::collections::BTreeSet;

use apical_learning::{JudgedBy, KeyPath, TrialRecord};
use rayon::prelude::*;

use crate::claim;
use crate::contrast;
use crate::credit;
use crate::csv::{Csv, number};
use crate::figure::{FIGURES, Figure};
use crate::group::{self, Task};
use crate::literature;
use crate::page::{self, FigureOnPage};
use crate::plot::{DrawError, WIDTH};
use crate::table::{self, Table};
use crate::{ReportError, ReportInput};

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// Where, relative to the report's folder, with `/` between folders.
    pub path: String,
    /// What.
    pub bytes: Vec<u8>,
}

/// The report on all runs: `index.html`, `table.csv`, `figures/<task>/<figure>.{svg,png,csv}` for
/// every figure that has data, `contrasts.csv` where contrasts are declared, `credit.csv` where what it needs was measured, and `trials.csv`
/// where settings were tuned.
///
/// Failed runs are listed and left out of all means. Without any finished run there is a page that
/// says so. Fails where there are no runs at all, a run is given twice, or records are of another
/// version.
pub fn report(input: &ReportInput) -> Result<Vec<Artefact>, ReportError> {
    group::check(input)?;
    let tasks = group::tasks(input);
    let tables: Vec<Table<'_>> = tasks.iter().map(|task| Table::new(task, input)).collect();
    let mut files = Vec::new();
    let mut sections = Vec::new();
    let mut folders = Folders::default();
    for (task, table) in tasks.iter().zip(&tables) {
        let folder = format!("figures/{}", folders.name(task.name));
        sections.push(page::TaskSection {
            claim: claim::sentence(task),
            literature: literature::rows(task, input),
            task,
            table,
            figures: draw_all(task, &tasks, &folder, &mut files)?,
        });
    }
    let table = table::csv(&tables);
    let trials = trials(input);
    let contrasts = contrast::csv(&tasks);
    let mut attached: Vec<(&str, &[u8])> = vec![("table.csv", &table)];
    attached.extend(contrasts.as_deref().map(|bytes| ("contrasts.csv", bytes)));
    let credit = credit::csv(&tasks);
    attached.extend(credit.as_deref().map(|bytes| ("credit.csv", bytes)));
    if !input.trials.is_empty() {
        attached.push(("trials.csv", &trials));
    }
    let page = page::html(input, &sections, &attached);
    let attached = attached
        .iter()
        .map(|(path, bytes)| file(path, bytes.to_vec()));
    let mut artefacts = vec![file("index.html", page.into_bytes())];
    artefacts.extend(attached);
    artefacts.extend(files);
    Ok(artefacts)
}

/// Draws every figure of `task`, one of `tasks`, that has data into `files`, several at a time.
fn draw_all(
    task: &Task<'_>,
    tasks: &[Task<'_>],
    folder: &str,
    files: &mut Vec<Artefact>,
) -> Result<Vec<(&'static Figure, FigureOnPage)>, ReportError> {
    let drawn: Vec<(&Figure, FigureOnPage, Vec<Artefact>)> = FIGURES
        .par_iter()
        .map(|figure| draw(figure, task, tasks, folder))
        .collect::<Result<_, _>>()?;
    let mut figures = Vec::new();
    for (figure, shown, its_files) in drawn {
        figures.push((figure, shown));
        files.extend(its_files);
    }
    Ok(figures)
}

fn draw(
    figure: &'static Figure,
    task: &Task<'_>,
    tasks: &[Task<'_>],
    folder: &str,
) -> Result<(&'static Figure, FigureOnPage, Vec<Artefact>), ReportError> {
    let draft = match figure.draft(task, tasks) {
        Ok(draft) => draft,
        Err(reason) => return Ok((figure, FigureOnPage::Omitted(reason), Vec::new())),
    };
    let drawing = draft.picture.draw(&figure.title_of(task), WIDTH);
    let failed = |source: DrawError| ReportError::Drawing {
        figure: figure.name,
        task: task.name.to_owned(),
        source: Box::new(source),
    };
    let svg = drawing.svg().map_err(failed)?;
    let png = drawing.png().map_err(failed)?;
    let csv = draft.csv.into_bytes();
    let stem = format!("{folder}/{}", figure.name);
    let files = vec![
        file(&format!("{stem}.svg"), svg.clone().into_bytes()),
        file(&format!("{stem}.png"), png),
        file(&format!("{stem}.csv"), csv.clone()),
    ];
    Ok((figure, FigureOnPage::Drawn { svg, stem, csv }, files))
}

fn file(path: &str, bytes: Vec<u8>) -> Artefact {
    Artefact {
        path: path.to_owned(),
        bytes,
    }
}

/// All trials, one a row; settings as `key=value; …`, and each in a column of its own.
fn trials(input: &ReportInput) -> Vec<u8> {
    let keys = input.trials.iter().flat_map(|trial| trial.settings.keys());
    let keys: BTreeSet<&KeyPath> = keys.collect();
    // Old records do not say what they are judged by, and have no times.
    let has_judges = input.trials.iter().any(|trial| trial.judged_by.is_some());
    let has_times = input.trials.iter().any(|trial| trial.seconds.is_some());
    let columns = [
        "task",
        "learner",
        "trial",
        "settings",
        "seeds",
        "n_epochs",
        "validation",
        "failed",
        "chosen",
    ];
    let header = columns.iter().map(|column| (*column).to_owned());
    let has_tunings = input.trials.iter().any(|trial| trial.tuning.is_some());
    let tunings = has_tunings.then(|| "tuning".to_owned());
    let header = header.chain(tunings);
    let judges = has_judges.then(|| "judged_by".to_owned());
    let header = header.chain(judges);
    let times = has_times.then(|| "training_seconds".to_owned());
    let header = header.chain(times);
    let header = header.chain(keys.iter().map(|key| key.to_string()));
    let mut csv = Csv::new(&header.collect::<Vec<_>>());
    for trial in &input.trials {
        let seeds: Vec<String> = trial.seeds.iter().map(u64::to_string).collect();
        let mut cells = vec![
            trial.task.clone(),
            trial.learner.clone(),
            trial.trial.to_string(),
            page::settings(&trial.settings),
            seeds.join(" "),
            trial.n_epochs.to_string(),
            number(trial.value),
            trial.failed.clone().unwrap_or_default(),
            trial.chosen.to_string(),
        ];
        cells.extend(has_tunings.then(|| trial.tuning.map_or_else(String::new, |n| n.to_string())));
        cells.extend(has_judges.then(|| judged_by(trial).to_owned()));
        cells.extend(has_times.then(|| number(trial.seconds)));
        let values = keys.iter().map(|key| trial.settings.get(key).copied());
        cells.extend(values.map(number));
        csv.row(&cells);
    }
    csv.into_bytes()
}

/// Which epoch `trial` is judged by, as its record says it.
fn judged_by(trial: &TrialRecord) -> &'static str {
    match trial.judged_by {
        Some(JudgedBy::LastEpoch) => "last_epoch",
        Some(JudgedBy::ChosenEpoch) => "chosen_epoch",
        None => "",
    }
}

/// Letters of the longest name of a folder.
const LONGEST: usize = 100;

/// Names of folders, safe and different for different tasks.
#[derive(Default)]
pub(crate) struct Folders {
    used: BTreeSet<String>,
}

impl Folders {
    pub(crate) fn name(&mut self, task: &str) -> String {
        let mut name = match &*safe_name(task) {
            "" => "task".to_owned(),
            safe => safe.to_owned(),
        };
        let stem = name.clone();
        let mut n = 1;
        while !self.used.insert(name.clone()) {
            n += 1;
            name = format!("{stem}-{n}");
        }
        name
    }
}

/// `name` in lower-case letters, digits, hyphens and lines, as long as every system takes it.
pub(crate) fn safe_name(name: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let safe = name.chars().take(LONGEST).map(|c| match is_safe(c) {
        true => c.to_ascii_lowercase(),
        false => '-',
    });
    safe.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_safe_and_different() {
        let mut folders = Folders::default();
        let names: Vec<String> = ["digits", "../etc", "Digits", "digits-2", "", "digits"]
            .map(|task| folders.name(task))
            .to_vec();
        assert_eq!(names[0], "digits");
        assert_eq!(names[1], "---etc");
        assert_eq!(names[4], "task");
        let mut different = names.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), names.len(), "{names:?}");
        let long = ["a".repeat(299), "a".repeat(300), "ж".repeat(299)];
        let long = long.map(|task| folders.name(&task));
        assert!(long.iter().all(|name| name.len() < 120) && long[0] != long[1]);
    }
}
