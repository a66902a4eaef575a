//! How learners look in a report: a place of the palette for every kind, and a form of it for every kind of
//! feedback, so that they are the same in every report; and which sweeps are spread over a logarithm.

use std::collections::{BTreeMap, BTreeSet};

use apical_learning::{KeyPath, RunRecord};
use apical_reporting::LearnerPlace;
use toml::{Table, Value};

use crate::learners::learner_kinds;

/// Of a task and a learner, its place of the palette.
pub(super) type Placed = ((String, String), LearnerPlace);

/// Places of the built-in kinds.
const PLACES: [(&str, usize); 8] = [
    ("microcircuit", 0),
    ("backprop", 1),
    ("feedback_alignment", 2),
    ("continuous", 3),
    ("direct_feedback_alignment", 4),
    ("error_neurons", 5),
    ("single_layer", 6),
    ("error_neurons_continuous", 8),
];

/// That of backprop as it is used elsewhere, with a loss of its own.
const STANDARD_BACKPROP: usize = 7;

/// Those of backprop and its controls, which others are measured by.
const MEASURES: [usize; 5] = [1, 2, 4, 6, STANDARD_BACKPROP];

/// Forms whose feedback is no copy of the forward weights or of their signs.
const LOCAL: [usize; 2] = [0, 2];

/// Places of a program's own kinds begin here.
const FIRST_OWN: usize = 9;

/// The places of the learners in `spec`, under the names that `task_name` gives tasks.
pub(super) fn learner_places(spec: &Table, task_name: impl Fn(&str) -> String) -> Vec<Placed> {
    let mut places = Vec::new();
    for (task, of_task) in tables(spec, "task") {
        for (name, learner) in tables(of_task, "learner") {
            let kind = learner.iter().find_map(|(kind, settings)| {
                let empty = Table::new();
                let settings = settings.as_table().unwrap_or(&empty);
                let (kind, form) = (place(kind, settings)?, form(settings));
                Some(LearnerPlace { kind, form })
            });
            places.extend(kind.map(|place| ((task_name(task), name.to_owned()), place)));
        }
    }
    places
}

/// What a report on learners at `places` is about: of every task those that are no measure for others, and of
/// these, where there are any, those with local feedback.
pub(super) fn subjects(
    places: &BTreeMap<(String, String), LearnerPlace>,
) -> BTreeSet<(String, String)> {
    let is_subject = |place: &LearnerPlace| !MEASURES.contains(&place.kind);
    let is_local = |place: &LearnerPlace| is_subject(place) && LOCAL.contains(&place.form);
    let with_local: BTreeSet<&str> = (places.iter())
        .filter(|(_, place)| is_local(place))
        .map(|((task, _), _)| &**task)
        .collect();
    let is_meant = |((task, _), place): &(&(String, String), &LearnerPlace)| match with_local
        .contains(&**task)
    {
        true => is_local(place),
        false => is_subject(place),
    };
    let meant = places.iter().filter(is_meant);
    meant.map(|(learner, _)| learner.clone()).collect()
}

/// The places of the learners of `runs` by the runs' own specifications, each of one learner.
pub(super) fn places_of_runs(runs: &[RunRecord]) -> Vec<Placed> {
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

/// The kind of learner whose algorithm one of `kind` with `settings` is, whatever it computes with.
pub(super) fn algorithm<'a>(kind: &'a str, settings: &Table) -> &'a str {
    match kind {
        "kernel_backprop" if settings.contains_key("feedback_scale") => "feedback_alignment",
        "kernel_backprop" => "backprop",
        _ => kind,
    }
}

fn place(kind: &str, settings: &Table) -> Option<usize> {
    let kind = algorithm(kind, settings);
    let flavour = settings.get("flavour").and_then(Value::as_str);
    if kind == "backprop" && flavour == Some("standard") {
        return Some(STANDARD_BACKPROP);
    }
    if let Some((_, place)) = PLACES.iter().find(|(name, _)| *name == kind) {
        return Some(*place);
    }
    let is_built_in = |name: &&str| PLACES.iter().any(|(built_in, _)| built_in == name);
    let names = learner_kinds().iter().map(|kind| kind.name());
    let mut own = names.filter(|name| !is_built_in(name));
    Some(FIRST_OWN + own.position(|name| name == kind)?)
}

/// Which form of its circuit a learner with `settings` is: with feedback that is random and fixed, tied,
/// learned, or that has the signs of the forward weights.
fn form(settings: &Table) -> usize {
    let feedback = match settings.get("feedback") {
        Some(Value::String(word)) => word,
        Some(Value::Table(choice)) => choice.keys().next().map_or("", |name| name),
        _ => "random",
    };
    let is_rate = |value: &Value| value.as_float() != Some(0.0) && value.as_integer() != Some(0);
    let is_learned = match settings.get("feedback_rates") {
        Some(Value::Array(rates)) => rates.iter().any(is_rate),
        Some(rate) => is_rate(rate),
        None => settings.contains_key("feedback_start"),
    };
    match feedback {
        "random" if !is_learned => 0,
        "tied" => 1,
        "sign_concordant" => 3,
        _ => 2,
    }
}

pub(super) fn tables<'a>(of: &'a Table, key: &str) -> impl Iterator<Item = (&'a str, &'a Table)> {
    let entries = of.get(key).and_then(Value::as_table).into_iter().flatten();
    entries.filter_map(|(name, value)| Some((&**name, value.as_table()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_has_a_place_of_its_own_and_every_kind_of_feedback_a_form() {
        let kinds = learner_kinds().iter().map(|kind| kind.name());
        let kinds = kinds.filter(|kind| algorithm(kind, &Table::new()) == *kind);
        let places: Vec<_> = kinds.map(|kind| place(kind, &Table::new())).collect();
        let distinct: BTreeSet<_> = places.iter().flatten().collect();
        assert_eq!(distinct.len(), places.len(), "{places:?}");
        let spec: Table = r#"
            [sweep]
            "task.a.learner.x.microcircuit.nudging" = { from = 0.01, to = 1.0, n = 3, scale = "log" }
            "training.n_epochs" = [1, 2]
            [task.a.learner]
            random.microcircuit = { feedback = "random", feedback_rates = [0.0, 0] }
            tied.error_neurons = { feedback = "tied" }
            eq10.continuous = { feedback_rates = [0.0, 0.1] }
            mirror.microcircuit = { feedback_start = { n_epochs = 1 } }
            reciprocal.error_neurons = { feedback.reciprocal = {} }
            signs.error_neurons_continuous = { feedback.sign_concordant = { signs = "frozen" } }
            standard.backprop = { flavour = "standard" }
            kernels.kernel_backprop = { flavour = "matched" }
            kernels_standard.kernel_backprop = { flavour = "standard" }
            kernels_aligned.kernel_backprop = { feedback_scale = 0.3 }
        "#
        .parse()
        .expect("TOML");
        let places = learner_places(&spec, str::to_owned);
        let found: Vec<_> = places
            .iter()
            .map(|((_, name), place)| (&**name, place.kind, place.form))
            .collect();
        let expected = [
            ("random", 0, 0),
            ("tied", 5, 1),
            ("eq10", 3, 2),
            ("mirror", 0, 2),
            ("reciprocal", 5, 2),
            ("signs", 8, 3),
            ("standard", 7, 0),
            ("kernels", 1, 0),
            ("kernels_standard", 7, 0),
            ("kernels_aligned", 2, 0),
        ];
        assert_eq!(found, expected);
        let names = |places: Vec<Placed>| {
            let subjects = subjects(&places.into_iter().collect());
            subjects
                .into_iter()
                .map(|(_, name)| name)
                .collect::<Vec<_>>()
        };
        let local = names(learner_places(&spec, str::to_owned));
        assert_eq!(local.len(), 4, "{local:?}");
        let is_named = |name: &str| local.contains(&name.to_owned());
        assert!(
            is_named("random") && is_named("mirror") && !is_named("tied") && !is_named("signs")
        );
        let copies = r#"
            [task.a.learner]
            tied.error_neurons = { feedback = "tied" }
            matched.backprop = {}
        "#;
        let copies = copies.parse().expect("TOML");
        assert_eq!(names(learner_places(&copies, str::to_owned)), ["tied"]);
        let keys: Vec<String> = logarithmic_keys(&spec)
            .iter()
            .map(KeyPath::to_string)
            .collect();
        assert_eq!(keys, ["task.a.learner.x.microcircuit.nudging"]);
    }
}
