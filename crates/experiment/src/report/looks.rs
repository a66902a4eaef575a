//! How learners look in a report: a place of the palette for every kind, so that it is the same in every
//! report; and which sweeps are spread over a logarithm.

use std::collections::BTreeSet;

use apical_learning::{KeyPath, RunRecord};
use toml::{Table, Value};

use crate::learners::learner_kinds;

/// Of a task and a learner, its place of the palette.
pub(super) type LearnerPlace = ((String, String), usize);

/// Places of the built-in kinds, and of those that have tied feedback.
const PLACES: [(&str, usize, usize); 6] = [
    ("microcircuit", 0, 5),
    ("backprop", 1, 1),
    ("feedback_alignment", 2, 2),
    ("continuous", 3, 8),
    ("direct_feedback_alignment", 4, 4),
    ("single_layer", 6, 6),
];

/// That of backprop as it is used elsewhere, with a loss of its own.
const STANDARD_BACKPROP: usize = 7;

/// Places of a program's own kinds begin here.
const FIRST_OWN: usize = 9;

/// The places of the learners in `spec`, under the names that `task_name` gives tasks.
pub(super) fn learner_places(
    spec: &Table,
    task_name: impl Fn(&str) -> String,
) -> Vec<LearnerPlace> {
    let mut places = Vec::new();
    for (task, of_task) in tables(spec, "task") {
        for (name, learner) in tables(of_task, "learner") {
            let kind = learner.iter().find_map(|(kind, settings)| {
                place(kind, settings.as_table().unwrap_or(&Table::new()))
            });
            places.extend(kind.map(|place| ((task_name(task), name.to_owned()), place)));
        }
    }
    places
}

/// The places of the learners of `runs` by the runs' own specifications, each of one learner.
pub(super) fn places_of_runs(runs: &[RunRecord]) -> Vec<LearnerPlace> {
    let mut seen = BTreeSet::new();
    let mut places = Vec::new();
    for run in runs {
        let key = &run.summary.run;
        if !run.spec.is_empty() && seen.insert((&key.task, &key.learner)) {
            let spec: Table = run.spec.parse().unwrap_or_default();
            let own = learner_places(&spec, |_| key.task.clone());
            places.extend(
                own.into_iter()
                    .filter(|((_, name), _)| *name == key.learner),
            );
        }
    }
    places
}

/// The swept keys of `spec` whose values are spread over a logarithm.
pub(super) fn logarithmic_keys(spec: &Table) -> Vec<KeyPath> {
    let sweep = tables(spec, "sweep");
    let is_logarithmic =
        |values: &Table| values.get("scale").and_then(Value::as_str) == Some("log");
    let keys = sweep.filter(|(_, values)| is_logarithmic(values));
    keys.filter_map(|(key, _)| key.parse().ok()).collect()
}

fn place(kind: &str, settings: &Table) -> Option<usize> {
    let says = |key: &str, value: &str| settings.get(key).and_then(Value::as_str) == Some(value);
    if kind == "backprop" && says("flavour", "standard") {
        return Some(STANDARD_BACKPROP);
    }
    let built_in = PLACES.iter().find(|(name, ..)| *name == kind);
    if let Some((_, place, of_tied)) = built_in {
        return Some(match says("feedback", "tied") {
            true => *of_tied,
            false => *place,
        });
    }
    let mut own = learner_kinds().iter().map(|kind| kind.name());
    let index = own.position(|name| name == kind)?;
    Some(FIRST_OWN + index.saturating_sub(PLACES.len()))
}

fn tables<'a>(of: &'a Table, key: &str) -> impl Iterator<Item = (&'a str, &'a Table)> {
    let entries = of.get(key).and_then(Value::as_table).into_iter().flatten();
    entries.filter_map(|(name, value)| Some((&**name, value.as_table()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_kind_has_a_place_and_tied_feedback_another() {
        for kind in learner_kinds() {
            assert!(
                place(kind.name(), &Table::new()).is_some(),
                "{}",
                kind.name()
            );
        }
        let spec: Table = r#"
            [sweep]
            "task.a.learner.x.microcircuit.nudging" = { from = 0.01, to = 1.0, n = 3, scale = "log" }
            "training.n_epochs" = [1, 2]
            [task.a.learner.x.microcircuit]
            feedback = "random"
            [task.a.learner.y.microcircuit]
            feedback = "tied"
            [task.b.learner.z.backprop]
            flavour = "standard"
        "#
        .parse()
        .expect("TOML");
        let places = learner_places(&spec, str::to_owned);
        let found: Vec<_> = places
            .iter()
            .map(|((task, name), place)| (&**task, &**name, *place))
            .collect();
        assert_eq!(found, [("a", "x", 0), ("a", "y", 5), ("b", "z", 7)]);
        let keys: Vec<String> = logarithmic_keys(&spec)
            .iter()
            .map(KeyPath::to_string)
            .collect();
        assert_eq!(keys, ["task.a.learner.x.microcircuit.nudging"]);
    }
}
