//! All keys of a specification, one after the other.

use crate::{Bounds, Key, Shape, Table};

/// A key and the way to it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The way to it, with words in capitals for names of the user's own: `task`, `TASK`, `hidden`.
    pub path: Vec<String>,
    /// What is said of it.
    pub key: Key,
}

impl Entry {
    /// Where its numbers may lie, if it has any.
    pub fn bounds(&self) -> Option<Bounds> {
        let of_type = self.key.shape.bounds()?;
        Some(self.key.bounds.or(of_type))
    }
}

/// All keys below `shape`, in order; those of a table follow it.
pub fn entries(shape: &Shape) -> Vec<Entry> {
    let mut found = Vec::new();
    descend(shape, &mut Vec::new(), &mut found);
    found
}

fn descend(shape: &Shape, path: &mut Vec<String>, found: &mut Vec<Entry>) {
    match shape {
        Shape::Table(Table { keys, .. }) => {
            for key in *keys {
                path.push(key.name.to_owned());
                found.push(Entry {
                    path: path.clone(),
                    key: *key,
                });
                let of_map = matches!(key.shape, Shape::Map { .. });
                if of_map {
                    path.push(key.placeholder.to_owned());
                }
                descend(key.shape, path, found);
                if of_map {
                    path.pop();
                }
                path.pop();
            }
        }
        Shape::Choice(choices) => {
            for choice in (choices.all)() {
                let Some(shape) = choice.shape else {
                    continue;
                };
                path.push(choice.name.to_owned());
                descend(shape, path, found);
                path.pop();
            }
        }
        Shape::Either(shapes) => shapes.iter().for_each(|shape| descend(shape, path, found)),
        Shape::Map { of } | Shape::List { of, .. } => descend(of, path, found),
        Shape::Truth | Shape::Number { .. } | Shape::Text(_) | Shape::Any(_) => {}
    }
}
