//! What an earlier report left where a later one is written.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::program::{Place, SMALL, read};

#[test]
fn what_an_earlier_report_had_goes() {
    let place = Place::new(SMALL);
    place.line("run small.toml --seeds 0", 0);
    let figures = place.path("results/small/figures/digits");
    let has = |figure: &str| figures.join(format!("{figure}.svg")).is_file();
    assert!(has("update_angle") && has("learning_curves"));
    fs::write(figures.join("mine.svg"), "mine").expect("written");
    let metrics = "measure.metrics=[\"accuracy\"]";
    place
        .call(&["run", "small.toml", "--seeds", "0", "--set", metrics])
        .with_code(0);
    assert!(!has("update_angle") && has("learning_curves") && has("mine"));
}

/// Files below `folder`, relative to it; folders without anything in them end with a slash.
fn all_below(folder: &Path, root: &Path, found: &mut BTreeSet<String>) {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let entries: Vec<_> = entries.map(|entry| entry.path()).collect();
    let relative = |path: &Path| {
        let path = path.strip_prefix(root).expect("below");
        path.to_str().expect("UTF-8").to_owned()
    };
    if entries.is_empty() {
        found.insert(relative(folder) + "/");
    }
    for path in entries {
        match path.is_dir() {
            true => all_below(&path, root, found),
            false => drop(found.insert(relative(&path))),
        }
    }
}

#[test]
fn a_report_elsewhere_leaves_nothing_of_another_and_all_that_is_the_users() {
    let place = Place::new(SMALL);
    let quiet = "--seeds 0 --no-report --quiet";
    place.line(&format!("run small.toml {quiet}"), 0);
    let swept = SMALL.replace(
        "[measure]",
        "[sweep]\n\"training.batch_size\" = [25, 50]\n[measure]",
    );
    fs::write(
        place.path("swept.toml"),
        swept.replace("task.digits", "task.others"),
    )
    .expect("written");
    place.line(&format!("run swept.toml {quiet}"), 0);
    place.line(
        &format!("run fig1 {quiet} --set learning_ms=300 --set reported_ms=200 --set trace_ms=80"),
        0,
    );
    let out = place.path("C");
    let mine = [
        "notes.txt",
        "figures/mine.svg",
        "figures/others/mine.csv",
        "kept/a",
    ];
    for file in mine {
        let path = out.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, "mine").expect("written");
    }
    let mut n_tasks = 0;
    for folder in ["small", "swept", "fig1", "swept", "small"] {
        place.line(&format!("report results/{folder} --out C"), 0);
        let list: BTreeSet<String> =
            serde_json::from_str(&read(&out.join("report.json"))).expect("a list");
        assert!(list.contains("index.html") && list.len() > 5, "{list:?}");
        n_tasks += usize::from(list.iter().any(|file| file.starts_with("figures/others/")));
        let own = mine.into_iter().chain(["report.json"]).map(str::to_owned);
        let mut there = BTreeSet::new();
        all_below(&out, &out, &mut there);
        assert_eq!(there, list.into_iter().chain(own).collect(), "{folder}");
        for file in mine {
            assert_eq!(read(&out.join(file)), "mine");
        }
        let page = read(&out.join("index.html"));
        for link in page.split(" href=\"").skip(1) {
            let (target, _) = link.split_once('"').expect("an end");
            let is_inside = target.starts_with('#') || target.starts_with("data:");
            assert!(is_inside || there.contains(target), "{folder}: {target}");
        }
    }
    assert_eq!(n_tasks, 2, "reports of the swept task");
}
