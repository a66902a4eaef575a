//! Minibatches, and a data set encoded for one task.

use apical_datasets::{Dataset, Part, Targets};
use apical_kernels::{Transfer, copy_rows};
use ndarray::{Array2, ArrayView2, Axis, s};

use crate::{PartName, SpecError, TargetCoding};

/// A minibatch, borrowed. All arrays have `n_samples` rows.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Input rates r_0, shape `[n_samples, n_inputs]`.
    pub inputs: ArrayView2<'a, f32>,
    /// Target potentials u_trgt, shape `[n_samples, n_outputs]`.
    pub target_potentials: ArrayView2<'a, f32>,
    /// Target rates r_trgt, shape `[n_samples, n_outputs]`.
    pub target_rates: ArrayView2<'a, f32>,
    /// Class labels, where the task is a classification.
    pub labels: Option<&'a [u32]>,
}

impl Batch<'_> {
    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        self.inputs.nrows()
    }
}

/// One part of a data set with its targets as potentials and as rates.
#[derive(Debug, Clone)]
pub struct EncodedPart {
    /// Input rates `[n_samples, n_inputs]`.
    pub inputs: Array2<f32>,
    /// Target potentials `[n_samples, n_outputs]`.
    pub target_potentials: Array2<f32>,
    /// Target rates `[n_samples, n_outputs]`.
    pub target_rates: Array2<f32>,
    /// Class labels, where the task is a classification.
    pub labels: Option<Vec<u32>>,
}

impl EncodedPart {
    fn encode(
        part: Part,
        n_outputs: usize,
        coding: TargetCoding,
        transfer: Transfer,
    ) -> Result<Self, SpecError> {
        let (target_potentials, labels) = match part.targets {
            Targets::Classes(labels) => {
                let (low, high) = coding.potentials(transfer)?;
                let mut potentials = Array2::from_elem((labels.len(), n_outputs), low as f32);
                for (mut row, &label) in potentials.axis_iter_mut(Axis(0)).zip(&labels) {
                    row[label as usize] = high as f32;
                }
                (potentials, Some(labels))
            }
            Targets::Potentials(potentials) => (potentials, None),
        };
        Ok(Self {
            inputs: part.inputs,
            target_rates: target_potentials.mapv(|u| transfer.rate(f64::from(u)) as f32),
            target_potentials,
            labels,
        })
    }

    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        self.inputs.nrows()
    }

    /// Samples `from..to` as a batch.
    pub fn range(&self, from: usize, to: usize) -> Batch<'_> {
        Batch {
            inputs: self.inputs.slice(s![from..to, ..]),
            target_potentials: self.target_potentials.slice(s![from..to, ..]),
            target_rates: self.target_rates.slice(s![from..to, ..]),
            labels: self.labels.as_deref().map(|labels| &labels[from..to]),
        }
    }

    /// All samples as one batch.
    pub fn all(&self) -> Batch<'_> {
        self.range(0, self.n_samples())
    }

    /// A copy of the samples at `indices`, in that order.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        let mut chosen = Self {
            inputs: Array2::zeros((0, self.inputs.ncols())),
            target_potentials: Array2::zeros((0, self.target_potentials.ncols())),
            target_rates: Array2::zeros((0, self.target_rates.ncols())),
            labels: self.labels.as_ref().map(|_| Vec::new()),
        };
        chosen.gather(self, indices);
        chosen
    }

    /// Fills this part with the samples of `source` at `indices`, reusing its memory where the
    /// number of samples is unchanged.
    pub fn gather(&mut self, source: &Self, indices: &[usize]) {
        for (to, from) in [
            (&mut self.inputs, &source.inputs),
            (&mut self.target_potentials, &source.target_potentials),
            (&mut self.target_rates, &source.target_rates),
        ] {
            if to.nrows() != indices.len() {
                *to = Array2::zeros((indices.len(), from.ncols()));
            }
            let n_columns = from.ncols();
            match (from.as_slice(), to.as_slice_mut()) {
                (Some(from), Some(to)) => copy_rows(from, n_columns, indices, to),
                _ => to.assign(&from.select(Axis(0), indices)),
            }
        }
        if let (Some(to), Some(from)) = (&mut self.labels, &source.labels) {
            to.clear();
            to.extend(indices.iter().map(|&index| from[index]));
        }
    }
}

/// A data set encoded for one task.
#[derive(Debug, Clone)]
pub struct TaskData {
    /// Taught.
    pub train: EncodedPart,
    /// Chooses epochs and settings.
    pub validation: EncodedPart,
    /// Reported.
    pub test: EncodedPart,
    /// How much the user's own numbers grow with the potential of each output; empty in classification.
    pub target_widths: Vec<f64>,
}

impl TaskData {
    /// Encodes `dataset`: class labels by `coding`, through the inverse of the output's `transfer`.
    pub fn encode(
        dataset: Dataset,
        coding: TargetCoding,
        transfer: Transfer,
    ) -> Result<Self, SpecError> {
        let n_outputs = dataset.n_outputs();
        let encode = |part| EncodedPart::encode(part, n_outputs, coding, transfer);
        Ok(Self {
            train: encode(dataset.train)?,
            validation: encode(dataset.validation)?,
            test: encode(dataset.test)?,
            target_widths: dataset.target_units.iter().map(|unit| unit.width).collect(),
        })
    }

    /// The part called `name`.
    pub fn part(&self, name: PartName) -> &EncodedPart {
        match name {
            PartName::Train => &self.train,
            PartName::Validation => &self.validation,
            PartName::Test => &self.test,
        }
    }
}
