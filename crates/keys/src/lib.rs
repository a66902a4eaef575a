//! What the keys of a specification mean, what they may be, and what they are where nothing is said.
//!
//! Types of specifications derive [`Described`]; the reference of all keys, the schema for editors and
//! tests of ranges are made of what they say.

mod shape;
mod types;
mod walk;

/// Derives [`trait@Described`]: see `apical_keys_derive`.
pub use apical_keys_derive::Described;
pub use shape::{Bounds, Choice, Choices, Key, Shape, Table};
pub use walk::{Entry, entries};

/// A type of a specification that says what it may be.
pub trait Described {
    /// What it may be.
    const SHAPE: &'static Shape;
}
