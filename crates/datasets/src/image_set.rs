//! MNIST and its kin: four IDX files, pixels divided by 255.

use std::path::Path;

use apical_keys::Described;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::bytes::FileContent;
use crate::locate::{decisive, owner_of, read_checked};
use crate::{
    CatalogueEntry, DataOptions, Dataset, DatasetError, FilePlace, IdxImages, LoadFrom, Part,
    RemoteFile, Targets, Verdict, locate_files, parse_idx_images, parse_idx_labels,
};

/// Content lengths of 60 000 images of 28×28 pixels, their labels, 10 000 images and their labels.
pub(crate) const N_CONTENT_BYTES: [u64; 4] = [47_040_016, 60_008, 7_840_016, 10_008];

/// How the pixels of an image follow each other in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PixelOrder {
    /// Row by row.
    Rows,
    /// Column by column.
    Columns,
}

/// Options of the image sets. The published test images are the test part, untouched; the last
/// published training images are the validation part.
///
/// The entry of such a set has a shape of rows and columns, names for all classes, and four files:
/// training images, training labels, test images and test labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Described)]
#[serde(default, deny_unknown_fields)]
pub struct IdxSpec {
    /// Use only the first samples of the training part; all of them where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[key(min = 1)]
    pub n_train: Option<usize>,
    /// Samples of the validation part, taken from the end of the training images.
    #[key(min = 1)]
    pub n_validation: usize,
    /// Whether a file whose SHA-256 differs from the known one is an error.
    pub verify: bool,
}

impl Default for IdxSpec {
    fn default() -> Self {
        Self {
            n_train: None,
            n_validation: 5000,
            verify: true,
        }
    }
}

impl DataOptions for IdxSpec {
    fn check(&self, entry: &CatalogueEntry) -> Result<(), DatasetError> {
        let n_published = entry.files[1].n_content_bytes as usize - 8;
        let range = |key, found: usize, highest: usize| {
            if (1..=highest).contains(&found) {
                return Ok(());
            }
            Err(DatasetError::OptionOutOfRange {
                option: format!("{}.{key}", entry.name),
                found: found.to_string(),
                expected: format!("1 to {highest}"),
            })
        };
        range("n_validation", self.n_validation, n_published - 1)?;
        match self.n_train {
            Some(n_train) => range("n_train", n_train, n_published - self.n_validation),
            None => Ok(()),
        }
    }

    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError> {
        self.load_in_order(from, PixelOrder::Rows)
    }

    fn check_content(
        entry: &CatalogueEntry,
        file: &RemoteFile,
        path: &Path,
        content: &[u8],
    ) -> Result<(), DatasetError> {
        let mut labels = entry.files.iter().skip(1).step_by(2);
        if labels.any(|labels| labels.name == file.name) {
            read_labels(entry, path, content).map(drop)
        } else {
            read_images(entry, path, content).map(drop)
        }
    }
}

impl IdxSpec {
    pub(crate) fn load_in_order(
        &self,
        from: &LoadFrom<'_>,
        order: PixelOrder,
    ) -> Result<Dataset, DatasetError> {
        let entry = from.entry;
        let [train_images, train_labels, test_images, test_labels] = self.read_files(from)?;
        let published = read_part(entry, order, &train_images, &train_labels)?;
        let test = read_part(entry, order, &test_images, &test_labels)?;

        let n_published = published.n_samples();
        let n_train = n_published.saturating_sub(self.n_validation);
        let n_used = self.n_train.unwrap_or(n_train);
        if n_train == 0 || test.n_samples() == 0 {
            let n_validation = self.n_validation.min(n_published);
            let parts = [n_train, n_validation, test.n_samples()];
            return Err(DatasetError::too_few_samples(
                &train_images.path,
                n_published,
                parts,
            ));
        }
        if n_used > n_train {
            return Err(DatasetError::OptionOutOfRange {
                option: format!("{}.n_train", entry.name),
                found: n_used.to_string(),
                expected: format!(
                    "1 to {n_train}, as {} holds {n_published} images",
                    train_images.path.display()
                ),
            });
        }
        let train = published.slice(0, n_used);
        let validation = published.slice(n_train, n_published);
        if let Some(class) = only_class(&train) {
            let class = entry.class_names[class as usize];
            return Err(DatasetError::one_class_only(&train_labels.path, class));
        }

        let files = [train_images, train_labels, test_images, test_labels];
        let files = files.into_iter().map(|file| file.digest).collect();
        Ok(Dataset::new(entry, [train, validation, test], files))
    }

    fn read_files(&self, from: &LoadFrom<'_>) -> Result<[FileContent; 4], DatasetError> {
        let LoadFrom {
            entry,
            folders,
            catalogue,
            ..
        } = *from;
        let located = locate_files(entry, folders);
        let mut read = Vec::with_capacity(located.len());
        let mut missing = Vec::new();
        for found in &located {
            match &found.path {
                Some(path) => read.push((found.file, path)),
                None => missing.push(found.file.name.to_owned()),
            }
        }
        if !missing.is_empty() {
            return Err(DatasetError::FilesMissing {
                dataset: entry.name.to_owned(),
                files: missing,
                searched: folders.to_vec(),
                remedy: entry.remedy(),
            });
        }
        let contents = read
            .into_iter()
            .map(|(file, path)| {
                let content = read_checked(entry, file, path, catalogue)?;
                if self.verify && content.digest.verdict == Verdict::Mismatch {
                    return Err(mismatch(from, file, content));
                }
                Ok(content)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(contents
            .try_into()
            .ok()
            .expect("the catalogue lists four files for every image set"))
    }
}

fn mismatch(from: &LoadFrom<'_>, file: &RemoteFile, content: FileContent) -> DatasetError {
    let LoadFrom {
        entry, catalogue, ..
    } = *from;
    let reason = match (
        owner_of(&content.digest, catalogue),
        decisive(file, &content.digest),
    ) {
        (Some(owner), _) if owner.name != entry.name => format!(
            "this is a file of data set `{}`, expected one of `{}`: put each set in a folder of its own name",
            owner.name, entry.name
        ),
        (_, decisive) => {
            let (expected, found) = decisive.unwrap_or_default();
            format!(
                "SHA-256 is {found}, expected {expected}: download the file again, or set `verify = false` to use it as it is"
            )
        }
    };
    FilePlace::Whole.fault(&content.path, reason)
}

fn read_part(
    entry: &CatalogueEntry,
    order: PixelOrder,
    images_file: &FileContent,
    labels_file: &FileContent,
) -> Result<Part, DatasetError> {
    let images = read_images(entry, &images_file.path, &images_file.content)?;
    let labels = read_labels(entry, &labels_file.path, &labels_file.content)?;
    if images.n_images != labels.len() {
        return Err(DatasetError::CountsDisagree {
            inputs: images_file.path.display().to_string(),
            targets: labels_file.path.display().to_string(),
            n_inputs: images.n_images,
            n_targets: labels.len(),
        });
    }
    let grey = |&pixel: &u8| f32::from(pixel) / 255.0;
    let values: Vec<f32> = if order == PixelOrder::Columns {
        let (n_rows, n_columns) = (images.n_rows, images.n_columns);
        images
            .pixels
            .chunks_exact(n_rows * n_columns)
            .flat_map(|image| {
                (0..n_rows * n_columns)
                    .map(move |i| &image[(i % n_columns) * n_rows + i / n_columns])
            })
            .map(grey)
            .collect()
    } else {
        images.pixels.iter().map(grey).collect()
    };
    let inputs =
        Array2::from_shape_vec((images.n_images, images.n_rows * images.n_columns), values)
            .expect("the parser compared the counts with the length");
    Ok(Part {
        inputs,
        targets: Targets::Classes(labels.iter().map(|&label| label.into()).collect()),
    })
}

fn read_images<'a>(
    entry: &CatalogueEntry,
    path: &Path,
    content: &'a [u8],
) -> Result<IdxImages<'a>, DatasetError> {
    let images = parse_idx_images(path, content)?;
    let found = [images.n_rows, images.n_columns];
    if found == entry.input_shape {
        return Ok(images);
    }
    let expected = entry.input_shape;
    let reason =
        format!("images are {found:?}, expected {expected:?} (bytes 8 to 15 of the header)");
    Err(FilePlace::Whole.fault(path, reason))
}

fn read_labels<'a>(
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
        Some(sample) => {
            let (label, byte, highest) = (labels[sample], 8 + sample, n_classes - 1);
            let reason = format!("label {label} at byte {byte}: expected 0 to {highest}");
            Err(FilePlace::Whole.fault(path, reason))
        }
    }
}

fn only_class(part: &Part) -> Option<u32> {
    match &part.targets {
        Targets::Classes(classes) => {
            let first = *classes.first()?;
            classes.iter().all(|&class| class == first).then_some(first)
        }
        Targets::Potentials(_) => None,
    }
}
