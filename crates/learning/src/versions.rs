//! Versions of libraries, which all runs of a program share.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::pool::Pool;

/// Versions of libraries, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Versions(Arc<BTreeMap<String, String>>);

static KNOWN: Pool<BTreeMap<String, String>> = Pool::new();

impl From<BTreeMap<String, String>> for Versions {
    fn from(versions: BTreeMap<String, String>) -> Self {
        Self(KNOWN.shared(versions.into()))
    }
}

impl Deref for Versions {
    type Target = BTreeMap<String, String>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Serialize for Versions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Versions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self::from)
    }
}
