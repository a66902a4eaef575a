//! Help, listings, a specification to start from, completions.

use std::fs::{self, File};

use crate::program::{Call, Place, SMALL};

#[test]
fn help_says_what_there_is() {
    let call = Place::new("").line("--help", 0);
    insta::assert_snapshot!(call.stdout);
}

#[test]
fn help_of_run() {
    let call = Place::new("").line("run --help", 0);
    insta::assert_snapshot!(call.stdout);
}

#[test]
fn the_version_names_a_commit() {
    let call = Place::new("").line("--version", 0);
    assert!(
        call.stdout.starts_with("apical 0.") && call.stdout.contains("(commit "),
        "{}",
        call.stdout
    );
}

#[test]
fn the_list_names_every_kind_of_thing() {
    let call = Place::new("").line("list", 0);
    for name in [
        "Learners",
        "microcircuit",
        "continuous",
        "error_neurons",
        "direct_feedback_alignment",
        "Protocols",
        "self_prediction",
        "Built-in experiments",
        "fig2_recalled",
        "Data sets",
        "yin_yang",
        "teacher_student",
        "Metrics",
        "update_angle",
        "Figures",
        "learning_curves",
    ] {
        call.prints(name);
    }
    for line in call.stdout.lines().filter(|line| line.starts_with("  ")) {
        assert!(
            line.split_whitespace().count() >= 2,
            "a name without its line: {line}"
        );
    }
}

#[test]
fn a_start_is_written_once() {
    let place = Place::new("");
    place.line("init mine.toml", 0);
    let written = fs::read_to_string(place.path("mine.toml")).expect("written");
    let again = place.line("init mine.toml", 2);
    insta::assert_snapshot!(again.stderr, @"error: `mine.toml` exists already; name another file, or move it away first");
    assert_eq!(
        fs::read_to_string(place.path("mine.toml")).expect("still there"),
        written
    );
    let sets = [
        "run",
        "mine.toml",
        "--set",
        "training.n_epochs=1",
        "--seeds",
        "0",
        "--set",
    ];
    place
        .call(&[&sets[..], &["task.digits.hidden=[5]", "--no-report"]].concat())
        .with_code(0);
}

#[test]
fn completions_name_the_subcommands() {
    for shell in ["bash", "zsh", "fish"] {
        let call = Place::new("").call(&["completions", shell]).with_code(0);
        assert!(call.stdout.contains("completions") && call.stdout.contains("report"));
    }
}

#[test]
fn wrong_use_is_exit_code_2() {
    let place = Place::new("");
    place.line("rum", 2);
    place.line("run --threads 0", 2);
    place
        .line("run missing.toml", 2)
        .says("missing.toml cannot be read: no such file");
    fs::write(place.path("bytes.toml"), [0xff, 0xfe]).expect("written");
    place
        .line("run bytes.toml", 2)
        .says("bytes.toml cannot be read: it is no text in UTF-8");
    for folder in [".", "empty.toml"] {
        fs::create_dir_all(place.path(folder)).expect("made");
        let call = place.line(&format!("run {folder}"), 2);
        call.says(&format!("{folder} cannot be read: it is a folder"));
    }
    place
        .line("report small.toml", 2)
        .says("`small.toml` is no folder");
    let absent = place.line("report absent", 2);
    insta::assert_snapshot!(absent.stderr, @"error: there is no folder `absent`; give a folder that `apical run` wrote, such as results/quick");
    fs::create_dir(place.path("empty")).expect("made");
    let empty = place.line("report empty", 2);
    insta::assert_snapshot!(empty.stderr, @"error: no finished or failed run below empty; give a folder that `apical run` wrote, such as results/quick");
}

#[test]
fn a_specification_goes_through_pipes() {
    let place = Place::new(SMALL);
    let start = place.line("init -", 0);
    assert!(start.stdout.contains("[training]"), "{start:?}");
    assert!(!place.path("-").exists());
    let run = |text: &str| {
        fs::write(place.path("piped"), text).expect("written");
        let output = (place.command(&["run", "-", "--seeds", "0", "--quiet"]))
            .stdin(File::open(place.path("piped")).expect("a file"))
            .output();
        Call::from(output.expect("the program starts"))
    };
    let call = run(SMALL);
    assert_eq!(call.code, Some(0), "{call:?}");
    assert!(place.path("results/stdin/index.html").is_file());
    let wrong = run(&SMALL.replace("n_epochs", "n_epoch"));
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.stderr.contains("standard input:6"), "{wrong:?}");
}

#[test]
#[cfg(unix)]
fn a_file_without_end_is_no_specification() {
    let place = Place::new(SMALL);
    std::os::unix::fs::symlink("/dev/zero", place.path("zero.toml")).expect("linked");
    let call = place.line("run zero.toml", 2);
    assert!(call.stderr.contains("larger than"), "{call:?}");
}

#[test]
fn a_file_is_no_place_for_results_and_a_name_stands_for_one_folder() {
    let place = Place::new(SMALL);
    for out in ["small.toml", "small.toml/below"] {
        for call in [&["run", "small.toml"][..], &["report", "results"]] {
            place
                .call(&[call, &["--out", out]].concat())
                .with_code(2)
                .says("`small.toml` is no folder");
        }
    }
    place
        .call(&["report", "a", "b", "--as", "x", "--as", "x", "--out", "c"])
        .with_code(2)
        .says("--as \"x\" is given twice");
    for name in ["", " ", "a\u{1b}[31m"] {
        place
            .call(&["report", "a", "--as", name])
            .with_code(2)
            .says("is no name, expected letters that can be printed");
    }
}
