//! Specifications: built-in ones, files, and what stands in a program.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_experiment::spec::{Overrides, SpecProblem, SpecSource, nearest};
use apical_experiment::store;
use pyo3::prelude::*;

// `FILES`, the stem and the text of every file of experiments/, made by build.rs.
include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// A specification, and what its values are replaced with.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Specified {
    /// `file`, `name`, `text` or `json`.
    kind: String,
    /// The path, the name, or the text.
    spec: String,
    /// What the experiment is called; by its file or name where nothing is said.
    name: Option<String>,
    /// KEY=VALUE.
    sets: Vec<String>,
    /// As on the command line.
    seeds: Option<String>,
}

impl Specified {
    /// The specification.
    pub(crate) fn source(&self) -> Result<SpecSource> {
        let mut source = match &*self.kind {
            "file" => SpecSource::in_file(Path::new(&self.spec))?,
            "name" => built_in(&self.spec)?,
            "json" => {
                let table: toml::Table = serde_json::from_str(&self.spec)
                    .map_err(|error| SpecProblem::new(format!("the dict is no TOML: {error}")))?;
                let text = toml::to_string(&table).context("failed to write the dict as TOML")?;
                inline("dict", text)
            }
            _ => inline("text", self.spec.clone()),
        };
        if let Some(name) = &self.name {
            source.name = store::slug(name);
        }
        Ok(source)
    }

    /// What takes the place of its values.
    pub(crate) fn overrides(&self) -> Result<Overrides, SpecProblem> {
        Overrides::parse(&self.sets, self.seeds.as_deref())
    }

    /// The words of a command that does the same; what stands in a program lies beside its results.
    pub(crate) fn words(&self) -> Vec<String> {
        let named = match &*self.kind {
            "file" | "name" => &*self.spec,
            _ => store::name::EXPERIMENT,
        };
        let sets = self.sets.iter().flat_map(|set| ["--set", set]);
        let words = ["apical", "run", named].into_iter().chain(sets);
        words.map(str::to_owned).collect()
    }
}

/// Names of all built-in specifications.
#[pyfunction]
pub(crate) fn built_in_names() -> Vec<&'static str> {
    FILES.iter().map(|(name, _)| *name).collect()
}

fn inline(file: &str, text: String) -> SpecSource {
    SpecSource {
        name: "experiment".to_owned(),
        file: file.to_owned(),
        // Relative paths lead from the working folder.
        folder: PathBuf::new(),
        text,
    }
}

fn built_in(name: &str) -> Result<SpecSource, SpecProblem> {
    let Some((stem, text)) = FILES.iter().find(|(known, _)| *known == name) else {
        let known = built_in_names();
        let problem = SpecProblem::new(format!(
            "there is no built-in experiment called `{name}`, and no such file; known are {}",
            known.join(", ")
        ));
        return Err(match nearest(name, known) {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None => problem.with_help("a specification is a dict, a path, a name, or TOML text"),
        });
    };
    Ok(SpecSource {
        name: store::slug(name),
        file: format!("experiments/{stem}.toml"),
        folder: PathBuf::new(),
        text: (*text).to_owned(),
    })
}
