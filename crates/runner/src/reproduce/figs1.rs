//! Fig. S1: self-prediction emerges from random weights, by eqs. 8 and 9 on random patterns.
//!
//! Source: Sacramento et al. (2018), supplementary Fig. S1.

use apical_learning::{
    Batch, LearnError, Learner, Precision, Quantity, Real, SpecError, Streams, Teacher,
};
use apical_microcircuit::{Continuous, ContinuousSpec, loop_gain};
use apical_reporting::{
    Chart, ChartAxis, ChartLine, ChartPanel, ChartRow, ChartScale, ChartSpread, PlainTable,
};
use indexmap::IndexMap;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::setting::{
    Interval, NetworkSpec, at_least_one, check_circuit, condition_key, logarithmic_counts,
    mean_square_norm, some_conditions,
};
use super::{Broken, Log, Protocol, Report, Run, Runs};
use crate::say::short;

/// The specification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FigS1 {
    title: String,
    seeds: Vec<u64>,
    /// Patterns shown, each once.
    n_patterns: usize,
    /// Patterns on which residuals are measured, the same at all times.
    n_probes: usize,
    /// How often residuals are measured, at counts of patterns evenly spaced on a logarithmic axis.
    n_records: usize,
    /// Input rates are drawn from this interval.
    inputs: Interval,
    network: NetworkSpec,
    condition: IndexMap<String, ContinuousSpec>,
}

impl Protocol for FigS1 {
    fn title(&self) -> &str {
        &self.title
    }

    fn seeds(&self) -> &[u64] {
        &self.seeds
    }

    fn conditions(&self) -> Vec<&str> {
        self.condition.keys().map(String::as_str).collect()
    }

    fn check(&self) -> Result<(), SpecError> {
        let network = self.network.with_hidden_layer()?;
        at_least_one("n_patterns", self.n_patterns)?;
        at_least_one("n_probes", self.n_probes)?;
        at_least_one("n_records", self.n_records)?;
        self.inputs.check("inputs")?;
        some_conditions(self.condition.len())?;
        for (name, circuit) in &self.condition {
            check_circuit(circuit, &network, &condition_key(name))?;
        }
        Ok(())
    }

    fn run(&self, condition: &str, seed: u64, log: &mut Log<'_>) -> Result<(), Broken> {
        let circuit = &self.condition[condition];
        match circuit.precision {
            Precision::F32 => self.run_in::<f32>(circuit, seed, log),
            Precision::F64 => self.run_in::<f64>(circuit, seed, log),
        }
    }

    fn report(&self, runs: &Runs) -> Report {
        Report {
            findings: self.findings(runs),
            tables: vec![self.residuals(runs), gains(runs)],
            charts: vec![self.residual_chart(runs), gain_chart(runs)],
            notes: vec![
                (
                    "Mismatch",
                    "‖u_{k+1} − u^I_k‖² of a hidden layer: how far its interneurons are from the \
                     pyramidal neurons above that they are to predict.",
                ),
                (
                    "Apical potential",
                    "‖v_A,k‖² of a hidden layer: what top-down and lateral input leave of one \
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
}

impl FigS1 {
    fn run_in<T: Real>(
        &self,
        circuit: &ContinuousSpec,
        seed: u64,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let streams = Streams::new(seed);
        let mut learner: Continuous<T> = self.network.circuit(circuit, streams)?;
        let mut session = learner.session(streams, 1);
        let n_inputs = learner.network().n_inputs();
        let draw = |name, n| self.inputs.draw([n, n_inputs], &mut streams.stream(name));
        let probes = draw("reproduce.probes", self.n_probes);
        let mut patterns = streams.stream("reproduce.patterns");
        let mut largest = f64::NEG_INFINITY;
        self.record(&learner, &probes, 0, &mut largest, log)?;
        let mut records = logarithmic_counts(self.n_records, self.n_patterns)
            .into_iter()
            .peekable();
        for n_done in 1..=self.n_patterns {
            let pattern = self.inputs.draw([1, n_inputs], &mut patterns);
            learner.learn_without_teacher(&mut session, pattern.view())?;
            log.step(n_done, self.n_patterns)?;
            if records.next_if_eq(&n_done).is_some() {
                self.record(&learner, &probes, n_done, &mut largest, log)?;
            }
        }
        Ok(())
    }

    /// Residuals and loop gains after `n_done` patterns, and the largest gain so far. Where a probe runs
    /// away, residuals are absent; that ends no run, because probes are no part of it.
    fn record<T: Real>(
        &self,
        learner: &Continuous<T>,
        probes: &Array2<f32>,
        n_done: usize,
        largest: &mut f64,
        log: &mut Log<'_>,
    ) -> Result<(), Broken> {
        let x = n_done as f64;
        let gain = loop_gain(learner);
        let growth = gain.large_activity.unwrap_or(gain.abscissa);
        *largest = largest.max(growth);
        log.add(x, "abscissa", gain.abscissa)?;
        log.add(x, "gain", growth)?;
        if n_done == 0 {
            log.value("abscissa_at_start", gain.abscissa);
            log.value("gain_at_start", growth);
        }
        log.value("largest_gain", *largest);
        log.value("last_gain", growth);
        let n_outputs = learner.network().n_outputs();
        let none = Array2::zeros((probes.nrows(), n_outputs));
        let batch = Batch {
            inputs: probes.view(),
            target_potentials: none.view(),
            target_rates: none.view(),
            labels: None,
        };
        let mut session = learner.session(Streams::new(0), 0);
        let activities = learner.activities(&mut session, batch, Teacher::Off);
        let ran_away = matches!(
            activities,
            Err(LearnError::Runaway { .. } | LearnError::NonFinite { .. })
        );
        log.add(x, "probe_ran_away", f64::from(u8::from(ran_away)))?;
        if ran_away {
            return log.flush();
        }
        let activities = activities?;
        for k in 1..learner.network().n_layers() {
            for (quantity, name) in [
                (Quantity::InterneuronMismatch, "mismatch"),
                (Quantity::Apical, "apical"),
            ] {
                if let Some(rows) = activities.get(quantity, k) {
                    let value = mean_square_norm(rows);
                    log.add(x, &format!("{name}.{k}"), value)?;
                    log.value(&format!("{name}.{k}"), value);
                    if n_done == 0 {
                        log.value(&format!("{name}.{k}.at_start"), value);
                    }
                }
            }
        }
        log.flush()
    }

    fn n_hidden(&self) -> usize {
        self.network.sizes.len().saturating_sub(2)
    }

    fn findings(&self, runs: &Runs) -> Vec<String> {
        let mut findings: Vec<String> = runs
            .conditions()
            .map(|(condition, _)| {
                format!(
                    "{condition}: {} seeds ran away; in the others ‖u₂ − u^I₁‖² is {} and ‖v_A,1‖² {} \
                     after {} patterns (mean ± standard deviation).",
                    runs.n_failed(condition),
                    runs.written(condition, "mismatch.1"),
                    runs.written(condition, "apical.1"),
                    self.n_patterns,
                )
            })
            .collect();
        // With these weights held still: how often the sign of the gain says what probes do.
        let measured = runs.all().flat_map(|run| {
            let of = |name: &str| run.series.get(name).into_iter().flatten();
            of("gain").zip(of("probe_ran_away"))
        });
        let mut counts = [[0; 2]; 2];
        for ((_, gain), (_, ran_away)) in measured {
            counts[usize::from(*gain > 0.0)][usize::from(*ran_away > 0.0)] += 1;
        }
        let [[_, ran_below], [stayed_above, ran_above]] = counts;
        let n_below: usize = counts[0].iter().sum();
        findings.push(format!(
            "With weights held still, a probe ran away in {ran_above} of {} measurements at a positive \
             gain of the loops, and in {ran_below} of {n_below} at a negative one.",
            stayed_above + ran_above,
        ));
        let count = |failed: bool| {
            let runs = runs.all().filter(|run| run.failed.is_some() == failed);
            runs.fold((0, 0), |(n_positive, n), run| {
                let gain = run.values.get("largest_gain");
                let is_positive = gain.is_some_and(|gain| *gain > 0.0);
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

    fn residuals(&self, runs: &Runs) -> PlainTable {
        let mut header = vec!["condition".to_owned(), "ran away".to_owned()];
        let mut names = Vec::new();
        for k in 1..=self.n_hidden() {
            for (name, written) in [
                ("mismatch", format!("‖u_{} − u^I_{k}‖²", k + 1)),
                ("apical", format!("‖v_A,{k}‖²")),
            ] {
                header.push(format!("{written} at start"));
                header.push(format!("{written} at end"));
                names.push(format!("{name}.{k}.at_start"));
                names.push(format!("{name}.{k}"));
            }
        }
        let rows = runs.conditions().map(|(condition, _)| {
            let cells = names.iter().map(|name| runs.written(condition, name));
            [condition.to_owned(), runs.n_failed(condition)]
                .into_iter()
                .chain(cells)
                .collect()
        });
        PlainTable {
            name: "residuals".into(),
            title: "Residuals of self-prediction".into(),
            header,
            rows: rows.collect(),
            note: "Mean ± standard deviation over the seeds that did not run away.".into(),
        }
    }

    fn residual_chart(&self, runs: &Runs) -> Chart {
        let row = |quantity: String, label: String| ChartRow {
            heading: String::new(),
            y: ChartAxis {
                label,
                scale: ChartScale::Logarithmic,
            },
            guides: Vec::new(),
            height_mm: 24.0,
            panels: runs
                .conditions()
                .map(|(condition, _)| ChartPanel {
                    title: match quantity == "mismatch.1" {
                        true => condition.to_owned(),
                        false => String::new(),
                    },
                    lines: vec![line(runs, condition, &quantity)],
                })
                .collect(),
        };
        let rows = (1..=self.n_hidden()).flat_map(|k| {
            [
                row(
                    format!("mismatch.{k}"),
                    format!("‖u_{} − u^I_{k}‖² (1)", k + 1),
                ),
                row(format!("apical.{k}"), format!("‖v_A,{k}‖² (1)")),
            ]
        });
        Chart {
            name: "residuals".into(),
            title: "Self-prediction emerges from random weights".into(),
            how_to_read: "Both residuals fall where self-prediction emerges: interneurons come to \
                predict the neurons above, and then lateral inhibition cancels top-down input. Thick \
                lines are means over the seeds that did not run away, thin ones single seeds; a seed \
                that ran away ends at a mark, at the last measurement before. What stands at 0.5 was \
                measured before the first pattern."
                .into(),
            x: ChartAxis {
                label: "patterns shown".into(),
                scale: ChartScale::Logarithmic,
            },
            rows: rows.collect(),
        }
    }
}

/// Gains seed by seed.
fn gains(runs: &Runs) -> PlainTable {
    let number = |run: &Run, name: &str| {
        run.values
            .get(name)
            .map_or_else(|| "–".to_owned(), |value| short(*value))
    };
    PlainTable {
        name: "loop_gain".into(),
        title: "Gain of the loops (1/ms) and runaways".into(),
        header: [
            "condition",
            "seed",
            "abscissa at start",
            "gain at start",
            "largest gain",
            "last gain",
            "measurements with a runaway probe",
            "ran away after patterns",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: runs
            .all()
            .map(|run| {
                vec![
                    run.condition.clone(),
                    run.seed.to_string(),
                    number(run, "abscissa_at_start"),
                    number(run, "gain_at_start"),
                    number(run, "largest_gain"),
                    number(run, "last_gain"),
                    n_runaway_probes(run),
                    (run.failed.as_ref())
                        .map_or_else(|| "no".to_owned(), |failure| failure.n_done.to_string()),
                ]
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
fn line(runs: &Runs, condition: &str, quantity: &str) -> ChartLine {
    let mut line = runs.line(condition, quantity, ChartSpread::Seeds);
    for (x, _) in line.seeds.iter_mut().flat_map(|seed| &mut seed.points) {
        *x = x.max(BEFORE_THE_FIRST);
    }
    line
}

/// Measurements in which a probe ran away, as `1 of 60`.
fn n_runaway_probes(run: &Run) -> String {
    let measured = run.series.get("probe_ran_away").map_or(&[][..], |m| m);
    let n = measured.iter().filter(|(_, away)| *away > 0.0).count();
    format!("{n} of {}", measured.len())
}

fn gain_chart(runs: &Runs) -> Chart {
    Chart {
        name: "loop_gain".into(),
        title: "Gain of the loops while self-prediction emerges".into(),
        how_to_read: "The rate at which large activity grows, from the weights alone, seed by seed. Above \
            0 a large activity only becomes larger, unless plasticity is faster; whether a seed gets \
            there depends on its patterns too. What stands at 0.5 was measured before the first pattern. A seed that ran away ends at a mark."
            .into(),
        x: ChartAxis {
            label: "patterns shown".into(),
            scale: ChartScale::Logarithmic,
        },
        rows: vec![ChartRow {
            heading: String::new(),
            y: ChartAxis {
                label: "gain (1/ms)".into(),
                scale: ChartScale::Linear,
            },
            guides: vec![0.0],
            height_mm: 30.0,
            panels: runs
                .conditions()
                .map(|(condition, _)| ChartPanel {
                    title: condition.to_owned(),
                    lines: vec![line(runs, condition, "gain")],
                })
                .collect(),
        }],
    }
}
