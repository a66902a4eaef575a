//! NumPy archives: an array read, or all written.

use std::io::{self, Cursor, Read, Write};
use std::path::Path;

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::bytes::expansion_limit;
use crate::cell::Precision;
use crate::npy::NpyArray;
use crate::{DatasetError, FilePlace};

/// An array of an archive.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedArray {
    /// Its name in the archive.
    pub name: String,
    /// Its axes.
    pub shape: Vec<usize>,
    /// Its elements in row-major order, as many as the axes ask for.
    pub values: ArrayValues,
}

/// Elements of an array.
#[derive(Debug, Clone, PartialEq)]
pub enum ArrayValues {
    /// Double-precision numbers.
    Numbers(Vec<f64>),
    /// Texts, padded to the longest in the file.
    Texts(Vec<String>),
}

impl NamedArray {
    /// An array of numbers in row-major order.
    pub fn numbers(name: impl Into<String>, shape: Vec<usize>, values: Vec<f64>) -> Self {
        Self {
            name: name.into(),
            shape,
            values: ArrayValues::Numbers(values),
        }
    }

    /// A list of texts.
    pub fn texts(name: impl Into<String>, values: Vec<String>) -> Self {
        Self {
            name: name.into(),
            shape: vec![values.len()],
            values: ArrayValues::Texts(values),
        }
    }

    /// The array as the content of an NPY file, version 1.
    fn npy(&self) -> Vec<u8> {
        let (descr, data): (String, Vec<u8>) = match &self.values {
            ArrayValues::Numbers(values) => (
                "<f8".to_owned(),
                values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            ),
            ArrayValues::Texts(texts) => {
                let width = texts.iter().map(|text| text.chars().count()).max();
                let width = width.unwrap_or(0).max(1);
                let padded = |text: &String| {
                    let characters = text.chars().map(u32::from);
                    let padding = std::iter::repeat_n(0, width - text.chars().count());
                    characters
                        .chain(padding)
                        .flat_map(u32::to_le_bytes)
                        .collect::<Vec<u8>>()
                };
                (
                    format!("<U{width}"),
                    texts.iter().flat_map(padded).collect(),
                )
            }
        };
        let axes: Vec<String> = self.shape.iter().map(|axis| format!("{axis},")).collect();
        let header = format!(
            "{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}",
            axes.join(" ")
        );
        // The data begin at a multiple of 64 bytes.
        let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((length as u16).to_le_bytes());
        bytes.extend(format!("{header:<width$}\n", width = length - 1).into_bytes());
        bytes.extend(data);
        bytes
    }
}

/// An NPZ archive of `arrays`, not compressed; the same arrays give the same bytes.
pub fn npz(arrays: &[NamedArray]) -> io::Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for array in arrays {
        archive.start_file(format!("{}.npy", array.name), options)?;
        archive.write_all(&array.npy())?;
    }
    Ok(archive.finish()?.into_inner())
}

/// All arrays of the archive `content`, in the order of their names; every element a finite number. `path` serves
/// messages only.
///
/// # Errors
/// An archive that cannot be read, and arrays without axes, of no numbers, or with numbers that are not finite.
pub fn npz_arrays(path: &Path, content: &[u8]) -> Result<Vec<NamedArray>, DatasetError> {
    let read = |name: String| {
        let bytes = member(path, content, &name)?;
        let array = NpyArray::parse(path, &name, &bytes)?;
        if array.shape.is_empty() {
            let expected = "one axis or more";
            return Err(DatasetError::wrong_shape(path, &name, &[], expected));
        }
        let rows = array.finite_rows(path, &name, Precision::Double)?;
        let (n_rows, n_columns) = (rows.n_rows(), rows.n_columns());
        let values = (0..n_rows).flat_map(|row| (0..n_columns).map(move |column| (row, column)));
        let values = values.map(|(row, column)| rows.at(row, column)).collect();
        Ok(NamedArray::numbers(name, array.shape, values))
    };
    members(path, content)?.into_iter().map(read).collect()
}

/// The names of the arrays of the archive `content`, in order.
pub(crate) fn members(path: &Path, content: &[u8]) -> Result<Vec<String>, DatasetError> {
    let archive = open(path, content)?;
    let mut arrays: Vec<String> = archive
        .file_names()
        .map(|name| name.strip_suffix(".npy").unwrap_or(name).to_owned())
        .collect();
    arrays.sort_unstable();
    Ok(arrays)
}

/// The bytes of the array `array` of the archive `content`.
pub(crate) fn member(path: &Path, content: &[u8], array: &str) -> Result<Vec<u8>, DatasetError> {
    let mut archive = open(path, content)?;
    let file_name = format!("{array}.npy");
    if archive.index_for_name(&file_name).is_none() {
        let arrays = members(path, content)?.join(", ");
        let reason = format!(
            "no array `{array}`: the arrays are {arrays}; save them as `numpy.savez(path, x=..., y=...)`, or `x_train=..., y_train=..., x_test=..., y_test=...`"
        );
        return Err(FilePlace::Whole.fault(path, reason));
    }
    let corrupt = |error| corrupt(path, error);
    let member = archive.by_name(&file_name).map_err(corrupt)?;
    let mut bytes = Vec::new();
    // Claimed lengths are not trusted: memory grows with what is really there.
    let n_compressed = member.compressed_size().min(content.len() as u64);
    let limit = expansion_limit(n_compressed);
    member
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| corrupt(error.into()))?;
    if bytes.len() as u64 > limit {
        let remedy = "save it with `numpy.savez`, which does not compress";
        return Err(DatasetError::expands_too_far(
            path,
            &format!("array `{array}`"),
            remedy,
        ));
    }
    Ok(bytes)
}

fn open<'a>(path: &Path, content: &'a [u8]) -> Result<ZipArchive<Cursor<&'a [u8]>>, DatasetError> {
    ZipArchive::new(Cursor::new(content)).map_err(|error| corrupt(path, error))
}

fn corrupt(path: &Path, error: ZipError) -> DatasetError {
    FilePlace::Whole.fault(path, format!("not a readable NPZ archive: {error}"))
}
