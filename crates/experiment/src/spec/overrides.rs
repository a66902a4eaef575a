//! What the command line says in place of a specification's file.

use std::collections::HashSet;

use apical_learning::value_of;
use toml::{Table, Value};

use super::{KeyPath, SpecProblem, tree};

/// What the command line says in place of the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    sets: Vec<(KeyPath, String)>,
    seeds: Option<Vec<u64>>,
}

/// The largest number of seeds that `--seeds` may name.
const MAX_SEEDS: u64 = 100_000;

impl Overrides {
    /// Reads `--set key=value` and `--seeds 0..9` (both ends included) or `--seeds 0,1,5`.
    pub fn parse(sets: &[String], seeds: Option<&str>) -> Result<Self, SpecProblem> {
        let mut overrides = Self::default();
        for text in sets {
            let (key, value) = text.split_once('=').ok_or_else(|| {
                SpecProblem::new(format!("--set {text}: expected key=value"))
                    .with_help("write for example `--set training.n_epochs=3`")
            })?;
            let key = key
                .parse()
                .map_err(|error| SpecProblem::new(format!("--set {text}: {error}")))?;
            overrides.sets.push((key, value.trim().to_owned()));
        }
        overrides.seeds = seeds.map(seed_list).transpose()?;
        Ok(overrides)
    }

    /// Puts the values into the tree of a specification.
    pub(super) fn apply(&self, root: &mut Table) -> Result<(), SpecProblem> {
        for (key, text) in &self.sets {
            if let [first, ..] = key.segments()
                && first == "training"
            {
                remove_from_tasks(root, key);
            }
            if text.is_empty() {
                tree::remove(root, key);
                continue;
            }
            tree::set(root, key, value_of(text))
                .map_err(|error| SpecProblem::new(format!("--set {error}")))?;
        }
        if let Some(seeds) = &self.seeds {
            let seeds = seeds
                .iter()
                .map(|&seed| Value::Integer(seed as i64))
                .collect();
            root.insert("seeds".into(), Value::Array(seeds));
        }
        Ok(())
    }

    /// The option that decided the value at `key`, as it was written.
    pub(super) fn deciding(&self, key: &KeyPath) -> Option<String> {
        if self.seeds.is_some() && key.segments()[0] == "seeds" {
            return Some("--seeds".into());
        }
        let is_training_of_task = |set: &KeyPath| match (set.segments(), key.segments()) {
            ([a, x, ..], [t, _, b, y, ..]) if a == "training" && t == "task" && b == "training" => {
                x == y
            }
            ([a, x, ..], [t, _, b, _, y, ..])
                if a == "training" && t == "task" && b == "training_of" =>
            {
                x == y
            }
            _ => false,
        };
        self.sets
            .iter()
            .rev()
            .find(|(set, _)| set.overlaps(key) || is_training_of_task(set))
            .map(|(set, text)| format!("--set {set}={text}"))
    }

    /// Whether the command line says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.seeds.is_none()
    }
}

/// A value for all tasks takes the place of what tasks say themselves, also for single learners;
/// one within a table, such as `training.targets.rates.low`, that of the whole table.
fn remove_from_tasks(root: &mut Table, key: &KeyPath) {
    let key = &key.first(2);
    let Some(tasks) = root.get_mut("task").and_then(Value::as_table_mut) else {
        return;
    };
    for (_, task) in tasks.iter_mut() {
        let Some(task) = task.as_table_mut() else {
            continue;
        };
        tree::remove(task, key);
        let of_learners = task.get_mut("training_of").and_then(Value::as_table_mut);
        for own in of_learners.into_iter().flat_map(Table::iter_mut) {
            if let (Some(own), Some(below)) = (own.1.as_table_mut(), key.below(1)) {
                tree::remove(own, &below);
            }
        }
    }
}

fn seed_list(text: &str) -> Result<Vec<u64>, SpecProblem> {
    let wrong = || {
        SpecProblem::new(format!(
            "--seeds {text}: expected a range or a list of whole numbers"
        ))
        .with_help("write for example `--seeds 0..9` (both ends included) or `--seeds 0,1,5`")
    };
    let number = |text: &str| {
        text.trim()
            .parse::<u64>()
            .ok()
            .filter(|seed| i64::try_from(*seed).is_ok())
            .ok_or_else(wrong)
    };
    let mut seeds = Vec::new();
    for part in text.split(',') {
        match part.split_once("..") {
            Some((from, to)) => {
                let (from, to) = (number(from)?, number(to.trim_start_matches('='))?);
                if from > to || to - from >= MAX_SEEDS - seeds.len().min(99_999) as u64 {
                    return Err(wrong());
                }
                seeds.extend(from..=to);
            }
            None => seeds.push(number(part)?),
        }
    }
    let mut seen = HashSet::new();
    match seeds.iter().find(|seed| !seen.insert(**seed)) {
        Some(seed) => Err(SpecProblem::new(format!(
            "--seeds {text} has the seed {seed} twice"
        ))),
        None => Ok(seeds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_for_all_tasks_is_one_for_all_learners() {
        let text = "
            [task.t.training]
            n_epochs = 2
            [task.t.training_of.a]
            n_epochs = 3
            batch_size = 10";
        let mut tree: Table = text.parse().expect("TOML");
        let overrides = Overrides::parse(&["training.n_epochs=1".to_owned()], None);
        let overrides = overrides.expect("an option");
        overrides.apply(&mut tree).expect("it fits");
        let expected = "
            training.n_epochs = 1
            [task.t.training]
            [task.t.training_of.a]
            batch_size = 10";
        assert_eq!(tree, expected.parse().expect("TOML"));
        let key = "task.t.training_of.a.n_epochs".parse().expect("a key");
        assert_eq!(
            overrides.deciding(&key).as_deref(),
            Some("--set training.n_epochs=1")
        );
    }

    #[test]
    fn a_value_within_a_table_leaves_tasks_nothing_of_theirs() {
        let text = "
            [task.t.training]
            rate_schedule.cosine = { to = 0.2 }
            [task.t.training_of.a]
            rate_schedule.exponential = { to = 0.3 }";
        let mut tree: Table = text.parse().expect("TOML");
        let set = "training.rate_schedule.cosine.to=0.1".to_owned();
        let overrides = Overrides::parse(&[set], None).expect("an option");
        overrides.apply(&mut tree).expect("it fits");
        let expected = "
            training.rate_schedule.cosine.to = 0.1
            [task.t.training]
            [task.t.training_of.a]";
        assert_eq!(tree, expected.parse().expect("TOML"));
    }

    #[test]
    fn seeds_are_ranges_and_lists() {
        assert_eq!(seed_list("0..3").expect("a range"), [0, 1, 2, 3]);
        assert_eq!(seed_list("5,1, 2..3").expect("a list"), [5, 1, 2, 3]);
        let twice = seed_list("0..3,2").expect_err("2 twice").to_string();
        assert_eq!(twice, "--seeds 0..3,2 has the seed 2 twice");
        for wrong in [
            "",
            "a",
            "3..1",
            "0..99999999999",
            "-1",
            "1,,2",
            "18446744073709551615",
        ] {
            assert!(seed_list(wrong).is_err(), "{wrong}");
        }
    }
}
