//! The sets that need nothing beyond this crate: digits, Yin-Yang, teacher-student.

use std::collections::HashSet;

use crate::common::{Folder, images, labels, parse, small_csv, small_npz, write_image_set};
use apical_datasets::{
    Dataset, Part, SharedInputs, Streams, Targets, Task, Verdict, catalogue, random_cycle,
};
use ndarray::Array2;

const NOTHING_SHARED: SharedInputs = SharedInputs {
    validation_in_train: 0,
    test_in_train: 0,
    test_in_validation: 0,
};

fn load(spec: &str, run_seed: u64) -> Dataset {
    parse(spec)
        .load(Streams::new(run_seed), &[])
        .expect("a set that needs no files")
}

/// Every row of the three parts is there once.
fn assert_parts_never_overlap(dataset: &Dataset) {
    let parts = [&dataset.train, &dataset.validation, &dataset.test];
    let n_samples: usize = parts.iter().map(|part| part.n_samples()).sum();
    let distinct: HashSet<_> = parts.iter().flat_map(|part| part.row_digests()).collect();
    assert_eq!(distinct.len(), n_samples, "{}", dataset.about.name);
    assert_eq!(dataset.shared_inputs(), NOTHING_SHARED);
}

#[test]
fn parts_never_overlap() {
    let without_files = catalogue()
        .iter()
        .filter(|entry| entry.files.is_empty() && entry.n_samples.is_some());
    let specs: Vec<_> = without_files
        .map(|entry| format!("[{}]", entry.name))
        .chain(["[digits]\nsplit_seed = 3", "[yin_yang]\nseed = 5"].map(str::to_owned))
        .collect();
    assert!(specs.len() >= 5);
    for spec in specs {
        let dataset = load(&spec, 1);
        assert_parts_never_overlap(&dataset);
        let sizes = [&dataset.train, &dataset.validation, &dataset.test].map(Part::n_samples);
        let stated = parse(&spec).entry().n_samples;
        assert_eq!(Some(sizes), stated, "{spec}");
    }
}

#[test]
fn parts_of_files_never_overlap() {
    let folder = Folder::new();
    write_image_set(&folder, "kmnist");
    for (part, n, offset) in [("train", 30, 0), ("test", 10, 30)] {
        // The first pixel tells the images apart.
        let pixels: Vec<u8> = (0..784 * n)
            .map(|i| {
                if i % 784 == 0 {
                    offset + (i / 784) as u8
                } else {
                    7
                }
            })
            .collect();
        let numbers: Vec<u8> = (0..n as u8).map(|i| i % 10).collect();
        let name = |kind| format!("emnist-digits/emnist-digits-{part}-{kind}-ubyte");
        folder.write(&name("images-idx3"), images(&pixels));
        folder.write(&name("labels-idx1"), labels(&numbers));
    }
    folder.write("a.csv", small_csv());
    folder.write("a.npz", small_npz());
    for spec in [
        "[kmnist]\nn_validation = 5",
        "[emnist_digits]\nn_validation = 5",
        "[csv]\npath = 'a.csv'",
        "[csv]\npath = 'a.csv'\nsplit_seed = 3",
        "[npz]\npath = 'a.npz'",
        "[npz]\npath = 'a.npz'\nsplit_seed = 3",
    ] {
        let dataset = folder.load(spec).expect("a valid set");
        assert_parts_never_overlap(&dataset);
        let parts = [&dataset.train, &dataset.validation, &dataset.test];
        let n_samples: usize = parts.iter().map(|part| part.n_samples()).sum();
        assert_eq!(n_samples, 40, "every sample is in one part");
    }
}

#[test]
fn shared_rows_are_found() {
    let mut dataset = load("[yin_yang]", 0);
    let row = dataset.train.inputs.row(17).to_owned();
    dataset.test.inputs.row_mut(3).assign(&row);
    dataset.test.inputs.row_mut(4).assign(&row);
    dataset.validation.inputs.row_mut(0).assign(&row);
    let expected = SharedInputs {
        validation_in_train: 1,
        test_in_train: 2,
        test_in_validation: 2,
    };
    assert_eq!(dataset.shared_inputs(), expected);
}

#[test]
fn digits_are_the_published_ones() {
    let digits = load("[digits]", 0);
    let summary = digits.summary();
    assert_eq!(
        (summary.n_train, summary.n_validation, summary.n_test),
        (1297, 250, 250)
    );
    assert_eq!((summary.n_inputs, summary.n_outputs), (64, 10));
    assert_eq!(digits.about.checksum.files[0].verdict, Verdict::Verified);
    // Samples per class as UCI states them for the test part of the source.
    let published = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
    let counts = &summary.class_counts;
    for (class, n) in published.into_iter().enumerate() {
        let found = counts.train[class] + counts.validation[class] + counts.test[class];
        assert_eq!(found, n, "class {class}");
        assert!(counts.test[class].abs_diff(25) <= 1, "stratified");
        assert!(counts.validation[class].abs_diff(25) <= 1, "stratified");
    }
    let sixteenths = |value: &f32| (0.0..=1.0).contains(value) && (16.0 * value).fract() == 0.0;
    assert!(digits.train.inputs.iter().all(sixteenths));
    assert!(digits.train.inputs.iter().any(|&value| value == 1.0));
}

#[test]
fn digits_and_yin_yang_are_the_same_for_every_run() {
    for spec in ["[digits]", "[yin_yang]"] {
        assert_eq!(load(spec, 1), load(spec, 2));
        assert!(!parse(spec).depends_on_run());
    }
    assert_ne!(
        load("[digits]", 0).test,
        load("[digits]\nsplit_seed = 1", 0).test
    );
    assert_ne!(
        load("[yin_yang]", 0).test,
        load("[yin_yang]\nseed = 1", 0).test
    );
}

#[test]
fn every_run_has_its_own_teacher_unless_the_spec_names_one() {
    assert_ne!(
        load("[teacher_student]", 1).test,
        load("[teacher_student]", 2).test
    );
    assert!(parse("[teacher_student]").depends_on_run());
    let named = "[teacher_student]\nseed = 9";
    assert_eq!(load(named, 1), load(named, 2));
    assert!(!parse(named).depends_on_run());
}

#[test]
fn asking_for_more_samples_keeps_the_first_ones() {
    let few = load("[yin_yang]\nn_train = 50", 0);
    let many = load("[yin_yang]", 0);
    assert_eq!(
        few.train.inputs,
        many.train.inputs.slice(ndarray::s![..50, ..])
    );
    assert_eq!(few.test, many.test);
}

#[test]
fn yin_yang_lies_in_the_disc_with_equal_classes() {
    let dataset = load("[yin_yang]", 0);
    let sizes = [&dataset.train, &dataset.validation, &dataset.test].map(|part| part.n_samples());
    assert_eq!(sizes, [5000, 1000, 1000]);
    for row in dataset.train.inputs.rows() {
        assert_eq!([row[2], row[3]], [1.0 - row[0], 1.0 - row[1]]);
        assert!((row[0] - 0.5).hypot(row[1] - 0.5) <= 0.500_001);
    }
    // Six standard deviations of a binomial count with p = 1/3.
    let counts = dataset.class_counts().train;
    assert_eq!(counts.len(), 3);
    assert!(
        counts
            .iter()
            .all(|&n| (n as f64 - 5000.0 / 3.0).abs() < 200.0),
        "{counts:?}"
    );
    // The dots are discs of radius 0.1 around (0.25, 0.5) and (0.75, 0.5).
    let Targets::Classes(classes) = &dataset.train.targets else {
        panic!("yin-yang has classes")
    };
    for (row, &class) in dataset.train.inputs.rows().into_iter().zip(classes) {
        let to_dot = [0.25, 0.75].map(|x| (row[0] - x).hypot(row[1] - 0.5));
        assert_eq!(class == 2, to_dot.iter().any(|&distance| distance < 0.1));
    }
}

#[test]
fn linear_teacher_is_linear() {
    // With one weight matrix the potential is k W x: potentials of a sum are sums of potentials.
    let spec = "[teacher_student]\nsizes = [3, 2]\nfactors = [5.0]\nn_train = 400";
    let dataset = load(spec, 4);
    let Targets::Potentials(potentials) = &dataset.train.targets else {
        panic!("regression")
    };
    let inputs = dataset.train.inputs.mapv(f64::from);
    let potentials = potentials.mapv(f64::from);
    assert_eq!(dataset.about.task, Task::Regression { n_outputs: 2 });
    // Least squares: (XᵀX) W = XᵀY, solved on three samples and tried on all others.
    let weights = solve3(&inputs, &potentials);
    let residual = (&inputs.dot(&weights) - &potentials).mapv(f64::abs);
    assert!(residual.iter().all(|&error| error < 1e-4));
    assert!(weights.iter().all(|&weight| weight.abs() <= 5.0 + 1e-4));
    assert!(
        weights.iter().any(|&weight| weight.abs() > 1.0),
        "scaled by the factor"
    );
    assert!(inputs.iter().all(|value| (-1.0..=1.0).contains(value)));
}

/// Weights `[3, n_outputs]` that map three of the samples, by Cramer's rule.
fn solve3(inputs: &Array2<f64>, targets: &Array2<f64>) -> Array2<f64> {
    let det = |m: [[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
            - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let rows = |first: usize| [0, 1, 2].map(|i| [0, 1, 2].map(|j| inputs[[first + i, j]]));
    let well_posed = |&first: &usize| det(rows(first)).abs() > 0.3;
    let first = (0..300)
        .find(well_posed)
        .expect("some three samples are independent");
    Array2::from_shape_fn((3, targets.ncols()), |(unknown, output)| {
        let mut replaced = rows(first);
        for (i, row) in replaced.iter_mut().enumerate() {
            row[unknown] = targets[[first + i, output]];
        }
        det(replaced) / det(rows(first))
    })
}

#[test]
fn deep_teacher_saturates_with_its_transfer_function() {
    // tanh hidden units lie in (−1, 1): |u| ≤ k Σ|W| ≤ k · n_hidden, however large the first factor.
    let spec =
        "[teacher_student]\nsizes = [4, 6, 5, 3]\nfactors = [1e6, 1e6, 2.0]\ntransfer = 'tanh'";
    let dataset = load(spec, 4);
    let Targets::Potentials(potentials) = &dataset.test.targets else {
        panic!("regression")
    };
    assert!(potentials.iter().all(|u| u.abs() <= 10.0));
    // Saturated hidden units take two values: the potentials are few distinct sums.
    let distinct: HashSet<_> = potentials
        .rows()
        .into_iter()
        .map(|row| row[0].to_bits())
        .collect();
    assert!(
        distinct.len() <= 32 + 8,
        "{} of at most 2^5 sums",
        distinct.len()
    );
}

#[test]
fn in_a_random_cycle_nothing_keeps_its_place() {
    for n_items in 0..=7 {
        for seed in 0..50 {
            let cycle = random_cycle(n_items, &mut Streams::new(seed).stream("cycle"));
            let Some(cycle) = cycle else {
                assert!(n_items < 2);
                continue;
            };
            let mut at = 0;
            for n_steps in 1..=n_items {
                at = cycle[at];
                assert_eq!(
                    at == 0,
                    n_steps == n_items,
                    "one cycle through all: {cycle:?}"
                );
            }
        }
    }
    // Both cycles of three occur.
    let of_three = |seed| random_cycle(3, &mut Streams::new(seed).stream("cycle"));
    let distinct: HashSet<_> = (0..50).map(of_three).collect();
    assert_eq!(distinct.len(), 2);
}
