//! What is seen on narrow terminals, and what is said when the program is stopped.

use std::fs;
use std::process::Child;
use std::thread;
use std::time::Duration;

use crate::program::{Call, Place, SMALL, send, spawn};
use crate::terminal::{Shown, Terminal, listens, words};

/// A learner that is flagged: its loss never falls.
const IDLE: &str = r#"
[task.digits.learner."backprop that is taught with rates of nothing at all".backprop]
flavour = "matched"
rates = 0.0
"#;

/// `line` on a terminal of `columns`, which has to break none of its lines.
#[track_caller]
fn on_terminal(place: &Place, line: &str, columns: u16) -> Shown {
    let arguments: Vec<&str> = line.split(' ').collect();
    let shown = Terminal::start(place.command(&arguments), columns).end();
    assert_eq!(shown.broken, [""; 0], "at {columns}: {:#?}", shown.lines);
    shown
}

/// Sentences among the lines of a call whose lines no terminal breaks: no row of a table has so many words
/// one space apart.
fn sentences(call: &Call) -> Vec<String> {
    let lines = call.stdout.lines().chain(call.stderr.lines());
    let is_sentence = |line: &&str| {
        let line = line.trim_start();
        !line.contains("  ") && line.split(' ').count() > 9
    };
    lines.filter(is_sentence).map(words).collect()
}

#[test]
fn findings_and_flags_stand_on_terminals_in_whole_words() {
    let tasks = Place::new(&format!("{SMALL}{IDLE}"));
    tasks.line(
        "run small.toml --no-report --set measure.metrics=[\"accuracy\",\"loss\"]",
        0,
    );
    let protocol = Place::new("");
    protocol.line(
        "reproduce figs1 --seeds 0,1 --set n_patterns=4 --set n_records=3 --set n_probes=2 \
         --set network.sizes=[4,5,3] --set condition.recalled.presentation_ms=10.0 \
         --set condition.recommended.presentation_ms=10.0",
        0,
    );
    for (place, line, expected) in [
        (
            &tasks,
            "report results/small",
            "the loss of backprop that is taught",
        ),
        (&protocol, "report results/figs1", "a probe ran away"),
    ] {
        let said = sentences(&place.line(&format!("{line} --wide"), 0));
        assert!(
            said.iter().any(|sentence| sentence.contains(expected)),
            "{said:#?}"
        );
        for columns in [80, 40] {
            let shown = on_terminal(place, line, columns);
            assert_eq!(shown.code, Some(0));
            let all = shown.words();
            // Notes on columns for which there is no room are left out with them.
            let is_of_a_column = |sentence: &str| {
                ["times ", "potential: "]
                    .iter()
                    .any(|of| sentence.starts_with(of))
            };
            for sentence in said.iter().filter(|sentence| !is_of_a_column(sentence)) {
                assert!(all.contains(sentence), "{sentence}\n{:#?}", shown.lines);
            }
        }
    }
}

/// Commands that are stopped, what they say last, and what they say where they have to be ended.
const STOPPED: [(&str, &str, &str); 5] = [
    (
        "run small.toml --threads 1 --set training.n_epochs=1000000",
        "stopped: 0 of 4 runs are finished, in results/small; the same command goes on with the rest",
        "what is finished is kept; the same command goes on with the rest",
    ),
    (
        "run small.toml --threads 1 --set training.n_epochs=1000000 --set tuning.strategy=grid \
         --set tuning.n_trials=9 --set tuning.seeds=[9] \
         --set tuning.space.\"task.digits.learner.*.*.rates\".from=0.1 \
         --set tuning.space.\"task.digits.learner.*.*.rates\".to=1.0",
        "stopped while tuning; finished trials are in results/small/tuning; the same command goes on with \
         what is missing",
        "what is finished is kept; the same command goes on with the rest",
    ),
    (
        "plan small.toml --set task.digits.hidden=[4000]",
        "stopped: there is no plan; the same command begins anew",
        "the same command begins anew",
    ),
    (
        "profile small.toml",
        "stopped: there is no profile; the same command begins anew",
        "the same command begins anew",
    ),
    (
        "verify finished/small --rerun 4",
        "stopped: not everything was checked; the same command begins anew",
        "the same command begins anew",
    ),
];

/// What bars are drawn with.
const BAR: char = '━';

/// Sends `-SIGNAL` to `child` when that has begun to listen for it.
fn stop(child: &mut Child, signal: &str, number: u32) {
    while !listens(child, number) {
        assert_eq!(child.try_wait().expect("a child"), None, "it ended before");
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(20));
    send(signal, child);
}

#[test]
fn what_is_stopped_says_what_is_kept_and_how_to_go_on() {
    let place = Place::new(SMALL);
    place.line(
        "run small.toml --out finished --no-report --set training.n_epochs=200",
        0,
    );
    for (line, expected, at_once) in STOPPED {
        for (signal, number) in [("-INT", 2), ("-TERM", 15)] {
            let arguments: Vec<&str> = line.split_whitespace().collect();
            let command = || {
                let _ = fs::remove_dir_all(place.path("results"));
                place.command(&arguments)
            };
            let is_said = |words: &str| {
                words.ends_with(expected) || words.ends_with(&format!("stopped at once: {at_once}"))
            };
            let (mut child, lines) = spawn(&mut command());
            stop(&mut child, signal, number);
            let last = lines.last().expect("a last word").expect("UTF-8");
            assert!(is_said(&last), "{line} {signal}: {last}");
            assert_eq!(
                child.wait().expect("ended").code(),
                Some(130),
                "{line} {signal}"
            );

            let mut terminal = Terminal::start(command(), 40);
            stop(&mut terminal.child, signal, number);
            let shown = terminal.end();
            let shows = format!("{line} {signal}: {:#?}", shown.lines);
            assert!(is_said(&shown.words()), "{shows}");
            assert_eq!((shown.code, shown.broken.len()), (Some(130), 0), "{shows}");
            // Nothing of what moved is left.
            assert!(!shown.words().contains(BAR), "{shows}");
        }
    }
}
