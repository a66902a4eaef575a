//! What a loaded data set is: three parts of inputs and targets, and where they come from.

use std::collections::HashSet;

use apical_kernels::Transfer;
use serde::{Deserialize, Serialize};

use crate::{CatalogueEntry, Checksum, DatasetError, FileDigest, Part, Targets};

/// A data set in three parts that never overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Name, shape, task, source, licence and checksum.
    pub about: About,
    /// What learners learn from.
    pub train: Part,
    /// What epochs and settings are chosen on.
    pub validation: Part,
    /// What is reported.
    pub test: Part,
    /// What the target potentials of each output stand for; empty in classification.
    pub target_units: Vec<TargetUnit>,
    /// What the user should know of how the files were read, a sentence each.
    pub notes: Vec<String>,
}

/// What the target potentials u of one output stand for: `offset` + `width` · u in the units of the
/// file.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetUnit {
    /// The output, as messages call it.
    pub name: String,
    /// The file's number for a potential of 0.
    pub offset: f64,
    /// How much the file's number grows with the potential.
    pub width: f64,
}

impl TargetUnit {
    /// Whether the file's numbers are the potentials.
    pub fn is_potential(&self) -> bool {
        self.offset == 0.0 && self.width == 1.0
    }
}

/// What a data set is and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About {
    /// Name, as in the spec; the file's stem for the user's own data.
    pub name: String,
    /// Shape of one sample before it was flattened, row-major.
    pub input_shape: Vec<usize>,
    /// Classification or regression, with the number of classes or outputs.
    pub task: Task,
    /// Who made the data and where they are published.
    pub source: String,
    /// Licence of the data.
    pub licence: String,
    /// SHA-256 of everything that was loaded, and of the files read.
    pub checksum: Checksum,
    /// Names of the classes in the order of their numbers; empty for regression.
    pub class_names: Vec<String>,
}

/// What is asked of a learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Task {
    /// Name the class of a sample.
    Classification {
        /// Number of classes, and of output neurons.
        n_classes: usize,
    },
    /// Give the target potentials.
    Regression {
        /// Number of output neurons.
        n_outputs: usize,
    },
}

/// Samples per class in each part; empty for regression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassCounts {
    /// `[n_classes]`, training part.
    pub train: Vec<usize>,
    /// `[n_classes]`, validation part.
    pub validation: Vec<usize>,
    /// `[n_classes]`, test part.
    pub test: Vec<usize>,
}

/// Samples of one part whose inputs also occur, bit for bit, in an earlier part.
///
/// No sample of the source is ever used twice; what is counted here is content that the source
/// itself holds more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SharedInputs {
    /// Validation samples whose inputs occur in the training part.
    pub validation_in_train: usize,
    /// Test samples whose inputs occur in the training part.
    pub test_in_train: usize,
    /// Test samples whose inputs occur in the validation part.
    pub test_in_validation: usize,
}

/// A data set in a few lines, for listings and provenance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatasetSummary {
    /// Name, shape, task, source, licence and checksum.
    pub about: About,
    /// Number of inputs.
    pub n_inputs: usize,
    /// Number of output neurons.
    pub n_outputs: usize,
    /// Samples of the training part.
    pub n_train: usize,
    /// Samples of the validation part.
    pub n_validation: usize,
    /// Samples of the test part.
    pub n_test: usize,
    /// Samples per class.
    pub class_counts: ClassCounts,
    /// Content that the source holds more than once.
    pub shared_inputs: SharedInputs,
}

impl Dataset {
    /// The set of `entry` in its three parts, read from `files`. Where the entry names no shape, the
    /// inputs are a list; class numbers are those of the entry's class names.
    pub fn new(
        entry: &CatalogueEntry,
        [train, validation, test]: [Part; 3],
        files: Vec<FileDigest>,
    ) -> Self {
        let (task, class_names, n_targets) = match &train.targets {
            Targets::Classes(_) => {
                let n_classes = entry.class_names.len();
                (Task::Classification { n_classes }, entry.class_names, 0)
            }
            Targets::Potentials(potentials) => {
                let n_outputs = potentials.ncols();
                (Task::Regression { n_outputs }, [].as_slice(), n_outputs)
            }
        };
        let target_units = (0..n_targets).map(|output| TargetUnit {
            name: format!("target {output}"),
            offset: 0.0,
            width: 1.0,
        });
        let input_shape = match entry.input_shape {
            [] => vec![train.inputs.ncols()],
            shape => shape.to_vec(),
        };
        Self {
            about: About {
                name: entry.name.to_owned(),
                input_shape,
                task,
                source: entry.source.to_owned(),
                licence: entry.licence.to_owned(),
                checksum: Checksum::of(&train, &validation, &test, files),
                class_names: class_names.iter().map(|&name| name.to_owned()).collect(),
            },
            train,
            validation,
            test,
            target_units: target_units.collect(),
            notes: Vec::new(),
        }
    }

    /// Fails on target potentials that no output reaches under `transfer`: their rate, in single
    /// precision, does not give them back to one part in a hundred. Of scaled targets only those of the
    /// training part count, to which the scaling was fitted.
    ///
    /// # Errors
    /// [`DatasetError::TargetOutOfReach`] with the first such target.
    pub fn check_targets(&self, transfer: Transfer) -> Result<(), DatasetError> {
        let is_scaled = self.target_units.iter().any(|unit| !unit.is_potential());
        let parts = [
            ("training", &self.train),
            ("validation", &self.validation),
            ("test", &self.test),
        ];
        for (part, samples) in &parts[..if is_scaled { 1 } else { 3 }] {
            let Targets::Potentials(potentials) = &samples.targets else {
                return Ok(());
            };
            let mut potentials = potentials.indexed_iter();
            let fault = potentials.find(|(_, potential)| !is_reached(**potential, transfer));
            let Some(((_, output), &potential)) = fault else {
                continue;
            };
            let unit = &self.target_units[output];
            return Err(DatasetError::TargetOutOfReach {
                dataset: self.about.name.clone(),
                target: unit.offset + unit.width * f64::from(potential),
                potential,
                output: unit.name.clone(),
                part,
                transfer,
            });
        }
        Ok(())
    }

    /// Number of inputs of one sample.
    pub fn n_inputs(&self) -> usize {
        self.train.inputs.ncols()
    }

    /// Number of output neurons: classes, or regression outputs.
    pub fn n_outputs(&self) -> usize {
        match self.about.task {
            Task::Classification { n_classes } => n_classes,
            Task::Regression { n_outputs } => n_outputs,
        }
    }

    /// Samples per class in each part.
    pub fn class_counts(&self) -> ClassCounts {
        let n_classes = match self.about.task {
            Task::Classification { n_classes } => n_classes,
            Task::Regression { .. } => 0,
        };
        ClassCounts {
            train: self.train.targets.class_counts(n_classes),
            validation: self.validation.targets.class_counts(n_classes),
            test: self.test.targets.class_counts(n_classes),
        }
    }

    /// How many samples of a part repeat the inputs of an earlier part. Hashes every row.
    pub fn shared_inputs(&self) -> SharedInputs {
        let train: HashSet<_> = self.train.row_digests().into_iter().collect();
        let validation_rows = self.validation.row_digests();
        let validation: HashSet<_> = validation_rows.iter().copied().collect();
        let test_rows = self.test.row_digests();
        let count = |rows: &[[u8; 32]], within: &HashSet<[u8; 32]>| {
            rows.iter().filter(|row| within.contains(*row)).count()
        };
        SharedInputs {
            validation_in_train: count(&validation_rows, &train),
            test_in_train: count(&test_rows, &train),
            test_in_validation: count(&test_rows, &validation),
        }
    }

    /// The data set in a few lines. Hashes every row.
    pub fn summary(&self) -> DatasetSummary {
        DatasetSummary {
            about: self.about.clone(),
            n_inputs: self.n_inputs(),
            n_outputs: self.n_outputs(),
            n_train: self.train.n_samples(),
            n_validation: self.validation.n_samples(),
            n_test: self.test.n_samples(),
            class_counts: self.class_counts(),
            shared_inputs: self.shared_inputs(),
        }
    }
}

/// Whether the rate of `potential`, in single precision, stands for no other potential.
fn is_reached(potential: f32, transfer: Transfer) -> bool {
    const TOLERANCE: f64 = 0.01;
    let potential = f64::from(potential);
    let rate = transfer.rate(potential) as f32;
    let found = transfer.potential(rate.into());
    found.is_some_and(|found| (found - potential).abs() <= TOLERANCE * potential.abs().max(1.0))
}
