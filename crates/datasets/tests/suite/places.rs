//! Where files are looked for, and in which wrappings they are read.

use std::path::{Path, PathBuf};

use apical_datasets::{Streams, catalogue_entry, locate_files};

use crate::common::*;

#[test]
fn files_have_the_names_and_folders_of_other_tools() {
    let set = Folder::new();
    write_image_set(&set, "plain");
    let content = |name: &str| std::fs::read(set.path().join("plain").join(name)).expect("written");
    let names = [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ];
    for (below, dotted, packed) in [
        ("kmnist", true, false),
        ("", true, true),
        ("KMNIST/raw", false, false),
        ("KMNIST/raw", false, true),
    ] {
        let folder = Folder::new();
        for name in names {
            let mut file = name.to_owned();
            let mut bytes = content(name);
            if dotted {
                file = file.replace("-idx", ".idx");
            }
            if packed {
                file += ".gz";
                bytes = gzip(&bytes);
            }
            folder.write(&Path::new(below).join(file).to_string_lossy(), bytes);
        }
        let entry = catalogue_entry("kmnist").expect("registered");
        let found = locate_files(entry, &[folder.path().to_owned()]);
        assert!(
            found.iter().all(|file| file.path.is_some()),
            "{below} {dotted} {packed}"
        );
        folder
            .load("[kmnist]\nn_validation = 5\nverify = false")
            .expect("a valid set");
    }
}

#[test]
fn gzip_of_several_members_and_with_padding_is_read() {
    let folder = Folder::new();
    let text = small_csv();
    folder.write("a.csv", &text);
    let spec = |name: &str| format!("[csv]\npath = '{name}'");
    let plain = folder.load(&spec("a.csv")).expect("valid");
    let (first, second) = text.split_at(100);
    let padded = [gzip(text.as_bytes()), vec![0; 700]].concat();
    let members = [gzip(first.as_bytes()), gzip(second.as_bytes())].concat();
    let both = [members.clone(), vec![0; 3]].concat();
    for bytes in [&padded, &members, &both] {
        folder.write("a.csv.gz", bytes);
        let read = folder.load(&spec("a.csv.gz")).expect("valid");
        assert_eq!(read.train, plain.train);
        let digest = &read.about.checksum.files[0];
        assert_eq!(digest.n_bytes, bytes.len() as u64);
    }
    let digest = |bytes: &[u8]| {
        folder.write("a.csv.gz", bytes);
        let read = folder.load(&spec("a.csv.gz")).expect("valid");
        read.about.checksum.files[0].sha256.clone()
    };
    assert_eq!(
        digest(&padded),
        digest(&gzip(text.as_bytes())),
        "padding does not count"
    );
    for tail in [&b"tail"[..], b"\0\0tail", &gzip(b"x")[..12]] {
        folder.write("a.csv.gz", [&members[..], tail].concat());
        let error = folder.error(&spec("a.csv.gz"));
        assert!(error.contains("gzip stream breaks"), "{error}");
    }
}

#[test]
fn paths_are_relative_to_the_folder_of_the_specification() {
    let folder = Folder::new();
    folder.write("specs/my.csv", small_csv());
    folder.write("data/far.csv", small_csv());
    let beside = folder.path().join("specs");
    let folders: [PathBuf; 1] = [folder.path().join("data")];
    let load = |path: &str| {
        parse(&format!("[csv]\npath = '{path}'")).load_beside(&beside, Streams::new(0), &folders)
    };
    for path in ["my.csv", "../specs/my.csv", "far.csv", "../data/far.csv"] {
        load(path).expect("found");
    }
    // The tests run in the folder of the crate.
    let error = load("Cargo.toml").expect_err("not beside").to_string();
    assert!(error.contains("(beside the specification)"), "{error}");
    assert!(
        error.contains("the working folder has such a file"),
        "{error}"
    );
    let error = load("none.csv").expect_err("nowhere").to_string();
    assert!(!error.contains("working folder"), "{error}");
    let moved =
        parse("[npz]\nx = 'x.npy'\ny = 'y.npy'").with_paths(&|path| Path::new("..").join(path));
    assert_eq!(moved, parse("[npz]\nx = '../x.npy'\ny = '../y.npy'"));
}
