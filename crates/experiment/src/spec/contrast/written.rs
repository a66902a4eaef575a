//! How contrasts are written: a word, or a list of names and tables.

use std::fmt;

use apical_keys::{Choice, Choices, Described, Shape};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Contrast, Contrasts};

/// The word for all learners against the baseline.
const BASELINE: &str = "baseline";

impl Described for Contrasts {
    const SHAPE: &'static Shape = &Shape::Either(&[
        &Shape::Choice(Choices {
            meaning: "Which learners are compared.",
            all: || {
                vec![Choice {
                    name: BASELINE,
                    meaning: "Every learner with the task's baseline.",
                    shape: None,
                }]
            },
        }),
        &Shape::List {
            of: &Shape::Either(&[
                &Shape::Text("the name of a learner, which is compared with the baseline"),
                Contrast::SHAPE,
            ]),
            least: 1,
            most: usize::MAX,
        },
    ]);
}

impl Serialize for Contrasts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Baseline => serializer.serialize_str(BASELINE),
            Self::List(list) => list.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Contrasts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrList;
        impl<'de> Visitor<'de> for WordOrList {
            type Value = Contrasts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "\"baseline\", or a list such as [\"LEARNER\", { learner = \"LEARNER\", other = \"OTHER\" }]",
                )
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Contrasts, E> {
                match word {
                    BASELINE => Ok(Contrasts::Baseline),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(word), &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Contrasts, A::Error> {
                let mut list = Vec::new();
                while let Some(Named(contrast)) = seq.next_element()? {
                    list.push(contrast);
                }
                match list.is_empty() {
                    true => Err(A::Error::invalid_length(0, &self)),
                    false => Ok(Contrasts::List(list)),
                }
            }
        }
        deserializer.deserialize_any(WordOrList)
    }
}

/// A contrast that is a learner's name, or a table.
struct Named(Contrast);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrTable;
        impl<'de> Visitor<'de> for NameOrTable {
            type Value = Named;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "the name of a learner, or { learner = \"LEARNER\", other = \"OTHER\" }",
                )
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Named, E> {
                Ok(Named(Contrast {
                    learner: name.to_owned(),
                    other: None,
                }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Named, A::Error> {
                Contrast::deserialize(MapAccessDeserializer::new(map)).map(Named)
            }
        }
        deserializer.deserialize_any(NameOrTable)
    }
}
