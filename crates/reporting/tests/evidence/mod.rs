//! Figures of single classes, of layers over epochs, of time and of tuning.

use apical_learning::{Confusion, RunRecord};
use apical_reporting::{ReportInput, report};

use crate::fixture::{MODELS, everything, input, regression, rounded, run};
use crate::{full, small, text_of};

fn counts(rows: [&str; 3]) -> Option<Confusion> {
    let rows = rows.map(str::to_owned).to_vec();
    Some(Confusion::try_from(rows).expect("a square of counts"))
}

/// Two runs of one learner and one of another on three classes, the last without a sample of class 2.
fn on_three_classes() -> Vec<RunRecord> {
    let mut runs: Vec<RunRecord> = [(0, 0), (0, 1), (2, 0)]
        .map(|(model, seed)| run("digits", &MODELS[model], None, seed, 2, 4))
        .into();
    runs[0].summary.confusion = counts(["8 2 0", "0 10 0", "1 0 3"]);
    runs[1].summary.confusion = counts(["9 0 1", "0 10 0", "0 0 4"]);
    runs[2].summary.confusion = counts(["10 0 0", "5 5 0", "0 0 0"]);
    runs
}

#[test]
fn classes_are_counted_over_runs_and_their_accuracies_averaged() {
    let artefacts = report(&input(on_three_classes())).expect("a report");
    let confusion = text_of(&artefacts, "figures/digits/confusion.csv");
    insta::assert_snapshot!(rounded(confusion), @"
    learner,variant,class,taken_for,n_runs,n_samples,share_percent
    microcircuit,,0,0,2,17,85
    microcircuit,,0,1,2,2,10
    microcircuit,,0,2,2,1,5
    microcircuit,,1,1,2,20,100
    microcircuit,,2,0,2,1,12.5
    microcircuit,,2,2,2,7,87.5
    matched backprop,,0,0,1,10,100
    matched backprop,,1,0,1,5,50
    matched backprop,,1,1,1,5,50
    ");
    let accuracy = text_of(&artefacts, "figures/digits/class_accuracy.csv");
    insta::assert_snapshot!(rounded(accuracy), @"
    learner,variant,class,n_runs,accuracy_percent,half_width_95
    microcircuit,,0,2,85,63.531
    microcircuit,,1,2,100,0
    microcircuit,,2,2,87.5,158.828
    matched backprop,,0,1,100,
    matched backprop,,1,1,50,
    ");
    let svg = text_of(&artefacts, "figures/digits/confusion.svg");
    for note in [
        "microcircuit: class 2 for 0, 12.5 % of it",
        "matched backprop: class 1 for 0, 50.0 % of it",
    ] {
        assert!(svg.contains(note), "{note}");
    }
}

#[test]
fn records_without_counts_have_a_page_that_says_so() {
    let mut old = small();
    for run in &mut old {
        run.summary.confusion = None;
    }
    for runs in [old, small().into_iter().map(regression).collect()] {
        let artefacts = report(&input(runs)).expect("a report");
        let is_there = |name: &str| artefacts.iter().any(|file| file.path.contains(name));
        assert!(!is_there("/confusion.") && !is_there("/class_accuracy."));
        let page = text_of(&artefacts, "index.html");
        assert!(page.contains("confusion (no finished run has counts of classes"));
    }
    let mut mixed = on_three_classes();
    mixed.push(run("digits", &MODELS[3], None, 0, 2, 4));
    let page = report(&input(mixed)).expect("a report");
    let page = text_of(&page, "index.html");
    assert!(page.contains("confusion (runs differ in their number of classes)"));
}

#[test]
fn of_many_classes_the_matrix_alone_is_drawn() {
    let mut run = run("digits", &MODELS[0], None, 0, 2, 4);
    let row = |class: usize| (0..50).map(move |of| if of == class { "7" } else { "0" });
    let rows = (0..50).map(|class| row(class).collect::<Vec<_>>().join(" "));
    run.summary.confusion = Some(Confusion::try_from(rows.collect::<Vec<_>>()).expect("a square"));
    let artefacts = report(&input(vec![run])).expect("a report");
    let confusion = text_of(&artefacts, "figures/digits/confusion.csv");
    assert_eq!(confusion.lines().count(), 51, "cells of no sample");
    let svg = text_of(&artefacts, "figures/digits/confusion.svg");
    assert!(svg.len() < 40_000, "{} bytes", svg.len());
    let page = text_of(&artefacts, "index.html");
    assert!(page.contains("class accuracy (there are more than 20 classes"));
}

#[test]
fn the_map_has_the_mean_angles_of_the_reference_that_a_learner_descends() {
    let artefacts = full();
    let map = text_of(artefacts, "figures/digits/angle_map.csv");
    let angles = text_of(artefacts, "figures/digits/update_angle.csv");
    let last = |csv: &str, start: &str, column: usize| -> Vec<String> {
        let rows = csv.lines().filter(|line| line.starts_with(start));
        let rows = rows.filter(|line| line.split(',').nth(column) == Some("60"));
        rows.map(|line| {
            line.split(',')
                .nth(column + 2)
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
    };
    for k in 1..=3 {
        let in_map = last(map, &format!("microcircuit,,potential,{k},"), 4);
        let read = last(
            angles,
            &format!("update_angle,potential,{k},microcircuit,"),
            5,
        );
        assert_eq!((in_map.len(), &in_map), (1, &read), "layer {k}");
    }
    assert!(!map.contains("squared_error") && !map.contains("all"));
    let svg = text_of(artefacts, "figures/digits/angle_map.svg");
    for text in [
        "n = 8",
        "n = 10",
        "layer",
        "angle (°)",
        "30 of 61 measured epochs",
    ] {
        assert!(svg.contains(text), "{text}");
    }
}

#[test]
fn nobody_is_faster_and_better_than_one_on_the_front() {
    let mut runs = small();
    let score = |run: &mut RunRecord, accuracy: f64, seconds: f64| {
        run.summary.last.change(|all| {
            for reading in all {
                reading.value = reading.value.map(|_| accuracy);
            }
        });
        let timing = &mut run.summary.timing.seconds;
        (
            timing.data,
            timing.dynamics,
            timing.plasticity,
            timing.fused,
        ) = (seconds, 0.0, 0.0, 0.0);
    };
    for run in &mut runs {
        match &*run.summary.run.learner {
            "microcircuit" => score(run, 90.0, 4.0),
            _ => score(run, 95.0, 2.0),
        }
    }
    for seed in 0..2 {
        let mut fast = run("digits", &MODELS[4], None, seed, 2, 4);
        score(&mut fast, 80.0, 1.0);
        runs.push(fast);
    }
    let front = |runs: Vec<RunRecord>| {
        let artefacts = report(&input(runs)).expect("a report");
        let csv = text_of(&artefacts, "figures/digits/time_front.csv").to_owned();
        let means = csv.lines().filter(|line| line.contains(",mean,"));
        let on_it = means.filter(|line| line.ends_with(",true"));
        let name = |line: &str| line.split(',').next().unwrap_or_default().to_owned();
        let mut names: Vec<String> = on_it.map(name).collect();
        names.sort();
        names
    };
    assert_eq!(front(runs.clone()), ["matched backprop", "single layer"]);
    // Of losses less is better.
    let losses = runs.into_iter().map(regression).collect();
    assert_eq!(front(losses), ["single layer"]);
}

#[test]
fn trials_stand_over_what_was_tuned_with_the_ends_of_its_range() {
    let tuned = ReportInput {
        trials: everything().trials,
        tuned_ranges: everything().tuned_ranges,
        ..input(small())
    };
    let artefacts = report(&tuned).expect("a report");
    let csv = text_of(&artefacts, "figures/digits/tuning.csv");
    assert_eq!(csv.lines().count(), 1 + 5 * 12 * 2);
    assert!(
        csv.contains("\nmicrocircuit,0,3,x.rates.0,0.027439999999999992,,false\n"),
        "{csv}"
    );
    let svg = text_of(&artefacts, "figures/digits/tuning.svg");
    assert!(svg.contains("microcircuit: n = 12, 1 failed, 1 off the axis"));
    assert!(svg.contains("rates.0") && svg.contains("rates.1"));
    // Dashed edges, two a panel of ten.
    let without = ReportInput {
        tuned_ranges: Default::default(),
        ..tuned
    };
    let dashes = |svg: &str| svg.matches("#767676").count();
    let bare = report(&without).expect("a report");
    let bare = text_of(&bare, "figures/digits/tuning.svg");
    assert!(
        dashes(svg) >= dashes(bare) + 20,
        "{} {}",
        dashes(svg),
        dashes(bare)
    );
    let page = text_of(&artefacts, "index.html");
    for cell in [">runs<", ">time (s)<", ">24<", ">16.5<"] {
        assert!(page.contains(cell), "{cell}");
    }
    let trials = text_of(&artefacts, "trials.csv");
    assert!(trials.starts_with("task,learner,trial,settings,seeds,n_epochs,validation,failed,chosen,judged_by,training_seconds,x.rates.0"));
    let mut old = without;
    for trial in &mut old.trials {
        trial.seconds = None;
    }
    let artefacts = report(&old).expect("a report");
    assert!(!text_of(&artefacts, "trials.csv").contains("training_seconds"));
}

#[test]
fn captions_say_how_many_runs_they_show() {
    let page = text_of(full(), "index.html");
    assert!(page.contains("Runs a learner: n = 8 to 10."));
    assert!(page.contains("Runs a learner: n = 3."));
    let tuning = page.split("<b>Sensitivity").nth(1).expect("the figure");
    let caption = tuning.split("</figcaption>").next().unwrap_or_default();
    assert!(!caption.contains("Runs a learner"));
}

#[test]
fn it_is_said_what_varies_from_seed_to_seed() {
    let said = |change: &dyn Fn(&mut RunRecord)| {
        let mut runs = small();
        runs.iter_mut().for_each(change);
        let artefacts = report(&input(runs)).expect("a report");
        let page = text_of(&artefacts, "index.html");
        let (_, rest) = page.split_once("Here the interval").expect("the note");
        let table = text_of(&artefacts, "table.csv").to_owned();
        let sentence = rest.split('.').next().unwrap_or_default();
        (sentence.to_owned(), table.contains(",n_tunings,"))
    };
    let start = " covers starting weights";
    let (sentence, has_column) = said(&|_| ());
    let expected =
        "and the order of samples; all seeds share one split of the data and one setting";
    assert_eq!(
        (sentence, has_column),
        (format!("{start} {expected}"), false)
    );
    let (sentence, _) = said(&|run| run.summary.n_tuning_trials = Some(4));
    assert!(
        sentence.ends_with("one split of the data and one tuning"),
        "{sentence}"
    );
    let (sentence, has_column) = said(&|run| {
        let seed = run.summary.run.seed;
        run.provenance.data_checksum = seed.to_string();
        run.summary.n_tuning_trials = Some(4);
        run.summary.tuning = Some(seed as usize % 2);
    });
    let expected = "the order of samples, 3 splits or draws of the data and 2 tunings";
    assert_eq!(
        (sentence, has_column),
        (format!("{start}, {expected}"), true)
    );
}
