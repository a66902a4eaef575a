//! Data of the user's own: where they are looked for, what is said of them, regression and splits.

use std::fs;

use crate::program::{Place, SMALL, read, readings};

/// The small specification on a file of one's own, with these options.
fn spec(options: &str) -> String {
    let own = format!("dataset.csv = {{ path = \"my.csv\", {options} }}");
    SMALL.replace("dataset.digits = {}", &own)
}

/// A table of two inputs, a label and a target of 25 to 346.
fn table() -> String {
    let rows = (0..60).map(|i| {
        let label = ["a", "b"][i % 2];
        format!("{},{},{label},{}\n", i % 2, i, 25 + (i * 37) % 322)
    });
    std::iter::once("x,t,kind,y\n".to_owned())
        .chain(rows)
        .collect()
}

const CLASSES: &str = "label = \"kind\", scaling = \"standardise\"";

#[test]
fn paths_are_relative_to_the_specification_and_copies_keep_working() {
    let place = Place::new("");
    fs::create_dir_all(place.path("specs")).expect("made");
    fs::write(place.path("specs/own.toml"), spec(CLASSES)).expect("written");
    fs::write(place.path("specs/my.csv"), table()).expect("written");
    place
        .call(&["run", "specs/own.toml", "--seeds", "0", "--no-report"])
        .with_code(0);
    let copy = read(&place.path("results/own/experiment.toml"));
    assert!(copy.contains("path = \"../../specs/my.csv\""), "{copy}");
    let data = |spec: &str| {
        let call = place.call(&["data", "check", spec]).with_code(0);
        call.stdout
            .lines()
            .find(|line| line.contains("SHA-256"))
            .map(str::to_owned)
    };
    let original = data("specs/own.toml");
    assert!(original.is_some());
    assert_eq!(data("results/own/experiment.toml"), original);
    for run in place.runs() {
        let copy = run.join("spec.toml");
        assert_eq!(data(&copy.display().to_string()), original);
    }
    // A file in the working folder is not taken for one beside the specification.
    fs::rename(place.path("specs/my.csv"), place.path("my.csv")).expect("moved");
    let call = place.call(&["run", "specs/own.toml"]).with_code(4);
    assert!(
        call.stderr.contains("the working folder has such a file"),
        "{}",
        call.stderr
    );
}

#[test]
fn what_was_read_and_how_is_said() {
    let place = Place::new(&spec("label = 2, scaling = \"standardise\""));
    let headless = table().replacen("x,t,kind,y\n", "", 1);
    fs::write(place.path("my.csv"), headless.replace("2,a,", "2,A,")).expect("written");
    let check = place.call(&["data", "check", "small.toml"]).with_code(0);
    let run = place
        .call(&["run", "small.toml", "--seeds", "0"])
        .with_code(0);
    for said in ["line 1 is read as a sample", "`a` and `A`"] {
        assert!(check.stdout.contains(said), "{}", check.stdout);
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
    assert!(check.stdout.contains("duplicates"), "{}", check.stdout);
}

#[test]
fn regression_is_refused_out_of_reach_and_reported_in_the_units_of_the_file() {
    let options = "targets = [\"y\"], scaling = \"standardise\"";
    let without_label = table().replace(",a,", ",0,").replace(",b,", ",1,");
    let place = Place::new(&spec(options));
    fs::write(place.path("my.csv"), &without_label).expect("written");
    for command in [&["run"][..], &["data", "check"]] {
        let call = place
            .call(&[command, &["small.toml"]].concat())
            .with_code(4);
        let said = "column y in the training part is out of the reach of `logistic`";
        assert!(call.stderr.contains(said), "{}", call.stderr);
        assert!(call.stderr.contains("target_scaling"), "{}", call.stderr);
    }
    let scaled = spec(&format!("{options}, target_scaling = \"standardise\""));
    fs::write(place.path("small.toml"), scaled).expect("written");
    let check = place.call(&["data", "check", "small.toml"]).with_code(0);
    assert!(check.stdout.contains("column y = "), "{}", check.stdout);
    let call = place.call(&["run", "small.toml"]).with_code(0);
    assert!(
        call.stdout.contains("test RMSE (as targets)"),
        "{}",
        call.stdout
    );
    let lines = readings(&place.runs()[0]).join("\n");
    assert!(
        lines.contains("\"r_squared\"") && !lines.contains("accuracy"),
        "{lines}"
    );
    let table = read(&place.path("results/small/table.csv"));
    let mut rows = table.lines().map(|line| line.split(','));
    let column = rows.next().expect("a header");
    let column = column
        .clone()
        .position(|name| name == "test_rmse_last_epoch_mean");
    let rmse: f64 = rows
        .next()
        .and_then(|mut row| row.nth(column.expect("a column")))
        .and_then(|cell| cell.parse().ok())
        .expect("a number");
    // Targets spread by some 90 around their mean.
    assert!((20.0..300.0).contains(&rmse), "{rmse}");
}

#[test]
fn seeds_have_splits_and_folds_of_their_own_where_that_is_asked_for() {
    let checksums = |options: &str| {
        let place = Place::new(&spec(&format!("{CLASSES}{options}")));
        fs::write(place.path("my.csv"), table()).expect("written");
        place
            .call(&["run", "small.toml", "--no-report"])
            .with_code(0);
        let again = place
            .call(&["run", "small.toml", "--no-report"])
            .with_code(0);
        assert!(again.stderr.contains("0 runs trained"), "{}", again.stderr);
        let mut found: Vec<String> = place
            .runs()
            .iter()
            .map(|run| {
                let provenance: serde_json::Value =
                    serde_json::from_str(&read(&run.join("provenance.json"))).expect("JSON");
                provenance["data_checksum"].to_string()
            })
            .collect();
        assert_eq!(found.len(), 4);
        found.sort_unstable();
        found.dedup();
        found.len()
    };
    assert_eq!(checksums(""), 1);
    assert_eq!(checksums(", split_seed = \"per_seed\""), 2);
    assert_eq!(checksums(", folds = 5"), 2);
}

#[test]
fn rows_of_a_simulation_are_looked_for_beside_its_specification() {
    let place = Place::new("");
    fs::create_dir_all(place.path("specs")).expect("made");
    let text = include_str!("../../../../experiments/simulate.toml");
    let rows = "rows = [[0.9, 0.1, 0.5], [0.2, 0.8, 0.4]]";
    assert!(text.contains(rows));
    fs::write(place.path("here.toml"), text).expect("written");
    let of_file = text.replace(rows, "path = \"in.csv\"");
    fs::write(place.path("specs/sim.toml"), of_file).expect("written");
    fs::write(place.path("specs/in.csv"), "0.9,0.1,0.5\n0.2,0.8,0.4\n").expect("written");
    for (spec, out) in [("here.toml", "here.csv"), ("specs/sim.toml", "sim.csv")] {
        place.call(&["simulate", spec, "--out", out]).with_code(0);
    }
    assert_eq!(read(&place.path("sim.csv")), read(&place.path("here.csv")));
    // What the command line names is relative to the working folder.
    let call = [
        "simulate",
        "specs/sim.toml",
        "--inputs",
        "in.csv",
        "--out",
        "x.csv",
    ];
    place.call(&call).with_code(4);
}
