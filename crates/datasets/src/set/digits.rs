//! Handwritten digits, 8×8 pixels, embedded.

use std::path::Path;

use apical_keys::Described;
use ndarray::{Axis, s};
use serde::{Deserialize, Serialize};

use crate::bytes::decompress;
use crate::checksum::sha256;
use crate::comma_separated::numbers;
use crate::entry::TEN_DIGITS;
use crate::{
    CatalogueEntry, DataKind, DataOptions, Dataset, DatasetError, FileDigest, LoadFrom, Part,
    SplitSeed, Targets, Verdict, split_stratified,
};

const FILE_NAME: &str = "digits.csv.gz";
const FILE: &[u8] = include_bytes!("../../data/digits.csv.gz");
const FILE_SHA256: &str = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22";
const N_PIXELS: usize = 64;
const N_SAMPLES: [usize; 3] = [1297, 250, 250];
/// Values run from 0 to 16, the number of black pixels in a 4×4 block of the scan.
const HIGHEST_VALUE: f32 = 16.0;

/// The file that the program carries: gzip of comma-separated numbers, a sample a line, its pixels and its label.
pub fn embedded_digits() -> &'static [u8] {
    FILE
}

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Described)]
#[serde(default, deny_unknown_fields)]
pub struct DigitsSpec {
    /// Seed of the stratified split. Unless it is per seed, it does not depend on the seed of a run, so
    /// that all runs of an experiment share one split and their test accuracies are of the same samples.
    pub split_seed: SplitSeed,
}

impl DataOptions for DigitsSpec {
    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError> {
        let path = Path::new(FILE_NAME);
        let content = decompress(path, FILE, 1 << 20)?
            .expect("the embedded file holds 1797 lines of 65 short numbers")
            .content;
        let table = numbers(path, &content)?;
        let inputs = table
            .slice(s![.., ..N_PIXELS])
            .mapv(|value| value / HIGHEST_VALUE);
        let labels: Vec<u32> = table
            .column(N_PIXELS)
            .iter()
            .map(|&label| label as u32)
            .collect();
        let mut rng = self.split_seed.streams(from.streams).stream("split");
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

    fn depends_on_run(&self) -> bool {
        self.split_seed == SplitSeed::PerSeed
    }
}
