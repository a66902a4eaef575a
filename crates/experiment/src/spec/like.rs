//! Tasks that are like others: what a task does not state, it takes from the one that `like` names, but for
//! learners that are `false`.

use apical_keys::{Described, Shape};
use toml::{Table, Value};

use super::{KeyPath, TaskSpec, tree};

/// The key that names the other task.
const LIKE: &str = "like";

/// Why a task is like none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum LikeError {
    /// What is named is no task.
    #[error("`{key}`: unknown name `{named}`, expected one of {known}")]
    Unknown {
        /// The key of the name.
        key: KeyPath,
        /// The name.
        named: String,
        /// All others, in quotes.
        known: String,
    },
    /// Task after task, the first is met again.
    #[error("`{key}`: {chain} is a circle, expected a task that states its keys at the end")]
    Circle {
        /// The key of the first name.
        key: KeyPath,
        /// The names, with arrows.
        chain: String,
    },
    /// A value that is no name.
    #[error("`{key}`: found {found}, expected the name of a task")]
    NoName {
        /// The key of the value.
        key: KeyPath,
        /// The value.
        found: String,
    },
    /// A learner to leave out that is not there.
    #[error("`{key}`: unknown name `{named}` of a learner to leave out, expected one of {known}")]
    NoLearner {
        /// The key of the learner.
        key: KeyPath,
        /// Its name.
        named: String,
        /// The learners of the task that it is like, in quotes.
        known: String,
    },
    /// There is no other task.
    #[error("`{key}`: there is no other task, expected no such key")]
    Alone {
        /// The key.
        key: KeyPath,
    },
}

impl LikeError {
    /// The key that it is about.
    pub(super) fn key(&self) -> &KeyPath {
        match self {
            Self::Unknown { key, .. }
            | Self::Circle { key, .. }
            | Self::NoName { key, .. }
            | Self::NoLearner { key, .. }
            | Self::Alone { key } => key,
        }
    }
}

/// Gives every task what it takes from others, and takes the keys away that say so.
pub(super) fn resolve(root: &mut Table) -> Result<(), LikeError> {
    let Some(tasks) = root.get_mut("task").and_then(Value::as_table_mut) else {
        return Ok(());
    };
    let stated = tasks.clone();
    for (name, task) in tasks.iter_mut() {
        let mut like = Value::Table(Table::new());
        for nearer in chain(&stated, name)?.into_iter().rev() {
            let mut own = stated[nearer].clone();
            leave_out(nearer, &mut own, &mut like)?;
            fill(&mut own, &like, Some(TaskSpec::SHAPE));
            like = own;
        }
        if let Some(task) = like.as_table_mut() {
            task.remove(LIKE);
        }
        *task = like;
    }
    Ok(())
}

/// Takes the learners that the task `name` leaves out away from `own`, its keys, and from `base`, those of the
/// task that it is like, with what is said there of their training.
fn leave_out(name: &str, own: &mut Value, base: &mut Value) -> Result<(), LikeError> {
    if own.get(LIKE).is_none() {
        return Ok(());
    }
    let Some(learners) = own.get_mut("learner").and_then(Value::as_table_mut) else {
        return Ok(());
    };
    let is_left_out = |value: &Value| value.as_bool() == Some(false);
    let left_out = learners.iter().filter(|(_, value)| is_left_out(value));
    let left_out: Vec<String> = left_out.map(|(learner, _)| learner.clone()).collect();
    learners.retain(|_, value| !is_left_out(value));
    for learner in left_out {
        if let Some(training) = base.get_mut("training_of").and_then(Value::as_table_mut) {
            training.remove(&learner);
        }
        let learners = base.get_mut("learner").and_then(Value::as_table_mut);
        let mut empty = Table::new();
        let learners = learners.unwrap_or(&mut empty);
        if learners.remove(&learner).is_none() {
            let known = learners.keys().map(|name| format!("`{name}`"));
            return Err(LikeError::NoLearner {
                key: KeyPath::of(["task", name, "learner", &learner]),
                known: known.collect::<Vec<_>>().join(", "),
                named: learner,
            });
        }
    }
    Ok(())
}

/// Where the value at `key` is stated: there, or below the task that it is taken from.
pub(super) fn stated(root: &Table, key: &KeyPath) -> Option<KeyPath> {
    let tasks = root.get("task")?.as_table()?;
    let (name, rest) = (key.segments().get(1)?, key.below(2)?);
    let chain = chain(tasks, name).ok()?;
    let mut places =
        (chain.into_iter()).map(|task| rest.clone().within(KeyPath::of(["task", task])));
    places.find(|place| tree::get(root, place).is_some())
}

/// The task `name` and those that it is like, one after the other.
fn chain<'t>(tasks: &'t Table, name: &'t str) -> Result<Vec<&'t str>, LikeError> {
    let mut names = vec![name];
    loop {
        let last = names[names.len() - 1];
        let Some(like) = tasks.get(last).and_then(|task| task.get(LIKE)) else {
            return Ok(names);
        };
        let key = KeyPath::of(["task", last, LIKE]);
        let Some(like) = like.as_str() else {
            let found = like.to_string();
            return Err(LikeError::NoName { key, found });
        };
        if names.contains(&like) {
            names.push(like);
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            return Err(LikeError::Circle {
                key,
                chain: names.join(" → "),
            });
        }
        if !tasks.contains_key(like) {
            let known = tasks.keys().filter(|name| *name != last);
            let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
            if known.is_empty() {
                return Err(LikeError::Alone { key });
            }
            return Err(LikeError::Unknown {
                key,
                named: like.to_owned(),
                known: known.join(", "),
            });
        }
        names.push(like);
    }
}

/// Gives the table `own` what it does not state of the table `base`, whose keys come first. Of things one of
/// which is chosen by its name, another name leaves nothing to take.
fn fill(own: &mut Value, base: &Value, shape: Option<&'static Shape>) {
    let (Value::Table(own), Value::Table(base)) = (own, base) else {
        return;
    };
    let is_choice = shape.is_some_and(|shape| {
        let mut shapes = shape.alternatives().into_iter();
        shapes.any(|shape| matches!(shape, Shape::Choice(_)))
    });
    if is_choice && !own.is_empty() && !own.keys().any(|name| base.contains_key(name)) {
        return;
    }
    let mut stated = std::mem::take(own);
    for (name, value) in base {
        let value = match stated.remove(name) {
            Some(mut own) => {
                fill(&mut own, value, shape.and_then(|shape| below(shape, name)));
                own
            }
            None => value.clone(),
        };
        own.insert(name.clone(), value);
    }
    own.extend(stated);
}

/// What may stand under `name` in a value of `shape`.
fn below(shape: &'static Shape, name: &str) -> Option<&'static Shape> {
    let of = |shape: &'static Shape| match shape {
        Shape::Table(table) => {
            let key = table.keys.iter().find(|key| key.name == name)?;
            Some(key.shape)
        }
        Shape::Map { of } => Some(*of),
        Shape::Choice(choices) => {
            let choice = (choices.all)().into_iter().find(|of| of.name == name)?;
            choice.shape
        }
        _ => None,
    };
    shape.alternatives().into_iter().find_map(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> Result<Table, LikeError> {
        let mut root: Table = text.parse().expect("TOML");
        resolve(&mut root).map(|()| root)
    }

    #[test]
    fn a_task_takes_what_it_does_not_state_key_by_key() {
        let found = resolved(
            r#"
            [task.deep]
            like = "wide"
            hidden = [5, 5]
            training.n_epochs = 2
            learner.a.backprop.rates = 0.5
            [task.wide]
            like = "base"
            hidden = [50]
            [task.base]
            transfer = "logistic"
            hidden = [5]
            training = { n_epochs = 1, batch_size = 3 }
            learner.a.backprop = { flavour = "matched", rates = 1.0 }
            learner.b.backprop = { flavour = "standard", rates = 1.0 }
            "#,
        );
        let expected: Table = r#"
            [task.deep]
            transfer = "logistic"
            hidden = [5, 5]
            training = { n_epochs = 2, batch_size = 3 }
            learner.a.backprop = { flavour = "matched", rates = 0.5 }
            learner.b.backprop = { flavour = "standard", rates = 1.0 }
            [task.wide]
            transfer = "logistic"
            hidden = [50]
            training = { n_epochs = 1, batch_size = 3 }
            learner.a.backprop = { flavour = "matched", rates = 1.0 }
            learner.b.backprop = { flavour = "standard", rates = 1.0 }
            [task.base]
            transfer = "logistic"
            hidden = [5]
            training = { n_epochs = 1, batch_size = 3 }
            learner.a.backprop = { flavour = "matched", rates = 1.0 }
            learner.b.backprop = { flavour = "standard", rates = 1.0 }
        "#
        .parse()
        .expect("TOML");
        let found = found.expect("no circle");
        assert_eq!(found.to_string(), expected.to_string());
    }

    #[test]
    fn another_choice_takes_the_place_of_the_whole() {
        let found = resolved(
            r#"
            [task.base]
            dataset.digits = { split_seed = 3 }
            learner.a.microcircuit = { feedback.reciprocal = { decay = 0.1 }, nudging = 0.5 }
            learner.b.backprop.rates = 1.0
            [task.other]
            like = "base"
            dataset.yin_yang = {}
            learner.a.microcircuit.feedback.sign_concordant = {}
            learner.b.feedback_alignment.rates = 2.0
            [task.same]
            like = "base"
            learner.a.microcircuit.feedback = "tied"
            dataset.digits.n_test = 7
            "#,
        )
        .expect("no circle");
        let of = |key: &str| {
            let key = key.parse().expect("a key");
            tree::get(&found, &key).map(ToString::to_string)
        };
        assert_eq!(
            of("task.other.dataset").as_deref(),
            Some("{ yin_yang = {} }")
        );
        assert_eq!(
            of("task.other.learner.a.microcircuit").as_deref(),
            Some("{ feedback = { sign_concordant = {} }, nudging = 0.5 }")
        );
        assert_eq!(
            of("task.other.learner.b").as_deref(),
            Some("{ feedback_alignment = { rates = 2.0 } }")
        );
        assert_eq!(
            of("task.same.learner.a.microcircuit.feedback").as_deref(),
            Some("\"tied\"")
        );
        assert_eq!(
            of("task.same.dataset.digits").as_deref(),
            Some("{ split_seed = 3, n_test = 7 }")
        );
    }

    #[test]
    fn a_learner_that_is_false_is_left_out_with_what_is_said_of_its_training() {
        let found = resolved(
            r#"
            [task.a]
            like = "b"
            learner.y = false
            [task.b]
            like = "c"
            learner.x = false
            [task.c]
            training_of.x.n_epochs = 2
            training_of.z.n_epochs = 3
            learner = { x.backprop.rates = 1.0, y.backprop.rates = 2.0, z.backprop.rates = 3.0 }
            [task.again]
            like = "b"
            learner.x.backprop.flavour = "standard"
            "#,
        )
        .expect("no circle");
        let of = |key: &str| tree::get(&found, &key.into()).map(ToString::to_string);
        assert_eq!(
            of("task.a.learner").as_deref(),
            Some("{ z = { backprop = { rates = 3.0 } } }")
        );
        assert_eq!(
            of("task.a.training_of").as_deref(),
            Some("{ z = { n_epochs = 3 } }")
        );
        assert_eq!(
            of("task.again.learner.x").as_deref(),
            Some("{ backprop = { flavour = \"standard\" } }")
        );
    }

    #[test]
    fn what_is_like_nothing_says_why() {
        let fault = |text: &str| resolved(text).expect_err("a fault").to_string();
        insta::assert_snapshot!(
            fault("[task.a]\nlike = \"digist\"\n[task.digits]\n[task.b]"),
            @"`task.a.like`: unknown name `digist`, expected one of `digits`, `b`"
        );
        insta::assert_snapshot!(
            fault("[task.a]\nlike = \"a\""),
            @"`task.a.like`: `a` → `a` is a circle, expected a task that states its keys at the end"
        );
        insta::assert_snapshot!(
            fault("[task.a]\nlike = \"b\"\n[task.b]\nlike = \"c\"\n[task.c]\nlike = \"b\""),
            @"`task.c.like`: `a` → `b` → `c` → `b` is a circle, expected a task that states its keys at the end"
        );
        insta::assert_snapshot!(
            fault("[task.a]\nlike = \"b\""),
            @"`task.a.like`: there is no other task, expected no such key"
        );
        insta::assert_snapshot!(
            fault("[task.a]\nlike = 3"),
            @"`task.a.like`: found 3, expected the name of a task"
        );
        insta::assert_snapshot!(
            fault("[task.a]\nlike = \"b\"\nlearner.xy = false\n[task.b]\nlearner.x = {}\nlearner.z = {}"),
            @"`task.a.learner.xy`: unknown name `xy` of a learner to leave out, expected one of `x`, `z`"
        );
    }

    #[test]
    fn a_value_is_stated_where_it_is_taken_from() {
        let root: Table = "[task.a]\nlike = \"b\"\nhidden = [1]\n[task.b]\nlike = \"c\"\n[task.c]\nx.y = [1, 2]\nhidden = [2]"
            .parse()
            .expect("TOML");
        let of = |key: &str| stated(&root, &key.into()).map(|key| key.to_string());
        assert_eq!(of("task.a.x.y.1").as_deref(), Some("task.c.x.y.1"));
        assert_eq!(of("task.a.hidden").as_deref(), Some("task.a.hidden"));
        assert_eq!(of("task.a.z"), None);
        assert_eq!(of("task.a"), None);
        assert_eq!(of("training.n_epochs"), None);
    }
}
