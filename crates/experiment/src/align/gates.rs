//! What every layer of a model has to pass.

use apical_learning::{Metric, OutputError, Reading};
use apical_reporting::{Cell, LEAST_CORRELATION, LEAST_OVER_FLOOR, SOUND_CORRELATION};
use serde::Serialize;

/// One gate of one layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gate {
    /// The layer, from 1.
    pub layer: usize,
    /// Against which reference.
    pub reference: OutputError,
    /// What is asked.
    pub gate: &'static str,
    /// Whether it is so; absent where it could not be looked at.
    pub passed: Option<bool>,
    /// In words.
    pub reason: String,
}

impl Gate {
    pub(super) fn cells(&self) -> Vec<Cell> {
        let reference = match self.reference {
            OutputError::Potential => "potential",
            OutputError::SquaredError => "squared error",
        };
        let outcome = match self.passed {
            Some(true) => "PASS",
            Some(false) => "FAIL",
            None => "not looked at",
        };
        vec![
            Cell::text(self.layer.to_string()),
            Cell::text(reference),
            Cell::text(self.gate),
            Cell::text(outcome),
            Cell::text(&*self.reason),
        ]
    }
}

/// The gates of all layers against every reference that was read.
pub(super) fn gates(readings: &[Reading], n_layers: usize) -> Vec<Gate> {
    let is_read =
        |reference: &OutputError| readings.iter().any(|of| of.reference == Some(*reference));
    let references = OutputError::ALL.into_iter().filter(is_read);
    let of_reference = |reference| {
        (1..=n_layers).flat_map(move |layer| {
            let of = Of {
                readings,
                layer,
                reference,
            };
            let mut gates = vec![of.above_rounding(), of.descends(), of.beats_null(n_layers)];
            if layer < n_layers {
                gates.push(of.predicts());
            }
            gates
        })
    };
    references.flat_map(of_reference).collect()
}

struct Of<'a> {
    readings: &'a [Reading],
    layer: usize,
    reference: OutputError,
}

impl Of<'_> {
    /// The value of `metric`, or why there is none.
    fn value(&self, metric: Metric) -> Result<f64, String> {
        let is_it = |of: &&Reading| {
            of.metric == metric
                && of.layer == Some(self.layer)
                && of.reference.is_none_or(|of| of == self.reference)
        };
        let found = self.readings.iter().find(is_it).ok_or("it was not read")?;
        let absent = || found.absent.clone().unwrap_or_default();
        found.value.ok_or_else(absent)
    }

    /// A gate that is passed where `is_passed` says so of a value, in words.
    fn gate(&self, gate: &'static str, looked: Result<(bool, String), String>) -> Gate {
        let (passed, reason) = match looked {
            Ok((is_passed, reason)) => (Some(is_passed), reason),
            Err(why) => (None, why),
        };
        Gate {
            layer: self.layer,
            reference: self.reference,
            gate,
            passed,
            reason,
        }
    }

    fn above_rounding(&self) -> Gate {
        let times = self.value(Metric::GRADIENT_OVER_FLOOR);
        let looked = times.map(|times| {
            let reason = format!("{times:.3e} times its rounding, needed {LEAST_OVER_FLOOR}");
            (times >= LEAST_OVER_FLOOR, reason)
        });
        self.gate("gradient above rounding", looked)
    }

    fn descends(&self) -> Gate {
        let useful = self.value(Metric::STEP_USEFULNESS);
        let looked = useful.map(|useful| {
            let reason = format!("a small step is {useful:.3} times as useful as the gradient's");
            (useful > 0.0, reason)
        });
        self.gate("the loss falls", looked)
    }

    /// The output layer is compared with a random direction, as no feedback has a part in it.
    fn beats_null(&self, n_layers: usize) -> Gate {
        let null = match self.layer == n_layers {
            true => Metric::RANDOM_DIRECTION_ANGLE,
            false => Metric::REDRAWN_FEEDBACK_ANGLE,
        };
        let looked = self.value(Metric::UPDATE_ANGLE).and_then(|angle| {
            let null = self.value(null)?;
            Ok((
                angle < null,
                format!("{angle:.1}° to the gradient, the null {null:.1}°"),
            ))
        });
        self.gate("nearer than the null", looked)
    }

    fn predicts(&self) -> Gate {
        let looked = self
            .value(Metric::PERTURBATION_CORRELATION)
            .and_then(|own| {
                let backprop = self.value(Metric::PERTURBATION_CORRELATION_BACKPROP)?;
                let random = self.value(Metric::PERTURBATION_CORRELATION_RANDOM)?;
                if backprop < SOUND_CORRELATION || random.abs() >= LEAST_CORRELATION {
                    let rows = format!("backprop {backprop:.2}, random errors {random:.2}");
                    return Err(format!("not calibrated: {rows}"));
                }
                let reason = format!("correlation {own:.2}, needed above {LEAST_CORRELATION}");
                Ok((own > LEAST_CORRELATION, reason))
            });
        self.gate("perturbations predicted", looked)
    }
}
