//! `apical verify`.

use std::path::Path;

use anyhow::{Context, Result};
use apical_experiment::Execution;
use apical_experiment::task_data::DataCache;
use apical_experiment::verify::{Again, Verdict, verify as look_again};

use crate::cli::VerifyArgs;
use crate::folders::data_folders;
use crate::program::program;
use crate::progress::{Mode, Progress};
use crate::stop::Stop;
use crate::{exit, say};

/// Checks what records say, a line for each kind of thing and each difference.
pub(crate) fn verify(arguments: &VerifyArgs, data_dir: Option<&Path>) -> Result<u8> {
    let stop = Stop::on_signals().context("failed to listen for Ctrl-C")?;
    let progress = Progress::new(Mode::Quiet, false);
    let execution = Execution {
        n_threads: 1,
        force: false,
        progress: &progress,
        stop: &|| stop.is_asked(),
        program: &program(),
    };
    let again = Again {
        n_runs: arguments.rerun,
        seed: arguments.seed,
    };
    let mut data = DataCache::new(data_folders(data_dir));
    let findings = look_again(&arguments.folders, again, &mut data, &execution)?;
    let mut n_different = 0_usize;
    for finding in &findings {
        let verdict = match finding.verdict {
            Verdict::Agrees => "agrees",
            Verdict::NotChecked => "not checked",
            Verdict::Differs => {
                n_different += 1;
                "differs"
            }
        };
        say::out(format_args!("{verdict}: {}", finding.words));
    }
    if stop.is_asked() {
        return Ok(exit::INTERRUPTED);
    }
    Ok(match n_different {
        0 => exit::OK,
        _ => exit::RUNS_FAILED,
    })
}
