//! Data sets: bytes in, [`Dataset`] out.
//!
//! A [`DatasetSpec`] says which set and with which options; [`DatasetSpec::check`] looks at the
//! options alone, [`DatasetSpec::load`] reads or generates the set. Every set comes in three parts
//! that never overlap (training, validation, test), with its source, licence and a SHA-256 checksum
//! over everything that was loaded.
//!
//! This crate opens the files it is pointed to and nothing else: no network, no clock, no
//! environment variables.
//!
//! ```
//! use apical_datasets::set::digits::{DigitsSpec, KIND};
//! use apical_datasets::Streams;
//!
//! let spec = KIND.with(DigitsSpec::default());
//! let digits = spec.load(Streams::new(0), &[])?;
//! assert_eq!(digits.train.inputs.dim(), (1297, 64));
//! assert_eq!(digits.n_outputs(), 10);
//! # Ok::<(), apical_datasets::DatasetError>(())
//! ```

mod arrays;
mod bytes;
mod cell;
mod check;
mod checksum;
mod column;
mod columns;
mod comma_separated;
mod dataset;
mod entry;
mod erase;
mod error;
mod idx;
mod image_set;
mod kind;
mod label;
mod locate;
mod npy;
mod npy_header;
mod npz;
mod numbers;
mod part;
mod quoting;
mod recipe;
mod registry;
mod rows;
mod scaling;
pub mod set;
mod spec;
mod split;
mod split_seed;
mod stream;
mod table;
mod table_rows;

pub use check::{CheckedFile, check_file, check_files};
pub use checksum::{Checksum, FileDigest, FirstSeen, Verdict, sha256};
pub use column::{Column, ColumnList};
pub use dataset::{About, ClassCounts, Dataset, DatasetSummary, SharedInputs, TargetUnit, Task};
pub use entry::{CatalogueEntry, RemoteFile};
#[doc(hidden)]
pub use erase::with_places;
pub use error::{DatasetError, FilePlace};
pub use idx::{IdxImages, parse_idx_images, parse_idx_labels};
pub use image_set::IdxSpec;
pub use kind::{AnyDataKind, DataKind, DataOptions, DatasetSpec, Documented, LoadFrom};
pub use locate::{LocatedFile, locate_files};
pub use npz::{ArrayValues, NamedArray, npz, npz_arrays};
pub use part::{Part, Targets};
pub use registry::{AddKindsError, add_data_kinds, catalogue, catalogue_entry};
pub use rows::read_rows;
pub use scaling::Scaling;
pub use set::digits::embedded_digits;
pub use set::teacher_student::{TeacherNetwork, TeacherSample};
pub use split::{Fractions, Split, random_cycle, shuffle, split_random, split_stratified};
pub use split_seed::SplitSeed;
pub use stream::{StreamRng, Streams};
