//! `apical status`.

use std::fs;

use crate::program::{Place, SMALL, send, spawn};

#[test]
fn every_state_is_counted_and_has_its_exit_code() {
    let place = Place::new(SMALL);
    place.line("run small.toml --seeds 0..2 --no-report", 0);
    let finished = "results/small: 6 finished";
    place.line("status", 0).prints(finished);
    place.line("status results/small", 0).prints(finished);
    let runs = place.runs();
    fs::remove_dir_all(&runs[1]).expect("removed");
    place
        .line("status results/small", 5)
        .prints("results/small: 5 finished, 1 missing")
        .prints("missing: digits/matched-backprop seed 1; `apical run small.toml --seeds 0..2` makes them");
    fs::write(runs[3].join("metrics.jsonl"), "").expect("written");
    place
        .line("status results/small", 3)
        .prints("4 finished, 1 damaged, 1 missing")
        .prints("damaged: digits/microcircuit seed 0");
    place
        .line("status nowhere", 2)
        .says("there is no folder `nowhere`");
    fs::create_dir(place.path("empty")).expect("made");
    place
        .line("status empty", 2)
        .says("no finished or failed run");
}

#[test]
fn a_failed_run_is_named_with_its_error() {
    let standard = SMALL.replace("flavour = \"matched\"", "flavour = \"standard\"");
    let unbounded = standard.replace("transfer = \"logistic\"", "transfer = \"relu\"");
    let place = Place::new(&unbounded.replace("rates = [3.0, 0.3]", "rates = 1e12"));
    place.line("run small.toml --no-report --seeds 1", 3);
    place
        .line("status results", 3)
        .prints("results/small: 1 finished, 1 failed")
        .prints("failed: digits · matched backprop · seed 1: ");
}

#[test]
fn runs_that_are_being_made_are_told_from_missing_ones() {
    let place = Place::new(SMALL);
    let slow = "run small.toml --no-report --threads 1 --verbose --set training.n_epochs=100000";
    let words: Vec<&str> = slow.split(' ').collect();
    let (mut child, mut lines) = spawn(&mut place.command(&words));
    let is_training =
        |line: &std::io::Result<String>| line.as_ref().is_ok_and(|line| line.contains("epoch 0/"));
    lines
        .by_ref()
        .find(is_training)
        .expect("a line")
        .expect("UTF-8");
    place
        .line("status results", 5)
        .prints("results/small: 0 finished, 1 running, 3 missing");
    send("-TERM", &child);
    lines.for_each(drop);
    assert_eq!(child.wait().expect("ended").code(), Some(130));
    place
        .line("status results", 5)
        .prints("results/small: 0 finished, 4 missing");
}
