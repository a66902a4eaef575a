//! `apical completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;

/// Prints completions for `shell`.
pub(crate) fn completions(shell: Shell) {
    clap_complete::generate(shell, &mut Cli::command(), "apical", &mut std::io::stdout());
}
