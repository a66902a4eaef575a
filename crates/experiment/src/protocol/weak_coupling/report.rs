//! Figures and tables of theory against measurement.

use apical_reporting::{
    Cell, Chart, ChartAxis, ChartLine, ChartPanel, ChartRow, ChartScale, ChartSeed, ChartSpread,
    LineLook, PlainTable,
};

use super::super::quantity::{Quantity, Series};
use super::super::{Report, Run, Runs};
use super::{ANGLE, N_ABSENT, PREDICTED, RATIO, Sweep, WeakCoupling};
use apical_reporting::number::{rounded, short};

/// Layers that are shown; all are in the series.
const SHOWN: [&str; 3] = ["first layer", "layer below the output", "output layer"];
/// The same, for columns of a table.
const COLUMNS: [&str; 3] = ["first", "last", "output"];

impl Sweep {
    /// What its x axis shows.
    fn label(self) -> &'static str {
        match self {
            Self::Coupling => "coupling g_{A} = g_{som} (1/ms)",
            Self::Depth => "hidden layers",
            Self::Width => "width of the hidden layers",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Coupling => "Coupling",
            Self::Depth => "Depth",
            Self::Width => "Width",
        }
    }
}

/// The report on all runs.
pub(super) fn report(spec: &WeakCoupling, runs: &Runs) -> Report {
    let sweeps = || {
        let all = Sweep::ALL.into_iter();
        all.filter(|sweep| !places(spec, *sweep).is_empty())
    };
    Report {
        findings: findings(spec, runs),
        tables: sweeps().map(|sweep| table(spec, runs, sweep)).collect(),
        charts: sweeps().map(|sweep| chart(spec, runs, sweep)).collect(),
        notes: vec![
            (
                "Angle",
                "Between the circuit's update of W_{k,k−1} and the negative gradient of the error whose \
                 output delta is φ′(u_{N})(u_{trgt} − u_{N}), in the feed-forward network \
                 u_{k} = α_{k} (W_{k} r_{k−1} + b_{k}).",
            ),
            (
                "Norm ratio",
                "Norm of the update at learning rate 1 over that of the gradient. Theory predicts \
                 λ_{N} Π λ_{j} (1 − λ_{I,j}) / Π α_{j} for weak coupling and tied feedback.",
            ),
            (
                "Continuous time",
                "Every sample is shown for so long that all potentials have settled, and plasticity acts \
                 in the last step alone: the update is the plasticity rule at the fixed point.",
            ),
            (
                "Two-step form",
                "With the mixing factors that the conductances of the coupling have at rest: \
                 λ_{N} = g_{som} / (g_{lk} + g_{B} + g_{som}), and so on; there is no attenuation.",
            ),
            (
                "Absent",
                "Where the predicted norm ratio is below the bound of the specification, the update is \
                 lost in the rounding of double precision, and no value is given.",
            ),
        ],
    }
}

fn places(spec: &WeakCoupling, sweep: Sweep) -> Vec<f64> {
    let whole = |counts: &[usize]| counts.iter().map(|&n| n as f64).collect();
    match sweep {
        Sweep::Coupling => spec.coupling.couplings.clone(),
        Sweep::Depth => whole(&spec.depth.n_hidden),
        Sweep::Width => whole(&spec.width.widths),
    }
}

/// The layer that `shown` is in a network of `n_layers`.
fn layer(shown: usize, n_layers: usize) -> usize {
    [1, n_layers - 1, n_layers][shown]
}

/// The value of a run at `x`.
fn value(run: &Run, sweep: Sweep, quantity: Quantity, k: usize, x: f64) -> Option<f64> {
    let series = run.series(quantity.of(k).within(sweep.name()))?;
    series
        .iter()
        .find(|(at, _)| *at == x)
        .map(|(_, value)| *value)
}

fn findings(spec: &WeakCoupling, runs: &Runs) -> Vec<String> {
    let mut findings = Vec::new();
    for condition in spec.conditions_with(true) {
        let angles = spec.coupling.couplings.iter().filter_map(|&coupling| {
            let n_layers = spec.n_layers(Sweep::Coupling, coupling);
            let all = runs.of(condition).iter().flat_map(|run| {
                (1..=n_layers).filter_map(|k| value(run, Sweep::Coupling, ANGLE, k, coupling))
            });
            let largest = all.fold(f64::NAN, f64::max);
            (!largest.is_nan()).then(|| format!("{}° at {coupling}", short(rounded(largest, 2))))
        });
        let angles: Vec<String> = angles.collect();
        if !angles.is_empty() {
            findings.push(format!(
                "{condition}: the largest angle to the gradient over layers and seeds is {}.",
                angles.join(", ")
            ));
        }
    }
    for condition in spec.conditions_with(true) {
        let Some(&weakest) = spec.coupling.couplings.iter().min_by(|a, b| a.total_cmp(b)) else {
            continue;
        };
        let n_layers = spec.n_layers(Sweep::Coupling, weakest);
        let off = runs.of(condition).iter().flat_map(|run| {
            (1..=n_layers).filter_map(|k| {
                let of = |quantity| value(run, Sweep::Coupling, quantity, k, weakest);
                Some((of(RATIO)? / of(PREDICTED)? - 1.0).abs())
            })
        });
        let off = off.fold(f64::NAN, f64::max);
        if !off.is_nan() {
            findings.push(format!(
                "{condition}: at {weakest} the norm of every update is within {} % of the predicted one.",
                short(rounded(100.0 * off, 2))
            ));
        }
    }
    let n_absent: f64 = runs.all().filter_map(|run| run.value(N_ABSENT)).sum();
    findings.push(format!(
        "{n_absent} values of all runs are absent because the predicted norm ratio is below {}.",
        short(spec.smallest_ratio())
    ));
    findings
}

fn table(spec: &WeakCoupling, runs: &Runs, sweep: Sweep) -> PlainTable {
    let mut header = vec!["condition".to_owned(), sweep.label().to_owned()];
    for shown in COLUMNS {
        header.push(format!("{}, {shown}", Series::from(ANGLE).heading()));
        header.push(format!("norm, {shown}"));
    }
    let mut rows = Vec::new();
    for (condition, own) in runs.conditions() {
        for x in places(spec, sweep) {
            let mut row = vec![Cell::text(condition), Cell::Short(Some(x))];
            for shown in 0..SHOWN.len() {
                let k = layer(shown, spec.n_layers(sweep, x));
                let of = |quantity: Quantity| -> Vec<f64> {
                    let runs = own.iter();
                    runs.filter_map(|run| value(run, sweep, quantity, k, x))
                        .collect()
                };
                let (angles, ratios, predicted) = (of(ANGLE), of(RATIO), of(PREDICTED));
                let cell = |values: Vec<f64>, n_digits| match (&values[..], predicted.first()) {
                    ([], Some(predicted)) => {
                        let predicted = short(rounded(*predicted, 2));
                        Cell::Instead(format!("absent: predicted {predicted}"))
                    }
                    _ => Cell::Range(values, n_digits),
                };
                let over = ratios.iter().zip(&predicted).map(|(r, p)| r / p);
                row.extend([cell(angles, 2), cell(over.collect(), 3)]);
            }
            rows.push(row);
        }
    }
    PlainTable {
        name: sweep.name().to_owned(),
        title: format!("{}: update against gradient", sweep.title()),
        header,
        rows,
        note: format!(
            "Mean over seeds (smallest to largest), for the first and the last hidden layer and the output; norms over what theory predicts for tied \
             feedback. Absent: the predicted norm ratio is below {}.",
            short(spec.smallest_ratio())
        ),
    }
}

fn chart(spec: &WeakCoupling, runs: &Runs, sweep: Sweep) -> Chart {
    let line = |condition: &str, quantity: Quantity, shown: usize| {
        let seeds = runs.of(condition).iter().map(|run| ChartSeed {
            seed: run.seed(),
            points: (places(spec, sweep).into_iter())
                .filter_map(|x| {
                    let k = layer(shown, spec.n_layers(sweep, x));
                    Some((x, value(run, sweep, quantity, k, x)?))
                })
                .collect(),
            broke_off: run.failure().is_some(),
        });
        ChartLine {
            label: SHOWN[shown].to_owned(),
            look: LineLook::series(shown),
            spread: ChartSpread::Seeds,
            seeds: seeds.collect(),
        }
    };
    let prediction = |condition: &str, shown: usize| {
        let mut line = line(condition, PREDICTED, shown);
        line.seeds.truncate(1);
        line.label = PREDICTED.label.to_owned();
        line.look = LineLook::reference();
        line.spread = ChartSpread::Nothing;
        line
    };
    let row = |is_tied: bool, quantity: Quantity, scale| ChartRow {
        panels: (spec.conditions_with(is_tied).into_iter())
            .map(|condition| ChartPanel {
                title: condition.to_owned(),
                lines: (0..SHOWN.len())
                    .map(|shown| line(condition, quantity, shown))
                    .chain(
                        (0..SHOWN.len())
                            .filter(|_| is_tied && quantity == RATIO)
                            .map(|shown| prediction(condition, shown)),
                    )
                    .collect(),
            })
            .collect(),
        ..ChartRow::new(
            ChartAxis::new(Series::from(quantity).heading(), scale),
            26.0,
        )
    };
    let mut rows = vec![
        row(true, ANGLE, ChartScale::Logarithmic),
        row(true, RATIO, ChartScale::Logarithmic),
        row(false, ANGLE, ChartScale::Degrees),
    ];
    rows.retain(|row| !row.panels.is_empty());
    Chart {
        name: sweep.name().to_owned(),
        title: format!("Update against gradient: {}", sweep.name()),
        how_to_read: format!(
            "Angle between update and negative gradient, and the ratio of their norms beside the \
             prediction, in double precision. Thick lines are means over seeds, thin ones single seeds. \
             Where the predicted norm ratio is below {} there is no value. With random feedback the \
             lower layers' updates have no reason to follow the gradient before anything is learned.",
            short(spec.smallest_ratio())
        ),
        x: ChartAxis::new(
            sweep.label(),
            match sweep {
                Sweep::Depth => ChartScale::Whole,
                Sweep::Coupling | Sweep::Width => ChartScale::Logarithmic,
            },
        ),
        rows,
    }
}
