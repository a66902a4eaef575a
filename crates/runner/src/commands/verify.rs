//! `apical verify`.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result};
use apical_experiment::store::read_file;
use apical_experiment::task_data::DataCache;
use apical_experiment::verify::{Again, Finding, Verdict, verify as look_again};
use apical_experiment::{Checkpoints, Execution, Shard};
use apical_reporting::bound::bindings;

use crate::cli::VerifyArgs;
use crate::exit::DataProblem;
use crate::folders::data_folders;
use crate::program::program;
use crate::progress::{Mode, Progress};
use crate::stop::Stop;
use crate::{exit, say};

/// Most bytes of a text.
const LONGEST: u64 = 64 << 20;

/// Checks what records say, a line for each kind of thing and each difference.
pub(crate) fn verify(arguments: &VerifyArgs, data_dir: Option<&Path>) -> Result<u8> {
    let stop =
        Stop::on_signals("the same command begins anew").context("failed to listen for Ctrl-C")?;
    let progress = Progress::new(Mode::Quiet, false);
    let execution = Execution {
        n_threads: 1,
        shard: Shard::ALL,
        force: false,
        progress: &progress,
        stop: &|| stop.is_asked(),
        checkpoints: Checkpoints::NONE,
        program: &program(),
        with_report: false,
    };
    let again = Again {
        n_runs: arguments.rerun,
        seed: arguments.seed,
    };
    let mut data = DataCache::new(data_folders(data_dir));
    let mut findings = Vec::new();
    if !arguments.folders.is_empty() {
        findings = look_again(&arguments.folders, again, &mut data, &execution)?;
    }
    for text in &arguments.claims {
        findings.extend(claims(text)?);
    }
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
        say::err("stopped: not everything was checked; the same command begins anew");
        return Ok(exit::INTERRUPTED);
    }
    Ok(match n_different {
        0 => exit::OK,
        _ => exit::RUNS_FAILED,
    })
}

/// Compares the numbers of a text with the cells that they are bound to, in files beside it.
fn claims(path: &Path) -> Result<Vec<Finding>> {
    let unreadable = |source| DataProblem::Unreadable {
        path: path.display().to_string(),
        source,
    };
    let mut text = String::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    let n = file.take(LONGEST + 1).read_to_string(&mut text);
    if n.map_err(unreadable)? as u64 > LONGEST {
        let fault = format!("it is longer than {LONGEST} bytes, which no text is");
        return Err(unreadable(io::Error::other(fault)).into());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let read = |file: &str| read_file(&folder.join(file)).map_err(|error| error.to_string());
    let found = bindings(&text, &read);
    let shown = path.display();
    let mut findings = vec![match found.n_agreeing + found.differing.len() {
        0 => Finding {
            verdict: Verdict::NotChecked,
            words: format!("{shown}: no number is bound to a cell (docs/records.md says how)"),
        },
        _ => Finding {
            verdict: Verdict::Agrees,
            words: format!(
                "{shown}: numbers, with the cells they are bound to ({})",
                found.n_agreeing
            ),
        },
    }];
    findings.extend(found.differing.into_iter().map(|line| Finding {
        verdict: Verdict::Differs,
        words: format!("{shown}:{}: {}", line.line, line.how),
    }));
    Ok(findings)
}
