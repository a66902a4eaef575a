//! Errors of a specification: what is wrong, in which line, and what was probably meant.
//!
//! The excerpt is some 25 lines here, in a shape that snapshots hold; a library for it would be one more
//! to build.

use std::fmt;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::KeyPath;
use super::wording::in_user_words;

/// What is wrong with a specification.
#[derive(Debug)]
pub struct SpecProblem {
    message: String,
    place: Option<Place>,
    help: Option<String>,
}

#[derive(Debug)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    excerpt: String,
    width: usize,
}

impl SpecProblem {
    /// A problem without a place in a file.
    pub fn new(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            help: nearest_of_message(&message),
            message,
            place: None,
        }
    }

    /// What the TOML reader found wrong with `text`, the content of `file`.
    pub fn of_toml(error: &toml::de::Error, file: &str, text: &str) -> Self {
        let problem = Self::new(in_user_words(error.message()));
        match error.span() {
            Some(span) => problem.at(file, text, span),
            None => Self::new(in_user_words(&error.to_string().trim().replace('\n', " "))),
        }
    }

    /// The same problem, at the bytes `span` of `text`, the content of `file`.
    #[must_use]
    pub fn at(mut self, file: &str, text: &str, span: Range<usize>) -> Self {
        let start = boundary(text, span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let excerpt = text[line_start..].lines().next().unwrap_or("").to_owned();
        let column = text[line_start..start].chars().count();
        let end = boundary(text, span.end.max(start));
        let width = text[start..end]
            .lines()
            .next()
            .unwrap_or("")
            .chars()
            .count()
            .max(1);
        self.place = Some(Place {
            file: file.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: column + 1,
            excerpt,
            width,
        });
        self
    }

    /// The same problem, with a line that says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same problem, with `origin` after the line that says what to do, if there is one.
    #[must_use]
    pub fn with_origin(mut self, origin: String) -> Self {
        self.help = Some(match self.help {
            Some(help) => format!("{help} ({origin})"),
            None => origin,
        });
        self
    }

    /// The same problem at `key`, or at what lies nearest above it, if `text` has it.
    #[must_use]
    pub fn at_key(self, file: &str, text: &str, key: &KeyPath) -> Self {
        match span_of(text, key) {
            Some(span) => self.at(file, text, span),
            None => self,
        }
    }
}

impl fmt::Display for SpecProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(place) = &self.place {
            let number = place.line.to_string();
            let gutter = " ".repeat(number.len());
            write!(
                f,
                "\n{gutter}--> {}:{}:{}",
                place.file, place.line, place.column
            )?;
            write!(f, "\n{gutter} |\n{number} | {}", place.excerpt)?;
            let indent = " ".repeat(place.column - 1);
            write!(f, "\n{gutter} | {indent}{}", "^".repeat(place.width))?;
        }
        if let Some(help) = &self.help {
            write!(f, "\nhelp: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SpecProblem {}

/// The last boundary between characters at or before byte `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

/// The known name nearest to `name`, if one is near.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A suggestion for messages such as "unknown key `a`, expected one of `b`, `c`".
fn nearest_of_message(message: &str) -> Option<String> {
    let start = ["unknown key", "unknown name"]
        .into_iter()
        .find_map(|start| message.find(start))?;
    let mut names = message[start..].split('`').skip(1).step_by(2);
    let unknown = names.next()?;
    nearest(unknown, names).map(|name| format!("did you mean `{name}`?"))
}

/// The key that the bytes `span` of `text` belong to.
pub(crate) fn key_at(text: &str, span: &Range<usize>) -> Option<KeyPath> {
    let root = DeTable::parse(text).ok()?;
    let mut best: Option<(usize, KeyPath)> = None;
    narrowest(root.get_ref(), None, span, &mut best);
    best.map(|(_, key)| key)
}

/// Finds the shortest name or value below `table` that holds `span`.
fn narrowest(
    table: &DeTable<'_>,
    above: Option<&KeyPath>,
    span: &Range<usize>,
    best: &mut Option<(usize, KeyPath)>,
) {
    for (name, value) in table {
        let key = match above {
            Some(above) => above.then(name.get_ref()),
            None => KeyPath::of([&**name.get_ref()]),
        };
        for place in [name.span(), value.span()] {
            let holds = place.start <= span.start && span.end <= place.end;
            if holds && best.as_ref().is_none_or(|(width, _)| place.len() <= *width) {
                *best = Some((place.len(), key.clone()));
            }
        }
        if let DeValue::Table(table) = value.get_ref() {
            narrowest(table, Some(&key), span, best);
        }
    }
}

/// The bytes of the value at `key`, or of the deepest part of `key` that is there.
fn span_of(text: &str, key: &KeyPath) -> Option<Range<usize>> {
    let root = DeTable::parse(text).ok()?;
    let (first, rest) = key.segments().split_first()?;
    let (name, mut at) = root.get_ref().get_key_value(first.as_str())?;
    let mut span = if at.get_ref().is_table() {
        name.span()
    } else {
        at.span()
    };
    for segment in rest {
        match at.get_ref() {
            DeValue::Table(table) => {
                // A key that is a name, as of a sweep, may be quoted in another way.
                let is_it = |name: &str| {
                    name.parse()
                        .is_ok_and(|key: KeyPath| key.to_string() == *segment)
                };
                let found = table.get_key_value(segment.as_str());
                let found = found.or_else(|| table.iter().find(|(name, _)| is_it(name.get_ref())));
                let Some((name, value)) = found else {
                    break;
                };
                span = if value.get_ref().is_table() {
                    name.span()
                } else {
                    value.span()
                };
                at = value;
            }
            DeValue::Array(list) => {
                let Some(value) = segment.parse().ok().and_then(|i: usize| list.get(i)) else {
                    break;
                };
                span = value.span();
                at = value;
            }
            _ => break,
        }
    }
    Some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed_and_far_ones_are_not() {
        assert_eq!(
            nearest("n_epoch", ["n_epochs", "batch_size"]),
            Some("n_epochs")
        );
        assert_eq!(nearest("zzz", ["n_epochs", "batch_size"]), None);
    }

    #[test]
    fn a_key_is_shown_with_its_line() {
        let text = "a = 1\n[task.\"my digits\"]\nhidden = [10, -1]\n";
        let problem = SpecProblem::new("not good").at_key(
            "x.toml",
            text,
            &KeyPath::of(["task", "my digits", "hidden", "1"]),
        );
        insta::assert_snapshot!(problem, @r#"
        not good
         --> x.toml:3:15
          |
        3 | hidden = [10, -1]
          |               ^^
        "#);
    }

    #[test]
    fn a_missing_key_is_shown_at_its_table() {
        let text = "[task.digits]\nhidden = [10]\n";
        let problem = SpecProblem::new("not good").at_key(
            "x.toml",
            text,
            &KeyPath::of(["task", "digits", "training", "n"]),
        );
        insta::assert_snapshot!(problem, @r#"
        not good
         --> x.toml:1:7
          |
        1 | [task.digits]
          |       ^^^^^^
        "#);
    }
}
