//! `apical reproduce` where it is an ordinary experiment.

use crate::program::{Place, read};

const LEARNER: &str = "task.yin_yang.learner";

#[test]
fn yin_yang_sweeps_the_delay_of_two_learners_beside_two_without() {
    let place = Place::new("");
    let mut sets = vec![
        "training.n_epochs=1".to_owned(),
        "task.yin_yang.dataset.yin_yang={ n_train = 20, n_validation = 10, n_test = 10 }".into(),
        "task.yin_yang.hidden=[6]".into(),
        "measure.n_train_samples=10".into(),
        "measure.n_alignment_batches=2".into(),
    ];
    for learner in ["\"self-predicting start\"", "\"random start\""] {
        let key = format!("{LEARNER}.{learner}.continuous");
        sets.push(format!("sweep.'{key}.plasticity_delay_ms'=[0.0, 20.0]"));
        sets.push(format!("{key}.dt_ms=0.5"));
    }
    let mut arguments = vec!["reproduce", "yin-yang", "--seeds", "0", "--threads", "2"];
    arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
    place.call(&arguments).with_code(0);
    // Two points each of two learners, and two learners outside of the sweep.
    assert_eq!(place.runs().len(), 6);
    let figure = read(&place.path("results/yin-yang/figures/yin_yang/sweep.csv"));
    for row in [
        "self-predicting start,0,1,",
        "random start,20,1,",
        "prospective rates,,1,",
        "matched backprop,,1,",
    ] {
        assert!(figure.contains(row), "{row}: {figure}");
    }
    let own = place.runs().into_iter().find(|run| {
        let path = run.display().to_string();
        path.contains("prospective-rates")
    });
    let spec = read(&own.expect("a run").join("spec.toml"));
    assert!(
        spec.contains("batch_size = 10") && spec.contains("n_epochs = 1"),
        "{spec}"
    );
    let experiment = read(&place.path("results/yin-yang/experiment.toml"));
    assert!(
        experiment.starts_with("# command: apical reproduce yin-yang --set training.n_epochs=1")
    );
    place.call(&arguments).with_code(0).says("6 reused");
}

#[test]
fn mnist_in_continuous_time_runs_on_other_data() {
    let place = Place::new("");
    let mut arguments = vec!["reproduce", "mnist-continuous", "--seeds", "0"];
    for set in [
        "training.n_epochs=1",
        "task.mnist.dataset={ yin_yang = { n_train = 20, n_validation = 10, n_test = 10 } }",
        "task.mnist.hidden=[5, 5]",
    ] {
        arguments.extend(["--set", set]);
    }
    place.call(&arguments).with_code(0);
    assert_eq!(place.runs().len(), 4);
    assert!(place.path("results/mnist-continuous/index.html").is_file());
}

#[test]
fn missing_mnist_says_how_to_get_it() {
    let place = Place::new("");
    place
        .line("reproduce mnist-continuous --seeds 0", 4)
        .says("apical data fetch mnist");
}

#[test]
fn training_of_a_learner_that_is_not_there_is_refused() {
    let place = Place::new("");
    let set = "task.yin_yang.training_of.nobody.n_epochs=2";
    place
        .call(&["reproduce", "yin-yang", "--set", set])
        .with_code(2)
        .says("the task has no learner `nobody`");
}
