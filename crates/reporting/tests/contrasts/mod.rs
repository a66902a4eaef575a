//! Declared contrasts: what is compared, what is said, and where.

use std::collections::BTreeMap;

use apical_learning::{Metric, PartName, Reading, Readings, RunRecord};
use apical_reporting::{
    Contrasts, ReportInput, VerdictEpoch, report, terminal_table, terminal_table_in,
};

use crate::fixture::{MODELS, Model, failed, input, regression, run};
use crate::text_of;

const BACKPROP: &str = "matched backprop";

/// A run of `learner` on digits with these test scores after the last and after the chosen epoch.
fn scored(learner: &'static str, seed: u64, metric: Metric, [last, chosen]: [f64; 2]) -> RunRecord {
    let model = Model {
        learner,
        ..MODELS[0]
    };
    let mut run = run("digits", &model, None, seed, 2, 4);
    // Scores alone, so that other figures need not be drawn.
    run.epochs.clear();
    run.timings.clear();
    run.summary.last = run.summary.last.of_predictions();
    let of = |readings: &mut Readings, value: f64| {
        readings.change(|all| {
            let is_it = |of: &&mut Reading| of.metric == metric && of.part == Some(PartName::Test);
            let reading = all.iter_mut().find(is_it).expect("a test score");
            reading.value = Some(value);
        });
    };
    of(&mut run.summary.last, last);
    of(&mut run.summary.chosen, chosen);
    run
}

/// Ten seeds of backprop and of `learner`, whose accuracy differs by `last` and `chosen`, seed by seed.
fn pair(learner: &'static str, last: [f64; 10], chosen: [f64; 10]) -> Vec<RunRecord> {
    let of_seed = |seed: usize| {
        let base = 96.0 + 0.4 * (seed % 4) as f64;
        [
            scored(
                learner,
                seed as u64,
                Metric::ACCURACY,
                [base + last[seed], base + chosen[seed]],
            ),
            scored(BACKPROP, seed as u64, Metric::ACCURACY, [base, base]),
        ]
    };
    (0..10).flat_map(of_seed).collect()
}

/// `runs` with the contrasts `pairs`.
fn declared(runs: Vec<RunRecord>, pairs: &[(&str, &str)], margin: Option<f64>) -> ReportInput {
    let contrasts = Contrasts {
        pairs: (pairs.iter())
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect(),
        margin,
        epoch: VerdictEpoch::Last,
        declared_in: None,
    };
    let tasks = runs.iter().map(|run| run.summary.run.task.clone());
    ReportInput {
        contrasts: tasks.map(|task| (task, contrasts.clone())).collect(),
        ..input(runs)
    }
}

/// The rows of contrasts.csv by column.
fn rows(input: &ReportInput) -> Vec<BTreeMap<String, String>> {
    let artefacts = report(input).expect("a report");
    let mut lines = text_of(&artefacts, "contrasts.csv").lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), header.len(), "{line}");
            let cells = header.iter().zip(cells);
            cells
                .map(|(column, cell)| ((*column).to_owned(), cell.to_owned()))
                .collect()
        })
        .collect()
}

/// The line of the terminal's table that says what came of `learner`.
fn said(input: &ReportInput, learner: &str) -> String {
    let text = terminal_table(input, false);
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("    {learner}")));
    line.unwrap_or_else(|| panic!("{text}")).trim().to_owned()
}

const NEAR: [f64; 10] = [0.0, 0.4, -0.4, 0.0, 0.4, 0.0, -0.4, 0.0, 0.4, -0.4];
const FAR: [f64; 10] = [-3.2, -2.8, -3.6, -3.2, -2.8, -3.2, -3.6, -3.2, -2.8, -3.6];
const WIDE: [f64; 10] = [0.0, 1.2, -1.6, 0.4, 0.8, -0.8, -0.4, 1.2, -1.2, 0.8];

/// Backprop beside three others, one for each verdict.
fn three() -> Vec<RunRecord> {
    let mut runs = pair("circuit", NEAR, WIDE);
    for (learner, last) in [("single layer", FAR), ("alignment", WIDE)] {
        let own = pair(learner, last, last).into_iter();
        runs.extend(own.filter(|run| run.summary.run.learner != BACKPROP));
    }
    runs
}

const OF_THREE: [(&str, &str); 3] = [
    ("circuit", BACKPROP),
    ("single layer", BACKPROP),
    ("alignment", BACKPROP),
];

#[test]
fn verdicts_stand_in_table_terminal_page_and_claim() {
    let input = declared(three(), &OF_THREE, Some(0.5));
    let text = terminal_table_in(&input, false, 80);
    let own = text.split("contrasts with ").nth(1).expect("contrasts");
    let own: Vec<&str> = own.lines().take(4).collect();
    insta::assert_snapshot!(own.join("\n"), @r"
    matched backprop, last epoch, margin 0.5 percentage points:
        circuit: 0.00 ± 0.23, equivalent
        single layer: −3.20 ± 0.23, different
        alignment: 0.04 ± 0.72, undecided (n needed: 37)
    ");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    let artefacts = report(&input).expect("a report");
    let page = text_of(&artefacts, "index.html");
    let claim = page.split("<p class=\"claim\">").nth(1).expect("a claim");
    let claim = claim
        .split("</p>")
        .next()
        .expect("its end")
        .replace('\u{a0}', " ");
    assert!(
        claim.contains("circuit is as accurate as matched backprop within 0.5 percentage points"),
        "{claim}"
    );
    for said in [
        "Declared contrasts",
        ">equivalent<",
        ">different<",
        ">undecided (n\u{a0}needed:\u{a0}",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let table: Vec<String> = rows(&input)
        .iter()
        .map(|row| {
            let columns = [
                "learner",
                "other",
                "epoch",
                "n_pairs",
                "sign_flip_p",
                "sign_flip_method",
                "holm_p",
                "wilcoxon_method",
                "margin",
                "verdict",
                "n_needed",
            ];
            columns.map(|column| row[column].clone() + " |").join(" ")
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    circuit | matched backprop | last | 10 | 1 | exact | 1 | normal | 0.5 | equivalent |  |
    circuit | matched backprop | chosen | 10 | 1 | exact | 1 | normal | 0.5 |  |  |
    single layer | matched backprop | last | 10 | 0.001953125 | exact | 0.005859375 | normal | 0.5 | different |  |
    single layer | matched backprop | chosen | 10 | 0.001953125 | exact | 0.005859375 | normal | 0.5 |  |  |
    alignment | matched backprop | last | 10 | 1 | exact | 1 | normal | 0.5 | undecided | 37 |
    alignment | matched backprop | chosen | 10 | 1 | exact | 1 | normal | 0.5 |  |  |
    ");
    // Ten pairs, both epochs, three contrasts.
    let figure = text_of(&artefacts, "figures/digits/contrasts.csv");
    assert_eq!(figure.lines().count(), 1 + 3 * 2 * 10);
    assert!(
        figure.contains("circuit,matched backprop,last,0,0,"),
        "{figure}"
    );
}

#[test]
fn without_a_verdict_nothing_is_called_the_same() {
    let lists = |input: &ReportInput| -> Vec<String> {
        let artefacts = report(input).expect("a report");
        let page = text_of(&artefacts, "index.html");
        let claims = page.split("<p class=\"claim\">").skip(1);
        let claims = claims.map(|rest| rest.split("</p>").next().unwrap_or_default().to_owned());
        claims.chain([terminal_table(input, false)]).collect()
    };
    let words = [
        "accurate as",
        "equivalent",
        "tracks",
        "as fast as",
        "as low",
        "on a par",
    ];
    let told = |input: &ReportInput| {
        let texts = lists(input);
        let mut words = words.iter();
        words.any(|word| texts.iter().any(|text| text.contains(word)))
    };
    assert!(told(&declared(three(), &OF_THREE, Some(0.5))));
    // Neither without declaration, nor without margin, nor where it is undecided.
    assert!(!told(&input(three())));
    assert!(!told(&declared(three(), &OF_THREE, None)));
    assert!(!told(&declared(three(), &OF_THREE[1..], Some(0.5))));
    assert!(!told(&declared(
        pair("circuit", WIDE, WIDE),
        &OF_THREE[..1],
        Some(0.5)
    )));
}

#[test]
fn a_verdict_may_be_drawn_from_the_chosen_epoch() {
    let mut input = declared(three(), &OF_THREE[..1], Some(0.5));
    assert_eq!(said(&input, "circuit"), "circuit: 0.00 ± 0.23, equivalent");
    for contrasts in input.contrasts.values_mut() {
        contrasts.epoch = VerdictEpoch::Chosen;
    }
    let of_chosen = said(&input, "circuit");
    assert!(of_chosen.contains("undecided (n needed: "), "{of_chosen}");
    let judged: Vec<bool> = rows(&input)
        .iter()
        .map(|row| !row["verdict"].is_empty())
        .collect();
    assert_eq!(judged, [false, true]);
}

#[test]
fn a_small_difference_that_is_there_is_equivalent_with_its_size() {
    let small = [0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1];
    let input = declared(pair("circuit", small, small), &OF_THREE[..1], Some(0.5));
    let said = said(&input, "circuit");
    assert_eq!(
        said,
        "circuit: 0.15 ± 0.04, equivalent, though different by 0.15"
    );
    assert_eq!(rows(&input)[0]["equivalent_but_different"], "true");
}

#[test]
fn failed_and_unpaired_seeds_are_counted_and_said() {
    let mut runs = pair("circuit", NEAR, NEAR);
    runs.retain(|run| (run.summary.run.learner.as_str(), run.summary.run.seed) != (BACKPROP, 3));
    for run in &mut runs {
        if (&*run.summary.run.learner, run.summary.run.seed) == ("circuit", 5) {
            *run = failed(run.clone(), "layer 1: potential is NaN");
        }
        // A score that is no number is none.
        if (&*run.summary.run.learner, run.summary.run.seed) == ("circuit", 7) {
            run.summary.last.change(|all| {
                let mut scores = all.iter_mut();
                let score = scores.find(|of| of.part == Some(PartName::Test));
                score.expect("a test score").value = Some(f64::NAN);
            });
        }
    }
    let input = declared(runs, &OF_THREE[..1], Some(0.5));
    let said = said(&input, "circuit");
    assert!(
        said.ends_with("; 1 of 10 seeds failed; 2 of 10 seeds unpaired"),
        "{said}"
    );
    let rows = rows(&input);
    let (row, chosen) = (&rows[0], &rows[1]);
    let counts = ["n_pairs", "n_seeds", "n_failed", "n_unpaired"].map(|of| &*row[of]);
    assert_eq!(counts, ["7", "10", "1", "2"]);
    assert_eq!((&*chosen["n_pairs"], &*chosen["n_unpaired"]), ("8", "1"));
}

#[test]
fn one_seed_and_no_seed_have_no_verdict() {
    let one: Vec<RunRecord> = pair("circuit", NEAR, NEAR).into_iter().take(2).collect();
    let input = declared(one, &OF_THREE[..2], Some(0.5));
    assert_eq!(
        said(&input, "circuit"),
        "circuit: 0.00, no verdict of one seed"
    );
    assert_eq!(
        said(&input, "single layer"),
        "single layer: –, no verdict without a pair"
    );
    let rows = rows(&input);
    assert_eq!(
        (rows[0]["tost_p"].as_str(), rows[2]["sign_flip_p"].as_str()),
        ("", "")
    );
    report(&input).expect("a report");
}

#[test]
fn learners_of_the_same_bits_are_one_algorithm() {
    let mut runs: Vec<RunRecord> = Vec::new();
    for seed in 0..3 {
        let own = scored("circuit", seed, Metric::ACCURACY, [97.2, 97.2]);
        let mut twin = own.clone();
        twin.summary.run.learner = BACKPROP.to_owned();
        runs.extend([own, twin]);
    }
    let twins = declared(runs.clone(), &OF_THREE[..1], None);
    assert_eq!(
        said(&twins, "circuit"),
        "circuit: 0.00, identical in every seed: one algorithm"
    );
    // The same accuracies with other losses are no such thing.
    let last = runs.last_mut().expect("a run");
    last.summary.last.change(|all| {
        let loss = all.iter_mut().find(|of| of.metric == Metric::LOSS);
        let loss = loss.expect("a loss");
        loss.value = loss.value.map(|value| value + 1e-9);
    });
    let others = declared(runs, &OF_THREE[..1], Some(0.5));
    assert_eq!(said(&others, "circuit"), "circuit: 0.00, undecided");
}

#[test]
fn a_loss_has_a_margin_in_its_own_unit() {
    let of = |seed: u64| {
        let base = 0.02 + 0.001 * seed as f64;
        let other = base + 0.0001 * (seed as f64 - 4.5);
        [
            regression(scored("circuit", seed, Metric::LOSS, [other, other])),
            regression(scored(BACKPROP, seed, Metric::LOSS, [base, base])),
        ]
    };
    let runs = (0..10).flat_map(of).collect();
    let input = declared(runs, &OF_THREE[..1], Some(0.001));
    let text = terminal_table(&input, false);
    assert!(text.contains("last epoch, margin 0.001:"), "{text}");
    let artefacts = report(&input).expect("a report");
    let page = text_of(&artefacts, "index.html").replace('\u{a0}', " ");
    assert!(page.contains("circuit has as low a loss as matched backprop within 0.001 (TOST p"));
}

#[test]
fn contrasts_are_drawn_at_every_point_of_a_sweep_and_counted_together() {
    let mut runs = Vec::new();
    for rate in ["0.1", "0.3"] {
        for model in [&MODELS[0], &MODELS[2]] {
            runs.extend((0..5).map(|seed| run("digits", model, Some(rate), seed, 2, 4)));
        }
    }
    let pairs = [(MODELS[0].learner, BACKPROP)];
    let rows = rows(&declared(runs, &pairs, Some(0.5)));
    let of: Vec<[&str; 4]> = rows
        .iter()
        .map(|row| {
            [
                "variant",
                "other_variant",
                "learner.rate",
                "holm_n_contrasts",
            ]
            .map(|of| &*row[of])
        })
        .collect();
    let [first, second] = ["learner.rate=0.1", "learner.rate=0.3"];
    assert_eq!(of[0], [first, first, "0.1", "2"]);
    assert_eq!(of[3], [second, second, "0.3", "2"]);
    assert_eq!(of.len(), 4);
}

#[test]
fn what_is_drawn_of_a_contrast_lies_on_the_axis() {
    // Its mean lies on the axis that the others need, and single seeds far beyond.
    let ends = [-7.2, -0.4, -0.8, -6.4, -0.4, -0.8, -0.4, -6.8, -0.4, -0.4];
    let outlier = [-3.2, 0.0, 0.4, -0.4, 0.0, 0.4, 0.0, -0.4, 0.4, 0.4];
    let mut runs = pair("circuit", outlier, outlier);
    for (learner, by) in [("half failed", ends), ("frozen", FAR.map(|by| by - 8.8))] {
        let own = pair(learner, by, by).into_iter();
        runs.extend(own.filter(|run| run.summary.run.learner != BACKPROP));
    }
    let pairs = ["circuit", "half failed", "frozen"].map(|learner| (learner, BACKPROP));
    let artefacts = report(&declared(runs, &pairs, Some(0.5))).expect("a report");
    let svg = text_of(&artefacts, "figures/digits/contrasts.svg");
    let after = |mark: &str| -> Vec<f64> {
        let starts = svg.split(mark).skip(1);
        let numbers = starts.filter_map(|rest| rest.split('"').next()?.parse().ok());
        numbers.collect()
    };
    let labels_end = after("<text x=\"")[0];
    let dots = after("<circle cx=\"");
    assert!(dots.len() >= 40, "{svg}");
    assert!(
        dots.iter().all(|x| *x > labels_end),
        "{labels_end} {dots:?}"
    );
    // What lies much farther is written.
    assert!(svg.contains("\u{2212}12.0"), "{svg}");
}
