//! Keys with dots: `training.n_epochs`, `task.digits.learner."matched backprop".backprop.rates.0`.

use std::fmt;
use std::str::FromStr;

use apical_keys::{Described, Shape};
use serde::{Deserialize, Serialize};

/// The way to a value in a specification, segment by segment.
// Read and written here, and not by a TOML library: on the command line names go without quotes that
// TOML asks for, such as those of a learner with a space or an umlaut.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
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

    /// This key below `above`.
    #[must_use]
    pub fn within(self, above: impl Into<Self>) -> Self {
        let mut longer = above.into();
        longer.0.extend(self.0);
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

    /// The key without its first `n` segments, if it has more.
    pub fn below(&self, n: usize) -> Option<Self> {
        let rest = self.0.get(n..).filter(|rest| !rest.is_empty())?;
        Some(Self(rest.to_vec()))
    }

    /// The first `n` segments of the key, or all where there are fewer; `n` is at least 1.
    pub fn first(&self, n: usize) -> Self {
        Self(self.0.iter().take(n.max(1)).cloned().collect())
    }

    /// Whether this key is `other`, lies below it, or above it.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a == b)
    }
}

/// A key as code writes it: plain names with dots between.
impl From<&str> for KeyPath {
    fn from(key: &str) -> Self {
        Self(key.split('.').map(str::to_owned).collect())
    }
}

impl From<&Self> for KeyPath {
    fn from(key: &Self) -> Self {
        key.clone()
    }
}

impl From<KeyPath> for String {
    fn from(key: KeyPath) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for KeyPath {
    type Error = NoKeyPath;

    fn try_from(text: String) -> Result<Self, NoKeyPath> {
        text.parse()
    }
}

impl Described for KeyPath {
    const SHAPE: &'static Shape = &Shape::Text("the key of a value");
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
fn quoted(segment: &str) -> String {
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
