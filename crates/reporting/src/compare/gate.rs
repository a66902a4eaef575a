//! Conditions on what was compared, under which a call fails.

use super::{ArmPair, Compared, Difference};
use crate::number::short;

/// A condition: comparisons with `and` between them, all of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// As it was given.
    pub text: String,
    conditions: Vec<Condition>,
}

/// Why a condition is none.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// It cannot be read.
    #[error(
        "--fail-if {text:?}: {part:?} is no condition; expected QUANTITY[.FIELD] OPERATOR VALUE, such as `accuracy < -0.5`, `time.ratio > 1.1`, `accuracy == different` or `records != identical`"
    )]
    Grammar {
        /// All of it.
        text: String,
        /// The part that cannot.
        part: String,
    },
    /// Nothing was measured that it asks for.
    #[error(
        "--fail-if {text:?}: no arm has {term:?}, so that it would never hold; there are {known}"
    )]
    Nothing {
        /// All of it.
        text: String,
        /// What is asked for.
        term: String,
        /// What there is.
        known: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
struct Condition {
    quantity: String,
    field: Option<String>,
    operator: Operator,
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operator {
    Less,
    AtMost,
    More,
    AtLeast,
    Is,
    IsNot,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(f64),
    Word(String),
}

/// Longer ones first: `<` begins `<=`.
const OPERATORS: [(&str, Operator); 6] = [
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("==", Operator::Is),
    ("!=", Operator::IsNot),
    ("<", Operator::Less),
    (">", Operator::More),
];
/// Numbers of a difference.
const FIELDS: [&str; 9] = [
    "mean",
    "low",
    "high",
    "deviation",
    "p",
    "holm_p",
    "tost_p",
    "ratio",
    "n",
];
/// What verdicts, and the records of an arm, may be.
const WORDS: [&str; 5] = [
    "identical",
    "equivalent",
    "different",
    "undecided",
    "too_few",
];

impl Gate {
    /// The condition `text`.
    ///
    /// # Errors
    ///
    /// Where it is none.
    pub fn read(text: &str) -> Result<Self, GateError> {
        let condition = |part: &str| {
            Condition::read(part).ok_or_else(|| GateError::Grammar {
                text: text.to_owned(),
                part: part.trim().to_owned(),
            })
        };
        let conditions: Result<Vec<Condition>, GateError> =
            text.split(" and ").map(condition).collect();
        Ok(Self {
            text: text.to_owned(),
            conditions: conditions?,
        })
    }

    /// The arms that it holds for, with what was found.
    ///
    /// # Errors
    ///
    /// Where no arm has what it asks for.
    pub fn holds(&self, compared: &Compared) -> Result<Vec<String>, GateError> {
        for condition in &self.conditions {
            let found = |pair: &ArmPair| condition.found(pair, compared).is_some();
            if !compared.pairs.iter().any(found) {
                return Err(GateError::Nothing {
                    text: self.text.clone(),
                    term: condition.term(),
                    known: known(compared),
                });
            }
        }
        let holds = |pair: &ArmPair| -> Option<String> {
            let found: Option<Vec<String>> = (self.conditions.iter())
                .map(|condition| condition.holds(pair, compared))
                .collect();
            Some(format!("{}: {}", pair.right, found?.join(", ")))
        };
        Ok(compared.pairs.iter().filter_map(holds).collect())
    }
}

fn known(compared: &Compared) -> String {
    let mut names = vec!["records", "failed", "unpaired", "missing"];
    for difference in compared.pairs.iter().flat_map(|pair| &pair.differences) {
        if !names.contains(&&*difference.quantity.name) {
            names.push(&difference.quantity.name);
        }
    }
    format!(
        "{}, and .{} of measured quantities, .tost_p with a margin",
        names.join(", "),
        FIELDS.join(", .")
    )
}

impl Condition {
    fn read(part: &str) -> Option<Self> {
        let at = |(sign, operator): &(&str, Operator)| {
            let (term, value) = part.split_once(sign)?;
            Some((term.trim(), *operator, value.trim()))
        };
        let (term, operator, value) = OPERATORS.iter().find_map(at)?;
        // Numbers of protocols have stops in their names.
        let (quantity, field) = match term.rsplit_once('.') {
            Some((quantity, field)) if FIELDS.contains(&field) => (quantity, Some(field)),
            _ => (term, None),
        };
        let value = match value.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Number(number),
            _ if WORDS.contains(&value) && field.is_none() => Value::Word(value.to_owned()),
            _ => return None,
        };
        let is_word = matches!(value, Value::Word(_));
        let is_equality = matches!(operator, Operator::Is | Operator::IsNot);
        let is_sound = !quantity.is_empty() && (!is_word || is_equality);
        is_sound.then(|| Self {
            quantity: quantity.to_owned(),
            field: field.map(str::to_owned),
            operator,
            value,
        })
    }

    fn term(&self) -> String {
        match &self.field {
            Some(field) => format!("{}.{field}", self.quantity),
            None => self.quantity.clone(),
        }
    }

    /// What `pair`, one of those that were compared, has in its place.
    fn found(&self, pair: &ArmPair, compared: &Compared) -> Option<Value> {
        let is_word = matches!(self.value, Value::Word(_));
        let count = |n: usize| (!is_word).then_some(Value::Number(n as f64));
        match &*self.quantity {
            "records" if is_word => {
                let are_identical = pair.n_pairs > 0 && pair.n_identical == pair.n_pairs;
                let word = if are_identical {
                    "identical"
                } else {
                    "different"
                };
                return Some(Value::Word(word.to_owned()));
            }
            "failed" => return count(pair.n_failed),
            "unpaired" => return count(pair.n_unpaired),
            "missing" => return count(compared.only_left.len()),
            _ => {}
        }
        let mut differences = pair.differences.iter();
        let difference = differences.find(|of| of.quantity.name == self.quantity)?;
        match is_word {
            true => Some(Value::Word(difference.verdict.name().to_owned())),
            false => difference
                .field(self.field.as_deref().unwrap_or("mean"))
                .map(Value::Number),
        }
    }

    /// What was found, where the condition holds for it.
    fn holds(&self, pair: &ArmPair, compared: &Compared) -> Option<String> {
        let found = self.found(pair, compared)?;
        let holds = match (&found, &self.value) {
            (Value::Number(found), Value::Number(value)) => match self.operator {
                Operator::Less => found < value,
                Operator::AtMost => found <= value,
                Operator::More => found > value,
                Operator::AtLeast => found >= value,
                Operator::Is => found == value,
                Operator::IsNot => found != value,
            },
            (Value::Word(found), Value::Word(value)) => {
                (found == value) == (self.operator == Operator::Is)
            }
            _ => false,
        };
        let written = match found {
            Value::Number(number) => short(number),
            Value::Word(word) => word,
        };
        holds.then(|| format!("{} is {written}", self.term()))
    }
}

impl Difference {
    fn field(&self, field: &str) -> Option<f64> {
        let spread = self.spread();
        let end = |sign: f64| Some(spread.mean + sign * spread.half_width?);
        match field {
            "mean" => Some(spread.mean),
            "low" => end(-1.0),
            "high" => end(1.0),
            "deviation" => spread.standard_deviation,
            "p" => Some(self.comparison.sign_flip.p),
            "holm_p" => Some(self.holm_p),
            "tost_p" => self.tost_p,
            "ratio" => self.ratio(),
            "n" => Some(spread.n as f64),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_condition_is_refused() {
        for text in [
            "",
            "accuracy",
            "accuracy <",
            "accuracy < nan",
            "accuracy < different",
            "accuracy.p == different",
            "< 1",
            "accuracy < 1 and ",
            "accuracy == alike",
        ] {
            assert!(Gate::read(text).is_err(), "{text}");
        }
        for text in [
            "accuracy < -0.5",
            "time.ratio>=1.1",
            "accuracy != equivalent and angle > 2",
            "mismatch.1.at_start.mean > 0",
        ] {
            assert!(Gate::read(text).is_ok(), "{text}");
        }
    }
}
