//! What ended is kept, whatever happens; and a report has the runs of the last call alone.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use crate::program::{Place, SMALL, read, send, status};

const QUICK: [&str; 5] = ["run", "small.toml", "--no-report", "--threads", "1"];

#[test]
fn a_reader_that_goes_away_makes_no_run_fail() {
    let place = Place::new(SMALL);
    let mut child = place
        .command(&QUICK)
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut reader = BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    reader.read_line(&mut line).expect("a line");
    drop(reader);
    assert_eq!(child.wait().expect("ended").code(), Some(0));
    let runs = place.runs();
    assert_eq!(runs.len(), 4);
    for run in runs {
        assert_eq!(status(&run), "finished");
    }
    for arguments in [&["list"][..], &["completions", "bash"], &["data", "list"]] {
        let mut child = place
            .command(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        assert_eq!(
            child.wait().expect("ended").code(),
            Some(0),
            "{arguments:?}"
        );
    }
}

#[test]
fn the_report_has_the_runs_of_the_last_call_alone() {
    let place = Place::new(SMALL);
    place.line("run small.toml", 0);
    let other = ["--set", "training.n_epochs=3", "--seeds", "0"];
    let call = [&["run", "small.toml"][..], &other].concat();
    place.call(&call).with_code(0);
    assert_eq!(place.runs().len(), 6);
    let folder = place.path("results/small");
    let written = ["table.csv", "index.html"].map(|file| read(&folder.join(file)));
    let report = place.line("report results/small", 0);
    report.says("2 runs; report");
    let again = ["table.csv", "index.html"].map(|file| read(&folder.join(file)));
    assert!(written == again, "{}\n{}", written[0], again[0]);
}

#[test]
fn experiments_with_tasks_of_one_name_are_reported_side_by_side() {
    let place = Place::new(SMALL);
    fs::copy(place.path("small.toml"), place.path("other.toml")).expect("copied");
    for spec in ["small.toml", "other.toml"] {
        place.call(&["run", spec, "--seeds", "0"]).with_code(0);
    }
    let call = place.line("report results --out both", 0);
    let table = read(&place.path("both/table.csv"));
    for name in ["small · digits", "other · digits"] {
        call.prints(name);
        assert!(table.contains(name), "{table}");
    }
}

#[test]
fn a_forced_run_that_is_interrupted_keeps_the_finished_one() {
    let long = SMALL.replace("n_epochs = 2", "n_epochs = 400");
    let place = Place::new(&long.replace("seeds = [0, 1]", "seeds = [0]"));
    place.call(&QUICK).with_code(0);
    let before: Vec<String> = place.runs().iter().map(|run| files(run)).collect();
    let mut child = place
        .command(&[&QUICK[..], &["--force", "--verbose"]].concat())
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    lines.next().expect("a line").expect("UTF-8");
    send("-INT", &child);
    lines.for_each(drop);
    assert_eq!(child.wait().expect("ended").code(), Some(130));
    let after: Vec<String> = place.runs().iter().map(|run| files(run)).collect();
    assert_eq!(before, after);
}

fn files(run: &Path) -> String {
    read(&run.join("provenance.json")) + &read(&run.join("summary.json"))
}

#[test]
fn an_interrupt_says_what_is_where_even_in_quiet() {
    let place = Place::new(&SMALL.replace("n_epochs = 2", "n_epochs = 1000000"));
    let child = place
        .command(&[&QUICK[..], &["--quiet"]].concat())
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    // The first run's folder shows that the program listens for signals.
    while place.runs().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    send("-INT", &child);
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(
        said.starts_with("stopped: 0 of 4 runs are finished, in results/small"),
        "{said}"
    );
}

#[test]
fn events_of_reused_runs_have_their_summary() {
    let place = Place::new(SMALL);
    place.call(&QUICK).with_code(0);
    let call = place.call(&[&QUICK[..], &["--json"]].concat()).with_code(0);
    let ended: Vec<serde_json::Value> = (call.stdout.lines())
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|event: &serde_json::Value| event["event"] == "run_ended")
        .collect();
    assert_eq!(ended.len(), 4);
    for event in ended {
        assert_eq!(event["outcome"], "reused");
        assert_eq!(event["summary"]["status"], "finished");
    }
}
