//! `apical profile`: where the time of learning goes.

use std::fs;

use serde_json::Value;

use crate::program::{Place, SMALL};
use crate::start;

const OTHERS: &str = r#"
[task.digits.learner."the same kernels".kernel_backprop]
rates = [3.0, 0.3]

[task.digits.learner."in time".continuous]
rates = [0.001, 0.001]
presentation_ms = 2.0
readout_window_ms = 1.0

[task.digits.training_of."in time"]
batch_size = 1
"#;

/// Whether `value` has the keys that `schema` asks for and no others, down to the last.
fn fits(value: &Value, schema: &Value, place: &str) {
    if let Some(choices) = schema.get("anyOf").or(schema.get("oneOf")) {
        let choices = choices.as_array().expect("choices");
        let is_of = |choice: &&Value| {
            let Some(object) = value.as_object() else {
                return choice["type"] == "null";
            };
            let own = choice.get("properties").and_then(Value::as_object);
            own.is_some_and(|own| object.keys().all(|key| own.contains_key(key)))
        };
        let own = choices.iter().find(is_of);
        let own = own.unwrap_or_else(|| panic!("{place}: {value} is none of {schema}"));
        return fits(value, own, place);
    }
    let kind = match value {
        Value::Null => "null",
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Bool(_) => "boolean",
    };
    if let Some(allowed) = schema.get("enum") {
        let is_allowed = allowed.as_array().expect("values").contains(value);
        assert!(is_allowed, "{place}: {value} is none of {allowed}");
    } else if let Some(only) = schema.get("const") {
        assert_eq!(value, only, "{place}");
    } else {
        let types = schema["type"].to_string().replace("integer", "number");
        assert!(types.contains(kind), "{place}: {value} is no {types}");
    }
    if let Value::Array(items) = value {
        for (index, item) in items.iter().enumerate() {
            fits(item, &schema["items"], &format!("{place}[{index}]"));
        }
    }
    if let Value::Object(object) = value {
        for required in schema["required"].as_array().expect("keys") {
            let key = required.as_str().expect("a key");
            assert!(object.contains_key(key), "{place}: no {key}");
        }
        for (key, value) in object {
            let own = schema["properties"].get(key);
            let own = own.unwrap_or_else(|| panic!("{place}.{key} is not in the schema"));
            assert!(own.get("description").is_some(), "{place}.{key}");
            fits(value, own, &format!("{place}.{key}"));
        }
    }
}

#[test]
fn a_profile_fits_its_schema_and_its_kernels_fit_the_time() {
    let place = Place::new(&format!("{SMALL}{OTHERS}"));
    let call = place.line("profile small.toml --seconds 0.2 --json", 0);
    let profile: Value = serde_json::from_str(&call.stdout).expect("JSON");
    let schema = include_str!("../../../../docs/profile.schema.json");
    fits(
        &profile,
        &serde_json::from_str(schema).expect("JSON"),
        "profile",
    );

    let learners = profile["learners"].as_array().expect("learners");
    let named = |name: &str| {
        let of_name = |of: &&Value| of["learner"] == name;
        learners.iter().find(of_name).expect("a learner")
    };
    let kernels = |name: &str| -> Vec<String> {
        let kernels = named(name)["kernels"].as_array().expect("kernels");
        let names = kernels.iter().map(|kernel| kernel["kernel"].as_str());
        names.map(|name| name.expect("a name").to_owned()).collect()
    };
    for name in ["microcircuit", "the same kernels"] {
        let found = kernels(name);
        for kernel in ["multiply", "rank_update", "rates", "elementwise"] {
            assert!(found.iter().any(|own| own == kernel), "{name}: {found:?}");
        }
        assert_eq!(named(name)["time"], Value::Null);
    }
    let in_time = kernels("in time");
    assert!(
        in_time.contains(&"presentation_steps".to_owned()),
        "{in_time:?}"
    );
    assert!(named("in time")["time"]["steps_per_second"].as_f64() > Some(0.0));
    assert_eq!(named("in time")["time"]["simulated_ms"], 2.0);
    for of in learners {
        let kernels = of["kernels"].as_array().expect("kernels");
        let shares = kernels.iter().map(|of| of["share_of_time"].as_f64());
        let sum: f64 = shares.map(|share| share.expect("a number")).sum();
        assert!((0.0..=1.0).contains(&sum), "{of}");
        assert!(of["ns_per_minibatch"].as_f64() > Some(0.0));
        assert_eq!(of["failed"], Value::Null);
    }
    // What is called twice in a minibatch is counted twice.
    let of = named("the same kernels")["kernels"]
        .as_array()
        .expect("kernels");
    assert_eq!(
        (&of[0]["kernel"], &of[0]["calls"]),
        (&"multiply".into(), &2.0.into())
    );
    let left: Vec<_> = fs::read_dir(place.path(""))
        .expect("listed")
        .flatten()
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_profile_is_read_and_compared() {
    let place = Place::new(SMALL);
    let call = place.line("profile small.toml --seconds 0.05 --json", 0);
    let call_before = call.stdout;
    fs::write(place.path("before.json"), &call_before).expect("written");
    let call = place.line("profile small.toml --seconds 0.05 --compare before.json", 0);
    call.prints("digits · microcircuit\n  64-8-10, 50 samples a minibatch: ")
        .prints("Roofs of one core, measured now")
        .prints("digits · microcircuit: ")
        .prints(" times the time of before; a call: multiply ");
    let of_other_version = call_before.replace("\"version\": 1", "\"version\": 99");
    fs::write(place.path("before.json"), of_other_version).expect("written");
    place
        .line("profile small.toml --seconds 0 --compare before.json", 4)
        .says("before.json is no profile")
        .says("apical profile --json")
        .says("version 99");
}

/// A sweep over sizes, with a learner that has no kernels of ours.
const SIZES: &str = r#"
[sweep]
"task.digits.hidden" = [[4], [40], [400]]

[task.digits.learner.candle.backprop]
flavour = "matched"
rates = [1.0, 0.1]
"#;

#[test]
fn the_page_has_the_roofline_and_other_programs_have_theirs() {
    let place = Place::new(&format!("{SMALL}{SIZES}"));
    let call = place.line("profile small.toml --seconds 0 --out prof", 0);
    call.says("profile: prof").says("index.html");
    let read = |name: &str| {
        let path = place.path(&format!("prof/{name}"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let page = read("index.html");
    for text in [
        "Where the time goes",
        "Roofline",
        "What a synapse costs",
        "cycles and",
        "apical profile small.toml --seconds 0 --out prof",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let roofline = read("figures/roofline.csv");
    for text in ["L1", "weights of the learner", "rank_update"] {
        assert!(roofline.contains(text), "{text}: {roofline}");
    }
    assert!(!roofline.contains("candle"), "{roofline}");
    let cost = read("figures/cost_per_synapse.csv");
    let places = |label: &str| {
        let lines = cost.lines();
        lines
            .filter(|line| line.split(',').nth(2) == Some(label))
            .count()
    };
    assert_eq!(places("microcircuit"), 3, "{cost}");
    assert_eq!(places("candle: what its roofs allow"), 3, "{cost}");

    let profile: Value = serde_json::from_str(&read("profile.json")).expect("JSON");
    let learners = profile["learners"].as_array().expect("learners");
    assert_eq!(learners.len(), 9);
    let firefox: Value = serde_json::from_str(&read("profile.firefox.json")).expect("JSON");
    let threads = firefox["threads"].as_array().expect("threads");
    assert_eq!(threads.len(), learners.len());
    for (thread, of) in threads.iter().zip(learners) {
        // A sample for every kernel and one for the rest, whose weights make up a minibatch.
        let weights = thread["samples"]["weight"].as_array().expect("weights");
        let kernels = of["kernels"].as_array().expect("kernels");
        assert_eq!(weights.len(), kernels.len() + 1);
        let sum: f64 = weights.iter().filter_map(Value::as_f64).sum();
        // Kernels are timed in other minibatches than the whole, and may have taken longer.
        let shares = kernels.iter().filter_map(|of| of["share_of_time"].as_f64());
        let of_kernels: f64 = shares.sum();
        let ns = of["ns_per_minibatch"].as_f64().expect("a number");
        let wanted = ns * of_kernels.max(1.0) / 10.0;
        assert!((sum / wanted - 1.0).abs() < 0.1, "{sum} {wanted}");
    }
    let call = place.line("profile small.toml --seconds 0 --out small.toml/x", 2);
    call.says("small.toml");
    place.line("profile small.toml --instructions --out prof", 2);
}

#[test]
fn a_task_that_begins_from_a_file_is_profiled_from_there() {
    let place = Place::new(&SMALL.replace("forward_scale = 0.1", "start.file = \"w.npz\""));
    place
        .line("profile small.toml --seconds 0", 4)
        .says("w.npz cannot be read");
    start::write(&place.path("w.npz"), &start::weights(1));
    place
        .line("profile small.toml --seconds 0", 0)
        .prints("digits · microcircuit\n  64-8-10");
}

#[test]
fn what_cannot_be_profiled_says_so() {
    let place = Place::new(SMALL);
    place
        .line("profile fig1", 2)
        .says("a protocol has no learners");
    place
        .line("profile simulate", 2)
        .says("this is a simulation");
    place.line("profile nowhere.toml", 2);
    place
        .line("profile small.toml --compare nowhere.json", 4)
        .says("nowhere.json cannot be read");
    place.line("profile small.toml --seconds -1", 2);
    place.line("profile small.toml --seconds nan", 2);
    let place = Place::new(
        &SMALL
            .replace("rates = [3.0, 0.3]", "rates = 1e12")
            .replace("\"matched\"", "\"standard\"")
            .replace("\"logistic\"", "\"relu\""),
    );
    place
        .line("profile small.toml --seconds 0.2", 3)
        .prints("digits · matched backprop fails: ");
}
