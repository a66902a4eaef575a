//! Specifications read and written, by one reader and one writer for all types: each type would
//! otherwise be compiled anew for TOML as text, for TOML as a tree, and for JSON.

use apical_datasets::with_places;
use erased_serde::Serialize;
use serde::Deserializer;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// The specification that `text` is.
pub(crate) fn from_text<S: DeserializeOwned>(text: &str) -> Result<S, toml::de::Error> {
    read_by(toml::Deserializer::parse(text)?)
}

/// The specification that `tree` is.
pub(crate) fn from_tree<S: DeserializeOwned>(tree: Table) -> Result<S, toml::de::Error> {
    read_by(Value::Table(tree))
}

fn read_by<'de, S: DeserializeOwned, D: Deserializer<'de>>(format: D) -> Result<S, D::Error> {
    with_places(format, |format| {
        let mut format = <dyn erased_serde::Deserializer<'_>>::erase(format);
        erased_serde::deserialize(&mut format)
    })
}

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
