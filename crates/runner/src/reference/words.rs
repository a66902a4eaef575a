//! What a key may be, in words.

use std::collections::BTreeSet;

use apical_keys::{Bounds, Entry, Key, Shape};
use toml::Value;

use super::sample;

/// What a value of `shape` is.
pub(crate) fn kind(shape: &Shape) -> String {
    match shape {
        Shape::Truth => "true or false".into(),
        Shape::Number { whole: true, .. } => "a whole number".into(),
        Shape::Number { whole: false, .. } => "a number".into(),
        Shape::Text(what) | Shape::Any(what) => (*what).into(),
        Shape::List { of, least, most } if least == most => {
            format!("a list of {least}, each {}", kind(of))
        }
        Shape::List { of, .. } => format!("a list, each {}", kind(of)),
        Shape::Either(shapes) => {
            let kinds: Vec<String> = shapes.iter().map(|shape| kind(shape)).collect();
            kinds.join(", or ")
        }
        Shape::Choice(choices) => {
            let all = (choices.all)();
            let mut words = Vec::new();
            for choice in all {
                words.push(match choice.shape {
                    None => format!("\"{}\"", choice.name),
                    Some(_) => format!("{} = {{ … }}", choice.name),
                });
            }
            words.join(", ")
        }
        Shape::Table(_) => "a table".into(),
        Shape::Map { of } => format!("a table with names of your own, each {}", kind(of)),
    }
}

/// Where numbers may lie; nothing where they may lie anywhere.
pub(crate) fn range(bounds: Bounds) -> Option<String> {
    let Bounds {
        min,
        above,
        max,
        below,
    } = bounds;
    let lower = match (min, above) {
        (Some(min), _) => Some(format!("at least {}", number(min))),
        (None, Some(above)) => Some(format!("above {}", number(above))),
        (None, None) => None,
    };
    let upper = match (max, below) {
        (Some(max), _) => Some(format!("at most {}", number(max))),
        (None, Some(below)) => Some(format!("below {}", number(below))),
        (None, None) => None,
    };
    match (lower, upper) {
        (Some(lower), Some(upper)) => Some(format!("{lower} and {upper}")),
        (lower, upper) => lower.or(upper),
    }
}

fn number(value: f64) -> String {
    match value.abs() {
        size if size != 0.0 && !(1e-3..1e6).contains(&size) => {
            let text = format!("{value:.1e}");
            text.replace(".0e", "e")
        }
        _ => value.to_string(),
    }
}

/// The value of `key` where nothing is said.
pub(crate) fn default(key: &Key) -> String {
    match (key.default, sample::default(key)) {
        _ if !key.only.is_empty() => format!("none; it is always \"{}\"", key.only),
        (None, _) => "none; it must be given".into(),
        (Some(_), None) => "nothing".into(),
        (Some(_), Some(Value::Table(table))) if table.len() > 2 => "those of its keys".into(),
        (Some(_), Some(Value::Array(list))) if list.len() > 4 => all_but(key.shape, &list),
        (Some(_), Some(value)) => in_line(&value),
    }
}

/// The choices of `shape` that are in `list`, by those that are not.
fn all_but(shape: &Shape, list: &[Value]) -> String {
    let is_listed = |name: &str| list.iter().any(|value| value.as_str() == Some(name));
    let left_out: Vec<String> = (choices(shape).into_iter())
        .filter(|(name, _)| !is_listed(name))
        .map(|(name, _)| format!("\"{name}\""))
        .collect();
    match left_out.is_empty() {
        true => "all of them".into(),
        false => format!("all but {}", left_out.join(", ")),
    }
}

/// A line of a specification with `key`.
pub(crate) fn example(key: &Key) -> String {
    match (key.shape, sample::value(key)) {
        (Shape::Table(_) | Shape::Map { .. }, _) => format!("[{}]", key.name),
        (_, value) => format!("{} = {}", key.name, in_line(&value)),
    }
}

/// `value` on one line.
fn in_line(value: &Value) -> String {
    match value {
        Value::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| format!("{key} = {}", in_line(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(list) => {
            let values: Vec<String> = list.iter().map(in_line).collect();
            format!("[{}]", values.join(", "))
        }
        value => value.to_string(),
    }
}

/// What a key is called in lists: the way to it.
pub(crate) fn path(entry: &Entry) -> String {
    entry.path.join(".")
}

/// The first sentence of `text`.
pub(crate) fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or("");
    // Not that of `eq. 7`.
    let ends = line.match_indices(". ").map(|(at, _)| at + 1);
    let mut ends = ends.filter(|end| line[end + 1..].starts_with(char::is_uppercase));
    &line[..ends.next().unwrap_or(line.len())]
}

/// The choices of `shape`, with what each is.
pub(crate) fn choices(shape: &Shape) -> Vec<(&'static str, &'static str)> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    collect(shape, &mut |name, meaning| {
        if seen.insert(name) {
            found.push((name, meaning));
        }
    });
    found
}

fn collect(shape: &Shape, take: &mut dyn FnMut(&'static str, &'static str)) {
    match shape {
        Shape::Choice(choices) => {
            for choice in (choices.all)() {
                take(choice.name, choice.meaning);
            }
        }
        Shape::Either(shapes) => shapes.iter().for_each(|shape| collect(shape, take)),
        Shape::List { of, .. } => collect(of, take),
        _ => {}
    }
}
