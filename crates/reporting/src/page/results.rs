//! A task: its table, what to know of it, and its figures.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::{Attached, FigureOnPage, Part, TaskSection, Td, figure, headings, prose, rich, table};
use crate::cell::Cell;
use crate::credit::{
    Credit, LARGEST_GROWTH, LEAST_CORRELATION, LEAST_OVER_FLOOR, PARTS, SOUND_CORRELATION, credits,
};
use crate::group::Task;
use crate::literature;
use crate::table::{ContrastTable, Heading, Layout, REFERENCES, Table};
use crate::time_to_accuracy::TimesToAccuracy;

/// All tasks; how to read a figure is told where it is met first.
pub(super) fn task_parts(
    sections: &[TaskSection<'_>],
    files: &[(&str, &[u8])],
    attached: &mut Attached,
) -> Vec<Part> {
    let mut explained = BTreeSet::new();
    let mut parts = Vec::new();
    for (index, shown) in sections.iter().enumerate() {
        parts.push(task_part(shown, index + 1, files, &mut explained, attached));
    }
    parts
}

/// The task that is the `number`-th, from 1.
fn task_part(
    shown: &TaskSection<'_>,
    number: usize,
    files: &[(&str, &[u8])],
    explained: &mut BTreeSet<&'static str>,
    attached: &mut Attached,
) -> Part {
    let (mut omitted, mut drawn, mut inner) = (Vec::new(), Vec::new(), Vec::new());
    for (info, on_page) in &shown.figures {
        match on_page {
            FigureOnPage::Drawn { svg, stem, csv } => {
                let mut reading = if explained.insert(info.name) {
                    info.how_to_read.to_owned()
                } else {
                    format!("As above: {}.", info.one_line)
                };
                if !info.reads.is_empty() {
                    reading.push_str(&n_of_runs(shown.task));
                }
                if let Some(times) = shown.table.times.as_ref().filter(|_| info.shows_times) {
                    reading.push_str(&format!(" Times {times}."));
                }
                let id = format!("task-{number}-{}", info.name);
                let csv = attached.csv(&format!("{stem}.csv"), csv);
                drawn.push(figure(&id, info.title, &reading, svg, stem, csv));
                inner.push((id, info.title.to_owned()));
            }
            FigureOnPage::Omitted(reason) => {
                omitted.push(format!("{} ({reason})", info.name.replace('_', " ")));
            }
        }
    }
    let body = html! {
        (result_table(shown.table, files, attached))
        @if let Some(contrasts) = ContrastTable::new(shown.task) {
            (contrast_table(&contrasts, files, attached))
        }
        (credit_table(&credits(shown.task), files, attached))
        @if let Some(times) = TimesToAccuracy::new(shown.task) { (times_to_accuracy(&times)) }
        (literature_card(&shown.literature))
        div.figures { @for figure in drawn { (figure) } }
        @if !omitted.is_empty() { p.note { "Not shown: " (omitted.join("; ")) "." } }
    };
    Part {
        inner,
        ..Part::new(&format!("task-{number}"), shown.task.name, body)
    }
}

/// How many runs stand behind a figure, to follow its words.
fn n_of_runs(task: &Task<'_>) -> String {
    let counts = task.groups.iter().map(|group| group.finished.len());
    let counts: BTreeSet<usize> = counts.filter(|n| *n > 0).collect();
    match (counts.first(), counts.last()) {
        (Some(least), Some(most)) if least == most => format!(" Runs a learner: n = {most}."),
        (Some(least), Some(most)) => format!(" Runs a learner: n = {least} to {most}."),
        _ => String::new(),
    }
}

/// Two rows of headings.
fn head(columns: &[Heading]) -> Markup {
    // Broken after commas alone.
    let unbroken = |text: &str| {
        let text = text.replace(' ', "\u{a0}");
        text.replace(",\u{a0}", ", ")
    };
    html! {
        tr {
            @for run in columns.chunk_by(|a, b| a.shared == b.shared) {
                @let class = (!run[0].shared.is_empty()).then_some("shared");
                th colspan=(run.len()) scope="colgroup" class=[class] { (unbroken(&run[0].shared)) }
            }
        }
        (headings(columns.iter().map(|heading| rich(&heading.own))))
    }
}

fn contrast_table(
    of: &ContrastTable<'_>,
    files: &[(&str, &[u8])],
    attached: &mut Attached,
) -> Markup {
    let rows = of.rows().map(|row| row.iter().map(Td::from).collect());
    html! {
        h3 { "Declared contrasts" }
        (table("sortable", Some(head(&of.headings())), rows))
        p.note.under {
            (prose(&of.note()))
            @for (path, bytes) in files.iter().filter(|(path, _)| *path == "contrasts.csv") {
                " " (attached.csv(path, bytes))
            }
        }
    }
}

fn times_to_accuracy(of: &TimesToAccuracy<'_>) -> Markup {
    let cells = |row: &Vec<Cell>| row.iter().map(Td::from).collect();
    html! {
        h3 { "Time to accuracy" }
        (table("text sortable", Some(headings(of.headings())), of.rows().iter().map(cells)))
        p.note.under { (prose(&of.note())) }
    }
}

/// What is published of the same learners; nothing where nothing is.
fn literature_card(rows: &[Vec<Cell>]) -> Markup {
    let cells = |row: &Vec<Cell>| row.iter().map(Td::from).collect();
    html! {
        @if !rows.is_empty() {
            h3 { "Beside the literature" }
            (table("text sortable", Some(headings(literature::HEADINGS)), rows.iter().map(cells)))
            p.note.under {
                "Test accuracy after the last epoch, mean ± half width of the 95 % interval, beside the published one ± its \
                 tolerance; outside where the means differ by more. Networks, epochs and settings of the sources may be others."
            }
        }
    }
}

/// The credit verdicts; nothing where nothing of them was measured.
fn credit_table(credits: &[Credit], files: &[(&str, &[u8])], attached: &mut Attached) -> Markup {
    let columns = ["learner", "credit"].into_iter().chain(PARTS);
    let row = |credit: &Credit| {
        let mut cells = vec![
            Cell::text(&*credit.learner),
            Cell::text(credit.outcome().words()),
        ];
        cells.extend(
            credit
                .parts
                .iter()
                .map(|part| Cell::text(format!("{}: {}", part.outcome.words(), part.reason))),
        );
        cells.iter().map(Td::from).collect()
    };
    html! {
        @if !credits.is_empty() {
            h3 { "Credit" }
            (table("text sortable", Some(headings(columns)), credits.iter().map(row)))
            p.note.under {
                (prose(&format!(
                    "PASS where all four parts pass, FAIL where one fails. Potentials: the root mean square of no layer grows \
                     beyond {LARGEST_GROWTH} times that of the start, or 1 if that is more. Gradient: the reference stands at least \
                     {LEAST_OVER_FLOOR} times above its rounding in every layer. Depth: the test score, paired by seed, is above that of \
                     frozen hidden layers, the 95 % interval above 0. Perturbations: the correlation of the learner’s hidden error with what \
                     small random changes of rates do to the loss lies above {LEAST_CORRELATION} in every hidden layer with its 95 % interval, \
                     where that of backprop is at least {SOUND_CORRELATION} and that of random errors nearer to 0."
                )))
                @for (path, bytes) in files.iter().filter(|(path, _)| *path == "credit.csv") {
                    " " (attached.csv(path, bytes))
                }
            }
        }
    }
}

fn result_table(of: &Table<'_>, files: &[(&str, &[u8])], attached: &mut Attached) -> Markup {
    let layout = Layout::EachLayer;
    let head = head(&of.headings(layout));
    let cells = |row| of.cells(row, layout).iter().map(Td::from).collect();
    let warnings = of.warnings();
    html! {
        (table("sortable", Some(head), of.rows.iter().map(cells)))
        @if !warnings.is_empty() {
            ul.warning { @for warning in &warnings { li { (warning) "." } } }
        }
        p.note.under {
            "Mean ± half width of the 95 % t interval over seeds"
            @if of.rows.iter().any(|row| row.n_finished == 1) { "; one seed has no interval" }
            @if of.rows.iter().any(|row| row.n_failed > 0) {
                "; failed runs are left out of all means"
            }
            "."
            @if let Some(covered) = &of.covered { " Here " (covered) "." }
            @if let Some(baseline) = of.baseline.filter(|_| of.has_gaps()) {
                " Gap: the test score less that of " (baseline)
                " with the same seed, after the last epoch, averaged over seeds."
            }
            @if of.has_angles() {
                " Update angles are those after the last epoch; " (REFERENCES) "."
                " Over all layers, all changes are one vector: its angle also tells how far the lengths \
                 of the layers’ steps are from those of the gradient, and so may be larger than that of \
                 every layer."
                @if !of.has_a_column_a_layer() {
                    " The angles of so many layers stand in one cell; their intervals are in the CSV."
                }
            }
            @if let Some(baseline) = of.baseline { " Time ratio: to " (baseline) "." }
            @if let Some(times) = &of.times { " Times " (times) "." }
            @for (path, bytes) in files.iter().filter(|(path, _)| *path == "table.csv") {
                " " (attached.csv(path, bytes))
            }
        }
    }
}
