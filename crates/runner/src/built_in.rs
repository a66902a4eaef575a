//! The specifications of experiments/, by the name of their file, and where an argument's one is found.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use apical_experiment::spec::{SpecSource, text_of, unreadable};
use apical_experiment::store;

use crate::commands::unknown;

// `FILES`, the stem and the text of every file, made by build.rs.
include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// Other names of built-in specifications; an experiment is called as it was named.
const ALIASES: [(&str, &str); 3] = [
    ("fig2-recalled", "fig2_recalled"),
    ("yin-yang", "yin_yang_delay"),
    ("mnist-continuous", "mnist_continuous"),
];

/// A built-in specification.
pub(crate) fn built_in(name: &str) -> anyhow::Result<SpecSource> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    let stem = alias.map_or(name, |(_, stem)| stem);
    let Some((_, text)) = FILES.iter().find(|(known, _)| *known == stem) else {
        let names: Vec<&str> = names().collect();
        return Err(unknown("built-in experiment", name, &names).into());
    };
    Ok(SpecSource {
        name: store::slug(name),
        file: format!("experiments/{stem}.toml"),
        // A copy of it has its data beside it; what is built in has them where it is called.
        folder: PathBuf::new(),
        text: (*text).to_owned(),
    })
}

/// Names of all built-in specifications.
fn names() -> impl Iterator<Item = &'static str> {
    let aliases = ALIASES.iter().map(|(alias, _)| *alias);
    FILES.iter().map(|(name, _)| *name).chain(aliases)
}

/// Names of the files, each with the title in it.
pub(crate) fn titles() -> impl Iterator<Item = (&'static str, String)> {
    FILES.iter().map(|(name, text)| {
        let table: toml::Table = text.parse().unwrap_or_default();
        let title = table.get("title").and_then(|title| title.as_str());
        (*name, title.unwrap_or_default().to_owned())
    })
}

/// What an argument names: standard input where it is `-`, a file where it ends in .toml, else a
/// built-in specification, or, where there is none of this name, a file after all.
pub(crate) fn source(argument: &Path) -> anyhow::Result<SpecSource> {
    if argument.as_os_str() == "-" {
        return Ok(SpecSource {
            name: "stdin".to_owned(),
            file: "standard input".to_owned(),
            // Relative paths lead from the working folder.
            folder: PathBuf::new(),
            text: text_of(io::stdin(), argument)?,
        });
    }
    let is_toml = argument.extension().is_some_and(|end| end == "toml");
    match argument.to_str() {
        Some(name) if !is_toml => built_in(name).or_else(|error| match argument.is_file() {
            true => Ok(SpecSource::in_file(argument)?),
            false if argument.is_dir() => {
                Err(unreadable(argument, ErrorKind::IsADirectory.into()).into())
            }
            false => Err(error),
        }),
        _ => Ok(SpecSource::in_file(argument)?),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_built_in_and_every_alias_leads_to_one() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments");
        let entries = fs::read_dir(folder).expect("the folder of experiments");
        let mut stems: Vec<String> = entries
            .map(|entry| entry.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|end| end == "toml"))
            .map(|path| path.file_stem().expect("a name").to_string_lossy().into())
            .collect();
        stems.sort();
        assert_eq!(
            stems,
            FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>()
        );
        for name in names() {
            let source = built_in(name).expect("built in");
            assert!(!source.text.is_empty() && !source.name.is_empty(), "{name}");
        }
    }
}
