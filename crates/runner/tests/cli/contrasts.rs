//! Contrasts that are declared after the runs are made, by the experiment or for a report alone.

use std::fs;

use crate::program::{Place, SMALL, read};

/// [`SMALL`] with contrasts and a margin.
fn with_contrasts(lines: &str) -> String {
    SMALL.replacen("seeds = [0, 1]\n", &format!("seeds = [0, 1]\n{lines}\n"), 1)
}

#[test]
fn declared_after_the_runs_nothing_is_trained_again() {
    let place = Place::new(SMALL);
    place.line("run small.toml", 0);
    let runs = place.runs();
    assert!(!place.path("results/small/contrasts.csv").exists());
    let added = with_contrasts("contrasts = 'baseline'\nmargin = 0.5");
    fs::write(place.path("small.toml"), &added).expect("written");
    place
        .line("run small.toml", 0)
        .says("0 runs trained, 4 reused")
        .prints("contrasts with matched backprop, last epoch, margin 0.5 percentage points");
    assert_eq!(place.runs(), runs);
    let table = read(&place.path("results/small/contrasts.csv"));
    assert_eq!(table.lines().count(), 1 + 2, "{table}");
    // The report finds them in the folder, and none where they are taken away again.
    place
        .line("report results/small", 0)
        .prints("contrasts with");
    fs::write(place.path("small.toml"), SMALL).expect("written");
    let without = place.line("run small.toml", 0);
    assert!(!without.stdout.contains("contrasts with"));
    assert!(!place.path("results/small/contrasts.csv").exists());
}

#[test]
fn a_report_takes_contrasts_from_another_specification() {
    let place = Place::new(SMALL);
    place.line("run small.toml", 0);
    let given = with_contrasts(
        "contrasts = [{ learner = 'matched backprop', other = 'microcircuit' }]\nmargin = 1",
    );
    fs::write(place.path("given.toml"), given).expect("written");
    place
        .line("report results/small --contrasts given.toml --out out", 0)
        .prints("contrasts with microcircuit, last epoch, margin 1 percentage points")
        .prints("matched backprop: ");
    let page = read(&place.path("out/index.html"));
    assert!(page.contains("those of <code>given.toml</code>, given to the report"));
    place
        .line("report results/small --contrasts small.toml", 2)
        .says("small.toml declares no contrasts");
    place
        .line("report results/small --contrasts fig2", 2)
        .says("experiments/fig2.toml declares no contrasts");
    place
        .line("report results/small --contrasts yin_yang", 2)
        .says(
            "declares contrasts of `yin_yang`, expected those of a task with runs here: `digits`",
        );
    place
        .line("report results/small --contrasts none.toml", 2)
        .says("none.toml");
}
