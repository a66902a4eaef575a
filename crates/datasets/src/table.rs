//! From samples in one pile to a data set: split, scaling, checks, checksum.

use std::path::{Path, PathBuf};

use ndarray::{Array2, Axis};

use crate::label::ClassLabels;
use crate::{
    About, Checksum, Dataset, DatasetError, FileDigest, FilePlace, Fractions, Part, Scaling, Split,
    Streams, Targets, Task, split_random, split_stratified,
};

/// All samples of the user's own data.
pub(crate) struct Table {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) input_shape: Vec<usize>,
    /// `[n_samples, n_inputs]`.
    pub(crate) inputs: Array2<f32>,
    pub(crate) targets: TableTargets,
    pub(crate) files: Vec<FileDigest>,
}

pub(crate) enum TableTargets {
    Classes(ClassLabels),
    /// `[n_samples, n_outputs]`.
    Potentials(Array2<f32>),
}

/// How a table becomes three parts.
pub(crate) struct Recipe {
    pub(crate) split: Fractions,
    pub(crate) split_seed: u64,
    pub(crate) scaling: Scaling,
}

impl Table {
    /// Splits (stratified for classes), scales and seals the table.
    pub(crate) fn into_dataset(self, recipe: &Recipe) -> Result<Dataset, DatasetError> {
        let counts = recipe.split.counts(self.inputs.nrows(), &self.path)?;
        let mut rng = Streams::new(recipe.split_seed).stream("split");
        let (split, task, class_names) = match &self.targets {
            TableTargets::Classes(classes) => {
                let split = split_stratified(&classes.labels, counts, &mut rng);
                check_classes(&self.path, classes, &split)?;
                let task = Task::Classification {
                    n_classes: classes.names.len(),
                };
                (split, task, classes.names.clone())
            }
            TableTargets::Potentials(potentials) => {
                let task = Task::Regression {
                    n_outputs: potentials.ncols(),
                };
                (split_random(counts, &mut rng), task, Vec::new())
            }
        };
        let [mut train, mut validation, mut test] =
            [&split.train, &split.validation, &split.test].map(|samples| self.part(samples));
        recipe
            .scaling
            .apply([&mut train.inputs, &mut validation.inputs, &mut test.inputs]);
        let about = About {
            name: self.name,
            input_shape: self.input_shape,
            task,
            source: format!("the user's file {}", file_name(&self.path)),
            licence: "as the user's file".to_owned(),
            checksum: Checksum::of(&train, &validation, &test, self.files),
            class_names,
        };
        Ok(Dataset {
            about,
            train,
            validation,
            test,
        })
    }

    fn part(&self, samples: &[usize]) -> Part {
        let inputs = self.inputs.select(Axis(0), samples);
        let targets = match &self.targets {
            TableTargets::Classes(classes) => Targets::Classes(
                samples
                    .iter()
                    .map(|&sample| classes.labels[sample])
                    .collect(),
            ),
            TableTargets::Potentials(potentials) => {
                Targets::Potentials(potentials.select(Axis(0), samples))
            }
        };
        Part { inputs, targets }
    }
}

/// Name of the user's data: as given, or the stem of the file.
pub(crate) fn name_or_stem(name: Option<&str>, path: &Path) -> String {
    match name {
        Some(name) => name.to_owned(),
        None => path
            .file_stem()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned(),
    }
}

/// The folder is left out: sources stand in published records.
fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn check_classes(path: &Path, classes: &ClassLabels, split: &Split) -> Result<(), DatasetError> {
    if let [class] = classes.names.as_slice() {
        return Err(DatasetError::one_class_only(path, class));
    }
    let mut is_trained = vec![false; classes.names.len()];
    for &sample in &split.train {
        is_trained[classes.labels[sample] as usize] = true;
    }
    match is_trained.iter().position(|&trained| !trained) {
        None => Ok(()),
        Some(class) => {
            let of_class = |&&label: &&u32| label as usize == class;
            let n_samples = classes.labels.iter().filter(of_class).count();
            let (name, n_total) = (&classes.names[class], classes.labels.len());
            let reason = format!(
                "class `{name}` has {n_samples} of {n_total} samples and none falls into the training part: is the label column a class, and is the training fraction large enough?"
            );
            Err(FilePlace::Whole.fault(path, reason))
        }
    }
}
