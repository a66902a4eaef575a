//! What a page leads with, how learners look, and what is flagged.

use apical_learning::Metric;
use apical_reporting::{Published, ReportInput, report};

use crate::fixture::{MODELS, Model, failed, input, run};
use crate::{full, small, text_of};

#[test]
fn every_link_of_the_page_leads_somewhere_when_it_is_sent_alone() {
    let page = text_of(full(), "index.html");
    let mut n_inside = 0;
    for link in page.split("<a ").skip(1) {
        let (_, rest) = link.split_once("href=\"").expect("a target");
        let (target, _) = rest.split_once('"').expect("its end");
        if let Some(id) = target.strip_prefix('#') {
            assert!(page.contains(&format!(" id=\"{id}\"")), "{id}");
        } else {
            n_inside += usize::from(target.starts_with("data:text/csv"));
            let is_drawing = link.starts_with("class=\"drawing\"");
            let is_said = link.contains(">CSV, beside this page<");
            assert!(
                is_drawing || is_said || target.starts_with("data:"),
                "{target}"
            );
        }
    }
    assert!(n_inside > 20, "{n_inside}");
    assert!(page.len() < 8 << 20, "{} bytes", page.len());
}

#[test]
fn what_the_tool_is_for_comes_first() {
    let artefacts = report(&input(small())).expect("a report");
    let page = text_of(&artefacts, "index.html");
    let places = [
        "update angle, potential",
        "gap",
        "test\u{a0}accuracy",
        "training\u{a0}time",
        "all layers",
        ">Angle of updates to the gradient.<",
        ">Learning curves.<",
        ">Accuracy against training time.<",
        ">What the numbers mean<",
        ">Provenance<",
    ];
    let (_, mut rest) = page.split_once("<table").expect("a table");
    for place in places {
        let place = place.replace("update angle, potential", "update\u{a0}angle, potential");
        let (_, after) = rest.split_once(&place).unwrap_or_else(|| panic!("{place}"));
        rest = after;
    }
}

#[test]
fn the_claim_is_on_what_the_report_is_about_and_a_gap_of_nothing_has_no_side() {
    let run = |model: &Model| run("digits", model, None, 0, 2, 4);
    let mut equal = run(&MODELS[2]);
    equal.summary.run.learner = "circuit".to_owned();
    let runs = vec![run(&MODELS[3]), run(&MODELS[2]), equal];
    let claim = |subjects: &[&str]| {
        let mut input = input(runs.clone());
        let named = subjects
            .iter()
            .map(|of| ("digits".to_owned(), (*of).to_owned()));
        input.subjects = named.collect();
        let page = text_of(&report(&input).expect("a report"), "index.html").to_owned();
        let (_, claim) = page.split_once("On digits, ").expect("a claim");
        claim.split_once("</p>").expect("its end").0.to_owned()
    };
    let first = claim(&[]);
    assert!(
        first.contains(&format!("of {} stand", MODELS[3].learner)),
        "{first}"
    );
    let meant = claim(&["circuit"]);
    assert!(meant.contains("of circuit stand"), "{meant}");
    assert!(
        meant.contains("0.00 percentage points more or less on the same seed"),
        "{meant}"
    );
}

/// The colour of the thick line of `learner` in the learning curves on digits.
fn colours(input: &ReportInput) -> Vec<String> {
    let artefacts = report(input).expect("a report");
    let svg = text_of(&artefacts, "figures/digits/learning_curves.svg");
    let thick = svg
        .split("<polyline ")
        .filter(|line| line.contains("stroke-width=\"11\""));
    thick
        .filter_map(|line| Some(line.split_once("stroke=\"")?.1[..7].to_owned()))
        .collect()
}

#[test]
fn a_kind_of_learner_has_one_look_in_every_report() {
    let place = |model: &Model, place: usize| {
        (
            ("digits".to_owned(), model.learner.to_owned()),
            place.into(),
        )
    };
    let of = |models: &[(&Model, usize)]| {
        let runs = models
            .iter()
            .map(|(model, _)| run("digits", model, None, 0, 2, 4));
        let mut input = input(runs.collect());
        input.places = models.iter().map(|(model, at)| place(model, *at)).collect();
        colours(&input)
    };
    let (circuit, backprop) = ("#0072B2", "#D55E00");
    let both = of(&[(&MODELS[0], 0), (&MODELS[2], 1)]);
    assert_eq!(both, [circuit, backprop]);
    let other_order = of(&[(&MODELS[2], 1), (&MODELS[0], 0)]);
    assert!(other_order.contains(&circuit.to_owned()) && other_order[0] == backprop);
    // Another of the same kind is told apart, and one without a place takes nobody's.
    let two = of(&[(&MODELS[0], 0), (&MODELS[1], 0)]);
    assert_ne!(two[0], two[1]);
    let mut some = input(
        [&MODELS[0], &MODELS[3]]
            .map(|m| run("digits", m, None, 0, 2, 4))
            .to_vec(),
    );
    some.places = [place(&MODELS[0], 0)].into();
    let found = colours(&some);
    assert!(found[1] != circuit, "{found:?}");
}

#[test]
fn a_sweep_over_a_logarithm_says_what_it_found_and_has_columns_for_its_values() {
    let mut runs = Vec::new();
    for (rate, accuracy) in [("0.1", 90.0), ("0.2", 95.0), ("0.4", 92.0)] {
        let model = Model {
            accuracy,
            ..MODELS[0]
        };
        runs.extend((0..3).map(|seed| run("digits", &model, Some(rate), seed, 2, 30)));
    }
    let linear = report(&input(runs.clone())).expect("a report");
    let mut swept = input(runs);
    swept.logarithmic = ["task.digits.learner.rate".into()].into();
    let artefacts = report(&swept).expect("a report");
    let page = text_of(&artefacts, "index.html");
    assert!(page.contains("the test accuracy of microcircuit is highest at learner.rate=0.2: 9"));
    assert!(page.contains("it neither rises nor falls throughout, from "));
    let svg = "figures/digits/sweep.svg";
    assert_ne!(text_of(&artefacts, svg), text_of(&linear, svg));
    for file in ["table.csv", "figures/digits/learning_curves.csv"] {
        let text = text_of(&artefacts, file);
        let (header, first) = text.split_once('\n').expect("rows");
        let column = header.split(',').position(|name| name == "learner.rate");
        let mut row = first.lines().next().expect("a row").split(',');
        let cell = row.nth(column.expect("a column"));
        assert_eq!(cell, Some("0.1"), "{file}");
    }
}

#[test]
fn a_sweep_that_changes_nothing_has_no_best_value_and_no_trend() {
    let swept = ["0.1", "0.2"].map(|rate| run("digits", &MODELS[2], Some(rate), 0, 2, 30));
    let artefacts = report(&input(swept.to_vec())).expect("a report");
    let page = text_of(&artefacts, "index.html");
    assert!(page.contains("is the same at all 2 points: 9"), "{page}");
    assert!(!page.contains("throughout"));
}

#[test]
fn numbers_that_are_no_comparison_are_flagged_and_shown() {
    let guessing = Model {
        learner: "guessing",
        accuracy: 10.0,
        angle: None,
        ..MODELS[4]
    };
    let mut runs: Vec<_> = (0..3)
        .map(|seed| run("digits", &guessing, None, seed, 2, 4))
        .collect();
    for run in &mut runs {
        for epoch in run.epochs.iter_mut().skip(1) {
            epoch.readings.change(|all| {
                let losses = all.iter_mut().filter(|of| of.metric == Metric::LOSS);
                losses.for_each(|loss| loss.value = Some(9.0));
            });
        }
    }
    let twins = (0..3).flat_map(|seed| {
        let own = run("digits", &MODELS[0], None, seed, 2, 4);
        let mut other = own.clone();
        other.summary.run.learner = "twin".to_owned();
        // Of the third, scores alone are the same.
        let mut third = own.clone();
        third.summary.run.learner = "third".to_owned();
        third.summary.last.change(|all| {
            let angles = all
                .iter_mut()
                .filter(|of| of.metric == Metric::UPDATE_ANGLE);
            angles.for_each(|of| of.value = of.value.map(|angle| angle + 1.0));
        });
        [own, other, third]
    });
    runs.extend(twins);
    runs.push(failed(
        run("digits", &MODELS[3], None, 0, 2, 4),
        "potential of layer 1 is not finite",
    ));
    let artefacts = report(&input(runs)).expect("a report");
    let table = text_of(&artefacts, "table.csv");
    let flags: Vec<&str> = table
        .lines()
        .map(|row| row.rsplit(',').next().expect("a cell"))
        .collect();
    assert_eq!(
        flags,
        [
            "flags",
            "at_chance loss_never_fell",
            "one_algorithm identical",
            "one_algorithm identical",
            "identical",
            "diverged"
        ]
    );
    let page = text_of(&artefacts, "index.html");
    for said in [
        "guessing is at chance (10 % in 10 classes)",
        "the loss of guessing never fell below that of the start in 3 of its 3 runs",
        "microcircuit and twin are one algorithm here",
        "microcircuit and third have the same scores to the last digit",
        "feedback alignment diverged in its run and has no numbers of them",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn few_different_scores_are_not_taken_for_chance() {
    let flags = |percent: f64| {
        let mut runs: Vec<_> = (0..2)
            .map(|seed| run("digits", &MODELS[0], None, seed, 2, 4))
            .collect();
        for run in &mut runs {
            *run.summary.sizes.last_mut().expect("outputs") = 2;
            let of_epochs = run.epochs.iter_mut().map(|epoch| &mut epoch.readings);
            for readings in of_epochs.chain([&mut run.summary.last]) {
                readings.change(|all| {
                    let accuracies = all.iter_mut().filter(|of| of.metric == Metric::ACCURACY);
                    accuracies.for_each(|of| of.value = Some(percent));
                });
            }
        }
        let artefacts = report(&input(runs)).expect("a report");
        let table = text_of(&artefacts, "table.csv");
        let row = table.lines().nth(1).expect("a row").to_owned();
        row.rsplit(',').next().expect("a cell").to_owned()
    };
    // All right, or four of five, of any number of samples.
    assert_eq!([flags(100.0), flags(80.0)], ["", ""]);
    assert_eq!(flags(50.0), "at_chance");
}

#[test]
fn a_control_far_behind_does_not_make_the_axis() {
    let weak = Model {
        accuracy: 64.0,
        ..MODELS[4]
    };
    let mut runs = small();
    runs.extend((0..3).map(|seed| run("digits", &weak, None, seed, 2, 60)));
    runs.extend((0..3).map(|seed| run("digits", &MODELS[0], None, seed + 3, 2, 60)));
    runs.retain(|run| run.summary.run.learner == weak.learner || run.summary.run.seed > 2);
    runs.extend((3..6).map(|seed| run("digits", &MODELS[2], None, seed, 2, 60)));
    let artefacts = report(&input(runs)).expect("a report");
    let svg = text_of(&artefacts, "figures/digits/learning_curves.svg");
    assert!(svg.contains("below the axis: single layer (6"));
}

#[test]
fn what_is_published_stands_beside_and_says_where_it_is_missed() {
    let mut given = input(small());
    let of = |learner: &str| ("digits".to_owned(), learner.to_owned());
    let published = |accuracy| Published {
        accuracy,
        tolerance: 0.5,
        source: "A source (2000)".to_owned(),
    };
    let artefacts = report(&given).expect("a report");
    let title = "Beside the literature";
    assert!(!text_of(&artefacts, "index.html").contains(title));
    given
        .literature
        .insert(of(MODELS[0].learner), published(12.3));
    let artefacts = report(&given).expect("a report");
    let page = text_of(&artefacts, "index.html");
    let (_, card) = page.split_once(title).expect("the card");
    let (card, _) = card.split_once("</table>").expect("its end");
    for part in ["12.3\u{a0}±\u{a0}0.5", ">outside<", "A source (2000)"] {
        assert!(card.contains(part), "{part}: {card}");
    }
    assert!(
        !card.contains(">within<"),
        "of the other learner nothing is published"
    );
}
