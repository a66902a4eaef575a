//! `apical completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::say;

/// Prints completions for `shell`.
pub(crate) fn completions(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "apical", &mut script);
    say::verbatim(String::from_utf8_lossy(&script).trim_end());
}
