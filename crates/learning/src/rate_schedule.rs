//! How learning rates fall over the epochs of a run.

use std::f64::consts::PI;

use apical_keys::Described;
use serde::{Deserialize, Serialize};

use crate::SpecError;

/// How learning rates fall over the epochs of a run, the same for all layers of a learner.
///
/// A schedule gives the share of a specification's rates with which an epoch is taught: 1 in the
/// first epoch, `to` in the last.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RateSchedule {
    /// The specification's rates in every epoch.
    #[default]
    Constant,
    /// By the same factor from epoch to epoch: to^((epoch − 1) / (n_epochs − 1)).
    Exponential {
        /// The share in the last epoch.
        #[key(above = 0, max = 1)]
        to: f64,
    },
    /// Along half a cosine: to + (1 − to) (1 + cos(π (epoch − 1) / (n_epochs − 1))) / 2. Source:
    /// Loshchilov & Hutter (2017), eq. 5, without restarts.
    Cosine {
        /// The share in the last epoch. With 0 the last epoch changes nothing.
        #[key(min = 0, max = 1)]
        to: f64,
    },
}

impl RateSchedule {
    /// The share of a specification's rates in epoch `epoch` of 1…`n_epochs`; 1 where there is only
    /// one epoch.
    pub fn share(&self, epoch: usize, n_epochs: usize) -> f64 {
        if epoch <= 1 || n_epochs <= 1 {
            return 1.0;
        }
        let progress = (epoch - 1) as f64 / (n_epochs - 1) as f64;
        match *self {
            Self::Constant => 1.0,
            Self::Exponential { to } => to.powf(progress),
            Self::Cosine { to } => to + (1.0 - to) * (1.0 + (PI * progress).cos()) / 2.0,
        }
    }

    /// Fails on a share out of range.
    pub fn check(&self) -> Result<(), SpecError> {
        let (key, to, is_in_range, expected) = match *self {
            Self::Constant => return Ok(()),
            Self::Exponential { to } => (
                "exponential.to",
                to,
                to > 0.0 && to <= 1.0,
                "a number greater than 0, and at most 1",
            ),
            Self::Cosine { to } => (
                "cosine.to",
                to,
                (0.0..=1.0).contains(&to),
                "a number from 0 to 1",
            ),
        };
        if is_in_range {
            Ok(())
        } else {
            Err(SpecError::range(key, to, expected))
        }
    }

    /// Whether rates stay as they are.
    pub fn is_constant(&self) -> bool {
        *self == Self::Constant
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FALLING: [RateSchedule; 4] = [
        RateSchedule::Exponential { to: 0.05 },
        RateSchedule::Exponential { to: 1e-9 },
        RateSchedule::Cosine { to: 0.0 },
        RateSchedule::Cosine { to: 0.3 },
    ];

    #[test]
    fn shares_begin_at_one_fall_and_end_where_they_are_to() {
        for schedule in FALLING {
            let (RateSchedule::Exponential { to } | RateSchedule::Cosine { to }) = schedule else {
                continue;
            };
            for n_epochs in [2, 3, 60, 1000] {
                let shares: Vec<f64> = (1..=n_epochs)
                    .map(|epoch| schedule.share(epoch, n_epochs))
                    .collect();
                assert_eq!(shares[0], 1.0, "{schedule:?}");
                assert_eq!(shares[n_epochs - 1], to, "{schedule:?} over {n_epochs}");
                assert!(
                    shares.windows(2).all(|pair| pair[1] < pair[0]),
                    "{schedule:?} over {n_epochs}: {shares:?}"
                );
            }
        }
    }

    #[test]
    fn half_way_is_the_geometric_mean_or_the_arithmetic_one() {
        let close = |share: f64, expected: f64| assert!((share - expected).abs() < 1e-15);
        close(RateSchedule::Exponential { to: 0.04 }.share(6, 11), 0.2);
        close(RateSchedule::Cosine { to: 0.04 }.share(6, 11), 0.52);
        // A quarter of the way: (1 + cos 45°) / 2.
        let quarter = (1.0 + 0.5_f64.sqrt()) / 2.0;
        close(RateSchedule::Cosine { to: 0.0 }.share(2, 5), quarter);
    }

    #[test]
    fn a_constant_schedule_and_a_single_epoch_leave_rates_as_they_are() {
        for epoch in 1..=5 {
            assert_eq!(RateSchedule::Constant.share(epoch, 5), 1.0);
        }
        for schedule in FALLING {
            assert_eq!(schedule.share(1, 1), 1.0, "{schedule:?}");
        }
    }

    #[test]
    fn shares_out_of_range_are_refused_with_their_key() {
        for to in [0.0, -0.1, 1.5, f64::NAN, f64::INFINITY] {
            let error = RateSchedule::Exponential { to }.check();
            assert_eq!(
                error.expect_err("out of range").to_string(),
                format!(
                    "`exponential.to` is {to}, expected a number greater than 0, and at most 1"
                )
            );
        }
        for to in [-0.1, 1.5, f64::NAN, f64::INFINITY] {
            let error = RateSchedule::Cosine { to }.check();
            assert_eq!(
                error.expect_err("out of range").to_string(),
                format!("`cosine.to` is {to}, expected a number from 0 to 1")
            );
        }
        for schedule in FALLING.into_iter().chain([
            RateSchedule::Constant,
            RateSchedule::Exponential { to: 1.0 },
            RateSchedule::Cosine { to: 1.0 },
        ]) {
            schedule.check().expect("in range");
        }
    }

    #[test]
    fn it_is_written_as_a_word_or_a_table() {
        for (schedule, text) in [
            (RateSchedule::Constant, r#""constant""#),
            (
                RateSchedule::Exponential { to: 0.05 },
                r#"{"exponential":{"to":0.05}}"#,
            ),
            (RateSchedule::Cosine { to: 0.0 }, r#"{"cosine":{"to":0.0}}"#),
        ] {
            assert_eq!(serde_json::to_string(&schedule).expect("plain"), text);
            let read: RateSchedule = serde_json::from_str(text).expect("its own text");
            assert_eq!(read, schedule);
        }
        let read = |text| serde_json::from_str::<RateSchedule>(text);
        assert!(read(r#"{"cosine":{}}"#).is_err(), "`to` has no default");
        assert!(read(r#"{"cosine":{"to":0.1,"from":1.0}}"#).is_err());
    }
}
