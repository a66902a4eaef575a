//! How a spec names columns of a table.

use std::fmt;

use apical_keys::{Described, Shape};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A column of a table; in a spec a string or a whole number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// By its name in the header.
    Name(String),
    /// By its index from 0.
    Index(usize),
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "`{name}`"),
            Self::Index(index) => write!(f, "{index}"),
        }
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Name(name) => serializer.serialize_str(name),
            Self::Index(index) => serializer.serialize_u64(*index as u64),
        }
    }
}

impl Described for Column {
    const SHAPE: &'static Shape =
        &Shape::Either(&[&Shape::Text("the name of a column"), usize::SHAPE]);
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ColumnVisitor;

        impl Visitor<'_> for ColumnVisitor {
            type Value = Column;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a column or its index from 0")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Column, E> {
                Ok(Column::Name(name.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, index: u64) -> Result<Column, E> {
                let unfit = || E::invalid_value(de::Unexpected::Unsigned(index), &self);
                usize::try_from(index)
                    .map(Column::Index)
                    .map_err(|_| unfit())
            }

            fn visit_i64<E: de::Error>(self, index: i64) -> Result<Column, E> {
                let unfit = || E::invalid_value(de::Unexpected::Signed(index), &self);
                usize::try_from(index)
                    .map(Column::Index)
                    .map_err(|_| unfit())
            }
        }

        deserializer.deserialize_any(ColumnVisitor)
    }
}

/// Columns; in a spec a list, or a single one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnList(pub Vec<Column>);

impl Described for ColumnList {
    const SHAPE: &'static Shape = &Shape::Either(&[
        &Shape::List {
            of: Column::SHAPE,
            least: 1,
            most: usize::MAX,
        },
        Column::SHAPE,
    ]);
}

impl<'de> Deserialize<'de> for ColumnList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor;

        impl<'de> Visitor<'de> for ListVisitor {
            type Value = ColumnList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of columns, each by its name or its index from 0")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<ColumnList, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(ColumnList)
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<ColumnList, E> {
                Ok(ColumnList(vec![Column::Name(name.to_owned())]))
            }

            fn visit_u64<E: de::Error>(self, index: u64) -> Result<ColumnList, E> {
                let index = Column::deserialize(de::value::U64Deserializer::new(index))?;
                Ok(ColumnList(vec![index]))
            }

            fn visit_i64<E: de::Error>(self, index: i64) -> Result<ColumnList, E> {
                let index = Column::deserialize(de::value::I64Deserializer::new(index))?;
                Ok(ColumnList(vec![index]))
            }
        }

        deserializer.deserialize_any(ListVisitor)
    }
}
