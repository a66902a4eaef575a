//! Kuzushiji-MNIST: cursive Japanese characters of 28×28 pixels.

use crate::image_set::N_CONTENT_BYTES;
use crate::{CatalogueEntry, DataKind, IdxSpec, RemoteFile};

/// Cursive Japanese characters of 28×28 pixels.
pub static KIND: DataKind<IdxSpec> = DataKind::new(CatalogueEntry {
    name: "kmnist",
    title: "Kuzushiji-MNIST",
    one_line: "cursive Japanese characters of 28 x 28 pixels; 55000/5000/10000",
    input_shape: &[28, 28],
    class_names: &["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
    n_samples: Some([55_000, 5000, 10_000]),
    source: "T. Clanuwat and others, Deep Learning for Classical Japanese Literature, arXiv:1812.01718; ROIS-DS Center for Open Data in the Humanities",
    licence: "CC BY-SA 4.0",
    files: &FILES,
    by_hand: "",
});

const MIRRORS: &[&str] = &[
    "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
];

static FILES: [RemoteFile; 4] = [
    RemoteFile {
        name: "train-images-idx3-ubyte.gz",
        n_bytes: Some(18_165_135),
        sha256: Some("51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
        n_content_bytes: N_CONTENT_BYTES[0],
        content_sha256: None,
        mirrors: MIRRORS,
    },
    RemoteFile {
        name: "train-labels-idx1-ubyte.gz",
        n_bytes: Some(29_497),
        sha256: Some("e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
        n_content_bytes: N_CONTENT_BYTES[1],
        content_sha256: None,
        mirrors: MIRRORS,
    },
    RemoteFile {
        name: "t10k-images-idx3-ubyte.gz",
        n_bytes: Some(3_041_136),
        sha256: Some("edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
        n_content_bytes: N_CONTENT_BYTES[2],
        content_sha256: None,
        mirrors: MIRRORS,
    },
    RemoteFile {
        name: "t10k-labels-idx1-ubyte.gz",
        n_bytes: Some(5120),
        sha256: Some("20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
        n_content_bytes: N_CONTENT_BYTES[3],
        content_sha256: None,
        mirrors: MIRRORS,
    },
];
