//! `apical reproduce`.

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;

use super::run::run_source;
use crate::cli::{ReproduceArgs, ReproduceName, RunArgs};
use crate::reproduce::fig1::Fig1;
use crate::reproduce::fig2::Fig2;
use crate::reproduce::figs1::FigS1;
use crate::reproduce::reproduce as protocol;
use crate::reproduce::theory::Theory;
use crate::spec::SpecSource;
use crate::store;

/// The text of a specification in experiments/.
macro_rules! spec {
    ($name:literal) => {
        include_str!(concat!("../../../../experiments/", $name, ".toml"))
    };
}

/// Runs a protocol, or an experiment of tasks and learners, and returns the exit code.
pub(super) fn reproduce(arguments: &ReproduceArgs, data_dir: Option<&Path>) -> Result<u8> {
    let how = &arguments.how;
    let experiment = |stem, text| experiment(stem, text, arguments, data_dir);
    match arguments.name {
        ReproduceName::Figs1 => protocol::<FigS1>("figs1", spec!("figs1"), how),
        ReproduceName::Fig1 => protocol::<Fig1>("fig1", spec!("fig1"), how),
        ReproduceName::Fig2 => protocol::<Fig2>("fig2", spec!("fig2"), how),
        ReproduceName::Fig2Recalled => {
            protocol::<Fig2>("fig2-recalled", spec!("fig2_recalled"), how)
        }
        ReproduceName::Theory => protocol::<Theory>("theory", spec!("theory"), how),
        ReproduceName::YinYang => experiment("yin_yang_delay", spec!("yin_yang_delay")),
        ReproduceName::MnistContinuous => experiment("mnist_continuous", spec!("mnist_continuous")),
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
