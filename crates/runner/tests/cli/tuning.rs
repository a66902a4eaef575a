//! Settings found on validation, before the reported runs.

use std::fs;

use crate::program::{Place, SMALL, read, send, spawn};

const TUNING: &str = r#"
[tuning]
strategy = "random"
n_trials = 3
seeds = [100]
n_epochs = 1

[tuning.space]
"task.digits.learner.microcircuit.microcircuit.rates.0" = { from = 0.1, to = 10.0, scale = "log" }
'task.digits.learner."matched backprop".backprop.rates.0' = { from = 0.1, to = 10.0, scale = "log" }
'task.digits.learner."matched backprop".backprop.rates.1' = { from = 0.01, to = 1.0, scale = "log" }
"#;

/// All trials, without their times.
fn trials(place: &Place) -> Vec<serde_json::Value> {
    let log =
        fs::read_to_string(place.path("results/small/trials.jsonl")).expect("the log of trials");
    let trial = |line: &str| {
        let mut trial: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let seconds = trial.as_object_mut().and_then(|of| of.remove("seconds"));
        let seconds = seconds.and_then(|seconds| seconds.as_f64());
        assert_eq!(seconds > Some(0.0), !trial["value"].is_null(), "{line}");
        trial
    };
    log.lines().map(trial).collect()
}

#[test]
fn every_learner_gets_its_own_settings_from_equal_trials() {
    let place = Place::new(&format!("{SMALL}{TUNING}"));
    place
        .line("run small.toml --seeds 0", 0)
        .says("tuning digits · microcircuit · trial 3/3 · ")
        .says(" · rates.0 ");
    let log = trials(&place);
    assert_eq!(log.len(), 6);
    for learner in ["microcircuit", "matched backprop"] {
        let own: Vec<_> = log
            .iter()
            .filter(|trial| trial["learner"] == learner)
            .collect();
        assert_eq!(own.len(), 3);
        let chosen: Vec<_> = own.iter().filter(|trial| trial["chosen"] == true).collect();
        assert_eq!(chosen.len(), 1, "{learner}");
        let value = |trial: &serde_json::Value| trial["value"].as_f64().expect("a value");
        assert!(
            own.iter().all(|trial| value(trial) <= value(chosen[0])),
            "{learner}"
        );
    }
    let backprop = log
        .iter()
        .find(|trial| trial["learner"] == "matched backprop" && trial["chosen"] == true);
    let settings = backprop.expect("a chosen trial")["settings"]
        .as_object()
        .expect("settings")
        .clone();
    let run = place
        .runs()
        .into_iter()
        .find(|run| run.to_string_lossy().contains("matched"))
        .expect("a run");
    let spec = fs::read_to_string(run.join("spec.toml")).expect("a specification");
    for value in settings.values() {
        assert!(spec.contains(&value.to_string()), "{value} in {spec}");
    }
    let summary = fs::read_to_string(run.join("summary.json")).expect("a summary");
    assert!(summary.contains("\"n_tuning_trials\": 3"), "{summary}");
}

#[test]
fn a_log_of_trials_that_lost_some_is_named_and_written_anew() {
    let place = Place::new(&format!("{SMALL}{TUNING}"));
    place.line("run small.toml --seeds 0", 0);
    let file = place.path("results/small/trials.jsonl");
    let whole = fs::read_to_string(&file).expect("the log of trials");
    let first = &whole[..=whole.find('\n').expect("a line")];
    let lost = "trials.jsonl (it has 0 of the 3 trials of";
    for (harmed, fault) in [
        ("", lost),
        (first, "of the 3 trials of"),
        ("{", "EOF while"),
    ] {
        fs::write(&file, harmed).expect("written");
        place
            .line("report results/small", 3)
            .says("damaged: ")
            .says(fault)
            .says("2 runs; report");
        place.line("run small.toml --seeds 0", 0).says("2 reused");
        assert_eq!(fs::read_to_string(&file).expect("the log"), whole);
        place.line("report results/small", 0);
    }
}

#[test]
fn a_complete_search_is_used_again() {
    let place = Place::new(&format!("{SMALL}{TUNING}"));
    place.line("run small.toml --seeds 0", 0);
    let before = trials(&place);
    let again = place.line("run small.toml --seeds 0", 0);
    assert!(!again.stderr.contains("trial 1/3"), "{}", again.stderr);
    again.says("2 reused");
    assert_eq!(trials(&place), before);
}

#[test]
fn a_tuning_that_was_stopped_goes_on_after_its_last_trial() {
    let long = TUNING.replace("n_epochs = 1", "n_epochs = 2");
    let spec = format!("{SMALL}{}", long.replace("\"random\"", "\"grid\""));
    let whole = Place::new(&spec);
    whole.line("run small.toml --seeds 0 --no-report", 0);
    let place = Place::new(&spec);
    let mut finished = 0;
    let mut n_calls = 0;
    while finished < 6 {
        let (mut child, mut lines) = spawn(&mut place.command(&[
            "run",
            "small.toml",
            "--seeds",
            "0",
            "--no-report",
            "--threads",
            "1",
        ]));
        // It ends with the trial that is being said, or, where it was faster, with one or two more.
        let first = lines.next().expect("a line").expect("UTF-8");
        if first.starts_with("tuning ") {
            send("-INT", &child);
        }
        let more = lines.map(|line| line.expect("UTF-8"));
        let said: Vec<String> = std::iter::once(first).chain(more).collect();
        child.wait().expect("ended");
        finished += said
            .iter()
            .filter(|line| line.starts_with("tuning "))
            .count();
        n_calls += 1;
        assert!(n_calls < 8, "{said:?}");
    }
    assert_eq!(finished, 6, "a trial was made twice");
    assert!(n_calls > 1, "nothing was stopped");
    place.line("run small.toml --seeds 0 --no-report", 0);
    assert_eq!(trials(&place), trials(&whole));
}

#[test]
fn a_grid_tries_as_many_points() {
    let place = Place::new(&format!(
        "{SMALL}{}",
        TUNING.replace("\"random\"", "\"grid\"")
    ));
    place.line("run small.toml --seeds 0 --no-report", 0);
    assert_eq!(trials(&place).len(), 6);
}

#[test]
fn seeds_take_the_settings_of_several_tunings_in_turn() {
    let several = TUNING.replace(
        "seeds = [100]",
        "seeds = [100]\nfurther_seeds = [[101], [102]]",
    );
    let place = Place::new(&format!("{SMALL}{several}"));
    let line = "run small.toml --seeds 0..4";
    place
        .line(line, 0)
        .says("tuning 3, digits · microcircuit · trial 3/3 · ")
        .prints("the interval covers starting weights, the order of samples and 3 tunings");
    let log = trials(&place);
    assert_eq!(log.len(), 3 * 6);
    let chosen = |tuning: u64| -> Vec<String> {
        let own = log.iter().filter(|trial| trial["tuning"] == tuning);
        let own = own.filter(|trial| trial["learner"] == "microcircuit");
        assert_eq!(own.clone().count(), 3);
        let chosen = own.filter(|trial| trial["chosen"] == true);
        let values =
            chosen.flat_map(|trial| trial["settings"].as_object().expect("settings").values());
        values.map(ToString::to_string).collect()
    };
    assert!(
        chosen(0) != chosen(1) && chosen(1) != chosen(2),
        "proposals of their own"
    );
    for run in place.runs() {
        let summary: serde_json::Value =
            serde_json::from_str(&read(&run.join("summary.json"))).expect("JSON");
        let seed = summary["run"]["seed"].as_u64().expect("a seed");
        assert_eq!(summary["tuning"], seed % 3);
        let spec = read(&run.join("spec.toml"));
        if summary["run"]["learner"] == "microcircuit" {
            for value in chosen(seed % 3) {
                assert!(spec.contains(&value), "seed {seed}: {value} in {spec}");
            }
        }
        assert!(!spec.contains("further_seeds"), "{spec}");
    }
    let table = read(&place.path("results/small/table.csv"));
    let (header, row) = table.split_once('\n').expect("two lines");
    let column = header.split(',').position(|name| name == "n_tunings");
    let row: Vec<&str> = row.lines().next().expect("a row").split(',').collect();
    assert_eq!(row[column.expect("a column")], "3", "{table}");
    assert_eq!((row[3], row[0]), ("5", "digits"), "all seeds are averaged");
    // A seed more is one of the experiment, and trains nothing else.
    place
        .line("run small.toml --seeds 0..5", 0)
        .says("10 reused");
    place.line("verify results/small", 0);
    // Without the further tunings, the runs of the first stay.
    let alone = Place::new(&format!("{SMALL}{TUNING}"));
    alone.line("run small.toml --seeds 0,3", 0);
    let digests = |place: &Place| -> Vec<String> {
        let names = place
            .runs()
            .into_iter()
            .map(|run| run.display().to_string());
        let of_first = |run: &String| run.contains("seed-0-") || run.contains("seed-3-");
        let last = |run: String| run.rsplit('/').next().map(str::to_owned);
        names.filter(of_first).filter_map(last).collect()
    };
    assert_eq!(digests(&place), digests(&alone));
}

#[test]
fn tunings_that_share_a_seed_are_refused() {
    for (further, fault) in [
        (
            "[[100]]",
            "seed 100 is of two tunings, expected each in one",
        ),
        ("[[101], [101]]", "seed 101 is of two tunings"),
        (
            "[[1]]",
            "seed 1 is in `tuning.further_seeds` and in `seeds`",
        ),
        ("[[]]", "`tuning.further_seeds` is empty"),
        (
            "[[101, 101]]",
            "`tuning.further_seeds` has the seed 101 twice",
        ),
    ] {
        let seeds = format!("seeds = [100]\nfurther_seeds = {further}");
        let place = Place::new(&format!(
            "{SMALL}{}",
            TUNING.replace("seeds = [100]", &seeds)
        ));
        place.line("run small.toml", 2).says(fault);
    }
}

#[test]
fn reported_seeds_and_foreign_keys_are_refused() {
    let seeds = Place::new(&format!("{SMALL}{}", TUNING.replace("[100]", "[1]")));
    seeds
        .line("run small.toml", 2)
        .says("seed 1 is in `tuning.seeds` and in `seeds`");
    let key = "task.digits.learner.microcircuit.microcircuit.rates.0";
    for foreign in [
        "training.batch_size",
        "task.digits.learner.other.microcircuit.rates.0",
    ] {
        let place = Place::new(&format!("{SMALL}{}", TUNING.replace(key, foreign)));
        place
            .line("run small.toml", 2)
            .says("is no key of a learner");
    }
    let index = Place::new(&format!(
        "{SMALL}{}",
        TUNING.replace("microcircuit.rates.0", "microcircuit.rates.7")
    ));
    index
        .line("run small.toml", 2)
        .says("the list has 2 values");
}

#[test]
fn a_search_without_any_value_is_an_error() {
    let runaway = SMALL.replace(
        ".backprop]\nflavour = \"matched\"",
        ".continuous]\nrunaway_potential = 0.001\npresentation_ms = 10.0",
    );
    let ranges = TUNING.replace(".backprop.rates", ".continuous.rates");
    let place = Place::new(&format!("{runaway}{ranges}"));
    let call = place.line("run small.toml", 3);
    let last = call.stderr.lines().last().expect("a last line");
    assert!(
        last.starts_with("error: tuning found no settings for learner `matched backprop` of task `digits`: none of its 3 trials has a value, the first because: observing after epoch 0 failed: "),
        "{}",
        call.stderr
    );
    assert!(!call.stderr.contains("0000000000"), "{}", call.stderr);
    assert_eq!(trials(&place).len(), 6);
    assert!(place.runs().is_empty(), "nothing ran with untuned settings");
    place.line("run small.toml", 3);
}

#[test]
fn a_star_tunes_every_learner_of_every_task_and_copies_hold_all_keys() {
    let spec = format!(
        "{}{}",
        SMALL
            .replace("rates = [3.0, 0.3]", "rates = 0.3")
            .replace("rates = [1.0, 0.1]", "rates = 0.1"),
        r#"
        [task.deep]
        like = "digits"
        hidden = [8, 8]
        [tuning]
        strategy = "grid"
        n_trials = 2
        seeds = [100]
        n_epochs = 1
        [tuning.space]
        "task.*.learner.*.*.rates" = { from = 0.1, to = 1.0, scale = "log" }
        "#
    );
    let place = Place::new(&spec);
    place.line("run small.toml --seeds 0", 0);
    let log = trials(&place);
    let mut of: Vec<(String, String, usize)> = Vec::new();
    for trial in &log {
        let text = |key: &str| trial[key].as_str().expect("a name").to_owned();
        let key = (text("task"), text("learner"));
        match of
            .iter_mut()
            .find(|(task, learner, _)| (task, learner) == (&key.0, &key.1))
        {
            Some((.., n)) => *n += 1,
            None => of.push((key.0, key.1, 1)),
        }
        let settings = trial["settings"].as_object().expect("settings");
        let key = settings.keys().next().expect("a key");
        assert!(key.ends_with(".rates") && !key.contains('*'), "{key}");
    }
    let expected = ["digits", "deep"].into_iter().flat_map(|task| {
        let learners = ["microcircuit", "matched backprop"];
        learners.map(|learner| (task.to_owned(), learner.to_owned(), 2))
    });
    assert_eq!(of, expected.collect::<Vec<_>>());
    let copy = fs::read_to_string(place.path("results/small/experiment.toml")).expect("a copy");
    assert!(!copy.contains("like") && !copy.contains('*'), "{copy}");
    assert!(copy.contains("[task.deep.dataset.digits]"), "{copy}");
}

#[test]
fn a_trial_has_an_epoch_to_learn_in() {
    let below = "feedback_scale = 1.0";
    let start = format!("{below}\nfeedback_start = {{ n_epochs = 1 }}");
    let spec = SMALL.replace(below, &start);
    let place = Place::new(&format!("{spec}{TUNING}"));
    place
        .line("run small.toml", 2)
        .says("feedback_start.n_epochs` is 1 of 1 epochs, expected fewer than all")
        .says("help: a trial has the 1 epochs of `tuning.n_epochs`");
    assert!(!place.path("results").exists(), "something ran");
}
