//! What the reference says is what the program reads and refuses.

use apical_experiment::protocol::Kind;
use apical_experiment::spec::{Overrides, Resolved, SpecSource};
use apical_keys::{Entry, entries};
use toml::{Table, Value};

use super::{Specification, sample, specifications, words};
use crate::simulate::SimulateSpec;

/// What must stand beside a key, which no shape can say: where the fault of a specification holds the
/// first text, the key in its first backquotes with the last part replaced by the second text gets the
/// third.
const BESIDE: &[(&str, &str, &str)] = &[
    (
        "is absent, expected exactly one of `rates`",
        "rates",
        "0.0001",
    ),
    ("expected \"f64\": weak updates", "precision", "\"f64\""),
    ("npz` is given as {}", "path", "\"a\""),
    ("npz` is given as {x}", "y", "\"a\""),
    ("npz` is given as {y}", "x", "\"a\""),
];

/// Why `text` is no specification of that kind.
fn fault(specification: &Specification, text: &str) -> Option<String> {
    let source = SpecSource {
        name: "x".into(),
        file: "x.toml".into(),
        folder: Default::default(),
        text: text.to_owned(),
    };
    let overrides = Overrides::default();
    let fault = match specification.name {
        "experiment" => Resolved::new(source, overrides).err(),
        "simulate" => match source.read::<SimulateSpec>(&overrides) {
            Ok((spec, _)) => return spec.check().err().map(|error| error.to_string()),
            Err(problem) => Some(problem),
        },
        name => {
            let kind = Kind::named(name).expect("a protocol");
            kind.read(&source, &overrides).err()
        }
    };
    fault.map(|problem| problem.to_string())
}

/// Why `specification` with `value` at `entry` is none, once it has what must stand beside.
fn fault_with(specification: &Specification, entry: &Entry, value: Value) -> Option<String> {
    let mut table = sample::around(specification.shape, entry, value);
    for _ in 0..8 {
        let fault = fault(specification, &table.to_string())?;
        let Some((_, name, text)) = BESIDE.iter().find(|(part, ..)| fault.contains(part)) else {
            return Some(fault);
        };
        let key = match fault.split('`').nth(1) {
            Some(key) if key.contains('.') => key
                .rsplit_once('.')
                .map_or("", |(above, _)| above)
                .to_owned(),
            _ => "task.a.dataset.npz".to_owned(),
        };
        let mut path: Vec<&str> = key.split('.').collect();
        path.push(name);
        put(&mut table, &path, text);
    }
    Some("nothing helps".into())
}

fn put(table: &mut Table, path: &[&str], text: &str) {
    let (last, above) = path.split_last().expect("a key");
    let mut at = table;
    for name in above {
        let below = at.entry(*name).or_insert_with(|| Table::new().into());
        at = below.as_table_mut().expect("a table");
    }
    let value: Table = format!("v = {text}").parse().expect("TOML");
    at.insert((*last).to_owned(), value["v"].clone());
}

/// All keys of all specifications.
fn all() -> Vec<(Specification, Entry)> {
    let of = |specification: Specification| {
        let entries = entries(specification.shape).into_iter();
        entries.map(move |entry| (specification, entry))
    };
    specifications().into_iter().flat_map(of).collect()
}

/// Words of Rust and its libraries that no user should meet.
const FOREIGN: &[&str] = &[
    "struct",
    "enum",
    "usize",
    "u64",
    "i64",
    "f64",
    "f32",
    "variant",
    "sequence",
    "map,",
    "a map",
    "field",
    "newtype",
    "tuple",
    "invalid type",
    "invalid value",
    "Option",
    "wanted",
    "Some(",
    "None",
    "::",
];

#[test]
fn messages_on_values_of_a_wrong_type_speak_the_users_words() {
    let values: [Value; 6] = [
        "x".into(),
        Value::Array(vec!["x".into()]),
        Value::Table(Table::from_iter([("x".to_owned(), 1.into())])),
        Value::Table(Table::new()),
        true.into(),
        0.5.into(),
    ];
    let mut bad = std::collections::BTreeMap::new();
    for (specification, entry) in all() {
        for value in &values {
            let Some(fault) = fault_with(&specification, &entry, value.clone()) else {
                continue;
            };
            let message = fault.lines().next().unwrap_or("").to_owned();
            // Names of keys and values are the user's.
            let words: String = message.split('`').step_by(2).collect();
            if FOREIGN.iter().any(|word| words.contains(word)) {
                bad.insert(message, words_of(&specification, &entry));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}\n{} messages", bad.len());
}

fn words_of(specification: &Specification, entry: &Entry) -> String {
    format!("{} {}", specification.name, words::path(entry))
}
