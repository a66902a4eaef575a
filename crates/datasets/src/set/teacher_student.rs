//! Regression on a random teacher network.
//!
//! Source: Sacramento et al. (2018), Fig. 2: r_target = φ(k₂₁ W₂₁ φ(k₁₀ W₁₀ r₀)).

use std::ops::RangeInclusive;

use apical_kernels::Transfer;
use apical_keys::Described;
use ndarray::{Array2, ArrayView2};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::{
    CatalogueEntry, DataKind, DataOptions, Dataset, DatasetError, LoadFrom, Part, StreamRng,
    Streams, Targets,
};

/// The most numbers that a part or a weight matrix may hold.
const MOST_NUMBERS: usize = 1 << 30;
/// What factors and thresholds may be.
const SIGNED: RangeInclusive<f64> = -1e6..=1e6;
/// What gamma and beta may be.
const GAIN: RangeInclusive<f64> = 1e-9..=1e6;

/// Regression on a random teacher network, generated.
pub static KIND: DataKind<TeacherStudentSpec> = DataKind::new(CatalogueEntry {
    name: "teacher_student",
    title: "Teacher-student",
    one_line: "regression on a random teacher network of any sizes, generated",
    input_shape: &[],
    class_names: &[],
    n_samples: Some([10_000, 1000, 1000]),
    source: "generated; J. Sacramento, R. Ponte Costa, Y. Bengio and W. Senn (2018), Fig. 2",
    licence: "none needed (generated)",
    files: &[],
    by_hand: "",
});

/// Options of the teacher network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(default, deny_unknown_fields)]
pub struct TeacherStudentSpec {
    /// Units of each layer, the inputs first; at least two layers.
    #[key(min = 1, least = 2)]
    pub sizes: Vec<usize>,
    /// Factor k of each weight matrix, one fewer than `sizes`.
    #[key(min = -1e6, max = 1e6, least = 1)]
    pub factors: Vec<f64>,
    /// Transfer function φ of the teacher's hidden units.
    pub transfer: Transfer,
    /// Seed of weights and inputs; where absent, each run draws its own teacher from its own seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Samples of the training part.
    #[key(min = 1)]
    pub n_train: usize,
    /// Samples of the validation part.
    #[key(min = 1)]
    pub n_validation: usize,
    /// Samples of the test part.
    #[key(min = 1)]
    pub n_test: usize,
}

impl Default for TeacherStudentSpec {
    /// The teacher of Sacramento et al. (2018), Fig. 2.
    fn default() -> Self {
        Self {
            sizes: vec![30, 20, 10],
            factors: vec![2.0, 10.0],
            transfer: Transfer::Softplus {
                gamma: 0.1,
                beta: 1.0,
                theta: 3.0,
            },
            seed: None,
            n_train: 10_000,
            n_validation: 1000,
            n_test: 1000,
        }
    }
}

impl TeacherStudentSpec {
    fn n_samples(&self) -> [usize; 3] {
        [self.n_train, self.n_validation, self.n_test]
    }

    fn check_ranges(&self) -> Result<(), DatasetError> {
        let check = |holds: bool, option: &str, found: String, expected: &str| {
            if holds {
                return Ok(());
            }
            Err(DatasetError::OptionOutOfRange {
                option: format!("teacher_student.{option}"),
                found,
                expected: expected.to_owned(),
            })
        };
        let widest = self.sizes.iter().copied().max().unwrap_or(0);
        let sizes_fit = self.sizes.len() >= 2
            && !self.sizes.contains(&0)
            && self
                .sizes
                .windows(2)
                .all(|pair| pair[0].saturating_mul(pair[1]) <= MOST_NUMBERS);
        let found = format!("{:?}", self.sizes);
        check(
            sizes_fit,
            "sizes",
            found,
            "at least two layers, none empty, with at most 2^30 weights between two",
        )?;
        let factors_fit = self.factors.len() == self.sizes.len() - 1
            && self.factors.iter().all(|factor| SIGNED.contains(factor));
        let expected = format!(
            "{} factors from -1e6 to 1e6, one for each weight matrix",
            self.sizes.len() - 1
        );
        check(
            factors_fit,
            "factors",
            format!("{:?}", self.factors),
            &expected,
        )?;
        if let Transfer::Softplus { gamma, beta, theta } = self.transfer {
            let fits = [gamma, beta].iter().all(|value| GAIN.contains(value));
            let fits = fits && SIGNED.contains(&theta);
            check(
                fits,
                "transfer",
                self.transfer.to_string(),
                "gamma and beta from 1e-9 to 1e6, theta from -1e6 to 1e6",
            )?;
        }
        let counts = ["n_train", "n_validation", "n_test"];
        for (option, n) in counts.into_iter().zip(self.n_samples()) {
            let fits = n > 0 && n.saturating_mul(widest) <= MOST_NUMBERS;
            let expected = format!("1 to {}", MOST_NUMBERS / widest);
            check(fits, option, n.to_string(), &expected)?;
        }
        Ok(())
    }
}

impl DataOptions for TeacherStudentSpec {
    fn check(&self, _: &CatalogueEntry) -> Result<(), DatasetError> {
        self.check_ranges()
    }

    fn n_numbers(&self) -> u64 {
        let sum = |numbers: &[usize]| numbers.iter().map(|&n| n as u64).sum::<u64>();
        let weights = self.sizes.windows(2);
        let n_weights: u64 = weights.map(|pair| (pair[0] * pair[1]) as u64).sum();
        n_weights + sum(&self.n_samples()).saturating_mul(sum(&self.sizes))
    }

    /// Weights and inputs from U(−1, 1); the streams of the run serve where the spec names no seed.
    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError> {
        let streams = self.seed.map_or(from.streams, Streams::new);
        let teacher = TeacherNetwork::draw(&self.sizes, &self.factors, self.transfer, streams);
        let parts = [
            ("teacher.train", self.n_train),
            ("teacher.validation", self.n_validation),
            ("teacher.test", self.n_test),
        ]
        .map(|(name, n_samples)| {
            let sample = teacher.sample(&mut streams.stream(name), n_samples);
            Part {
                inputs: sample.inputs,
                targets: Targets::Potentials(sample.target_potentials),
            }
        });
        let is_finite = |part: &Part| match &part.targets {
            Targets::Classes(_) => true,
            Targets::Potentials(potentials) => potentials.iter().all(|u| u.is_finite()),
        };
        if !parts.iter().all(is_finite) {
            return Err(DatasetError::OptionOutOfRange {
                option: "teacher_student.factors".to_owned(),
                found: format!("{:?}", self.factors),
                expected: "factors whose target potentials single precision holds".to_owned(),
            });
        }
        Ok(Dataset::new(from.entry, parts, Vec::new()))
    }

    fn depends_on_run(&self) -> bool {
        self.seed.is_none()
    }
}

/// A random teacher network, to be sampled as often as wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct TeacherNetwork {
    weights: Vec<Array2<f64>>,
    factors: Vec<f64>,
    transfer: Transfer,
}

/// Inputs and what the teacher makes of them; all arrays have a row per sample.
#[derive(Debug, Clone, PartialEq)]
pub struct TeacherSample {
    /// Input rates from U(−1, 1), `[n_samples, n_inputs]`.
    pub inputs: Array2<f32>,
    /// u_trgt, the teacher's output potentials before φ, `[n_samples, n_outputs]`.
    pub target_potentials: Array2<f32>,
    /// r_trgt = φ(u_trgt), `[n_samples, n_outputs]`.
    pub target_rates: Array2<f32>,
}

impl TeacherNetwork {
    /// A teacher with layers of `sizes` units, factors k of the weight matrices, φ of `transfer`, and
    /// weights W from U(−1, 1), drawn from the stream `teacher.weights`.
    pub fn new(
        sizes: &[usize],
        factors: &[f64],
        transfer: Transfer,
        streams: Streams,
    ) -> Result<Self, DatasetError> {
        Self::check(sizes, factors, transfer)?;
        Ok(Self::draw(sizes, factors, transfer, streams))
    }

    /// Fails where [`TeacherNetwork::new`] would; makes nothing.
    ///
    /// # Errors
    /// What is out of range.
    pub fn check(sizes: &[usize], factors: &[f64], transfer: Transfer) -> Result<(), DatasetError> {
        let spec = TeacherStudentSpec {
            sizes: sizes.to_vec(),
            factors: factors.to_vec(),
            transfer,
            n_train: 1,
            n_validation: 1,
            n_test: 1,
            ..TeacherStudentSpec::default()
        };
        spec.check_ranges()
    }

    fn draw(sizes: &[usize], factors: &[f64], transfer: Transfer, streams: Streams) -> Self {
        let mut rng = streams.stream("teacher.weights");
        let pairs = sizes.windows(2);
        Self {
            weights: pairs
                .map(|pair| uniform([pair[1], pair[0]], &mut rng))
                .collect(),
            factors: factors.to_vec(),
            transfer,
        }
    }

    /// W of every layer, `[n_k, n_{k−1}]`, without the factors.
    pub fn weights(&self) -> &[Array2<f64>] {
        &self.weights
    }

    /// The next `n_samples` samples of the stream of inputs `rng`.
    pub fn sample(&self, rng: &mut StreamRng, n_samples: usize) -> TeacherSample {
        let inputs = uniform([n_samples, self.weights[0].ncols()], rng);
        // The teacher sees what the student sees: inputs in single precision.
        let inputs = inputs.mapv(|value| value as f32);
        let potentials = self.potentials(inputs.mapv(f64::from));
        let target_potentials = potentials.mapv(|value| value as f32);
        TeacherSample {
            target_rates: target_potentials.mapv(|u| self.transfer.rate(f64::from(u)) as f32),
            inputs,
            target_potentials,
        }
    }

    /// The output potentials before φ: u_N = k_N W_N r_{N−1}, r_k = φ(k_k W_k r_{k−1}). Inputs r₀
    /// and result are `[n_samples, n_units]`.
    fn potentials(&self, inputs: Array2<f64>) -> Array2<f64> {
        let mut potentials = inputs;
        for (layer, (matrix, &factor)) in self.weights.iter().zip(&self.factors).enumerate() {
            if layer > 0 {
                potentials.mapv_inplace(|u| self.transfer.rate(u));
            }
            potentials = product(potentials.view(), matrix.view()) * factor;
        }
        potentials
    }
}

fn uniform(shape: [usize; 2], rng: &mut StreamRng) -> Array2<f64> {
    Array2::from_shape_simple_fn(shape, || rng.random_range(-1.0..1.0))
}

/// `rates · weightsᵀ`, summed in index order so that every platform gives the same bits.
fn product(rates: ArrayView2<'_, f64>, weights: ArrayView2<'_, f64>) -> Array2<f64> {
    Array2::from_shape_fn((rates.nrows(), weights.nrows()), |(sample, unit)| {
        rates
            .row(sample)
            .iter()
            .zip(weights.row(unit))
            .map(|(r, w)| r * w)
            .sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_of_single_samples_is_a_sample_of_many() {
        let spec = TeacherStudentSpec::default();
        let streams = Streams::new(3);
        let teacher = TeacherNetwork::new(&spec.sizes, &spec.factors, spec.transfer, streams);
        let teacher = teacher.expect("the default teacher");
        let many = teacher.sample(&mut streams.stream("teacher.train"), 3);
        let mut rng = streams.stream("teacher.train");
        for row in 0..3 {
            let one = teacher.sample(&mut rng, 1);
            assert_eq!(one.inputs.row(0), many.inputs.row(row));
            assert_eq!(
                one.target_potentials.row(0),
                many.target_potentials.row(row)
            );
        }
        let data = KIND.with(spec).load(streams, &[]).expect("generated");
        assert_eq!(data.train.inputs.row(2), many.inputs.row(2));
    }

    #[test]
    fn a_teacher_without_its_factors_is_refused() {
        let transfer = TeacherStudentSpec::default().transfer;
        let found = TeacherNetwork::new(&[3, 2], &[], transfer, Streams::new(0));
        assert!(found.is_err_and(|error| error.to_string().contains("factors")));
    }
}
