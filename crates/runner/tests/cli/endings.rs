//! How experiments end: in a report, with failed runs, interrupted; and what is said on the way.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::program::{Place, SMALL, read, status};

#[test]
fn a_diverging_run_is_kept_as_failed_and_stops_no_other() {
    let standard = SMALL.replace("flavour = \"matched\"", "flavour = \"standard\"");
    let unbounded = standard.replace("transfer = \"logistic\"", "transfer = \"relu\"");
    let place = Place::new(&unbounded.replace("rates = [3.0, 0.3]", "rates = 1e12"));
    place
        .line("run small.toml", 3)
        .says("2 runs trained, 2 failed");
    let (failed, finished): (Vec<_>, Vec<_>) = place
        .runs()
        .into_iter()
        .partition(|run| status(run) != "finished");
    assert_eq!((failed.len(), finished.len()), (2, 2));
    let error = status(&failed[0])["failed"]["error"].to_string();
    assert!(
        error.contains("step") && error.contains("layer") && error.contains("not finite"),
        "{error}"
    );
    let n_parameters = |run: &Path| {
        let summary: serde_json::Value =
            serde_json::from_str(&read(&run.join("summary.json"))).expect("JSON");
        summary["n_parameters"].clone()
    };
    assert_eq!(n_parameters(&failed[0]), 64 * 8 + 8 + 8 * 10 + 10);
    place
        .line("run small.toml", 3)
        .says("0 runs trained, 2 reused, 2 failed");
}

#[test]
fn a_sweep_runs_every_point_and_other_learners_once() {
    let sweep = "[sweep]\n\"task.digits.learner.microcircuit.microcircuit.nudging\" = [0.1, 0.2]\n";
    let spec = SMALL.replace("[measure]", &format!("{sweep}[measure]"));
    let place = Place::new(&spec);
    place.line("run small.toml --seeds 0", 0);
    let runs = place.runs();
    let names: Vec<String> = runs
        .iter()
        .map(|run| {
            run.parent()
                .and_then(Path::file_name)
                .expect("a folder")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(names, ["matched-backprop", "nudging-0.1", "nudging-0.2"]);
    assert!(read(&runs[2].join("spec.toml")).contains("nudging = 0.2"));
    assert!(read(&runs[2].join("metrics.jsonl")).contains(r#""variant":"nudging=0.2""#));
}

#[test]
fn the_report_is_made_of_the_records_alone() {
    let sweep =
        "[sweep]\n\"training.batch_size\" = { from = 25, to = 100, n = 3, scale = \"log\" }\n";
    let place = Place::new(&SMALL.replace("[measure]", &format!("{sweep}[measure]")));
    place.line("run small.toml", 0);
    let folder = place.path("results/small");
    let files = ["index.html", "table.csv"];
    let before: Vec<String> = files.iter().map(|file| read(&folder.join(file))).collect();
    for file in files {
        fs::remove_file(folder.join(file)).expect("removed");
    }
    place.line("report results/small", 0);
    let after: Vec<String> = files.iter().map(|file| read(&folder.join(file))).collect();
    assert_eq!(before[1], after[1]);
    assert!(before[0] == after[0], "the pages differ");
}

#[test]
fn events_are_json_and_complete() {
    let place = Place::new(SMALL);
    let call = place.line("run small.toml --json --seeds 0 --no-report", 0);
    let events: Vec<serde_json::Value> = call
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let n = |name| events.iter().filter(|event| event["event"] == name).count();
    assert_eq!(events[0]["event"], "experiment_started");
    assert_eq!(events[0]["n_runs"], 2);
    assert_eq!((n("run_started"), n("epoch"), n("run_ended")), (2, 6, 2));
    let last = events.last().expect("events");
    assert_eq!(
        (&last["event"], &last["exit_code"]),
        (&"experiment_ended".into(), &0.into())
    );
    assert_eq!(last["counts"]["n_finished"], 2);
}

#[test]
fn an_interrupt_keeps_what_is_finished() {
    let place = Place::new(&SMALL.replace(
        "[task.digits.learner.\"matched",
        "[task.digits.learner.\"long",
    ));
    let long = "task.digits.training.n_epochs=1000000";
    let quick = ["run", "small.toml", "--no-report", "--threads", "1"];
    place
        .call(&[&quick[..], &["--seeds", "0"]].concat())
        .with_code(0);
    let finished = place.runs();
    let mut child = place
        .command(
            &[
                &quick[..],
                &[
                    "--verbose",
                    "--set",
                    long,
                    "--set",
                    "measure.align_every_n_epochs=1000000",
                ],
            ]
            .concat(),
        )
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let first = lines.next().expect("a line").expect("UTF-8");
    assert!(first.contains("epoch 0/1000000"), "{first}");
    Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill");
    let rest: Vec<String> = lines.map(|line| line.expect("UTF-8")).collect();
    assert_eq!(child.wait().expect("ended").code(), Some(130));
    let last = rest.last().expect("a last word");
    assert!(
        last.starts_with("stopped: 0 of 4 runs are finished, in results/small"),
        "{last}"
    );
    for run in finished {
        assert_eq!(status(&run), "finished");
    }
    place
        .call(&quick)
        .with_code(0)
        .says("2 runs trained, 2 reused");
}
