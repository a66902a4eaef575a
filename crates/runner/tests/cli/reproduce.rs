//! `apical reproduce`: protocols, their records, and what is used again.

use std::fs;

use serde_json::Value;

use crate::program::{Call, Place, read};

/// `apical reproduce` with `options` and presentations of a few steps.
fn reproduce(place: &Place, name: &str, options: &[&str]) -> Call {
    place.call(
        &[
            &["reproduce", name, "--seeds", "0,1", "--threads", "2"],
            options,
        ]
        .concat(),
    )
}

const SMALL_S1: [&str; 14] = [
    "--set",
    "n_patterns=4",
    "--set",
    "n_records=3",
    "--set",
    "n_probes=2",
    "--set",
    "network.sizes=[4, 5, 3]",
    "--set",
    "condition.recalled.presentation_ms=10.0",
    "--set",
    "condition.recommended.presentation_ms=10.0",
    "--set",
    "title=Small",
];

fn json(place: &Place, path: &str) -> Value {
    serde_json::from_str(&read(&place.path(path))).expect("JSON")
}

#[test]
fn self_prediction_writes_everything_and_trains_nothing_the_second_time() {
    let place = Place::new("");
    reproduce(&place, "figs1", &SMALL_S1).with_code(0);
    for file in [
        "experiment.toml",
        "summary.json",
        "index.html",
        "residuals.csv",
        "loop_gain.csv",
        "figures/residuals.svg",
        "figures/residuals.png",
        "figures/residuals.csv",
    ] {
        assert!(place.path("results/figs1").join(file).is_file(), "{file}");
    }
    let summary = json(&place, "results/figs1/summary.json");
    let recalled = &summary["conditions"]["recalled"];
    assert_eq!(recalled["n_seeds"], 2);
    assert_eq!(recalled["values"]["mismatch.1"]["n"], 2);
    assert!(
        read(&place.path("results/figs1/experiment.toml"))
            .starts_with("# command: apical reproduce figs1 --set n_patterns=4")
    );
    let runs = place.runs();
    assert_eq!(runs.len(), 4);
    let written = |run: &std::path::PathBuf| {
        let summary = fs::metadata(run.join("summary.json")).expect("a summary");
        (
            summary.modified().expect("a time"),
            read(&run.join("series.csv")),
        )
    };
    let before: Vec<_> = runs.iter().map(written).collect();
    let again = reproduce(&place, "figs1", &SMALL_S1).with_code(0);
    assert!(
        again.stderr.contains("0 runs made, 4 reused"),
        "{}",
        again.stderr
    );
    assert_eq!(runs.iter().map(written).collect::<Vec<_>>(), before);
    // The same bits when it is done again.
    let forced = [&SMALL_S1[..], &["--force"]].concat();
    let forced = reproduce(&place, "figs1", &forced).with_code(0);
    assert!(forced.stderr.contains("4 runs made"), "{}", forced.stderr);
    for (run, (_, series)) in runs.iter().zip(before) {
        assert_eq!(read(&run.join("series.csv")), series);
    }
    let report = place.call(&["report", "results"]);
    assert!(
        report.stderr.contains("no finished or failed run"),
        "{}",
        report.stderr
    );
}

#[test]
fn a_runaway_is_kept_and_counted() {
    let place = Place::new("");
    let options = [
        &SMALL_S1[..],
        &["--set", "condition.recalled.runaway_potential=0.001"],
    ]
    .concat();
    let call = reproduce(&place, "figs1", &options).with_code(3);
    assert!(
        call.stdout.contains("recalled: 2 of 2 seeds ran away"),
        "{}",
        call.stdout
    );
    let summary = json(&place, "results/figs1/summary.json");
    let recalled = &summary["conditions"]["recalled"];
    assert_eq!(recalled["n_failed"], 2);
    let failed = &recalled["failed"][0];
    assert!(
        failed["layer"].is_number() && failed["time_ms"].is_number(),
        "{failed}"
    );
    assert_eq!(summary["conditions"]["recommended"]["n_failed"], 0);
    let again = reproduce(&place, "figs1", &options).with_code(3);
    assert!(
        again.stderr.contains("0 runs made, 4 reused, 2 failed"),
        "{}",
        again.stderr
    );
}

#[test]
fn an_association_is_learned_by_the_output_layer() {
    let place = Place::new("");
    let mut options = vec!["--set", "learning_ms=600.0", "--set", "reported_ms=300.0"];
    options.extend(["--set", "trace_ms=40.0", "--set", "network.sizes=[6, 5, 3]"]);
    options.extend(["--set", "condition.\"learned start\".before.n_patterns=3"]);
    let names = [
        "all plastic",
        "hidden layer frozen",
        "output layer frozen",
        "recalled rates",
        "learned start",
    ];
    let coarse = names.map(|name| format!("condition.\"{name}\".circuit.dt_ms=0.5"));
    for set in &coarse {
        options.extend(["--set", set]);
    }
    reproduce(&place, "fig1", &options).with_code(0);
    let summary = json(&place, "results/fig1/summary.json");
    let mean = |condition: &str, value: &str| {
        let mean = &summary["conditions"][condition]["values"][value]["mean"];
        mean.as_f64()
            .unwrap_or_else(|| panic!("{condition} {value}: {mean}"))
    };
    for condition in ["all plastic", "hidden layer frozen"] {
        let (from, to) = (
            mean(condition, "error_at_start"),
            mean(condition, "error_at_end"),
        );
        assert!(to < 0.7 * from, "{condition}: {from} {to}");
    }
    let (from, to) = (
        mean("output layer frozen", "error_at_start"),
        mean("output layer frozen", "error_at_end"),
    );
    assert!(to > 0.7 * from, "{from} {to}");
    for figure in ["traces", "residuals", "error"] {
        let path = format!("results/fig1/figures/{figure}.png");
        assert!(place.path(&path).is_file(), "{figure}");
    }
}

#[test]
fn a_student_is_taught_deep_and_shallow() {
    let place = Place::new("");
    let options = [
        "--set",
        "n_patterns=20",
        "--set",
        "n_records=4",
        "--set",
        "n_alignments=2",
        "--set",
        "n_probes=2",
        "--set",
        "network.sizes=[30, 6, 10]",
        "--set",
        "condition.deep.presentation_ms=10.0",
        "--set",
        "condition.shallow.presentation_ms=10.0",
    ];
    let call = reproduce(&place, "fig2", &options).with_code(0);
    assert!(call.stdout.contains("times as large"), "{}", call.stdout);
    let summary = json(&place, "results/fig2/summary.json");
    for condition in ["deep", "shallow"] {
        let values = &summary["conditions"][condition]["values"];
        for value in [
            "test_error",
            "constant_predictor",
            "feedback_angle.1",
            "update_angle.2",
        ] {
            assert_eq!(values[value]["n"], 2, "{condition} {value}");
        }
    }
    // The hidden layer of the shallow learner changes nothing, so its update has no angle.
    assert!(summary["conditions"]["shallow"]["values"]["update_angle.1"].is_null());
}

#[test]
fn a_wrong_option_names_its_key() {
    let place = Place::new("");
    for (set, parts) in [
        (
            "n_pattern=3",
            &["n_pattern", "did you mean `n_patterns`?"][..],
        ),
        ("n_patterns=0", &["`n_patterns` is 0", "--set n_patterns=0"]),
        (
            "condition.recalled.dt_ms=2.0",
            &["condition.recalled.dt_ms", "unstable"],
        ),
        (
            "network.sizes=[3]",
            &["`network.sizes`", "--set network.sizes"],
        ),
        ("inputs=[1.0, 0.0]", &["`inputs`"]),
    ] {
        let call = reproduce(&place, "figs1", &["--set", set]).with_code(2);
        for part in parts {
            assert!(call.stderr.contains(part), "{set}: {}", call.stderr);
        }
    }
    assert!(!place.path("results").exists(), "something ran");
}
