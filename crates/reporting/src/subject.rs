//! What is read from records: a subject, its value, and its values over seeds.

use apical_learning::{Metric, Of, OutputError, PartName, Readings};

use crate::statistics::Spread;

/// What a reading is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject {
    pub(crate) metric: Metric,
    pub(crate) part: Option<PartName>,
    pub(crate) layer: Option<usize>,
    pub(crate) reference: Option<OutputError>,
}

impl Subject {
    /// Accuracy or loss on a part of the data.
    pub(crate) fn on(metric: Metric, part: PartName) -> Self {
        Self {
            metric,
            part: Some(part),
            layer: None,
            reference: None,
        }
    }

    /// A metric of one layer, or of all, against a reference where it has one.
    pub(crate) fn of_layer(
        metric: Metric,
        layer: Option<usize>,
        reference: Option<OutputError>,
    ) -> Self {
        Self {
            metric,
            part: None,
            layer,
            reference,
        }
    }

    /// Mean and spread of `values` of it, angles as cosines.
    pub(crate) fn spread(self, values: &[f64]) -> Option<Spread> {
        match self.metric.is_angle() {
            true => Spread::of_angles(values),
            false => Spread::of(values),
        }
    }

    pub(crate) fn of(reading: &Of) -> Self {
        Self {
            metric: reading.metric,
            part: reading.part,
            layer: reading.layer,
            reference: reading.reference,
        }
    }

    /// Its finite value among `readings`.
    pub(crate) fn value(self, readings: &Readings) -> Option<f64> {
        readings
            .pairs()
            .find(|(of, _)| Self::of(of) == self)
            .and_then(|(_, value)| value)
            .filter(|value| value.is_finite())
    }
}

/// The values of all seeds after one epoch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EpochPoint {
    pub(crate) epoch: usize,
    pub(crate) spread: Spread,
    /// Seed and value.
    pub(crate) by_seed: Vec<(u64, f64)>,
}
