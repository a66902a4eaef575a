//! Places of numbers in a specification, and what came of a changed one.

use std::fmt;

use toml::{Table, Value};

/// The way to a number, segment by segment; items of lists by their index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(Vec<String>);

impl Place {
    /// The way without what is a name of the user's: the same for all places of a kind.
    pub(super) fn kind(&self) -> Vec<String> {
        let above = [
            "task",
            "learner",
            "condition",
            "training_of",
            "n_patterns_of",
            "sweep",
            "space",
        ];
        let is_named = |at: usize| at > 0 && above.contains(&&*self.0[at - 1]);
        let parts = self.0.iter().enumerate().map(|(at, part)| {
            let is_index = part.parse::<usize>().is_ok();
            match is_index || is_named(at) {
                true => "*".to_owned(),
                false => part.clone(),
            }
        });
        parts.collect()
    }

    /// Whether it lies in a task of `whole` that takes it from another: `stated` are the keys that the
    /// specification states.
    pub(super) fn is_taken(&self, stated: &Table, whole: &Table) -> bool {
        let [root, task, rest @ ..] = &self.0[..] else {
            return false;
        };
        let at = |tree: &Table, task: &str| {
            let mut value = tree.get(root)?.get(task)?;
            for part in rest {
                value = match value {
                    Value::Array(list) => list.get(part.parse::<usize>().ok()?)?,
                    other => other.get(part)?,
                };
            }
            Some(value.clone())
        };
        let like = stated
            .get("task")
            .and_then(|tasks| tasks.get(task)?.get("like"));
        let like = like.and_then(Value::as_str);
        like.is_some_and(|like| at(stated, task).is_none() && at(whole, like).is_some())
    }

    /// Whether `words` name it, or the few keys that it belongs to: both ends of a range are one matter.
    fn is_named_in(&self, words: &str) -> bool {
        let names = self.0.iter().rev();
        let mut names = names.filter(|part| part.parse::<usize>().is_err()).take(3);
        names.any(|name| words.contains(&**name))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// All places of numbers in `tree`.
pub(super) fn numbers(tree: &Table) -> Vec<Place> {
    fn collect(value: &Value, way: &[String], found: &mut Vec<Place>) {
        let longer = |part: String| [way, &[part]].concat();
        match value {
            Value::Integer(_) | Value::Float(_) => found.push(Place(way.to_vec())),
            Value::Table(table) => {
                for (name, value) in table {
                    collect(value, &longer(name.clone()), found);
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    collect(value, &longer(index.to_string()), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (name, value) in tree {
        collect(value, std::slice::from_ref(name), &mut found);
    }
    found
}

/// `tree` with `value` at `place`.
pub(super) fn replaced(tree: &Table, place: &Place, value: &str) -> Table {
    let mut tree = Value::Table(tree.clone());
    let mut at = &mut tree;
    for part in &place.0 {
        at = match at {
            Value::Array(list) => &mut list[part.parse::<usize>().expect("an index")],
            other => &mut other[part.as_str()],
        };
    }
    let value: Table = format!("value = {value}").parse().expect("TOML");
    *at = value["value"].clone();
    match tree {
        Value::Table(tree) => tree,
        _ => unreachable!("it was a table"),
    }
}

/// What came of a run.
#[derive(Debug)]
pub(super) enum End {
    /// It ended with this code and these words.
    Code(i32, String),
    /// It was ended by a signal.
    Signal(String),
    /// It did not end in time.
    Hang,
}

impl End {
    pub(super) const PANIC: &str = "panic";
    pub(super) const ABORT: &str = "abort";
    pub(super) const HANG: &str = "hang";
    pub(super) const FAILED: &str = "failed learner";
    pub(super) const UNEXPECTED: &str = "unexpected error";
    pub(super) const UNNAMED: &str = "refused without its key";

    /// Whether it ran.
    pub(super) fn is_well(&self) -> bool {
        matches!(self, Self::Code(0 | 4, _))
    }

    /// What is wrong with this end of a specification with another number at `place`.
    pub(super) fn fault(&self, place: &Place) -> Option<String> {
        let (what, words) = match self {
            Self::Hang => return Some(Self::HANG.to_owned()),
            Self::Signal(words) => (Self::ABORT, words),
            Self::Code(101, words) => (Self::PANIC, words),
            Self::Code(_, words)
                if words.contains("panicked at") || words.contains("report this") =>
            {
                (Self::PANIC, words)
            }
            Self::Code(0 | 4, _) => return None,
            Self::Code(2, words) if place.is_named_in(words) => return None,
            Self::Code(2, words) => (Self::UNNAMED, words),
            // Whether targets lie between reversal potentials only the data say.
            Self::Code(3, words) if words.contains("lies outside the reversal potentials") => {
                return None;
            }
            Self::Code(3, words) => (Self::FAILED, words),
            Self::Code(_, words) => (Self::UNEXPECTED, words),
        };
        let tells = |line: &&str| {
            ["error", "failed", "panicked"]
                .iter()
                .any(|word| line.contains(word))
        };
        let line = words.lines().find(tells).or_else(|| words.lines().last());
        Some(format!("{what}: {}", line.unwrap_or("without a word")))
    }
}
