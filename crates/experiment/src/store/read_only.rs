//! Folders that cannot be written: what lies there is used and reported as it is.

use std::io::{self, ErrorKind};

use anyhow::{Error, Result};

/// Whether nothing can be written at all, as distinct from a full disk.
pub fn is_read_only(error: &Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
    causes.any(is_refused)
}

/// The same of one error.
pub(super) fn is_refused(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied
    )
}

/// What came of writing what belongs to a whole experiment; where nothing can be written, that stays as it
/// is, and a run that has to be made there fails by itself.
pub(crate) fn where_possible(written: Result<()>) -> Result<()> {
    match written {
        Err(error) if is_read_only(&error) => Ok(()),
        written => written,
    }
}
