//! experiment.toml and runs.json of joined results.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use indexmap::IndexSet;

use crate::experiment::Experiment as Read;
use crate::seeds;
use crate::spec::{Overrides, SpecSource};
use crate::store::{self, Experiment, RunName};

/// Writes both in `into`, with the runs and seeds of all `parts`, of which the first gives the rest.
pub(super) fn write(parts: &[(PathBuf, Experiment)], into: &Path) -> Result<()> {
    let Some((folder, first)) = parts.first() else {
        return Ok(());
    };
    let mut all = BTreeSet::new();
    let mut runs: IndexSet<String> = IndexSet::new();
    for (folder, part) in parts {
        all.extend(part.seeds());
        runs.extend(store::read_runs(folder)?.into_iter().flatten());
    }
    let arms: IndexSet<String> = runs.iter().map(|run| above(run).to_owned()).collect();
    runs.sort_by_cached_key(|run| {
        let name = run.rsplit('/').next().and_then(RunName::of);
        (arms.get_index_of(above(run)), name.map(|name| name.seed))
    });
    let runs: Vec<String> = runs.into_iter().collect();
    let all: Vec<u64> = all.into_iter().collect();
    let of_all = parts.iter().find(|(_, part)| part.seeds() == all);
    let (command, spec) = match of_all {
        Some((from, part)) => (part.command.clone(), text_in(from, part, &all, into)?),
        None => (
            seeds::of_command(&first.command, &all),
            text_in(folder, first, &all, into)?,
        ),
    };
    Experiment {
        command,
        digest: first.digest.clone(),
        spec,
    }
    .write(into)?;
    store::write_runs(into, &runs)
}

fn above(run: &str) -> &str {
    run.rsplit_once('/').map_or("", |(above, _)| above)
}

/// The specification of the experiment in `folder` with other seeds, its paths those of `into`.
fn text_in(folder: &Path, of: &Experiment, seeds: &[u64], into: &Path) -> Result<String> {
    let source = SpecSource {
        name: folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        file: folder.join(store::name::EXPERIMENT).display().to_string(),
        folder: folder.to_owned(),
        text: of.spec.clone(),
    };
    Ok(match Read::read(source, Overrides::default())? {
        Read::Tasks(mut resolved) => {
            resolved.spec.seeds = seeds.to_vec();
            resolved.text_in(into)?
        }
        Read::Protocol(specified) => specified.text_with(seeds)?,
    })
}
