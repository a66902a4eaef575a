//! `apical profile`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use apical_experiment::Experiment;
use apical_experiment::profile::{
    LearnerProfile, Profile, VERSION, in_short, instructions, kernels, profile as measure, roofs,
};
use apical_experiment::simulate::is_simulation;
use apical_experiment::store;
use apical_experiment::task_data::DataCache;

use super::instructions::counted;
use crate::built_in;
use crate::cli::ProfileArgs;
use crate::exit::{self, DataProblem, UsageError};
use crate::folders::{data_folders, may_be_made};
use crate::program::program;
use crate::stop::Stop;
use crate::{say, width};

/// Teaches each learner of an experiment for a while and prints where its time goes.
pub(crate) fn profile(arguments: &ProfileArgs, data_dir: Option<&Path>) -> Result<u8> {
    let source = built_in::source(&arguments.spec)?;
    if is_simulation(&source) {
        return Err(UsageError::NothingToProfile.into());
    }
    let experiment = Experiment::read(source, arguments.what.overrides()?)?;
    if let Some((learner, n_minibatches)) = arguments.teach {
        let mut data = DataCache::new(data_folders(data_dir));
        instructions::teach(&experiment, &mut data, learner, n_minibatches)?;
        return Ok(exit::OK);
    }
    if arguments.instructions {
        return counted(&experiment, arguments, data_dir);
    }
    if let Some(out) = &arguments.out {
        may_be_made(out)?;
    }
    let before = arguments.compare.as_deref().map(read).transpose()?;
    let stop =
        Stop::on_signals("the same command begins anew").context("failed to listen for Ctrl-C")?;
    let mut data = DataCache::new(data_folders(data_dir));
    let columns = match arguments.wide {
        true => usize::MAX,
        false => width::of_output(),
    };
    let shown = |of: &LearnerProfile| {
        if !arguments.json {
            show(of, columns);
        }
    };
    let wanted = Duration::from_secs_f64(arguments.seconds);
    let found = measure(&experiment, &mut data, wanted, &|| stop.is_asked(), shown)?;
    let Some(found) = found else {
        say::err("stopped: there is no profile; the same command begins anew");
        return Ok(exit::INTERRUPTED);
    };
    if arguments.json {
        say::out(serde_json::to_string_pretty(&found)?);
    } else {
        say::verbatim(roofs(&found.machine).text_in(columns));
    }
    if let Some(out) = &arguments.out {
        write(&found, &experiment, out)?;
    }
    if let Some((path, before)) = arguments.compare.as_deref().zip(before) {
        let lines = compared(path, &before, &found);
        match arguments.json {
            true => lines.iter().for_each(say::err),
            false => lines.iter().for_each(say::out),
        }
    }
    let failed = found.learners.iter().any(|of| of.failed.is_some());
    Ok(if failed { exit::RUNS_FAILED } else { exit::OK })
}

/// Writes the page and what goes with it, and says where it is.
fn write(found: &Profile, experiment: &Experiment, out: &Path) -> Result<()> {
    let Experiment::Tasks(resolved) = experiment else {
        return Ok(());
    };
    let files = found.files(resolved, &program().command.join(" "))?;
    for file in files {
        store::write_atomically(&out.join(&file.path), &file.bytes)?;
    }
    say::err(format_args!(
        "profile: {}",
        out.join("index.html").display()
    ));
    Ok(())
}

fn read(path: &Path) -> Result<Profile> {
    let shown = || path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| DataProblem::Unreadable {
        path: shown(),
        source,
    })?;
    let profile: Profile = serde_json::from_str(&text).map_err(|error| DataProblem::NoProfile {
        path: shown(),
        reason: error.to_string(),
    })?;
    if profile.version != VERSION {
        return Err(DataProblem::NoProfile {
            path: shown(),
            reason: format!("it is of version {}, not {VERSION}", profile.version),
        }
        .into());
    }
    Ok(profile)
}

fn show(of: &LearnerProfile, columns: usize) {
    let name = format!("{} · {}", of.task, of.learner);
    if let Some(reason) = &of.failed {
        say::out(format_args!("{name} fails: {reason}\n"));
        return;
    }
    say::out(name);
    say::out(format_args!("  {}", in_short(of).join("\n  ")));
    say::verbatim(kernels(of).text_in(columns));
}

/// What became of what `path` holds: a line a learner that both have, and one where they do not compare.
fn compared(path: &Path, before: &Profile, now: &Profile) -> Vec<String> {
    let mut lines = Vec::new();
    let [old, new] = [before, now].map(|of| (&of.machine.processor, &of.machine.instruction_set));
    if old != new {
        lines.push(format!(
            "{}: found on {} ({}), not on this machine's {} ({}): times do not compare",
            path.display(),
            old.0,
            old.1,
            new.0,
            new.1
        ));
    }
    for of in &now.learners {
        let same = |other: &&LearnerProfile| {
            (&other.task, &other.learner, &other.sizes, other.batch_size)
                == (&of.task, &of.learner, &of.sizes, of.batch_size)
        };
        let name = format!("{} · {}", of.task, of.learner);
        let Some(old) = before.learners.iter().find(same) else {
            lines.push(format!("{name}: not in {}", path.display()));
            continue;
        };
        let ratio = |new: f64, old: f64| format!("{:.2}", new / old);
        let kernels = of.kernels.iter().filter_map(|kernel| {
            let old = old
                .kernels
                .iter()
                .find(|other| other.kernel == kernel.kernel)?;
            let ratio = ratio(kernel.ns_per_call, old.ns_per_call);
            Some(format!("{} {ratio}", kernel.kernel))
        });
        lines.push(format!(
            "{name}: {} times the time of before; a call: {}",
            ratio(of.ns_per_minibatch, old.ns_per_minibatch),
            kernels.collect::<Vec<_>>().join(", ")
        ));
    }
    lines
}
