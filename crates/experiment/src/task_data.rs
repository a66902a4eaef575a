//! Data of tasks, each data set loaded once.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use apical_datasets::{DatasetError, Streams};
use apical_learning::{Network, TaskData};

use crate::spec::{Arm, Resolved};

/// Data a task needs could not be loaded.
#[derive(Debug, thiserror::Error)]
#[error("the data of task `{task}` cannot be used: {source}")]
pub struct TaskDataError {
    /// The task.
    pub task: String,
    /// Why.
    pub source: DatasetError,
}

/// An arm's data with the network that they ask for.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Encoded data.
    pub data: Arc<TaskData>,
    /// Checksum of the data set as loaded.
    pub checksum: String,
    /// Layer sizes and transfer function.
    pub network: Network,
}

/// Data sets that were loaded, by everything that decides them.
#[derive(Debug, Default)]
pub struct DataCache {
    folders: Vec<PathBuf>,
    loaded: HashMap<String, (Arc<TaskData>, String, [usize; 2])>,
}

impl DataCache {
    /// An empty cache over the data folders.
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self {
            folders,
            loaded: HashMap::new(),
        }
    }

    /// The data of `arm` for `seed`, and the network, checked against the data's widths.
    pub fn prepare(&mut self, resolved: &Resolved, arm: &Arm, seed: u64) -> Result<Prepared> {
        let own_seed = arm.task.dataset.depends_on_run().then_some(seed);
        let deciding = (
            &arm.task.dataset,
            arm.training.targets,
            arm.task.transfer,
            own_seed,
        );
        let key = serde_json::to_string(&deciding)?;
        if !self.loaded.contains_key(&key) {
            let problem = |source: DatasetError| TaskDataError {
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
