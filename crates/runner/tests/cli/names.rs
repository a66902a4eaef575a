//! Tasks and learners may be called anything that can be printed: what cannot be stored is refused before
//! anything is taught.

use std::collections::BTreeSet;
use std::fs;

use crate::program::{Place, read};

/// A task called `task`, with a learner called `learner`, that are taught in a moment.
fn spec(task: &str, learner: &str) -> String {
    format!(
        r#"
[task.{task:?}]
dataset.yin_yang = {{ n_train = 20, n_validation = 6, n_test = 6 }}
hidden = [3]
transfer = "logistic"
forward_scale = 0.1

[task.{task:?}.learner.{learner:?}.microcircuit]
rates = 0.1
"#
    )
}

const HEAD: &str = "seeds = [0]\ntraining.n_epochs = 1\n";

#[test]
fn what_the_store_uses_itself_and_what_no_folder_is_called_are_names() {
    let long = ["ж".repeat(299), format!("{}x", "ж".repeat(299))];
    let names = [
        "index.html",
        "figures",
        "runs.json",
        "tuning",
        "ошибка",
        "----",
        "…",
        "seed-0-01234567",
        "=1+1",
        &long[0],
        &long[1],
    ];
    let tasks = names.map(|name| spec(name, name));
    let place = Place::new(&format!("{HEAD}{}", tasks.concat()));
    place.line("run small.toml --quiet", 0);
    assert_eq!(place.runs().len(), names.len());
    place
        .line("run small.toml", 0)
        .says(&format!("0 runs trained, {} reused", names.len()));
    let folder = place.path("results/small");
    let before = read(&folder.join("index.html"));
    for name in &names[..9] {
        assert!(before.contains(name), "{name}");
    }
    let table = read(&folder.join("table.csv"));
    assert!(table.contains("\n'=1+1,'=1+1,"), "{table}");
    fs::remove_file(folder.join("index.html")).expect("a file");
    place.line("report results/small", 0);
    assert!(folder.join("index.html").is_file());
}

#[test]
fn names_that_differ_in_case_alone_or_cannot_be_printed_are_refused() {
    for (names, expected) in [
        (["groß", "GROSS"], "differ in punctuation or case alone"),
        (["Ошибка", "ошибка"], "differ in punctuation or case alone"),
        (
            ["a\u{1b}[31mb", "c"],
            "no name, expected letters that can be printed",
        ),
        (
            ["a\nb", "c"],
            "no name, expected letters that can be printed",
        ),
        (
            [" \u{a0}", "c"],
            "no name, expected letters that can be printed",
        ),
        (["", "c"], "no name, expected letters that can be printed"),
    ] {
        let tasks = names.map(|name| {
            let name: String = name
                .chars()
                .map(|c| format!("\\U{:08x}", u32::from(c)))
                .collect();
            spec("t", "l").replace("\"t\"", &format!("\"{name}\""))
        });
        let place = Place::new(&format!("{HEAD}{}", tasks.concat()));
        let call = place.line("run small.toml", 2);
        call.says(expected);
        assert!(!call.stderr.contains('\u{1b}'), "{:?}", call.stderr);
        assert!(!place.path("results").exists(), "something ran");
    }
}

#[test]
fn a_sweep_of_thirteen_keys_has_folders() {
    let keys = [
        "nudging",
        "apical_mixing",
        "interneuron_nudging",
        "rates",
        "interneuron_rates",
        "apical_rates",
        "feedback_rates",
        "feedback_scale",
        "interneuron_scale",
        "pyramidal_from_interneuron_scale",
    ];
    let of_learner = keys.map(|key| format!("\"task.t.learner.l.microcircuit.{key}\" = [0.1]\n"));
    let shared = "\"training.batch_size\" = [5, 6]\n\"training.n_epochs\" = [1]\n\
                  \"task.t.forward_scale\" = [0.1]\n";
    let sweep = format!("[sweep]\n{}{shared}", of_learner.concat());
    let place = Place::new(&format!("{HEAD}{sweep}{}", spec("t", "l")));
    place.line("run small.toml --quiet", 0);
    let folders: BTreeSet<_> = place.runs().into_iter().collect();
    assert_eq!(folders.len(), 2);
    place
        .line("run small.toml", 0)
        .says("0 runs trained, 2 reused");
}

#[test]
fn a_value_over_several_lines_keeps_the_record_readable() {
    let place = Place::new(&format!("{HEAD}{}", spec("t", "l")));
    let set = "task.t.hidden=[3,\n  4]";
    let call = place.call(&["run", "small.toml", "--quiet", "--set", set]);
    call.with_code(0);
    let text = read(&place.path("results/small/experiment.toml"));
    let table: toml::Table = text
        .parse()
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(
        table["task"]["t"]["hidden"].as_array().map(Vec::len),
        Some(2)
    );
    let first = text.lines().next().unwrap_or_default();
    assert!(first.contains("--set 'task.t.hidden=[3, 4]'"), "{first}");
    place.line("report results/small", 0);
    let twice = place.call(&["run", "small.toml", "--seeds", "0..2,1"]);
    twice.with_code(2).says("has the seed 1 twice");
}
