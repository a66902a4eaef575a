//! Where the runs of reports lie.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::RunRecord;
use toml::Table;

use super::ReadError;
use super::gather::Place;
use crate::store::{self, Experiment};

/// The places of all runs below `folders`, each once.
pub(crate) fn places(folders: &[PathBuf], names: &[String]) -> Result<Vec<Place>> {
    let mut places: Vec<Place> = Vec::new();
    let mut known: HashMap<PathBuf, usize> = HashMap::new();
    let mut seen = HashSet::new();
    for (index, folder) in folders.iter().enumerate() {
        if !folder.is_dir() {
            let fault = match folder.exists() {
                true => format!("`{}` is no folder", folder.display()),
                false => format!("there is no folder `{}`", folder.display()),
            };
            return Err(ReadError::NoFolder { fault }.into());
        }
        // What lies above is part of a report as well, also of `.`.
        let asked = fs::canonicalize(folder)
            .with_context(|| format!("failed to find the folder {}", folder.display()))?;
        let asked = seen_from_here(asked);
        for run in store::ended_folders(&asked)? {
            let own = store::experiment_folder(&run).map(Path::to_owned);
            let root = own.clone().unwrap_or_else(|| asked.clone());
            let scope = match asked.starts_with(&root) {
                true => asked.clone(),
                false => root.clone(),
            };
            let is_new = seen.insert((root.clone(), run.clone()));
            if let Some(&place) = known.get(&root) {
                let place = &mut places[place];
                if is_new {
                    place.runs.push(run);
                }
                if !place.scopes.contains(&scope) {
                    place.scopes.push(scope);
                }
                continue;
            }
            known.insert(root.clone(), places.len());
            places.push(Place {
                experiment: own.map(|own| Experiment::read(&own)).transpose()?,
                root,
                scopes: vec![scope],
                runs: vec![run],
                name: names.get(index).cloned(),
            });
        }
        for root in store::experiment_folders(&asked)? {
            if !known.contains_key(&root) {
                known.insert(root.clone(), places.len());
                let name = names.get(index).cloned();
                places.push(Place {
                    name,
                    ..Place::whole(&root)?
                });
            }
        }
    }
    Ok(places)
}

/// `path` relative to the working folder, where it lies below that.
fn seen_from_here(path: PathBuf) -> PathBuf {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    match here {
        Ok(here) if path.starts_with(&here) && path != here => {
            path.strip_prefix(&here).map(Path::to_owned).unwrap_or(path)
        }
        _ => path,
    }
}

impl Place {
    /// All of the experiment in `folder`.
    pub(super) fn whole(folder: &Path) -> Result<Self> {
        Ok(Self {
            root: folder.to_owned(),
            experiment: Some(Experiment::read(folder)?),
            scopes: vec![folder.to_owned()],
            runs: store::ended_folders(folder)?,
            name: None,
        })
    }

    pub(super) fn folder_name(&self) -> String {
        let name = self.root.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// How tasks of the experiment `name` here are called, where all of `names` are shown side by side.
    pub(super) fn label(&self, name: &str, names: &[(PathBuf, String)]) -> Option<String> {
        let is_same = |known: &&(PathBuf, String)| known.1 == name;
        match (&self.name, names.len()) {
            (Some(given), _) => Some(given.clone()),
            (None, 0 | 1) => None,
            _ if names.iter().filter(is_same).count() == 1 => Some(name.to_owned()),
            _ => Some(self.root.display().to_string()),
        }
    }

    /// The name of the experiment of a run here: that of the folder is one, whatever it was before.
    pub(super) fn experiment_of(&self, run: &RunRecord) -> String {
        match self.experiment {
            Some(_) => self.folder_name(),
            None => run.summary.run.experiment.clone(),
        }
    }

    /// Whether its runs are those of a protocol.
    pub(crate) fn is_of_protocol(&self) -> bool {
        let Some(file) = &self.experiment else {
            return false;
        };
        match file.spec.parse::<Table>() {
            Ok(spec) if !spec.is_empty() => !spec.contains_key("task"),
            // What is damaged says nothing; its runs do.
            _ => (self.runs.first()).is_some_and(|run| store::is_run_of_protocol(run)),
        }
    }
}
