//! The published files, where they are at hand: below `APICAL_DATA_DIR`, or where Debian's package
//! `dataset-fashion-mnist` puts them.

use std::path::PathBuf;

use crate::common::{Folder, parse};
use apical_datasets::{
    Dataset, SharedInputs, Streams, Verdict, catalogue_entry, check_files, locate_files,
};
use insta::assert_snapshot;

/// Loads a set, or says that it was skipped.
fn load(name: &str) -> Option<Dataset> {
    let folders = folders(name)?;
    let dataset = parse(&format!("[{name}]")).load(Streams::new(0), &folders);
    Some(dataset.expect("the published files"))
}

/// Folders that hold all files of a set.
fn folders(name: &str) -> Option<Vec<PathBuf>> {
    let from_environment = std::env::var_os("APICAL_DATA_DIR");
    let mut folders: Vec<PathBuf> = from_environment
        .iter()
        .flat_map(std::env::split_paths)
        .collect();
    folders.push(PathBuf::from("/usr/share/datasets"));
    let entry = catalogue_entry(name).expect("registered");
    if locate_files(entry, &folders)
        .iter()
        .any(|file| file.path.is_none())
    {
        println!("skipped: the files of {name} are not below APICAL_DATA_DIR");
        return None;
    }
    Some(folders)
}

/// The checksum that datasets/README.md states.
fn checksum_in_readme(title: &str) -> String {
    let readme = include_str!("../../../../datasets/README.md");
    let row = readme
        .lines()
        .find(|line| line.starts_with(&format!("| {title} |")));
    let cell = row
        .expect("every set has a row")
        .rsplit('|')
        .nth(1)
        .expect("a table row");
    cell.trim().trim_matches('`').to_owned()
}

fn assert_published(dataset: &Dataset, title: &str) {
    let sizes = [&dataset.train, &dataset.validation, &dataset.test].map(|part| part.n_samples());
    assert_eq!(sizes, [55_000, 5000, 10_000]);
    assert_eq!((dataset.n_inputs(), dataset.n_outputs()), (784, 10));
    assert!(
        dataset
            .about
            .checksum
            .files
            .iter()
            .all(|file| file.verdict == Verdict::Verified)
    );
    assert_eq!(dataset.about.checksum.sha256, checksum_in_readme(title));
    assert!(
        dataset
            .train
            .inputs
            .iter()
            .all(|grey| (0.0..=1.0).contains(grey))
    );
}

#[test]
fn mnist() {
    let Some(dataset) = load("mnist") else { return };
    assert_published(&dataset, "MNIST");
    // Digits of the published test labels.
    let published = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
    assert_eq!(dataset.class_counts().test, published);
    let shared = SharedInputs {
        validation_in_train: 0,
        test_in_train: 0,
        test_in_validation: 0,
    };
    assert_eq!(dataset.shared_inputs(), shared);
}

#[test]
fn fashion_mnist() {
    let Some(dataset) = load("fashion_mnist") else {
        return;
    };
    assert_published(&dataset, "Fashion-MNIST");
    assert_eq!(dataset.class_counts().test, [1000; 10]);
    let shared = SharedInputs {
        validation_in_train: 0,
        test_in_train: 0,
        test_in_validation: 0,
    };
    assert_eq!(dataset.shared_inputs(), shared);
}

#[test]
fn files_of_another_set_are_recognised() {
    let Some(folders) = folders("mnist") else {
        return;
    };
    let mnist = catalogue_entry("mnist").expect("registered");
    let kmnist = catalogue_entry("kmnist").expect("registered");
    let misplaced = Folder::new();
    for found in locate_files(mnist, &folders) {
        let path = found.path.expect("all are there");
        misplaced.write(
            &format!("kmnist/{}", found.file.name),
            std::fs::read(path).expect("readable"),
        );
    }
    for checked in check_files(kmnist, &[misplaced.path().to_owned()]).expect("readable") {
        let (_, digest) = checked.found.expect("just written");
        assert_eq!(digest.verdict, Verdict::Mismatch);
    }
    assert_snapshot!(misplaced.error("[kmnist]"), @"DIR/kmnist/train-images-idx3-ubyte.gz: this is a file of data set `mnist`, expected one of `kmnist`: put each set in a folder of its own name");
}
