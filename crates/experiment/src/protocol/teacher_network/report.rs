//! Fig. 2's table and figures.

use apical_reporting::statistics::mean;
use apical_reporting::{
    Cell, Chart, ChartAxis, ChartLine, ChartRow, ChartScale, ChartSpread, PlainTable,
};

use super::super::quantity::{Quantity, Series};
use super::super::{Report, Runs};
use super::{
    CONSTANT_PREDICTOR, FEEDBACK_ANGLE, INHIBITION_DISTANCE, INTERNEURON_DISTANCE, OUTPUT_RATE,
    SETTLED_ANGLE, SLOPE, TEST_ERROR, TeacherStudent, UPDATE_ANGLE,
};
use apical_reporting::number::short;

const NOTES: [(&str, &str); 7] = [
    (
        "Test error",
        "‖r_{N} − r_{trgt}‖² on a fresh pattern after every taught one, without noise and teacher, by the \
         feed-forward function that the circuit settles to; an exponential moving average over \
         patterns, corrected for its beginning; before the first, a mean over 1000 patterns.",
    ),
    (
        "Slope",
        "Exponent p of test error ∝ patternsᵖ: least squares of the logarithms over the records from a \
         tenth of the patterns to the last.",
    ),
    (
        "Constant predictor",
        "The error of always answering with the mean of the teacher's rates, over 10 000 patterns of \
         each seed's teacher.",
    ),
    (
        "Distance to self-prediction",
        "‖W^{IP} − c W_{21}‖ / ‖c W_{21}‖ and ‖W^{PI} + W_{12}‖ / ‖W_{12}‖ (Frobenius).",
    ),
    (
        "Feedback angle",
        "Between the top-down weights W_{12} and the transpose of the forward weights W_{21}, both read as \
         one long vector. 90° is chance.",
    ),
    (
        "Update angle",
        "Between what one presentation changes, averaged over probe patterns, and the gradient of \
         backprop for the potential error. What the plasticity's filter still holds is included. From \
         rest: noise and the settling of the potentials included, as while learning.",
    ),
    (
        "Settled update angle",
        "The same without noise, over a second presentation of the same patterns, which begins where the \
         first one ended: what is left is the error's own share.",
    ),
];

/// The report on all runs.
pub(super) fn report(spec: &TeacherStudent, runs: &Runs) -> Report {
    Report {
        findings: findings(spec, runs),
        tables: vec![error_table(spec, runs), alignment_table(runs)],
        charts: vec![error_chart(spec, runs), weights_chart(spec, runs)],
        notes: NOTES.to_vec(),
    }
}

fn findings(spec: &TeacherStudent, runs: &Runs) -> Vec<String> {
    let mut findings = Vec::new();
    let mean = |condition: &str| Some(runs.spread(condition, TEST_ERROR)?.mean);
    let names: Vec<&str> = spec.condition.keys().map(String::as_str).collect();
    let [first, others @ ..] = &names[..] else {
        return findings;
    };
    for other in others {
        if let (Some(error), Some(others_error)) = (mean(first), mean(other)) {
            findings.push(format!(
                "The test error is {} for {first} after {} patterns and {} for {other} after {}: {} times \
                 as large. Slopes are {} and {}.",
                runs.mean(first, TEST_ERROR),
                spec.n_patterns_of(first),
                runs.mean(other, TEST_ERROR),
                spec.n_patterns_of(other),
                short(others_error / error),
                runs.mean(first, SLOPE),
                runs.mean(other, SLOPE),
            ));
        }
    }
    findings.push(format!(
        "In {first}, W^{{IP}} and W^{{PI}} end {} and {} away from self-prediction (relative), the angle of the \
         feedback to W_{{21}}ᵀ ends at {}°, and that of the hidden layer's settled update to backprop at {}°.",
        runs.mean(first, INTERNEURON_DISTANCE.of(1)),
        runs.mean(first, INHIBITION_DISTANCE.of(1)),
        runs.mean(first, FEEDBACK_ANGLE.of(1)),
        runs.mean(first, SETTLED_ANGLE.of(1)),
    ));
    findings
}

/// Columns of the table of errors.
fn errors() -> [Series; 3] {
    [TEST_ERROR, CONSTANT_PREDICTOR, SLOPE].map(Series::from)
}

/// Columns of the table of angles.
fn alignment() -> [Series; 7] {
    [
        INTERNEURON_DISTANCE.of(1),
        INHIBITION_DISTANCE.of(1),
        FEEDBACK_ANGLE.of(1),
        UPDATE_ANGLE.of(1),
        UPDATE_ANGLE.of(2),
        SETTLED_ANGLE.of(1),
        SETTLED_ANGLE.of(2),
    ]
}

fn error_table(spec: &TeacherStudent, runs: &Runs) -> PlainTable {
    let patterns = |condition: &str| {
        let n_patterns = Cell::Count(Some(spec.n_patterns_of(condition)));
        vec![n_patterns, runs.n_failed(condition)]
    };
    let header = ["condition", "patterns", "failed"];
    PlainTable {
        name: "error".into(),
        title: "Error after the last pattern".into(),
        note: format!(
            "Mean ± standard deviation over seeds. The moving average gives the newest pattern a weight of \
             {}.",
            spec.average_rate
        ),
        ..table(runs, &header, patterns, &errors())
    }
}

fn alignment_table(runs: &Runs) -> PlainTable {
    PlainTable {
        name: "alignment".into(),
        title: "Self-prediction and angles after the last pattern".into(),
        note: "Mean ± standard deviation over seeds.".into(),
        ..table(runs, &["condition"], |_| Vec::new(), &alignment())
    }
}

/// A row for every condition: what `first` gives and the numbers of `columns`.
fn table(
    runs: &Runs,
    header: &[&str],
    first: impl Fn(&str) -> Vec<Cell>,
    columns: &[Series],
) -> PlainTable {
    let headings = columns.iter().map(Series::heading);
    PlainTable {
        header: (header.iter().map(|heading| (*heading).to_owned()))
            .chain(headings)
            .collect(),
        rows: runs.rows(first, columns),
        ..PlainTable::default()
    }
}

/// Patterns taught; where conditions differ in them, times a learning rate, so that curves that learn
/// alike lie on each other.
fn x_axis(spec: &TeacherStudent) -> ChartAxis {
    let label = match spec.n_patterns_of.is_empty() {
        true => "patterns taught",
        false => "patterns × rate of the output layer (1/ms)",
    };
    ChartAxis::new(label, ChartScale::FromZero)
}

fn lines(
    spec: &TeacherStudent,
    runs: &Runs,
    quantity: Series,
    spread: ChartSpread,
) -> Vec<ChartLine> {
    let mut lines = runs.lines(quantity, spread);
    if !spec.n_patterns_of.is_empty() {
        for (line, condition) in lines.iter_mut().zip(spec.condition.keys()) {
            for seed in &mut line.seeds {
                let mut own = runs
                    .of(condition)
                    .iter()
                    .filter(|run| run.seed() == seed.seed);
                let rate = own.next().and_then(|run| run.value(OUTPUT_RATE));
                let rate = rate.unwrap_or(f64::NAN);
                seed.points.iter_mut().for_each(|(x, _)| *x *= rate);
            }
        }
    }
    lines
}

fn error_chart(spec: &TeacherStudent, runs: &Runs) -> Chart {
    let constant: Vec<f64> = runs
        .all()
        .filter_map(|run| run.value(CONSTANT_PREDICTOR))
        .collect();
    Chart {
        name: "test_error".into(),
        title: "A network learns from a teacher network".into(),
        how_to_read:
            "Test error on patterns that are never taught, as a moving average. Thick lines are \
            means over seeds, thin ones single seeds. The grey line is the constant predictor."
                .into(),
        x: x_axis(spec),
        rows: vec![
            ChartRow::new(
                ChartAxis::new("test error ‖r − r_{trgt}‖²", ChartScale::Logarithmic),
                40.0,
            )
            .with_guides(mean(&constant))
            .with_panel("", lines(spec, runs, TEST_ERROR.into(), ChartSpread::Seeds)),
        ],
    }
}

fn weights_chart(spec: &TeacherStudent, runs: &Runs) -> Chart {
    let row = |quantity: Quantity, label: String, scale, guides: &[f64]| {
        ChartRow::new(ChartAxis::new(label, scale), 22.0)
            .with_guides(guides.iter().copied())
            .with_panel("", lines(spec, runs, quantity.of(1), ChartSpread::Band))
    };
    let (degrees, logarithmic) = (ChartScale::Degrees, ChartScale::Logarithmic);
    let axis = |quantity: Quantity| quantity.of(1).heading();
    Chart {
        name: "weights".into(),
        title: "Self-prediction and alignment".into(),
        how_to_read: "From above: distances of W^{IP} and W^{PI} to the self-predicting state, the angle of \
            the top-down weights to the transposed forward weights, and the angle of the hidden layer's \
            update to backprop's, from rest with noise and settled without; means over seeds with ± one \
            standard deviation, or single seeds."
            .into(),
        x: x_axis(spec),
        rows: vec![
            row(INTERNEURON_DISTANCE, axis(INTERNEURON_DISTANCE), logarithmic, &[]),
            row(INHIBITION_DISTANCE, axis(INHIBITION_DISTANCE), logarithmic, &[]),
            row(FEEDBACK_ANGLE, axis(FEEDBACK_ANGLE), degrees, &[45.0, 90.0]),
            row(UPDATE_ANGLE, axis(UPDATE_ANGLE), degrees, &[90.0]),
            row(SETTLED_ANGLE, axis(SETTLED_ANGLE), degrees, &[90.0]),
        ],
    }
}
