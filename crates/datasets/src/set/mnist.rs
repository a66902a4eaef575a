//! MNIST: handwritten digits of 28×28 pixels.

use crate::entry::TEN_DIGITS;
use crate::image_set::N_CONTENT_BYTES;
use crate::{CatalogueEntry, DataKind, IdxSpec, RemoteFile};

/// Handwritten digits of 28×28 pixels.
pub static KIND: DataKind<IdxSpec> = DataKind::new(CatalogueEntry {
    name: "mnist",
    title: "MNIST",
    one_line: "handwritten digits of 28 x 28 pixels; 55000/5000/10000",
    input_shape: &[28, 28],
    class_names: TEN_DIGITS,
    n_samples: Some([55_000, 5000, 10_000]),
    source: "Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits",
    licence: "CC BY-SA 3.0 by a notice on copies; fetched, not embedded",
    files: &FILES,
    by_hand: "",
});

const MIRRORS: &[&str] = &[
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
];

static FILES: [RemoteFile; 4] = [
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        n_bytes: Some(9_912_422),
        sha256: Some("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        n_content_bytes: N_CONTENT_BYTES[0],
        content_sha256: Some("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        mirrors: MIRRORS,
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        n_bytes: Some(28_881),
        sha256: Some("3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        n_content_bytes: N_CONTENT_BYTES[1],
        content_sha256: Some("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        mirrors: MIRRORS,
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        n_bytes: Some(1_648_877),
        sha256: Some("8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        n_content_bytes: N_CONTENT_BYTES[2],
        content_sha256: Some("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        mirrors: MIRRORS,
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        n_bytes: Some(4542),
        sha256: Some("f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        n_content_bytes: N_CONTENT_BYTES[3],
        content_sha256: Some("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        mirrors: MIRRORS,
    },
];
