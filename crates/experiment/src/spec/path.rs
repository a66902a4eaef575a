//! Keys with dots: `training.n_epochs`, `task.digits.learner."matched backprop".backprop.rates.0`.

use std::fmt;
use std::str::FromStr;

/// The way to a value in a specification, segment by segment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPath(Vec<String>);

/// A text that is no key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{text}` is no key: {why}; write for example `training.n_epochs` or `task.digits.learner.\"matched backprop\".backprop.rates.0`"
)]
pub struct NoKeyPath {
    text: String,
    why: &'static str,
}

impl KeyPath {
    /// The way along `segments`, of which there is at least one.
    pub fn of<const N: usize>(segments: [&str; N]) -> Self {
        const { assert!(N > 0) };
        Self(segments.map(str::to_owned).to_vec())
    }

    /// The key `segment` below this one.
    #[must_use]
    pub fn then(&self, segment: &str) -> Self {
        let mut longer = self.clone();
        longer.0.push(segment.to_owned());
        longer
    }

    /// The segments, from the root of the specification.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// The last segment.
    pub fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The key without its first segment, if it has more than one.
    pub fn below_first(&self) -> Option<Self> {
        match &self.0[..] {
            [_, rest @ ..] if !rest.is_empty() => Some(Self(rest.to_vec())),
            _ => None,
        }
    }

    /// The first `n` segments of the key, or all where there are fewer; `n` is at least 1.
    pub fn first(&self, n: usize) -> Self {
        Self(self.0.iter().take(n.max(1)).cloned().collect())
    }

    /// Whether this key is `other`, lies below it, or above it.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a == b)
    }

    /// Whether this is a key of the learner called `learner` of the task called `task`.
    pub fn is_of_learner(&self, task: &str, learner: &str) -> bool {
        matches!(&self.0[..], [a, t, b, l, _, ..] if a == "task" && t == task && b == "learner" && l == learner)
    }

    /// Whether a value at this key can alter the learner called `learner` of the task called `task`.
    pub fn concerns(&self, task: &str, learner: &str) -> bool {
        match &self.0[..] {
            [a, t, b, l, ..] if a == "task" && (b == "learner" || b == "training_of") => {
                t == task && l == learner
            }
            [a, t, ..] if a == "task" => t == task,
            _ => true,
        }
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            f.write_str(&quoted(segment))?;
        }
        Ok(())
    }
}

impl FromStr for KeyPath {
    type Err = NoKeyPath;

    fn from_str(text: &str) -> Result<Self, NoKeyPath> {
        let no = |why| NoKeyPath {
            text: text.to_owned(),
            why,
        };
        let mut segments = Vec::new();
        let mut rest = text.trim();
        loop {
            let (segment, after) = match rest.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let inner = &rest[1..];
                    let end = inner
                        .find(quote)
                        .ok_or_else(|| no("a quote is not closed"))?;
                    (&inner[..end], inner[end + 1..].trim_start())
                }
                _ => {
                    let end = rest.find('.').unwrap_or(rest.len());
                    (rest[..end].trim(), &rest[end..])
                }
            };
            if segment.is_empty() {
                return Err(no("a part of it is empty"));
            }
            segments.push(segment.to_owned());
            rest = match after.strip_prefix('.') {
                Some(next) => next.trim_start(),
                None if after.is_empty() => return Ok(Self(segments)),
                None => return Err(no("a dot is missing after a quoted part")),
            };
        }
    }
}

/// A name as a segment of a key: in quotes where it needs them.
pub fn quoted(segment: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !segment.is_empty() && segment.chars().all(is_plain) {
        segment.to_owned()
    } else if segment.contains('"') {
        format!("'{segment}'")
    } else {
        format!("\"{segment}\"")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> KeyPath {
        text.parse().expect("a valid key")
    }

    #[test]
    fn quoted_names_keep_their_dots_and_spaces() {
        let key = path("task.digits.learner.\"backprop, v. 2\".backprop.rates.0");
        assert_eq!(key.segments()[3], "backprop, v. 2");
        assert_eq!(key.segments().len(), 7);
        assert_eq!(
            key.to_string(),
            "task.digits.learner.\"backprop, v. 2\".backprop.rates.0"
        );
    }

    #[test]
    fn malformed_keys_are_refused() {
        for text in ["", ".", "a.", ".a", "a..b", "\"a", "\"a\"b", "a.'b"] {
            assert!(text.parse::<KeyPath>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_concerns_its_own_learner_only() {
        let key = path("task.digits.learner.circuit.microcircuit.nudging");
        assert!(key.concerns("digits", "circuit") && key.is_of_learner("digits", "circuit"));
        assert!(!key.concerns("digits", "backprop"));
        assert!(!key.concerns("yin_yang", "circuit"));
        let own_training = path("task.digits.training_of.circuit.n_epochs");
        assert!(own_training.concerns("digits", "circuit"));
        assert!(!own_training.concerns("digits", "backprop"));
        assert!(path("task.digits.hidden").concerns("digits", "backprop"));
        assert!(path("training.batch_size").concerns("digits", "backprop"));
    }

    proptest! {
        #[test]
        fn any_text_parses_or_is_refused(text in "[\\PC]{0,24}") {
            if let Ok(key) = text.parse::<KeyPath>() {
                prop_assert!(!key.segments().is_empty());
            }
        }

        #[test]
        fn segments_read_back(segments in proptest::collection::vec("[a-z .,]{0,6}[a-z]", 1..5)) {
            let key = KeyPath(segments);
            let again: KeyPath = key.to_string().parse().expect("written by itself");
            prop_assert_eq!(again, key);
        }
    }
}
