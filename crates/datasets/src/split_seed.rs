//! The seed that decides which samples go into which part, or which are drawn.

use std::fmt;

use apical_keys::{Choice, Choices, Described, Shape};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Streams;

/// In a spec a whole number, or `"per_seed"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitSeed {
    /// All runs share the split, or the samples, of this seed.
    Fixed(u64),
    /// Every run has the split, or the samples, of its own seed.
    PerSeed,
}

const PER_SEED: &str = "per_seed";

impl SplitSeed {
    /// The streams of the split in a run with the streams `run`.
    pub(crate) fn streams(self, run: Streams) -> Streams {
        match self {
            Self::Fixed(seed) => Streams::new(seed),
            Self::PerSeed => run,
        }
    }
}

impl Default for SplitSeed {
    fn default() -> Self {
        Self::Fixed(0)
    }
}

impl Serialize for SplitSeed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(seed) => serializer.serialize_u64(*seed),
            Self::PerSeed => serializer.serialize_str(PER_SEED),
        }
    }
}

impl Described for SplitSeed {
    const SHAPE: &'static Shape = &Shape::Either(&[
        u64::SHAPE,
        &Shape::Choice(Choices {
            meaning: "A split, or samples, for each run.",
            all: || {
                vec![Choice {
                    name: PER_SEED,
                    meaning: "Every run has the split, or the samples, of its own seed.",
                    shape: None,
                }]
            },
        }),
    ]);
}

impl<'de> Deserialize<'de> for SplitSeed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SeedVisitor;

        impl Visitor<'_> for SeedVisitor {
            type Value = SplitSeed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number of 0 or more, or \"{PER_SEED}\"")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<SplitSeed, E> {
                match word {
                    PER_SEED => Ok(SplitSeed::PerSeed),
                    _ => Err(E::invalid_value(de::Unexpected::Str(word), &self)),
                }
            }

            fn visit_u64<E>(self, seed: u64) -> Result<SplitSeed, E> {
                Ok(SplitSeed::Fixed(seed))
            }

            fn visit_i64<E: de::Error>(self, seed: i64) -> Result<SplitSeed, E> {
                let unfit = || E::invalid_value(de::Unexpected::Signed(seed), &self);
                u64::try_from(seed)
                    .map(SplitSeed::Fixed)
                    .map_err(|_| unfit())
            }
        }

        deserializer.deserialize_any(SeedVisitor)
    }
}
