//! No loop outlives SIGTERM by more than about a second, whatever it is at.

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::program::{Place, send};

/// What takes long, with the arguments of the program.
const LONG: [(&str, &str, &str); 9] = [
    (
        "many epochs",
        "training.n_epochs = 100000",
        "run small.toml",
    ),
    (
        "one minibatch of everything through wide layers",
        "training = { n_epochs = 5, batch_size = 100000 }",
        "run small.toml --set task.t.hidden=[700,700]",
    ),
    (
        "data that are generated",
        "training.n_epochs = 1",
        "run small.toml --set task.t.dataset.yin_yang.n_train=9000000",
    ),
    (
        "a presentation of millions of steps",
        "training.n_epochs = 1",
        "run small.toml --set task.t.learner.c.continuous.presentation_ms=1e7",
    ),
    (
        "tuning",
        "training.n_epochs = 1000",
        "run small.toml --set tuning.strategy=grid --set tuning.n_trials=10000 --set tuning.seeds=[9] \
         --set tuning.space.\"task.t.learner.b.backprop.rates\".from=0.1 \
         --set tuning.space.\"task.t.learner.b.backprop.rates\".to=1.0",
    ),
    ("figs1", "", "run figs1"),
    (
        "fig1",
        "",
        "run fig1 --set trace_ms=1e6 --set learning_ms=1e6",
    ),
    (
        "fig2",
        "",
        "run fig2 --set n_probes=30000 --set n_alignments=100000",
    ),
    ("theory", "", "run theory --set n_samples=30000"),
];

const TASK: &str = r#"
[task.t]
dataset.yin_yang = { n_train = 5000 }
hidden = [100]
transfer = "logistic"
forward_scale = 0.1

[task.t.learner.c.continuous]
rates = 0.001

[task.t.learner.b.backprop]
flavour = "matched"
rates = 0.1
"#;

/// A process that does not outlive its test, however that ends.
struct Mortal(Child);

impl Drop for Mortal {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn every_loop_ends_soon_after_it_is_asked_to() {
    let seconds = |since: Instant| since.elapsed().as_secs_f64();
    let children = LONG.map(|(what, head, line)| {
        let place = Place::new(&format!("seeds = [0]\n{head}\n{TASK}"));
        let words: Vec<&str> = line.split_whitespace().collect();
        let child = place
            .command(&words)
            .args(["--threads", "1", "--quiet"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        (what, place, Mortal(child))
    });
    thread::sleep(Duration::from_secs(1));
    for (what, _place, mut child) in children {
        let child = &mut child.0;
        let ended = child.try_wait().expect("a child");
        assert!(ended.is_none(), "{what} does not take long: {ended:?}");
        send("-TERM", child);
        let asked = Instant::now();
        let code = loop {
            if let Some(status) = child.try_wait().expect("a child") {
                break status.code();
            }
            if seconds(asked) > 3.0 {
                panic!("{what} goes on {:.1} s after SIGTERM", seconds(asked));
            }
            thread::sleep(Duration::from_millis(10));
        };
        assert_eq!(code, Some(130), "{what}");
    }
}
