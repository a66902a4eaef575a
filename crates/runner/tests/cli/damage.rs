//! Runs that are not what they were, and runs that are not there: named, never used in silence.

use std::fs;
use std::path::Path;

use crate::program::{Call, Place, SMALL, read};

const CALL: [&str; 4] = ["run", "small.toml", "--seeds", "0"];

fn first_run(place: &Place) -> std::path::PathBuf {
    let run = place.runs().remove(0);
    assert!(run.ends_with(run.file_name().expect("named")));
    run
}

fn flip_a_bit(path: &Path) {
    let mut bytes = fs::read(path).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).expect("written");
}

fn cut_at_a_line(path: &Path) {
    let text = read(path);
    let (kept, _) = text.trim_end().rsplit_once('\n').expect("lines");
    fs::write(path, format!("{kept}\n")).expect("written");
}

fn change_a_digit(path: &Path) {
    let text = read(path);
    let place = text.find("\"value\":").expect("a value") + "\"value\":".len();
    let digit = place
        + text[place..]
            .find(|c: char| c.is_ascii_digit())
            .expect("a digit");
    let other = if &text[digit..=digit] == "1" {
        "2"
    } else {
        "1"
    };
    let changed = format!("{}{other}{}", &text[..digit], &text[digit + 1..]);
    fs::write(path, changed).expect("written");
}

#[test]
fn a_damaged_run_is_named_set_aside_and_made_again() {
    type Harm = fn(&Path);
    let cases: [(&str, Harm, &str); 9] = [
        (
            "metrics.jsonl",
            |p| fs::write(p, "").expect("written"),
            "metrics.jsonl has 0 bytes",
        ),
        ("metrics.jsonl", cut_at_a_line, "metrics.jsonl has "),
        ("metrics.jsonl", change_a_digit, "metrics.jsonl was changed"),
        ("summary.json", change_a_digit, "summary.json was changed"),
        (
            "summary.json",
            |p| fs::write(p, "{").expect("written"),
            "failed to read",
        ),
        (
            "weights.safetensors",
            |p| fs::remove_file(p).expect("removed"),
            "weights.safetensors is missing",
        ),
        (
            "weights.safetensors",
            |p| fs::write(p, "").expect("written"),
            "weights.safetensors has 0 bytes",
        ),
        (
            "weights.safetensors",
            flip_a_bit,
            "weights.safetensors was changed",
        ),
        (
            "provenance.json",
            |p| fs::remove_file(p).expect("removed"),
            "provenance.json is missing",
        ),
    ];
    let place = Place::new(SMALL);
    place.call(&CALL).with_code(0);
    let run = first_run(&place);
    let name = run
        .file_name()
        .expect("named")
        .to_string_lossy()
        .into_owned();
    for (index, (file, harm, fault)) in cases.into_iter().enumerate() {
        harm(&run.join(file));
        let harmed = fs::read(run.join(file)).ok();
        let report = place.line("report results/small", 3);
        report.says("damaged: ").says(fault).says("1 runs; report");
        let page = read(&place.path("results/small/index.html"));
        assert!(page.contains(fault), "{fault} is not on the page");
        let again = place.call(&CALL).with_code(0);
        again
            .says("is damaged: ")
            .says(fault)
            .says("1 runs trained, 1 reused");
        let number = if index == 0 {
            String::new()
        } else {
            format!("-{}", index + 1)
        };
        let aside = run.with_file_name(format!("{name}-damaged{number}"));
        assert_eq!(
            fs::read(aside.join(file)).ok(),
            harmed,
            "{}",
            aside.display()
        );
        place
            .call(&CALL)
            .with_code(0)
            .says("0 runs trained, 2 reused");
        let report = place.line("report results/small", 0);
        assert!(!report.stderr.contains("damaged"), "{}", report.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_or_a_pipe_in_place_of_a_file_is_damage() {
    let place = Place::new(SMALL);
    place.call(&CALL).with_code(0);
    let pipe = |path: &Path| {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.expect("mkfifo").success());
    };
    let folder = |path: &Path| fs::create_dir(path).expect("made");
    for make in [&folder as &dyn Fn(&Path), &pipe] {
        let summary = first_run(&place).join("summary.json");
        fs::remove_file(&summary).expect("removed");
        make(&summary);
        let again = place.call(&CALL).with_code(0);
        again
            .says("this is no file; it is set aside")
            .says("1 runs trained, 1 reused");
    }
    let file = place.path("results/small/experiment.toml");
    fs::remove_file(&file).expect("removed");
    pipe(&file);
    place
        .call(&CALL)
        .with_code(0)
        .says("0 runs trained, 2 reused");
    assert!(file.is_file(), "it was written anew");
}

#[test]
fn a_damaged_specification_of_the_experiment_is_named_and_drops_no_run() {
    let place = Place::new(SMALL);
    place.call(&CALL).with_code(0);
    let file = place.path("results/small/experiment.toml");
    let whole = read(&file);
    let cut = &whole[..whole.find("rates = [").expect("rates") + 9];
    for (harmed, fault) in [("", "(it is empty)"), (cut, "(unclosed array")] {
        fs::write(&file, harmed).expect("written");
        let report = place.line("report results/small", 3);
        report
            .says("damaged: ")
            .says("experiment.toml (")
            .says(fault)
            .says("2 runs; report");
        place.line("status results/small", 3).prints(fault);
        place.call(&CALL).with_code(0).says("2 reused");
        assert_eq!(read(&file), whole);
        place.line("report results/small", 0);
    }
}

#[test]
fn files_that_were_left_out_on_purpose_are_no_damage_and_are_named() {
    let place = Place::new(SMALL);
    place.call(&CALL).with_code(0);
    let table = place.path("results/small/table.csv");
    let before = read(&table);
    for run in place.runs() {
        let summary = run.join("summary.json");
        let kept = read(&summary).replace(
            "\"left_out\": []",
            "\"left_out\": [\"metrics.jsonl\", \"spec.toml\", \"weights.safetensors\"]",
        );
        fs::write(&summary, kept).expect("written");
        for file in ["metrics.jsonl", "spec.toml", "weights.safetensors"] {
            fs::remove_file(run.join(file)).expect("removed");
        }
    }
    fs::remove_file(&table).expect("removed");
    let unchecked = "not kept, and not checked: metrics.jsonl of 2 runs, spec.toml of 2 runs, weights.safetensors of 2 runs";
    place.line("report results/small", 0).says(unchecked);
    assert_eq!(read(&table), before);
    place
        .call(&CALL)
        .with_code(0)
        .says("0 runs trained, 2 reused")
        .says(unchecked);
}

#[test]
fn runs_that_are_missing_are_named_and_one_letter_drops_nothing() {
    let place = Place::new(SMALL);
    place.line("run small.toml", 0);
    let list = place.path("results/small/runs.json");
    let text = read(&list);
    let place_of_letter = text.find("seed-1-").expect("listed") + "seed-1-".len();
    let letter = if &text[place_of_letter..=place_of_letter] == "0" {
        "1"
    } else {
        "0"
    };
    let wrong = format!(
        "{}{letter}{}",
        &text[..place_of_letter],
        &text[place_of_letter + 1..]
    );
    fs::write(&list, wrong).expect("written");
    let whole = place.line("report results/small", 0);
    whole.says("4 runs; report");
    assert!(!whole.stderr.contains("missing"), "{}", whole.stderr);
    fs::write(&list, text).expect("written");
    let learner = place.path("results/small/digits/microcircuit");
    fs::remove_dir_all(learner).expect("removed");
    place
        .line("report results/small", 0)
        .says("missing: digits/microcircuit seeds 0, 1; `apical run small.toml` makes them")
        .says("2 runs; report");
    assert!(read(&place.path("results/small/index.html")).contains("missing: digits/microcircuit"));
}

#[test]
fn runs_with_other_settings_are_counted_and_share_no_mean() {
    let place = Place::new(SMALL);
    place.line("run small.toml", 0);
    // Where no list says which are meant the newest are, to the second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let other = place.line("run small.toml --seeds 5 --set training.n_epochs=3", 0);
    other.says("4 runs with other settings are left out: digits/matched-backprop (2), digits/microcircuit (2)");
    let folder = place.path("results/small");
    let of = |call: &Call| call.stdout.clone();
    let table = read(&folder.join("table.csv"));
    let report = place.line("report results/small", 0);
    assert_eq!(of(&report), of(&other));
    fs::remove_file(folder.join("runs.json")).expect("removed");
    let here = place
        .command(&["report", "."])
        .current_dir(&folder)
        .output()
        .expect("the program starts");
    let here = Call::from(here).with_code(0);
    here.says("4 runs with other settings are left out")
        .says("2 runs; report");
    assert_eq!(of(&here), of(&other));
    assert_eq!(read(&folder.join("table.csv")), table);
    assert!(read(&folder.join("index.html")).contains("<h1>Small</h1>"));
}

#[test]
fn experiments_of_one_name_are_told_apart() {
    let place = Place::new(SMALL);
    place.line("run small.toml --seeds 0 --out A", 0);
    place.line(
        "run small.toml --seeds 0 --out B --set training.n_epochs=3",
        0,
    );
    place
        .line("report A/small B/small --out C", 0)
        .says("4 runs; report");
    let table = read(&place.path("C/table.csv"));
    assert!(
        table.contains("A/small · digits") && table.contains("B/small · digits"),
        "{table}"
    );
    place
        .line("report A/small B/small --out C --as two --as three", 0)
        .prints("two · digits")
        .prints("three · digits");
    place
        .line("report A/small B/small --out C --as two", 2)
        .says("--as is given 1 times for 2 folders");
}

#[cfg(unix)]
#[test]
fn a_run_folder_that_is_a_link_is_used_by_all() {
    let place = Place::new(SMALL);
    place.call(&CALL).with_code(0);
    let run = first_run(&place);
    let elsewhere = place.path("elsewhere");
    fs::rename(&run, &elsewhere).expect("moved");
    std::os::unix::fs::symlink(&elsewhere, &run).expect("linked");
    place
        .call(&CALL)
        .with_code(0)
        .says("0 runs trained, 2 reused");
    place.line("report results/small", 0).says("2 runs; report");
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let place = Place::new(SMALL);
    for line in [
        "list",
        "data list",
        "data check digits",
        "completions bash",
        "run small.toml --seeds 0 --json",
        "report results/small",
        "status results/small",
        "verify results/small",
        "export results/small --format latex",
        "plan small.toml --seeds 0",
        "schema",
        "explain nudging",
        "man pages",
        "init new.toml",
        "--help",
        "--version",
        "help run",
        "data check --help",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("a full disk");
        let output = place
            .command(&words)
            .stdout(full)
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{line}: {said}");
        assert!(said.contains("No space left on device"), "{line}: {said}");
    }
}
