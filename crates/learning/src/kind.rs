//! Kinds of learners: what a specification names, checks and makes, without the loop knowing any.

use std::any::Any;
use std::fmt::{self, Debug};
use std::ops::Deref;
use std::sync::Arc;

use apical_datasets::Streams;
use apical_keys::{Described, Shape};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{AnyLearner, ForwardWeights, LearnError, Network, SpecError};

/// Settings of a kind of learner, as a specification states them.
///
/// A type with `#[serde(deny_unknown_fields)]` gives errors that point to the key.
pub trait LearnerSettings:
    Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

impl<T> LearnerSettings for T where
    T: Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

/// Why there is no learner.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The settings fit no learner.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The learner could not be made.
    #[error("the learner could not be made: {0}")]
    Learn(#[from] LearnError),
}

/// Makes a learner of settings `T`, with the forward weights given.
pub type Make<T> =
    fn(&T, &Network, &ForwardWeights<f32>, Streams) -> Result<Box<AnyLearner>, MakeError>;

/// A kind of learner whose settings are of type `T`; a `static`, listed once.
#[derive(Debug)]
pub struct LearnerKind<T: 'static> {
    /// Its key in a specification.
    pub name: &'static str,
    /// One line on what it is.
    pub one_line: &'static str,
    /// Fails on settings out of range, for a network.
    pub check: fn(&T, &Network) -> Result<(), SpecError>,
    /// Makes the learner.
    pub make: Make<T>,
    /// Whether such a learner is what others are measured against: it descends the exact gradient
    /// with all that the circuit has, from the same start.
    pub is_baseline: fn(&T) -> bool,
    /// What a run needs; the settings may be out of range. [`Needs::default`] says nothing.
    pub needs: fn(&T, &Network) -> Needs,
}

/// What a run needs, as far as a kind of learner decides it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// Bytes that learner and session hold all the time, at least.
    pub n_bytes: u64,
    /// Bytes more at the moment of a run that takes most, such as the one when tensors are saved, at least.
    pub n_bytes_briefly: u64,
    /// Bytes more while updates are compared with gradients, at least.
    pub n_bytes_compared: u64,
    /// Epochs of a phase before learning, and the key below the kind's that says so.
    pub start_epochs: Option<(&'static str, usize)>,
}

/// A [`LearnerKind`] of whatever settings.
pub trait AnyLearnerKind: Sync {
    /// Its key in a specification.
    fn name(&self) -> &'static str;

    /// One line on what it is.
    fn one_line(&self) -> &'static str;

    /// What its settings may be; nothing of a kind that does not say.
    fn shape(&self) -> Option<&'static Shape> {
        None
    }

    /// Reads settings.
    ///
    /// # Errors
    /// Unknown keys, missing keys and values of the wrong type.
    fn read(
        &'static self,
        settings: &mut dyn erased_serde::Deserializer<'_>,
    ) -> Result<ChosenLearner, erased_serde::Error>;
}

impl<T: LearnerSettings> AnyLearnerKind for LearnerKind<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn one_line(&self) -> &'static str {
        self.one_line
    }

    fn read(
        &'static self,
        settings: &mut dyn erased_serde::Deserializer<'_>,
    ) -> Result<ChosenLearner, erased_serde::Error> {
        let settings = erased_serde::deserialize(settings)?;
        Ok(self.with(settings))
    }
}

/// A kind whose settings say what they mean: the reference of keys lists them.
#[derive(Debug)]
pub struct Documented<T: 'static>(pub &'static LearnerKind<T>);

impl<T: LearnerSettings + Described> AnyLearnerKind for Documented<T> {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn one_line(&self) -> &'static str {
        self.0.one_line
    }

    fn shape(&self) -> Option<&'static Shape> {
        Some(T::SHAPE)
    }

    fn read(
        &'static self,
        settings: &mut dyn erased_serde::Deserializer<'_>,
    ) -> Result<ChosenLearner, erased_serde::Error> {
        self.0.read(settings)
    }
}

impl<T: LearnerSettings> LearnerKind<T> {
    /// A learner of this kind with these settings.
    pub fn with(&'static self, settings: T) -> ChosenLearner {
        let kind = self;
        ChosenLearner(Arc::new(Chosen { kind, settings }))
    }
}

/// A kind of learner with its settings.
#[derive(Clone)]
pub struct ChosenLearner(Arc<dyn AnyChosen>);

/// What can be asked of a [`ChosenLearner`].
pub trait AnyChosen: Any + Send + Sync {
    /// The key of its kind.
    fn kind(&self) -> &'static str;

    /// Its settings, to be written.
    fn settings(&self) -> &dyn erased_serde::Serialize;

    /// Fails on settings out of range, for `network`.
    ///
    /// # Errors
    /// The key below the learner's, what was found and what was expected.
    fn check(&self, network: &Network) -> Result<(), SpecError>;

    /// Makes the learner with the forward weights `start`.
    ///
    /// # Errors
    /// Settings that fit no learner.
    fn make(
        &self,
        network: &Network,
        start: &ForwardWeights<f32>,
        streams: Streams,
    ) -> Result<Box<AnyLearner>, MakeError>;

    /// See [`LearnerKind::is_baseline`].
    fn is_baseline(&self) -> bool;

    /// See [`LearnerKind::needs`].
    fn needs(&self, network: &Network) -> Needs;

    #[doc(hidden)]
    fn equals(&self, other: &dyn AnyChosen) -> bool;

    #[doc(hidden)]
    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

struct Chosen<T: 'static> {
    kind: &'static LearnerKind<T>,
    settings: T,
}

impl<T: LearnerSettings> AnyChosen for Chosen<T> {
    fn kind(&self) -> &'static str {
        self.kind.name
    }

    fn settings(&self) -> &dyn erased_serde::Serialize {
        &self.settings
    }

    fn check(&self, network: &Network) -> Result<(), SpecError> {
        (self.kind.check)(&self.settings, network)
    }

    fn make(
        &self,
        network: &Network,
        start: &ForwardWeights<f32>,
        streams: Streams,
    ) -> Result<Box<AnyLearner>, MakeError> {
        (self.kind.make)(&self.settings, network, start, streams)
    }

    fn is_baseline(&self) -> bool {
        (self.kind.is_baseline)(&self.settings)
    }

    fn needs(&self, network: &Network) -> Needs {
        (self.kind.needs)(&self.settings, network)
    }

    fn equals(&self, other: &dyn AnyChosen) -> bool {
        let other = (other as &dyn Any).downcast_ref::<Self>();
        other.is_some_and(|other| {
            self.kind.name == other.kind.name && self.settings == other.settings
        })
    }

    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(self.kind.name).field(&self.settings).finish()
    }
}

impl Deref for ChosenLearner {
    type Target = dyn AnyChosen;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl PartialEq for ChosenLearner {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(&*other.0)
    }
}

impl Debug for ChosenLearner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug(f)
    }
}
