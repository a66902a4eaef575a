//! Contrasts: which learners are compared, and what difference does not matter. No run depends on them.

mod written;

use apical_keys::Described;
use apical_learning::{KeyPath, Numbers, SpecError};
use apical_reporting::VerdictEpoch;
use serde::{Deserialize, Serialize};

use super::{ExperimentSpec, TaskSpec};

/// Which learners are compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Contrasts {
    /// Every learner with the baseline.
    Baseline,
    /// These.
    List(Vec<Contrast>),
}

/// A learner and what it is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Described)]
#[serde(deny_unknown_fields)]
pub struct Contrast {
    /// The learner.
    #[key(example = "\"microcircuit\"")]
    pub learner: String,
    /// The learner whose score is subtracted; the task's baseline where none is named.
    #[key(example = "\"feedback alignment\"")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

/// Which epoch's scores a verdict is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Described)]
#[serde(rename_all = "snake_case")]
pub enum Epoch {
    /// The last one.
    Last,
    /// The one that is chosen on validation data.
    Chosen,
}

/// What is wrong with declared contrasts.
#[derive(Debug, thiserror::Error)]
pub enum ContrastError {
    /// A name that is no learner's.
    #[error("`{key}`: unknown name `{name}`, expected a learner of the task: one of {known}")]
    Unknown {
        /// The key of the contrast.
        key: KeyPath,
        /// The name.
        name: String,
        /// All learners of the task, in quotes.
        known: String,
    },
    /// A learner against itself.
    #[error("`{key}`: `{learner}` is compared with itself, expected another learner as `other`")]
    Itself {
        /// The key of the contrast.
        key: KeyPath,
        /// The learner.
        learner: String,
    },
    /// A contrast that is there already, maybe the other way round.
    #[error("`{key}`: `{learner}` and `{other}` are compared twice, expected each pair once")]
    Twice {
        /// The key of the second one.
        key: KeyPath,
        /// The learner.
        learner: String,
        /// The other.
        other: String,
    },
    /// A contrast with the baseline of a task that has none.
    #[error(
        "`{key}`: task `{task}` has no baseline to compare with, expected its `baseline`, or the `other` of each contrast"
    )]
    NoBaseline {
        /// The key of the contrasts.
        key: KeyPath,
        /// The task.
        task: String,
    },
    /// A margin out of range.
    #[error(transparent)]
    Margin(SpecError),
}

impl ContrastError {
    /// The key that it is about.
    pub(super) fn key(&self) -> Option<&KeyPath> {
        match self {
            Self::Unknown { key, .. }
            | Self::Itself { key, .. }
            | Self::Twice { key, .. }
            | Self::NoBaseline { key, .. } => Some(key),
            Self::Margin(error) => error.key(),
        }
    }
}

/// The range of margins.
const MARGIN: Numbers = Numbers::new(1e-9, 1e6, "a number above 0, from 1e-9 to 1e6");

/// The contrasts of the task `name` of `spec`: its own, or those of all tasks; nothing without any.
///
/// # Errors
/// Names that are not there or not apart, and a margin out of range, with their keys.
pub fn declared(
    spec: &ExperimentSpec,
    name: &str,
) -> Result<Option<apical_reporting::Contrasts>, ContrastError> {
    let Some(task) = spec.task.get(name) else {
        return Ok(None);
    };
    let own = KeyPath::of(["task", name]);
    // Where the value of a key stands.
    let place = |key: &str, is_own: bool| match is_own {
        true => own.then(key),
        false => KeyPath::of([key]),
    };
    let margin = task.margin.or(spec.margin);
    if let Some(margin) = margin {
        (MARGIN.check(place("margin", task.margin.is_some()), margin))
            .map_err(ContrastError::Margin)?;
    }
    let Some(contrasts) = task.contrasts.as_ref().or(spec.contrasts.as_ref()) else {
        return Ok(None);
    };
    let key = place("contrasts", task.contrasts.is_some());
    let epoch = task.verdict_epoch.or(spec.verdict_epoch);
    Ok(Some(apical_reporting::Contrasts {
        pairs: pairs(name, task, contrasts, &key)?,
        margin,
        epoch: match epoch.unwrap_or(Epoch::Last) {
            Epoch::Last => VerdictEpoch::Last,
            Epoch::Chosen => VerdictEpoch::Chosen,
        },
        declared_in: None,
    }))
}

/// Each learner and the one that it is compared with. `key` is that of `contrasts`.
fn pairs(
    name: &str,
    task: &TaskSpec,
    contrasts: &Contrasts,
    key: &KeyPath,
) -> Result<Vec<(String, String)>, ContrastError> {
    let named = task.baseline.as_ref();
    let found = || task.learner.iter().find(|(_, of)| of.is_baseline());
    let baseline = named.or_else(|| Some(found()?.0));
    let with_baseline = || {
        baseline.ok_or_else(|| ContrastError::NoBaseline {
            key: key.clone(),
            task: name.to_owned(),
        })
    };
    let list = match contrasts {
        Contrasts::List(list) => list,
        Contrasts::Baseline => {
            let baseline = with_baseline()?;
            let others = task.learner.keys().filter(|learner| *learner != baseline);
            return Ok(others.map(|of| (of.clone(), baseline.clone())).collect());
        }
    };
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (index, contrast) in list.iter().enumerate() {
        let key = key.then(&index.to_string());
        let learner = &contrast.learner;
        let other = match &contrast.other {
            Some(other) => other,
            None => with_baseline()?,
        };
        for name in [learner, other] {
            if !task.learner.contains_key(name) {
                let known: Vec<_> = task.learner.keys().map(|of| format!("`{of}`")).collect();
                return Err(ContrastError::Unknown {
                    key,
                    name: name.clone(),
                    known: known.join(", "),
                });
            }
        }
        let (learner, other) = (learner.clone(), other.clone());
        if learner == other {
            return Err(ContrastError::Itself { key, learner });
        }
        let is_it = |(a, b): &(String, String)| {
            (*a == learner && *b == other) || (*a == other && *b == learner)
        };
        if pairs.iter().any(is_it) {
            return Err(ContrastError::Twice {
                key,
                learner,
                other,
            });
        }
        pairs.push((learner, other));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::sweep::tests::{TWO_LEARNERS, resolved};
    use crate::spec::{Overrides, Resolved, SpecSource};

    /// [`TWO_LEARNERS`] with `root` at its beginning and `own` in its task.
    fn text(root: &str, own: &str) -> String {
        let own = format!("[task.t]\n{own}\n");
        format!("{root}\n{}", TWO_LEARNERS.replacen("[task.t]\n", &own, 1))
    }

    fn found(root: &str, own: &str) -> apical_reporting::Contrasts {
        let spec = resolved(&text(root, own)).spec;
        let found = declared(&spec, "t").expect("contrasts");
        found.expect("some contrasts")
    }

    fn refused(root: &str, own: &str) -> String {
        let source = SpecSource {
            name: "x".into(),
            file: "x.toml".into(),
            folder: Default::default(),
            text: text(root, own),
        };
        let problem = Resolved::new(source, Overrides::default()).expect_err("a fault");
        problem.to_string()
    }

    fn pairs_of(contrasts: &apical_reporting::Contrasts) -> Vec<String> {
        let pairs = contrasts.pairs.iter();
        pairs.map(|(a, b)| format!("{a}-{b}")).collect()
    }

    #[test]
    fn a_task_declares_its_own_or_takes_those_of_all() {
        let all = found("contrasts = 'baseline'\nmargin = 0.5", "baseline = 'b'");
        assert_eq!(pairs_of(&all), ["a-b", "c-b"]);
        assert_eq!((all.margin, all.epoch), (Some(0.5), VerdictEpoch::Last));
        let own = found(
            "contrasts = 'baseline'\nmargin = 0.5",
            "baseline = 'b'\nmargin = 2\nverdict_epoch = 'chosen'\ncontrasts = ['c', { learner = 'a', other = 'c' }]",
        );
        assert_eq!(pairs_of(&own), ["c-b", "a-c"]);
        assert_eq!((own.margin, own.epoch), (Some(2.0), VerdictEpoch::Chosen));
        assert!(declared(&resolved(TWO_LEARNERS).spec, "t").is_ok_and(|none| none.is_none()));
    }

    #[test]
    fn a_copy_says_the_same() {
        let own =
            "baseline = 'b'\ncontrasts = ['c', { learner = 'a', other = 'c' }]\nmargin = 0.25";
        let spec = resolved(&text("", own)).spec;
        let copy = crate::spec::format::to_text(&spec).expect("TOML");
        let copy: ExperimentSpec = toml::from_str(&copy).expect("the same");
        assert_eq!(copy, spec);
    }

    #[test]
    fn a_task_without_baseline_has_to_name_both() {
        let single = TWO_LEARNERS.replace(
            "backprop = { flavour = \"matched\", rates = [1.0, 1.0] }",
            "single_layer = { rate = 1.0, forward_scale = 0.1 }",
        );
        let declares = |contrasts: &str| {
            let mut spec = resolved(&single).spec;
            let text = format!("v = {contrasts}");
            let table: std::collections::BTreeMap<String, Contrasts> =
                toml::from_str(&text).expect("contrasts");
            spec.contrasts = table.get("v").cloned();
            declared(&spec, "t").map(|found| found.expect("some").pairs.len())
        };
        for without in ["'baseline'", "['a']"] {
            let error = declares(without).expect_err("no baseline");
            assert!(matches!(error, ContrastError::NoBaseline { .. }), "{error}");
        }
        let both = declares("[{ learner = 'a', other = 'c' }]");
        assert_eq!(both.expect("a contrast"), 1);
    }

    #[test]
    fn what_cannot_be_compared_is_refused_with_its_line() {
        insta::assert_snapshot!(refused("", "contrasts = ['a', 'nobody']\nbaseline = 'b'"), @r#"
        `task.t.contrasts.1`: unknown name `nobody`, expected a learner of the task: one of `a`, `b`, `c`
         --> x.toml:6:19
          |
        6 | contrasts = ['a', 'nobody']
          |                   ^^^^^^^^
        "#);
        insta::assert_snapshot!(refused("contrasts = ['b']", "baseline = 'b'"), @r#"
        `contrasts.0`: `b` is compared with itself, expected another learner as `other`
         --> x.toml:1:14
          |
        1 | contrasts = ['b']
          |              ^^^
        "#);
        let twice = "contrasts = [{ learner = 'a', other = 'b' }, { learner = 'b', other = 'a' }]";
        insta::assert_snapshot!(refused("", twice), @r#"
        `task.t.contrasts.1`: `b` and `a` are compared twice, expected each pair once
         --> x.toml:6:46
          |
        6 | contrasts = [{ learner = 'a', other = 'b' }, { learner = 'b', other = 'a' }]
          |                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        "#);
        insta::assert_snapshot!(refused("margin = 0.0", "baseline = 'b'"), @r#"
        `margin` is 0, expected a number above 0, from 1e-9 to 1e6
         --> x.toml:1:10
          |
        1 | margin = 0.0
          |          ^^^
        "#);
        insta::assert_snapshot!(refused("", "margin = nan"), @r#"
        `task.t.margin` is NaN, expected a number above 0, from 1e-9 to 1e6
         --> x.toml:6:10
          |
        6 | margin = nan
          |          ^^^
        "#);
        insta::assert_snapshot!(refused("", "contrasts = 'all'"), @r#"
        found the text "all", expected "baseline", or a list such as ["LEARNER", { learner = "LEARNER", other = "OTHER" }]
         --> x.toml:6:13
          |
        6 | contrasts = 'all'
          |             ^^^^^
        "#);
        insta::assert_snapshot!(refused("", "contrasts = []"), @r#"
        found a list with a length of 0, expected "baseline", or a list such as ["LEARNER", { learner = "LEARNER", other = "OTHER" }]
         --> x.toml:6:13
          |
        6 | contrasts = []
          |             ^^
        "#);
    }
}
