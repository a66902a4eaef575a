//! The user's own NumPy arrays: an NPZ archive with `x` and `y`, or a pair of NPY files.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::bytes::{FileContent, find_user_file, read_own};
use crate::label::number_classes;
use crate::npy::NpyArray;
use crate::npz::member;
use crate::table::{Recipe, Table, TableTargets, name_or_stem};
use crate::{
    CatalogueEntry, DataKind, DataOptions, Dataset, DatasetError, FileDigest, Fractions, LoadFrom,
    Scaling,
};

/// The user's own NumPy arrays.
pub static KIND: DataKind<NpzSpec> = DataKind::new(CatalogueEntry {
    name: "npz",
    title: "NPZ or NPY files",
    one_line: "the user's own NumPy arrays `x` and `y`, classification or regression",
    input_shape: &[],
    class_names: &[],
    n_samples: None,
    source: "the user's file",
    licence: "as the user's file",
    files: &[],
    by_hand: "",
});

/// NumPy arrays: either `path`, an NPZ archive with arrays `x` and `y`, or `x` and `y`, two NPY files.
///
/// `x` has the samples on its first axis; what follows is flattened. `y` is one integer label per
/// sample (classification) or floating-point target potentials `[n_samples, n_outputs]` (regression).
/// A compressed array may expand to 16 MiB or 100 times its compressed length, whichever is more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NpzSpec {
    /// The NPZ archive; a relative path is looked for as it is, then below the data folders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// The NPY file of inputs, in place of `path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<PathBuf>,
    /// The NPY file of labels or target potentials, in place of `path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<PathBuf>,
    /// Scaling of the inputs, fitted on the training part alone.
    #[serde(default)]
    pub scaling: Scaling,
    /// Shares of the three parts; every class has the same share of each.
    #[serde(default = "Fractions::of_own_data")]
    pub split: Fractions,
    /// Seed of the split; runs with different seeds share one split.
    #[serde(default)]
    pub split_seed: u64,
    /// Name in tables and figures; the stem of the file of inputs where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl NpzSpec {
    /// Options for the archive at `path` with everything else as where a spec says nothing.
    pub fn archive(path: impl Into<PathBuf>) -> Self {
        Self {
            path: Some(path.into()),
            ..Self::empty()
        }
    }

    /// Options for a pair of NPY files with everything else as where a spec says nothing.
    pub fn pair(x: impl Into<PathBuf>, y: impl Into<PathBuf>) -> Self {
        Self {
            x: Some(x.into()),
            y: Some(y.into()),
            ..Self::empty()
        }
    }

    fn empty() -> Self {
        Self {
            path: None,
            x: None,
            y: None,
            scaling: Scaling::None,
            split: Fractions::of_own_data(),
            split_seed: 0,
            name: None,
        }
    }
}

impl DataOptions for NpzSpec {
    fn check(&self, _: &CatalogueEntry) -> Result<(), DatasetError> {
        match (&self.path, &self.x, &self.y) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => self.split.check("npz.split"),
            (path, x, y) => {
                let given = [(path, "path"), (x, "x"), (y, "y")];
                let given: Vec<_> = given
                    .iter()
                    .filter_map(|(value, key)| value.as_ref().map(|_| *key))
                    .collect();
                Err(DatasetError::OptionOutOfRange {
                    option: "npz".to_owned(),
                    found: format!("given as {{{}}}", given.join(", ")),
                    expected: "either `path` (an NPZ archive) or both `x` and `y` (NPY files)"
                        .to_owned(),
                })
            }
        }
    }

    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError> {
        let recipe = Recipe {
            split: self.split,
            split_seed: self.split_seed,
            scaling: self.scaling,
        };
        match (&self.path, &self.x, &self.y) {
            (None, Some(x), Some(y)) => {
                let x_path = find_user_file(x, "npz.x", from.folders)?;
                let y_path = find_user_file(y, "npz.y", from.folders)?;
                let x_file = read_not_empty(&x_path, "an NPY array")?;
                let y_file = read_not_empty(&y_path, "an NPY array")?;
                let pair = Pair {
                    x_path: &x_path,
                    y_path: &y_path,
                    x: NpyArray::parse(&x_path, "x", &x_file.content)?,
                    y: NpyArray::parse(&y_path, "y", &y_file.content)?,
                };
                let files = vec![x_file.digest, y_file.digest];
                pair.into_table(self.name.as_deref(), files)?
                    .into_dataset(&recipe)
            }
            (path, _, _) => {
                let path = path.as_deref().unwrap_or(Path::new(""));
                let path = find_user_file(path, "npz.path", from.folders)?;
                let file = read_not_empty(&path, "an NPZ archive")?;
                let x = member(&path, &file.content, "x")?;
                let y = member(&path, &file.content, "y")?;
                let pair = Pair {
                    x_path: &path,
                    y_path: &path,
                    x: NpyArray::parse(&path, "x", &x)?,
                    y: NpyArray::parse(&path, "y", &y)?,
                };
                pair.into_table(self.name.as_deref(), vec![file.digest])?
                    .into_dataset(&recipe)
            }
        }
    }
}

/// Inputs and targets, and the files that messages name.
struct Pair<'a> {
    x_path: &'a Path,
    y_path: &'a Path,
    x: NpyArray<'a>,
    y: NpyArray<'a>,
}

impl Pair<'_> {
    fn into_table(self, name: Option<&str>, files: Vec<FileDigest>) -> Result<Table, DatasetError> {
        let Self {
            x_path,
            y_path,
            x,
            y,
        } = self;
        if x.shape.len() < 2 {
            let expected = "samples on the first axis, inputs on the others";
            return Err(DatasetError::wrong_shape(x_path, "x", &x.shape, expected));
        }
        let n_samples = x.shape[0];
        let inputs = x.finite_rows(x_path, "x")?;
        let targets = match (y.to_integers(), y.shape.as_slice()) {
            (Some(keys), [_]) => {
                TableTargets::Classes(number_classes(&keys, |sample| keys[sample].to_string()))
            }
            (None, [_, _]) => TableTargets::Potentials(y.finite_rows(y_path, "y")?),
            (None, [_]) => {
                let found = format!("{} with one axis", y.descr);
                let expected = "integers for classes, or floating-point numbers of shape [n_samples, n_outputs] for regression";
                return Err(DatasetError::wrong_type(y_path, "y", &found, expected));
            }
            _ => {
                let expected =
                    "[n_samples] of integers, or [n_samples, n_outputs] of floating-point numbers";
                return Err(DatasetError::wrong_shape(y_path, "y", &y.shape, expected));
            }
        };
        if y.shape[0] != n_samples {
            return Err(DatasetError::CountsDisagree {
                inputs: format!("{}, array `x`,", x_path.display()),
                targets: format!("{}, array `y`,", y_path.display()),
                n_inputs: n_samples,
                n_targets: y.shape[0],
            });
        }
        Ok(Table {
            path: x_path.to_owned(),
            name: name_or_stem(name, x_path),
            input_shape: x.shape[1..].to_vec(),
            inputs,
            targets,
            files,
        })
    }
}

fn read_not_empty(path: &Path, expected: &str) -> Result<FileContent, DatasetError> {
    let file = read_own(path, "the file")?;
    if file.content.is_empty() {
        return Err(DatasetError::empty_file(path, expected));
    }
    Ok(file)
}
