//! Parts of an experiment made in several places, and joined.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{Place, SMALL, read, readings};
use crate::verify::{forge, with_another_digit};

/// Runs below `folder`, relative to it, with what they read.
fn runs(folder: &Path) -> BTreeSet<(PathBuf, Vec<String>)> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(inner) = open.pop().filter(|inner| inner.is_dir()) {
        if inner.join("metrics.jsonl").is_file() {
            let name = inner.strip_prefix(folder).expect("below").to_owned();
            found.insert((name, readings(&inner)));
            continue;
        }
        let entries = fs::read_dir(inner).expect("listed");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        open.extend(paths.filter(|path| path.is_dir()));
    }
    found
}

const SHARDS: [&str; 3] = ["a", "b", "c"];

/// Three shards of eight runs, each in a folder of its own.
fn sharded(spec: &str) -> Place {
    let place = Place::new(spec);
    for (number, out) in (1..).zip(SHARDS) {
        let line = format!("run small.toml --seeds 0..3 --quiet --shard {number}/3 --out {out}");
        place.line(&line, 0);
    }
    place
}

#[test]
fn shards_joined_are_what_one_call_makes() {
    let place = sharded(SMALL);
    place.line("run small.toml --seeds 0..3 --quiet --out whole", 0);
    let whole = runs(&place.path("whole/small"));
    assert_eq!(whole.len(), 8);
    let made = SHARDS.map(|out| runs(&place.path(out)).len());
    assert!(
        made.iter().all(|n| *n < 8) && made.iter().sum::<usize>() == 8,
        "{made:?}"
    );
    let used = SHARDS
        .iter()
        .filter(|out| place.path(out).join("small").is_dir());
    let used: Vec<String> = used.map(|out| format!("{out}/small")).collect();
    let line = format!("merge {} --out joined/small", used.join(" "));
    place.line(&line, 0).prints("8 runs copied");
    assert_eq!(runs(&place.path("joined/small")), whole);
    for file in ["runs.json", "experiment.toml"] {
        let [one, other] =
            ["whole/small", "joined/small"].map(|out| read(&place.path(out).join(file)));
        assert_eq!(one, other, "{file}");
    }
    place.line("status joined/small", 0);
    // Nothing is left to make, and nothing to copy.
    let again = "run small.toml --seeds 0..3 --out joined";
    place.line(again, 0).says("0 runs trained, 8 reused");
    place
        .line(&line, 0)
        .prints("0 runs copied, 8 already there");
}

#[test]
fn a_shard_without_report_looks_at_no_other_runs() {
    let place = Place::new(SMALL);
    let part = |number, rest| format!("run small.toml --seeds 0..3 --shard {number}/2{rest}");
    place.line(&part(1, ""), 0).prints("test accuracy");
    let second = place.line(&part(2, " --no-report"), 0);
    assert_eq!(second.stdout, "");
    second.says("shard 2/2: ").says("runs trained");
    place.line("status results/small", 0).prints("8 finished");
}

#[test]
fn further_seeds_move_no_run_to_another_shard() {
    let place = Place::new(SMALL);
    place.line(
        "run small.toml --seeds 0..1 --quiet --shard 2/3 --out few",
        0,
    );
    place.line(
        "run small.toml --seeds 0..3 --quiet --shard 2/3 --out more",
        0,
    );
    let [few, more] = ["few", "more"].map(|out| runs(&place.path(out).join("small")));
    assert!(few.is_subset(&more), "{few:?} {more:?}");
    let rest = more.difference(&few);
    assert!(
        rest.map(|(run, _)| run.to_string_lossy().into_owned())
            .all(|run| { run.contains("seed-2-") || run.contains("seed-3-") })
    );
}

#[test]
fn calls_with_other_seeds_are_joined_to_one_experiment() {
    let place = Place::new(SMALL);
    place.line("run small.toml --seeds 0 --quiet --out a", 0);
    place.line("run small.toml --seeds 2..3 --quiet --out b", 0);
    place
        .line("merge b/small a/small --out c", 0)
        .prints("6 runs copied");
    let experiment = read(&place.path("c/experiment.toml"));
    assert!(
        experiment.starts_with("# command: apical run small.toml --seeds 0,2..3\n"),
        "{experiment}"
    );
    assert!(
        experiment.contains("\nseeds = [0, 2, 3]\n")
            || experiment.contains("\nseeds = [\n    0,\n    2,\n    3,\n]\n"),
        "{experiment}"
    );
    place.line("status c", 0).prints("6 finished");
}

#[test]
fn what_differs_is_named_and_nothing_is_written_over() {
    let place = sharded(SMALL);
    let from = SHARDS.map(|out| place.path(out).join("small"));
    let from = from
        .iter()
        .find(|folder| !runs(folder).is_empty())
        .expect("a shard with runs");
    let from = from.to_str().expect("UTF-8");
    place.line(&format!("merge {from} --out joined"), 0);
    let before = runs(&place.path("joined"));
    let (run, _) = before.iter().next().expect("a run").clone();
    // Another result under the same name, whole in itself.
    let kept = place.path("joined").join(&run);
    let weights = fs::read(kept.join("weights.safetensors")).expect("weights");
    let other = Path::new(from).join(&run);
    fs::write(other.join("weights.safetensors"), b"other").expect("written");
    let call = place.line(&format!("merge {from} --out joined"), 4);
    call.says("is damaged: weights.safetensors")
        .prints("1 not joined");
    assert!(fs::read(kept.join("weights.safetensors")).expect("weights") == weights);
    fs::write(kept.join("metrics.jsonl"), b"").expect("written");
    fs::write(other.join("weights.safetensors"), &weights).expect("written");
    let call = place.line(&format!("merge {from} --out joined"), 4);
    call.says("is in its place and damaged: metrics.jsonl");
    assert!(
        fs::read(kept.join("metrics.jsonl"))
            .expect("read")
            .is_empty()
    );
}

#[test]
fn a_result_with_another_reading_is_a_conflict() {
    let place = Place::new(SMALL);
    place.line("run small.toml --seeds 0 --quiet --out a", 0);
    place.line("merge a/small --out b", 0);
    let run = place.path("a/small/digits/microcircuit");
    let run = fs::read_dir(run)
        .expect("listed")
        .next()
        .expect("a run")
        .expect("an entry")
        .path();
    // As a program that computes otherwise would have written it, its checksums its own.
    let metrics = read(&run.join("metrics.jsonl"));
    let changed = with_another_digit(&metrics, "\"value\":");
    assert_ne!(changed, metrics);
    forge(&run, "metrics.jsonl", changed.as_bytes());
    let call = place.line("merge a/small --out b", 4);
    call.says("its metrics.jsonl is not that of")
        .says("which stays");
}

#[test]
fn results_that_do_not_belong_together_are_not_joined() {
    let place = Place::new(SMALL);
    place.line("run small.toml --seeds 0 --quiet --out a", 0);
    place.line(
        "run small.toml --seeds 0 --quiet --out b --set training.batch_size=40",
        0,
    );
    let call = place.line("merge a/small b/small --out c", 2);
    call.says("are of other settings, data or code, and are not joined");
    assert!(!place.path("c").exists());
    place
        .line("merge a/small b --out c", 2)
        .says("b holds no experiment");
    place
        .line("merge a/small --out a/small", 2)
        .says("is named among the folders");
    for shard in ["0/3", "4/3", "1/0", "x"] {
        let line = format!("run small.toml --shard {shard}");
        place.line(&line, 2).says("expected K/N, such as 3/40");
    }
}

#[test]
fn shards_of_a_protocol_and_of_a_tuned_experiment_are_joined_too() {
    let place = Place::new("");
    for (number, out) in (1..).zip(["a", "b"]) {
        let line = format!("run theory --set n_samples=3 --quiet --shard {number}/2 --out {out}");
        place.line(&line, 0);
    }
    place.line("run theory --set n_samples=3 --quiet --out whole", 0);
    place.line("merge a/theory b/theory --out joined", 0);
    let call = place.line("compare whole/theory joined", 0);
    call.prints("identical");
    let tuned = SMALL.to_owned()
        + "\n[tuning]\nstrategy = \"random\"\nn_trials = 2\nseeds = [7]\nn_epochs = 1\n\
           [tuning.space]\n\"task.*.learner.*.*.rates.0\" = { from = 0.5, to = 2.0 }\n";
    let place = sharded(&tuned);
    let used = SHARDS
        .iter()
        .filter(|out| place.path(out).join("small/runs.json").is_file());
    let used: Vec<String> = used.map(|out| format!("{out}/small")).collect();
    place.line(&format!("merge {} --out joined/small", used.join(" ")), 0);
    let again = "run small.toml --seeds 0..3 --out joined";
    place.line(again, 0).says("0 runs trained, 8 reused");
}
