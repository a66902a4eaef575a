//! Everything that a journal and its reviewers ask for, in one archive: the records, what they are by the
//! vocabularies of others, and a script that makes them again.

mod checklist;
mod claims;
mod croissant;
mod generated;
mod record;
mod reproduce;
mod ro_crate;
mod software;

use std::io::{self, Cursor, Write};

use apical_datasets::sha256;
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::long::file;
use crate::ReportError;
use crate::artefact::Artefact;
use record::BundledRun;

/// What an archive is made of.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    /// Its title.
    pub title: String,
    /// Who made what is in it.
    pub authors: Vec<String>,
    /// Under which licence it is given away, as SPDX names it.
    pub licence: String,
    /// Version of the program.
    pub version: String,
    /// The commit that the program was built from, where that is known.
    pub commit: Option<String>,
    /// Records, and the report on them.
    pub files: Vec<Artefact>,
}

/// The script, which may be executed.
const SCRIPT: &str = "reproduce.sh";

impl Bundle {
    /// The files beside the records: `ro-crate-metadata.json`, `croissant.json`, `codemeta.json`, `codecheck.yml`,
    /// `repro.yaml`, `checklist.md`, `reproduce.sh`, and `SHA256SUMS` of all others.
    ///
    /// # Errors
    ///
    /// Where a record is no JSON.
    pub fn described(mut self) -> Result<Self, ReportError> {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        let runs = record::runs(&self.files)
            .map_err(|(path, source)| ReportError::Record { path, source })?;
        let data = croissant::of(&self, &runs);
        self.files.extend(data);
        let texts = [
            (SCRIPT, reproduce::script(&self, &runs)),
            ("repro.yaml", claims::manifest(&self)),
            ("codecheck.yml", software::codecheck(&self)),
            ("codemeta.json", software::codemeta(&self)),
            ("checklist.md", checklist::of(&self, &runs)),
        ];
        let texts = texts.into_iter();
        self.files
            .extend(texts.map(|(path, text)| file(path, text.into_bytes())));
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        let about = ro_crate::of(&self, &runs);
        self.files.push(file(ro_crate::NAME, about.into_bytes()));
        let sums = self.files.iter();
        let sums: String = sums
            .map(|file| format!("{}  {}\n", sha256(&file.bytes), file.path))
            .collect();
        self.files.push(file("SHA256SUMS", sums.into_bytes()));
        Ok(self)
    }

    /// All files as a zip archive; the same files give the same bytes.
    ///
    /// # Errors
    ///
    /// Where two files have one name.
    pub fn zip(&self) -> io::Result<Vec<u8>> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for file in &self.files {
            let mode = if file.path == SCRIPT { 0o755 } else { 0o644 };
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .unix_permissions(mode);
            archive.start_file(&*file.path, options)?;
            archive.write_all(&file.bytes)?;
        }
        Ok(archive.finish()?.into_inner())
    }

    fn has(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }
}

/// A number of bytes of a file as others find it.
fn digest(file: &Artefact) -> String {
    sha256(&file.bytes)
}

/// What a file is.
fn media_type(path: &str) -> &'static str {
    let (_, end) = path.rsplit_once('.').unwrap_or_default();
    match end {
        "json" => "application/json",
        "jsonl" => "application/jsonl",
        "csv" => "text/csv",
        "toml" => "application/toml",
        "html" => "text/html",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "pdf" => "application/pdf",
        "tex" => "application/x-tex",
        "md" => "text/markdown",
        "yaml" | "yml" => "application/yaml",
        "sh" => "application/x-sh",
        _ => "application/octet-stream",
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// `value` as YAML, in blocks; texts are quoted as in JSON, which YAML reads.
fn yaml(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn block(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let is_simple = |value: &Value| match value {
        Value::Object(of) => of.is_empty(),
        Value::Array(of) => of.is_empty(),
        _ => true,
    };
    match value {
        Value::Object(of) => {
            for (key, value) in of {
                let key = plain_key(key);
                match is_simple(value) {
                    true => text.push_str(&format!("{indent}{key}: {value}\n")),
                    false => {
                        text.push_str(&format!("{indent}{key}:\n"));
                        block(value, depth + 1, text);
                    }
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Object(of) if !of.is_empty() => {
                        let mut inner = String::new();
                        block(item, depth + 1, &mut inner);
                        let inner = inner.trim_start();
                        text.push_str(&format!("{indent}- {inner}"));
                    }
                    item => text.push_str(&format!("{indent}- {item}\n")),
                }
            }
        }
        simple => text.push_str(&format!("{indent}{simple}\n")),
    }
}

/// A key as it is where YAML takes it for nothing else.
fn plain_key(key: &str) -> String {
    const TRUTHS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_truth = TRUTHS.contains(&&*key.to_ascii_lowercase());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match !is_truth
        && key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(is_plain)
    {
        true => key.to_owned(),
        false => Value::from(key).to_string(),
    }
}

/// `path` as part of an address.
fn address(path: &str) -> String {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || b"-._~/".contains(&c);
    path.bytes()
        .map(|byte| match is_plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

/// Hours and minutes of all runs together.
fn hours(runs: &[BundledRun]) -> f64 {
    runs.iter().map(|run| run.seconds).sum::<f64>() / 3600.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_has_blocks_and_quoted_texts() {
        let value = json!({
            "a": "x: \"y\"",
            "list": [{"id": "1", "inner": {"no": "n", "with space": 2}}, "z"],
            "none": [],
        });
        assert_eq!(
            yaml(&value),
            "a: \"x: \\\"y\\\"\"\nlist:\n  - id: \"1\"\n    inner:\n      \"no\": \"n\"\n      \
             \"with space\": 2\n  - \"z\"\nnone: []\n"
        );
    }
}
