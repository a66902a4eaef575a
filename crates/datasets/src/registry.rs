//! All kinds of data sets: those of this crate, and those that the program adds.

use std::sync::OnceLock;

use crate::{AnyDataKind, CatalogueEntry, set};

static KINDS: OnceLock<DataKinds> = OnceLock::new();

/// Why kinds of data sets could not be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddKindsError {
    /// Two kinds have the same key.
    #[error("there are two kinds of data sets called `{name}`: give yours another name")]
    NameTaken {
        /// The key.
        name: &'static str,
    },
    /// The list is in use.
    #[error(
        "the list of data sets is in use already: add all kinds in one call, before a specification is read"
    )]
    TooLate,
}

/// Adds data sets of the program's own to the list that specs and [`catalogue`] look into; to be
/// called once, at the program's beginning.
///
/// # Errors
/// [`AddKindsError`] where a key is taken, and where the list was used before.
///
/// ```
/// use apical_datasets::{CatalogueEntry, DataKind, DataOptions, Dataset, DatasetError, DatasetSpec};
/// use apical_datasets::{LoadFrom, Part, Streams, Targets, add_data_kinds, catalogue_entry};
/// use ndarray::Array2;
/// use serde::{Deserialize, Serialize};
///
/// /// Two bits and whether they differ.
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct Xor {
///     n_copies: usize,
/// }
///
/// impl DataOptions for Xor {
///     fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError> {
///         let n_samples = 4 * self.n_copies;
///         let part = Part {
///             inputs: Array2::from_shape_fn((n_samples, 2), |(i, j)| (i >> j & 1) as f32),
///             targets: Targets::Classes((0..n_samples as u32).map(|i| (i ^ i >> 1) & 1).collect()),
///         };
///         Ok(Dataset::new(from.entry, [part.clone(), part.clone(), part], Vec::new()))
///     }
/// }
///
/// static XOR: DataKind<Xor> = DataKind::new(CatalogueEntry {
///     name: "xor",
///     title: "Exclusive or",
///     one_line: "two bits and whether they differ, generated",
///     input_shape: &[2],
///     class_names: &["equal", "different"],
///     n_samples: None,
///     source: "generated",
///     licence: "none needed (generated)",
///     files: &[],
///     by_hand: "",
/// });
///
/// add_data_kinds(&[&XOR]).expect("called once, at the beginning");
/// let spec: DatasetSpec = toml::from_str("xor = { n_copies = 3 }").expect("a specification");
/// assert_eq!(spec.load(Streams::new(0), &[])?.train.n_samples(), 12);
/// assert_eq!(catalogue_entry("xor"), Some(spec.entry()));
///
/// let mistake = toml::from_str::<DatasetSpec>("xor = { copies = 3 }").expect_err("a mistake");
/// assert_eq!(mistake.span(), Some(8..14), "of the key that is unknown");
/// # Ok::<(), DatasetError>(())
/// ```
pub fn add_data_kinds(kinds: &[&'static dyn AnyDataKind]) -> Result<(), AddKindsError> {
    KINDS
        .set(DataKinds::with(kinds)?)
        .map_err(|_| AddKindsError::TooLate)
}

/// All data sets there are, in the order of listings.
pub fn catalogue() -> &'static [&'static CatalogueEntry] {
    &kinds().entries
}

/// The data set called `name`; hyphens count as underscores.
pub fn catalogue_entry(name: &str) -> Option<&'static CatalogueEntry> {
    let name = name.replace('-', "_");
    let mut entries = catalogue().iter().copied();
    entries.find(|entry| entry.name == name)
}

/// The kind whose key is `name`, or all keys there are.
pub(crate) fn data_kind(name: &str) -> Result<&'static dyn AnyDataKind, &'static [&'static str]> {
    let kinds = kinds();
    let place = kinds.names.iter().position(|known| *known == name);
    place.map(|place| kinds.kinds[place]).ok_or(&kinds.names)
}

/// All kinds, in the order of listings.
pub(crate) fn data_kinds() -> &'static [&'static dyn AnyDataKind] {
    &kinds().kinds
}

struct DataKinds {
    kinds: Vec<&'static dyn AnyDataKind>,
    entries: Vec<&'static CatalogueEntry>,
    names: Vec<&'static str>,
}

fn kinds() -> &'static DataKinds {
    KINDS.get_or_init(|| DataKinds::with(&[]).expect("a test compares the keys of this crate"))
}

impl DataKinds {
    /// The kinds of this crate, then `own`.
    fn with(own: &[&'static dyn AnyDataKind]) -> Result<Self, AddKindsError> {
        let kinds = [set::KINDS, own].concat();
        let entries: Vec<_> = kinds.iter().map(|kind| kind.entry()).collect();
        let names: Vec<_> = entries.iter().map(|entry| entry.name).collect();
        for (place, &name) in names.iter().enumerate() {
            if names[..place].contains(&name) {
                return Err(AddKindsError::NameTaken { name });
            }
        }
        Ok(Self {
            kinds,
            entries,
            names,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_key_is_given_once() {
        assert!(DataKinds::with(&[]).is_ok());
        let again = DataKinds::with(&[&set::digits::KIND]);
        assert_eq!(
            again.err(),
            Some(AddKindsError::NameTaken { name: "digits" })
        );
    }

    #[test]
    fn every_file_of_the_room_is_listed() {
        let room = concat!(env!("CARGO_MANIFEST_DIR"), "/src/set");
        let mut files: Vec<String> = fs::read_dir(room)
            .expect("the source")
            .map(|file| file.expect("a file").file_name().to_string_lossy().into())
            .filter(|file| file != "mod.rs")
            .collect();
        files.sort_unstable();
        let kinds = DataKinds::with(&[]).expect("no key twice");
        let mut listed: Vec<_> = kinds
            .names
            .iter()
            .map(|name| format!("{name}.rs"))
            .collect();
        listed.sort_unstable();
        assert_eq!(files, listed);
    }

    #[test]
    fn a_list_in_use_stays_as_it_is() {
        assert!(catalogue_entry("digits").is_some());
        assert_eq!(add_data_kinds(&[]), Err(AddKindsError::TooLate));
    }
}
