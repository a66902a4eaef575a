//! Ranges of the numbers in specifications: what lies inside is a number in single precision too, and
//! nothing is allocated before it is known to lie inside.

use crate::{KeyPath, SpecError};

/// What a real number of a specification may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numbers {
    least: f64,
    most: f64,
    or_zero: bool,
    in_words: &'static str,
}

/// What a count of a specification may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    most: usize,
    in_words: &'static str,
}

impl Numbers {
    /// Learning rates, and s of weights from U(−s, s).
    pub const RATE_OR_SCALE: Self = Self::or_zero(1e-30, 1e12, "0, or a number from 1e-30 to 1e12");
    /// Durations and time constants.
    pub const MILLISECONDS: Self = Self::new(1e-6, 1e9, "a number from 1e-6 to 1e9");
    /// The same, or none.
    pub const MILLISECONDS_OR_NONE: Self =
        Self::or_zero(1e-6, 1e9, "0 for none, or a number from 1e-6 to 1e9");
    /// Conductances, couplings and gains.
    pub const GAIN: Self = Self::new(1e-9, 1e6, "a number from 1e-9 to 1e6");
    /// The same, or none.
    pub const GAIN_OR_NONE: Self = Self::or_zero(1e-9, 1e6, "0, or a number from 1e-9 to 1e6");
    /// Shares that may not vanish.
    pub const SHARE: Self = Self::new(1e-9, 1.0, "a number from 1e-9 to 1");
    /// Potentials, input rates and factors of either sign.
    pub const SIGNED: Self = Self::new(-1e6, 1e6, "a number from -1e6 to 1e6");

    /// Numbers from `least` to `most`, which `in_words` says.
    pub const fn new(least: f64, most: f64, in_words: &'static str) -> Self {
        Self {
            least,
            most,
            or_zero: false,
            in_words,
        }
    }

    /// The same, and 0.
    pub const fn or_zero(least: f64, most: f64, in_words: &'static str) -> Self {
        Self {
            or_zero: true,
            ..Self::new(least, most, in_words)
        }
    }

    /// Whether `value` is one of them; what is no number is none.
    pub fn contains(&self, value: f64) -> bool {
        (self.least..=self.most).contains(&value) || (self.or_zero && value == 0.0)
    }

    /// Fails unless the `value` at `key` is one of them.
    ///
    /// # Errors
    /// Key, value and range.
    pub fn check(&self, key: impl Into<KeyPath>, value: f64) -> Result<(), SpecError> {
        match self.contains(value) {
            true => Ok(()),
            false => Err(SpecError::range(key, value, self.in_words)),
        }
    }
}

impl Counts {
    /// Epochs, each of which leaves a record.
    pub const EPOCHS: Self = Self::new(1_000_000, "from 1 to 1000000");
    /// Patterns shown one after the other.
    pub const PATTERNS: Self = Self::new(1_000_000_000, "from 1 to 1000000000");
    /// Patterns or samples that are in memory together.
    pub const SAMPLES: Self = Self::new(1_000_000, "from 1 to 1000000");
    /// Places of a series.
    pub const RECORDS: Self = Self::new(100_000, "from 1 to 100000");
    /// Settings that are tried.
    pub const TRIALS: Self = Self::new(10_000, "from 1 to 10000");
    /// Layers, or lines of a figure.
    pub const FEW: Self = Self::new(1000, "from 1 to 1000");
    /// Anything that there is at least one of, and whose size costs nothing.
    pub const ANY: Self = Self::new(usize::MAX, "at least 1");

    /// Counts from 1 to `most`, which `in_words` says.
    pub const fn new(most: usize, in_words: &'static str) -> Self {
        Self { most, in_words }
    }

    /// The largest.
    pub const fn most(&self) -> usize {
        self.most
    }

    /// Fails unless the count `n` at `key` is one of them.
    ///
    /// # Errors
    /// Key, value and range.
    pub fn check(&self, key: impl Into<KeyPath>, n: usize) -> Result<(), SpecError> {
        match n >= 1 && n <= self.most {
            true => Ok(()),
            false => Err(SpecError::range(key, n, self.in_words)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_single_precision_loses_is_outside() {
        for odd in [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1e308,
            -1e308,
            1e39,
            1.8e38,
            9_007_199_254_740_993.0,
            9.223_372_036_854_776e18,
            1e19,
        ] {
            for range in [
                Numbers::RATE_OR_SCALE,
                Numbers::MILLISECONDS,
                Numbers::GAIN_OR_NONE,
                Numbers::SHARE,
                Numbers::SIGNED,
            ] {
                assert!(range.check("k", odd).is_err(), "{odd:e} in {range:?}");
            }
        }
        for small in [5e-324, 1e-46, -1.0] {
            assert!(!Numbers::RATE_OR_SCALE.contains(small), "{small:e}");
            assert!(!Numbers::MILLISECONDS_OR_NONE.contains(small), "{small:e}");
        }
        assert!(Numbers::RATE_OR_SCALE.contains(-0.0) && !Numbers::MILLISECONDS.contains(0.0));
        assert!(Counts::EPOCHS.check("k", 0).is_err() && Counts::ANY.check("k", 1).is_ok());
    }
}
