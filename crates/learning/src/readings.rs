//! The readings of a moment, in few bytes: what they are of is shared by all moments of all runs that read the same.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::pool::Pool;
use crate::{Metric, OutputError, PartName, Reading};

/// All readings of a moment, in order.
#[derive(Clone)]
pub struct Readings {
    of: Arc<[Of]>,
    /// NaN where there is none.
    values: Box<[f64]>,
}

/// A reading without its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Of {
    /// What was measured.
    pub metric: Metric,
    /// On which part of the data.
    pub part: Option<PartName>,
    /// Of which layer (1…N).
    pub layer: Option<usize>,
    /// Against which reference gradient.
    pub reference: Option<OutputError>,
    /// Why there is no value.
    pub absent: Option<Box<str>>,
    /// Over how many minibatches the value is a mean, where others had none.
    pub n_batches: Option<usize>,
}

static KNOWN: Pool<[Of]> = Pool::new();

impl Of {
    /// With its value.
    fn with(&self, value: Option<f64>) -> Reading {
        Reading {
            metric: self.metric,
            part: self.part,
            layer: self.layer,
            reference: self.reference,
            value,
            absent: self.absent.as_deref().map(str::to_owned),
            n_batches: self.n_batches,
        }
    }
}

impl Readings {
    /// Each, made anew.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Reading> + ExactSizeIterator + Clone {
        self.pairs().map(|(of, value)| of.with(value))
    }

    /// What each is of, and its value.
    pub fn pairs(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&Of, Option<f64>)> + ExactSizeIterator + Clone {
        let value = |value: &f64| Some(*value).filter(|value| !value.is_nan());
        self.of.iter().zip(self.values.iter().map(value))
    }

    /// Those that are read of predictions.
    pub fn of_predictions(&self) -> Self {
        let readings = self.iter();
        let kept = readings.filter(|reading| reading.metric.is_of_predictions());
        kept.collect()
    }

    /// Changes them as a list.
    pub fn change(&mut self, change: impl FnOnce(&mut Vec<Reading>)) {
        let mut readings = self.iter().collect();
        change(&mut readings);
        *self = readings.into();
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl Default for Readings {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl From<Vec<Reading>> for Readings {
    fn from(readings: Vec<Reading>) -> Self {
        let values = readings.iter().map(|of| of.value.unwrap_or(f64::NAN));
        let values = values.collect();
        let of = readings.into_iter().map(|reading| Of {
            metric: reading.metric,
            part: reading.part,
            layer: reading.layer,
            reference: reading.reference,
            absent: reading.absent.map(String::into_boxed_str),
            n_batches: reading.n_batches,
        });
        Self {
            of: KNOWN.shared(of.collect()),
            values,
        }
    }
}

impl FromIterator<Reading> for Readings {
    fn from_iter<I: IntoIterator<Item = Reading>>(readings: I) -> Self {
        Self::from(Vec::from_iter(readings))
    }
}

impl PartialEq for Readings {
    fn eq(&self, other: &Self) -> bool {
        (Arc::ptr_eq(&self.of, &other.of) || self.of == other.of)
            && self
                .pairs()
                .map(|(_, value)| value)
                .eq(other.pairs().map(|(_, value)| value))
    }
}

impl fmt::Debug for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Readings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Readings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Vec<Reading> {
        vec![
            Reading::new(Metric::ACCURACY, Ok(97.5)).on(PartName::Test),
            Reading::new(Metric::UPDATE_ANGLE, Err("the gradient is 0".to_owned()))
                .of_layer(Some(2))
                .against(OutputError::Potential),
        ]
    }

    #[test]
    fn readings_come_back_as_they_were_in_memory_and_in_json() {
        let readings = Readings::from(some());
        assert!(readings.iter().eq(some()));
        let text = serde_json::to_string(&readings).expect("JSON");
        assert_eq!(text, serde_json::to_string(&some()).expect("JSON"));
        let read: Readings = serde_json::from_str(&text).expect("readings");
        assert_eq!(read, readings);
        assert!(Arc::ptr_eq(&read.of, &readings.of));
    }

    #[test]
    fn another_value_reason_or_layer_is_another_reading() {
        let readings = Readings::from(some());
        let changes: [fn(&mut Vec<Reading>); 4] = [
            |all| all[0].value = Some(97.0),
            |all| all[1].absent = None,
            |all| all[1].layer = Some(1),
            |all| all.truncate(1),
        ];
        for change in changes {
            let mut other = some();
            change(&mut other);
            assert_ne!(Readings::from(other), readings);
        }
    }
}
