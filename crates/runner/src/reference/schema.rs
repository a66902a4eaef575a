//! The JSON Schema of specifications, for editors.

use std::collections::{BTreeMap, BTreeSet};

use apical_keys::{Bounds, Choices, Key, Shape, Table};
use serde_json::{Map, Value, json};

use super::specifications;
use apical_experiment::simulate::CIRCUITS;

/// What is longer than this and stands in several places becomes a definition.
const LONG: usize = 400;

/// [`schema`] as text.
pub(crate) fn schema_text() -> String {
    format!("{:#}", schema())
}

/// The schema of all kinds of specifications, in draft 7, which editors know.
///
/// A specification is what its key `protocol` says, a simulation where it has a circuit, and else an
/// experiment. Editors that do not follow conditions find all keys in `anyOf`, which forbids nothing.
pub(super) fn schema() -> Value {
    let mut definitions = Definitions::default();
    let mut rules = Vec::new();
    let mut all = Vec::new();
    for specification in specifications() {
        let whole = json!({ "$ref": format!("#/definitions/{}", specification.name) });
        let condition = match specification.name {
            "experiment" => {
                let others = ["protocol"].iter().chain(&CIRCUITS);
                let others: Vec<Value> = others.map(|key| json!({ "required": [key] })).collect();
                json!({ "not": { "anyOf": others } })
            }
            "simulate" => {
                let circuits = CIRCUITS.map(|key| json!({ "required": [key] }));
                json!({ "anyOf": circuits })
            }
            name => json!({
                "required": ["protocol"],
                "properties": { "protocol": { "const": name } }
            }),
        };
        rules.push(json!({ "if": condition, "then": whole }));
        all.push(whole);
        let schema = of_shape(specification.shape, Bounds::NONE, 0, Stated::All);
        definitions
            .whole
            .insert(specification.name.to_owned(), schema);
    }
    all.push(json!(true));
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A specification of apical",
        "type": "object",
        "allOf": rules,
        "anyOf": all,
        "definitions": definitions.shared(),
    })
}

/// How much of a table must be stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stated {
    /// Every key without a default.
    All,
    /// Nothing: the rest is taken from a table that this one is like.
    Some,
}

/// The key that names what a table is like.
const LIKE: &str = "like";

/// What `shape` may be, with `bounds` of its numbers and the fewest values of its lists.
fn of_shape(shape: &Shape, bounds: Bounds, fewest: usize, stated: Stated) -> Value {
    match shape {
        Shape::Truth => json!({ "type": "boolean" }),
        Shape::Number { whole, bounds: own } => {
            let mut schema = Map::new();
            let kind = if *whole { "integer" } else { "number" };
            schema.insert("type".into(), kind.into());
            let bounds = bounds.or(*own);
            for (name, bound) in [
                ("minimum", bounds.min),
                ("exclusiveMinimum", bounds.above),
                ("maximum", bounds.max),
                ("exclusiveMaximum", bounds.below),
            ] {
                if let Some(bound) = bound {
                    schema.insert(name.into(), number(bound));
                }
            }
            Value::Object(schema)
        }
        Shape::Text(_) => json!({ "type": "string" }),
        Shape::List { of, least, most } => {
            let mut schema =
                json!({ "type": "array", "items": of_shape(of, bounds, 0, Stated::All) });
            let least = fewest.max(*least);
            if least > 0 {
                schema["minItems"] = least.into();
            }
            if *most < usize::MAX {
                schema["maxItems"] = (*most).into();
            }
            schema
        }
        Shape::Either(shapes) => {
            let shapes = shapes
                .iter()
                .map(|shape| of_shape(shape, bounds, fewest, stated));
            json!({ "anyOf": shapes.collect::<Vec<_>>() })
        }
        Shape::Choice(choices) => of_choices(choices, stated),
        Shape::Table(table)
            if stated == Stated::All && table.keys.iter().any(|key| key.name == LIKE) =>
        {
            json!({
                "if": { "required": [LIKE] },
                "then": of_table(table, Stated::Some),
                "else": of_table(table, Stated::All),
            })
        }
        Shape::Table(table) => of_table(table, stated),
        Shape::Map { of } => {
            let mut below = of_shape(of, bounds, 0, stated);
            // A learner that is taken from another task may be left out.
            if stated == Stated::Some && matches!(of, Shape::Choice(_)) {
                below = json!({ "anyOf": [below, { "const": false }] });
            }
            json!({ "type": "object", "additionalProperties": below })
        }
        Shape::Any(what) => json!({ "description": what }),
    }
}

/// Words one by one, and one table for all that are tables.
fn of_choices(choices: &Choices, stated: Stated) -> Value {
    let mut shapes = Vec::new();
    let mut tables = Map::new();
    for choice in (choices.all)() {
        match choice.shape {
            None => shapes.push(json!({ "const": choice.name, "description": choice.meaning })),
            Some(shape) => {
                let shape = of_shape(shape, Bounds::NONE, 0, stated);
                let described = json!({ "description": choice.meaning, "allOf": [shape] });
                tables.insert(choice.name.to_owned(), described);
            }
        }
    }
    if !tables.is_empty() {
        shapes.push(json!({
            "type": "object",
            "properties": tables,
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        }));
    }
    match shapes.len() {
        1 => shapes.remove(0),
        _ => json!({ "anyOf": shapes }),
    }
}

fn of_table(table: &Table, stated: Stated) -> Value {
    let properties: Map<String, Value> = (table.keys.iter())
        .map(|key| (key.name.to_owned(), of_key(key, stated)))
        .collect();
    let required: Vec<&str> = (table.keys.iter())
        .filter(|key| stated == Stated::All && key.default.is_none())
        .map(|key| key.name)
        .collect();
    let mut schema = json!({
        "type": "object",
        "description": table.meaning,
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

fn of_key(key: &Key, stated: Stated) -> Value {
    let mut description = key.meaning.to_owned();
    for (name, text) in [("Unit", key.unit), ("Source", key.source)] {
        if !text.is_empty() {
            description += &format!("\n\n{name}: {text}.");
        }
    }
    if !key.only.is_empty() {
        return json!({ "const": key.only, "description": description });
    }
    let shape = of_shape(key.shape, key.bounds, key.least, stated);
    let mut schema = match shape {
        Value::Object(fields) if !fields.contains_key("description") => fields,
        shape => Map::from_iter([("allOf".to_owned(), json!([shape]))]),
    };
    schema.insert("description".into(), description.into());
    if let Some(default) = default(key) {
        schema.insert("default".into(), default);
    }
    Value::Object(schema)
}

/// The value of `key` where nothing is said, if that is a value.
pub(super) fn default(key: &Key) -> Option<Value> {
    let value = serde_json::to_value(key.default?()).ok()?;
    let is_said = match &value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(table) => !table.is_empty(),
        _ => true,
    };
    is_said.then_some(value)
}

/// Whole numbers without a decimal point.
fn number(bound: f64) -> Value {
    if bound.fract() == 0.0 && bound.abs() < 1e15 {
        (bound as i64).into()
    } else {
        bound.into()
    }
}

/// Schemas by name.
#[derive(Default)]
struct Definitions {
    whole: BTreeMap<String, Value>,
}

impl Definitions {
    /// The same, with long parts that stand in several places as definitions of their own, named after
    /// the first key that has them.
    fn shared(self) -> Map<String, Value> {
        let mut counts = BTreeMap::new();
        for schema in self.whole.values() {
            count(schema, &mut counts);
        }
        let is_shared = |text: &str| text.len() > LONG && counts.get(text).is_some_and(|n| *n > 1);
        let mut shared = Shared {
            taken: self.whole.keys().cloned().collect(),
            is_shared: &is_shared,
            names: BTreeMap::new(),
            schemas: Map::new(),
        };
        for (name, mut schema) in self.whole {
            shared.replace(&mut schema, &name);
            shared.schemas.insert(name, schema);
        }
        shared.schemas
    }
}

/// How often each table, list or choice stands below `schema`.
fn count(schema: &Value, counts: &mut BTreeMap<String, usize>) {
    for part in parts(schema) {
        *counts.entry(part.to_string()).or_default() += 1;
        count(part, counts);
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        properties.values().for_each(|key| count(key, counts));
    }
}

/// The schemas directly below one that are no keys.
fn parts(schema: &Value) -> Vec<&Value> {
    let lists = ["allOf", "anyOf"]
        .into_iter()
        .filter_map(|name| schema.get(name)?.as_array());
    let single = ["additionalProperties", "then", "else"].into_iter();
    let single = single.filter_map(|name| schema.get(name).filter(|value| value.is_object()));
    lists.flatten().chain(single).collect()
}

/// Parts of schemas that stand in several places.
struct Shared<'a> {
    taken: BTreeSet<String>,
    is_shared: &'a dyn Fn(&str) -> bool,
    /// Names by the text of what they stand for.
    names: BTreeMap<String, String>,
    schemas: Map<String, Value>,
}

impl Shared<'_> {
    /// Puts references in place of shared parts below `schema`, which the key `name` has.
    fn replace(&mut self, schema: &mut Value, name: &str) {
        let Some(fields) = schema.as_object_mut() else {
            return;
        };
        for (field, value) in fields.iter_mut() {
            let parts = match (&**field, value) {
                ("properties", Value::Object(keys)) => {
                    keys.iter_mut()
                        .for_each(|(key, schema)| self.replace(schema, key));
                    continue;
                }
                ("allOf" | "anyOf", Value::Array(parts)) => &mut parts[..],
                ("additionalProperties" | "then" | "else", part @ Value::Object(_)) => {
                    std::slice::from_mut(part)
                }
                _ => continue,
            };
            for part in parts {
                let text = part.to_string();
                self.replace(part, name);
                if !(self.is_shared)(&text) {
                    continue;
                }
                let known = match self.names.get(&text) {
                    Some(known) => known.clone(),
                    None => self.define(name, text, part.take()),
                };
                *part = json!({ "$ref": format!("#/definitions/{known}") });
            }
        }
    }

    /// Keeps `schema` under a name like `name`, which is returned.
    fn define(&mut self, name: &str, text: String, schema: Value) -> String {
        let numbered = (2..).map(|n| format!("{name}_{n}"));
        let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
        let free = candidates.find(|name| self.taken.insert(name.clone()));
        let free = free.unwrap_or_default();
        self.schemas.insert(free.clone(), schema);
        self.names.insert(text, free.clone());
        free
    }
}
