//! Fig. 1's table and figures.

use apical_reporting::{
    Chart, ChartAxis, ChartLine, ChartRow, ChartScale, ChartSpread, LineLook, PlainTable,
};

use super::super::quantity::{APICAL, MISMATCH, Quantity, Series};
use super::super::{Report, Runs};
use super::{
    AFTER, BASAL, BEFORE, DENDRITE, ERROR, ERROR_AT_END, ERROR_AT_START, ERROR_WHEN_REPORTED,
    INPUT, INTERNEURON, NovelAssociation, OUTPUT, SOMA, TARGET,
};

/// The report on all runs.
pub(super) fn report(spec: &NovelAssociation, runs: &Runs) -> Report {
    let mut charts = Vec::new();
    if let Some(chart) = trace_chart(spec, runs) {
        charts.push(chart);
    }
    charts.extend([residual_chart(spec, runs), error_chart(spec, runs)]);
    Report {
        findings: findings(spec, runs),
        tables: vec![table(spec, runs)],
        charts,
        notes: vec![
            (
                "Error without teacher",
                "‖r_{N} − r_{trgt}‖² of the feed-forward function, which the circuit settles to when \
                     the teacher is taken away.",
            ),
            (
                "Residuals",
                "‖u_{2} − u^{I}_{1}‖² and ‖v_{A,1}‖² of the circuit as it runs, noise included, each averaged over a presentation (10 ms unless \
                     set otherwise).",
            ),
            (
                "A silent apical dendrite is no proof of learning",
                "Eq. 9 cancels whatever the apical dendrite receives, the teacher's error too, \
                     whether or not the output is learned; the conditions without learning at the \
                     output show it.",
            ),
        ],
    }
}

fn findings(spec: &NovelAssociation, runs: &Runs) -> Vec<String> {
    runs.conditions()
            .map(|(condition, _)| {
                let when_reported = match spec.is_reported_before_the_end() {
                    true => format!(
                        "{} after {} ms and ",
                        runs.mean(condition, ERROR_WHEN_REPORTED),
                        spec.reported_ms
                    ),
                    false => String::new(),
                };
                format!(
                    "{condition}: the error without teacher goes from {} to {when_reported}{} after {} ms.",
                    runs.mean(condition, ERROR_AT_START),
                    runs.mean(condition, ERROR_AT_END),
                    spec.learning_ms,
                )
            })
            .collect()
}

fn table(spec: &NovelAssociation, runs: &Runs) -> PlainTable {
    let after = |ms: f64| format!("after {ms} ms");
    let mut columns = vec![
        ("at start".to_owned(), ERROR_AT_START),
        (after(spec.reported_ms), ERROR_WHEN_REPORTED),
        (after(spec.learning_ms), ERROR_AT_END),
    ];
    columns.retain(|(_, value)| *value != ERROR_WHEN_REPORTED || spec.is_reported_before_the_end());
    let (headings, values): (Vec<String>, Vec<Quantity>) = columns.into_iter().unzip();
    let values: Vec<Series> = values.into_iter().map(Series::from).collect();
    PlainTable {
        name: "results".into(),
        title: format!("Error without teacher, {}", ERROR.label),
        header: ["condition", "failed"]
            .map(str::to_owned)
            .into_iter()
            .chain(headings)
            .collect(),
        rows: runs.rows(|condition| vec![runs.n_failed(condition)], &values),
        note: "Mean ± standard deviation over seeds.".into(),
    }
}

/// Traces of the first seed of the first condition.
fn trace_chart(spec: &NovelAssociation, runs: &Runs) -> Option<Chart> {
    let (condition, of) = runs.conditions().next()?;
    let run = of.first()?;
    let half_ms = 0.5 * spec.trace_ms;
    let panel = |when: &'static str, quantity: Quantity| -> Vec<ChartLine> {
        let lines = (0..spec.n_traced).flat_map(|i| {
            let points = run.series(quantity.of(i).within(when));
            let own = points.map(|points| {
                let look = LineLook::series(i).without_marker();
                ChartLine::single(format!("neuron {}", i + 1), look, points.to_vec())
            });
            let target = run.series(TARGET.of(i).within(when));
            let target = target.filter(|_| quantity == OUTPUT).and_then(|target| {
                let (_, u) = *target.first()?;
                let points = vec![(half_ms, u), (spec.trace_ms, u)];
                let look = LineLook::series(i).without_marker().dashed(1);
                Some(ChartLine::single("teacher", look, points))
            });
            own.into_iter().chain(target)
        });
        lines.collect()
    };
    let rows = [INPUT, SOMA, BASAL, DENDRITE, INTERNEURON, OUTPUT];
    let rows = rows.into_iter().enumerate().map(|(index, quantity)| {
        let title = |text: &'static str| if index == 0 { text } else { "" };
        ChartRow::new(ChartAxis::new(quantity.label, ChartScale::Linear), 13.0)
            .with_panel(title("before learning"), panel(BEFORE, quantity))
            .with_panel(title("after learning"), panel(AFTER, quantity))
    });
    Some(Chart {
        name: "traces".into(),
        title: format!(
            "Potentials before and after learning ({condition}, seed {})",
            run.seed()
        ),
        how_to_read: format!(
            "The association is shown without plasticity, for {half_ms} ms without and then \
                 {half_ms} ms with its teacher (dashed: target potentials). Before learning the teacher \
                 drives the output away from where it was, and apical potentials with it; after \
                 learning the teacher changes nothing."
        ),
        x: ChartAxis::new("time (ms)", ChartScale::Between(0.0, spec.trace_ms)),
        rows: rows.collect(),
    })
}

fn residual_chart(spec: &NovelAssociation, runs: &Runs) -> Chart {
    let row = |series: Series| {
        ChartRow::new(
            ChartAxis::new(series.heading(), ChartScale::Logarithmic),
            28.0,
        )
        .with_panel("", runs.lines(series, ChartSpread::Nothing))
    };
    Chart {
        name: "residuals".into(),
        title: "Residuals while the association is learned".into(),
        how_to_read:
            "Both residuals under the teacher, means over seeds. The apical dendrite falls \
                silent long before the output is learned, and where it never is."
                .into(),
        x: learning_axis(spec),
        rows: vec![row(MISMATCH.of(1)), row(APICAL.of(1))],
    }
}

fn error_chart(spec: &NovelAssociation, runs: &Runs) -> Chart {
    Chart {
            name: "error".into(),
            title: "Error without teacher".into(),
            how_to_read: "What the network has learned, read with the teacher taken away; means over \
                seeds, and thin lines of single seeds. Without plasticity of the output weights (η_{21} \
                = 0) nothing is learned; without that of the hidden layer (η_{10} = 0) as much is: it is \
                the output layer that learns here."
                .into(),
            x: learning_axis(spec),
            rows: vec![
                ChartRow::new(
                    ChartAxis::new(Series::from(ERROR).heading(), ChartScale::Logarithmic),
                    40.0,
                )
                .with_panel("", runs.lines(ERROR, ChartSpread::Seeds)),
            ],
        }
}

fn learning_axis(spec: &NovelAssociation) -> ChartAxis {
    let scale = ChartScale::Between(0.0, spec.learning_ms);
    ChartAxis::new("time of learning (ms)", scale)
}
