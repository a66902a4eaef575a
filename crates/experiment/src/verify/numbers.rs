//! Numbers that are made of others: summaries of readings, tables and figures of records.

use anyhow::{Context, Result};
use apical_learning::{Metric, PartName, Reading, RunRecord, Status, Summary, Trained};

use super::{Findings, Whole};
use crate::report::{Place, Reports, read};
use crate::store::{self, name};

/// Compares every summary with the readings beside it.
pub(super) fn of_summaries(runs: &[Whole<RunRecord>], findings: &mut Findings) {
    let mut n_same = 0;
    for run in runs {
        let record = &run.ended.record;
        if record.epochs.is_empty() {
            continue;
        }
        match fault_of(record) {
            Some(fault) => findings.differ(&run.folder.join(name::SUMMARY), &fault),
            None => n_same += 1,
        }
    }
    findings.agree(n_same, "summaries, from the readings beside them");
}

/// What is not in `record`'s summary as its readings have it.
fn fault_of(record: &RunRecord) -> Option<String> {
    let summary = &record.summary;
    let trained = Trained {
        epochs: record.epochs.clone(),
        timing: summary.timing.clone(),
        confusion: None,
    };
    let differs = |what: &str| Some(format!("`{what}` is not what {} gives", name::METRICS));
    if let Some(timing) = record.timings.last()
        && (timing.seconds != summary.timing.seconds
            || timing.n_samples != summary.timing.n_samples)
    {
        return differs("timing");
    }
    if trained.readings_at(summary.n_epochs) != summary.last {
        return differs("last");
    }
    if summary.status != Status::Finished {
        return None;
    }
    if !agrees_with_accuracy(summary) {
        return Some("`confusion` is not of the test accuracy in `last`".to_owned());
    }
    if trained.chosen_epoch() != summary.chosen_epoch {
        return differs("chosen_epoch");
    }
    let at_chosen = summary.chosen_epoch.map(|epoch| trained.readings_at(epoch));
    match at_chosen.unwrap_or_default().of_predictions() == summary.chosen {
        true => None,
        false => differs("chosen"),
    }
}

/// Whether the counts of classes, where there are any, make the accuracy that was read with them.
fn agrees_with_accuracy(summary: &Summary) -> bool {
    let is_it = |of: &Reading| of.metric == Metric::ACCURACY && of.part == Some(PartName::Test);
    let read = summary.last.iter().find(is_it);
    match (&summary.confusion, read) {
        (Some(confusion), Some(read)) => confusion.accuracy() == read.value,
        _ => true,
    }
}

/// What is made of the readings of all epochs, which may not be kept.
const OF_ALL_EPOCHS: &str = "credit.csv";
/// The table whose last column has a flag that is made of them, too.
const FLAGGED: &str = "table.csv";
/// That flag.
const FLAG_OF_ALL_EPOCHS: &str = "loss_never_fell";

/// Compares the tables and the numbers of figures that lie in `places` with those that the records give, of
/// `runs` where they taught something.
pub(super) fn of_reports(
    places: &[Place],
    runs: &[Whole<RunRecord>],
    findings: &mut Findings,
) -> Result<()> {
    let mut n_same = 0;
    for place in places {
        let root = &place.root;
        let listed: Vec<String> = store::json(&root.join("report.json")).unwrap_or_default();
        let is_listed = |file: &str| listed.iter().any(|known| known == file);
        let mut own = runs.iter().filter(|run| run.folder.starts_with(root));
        let lacks_epochs = own.any(|run| run.ended.record.epochs.is_empty());
        // Nothing that ended gives no report.
        let Ok(Reports {
            tasks, protocols, ..
        }) = read(std::slice::from_ref(root), &[], None)
        else {
            continue;
        };
        let reports = tasks
            .into_iter()
            .chain(protocols.into_iter().map(|it| it.1));
        for report in reports {
            let files = report.files().context("failed to make the report")?;
            for file in files.iter().filter(|file| file.path.ends_with(".csv")) {
                let path = root.join(&file.path);
                match store::read_file(&path) {
                    Ok(bytes) if bytes == file.bytes => n_same += 1,
                    Ok(_) if lacks_epochs && file.path == OF_ALL_EPOCHS => {
                        let why = format!("{} of its runs was not kept", name::METRICS);
                        findings.not_checked(&path, &why);
                    }
                    Ok(bytes)
                        if lacks_epochs
                            && file.path == FLAGGED
                            && unflagged(&bytes) == unflagged(&file.bytes) =>
                    {
                        n_same += 1;
                        let why = format!(
                            "flag `{FLAG_OF_ALL_EPOCHS}`, as {} of its runs was not kept",
                            name::METRICS
                        );
                        findings.not_checked(&path, &why);
                    }
                    Ok(bytes) => findings.differ(&path, &first_difference(&bytes, &file.bytes)),
                    Err(_) if is_listed(&file.path) => findings.differ(&path, "it is missing"),
                    Err(_) => {}
                }
            }
        }
    }
    findings.agree(n_same, "numbers of tables and figures, from the records");
    Ok(())
}

/// A table without the flag that is made of all epochs.
fn unflagged(table: &[u8]) -> String {
    let text = String::from_utf8_lossy(table);
    let line = |line: &str| {
        let (cells, flags) = line.rsplit_once(',').unwrap_or(("", line));
        let others = flags.split(' ').filter(|flag| *flag != FLAG_OF_ALL_EPOCHS);
        format!("{cells},{}\n", others.collect::<Vec<_>>().join(" "))
    };
    text.lines().map(line).collect()
}

/// Where `found` first is not `expected`.
fn first_difference(found: &[u8], expected: &[u8]) -> String {
    let lines = |bytes: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        text.lines().map(str::to_owned).collect()
    };
    let (found, expected) = (lines(found), lines(expected));
    let line = (0..found.len().max(expected.len()))
        .find(|line| found.get(*line) != expected.get(*line))
        .unwrap_or_default();
    let cells = |lines: &[String]| -> Vec<String> {
        let line = lines.get(line).map_or("", String::as_str);
        line.split(',').map(str::to_owned).collect()
    };
    let (found, expected) = (cells(&found), cells(&expected));
    let column = (0..found.len().max(expected.len()))
        .find(|column| found.get(*column) != expected.get(*column))
        .unwrap_or_default();
    let cell = |cells: &[String]| cells.get(column).cloned().unwrap_or_default();
    format!(
        "line {}: `{}`, where the records give `{}`",
        line + 1,
        cell(&found),
        cell(&expected)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cell_that_differs_is_named() {
        let found = first_difference(b"a,b\n1,2.5\n", b"a,b\n1,2.4\n");
        assert_eq!(found, "line 2: `2.5`, where the records give `2.4`");
        let found = first_difference(b"a,b\n", b"a,b\n1,2.4\n");
        assert_eq!(found, "line 2: ``, where the records give `1`");
    }
}
