//! The credit verdict, and its reasons.

use std::collections::BTreeMap;

use apical_learning::{Metric, OutputError, Reading, Readings, RunRecord};
use apical_reporting::report;

use crate::fixture::{MODELS, Model, input, run};
use crate::text_of;

/// What a learner's hidden layer does.
#[derive(Clone, Copy)]
struct Measured {
    correlation: f64,
    of_backprop: f64,
    of_random: f64,
    over_floor: f64,
    potentials_at_end: f64,
}

const SOUND: Measured = Measured {
    correlation: 0.98,
    of_backprop: 0.999,
    of_random: 0.01,
    over_floor: 1e6,
    potentials_at_end: 4.0,
};

/// Three seeds of `learner` with one hidden layer, which reaches `accuracy`.
fn runs(learner: &'static str, accuracy: f64, measured: Measured) -> Vec<RunRecord> {
    let model = Model {
        learner,
        accuracy,
        ..MODELS[2]
    };
    let of_seed = |seed: u64| {
        let mut run = run("digits", &model, None, seed, 2, 40);
        run.summary.sizes = vec![64, 100, 10];
        let shift = 0.002 * seed as f64;
        for epoch in &mut run.epochs {
            let size = match epoch.epoch {
                0 => 0.5,
                _ => measured.potentials_at_end,
            };
            for layer in [1, 2] {
                let reading = |metric, value| Reading::new(metric, Ok(value)).of_layer(Some(layer));
                epoch
                    .readings
                    .change(|all| all.push(reading(Metric::POTENTIAL_SIZE, size)));
                for reference in OutputError::ALL {
                    let times = reading(Metric::GRADIENT_OVER_FLOOR, measured.over_floor);
                    epoch
                        .readings
                        .change(|all| all.push(times.against(reference)));
                }
            }
            for (metric, value) in [
                (
                    Metric::PERTURBATION_CORRELATION,
                    measured.correlation + shift,
                ),
                (
                    Metric::PERTURBATION_CORRELATION_BACKPROP,
                    measured.of_backprop,
                ),
                (Metric::PERTURBATION_CORRELATION_RANDOM, measured.of_random),
            ] {
                for reference in OutputError::ALL {
                    let reading = Reading::new(metric, Ok(value)).of_layer(Some(1));
                    epoch
                        .readings
                        .change(|all| all.push(reading.against(reference)));
                }
            }
        }
        run.summary.last = run.epochs.last().expect("an epoch").readings.clone();
        run
    };
    (0..3).map(of_seed).collect()
}

/// Backprop, a circuit and its control, of which all is measured.
pub(crate) fn all_measured() -> Vec<RunRecord> {
    let learners = [MODELS[2].learner, MODELS[0].learner];
    let sound = learners
        .into_iter()
        .flat_map(|name| runs(name, 98.0, SOUND));
    sound.chain(frozen(runs("control", 85.0, SOUND))).collect()
}

/// The same with hidden layers that are not plastic.
fn frozen(mut runs: Vec<RunRecord>) -> Vec<RunRecord> {
    let freeze = |readings: &mut Readings| {
        readings.change(|all| {
            for reading in all {
                if reading.metric == Metric::UPDATE_ANGLE && reading.layer == Some(1) {
                    reading.value = None;
                    reading.absent = Some("this layer is not plastic".to_owned());
                }
            }
        });
    };
    for run in &mut runs {
        run.epochs
            .iter_mut()
            .for_each(|epoch| freeze(&mut epoch.readings));
        freeze(&mut run.summary.last);
    }
    runs
}

/// By learner, the cells of credit.csv by column.
fn credits(runs: Vec<RunRecord>) -> BTreeMap<String, BTreeMap<String, String>> {
    let artefacts = report(&input(runs)).expect("a report");
    let csv = text_of(&artefacts, "credit.csv");
    let page = text_of(&artefacts, "index.html");
    assert!(page.contains(">Credit<"), "the page shows it");
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    lines
        .map(|line| {
            // Reasons with commas are in quotes.
            let mut cells = vec![String::new()];
            let mut is_quoted = false;
            for c in line.chars() {
                match c {
                    '"' => is_quoted = !is_quoted,
                    ',' if !is_quoted => cells.push(String::new()),
                    c => cells.last_mut().expect("a cell").push(c),
                }
            }
            assert_eq!(cells.len(), header.len(), "{line}");
            let named = header
                .iter()
                .map(|name| (*name).to_owned())
                .zip(cells.clone());
            (cells[1].clone(), named.collect())
        })
        .collect()
}

fn all(learner: Measured) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut all = runs("matched backprop", 98.0, learner);
    all.extend(frozen(runs("control", 85.0, SOUND)));
    credits(all)
}

#[test]
fn backprop_passes_and_random_errors_fail() {
    let mut all = runs("matched backprop", 98.0, SOUND);
    all.extend(runs(
        "random error",
        97.9,
        Measured {
            correlation: 0.03,
            ..SOUND
        },
    ));
    all.extend(frozen(runs("control", 85.0, SOUND)));
    let credits = credits(all);
    let of = |learner: &str, column: &str| credits[learner][column].clone();
    assert_eq!(of("matched backprop", "credit"), "PASS", "{credits:?}");
    assert_eq!(
        of("random error", "credit"),
        "FAIL",
        "its accuracy and angle pass"
    );
    assert_eq!(of("random error", "depth_is_used"), "PASS");
    let reason = of("random error", "perturbations_predicted_reason");
    assert!(reason.starts_with("least in layer 1: 0.03"), "{reason}");
    assert!(reason.ends_with("needed above 0.2"), "{reason}");
    assert_eq!(of("control", "credit"), "FAIL");
    let reason = of("control", "depth_is_used_reason");
    assert_eq!(reason, "its hidden layers stay as they began");
}

#[test]
fn every_part_fails_for_its_own_reason() {
    let grown = all(Measured {
        potentials_at_end: 40.0,
        ..SOUND
    });
    let grown = &grown["matched backprop"];
    assert_eq!(grown["potentials_in_range"], "FAIL");
    assert!(
        grown["potentials_in_range_reason"].ends_with("limit 10"),
        "{grown:?}"
    );
    assert_eq!(grown["perturbations_predicted"], "PASS");
    let buried = all(Measured {
        over_floor: 3.0,
        ..SOUND
    });
    let buried = &buried["matched backprop"];
    assert_eq!(buried["gradient_above_rounding"], "FAIL");
    assert!(
        buried["gradient_above_rounding_reason"].contains("3 times"),
        "{buried:?}"
    );
    let mut none_better = runs("matched backprop", 80.0, SOUND);
    none_better.extend(frozen(runs("control", 85.0, SOUND)));
    let none_better = credits(none_better);
    assert_eq!(none_better["matched backprop"]["depth_is_used"], "FAIL");
}

#[test]
fn what_is_not_measured_says_what_to_add() {
    let alone = credits(runs("matched backprop", 98.0, SOUND));
    let alone = &alone["matched backprop"];
    assert_eq!(alone["credit"], "not measured");
    assert_eq!(alone["depth_is_used"], "not measured");
    assert!(
        alone["depth_is_used_reason"].contains("frozen = "),
        "{alone:?}"
    );
    let unsound = all(Measured {
        of_backprop: 0.5,
        ..SOUND
    });
    let unsound = &unsound["matched backprop"];
    assert_eq!(unsound["perturbations_predicted"], "not measured");
    let reason = &unsound["perturbations_predicted_reason"];
    assert!(reason.starts_with("not calibrated"), "{reason}");
}

#[test]
fn without_its_metrics_there_is_no_verdict() {
    let runs = (0..3).map(|seed| run("digits", &MODELS[2], None, seed, 2, 4));
    let artefacts = report(&input(runs.collect())).expect("a report");
    assert!(artefacts.iter().all(|of| of.path != "credit.csv"));
    assert!(!text_of(&artefacts, "index.html").contains(">Credit<"));
}
