//! EMNIST Digits: handwritten digits of 28×28 pixels, the largest of the sets.

use std::path::Path;

use apical_keys::Described;
use serde::{Deserialize, Serialize};

use crate::entry::TEN_DIGITS;
use crate::image_set::PixelOrder;
use crate::{
    CatalogueEntry, DataKind, DataOptions, Dataset, DatasetError, IdxSpec, LoadFrom, RemoteFile,
};

/// Handwritten digits of 28×28 pixels, the largest of the sets.
pub static KIND: DataKind<EmnistSpec> = DataKind::new(CatalogueEntry {
    name: "emnist_digits",
    title: "EMNIST Digits",
    one_line: "handwritten digits of 28 x 28 pixels, turned upright; 235000/5000/40000",
    input_shape: &[28, 28],
    class_names: TEN_DIGITS,
    n_samples: Some([235_000, 5000, 40_000]),
    source: "G. Cohen, S. Afshar, J. Tapson and A. van Schaik, EMNIST, arXiv:1702.05373; from NIST Special Database 19",
    licence: "none stated; made from a database of a US government agency",
    files: &FILES,
    by_hand: "no mirror serves the files one by one: download the EMNIST archive `gzip.zip` from NIST (https://www.nist.gov/itl/products-and-services/emnist-dataset) and put the four files `emnist-digits-*` of its folder `gzip` into `emnist-digits/` below a data folder",
});

/// Options of EMNIST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(transparent)]
pub struct EmnistSpec(pub IdxSpec);

impl DataOptions for EmnistSpec {
    fn check(&self, entry: &CatalogueEntry) -> Result<(), DatasetError> {
        self.0.check(entry)
    }

    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError> {
        // The published images are transposed.
        self.0.load_in_order(from, PixelOrder::Columns)
    }

    fn check_content(
        entry: &CatalogueEntry,
        file: &RemoteFile,
        path: &Path,
        content: &[u8],
    ) -> Result<(), DatasetError> {
        IdxSpec::check_content(entry, file, path, content)
    }
}

static FILES: [RemoteFile; 4] = [
    emnist_file("emnist-digits-train-images-idx3-ubyte.gz", 188_160_016),
    emnist_file("emnist-digits-train-labels-idx1-ubyte.gz", 240_008),
    emnist_file("emnist-digits-test-images-idx3-ubyte.gz", 31_360_016),
    emnist_file("emnist-digits-test-labels-idx1-ubyte.gz", 40_008),
];

const fn emnist_file(name: &'static str, n_content_bytes: u64) -> RemoteFile {
    RemoteFile {
        name,
        n_bytes: None,
        sha256: None,
        n_content_bytes,
        content_sha256: None,
        mirrors: &[],
    }
}
