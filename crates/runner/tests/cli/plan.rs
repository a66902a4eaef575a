//! `apical plan`: what an experiment will take.

use std::fs;

use crate::program::{Place, SMALL};

#[test]
fn runs_and_trials_are_counted_and_nothing_is_written() {
    let tuning = "\n[tuning]\nstrategy = \"grid\"\nn_trials = 5\nseeds = [107, 108]\n\
        [tuning.space]\n\"task.digits.learner.microcircuit.microcircuit.rates\" = { from = 0.1, to = 1.0 }\n";
    let place = Place::new(&format!("{SMALL}{tuning}"));
    let call = place.line("plan small.toml --seeds 0..9 --threads 2", 0);
    call.prints("20 runs and 10 runs of trials: about ")
        .prints("on 2 threads")
        .prints("microcircuit")
        .prints("matched backprop");
    let left: Vec<_> = fs::read_dir(place.path(""))
        .expect("listed")
        .flatten()
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let few = place.line("plan small.toml --set tuning=", 0);
    few.prints("4 runs: about ");
    assert!(!few.stdout.contains("trials"), "{}", few.stdout);
}

#[test]
fn protocols_simulations_and_faults_say_what_can_be_said() {
    let place = Place::new(SMALL);
    place
        .line("plan fig1 --seeds 0,1", 0)
        .prints("10 runs; a protocol");
    place.line("plan simulate", 2).says("this is a simulation");
    place.line("plan nowhere.toml", 2);
    let place = Place::new(&SMALL.replace("rates = [3.0, 0.3]", "rates = 1e12"));
    let call = place.call(&[
        "plan",
        "small.toml",
        "--set",
        "task.digits.transfer=relu",
        "--set",
        "task.digits.learner.\"matched backprop\".backprop.flavour=standard",
    ]);
    call.with_code(0).prints("fails at once: ");
}
