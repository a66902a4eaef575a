//! Data of tasks: where files are looked for, and each data set loaded once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use apical_datasets::{DatasetError, Streams};
use apical_learning::{Network, TaskData};

use crate::exit::DataProblem;
use crate::spec::{Arm, Resolved};

/// An arm's data with the network that they ask for.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// Encoded data.
    pub(crate) data: Arc<TaskData>,
    /// Checksum of the data set as loaded.
    pub(crate) checksum: String,
    /// Layer sizes and transfer function.
    pub(crate) network: Network,
}

/// Data sets that were loaded, by everything that decides them.
#[derive(Debug, Default)]
pub(crate) struct DataCache {
    folders: Vec<PathBuf>,
    loaded: HashMap<String, (Arc<TaskData>, String, [usize; 2])>,
}

impl DataCache {
    /// An empty cache over the data folders.
    pub(crate) fn new(folders: Vec<PathBuf>) -> Self {
        Self {
            folders,
            loaded: HashMap::new(),
        }
    }

    /// The data of `arm` for `seed`, and the network, checked against the data's widths.
    pub(crate) fn prepare(
        &mut self,
        resolved: &Resolved,
        arm: &Arm,
        seed: u64,
    ) -> Result<Prepared> {
        let own_seed = arm.task.dataset.depends_on_run().then_some(seed);
        let deciding = (
            &arm.task.dataset,
            arm.training.targets,
            arm.task.transfer,
            own_seed,
        );
        let key = serde_json::to_string(&deciding)?;
        if !self.loaded.contains_key(&key) {
            let problem = |source: DatasetError| DataProblem::Task {
                task: arm.task_name.clone(),
                source,
            };
            let dataset = arm
                .task
                .dataset
                .load(Streams::new(seed), &self.folders)
                .map_err(problem)?;
            let widths = [dataset.n_inputs(), dataset.n_outputs()];
            let checksum = dataset.about.checksum.sha256.clone();
            let data = TaskData::encode(dataset, arm.training.targets, arm.task.transfer)
                .map_err(|error| resolved.problem_of(&arm.target_problem(error)))?;
            self.loaded
                .insert(key.clone(), (Arc::new(data), checksum, widths));
        }
        let (data, checksum, [n_inputs, n_outputs]) = &self.loaded[&key];
        let network = arm.network(*n_inputs, *n_outputs);
        let network = network.and_then(|network| arm.check(&network).map(|()| network));
        Ok(Prepared {
            data: data.clone(),
            checksum: checksum.clone(),
            network: network.map_err(|error| resolved.problem_of(&error))?,
        })
    }
}

/// The folders in which data are looked for, in order: `--data-dir`, `APICAL_DATA_DIR`, ./datasets,
/// the user's cache.
pub(crate) fn data_folders(data_dir: Option<&Path>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = data_dir.map(Path::to_owned).into_iter().collect();
    folders.extend(folder_of_variable("APICAL_DATA_DIR"));
    folders.push("datasets".into());
    folders.extend(cache_folder());
    folders
}

/// The folder into which data are fetched by default: the first one named by the user, or the cache.
pub(crate) fn fetch_folder(data_dir: Option<&Path>) -> PathBuf {
    data_dir
        .map(Path::to_owned)
        .or_else(|| folder_of_variable("APICAL_DATA_DIR"))
        .or_else(cache_folder)
        .unwrap_or_else(|| "datasets".into())
}

fn cache_folder() -> Option<PathBuf> {
    let home = || folder_of_variable("HOME").or_else(|| folder_of_variable("USERPROFILE"));
    let caches =
        folder_of_variable("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")));
    caches.map(|caches| caches.join("apical"))
}

fn folder_of_variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
