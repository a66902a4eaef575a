//! The NPY format: a header with element type, memory order and shape, then the elements.
//!
//! Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays".
//!
//! Written here, and not taken from `ndarray-npy` 0.10 or `npyz` 0.9: both read headers with pest,
//! name no byte in their errors and ask for the type of the elements beforehand.

use std::path::Path;

use half::f16;
use ndarray::{Array2, ArrayD, IxDyn, ShapeBuilder};

use crate::cell::Precision;
use crate::npy_header::Header;
use crate::numbers::Numbers;
use crate::{DatasetError, FilePlace};

const MAGIC: &[u8] = b"\x93NUMPY";

/// An array of an NPY file, borrowed from its bytes, which are as many as shape and type ask for.
#[derive(Debug)]
pub(crate) struct NpyArray<'a> {
    pub(crate) shape: Vec<usize>,
    pub(crate) descr: String,
    element: Element,
    is_big_endian: bool,
    is_fortran_order: bool,
    data: &'a [u8],
}

/// Types of elements that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Float { n_bytes: usize },
    Signed { n_bytes: usize },
    Unsigned { n_bytes: usize },
}

impl Element {
    fn n_bytes(self) -> usize {
        match self {
            Self::Float { n_bytes } | Self::Signed { n_bytes } | Self::Unsigned { n_bytes } => {
                n_bytes
            }
        }
    }
}

impl<'a> NpyArray<'a> {
    /// Reads header and shape; `path` and `array` serve messages only.
    pub(crate) fn parse(path: &Path, array: &str, bytes: &'a [u8]) -> Result<Self, DatasetError> {
        let malformed = |byte: usize, expected: &str| {
            let reason = format!(": malformed NPY header at byte {byte}: expected {expected}");
            FilePlace::Array(array.to_owned()).fault(path, reason)
        };
        if !bytes.starts_with(MAGIC) {
            return Err(malformed(0, "the bytes 93 4e 55 4d 50 59 (\"\\x93NUMPY\")"));
        }
        let (n_prefix, n_header) = match (bytes.get(6), bytes.get(8..10), bytes.get(8..12)) {
            (Some(1), Some(&[a, b]), _) => (10, usize::from(u16::from_le_bytes([a, b]))),
            (Some(2 | 3), _, Some(&[a, b, c, d])) => {
                (12, u32::from_le_bytes([a, b, c, d]) as usize)
            }
            _ => {
                return Err(malformed(
                    6,
                    "version 1, 2 or 3 and the length of the header",
                ));
            }
        };
        let header = n_header
            .checked_add(n_prefix)
            .and_then(|end| bytes.get(n_prefix..end))
            .ok_or_else(|| malformed(8, "a header length within the file"))?;
        let header = Header::parse(header)
            .map_err(|(byte, expected)| malformed(n_prefix + byte, expected))?;
        let data = &bytes[n_prefix + n_header..];

        let (element, is_big_endian) = element_type(&header.descr).ok_or_else(|| {
            let expected = "float16, float32, float64, bool, or an integer of 8 to 64 bits";
            DatasetError::wrong_type(path, array, &header.descr, expected)
        })?;
        let shape: Vec<usize> = header.shape.iter().map(|&axis| axis as usize).collect();
        if header.shape.contains(&0) {
            return Err(DatasetError::wrong_shape(
                path,
                array,
                &shape,
                "no empty axis",
            ));
        }
        let claimed = header
            .shape
            .iter()
            .fold(element.n_bytes() as u64, |n, &axis| n.saturating_mul(axis));
        if claimed != data.len() as u64 {
            let (Header { descr, shape, .. }, actual) = (header, data.len());
            let reason = format!(
                ": shape {shape:?} of {descr} asks for {claimed} bytes, there are {actual}: the file is truncated or damaged"
            );
            return Err(FilePlace::Array(array.to_owned()).fault(path, reason));
        }
        Ok(Self {
            shape,
            descr: header.descr,
            element,
            is_big_endian,
            is_fortran_order: header.is_fortran_order,
            data,
        })
    }

    /// Whether the elements are floating-point numbers.
    pub(crate) fn is_float(&self) -> bool {
        matches!(self.element, Element::Float { .. })
    }

    /// Elements as integers, in row-major order; `None` for floating-point arrays.
    pub(crate) fn to_integers(&self) -> Option<Vec<i128>> {
        let decode = |bytes| match self.element {
            Element::Signed { .. } => i128::from(self.signed(bytes)),
            _ => i128::from(self.unsigned(bytes)),
        };
        (!self.is_float()).then(|| self.row_major(self.elements().map(decode).collect()))
    }

    /// The array with all axes but the first flattened; every element finite in `precision`.
    pub(crate) fn finite_rows(
        &self,
        path: &Path,
        array: &str,
        precision: Precision,
    ) -> Result<Numbers, DatasetError> {
        let shape = (self.shape[0], self.shape[1..].iter().product());
        let compared = "shape and length were compared when the header was read";
        let numbers = if self.fits_single() {
            let values = self.elements().map(|bytes| self.double(bytes) as f32);
            let values = self.row_major(values.collect());
            Numbers::Single(Array2::from_shape_vec(shape, values).expect(compared))
        } else {
            let values = self.elements().map(|bytes| self.double(bytes));
            let values = self.row_major(values.collect());
            Numbers::Double(Array2::from_shape_vec(shape, values).expect(compared))
        };
        match numbers.first_not_finite(precision) {
            None => Ok(numbers),
            Some((row, element)) => {
                let place = FilePlace::Element(array.to_owned(), row, element);
                let found = numbers.at(row, element);
                let kind = precision.name();
                let reason = match found.is_nan() {
                    true => {
                        ": NaN stands for a missing value: drop the row or fill the value".into()
                    }
                    false => format!(": {found} is not a finite {kind} number"),
                };
                Err(place.fault(path, reason))
            }
        }
    }

    /// Whether every number of this type is one in single precision.
    fn fits_single(&self) -> bool {
        match self.element {
            Element::Float { n_bytes } => n_bytes <= 4,
            Element::Signed { n_bytes } | Element::Unsigned { n_bytes } => n_bytes <= 2,
        }
    }

    fn double(&self, bytes: &[u8]) -> f64 {
        match self.element {
            Element::Float { n_bytes: 2 } => f16::from_bits(self.unsigned(bytes) as u16).to_f64(),
            Element::Float { n_bytes: 4 } => f32::from_bits(self.unsigned(bytes) as u32).into(),
            Element::Float { .. } => f64::from_bits(self.unsigned(bytes)),
            Element::Signed { .. } => self.signed(bytes) as f64,
            Element::Unsigned { .. } => self.unsigned(bytes) as f64,
        }
    }

    fn elements(&self) -> impl Iterator<Item = &'a [u8]> {
        self.data.chunks_exact(self.element.n_bytes())
    }

    fn row_major<T: Clone>(&self, elements: Vec<T>) -> Vec<T> {
        if !self.is_fortran_order || self.shape.len() < 2 {
            return elements;
        }
        ArrayD::from_shape_vec(IxDyn(&self.shape).f(), elements)
            .expect("shape and length were compared when the header was read")
            .iter()
            .cloned()
            .collect()
    }

    fn unsigned(&self, bytes: &[u8]) -> u64 {
        let shift_in = |value: u64, byte: &u8| (value << 8) | u64::from(*byte);
        if self.is_big_endian {
            bytes.iter().fold(0, shift_in)
        } else {
            bytes.iter().rev().fold(0, shift_in)
        }
    }

    fn signed(&self, bytes: &[u8]) -> i64 {
        let n_unused = 64 - 8 * bytes.len();
        ((self.unsigned(bytes) << n_unused) as i64) >> n_unused
    }
}

/// Element type and whether it is big endian; `None` for types that are not read.
fn element_type(descr: &str) -> Option<(Element, bool)> {
    let (order, kind) = descr.split_at_checked(1)?;
    let element = match kind {
        "f2" => Element::Float { n_bytes: 2 },
        "f4" => Element::Float { n_bytes: 4 },
        "f8" => Element::Float { n_bytes: 8 },
        "i1" => Element::Signed { n_bytes: 1 },
        "i2" => Element::Signed { n_bytes: 2 },
        "i4" => Element::Signed { n_bytes: 4 },
        "i8" => Element::Signed { n_bytes: 8 },
        "b1" | "u1" => Element::Unsigned { n_bytes: 1 },
        "u2" => Element::Unsigned { n_bytes: 2 },
        "u4" => Element::Unsigned { n_bytes: 4 },
        "u8" => Element::Unsigned { n_bytes: 8 },
        _ => return None,
    };
    match order {
        ">" => Some((element, true)),
        "<" => Some((element, false)),
        "|" if element.n_bytes() == 1 => Some((element, false)),
        _ => None,
    }
}
