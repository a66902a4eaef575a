//! Fig. S1's tables and figures.

use apical_reporting::{
    Cell, Chart, ChartAxis, ChartLine, ChartPanel, ChartRow, ChartScale, ChartSpread, PlainTable,
};

use super::super::quantity::{APICAL, MISMATCH, Quantity, Series};
use super::super::{Report, Run, Runs};
use super::{
    ABSCISSA_AT_START, GAIN, GAIN_AT_START, LARGEST_GAIN, LAST_GAIN, PROBE_RAN_AWAY, SelfPrediction,
};

/// The report on all runs.
pub(super) fn report(spec: &SelfPrediction, runs: &Runs) -> Report {
    Report {
        findings: findings(spec, runs),
        tables: vec![residuals(spec, runs), gains(runs)],
        charts: vec![residual_chart(spec, runs), gain_chart(runs)],
        notes: vec![
            (
                "Mismatch",
                "‖u_{k+1} − u^{I}_{k}‖² of a hidden layer: how far its interneurons are from the \
                     pyramidal neurons above that they are to predict.",
            ),
            (
                "Apical potential",
                "‖v_{A,k}‖² of a hidden layer: what top-down and lateral input leave of one \
                     another; 0 in the self-predicting state.",
            ),
            (
                "How they are read",
                "At the end of a presentation without teacher, noise and plasticity that begins \
                     at rest, averaged over probe patterns that are not taught; absent where one of them \
                     runs away.",
            ),
            (
                "Gain of the loops",
                "The rate at which large activity grows, ẋ = (−G + L) x + s A max(x, 0), computed \
                     from the weights alone; above 0, there are directions in which a large activity \
                     only becomes larger. The abscissa is the largest real part of the eigenvalues \
                     with every neuron at its steepest at once.",
            ),
            (
                "Runaway",
                "A somatic potential beyond the bound of the specification. The run ends there, \
                     is counted as failed, and is in no mean.",
            ),
        ],
    }
}

fn findings(spec: &SelfPrediction, runs: &Runs) -> Vec<String> {
    let mut findings: Vec<String> = runs
        .conditions()
        .map(|(condition, _)| {
            format!(
                "{condition}: {} seeds ran away; in the others ‖u_{{2}} − u^{{I}}_{{1}}‖² is {} and ‖v_{{A,1}}‖² {} \
                     after {} patterns (mean ± standard deviation).",
                runs.n_failed(condition),
                runs.mean(condition, MISMATCH.of(1)),
                runs.mean(condition, APICAL.of(1)),
                spec.n_patterns,
            )
        })
        .collect();
    // With these weights held still: how often the sign of the gain says what probes do.
    let measured = runs.all().flat_map(|run| {
        let of = |quantity: Quantity| run.series(quantity).into_iter().flatten();
        of(GAIN).zip(of(PROBE_RAN_AWAY))
    });
    let mut counts = [[0; 2]; 2];
    for ((_, gain), (_, ran_away)) in measured {
        counts[usize::from(*gain > 0.0)][usize::from(*ran_away > 0.0)] += 1;
    }
    let [[_, ran_below], [stayed_above, ran_above]] = counts;
    let n_below: usize = counts[0].iter().sum();
    let n_above = stayed_above + ran_above;
    let still = format!(
        "With weights held still, a probe ran away in {ran_above} of {} measurements at a positive \
             gain of the loops, and in {ran_below} of {n_below} at a negative one.",
        n_above,
    );
    if n_above + n_below > 0 {
        findings.push(still);
    }
    let count = |failed: bool| {
        let runs = runs.all().filter(|run| run.failure().is_some() == failed);
        runs.fold((0, 0), |(n_positive, n), run| {
            let is_positive = run.value(LARGEST_GAIN).is_some_and(|gain| gain > 0.0);
            (n_positive + usize::from(is_positive), n + 1)
        })
    };
    let ((ran, n_ran), (stayed, n_stayed)) = (count(true), count(false));
    findings.push(format!(
        "While learning, the gain was positive at some time in {ran} of {n_ran} runs that ran away \
             and in {stayed} of {n_stayed} that did not: there plasticity was faster."
    ));
    findings
}

fn residuals(spec: &SelfPrediction, runs: &Runs) -> PlainTable {
    let mut header = vec!["condition".to_owned(), "ran away".to_owned()];
    let mut columns = Vec::new();
    for k in 1..=spec.n_hidden() {
        for series in [MISMATCH.of(k), APICAL.of(k)] {
            header.push(format!("{} at start", series.label()));
            header.push(format!("{} at end", series.label()));
            columns.extend([series.at_start(), series]);
        }
    }
    PlainTable {
        name: "residuals".into(),
        title: "Residuals of self-prediction".into(),
        header,
        rows: runs.rows(|condition| vec![runs.n_failed(condition)], &columns),
        note: "Mean ± standard deviation over the seeds that did not run away.".into(),
    }
}

fn residual_chart(spec: &SelfPrediction, runs: &Runs) -> Chart {
    let row = |series: Series| ChartRow {
        panels: panels(runs, series, series == MISMATCH.of(1)),
        ..ChartRow::new(
            ChartAxis::new(series.heading(), ChartScale::Logarithmic),
            24.0,
        )
    };
    let rows = (1..=spec.n_hidden()).flat_map(|k| [row(MISMATCH.of(k)), row(APICAL.of(k))]);
    Chart {
            name: "residuals".into(),
            title: "Self-prediction emerges from random weights".into(),
            how_to_read: "Both residuals fall where self-prediction emerges: interneurons come to \
                predict the neurons above, and then lateral inhibition cancels top-down input. Thick \
                lines are means over the seeds that did not run away, thin ones single seeds; a seed \
                that ran away ends at a mark, at the last measurement before. What stands at 0.5 was \
                measured before the first pattern."
                .into(),
            x: ChartAxis::new("patterns shown", ChartScale::Logarithmic),
            rows: rows.collect(),
        }
}

/// Gains seed by seed.
fn gains(runs: &Runs) -> PlainTable {
    let measured = [ABSCISSA_AT_START, GAIN_AT_START, LARGEST_GAIN, LAST_GAIN];
    let header = ["condition", "seed"].into_iter();
    let header = header.chain(measured.map(|quantity| quantity.label));
    PlainTable {
        name: "loop_gain".into(),
        title: "Gain of the loops (1/ms) and runaways".into(),
        header: (header.chain([
            "measurements with a runaway probe",
            "ran away after patterns",
        ]))
        .map(str::to_owned)
        .collect(),
        rows: runs
            .all()
            .map(|run| {
                let ran_away = run
                    .failure()
                    .map(|failure| Cell::Count(Some(failure.n_done)));
                let names = [
                    Cell::text(run.condition()),
                    Cell::Count(usize::try_from(run.seed()).ok()),
                ];
                let numbers = measured.map(|quantity| Cell::Short(run.value(quantity)));
                let ends = [
                    n_runaway_probes(run),
                    ran_away.unwrap_or_else(|| Cell::Instead("no".into())),
                ];
                names.into_iter().chain(numbers).chain(ends).collect()
            })
            .collect(),
        note:
            "Gain: the rate at which large activity grows, from the weights alone; measured at the \
            counts of patterns of the figure."
                .into(),
    }
}

/// The place on a logarithmic axis of what is measured before the first pattern.
const BEFORE_THE_FIRST: f64 = 0.5;

/// A line over a logarithmic axis that begins before the first pattern.
fn line(runs: &Runs, condition: &str, quantity: impl Into<Series>) -> ChartLine {
    let mut line = runs.line(condition, quantity, ChartSpread::Seeds);
    for (x, _) in line.seeds.iter_mut().flat_map(|seed| &mut seed.points) {
        *x = x.max(BEFORE_THE_FIRST);
    }
    line
}

/// Measurements in which a probe ran away.
fn n_runaway_probes(run: &Run) -> Cell {
    match run.series(PROBE_RAN_AWAY) {
        Some(measured) => Cell::Share {
            n: measured.iter().filter(|(_, away)| *away > 0.0).count(),
            of: measured.len(),
        },
        None => Cell::Missing,
    }
}

fn gain_chart(runs: &Runs) -> Chart {
    Chart {
        name: "loop_gain".into(),
        title: "Gain of the loops while self-prediction emerges".into(),
        how_to_read: "The rate at which large activity grows, from the weights alone, seed by seed. Above \
            0 a large activity only becomes larger, unless plasticity is faster; whether a seed gets \
            there depends on its patterns too. What stands at 0.5 was measured before the first pattern. A seed that ran away ends at a mark."
            .into(),
        x: ChartAxis::new("patterns shown", ChartScale::Logarithmic),
        rows: vec![ChartRow {
            guides: vec![0.0],
            panels: panels(runs, GAIN.into(), true),
            ..ChartRow::new(ChartAxis::new(Series::from(GAIN).heading(), ChartScale::Linear), 30.0)
        }],
    }
}

/// A panel for every condition.
fn panels(runs: &Runs, series: Series, are_named: bool) -> Vec<ChartPanel> {
    let panel = |condition: &str| ChartPanel {
        title: if are_named { condition } else { "" }.to_owned(),
        lines: vec![line(runs, condition, series)],
    };
    runs.conditions()
        .map(|(condition, _)| panel(condition))
        .collect()
}
