//! A part of an experiment's runs, for one of several machines.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The `number`-th of `of` parts of all runs. Which part a run is in follows from its digest alone, so that
/// further seeds and learners move no other run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    number: u32,
    of: u32,
}

impl Shard {
    /// All runs.
    pub const ALL: Self = Self { number: 1, of: 1 };
    /// No run.
    pub const NONE: Self = Self { number: 0, of: 1 };

    /// The one of `of` parts that the run with `digest`, hexadecimal, is in.
    pub fn of_run(digest: &str, of: u32) -> Self {
        // The first 64 bits are as good as random: of 40 shards each has nearly as many.
        let first = digest.get(..16).unwrap_or(digest);
        let bits = u64::from_str_radix(first, 16).unwrap_or_default();
        let number = bits % u64::from(of.max(1)) + 1;
        Self {
            number: u32::try_from(number).unwrap_or(of),
            of,
        }
    }

    /// Which of all parts, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// Whether the run with `digest`, hexadecimal, is in it.
    pub(crate) fn has(self, digest: &str) -> bool {
        self == Self::of_run(digest, self.of)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        /// More parts than there are runs of any experiment.
        const MOST: u32 = 1_000_000;
        let expected =
            || format!("expected K/N, such as 3/40, with K from 1 to N and N at most {MOST}");
        let (number, of) = text.split_once('/').ok_or_else(expected)?;
        let whole = |text: &str| text.parse::<u32>().map_err(|_| expected());
        let (number, of) = (whole(number)?, whole(of)?);
        match (1..=of).contains(&number) && of <= MOST {
            true => Ok(Self { number, of }),
            false => Err(expected()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::sha256;

    #[test]
    fn every_run_is_in_one_shard_and_shards_are_about_as_large() {
        let digests = (0..4000).map(|i: u32| sha256(&i.to_le_bytes()));
        let digests: Vec<String> = digests.collect();
        let mut total = 0;
        for number in 1..=40 {
            let shard = Shard { number, of: 40 };
            let n = digests.iter().filter(|digest| shard.has(digest)).count();
            assert!((50..=150).contains(&n), "{n} in {shard}");
            total += n;
        }
        assert_eq!(total, 4000);
        assert!(digests.iter().all(|digest| Shard::ALL.has(digest)));
        assert!(!digests.iter().any(|digest| Shard::NONE.has(digest)));
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        assert_eq!("3/40".parse(), Ok(Shard { number: 3, of: 40 }));
        for text in [
            "",
            "3",
            "0/4",
            "5/4",
            "1/0",
            "-1/4",
            "1/4/2",
            "1/9999999",
            "a/b",
            "1.5/4",
        ] {
            let error = text.parse::<Shard>().expect_err("no shard");
            assert!(error.starts_with("expected K/N"), "{text}: {error}");
        }
    }
}
