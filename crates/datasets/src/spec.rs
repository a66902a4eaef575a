//! Which data set, and its options: the `[dataset]` fragment of a spec.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    CatalogueEntry, CsvSpec, Dataset, DatasetError, DigitsSpec, IdxSpec, NpzSpec, Streams,
    TeacherStudentSpec, YinYangSpec, catalogue_entry,
};

/// A data set and its options, in TOML as `digits = {}` or `mnist = { n_train = 10000 }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DatasetSpec {
    /// Handwritten digits of 8×8 pixels, embedded.
    Digits(DigitsSpec),
    /// Points in the yin-yang figure, generated.
    YinYang(YinYangSpec),
    /// Handwritten digits of 28×28 pixels.
    Mnist(IdxSpec),
    /// Pictures of clothing of 28×28 pixels.
    FashionMnist(IdxSpec),
    /// Cursive Japanese characters of 28×28 pixels.
    Kmnist(IdxSpec),
    /// Handwritten digits of 28×28 pixels, the largest of the sets.
    EmnistDigits(IdxSpec),
    /// Regression on a random teacher network, generated.
    TeacherStudent(TeacherStudentSpec),
    /// The user's own table.
    Csv(CsvSpec),
    /// The user's own NumPy arrays.
    Npz(NpzSpec),
}

impl DatasetSpec {
    /// Key of the data set in a spec and in the [`catalogue`](crate::catalogue()).
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Digits(_) => "digits",
            Self::YinYang(_) => "yin_yang",
            Self::Mnist(_) => "mnist",
            Self::FashionMnist(_) => "fashion_mnist",
            Self::Kmnist(_) => "kmnist",
            Self::EmnistDigits(_) => "emnist_digits",
            Self::TeacherStudent(_) => "teacher_student",
            Self::Csv(_) => "csv",
            Self::Npz(_) => "npz",
        }
    }

    /// The catalogue's entry of this data set.
    pub fn entry(&self) -> &'static CatalogueEntry {
        catalogue_entry(self.kind()).expect("the catalogue holds every kind")
    }

    /// Whether the data depend on the seed of a run. Where not, one loaded set serves all runs.
    pub fn depends_on_run(&self) -> bool {
        matches!(self, Self::TeacherStudent(spec) if spec.seed.is_none())
    }

    /// Checks the ranges of the options; reads nothing.
    ///
    /// # Errors
    /// [`DatasetError::OptionOutOfRange`] with key, value and allowed range.
    pub fn check(&self) -> Result<(), DatasetError> {
        match self {
            Self::Digits(_) => Ok(()),
            Self::YinYang(spec) => spec.check(),
            Self::Mnist(spec)
            | Self::FashionMnist(spec)
            | Self::Kmnist(spec)
            | Self::EmnistDigits(spec) => spec.check(self.entry()),
            Self::TeacherStudent(spec) => spec.check(),
            Self::Csv(spec) => spec.check(),
            Self::Npz(spec) => spec.check(),
        }
    }

    /// Loads or generates the data set.
    ///
    /// `streams` are those of the run; only sets that depend on it draw from them
    /// ([`DatasetSpec::depends_on_run`]). `folders` are searched for files in order; relative paths
    /// of the user's own files are tried as they are first.
    ///
    /// # Errors
    /// Options out of range, and whatever is wrong with the files.
    pub fn load(&self, streams: Streams, folders: &[PathBuf]) -> Result<Dataset, DatasetError> {
        self.check()?;
        match self {
            Self::Digits(spec) => spec.load(),
            Self::YinYang(spec) => Ok(spec.generate()),
            Self::Mnist(spec)
            | Self::FashionMnist(spec)
            | Self::Kmnist(spec)
            | Self::EmnistDigits(spec) => spec.load(self.entry(), folders),
            Self::TeacherStudent(spec) => Ok(spec.generate(streams)),
            Self::Csv(spec) => spec.load(folders),
            Self::Npz(spec) => spec.load(folders),
        }
    }
}
