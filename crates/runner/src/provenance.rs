//! Where a run comes from: program, machine, command.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use apical_learning::{Provenance, SCHEMA_VERSION};

use crate::time;

/// SHA-256 of the sources that results depend on.
pub(crate) const SOURCE_DIGEST: &str = env!("APICAL_SOURCE_DIGEST");

/// Version with commit, as `--version` shows it.
pub(crate) fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(written_version);
    &VERSION
}

fn written_version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    match (commit(), dirty()) {
        (Some(commit), dirty) => {
            let short = &commit[..commit.len().min(12)];
            let dirty = if dirty == Some(true) {
                ", changed since"
            } else {
                ""
            };
            format!("{version} (commit {short}{dirty})")
        }
        (None, _) => format!("{version} (commit unknown)"),
    }
}

/// The provenance of a run on data with `data_checksum`, starting now.
pub(crate) fn of_run(data_checksum: &str, n_threads: usize) -> Provenance {
    Provenance {
        schema: SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION").into(),
        commit: commit().map(Into::into),
        dirty: dirty(),
        source_digest: SOURCE_DIGEST.into(),
        rustc: env!("APICAL_RUSTC").into(),
        target: env!("APICAL_TARGET").into(),
        versions: versions(),
        cpu: cpu(),
        instruction_set: apical_kernels::instruction_set().into(),
        n_threads,
        data_checksum: data_checksum.into(),
        started: time::now(),
        command: command(),
    }
}

/// The command line, with the program called by its name.
fn command() -> Vec<String> {
    let arguments = std::env::args_os()
        .skip(1)
        .map(|a| a.to_string_lossy().into_owned());
    std::iter::once("apical".to_owned())
        .chain(arguments)
        .collect()
}

/// Versions of the libraries that results depend on, as `build.rs` found them.
fn versions() -> BTreeMap<String, String> {
    let pairs = env!("APICAL_VERSIONS").split(';');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, version)| (name.to_owned(), version.to_owned()))
        .collect()
}

fn commit() -> Option<&'static str> {
    Some(env!("APICAL_COMMIT")).filter(|commit| !commit.is_empty())
}

fn dirty() -> Option<bool> {
    env!("APICAL_DIRTY").parse().ok()
}

fn cpu() -> String {
    let known = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        text.lines()
            .find_map(|line| line.strip_prefix("model name"))
            .map(|rest| rest.trim_start_matches([' ', '\t', ':']).trim().to_owned())
    });
    known.unwrap_or_else(|| "unknown".into())
}

/// Arguments as a line for a shell: quoted where they need it.
pub(crate) fn shell_line<'a>(arguments: impl IntoIterator<Item = &'a str>) -> String {
    let quote = |argument: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
        if !argument.is_empty() && argument.chars().all(is_plain) {
            argument.to_owned()
        } else {
            format!("'{}'", argument.replace('\'', r"'\''"))
        }
    };
    arguments
        .into_iter()
        .map(quote)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_libraries_are_known() {
        let versions = versions();
        for name in ["candle-core", "ndarray", "rayon", "apical-microcircuit"] {
            let version = &versions[name];
            assert_eq!(version.split('.').count(), 3, "{name} {version}");
        }
    }

    #[test]
    fn arguments_are_quoted_for_a_shell() {
        let line = shell_line(["apical", "run", "a b.toml", "--set", "x='y'", "k=[1, 2]"]);
        assert_eq!(
            line,
            r"apical run 'a b.toml' --set 'x='\''y'\''' 'k=[1, 2]'"
        );
    }
}
