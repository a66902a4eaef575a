//! η^IP in a specification: `"mirror"`, a number, or a list with one number per hidden layer.

use std::fmt;

use apical_keys::{Choice, Choices, Described, Shape};
use apical_learning::PerLayer;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// η^IP, the learning rates of the interneurons' dendritic weights.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum InterneuronRates {
    /// The rates with which W^IP follows the forward weights to first order in the nudge:
    /// η^IP_k = η_{k+1,k} / λ_I,k in the two-step form.
    #[default]
    Mirror,
    /// A rate for all hidden layers, or one for each.
    Each(PerLayer),
}

impl Serialize for InterneuronRates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Mirror => serializer.serialize_str("mirror"),
            Self::Each(rates) => rates.serialize(serializer),
        }
    }
}

impl Described for InterneuronRates {
    const SHAPE: &'static Shape = &Shape::Either(&[
        &Shape::Choice(Choices {
            meaning: "Rates that follow from others.",
            all: || {
                vec![Choice {
                    name: "mirror",
                    meaning: "The rates with which W^IP follows the forward weights to first order in the nudge.",
                    shape: None,
                }]
            },
        }),
        PerLayer::SHAPE,
    ]);
}

impl<'de> Deserialize<'de> for InterneuronRates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MirrorOrRates;
        impl<'de> Visitor<'de> for MirrorOrRates {
            type Value = InterneuronRates;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"mirror\", a number, or a list with one number per hidden layer")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<InterneuronRates, E> {
                match text {
                    "mirror" => Ok(InterneuronRates::Mirror),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }

            fn visit_f64<E>(self, rate: f64) -> Result<InterneuronRates, E> {
                Ok(InterneuronRates::Each(PerLayer::All(rate)))
            }

            fn visit_i64<E>(self, rate: i64) -> Result<InterneuronRates, E> {
                Ok(InterneuronRates::Each(PerLayer::All(rate as f64)))
            }

            fn visit_u64<E>(self, rate: u64) -> Result<InterneuronRates, E> {
                Ok(InterneuronRates::Each(PerLayer::All(rate as f64)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<InterneuronRates, A::Error> {
                PerLayer::deserialize(SeqAccessDeserializer::new(seq)).map(InterneuronRates::Each)
            }
        }
        deserializer.deserialize_any(MirrorOrRates)
    }
}
