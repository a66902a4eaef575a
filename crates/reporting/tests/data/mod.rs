//! Reports as data, for programs that build tables and figures of their own.

use std::collections::BTreeSet;

use apical_reporting::FIGURES;
use apical_reporting::export::{Cells, columns, csv, figures};

use crate::fixture::everything;
use crate::{full, text_of};

#[test]
fn columns_hold_the_cells_of_the_table() {
    let input = everything();
    let files = csv(&input).expect("an export");
    let table = text_of(&files, "readings.csv");
    let columns = columns(&input).expect("columns");
    let names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
    assert_eq!(table.lines().next(), Some(&*names.join(",")));
    let n_rows = table.lines().count() - 1;
    let (mut n_numbers, mut n_absent) = (0, 0);
    for column in &columns {
        let n_cells = match &column.cells {
            Cells::Text(cells) => cells.len(),
            Cells::Whole(cells) => cells.len(),
            Cells::Number(cells) => {
                n_numbers += cells.iter().flatten().count();
                n_absent += cells.iter().filter(|cell| cell.is_none()).count();
                cells.len()
            }
        };
        assert_eq!(n_cells, n_rows, "{}", column.name);
    }
    assert!(n_numbers > 0 && n_absent > 0);
    let last = table.lines().last().expect("a row");
    let value = columns.iter().find(|column| column.name == "value");
    let Some(Cells::Number(values)) = value.map(|column| &column.cells) else {
        panic!("values are numbers");
    };
    let value = values[n_rows - 1].expect("seconds have a value");
    assert!(last.contains(&format!(",{value},s,")), "{last}");
}

#[test]
fn every_figure_of_the_page_is_data_and_the_others_say_why_not() {
    let (drawn, omitted) = figures(&everything()).expect("figures");
    let tasks: BTreeSet<&str> = drawn.iter().filter_map(|of| of.task.as_deref()).collect();
    assert_eq!(drawn.len() + omitted.len(), tasks.len() * FIGURES.len());
    let n_svg = full().iter().filter(|file| file.path.ends_with(".svg"));
    assert_eq!(drawn.len(), n_svg.count());
    for figure in &drawn {
        let picture = &figure.picture;
        let parts = match picture["kind"].as_str() {
            Some("grid") => &picture["rows"][0]["panels"],
            Some("dots") => &picture["lines"],
            Some("bars") => &picture["bars"],
            Some("heat") => &picture["panels"][0]["cells"],
            kind => panic!("{}: {kind:?}", figure.name),
        };
        assert!(
            parts.as_array().is_some_and(|of| !of.is_empty()),
            "{}",
            figure.name
        );
        assert!(!figure.how_to_read.is_empty() && !figure.title.is_empty());
    }
    assert!(omitted.iter().all(|of| !of.reason.is_empty()));
}
