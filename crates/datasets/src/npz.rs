//! The user's own NumPy arrays: an NPZ archive with `x` and `y`, or a pair of NPY files.

use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use ndarray::Array2;
use serde::{Deserialize, Serialize};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::bytes::{FileContent, expansion_limit, find_user_file, read_own};
use crate::label::number_classes;
use crate::npy::NpyArray;
use crate::table::{Recipe, Table, TableTargets, name_or_stem};
use crate::{Dataset, DatasetError, Fractions, Scaling};

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
    #[serde(default = "Fractions::seventy_fifteen_fifteen")]
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
            split: Fractions::seventy_fifteen_fifteen(),
            split_seed: 0,
            name: None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), DatasetError> {
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

    pub(crate) fn load(&self, folders: &[PathBuf]) -> Result<Dataset, DatasetError> {
        self.check()?;
        let recipe = Recipe {
            split: self.split,
            split_seed: self.split_seed,
            scaling: self.scaling,
        };
        match (&self.path, &self.x, &self.y) {
            (None, Some(x), Some(y)) => {
                let x_path = find_user_file(x, "npz.x", folders)?;
                let y_path = find_user_file(y, "npz.y", folders)?;
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
                let path = find_user_file(path, "npz.path", folders)?;
                let file = read_not_empty(&path, "an NPZ archive")?;
                let (x, y) = read_members(&path, &file.content)?;
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
    fn into_table(
        self,
        name: Option<&str>,
        files: Vec<crate::FileDigest>,
    ) -> Result<Table, DatasetError> {
        let Self {
            x_path,
            y_path,
            x,
            y,
        } = self;
        if x.shape.len() < 2 {
            let expected = "samples on the first axis, inputs on the others";
            return Err(wrong_shape(x_path, "x", &x, expected));
        }
        let n_samples = x.shape[0];
        let inputs = finite_rows(x_path, "x", &x)?;
        let targets = match (y.to_integers(), y.shape.as_slice()) {
            (Some(keys), [_]) => {
                TableTargets::Classes(number_classes(&keys, |sample| keys[sample].to_string()))
            }
            (None, [_, _]) => TableTargets::Potentials(finite_rows(y_path, "y", &y)?),
            (None, [_]) => {
                return Err(DatasetError::UnsupportedType {
                    path: y_path.to_owned(),
                    array: "y".to_owned(),
                    found: format!("{} with one axis", y.descr),
                    expected: "integers for classes, or floating-point numbers of shape [n_samples, n_outputs] for regression",
                });
            }
            _ => {
                let expected =
                    "[n_samples] of integers, or [n_samples, n_outputs] of floating-point numbers";
                return Err(wrong_shape(y_path, "y", &y, expected));
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

/// The array with all axes but the first flattened; every element finite.
pub(crate) fn finite_rows(
    path: &Path,
    array: &str,
    npy: &NpyArray<'_>,
) -> Result<Array2<f32>, DatasetError> {
    let n_elements: usize = npy.shape[1..].iter().product();
    let values = npy.to_floats();
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        return Err(DatasetError::NonFiniteElement {
            path: path.to_owned(),
            array: array.to_owned(),
            row: at / n_elements,
            element: at % n_elements,
            found: values[at].into(),
        });
    }
    Ok(Array2::from_shape_vec((npy.shape[0], n_elements), values)
        .expect("shape and length were compared when the header was read"))
}

fn wrong_shape(
    path: &Path,
    array: &str,
    npy: &NpyArray<'_>,
    expected: &'static str,
) -> DatasetError {
    DatasetError::WrongArrayShape {
        path: path.to_owned(),
        array: array.to_owned(),
        found: npy.shape.clone(),
        expected,
    }
}

fn read_not_empty(path: &Path, expected: &'static str) -> Result<FileContent, DatasetError> {
    let file = read_own(path, "the file")?;
    if file.content.is_empty() {
        return Err(DatasetError::EmptyFile {
            path: path.to_owned(),
            expected,
        });
    }
    Ok(file)
}

/// The bytes of `x.npy` and `y.npy`.
fn read_members(path: &Path, content: &[u8]) -> Result<(Vec<u8>, Vec<u8>), DatasetError> {
    let n_archive = content.len() as u64;
    let mut archive =
        ZipArchive::new(Cursor::new(content)).map_err(|error| corrupt(path, &error))?;
    Ok((
        read_member(path, &mut archive, n_archive, "x")?,
        read_member(path, &mut archive, n_archive, "y")?,
    ))
}

/// The bytes of the array `array` of the archive `content`.
pub(crate) fn member(path: &Path, content: &[u8], array: &str) -> Result<Vec<u8>, DatasetError> {
    let archive = ZipArchive::new(Cursor::new(content));
    let mut archive = archive.map_err(|error| corrupt(path, &error))?;
    read_member(path, &mut archive, content.len() as u64, array)
}

fn read_member(
    path: &Path,
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    n_archive: u64,
    array: &str,
) -> Result<Vec<u8>, DatasetError> {
    let file_name = format!("{array}.npy");
    if archive.index_for_name(&file_name).is_none() {
        let mut arrays: Vec<String> = archive
            .file_names()
            .map(|name| name.strip_suffix(".npy").unwrap_or(&name).to_owned())
            .collect();
        arrays.sort_unstable();
        let (path, array) = (path.to_owned(), array.to_owned());
        return Err(DatasetError::ArrayMissing {
            path,
            array,
            arrays,
        });
    }
    let member = archive
        .by_name(&file_name)
        .map_err(|error| corrupt(path, &error))?;
    let mut bytes = Vec::new();
    // Claimed lengths are not trusted: memory grows with what is really there.
    let n_compressed = member.compressed_size().min(n_archive);
    let limit = expansion_limit(n_compressed);
    member
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error: io::Error| corrupt(path, &ZipError::Io(error)))?;
    if bytes.len() as u64 > limit {
        return Err(DatasetError::ExpandsTooFar {
            path: path.to_owned(),
            what: format!("array `{array}`"),
            remedy: "save it with `numpy.savez`, which does not compress",
        });
    }
    Ok(bytes)
}

fn corrupt(path: &Path, error: &ZipError) -> DatasetError {
    DatasetError::CorruptArchive {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}
