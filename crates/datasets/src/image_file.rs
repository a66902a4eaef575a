//! The IDX files of a registered image set: of its size and with its classes.

use std::path::Path;

use crate::{
    CatalogueEntry, DatasetError, IdxImages, RemoteFile, parse_idx_images, parse_idx_labels,
};

/// Fails where the content is not the IDX file that `file` of `entry` should be.
pub(crate) fn check_content(
    entry: &CatalogueEntry,
    file: &RemoteFile,
    path: &Path,
    content: &[u8],
) -> Result<(), DatasetError> {
    // The catalogue lists images and labels in turn.
    let is_labels = entry
        .files
        .iter()
        .skip(1)
        .step_by(2)
        .any(|labels| labels.name == file.name);
    if is_labels {
        read_labels(entry, path, content).map(drop)
    } else {
        read_images(entry, path, content).map(drop)
    }
}

pub(crate) fn read_images<'a>(
    entry: &CatalogueEntry,
    path: &Path,
    content: &'a [u8],
) -> Result<IdxImages<'a>, DatasetError> {
    let images = parse_idx_images(path, content)?;
    let found = [images.n_rows, images.n_columns];
    if found == entry.input_shape {
        return Ok(images);
    }
    Err(DatasetError::WrongImageShape {
        path: path.to_owned(),
        expected: [entry.input_shape[0], entry.input_shape[1]],
        found,
    })
}

pub(crate) fn read_labels<'a>(
    entry: &CatalogueEntry,
    path: &Path,
    content: &'a [u8],
) -> Result<&'a [u8], DatasetError> {
    let labels = parse_idx_labels(path, content)?;
    let n_classes = entry.class_names.len();
    match labels
        .iter()
        .position(|&label| usize::from(label) >= n_classes)
    {
        None => Ok(labels),
        Some(sample) => Err(DatasetError::LabelOutOfRange {
            path: path.to_owned(),
            byte: 8 + sample,
            found: labels[sample].into(),
            n_classes,
        }),
    }
}
