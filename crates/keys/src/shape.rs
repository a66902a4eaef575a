//! What a value of a specification may be.

use erased_serde::Serialize;

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// `true` or `false`.
    Truth,
    /// A number.
    Number {
        /// Whether it has no decimal point.
        whole: bool,
        /// Where it may lie, unless its key says otherwise.
        bounds: Bounds,
    },
    /// A text; in words what kind of one.
    Text(&'static str),
    /// A list.
    List {
        /// Of what.
        of: &'static Shape,
        /// The fewest values.
        least: usize,
        /// The most values.
        most: usize,
    },
    /// Any of these.
    Either(&'static [&'static Shape]),
    /// One of several words or tables of one key.
    Choice(Choices),
    /// A table with these keys.
    Table(Table),
    /// A table with names of the user's own.
    Map {
        /// What stands under each name.
        of: &'static Shape,
    },
    /// Whatever goes with another key; in words what.
    Any(&'static str),
}

/// Where numbers may lie; every number is finite.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bounds {
    /// At least this.
    pub min: Option<f64>,
    /// More than this.
    pub above: Option<f64>,
    /// At most this.
    pub max: Option<f64>,
    /// Less than this.
    pub below: Option<f64>,
}

/// One of several things, by name.
#[derive(Debug, Clone, Copy)]
pub struct Choices {
    /// What is chosen.
    pub meaning: &'static str,
    /// All there are; a program may add some.
    pub all: fn() -> Vec<Choice>,
}

/// One of several things.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// What stands under its name; nothing where the name is the value.
    pub shape: Option<&'static Shape>,
}

/// Keys that stand together.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// What they are for.
    pub meaning: &'static str,
    /// In the order of listings.
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Its unit; empty without one.
    pub unit: &'static str,
    /// Where its value or its meaning is from; empty where nowhere.
    pub source: &'static str,
    /// What stands for the names below it, such as `TASK`.
    pub placeholder: &'static str,
    /// A value in TOML, where none of the others serves as an example.
    pub example: &'static str,
    /// The only value it may have, a text; empty where it may have others.
    pub only: &'static str,
    /// The fewest values of its list.
    pub least: usize,
    /// Where its numbers may lie, in place of what their type says.
    pub bounds: Bounds,
    /// Its value where nothing is said; `None` where something must be said.
    pub default: Option<fn() -> Box<dyn Serialize>>,
    /// What it may be.
    pub shape: &'static Shape,
}

impl Bounds {
    /// No bounds.
    pub const NONE: Self = Self {
        min: None,
        above: None,
        max: None,
        below: None,
    };

    /// At least `min`.
    pub const fn from(min: f64) -> Self {
        Self {
            min: Some(min),
            ..Self::NONE
        }
    }

    /// Whether `value` lies there.
    pub fn hold(&self, value: f64) -> bool {
        value.is_finite()
            && self.min.is_none_or(|min| value >= min)
            && self.above.is_none_or(|above| value > above)
            && self.max.is_none_or(|max| value <= max)
            && self.below.is_none_or(|below| value < below)
    }

    /// The lower ends of `self` or else of `other`, and likewise the upper ends.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut both = self;
        if self.min.or(self.above).is_none() {
            (both.min, both.above) = (other.min, other.above);
        }
        if self.max.or(self.below).is_none() {
            (both.max, both.below) = (other.max, other.below);
        }
        both
    }
}

impl Shape {
    /// Without the wrapping of a text or number that may be left out: the shapes that a value may have.
    pub fn alternatives(&'static self) -> Vec<&'static Shape> {
        match self {
            Self::Either(shapes) => shapes
                .iter()
                .flat_map(|shape| shape.alternatives())
                .collect(),
            shape => vec![shape],
        }
    }

    /// Where its numbers may lie, if it is one or has some.
    pub fn bounds(&self) -> Option<Bounds> {
        match self {
            Self::Number { bounds, .. } => Some(*bounds),
            Self::List { of, .. } => of.bounds(),
            Self::Either(shapes) => shapes.iter().find_map(|shape| shape.bounds()),
            _ => None,
        }
    }
}
