//! What the reference says is what the program reads and refuses.

use apical_experiment::protocol::Kind;
use apical_experiment::spec::{Overrides, Resolved, SpecSource};
use apical_keys::{Bounds, Entry, Shape, entries};
use toml::{Table, Value};

use super::{Specification, sample, specifications, words};
use apical_experiment::simulate::SimulateSpec;

/// What must stand beside a key, which no shape can say: where the fault of a specification holds the
/// first text, the key in its first backquotes with the last part replaced by the second text gets the
/// third.
const BESIDE: &[(&str, &str, &str)] = &[
    (
        "is absent, expected exactly one of `rates`",
        "rates",
        "0.0001",
    ),
    ("exactly one of `circuit`", "circuit", "{ rates = 0.0001 }"),
    ("some are left to learn in", "n_epochs", "1000000"),
    ("expected \"f64\": weak updates", "precision", "\"f64\""),
    (
        "expected `prospective = true` with it",
        "prospective",
        "true",
    ),
    (
        "which alone listens to noise",
        "feedback",
        "{ phaseless = { rate = 0.001 } }",
    ),
    ("npz` is given as {}", "path", "\"a\""),
    ("npz` is given as {x}", "y", "\"a\""),
    ("npz` is given as {y}", "x", "\"a\""),
];

/// Ends of ranges that other keys of the smallest specification forbid, by a part of specification and
/// way.
const FORBIDDEN_ENDS: &[&str] = &[
    // At least 1e-6 in single precision.
    "integrator.adaptive.",
    // With Euler steps of the default length.
    "conductances.",
    "tau_input_ms",
    // At least two steps.
    "feedback_noise.tau_",
    "weak_coupling coupling.couplings",
    // The scales of other widths follow from it.
    "weak_coupling network.forward_scale",
    "weak_coupling depth.coupling",
    "weak_coupling width.coupling",
    WITH_THE_NETWORKS[0],
    WITH_THE_NETWORKS[1],
];

/// Faults that say where a key may stand that has no place in the smallest specification.
const ELSEWHERE: &[&str] = &[
    "in continuous time; the two-step form has the other",
    "feedback that learns by a rule which W^PI can follow",
    "there is no other task",
    "has no baseline to compare with",
    "expected a learner of the task",
];

/// Transfer functions of teacher and network, which must be the same.
const WITH_THE_NETWORKS: [&str; 2] = [
    "teacher_network network.transfer.softplus",
    "teacher_network teacher.transfer.softplus",
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
        if *name == "n_epochs" {
            put(&mut table, &["training", name], text);
            continue;
        }
        let key = match fault.split('`').nth(1) {
            Some(key) if key.contains('.') => key
                .rsplit_once('.')
                .map_or("", |(above, _)| above)
                .to_owned(),
            Some("circuit") => String::new(),
            _ => "task.a.dataset.npz".to_owned(),
        };
        let mut path: Vec<&str> = key.split('.').filter(|name| !name.is_empty()).collect();
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

/// `number` where the numbers of a value of this key stand, if it has any.
fn with_number(entry: &Entry, number: f64) -> Option<Value> {
    let is_whole = match entry.key.shape.alternatives()[..] {
        [Shape::Number { whole, .. }, ..] => *whole,
        [
            Shape::List {
                of: Shape::Number { whole, .. },
                ..
            },
            ..,
        ] => *whole,
        _ => return None,
    };
    let number: Value = match is_whole {
        true => (number as i64).into(),
        false => number.into(),
    };
    Some(match sample::value(&entry.key) {
        Value::Array(mut list) => {
            let middle = list.len() / 2;
            list[middle] = number;
            list.into()
        }
        _ => number,
    })
}

#[test]
fn every_key_with_a_value_from_its_reference_is_read() {
    let mut faults = Vec::new();
    for (specification, entry) in all() {
        if is_among(&WITH_THE_NETWORKS, &specification, &entry) {
            continue;
        }
        let value = sample::value(&entry.key);
        if let Some(fault) = fault_with(&specification, &entry, value)
            && !says_where(&fault)
        {
            faults.push(format!(
                "{} {}: {fault}",
                specification.name,
                words::path(&entry)
            ));
        }
    }
    assert!(
        faults.is_empty(),
        "{}\n{} keys",
        faults.join("\n"),
        faults.len()
    );
}

#[test]
fn ranges_are_those_of_the_checks() {
    let mut wrong = Vec::new();
    for (specification, entry) in all() {
        let (Some(bounds), path) = (entry.bounds(), words::path(&entry)) else {
            continue;
        };
        let mut tried = |number: f64, is_inside: bool| {
            let Some(value) = with_number(&entry, number) else {
                return;
            };
            let fault = fault_with(&specification, &entry, value);
            // By its own name, or that of the table or list that it makes no sense in.
            let names = entry.path.iter().rev().take(3);
            let is_named = |fault: &String| names.clone().any(|name| fault.contains(&**name));
            let refused = fault.as_ref().is_some_and(is_named);
            let forbidden = is_inside
                && (is_among(FORBIDDEN_ENDS, &specification, &entry)
                    || fault.as_ref().is_some_and(|fault| says_where(fault)));
            if is_inside == refused && !forbidden {
                wrong.push(format!(
                    "{} {path} = {number:e}: {fault:?}",
                    specification.name
                ));
            }
        };
        let Bounds {
            min,
            above,
            max,
            below,
        } = bounds;
        let ulp = |number: f64| {
            if is_whole(&entry) {
                1.0
            } else {
                f64::EPSILON * number.abs().max(1e-300)
            }
        };
        if let Some(min) = min {
            tried(min, true);
            tried(min - ulp(min), false);
        }
        if let Some(max) = max {
            tried(max, true);
            tried(max + ulp(max), false);
        }
        for end in [above, below].into_iter().flatten() {
            tried(end, false);
        }
        if !is_whole(&entry) {
            for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                tried(odd, false);
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n{} wrong",
        wrong.join("\n"),
        wrong.len()
    );
}

fn says_where(fault: &str) -> bool {
    ELSEWHERE.iter().any(|words| fault.contains(words))
}

fn is_among(parts: &[&str], specification: &Specification, entry: &Entry) -> bool {
    let whole = words_of(specification, entry);
    parts.iter().any(|part| whole.contains(part))
}

fn is_whole(entry: &Entry) -> bool {
    let mut shapes = entry.key.shape.alternatives().into_iter();
    shapes.any(|shape| {
        matches!(shape, Shape::Number { whole: true, .. })
            || matches!(
                shape,
                Shape::List {
                    of: Shape::Number { whole: true, .. },
                    ..
                }
            )
    })
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
