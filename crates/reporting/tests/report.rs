//! Reports on synthetic records: what is in them.

mod contrasts;
mod credit;
mod data;
mod depth;
mod evidence;
mod fixture;
mod shown;
mod style;

use std::path::Path;
use std::sync::LazyLock;

use apical_learning::{Metric, OutputError, PartName, Reading, RunRecord};
use apical_reporting::{Artefact, FIGURES, report};
use fixture::{MODELS, Model, everything, failed, input, regression, rounded, run};

pub(crate) fn text_of<'a>(artefacts: &'a [Artefact], path: &str) -> &'a str {
    let artefact = artefacts.iter().find(|artefact| artefact.path == path);
    let artefact = artefact.unwrap_or_else(|| panic!("no {path}"));
    std::str::from_utf8(&artefact.bytes).expect("UTF-8")
}

/// With `APICAL_REPORT_DIR`, a report is also written there, to be looked at.
fn keep(artefacts: &[Artefact]) {
    let Ok(folder) = std::env::var("APICAL_REPORT_DIR") else {
        return;
    };
    for artefact in artefacts {
        let path = Path::new(&folder).join(&artefact.path);
        let parent = path.parent().expect("a path in a folder");
        std::fs::create_dir_all(parent).expect("a folder that can be made");
        std::fs::write(&path, &artefact.bytes).expect("a file that can be written");
    }
}

/// The report on [`everything`].
pub(crate) fn full() -> &'static [Artefact] {
    static FULL: LazyLock<Vec<Artefact>> =
        LazyLock::new(|| report(&everything()).expect("a report"));
    &FULL
}

/// Width and pixels of a PNG.
fn decoded(bytes: &[u8]) -> (u32, Vec<[u8; 3]>) {
    let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info();
    let mut reader = reader.expect("a PNG");
    let mut rgb = vec![0; reader.output_buffer_size().expect("a small picture")];
    let info = reader.next_frame(&mut rgb).expect("its pixels");
    let pixels = rgb.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
    (info.width, pixels)
}

/// Three seeds of two learners, four epochs.
pub(crate) fn small() -> Vec<RunRecord> {
    [&MODELS[0], &MODELS[2]]
        .into_iter()
        .flat_map(|model| (0..3).map(|seed| run("digits", model, None, seed, 2, 4)))
        .collect()
}

#[test]
fn a_full_report_has_every_figure_in_three_formats() {
    let artefacts = full();
    keep(artefacts);
    for (task, absent) in [("digits", "sweep"), ("rate-sweep", "no other")] {
        for figure in FIGURES {
            for format in ["svg", "png", "csv"] {
                let path = format!("figures/{task}/{}.{format}", figure.name);
                let is_there = artefacts.iter().any(|artefact| artefact.path == path);
                let mut is_absent = [absent, "contrasts", "depth"].contains(&figure.name);
                let of_digits = ["tuning", "error_over_angle"].contains(&figure.name);
                is_absent |= of_digits && task != "digits";
                assert_eq!(is_there, !is_absent, "{path}");
            }
        }
    }
    for artefact in artefacts {
        if artefact.path.ends_with(".png") {
            let (width, pixels) = decoded(&artefact.bytes);
            assert_eq!(width, 1004, "{}", artefact.path);
            let n_inked = pixels.iter().filter(|pixel| pixel[0] < 128).count();
            let n_pixels = pixels.len();
            assert!(
                n_inked > n_pixels / 200 && n_inked < n_pixels / 2,
                "{}: {n_inked} of {n_pixels} pixels are dark",
                artefact.path
            );
        } else {
            let text = std::str::from_utf8(&artefact.bytes).expect("UTF-8");
            assert!(
                !text.contains("inf") || !artefact.path.ends_with(".csv"),
                "{}",
                artefact.path
            );
        }
    }
    let page = text_of(artefacts, "index.html");
    assert!(page.contains("feedback alignment: 2 of 10 failed"));
    assert!(page.contains("lower the learning rate"));
    assert!(page.contains(
        "Not shown: contrasts (no contrasts are declared); sweep (no run is part of a sweep)"
    ));
    assert!(!page.contains("http-equiv"));
    assert!(!page.contains(" src=") && !page.contains("@import"));
    // One script, the page's own.
    let (_, script) = page.split_once("<script>").expect("a script");
    assert_eq!(page.matches("<script").count(), 1);
    assert!(script.starts_with("\"use strict\";"));
    let claims: Vec<String> = page
        .split("<p class=\"claim\">")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("</p>")?.0.replace('\u{a0}', " ")))
        .collect();
    insta::assert_snapshot!(claims.join("\n"), @r"
    On digits, the updates of microcircuit stand at 34°, 26° and 17° to the gradient of the potential error (layers 1 to 3; 10 seeds), and it reaches 98.12 ± 0.14 % test accuracy after the last epoch, against 98.24 ± 0.15 % for matched backprop: 0.12 ± 0.19 percentage points less on the same 10 seeds. A sample takes 2.15 times as long as with matched backprop.
    On yin-yang, the updates of microcircuit stand at 33° and 22° to the gradient of the potential error (layers 1 and 2; 3 seeds), and it reaches 97.33 ± 1.15 % test accuracy after the last epoch, against 97.07 ± 0.57 % for matched backprop: 0.27 ± 1.52 percentage points more on the same 3 seeds. A sample takes 2.18 times as long as with matched backprop.
    On teacher-student, the updates of microcircuit stand at 34° and 23° to the gradient of the potential error (layers 1 and 2; 3 seeds), and it reaches a test loss of 0.0208 ± 0.0017 after the last epoch, against 0.0203 ± 0.0042 for matched backprop: 0.00052 ± 0.00591 more on the same 3 seeds. A sample takes 2.18 times as long as with matched backprop.
    On rate sweep, the test accuracy of microcircuit is highest at learner.rate=0.1: 96.72 ± 0.42 % (5 seeds), where updates stand at 38° and 24° to the gradient of the potential error (layers 1 and 2); it neither rises nor falls throughout, from 94.72 ± 0.42 % at learner.rate=0.01 to 94.72 ± 0.42 % at 1; matched backprop, learner.rate=0.1 reaches 97.20 ± 0.00 % test accuracy. On rate sweep, the test accuracy of matched backprop is highest at learner.rate=0.1: 97.20 ± 0.00 % (5 seeds), where updates stand at 0° and 0° to the gradient of the potential error (layers 1 and 2); it neither rises nor falls throughout, from 95.20 ± 0.00 % at learner.rate=0.01 to 95.20 ± 0.00 % at 1.
    ");
}

#[test]
fn a_figure_reads_the_metrics_that_it_names_and_no_others() {
    let files_of = |name: &str, runs: Vec<RunRecord>| -> Vec<Artefact> {
        let mut files = report(&input(runs)).expect("a report");
        files.retain(|file| file.path.contains(&format!("/{name}.")));
        files
    };
    for figure in FIGURES {
        let mut runs = small();
        let with_all = files_of(figure.name, runs.clone());
        for run in &mut runs {
            let epochs = run.epochs.iter_mut().map(|epoch| &mut epoch.readings);
            for readings in epochs.chain([&mut run.summary.last, &mut run.summary.chosen]) {
                readings.change(|all| all.retain(|reading| figure.reads.contains(&reading.metric)));
            }
        }
        assert_eq!(files_of(figure.name, runs), with_all, "{}", figure.name);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let input = input(small());
    let (first, second) = (report(&input), report(&input));
    assert_eq!(first.expect("a report"), second.expect("a report"));
}

#[test]
fn a_learner_keeps_its_colour_on_every_task() {
    let mut runs = small();
    runs.extend((0..2).map(|seed| run("yin-yang", &MODELS[2], None, seed, 2, 4)));
    let artefacts = report(&input(runs)).expect("a report");
    let (first, second) = ("#0072B2", "#D55E00");
    let digits = text_of(&artefacts, "figures/digits/learning_curves.svg");
    assert!(digits.contains(first) && digits.contains(second));
    let yin_yang = text_of(&artefacts, "figures/yin-yang/learning_curves.svg");
    assert!(!yin_yang.contains(first) && yin_yang.contains(second));
}

#[test]
fn names_are_not_markup() {
    let hostile = Model {
        learner: "<script>alert(1)</script>&\"'\u{1b}[31m",
        ..MODELS[0]
    };
    let mut input = input(vec![run("../<i>task</i>", &hostile, None, 0, 2, 4)]);
    input.title = "</title><script>".to_owned();
    input.spec = "</code><script>".to_owned();
    input.command = "<script>".to_owned();
    let artefacts = report(&input).expect("a report");
    for artefact in &artefacts {
        assert!(!artefact.path.contains(".."), "{}", artefact.path);
        if artefact.path.ends_with(".svg") || artefact.path.ends_with(".html") {
            let text = std::str::from_utf8(&artefact.bytes).expect("UTF-8");
            assert!(!text.contains("<script>alert"), "{}", artefact.path);
            assert!(text.matches("<script").count() < 2, "{}", artefact.path);
            assert!(!text.contains("<i>"), "{}", artefact.path);
            assert!(!text.contains('\u{1b}'), "{}", artefact.path);
        }
    }
}

#[test]
fn plotted_numbers_stand_beside_the_figure() {
    let mut runs = small();
    runs.truncate(2);
    let artefacts = report(&input(runs)).expect("a report");
    let curves = rounded(text_of(&artefacts, "figures/digits/learning_curves.csv"));
    insta::assert_snapshot!(curves, @r#"
    part,learner,variant,epoch,n_seeds,mean,half_width_95,seed_0,seed_1
    test,microcircuit,,0,2,6.4,10.165,5.6,7.2
    test,microcircuit,,1,2,24.8,20.3299,23.2,26.4
    test,microcircuit,,2,2,40.6,22.8712,42.4,38.8
    test,microcircuit,,3,2,49.6,20.3299,51.2,48
    test,microcircuit,,4,2,59.8,22.8712,61.6,58
    validation,microcircuit,,0,2,7,38.1186,4,10
    validation,microcircuit,,1,2,26.4,35.5774,29.2,23.6
    validation,microcircuit,,2,2,40,5.08248,40.4,39.6
    validation,microcircuit,,3,2,48.2,7.62372,48.8,47.6
    validation,microcircuit,,4,2,58.2,2.54124,58.4,58
    "#);
    let phases = rounded(text_of(&artefacts, "figures/digits/phases.csv"));
    insta::assert_snapshot!(phases, @r#"
    learner,variant,phase,n_seeds,microseconds_per_sample_mean,half_width_95
    microcircuit,,data,2,1.1231,0.0117576
    microcircuit,,dynamics,2,18.3779,0.192397
    microcircuit,,plasticity,2,9.18897,0.0961985
    microcircuit,,fused,2,0,0
    "#);
    let angles = text_of(&artefacts, "figures/digits/update_angle.csv");
    let of_layer_1: Vec<&str> = angles
        .lines()
        .filter(|line| line.contains(",1,microcircuit,,4,") || line.starts_with("line"))
        .collect();
    insta::assert_snapshot!(rounded(&of_layer_1.join("\n")), @r#"
    line,reference,layer,learner,variant,epoch,n_seeds,mean,half_width_95,seed_0,seed_1
    update_angle,potential,1,microcircuit,,4,2,62.2007,7.42229,61.618,62.7803
    shuffled_feedback_angle,potential,1,microcircuit,,4,2,87.9851,8.72096,87.3013,88.6687
    update_angle,squared_error,1,microcircuit,,4,2,73.2192,16.4299,71.9445,74.4855
    shuffled_feedback_angle,squared_error,1,microcircuit,,4,2,88.0043,19.3574,86.5089,89.4983
    "#);
    let of_layer_1 = |figure: &str, start: &str| {
        let csv = text_of(&artefacts, &format!("figures/digits/{figure}.csv"));
        let lines = csv
            .lines()
            .filter(|line| line.contains(",1,microcircuit,,4,") || line.starts_with(start));
        rounded(&lines.collect::<Vec<_>>().join("\n"))
    };
    insta::assert_snapshot!(of_layer_1("hidden_error", "reference,"), @r"
    reference,layer,learner,variant,epoch,n_seeds,mean,half_width_95,seed_0,seed_1
    potential,1,microcircuit,,4,2,54.055,0.961798,54.1307,53.9793
    squared_error,1,microcircuit,,4,2,63.055,0.961762,63.1307,62.9793
    ");
    insta::assert_snapshot!(of_layer_1("feedback", "quantity,"), @r"
    quantity,layer,learner,variant,epoch,n_seeds,mean,half_width_95,seed_0,seed_1
    feedback_angle,1,microcircuit,,4,2,58.055,0.96178,58.1307,57.9793
    ");
}

#[test]
fn learners_stand_beside_each_other() {
    let mut runs = small();
    for run in &mut runs {
        run.summary.sizes = vec![64, 50, 10];
    }
    let artefacts = report(&input(runs)).expect("a report");
    let learners = rounded(text_of(&artefacts, "figures/digits/learners.csv"));
    insta::assert_snapshot!(learners, @r"
    learner,variant,quantity,n_seeds,mean,half_width_95
    microcircuit,,test_error,3,41.0667,5.82229
    microcircuit,,hidden_update_angle,3,62.0245,1.63336
    matched backprop,,test_error,3,35.3333,4.01581
    matched backprop,,hidden_update_angle,3,0.0101272,0.000337036
    ");
    let alone = report(&input(small()[..2].to_vec())).expect("a report");
    let is_there = |path: &str| alone.iter().any(|artefact| artefact.path == path);
    assert!(is_there("figures/digits/update_angle.csv"));
    assert!(!is_there("figures/digits/learners.csv"));
}

/// The labels at the y axes of the norm ratio on digits, rows from top to bottom.
fn norm_ratio_ticks(artefacts: &[Artefact]) -> Vec<String> {
    let svg = text_of(artefacts, "figures/digits/norm_ratio.svg");
    let end_anchored = svg.split("<text ").skip(1);
    end_anchored
        .filter(|text| text.contains("text-anchor=\"end\""))
        .filter_map(|text| {
            let inside = text.split_once('>')?.1;
            Some(inside.split('<').next()?.trim().to_owned())
        })
        .collect()
}

#[test]
fn both_references_of_the_norm_ratio_share_an_axis() {
    let mut runs = small();
    for run in &mut runs {
        let steepen = |reading: &mut Reading| {
            let is_it = reading.metric == Metric::NORM_RATIO
                && reading.reference == Some(OutputError::SquaredError);
            reading.value = reading.value.map(|v| if is_it { 400.0 * v } else { v });
        };
        for epoch in &mut run.epochs {
            epoch
                .readings
                .change(|all| all.iter_mut().for_each(steepen));
        }
    }
    let artefacts = report(&input(runs)).expect("a report");
    let ticks = norm_ratio_ticks(&artefacts);
    let (first, second) = ticks.split_at(ticks.len() / 2);
    assert!(first.len() > 2, "{ticks:?}");
    assert_eq!(first, second);
}

#[test]
fn one_seed_has_no_interval_anywhere() {
    let runs = vec![run("digits", &MODELS[0], None, 0, 2, 4)];
    let artefacts = report(&input(runs)).expect("a report");
    let page = text_of(&artefacts, "index.html");
    assert!(page.contains("; one seed)"));
    assert!(page.contains("one seed has no interval"));
    for artefact in artefacts
        .iter()
        .filter(|a| a.path.ends_with("learning_curves.csv"))
    {
        let text = std::str::from_utf8(&artefact.bytes).expect("UTF-8");
        let mut rows = text
            .lines()
            .skip(1)
            .map(|line| line.split(',').collect::<Vec<_>>());
        assert!(rows.all(|cells| cells[4] == "1" && cells[6].is_empty()));
    }
    let table = text_of(&artefacts, "table.csv");
    assert!(table.lines().nth(1).expect("a row").contains(",,"));
}

#[test]
fn a_failed_run_counts_in_no_mean() {
    let mut runs = small();
    let without = report(&input(runs[1..].to_vec())).expect("a report");
    runs[0] = failed(runs[0].clone(), "potential of layer 1 is NaN");
    let with = report(&input(runs)).expect("a report");
    let path = "figures/digits/learning_curves.csv";
    assert_eq!(text_of(&with, path), text_of(&without, path));
    let page = text_of(&with, "index.html");
    assert!(page.contains("2 seeds, 1 more failed"));
    assert!(page.contains("microcircuit: 1 of 3 failed"));
    assert!(page.contains("seed 0, after 3 epochs: potential of layer 1 is NaN"));
}

#[test]
fn without_finished_runs_the_page_says_so() {
    let runs = small()
        .into_iter()
        .map(|run| failed(run, "diverged"))
        .collect();
    let artefacts = report(&input(runs)).expect("a report");
    let paths: Vec<&str> = artefacts.iter().map(|a| &*a.path).collect();
    assert_eq!(paths, ["index.html", "table.csv"]);
    let page = text_of(&artefacts, "index.html");
    assert!(page.contains("On digits, no finished run has a test score."));
    assert!(page.contains("no finished run has update angles"));
    assert!(page.contains("microcircuit: 3 of 3 failed"));
}

#[test]
fn regression_reports_loss() {
    let runs = small().into_iter().map(regression).collect();
    let artefacts = report(&input(runs)).expect("a report");
    let page = text_of(&artefacts, "index.html");
    assert!(page.contains("test loss") && !page.contains("test accuracy (%)"));
    assert!(page.contains("reaches a test loss of "));
    let table = text_of(&artefacts, "table.csv");
    assert!(table.lines().skip(1).all(|line| line.contains(",loss,")));
    assert!(
        !page.contains("RMSE") && !table.contains("rmse"),
        "not measured"
    );
}

#[test]
fn regression_reports_errors_in_the_units_of_the_targets() {
    let in_units = |run| {
        let mut run = regression(run);
        for (metric, value) in [(Metric::RMSE, 41.5), (Metric::R_SQUARED, 0.625)] {
            let reading = Reading::new(metric, Ok(value)).on(PartName::Test);
            run.summary.last.change(|all| all.push(reading.clone()));
            run.summary.chosen.change(|all| all.push(reading));
        }
        run
    };
    let artefacts = report(&input(small().into_iter().map(in_units).collect())).expect("a report");
    let page = text_of(&artefacts, "index.html");
    assert!(page.contains("RMSE") && page.contains("R²"));
    assert!(page.contains("41.5") && page.contains("0.625"));
    let table = text_of(&artefacts, "table.csv");
    let header = table.lines().next().expect("a header");
    assert!(
        header.contains("test_r_squared_chosen_epoch_half_width_95"),
        "{header}"
    );
    let n_columns = header.split(',').count();
    for row in table.lines().skip(1) {
        if !row.contains('"') {
            assert_eq!(row.split(',').count(), n_columns, "{row}");
        }
        assert!(row.contains(",41.5,") && row.contains(",0.625,"), "{row}");
    }
}

#[test]
fn values_that_are_absent_are_explained() {
    let runs = vec![
        run("digits", &MODELS[2], None, 0, 2, 4),
        run("digits", &MODELS[4], None, 0, 2, 4),
    ];
    let artefacts = report(&input(runs)).expect("a report");
    let page = text_of(&artefacts, "index.html");
    assert!(page.contains("digits, single layer: update angle of layer 1"));
    assert!(page.contains("(the learner has one layer)"));
    assert!(page.contains("self prediction (no finished run has interneurons"));
    let angles = text_of(&artefacts, "figures/digits/update_angle.csv");
    assert!(!angles.contains("single layer"));
}
