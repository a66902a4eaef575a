//! Processes that share a folder, or are killed: the folder ends as a single process leaves it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::program::{Place, SMALL, read, readings};

/// Four runs of a moment each.
fn place() -> Place {
    let spec = SMALL.replace("seeds = [0, 1]", "seeds = [0, 1, 2, 3]");
    let learner = spec
        .find("[task.digits.learner.microcircuit")
        .expect("there");
    let other = spec.find("[task.digits.learner.\"matched").expect("there");
    Place::new(&format!("{}{}", &spec[..learner], &spec[other..]))
}

fn start(place: &Place, options: &[&str]) -> Child {
    place
        .command(&[&["run", "small.toml", "--threads", "1"][..], options].concat())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

/// Every file of the experiment, hidden ones too, with what does not depend on time in it.
fn state(place: &Place) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let root = place.path("results/small");
    collect(&root, &root, &mut found);
    found
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("listed") {
        let path = entry.expect("an entry").path();
        let name = path
            .strip_prefix(root)
            .expect("below")
            .display()
            .to_string();
        if path.is_dir() {
            found.insert(name, "a folder".into());
            collect(root, &path, found);
            continue;
        }
        let file = path
            .file_name()
            .expect("named")
            .to_string_lossy()
            .into_owned();
        let content = match &*file {
            "metrics.jsonl" => readings(path.parent().expect("above")).join("\n"),
            "weights.safetensors" => format!("{:?}", fs::read(&path).expect("read")),
            "spec.toml" | "runs.json" | "experiment.toml" => read(&path),
            "table.csv" => without_times(&read(&path)),
            _ => String::new(),
        };
        found.insert(name, content);
    }
}

fn without_times(table: &str) -> String {
    let head = table.lines().next().unwrap_or_default();
    let is_time = |name: &str| name.contains("time") || name.contains("seconds");
    let is_time: Vec<bool> = head.split(',').map(is_time).collect();
    let rows = table.lines().map(|row| {
        let cells = row.split(',').zip(&is_time);
        let cells: Vec<_> = cells
            .filter(|(_, is_time)| !**is_time)
            .map(|(cell, _)| cell)
            .collect();
        cells.join(",")
    });
    rows.collect::<Vec<_>>().join("\n")
}

fn serial() -> BTreeMap<String, String> {
    let serial = place();
    serial.line("run small.toml --threads 1", 0);
    state(&serial)
}

#[track_caller]
fn assert_same(found: &BTreeMap<String, String>, expected: &BTreeMap<String, String>) {
    let names = |state: &BTreeMap<String, String>| state.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected));
    for (name, content) in found {
        assert_eq!(content, &expected[name], "{name}");
    }
}

#[test]
fn processes_in_one_folder_end_as_one_does() {
    let expected = serial();
    let each: [&[&str]; 4] = [
        &["--seeds", "2"],
        &["--seeds", "0"],
        &["--seeds", "3"],
        &["--seeds", "1"],
    ];
    let forced: &[&str] = &["--force"];
    for company in [&[&[][..], &[]][..], &each, &[forced, forced]] {
        let place = place();
        if company[0] == forced {
            place.line("run small.toml --threads 1", 0);
        }
        let children: Vec<Child> = company
            .iter()
            .map(|options| start(&place, options))
            .collect();
        for mut child in children {
            assert_eq!(child.wait().expect("ended").code(), Some(0));
        }
        assert_same(&state(&place), &expected);
        place
            .line("run small.toml --threads 1", 0)
            .says("0 runs trained, 4 reused");
    }
}

#[test]
fn calls_with_a_seed_each_are_one_experiment_whatever_their_order() {
    let expected = serial();
    let place = place();
    for seed in ["3", "0", "2", "1"] {
        place
            .call(&["run", "small.toml", "--seeds", seed])
            .with_code(0);
    }
    assert_same(&state(&place), &expected);
}

#[cfg(unix)]
#[test]
fn a_killed_process_loses_and_leaves_nothing() {
    let expected = serial();
    let place = place();
    // Moments that a generator drew; the last kills begin on a finished experiment.
    for (milliseconds, options) in [
        (13, &[][..]),
        (61, &[]),
        (34, &["--force"]),
        (97, &["--force"]),
        (155, &["--force"]),
        (211, &["--force"]),
    ] {
        if options == ["--force"] {
            place.line("run small.toml --threads 1", 0);
        }
        let mut child = start(&place, options);
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().expect("killed");
        child.wait().expect("ended");
    }
    place.line("run small.toml --threads 1", 0);
    assert_same(&state(&place), &expected);
}
