//! A run, copied from one folder to another.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use anyhow::{Context, Result};

use super::exchange::{NEW, beside};
use super::folder::{is_own, remove_own};
use super::name;

/// Copies what the run in `from` wrote to `to`, where nothing lies but what an interrupted run left. Whoever
/// looks sees all of it or none. To be called by who holds the run's lock.
pub(crate) fn copy_run(from: &Path, to: &Path) -> Result<()> {
    let copy = || -> io::Result<()> {
        let new = beside(to, NEW)?;
        for entry in fs::read_dir(from)? {
            let file = entry?.file_name().to_string_lossy().into_owned();
            if is_own(&file) && file != name::CHECKPOINT && !file.starts_with('.') {
                // Windows brings only files that are open for writing to the disk.
                let mut copied = File::create_new(new.join(&file))?;
                io::copy(&mut File::open(from.join(&file))?, &mut copied)?;
                copied.sync_all()?;
            }
        }
        remove_own(to)?;
        fs::rename(&new, to)
    };
    copy().with_context(|| {
        format!(
            "failed to copy the run in {} to {}",
            from.display(),
            to.display()
        )
    })
}
