//! The runs of a bundle, read from the files that are in it.

use serde_json::Value;

use crate::artefact::Artefact;

/// A run.
#[derive(Debug)]
pub(super) struct BundledRun {
    /// Where its files lie.
    pub(super) folder: String,
    /// Which run, in words.
    pub(super) label: String,
    /// Its seed.
    pub(super) seed: Option<u64>,
    /// Why it failed.
    pub(super) error: Option<String>,
    /// What it took.
    pub(super) seconds: f64,
    /// provenance.json.
    pub(super) provenance: Value,
    /// All its files.
    pub(super) files: Vec<String>,
}

impl BundledRun {
    /// Start and end, as RFC 3339 with an offset.
    pub(super) fn times(&self) -> [Option<String>; 2] {
        let started = &self.provenance["started"];
        let ended = &self.provenance["surroundings"]["ended"];
        [started, ended].map(|time| {
            let time = time.as_str()?;
            Some(match time.strip_suffix('Z') {
                Some(local) => format!("{local}+00:00"),
                None => time.to_owned(),
            })
        })
    }

    /// A text of its provenance.
    pub(super) fn text(&self, key: &str) -> &str {
        self.provenance[key].as_str().unwrap_or_default()
    }
}

/// All runs among `files`, in the order of their folders; or the file that is no JSON, and why.
pub(super) fn runs(files: &[Artefact]) -> Result<Vec<BundledRun>, (String, serde_json::Error)> {
    let mut runs = Vec::new();
    for file in files {
        let Some(folder) = file.path.strip_suffix("/summary.json") else {
            continue;
        };
        let json = |path: &str| -> Result<Value, (String, serde_json::Error)> {
            let found = files.iter().find(|file| file.path == path);
            let bytes = found.map_or(&b"null"[..], |file| &file.bytes);
            serde_json::from_slice(bytes).map_err(|error| (path.to_owned(), error))
        };
        let summary = json(&file.path)?;
        // That of all runs of a protocol is no run.
        if !summary["run"].is_object() && !summary["condition"].is_string() {
            continue;
        }
        let within = format!("{folder}/");
        let of_run = files.iter().map(|file| &file.path);
        let of_run = of_run.filter(|path| path.starts_with(&within));
        runs.push(BundledRun {
            folder: folder.to_owned(),
            label: label(&summary),
            seed: run_of(&summary)["seed"].as_u64(),
            error: error(&summary),
            seconds: seconds(&summary),
            provenance: json(&format!("{within}provenance.json"))?,
            files: of_run.cloned().collect(),
        });
    }
    Ok(runs)
}

/// Which run: in old records of protocols the keys stand by themselves.
fn run_of(summary: &Value) -> &Value {
    match summary["run"].is_object() {
        true => &summary["run"],
        false => summary,
    }
}

fn label(summary: &Value) -> String {
    let run = run_of(summary);
    let words = ["experiment", "task", "learner", "condition", "variant"];
    let words = words.iter().filter_map(|key| run[key].as_str());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!("{}, seed {}", words.join(", "), run["seed"])
}

fn error(summary: &Value) -> Option<String> {
    let error = summary["status"]["failed"]["error"].as_str()?;
    Some(error.to_owned())
}

fn seconds(summary: &Value) -> f64 {
    match summary["timing"]["seconds"].as_object() {
        Some(all) => all.values().filter_map(Value::as_f64).sum(),
        None => summary["seconds"].as_f64().unwrap_or(0.0),
    }
}
