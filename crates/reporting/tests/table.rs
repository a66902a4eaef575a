//! The table in the terminal and as CSV, and what bad input does.

mod fixture;

use apical_reporting::{ReportError, ReportInput, report, terminal_table, terminal_table_in};
use fixture::{MODELS, everything, failed, input, rounded, run};

#[test]
fn the_table_of_several_tasks() {
    insta::assert_snapshot!(terminal_table(&everything(), false), @r"
    digits
                                                test accuracy (%)        update angle by layer (°)      training time      tuning
      learner                        seeds    last epoch  chosen epoch     potential  squared error  µs per sample  ratio  trials
      microcircuit                      10  98.12 ± 0.14  98.08 ± 0.23  34 / 26 / 17   45 / 37 / 28     28.0 ± 0.4   2.15      12
      microcircuit, tied feedback       10  98.28 ± 0.19  98.24 ± 0.15     9 / 7 / 5   20 / 18 / 16     29.0 ± 0.2   2.22      12
      matched backprop                  10  98.24 ± 0.15  98.08 ± 0.23     0 / 0 / 0   11 / 11 / 11     13.1 ± 0.1   1.00      12
      feedback alignment           8 of 10  97.40 ± 0.18  97.35 ± 0.25  48 / 36 / 24   59 / 47 / 35     12.5 ± 0.1  0.958      12
      single layer                      10  94.28 ± 0.14  94.04 ± 0.16             –              –    3.69 ± 0.05  0.283      12
      mean ± half width of the 95 % t interval over seeds
      the interval covers starting weights and the order of samples; all seeds share one split of the data and one setting
      failed runs are left out of all means
      feedback alignment diverged in 2 of its 10 runs and has no numbers of them
      potential: output error φ′(u)(u* − u); squared error: φ′(u)(r* − r); a learner stands near 0° to the one it descends
      time ratio to matched backprop
      times taken on Synthetic Processor, 2 cores, x86-64-v3

    yin-yang
                                              test accuracy (%)       update angle by layer (°)     training time
      learner                      seeds    last epoch  chosen epoch  potential   squared error  µs per sample  ratio
      microcircuit                     3  97.33 ± 1.15  96.93 ± 0.57    33 / 22         44 / 34     28.4 ± 1.4   2.18
      microcircuit, tied feedback      3  97.20 ± 0.00  97.20 ± 0.99      9 / 6         20 / 17     28.9 ± 0.3   2.22
      matched backprop                 3  97.07 ± 0.57  97.20 ± 0.00      0 / 0         11 / 11     13.0 ± 0.6   1.00
      feedback alignment               3  96.67 ± 0.57  96.53 ± 1.15    49 / 33         59 / 42     12.4 ± 0.3  0.951
      single layer                     3  64.13 ± 1.15  64.00 ± 0.99          –               –    3.74 ± 0.18  0.287
      mean ± half width of the 95 % t interval over seeds
      the interval covers starting weights and the order of samples; all seeds share one split of the data and one setting
      potential: output error φ′(u)(u* − u); squared error: φ′(u)(r* − r); a learner stands near 0° to the one it descends
      time ratio to matched backprop
      times taken on Synthetic Processor, 2 cores, x86-64-v3

    teacher-student
                                                     test loss              update angle by layer (°)     training time
      learner                      seeds       last epoch     chosen epoch  potential   squared error  µs per sample  ratio
      microcircuit                     3  0.0208 ± 0.0017  0.0211 ± 0.0031    34 / 23         45 / 35     28.4 ± 1.4   2.18
      microcircuit, tied feedback      3  0.0198 ± 0.0071  0.0209 ± 0.0071      9 / 6         20 / 17     28.9 ± 0.3   2.22
      matched backprop                 3  0.0203 ± 0.0042  0.0176 ± 0.0015      0 / 0         11 / 11     13.0 ± 0.6   1.00
      mean ± half width of the 95 % t interval over seeds
      the interval covers starting weights and the order of samples; all seeds share one split of the data and one setting
      potential: output error φ′(u)(u* − u); squared error: φ′(u)(r* − r); a learner stands near 0° to the one it descends
      time ratio to matched backprop
      times taken on Synthetic Processor, 2 cores, x86-64-v3

    rate sweep
                                                      test accuracy (%)       update angle by layer (°)     training time
      learner                              seeds    last epoch  chosen epoch  potential   squared error  µs per sample  ratio
      microcircuit, learner.rate=0.01          5  94.72 ± 0.42  94.24 ± 0.44    38 / 24         50 / 36     28.4 ± 0.5   2.18
      microcircuit, learner.rate=0.03          5  96.16 ± 0.27  95.92 ± 0.42    38 / 24         50 / 36     28.4 ± 0.5   2.18
      microcircuit, learner.rate=0.1           5  96.72 ± 0.42  96.48 ± 0.65    38 / 24         50 / 36     28.4 ± 0.5   2.18
      microcircuit, learner.rate=0.3           5  96.16 ± 0.27  95.92 ± 0.42    38 / 24         50 / 36     28.4 ± 0.5   2.18
      microcircuit, learner.rate=1             5  94.72 ± 0.42  94.24 ± 0.44    38 / 24         50 / 36     28.4 ± 0.5   2.18
      matched backprop, learner.rate=0.01      5  95.20 ± 0.00  95.12 ± 0.22      0 / 0         11 / 11     13.0 ± 0.2   1.00
      matched backprop, learner.rate=0.03      5  96.80 ± 0.00  96.56 ± 0.27      0 / 0         11 / 11     13.0 ± 0.2   1.00
      matched backprop, learner.rate=0.1       5  97.20 ± 0.00  97.04 ± 0.27      0 / 0         11 / 11     13.0 ± 0.2   1.00
      matched backprop, learner.rate=0.3       5  96.80 ± 0.00  96.56 ± 0.27      0 / 0         11 / 11     13.0 ± 0.2   1.00
      matched backprop, learner.rate=1         5  95.20 ± 0.00  95.12 ± 0.22      0 / 0         11 / 11     13.0 ± 0.2   1.00
      mean ± half width of the 95 % t interval over seeds
      the interval covers starting weights and the order of samples; all seeds share one split of the data and one setting
      microcircuit, learner.rate=0.01 and microcircuit, learner.rate=1 are one algorithm here: all their readings are the same to the last digit
      microcircuit, learner.rate=0.03 and microcircuit, learner.rate=0.3 are one algorithm here: all their readings are the same to the last digit
      matched backprop, learner.rate=0.01 and matched backprop, learner.rate=1 are one algorithm here: all their readings are the same to the last digit
      matched backprop, learner.rate=0.03 and matched backprop, learner.rate=0.3 are one algorithm here: all their readings are the same to the last digit
      potential: output error φ′(u)(u* − u); squared error: φ′(u)(r* − r); a learner stands near 0° to the one it descends
      time ratio to matched backprop
      times taken on Synthetic Processor, 2 cores, x86-64-v3
    ");
}

#[test]
fn a_table_with_a_failure_and_a_single_seed() {
    let runs = vec![
        run("digits", &MODELS[0], None, 0, 2, 4),
        failed(run("digits", &MODELS[0], None, 1, 2, 4), "diverged"),
        failed(run("digits", &MODELS[4], None, 0, 2, 4), "diverged"),
    ];
    insta::assert_snapshot!(terminal_table(&input(runs), false), @r"
    digits
                               test accuracy (%)      update angle by layer (°)  training time
      learner        seeds  last epoch  chosen epoch  potential   squared error  µs per sample
      microcircuit  1 of 2       61.60         61.60    62 / 35         72 / 45           28.7
      single layer  0 of 1           –             –          –               –              –
      mean ± half width of the 95 % t interval over seeds
      one seed has no interval
      failed runs are left out of all means
      microcircuit failed in 1 of its 2 runs and has no numbers of them
      single layer failed in its run and has no numbers of them
      potential: output error φ′(u)(u* − u); squared error: φ′(u)(r* − r); a learner stands near 0° to the one it descends
      times taken on Synthetic Processor, 2 cores, x86-64-v3
    ");
}

#[test]
fn the_baseline_is_the_one_that_is_named() {
    let runs =
        [&MODELS[0], &MODELS[2], &MODELS[3]].map(|model| run("digits", model, None, 0, 2, 4));
    let mut input = input(runs.to_vec());
    input.baselines = [("digits".to_owned(), MODELS[3].learner.to_owned())].into();
    assert!(terminal_table(&input, false).contains("time ratio to feedback alignment"));
    for none in [None, Some(("digits".to_owned(), "not run".to_owned()))] {
        input.baselines = none.into_iter().collect();
        assert!(!terminal_table(&input, false).contains("ratio"));
    }
}

#[test]
fn times_of_different_instruction_sets_are_said_to_be_so() {
    let mut runs: Vec<_> = (0..2)
        .map(|seed| run("digits", &MODELS[0], None, seed, 2, 4))
        .collect();
    runs[1].provenance.instruction_set = "AVX2".to_owned();
    let input = input(runs);
    let said = "imes taken on different processors or instruction sets and not comparable: \
        Synthetic Processor, 2 cores, x86-64-v3; Synthetic Processor, 2 cores, AVX2";
    assert!(terminal_table(&input, false).contains(said));
    let artefacts = report(&input).expect("a report");
    let page = artefacts.iter().find(|a| a.path == "index.html");
    let page = std::str::from_utf8(&page.expect("a page").bytes).expect("UTF-8");
    // Under the table, and with the three figures that show times.
    assert_eq!(page.matches(said).count(), 4);
}

#[test]
fn the_table_as_csv() {
    let mut runs = vec![];
    for model in [&MODELS[0], &MODELS[2]] {
        runs.extend((0..2).map(|seed| run("digits", model, None, seed, 2, 4)));
    }
    let artefacts = report(&input(runs)).expect("a report");
    let table = artefacts
        .iter()
        .find(|a| a.path == "table.csv")
        .expect("a table");
    let text = std::str::from_utf8(&table.bytes).expect("UTF-8");
    insta::assert_snapshot!(rounded(text), @r"
    task,learner,variant,n_seeds,n_failed,score,test_score_last_epoch_mean,test_score_last_epoch_half_width_95,test_score_chosen_epoch_mean,test_score_chosen_epoch_half_width_95,update_angle_degrees_potential_all_mean,update_angle_degrees_potential_all_half_width_95,update_angle_degrees_potential_layer_1_mean,update_angle_degrees_potential_layer_1_half_width_95,update_angle_degrees_potential_layer_2_mean,update_angle_degrees_potential_layer_2_half_width_95,update_angle_degrees_squared_error_all_mean,update_angle_degrees_squared_error_all_half_width_95,update_angle_degrees_squared_error_layer_1_mean,update_angle_degrees_squared_error_layer_1_half_width_95,update_angle_degrees_squared_error_layer_2_mean,update_angle_degrees_squared_error_layer_2_half_width_95,microseconds_per_sample_mean,microseconds_per_sample_half_width_95,time_ratio,time_ratio_to,n_tuning_trials,test_score_gap_paired_by_seed_last_epoch_mean,test_score_gap_paired_by_seed_last_epoch_half_width_95,flags
    digits,microcircuit,,2,0,accuracy,59.8,22.8712,59.8,22.8712,45.396,0.0394483,62.2007,7.42229,34.2585,6.27402,55.4143,0.800363,73.2192,16.4299,45.4044,5.25664,28.69,0.300353,2.20631,matched backprop,,-5,43.2011,
    digits,matched backprop,,2,0,accuracy,64.8,20.3299,64.8,20.3299,0.00792027,0.000460857,0.0102051,0.000038601,0.00680464,0.00272079,11.0081,0.00403069,11.0098,0.00127805,11.0069,0.00215618,13.0036,2.81564,1,matched backprop,,,,
    ");
}

#[test]
fn colour_only_adds_escapes() {
    let plain = terminal_table(&everything(), false);
    let coloured = terminal_table(&everything(), true);
    assert!(!plain.contains('\u{1b}'));
    let bare = ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"]
        .iter()
        .fold(coloured.clone(), |text, code| text.replace(code, ""));
    assert_ne!(coloured, plain);
    assert_eq!(bare, plain);
}

fn error_of(input: &ReportInput) -> ReportError {
    report(input).expect_err("bad input")
}

#[test]
fn bad_input_is_a_typed_error() {
    let none = error_of(&input(Vec::new()));
    assert!(matches!(none, ReportError::NoRuns { .. }));
    insta::assert_snapshot!(none, @"experiment `synthetic` has no runs to report; run it first");

    let same = run("digits", &MODELS[0], Some("1"), 7, 2, 4);
    let twice = error_of(&input(vec![same.clone(), same.clone()]));
    assert!(matches!(twice, ReportError::DuplicateRun { .. }));
    insta::assert_snapshot!(twice, @"seed 7 of learner `microcircuit` on task `digits` at `learner.rate=1` is given twice; hand in one of its runs");

    let mut old = same;
    old.summary.schema = 0;
    let schema = error_of(&input(vec![old]));
    assert!(matches!(schema, ReportError::Schema { found: 0, .. }));
    insta::assert_snapshot!(schema, @"seed 7 of learner `microcircuit` on task `digits` at `learner.rate=1` has records of version 0, expected 1; run it again");
}

#[test]
fn a_table_fits_the_terminal_and_says_what_it_leaves_out() {
    for width in [40, 60, 80, 100, 140] {
        let text = terminal_table_in(&everything(), false, width);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(width), "{width}:\n{text}");
        assert_eq!(text.contains("more with --wide"), width < 120, "{text}");
    }
    let narrow = terminal_table_in(&everything(), false, 80);
    let heading = narrow.lines().nth(2).expect("headings");
    assert!(
        heading.contains("last epoch") && heading.contains("potential"),
        "{narrow}"
    );
    assert!(
        !heading.contains("trials") && !heading.contains("per sample"),
        "{narrow}"
    );
}
