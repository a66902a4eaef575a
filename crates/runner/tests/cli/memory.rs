//! What runs take of memory, beside what the program says that they need.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use crate::program::Place;

/// Neurons of each of two hidden layers: so many that weights outweigh everything else.
const WIDTH: usize = 1600;

/// More neurons than any machine has memory for.
const TOO_WIDE: usize = 20_000_000;

/// One learner with the settings of each kind and form, and few steps.
const LEARNERS: [(&str, &str); 9] = [
    ("backprop", "rates = 0.1\nflavour = \"matched\""),
    ("feedback_alignment", "rates = 0.1\nfeedback_scale = 1.0"),
    (
        "direct_feedback_alignment",
        "rates = 0.1\nfeedback_scale = 1.0",
    ),
    ("microcircuit", "rates = 0.1"),
    (
        "microcircuit",
        "rates = 0.1\nfeedback = \"tied\"\ninterneurons = \"ideal\"",
    ),
    ("microcircuit", "rates = 0.1\nprecision = \"f64\""),
    (
        "continuous",
        "rates = 0.1\npresentation_ms = 0.2\nreadout_window_ms = 0.1",
    ),
    ("error_neurons", "rates = 0.1"),
    (
        "error_neurons_continuous",
        "rates = 0.1\npresentation_ms = 0.1",
    ),
];

fn spec(width: usize, metrics: &str, (kind, settings): (&str, &str)) -> String {
    format!(
        r#"
seeds = [0]
training = {{ n_epochs = 1, batch_size = 2 }}
measure = {{ n_train_samples = 2, n_alignment_batches = 1, metrics = [{metrics}] }}

[task.t]
dataset.yin_yang = {{ n_train = 2, n_validation = 2, n_test = 2 }}
hidden = [{width}, {width}]
transfer = "logistic"
forward_scale = 0.01

[task.t.learner.l.{kind}]
{settings}
"#
    )
}

/// The most memory that `child` takes until it ends, in bytes.
fn peak(mut child: Child) -> u64 {
    let mut most = 0;
    let path = format!("/proc/{}/status", child.id());
    while child.try_wait().expect("a child").is_none() {
        let status = fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        most = kilobytes.unwrap_or(0_u64).max(most);
        thread::sleep(Duration::from_millis(2));
    }
    most * 1024
}

fn taken(spec: &str) -> u64 {
    let place = Place::new(spec);
    let run = place
        .command(&[
            "run",
            "small.toml",
            "--no-report",
            "--quiet",
            "--threads",
            "1",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the program starts");
    peak(run)
}

/// What is said to be needed for each forward weight, in bytes.
fn said(metrics: &str, learner: (&str, &str)) -> f64 {
    let place = Place::new(&spec(TOO_WIDE, metrics, learner));
    let call = place.line("run small.toml", 2);
    let text = call.stderr.split("needs at least ").nth(1);
    let text = text.and_then(|text| text.split(" GB").next());
    let gigabytes: f64 = text.and_then(|text| text.parse().ok()).expect("a number");
    gigabytes * 1e9 / (TOO_WIDE as f64).powi(2)
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_said_to_be_needed_is_less_than_what_is_taken_but_not_much() {
    let n_weights = (WIDTH * WIDTH) as f64;
    let mut faults = Vec::new();
    for learner in LEARNERS {
        for metrics in [
            "\"accuracy\"",
            "\"accuracy\", \"update_angle\", \"norm_ratio\"",
        ] {
            let run = |width| taken(&spec(width, metrics, learner)) as f64;
            let found = (run(WIDTH) - run(8)) / n_weights;
            let said = said(metrics, learner);
            let line =
                format!("{learner:?}, {metrics}: {said:.0} bytes a weight, takes {found:.0}");
            println!("{line}");
            if !(0.4 * found..=found).contains(&said) {
                faults.push(line);
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
