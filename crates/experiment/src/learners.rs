//! The learners that a specification can name.
//!
//! A kind is a `static` beside its learner ([`LearnerKind`](apical_learning::LearnerKind)) and a line
//! of its crate's `KINDS`; a program adds its own with [`add_learner_kinds`].

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use apical_backprop::kind as backprop;
use apical_datasets::with_places;
use apical_keys::{Choice, Choices, Described, Shape};
use apical_learning::{AnyLearnerKind, ChosenLearner};
use apical_microcircuit::kind as microcircuit;
use serde::de::{DeserializeSeed, EnumAccess, Error, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

static KINDS: OnceLock<Kinds> = OnceLock::new();

struct Kinds {
    kinds: Vec<&'static dyn AnyLearnerKind>,
    names: Vec<&'static str>,
}

/// Why kinds of learners could not be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddLearnersError {
    /// Two kinds have the same key.
    #[error("there are two kinds of learners called `{name}`: give yours another name")]
    NameTaken {
        /// The key.
        name: &'static str,
    },
    /// The list is in use.
    #[error(
        "the list of learners is in use already: add all kinds in one call, before a specification is read"
    )]
    TooLate,
}

/// Adds kinds of learners of the program's own; once, at its beginning.
///
/// # Errors
/// If a key is taken, or the list was used before.
pub fn add_learner_kinds(own: &[&'static dyn AnyLearnerKind]) -> Result<(), AddLearnersError> {
    KINDS
        .set(Kinds::with(own)?)
        .map_err(|_| AddLearnersError::TooLate)
}

/// All kinds, in the order of listings.
pub fn learner_kinds() -> &'static [&'static dyn AnyLearnerKind] {
    &kinds().kinds
}

fn kinds() -> &'static Kinds {
    KINDS.get_or_init(|| Kinds::with(&[]).expect("a test compares the keys of this crate"))
}

impl Kinds {
    fn with(own: &[&'static dyn AnyLearnerKind]) -> Result<Self, AddLearnersError> {
        let kinds = [microcircuit::KINDS, backprop::KINDS, own].concat();
        let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        for (index, &name) in names.iter().enumerate() {
            if names[..index].contains(&name) {
                return Err(AddLearnersError::NameTaken { name });
            }
        }
        Ok(Self { kinds, names })
    }
}

/// A learner: its kind, and the settings of that kind; in TOML as `backprop = { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnerSpec(ChosenLearner);

impl Deref for LearnerSpec {
    type Target = ChosenLearner;

    fn deref(&self) -> &ChosenLearner {
        &self.0
    }
}

impl Serialize for LearnerSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_variant("LearnerSpec", 0, self.0.kind(), self.0.settings())
    }
}

impl Described for LearnerSpec {
    const SHAPE: &'static Shape = &Shape::Choice(Choices {
        meaning: "A kind of learner and its settings.",
        all: || {
            let choice = |kind: &&'static dyn AnyLearnerKind| Choice {
                name: kind.name(),
                meaning: kind.one_line(),
                shape: kind.shape().or(Some(&Shape::Any("its settings"))),
            };
            learner_kinds().iter().map(choice).collect()
        },
    });
}

impl<'de> Deserialize<'de> for LearnerSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SpecVisitor;

        impl<'de> Visitor<'de> for SpecVisitor {
            type Value = LearnerSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a kind of learner and its settings")
            }

            fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<LearnerSpec, A::Error> {
                let (kind, settings) = data.variant_seed(KindSeed)?;
                settings.newtype_variant_seed(SettingsSeed(kind))
            }
        }

        deserializer.deserialize_enum("LearnerSpec", &[], SpecVisitor)
    }
}

/// Reads the key of a kind.
struct KindSeed;

impl<'de> DeserializeSeed<'de> for KindSeed {
    type Value = &'static dyn AnyLearnerKind;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KindSeed {
    type Value = &'static dyn AnyLearnerKind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key of a kind of learner")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        let all = kinds();
        let place = all.names.iter().position(|name| *name == key);
        place
            .map(|place| all.kinds[place])
            .ok_or_else(|| E::unknown_variant(key, &all.names))
    }
}

/// Reads the settings of a kind.
struct SettingsSeed(&'static dyn AnyLearnerKind);

impl<'de> DeserializeSeed<'de> for SettingsSeed {
    type Value = LearnerSpec;

    fn deserialize<D: Deserializer<'de>>(self, settings: D) -> Result<LearnerSpec, D::Error> {
        with_places(settings, |settings| {
            let mut settings = <dyn erased_serde::Deserializer<'_>>::erase(settings);
            self.0.read(&mut settings).map(LearnerSpec)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_given_once() {
        assert!(Kinds::with(&[]).is_ok());
        let again = Kinds::with(&backprop::KINDS[..1]);
        let name = backprop::KINDS[0].name();
        assert_eq!(again.err(), Some(AddLearnersError::NameTaken { name }));
    }
}
