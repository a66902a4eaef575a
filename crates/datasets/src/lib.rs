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
//! use apical_datasets::{DatasetSpec, DigitsSpec, Streams};
//!
//! let spec = DatasetSpec::Digits(DigitsSpec::default());
//! let digits = spec.load(Streams::new(0), &[])?;
//! assert_eq!(digits.train.inputs.dim(), (1297, 64));
//! assert_eq!(digits.n_outputs(), 10);
//! # Ok::<(), apical_datasets::DatasetError>(())
//! ```

mod bytes;
mod catalogue;
mod checksum;
mod column;
mod csv;
mod dataset;
mod digits;
mod error;
mod first_seen;
mod idx;
mod image_set;
mod label;
mod locate;
mod npy;
mod npz;
mod npz_write;
mod rows;
mod scaling;
mod spec;
mod split;
mod stream;
mod table;
mod teacher;
mod yin_yang;

pub use catalogue::{CatalogueEntry, RemoteFile, catalogue, catalogue_entry};
pub use checksum::{Checksum, FileDigest, FirstSeen, Verdict};
pub use column::Column;
pub use csv::CsvSpec;
pub use dataset::{About, ClassCounts, Dataset, Part, SharedInputs, Summary, Targets, Task};
pub use digits::DigitsSpec;
pub use error::DatasetError;
pub use idx::{IdxImages, parse_idx_images, parse_idx_labels};
pub use image_set::IdxSpec;
pub use locate::{CheckedFile, LocatedFile, check_file, check_files, locate_files};
pub use npz::NpzSpec;
pub use npz_write::{ArrayValues, NamedArray, npz};
pub use rows::read_rows;
pub use scaling::Scaling;
pub use spec::DatasetSpec;
pub use split::{Fractions, Split, random_cycle, shuffle, split_random, split_stratified};
pub use stream::{StreamRng, Streams};
pub use teacher::{TeacherNetwork, TeacherSample, TeacherStudentSpec};
pub use yin_yang::YinYangSpec;
