//! Arrays of inputs and targets, in one pile or part by part, into a table.

use std::path::{Path, PathBuf};

use crate::cell::Precision;
use crate::label::number_classes;
use crate::npy::NpyArray;
use crate::numbers::Numbers;
use crate::recipe::GivenPart;
use crate::table::{Table, TableTargets};
use crate::{DatasetError, FileDigest, FilePlace};

/// Inputs and targets as NPY files, and what messages call them.
pub(crate) struct Pair<'a> {
    pub(crate) paths: [&'a Path; 2],
    pub(crate) names: [&'a str; 2],
    pub(crate) bytes: [&'a [u8]; 2],
}

/// Inputs and targets, as many of both.
pub(crate) struct Samples {
    /// Shape of one sample before it was flattened.
    input_shape: Vec<usize>,
    inputs: Numbers,
    targets: ArrayTargets,
    /// What messages call inputs and targets.
    names: [String; 2],
}

enum ArrayTargets {
    Labels(Vec<i128>),
    Values(Numbers),
}

impl Pair<'_> {
    /// Reads both; inputs and targets are finite in the given precisions.
    pub(crate) fn read(self, precisions: [Precision; 2]) -> Result<Samples, DatasetError> {
        let [x_path, y_path] = self.paths;
        let [x_name, y_name] = self.names;
        let x = NpyArray::parse(x_path, x_name, self.bytes[0])?;
        let y = NpyArray::parse(y_path, y_name, self.bytes[1])?;
        if x.shape.len() < 2 {
            let expected = "samples on the first axis, inputs on the others";
            return Err(DatasetError::wrong_shape(
                x_path, x_name, &x.shape, expected,
            ));
        }
        let n_samples = x.shape[0];
        let inputs = x.finite_rows(x_path, x_name, precisions[0])?;
        let targets = match (y.to_integers(), y.shape.as_slice()) {
            (Some(labels), [_]) => ArrayTargets::Labels(labels),
            (None, [_, _]) => ArrayTargets::Values(y.finite_rows(y_path, y_name, precisions[1])?),
            (None, [_]) => {
                let found = format!("{} with one axis", y.descr);
                let expected = "integers for classes, or floating-point numbers of shape [n_samples, n_outputs] for regression";
                return Err(DatasetError::wrong_type(y_path, y_name, &found, expected));
            }
            _ => {
                let expected =
                    "[n_samples] of integers, or [n_samples, n_outputs] of floating-point numbers";
                return Err(DatasetError::wrong_shape(
                    y_path, y_name, &y.shape, expected,
                ));
            }
        };
        if y.shape[0] != n_samples {
            return Err(DatasetError::CountsDisagree {
                inputs: format!("{}, array `{x_name}`,", x_path.display()),
                targets: format!("{}, array `{y_name}`,", y_path.display()),
                n_inputs: n_samples,
                n_targets: y.shape[0],
            });
        }
        Ok(Samples {
            input_shape: x.shape[1..].to_vec(),
            inputs,
            targets,
            names: self.names.map(str::to_owned),
        })
    }
}

/// The table of all samples; `parts` are one pile without a part, or those that the file at `path` gives.
///
/// # Errors
/// Parts whose samples differ in shape or in the kind of their targets.
pub(crate) fn into_table(
    path: PathBuf,
    name: String,
    mut parts: Vec<(Option<GivenPart>, Samples)>,
    files: Vec<FileDigest>,
) -> Result<Table, DatasetError> {
    let given: Option<Vec<GivenPart>> = parts
        .iter()
        .map(|(part, samples)| Some(vec![(*part)?; samples.inputs.n_rows()]))
        .collect::<Option<Vec<_>>>()
        .map(|parts| parts.concat());
    let joined = match parts.len() {
        1 => parts.remove(0).1,
        _ => join(
            &path,
            parts.into_iter().map(|(_, samples)| samples).collect(),
        )?,
    };
    let targets = match joined.targets {
        ArrayTargets::Labels(keys) => {
            TableTargets::Classes(number_classes(&keys, |sample| keys[sample].to_string()))
        }
        ArrayTargets::Values(values) => TableTargets::Values(values, Vec::new()),
    };
    Ok(Table {
        path,
        name,
        input_shape: joined.input_shape,
        inputs: joined.inputs,
        input_names: Vec::new(),
        targets,
        given,
        files,
        notes: Vec::new(),
    })
}

fn join(path: &Path, parts: Vec<Samples>) -> Result<Samples, DatasetError> {
    let first = &parts[0];
    for other in &parts[1..] {
        let [x, y] = &other.names;
        let [first_x, first_y] = &first.names;
        if other.input_shape != first.input_shape {
            let reason = format!(
                ": samples have shape {:?}, those of `{first_x}` have {:?}: expected the same",
                other.input_shape, first.input_shape
            );
            return Err(FilePlace::Array(x.clone()).fault(path, reason));
        }
        let are_alike = match (&other.targets, &first.targets) {
            (ArrayTargets::Labels(_), ArrayTargets::Labels(_)) => true,
            (ArrayTargets::Values(a), ArrayTargets::Values(b)) => a.n_columns() == b.n_columns(),
            _ => false,
        };
        if !are_alike {
            let reason = format!(
                ": expected what `{first_y}` has: labels in both, or target potentials of as many outputs"
            );
            return Err(FilePlace::Array(y.clone()).fault(path, reason));
        }
    }
    let inputs: Vec<&Numbers> = parts.iter().map(|part| &part.inputs).collect();
    let labels = parts.iter().map(|part| match &part.targets {
        ArrayTargets::Labels(labels) => Some(&labels[..]),
        ArrayTargets::Values(_) => None,
    });
    let targets = match labels.collect::<Option<Vec<_>>>() {
        Some(labels) => ArrayTargets::Labels(labels.concat()),
        None => {
            let values = parts.iter().filter_map(|part| match &part.targets {
                ArrayTargets::Labels(_) => None,
                ArrayTargets::Values(values) => Some(values),
            });
            ArrayTargets::Values(Numbers::stacked(&values.collect::<Vec<_>>()))
        }
    };
    Ok(Samples {
        input_shape: first.input_shape.clone(),
        inputs: Numbers::stacked(&inputs),
        targets,
        names: first.names.clone(),
    })
}
