//! Keys by what a user calls them.

use apical_keys::{Entry, entries};

use super::specifications;

/// A key, and all places that it may stand in.
#[derive(Debug)]
pub(crate) struct Explained {
    /// The key in its first place.
    pub(crate) entry: Entry,
    /// Specifications and ways to it.
    pub(crate) places: Vec<(&'static str, String)>,
}

/// All keys, each once, in the order of specifications.
pub(crate) fn all() -> Vec<Explained> {
    let mut found: Vec<Explained> = Vec::new();
    for specification in specifications() {
        for entry in entries(specification.shape) {
            let place = (specification.name, super::words::path(&entry));
            let same = |other: &&mut Explained| is_same(&other.entry, &entry);
            match found.iter_mut().find(same) {
                Some(known) => known.places.push(place),
                None => found.push(Explained {
                    entry,
                    places: vec![place],
                }),
            }
        }
    }
    found
}

/// Whether two keys are one that stands in two places.
fn is_same(a: &Entry, b: &Entry) -> bool {
    let above = |entry: &Entry| entry.path.iter().rev().nth(1).cloned();
    let holder = |entry: &Entry| above(entry).filter(|name| name.chars().any(char::is_lowercase));
    let said = |entry: &Entry| {
        (
            entry.key.name,
            entry.key.meaning,
            entry.key.unit,
            entry.key.default.is_some(),
        )
    };
    let alike = said(a) == said(b);
    alike && (holder(a) == holder(b) || a.key.meaning.len() > 40)
}

/// The keys that `text` may mean: the way to one, or the end of a way.
pub(crate) fn named<'a>(text: &str, all: &'a [Explained]) -> Vec<&'a Explained> {
    let text = text.trim_matches(['[', ']']);
    let mut segments: Vec<&str> = text.split('.').collect();
    // The index of a list, as in `rates.0`.
    while segments.len() > 1
        && segments
            .last()
            .is_some_and(|last| last.parse::<usize>().is_ok())
    {
        segments.pop();
    }
    let whole: Vec<&Explained> = (all.iter())
        .filter(|key| {
            key.places
                .iter()
                .any(|(_, path)| is_way(path, &segments, true))
        })
        .collect();
    if !whole.is_empty() && segments.len() > 1 {
        return whole;
    }
    let ends = |key: &&Explained| {
        key.places
            .iter()
            .any(|(_, path)| is_way(path, &segments, false))
    };
    all.iter().filter(ends).collect()
}

/// Whether `segments` are the way `path`, or its end; words in capitals stand for any name.
fn is_way(path: &str, segments: &[&str], whole: bool) -> bool {
    let path: Vec<&str> = path.split('.').collect();
    let Some(start) = path.len().checked_sub(segments.len()) else {
        return false;
    };
    (start == 0 || !whole)
        && path[start..]
            .iter()
            .zip(segments)
            .all(|(known, given)| known == given || (is_placeholder(known) && !given.is_empty()))
        && path.last() == segments.last()
}

fn is_placeholder(word: &str) -> bool {
    word.chars().all(|letter| letter.is_ascii_uppercase())
}
