//! `apical reproduce`.

use std::path::Path;

use anyhow::{Context, Result};
use apical_experiment::progress::Progress as _;
use apical_experiment::protocol::{self, KINDS, Reproduced};
use apical_experiment::runs::Execution;
use apical_experiment::spec::SpecSource;
use apical_experiment::store;
use clap::ValueEnum;

use super::run::run_source;
use crate::cli::{ReproduceArgs, ReproduceName, RunArgs};
use crate::exit;
use crate::program::program;
use crate::progress::{Mode, Progress};
use crate::say;
use crate::stop::Stop;

/// The text of a specification in experiments/.
macro_rules! spec {
    ($name:literal) => {
        include_str!(concat!("../../../../experiments/", $name, ".toml"))
    };
}

/// Runs a protocol, or an experiment of tasks and learners, and returns the exit code.
pub(super) fn reproduce(arguments: &ReproduceArgs, data_dir: Option<&Path>) -> Result<u8> {
    let protocol = |name, kind, text| protocol(name, kind, text, arguments);
    let experiment = |stem, text| experiment(stem, text, arguments, data_dir);
    match arguments.name {
        ReproduceName::Figs1 => protocol("figs1", "figs1", spec!("figs1")),
        ReproduceName::Fig1 => protocol("fig1", "fig1", spec!("fig1")),
        ReproduceName::Fig2 => protocol("fig2", "fig2", spec!("fig2")),
        ReproduceName::Fig2Recalled => protocol("fig2-recalled", "fig2", spec!("fig2_recalled")),
        ReproduceName::Theory => protocol("theory", "theory", spec!("theory")),
        ReproduceName::YinYang => experiment("yin_yang_delay", spec!("yin_yang_delay")),
        ReproduceName::MnistContinuous => experiment("mnist_continuous", spec!("mnist_continuous")),
    }
}

/// Runs the protocol of `kind` by the specification `text` and returns the exit code.
fn protocol(name: &str, kind: &str, text: &str, arguments: &ReproduceArgs) -> Result<u8> {
    let how = &arguments.how;
    let overrides = how.overrides()?;
    let source = SpecSource {
        name: name.to_owned(),
        file: format!("experiments/{}.toml", name.replace('-', "_")),
        text: text.to_owned(),
    };
    let (_, kind) = (KINDS.iter())
        .find(|(known, _)| *known == kind)
        .context("an unknown kind of protocol")?;
    let spec = kind.read(&source, &overrides)?;
    let progress = Progress::new(Mode::choose(how.quiet, false));
    let stop = Stop::on_signals().context("failed to listen for Ctrl-C")?;
    let execution = Execution {
        n_threads: how.n_threads(),
        force: how.force,
        progress: &progress,
        stop: &|| stop.is_asked(),
        program: &program(),
    };
    let folder = how.out.join(name);
    let command = how.redo(&["apical", "reproduce", name]);
    match protocol::reproduce(name, &spec, &folder, &command, &execution)? {
        Reproduced::Interrupted { n_ended, n_runs } => {
            progress.warn(&format!(
                "stopped: {n_ended} of {n_runs} runs are finished, in {}; the same command goes on with the rest",
                folder.display(),
            ));
            Ok(exit::INTERRUPTED)
        }
        Reproduced::Ended {
            said,
            n_made,
            n_reused,
            n_failed,
        } => {
            said.iter().for_each(say::out);
            progress.note(&format!(
                "{n_made} runs made, {n_reused} reused, {n_failed} failed (kept); report: {}",
                folder.join("index.html").display()
            ));
            Ok(match n_failed {
                0 => exit::OK,
                _ => exit::RUNS_FAILED,
            })
        }
    }
}

/// `apical run` with the specification `text`, into the folder that the protocol's name gives.
fn experiment(
    stem: &str,
    text: &str,
    arguments: &ReproduceArgs,
    data_dir: Option<&Path>,
) -> Result<u8> {
    let value = arguments.name.to_possible_value();
    let value = value.expect("every name has a value on the command line");
    let name = value.get_name();
    let source = SpecSource {
        name: store::slug(name),
        file: format!("experiments/{stem}.toml"),
        text: text.to_owned(),
    };
    let command = arguments.how.redo(&["apical", "reproduce", name]);
    let run = RunArgs {
        how: arguments.how.clone(),
        ..RunArgs::default()
    };
    run_source(source, &command, &run, data_dir)
}
