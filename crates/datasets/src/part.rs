//! One part of a data set: inputs and targets.

use ndarray::{Array2, s};
use sha2::{Digest, Sha256};

/// Samples of one part, in a fixed order.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Inputs, `[n_samples, n_inputs]`.
    pub inputs: Array2<f32>,
    /// Targets, as many as inputs.
    pub targets: Targets,
}

/// What the output neurons should do.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// Class of each sample, from 0, `[n_samples]`.
    Classes(Vec<u32>),
    /// Target somatic potentials of the output neurons (regression), `[n_samples, n_outputs]`.
    Potentials(Array2<f32>),
}

impl Part {
    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        self.inputs.nrows()
    }

    /// SHA-256 of the inputs of each sample (f32, little endian; −0 is 0).
    pub fn row_digests(&self) -> Vec<[u8; 32]> {
        let mut bytes = Vec::with_capacity(4 * self.inputs.ncols());
        self.inputs
            .rows()
            .into_iter()
            .map(|row| {
                bytes.clear();
                bytes.extend(row.iter().flat_map(|value| (value + 0.0).to_le_bytes()));
                Sha256::digest(&bytes).into()
            })
            .collect()
    }

    /// Samples `first..end`, copied.
    pub(crate) fn slice(&self, first: usize, end: usize) -> Self {
        let inputs = self.inputs.slice(s![first..end, ..]).to_owned();
        let targets = match &self.targets {
            Targets::Classes(classes) => Targets::Classes(classes[first..end].to_vec()),
            Targets::Potentials(potentials) => {
                Targets::Potentials(potentials.slice(s![first..end, ..]).to_owned())
            }
        };
        Self { inputs, targets }
    }
}

impl Targets {
    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.len(),
            Self::Potentials(potentials) => potentials.nrows(),
        }
    }

    /// Samples per class, `[n_classes]`; empty for regression.
    pub fn class_counts(&self, n_classes: usize) -> Vec<usize> {
        match self {
            Self::Classes(classes) => {
                let mut counts = vec![0; n_classes];
                for &class in classes {
                    if let Some(count) = counts.get_mut(class as usize) {
                        *count += 1;
                    }
                }
                counts
            }
            Self::Potentials(_) => Vec::new(),
        }
    }
}
