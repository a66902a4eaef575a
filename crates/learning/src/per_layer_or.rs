//! Values of a specification that a word may stand for: a word, a number, or a list.

use std::fmt;
use std::marker::PhantomData;

use apical_keys::{Choice, Choices, Described, Shape};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Numbers, PerLayer, SpecError};

/// A word that stands for values which follow from others.
pub trait Word: Copy + PartialEq + 'static {
    /// All of its kind, each as a specification has it, and what it stands for.
    const WORDS: &'static [(Self, &'static str, &'static str)];
    /// What is expected in their place, in words.
    const EXPECTED: &'static str;
}

/// Values per layer, or a word that stands for them.
#[derive(Debug, Clone, PartialEq)]
pub enum PerLayerOr<W> {
    /// The word.
    Word(W),
    /// A number for all layers, or one for each.
    Each(PerLayer),
}

impl<W> PerLayerOr<W> {
    /// The values, where no word stands for them.
    pub fn values(&self) -> Option<&PerLayer> {
        match self {
            Self::Word(_) => None,
            Self::Each(values) => Some(values),
        }
    }

    /// As [`PerLayer::check_within`] and [`PerLayer::expand`], where there are values.
    ///
    /// # Errors
    /// Values out of `range`, or not one or `n`.
    pub fn check_within(&self, n: usize, key: &str, range: Numbers) -> Result<(), SpecError> {
        let Self::Each(values) = self else {
            return Ok(());
        };
        values.check_within(key, range)?;
        values.expand(n, key).map(drop)
    }
}

impl<W> From<PerLayer> for PerLayerOr<W> {
    fn from(values: PerLayer) -> Self {
        Self::Each(values)
    }
}

impl<W: Word> Described for PerLayerOr<W> {
    const SHAPE: &'static Shape = &Shape::Either(&[
        &Shape::Choice(Choices {
            meaning: "Values that follow from others.",
            all: || {
                let choice = |(_, name, meaning): &(W, &'static str, &'static str)| Choice {
                    name,
                    meaning,
                    shape: None,
                };
                W::WORDS.iter().map(choice).collect()
            },
        }),
        PerLayer::SHAPE,
    ]);
}

impl<W: Word> Serialize for PerLayerOr<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Word(word) => {
                let written = W::WORDS.iter().find(|(own, ..)| own == word);
                serializer.serialize_str(written.map_or("", |(_, name, _)| name))
            }
            Self::Each(values) => values.serialize(serializer),
        }
    }
}

impl<'de, W: Word> Deserialize<'de> for PerLayerOr<W> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrValues<W>(PhantomData<W>);
        impl<'de, W: Word> Visitor<'de> for WordOrValues<W> {
            type Value = PerLayerOr<W>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(W::EXPECTED)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                match W::WORDS.iter().find(|(_, name, _)| *name == text) {
                    Some((word, ..)) => Ok(PerLayerOr::Word(*word)),
                    None => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
                Ok(PerLayer::All(value).into())
            }

            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(PerLayer::All(value as f64).into())
            }

            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(PerLayer::All(value as f64).into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                PerLayer::deserialize(SeqAccessDeserializer::new(seq)).map(PerLayerOr::Each)
            }
        }
        deserializer.deserialize_any(WordOrValues(PhantomData))
    }
}
