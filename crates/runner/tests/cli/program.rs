//! Calls of the program in a folder of their own.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with a specification in it.
pub(crate) struct Place {
    folder: TempDir,
}

/// What a call came to.
#[derive(Debug)]
pub(crate) struct Call {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

/// Two learners on the embedded digits, small enough to run in a moment.
pub(crate) const SMALL: &str = r#"
title = "Small"
seeds = [0, 1]

[training]
n_epochs = 2
batch_size = 50

[measure]
align_every_n_epochs = 2
n_alignment_batches = 2

[task.digits]
dataset.digits = {}
hidden = [8]
transfer = "logistic"
forward_scale = 0.1

[task.digits.learner.microcircuit.microcircuit]
nudging = 0.1
apical_mixing = 0.3
interneuron_nudging = 0.1
rates = [1.0, 0.1]
feedback_scale = 1.0

[task.digits.learner."matched backprop".backprop]
flavour = "matched"
rates = [3.0, 0.3]
"#;

impl Place {
    /// A folder with `spec` as small.toml.
    pub(crate) fn new(spec: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("small.toml"), spec).expect("written");
        Self { folder }
    }

    /// A path inside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, to be called with `arguments` inside.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_apical"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("APICAL_DATA_DIR")
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .env("COLUMNS", "100");
        command
    }

    /// Calls the program and waits for its end.
    pub(crate) fn call(&self, arguments: &[&str]) -> Call {
        self.command(arguments)
            .output()
            .expect("the program starts")
            .into()
    }

    /// Calls the program with the words of `line`, none of which has a space; it must end with `code`.
    #[track_caller]
    pub(crate) fn line(&self, line: &str, code: i32) -> Call {
        let words: Vec<&str> = line.split(' ').collect();
        self.call(&words).with_code(code)
    }

    /// All run folders, in order.
    pub(crate) fn runs(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect(&self.path("results"), &mut found);
        found.sort();
        found
    }
}

impl From<Output> for Call {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Call {
    /// The same call, which must have ended with `code`.
    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        self
    }

    /// Itself, which must have written `part` on standard error.
    #[track_caller]
    pub(crate) fn says(&self, part: &str) -> &Self {
        assert!(self.stderr.contains(part), "{part}: {}", self.stderr);
        self
    }

    /// Itself, which must have written `part` on standard output.
    #[track_caller]
    pub(crate) fn prints(&self, part: &str) -> &Self {
        assert!(self.stdout.contains(part), "{part}: {}", self.stdout);
        self
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.join("spec.toml").is_file() {
            found.push(path);
        } else if path.is_dir() {
            collect(&path, found);
        }
    }
}

/// Sends `-SIGNAL` to a program.
pub(crate) fn send(signal: &str, to: &Child) {
    let sent = Command::new("kill")
        .args([signal, &to.id().to_string()])
        .status();
    assert!(sent.expect("kill is there").success());
}

/// A program that was started, with the lines that it says on standard error.
pub(crate) fn spawn(command: &mut Command) -> (Child, Lines<BufReader<ChildStderr>>) {
    let command = command.stderr(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let said = child.stderr.take().expect("piped");
    (child, BufReader::new(said).lines())
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Lines of metrics.jsonl that are the same whenever a run is repeated.
pub(crate) fn readings(run: &Path) -> Vec<String> {
    let metrics = read(&run.join("metrics.jsonl"));
    metrics
        .lines()
        .filter(|line| !line.contains(r#""record":"timing""#))
        .map(str::to_owned)
        .collect()
}

/// How a run ended, as its summary says.
pub(crate) fn status(run: &Path) -> serde_json::Value {
    let summary: serde_json::Value =
        serde_json::from_str(&read(&run.join("summary.json"))).expect("JSON");
    summary["status"].clone()
}
