//! The IDX format of MNIST and its kin: big-endian header, then one byte per pixel or label.
//!
//! Source: LeCun, Cortes & Burges, "The MNIST database", file formats.

use std::path::Path;

use crate::{DatasetError, FilePlace};

const IMAGES_MAGIC: u32 = 0x0000_0803;
const LABELS_MAGIC: u32 = 0x0000_0801;

/// Images of an IDX file, borrowed from its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdxImages<'a> {
    /// Number of images.
    pub n_images: usize,
    /// Pixels from top to bottom.
    pub n_rows: usize,
    /// Pixels from left to right.
    pub n_columns: usize,
    /// Grey values 0 to 255, `[n_images, n_rows, n_columns]`.
    pub pixels: &'a [u8],
}

/// Images of an IDX file (magic 0x00000803), decompressed; `path` serves messages only.
///
/// # Errors
/// Empty file, truncated header, wrong magic number, counts that disagree with the length.
pub fn parse_idx_images<'a>(path: &Path, content: &'a [u8]) -> Result<IdxImages<'a>, DatasetError> {
    let ([n_images, n_rows, n_columns], pixels) =
        parse::<3>(path, content, IMAGES_MAGIC, "images")?;
    Ok(IdxImages {
        n_images,
        n_rows,
        n_columns,
        pixels,
    })
}

/// Labels of an IDX file (magic 0x00000801), decompressed; `path` serves messages only.
///
/// # Errors
/// Empty file, truncated header, wrong magic number, a count that disagrees with the length.
pub fn parse_idx_labels<'a>(path: &Path, content: &'a [u8]) -> Result<&'a [u8], DatasetError> {
    parse::<1>(path, content, LABELS_MAGIC, "labels").map(|(_, labels)| labels)
}

fn parse<'a, const N_AXES: usize>(
    path: &Path,
    content: &'a [u8],
    magic: u32,
    what: &'static str,
) -> Result<([usize; N_AXES], &'a [u8]), DatasetError> {
    if content.is_empty() {
        return Err(DatasetError::empty_file(path, "an IDX file"));
    }
    let n_header = 4 * (1 + N_AXES);
    let truncated = || {
        let n_bytes = content.len();
        let reason =
            format!("ends at byte {n_bytes} inside the header: expected {n_header} header bytes");
        FilePlace::Whole.fault(path, reason)
    };
    let (words, _) = content.as_chunks::<4>();
    let found = u32::from_be_bytes(*words.first().ok_or_else(truncated)?);
    if found != magic {
        let reason =
            format!("magic number at byte 0 is 0x{found:08x}, expected 0x{magic:08x} ({what})");
        return Err(FilePlace::Whole.fault(path, reason));
    }
    let mut counts = [0; N_AXES];
    for (axis, count) in counts.iter_mut().enumerate() {
        *count = u32::from_be_bytes(*words.get(1 + axis).ok_or_else(truncated)?);
    }
    let body = &content[n_header..];
    let claimed = counts
        .iter()
        .fold(1, |n: u64, &count| n.saturating_mul(count.into()));
    if claimed != body.len() as u64 {
        let actual = body.len();
        let reason = format!(
            "the header claims {claimed} bytes of {what}, the content has {actual}: the file is truncated or damaged, fetch it again"
        );
        return Err(FilePlace::Whole.fault(path, reason));
    }
    Ok((counts.map(|count| count as usize), body))
}
