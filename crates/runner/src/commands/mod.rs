//! Subcommands, one file each.

mod align;
mod check;
mod compare;
mod completions;
mod data;
mod explain;
mod export;
mod init;
mod instructions;
mod list;
mod man;
mod merge;
mod plan;
mod profile;
mod report;
mod run;
mod schema;
mod simulate;
mod status;
mod submit;
mod verify;

use anyhow::Result;
use apical_datasets::{CatalogueEntry, catalogue, catalogue_entry};

use crate::cli::{Cli, Command, HowToRun, RunArgs};
use crate::exit;
use crate::exit::UsageError;
use apical_experiment::spec::nearest;

/// Does what the command line says and returns the exit code.
pub(crate) fn dispatch(cli: Cli) -> Result<u8> {
    let data_dir = cli.data_dir.as_deref();
    match cli.command {
        None => {
            return run::run(
                &RunArgs {
                    how: HowToRun {
                        out: "results".into(),
                        ..HowToRun::default()
                    },
                    ..RunArgs::default()
                },
                data_dir,
            );
        }
        Some(Command::Run(arguments)) => return run::run(&arguments, data_dir),
        Some(Command::Reproduce(arguments)) => return run::reproduce(&arguments, data_dir),
        Some(Command::Submit(arguments)) => return submit::submit(&arguments, data_dir),
        Some(Command::Plan(arguments)) => return plan::plan(&arguments, data_dir),
        Some(Command::Profile(arguments)) => return profile::profile(&arguments, data_dir),
        Some(Command::Simulate(arguments)) => simulate::simulate(&arguments, data_dir)?,
        Some(Command::Report(arguments)) => return report::report(&arguments),
        Some(Command::Merge(arguments)) => return merge::merge(&arguments),
        Some(Command::Export(arguments)) => return export::export(&arguments),
        Some(Command::Compare(arguments)) => return compare::compare(&arguments),
        Some(Command::Status { folders }) => return status::status(&folders),
        Some(Command::Verify(arguments)) => return verify::verify(&arguments, data_dir),
        Some(Command::Align(arguments)) => return align::run(&arguments),
        Some(Command::Data { command }) => return data::data(&command, data_dir),
        Some(Command::List) => list::list(),
        Some(Command::Init { file }) => init::init(&file)?,
        Some(Command::Explain { name, write }) => match write {
            Some(folder) => explain::write(&folder)?,
            None => explain::explain(name.as_deref())?,
        },
        Some(Command::Schema) => schema::schema(),
        Some(Command::Man { folder }) => man::man(&folder)?,
        Some(Command::Completions { shell }) => completions::completions(shell),
    }
    Ok(exit::OK)
}

/// The data set called `name`.
fn set_of_name(name: &str) -> Result<&'static CatalogueEntry, UsageError> {
    let known: Vec<&str> = catalogue().iter().map(|entry| entry.name).collect();
    catalogue_entry(name).ok_or_else(|| unknown("data set", name, &known))
}

/// The error that `name` is none of `known`.
pub(crate) fn unknown(what: &'static str, name: &str, known: &[&str]) -> UsageError {
    let near = nearest(name, known.iter().copied());
    UsageError::Unknown {
        what,
        name: name.to_owned(),
        nearest: near
            .map(|near| format!(", did you mean `{near}`?"))
            .unwrap_or_default(),
        known: known.join(", "),
    }
}
