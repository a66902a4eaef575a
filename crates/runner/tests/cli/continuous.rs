//! The circuit in continuous time through the program.

use crate::program::{Place, SMALL, readings, status};

/// The small experiment with one learner, in continuous time.
fn spec(runaway_potential: f64) -> String {
    let shared = SMALL.split("[task.digits.learner").next();
    format!(
        "{}[task.digits.learner.continuous.continuous]\n\
         dt_ms = 0.5\npresentation_ms = 10.0\nreadout_window_ms = 1.0\nrates = [0.1, 0.02]\n\
         noise = {{ sigma = 0.05, discretisation = \"euler_maruyama\" }}\n\
         runaway_potential = {runaway_potential:?}\n",
        shared.expect("a first part")
    )
}

#[test]
fn it_runs_with_every_metric_and_repeats_itself() {
    let place = Place::new(&spec(500.0));
    place.line("run small.toml", 0);
    let runs = place.runs();
    assert_eq!(runs.len(), 2);
    let first = readings(&runs[0]);
    assert_eq!(first.len(), 1 + 3);
    place.line("run small.toml --force", 0);
    assert_eq!(readings(&runs[0]), first);
}

#[test]
fn a_runaway_is_a_failed_run_that_names_layer_variable_and_time() {
    let place = Place::new(&spec(0.001));
    place.line("run small.toml", 3);
    let error = status(&place.runs()[0])["failed"]["error"].to_string();
    for part in ["potential of layer", "left ±0.001 at 0.5 ms"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn an_unstable_step_is_refused_before_anything_runs() {
    let place = Place::new(&spec(500.0).replace("dt_ms = 0.5", "dt_ms = 2.0"));
    let call = place.line("run small.toml", 2);
    let expected = "Euler steps are unstable from 1.05";
    call.says(expected);
    call.says("dt_ms");
}
