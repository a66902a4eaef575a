//! Fig. 1's table and figures.

use apical_reporting::{
    Chart, ChartAxis, ChartLine, ChartPanel, ChartRow, ChartScale, ChartSpread, LineLook,
    PlainTable,
};

use super::super::{Report, Runs};
use super::Fig1;

/// The report on all runs.
pub(super) fn report(spec: &Fig1, runs: &Runs) -> Report {
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
                "‖r_N − r_trgt‖² of the feed-forward function, which the circuit settles to when \
                     the teacher is taken away.",
            ),
            (
                "Residuals",
                "‖u_2 − u^I_1‖² and ‖v_A,1‖² of the circuit as it runs, noise included, each averaged over a presentation (10 ms unless \
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

fn findings(spec: &Fig1, runs: &Runs) -> Vec<String> {
    runs.conditions()
            .map(|(condition, _)| {
                format!(
                    "{condition}: the error without teacher goes from {} to {} after {} ms and {} after \
                     {} ms.",
                    runs.written(condition, "error_at_start"),
                    runs.written(condition, "error_when_reported"),
                    spec.reported_ms,
                    runs.written(condition, "error_at_end"),
                    spec.learning_ms,
                )
            })
            .collect()
}

fn table(spec: &Fig1, runs: &Runs) -> PlainTable {
    let values = ["error_at_start", "error_when_reported", "error_at_end"];
    PlainTable {
        name: "results".into(),
        title: "Error without teacher, ‖r_N − r_trgt‖²".into(),
        header: vec![
            "condition".into(),
            "failed".into(),
            "at start".into(),
            format!("after {} ms", spec.reported_ms),
            format!("after {} ms", spec.learning_ms),
        ],
        rows: runs
            .conditions()
            .map(|(condition, _)| {
                let cells = values.map(|name| runs.written(condition, name));
                [condition.to_owned(), runs.n_failed(condition)]
                    .into_iter()
                    .chain(cells)
                    .collect()
            })
            .collect(),
        note: "Mean ± standard deviation over seeds.".into(),
    }
}

/// Traces of the first seed of the first condition.
fn trace_chart(spec: &Fig1, runs: &Runs) -> Option<Chart> {
    let (condition, of) = runs.conditions().next()?;
    let run = of.first()?;
    let half_ms = 0.5 * spec.trace_ms;
    let panel = |when: &str, title: &str, name: &str| {
        let lines = (0..spec.n_traced).flat_map(|i| {
            let points = run.series.get(&format!("{when}.{name}.{i}"));
            let own = points.map(|points| {
                let look = LineLook::series(i).without_marker();
                ChartLine::single(format!("neuron {}", i + 1), look, points.clone())
            });
            let target = run.series.get(&format!("{when}.target.{i}"));
            let target = target.filter(|_| name == "output").and_then(|target| {
                let (_, u) = *target.first()?;
                let points = vec![(half_ms, u), (spec.trace_ms, u)];
                let look = LineLook::series(i).without_marker().dashed(1);
                Some(ChartLine::single("teacher", look, points))
            });
            own.into_iter().chain(target)
        });
        ChartPanel {
            title: title.to_owned(),
            lines: lines.collect(),
        }
    };
    let rows = [
        ("input", "input r_0"),
        ("soma", "soma u_1"),
        ("basal", "basal v_B,1"),
        ("apical", "apical v_A,1"),
        ("interneuron", "intern. u^I_1"),
        ("output", "output u_2"),
    ];
    let rows = rows.iter().enumerate().map(|(index, (name, label))| {
        let title = |text: &'static str| if index == 0 { text } else { "" };
        ChartRow {
            heading: String::new(),
            y: ChartAxis {
                label: (*label).to_owned(),
                scale: ChartScale::Linear,
            },
            guides: Vec::new(),
            height_mm: 13.0,
            panels: vec![
                panel("before", title("before learning"), name),
                panel("after", title("after learning"), name),
            ],
        }
    });
    Some(Chart {
        name: "traces".into(),
        title: format!(
            "Potentials before and after learning ({condition}, seed {})",
            run.seed
        ),
        how_to_read: format!(
            "The association is shown without plasticity, for {half_ms} ms without and then \
                 {half_ms} ms with its teacher (dashed: target potentials). Before learning the teacher \
                 drives the output away from where it was, and apical potentials with it; after \
                 learning the teacher changes nothing."
        ),
        x: ChartAxis {
            label: "time (ms)".into(),
            scale: ChartScale::Between(0.0, spec.trace_ms),
        },
        rows: rows.collect(),
    })
}

fn residual_chart(spec: &Fig1, runs: &Runs) -> Chart {
    let row = |name: &str, label: &str| ChartRow {
        heading: String::new(),
        y: ChartAxis {
            label: label.to_owned(),
            scale: ChartScale::Logarithmic,
        },
        guides: Vec::new(),
        height_mm: 28.0,
        panels: vec![ChartPanel {
            title: String::new(),
            lines: runs.lines(name, ChartSpread::Nothing),
        }],
    };
    Chart {
        name: "residuals".into(),
        title: "Residuals while the association is learned".into(),
        how_to_read:
            "Both residuals under the teacher, means over seeds. The apical dendrite falls \
                silent long before the output is learned, and where it never is."
                .into(),
        x: ChartAxis {
            label: "time of learning (ms)".into(),
            scale: ChartScale::Between(0.0, spec.learning_ms),
        },
        rows: vec![
            row("mismatch.1", "‖u_2 − u^I_1‖² (1)"),
            row("apical.1", "‖v_A,1‖² (1)"),
        ],
    }
}

fn error_chart(spec: &Fig1, runs: &Runs) -> Chart {
    Chart {
            name: "error".into(),
            title: "Error without teacher".into(),
            how_to_read: "What the network has learned, read with the teacher taken away; means over \
                seeds, and thin lines of single seeds. Without plasticity of the output weights (η_21 \
                = 0) nothing is learned; without that of the hidden layer (η_10 = 0) as much is: it is \
                the output layer that learns here."
                .into(),
            x: ChartAxis {
                label: "time of learning (ms)".into(),
                scale: ChartScale::Between(0.0, spec.learning_ms),
            },
            rows: vec![ChartRow {
                heading: String::new(),
                y: ChartAxis {
                    label: "‖r_N − r_trgt‖² (1)".into(),
                    scale: ChartScale::Logarithmic,
                },
                guides: Vec::new(),
                height_mm: 40.0,
                panels: vec![ChartPanel {
                    title: String::new(),
                    lines: runs.lines("error", ChartSpread::Seeds),
                }],
            }],
        }
}
