//! What is wrong with a specification is said before anything runs.

use crate::program::{Place, SMALL};

fn refused(spec: &str, options: &[&str]) -> String {
    let place = Place::new(spec);
    let call = place
        .call(&[&["run", "small.toml"], options].concat())
        .with_code(2);
    assert!(!place.path("results").exists(), "something ran");
    call.stderr
}

#[test]
fn an_unknown_key_is_shown_with_the_nearest_name() {
    let error = refused(&SMALL.replace("n_epochs = 2", "n_epoch = 2"), &[]);
    insta::assert_snapshot!(error);
}

#[test]
fn an_unknown_learner_kind_is_shown_with_the_nearest_name() {
    let error = refused(&SMALL.replace("\".backprop]", "\".backprob]"), &[]);
    insta::assert_snapshot!(error);
}

#[test]
fn a_wrong_type_is_shown_with_its_line() {
    let error = refused(&SMALL.replace("hidden = [8]", "hidden = [\"eight\"]"), &[]);
    insta::assert_snapshot!(error);
}

#[test]
fn broken_toml_is_shown_with_its_line() {
    let error = refused(&SMALL.replace("seeds = [0, 1]", "seeds = [0, 1"), &[]);
    insta::assert_snapshot!(error);
}

#[test]
fn values_out_of_range_are_shown_with_their_line() {
    let ranges = [
        ("n_epochs = 2", "n_epochs = 0"),
        ("hidden = [8]", "hidden = [0]"),
        ("forward_scale = 0.1", "forward_scale = [0.1, 0.1, 0.1]"),
        ("rates = [3.0, 0.3]", "rates = [-3.0, 0.3]"),
        ("seeds = [0, 1]", "seeds = [1, 1]"),
        ("dataset.digits = {}", "dataset.yin_yang = { n_train = 0 }"),
    ];
    let errors: Vec<String> = ranges
        .iter()
        .map(|(good, bad)| refused(&SMALL.replace(good, bad), &[]))
        .collect();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn what_comes_from_the_command_line_says_so() {
    let options: [&[&str]; 6] = [
        &["--set", "training.n_epoch=3"],
        &["--set", "training.n_epochs=0"],
        &["--set", "training.n_epochs=many"],
        &["--set", "task.digits.hidden.3=5"],
        &["--set", "training"],
        &["--seeds", "9..0"],
    ];
    let errors: Vec<String> = options
        .iter()
        .map(|options| refused(SMALL, options))
        .collect();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn names_that_share_a_folder_are_refused() {
    let error = refused(
        &SMALL.replace("\"matched backprop\"", "\"Microcircuit!\""),
        &[],
    );
    assert!(
        error.contains("differ in punctuation or case alone"),
        "{error}"
    );
}

#[test]
fn missing_data_are_exit_code_4() {
    let place = Place::new(&SMALL.replace("dataset.digits", "dataset.mnist"));
    place
        .line("run small.toml --data-dir nowhere", 4)
        .says("apical data fetch mnist")
        .says("nowhere");
}

#[test]
fn targets_out_of_reach_are_shown_with_their_line() {
    let rates = "targets.rates = { low = 0.0, high = 1.0 }";
    let shared = SMALL.replace("batch_size = 50", &format!("batch_size = 50\n{rates}"));
    let own = SMALL.replace("hidden = [8]", &format!("hidden = [8]\ntraining.{rates}"));
    insta::assert_snapshot!([refused(&shared, &[]), refused(&own, &[])].join("\n"), @r"
    error: `training.targets`: a target rate of 0 has no finite potential under the transfer function logistic; choose a rate inside the range of the transfer function
     --> small.toml:8:1
      |
    8 | targets.rates = { low = 0.0, high = 1.0 }
      | ^^^^^^^

    error: `task.digits.training.targets`: a target rate of 0 has no finite potential under the transfer function logistic; choose a rate inside the range of the transfer function
      --> small.toml:16:10
       |
    16 | training.targets.rates = { low = 0.0, high = 1.0 }
       |          ^^^^^^^
    ");
}

#[test]
fn schedules_of_rates_are_refused_where_they_are_wrong() {
    let with = |below: &str, line: &str| SMALL.replace(below, &format!("{below}\n{line}"));
    let shared = |line| with("batch_size = 50", line);
    let cosine = "rate_schedule.cosine = { to = 1.5 }";
    let of_task = with("hidden = [8]", &format!("training.{cosine}"));
    let of_learner = with(
        "hidden = [8]",
        &format!("training_of.microcircuit.{cosine}"),
    );
    let of_task_above = with(
        "hidden = [8]",
        &format!("training.{cosine}\ntraining_of.microcircuit.n_epochs = 1"),
    );
    let errors = [
        refused(&shared("rate_schedule.exponential = { to = 0 }"), &[]),
        refused(&shared("rate_schedule = \"cosin\""), &[]),
        refused(&shared("rate_shedule = \"constant\""), &[]),
        refused(SMALL, &["--set", "training.rate_schedule.cosine.to=nan"]),
        refused(&of_task, &[]),
        refused(&of_learner, &[]),
        refused(&of_task_above, &[]),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r#"
    error: `training.rate_schedule.exponential.to` is 0, expected a number greater than 0, and at most 1
     --> small.toml:8:36
      |
    8 | rate_schedule.exponential = { to = 0 }
      |                                    ^

    error: unknown name `cosin`, expected one of `constant`, `exponential`, `cosine`
     --> small.toml:8:17
      |
    8 | rate_schedule = "cosin"
      |                 ^^^^^^^
    help: did you mean `cosine`?

    error: unknown key `rate_shedule`, expected one of `n_epochs`, `batch_size`, `targets`, `rate_schedule`
     --> small.toml:8:1
      |
    8 | rate_shedule = "constant"
      | ^^^^^^^^^^^^
    help: did you mean `rate_schedule`?

    error: `training.rate_schedule.cosine.to` is NaN, expected a number from 0 to 1
    help: the value comes from --set training.rate_schedule.cosine.to=nan

    error: `task.digits.training.rate_schedule.cosine.to` is 1.5, expected a number from 0 to 1
      --> small.toml:16:40
       |
    16 | training.rate_schedule.cosine = { to = 1.5 }
       |                                        ^^^

    error: `task.digits.training_of.microcircuit.rate_schedule.cosine.to` is 1.5, expected a number from 0 to 1
      --> small.toml:16:56
       |
    16 | training_of.microcircuit.rate_schedule.cosine = { to = 1.5 }
       |                                                        ^^^

    error: `task.digits.training.rate_schedule.cosine.to` is 1.5, expected a number from 0 to 1
      --> small.toml:16:40
       |
    16 | training.rate_schedule.cosine = { to = 1.5 }
       |                                        ^^^
    "#);
}

#[test]
fn what_the_command_line_sets_within_a_learner_is_named_in_full() {
    let options: [&[&str]; 4] = [
        &[
            "--set",
            "task.digits.learner.microcircuit.microcircuit.nudgin=0.1",
        ],
        &[
            "--set",
            "task.digits.learner.microcircuit.microcircuit.nudging=much",
        ],
        &[
            "--set",
            "task.digits.learner.\"matched backprop\".backprop.flavour=matchd",
        ],
        &["--set", "task.digits.datasett=1"],
    ];
    let errors: Vec<String> = options
        .iter()
        .map(|options| refused(SMALL, options))
        .collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    error: `task.digits.learner.microcircuit.microcircuit.nudgin`: unknown key `nudgin`, expected one of `nudging`, `apical_mixing`, `interneuron_nudging`, `rates`, `backprop_equivalent_rates`, `interneuron_rates`, `apical_rates`, `feedback_rates`, `start`, `feedback`, `interneurons`, `feedback_scale`, `feedback_start`, `lateral_rule`, `plasticity`, `presynaptic`, `centring`, `interneuron_scale`, `pyramidal_from_interneuron_scale`, `path`, `precision`
    help: did you mean `nudging`? (the value comes from --set task.digits.learner.microcircuit.microcircuit.nudgin=0.1)

    error: `task.digits.learner.microcircuit.microcircuit.nudging`: found the text "much", expected a number
    help: the value comes from --set task.digits.learner.microcircuit.microcircuit.nudging=much

    error: `task.digits.learner."matched backprop".backprop.flavour`: unknown name `matchd`, expected `matched` or `standard`
    help: did you mean `matched`? (the value comes from --set task.digits.learner."matched backprop".backprop.flavour=matchd)

    error: `task.digits.datasett`: unknown key `datasett`, expected one of `like`, `dataset`, `hidden`, `transfer`, `thresholds`, `forward_scale`, `start`, `baseline`, `contrasts`, `margin`, `verdict_epoch`, `training`, `training_of`, `learner`
    help: did you mean `dataset`? (the value comes from --set task.digits.datasett=1)
    "#);
}

/// Two more tasks, each like another.
const DEEPER: &str = r#"
[task.deep]
like = "digits"
hidden = [8, 8]
learner."matched backprop".backprop.rates = 1.0

[task.deeper]
like = "deep"
hidden = [8, 8, 8]
"#;

#[test]
fn what_a_task_takes_from_another_is_shown_where_it_is_stated() {
    let spec = format!("{SMALL}{DEEPER}").replace("rates = [3.0, 0.3]", "rates = 0.3");
    let spec = spec.replace("rates = [1.0, 0.1]", "rates = 0.1");
    let of = |good: &str, bad: &str| refused(&spec.replace(good, bad), &[]);
    let errors = [
        of("like = \"digits\"", "like = \"digist\""),
        of("like = \"digits\"", "like = \"deeper\""),
        of("hidden = [8, 8]\n", "hidden = [8, 0]\n"),
        of("hidden = [8, 8, 8]", "hiden = [8, 8, 8]"),
        of("forward_scale = 0.1", "forward_scale = [0.1, 0.1]"),
        of("rates = 1.0", "rates = \"fast\""),
        refused(&spec, &["--set", "task.deep.transfer=logistik"]),
        refused(&spec, &["--set", "task.deep.like=digist"]),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_key_with_a_star_that_fits_nothing_is_shown_with_its_line() {
    let tuning = "[tuning]\nstrategy = \"random\"\nn_trials = 1\nseeds = [9]\n[tuning.space]\n";
    let of = |line: &str| refused(&format!("{SMALL}\n{tuning}{line}"), &[]);
    let errors = [
        of("'task.*.learner.*.*.rate' = { from = 0.1, to = 1.0 }"),
        of("'task.*.forward_scale' = { from = 0.1, to = 1.0 }"),
        of("'task.*.learner.*.backprop.rates' = { from = -1.0, to = 1.0 }"),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_phase_before_learning_leaves_an_epoch_to_learn_in() {
    let start = |n: usize| {
        let below = "feedback_scale = 1.0";
        let start = format!("{below}\nfeedback_start = {{ n_epochs = {n} }}");
        SMALL.replace(below, &start)
    };
    let place = Place::new(&start(1));
    place.line("run small.toml --seeds 0 --no-report", 0);
    let keys = "nudging = 0.1\napical_mixing = 0.3\ninterneuron_nudging = 0.1\n";
    let error_neurons = start(2)
        .replace("microcircuit.microcircuit]", "microcircuit.error_neurons]")
        .replace(keys, "");
    let own = start(2).replace(
        "hidden = [8]",
        "hidden = [8]\ntraining_of.microcircuit.n_epochs = 1",
    );
    let sweep = "[sweep]\n\"training.n_epochs\" = [2, 1]\n";
    let swept = format!("{}\n{sweep}", start(1));
    let errors = [
        refused(&start(2), &[]),
        refused(&error_neurons, &[]),
        refused(&own, &[]),
        refused(&swept, &[]),
        refused(&start(1), &["--set", "training.n_epochs=1"]),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r"
    error: `task.digits.learner.microcircuit.microcircuit.feedback_start.n_epochs` is 2 of 2 epochs, expected fewer than all of them, so that some are left to learn in
      --> small.toml:25:31
       |
    25 | feedback_start = { n_epochs = 2 }
       |                               ^

    error: `task.digits.learner.microcircuit.error_neurons.feedback_start.n_epochs` is 2 of 2 epochs, expected fewer than all of them, so that some are left to learn in
      --> small.toml:22:31
       |
    22 | feedback_start = { n_epochs = 2 }
       |                               ^

    error: `task.digits.learner.microcircuit.microcircuit.feedback_start.n_epochs` is 2 of 1 epochs, expected fewer than all of them, so that some are left to learn in
      --> small.toml:26:31
       |
    26 | feedback_start = { n_epochs = 2 }
       |                               ^

    error: `task.digits.learner.microcircuit.microcircuit.feedback_start.n_epochs` is 1 of 1 epochs, expected fewer than all of them, so that some are left to learn in
      --> small.toml:25:31
       |
    25 | feedback_start = { n_epochs = 1 }
       |                               ^

    error: `task.digits.learner.microcircuit.microcircuit.feedback_start.n_epochs` is 1 of 1 epochs, expected fewer than all of them, so that some are left to learn in
      --> small.toml:25:31
       |
    25 | feedback_start = { n_epochs = 1 }
       |                               ^
    ");
}
