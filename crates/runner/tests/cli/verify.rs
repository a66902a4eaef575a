//! `apical verify`: everything that is changed is found, also where checksums were made to fit.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::program::{Place, SMALL, read};

fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn finished() -> (Place, Vec<PathBuf>) {
    let place = Place::new(SMALL);
    place.line("run small.toml", 0);
    let runs = place.runs();
    (place, runs)
}

/// Another digit in place of the last one after `before`.
pub(crate) fn with_another_digit(text: &str, before: &str) -> String {
    let from = text.find(before).expect(before) + before.len();
    let n = text[from..].find([',', '}', '\n', ' ']).expect("an end");
    let last = from + n - 1;
    let digit = if &text[last..=last] == "1" { "2" } else { "1" };
    format!("{}{digit}{}", &text[..last], &text[last + 1..])
}

/// Writes `bytes` as `file` of the run in `folder`, with a manifest and a summary to which they belong.
pub(crate) fn forge(folder: &Path, file: &str, bytes: &[u8]) {
    let before = checksum(&fs::read(folder.join(file)).expect("read"));
    fs::write(folder.join(file), bytes).expect("written");
    let summary = read(&folder.join("summary.json")).replace(&before, &checksum(bytes));
    fs::write(folder.join("summary.json"), summary).expect("written");
}

/// Takes `file` of all runs away, as files that are not kept are.
fn leave_out(runs: &[PathBuf], file: &str) {
    for run in runs {
        fs::remove_file(run.join(file)).expect("removed");
        let summary = run.join("summary.json");
        let left_out = format!("\"left_out\": [\"{file}\"]");
        let text = read(&summary).replace("\"left_out\": []", &left_out);
        fs::write(summary, text).expect("written");
    }
}

#[test]
fn what_is_as_it_was_agrees() {
    let (place, _) = finished();
    place
        .line("verify results/small --rerun 2", 0)
        .prints("agrees: checksums of runs (4)")
        .prints("agrees: summaries, from the readings beside them (4)")
        .prints("agrees: numbers of tables and figures, from the records (")
        .prints("agrees: what saved weights predict (4)")
        .prints("agrees: runs made again, to the bit (2)");
    place
        .line("verify results --rerun 100", 0)
        .prints("runs made again, to the bit (4)");
    place
        .line("verify nowhere", 2)
        .says("there is no folder `nowhere`");
}

#[test]
fn a_digit_in_each_kind_of_file_is_found() {
    let (place, runs) = finished();
    let root = place.path("results/small");
    let figure = fs::read_dir(root.join("figures/digits"))
        .expect("listed")
        .flatten();
    let figure = figure
        .map(|entry| entry.path())
        .find(|path| path.to_string_lossy().ends_with("learning_curves.csv"))
        .expect("a figure");
    for (path, before, expected) in [
        (root.join("table.csv"), "accuracy,", "table.csv: line 2: `"),
        (figure, "test,", "learning_curves.csv: line "),
        (
            runs[0].join("summary.json"),
            "\"n_parameters\": ",
            "summary.json was changed",
        ),
        (
            runs[1].join("metrics.jsonl"),
            "\"value\":",
            "metrics.jsonl was changed",
        ),
        (
            runs[2].join("provenance.json"),
            "\"n_threads\": ",
            "provenance.json was changed",
        ),
        (
            runs[3].join("spec.toml"),
            "n_epochs = ",
            "spec.toml was changed",
        ),
    ] {
        let text = read(&path);
        fs::write(&path, with_another_digit(&text, before)).expect("written");
        place
            .line("verify results/small", 3)
            .prints("differs: ")
            .prints(expected);
        fs::write(&path, text).expect("written");
    }
    place.line("verify results/small", 0);
}

#[test]
fn a_digit_of_contrasts_and_of_figures_is_found() {
    let contrasts = "contrasts = \"baseline\"\nmargin = 0.5\n\n[training]";
    let place = Place::new(&SMALL.replace("[training]", contrasts));
    place.line("run small.toml", 0);
    let figures = [
        "angle_map",
        "confusion",
        "class_accuracy",
        "time_front",
        "contrasts",
    ];
    let figures = figures.map(|name| format!("figures/digits/{name}.csv"));
    for file in std::iter::once("contrasts.csv".to_owned()).chain(figures) {
        let path = place.path("results/small").join(&file);
        let whole = read(&path);
        let at = whole.rfind(|c: char| c.is_ascii_digit()).expect("a digit");
        let other = if &whole[at..=at] == "1" { "2" } else { "1" };
        let changed = format!("{}{other}{}", &whole[..at], &whole[at + 1..]);
        fs::write(&path, changed).expect("written");
        place
            .line("verify results/small", 3)
            .prints(&format!("{file}: line "));
        fs::write(&path, whole).expect("written");
    }
    place.line("verify results/small", 0);
}

#[test]
fn what_was_made_to_fit_is_found_by_what_it_is_made_of() {
    let (place, runs) = finished();
    // A summary with a checksum of its own, beside other readings.
    let metrics = read(&runs[0].join("metrics.jsonl"));
    let from = metrics.rfind("\"record\":\"epoch\"").expect("an epoch");
    let forged = with_another_digit(&metrics[from..], "\"part\":\"test\",\"value\":");
    forge(
        &runs[0],
        "metrics.jsonl",
        format!("{}{forged}", &metrics[..from]).as_bytes(),
    );
    place
        .line("verify results/small", 3)
        .prints("summary.json: `last` is not what metrics.jsonl gives");
    forge(&runs[0], "metrics.jsonl", metrics.as_bytes());

    let weights = fs::read(runs[1].join("weights.safetensors")).expect("read");
    let mut others = weights.clone();
    let from = weights.len() - 400;
    others[from..].iter_mut().for_each(|byte| *byte = 0);
    forge(&runs[1], "weights.safetensors", &others);
    place
        .line("verify results/small", 3)
        .prints("weights.safetensors: ")
        .prints(", and was read as ");
    place
        .line("verify results/small --rerun 4", 3)
        .prints("made again, weights.safetensors differs")
        .prints("agrees: runs made again, to the bit (3)");
    forge(&runs[1], "weights.safetensors", &weights);
    place.line("verify results/small", 0);
}

/// Writes other counts of classes into the summary in `folder`, with a checksum to which they belong.
fn forge_confusion(folder: &Path, counts: &[Vec<u32>]) {
    const MARK: &str = ",\n  \"manifest\": ";
    let path = folder.join("summary.json");
    let text = read(&path);
    let (alone, manifest) = text.rsplit_once(MARK).expect("a manifest");
    let own = |text: &str| checksum(format!("{text}\n}}\n").as_bytes());
    let row = |row: &Vec<u32>| row.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
    let mut forged = alone.to_owned();
    for (then, now) in confusion(folder).iter().zip(counts) {
        forged = forged.replacen(&row(then), &row(now), 1);
    }
    let manifest = manifest.replace(&own(alone), &own(&forged));
    fs::write(path, format!("{forged}{MARK}{manifest}")).expect("written");
}

fn confusion(folder: &Path) -> Vec<Vec<u32>> {
    let summary: serde_json::Value =
        serde_json::from_str(&read(&folder.join("summary.json"))).expect("JSON");
    let rows = summary["confusion"].as_array().expect("rows").iter();
    let counts = |row: &serde_json::Value| {
        let counts = row.as_str().expect("a text").split(' ');
        counts
            .map(|count| count.parse().expect("a count"))
            .collect()
    };
    rows.map(counts).collect()
}

#[test]
fn counts_of_classes_are_those_of_the_accuracy_and_of_the_saved_weights() {
    let (place, runs) = finished();
    let counts = confusion(&runs[0]);
    let n_samples: u32 = counts.iter().flatten().sum();
    assert_eq!((counts.len(), n_samples), (10, 250));
    let mut others = counts.clone();
    others[4][4] += 1;
    forge_confusion(&runs[0], &others);
    place
        .line("verify results/small", 3)
        .prints("summary.json: `confusion` is not of the test accuracy in `last`");
    forge_confusion(&runs[0], &counts);
    // As many errors, of other classes.
    let cells = (0..100).map(|cell| (cell / 10, cell % 10));
    let mut errors = cells.filter(|(class, taken_for)| class != taken_for);
    let (class, from) = errors
        .find(|(class, taken_for)| counts[*class][*taken_for] > 0)
        .expect("an error");
    let to = (0..10)
        .find(|to| *to != class && *to != from)
        .expect("a class");
    let mut others = counts.clone();
    others[class][from] -= 1;
    others[class][to] += 1;
    forge_confusion(&runs[0], &others);
    place
        .line("verify results/small", 3)
        .prints("weights.safetensors: which classes are taken for which differs from `confusion`")
        .prints("confusion.csv: line ");
    forge_confusion(&runs[0], &counts);
    place.line("verify results/small", 0);
}

#[test]
fn what_was_not_kept_is_not_checked() {
    let (place, runs) = finished();
    leave_out(&runs, "weights.safetensors");
    let call = place.line("verify results/small --rerun 1", 0);
    call.prints("not checked: ")
        .prints("weights.safetensors was not kept");
    assert!(!call.stdout.contains("saved weights"), "{}", call.stdout);
}

#[test]
fn what_is_made_of_all_epochs_is_not_checked_without_them() {
    let metrics = r#"metrics = ["accuracy", "loss", "potential_size", "gradient_over_floor"]"#;
    let measure = format!("[measure]\n{metrics}");
    let place = Place::new(&SMALL.replace("[measure]", &measure));
    place.line("run small.toml", 0);
    place.line("verify results/small", 0);
    assert!(place.path("results/small/credit.csv").is_file());
    leave_out(&place.runs(), "metrics.jsonl");
    // As readings of epochs that are gone may have made it.
    let credit = place.path("results/small/credit.csv");
    let text = read(&credit).replace("potentials of ", "potentials of 1");
    fs::write(credit, text).expect("written");
    place
        .line("verify results/small", 0)
        .prints("not checked: results/small/credit.csv: metrics.jsonl of its runs was not kept");
}

#[test]
fn a_flag_of_all_epochs_is_not_checked_without_them() {
    let place = Place::new(
        &SMALL
            .replace("rates = [1.0, 0.1]", "rates = 0.0")
            .replace("rates = [3.0, 0.3]", "rates = 0.0"),
    );
    place.line("run small.toml", 0);
    let table = place.path("results/small/table.csv");
    assert!(read(&table).contains("loss_never_fell"));
    place.line("verify results/small", 0);
    leave_out(&place.runs(), "metrics.jsonl");
    place
        .line("verify results/small", 0)
        .prints("not checked: results/small/table.csv: flag `loss_never_fell`, as metrics.jsonl of its runs was not kept");
    let text = read(&table);
    fs::write(&table, with_another_digit(&text, "accuracy,")).expect("written");
    place
        .line("verify results/small", 3)
        .prints("table.csv: line 2: `");
    // Other flags are made of what is kept.
    fs::write(&table, text.replace("at_chance ", "")).expect("written");
    place
        .line("verify results/small", 3)
        .prints("table.csv: line 2: `");
}

#[test]
fn runs_of_a_protocol_are_made_again_too() {
    let place = Place::new("");
    place.line(
        "run fig1 --seeds 0 --set learning_ms=300 --set reported_ms=200 --quiet",
        0,
    );
    place
        .line("verify results/fig1 --rerun 1", 0)
        .prints("agrees: checksums of runs (5)")
        .prints("numbers of tables and figures")
        .prints("agrees: runs made again, to the bit (1)");
}

#[test]
fn numbers_of_a_text_are_those_of_the_tables() {
    let (place, _) = finished();
    let table = read(&place.path("results/small/table.csv"));
    let mut rows = table.lines();
    let column = |row: &str| row.split(',').nth(3).map(str::to_owned).expect("a cell");
    let (name, value) = (
        column(rows.next().expect("headings")),
        column(rows.next().expect("a row")),
    );
    let text = |value: &str| {
        format!(
            "# Results\n\n{value} seeds <!-- cells: results/small/table.csv; learner=microcircuit; {name} -->\n"
        )
    };
    fs::write(place.path("README.md"), text(&value)).expect("written");
    place
        .line("verify --claims README.md", 0)
        .prints("agrees: README.md: numbers, with the cells they are bound to (1)");
    fs::write(place.path("README.md"), text("7")).expect("written");
    place
        .line("verify results/small --claims README.md", 3)
        .prints("agrees: checksums of runs (4)")
        .prints("differs: README.md:3: `7` is 2 in results/small/table.csv (n_seeds)");
    fs::write(place.path("README.md"), "nothing").expect("written");
    place
        .line("verify --claims README.md", 0)
        .prints("not checked: README.md: no number is bound");
    place
        .line("verify --claims nowhere.md", 4)
        .says("nowhere.md cannot be read");
    for endless in ["/dev/zero", "results/small"] {
        let claims = format!("verify --claims {endless}");
        place.line(&claims, 4).says("cannot be read");
    }
    place.line("verify", 2);
}
