//! Specifications written, by one writer for all types: each type would otherwise be compiled anew for
//! TOML as text, for TOML as a tree, and for JSON.

use erased_serde::Serialize;
use toml::Table;

/// `spec` as TOML.
pub(crate) fn to_text(spec: &dyn Serialize) -> Result<String, toml::ser::Error> {
    toml::to_string(spec)
}

/// `spec` as a tree.
pub(crate) fn to_tree(spec: &dyn Serialize) -> Result<Table, toml::ser::Error> {
    Table::try_from(spec)
}

/// `spec` as JSON.
pub(crate) fn to_json(spec: &dyn Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(spec)
}
