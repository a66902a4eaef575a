//! From the user's own samples to a data set: split, scaling, checks, checksum.

use std::path::{Path, PathBuf};

use crate::label::ClassLabels;
use crate::numbers::Numbers;
use crate::recipe::{GivenPart, Recipe};
use crate::scaling::{Scale, scaled};
use crate::{
    About, Checksum, Dataset, DatasetError, FileDigest, FilePlace, Part, Split, Streams,
    TargetUnit, Targets, Task,
};

/// All samples of the user's own data.
pub(crate) struct Table {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) input_shape: Vec<usize>,
    /// `[n_samples, n_inputs]`.
    pub(crate) inputs: Numbers,
    /// Names of the inputs, where they have any.
    pub(crate) input_names: Vec<String>,
    pub(crate) targets: TableTargets,
    /// The part of each sample, where the file says it.
    pub(crate) given: Option<Vec<GivenPart>>,
    pub(crate) files: Vec<FileDigest>,
    /// What is to be said of how the file was read.
    pub(crate) notes: Vec<String>,
}

pub(crate) enum TableTargets {
    Classes(ClassLabels),
    /// `[n_samples, n_outputs]`, and the names of the outputs, where they have any.
    Values(Numbers, Vec<String>),
}

impl Table {
    /// Splits (stratified for classes), scales and seals the table, for a run with the streams `run`.
    pub(crate) fn into_dataset(
        mut self,
        recipe: &Recipe,
        run: Streams,
    ) -> Result<Dataset, DatasetError> {
        let labels = match &self.targets {
            TableTargets::Classes(classes) => Some(&classes.labels[..]),
            TableTargets::Values(..) => None,
        };
        let n_samples = self.inputs.n_rows();
        let given = self.given.as_deref();
        let split = recipe.divide(n_samples, labels, given, run, &self.path)?;
        self.notes
            .extend(given.and_then(|given| recipe.idle(given)));
        let samples = [&split.train, &split.validation, &split.test].map(|samples| &samples[..]);
        let inputs = {
            let name = |column: usize| named("input", &self.input_names, column);
            let scales = recipe
                .scaling
                .fit(&self.inputs, &split.train, &self.path, &name)?;
            if recipe.scaling.is_none() {
                lost_in_single(&self.inputs, "scaling", &name, &mut self.notes);
            }
            parts(&self.inputs, samples, &scales, &self.path, &name)?
        };
        let (targets, task, class_names, target_units) = match &self.targets {
            TableTargets::Classes(classes) => {
                check_classes(&self.path, classes, &split)?;
                self.notes.extend(untested(classes, &split));
                if !recipe.target_scaling.is_none() {
                    let reason = "the targets are classes, which `target_scaling` cannot scale: leave it out";
                    return Err(FilePlace::Whole.fault(&self.path, reason));
                }
                let of = |samples: &[usize]| {
                    Targets::Classes(samples.iter().map(|&at| classes.labels[at]).collect())
                };
                let task = Task::Classification {
                    n_classes: classes.names.len(),
                };
                (samples.map(of), task, classes.names.clone(), Vec::new())
            }
            TableTargets::Values(values, names) => {
                let name = |column: usize| named("target", names, column);
                let scaling = recipe.target_scaling;
                let scales = scaling.fit(values, &split.train, &self.path, &name)?;
                if scaling.is_none() {
                    lost_in_single(values, "target_scaling", &name, &mut self.notes);
                }
                let n_outputs = values.n_columns();
                if is_one_hot(values) {
                    self.notes.push(format!(
                        "in every sample one of the {n_outputs} targets is 1 and the others are 0, which is taken for {n_outputs} numbers (regression): for classes, give one label for each sample"
                    ));
                }
                self.notes.extend(constant(values, &name));
                let units = scales.iter().enumerate().map(|(column, scale)| TargetUnit {
                    name: name(column),
                    offset: scale.origin + scale.offset,
                    width: scale.width,
                });
                (
                    parts(values, samples, &scales, &self.path, &name)?.map(Targets::Potentials),
                    Task::Regression { n_outputs },
                    Vec::new(),
                    units.collect(),
                )
            }
        };
        let [train, validation, test] = joined(inputs, targets);
        let about = About {
            name: self.name,
            input_shape: self.input_shape,
            task,
            source: format!("the user's file {}", file_name(&self.path)),
            licence: "as the user's file".to_owned(),
            checksum: Checksum::of(&train, &validation, &test, self.files).in_units(&target_units),
            class_names,
        };
        Ok(Dataset {
            about,
            train,
            validation,
            test,
            target_units,
            notes: self.notes,
        })
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

fn parts(
    numbers: &Numbers,
    samples: [&[usize]; 3],
    scales: &[Scale],
    path: &Path,
    name: &dyn Fn(usize) -> String,
) -> Result<[ndarray::Array2<f32>; 3], DatasetError> {
    let part = |samples: &[usize]| scaled(numbers, samples, scales, path, name);
    let [train, validation, test] = samples;
    Ok([part(train)?, part(validation)?, part(test)?])
}

fn joined(inputs: [ndarray::Array2<f32>; 3], targets: [Targets; 3]) -> [Part; 3] {
    let mut targets = targets.into_iter();
    inputs.map(|inputs| Part {
        inputs,
        targets: targets.next().expect("three parts of both"),
    })
}

/// `column NAME`, or the place of a column without a name.
fn named(what: &str, names: &[String], column: usize) -> String {
    match names.get(column) {
        Some(name) => format!("column {name}"),
        None => format!("{what} {column}"),
    }
}

/// Says of the first columns that single precision does not tell their values apart.
fn lost_in_single(
    numbers: &Numbers,
    option: &str,
    name: &dyn Fn(usize) -> String,
    notes: &mut Vec<String>,
) {
    const MOST: usize = 3;
    let lost = (0..numbers.n_columns()).filter_map(|column| {
        let (n_double, n_single) = numbers.lost_in_single(column)?;
        Some(format!(
            "{n_double} different values of {} are {n_single} in single precision: set `{option}`, or take a constant away first",
            name(column)
        ))
    });
    notes.extend(lost.take(MOST));
}

/// The folder is left out: sources stand in published records.
fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Says which columns of `targets` are one number, of which nothing can be learned.
fn constant(targets: &Numbers, name: &dyn Fn(usize) -> String) -> Option<String> {
    let is_one = |column: &usize| {
        let mut values = (0..targets.n_rows()).map(|row| targets.at(row, *column));
        let first = values.next();
        values.all(|value| Some(value) == first)
    };
    let columns = (0..targets.n_columns()).filter(is_one);
    let columns = columns.map(|column| format!("{} ({})", name(column), targets.at(0, column)));
    let columns: Vec<String> = columns.collect();
    (!columns.is_empty()).then(|| {
        format!(
            "targets that are one number in every sample: {}; R² needs targets that differ",
            columns.join(", ")
        )
    })
}

/// Whether every row is 0 but for one 1.
fn is_one_hot(values: &Numbers) -> bool {
    let mut rows = (0..values.n_rows()).map(|row| {
        let values = (0..values.n_columns()).map(move |column| values.at(row, column));
        let n_ones = values.clone().filter(|value| *value == 1.0).count();
        n_ones == 1 && values.filter(|value| *value != 0.0).count() == 1
    });
    values.n_columns() > 1 && rows.all(|is_so| is_so)
}

/// Says which classes have no sample in the validation or the test part.
fn untested(classes: &ClassLabels, split: &Split) -> Vec<String> {
    let parts = [("validation", &split.validation), ("test", &split.test)];
    let missing = parts.into_iter().filter_map(|(part, samples)| {
        let mut is_there = vec![samples.is_empty(); classes.names.len()];
        for &sample in samples {
            is_there[classes.labels[sample] as usize] = true;
        }
        let without = classes.names.iter().zip(is_there);
        let without = without.filter(|(_, is_there)| !is_there);
        let names: Vec<String> = without.map(|(name, _)| format!("`{name}`")).collect();
        (!names.is_empty()).then(|| {
            let names = names.join(", ");
            format!("classes without a sample in the {part} part: {names}")
        })
    });
    missing.collect()
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
