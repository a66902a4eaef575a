//! Anybody's own model beside the gradient: its weights, samples and proposed changes, judged by the code that judges
//! learners. docs/align.md has the names of its arrays.

mod arrays;
mod gates;

use anyhow::Result;
use apical_backprop::CandleReference;
use apical_learning::alignment::Given;
use apical_learning::{Metric, OutputError, Reading};
use apical_reporting::{Cell, PlainTable};
use serde::Serialize;

pub use arrays::{AlignError, Model, read};
pub use gates::Gate;

/// What is read of a model.
const METRICS: [Metric; 15] = [
    Metric::UPDATE_ANGLE,
    Metric::BACKPROP_WITH_ITSELF,
    Metric::REDRAWN_FEEDBACK_ANGLE,
    Metric::RANDOM_DIRECTION_ANGLE,
    Metric::NORM_RATIO,
    Metric::SIGN_AGREEMENT,
    Metric::STEP_USEFULNESS,
    Metric::STEP_USEFULNESS_TOTAL_NORM,
    Metric::ERROR_ANGLE,
    Metric::FEEDBACK_ANGLE,
    Metric::PERTURBATION_CORRELATION,
    Metric::PERTURBATION_CORRELATION_BACKPROP,
    Metric::PERTURBATION_CORRELATION_RANDOM,
    Metric::GRADIENT_OVER_FLOOR,
    Metric::POTENTIAL_SIZE,
];

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Aligned {
    /// Everything read, against every reference that the targets allow.
    pub readings: Vec<Reading>,
    /// What every layer passes and fails, by reference.
    pub gates: Vec<Gate>,
}

/// Reads everything of `model`.
///
/// # Errors
/// Where potentials are not finite.
pub fn align(model: &Model) -> Result<Aligned> {
    let given: &Given = &model.given;
    let mut readings = given.read(&CandleReference, &METRICS)?;
    let is_allowed =
        |of: &Reading| model.has_potentials || of.reference != Some(OutputError::Potential);
    readings.retain(is_allowed);
    Ok(Aligned {
        gates: gates::gates(&readings, model.n_layers()),
        readings,
    })
}

impl Aligned {
    /// Whether every gate is passed that could be looked at.
    pub fn passes(&self) -> bool {
        self.gates.iter().all(|gate| gate.passed != Some(false))
    }

    /// A table for every reference, and one of gates that are failed or could not be looked at.
    pub fn tables(&self) -> Vec<PlainTable> {
        let references = OutputError::ALL.into_iter().filter(|reference| {
            let mut readings = self.readings.iter();
            readings.any(|of| of.reference == Some(*reference))
        });
        let mut tables: Vec<PlainTable> = references.map(|of| self.table(of)).collect();
        let missed = self.gates.iter().filter(|gate| gate.passed != Some(true));
        let rows: Vec<Vec<Cell>> = missed.map(Gate::cells).collect();
        if !rows.is_empty() {
            tables.push(PlainTable {
                name: "gates".to_owned(),
                title: "Gates failed, or not looked at".to_owned(),
                header: ["layer", "reference", "gate", "", "reason"]
                    .map(str::to_owned)
                    .to_vec(),
                rows,
                note: String::new(),
            });
        }
        tables
    }

    fn table(&self, reference: OutputError) -> PlainTable {
        let columns = [
            (Metric::UPDATE_ANGLE, "angle (°)"),
            (Metric::REDRAWN_FEEDBACK_ANGLE, "feedback drawn anew (°)"),
            (Metric::RANDOM_DIRECTION_ANGLE, "random direction (°)"),
            (Metric::NORM_RATIO, "norm ratio"),
            (Metric::SIGN_AGREEMENT, "signs (%)"),
            (Metric::STEP_USEFULNESS, "usefulness"),
            (Metric::STEP_USEFULNESS_TOTAL_NORM, "at equal total norm"),
            (Metric::ERROR_ANGLE, "hidden error (°)"),
            (Metric::FEEDBACK_ANGLE, "feedback to Wᵀ (°)"),
            (Metric::PERTURBATION_CORRELATION, "perturbations"),
            (Metric::PERTURBATION_CORRELATION_BACKPROP, "of backprop"),
            (Metric::GRADIENT_OVER_FLOOR, "over rounding"),
        ];
        let layers: Vec<Option<usize>> = {
            let of_angle = self
                .readings
                .iter()
                .filter(|of| of.metric == Metric::UPDATE_ANGLE);
            of_angle
                .filter(|of| of.reference == Some(reference))
                .map(|of| of.layer)
                .collect()
        };
        let row = |layer: &Option<usize>| {
            let name = layer.map_or_else(|| "all".to_owned(), |k| k.to_string());
            let of_layer = layer.map(|_| reference);
            let gates = self.gates.iter().filter(|gate| Some(gate.layer) == *layer);
            let gates: Vec<&Gate> = gates
                .filter(|gate| Some(gate.reference) == of_layer)
                .collect();
            let n_passed = gates
                .iter()
                .filter(|gate| gate.passed == Some(true))
                .count();
            let n_looked_at = gates.iter().filter(|gate| gate.passed.is_some()).count();
            let mut cells = vec![Cell::text(name)];
            cells.extend(columns.map(|(metric, _)| {
                let mut readings = self.readings.iter();
                let found = readings.find(|of| {
                    of.metric == metric
                        && of.layer == *layer
                        && of.reference.is_none_or(|of| of == reference)
                });
                Cell::Number(found.and_then(|of| of.value), 3)
            }));
            cells.push(match n_looked_at {
                0 => Cell::Missing,
                of => Cell::Share { n: n_passed, of },
            });
            cells
        };
        let name = match reference {
            OutputError::Potential => "potential",
            OutputError::SquaredError => "squared_error",
        };
        let headings = ["layer"]
            .into_iter()
            .chain(columns.map(|(_, heading)| heading));
        PlainTable {
            name: name.to_owned(),
            title: format!(
                "Against the gradient of the {} error",
                name.replace("_error", "")
            ),
            header: headings
                .chain(["gates passed"])
                .map(str::to_owned)
                .collect(),
            rows: layers.iter().map(row).collect(),
            note: String::new(),
        }
    }
}
