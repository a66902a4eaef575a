//! Tasks that differ in depth: their figure, and the flag on errors that do not keep their size.

use apical_learning::{Metric, OutputError, PartName, Reading, RunRecord};
use apical_reporting::report;

use crate::fixture::{MODELS, Model, input, run};
use crate::text_of;

/// A run with `n_hidden` hidden layers, whose error shrinks by `keeps` from layer to layer.
fn at_depth(task: &str, model: &Model, seed: u64, n_hidden: usize, keeps: f64) -> RunRecord {
    let n_layers = n_hidden + 1;
    let mut run = run(task, model, None, seed, n_layers, 1);
    run.summary.sizes = [&[64], &vec![50; n_hidden][..], &[10]].concat();
    run.summary
        .last
        .change(|all| all.retain(|of| of.metric == Metric::LOSS));
    let test = Reading::new(Metric::ACCURACY, Ok(99.0 - n_hidden as f64 - seed as f64));
    run.summary
        .last
        .change(|all| all.push(test.on(PartName::Test)));
    for k in 1..=n_layers {
        for (reference, angle) in OutputError::ALL
            .into_iter()
            .zip([20.0, 5.0 * (n_layers - k) as f64])
        {
            let angle = Reading::new(Metric::UPDATE_ANGLE, Ok(angle)).of_layer(Some(k));
            run.summary
                .last
                .change(|all| all.push(angle.against(reference)));
        }
        let step = Reading::new(Metric::STEP_SIZE, Ok(0.01 * k as f64));
        run.summary
            .last
            .change(|all| all.push(step.of_layer(Some(k))));
    }
    for k in 1..=n_hidden {
        let size = 3.0 * keeps.powi((n_hidden - k) as i32);
        let size = Reading::new(Metric::ERROR_SIZE, Ok(size));
        run.summary
            .last
            .change(|all| all.push(size.of_layer(Some(k))));
    }
    run
}

fn family() -> Vec<RunRecord> {
    let mut runs = Vec::new();
    for (task, n_hidden) in [("four", 4), ("one", 1), ("two", 2)] {
        for seed in 0..2 {
            runs.push(at_depth(task, &MODELS[0], seed, n_hidden, 0.5));
        }
    }
    runs
}

#[test]
fn one_figure_shows_all_depths_with_the_first_of_their_tasks() {
    let artefacts = report(&input(family())).expect("a report");
    let csv = text_of(&artefacts, "figures/four/depth.csv");
    let of = |start: &str| -> String {
        let lines = csv.lines().filter(|line| line.starts_with(start));
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(of("quantity"), @"quantity,reference,hidden_layers,layer,learner,variant,n_seeds,mean,half_width_95");
    // 100 − 99 + n and one more with the second seed.
    insta::assert_snapshot!(of("test_error").replace("6.353102368087344", "…"), @r"
    test_error,,1,,microcircuit,,2,2.5,…
    test_error,,2,,microcircuit,,2,3.5,…
    test_error,,4,,microcircuit,,2,5.5,…
    ");
    // Nearer to this reference at the output.
    insta::assert_snapshot!(of("update_angle"), @r"
    update_angle,squared_error,1,1,microcircuit,,2,5,0
    update_angle,squared_error,1,2,microcircuit,,2,0,0
    update_angle,squared_error,2,1,microcircuit,,2,10,0
    update_angle,squared_error,2,2,microcircuit,,2,5,0
    update_angle,squared_error,2,3,microcircuit,,2,0,0
    update_angle,squared_error,4,1,microcircuit,,2,20,0
    update_angle,squared_error,4,2,microcircuit,,2,15,0
    update_angle,squared_error,4,3,microcircuit,,2,10,0
    update_angle,squared_error,4,4,microcircuit,,2,5,0
    update_angle,squared_error,4,5,microcircuit,,2,0,0
    ");
    insta::assert_snapshot!(of("relative_error_size,,4"), @r"
    relative_error_size,,4,1,microcircuit,,2,0.125,0
    relative_error_size,,4,2,microcircuit,,2,0.25,0
    relative_error_size,,4,3,microcircuit,,2,0.5,0
    relative_error_size,,4,4,microcircuit,,2,1,0
    ");
    insta::assert_snapshot!(of("step_size,,1"), @r"
    step_size,,1,1,microcircuit,,2,0.01,0
    step_size,,1,2,microcircuit,,2,0.02,0
    ");
    let n_figures = artefacts
        .iter()
        .filter(|file| file.path.ends_with("/depth.svg"));
    assert_eq!(n_figures.count(), 1);
    let svg = text_of(&artefacts, "figures/four/depth.svg");
    for text in [
        "test error (%)",
        "angle of updates",
        "size of the error",
        "size of the step",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    let page = text_of(&artefacts, "index.html");
    assert!(page.contains("depth (it stands with the first task that has these data)"));
}

#[test]
fn what_was_not_measured_leaves_its_row_out() {
    let mut runs = family();
    for run in &mut runs {
        run.summary
            .last
            .change(|all| all.retain(|of| of.metric == Metric::ACCURACY));
    }
    let artefacts = report(&input(runs)).expect("a report");
    let svg = text_of(&artefacts, "figures/four/depth.svg");
    assert!(svg.contains("test error (%)") && !svg.contains("angle of updates"));
    let csv = text_of(&artefacts, "figures/four/depth.csv");
    assert_eq!(csv.lines().count(), 4);
}

#[test]
fn other_data_and_equal_depths_make_no_family() {
    let mut runs = family();
    for run in runs.iter_mut().filter(|run| run.summary.run.task != "one") {
        run.provenance.data_checksum = run.summary.run.task.clone();
    }
    let page = |runs| text_of(&report(&input(runs)).expect("a report"), "index.html").to_owned();
    let omitted = page(runs);
    let reason = "depth (no task with the same data has another number of hidden layers)";
    assert_eq!(omitted.matches(reason).count(), 3);
    let mut runs = family();
    runs.push(at_depth("wide", &MODELS[0], 0, 2, 1.0));
    let reason = "depth (two tasks with the same data have the same number of hidden layers)";
    assert_eq!(page(runs).matches(reason).count(), 4);
}

#[test]
fn an_error_that_changes_a_hundredfold_over_hidden_layers_is_flagged() {
    let of = |keeps: &[f64]| {
        let runs = keeps.iter().zip(0..);
        let runs = runs.map(|(keeps, seed)| at_depth("deep", &MODELS[0], seed, 5, *keeps));
        report(&input(runs.collect())).expect("a report")
    };
    // 0.3⁴ = 1/123, 0.33⁴ = 1/84, 4⁴ = 256.
    let artefacts = of(&[0.3, 0.33, 0.3]);
    let table = text_of(&artefacts, "table.csv");
    assert!(table.ends_with(",error_size_changes\n"), "{table}");
    let page = text_of(&artefacts, "index.html");
    let said = "the error of microcircuit shrinks 120-fold on its way from the last to the first hidden layer in 2 of its 3 runs";
    assert!(page.contains(said));
    assert!(text_of(&of(&[4.0]), "index.html").contains("microcircuit grows 260-fold"));
    let artefacts = of(&[0.33, 3.0]);
    assert!(!text_of(&artefacts, "table.csv").contains("error_size_changes"));
}
