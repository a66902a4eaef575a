//! The points of a sweep, and the arms that differ between them.

use std::collections::BTreeSet;

use apical_learning::{Point, Swept};
use toml::Value;

use super::{Arm, KeyPath, Resolved, SpecProblem};

/// The largest number of points of a sweep.
pub(super) const MAX_POINTS: usize = 10_000;

/// The arms of all points of the sweep; an arm that no swept key concerns is there once.
pub(crate) fn arms(resolved: &Resolved) -> Result<Vec<Arm>, SpecProblem> {
    let axes = axes(resolved)?;
    let n_points = axes
        .iter()
        .try_fold(1_usize, |n, (_, values)| n.checked_mul(values.len()));
    if n_points.is_none_or(|n| n > MAX_POINTS) {
        return Err(resolved.problem(
            &KeyPath::of(["sweep"]),
            format!("`sweep` has more than {MAX_POINTS} points"),
        ));
    }
    let keys: Vec<&KeyPath> = axes.iter().map(|(key, _)| key).collect();
    let short = shortened(&keys, &resolved.arms);
    let mut arms = Vec::new();
    let mut seen = BTreeSet::new();
    for point in points(&axes) {
        for mut arm in resolved.with(&point)?.arms {
            let own = point.iter().zip(&short);
            let own = own.filter(|((key, _), _)| arm.depends_on(key));
            let swept = own.map(|((_, value), key)| Swept {
                key: key.clone(),
                value: value.clone(),
            });
            arm.point = Point(swept.collect());
            let identity = (
                arm.task_name.clone(),
                arm.learner_name.clone(),
                arm.point.clone(),
            );
            if seen.insert(identity) {
                arms.push(arm);
            }
        }
    }
    Ok(arms)
}

type Axis = (KeyPath, Vec<Value>);

fn axes(resolved: &Resolved) -> Result<Vec<Axis>, SpecProblem> {
    let mut axes = Vec::new();
    for (key, values) in &resolved.spec.sweep {
        let at = KeyPath::of(["sweep", &key.to_string()]);
        let problem = |message: String| resolved.problem(&at, message);
        if !["training", "measure", "task"].contains(&key.segments()[0].as_str()) {
            return Err(problem(format!(
                "`{key}` cannot be swept, expected a key below `training`, `measure` or `task`"
            )));
        }
        let values = values.list().map_err(|expected| {
            problem(format!(
                "the values of `{key}` are no sweep, expected {expected}"
            ))
        })?;
        if let Some(value) = twice(&values) {
            return Err(problem(format!(
                "the values of `{key}` have {value} twice, expected each once"
            )));
        }
        axes.push((key.clone(), values));
    }
    Ok(axes)
}

/// The first of `values` that is equal to an earlier one, as 1 and 1.0 are.
fn twice(values: &[Value]) -> Option<&Value> {
    let mut seen = BTreeSet::new();
    values.iter().find(|value| {
        let number = value.as_float().or(value.as_integer().map(|n| n as f64));
        // −0 is 0.
        let text = number.map_or_else(|| value.to_string(), |x| (x + 0.0).to_string());
        !seen.insert(text)
    })
}

/// All combinations, the last key changing fastest; one empty point without a sweep.
fn points(axes: &[Axis]) -> Vec<Vec<(KeyPath, Value)>> {
    axes.iter().fold(vec![Vec::new()], |points, (key, values)| {
        points
            .iter()
            .flat_map(|point| {
                values.iter().map(move |value| {
                    let mut longer = point.clone();
                    longer.push((key.clone(), value.clone()));
                    longer
                })
            })
            .collect()
    })
}

/// The last part of every key (with what a number counts in), or the whole key where two keys of one
/// arm end alike.
fn shortened(keys: &[&KeyPath], arms: &[Arm]) -> Vec<KeyPath> {
    let short = |key: &KeyPath| match key.segments() {
        [.., above, index] if index.parse::<usize>().is_ok() => KeyPath::of([above, index]),
        _ => KeyPath::of([key.last()]),
    };
    let meet = |key: &KeyPath, other: &KeyPath| {
        (arms.iter()).any(|arm| arm.depends_on(key) && arm.depends_on(other))
    };
    let is_alike = |key: &KeyPath| {
        let alike = |other: &KeyPath| other != key && short(other) == short(key);
        keys.iter().any(|other| alike(other) && meet(key, other))
    };
    (keys.iter())
        .map(|key| match is_alike(key) {
            true => (*key).clone(),
            false => short(key),
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::spec::{Overrides, SpecSource};

    pub(in crate::spec) fn resolved(text: &str) -> Resolved {
        let source = SpecSource {
            name: "x".into(),
            file: "x.toml".into(),
            folder: Default::default(),
            text: text.to_owned(),
        };
        match Resolved::new(source, Overrides::default()) {
            Ok(resolved) => resolved,
            Err(problem) => panic!("{problem}"),
        }
    }

    pub(in crate::spec) const TWO_LEARNERS: &str = r#"
        seeds = [0]
        training = { n_epochs = 1, batch_size = 10 }
        [task.t]
        dataset.yin_yang = {}
        hidden = [4]
        transfer = "logistic"
        forward_scale = 0.1
        [task.t.learner]
        a.backprop = { flavour = "matched", rates = [1.0, 1.0] }
        b.backprop = { flavour = "matched", rates = [1.0, 1.0] }
        c.backprop = { flavour = "matched", rates = [1.0, 1.0] }
    "#;

    fn variants(sweep: &str) -> Vec<(String, String)> {
        let arms = resolved(&format!("{TWO_LEARNERS}\n[sweep]\n{sweep}")).arms;
        (arms.into_iter())
            .map(|arm| (arm.learner_name, arm.point.to_string()))
            .collect()
    }

    #[test]
    fn learners_that_sweep_the_same_key_share_its_name() {
        let mut variants = variants(
            "'task.t.learner.a.backprop.rates.0' = [1.0, 2.0]
             'task.t.learner.b.backprop.rates.0' = [1.0, 2.0]",
        );
        variants.sort();
        let expected = [
            ("a", "rates.0=1.0"),
            ("a", "rates.0=2.0"),
            ("b", "rates.0=1.0"),
            ("b", "rates.0=2.0"),
            ("c", ""),
        ];
        let expected = expected.map(|(learner, at)| (learner.to_owned(), at.to_owned()));
        assert_eq!(variants, expected);
    }

    #[test]
    fn keys_of_one_learner_that_end_alike_are_written_whole() {
        let variants = variants(
            "'training.batch_size' = [1]
             'task.t.training.batch_size' = [2]",
        );
        assert_eq!(
            variants[0].1,
            "training.batch_size=1, task.t.training.batch_size=2"
        );
    }

    #[test]
    fn values_that_are_equal_are_no_two_points() {
        let first = |values: &str| {
            let values: toml::Table = format!("v = {values}").parse().expect("TOML");
            twice(values["v"].as_array().expect("a list")).map(ToString::to_string)
        };
        assert_eq!(first("[0.1, 0.2, 0.10]").as_deref(), Some("0.1"));
        assert_eq!(first("[1, 2, 1.0]").as_deref(), Some("1.0"));
        assert_eq!(first("[0.0, -0.0]").as_deref(), Some("-0.0"));
        assert_eq!(first("[[5], [5]]").as_deref(), Some("[5]"));
        assert_eq!(first("['1', 1, [1], true]"), None);
    }
}
