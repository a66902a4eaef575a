//! What a kind of data set is: its entry in the catalogue, and options that load themselves.

use std::any::Any;
use std::fmt::{self, Debug};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use apical_keys::{Described, Shape};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{CatalogueEntry, Dataset, DatasetError, RemoteFile, Streams};

/// Options of a data set, as a spec states them, and how the set is made of them.
///
/// A type with `#[serde(deny_unknown_fields)]` gives errors that point to the key in the spec.
pub trait DataOptions:
    Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Checks the ranges of the options; reads nothing.
    ///
    /// # Errors
    /// [`DatasetError::OptionOutOfRange`] with key, value and allowed range.
    fn check(&self, _entry: &CatalogueEntry) -> Result<(), DatasetError> {
        Ok(())
    }

    /// Loads or generates the data set; the options are in range.
    ///
    /// # Errors
    /// Whatever is wrong with the files.
    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError>;

    /// Whether the data depend on the seed of a run. Where not, one loaded set serves all runs.
    fn depends_on_run(&self) -> bool {
        false
    }

    /// Numbers that are generated into memory; 0 where files decide how many there are.
    fn n_numbers(&self) -> u64 {
        0
    }

    /// The paths of the user's own files.
    fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        Vec::new()
    }

    /// Checks the decompressed content of one of the entry's files, of which no digest is known;
    /// `path` serves messages only.
    ///
    /// # Errors
    /// Content that could not be loaded.
    fn check_content(
        _entry: &CatalogueEntry,
        _file: &RemoteFile,
        _path: &Path,
        _content: &[u8],
    ) -> Result<(), DatasetError> {
        Ok(())
    }
}

/// What a data set is made from, beside its options.
#[derive(Debug, Clone, Copy)]
pub struct LoadFrom<'a> {
    /// The set's own entry.
    pub entry: &'static CatalogueEntry,
    /// Random streams of the run.
    pub streams: Streams,
    /// The folder that relative paths of the user's own files are relative to.
    pub beside: &'a Path,
    /// Folders to look for files in, in order.
    pub folders: &'a [PathBuf],
    /// Entries of all sets, by which files of another set are recognised.
    pub catalogue: &'a [&'static CatalogueEntry],
}

/// A kind of data set whose options are of type `T`; a `static`, listed once.
#[derive(Debug)]
pub struct DataKind<T> {
    entry: CatalogueEntry,
    options: PhantomData<fn() -> T>,
}

impl<T: DataOptions> DataKind<T> {
    /// The kind that `entry` describes.
    pub const fn new(entry: CatalogueEntry) -> Self {
        Self {
            entry,
            options: PhantomData,
        }
    }

    /// The data set with these options.
    pub fn with(&'static self, options: T) -> DatasetSpec {
        DatasetSpec(Arc::new(Chosen {
            kind: self,
            options,
        }))
    }
}

/// A [`DataKind`] of whatever options.
pub trait AnyDataKind: Sync {
    /// What the set is, its files, source and licence.
    fn entry(&'static self) -> &'static CatalogueEntry;

    /// What its options may be; nothing of a kind that does not say.
    fn shape(&self) -> Option<&'static Shape> {
        None
    }

    /// Reads the options.
    ///
    /// # Errors
    /// Unknown keys, missing keys and values of the wrong type.
    fn read(
        &'static self,
        options: &mut dyn erased_serde::Deserializer<'_>,
    ) -> Result<DatasetSpec, erased_serde::Error>;

    /// See [`DataOptions::check_content`].
    ///
    /// # Errors
    /// Content that could not be loaded.
    fn check_content(
        &self,
        file: &RemoteFile,
        path: &Path,
        content: &[u8],
    ) -> Result<(), DatasetError>;
}

impl<T: DataOptions> AnyDataKind for DataKind<T> {
    fn entry(&'static self) -> &'static CatalogueEntry {
        &self.entry
    }

    fn read(
        &'static self,
        options: &mut dyn erased_serde::Deserializer<'_>,
    ) -> Result<DatasetSpec, erased_serde::Error> {
        Ok(self.with(erased_serde::deserialize(options)?))
    }

    fn check_content(
        &self,
        file: &RemoteFile,
        path: &Path,
        content: &[u8],
    ) -> Result<(), DatasetError> {
        T::check_content(&self.entry, file, path, content)
    }
}

/// A kind whose options say what they mean: the reference of keys lists them.
#[derive(Debug)]
pub struct Documented<T: 'static>(pub &'static DataKind<T>);

impl<T: DataOptions + Described> AnyDataKind for Documented<T> {
    fn entry(&'static self) -> &'static CatalogueEntry {
        self.0.entry()
    }

    fn shape(&self) -> Option<&'static Shape> {
        Some(T::SHAPE)
    }

    fn read(
        &'static self,
        options: &mut dyn erased_serde::Deserializer<'_>,
    ) -> Result<DatasetSpec, erased_serde::Error> {
        self.0.read(options)
    }

    fn check_content(
        &self,
        file: &RemoteFile,
        path: &Path,
        content: &[u8],
    ) -> Result<(), DatasetError> {
        self.0.check_content(file, path, content)
    }
}

/// A data set and its options, in TOML as `digits = {}` or `mnist = { n_train = 10000 }`.
#[derive(Debug, Clone)]
pub struct DatasetSpec(pub(crate) Arc<dyn AnyChosen>);

impl PartialEq for DatasetSpec {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(&*other.0)
    }
}

/// A kind with options, whatever their type.
pub(crate) trait AnyChosen: Any + Debug + Send + Sync {
    fn entry(&self) -> &'static CatalogueEntry;
    fn options(&self) -> &dyn erased_serde::Serialize;
    fn check(&self) -> Result<(), DatasetError>;
    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError>;
    fn depends_on_run(&self) -> bool;
    fn n_numbers(&self) -> u64;
    fn with_paths(&self, path: &dyn Fn(&Path) -> PathBuf) -> DatasetSpec;
    fn equals(&self, other: &dyn AnyChosen) -> bool;
}

struct Chosen<T: 'static> {
    kind: &'static DataKind<T>,
    options: T,
}

impl<T: Debug> Debug for Chosen<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(self.kind.entry.name)
            .field(&self.options)
            .finish()
    }
}

impl<T: DataOptions> AnyChosen for Chosen<T> {
    fn entry(&self) -> &'static CatalogueEntry {
        &self.kind.entry
    }

    fn options(&self) -> &dyn erased_serde::Serialize {
        &self.options
    }

    fn check(&self) -> Result<(), DatasetError> {
        self.options.check(&self.kind.entry)
    }

    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError> {
        self.options.load(from)
    }

    fn depends_on_run(&self) -> bool {
        self.options.depends_on_run()
    }

    fn n_numbers(&self) -> u64 {
        self.options.n_numbers()
    }

    fn with_paths(&self, path: &dyn Fn(&Path) -> PathBuf) -> DatasetSpec {
        let mut options = self.options.clone();
        for own in options.paths_mut() {
            *own = path(own);
        }
        self.kind.with(options)
    }

    fn equals(&self, other: &dyn AnyChosen) -> bool {
        (other as &dyn Any)
            .downcast_ref::<Self>()
            .is_some_and(|other| {
                self.kind.entry.name == other.kind.entry.name && self.options == other.options
            })
    }
}
