//! Training that begins from weights of a file.

use std::fs;
use std::path::{Path, PathBuf};

use apical_datasets::{NamedArray, npz};
use sha2::{Digest, Sha256};

use crate::program::{Place, SMALL, read};

const FILE: &str = "start.file = \"w.npz\"";

fn spec(start: &str) -> String {
    SMALL.replace("forward_scale = 0.1", start)
}

/// Weights of a 64-8-10 network, other ones for another `seed`.
fn weights(seed: u32) -> Vec<NamedArray> {
    let array = |name: &str, shape: [usize; 2]| {
        let value = |i: u32| f64::from((i * 7919 + seed * 31) % 200) / 1000.0 - 0.1;
        let values = (0..(shape[0] * shape[1]) as u32).map(value).collect();
        NamedArray::numbers(name.to_owned(), shape.to_vec(), values)
    };
    vec![array("weights_1", [8, 64]), array("weights_2", [10, 8])]
}

fn write(path: &Path, arrays: &[NamedArray]) {
    fs::write(path, npz(arrays).expect("an archive")).expect("written");
}

/// What a run read after an epoch, its times left out.
fn readings(run: &Path, epoch: usize) -> serde_json::Value {
    let metrics = read(&run.join("metrics.jsonl"));
    let lines = metrics
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let mut of_epoch = lines
        .filter(|line: &serde_json::Value| line["record"] == "epoch" && line["epoch"] == epoch);
    let mut all = of_epoch.next().expect("the epoch")["readings"].take();
    let readings = all.as_array_mut().expect("readings");
    readings.retain(|of| of["metric"] == "accuracy" || of["metric"] == "loss");
    all
}

fn run_of(place: &Place, experiment: &str, learner: &str, seed: u64) -> PathBuf {
    let folder = format!("results/{experiment}/digits/{learner}/seed-{seed}-");
    let mut runs = place.runs().into_iter();
    runs.find(|run| run.display().to_string().contains(&folder))
        .expect("the run")
}

#[test]
fn every_learner_and_seed_begins_from_the_weights_of_the_file() {
    let place = Place::new("");
    fs::create_dir(place.path("specs")).expect("made");
    fs::write(place.path("specs/given.toml"), spec(FILE)).expect("written");
    let file = place.path("specs/w.npz");
    write(&file, &weights(0));
    place.line("run specs/given.toml", 0);
    let at_start = |learner, seed| readings(&run_of(&place, "given", learner, seed), 0);
    let first = at_start("microcircuit", 0);
    assert_eq!(first, at_start("microcircuit", 1), "the data are the same");
    assert_eq!(
        first[4]["value"],
        at_start("matched-backprop", 1)[4]["value"],
        "test accuracy"
    );
    // The file is a part of what decides a run, and of where it comes from.
    let run = run_of(&place, "given", "microcircuit", 0);
    let sum: String = Sha256::digest(fs::read(&file).expect("read"))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let provenance = read(&run.join("provenance.json"));
    assert!(
        provenance.contains(&format!("\"start_checksum\": \"{sum}\"")),
        "{provenance}"
    );
    place.line("run specs/given.toml", 0).says("4 reused");
    let copy = read(&place.path("results/given/experiment.toml"));
    assert!(copy.contains("file = \"../../specs/w.npz\""), "{copy}");
    place
        .line("verify results/given --rerun 1", 0)
        .prints("runs made again, to the bit (1)");
    write(&file, &weights(1));
    let other = place.line("run specs/given.toml", 0);
    assert!(!other.stderr.contains("reused"), "{}", other.stderr);
    assert_eq!(place.runs().len(), 8);
}

#[test]
fn training_goes_on_from_the_weights_of_a_run() {
    let place = Place::new(SMALL);
    place.line("run small.toml --seeds 0 --no-report", 0);
    for learner in ["microcircuit", "matched-backprop"] {
        let ended = run_of(&place, "small", learner, 0);
        fs::copy(
            ended.join("weights.safetensors"),
            place.path("w.safetensors"),
        )
        .expect("copied");
        let start = "start.file = \"w.safetensors\"";
        let name = format!("from-{learner}");
        fs::write(place.path(&format!("{name}.toml")), spec(start)).expect("written");
        place.line(&format!("run {name}.toml --seeds 0 --no-report"), 0);
        let begun = run_of(&place, &name, learner, 0);
        assert_eq!(readings(&begun, 0), readings(&ended, 2), "{learner}");
    }
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let place = Place::new(&spec(FILE));
    let refused = |words: &str| {
        let call = place.line("run small.toml", 4);
        call.says("the starting weights of task `digits` cannot be used: ")
            .says(words);
    };
    refused("w.npz cannot be read: ");
    let file = place.path("w.npz");
    fs::write(&file, "no archive").expect("written");
    refused("w.npz is no NPZ archive and no safetensors file");
    write(&file, &weights(0)[..1]);
    refused("w.npz has no `weights_2`: expected weights of shape [10, 8]; it has `weights_1`");
    let mut turned = weights(0);
    turned[1].shape.reverse();
    write(&file, &turned);
    refused("`weights_2` of w.npz has shape [8, 10], expected [10, 8]");
    assert!(place.runs().is_empty());
    let nothing = Place::new(&spec(""));
    nothing.line("run small.toml", 2).says(
        "`task.digits.forward_scale` is not there, expected a scale to draw starting weights with, or a file",
    );
}
