//! Values that a key takes: a list, or a range.

use std::fmt;

use apical_keys::{Described, Shape};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::Value;

use super::sweep::MAX_POINTS;

/// How values lie between the ends of a range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// At equal differences.
    #[default]
    Linear,
    /// At equal ratios.
    Log,
}

/// All values between two ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The lowest value.
    #[key(example = "0.1")]
    pub from: Number,
    /// The highest value.
    #[key(example = "1.0")]
    pub to: Number,
    /// How values lie between the two.
    #[serde(default)]
    pub scale: Scale,
}

/// Some values between two ends, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// The lowest value.
    #[key(example = "0.1")]
    pub from: Number,
    /// The highest value.
    #[key(example = "1.0")]
    pub to: Number,
    /// How many values.
    #[key(min = 2, max = 10_000)]
    pub n: usize,
    /// How values lie between the two.
    #[serde(default)]
    pub scale: Scale,
}

/// A number that remembers whether it was written as an integer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Without a decimal point.
    Integer(i64),
    /// With one.
    Float(f64),
}

/// The values that a swept key takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// One after the other.
    List(Vec<Value>),
    /// Spread between two ends.
    Steps(Steps),
}

impl Number {
    /// As a floating-point number.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Integer(value) => value as f64,
            Self::Float(value) => value,
        }
    }
}

impl Range {
    /// Why it is no range, in words.
    pub fn fault(&self) -> Option<&'static str> {
        let (from, to) = (self.from.as_f64(), self.to.as_f64());
        // Numbers that no key takes; between them even sums are numbers.
        let are_numbers = [from, to].iter().all(|end| end.abs() <= 1e300);
        if !(are_numbers && from < to) {
            Some("finite ends with `from` below `to`")
        } else if self.scale == Scale::Log && from <= 0.0 {
            Some("ends above 0 on a log scale")
        } else {
            None
        }
    }

    /// The value at `fraction` of the way from the lower to the upper end, to four digits; whole where
    /// both ends are written as integers.
    pub fn at(&self, fraction: f64) -> f64 {
        let (from, to) = (self.from.as_f64(), self.to.as_f64());
        let value = match self.scale {
            Scale::Linear => from + fraction * (to - from),
            Scale::Log => (from.ln() + fraction * (to.ln() - from.ln())).exp(),
        };
        let value = if self.is_whole() {
            value.round()
        } else {
            four_digits(value)
        };
        value.clamp(from, to)
    }

    /// How far `value` lies on the way from the lower to the upper end, on the range's own scale.
    pub fn share(&self, value: f64) -> f64 {
        let (from, to) = (self.from.as_f64(), self.to.as_f64());
        match self.scale {
            Scale::Linear => (value - from) / (to - from),
            Scale::Log => (value / from).ln() / (to / from).ln(),
        }
    }

    /// The value in the type of the ends.
    pub fn value(&self, value: f64) -> Value {
        if self.is_whole() {
            Value::Integer(value as i64)
        } else {
            Value::Float(value)
        }
    }

    fn is_whole(&self) -> bool {
        matches!(
            (self.from, self.to),
            (Number::Integer(_), Number::Integer(_))
        )
    }
}

impl Values {
    /// All values in order, or the reason why there are none, in words.
    pub fn list(&self) -> Result<Vec<Value>, &'static str> {
        match self {
            Self::List(values) if values.is_empty() => Err("at least one value"),
            Self::List(values) => Ok(values.clone()),
            Self::Steps(Steps { n, .. }) if !(2..=MAX_POINTS).contains(n) => {
                Err("`n` from 2 to 10000")
            }
            Self::Steps(Steps { from, to, n, scale }) => {
                let range = Range {
                    from: *from,
                    to: *to,
                    scale: *scale,
                };
                if let Some(fault) = range.fault() {
                    return Err(fault);
                }
                let mut values: Vec<Value> = (0..*n)
                    .map(|i| range.value(range.at(i as f64 / (*n - 1) as f64)))
                    .collect();
                values.dedup();
                Ok(values)
            }
        }
    }
}

/// More digits than four would pretend a precision that no choice of settings has.
fn four_digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyNumber;
        impl Visitor<'_> for AnyNumber {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(Number::Integer(value))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
                Ok(Number::Float(value))
            }
        }
        deserializer.deserialize_any(AnyNumber)
    }
}

impl Described for Number {
    const SHAPE: &'static Shape = f64::SHAPE;
}

impl Described for Values {
    const SHAPE: &'static Shape = &Shape::Either(&[
        &Shape::List {
            of: &Shape::Any("a value of the key"),
            least: 1,
            most: usize::MAX,
        },
        Steps::SHAPE,
    ]);
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::List(values) => values.serialize(serializer),
            Self::Steps(steps) => steps.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListOrSteps;
        impl<'de> Visitor<'de> for ListOrSteps {
            type Value = Values;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of values, or a range such as { from = 0.1, to = 10.0, n = 5, scale = \"log\" }")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Values, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element()? {
                    values.push(value);
                }
                Ok(Values::List(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Values, A::Error> {
                Steps::deserialize(MapAccessDeserializer::new(map)).map(Values::Steps)
            }
        }
        deserializer.deserialize_any(ListOrSteps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Values {
        #[derive(Deserialize)]
        struct Holder {
            v: Values,
        }
        toml::from_str::<Holder>(&format!("v = {text}"))
            .expect("valid values")
            .v
    }

    #[test]
    fn ranges_spread_on_their_scale() {
        let log = values("{ from = 0.1, to = 10.0, n = 3, scale = \"log\" }");
        let log: Vec<f64> = log
            .list()
            .expect("a range")
            .iter()
            .filter_map(Value::as_float)
            .collect();
        assert_eq!(log, [0.1, 1.0, 10.0]);
        let third = values("{ from = 0.0, to = 1.0, n = 4 }")
            .list()
            .expect("a range");
        assert_eq!(third[1], Value::Float(0.3333));
        let whole = values("{ from = 1, to = 16, n = 5, scale = \"log\" }");
        let expected: Vec<Value> = [1, 2, 4, 8, 16].map(Value::Integer).to_vec();
        assert_eq!(whole.list(), Ok(expected));
    }

    #[test]
    fn what_is_no_range_says_why() {
        assert!(values("[]").list().is_err());
        assert!(values("{ from = 1, to = 2, n = 1 }").list().is_err());
        let many = values("{ from = 1, to = 2, n = 9223372036854775807 }");
        assert_eq!(many.list(), Err("`n` from 2 to 10000"));
        let wide = values("{ from = -1e308, to = 1e308, n = 3 }");
        assert!(wide.list().is_err());
        assert!(values("{ from = 2, to = 1, n = 3 }").list().is_err());
        assert!(
            values("{ from = 0.0, to = 1.0, n = 3, scale = \"log\" }")
                .list()
                .is_err()
        );
    }
}
