//! `apical align`.

use std::fs;
use std::process::Command;

use apical_datasets::{NamedArray, npz};
use apical_learning::Transfer;

use crate::program::Place;

const SIZES: [usize; 3] = [4, 6, 3];
const N: usize = 15;

/// Numbers between −1 and 1 that depend on the place alone.
fn number(array: usize, row: usize, column: usize) -> f64 {
    let mixed = (array * 7919 + row * 104_729 + column * 1_299_709) as f64;
    (mixed * 0.618_033_988_749).sin()
}

fn matrix(array: usize, rows: usize, columns: usize) -> Vec<Vec<f64>> {
    let row = |i| (0..columns).map(|j| number(array, i, j)).collect();
    (0..rows).map(row).collect()
}

fn named(name: &str, rows: &[Vec<f64>]) -> NamedArray {
    let shape = vec![rows.len(), rows[0].len()];
    NamedArray::numbers(name, shape, rows.concat())
}

/// A network of logistic neurons with one hidden layer, its descent of the squared error times `sign`, in loops, and its
/// hidden error.
fn arrays(sign: f64) -> Vec<NamedArray> {
    let weights = [matrix(1, SIZES[1], SIZES[0]), matrix(2, SIZES[2], SIZES[1])];
    let single = |value: f64| f64::from(value as f32);
    let inputs = matrix(3, N, SIZES[0]).into_iter();
    let inputs: Vec<Vec<f64>> = inputs
        .map(|row| row.into_iter().map(single).collect())
        .collect();
    let targets: Vec<Vec<f64>> = matrix(4, N, SIZES[2])
        .into_iter()
        .map(|row| row.into_iter().map(|x| single(0.5 + 0.4 * x)).collect())
        .collect();
    let rate = |u: f64| Transfer::Logistic.rate(u);
    let mut changes = [
        vec![vec![0.0; SIZES[0]]; SIZES[1]],
        vec![vec![0.0; SIZES[1]]; SIZES[2]],
    ];
    let mut errors = Vec::new();
    for (input, target) in inputs.iter().zip(&targets) {
        let above = |w: &[Vec<f64>], below: &[f64]| -> Vec<f64> {
            let dot = |row: &Vec<f64>| row.iter().zip(below).map(|(w, r)| w * r).sum();
            w.iter().map(dot).map(rate).collect()
        };
        let hidden = above(&weights[0], input);
        let output = above(&weights[1], &hidden);
        let delta: Vec<f64> = output
            .iter()
            .zip(target)
            .map(|(r, t)| r * (1.0 - r) * (t - r))
            .collect();
        let error: Vec<f64> = (0..SIZES[1])
            .map(|j| (0..SIZES[2]).map(|i| weights[1][i][j] * delta[i]).sum())
            .collect();
        for i in 0..SIZES[2] {
            for j in 0..SIZES[1] {
                changes[1][i][j] += sign * delta[i] * hidden[j] / N as f64;
            }
        }
        for j in 0..SIZES[1] {
            let delta = error[j] * hidden[j] * (1.0 - hidden[j]);
            for k in 0..SIZES[0] {
                changes[0][j][k] += sign * delta * input[k] / N as f64;
            }
        }
        errors.push(error.iter().map(|e| sign * e).collect());
    }
    vec![
        named("weights_1", &weights[0]),
        named("weights_2", &weights[1]),
        named("changes_1", &changes[0]),
        named("changes_2", &changes[1]),
        named("errors_1", &errors),
        named("inputs", &inputs),
        named("targets", &targets),
    ]
}

fn place(arrays: &[NamedArray]) -> Place {
    let place = Place::new("");
    fs::write(place.path("model.npz"), npz(arrays).expect("an archive")).expect("written");
    place
}

/// The value of `metric` of `layer` against the squared error.
fn value(json: &serde_json::Value, metric: &str, layer: Option<u64>) -> f64 {
    let readings = json["readings"].as_array().expect("a list");
    let is_it = |of: &&serde_json::Value| {
        of["metric"] == metric
            && of["layer"].as_u64() == layer
            && (of["reference"] == "squared_error" || of["reference"].is_null())
    };
    let found = readings
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("{metric}: {json}"));
    found["value"].as_f64().unwrap_or_else(|| panic!("{found}"))
}

#[test]
fn a_model_of_ones_own_is_judged_as_learners_are() {
    let place = place(&arrays(1.0));
    let call = place.line("align model.npz --json", 0);
    let json: serde_json::Value = serde_json::from_str(&call.stdout).expect("JSON");
    for layer in [Some(1), Some(2), None] {
        let angle = value(&json, "update_angle", layer);
        assert!(angle < 1e-5, "the gradient itself: {angle}");
        let ratio = value(&json, "norm_ratio", layer);
        assert!((ratio - 1.0).abs() < 1e-9, "{ratio}");
        assert!((value(&json, "step_usefulness", layer) - 1.0).abs() < 1e-9);
    }
    assert!(value(&json, "perturbation_correlation", Some(1)) > 0.999);
    assert!(value(&json, "error_angle", Some(1)) < 1e-5);
    let table = place.line("align model.npz --wide", 0);
    table.prints("Against the gradient of the squared error");
    table.prints("Against the gradient of the potential error");
    assert!(!table.stdout.contains("FAIL"), "{}", table.stdout);
}

#[test]
fn a_step_uphill_fails() {
    let place = place(&arrays(-1.0));
    let call = place.line("align model.npz --wide", 3);
    for part in [
        "the loss falls",
        "FAIL",
        "180.0° to the gradient",
        "needed above 0.2",
    ] {
        call.prints(part);
    }
}

#[test]
fn arrays_that_make_no_model_are_named() {
    let without = |name: &str| -> Vec<NamedArray> {
        arrays(1.0)
            .into_iter()
            .filter(|array| array.name != name)
            .collect()
    };
    for (missing, said) in [
        ("weights_1", "no array `weights_1`"),
        ("inputs", "no array `inputs`"),
        ("targets", "no array `targets`"),
    ] {
        place(&without(missing))
            .line("align model.npz", 4)
            .says(said);
    }
    // What is left out need not be there.
    place(&without("errors_1")).line("align model.npz", 0);
    place(&without("changes_1"))
        .line("align model.npz", 0)
        .prints("this layer is not plastic");
    let with = |array| arrays(1.0).into_iter().chain([array]).collect::<Vec<_>>();
    for (array, said) in [
        (
            NamedArray::numbers("weigths_3", vec![1, 1], vec![1.0]),
            "none of a model of 2 layers",
        ),
        (
            NamedArray::numbers("feedback_1", vec![6, 2], vec![1.0; 12]),
            "[6, 3] from the layer above",
        ),
        (
            NamedArray::numbers("weights_3", vec![2, 9], vec![1.0; 18]),
            "expected [any, 3]",
        ),
        (
            NamedArray::numbers("thresholds_1", vec![5], vec![1.0; 5]),
            "expected [6]",
        ),
        (
            NamedArray::numbers("target_potentials", vec![N, 3], vec![1.0; 3 * N]),
            "both",
        ),
        (
            NamedArray::numbers("errors_2", vec![N, 3], vec![1.0; 3 * N]),
            "none of a model",
        ),
        (NamedArray::texts("note", vec!["x".to_owned()]), "note"),
    ] {
        place(&with(array)).line("align model.npz", 4).says(said);
    }
    let place = Place::new("");
    fs::write(place.path("model.npz"), "no archive").expect("written");
    place
        .line("align model.npz", 4)
        .says("not a readable NPZ archive");
    place.line("align nothing.npz", 4).says("cannot be read");
    place.line("align model.npz --transfer sine", 2);
}

#[test]
fn targets_that_no_potential_gives_have_one_reference() {
    let mut arrays = arrays(1.0);
    for array in &mut arrays {
        if array.name == "targets" {
            let values = (0..3 * N).map(|i| f64::from(u8::from(i % 3 == (i / 3) % 3)));
            *array = NamedArray::numbers("targets", vec![N, 3], values.collect());
        }
    }
    let call = place(&arrays).call(&["align", "model.npz", "--json"]);
    assert!(call.stdout.contains("squared_error") && !call.stdout.contains("potential\""));
}

/// The snippet of docs/align.md, run by Python and judged; said and left out where there is no NumPy.
#[test]
fn the_snippet_of_the_documentation_is_judged() {
    let has_numpy = Command::new("python3")
        .args(["-c", "import numpy"])
        .output();
    if !has_numpy.is_ok_and(|done| done.status.success()) {
        eprintln!("no python3 with NumPy: the snippet was not run");
        return;
    }
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/align.md");
    let docs = fs::read_to_string(docs).expect("the documentation");
    let (_, snippet) = docs.split_once("```python\n").expect("a snippet");
    let (snippet, _) = snippet.split_once("```").expect("its end");
    let place = Place::new("");
    let done = Command::new("python3")
        .args(["-c", snippet])
        .current_dir(place.path(""))
        .output()
        .expect("Python starts");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let call = place.call(&["align", "model.npz", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&call.stdout).expect("JSON");
    let angle = value(&json, "update_angle", Some(2));
    assert!(
        angle < 0.01,
        "the output layer follows the gradient: {angle}"
    );
    let angle = value(&json, "update_angle", Some(1));
    assert!((10.0..170.0).contains(&angle), "random feedback: {angle}");
    assert!(value(&json, "feedback_angle", Some(1)) > 10.0);
}
