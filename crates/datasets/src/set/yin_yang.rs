//! The Yin-Yang data set: points in the plane, in the two halves and the dots of the figure.
//!
//! Source: Kriener, Göltz & Petrovici (2022), "The Yin-Yang dataset".

use apical_keys::Described;
use ndarray::Array2;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::{
    CatalogueEntry, DataKind, DataOptions, Dataset, DatasetError, LoadFrom, Part, SplitSeed,
    StreamRng, Targets,
};

/// Radius of the whole disc, whose centre is (0.5, 0.5).
const DISC_RADIUS: f64 = 0.5;
/// Radius of the two dots.
const DOT_RADIUS: f64 = 0.1;
const N_CLASSES: u32 = 3;
/// The most samples of a part that a spec may ask for.
const MOST_SAMPLES: usize = 10_000_000;

/// Points in the yin-yang figure, generated.
pub static KIND: DataKind<YinYangSpec> = DataKind::new(CatalogueEntry {
    name: "yin_yang",
    title: "Yin-Yang",
    one_line: "points in the yin-yang figure, three classes, generated; 5000/1000/1000",
    input_shape: &[4],
    class_names: &["yin", "yang", "dot"],
    n_samples: Some([5000, 1000, 1000]),
    source: "generated; definition of L. Kriener, J. Göltz and M. A. Petrovici, The Yin-Yang dataset, doi:10.1145/3517343.3517380",
    licence: "none needed (generated)",
    files: &[],
    by_hand: "",
});

/// Options of Yin-Yang.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Described)]
#[serde(default, deny_unknown_fields)]
pub struct YinYangSpec {
    /// Seed of the points; the parts come from three streams of it. Unless it is per seed, it does not depend on the
    /// seed of a run, so that all runs of an experiment share one data set.
    pub seed: SplitSeed,
    /// Samples of the training part.
    #[key(min = 1, max = MOST_SAMPLES as f64)]
    pub n_train: usize,
    /// Samples of the validation part.
    #[key(min = 1, max = MOST_SAMPLES as f64)]
    pub n_validation: usize,
    /// Samples of the test part.
    #[key(min = 1, max = MOST_SAMPLES as f64)]
    pub n_test: usize,
}

impl Default for YinYangSpec {
    fn default() -> Self {
        Self {
            seed: SplitSeed::default(),
            n_train: 5000,
            n_validation: 1000,
            n_test: 1000,
        }
    }
}

impl DataOptions for YinYangSpec {
    fn check(&self, _: &CatalogueEntry) -> Result<(), DatasetError> {
        let counts = [
            ("yin_yang.n_train", self.n_train),
            ("yin_yang.n_validation", self.n_validation),
            ("yin_yang.n_test", self.n_test),
        ];
        match counts.iter().find(|(_, n)| !(1..=MOST_SAMPLES).contains(n)) {
            None => Ok(()),
            Some((option, n)) => Err(DatasetError::OptionOutOfRange {
                option: (*option).to_owned(),
                found: n.to_string(),
                expected: format!("1 to {MOST_SAMPLES}"),
            }),
        }
    }

    fn n_numbers(&self) -> u64 {
        4 * [self.n_train, self.n_validation, self.n_test]
            .iter()
            .sum::<usize>() as u64
    }

    fn load(&self, from: &LoadFrom<'_>) -> Result<Dataset, DatasetError> {
        let streams = self.seed.streams(from.streams);
        let parts = [
            ("yin_yang.train", self.n_train),
            ("yin_yang.validation", self.n_validation),
            ("yin_yang.test", self.n_test),
        ]
        .map(|(name, n_samples)| part(n_samples, &mut streams.stream(name)));
        Ok(Dataset::new(from.entry, parts, Vec::new()))
    }

    fn depends_on_run(&self) -> bool {
        self.seed == SplitSeed::PerSeed
    }
}

/// Draws the class uniformly, then points of the unit square until one is of that class.
/// Inputs are (x, y, 1−x, 1−y).
fn part(n_samples: usize, rng: &mut StreamRng) -> Part {
    let mut inputs = Array2::zeros((n_samples, 4));
    let mut classes = Vec::with_capacity(n_samples);
    for mut row in inputs.rows_mut() {
        let class = rng.random_range(0..N_CLASSES);
        let (x, y) = loop {
            let (x, y) = (rng.random::<f32>(), rng.random::<f32>());
            if class_of(x.into(), y.into()) == Some(class) {
                break (x, y);
            }
        };
        row.assign(&ndarray::aview1(&[x, y, 1.0 - x, 1.0 - y]));
        classes.push(class);
    }
    Part {
        inputs,
        targets: Targets::Classes(classes),
    }
}

/// The class of a point: 0 yin, 1 yang, 2 dot; `None` outside the disc.
fn class_of(x: f64, y: f64) -> Option<u32> {
    let distance = |centre_x: f64| (x - centre_x).hypot(y - DISC_RADIUS);
    if distance(DISC_RADIUS) > DISC_RADIUS {
        return None;
    }
    let right = distance(1.5 * DISC_RADIUS);
    let left = distance(0.5 * DISC_RADIUS);
    let half = 0.5 * DISC_RADIUS;
    if right < DOT_RADIUS || left < DOT_RADIUS {
        return Some(2);
    }
    let is_yang = right <= DOT_RADIUS
        || (DOT_RADIUS < left && left <= half)
        || (y > DISC_RADIUS && right > half);
    Some(u32::from(is_yang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_points_read_off_the_figure() {
        assert_eq!(class_of(0.75, 0.5), Some(2), "right dot");
        assert_eq!(class_of(0.25, 0.5), Some(2), "left dot");
        assert_eq!(class_of(0.5, 0.9), Some(1), "top");
        assert_eq!(class_of(0.5, 0.1), Some(0), "bottom");
        assert_eq!(
            class_of(0.25, 0.35),
            Some(1),
            "below the left dot, inside its half disc"
        );
        assert_eq!(
            class_of(0.75, 0.65),
            Some(0),
            "above the right dot, inside its half disc"
        );
        assert_eq!(class_of(0.01, 0.01), None, "corner");
    }
}
