//! What plain types may be.

use std::path::PathBuf;

use indexmap::IndexMap;

use crate::{Bounds, Described, Shape};

macro_rules! described {
    ($($type:ty: $shape:expr),* $(,)?) => {
        $(impl Described for $type {
            const SHAPE: &'static Shape = &$shape;
        })*
    };
}

const NUMBER: Shape = Shape::Number {
    whole: false,
    bounds: Bounds::NONE,
};
const COUNT: Shape = Shape::Number {
    whole: true,
    bounds: Bounds::from(0.0),
};

described! {
    bool: Shape::Truth,
    f32: NUMBER,
    f64: NUMBER,
    usize: COUNT,
    u64: COUNT,
    char: Shape::Text("one character"),
    String: Shape::Text("a text"),
    PathBuf: Shape::Text("the path of a file"),
}

impl<T: Described> Described for Option<T> {
    const SHAPE: &'static Shape = T::SHAPE;
}

impl<T: Described> Described for Vec<T> {
    const SHAPE: &'static Shape = &Shape::List {
        of: T::SHAPE,
        least: 0,
        most: usize::MAX,
    };
}

impl<K, V: Described> Described for IndexMap<K, V> {
    const SHAPE: &'static Shape = &Shape::Map { of: V::SHAPE };
}
