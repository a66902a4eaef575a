//! Data of tasks, each data set loaded once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use apical_datasets::{Dataset, DatasetError, Streams};
use apical_learning::{ForwardWeights, Network, SpecError, TaskData};

use crate::spec::{Arm, Resolved, TaskSpec};
use crate::start::{self, GivenStart, StartError};

/// Data a task needs could not be loaded.
#[derive(Debug, thiserror::Error)]
#[error("the data of task `{task}` cannot be used: {source}")]
pub struct TaskDataError {
    /// The task.
    pub task: String,
    /// Why.
    pub source: DatasetError,
}

/// The starting weights that a task names could not be used.
#[derive(Debug, thiserror::Error)]
#[error("the starting weights of task `{task}` cannot be used: {source}")]
pub struct StartFileError {
    /// The task.
    pub task: String,
    /// Why.
    pub source: StartError,
}

/// Whether `error` says that a file of the user's was not there, or was none: data, or starting weights.
pub fn is_of_files(error: &anyhow::Error) -> bool {
    error.is::<TaskDataError>() || error.is::<StartFileError>()
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
    /// Starting weights, where they come from a file.
    pub start: Option<Arc<GivenStart>>,
}

impl Prepared {
    /// What of files decides a run: the data's checksum, with that of the starting weights where they come from one.
    pub(crate) fn deciding_checksum(&self) -> String {
        match &self.start {
            None => self.checksum.clone(),
            Some(start) => format!("{} start {}", self.checksum, start.sha256),
        }
    }

    /// The forward starting weights of a run of `arm`: those of the file, or else drawn.
    pub(crate) fn start_of(
        &self,
        arm: &Arm,
        streams: Streams,
    ) -> Result<ForwardWeights<f32>, SpecError> {
        match &self.start {
            Some(start) => Ok(start.weights.clone()),
            None => arm.drawn_start(&self.network, streams),
        }
    }
}

/// Loads the data of `task` for `seed`; relative paths are relative to the folder `beside`.
///
/// # Errors
/// What is wrong with the data, and targets of the user's own that no output neuron reaches.
pub fn load(
    task: &TaskSpec,
    beside: &Path,
    seed: u64,
    folders: &[PathBuf],
) -> Result<Dataset, DatasetError> {
    let dataset = task
        .dataset
        .load_beside(beside, Streams::new(seed), folders)?;
    // Generated targets are as their definition has them.
    if task.dataset.entry().n_samples.is_none() {
        dataset.check_targets(task.transfer)?;
    }
    Ok(dataset)
}

/// Data sets that were loaded, by everything that decides them.
#[derive(Debug, Default)]
pub struct DataCache {
    folders: Vec<PathBuf>,
    loaded: HashMap<String, (Arc<TaskData>, String, [usize; 2])>,
    /// Starting weights by file and network.
    starts: HashMap<String, Arc<GivenStart>>,
    notes: Vec<String>,
}

impl DataCache {
    /// An empty cache over the data folders.
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self {
            folders,
            loaded: HashMap::new(),
            starts: HashMap::new(),
            notes: Vec::new(),
        }
    }

    /// What the user should know of how the data were read, each once.
    pub fn notes(&self) -> &[String] {
        &self.notes
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
            let beside = &resolved.source.folder;
            let dataset = load(&arm.task, beside, seed, &self.folders).map_err(problem)?;
            for note in &dataset.notes {
                let note = format!("{}: {note}", dataset.about.name);
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
            }
            let widths = [dataset.n_inputs(), dataset.n_outputs()];
            let checksum = dataset.about.checksum.sha256.clone();
            let data = TaskData::encode(dataset, arm.training.targets, arm.task.transfer)
                .map_err(|error| resolved.problem_of(&arm.target_problem(error)))?;
            self.loaded
                .insert(key.clone(), (Arc::new(data), checksum, widths));
        }
        let (data, checksum, [n_inputs, n_outputs]) = &self.loaded[&key];
        let network = arm.network(*n_inputs, *n_outputs);
        let network = network.and_then(|network| {
            arm.check_memory(&network, data.train.n_samples())?;
            arm.check(&network)?;
            Ok(network)
        });
        let network = network.map_err(|error| resolved.problem_of(&error))?;
        let (data, checksum) = (data.clone(), checksum.clone());
        let start = match &arm.task.start {
            None => None,
            Some(spec) => Some(self.start(resolved, arm, &spec.file, &network)?),
        };
        Ok(Prepared {
            data,
            checksum,
            network,
            start,
        })
    }

    /// The starting weights of `arm` in `file`, read once.
    fn start(
        &mut self,
        resolved: &Resolved,
        arm: &Arm,
        file: &Path,
        network: &Network,
    ) -> Result<Arc<GivenStart>> {
        let path = resolved.source.folder.join(file);
        let key = serde_json::to_string(&(&path, network))?;
        if let Some(known) = self.starts.get(&key) {
            return Ok(known.clone());
        }
        let read = start::read(&path, network).map_err(|source| StartFileError {
            task: arm.task_name.clone(),
            source,
        })?;
        let read = Arc::new(read);
        self.starts.insert(key, read.clone());
        Ok(read)
    }
}
