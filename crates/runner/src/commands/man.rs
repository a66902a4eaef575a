//! `apical man`.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;

use crate::cli::Cli;
use crate::say;

/// Writes a manual page for each command to `folder`.
pub(crate) fn man(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .with_context(|| format!("failed to write manual pages to {}", folder.display()))?;
    let folder = folder.display();
    say::out(format_args!(
        "manual pages are in {folder}; read one with `man {folder}/apical-run.1`"
    ));
    Ok(())
}
