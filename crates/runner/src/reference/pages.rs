//! The reference as files: docs/keys.md, docs/glossary.md and docs/apical.schema.json.

use apical_reporting::glossary::GLOSSARY;

use super::find::{self, Explained};
use super::{schema_text, words};

/// The files, by name.
pub(crate) fn pages() -> [(&'static str, String); 3] {
    [
        ("keys.md", keys()),
        ("glossary.md", glossary()),
        ("apical.schema.json", schema_text() + "\n"),
    ]
}

const WRITTEN_BY: &str =
    "Written by the program from its own code: `apical explain --write docs`. Do not edit.";

/// All keys, a table of the page for each table of a specification.
fn keys() -> String {
    let mut text = format!(
        "# Keys of specifications\n\n{WRITTEN_BY}\n\n\
         Words in capitals stand for names of your own; `apical explain KEY` says the same on the \
         command line. All numbers are finite. A range of a list is that of each of its values.\n\
         A specification with `protocol` is that protocol's, one with `circuit` or \
         `error_neurons_continuous` a simulation's \
         (`apical simulate`), any other an experiment's (`apical run`).\n"
    );
    let mut tables: Vec<Vec<Explained>> = Vec::new();
    for key in find::all() {
        match tables
            .iter_mut()
            .find(|table| above(&table[0]) == above(&key))
        {
            Some(table) => table.push(key),
            None => tables.push(vec![key]),
        }
    }
    for of_table in &tables {
        let (specification, _) = of_table[0].places[0];
        let title = match above(&of_table[0]) {
            above if above == specification => above.to_owned(),
            above => format!("`{above}`"),
        };
        text += &format!("\n## {title}\n\n");
        let others = others(of_table);
        if !others.is_empty() {
            text += &format!("The same in {}.\n\n", others.join(", "));
        }
        text += "| key | meaning | type | range | default |\n|---|---|---|---|---|\n";
        for key in of_table {
            text += &row(key);
        }
    }
    text
}

/// The way to the table that holds a key; the specification where that is the table.
fn above(key: &Explained) -> &str {
    let (specification, path) = &key.places[0];
    path.rsplit_once('.')
        .map_or(*specification, |(above, _)| above)
}

/// Where else a table stands.
fn others(of_table: &[Explained]) -> Vec<String> {
    let (first, _) = of_table[0].places[0];
    let mut found = Vec::new();
    for (specification, path) in of_table.iter().flat_map(|key| &key.places[1..]) {
        let above = path.rsplit_once('.').map_or("", |(above, _)| above);
        let place = match (specification == &first, above) {
            (_, "") => (*specification).to_owned(),
            (true, above) => format!("`{above}`"),
            (false, above) => format!("`{above}` ({specification})"),
        };
        if !found.contains(&place) {
            found.push(place);
        }
    }
    found
}

fn row(Explained { entry, .. }: &Explained) -> String {
    let key = &entry.key;
    let mut meaning = key.meaning.to_owned();
    if !key.source.is_empty() {
        meaning += &format!(" Source: {}.", key.source);
    }
    for (choice, what) in words::choices(key.shape) {
        meaning += &format!(" `{choice}`: {what}");
    }
    let mut kind = words::kind(key.shape);
    if !key.unit.is_empty() {
        kind += &format!(" ({})", key.unit);
    }
    let range = entry.bounds().and_then(words::range).unwrap_or_default();
    let cells = [
        format!("`{}`", key.name),
        meaning,
        kind,
        range,
        words::default(key),
    ];
    let cells = cells.map(|cell| cell.replace('\n', " ").replace('|', "\\|"));
    format!("| {} |\n", cells.join(" | "))
}

fn glossary() -> String {
    let mut text = format!("# Glossary\n\n{WRITTEN_BY}\n");
    for term in GLOSSARY {
        let also = match term.also {
            [] => String::new(),
            also => format!(" ({})", also.join(", ")),
        };
        text += &format!("\n**{}**{also}: {}\n", term.name, term.meaning);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_pages_in_docs_are_those_of_the_code() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        for (name, text) in pages() {
            let kept = std::fs::read_to_string(docs.join(name)).unwrap_or_default();
            assert!(
                kept == text,
                "docs/{name} is not what the code says; `cargo run -- explain --write docs` writes it"
            );
        }
    }
}
