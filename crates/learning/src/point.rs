//! Points of a sweep.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::KeyPath;

/// Swept keys with their values at one point; empty without a sweep.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Point(pub Vec<Swept>);

/// A swept key and its value.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Swept {
    /// The last parts of the key in the specification: as many as tell it from others of the learner.
    pub key: KeyPath,
    /// The value.
    pub value: Value,
}

impl Point {
    /// Whether nothing is swept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key and its value where one key is swept over finite numbers.
    pub fn number(&self) -> Option<(&KeyPath, f64)> {
        match &self.0[..] {
            [swept] => {
                let value = swept.number().filter(|value| value.is_finite())?;
                Some((&swept.key, value))
            }
            _ => None,
        }
    }

    /// The point of records that have it as text alone.
    pub(crate) fn of_text(text: &str) -> Self {
        let mut swept = Vec::new();
        let mut open = String::new();
        for part in text.split(", ") {
            if !open.is_empty() {
                open.push_str(", ");
            }
            open.push_str(part);
            // A list or table has the separator in it.
            let n = |brackets: [char; 2]| open.matches(brackets).count();
            if n(['[', '{']) > n([']', '}']) {
                continue;
            }
            if let Some((key, value)) = open.split_once('=') {
                swept.push(Swept {
                    key: key.parse().unwrap_or_else(|_| KeyPath::of([key])),
                    value: value_of(value),
                });
            }
            open.clear();
        }
        Self(swept)
    }
}

impl Swept {
    fn number(&self) -> Option<f64> {
        match self.value {
            Value::Integer(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            _ => None,
        }
    }

    /// The value in words: text without quotes, numbers in full.
    pub fn value_text(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            // With an exponent where it would have many digits.
            Value::Float(value) => format!("{value:?}"),
            other => other.to_string(),
        }
    }
}

/// `key=value, …`.
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, swept) in self.0.iter().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            write!(f, "{separator}{}={}", swept.key, swept.value_text())?;
        }
        Ok(())
    }
}

/// By key, then by value: numbers by size and before all else.
impl Ord for Swept {
    fn cmp(&self, other: &Self) -> Ordering {
        let values = || match (self.number(), other.number()) {
            (Some(own), Some(other)) => own.total_cmp(&other),
            (own, other) => other.is_some().cmp(&own.is_some()),
        };
        (self.key.cmp(&other.key))
            .then_with(values)
            .then_with(|| self.value_text().cmp(&other.value_text()))
    }
}

impl PartialOrd for Swept {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Swept {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Swept {}

/// The value that a text stands for: TOML where it is TOML, else the text.
pub fn value_of(text: &str) -> Value {
    format!("value = {text}")
        .parse::<Table>()
        .ok()
        .filter(|table| table.len() == 1)
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_a_sweep_are_ordered_as_numbers() {
        let mut points = ["n=10, k=b", "n=2, k=b", "n=10, k=a", "", "n=x, k=a"].map(Point::of_text);
        points.sort();
        assert_eq!(
            points.map(|point| point.to_string()),
            ["", "n=2, k=b", "n=10, k=a", "n=10, k=b", "n=x, k=a"]
        );
    }

    #[test]
    fn a_point_is_written_as_it_was_read() {
        for text in [
            "rates.0=1.0",
            "hidden=[10, 20], n=3",
            "t={ low = 0.1, high = 1 }, k=tied",
        ] {
            assert_eq!(Point::of_text(text).to_string(), text);
        }
        let point = Point::of_text("rates.0=1e-5");
        assert_eq!(point.number(), Some((&KeyPath::of(["rates", "0"]), 1e-5)));
        assert_eq!(Point::of_text("feedback=tied").number(), None);
    }

    #[test]
    fn bare_words_are_strings() {
        assert_eq!(value_of("tied"), Value::String("tied".into()));
        assert_eq!(value_of("3"), Value::Integer(3));
        assert_eq!(
            value_of("[1.0, 2]"),
            "v = [1.0, 2]".parse::<Table>().expect("TOML")["v"]
        );
        assert_eq!(value_of("1\nb = 2"), Value::String("1\nb = 2".into()));
    }
}
