//! Values that a key may have: examples, and whole specifications around one key.

use apical_keys::{Bounds, Key, Shape, Table as Keys};
use toml::{Table, Value};

/// A value of `key`: its example, its default, or what its shape allows.
pub(crate) fn value(key: &Key) -> Value {
    if !key.only.is_empty() {
        return key.only.into();
    }
    let of_map = |of| {
        under(
            name_of(key.placeholder),
            of_shape(of, key.bounds, key.least),
        )
    };
    written(key.example)
        .or_else(|| default(key))
        .unwrap_or_else(|| match key.shape {
            Shape::Map { of } => of_map(of),
            shape => of_shape(shape, key.bounds, key.least),
        })
}

/// What stands for the names of a table's entries.
fn name_of(placeholder: &str) -> &'static str {
    match placeholder {
        "KEY" => "task.a.learner.a.microcircuit.nudging",
        _ => "a",
    }
}

/// The value of `key` where nothing is said, if that is a value.
pub(crate) fn default(key: &Key) -> Option<Value> {
    let default = key.default?();
    let value = Value::try_from(&*default).ok()?;
    let is_said = match &value {
        Value::String(text) => !text.is_empty(),
        Value::Table(table) => !table.is_empty(),
        _ => true,
    };
    is_said.then_some(value)
}

/// The value that `text` is in TOML.
fn written(text: &str) -> Option<Value> {
    let table: Table = format!("v = {text}").parse().ok()?;
    table.get("v").cloned()
}

fn of_shape(shape: &Shape, bounds: Bounds, least: usize) -> Value {
    match shape {
        Shape::Truth => true.into(),
        Shape::Number { whole, bounds: own } => {
            let bounds = bounds.or(*own);
            let ends = bounds.min.or(bounds.above).zip(bounds.max.or(bounds.below));
            let middle = ends.map(|(lower, upper)| 0.5 * (lower + upper));
            let mut candidates = [1.0, 0.5, 2.0, 3.0].into_iter().chain(middle);
            let number = candidates
                .find(|number| bounds.hold(*number))
                .unwrap_or(0.0);
            match *whole {
                true => (number as i64).into(),
                false => number.into(),
            }
        }
        Shape::Text(_) => "a".into(),
        Shape::List { of, least: own, .. } => {
            let item = of_shape(of, bounds, 0);
            vec![item; least.max(*own).max(1)].into()
        }
        Shape::Either(shapes) => of_shape(shapes[0], bounds, least),
        Shape::Choice(choices) => {
            let Some(choice) = (choices.all)().into_iter().next() else {
                return "a".into();
            };
            match choice.shape {
                None => choice.name.into(),
                Some(shape) => under(choice.name, of_shape(shape, bounds, least)),
            }
        }
        Shape::Table(keys) => required(keys).into(),
        Shape::Map { of } => under("a", of_shape(of, bounds, least)),
        Shape::Any(_) => 1.into(),
    }
}

/// What must be said unless another key, `start`, takes its place.
const ELSE_REQUIRED: &str = "forward_scale";

/// The keys that must be said.
fn required(keys: &Keys) -> Table {
    (keys.keys.iter())
        .filter(|key| key.default.is_none() || key.name == ELSE_REQUIRED)
        .map(|key| (key.name.to_owned(), value(key)))
        .collect()
}

fn under(name: &str, value: Value) -> Value {
    Value::Table(Table::from_iter([(name.to_owned(), value)]))
}

/// A specification of `shape` with `value` at `entry`, and around it what must be said.
#[cfg(test)]
pub(crate) fn around(shape: &Shape, entry: &apical_keys::Entry, value: Value) -> Table {
    match along(shape, &entry.path, value) {
        Value::Table(table) => table,
        _ => Table::new(),
    }
}

#[cfg(test)]
fn along(shape: &Shape, path: &[String], at_end: Value) -> Value {
    let Some((name, rest)) = path.split_first() else {
        return at_end;
    };
    match shape {
        Shape::Table(keys) => {
            let mut table = required(keys);
            let key = keys.keys.iter().find(|key| key.name == *name);
            let key = key.expect("a key of the shape");
            table.insert(name.clone(), along(key.shape, rest, at_end));
            table.into()
        }
        Shape::Map { of } => under(name_of(name), along(of, rest, at_end)),
        Shape::Choice(choices) => {
            let all = (choices.all)();
            let shape = all.iter().find_map(|choice| match choice.name == *name {
                true => choice.shape,
                false => None,
            });
            under(name, along(shape.expect("a choice"), rest, at_end))
        }
        Shape::List { of, .. } => vec![along(of, path, at_end)].into(),
        Shape::Either(shapes) => {
            let shape = shapes.iter().find(|shape| has(shape, name));
            let shape = shape.expect("one that has keys");
            along(shape, path, at_end)
        }
        _ => at_end,
    }
}

/// Whether the key `name` stands directly below `shape`.
#[cfg(test)]
fn has(shape: &Shape, name: &str) -> bool {
    match shape {
        Shape::Table(keys) => keys.keys.iter().any(|key| key.name == name),
        Shape::Choice(choices) => {
            let all = (choices.all)();
            all.iter().any(|of| of.name == name && of.shape.is_some())
        }
        Shape::Either(shapes) => shapes.iter().any(|shape| has(shape, name)),
        Shape::List { of, .. } => has(of, name),
        _ => false,
    }
}
