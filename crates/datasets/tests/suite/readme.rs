//! The tables of datasets/README.md say what the code says.

use std::fmt::Write;

use crate::common::parse;
use apical_datasets::{CatalogueEntry, Streams, catalogue};

const README: &str = include_str!("../../../../datasets/README.md");

fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// A value that the options or the file decide is shown as a dash.
fn or_dash(text: String) -> String {
    if text.is_empty() {
        "–".to_owned()
    } else {
        text
    }
}

fn checksum(entry: &CatalogueEntry) -> String {
    // Of sets in files the test of the published files compares what is stated here.
    if !entry.files.is_empty() {
        let row = README
            .lines()
            .find(|line| line.starts_with(&format!("| {} |", entry.title)));
        let cell = row.and_then(|row| row.rsplit('|').nth(1));
        return cell.unwrap_or_default().trim().to_owned();
    }
    let spec = entry
        .n_samples
        .map(|_| parse(&format!("[{}]", entry.name)))
        .filter(|spec| !spec.depends_on_run());
    spec.map_or("–".to_owned(), |spec| {
        let dataset = spec.load(Streams::new(0), &[]).expect("needs no files");
        format!("`{}`", dataset.about.checksum.sha256)
    })
}

fn sets_table() -> String {
    let mut table = row(&[
        "set",
        "key",
        "shape",
        "classes",
        "training / validation / test",
        "source",
        "licence",
        "SHA-256 as loaded",
    ]);
    table += &row(&["---"; 8]);
    for entry in catalogue() {
        let shape: Vec<_> = entry.input_shape.iter().map(usize::to_string).collect();
        let classes = match entry.class_names.len() {
            0 => String::new(),
            n => n.to_string(),
        };
        let sizes = entry
            .n_samples
            .map(|[a, b, c]| format!("{a} / {b} / {c}"))
            .unwrap_or_default();
        table += &row(&[
            entry.title,
            &format!("`{}`", entry.name),
            &or_dash(shape.join(" × ")),
            &or_dash(classes),
            &or_dash(sizes),
            entry.source,
            entry.licence,
            &checksum(entry),
        ]);
    }
    table
}

fn files_table() -> String {
    let mut table = row(&[
        "set",
        "file",
        "bytes, published",
        "bytes, decompressed",
        "SHA-256, published (gzip)",
        "SHA-256, decompressed",
    ]);
    table += &row(&["---"; 6]);
    let digest = |known: Option<&str>| known.map_or("unknown".to_owned(), |d| format!("`{d}`"));
    for entry in catalogue() {
        for file in entry.files {
            let n_bytes = file.n_bytes.map_or("unknown".to_owned(), |n| n.to_string());
            table += &row(&[
                entry.title,
                &format!("`{}`", file.name),
                &n_bytes,
                &file.n_content_bytes.to_string(),
                &digest(file.sha256),
                &digest(file.content_sha256),
            ]);
        }
    }
    table
}

#[test]
fn tables_match_the_code() {
    for table in [sets_table(), files_table()] {
        let mut message = String::new();
        writeln!(message, "datasets/README.md should contain\n{table}").expect("a string");
        assert!(README.contains(&table), "{message}");
    }
}

#[test]
fn checksums_of_read_sets_are_stated() {
    for title in ["MNIST", "Fashion-MNIST"] {
        let row = README
            .lines()
            .find(|line| line.starts_with(&format!("| {title} |")));
        let cell = row
            .expect("a row")
            .rsplit('|')
            .nth(1)
            .expect("a cell")
            .trim();
        assert_eq!(cell.trim_matches('`').len(), 64, "{cell}");
    }
}
