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

/// Options that make figs1 small.
fn small_s1() -> Vec<&'static str> {
    let options = "--set n_patterns=4 --set n_records=3 --set n_probes=2 --set network.sizes=[4,5,3] \
                   --set condition.recalled.presentation_ms=10.0 \
                   --set condition.recommended.presentation_ms=10.0 --set title=Small";
    options.split(' ').collect()
}

fn json(place: &Place, path: &str) -> Value {
    serde_json::from_str(&read(&place.path(path))).expect("JSON")
}

#[test]
fn self_prediction_writes_everything_and_trains_nothing_the_second_time() {
    let place = Place::new("");
    reproduce(&place, "figs1", &small_s1()).with_code(0);
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
    let again = reproduce(&place, "figs1", &small_s1()).with_code(0);
    again.says("0 runs made, 4 reused");
    assert_eq!(runs.iter().map(written).collect::<Vec<_>>(), before);
    // The same bits when it is done again.
    let forced = [&small_s1()[..], &["--force"]].concat();
    reproduce(&place, "figs1", &forced)
        .with_code(0)
        .says("4 runs made");
    for (run, (_, series)) in runs.iter().zip(before) {
        assert_eq!(read(&run.join("series.csv")), series);
    }
}

#[test]
fn the_report_on_a_protocol_is_made_of_its_records_alone() {
    let place = Place::new("");
    reproduce(&place, "figs1", &small_s1()).with_code(0);
    let folder = place.path("results/figs1");
    let files = ["index.html", "residuals.csv", "figures/residuals.svg"];
    let before = files.map(|file| read(&folder.join(file)));
    let summary = read(&folder.join("summary.json"));
    for file in files {
        fs::remove_file(folder.join(file)).expect("removed");
    }
    let report = place.line("report results", 0);
    assert!(report.stderr.starts_with("4 runs"), "{}", report.stderr);
    assert!(files.map(|file| read(&folder.join(file))) == before);
    assert_eq!(read(&folder.join("summary.json")), summary);
    // Seeds of another call belong to the experiment, other settings do not.
    for (sets, expected) in [
        (&[][..], "4 runs; "),
        (&["--set", "n_probes=3"], "2 runs; "),
    ] {
        let one = ["reproduce", "figs1", "--seeds", "1"];
        let call = [&one[..], &small_s1(), sets].concat();
        place.call(&call).with_code(0);
        let report = place.line("report results/figs1 --out elsewhere", 0);
        report.says(expected);
        assert!(place.path("elsewhere/index.html").is_file());
    }
}

#[test]
fn a_built_in_protocol_is_copied_changed_and_run_like_any_specification() {
    let text = include_str!("../../../../experiments/figs1.toml");
    let own = text.replace("n_patterns = 30000", "n_patterns = 3");
    let place = Place::new(&own.replace("n_records = 60", "n_records = 2"));
    let arguments = ["run", "small.toml", "--seeds", "0", "--json"];
    let call = place.call(&arguments).with_code(0);
    let events: Vec<Value> = (call.stdout.lines())
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let n = |name| events.iter().filter(|event| event["event"] == name).count();
    assert_eq!((n("run_started"), n("run_ended"), n("report")), (2, 2, 1));
    let ended = events.iter().find(|event| event["event"] == "run_ended");
    let summary = &ended.expect("an end")["summary"];
    assert_eq!(summary["protocol"], "self_prediction");
    assert!(summary["values"]["apical.1"].is_number(), "{summary}");
    // A run's own specification is one of its condition and seed.
    let run = place.runs().remove(0);
    fs::copy(run.join("spec.toml"), place.path("alone.toml")).expect("copied");
    place.line("run alone.toml", 0);
    assert_eq!(place.runs().len(), 3);
    let alone = place
        .runs()
        .into_iter()
        .find(|run| run.to_string_lossy().contains("/alone/"));
    let series = |run: &std::path::Path| read(&run.join("series.csv"));
    assert_eq!(series(&alone.expect("a run")), series(&run));
}

#[test]
fn a_protocol_that_is_not_named_or_unknown_says_the_line_to_write() {
    let text = include_str!("../../../../experiments/fig1.toml");
    let line = "protocol = \"novel_association\"";
    for (own, parts) in [
        (text.replace(line, ""), vec!["no `protocol` is named", line]),
        (
            text.replace(line, "protocol = \"novel_asociation\""),
            vec![
                "did you mean `novel_association`?",
                "small.toml:3:12",
                "teacher_network",
            ],
        ),
    ] {
        let place = Place::new(&own);
        let call = place.line("run small.toml", 2);
        for part in parts {
            call.says(part);
        }
        assert!(!place.path("results").exists(), "something ran");
    }
}

#[test]
fn names_lead_to_built_in_experiments() {
    let place = Place::new("");
    let small = [&["--seeds", "0"][..], &small_s1()].concat();
    place
        .call(&[&["reproduce", "figs1"][..], &small].concat())
        .with_code(0);
    place
        .call(&[&["run", "figs1"][..], &small].concat())
        .with_code(0)
        .says("0 runs made, 2 reused");
    for command in ["run", "reproduce"] {
        let call = place.call(&[command, "fig22"]).with_code(2);
        for part in [
            "no built-in experiment called `fig22`",
            "did you mean",
            "yin-yang",
        ] {
            call.says(part);
        }
    }
    place.line("run simulate", 0);
    for file in ["traces.csv", "traces.svg"] {
        assert!(
            place.path("results/simulate").join(file).is_file(),
            "{file}"
        );
    }
}

#[test]
fn old_records_are_reported_as_far_as_they_go() {
    let place = Place::new("");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/reference");
    for (name, said, has_series) in [
        (
            "fig1",
            "all plastic: the error without teacher goes from",
            false,
        ),
        ("fig2", "times as large", false),
        ("fig2-recalled", "The test error", false),
        ("figs1", "seeds ran away", true),
        ("theory", "absent", true),
    ] {
        let folder = root.join(name);
        let folder = folder.to_str().expect("UTF-8");
        let call = place.call(&["report", folder, "--out", name]).with_code(0);
        call.prints(said);
        let missing = format!(
            "have no series.csv: there are no figures, and no numbers that are read from series. `apical reproduce {name}` makes them"
        );
        assert_eq!(call.stdout.contains(&missing), !has_series, "{name}");
        let page = read(&place.path(name).join("index.html"));
        assert_eq!(page.contains("have no series.csv"), !has_series, "{name}");
    }
    // The numbers of the summary are those of the committed table, to the digits that it has.
    let table = read(&place.path("fig1/results.csv"));
    let written = read(&root.join("fig1/results.csv"));
    assert_eq!(table.lines().count(), written.lines().count());
    for (row, written) in table.lines().zip(written.lines()).skip(1) {
        let numbers = row.split(',').skip(1);
        let words = written
            .split([',', ' '])
            .filter(|word| word.parse::<f64>().is_ok());
        assert_eq!(numbers.clone().count(), 8);
        assert!(agree(numbers, words), "{row}\n{written}");
    }
}

/// Whether each of `numbers` is the one that was written, once it is rounded to as many digits.
fn agree<'a>(
    numbers: impl Iterator<Item = &'a str>,
    written: impl Iterator<Item = &'a str>,
) -> bool {
    let digits = |word: &str| {
        let mantissa = word.split('e').next().unwrap_or_default().replace('.', "");
        mantissa.trim_start_matches('0').len().max(1)
    };
    let pairs: Vec<_> = numbers.zip(written).collect();
    pairs.len() == 8
        && pairs.iter().all(|(number, written)| {
            let number: f64 = number.parse().expect("a number");
            let rounded = format!("{number:.*e}", digits(written) - 1);
            rounded.parse::<f64>() == written.parse::<f64>()
        })
}

#[test]
fn a_runaway_is_kept_and_counted() {
    let place = Place::new("");
    let options = [
        &small_s1()[..],
        &["--set", "condition.recalled.runaway_potential=0.001"],
    ]
    .concat();
    reproduce(&place, "figs1", &options)
        .with_code(3)
        .prints("recalled: 2 of 2 seeds ran away");
    let summary = json(&place, "results/figs1/summary.json");
    let recalled = &summary["conditions"]["recalled"];
    assert_eq!(recalled["n_failed"], 2);
    let failed = &recalled["failed"][0];
    assert!(
        failed["layer"].is_number() && failed["time_ms"].is_number(),
        "{failed}"
    );
    assert_eq!(summary["conditions"]["recommended"]["n_failed"], 0);
    reproduce(&place, "figs1", &options)
        .with_code(3)
        .says("0 runs made, 2 reused, 2 failed");
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
    let options = "--set n_patterns=20 --set n_records=4 --set n_alignments=2 --set n_probes=2 \
                   --set network.sizes=[30,6,10] \
                   --set condition.deep.presentation_ms=10.0 --set condition.shallow.presentation_ms=10.0";
    let options: Vec<&str> = options.split(' ').collect();
    reproduce(&place, "fig2", &options)
        .with_code(0)
        .prints("times as large");
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
            call.says(part);
        }
    }
    assert!(!place.path("results").exists(), "something ran");
}

#[test]
fn there_is_no_number_for_what_was_not_simulated() {
    let place = Place::new("");
    let mut options = vec!["--set", "learning_ms=40.0", "--set", "trace_ms=20.0"];
    options.extend(["--set", "condition.\"learned start\".before.n_patterns=1"]);
    // 1500 ms are not reached.
    let call = reproduce(&place, "fig1", &options).with_code(0);
    assert!(!call.stdout.contains("1500 ms"), "{}", call.stdout);
    call.prints("after 40 ms");
    let summary = json(&place, "results/fig1/summary.json");
    let values = &summary["conditions"]["all plastic"]["values"];
    assert!(values["error_when_reported"].is_null(), "{values}");
    assert_eq!(values["error_at_end"]["n"], 2);
    for (set, key) in [
        ("learning_ms=1e-308", "learning_ms"),
        ("learning_ms=45.0", "learning_ms"),
        ("reported_ms=5.0", "reported_ms"),
        ("trace_ms=30.0", "trace_ms"),
        ("trace_ms=1e308", "trace_ms"),
        ("every_ms=11.0", "every_ms"),
    ] {
        let call = reproduce(&place, "fig1", &["--set", set]).with_code(2);
        call.says(&format!("`{key}` is"));
    }
    // Angles of updates that were measured before the first pattern alone are none after the last.
    let options = "--set n_patterns=2 --set n_records=1 --set n_alignments=0 --set n_probes=2";
    let options: Vec<&str> = options.split(' ').collect();
    reproduce(&place, "fig2", &options).with_code(0);
    let summary = json(&place, "results/fig2/summary.json");
    let values = &summary["conditions"]["deep"]["values"];
    assert!(values["settled_angle.1"].is_null(), "{values}");
    assert_eq!(values["feedback_angle.1"]["n"], 2);
}
