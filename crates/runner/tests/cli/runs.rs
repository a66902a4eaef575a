//! Runs and their records.

use std::fs;
use std::path::Path;

use crate::program::{Place, SMALL, read, readings, status};

#[test]
fn a_run_leaves_records_and_a_report() {
    let place = Place::new(SMALL);
    place
        .line("run small.toml --wide", 0)
        .prints("time ratio to matched backprop")
        .says("digits · microcircuit · seed 0 · epoch 2/2 · validation");
    let runs = place.runs();
    assert_eq!(runs.len(), 4);
    for run in &runs {
        for file in [
            "spec.toml",
            "provenance.json",
            "metrics.jsonl",
            "summary.json",
            "weights.safetensors",
        ] {
            assert!(run.join(file).is_file(), "{file} in {}", run.display());
        }
        assert_eq!(status(run), "finished");
        assert_eq!(readings(run).len(), 1 + 3);
    }
    for file in ["experiment.toml", "index.html", "table.csv"] {
        assert!(place.path("results/small").join(file).is_file(), "{file}");
    }
}

#[test]
fn a_finished_experiment_is_used_again_until_forced() {
    let place = Place::new(SMALL);
    place.line("run small.toml", 0);
    let before: Vec<String> = place
        .runs()
        .iter()
        .map(|run| read(&run.join("provenance.json")))
        .collect();
    place
        .line("run small.toml", 0)
        .says("0 runs trained, 4 reused");
    let after: Vec<String> = place
        .runs()
        .iter()
        .map(|run| read(&run.join("provenance.json")))
        .collect();
    assert_eq!(before, after);
    let forced = place.line("run small.toml --force --quiet", 0);
    assert_eq!(forced.stderr, "");
    let forced: Vec<String> = place
        .runs()
        .iter()
        .map(|run| read(&run.join("provenance.json")))
        .collect();
    assert!(
        forced
            .iter()
            .all(|provenance| provenance.contains("--force")),
        "{forced:?}"
    );
}

#[test]
fn a_schedule_of_rates_makes_other_runs_and_a_constant_one_does_not() {
    let place = Place::new(SMALL);
    let run = |sets: &[&str]| {
        let mut arguments = vec!["run", "small.toml", "--no-report"];
        sets.iter().for_each(|set| arguments.extend(["--set", set]));
        place.call(&arguments).with_code(0).stderr
    };
    run(&[]);
    let before = place.runs();
    for run in &before {
        let spec = read(&run.join("spec.toml"));
        assert!(!spec.contains("rate_schedule"), "{spec}");
    }
    let constant = run(&["training.rate_schedule=constant"]);
    assert!(constant.contains("0 runs trained, 4 reused"), "{constant}");
    let own = run(&["task.digits.training_of.microcircuit.rate_schedule.cosine.to=0.1"]);
    assert!(own.contains("2 runs trained, 2 reused"), "{own}");
    for run in place.runs().iter().filter(|run| !before.contains(run)) {
        let spec = read(&run.join("spec.toml"));
        assert!(spec.contains("[training.rate_schedule.cosine]"), "{spec}");
    }
    let all = run(&["training.rate_schedule.exponential.to=0.1"]);
    assert!(all.contains("4 runs trained;"), "{all}");
}

#[test]
fn other_settings_and_seeds_are_other_runs() {
    let place = Place::new(SMALL);
    place.line("run small.toml --seeds 0 --no-report", 0);
    assert_eq!(place.runs().len(), 2);
    place
        .line("run small.toml --seeds 0..1 --no-report", 0)
        .says("2 runs trained, 2 reused");
    let other = place.line(
        "run small.toml --seeds 0 --set training.batch_size=100 --no-report",
        0,
    );
    other.says("2 runs trained;");
    assert_eq!(place.runs().len(), 6);
    place
        .line("run small.toml --seeds 0 --set title=Other --no-report", 0)
        .says("2 reused");
}

#[test]
fn a_value_for_all_tasks_goes_before_what_a_task_says() {
    let spec = SMALL.replace("hidden = [8]", "hidden = [8]\ntraining.n_epochs = 5");
    let place = Place::new(&spec);
    place.line(
        "run small.toml --seeds 0 --set training.n_epochs=1 --no-report",
        0,
    );
    for run in place.runs() {
        assert!(read(&run.join("spec.toml")).contains("n_epochs = 1"));
        assert_eq!(readings(&run).len(), 1 + 2);
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let (one, two) = (Place::new(SMALL), Place::new(SMALL));
    one.line("run small.toml --threads 1 --no-report", 0);
    two.line("run small.toml --threads 2 --no-report", 0);
    let pairs: Vec<_> = one.runs().into_iter().zip(two.runs()).collect();
    assert_eq!(pairs.len(), 4);
    for (a, b) in pairs {
        assert_eq!(a.file_name(), b.file_name());
        assert_eq!(readings(&a), readings(&b));
        let weights = |run: &Path| fs::read(run.join("weights.safetensors")).expect("weights");
        assert!(
            weights(&a) == weights(&b),
            "weights of {} differ",
            a.display()
        );
    }
}

#[test]
fn a_run_folder_holds_a_specification_that_gives_the_run_again() {
    let place = Place::new(SMALL);
    place.line("run small.toml --seeds 1 --no-report", 0);
    let run = place.runs().remove(0);
    fs::copy(run.join("spec.toml"), place.path("again.toml")).expect("copied");
    place.line("run again.toml --no-report", 0);
    let again = place
        .runs()
        .into_iter()
        .find(|path| path.starts_with(place.path("results/again")));
    let again = again.expect("the experiment `again`");
    assert_eq!(again.file_name(), run.file_name(), "the same digest");
    assert_eq!(readings(&again)[1..], readings(&run)[1..]);
}

#[cfg(unix)]
#[test]
fn a_table_of_ones_own_is_learned_without_code() {
    let spec = SMALL.replace(
        "dataset.digits = {}",
        "dataset.csv = { path = \"my.csv\", label = \"kind\" }",
    );
    let place = Place::new(&spec);
    let mut table = "a,b,kind\n".to_owned();
    for i in 0..60 {
        let (a, b) = (f64::from(i % 7) / 7.0, f64::from(i % 5) / 5.0);
        table += &format!("{a},{b},{}\n", if a > b { "low" } else { "high" });
    }
    fs::write(place.path("my.csv"), table).expect("written");
    place.line("run small.toml --no-report", 0);
    let broken = "a,b,kind\n1,2,low\n3,x,high\n";
    fs::write(place.path("my.csv"), broken).expect("written");
    let call = place.line("run small.toml --no-report", 4);
    assert!(
        call.stderr.contains("my.csv") && call.stderr.contains('3'),
        "{}",
        call.stderr
    );
}

#[test]
fn provenance_says_what_a_run_ran_in_and_when_it_ended() {
    let place = Place::new(SMALL);
    place.line("run small.toml --seeds 0", 0);
    for run in place.runs() {
        let text = read(&run.join("provenance.json"));
        let provenance: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let of = &provenance["surroundings"];
        assert_eq!(of["allocator"], "mimalloc", "{of}");
        let started = provenance["started"].as_str().expect("a time");
        assert!(of["ended"].as_str().expect("a time") >= started, "{of}");
        #[cfg(target_os = "linux")]
        {
            let bytes = |key: &str| of[key].as_u64().expect("bytes");
            assert!(
                bytes("process_peak_bytes") > bytes("estimated_bytes"),
                "{of}"
            );
            assert!(bytes("memory_bytes") > bytes("process_peak_bytes"), "{of}");
            assert!(of["kernel"].is_string(), "{of}");
        }
    }
    let page = read(&place.path("results/small/index.html"));
    assert!(page.contains("peak memory"));
    place.line("verify results/small", 0);
}
