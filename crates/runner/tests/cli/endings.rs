//! How experiments end: in a report, with failed runs, interrupted; and what is said on the way.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::program::{Place, SMALL, read, send, spawn, status};

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
    let rarely = "measure.align_every_n_epochs=1000000";
    let slow = ["--verbose", "--set", long, "--set", rarely];
    let (mut child, mut lines) = spawn(&mut place.command(&[&quick[..], &slow].concat()));
    let first = lines.next().expect("a line").expect("UTF-8");
    assert!(first.contains("epoch 0/1000000"), "{first}");
    send("-INT", &child);
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

#[test]
#[cfg(target_os = "linux")]
fn the_end_of_its_terminal_stops_it_as_ctrl_c_does_and_not_under_nohup() {
    let slow = "run small.toml --no-report --threads 1 --verbose --set training.n_epochs=100000";
    let place = Place::new(SMALL);
    let words: Vec<&str> = slow.split(' ').collect();
    // Where it is ignored here, children ignore it too.
    let status = fs::read_to_string("/proc/self/status").expect("Linux says");
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = u64::from_str_radix(mask.expect("a line").trim(), 16).expect("a mask");
    if mask & 1 == 0 {
        let (mut child, mut lines) = spawn(&mut place.command(&words));
        lines.next().expect("a line").expect("UTF-8");
        send("-HUP", &child);
        let rest: Vec<String> = lines.map(|line| line.expect("UTF-8")).collect();
        assert_eq!(child.wait().expect("ended").code(), Some(130));
        let last = rest.last().expect("a last word");
        assert!(
            last.starts_with("stopped: 0 of 4 runs are finished"),
            "{last}"
        );
        let left = Command::new("find")
            .args(["-name", ".seed-*"])
            .current_dir(place.path("results"))
            .output();
        let left = left.expect("find is there").stdout;
        assert!(left.is_empty(), "{}", String::from_utf8_lossy(&left));
    }

    // What was stopped would go on from where it stood.
    let place = Place::new(SMALL);
    let mut kept_alive = Command::new("nohup");
    let command = place.command(&words);
    kept_alive
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(place.path(""));
    let (mut child, mut lines) = spawn(&mut kept_alive);
    lines
        .by_ref()
        .find(|line| line.as_ref().is_ok_and(|line| line.contains("epoch 0/")))
        .expect("a line")
        .expect("UTF-8");
    send("-HUP", &child);
    lines
        .by_ref()
        .find(|line| line.as_ref().is_ok_and(|line| line.contains("epoch 3/")))
        .expect("it goes on")
        .expect("UTF-8");
    send("-TERM", &child);
    lines.for_each(drop);
    assert_eq!(child.wait().expect("ended").code(), Some(130));
}

#[test]
fn a_report_on_nothing_finished_says_what_is_missing() {
    let place = Place::new(SMALL);
    place.line("run small.toml --seeds 0,1", 0);
    let folder = place.path("results/small");
    for run in place.runs() {
        fs::remove_dir_all(run).expect("removed");
    }
    let command = "`apical run small.toml` makes them";
    place
        .line("report results/small", 2)
        .says("missing: digits/matched-backprop seeds 0, 1; digits/microcircuit seeds 0, 1")
        .says(command);
    fs::remove_file(folder.join("runs.json")).expect("removed");
    fs::write(folder.join("digits/microcircuit/.seed-1-01234567.lock"), "").expect("written");
    place
        .line("report results/small", 2)
        .says("missing: digits/microcircuit seed 1; ");
    fs::remove_dir_all(folder.join("digits")).expect("removed");
    place
        .line("report results/small", 2)
        .says("missing: every run; ")
        .says(command);
}
