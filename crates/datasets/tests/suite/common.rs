//! Files for the tests, written byte by byte.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use apical_datasets::{Dataset, DatasetError, DatasetSpec, Streams, Targets};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

/// A folder that is removed at the end of the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("the system has a folder for temporary files"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("the path lies in the folder")).expect("writable");
        fs::write(&path, bytes).expect("writable");
        path
    }

    /// Loads with this folder as the only data folder.
    pub(crate) fn load(&self, spec: &str) -> Result<Dataset, DatasetError> {
        parse(spec).load(Streams::new(1), &[self.path().to_owned()])
    }

    /// The error of loading, with the folder's name taken out.
    pub(crate) fn error(&self, spec: &str) -> String {
        let error = self.load(spec).expect_err("the file is bad");
        error
            .to_string()
            .replace(&self.path().display().to_string(), "DIR")
    }
}

pub(crate) fn parse(spec: &str) -> DatasetSpec {
    toml::from_str(spec).expect("the spec is well formed")
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

pub(crate) fn idx(magic: u32, counts: &[u32], body: &[u8]) -> Vec<u8> {
    let header = std::iter::once(magic).chain(counts.iter().copied());
    header
        .flat_map(u32::to_be_bytes)
        .chain(body.iter().copied())
        .collect()
}

/// Images of 28×28 pixels.
pub(crate) fn images(pixels: &[u8]) -> Vec<u8> {
    idx(0x803, &[(pixels.len() / 784) as u32, 28, 28], pixels)
}

pub(crate) fn labels(labels: &[u8]) -> Vec<u8> {
    idx(0x801, &[labels.len() as u32], labels)
}

/// `n` images that all differ, and labels 0, 1, …, 9, 0, …
pub(crate) fn samples(n: usize, offset: u8) -> (Vec<u8>, Vec<u8>) {
    let pixels = (0..n * 784).map(|i| ((i / 784) as u8).wrapping_add((i % 7) as u8) ^ offset);
    (pixels.collect(), (0..n).map(|i| (i % 10) as u8).collect())
}

/// The four plain files of a small set with 30 training and 10 test images.
pub(crate) fn write_image_set(folder: &Folder, below: &str) {
    let (train, train_labels) = samples(30, 0);
    let (test, test_labels) = samples(10, 0x80);
    folder.write(&format!("{below}/train-images-idx3-ubyte"), images(&train));
    folder.write(
        &format!("{below}/train-labels-idx1-ubyte"),
        labels(&train_labels),
    );
    folder.write(&format!("{below}/t10k-images-idx3-ubyte"), images(&test));
    folder.write(
        &format!("{below}/t10k-labels-idx1-ubyte"),
        labels(&test_labels),
    );
}

pub(crate) fn npy(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    npy_raw(
        &format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"),
        data,
    )
}

pub(crate) fn npy_raw(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

pub(crate) fn floats(values: impl IntoIterator<Item = f64>) -> Vec<u8> {
    values.into_iter().flat_map(f64::to_le_bytes).collect()
}

pub(crate) fn integers(values: impl IntoIterator<Item = i64>) -> Vec<u8> {
    values.into_iter().flat_map(i64::to_le_bytes).collect()
}

pub(crate) fn npz(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer
            .start_file(*name, options)
            .expect("writing to memory");
        writer.write_all(bytes).expect("writing to memory");
    }
    writer.finish().expect("writing to memory").into_inner()
}

/// Forty samples with two inputs and two classes.
pub(crate) fn small_npz() -> Vec<u8> {
    let x = npy("'<f8'", false, "(40, 2)", &floats((0..80).map(f64::from)));
    let y = npy("'<i8'", false, "(40,)", &integers((0..40).map(|i| i % 2)));
    npz(&[("x.npy", &x), ("y.npy", &y)])
}

/// Forty rows with a header, two inputs and two classes.
pub(crate) fn small_csv() -> String {
    let rows = (0..40).map(|i| format!("{i},{}.5,{}\n", i * i, ["a", "b"][i % 2]));
    std::iter::once("first,second,species\n".to_owned())
        .chain(rows)
        .collect()
}

/// All rows and classes of the three parts, in the order of the first input.
pub(crate) fn sorted_rows(dataset: &Dataset) -> Vec<(Vec<f32>, u32)> {
    let mut rows = Vec::new();
    for part in [&dataset.train, &dataset.validation, &dataset.test] {
        let Targets::Classes(classes) = &part.targets else {
            panic!("classes were written")
        };
        rows.extend(
            part.inputs
                .rows()
                .into_iter()
                .map(|row| row.to_vec())
                .zip(classes.iter().copied()),
        );
    }
    rows.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
    rows
}
