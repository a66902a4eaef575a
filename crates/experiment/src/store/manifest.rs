//! What a run wrote, by size and checksum: the last key of its summary.json.
//!
//! A summary is believed where it agrees with the files beside it. Files that were left out on purpose,
//! such as weights for their size, are named in `left_out`; they are no damage.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{name, pretty};
use crate::spec::sha256;

/// Between the summary and its manifest.
const MARK: &str = ",\n  \"manifest\": ";
/// The end of a summary.
const END: &str = "\n}\n";

/// What belongs to a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// Of settings, seed, data and code.
    pub(crate) digest: String,
    /// The same but for the seed: runs with one setting may be averaged.
    pub(crate) setting: String,
    /// SHA-256 of summary.json as it is without the manifest.
    pub(crate) summary: String,
    /// All other files by name.
    pub(crate) files: BTreeMap<String, Written>,
    /// Files of these that are not kept.
    pub(crate) left_out: Vec<String>,
}

/// A file as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    /// Its size.
    pub(crate) n_bytes: u64,
    /// Its checksum, hexadecimal.
    pub(crate) sha256: String,
}

impl Written {
    /// The file that `bytes` are.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self {
            n_bytes: bytes.len() as u64,
            sha256: sha256(bytes),
        }
    }
}

/// The text of summary.json: `summary`, and `manifest` as its last key.
pub(super) fn summary_text(summary: &impl Serialize, mut manifest: Manifest) -> Result<String> {
    let alone = String::from_utf8(pretty(summary)?)?;
    manifest.summary = sha256(alone.as_bytes());
    let manifest = String::from_utf8(pretty(&manifest)?)?;
    let manifest = manifest.trim_end().replace('\n', "\n  ");
    let open = alone.strip_suffix(END).context("a summary is an object")?;
    Ok(format!("{open}{MARK}{manifest}{END}"))
}

/// A summary's text as it is without its manifest, and the manifest, which old records have not.
pub(super) fn split(text: &str) -> Result<(String, Option<Manifest>)> {
    let Some((open, manifest)) = text.rsplit_once(MARK) else {
        return Ok((text.to_owned(), None));
    };
    let manifest = manifest.trim_end().strip_suffix('}').unwrap_or_default();
    let manifest = serde_json::from_str(manifest).context("its manifest cannot be read")?;
    Ok((format!("{open}{END}"), Some(manifest)))
}

/// What the files of `folder` are beside `manifest` and a summary that is `alone` without it: the names
/// of those that were left out and cannot be checked, or what is wrong.
pub(super) fn check(
    folder: &Path,
    alone: &str,
    manifest: &Manifest,
) -> Result<Result<Vec<String>, String>> {
    if sha256(alone.as_bytes()) != manifest.summary {
        return Ok(Err(format!("{} was changed", name::SUMMARY)));
    }
    let mut unchecked = Vec::new();
    for (file, written) in &manifest.files {
        match differs(&folder.join(file), written) {
            Ok(None) => {}
            Ok(Some(how)) => return Ok(Err(format!("{file} {how}"))),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if !manifest.left_out.contains(file) {
                    return Ok(Err(format!("{file} is missing")));
                }
                unchecked.push(file.clone());
            }
            Err(error) => {
                let what = format!("failed to read {}", folder.join(file).display());
                return Err(error).context(what);
            }
        }
    }
    Ok(Ok(unchecked))
}

/// How the file at `path` differs from the one that was written.
fn differs(path: &Path, written: &Written) -> io::Result<Option<String>> {
    let n_bytes = fs::metadata(path)?.len();
    if n_bytes != written.n_bytes {
        let expected = written.n_bytes;
        return Ok(Some(format!(
            "has {n_bytes} bytes, but {expected} were written"
        )));
    }
    let is_same = sha256(&fs::read(path)?) == written.sha256;
    let changed = "was changed: its SHA-256 is not the one of summary.json";
    Ok((!is_same).then(|| changed.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(folder: &Path) -> String {
        fs::write(folder.join("metrics.jsonl"), "{}\n").expect("written");
        let files = [("metrics.jsonl".to_owned(), Written::of(b"{}\n"))];
        let manifest = Manifest {
            files: files.into(),
            ..Manifest::default()
        };
        let summary = serde_json::json!({"loss": 0.25, "seed": 3});
        summary_text(&summary, manifest).expect("a text")
    }

    fn fault(folder: &Path, text: &str) -> Option<String> {
        let (alone, manifest) = split(text).expect("split");
        let manifest = manifest.expect("a manifest");
        check(folder, &alone, &manifest).expect("read").err()
    }

    #[test]
    fn a_summary_with_its_manifest_is_json_and_comes_apart_again() {
        let root = tempfile::tempdir().expect("a folder");
        let text = written(root.path());
        let whole: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(whole["manifest"]["files"]["metrics.jsonl"]["n_bytes"], 3);
        let (alone, _) = split(&text).expect("split");
        assert_eq!(alone, "{\n  \"loss\": 0.25,\n  \"seed\": 3\n}\n");
        assert_eq!(split(&alone).expect("split"), (alone.clone(), None));
        assert_eq!(fault(root.path(), &text), None);
    }

    #[test]
    fn every_change_is_found() {
        let root = tempfile::tempdir().expect("a folder");
        let text = written(root.path());
        let digit = text.replacen("0.25", "0.26", 1);
        let found = fault(root.path(), &digit).expect("found");
        assert_eq!(found, "summary.json was changed");
        let metrics = root.path().join("metrics.jsonl");
        for (content, expected) in [
            ("", "metrics.jsonl has 0 bytes, but 3 were written"),
            ("{]\n", "metrics.jsonl was changed"),
        ] {
            fs::write(&metrics, content).expect("written");
            let found = fault(root.path(), &text).expect("found");
            assert!(found.starts_with(expected), "{found}");
        }
        fs::remove_file(&metrics).expect("removed");
        let found = fault(root.path(), &text).expect("found");
        assert_eq!(found, "metrics.jsonl is missing");
        let left_out = text.replace("\"left_out\": []", "\"left_out\": [\"metrics.jsonl\"]");
        let (alone, manifest) = split(&left_out).expect("split");
        let checked = check(root.path(), &alone, &manifest.expect("a manifest"));
        let unchecked = checked.expect("read").expect("whole");
        assert_eq!(unchecked, ["metrics.jsonl"]);
    }
}
