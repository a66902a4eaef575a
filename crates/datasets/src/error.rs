//! Everything that can be wrong with a data set, its options or its files.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use apical_kernels::Transfer;

/// Why a data set could not be loaded. Each message names the place, what was expected, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// An option of the spec lies outside its range; found before anything is read.
    #[error("option `{option}` is {found}: expected {expected}")]
    OptionOutOfRange {
        /// The key in the spec, such as `mnist.n_train`.
        option: String,
        /// The value that was given.
        found: String,
        /// The range or form that is allowed.
        expected: String,
    },
    /// Files of a registered data set are in none of the folders.
    #[error("data set `{dataset}`: file{} {} not found in {}: {remedy}", plural(.files.len()), .files.join(", "), folders(.searched))]
    FilesMissing {
        /// Name of the data set.
        dataset: String,
        /// The names of the missing files.
        files: Vec<String>,
        /// Folders that were searched, in order.
        searched: Vec<PathBuf>,
        /// How to get the files.
        remedy: String,
    },
    /// A file named by the user exists neither as given nor in any data folder.
    #[error("{}: no such file {} or in {}: check `{option}`{}", .path.display(), place(.beside), folders(.searched), elsewhere(.path, .beside))]
    PathMissing {
        /// The path as given.
        path: PathBuf,
        /// The key in the spec.
        option: &'static str,
        /// The folder that it is relative to; empty for the working folder.
        beside: PathBuf,
        /// Folders that were searched, in order.
        searched: Vec<PathBuf>,
    },
    /// A regression target that no output neuron reaches.
    #[error("data set `{dataset}`: the target {} of {output} in the {part} part is out of the reach of {}: no rate stands for this potential alone; {}", target_text(*.target, *.potential), transfer_name(*.transfer), remedy(*.transfer))]
    TargetOutOfReach {
        /// Name of the data set.
        dataset: String,
        /// The target in the file's units.
        target: f64,
        /// The potential that it stands for.
        potential: f32,
        /// The output.
        output: String,
        /// The part of the data that it is in.
        part: &'static str,
        /// The transfer function of the output neurons.
        transfer: Transfer,
    },
    /// The operating system refused to read the file.
    #[error("{}: cannot be read", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The gzip stream is broken off or damaged.
    #[error("{}: gzip stream breaks after {n_bytes} decompressed bytes: download the file again", .path.display())]
    CorruptGzip {
        /// The file.
        path: PathBuf,
        /// Bytes that could be decompressed before the break.
        n_bytes: usize,
        /// The cause.
        source: io::Error,
    },
    /// The two files (or arrays) of a pair hold different numbers of samples.
    #[error(
        "{inputs} has {n_inputs} samples but {targets} has {n_targets}: expected as many of both"
    )]
    CountsDisagree {
        /// The file (and array) of inputs.
        inputs: String,
        /// The file (and array) of targets.
        targets: String,
        /// Samples among the inputs.
        n_inputs: usize,
        /// Samples among the targets.
        n_targets: usize,
    },
    /// What a file holds is not what it should hold.
    #[error("{}: {place}{reason}", .path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Where in the file.
        place: FilePlace,
        /// What is wrong there, what was expected and what to do; begins with what joins it to the
        /// place, such as `": "`.
        reason: String,
    },
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilePlace {
    /// All of it, or a place that the reason names.
    Whole,
    /// A line, from 1.
    Line(u64),
    /// A cell of a table: line, from 1, and the column's name, or its index from 0.
    Cell(u64, String),
    /// An array, by its name.
    Array(String),
    /// Of the array of a name, the sample and the element inside the flattened sample, from 0.
    Element(String, usize, usize),
}

impl fmt::Display for FilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Line(line) => write!(f, "line {line}"),
            Self::Cell(line, column) => write!(f, "line {line}, column {column}"),
            Self::Array(array) => write!(f, "array `{array}`"),
            Self::Element(array, row, element) => {
                write!(f, "array `{array}`, row {row}, element {element}")
            }
        }
    }
}

impl FilePlace {
    /// The error that `reason`, as in [`DatasetError::Content`], is wrong at this place.
    pub fn fault(self, path: &Path, reason: impl Into<String>) -> DatasetError {
        DatasetError::Content {
            path: path.to_owned(),
            place: self,
            reason: reason.into(),
        }
    }
}

// Faults that several readers find.
impl DatasetError {
    pub(crate) fn empty_file(path: &Path, expected: &str) -> Self {
        FilePlace::Whole.fault(path, format!("empty file: expected {expected}"))
    }

    pub(crate) fn ragged_row(path: &Path, line: u64, expected: usize, found: usize) -> Self {
        let reason = format!(
            " has {found} cells, expected {expected} as on the first line: check `delimiter` and quoting"
        );
        FilePlace::Line(line).fault(path, reason)
    }

    pub(crate) fn expands_too_far(path: &Path, what: &str, remedy: &str) -> Self {
        let reason = format!(
            "{what} expands to more than 100 times its compressed length and 16 MiB: {remedy}"
        );
        FilePlace::Whole.fault(path, reason)
    }

    pub(crate) fn wrong_shape(path: &Path, array: &str, found: &[usize], expected: &str) -> Self {
        let reason = format!(" has shape {found:?}: expected {expected}");
        FilePlace::Array(array.to_owned()).fault(path, reason)
    }

    pub(crate) fn wrong_type(path: &Path, array: &str, found: &str, expected: &str) -> Self {
        let reason = format!(" has element type {found}: expected {expected}");
        FilePlace::Array(array.to_owned()).fault(path, reason)
    }

    pub(crate) fn one_class_only(path: &Path, class: &str) -> Self {
        let reason = format!("every sample is of class `{class}`: expected at least two classes");
        FilePlace::Whole.fault(path, reason)
    }

    pub(crate) fn too_few_samples(
        path: &Path,
        n_samples: usize,
        [n_train, n_validation, n_test]: [usize; 3],
    ) -> Self {
        let reason = format!(
            "{n_samples} samples give {n_train} training, {n_validation} validation and {n_test} test samples: expected at least one in each, add samples or change the split"
        );
        FilePlace::Whole.fault(path, reason)
    }
}

fn place(beside: &Path) -> String {
    match beside.as_os_str().is_empty() {
        true => "here".to_owned(),
        false => format!("in {} (beside the specification)", beside.display()),
    }
}

/// That the file lies in the working folder, which paths of a specification elsewhere do not look at.
fn elsewhere(path: &Path, beside: &Path) -> &'static str {
    if !beside.as_os_str().is_empty() && path.is_file() {
        "; the working folder has such a file, but paths in a specification are relative to its file"
    } else {
        ""
    }
}

fn target_text(target: f64, potential: f32) -> String {
    match target == f64::from(potential) {
        true => potential.to_string(),
        false => format!("{target} (potential {potential})"),
    }
}

fn transfer_name(transfer: Transfer) -> &'static str {
    match transfer {
        Transfer::Logistic => "`logistic`",
        Transfer::Softplus { .. } => "`softplus`",
        Transfer::Tanh => "`tanh`",
        Transfer::Relu => "`relu`",
    }
}

fn remedy(transfer: Transfer) -> &'static str {
    match transfer {
        Transfer::Relu => {
            "set `target_scaling = \"unit\"`, or choose another `transfer`; RMSE and R² are given in the file's units"
        }
        Transfer::Logistic | Transfer::Softplus { .. } | Transfer::Tanh => {
            "set `target_scaling = \"standardise\"`; RMSE and R² are given in the file's units"
        }
    }
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn folders(searched: &[PathBuf]) -> String {
    if searched.is_empty() {
        return "any folder (none was given)".to_owned();
    }
    let names: Vec<_> = searched
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    names.join(", ")
}
