//! `apical init`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result};

use crate::exit::UsageError;
use crate::say;

/// The specification to start from.
const START: &str = include_str!("../../assets/start.toml");

/// Writes a commented specification to `file`, unless there is such a file.
pub(crate) fn init(file: &Path) -> Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).open(file);
    match opened {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(UsageError::Exists {
                path: file.display().to_string(),
            }
            .into());
        }
        opened => opened.and_then(|mut opened| opened.write_all(START.as_bytes())),
    }
    .with_context(|| format!("failed to write {}", file.display()))?;
    let file = file.display();
    say::out(format_args!(
        "wrote {file}; run it with `apical run {file}`"
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use apical_experiment::spec::{Overrides, Resolved, SpecSource};

    #[test]
    fn the_start_is_a_valid_specification() {
        let source = SpecSource {
            name: "start".into(),
            file: "start.toml".into(),
            folder: Default::default(),
            text: START.into(),
        };
        let resolved = Resolved::new(source, Overrides::default()).expect("valid");
        assert!(resolved.arms.len() >= 2);
    }
}
