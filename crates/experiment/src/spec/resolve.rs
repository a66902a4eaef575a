//! From a file and the command line to arms: defaults ← file ← `--set` ← `--seeds`.

use std::path::{Path, PathBuf};

use apical_learning::SpecError;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::{
    Arm, ArmError, ExperimentSpec, KeyPath, Overrides, SpecProblem, check, format, like, pattern,
    place, problem::key_at, sha256, sweep, tree, wording::in_user_words,
};

/// An experiment's file, or the text that stands for one.
#[derive(Debug, Clone)]
pub struct SpecSource {
    /// The experiment's name: the stem of the file's name.
    pub name: String,
    /// How the file is called in errors.
    pub file: String,
    /// The folder that its relative paths are relative to: its own; empty for the working folder.
    pub folder: PathBuf,
    /// Its content.
    pub text: String,
}

/// A checked experiment.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// Where it came from.
    pub source: SpecSource,
    /// All values.
    pub spec: ExperimentSpec,
    /// What is run once per seed, in order; where there were several tunings, with the settings of the first.
    pub arms: Vec<Arm>,
    /// The same arms with the settings of further tunings, which seeds take in turn.
    pub(crate) further_arms: Vec<Vec<Arm>>,
    overrides: Overrides,
    tree: Table,
    /// Keys whose values stand elsewhere, in a sweep or in the space of a tuning, and the keys there.
    elsewhere: Vec<(KeyPath, KeyPath)>,
}

impl SpecSource {
    /// The values of this text with `overrides` in place of some, and the same as a tree, in which every
    /// task has all of its keys and no key stands for others.
    pub fn read<S: DeserializeOwned>(
        &self,
        overrides: &Overrides,
    ) -> Result<(S, Table), SpecProblem> {
        let own = |error: &_| SpecProblem::of_toml(error, &self.file, &self.text);
        let stated = self.stated(overrides)?;
        let mut tree = stated.clone();
        like::resolve(&mut tree)
            .map_err(|error| self.problem(overrides, error.key(), error.to_string()))?;
        pattern::expand(&mut tree).map_err(|error| {
            let key = KeyPath::of(["tuning", "space", &error.pattern]);
            self.problem(overrides, &key, error.to_string())
        })?;
        let spec = match overrides.is_empty() && tree == stated {
            true => toml::from_str(&self.text).map_err(|error| own(&error))?,
            // The file's own errors carry a line; what remains comes from the command line, or from another
            // task.
            false => typed(&tree).map_err(|found| match toml::from_str::<S>(&self.text) {
                Err(error) if error.message() == found.error.message() => own(&error),
                _ => self.problem_of_type(overrides, found),
            })?,
        };
        Ok((spec, tree))
    }

    /// A problem with the value at `key`, shown where the value comes from.
    pub fn problem(
        &self,
        overrides: &Overrides,
        key: &KeyPath,
        message: impl Into<String>,
    ) -> SpecProblem {
        self.placed(SpecProblem::new(message), overrides, key)
    }

    /// `problem` with the place that the value at `key` comes from.
    fn placed(&self, problem: SpecProblem, overrides: &Overrides, key: &KeyPath) -> SpecProblem {
        let key = self.origin(overrides, key);
        match overrides.deciding(&key) {
            Some(option) => problem.with_origin(format!("the value comes from {option}")),
            None => problem.at_key(&self.file, &self.text, &key),
        }
    }

    fn problem_of_type(&self, overrides: &Overrides, found: Untyped) -> SpecProblem {
        let key = found.key().map(|key| self.origin(overrides, &key));
        let problem = found.problem(|_| overrides.deciding(key.as_ref()?));
        match key.filter(|key| overrides.deciding(key).is_none()) {
            Some(key) => problem.at_key(&self.file, &self.text, &key),
            None => problem,
        }
    }

    /// What file and command line state.
    fn stated(&self, overrides: &Overrides) -> Result<Table, SpecProblem> {
        let mut tree: Table = self
            .text
            .parse()
            .map_err(|error| SpecProblem::of_toml(&error, &self.file, &self.text))?;
        overrides.apply(&mut tree)?;
        Ok(tree)
    }

    /// The key that states the value at `key`: of another task, or one that stands for it.
    fn origin(&self, overrides: &Overrides, key: &KeyPath) -> KeyPath {
        let Ok(stated) = self.stated(overrides) else {
            return key.clone();
        };
        let origin = match key.segments() {
            [a, b, own] if a == "tuning" && b == "space" => pattern::standing_for(&stated, own)
                .map(|pattern| KeyPath::of(["tuning", "space", &pattern])),
            [a, ..] if a == "task" => like::stated(&stated, key),
            _ => None,
        };
        origin.unwrap_or_else(|| key.clone())
    }

    /// The problem that `error` names.
    pub fn problem_of(&self, overrides: &Overrides, error: &SpecError) -> SpecProblem {
        match error.key() {
            Some(key) => self.problem(overrides, key, error.to_string()),
            None => SpecProblem::new(error.to_string()),
        }
    }
}

impl Resolved {
    /// Reads `source`, applies `overrides`, and checks everything that can be checked without data.
    pub fn new(source: SpecSource, overrides: Overrides) -> Result<Self, SpecProblem> {
        let (spec, tree) = source.read(&overrides)?;
        Self {
            source,
            spec,
            arms: Vec::new(),
            further_arms: Vec::new(),
            overrides,
            tree,
            elsewhere: Vec::new(),
        }
        .finished()
    }

    /// The same experiment with other values at some keys.
    pub fn with(&self, edits: &[(KeyPath, Value)]) -> Result<Self, SpecProblem> {
        let mut tree = self.tree.clone();
        for (key, value) in edits {
            tree::set(&mut tree, key, value.clone())
                .map_err(|error| SpecProblem::new(error.to_string()))?;
        }
        let spec = typed(&tree).map_err(|found| {
            let problem = found.problem(|key| {
                let edit = edits.iter().find(|(edited, _)| edited.overlaps(key));
                edit.map(|(key, value)| format!("{key} = {value}"))
            });
            match found.key().as_ref().and_then(|key| self.elsewhere(key)) {
                Some(at) => self.source.placed(problem, &self.overrides, at),
                None => problem,
            }
        })?;
        Ok(Self {
            tree,
            arms: Arm::all_of(&spec),
            spec,
            ..self.clone()
        })
    }

    /// What is run with `seed`.
    pub(crate) fn arms_of(&self, seed: u64) -> &[Arm] {
        let n_tunings = 1 + self.further_arms.len() as u64;
        match (seed % n_tunings) as usize {
            0 => &self.arms,
            further => &self.further_arms[further - 1],
        }
    }

    /// SHA-256 of all but the seed that decides the runs of the arm at `index`, with the settings of every tuning.
    pub(crate) fn setting(
        &self,
        index: usize,
        data_checksum: &str,
        source_digest: &str,
    ) -> Result<String, serde_json::Error> {
        let digest = |arms: &[Arm]| arms[index].digest(0, data_checksum, source_digest);
        let first = digest(&self.arms)?;
        if self.further_arms.is_empty() {
            return Ok(first);
        }
        let further = self.further_arms.iter().map(|arms| digest(arms));
        let further = further.collect::<Result<Vec<String>, _>>()?;
        Ok(sha256(format!("{first} {}", further.join(" ")).as_bytes()))
    }

    /// All values as TOML, for a copy in `folder`: relative paths lead from there.
    pub fn text_in(&self, folder: &Path) -> Result<String, toml::ser::Error> {
        let spec = place::moved(self.spec.clone(), &self.source.folder, folder);
        format::to_text(&spec)
    }

    /// The report's heading.
    pub fn title(&self) -> String {
        let title = &self.spec.title;
        if title.is_empty() {
            self.source.name.clone()
        } else {
            title.clone()
        }
    }

    /// A problem with the value at `key`, shown where the value comes from.
    pub(crate) fn problem(&self, key: &KeyPath, message: impl Into<String>) -> SpecProblem {
        let key = self.elsewhere(key).unwrap_or(key);
        self.source.problem(&self.overrides, key, message)
    }

    /// The same experiment, in which values of `key` stand at `place`.
    pub(super) fn with_place(mut self, key: &KeyPath, place: KeyPath) -> Self {
        self.elsewhere.push((key.clone(), place));
        self
    }

    /// Where the values of `key`, or of an item of its list, stand if not there.
    fn elsewhere(&self, key: &KeyPath) -> Option<&KeyPath> {
        let n_segments = key.segments().len();
        let is_it = |of: &KeyPath| of.overlaps(key) && of.segments().len() <= n_segments + 1;
        let mut found = self.elsewhere.iter().filter(|(of, _)| is_it(of));
        found.next().map(|(_, place)| place)
    }

    /// The problem that `error` names.
    pub fn problem_of(&self, error: &ArmError) -> SpecProblem {
        match error.key() {
            Some(key) => self.problem(key, error.to_string()),
            None => SpecProblem::new(error.to_string()),
        }
    }

    fn finished(mut self) -> Result<Self, SpecProblem> {
        self.arms = Arm::all_of(&self.spec);
        check::names_and_seeds(&self)?;
        for key in self.spec.sweep.keys().cloned().collect::<Vec<_>>() {
            let place = KeyPath::of(["sweep", &key.to_string()]);
            self = self.with_place(&key, place);
        }
        self.arms = sweep::arms(&self)?;
        check::n_runs(&self)?;
        check::arms(&self, &self.arms)?;
        check::tuning(&self)?;
        Ok(self)
    }
}

/// What `tree` says, read from its text: errors then have places, and every type is read from one
/// format.
fn typed<S: DeserializeOwned>(tree: &Table) -> Result<S, Untyped> {
    let text = tree.to_string();
    toml::from_str(&text).map_err(|error| Untyped { error, text })
}

/// Why a tree is no specification.
struct Untyped {
    error: toml::de::Error,
    text: String,
}

impl Untyped {
    /// The key that it is about.
    fn key(&self) -> Option<KeyPath> {
        key_at(&self.text, &self.error.span()?)
    }

    /// The problem, with the whole key. `deciding` says where the value of a key comes from.
    fn problem(&self, deciding: impl Fn(&KeyPath) -> Option<String>) -> SpecProblem {
        let message = in_user_words(self.error.message());
        let Some(key) = self.key() else {
            return SpecProblem::new(message.replace('\n', " "));
        };
        let problem = SpecProblem::new(format!("`{key}`: {message}"));
        match deciding(&key) {
            Some(origin) => problem.with_origin(format!("the value comes from {origin}")),
            None => problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_experiment_is_valid() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments");
        let mut n = 0;
        for entry in fs::read_dir(folder).expect("the folder of experiments") {
            let path = entry.expect("a file").path();
            let source = SpecSource {
                name: "x".into(),
                file: path.display().to_string(),
                folder: Default::default(),
                text: fs::read_to_string(&path).expect("a text"),
            };
            // Protocols and simulations have specifications of their own.
            if !source.text.contains("[task.") {
                continue;
            }
            if let Err(problem) = Resolved::new(source, Overrides::default()) {
                panic!("{problem}");
            }
            n += 1;
        }
        assert!(n >= 12, "{n} experiments");
    }

    #[test]
    fn values_of_a_sweep_and_of_a_tuning_are_shown_where_they_stand() {
        let refused = |more: &str| {
            let text = [sweep::tests::TWO_LEARNERS, more].concat();
            let source = SpecSource {
                name: "x".into(),
                file: "x.toml".into(),
                folder: Default::default(),
                text: text.clone(),
            };
            let problem = Resolved::new(source, Overrides::default()).expect_err("a fault");
            let shown = problem.to_string();
            let line = shown
                .lines()
                .find(|line| line.contains(" | ") && !line.contains('^'));
            let line = line.unwrap_or_else(|| panic!("{shown}"));
            line.split(" | ").nth(1).map(|line| line.trim().to_owned())
        };
        const TUNED: &str =
            "[tuning]\nstrategy = 'grid'\nn_trials = 2\nseeds = [9]\n[tuning.space]\n";
        for (before, line) in [
            (
                "[sweep]\n",
                "'task.t.learner.b.backprop.rates' = [1.0, -1.0]",
            ),
            (
                "[sweep]\n",
                "'task.t.learner.b.backprop.rates.1' = [1.0, -1.0]",
            ),
            ("[sweep]\n", "'training.n_epochs' = [1, 0]"),
            ("[sweep]\n", "'task.t.hidden' = [[2], [-2]]"),
            (
                TUNED,
                "'task.t.learner.b.backprop.rates.1' = { from = -1.0, to = 1.0 }",
            ),
            (
                TUNED,
                "'task.*.learner.*.*.rates.*' = { from = -1.0, to = 1.0 }",
            ),
        ] {
            assert_eq!(refused(&[before, line].concat()).as_deref(), Some(line));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_option_is_read_or_refused(set in "[a-z.]{0,8}=?[0-9a-z\\[\\]{}\"]{0,8}", seeds in "[0-9.,]{0,8}") {
            let text = include_str!("../../../../experiments/quick.toml").to_owned();
            let source = SpecSource { name: "quick".into(), file: "quick.toml".into(), folder: Default::default(), text };
            if let Ok(overrides) = Overrides::parse(&[set], Some(&seeds)) {
                let _ = Resolved::new(source, overrides);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "([a-z\\[\\]=.\" 0-9]{0,12}\n){0,6}") {
            let source = SpecSource { name: "x".into(), file: "x.toml".into(), folder: Default::default(), text };
            prop_assert!(Resolved::new(source, Overrides::default()).is_err());
        }
    }
}
