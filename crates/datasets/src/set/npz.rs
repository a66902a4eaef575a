//! The user's own NumPy arrays: an NPZ archive, or a pair of NPY files.

use std::path::{Path, PathBuf};

use apical_keys::Described;
use serde::{Deserialize, Serialize};

use crate::arrays::{Pair, Samples, into_table};
use crate::bytes::{FileContent, find_user_file, read_own};
use crate::cell::Precision;
use crate::npz::{member, members};
use crate::recipe::{GivenPart, Recipe};
use crate::table::name_or_stem;
use crate::{
    CatalogueEntry, DataKind, DataOptions, Dataset, DatasetError, FilePlace, Fractions, LoadFrom,
    Scaling, SplitSeed,
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

/// NumPy arrays: either `path`, an NPZ archive, or `x` and `y`, two NPY files.
///
/// The archive holds `x` and `y`, or a given split: `x_train`, `y_train`, `x_test`, `y_test` and, unless
/// it is to be taken from the training part, `x_validation` and `y_validation` (or `x_val` and `y_val`).
///
/// `x` has the samples on its first axis; what follows is flattened. `y` is one integer label per
/// sample (classification) or floating-point target potentials `[n_samples, n_outputs]` (regression).
/// A compressed array may expand to 16 MiB or 100 times its compressed length, whichever is more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct NpzSpec {
    /// The NPZ archive; a relative path is relative to the specification's file, or else to a data
    /// folder.
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
    /// Scaling of the targets in regression, fitted on the training part alone.
    #[serde(default, skip_serializing_if = "Scaling::is_none")]
    pub target_scaling: Scaling,
    /// Shares of the three parts; every class has the same share of each.
    #[serde(default = "Fractions::of_own_data")]
    pub split: Fractions,
    /// Seed of the split; runs with different seeds share one split, unless it is per seed.
    #[serde(default)]
    pub split_seed: SplitSeed,
    /// As many folds of equal size in place of `split`: the run with seed s is tested on fold s mod
    /// folds, the next one chooses epochs, and the others are the training part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[key(min = 3)]
    pub folds: Option<usize>,
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
            target_scaling: Scaling::None,
            split: Fractions::of_own_data(),
            split_seed: SplitSeed::default(),
            folds: None,
            name: None,
        }
    }

    fn recipe(&self) -> Recipe {
        Recipe {
            split: self.split,
            split_seed: self.split_seed,
            folds: self.folds,
            scaling: self.scaling,
            target_scaling: self.target_scaling,
        }
    }

    /// The precisions of inputs and targets.
    fn precisions(&self) -> [Precision; 2] {
        [self.scaling, self.target_scaling].map(Precision::before)
    }

    /// The samples of an archive, part by part where it gives them.
    fn read_archive(
        &self,
        path: &Path,
        content: &[u8],
    ) -> Result<Vec<(Option<GivenPart>, Samples)>, DatasetError> {
        let names = members(path, content)?;
        let has = |name: &str| names.iter().any(|known| known == name);
        let read = |x: &str, y: &str| {
            let [x_bytes, y_bytes] = [member(path, content, x)?, member(path, content, y)?];
            let pair = Pair {
                paths: [path; 2],
                names: [x, y],
                bytes: [&x_bytes, &y_bytes],
            };
            pair.read(self.precisions())
        };
        let is_divided = has("x_train") || has("x_test");
        if is_divided && has("x") {
            let reason = "both `x` and a given split (`x_train`, `x_test`) are in the archive: save one of them";
            return Err(FilePlace::Whole.fault(path, reason));
        }
        if !is_divided {
            return Ok(vec![(None, read("x", "y")?)]);
        }
        let mut parts = vec![
            (Some(GivenPart::Train), read("x_train", "y_train")?),
            (Some(GivenPart::Test), read("x_test", "y_test")?),
        ];
        for validation in ["validation", "valid", "val"] {
            let [x, y] = ["x", "y"].map(|axis| format!("{axis}_{validation}"));
            if has(&x) || has(&y) {
                parts.push((Some(GivenPart::Validation), read(&x, &y)?));
                break;
            }
        }
        Ok(parts)
    }
}

impl DataOptions for NpzSpec {
    fn check(&self, _: &CatalogueEntry) -> Result<(), DatasetError> {
        match (&self.path, &self.x, &self.y) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => self.recipe().check("npz"),
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
        let find = |path, option| find_user_file(path, option, from.beside, from.folders);
        let (path, parts, files) = match (&self.path, &self.x, &self.y) {
            (None, Some(x), Some(y)) => {
                let (x_path, y_path) = (find(x, "npz.x")?, find(y, "npz.y")?);
                let x_file = read_not_empty(&x_path, "an NPY array")?;
                let y_file = read_not_empty(&y_path, "an NPY array")?;
                let pair = Pair {
                    paths: [&x_path, &y_path],
                    names: ["x", "y"],
                    bytes: [&x_file.content, &y_file.content],
                };
                let samples = pair.read(self.precisions())?;
                (
                    x_path,
                    vec![(None, samples)],
                    vec![x_file.digest, y_file.digest],
                )
            }
            (path, _, _) => {
                let path = path.as_deref().unwrap_or(Path::new(""));
                let path = find(path, "npz.path")?;
                let file = read_not_empty(&path, "an NPZ archive")?;
                let parts = self.read_archive(&path, &file.content)?;
                (path, parts, vec![file.digest])
            }
        };
        let name = name_or_stem(self.name.as_deref(), &path);
        into_table(path, name, parts, files)?.into_dataset(&self.recipe(), from.streams)
    }

    fn depends_on_run(&self) -> bool {
        self.recipe().depends_on_run()
    }

    fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        [&mut self.path, &mut self.x, &mut self.y]
            .into_iter()
            .filter_map(Option::as_mut)
            .collect()
    }
}

fn read_not_empty(path: &Path, expected: &str) -> Result<FileContent, DatasetError> {
    let file = read_own(path, "the file")?;
    if file.content.is_empty() {
        return Err(DatasetError::empty_file(path, expected));
    }
    Ok(file)
}
