//! What a chosen data set does, and how it is written and read: the `[dataset]` fragment of a spec.

use std::fmt;
use std::path::{Path, PathBuf};

use apical_keys::{Choice, Choices, Described, Shape};
use serde::de::{DeserializeSeed, EnumAccess, Error, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::erase::with_places;
use crate::registry::{data_kind, data_kinds};
use crate::{
    AnyDataKind, CatalogueEntry, Dataset, DatasetError, DatasetSpec, LoadFrom, Streams, catalogue,
};

impl DatasetSpec {
    /// Key of the data set in a spec and in the [`catalogue`](crate::catalogue()).
    pub fn kind(&self) -> &'static str {
        self.entry().name
    }

    /// The catalogue's entry of this data set.
    pub fn entry(&self) -> &'static CatalogueEntry {
        self.0.entry()
    }

    /// Whether the data depend on the seed of a run. Where not, one loaded set serves all runs.
    pub fn depends_on_run(&self) -> bool {
        self.0.depends_on_run()
    }

    /// Numbers that are generated into memory; 0 where files decide how many there are.
    pub fn n_numbers(&self) -> u64 {
        self.0.n_numbers()
    }

    /// Checks the ranges of the options; reads nothing.
    ///
    /// # Errors
    /// [`DatasetError::OptionOutOfRange`] with key, value and allowed range.
    pub fn check(&self) -> Result<(), DatasetError> {
        self.0.check()
    }

    /// Loads or generates the data set; relative paths of the user's own files are relative to the
    /// working folder. See [`DatasetSpec::load_beside`].
    ///
    /// # Errors
    /// Options out of range, and whatever is wrong with the files.
    pub fn load(&self, streams: Streams, folders: &[PathBuf]) -> Result<Dataset, DatasetError> {
        self.load_beside(Path::new(""), streams, folders)
    }

    /// Loads or generates the data set.
    ///
    /// `beside` is the folder that relative paths of the user's own files are relative to. `streams` are
    /// those of the run; only sets that depend on it draw from them
    /// ([`DatasetSpec::depends_on_run`]). `folders` are searched for files in order.
    ///
    /// # Errors
    /// Options out of range, and whatever is wrong with the files.
    pub fn load_beside(
        &self,
        beside: &Path,
        streams: Streams,
        folders: &[PathBuf],
    ) -> Result<Dataset, DatasetError> {
        self.check()?;
        self.0.load(&LoadFrom {
            entry: self.entry(),
            streams,
            beside,
            folders,
            catalogue: catalogue(),
        })
    }

    /// The same data set with `path` of every path of the user's own files.
    #[must_use]
    pub fn with_paths(&self, path: &dyn Fn(&Path) -> PathBuf) -> Self {
        self.0.with_paths(path)
    }
}

impl Serialize for DatasetSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_variant("DatasetSpec", 0, self.kind(), self.0.options())
    }
}

impl Described for DatasetSpec {
    const SHAPE: &'static Shape = &Shape::Choice(Choices {
        meaning: "A data set and its options.",
        all: || {
            let choice = |kind: &&'static dyn AnyDataKind| Choice {
                name: kind.entry().name,
                meaning: kind.entry().one_line,
                shape: kind.shape().or(Some(&Shape::Any("its options"))),
            };
            data_kinds().iter().map(choice).collect()
        },
    });
}

impl<'de> Deserialize<'de> for DatasetSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SpecVisitor;

        impl<'de> Visitor<'de> for SpecVisitor {
            type Value = DatasetSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a data set and its options")
            }

            fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<DatasetSpec, A::Error> {
                let (kind, options) = data.variant_seed(KindSeed)?;
                options.newtype_variant_seed(OptionsSeed(kind))
            }
        }

        deserializer.deserialize_enum("DatasetSpec", &[], SpecVisitor)
    }
}

/// Reads the key of a kind.
struct KindSeed;

impl<'de> DeserializeSeed<'de> for KindSeed {
    type Value = &'static dyn AnyDataKind;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KindSeed {
    type Value = &'static dyn AnyDataKind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key of a data set")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        data_kind(key).map_err(|known| E::unknown_variant(key, known))
    }
}

/// Reads the options of a kind.
struct OptionsSeed(&'static dyn AnyDataKind);

impl<'de> DeserializeSeed<'de> for OptionsSeed {
    type Value = DatasetSpec;

    fn deserialize<D: Deserializer<'de>>(self, options: D) -> Result<DatasetSpec, D::Error> {
        with_places(options, |options| {
            self.0
                .read(&mut <dyn erased_serde::Deserializer<'_>>::erase(options))
        })
    }
}
