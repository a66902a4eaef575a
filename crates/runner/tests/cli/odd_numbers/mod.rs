//! Every number of every specification is replaced by odd ones: each is refused with its key, or runs.
//!
//! The specifications are all that are built in and some more, small, with all their keys written out. A
//! key that is new is met without a change here, unless it may be left out: then a test asks for it.

mod specifications;
mod walk;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use specifications::{Specification, all};
use walk::{End, Place, replaced};

/// Numbers that are none, that single precision loses, that no memory holds, or that are no counts.
const ODD: [&str; 15] = [
    "nan",
    "inf",
    "-inf",
    "1e308",
    "-1e308",
    "5e-324",
    "1e-46",
    "1e39",
    "1.8e38",
    "-1",
    "-0.0",
    "0",
    "9007199254740993",
    "9223372036854775807",
    "1e19",
];

/// One number of a specification and what is put in its place.
struct Case<'a> {
    specification: &'a Specification,
    place: Place,
    value: &'static str,
}

/// Tries all `cases`, several at a time, and gives what went wrong.
fn try_all(cases: &[Case<'_>]) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Case {
                        specification,
                        place,
                        value,
                    } = case;
                    let text = replaced(&specification.tree, place, value).to_string();
                    let end = specification.run(&text);
                    if let Some(fault) = end.fault(place) {
                        let line = format!("{} {place} = {value}: {fault}", specification.name);
                        faults.lock().expect("no thread panics").push(line);
                    }
                }
            });
        }
    });
    let mut faults = faults.into_inner().expect("all threads are done");
    faults.sort();
    faults
}

#[track_caller]
fn must_hold(cases: &[Case<'_>]) {
    let faults = try_all(cases);
    let n = |what: &str| faults.iter().filter(|line| line.contains(what)).count();
    let kinds = [
        End::PANIC,
        End::ABORT,
        End::HANG,
        End::FAILED,
        End::UNEXPECTED,
        End::UNNAMED,
    ];
    let counts: Vec<String> = kinds
        .iter()
        .map(|kind| format!("{} {kind}", n(kind)))
        .collect();
    println!("{} inputs: {}", cases.len(), counts.join(", "));
    assert!(
        faults.is_empty(),
        "{}:\n{}",
        counts.join(", "),
        faults.join("\n")
    );
}

#[test]
fn the_small_specifications_run_as_they_are() {
    for specification in all() {
        let end = specification.run(&specification.tree.to_string());
        assert!(end.is_well(), "{}: {end:?}", specification.name);
    }
}

#[test]
fn every_kind_of_learner_and_protocol_is_walked() {
    let texts: Vec<String> = all().iter().map(|it| it.tree.to_string()).collect();
    let walked = |what: &str| texts.iter().any(|text| text.contains(what));
    for kind in apical_experiment::learners::learner_kinds() {
        assert!(walked(&format!(".{}]", kind.name())), "{}", kind.name());
    }
    for kind in apical_experiment::protocol::KINDS {
        assert!(
            walked(&format!("protocol = \"{}\"", kind.name)),
            "{}",
            kind.name
        );
    }
}

#[test]
fn every_number_of_the_schema_is_walked() {
    let walked: BTreeSet<String> = all()
        .iter()
        .flat_map(Specification::numbers)
        .flat_map(|place| place.kind())
        .collect();
    let schema = crate::program::Place::new("")
        .call(&["schema"])
        .with_code(0);
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout).expect("JSON");
    let mut missing = BTreeSet::new();
    keys_of_numbers(&schema, &mut |key| {
        if !walked.contains(key) {
            missing.insert(key.to_owned());
        }
    });
    assert!(
        missing.is_empty(),
        "{missing:?} may be left out, and no specification of this test has them: add them to specifications.rs"
    );
}

/// Calls `found` with every key below `schema` whose value may be a number or a list of some.
fn keys_of_numbers(schema: &serde_json::Value, found: &mut impl FnMut(&str)) {
    fn is_number(schema: &serde_json::Value) -> bool {
        let kind = schema["type"].as_str();
        let alternatives = ["anyOf", "oneOf"].into_iter();
        let mut alternatives = alternatives
            .flat_map(|name| schema[name].as_array())
            .flatten();
        matches!(kind, Some("number" | "integer")) || is_list(schema) || alternatives.any(is_number)
    }
    fn is_list(schema: &serde_json::Value) -> bool {
        schema["items"].is_object() && is_number(&schema["items"])
    }
    for (name, below) in schema.as_object().into_iter().flatten() {
        if name == "properties" {
            for (key, value) in below.as_object().into_iter().flatten() {
                if is_number(value) {
                    found(key);
                }
            }
        }
        keys_of_numbers(below, found);
    }
    for below in schema.as_array().into_iter().flatten() {
        keys_of_numbers(below, found);
    }
}

/// Each key once for each kind of learner, data set and protocol, with the values that `values` gives for the
/// n-th of them.
fn cases<'s>(
    specifications: &'s [Specification],
    values: impl Fn(usize) -> Vec<&'static str>,
) -> Vec<Case<'s>> {
    let mut seen = BTreeSet::new();
    let mut cases = Vec::new();
    for specification in specifications {
        for place in specification.numbers() {
            if seen.insert((specification.protocol(), place.kind())) {
                cases.extend(values(seen.len()).into_iter().map(|value| Case {
                    specification,
                    place: place.clone(),
                    value,
                }));
            }
        }
    }
    cases
}

/// Two of the values, which differ from key to key.
#[test]
fn odd_numbers_are_refused_or_run() {
    let specifications = all();
    let two = |n: usize| [n, n + 7].map(|n| ODD[n % ODD.len()]).to_vec();
    must_hold(&cases(&specifications, two));
}

#[test]
#[ignore = "takes many minutes; .ci/long has it"]
fn every_odd_number_in_every_key_is_refused_or_runs() {
    let specifications = all();
    must_hold(&cases(&specifications, |_| ODD.to_vec()));
}
