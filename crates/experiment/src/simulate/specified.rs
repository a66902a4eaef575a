//! From the text of a specification to what comes of it; a problem says where its key stands.

use std::path::PathBuf;

use anyhow::Result;
use apical_learning::{Network, SpecError};

use super::{Came, CircuitSpec, Record, Saved, ShownError, SimulateSpec, Simulation};
use crate::runs::Stop;
use crate::spec::{Overrides, SpecProblem, SpecSource};

/// The specification of a simulation, read and checked.
pub struct Specified<'a> {
    source: &'a SpecSource,
    overrides: &'a Overrides,
    /// It itself.
    pub spec: SimulateSpec,
    /// Its network.
    pub network: Network,
}

impl<'a> Specified<'a> {
    /// Reads `source`, applies `overrides` and then `change`, and checks all that can be checked without files.
    ///
    /// # Errors
    /// Keys and values that a simulation does not have, and errors of `change`.
    pub fn read<E>(
        source: &'a SpecSource,
        overrides: &'a Overrides,
        change: impl FnOnce(&mut SimulateSpec) -> Result<(), E>,
    ) -> Result<Self>
    where
        anyhow::Error: From<E>,
    {
        let (mut spec, _): (SimulateSpec, _) = source.read(overrides)?;
        spec.place_in(&source.folder);
        change(&mut spec)?;
        let network = spec.check();
        let network = network.map_err(|error| source.problem_of(overrides, &error))?;
        Ok(Self {
            source,
            overrides,
            spec,
            network,
        })
    }

    /// The circuit.
    ///
    /// # Errors
    /// As of [`SimulateSpec::circuit`].
    pub fn circuit(&self) -> Result<CircuitSpec<'_>, SpecProblem> {
        self.spec.circuit().map_err(|error| self.problem_of(&error))
    }

    /// Shows all patterns, files of which are looked for in `folders`; see [`Simulation::run`].
    ///
    /// # Errors
    /// As there, and of the patterns.
    pub fn simulate(
        &self,
        folders: &[PathBuf],
        record: &Record,
        saved: Saved,
        stop: Stop<'_>,
    ) -> Result<Came> {
        let shown = self.spec.shown(&self.network, folders);
        let shown = shown.map_err(|error| match error {
            ShownError::Spec(error) => self.problem_of(&error).into(),
            ShownError::File(error) => anyhow::Error::from(error),
        })?;
        let simulation = Simulation {
            spec: &self.spec,
            network: &self.network,
            shown: &shown,
            record,
            saved,
            stop,
        };
        simulation.run().map_err(|error| match error.downcast() {
            Ok(error) => self.problem_of(&error).into(),
            Err(error) => error,
        })
    }

    fn problem_of(&self, error: &SpecError) -> SpecProblem {
        self.source.problem_of(self.overrides, error)
    }
}
