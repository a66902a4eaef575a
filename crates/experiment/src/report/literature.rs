//! Published accuracies of learners on the same data, from literature.toml.

use std::sync::OnceLock;

use apical_reporting::Published;
use serde::Deserialize;
use toml::{Table, Value};

use super::looks::{algorithm, tables};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Literature {
    entry: Vec<Entry>,
}

/// One published accuracy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    data: String,
    kind: String,
    #[serde(default)]
    with: Table,
    hidden: Option<Vec<i64>>,
    accuracy: f64,
    tolerance: f64,
    source: String,
}

impl Entry {
    fn holds_of(&self, task: &Table, kind: &str, settings: &Table) -> bool {
        let has = |(key, value): (&String, &Value)| settings.get(key) == Some(value);
        let hidden = self.hidden.as_ref().is_none_or(|sizes| {
            let sizes = sizes.iter().copied().map(Value::Integer).collect();
            task.get("hidden") == Some(&Value::Array(sizes))
        });
        self.kind == algorithm(kind, settings) && hidden && self.with.iter().all(has)
    }
}

fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let read: Result<Literature, _> = toml::from_str(include_str!("literature.toml"));
        read.expect("a test reads it").entry
    })
}

/// What is published of the learners in `spec`, by task and learner, under the names that `task_name` gives tasks.
pub(super) fn literature(
    spec: &Table,
    task_name: impl Fn(&str) -> String,
) -> Vec<((String, String), Published)> {
    let mut found = Vec::new();
    for (name, task) in tables(spec, "task") {
        let data = task.get("dataset").and_then(Value::as_table);
        let Some(data) = data.and_then(|choice| choice.keys().next()) else {
            continue;
        };
        for (learner, choice) in tables(task, "learner") {
            for (kind, settings) in tables_of(choice) {
                let mut entries = entries().iter().filter(|entry| entry.data == *data);
                let entry = entries.find(|entry| entry.holds_of(task, kind, settings));
                found.extend(entry.map(|entry| {
                    let published = Published {
                        accuracy: entry.accuracy,
                        tolerance: entry.tolerance,
                        source: entry.source.clone(),
                    };
                    ((task_name(name), learner.to_owned()), published)
                }));
            }
        }
    }
    found
}

fn tables_of(choice: &Table) -> impl Iterator<Item = (&str, &Table)> {
    choice
        .iter()
        .filter_map(|(kind, settings)| Some((&**kind, settings.as_table()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learners::learner_kinds;

    #[test]
    fn every_entry_is_of_data_and_a_kind_that_are_here() {
        for entry in entries() {
            assert!(
                apical_datasets::catalogue_entry(&entry.data).is_some(),
                "{entry:?}"
            );
            let mut kinds = learner_kinds().iter();
            assert!(kinds.any(|kind| kind.name() == entry.kind), "{entry:?}");
            assert!((0.0..100.0).contains(&entry.accuracy) && entry.tolerance > 0.0);
        }
    }

    #[test]
    fn an_entry_holds_of_its_task_and_settings_alone() {
        let spec: Table = r#"
            [task.mnist]
            dataset.mnist = {}
            hidden = [500, 500]
            learner.frozen.backprop = { frozen = "hidden_to_hidden" }
            learner.plain.backprop = { frozen = "none" }
            learner.tied.microcircuit = { feedback = "tied", interneurons = "learned", feedback_rates = 0.0 }
            [task.wide]
            dataset.mnist = {}
            hidden = [1000]
            learner.plain.backprop = { frozen = "none" }
            learner.random.feedback_alignment = {}
            learner.kernels.kernel_backprop = { feedback_scale = 0.3 }
            [task.digits]
            dataset.digits = {}
            learner.random.feedback_alignment = {}
        "#
        .parse()
        .expect("TOML");
        let found = literature(&spec, str::to_owned);
        let found: Vec<_> = found
            .iter()
            .map(|((task, learner), of)| (&**task, &**learner, of.accuracy))
            .collect();
        let expected = [
            ("mnist", "frozen", 97.89),
            ("mnist", "plain", 98.47),
            ("wide", "random", 97.9),
            ("wide", "kernels", 97.9),
        ];
        assert_eq!(found, expected);
    }
}
