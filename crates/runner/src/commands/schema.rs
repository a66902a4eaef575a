//! `apical schema`.

use crate::{reference, say};

/// Prints the JSON Schema of specifications.
pub(crate) fn schema() {
    say::verbatim(reference::schema_text());
}
