//! What a specification may say: all keys, the schema for editors, and words for both.

pub(crate) mod find;
mod pages;
pub(crate) mod sample;
mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod words;

use apical_experiment::protocol::KINDS;
use apical_experiment::spec::ExperimentSpec;
use apical_keys::{Described, Shape};

pub(crate) use find::Explained;
pub(crate) use pages::pages;
pub(crate) use schema::schema_text;

use apical_experiment::simulate::SimulateSpec;

/// A kind of specification.
#[derive(Debug, Clone, Copy)]
pub struct Specification {
    /// Its name: `experiment`, `simulate`, or that of a protocol.
    pub name: &'static str,
    /// One line on what it is.
    pub one_line: &'static str,
    /// What it may say.
    pub shape: &'static Shape,
}

impl Specification {
    /// Whether it is an experiment with a protocol, which its key `protocol` names.
    pub fn is_protocol(&self) -> bool {
        KINDS.iter().any(|kind| kind.name == self.name)
    }
}

/// All kinds of specifications.
pub fn specifications() -> Vec<Specification> {
    let experiment = Specification {
        name: "experiment",
        one_line: "tasks and the learners that train them (`apical run`)",
        shape: ExperimentSpec::SHAPE,
    };
    let simulate = Specification {
        name: "simulate",
        one_line: "a circuit and what is shown to it (`apical simulate`)",
        shape: SimulateSpec::SHAPE,
    };
    let protocols = KINDS.iter().map(|kind| Specification {
        name: kind.name,
        one_line: kind.one_line,
        shape: kind.shape,
    });
    [experiment]
        .into_iter()
        .chain(protocols)
        .chain([simulate])
        .collect()
}
