//! `apical schema`.

use crate::{reference, say};

/// Prints the JSON Schema of specifications.
pub(crate) fn schema() {
    say::out(reference::schema_text());
}
