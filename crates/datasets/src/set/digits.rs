//! Handwritten digits, 8×8 pixels, embedded.

use std::path::Path;

use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

use crate::bytes::decompress;
use crate::checksum::sha256;
use crate::entry::TEN_DIGITS;
use crate::{
    CatalogueEntry, DataKind, DataOptions, Dataset, DatasetError, FileDigest, LoadFrom, Part,
    Streams, Targets, Verdict, split_stratified,
};

const FILE_NAME: &str = "digits.csv.gz";
const FILE: &[u8] = include_bytes!("../../data/digits.csv.gz");
const FILE_SHA256: &str = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22";
const N_PIXELS: usize = 64;
const N_SAMPLES: [usize; 3] = [1297, 250, 250];
/// Values run from 0 to 16, the number of black pixels in a 4×4 block of the scan.
const HIGHEST_VALUE: f32 = 16.0;

/// Handwritten digits of 8×8 pixels, embedded.
pub static KIND: DataKind<DigitsSpec> = DataKind::new(CatalogueEntry {
    name: "digits",
    title: "Digits",
    one_line: "handwritten digits of 8 x 8 pixels, embedded; 1297/250/250",
    input_shape: &[8, 8],
    class_names: TEN_DIGITS,
    n_samples: Some([1297, 250, 250]),
    source: "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, test part, UCI Machine Learning Repository, doi:10.24432/C50P49; in the form distributed with scikit-learn",
    licence: "CC BY 4.0",
    files: &[],
    by_hand: "",
});

/// Options of the digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DigitsSpec {
    /// Seed of the stratified split. It does not depend on the seed of a run, so that all runs of
    /// an experiment share one split and their test accuracies are of the same samples.
    pub split_seed: u64,
}

impl DataOptions for DigitsSpec {
    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError> {
        let path = Path::new(FILE_NAME);
        let content = decompress(path, FILE, 1 << 20)?
            .expect("the embedded file holds 1797 lines of 65 short numbers");
        let (inputs, labels) = parse(path, &content)?;
        let mut rng = Streams::new(self.split_seed).stream("split");
        let split = split_stratified(&labels, N_SAMPLES, &mut rng);
        let parts = [&split.train, &split.validation, &split.test].map(|samples| Part {
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
        Ok(Dataset::new(from.entry, parts, vec![file]))
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
