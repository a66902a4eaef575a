//! Keys of `[tuning.space]` with `*` in place of names: they stand for every key there is that fits.

use std::iter::Peekable;
use std::slice::Iter;

use toml::{Table, Value};

use super::KeyPath;

/// What stands for every name.
const ANY: &str = "*";

/// A key that stands for no other.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{pattern}` fits no key that is stated, expected one such as `task.*.learner.*.backprop.rates`, with `*` for every name"
)]
pub(super) struct NothingFits {
    /// The key as it is written.
    pub(super) pattern: String,
}

/// Puts every key that is stated in place of the one that stands for it. A key that is written out comes
/// before one that stands for it, and a later one that stands for it before an earlier one.
pub(super) fn expand(root: &mut Table) -> Result<(), NothingFits> {
    let Some(space) = space(root).filter(|space| space.keys().any(|key| pattern(key).is_some()))
    else {
        return Ok(());
    };
    let mut expanded = Table::new();
    for (key, range) in space {
        let Some(pattern) = pattern(key) else {
            expanded.insert(key.clone(), range.clone());
            continue;
        };
        let keys = fitting(root, &pattern);
        if keys.is_empty() {
            let pattern = key.clone();
            return Err(NothingFits { pattern });
        }
        for key in keys.into_iter().filter(|key| !space.contains_key(key)) {
            expanded.insert(key, range.clone());
        }
    }
    if let Some(space) = root.get_mut("tuning").and_then(|of| of.get_mut("space")) {
        *space = Value::Table(expanded);
    }
    Ok(())
}

/// The key of `[tuning.space]` that stands for `key`, as it is written there.
pub(super) fn standing_for(root: &Table, key: &str) -> Option<String> {
    let key: KeyPath = key.parse().ok()?;
    let fits = |written: &&String| {
        pattern(written).is_some_and(|pattern| {
            let parts = pattern.segments().iter().zip(key.segments());
            pattern.segments().len() == key.segments().len()
                && parts
                    .into_iter()
                    .all(|(part, own)| part == ANY || part == own)
        })
    };
    space(root)?.keys().rev().find(fits).cloned()
}

fn space(root: &Table) -> Option<&Table> {
    root.get("tuning")?.get("space")?.as_table()
}

/// `key` where it has a part that stands for every name.
fn pattern(key: &str) -> Option<KeyPath> {
    let key: KeyPath = key.parse().ok()?;
    key.segments().iter().any(|part| part == ANY).then_some(key)
}

/// The keys below `root` that fit `pattern` and are no tables, in the order of the specification.
fn fitting(root: &Table, pattern: &KeyPath) -> Vec<String> {
    let mut found = Vec::new();
    let (first, rest) = pattern
        .segments()
        .split_first()
        .expect("a key has a segment");
    for (name, value) in root
        .iter()
        .filter(|(name, _)| first == ANY || first == *name)
    {
        collect(
            value,
            &KeyPath::of([name.as_str()]),
            rest.iter().peekable(),
            &mut found,
        );
    }
    found
}

fn collect(
    value: &Value,
    at: &KeyPath,
    mut rest: Peekable<Iter<'_, String>>,
    found: &mut Vec<String>,
) {
    let Some(part) = rest.next() else {
        if !value.is_table() {
            found.push(at.to_string());
        }
        return;
    };
    let mut go = |name: &str, value: &Value| {
        if part == ANY || part == name {
            collect(value, &at.then(name), rest.clone(), found);
        }
    };
    match value {
        Value::Table(table) => table.iter().for_each(|(name, value)| go(name, value)),
        Value::Array(list) => {
            let items = list.iter().enumerate();
            items.for_each(|(index, value)| go(&index.to_string(), value));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASKS: &str = r#"
        [task.a.learner]
        "x y".backprop = { rates = [1.0, 2.0] }
        z.microcircuit = { rates = 1.0, nudging = 0.1 }
        [task.b.learner]
        z.microcircuit = { rates = 1.0 }
        [tuning.space]
    "#;

    fn keys(space: &str) -> Result<Vec<(String, i64)>, NothingFits> {
        let mut root: Table = format!("{TASKS}{space}").parse().expect("TOML");
        expand(&mut root)?;
        let space = root["tuning"]["space"].as_table().expect("a table");
        let value = |value: &Value| value.as_integer().expect("a number");
        Ok(space.iter().map(|(k, v)| (k.clone(), value(v))).collect())
    }

    #[test]
    fn a_star_stands_for_every_name_and_index() {
        let found = keys("'task.*.learner.*.*.rates' = 1").expect("keys that fit");
        let expected = [
            ("task.a.learner.\"x y\".backprop.rates", 1),
            ("task.a.learner.z.microcircuit.rates", 1),
            ("task.b.learner.z.microcircuit.rates", 1),
        ];
        assert_eq!(found, expected.map(|(key, n)| (key.to_owned(), n)));
        let found = keys("'task.a.*.*.*.rates.*' = 1").expect("keys that fit");
        let names: Vec<&str> = found.iter().map(|(key, _)| &key[..]).collect();
        assert_eq!(
            names,
            [
                "task.a.learner.\"x y\".backprop.rates.0",
                "task.a.learner.\"x y\".backprop.rates.1"
            ]
        );
    }

    #[test]
    fn what_is_written_out_comes_before_what_stands_for_it() {
        let found = keys(
            "'task.b.learner.z.microcircuit.rates' = 1
             'task.*.learner.z.*.rates' = 2
             'task.a.*.*.microcircuit.rates' = 3",
        );
        let expected = [
            ("task.b.learner.z.microcircuit.rates", 1),
            ("task.a.learner.z.microcircuit.rates", 3),
        ];
        assert_eq!(
            found,
            Ok(expected.map(|(key, n)| (key.to_owned(), n)).to_vec())
        );
    }

    #[test]
    fn what_fits_nothing_is_refused() {
        for space in [
            "'task.*.learner.*.*.rate' = 1",
            "'task.*.learner' = 1",
            "'*' = 1",
        ] {
            let fault = keys(space).expect_err("nothing fits");
            assert!(fault.to_string().contains(&fault.pattern), "{fault}");
        }
    }

    #[test]
    fn the_pattern_behind_a_key_is_found() {
        let space = "'task.*.learner.z.*.rates' = 2\n'task.c.rates' = 1";
        let root: Table = format!("{TASKS}{space}").parse().expect("TOML");
        let of = |key: &str| standing_for(&root, key);
        assert_eq!(
            of("task.b.learner.z.microcircuit.rates").as_deref(),
            Some("task.*.learner.z.*.rates")
        );
        assert_eq!(of("task.b.learner.y.microcircuit.rates"), None);
        assert_eq!(of("task.c.rates"), None);
    }
}
