//! Image sets: pixels, parts, places and digests of IDX files.

use apical_datasets::{
    CheckedFile, Dataset, DatasetError, FirstSeen, Targets, Verdict, catalogue_entry, check_files,
    locate_files,
};

use crate::common::*;

#[test]
fn image_sets_take_the_last_training_images_for_validation() {
    let folder = Folder::new();
    write_image_set(&folder, "kmnist");
    let (pixels, numbers) = samples(30, 0);
    let dataset = folder
        .load("[kmnist]\nn_validation = 5\nn_train = 12")
        .expect("a valid set");
    let grey = |image: usize| -> Vec<f32> {
        pixels[784 * image..784 * (image + 1)]
            .iter()
            .map(|&p| f32::from(p) / 255.0)
            .collect()
    };
    assert_eq!(dataset.train.n_samples(), 12);
    assert_eq!(dataset.train.inputs.row(11).to_vec(), grey(11));
    assert_eq!(dataset.validation.n_samples(), 5);
    assert_eq!(dataset.validation.inputs.row(0).to_vec(), grey(25));
    let expected = numbers[25..].iter().map(|&n| u32::from(n)).collect();
    assert_eq!(dataset.validation.targets, Targets::Classes(expected));
    assert_eq!(dataset.test.n_samples(), 10);
    assert_eq!(dataset.about.input_shape, [28, 28]);
    assert_eq!(dataset.about.class_names[9], "wo");
    assert!(
        dataset
            .about
            .checksum
            .files
            .iter()
            .all(|file| file.verdict == Verdict::Unverified)
    );
}

#[test]
fn compressed_and_plain_files_give_one_data_set() {
    let (plain, compressed) = (Folder::new(), Folder::new());
    write_image_set(&plain, "kmnist");
    for entry in std::fs::read_dir(plain.path().join("kmnist")).expect("just written") {
        let path = entry.expect("readable").path();
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        compressed.write(
            &format!("{name}.gz"),
            gzip(&std::fs::read(&path).expect("readable")),
        );
    }
    let spec = "[kmnist]\nn_validation = 5\nverify = false";
    let (a, b) = (
        plain.load(spec).expect("valid"),
        compressed.load(spec).expect("valid"),
    );
    assert_eq!(a.about.checksum.sha256, b.about.checksum.sha256);
    assert_eq!(a.train, b.train);
    let contents = |set: &Dataset| -> Vec<_> {
        set.about
            .checksum
            .files
            .iter()
            .map(|file| file.content_sha256.clone())
            .collect()
    };
    assert_eq!(contents(&a), contents(&b));
}

#[test]
fn emnist_images_are_turned_upright() {
    let folder = Folder::new();
    let (mut pixels, numbers) = samples(20, 0);
    // A bar from the upper left to the upper right corner is stored as a bar down the left side.
    pixels[..784].fill(0);
    for step in 0..28 {
        pixels[28 * step] = 255;
    }
    for (part, n) in [("train", 20), ("test", 10)] {
        folder.write(
            &format!("emnist-digits/emnist-digits-{part}-images-idx3-ubyte"),
            images(&pixels[..784 * n]),
        );
        folder.write(
            &format!("emnist-digits/emnist-digits-{part}-labels-idx1-ubyte"),
            labels(&numbers[..n]),
        );
    }
    let dataset = folder
        .load("[emnist_digits]\nn_validation = 5")
        .expect("a valid set");
    let first = dataset.train.inputs.row(0);
    assert!(
        first
            .iter()
            .enumerate()
            .all(|(i, &grey)| grey == if i < 28 { 1.0 } else { 0.0 })
    );
}

#[test]
fn files_are_found_in_the_first_folder_that_has_all() {
    let (partial, whole) = (Folder::new(), Folder::new());
    partial.write("kmnist/train-images-idx3-ubyte.gz", "");
    write_image_set(&whole, "kmnist");
    let entry = catalogue_entry("kmnist").expect("registered");
    let folders = [partial.path().to_owned(), whole.path().to_owned()];
    let found = locate_files(entry, &folders);
    assert!(found.iter().all(|file| {
        file.path
            .as_ref()
            .is_some_and(|p| p.starts_with(whole.path()))
    }));
    let found = locate_files(entry, &folders[..1]);
    assert_eq!(found.iter().filter(|file| file.path.is_some()).count(), 1);
}

#[test]
fn checking_tells_unknown_from_wrong_from_missing() {
    let folder = Folder::new();
    write_image_set(&folder, "kmnist");
    write_image_set(&folder, "fashion_mnist");
    std::fs::remove_file(folder.path().join("kmnist/t10k-images-idx3-ubyte")).expect("written");
    folder.write("kmnist/t10k-labels-idx1-ubyte", labels(&[3; 10_000]));
    let folders = [folder.path().to_owned()];
    let verdicts = |name: &str| -> Vec<_> {
        let entry = catalogue_entry(name).expect("registered");
        let files = check_files(entry, &folders).expect("readable");
        files
            .into_iter()
            .map(|file| file.found.map(|(_, digest)| digest.verdict))
            .collect()
    };
    let unverified = Some(Verdict::Unverified);
    let different = Some(Verdict::Mismatch);
    assert_eq!(
        verdicts("kmnist"),
        [different, different, None, unverified],
        "whose length is not the published one differs"
    );
    assert_eq!(verdicts("fashion-mnist"), [Some(Verdict::Mismatch); 4]);
    assert_eq!(verdicts("mnist"), [None; 4]);
}

/// Checks EMNIST with its labels of the test part alone.
fn check_emnist_labels(folder: &Folder) -> Result<CheckedFile, DatasetError> {
    let entry = catalogue_entry("emnist_digits").expect("registered");
    let mut files = check_files(entry, &[folder.path().to_owned()])?;
    Ok(files.pop().expect("four files"))
}

const EMNIST_LABELS: &str = "emnist-digits/emnist-digits-test-labels-idx1-ubyte";

#[test]
fn a_file_without_known_digest_is_compared_with_what_was_first_seen() {
    let folder = Folder::new();
    let check = || {
        let checked = check_emnist_labels(&folder).expect("readable");
        let (_, digest) = checked.found.expect("found");
        (digest.verdict, digest.first_seen)
    };
    folder.write(EMNIST_LABELS, labels(&[3; 40_000]));
    assert_eq!(check(), (Verdict::Unverified, Some(FirstSeen::Recorded)));
    assert_eq!(check(), (Verdict::Unverified, Some(FirstSeen::Same)));
    folder.write(EMNIST_LABELS, labels(&[4; 40_000]));
    assert_eq!(check(), (Verdict::Mismatch, Some(FirstSeen::Changed)));
    folder.write(EMNIST_LABELS, labels(&[4; 39_999]));
    assert_eq!(check(), (Verdict::Mismatch, None), "of another length");
}

#[test]
fn a_digest_that_cannot_be_recorded_is_no_error() {
    let folder = Folder::new();
    folder.write(EMNIST_LABELS, labels(&[3; 40_000]));
    let beside = folder.path().join(format!("{EMNIST_LABELS}.sha256"));
    std::fs::create_dir(&beside).expect("writable");
    let checked = check_emnist_labels(&folder).expect("readable");
    let (_, digest) = checked.found.expect("found");
    assert_eq!(digest.verdict, Verdict::Unverified);
    assert_eq!(digest.first_seen, Some(FirstSeen::NotRecorded));
}

#[test]
fn checking_refuses_what_loading_would() {
    let folder = Folder::new();
    for (bytes, part) in [
        (b"hi".to_vec(), "ends at byte 2 inside the header"),
        (Vec::new(), "empty file"),
        (images(&[0; 784]), "magic number at byte 0"),
        (labels(&[10; 40_000]), "label 10 at byte 8"),
    ] {
        folder.write(EMNIST_LABELS, bytes);
        let error = check_emnist_labels(&folder).expect_err("damaged");
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(
        !folder
            .path()
            .join(format!("{EMNIST_LABELS}.sha256"))
            .exists()
    );
}
