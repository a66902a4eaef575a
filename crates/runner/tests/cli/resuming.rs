//! Runs that are interrupted go on from their checkpoints, and end as if they had never stopped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use crate::kinds::{ALL_KINDS, N_KINDS, state};
use crate::program::{Place, SMALL, read, send};
use crate::start;

fn checkpoints(place: &Place) -> Vec<PathBuf> {
    let runs = place.runs().into_iter();
    let files = runs.map(|run| run.join("checkpoint.safetensors"));
    files.filter(|file| file.is_file()).collect()
}

/// The program's handler of SIGUSR1, which ends it before there is one.
fn listens(child: &Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> 9 & 1 == 1)
}

/// Starts a run, asks it for checkpoints until it `is_far` enough, and sends `signal`.
fn interrupt(place: &Place, line: &str, signal: &str, is_far: impl Fn() -> bool) {
    let words: Vec<&str> = line.split(' ').collect();
    let mut child = place
        .command(&words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    while !is_far() {
        let ended = child.try_wait().expect("a child");
        assert!(ended.is_none(), "it ended before it was interrupted");
        if listens(&child) {
            send("-USR1", &child);
        }
        thread::sleep(Duration::from_millis(5));
    }
    send(signal, &child);
    child.wait().expect("ended");
}

fn provenance(checked: &Path) -> serde_json::Value {
    serde_json::from_str(&read(&checked.join("provenance.json"))).expect("JSON")
}

#[test]
fn every_kind_of_learner_ends_in_the_bits_of_a_run_that_was_never_interrupted() {
    let place = Place::new(ALL_KINDS);
    let run = "run small.toml --no-report --quiet --threads 1";
    place.line(run, 0);
    let expected = state(&place);
    assert_eq!(expected.len(), N_KINDS);
    let mut n_resumed = 0;
    for signal in ["-KILL", "-TERM"] {
        fs::remove_dir_all(place.path("results")).expect("removed");
        // All at once, so that many are in the middle.
        let at_once = run.replace("--threads 1", "--threads 11");
        interrupt(&place, &at_once, signal, || checkpoints(&place).len() >= 6);
        place.line(run, 0);
        assert!(state(&place) == expected, "{signal}: other bits");
        assert_eq!(checkpoints(&place), Vec::<PathBuf>::new());
        for run in place.runs() {
            let resumed = &provenance(&run)["resumed"];
            n_resumed += usize::from(resumed.as_array().is_some_and(|all| !all.is_empty()));
        }
    }
    assert!(n_resumed >= 4, "{n_resumed} runs were interrupted");
}

/// A run that takes long and is stopped: its checkpoint.
fn stopped(place: &Place) -> PathBuf {
    let slow =
        "run small.toml --no-report --quiet --threads 1 --seeds 0 --set training.n_epochs=150";
    interrupt(place, slow, "-INT", || !checkpoints(place).is_empty());
    let found = checkpoints(place);
    found.into_iter().next().expect("it was stopped in a run")
}

#[test]
fn a_checkpoint_that_was_changed_is_named_and_the_run_begins_anew() {
    let place = Place::new(SMALL);
    let checkpoint = stopped(&place);
    let mut bytes = fs::read(&checkpoint).expect("read");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&checkpoint, bytes).expect("written");
    let slow = "run small.toml --no-report --threads 1 --seeds 0 --set training.n_epochs=150";
    place
        .line(slow, 0)
        .says("checkpoint.safetensors was changed")
        .says("the run begins anew");
    fs::write(&checkpoint, "").expect("written");
    // A run that has ended has none.
    place.line(slow, 0).says("2 reused");
    assert!(!checkpoint.exists());
}

#[test]
fn a_checkpoint_of_other_settings_stays_and_the_difference_is_said() {
    let place = Place::new(SMALL);
    let checkpoint = stopped(&place);
    place
        .line("status results/small", 5)
        .prints("seed 0 (has a checkpoint)");
    place
        .line("run small.toml --no-report --threads 1 --seeds 0", 0)
        .says("is of another run and stays (training.n_epochs is 150 there, 2 here)");
    assert!(checkpoint.exists());
    let goes_on = "run small.toml --no-report --threads 1 --seeds 0 --set training.n_epochs=150";
    place.line(goes_on, 0).says("goes on from epoch");
    assert!(!checkpoint.exists());
}

#[test]
fn a_checkpoint_from_other_starting_weights_stays() {
    let place = Place::new(&SMALL.replace("forward_scale = 0.1", "start.file = \"w.npz\""));
    start::write(&place.path("w.npz"), &start::weights(0));
    let checkpoint = stopped(&place);
    start::write(&place.path("w.npz"), &start::weights(1));
    place
        .line(
            "run small.toml --no-report --threads 1 --seeds 0 --set training.n_epochs=150",
            0,
        )
        .says("is of another run and stays (the file of starting weights differs)");
    assert!(checkpoint.exists());
}

#[test]
fn protocols_go_on_within_a_run() {
    for (name, sets) in [
        ("figs1", "--set n_patterns=1500 --set n_probes=3"),
        (
            "fig2",
            "--set n_patterns=1500 --set n_probes=3 --set n_alignments=4",
        ),
    ] {
        let place = Place::new("");
        let run = format!("run {name} --seeds 1 --no-report --quiet --threads 1 {sets}");
        let series = |place: &Place| -> Vec<String> {
            place
                .runs()
                .iter()
                .map(|run| read(&run.join("series.csv")))
                .collect()
        };
        place.line(&run, 0);
        let expected = series(&place);
        assert!(!expected.is_empty());
        fs::remove_dir_all(place.path("results")).expect("removed");
        let mut n_kept = 0;
        for _ in 0..6 {
            let contents = || -> Vec<Vec<u8>> {
                let files = checkpoints(&place).into_iter();
                files.filter_map(|file| fs::read(file).ok()).collect()
            };
            let before = contents();
            interrupt(&place, &run, "-KILL", || {
                let now = contents();
                !now.is_empty() && now != before
            });
            n_kept += checkpoints(&place).len();
        }
        place.line(&run, 0);
        assert!(series(&place) == expected, "{name}: other bits");
        assert_eq!(checkpoints(&place), Vec::<PathBuf>::new());
        assert!(n_kept > 0, "{name} was never interrupted in a run");
    }
}

#[test]
fn trials_of_a_tuning_go_on_within_a_trial() {
    let tuning = r#"
[tuning]
strategy = "grid"
n_trials = 2
seeds = [7]
n_epochs = 150

[tuning.space]
"task.digits.learner.microcircuit.microcircuit.rates.0" = { from = 0.5, to = 1.0 }
"#;
    // Times are others.
    let trials = |place: &Place| {
        let text = read(&place.path("results/small/trials.jsonl"));
        let without_times = |line: &str| line.split(",\"seconds\":").next().map(str::to_owned);
        text.lines().filter_map(without_times).collect::<Vec<_>>()
    };
    let line = "run small.toml --no-report --quiet --threads 1 --seeds 0";
    let place = Place::new(&format!("{SMALL}{tuning}"));
    place.line(line, 0);
    let expected = trials(&place);
    fs::remove_dir_all(place.path("results")).expect("removed");
    let kept = || {
        let folder = fs::read_dir(place.path("results/small/tuning/digits"));
        let files = folder.into_iter().flatten().flatten();
        files
            .filter(|file| file.path().extension().is_some_and(|e| e == "safetensors"))
            .count()
    };
    interrupt(&place, line, "-INT", || kept() == 1);
    assert_eq!(kept(), 1, "a trial was stopped");
    place.line(line, 0);
    assert_eq!(trials(&place), expected);
    assert_eq!(kept(), 0);
}
