//! Readings averaged over minibatches.

use crate::Reading;

/// Averages readings of the same subject over minibatches, angles as cosines; those without a value do not
/// count, and the mean says how many did where not all could.
#[derive(Default)]
pub(super) struct MeanReadings {
    slots: Vec<Slot>,
}

struct Slot {
    first: Reading,
    values: Vec<f64>,
    n_batches: usize,
}

impl MeanReadings {
    pub(super) fn add(&mut self, readings: Vec<Reading>) {
        for reading in readings {
            let mut slots = self.slots.iter_mut();
            if let Some(slot) = slots.find(|slot| slot.first.same_subject(&reading)) {
                slot.values.extend(reading.value);
                slot.n_batches += 1;
            } else {
                self.slots.push(Slot {
                    values: reading.value.into_iter().collect(),
                    first: reading,
                    n_batches: 1,
                });
            }
        }
    }

    pub(super) fn finish(self) -> Vec<Reading> {
        let finish = |slot: Slot| {
            let mut reading = slot.first;
            if let Some(mean) = reading.metric.mean(&slot.values) {
                let n_values = slot.values.len();
                reading.value = Some(mean);
                reading.absent = None;
                reading.n_batches = (n_values < slot.n_batches).then_some(n_values);
            }
            reading
        };
        self.slots.into_iter().map(finish).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metric;

    fn mean_of(metric: Metric, values: &[Result<f64, String>]) -> Reading {
        let mut means = MeanReadings::default();
        for value in values {
            means.add(vec![Reading::new(metric, value.clone())]);
        }
        let readings = means.finish();
        assert_eq!(readings.len(), 1);
        readings[0].clone()
    }

    #[test]
    fn absent_values_do_not_count_in_a_mean() {
        let values = [Err("none".into()), Ok(10.0), Ok(20.0)];
        let mean = mean_of(Metric::NORM_RATIO, &values);
        assert_eq!(mean.value, Some(15.0));
        assert_eq!(mean.absent, None);
        assert_eq!(mean.n_batches, Some(2), "two of three had a value");
    }

    #[test]
    fn a_mean_over_all_minibatches_needs_no_count() {
        let mean = mean_of(Metric::NORM_RATIO, &[Ok(10.0), Ok(30.0)]);
        assert_eq!(mean.value, Some(20.0));
        assert_eq!(mean.n_batches, None);
    }

    #[test]
    fn angles_are_averaged_as_cosines() {
        // (cos 60° + cos 90°) / 2 = 1/4.
        let mean = mean_of(Metric::UPDATE_ANGLE, &[Ok(60.0), Ok(90.0)]);
        let expected = 0.25_f64.acos().to_degrees();
        assert!((mean.value.expect("a mean") - expected).abs() < 1e-12);
        let one = mean_of(Metric::UPDATE_ANGLE, &[Ok(0.3)]);
        assert_eq!(
            one.value,
            Some(0.3),
            "one value is its own mean, to the bit"
        );
    }

    #[test]
    fn nothing_measured_stays_absent_with_its_reason() {
        let mean = mean_of(Metric::UPDATE_ANGLE, &[Err("none".into())]);
        assert_eq!(mean.value, None);
        assert_eq!(mean.absent.as_deref(), Some("none"));
    }
}
