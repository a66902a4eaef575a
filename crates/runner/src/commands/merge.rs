//! `apical merge`.

use anyhow::{Context, Result};
use apical_experiment::merge::merge as join;

use crate::cli::MergeArgs;
use crate::folders::may_be_made;
use crate::stop::Stop;
use crate::{exit, say};

/// Joins the results of one experiment from several folders, and returns the exit code.
pub(crate) fn merge(arguments: &MergeArgs) -> Result<u8> {
    let stop = Stop::on_signals("what is copied is kept; the same command goes on with the rest")
        .context("failed to listen for Ctrl-C")?;
    may_be_made(&arguments.out)?;
    let merged = join(&arguments.folders, &arguments.out, &|| stop.is_asked())?;
    for conflict in &merged.conflicts {
        say::err(format_args!("warning: {conflict}"));
    }
    let runs = |n: usize| {
        if n == 1 {
            "1 run".to_owned()
        } else {
            format!("{n} runs")
        }
    };
    let mut words = vec![format!("{} copied", runs(merged.n_copied))];
    if merged.n_same > 0 {
        words.push(format!("{} already there", merged.n_same));
    }
    if !merged.conflicts.is_empty() {
        words.push(format!("{} not joined", merged.conflicts.len()));
    }
    let out = arguments.out.display();
    say::out(format_args!(
        "{}; `apical report {out}` makes the report",
        words.join(", ")
    ));
    Ok(match (merged.is_stopped, merged.conflicts.is_empty()) {
        (true, _) => exit::INTERRUPTED,
        (false, true) => exit::OK,
        (false, false) => exit::DATA,
    })
}
