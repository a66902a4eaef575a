//! Handwritten digits, 8×8 pixels, embedded.

use std::path::Path;

use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

use crate::bytes::decompress;
use crate::checksum::sha256;
use crate::{
    About, Checksum, Dataset, DatasetError, FileDigest, Part, Streams, Targets, Task, Verdict,
    catalogue_entry, split_stratified,
};

const FILE_NAME: &str = "digits.csv.gz";
const FILE: &[u8] = include_bytes!("../data/digits.csv.gz");
const FILE_SHA256: &str = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22";
const N_PIXELS: usize = 64;
const N_CLASSES: usize = 10;
const N_SAMPLES: [usize; 3] = [1297, 250, 250];
/// Values run from 0 to 16, the number of black pixels in a 4×4 block of the scan.
const HIGHEST_VALUE: f32 = 16.0;

/// Options of the digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DigitsSpec {
    /// Seed of the stratified split. It does not depend on the seed of a run, so that all runs of
    /// an experiment share one split and their test accuracies are of the same samples.
    pub split_seed: u64,
}

impl DigitsSpec {
    pub(crate) fn load(self) -> Result<Dataset, DatasetError> {
        let path = Path::new(FILE_NAME);
        let content = decompress(path, FILE, 1 << 20)?
            .expect("the embedded file holds 1797 lines of 65 short numbers");
        let (inputs, labels) = parse(path, &content)?;
        let mut rng = Streams::new(self.split_seed).stream("split");
        let split = split_stratified(&labels, N_SAMPLES, &mut rng);
        let [train, validation, test] =
            [&split.train, &split.validation, &split.test].map(|samples| Part {
                inputs: inputs.select(Axis(0), samples),
                targets: Targets::Classes(samples.iter().map(|&sample| labels[sample]).collect()),
            });
        let found = sha256(FILE);
        let file = FileDigest {
            name: FILE_NAME.to_owned(),
            verdict: if found == FILE_SHA256 {
                Verdict::Verified
            } else {
                Verdict::Mismatch
            },
            sha256: found,
            content_sha256: sha256(&content),
            n_bytes: FILE.len() as u64,
            first_seen: None,
        };
        let entry = catalogue_entry("digits").expect("the catalogue holds every embedded set");
        let about = About {
            name: entry.name.to_owned(),
            input_shape: entry.input_shape.to_vec(),
            task: Task::Classification {
                n_classes: N_CLASSES,
            },
            source: entry.source.to_owned(),
            licence: entry.licence.to_owned(),
            checksum: Checksum::of(&train, &validation, &test, vec![file]),
            class_names: entry
                .class_names
                .iter()
                .map(|&name| name.to_owned())
                .collect(),
        };
        Ok(Dataset {
            about,
            train,
            validation,
            test,
        })
    }
}

/// Inputs in [0, 1], `[n_samples, 64]`, and labels; each line holds 64 values and the label.
fn parse(path: &Path, content: &[u8]) -> Result<(Array2<f32>, Vec<u32>), DatasetError> {
    let mut values = Vec::with_capacity(1797 * N_PIXELS);
    let mut labels = Vec::with_capacity(1797);
    for (line, text) in (1..).zip(String::from_utf8_lossy(content).lines()) {
        let n_before = values.len();
        for (column, cell) in text.split(',').enumerate() {
            let number: u32 = cell.parse().map_err(|_| DatasetError::NonNumericCell {
                path: path.to_owned(),
                line,
                column: column.to_string(),
                found: cell.to_owned(),
            })?;
            if column < N_PIXELS {
                values.push(number as f32 / HIGHEST_VALUE);
            } else {
                labels.push(number);
            }
        }
        if values.len() - n_before != N_PIXELS || labels.len() as u64 != line {
            return Err(DatasetError::RaggedRow {
                path: path.to_owned(),
                line,
                expected: N_PIXELS + 1,
                found: text.split(',').count(),
            });
        }
    }
    let inputs = Array2::from_shape_vec((labels.len(), N_PIXELS), values)
        .expect("every line was found to hold 64 values");
    Ok((inputs, labels))
}
