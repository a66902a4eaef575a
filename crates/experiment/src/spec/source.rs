//! Specifications in files.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::{SpecProblem, SpecSource};
use crate::store;

/// Bytes of the largest specification that is read.
const LARGEST: u64 = 4 << 20;

impl SpecSource {
    /// The specification in a file, named by its stem.
    pub fn in_file(path: &Path) -> Result<Self, SpecProblem> {
        let file = File::open(path).map_err(|error| unreadable(path, error))?;
        let text = text_of(file, path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = store::slug(&stem);
        let name = if name.is_empty() {
            "experiment".to_owned()
        } else {
            name
        };
        Ok(Self {
            name,
            file: path.display().to_string(),
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            text,
        })
    }
}

/// The text of a specification, which is called `path`.
pub fn text_of(from: impl Read, path: &Path) -> Result<String, SpecProblem> {
    let mut text = String::new();
    let n = from.take(LARGEST + 1).read_to_string(&mut text);
    match n.map_err(|error| unreadable(path, error))? as u64 {
        n if n > LARGEST => Err(SpecProblem::new(format!(
            "the specification {} is larger than {LARGEST} bytes, which no specification is",
            path.display()
        ))),
        _ => Ok(text),
    }
}

/// The problem that a specification cannot be read.
pub fn unreadable(path: &Path, error: io::Error) -> SpecProblem {
    let (path, said) = (path.display(), error.to_string());
    let (why, help) = match error.kind() {
        ErrorKind::NotFound => ("no such file", "`apical init` writes one to start from"),
        ErrorKind::IsADirectory => (
            "it is a folder",
            "name a file in it; `apical report` takes folders of results",
        ),
        ErrorKind::InvalidData => ("it is no text in UTF-8", "save it as UTF-8"),
        _ => (&*said, "make it readable, or name another"),
    };
    SpecProblem::new(format!("the specification {path} cannot be read: {why}")).with_help(help)
}
