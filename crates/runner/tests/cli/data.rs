//! Data sets: listed, checked, fetched.

use std::fs;
use std::io::Write;
use std::sync::OnceLock;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::program::{Place, SMALL};
use crate::server::{Reply, Server};

#[test]
fn the_list_says_where_data_are() {
    let place = Place::new("");
    let call = place.line("data list", 0);
    call.prints("missing; `apical data fetch mnist` gets it");
    call.prints("digits");
    fs::create_dir_all(place.path("datasets/mnist")).expect("made");
    fs::write(place.path("datasets/mnist/train-labels-idx1-ubyte.gz"), "x").expect("written");
    place
        .line("data list", 0)
        .prints("incomplete in datasets/mnist (1 of 4 files)");
}

#[test]
fn a_check_finds_missing_files_and_unknown_names() {
    let place = Place::new("");
    place.line("data check digits", 0);
    let missing = place.line("data check mnist", 4);
    assert_eq!(missing.stdout.matches("missing ").count(), 4);
    missing.says("apical data fetch mnist");
    place
        .line("data check minst", 2)
        .says("did you mean `mnist`?");
}

/// A file of EMNIST Digits with nothing but zeros after its header, packed.
fn emnist(path: &str) -> Vec<u8> {
    static FILES: OnceLock<[Vec<u8>; 4]> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        [240_000, 40_000]
            .map(|n| [packed(0x803, &[n, 28, 28]), packed(0x801, &[n])])
            .concat()
            .try_into()
            .expect("four files")
    });
    let is_test = usize::from(path.contains("-test-"));
    files[2 * is_test + usize::from(path.contains("-labels-"))].clone()
}

fn packed(magic: u32, counts: &[u32]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut write = |bytes: &[u8]| encoder.write_all(bytes).expect("into memory");
    std::iter::once(&magic)
        .chain(counts)
        .for_each(|word| write(&word.to_be_bytes()));
    let n_of_sample = counts[1..].iter().product::<u32>() as usize;
    let zeros = vec![0; 1000 * n_of_sample];
    (0..counts[0] / 1000).for_each(|_| write(&zeros));
    encoder.finish().expect("into memory")
}

#[test]
fn a_set_without_known_digests_is_fetched_and_marked_unverified() {
    let server = Server::start(|_, path| Reply::Body(emnist(path)));
    let place = Place::new("");
    let arguments = [
        "data",
        "fetch",
        "emnist_digits",
        "--dir",
        "here",
        "--mirror",
        &server.url,
    ];
    let call = place.call(&arguments).with_code(0);
    assert_eq!(
        call.stdout.matches("unverified").count(),
        4,
        "{}",
        call.stdout
    );
    let name = "here/emnist-digits/emnist-digits-train-labels-idx1-ubyte.gz";
    let digest = fs::read_to_string(place.path(&format!("{name}.sha256"))).expect("recorded");
    assert!(
        digest.len() > 64 && call.stdout.contains(&digest[..64]),
        "{digest}"
    );
    let again = place.call(&arguments).with_code(0);
    assert_eq!(
        again.stdout.matches("there already").count(),
        4,
        "{}",
        again.stdout
    );
    assert_eq!(server.requests().len(), 4);
    place
        .line("data fetch emnist_digits --dir elsewhere", 2)
        .says("emnist_digits");
}

#[test]
fn what_cannot_be_the_file_is_not_taken_for_the_first_seen() {
    let pages = [
        (
            b"\n<!DOCTYPE html><title>404</title>".to_vec(),
            "a web page came",
        ),
        (b"\x00\x00".to_vec(), "inside the header"),
        (
            packed(0x801, &[1000]),
            "magic number at byte 0 is 0x00000801",
        ),
        (
            packed(0x803, &[1000, 28, 28]),
            "another length than the published 188160016 bytes",
        ),
    ];
    for (page, fault) in pages {
        let server = Server::start(move |n, path| match n {
            0 => Reply::Body(page.clone()),
            _ => Reply::Body(emnist(path)),
        });
        let place = Place::new("");
        let arguments = [
            "data",
            "fetch",
            "emnist_digits",
            "--dir",
            "here",
            "--mirror",
            &server.url,
        ];
        let call = place.call(&arguments).with_code(4);
        assert!(call.stderr.contains(fault), "{fault}: {}", call.stderr);
        let kept = fs::read_dir(place.path("here/emnist-digits")).expect("the folder");
        assert_eq!(kept.count(), 0);
        place.call(&arguments).with_code(0);
    }
}

#[test]
fn a_wrong_file_is_not_kept() {
    let server = Server::start(|_, _| Reply::Body(b"not MNIST".to_vec()));
    let dead = "http://127.0.0.1:1/";
    let place = Place::new("");
    let arguments = [
        "data",
        "fetch",
        "mnist",
        "--dir",
        "here",
        "--mirror",
        dead,
        "--mirror",
        &server.url,
    ];
    place
        .call(&arguments)
        .with_code(4)
        .says("SHA-256 is")
        .says(dead);
    let kept = fs::read_dir(place.path("here/mnist"))
        .expect("the folder")
        .count();
    assert_eq!(kept, 0);
}

#[test]
fn a_broken_download_is_finished_by_the_same_command() {
    let server = Server::start(move |n, path| match n {
        0 => Reply::BrokenOff(emnist(path), 10),
        1 => Reply::Status(503),
        2 => Reply::WholeBody(emnist(path)),
        _ => Reply::Body(emnist(path)),
    });
    let place = Place::new("");
    let arguments = [
        "data",
        "fetch",
        "emnist_digits",
        "--dir",
        "here",
        "--mirror",
        &server.url,
    ];
    place
        .call(&arguments)
        .with_code(4)
        .says("the server answered 503");
    place.call(&arguments).with_code(0);
    let requests = server.requests();
    assert!(requests[1].ends_with("bytes=10-"), "{requests:?}");
    assert_eq!(requests.len(), 2 + 4);
}

#[test]
fn embedded_sets_need_no_fetching() {
    Place::new("").line("data fetch digits", 0);
}

#[test]
fn a_check_says_what_the_data_are() {
    let place = Place::new(SMALL);
    let call = place.line("data check digits", 0);
    for part in [
        "64 (8 x 8)",
        "10 classes: 0, 1",
        "1297 samples; per class",
        "250 samples",
        "CC BY 4.0",
        "SHA-256",
    ] {
        call.prints(part);
    }
    let of_spec = place.line("data check small.toml", 0);
    assert_eq!(of_spec.stdout, call.stdout);
    place
        .line("data check teacher_student", 0)
        .prints("(regression)");
    for own in ["csv", "npz"] {
        place
            .call(&["data", "check", own])
            .with_code(2)
            .says("apical data check SPEC.toml");
    }
    let table = SMALL.replace(
        "dataset.digits = {}",
        "dataset.csv = { path = \"my.csv\", label = \"kind\" }",
    );
    fs::write(place.path("own.toml"), table).expect("written");
    place.line("data check own.toml", 4);
    let rows: String = (0..40)
        .map(|i| format!("{i},{}\n", ["a", "b"][i % 2]))
        .collect();
    fs::write(place.path("my.csv"), format!("x,kind\n{rows}")).expect("written");
    place
        .line("data check own.toml", 0)
        .prints("2 classes: a, b");
}
