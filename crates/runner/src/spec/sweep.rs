//! The points of a sweep, and the arms that differ between them.

use std::collections::HashSet;

use toml::Value;

use super::{Arm, KeyPath, Resolved, SpecProblem};

/// The largest number of points of a sweep.
const MAX_POINTS: usize = 10_000;

/// The arms of all points of the sweep; an arm that no swept key concerns is there once.
pub(crate) fn arms(resolved: &Resolved) -> Result<Vec<Arm>, SpecProblem> {
    let axes = axes(resolved)?;
    let n_points = axes
        .iter()
        .try_fold(1_usize, |n, (_, values)| n.checked_mul(values.len()));
    if n_points.is_none_or(|n| n > MAX_POINTS) {
        return Err(resolved.problem(
            "sweep",
            format!("`sweep` has more than {MAX_POINTS} points"),
        ));
    }
    let names = short_names(&axes.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>());
    let mut arms = Vec::new();
    let mut seen = HashSet::new();
    for point in points(&axes) {
        for mut arm in resolved.with(&point)?.arms {
            arm.variant = point
                .iter()
                .zip(&names)
                .filter(|((key, _), _)| key.concerns(&arm.task_name, &arm.learner_name))
                .map(|((_, value), name)| format!("{name}={}", shown(value)))
                .collect::<Vec<_>>()
                .join(", ");
            let identity = (
                arm.task_name.clone(),
                arm.learner_name.clone(),
                arm.variant.clone(),
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
    for (text, values) in &resolved.spec.sweep {
        let at = format!("sweep.{}", super::quoted(text));
        let problem = |message: String| resolved.problem(&at, message);
        let key: KeyPath = text
            .parse()
            .map_err(|error| problem(format!("`sweep` has a key that is none: {error}")))?;
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
        axes.push((key, values));
    }
    Ok(axes)
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

/// The last part of every key (with what a number counts in), or the whole key where that is not
/// unique.
fn short_names(keys: &[KeyPath]) -> Vec<String> {
    let short = |key: &KeyPath| match key.segments() {
        [.., above, index] if index.parse::<usize>().is_ok() => format!("{above}.{index}"),
        _ => key.last().to_owned(),
    };
    keys.iter()
        .map(|key| {
            let name = short(key);
            let is_unique = keys.iter().filter(|other| short(other) == name).count() == 1;
            if is_unique { name } else { key.to_string() }
        })
        .collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // With an exponent where it would have many digits.
        Value::Float(value) => format!("{value:?}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_where_unique() {
        let keys = [
            "task.a.hidden",
            "task.b.hidden",
            "task.a.learner.l.backprop.rates.0",
        ];
        let keys = keys.map(|key| key.parse().expect("a key"));
        assert_eq!(
            short_names(&keys),
            ["task.a.hidden", "task.b.hidden", "rates.0"]
        );
    }
}
