//! Edits of a specification as a tree of tables, before it is given its types.

use toml::{Table, Value};

use super::KeyPath;

/// Why a value could not be put where it was to go.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum EditError {
    /// A number where a list has no such place.
    #[error("`{key}`: the list has {length} values, so there is no index `{index}`")]
    Index {
        /// The key of the value.
        key: KeyPath,
        /// The index given.
        index: String,
        /// Values there are.
        length: usize,
    },
    /// A key below something that has no keys.
    #[error("`{key}`: there is nothing below `{above}`, which is {what}")]
    NotATable {
        /// The key of the value.
        key: KeyPath,
        /// The part that is no table.
        above: String,
        /// What it is instead.
        what: &'static str,
    },
}

/// Puts `value` at `key`; tables on the way are made where they are missing, list items must exist.
pub(crate) fn set(tree: &mut Table, key: &KeyPath, value: Value) -> Result<(), EditError> {
    let (first, rest) = key
        .segments()
        .split_first()
        .expect("a key has at least one segment");
    if rest.is_empty() {
        tree.insert(first.clone(), value);
        return Ok(());
    }
    let mut at = tree
        .entry(first.clone())
        .or_insert_with(|| Value::Table(Table::new()));
    for (depth, segment) in rest.iter().enumerate() {
        at = match at {
            Value::Table(table) => table
                .entry(segment.clone())
                .or_insert_with(|| Value::Table(Table::new())),
            Value::Array(list) => {
                let length = list.len();
                let item = segment
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| list.get_mut(index));
                item.ok_or_else(|| EditError::Index {
                    key: key.clone(),
                    index: segment.clone(),
                    length,
                })?
            }
            other => {
                return Err(EditError::NotATable {
                    key: key.clone(),
                    above: key.segments()[..=depth].join("."),
                    what: other.type_str(),
                });
            }
        };
    }
    *at = value;
    Ok(())
}

/// The value at `key`, if there is one.
pub(crate) fn get<'t>(tree: &'t Table, key: &KeyPath) -> Option<&'t Value> {
    let (first, rest) = key.segments().split_first()?;
    rest.iter()
        .try_fold(tree.get(first)?, |at, segment| match at {
            Value::Table(table) => table.get(segment),
            Value::Array(list) => list.get(segment.parse::<usize>().ok()?),
            _ => None,
        })
}

/// Takes the value at `key` away, if there is one.
pub(crate) fn remove(tree: &mut Table, key: &KeyPath) -> Option<Value> {
    let (last, above) = key.segments().split_last()?;
    let mut at = tree;
    for segment in above {
        at = at.get_mut(segment)?.as_table_mut()?;
    }
    at.remove(last)
}

#[cfg(test)]
mod tests {
    use apical_learning::value_of;
    use proptest::prelude::*;

    use super::*;

    fn tree(text: &str) -> Table {
        text.parse().expect("valid TOML")
    }

    fn key(text: &str) -> KeyPath {
        text.parse().expect("a valid key")
    }

    #[test]
    fn values_are_set_in_tables_and_lists() {
        let mut spec = tree("a.b = [1, 2]");
        set(&mut spec, &key("a.b.1"), Value::Integer(7)).expect("the list has two items");
        set(&mut spec, &key("a.c.d"), Value::Boolean(true)).expect("a new table");
        assert_eq!(spec, tree("a.b = [1, 7]\na.c.d = true"));
        assert_eq!(get(&spec, &key("a.b.1")), Some(&Value::Integer(7)));
        assert_eq!(get(&spec, &key("a.b.2")), None);
        assert_eq!(remove(&mut spec, &key("a.c.d")), Some(Value::Boolean(true)));
        assert_eq!(remove(&mut spec, &key("a.x.d")), None);
    }

    #[test]
    fn what_has_no_place_is_an_error() {
        let mut spec = tree("a.b = [1, 2]\nc = 1");
        let index = set(&mut spec, &key("a.b.2"), Value::Integer(7)).expect_err("no third item");
        insta::assert_snapshot!(index, @"`a.b.2`: the list has 2 values, so there is no index `2`");
        let table = set(&mut spec, &key("c.d"), Value::Integer(7)).expect_err("c is a number");
        insta::assert_snapshot!(table, @"`c.d`: there is nothing below `c`, which is integer");
    }

    proptest! {
        #[test]
        fn any_edit_works_or_is_refused(keys in "[a-c0-2.\"]{1,8}", text in "\\PC{0,12}") {
            let mut spec = tree("a = [[1], 2]\nb.c = 3");
            if let Ok(key) = keys.parse::<KeyPath>() {
                let _ = set(&mut spec, &key, value_of(&text));
                let _ = remove(&mut spec, &key);
            }
        }
    }
}
