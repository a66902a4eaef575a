//! One task, one learner and one point of a sweep: what is run once per seed.

use apical_learning::{
    ForwardWeights, KeyPath, MeasureSpec, Network, NetworkError, Numbers, Point, RateSchedule,
    SpecError, Streams, TrainingSpec, check_transfer,
};
use indexmap::IndexMap;
use serde::Serialize;

use super::{ExperimentSpec, TaskSpec, TrainingOverrides, format, forward_scale, sha256};
use crate::learners::LearnerSpec;
use crate::memory::{self, TooLarge};

/// What is run once per seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// The task's name.
    pub task_name: String,
    /// The learner's name.
    pub learner_name: String,
    /// The point of a sweep.
    pub point: Point,
    /// The task, with no learner but this one.
    pub task: TaskSpec,
    /// How it is taught.
    pub training: TrainingSpec,
    /// What is measured.
    pub measure: MeasureSpec,
    /// The learner.
    pub learner: LearnerSpec,
    /// Trials by which the learner's settings were found.
    pub n_tuning_trials: Option<usize>,
    /// Which of several tunings found them.
    pub tuning: Option<usize>,
}

/// An out-of-range value of an arm, or layer sizes that make no network.
#[derive(Debug, thiserror::Error)]
pub enum ArmError {
    /// A value out of range.
    #[error(transparent)]
    Value(#[from] SpecError),
    /// Layer sizes that make no network.
    #[error("`{key}`: {source}")]
    Network {
        /// The key of the sizes.
        key: KeyPath,
        /// What is wrong with them.
        source: NetworkError,
    },
    /// A network that this machine cannot hold.
    #[error("`{key}`: {source}")]
    Memory {
        /// The key of the sizes.
        key: KeyPath,
        /// What it needs, and what there is.
        source: TooLarge,
    },
    /// Targets that no potential reaches.
    #[error("`{key}`: {source}")]
    Target {
        /// The key of the targets.
        key: KeyPath,
        /// What is wrong with them.
        source: SpecError,
    },
}

impl ArmError {
    /// The key that it is about.
    pub(crate) fn key(&self) -> Option<&KeyPath> {
        match self {
            Self::Value(error) => error.key(),
            Self::Network { key, .. } | Self::Memory { key, .. } | Self::Target { key, .. } => {
                Some(key)
            }
        }
    }
}

impl Arm {
    /// The arms of `spec`, in its order, without a sweep.
    pub fn all_of(spec: &ExperimentSpec) -> Vec<Self> {
        let mut arms = Vec::new();
        for (task_name, task) in &spec.task {
            for (learner_name, learner) in &task.learner {
                let mut training = task.training.over(&spec.training);
                if let Some(own) = task.training_of.get(learner_name) {
                    training = own.over(&training);
                }
                let own = IndexMap::from([(learner_name.clone(), learner.clone())]);
                arms.push(Self {
                    task_name: task_name.clone(),
                    learner_name: learner_name.clone(),
                    point: Point::default(),
                    task: TaskSpec {
                        learner: own,
                        ..task.clone()
                    },
                    training,
                    measure: spec.measure.clone(),
                    learner: learner.clone(),
                    n_tuning_trials: None,
                    tuning: None,
                });
            }
        }
        arms
    }

    /// The learner's name, with the point of the sweep where there is one.
    pub(crate) fn label(&self) -> String {
        match self.point.is_empty() {
            true => self.learner_name.clone(),
            false => format!("{}, {}", self.learner_name, self.point),
        }
    }

    /// `task.TASK`.
    pub(crate) fn task_key(&self) -> KeyPath {
        KeyPath::of(["task", &self.task_name])
    }

    /// `task.TASK.learner.LEARNER`.
    fn learner_key(&self) -> KeyPath {
        self.task_key().then("learner").then(&self.learner_name)
    }

    /// Whether `key` is one of its learner's settings.
    pub(crate) fn owns(&self, key: &KeyPath) -> bool {
        matches!(key.segments(), [a, t, b, l, _, ..]
            if a == "task" && *t == self.task_name && b == "learner" && *l == self.learner_name)
    }

    /// Whether a value at `key` can alter it.
    pub(crate) fn depends_on(&self, key: &KeyPath) -> bool {
        match key.segments() {
            [a, t, b, l, ..] if a == "task" && (b == "learner" || b == "training_of") => {
                *t == self.task_name && *l == self.learner_name
            }
            [a, t, ..] if a == "task" => *t == self.task_name,
            _ => true,
        }
    }

    fn own_training_key(&self) -> KeyPath {
        self.task_key().then("training_of").then(&self.learner_name)
    }

    /// The problem `source` of the training targets, with the key that decides them.
    pub fn target_problem(&self, source: SpecError) -> ArmError {
        let own = self.task.training_of.get(&self.learner_name);
        let above = if own.is_some_and(|own| own.targets.is_some()) {
            self.own_training_key()
        } else if self.task.training.targets.is_some() {
            self.task_key().then("training")
        } else {
            KeyPath::of(["training"])
        };
        ArmError::Target {
            key: above.then("targets"),
            source,
        }
    }

    /// The network for inputs of width `n_inputs` and outputs of width `n_outputs`.
    pub fn network(&self, n_inputs: usize, n_outputs: usize) -> Result<Network, ArmError> {
        let sizes = [&[n_inputs], &self.task.hidden[..], &[n_outputs]].concat();
        Network::new(sizes, self.task.transfer, self.task.thresholds).map_err(|source| {
            ArmError::Network {
                key: self.task_key().then("hidden"),
                source,
            }
        })
    }

    /// Bytes that a run of `n_samples` training samples needs at least.
    pub(crate) fn n_bytes(&self, network: &Network, n_samples: usize) -> u64 {
        let n_rows = self.training.batch_size.min(n_samples);
        let needs = self.learner.needs(network);
        memory::of_run(network, n_rows, needs, self.is_compared())
    }

    /// Fails where this machine cannot hold `network` and what passes through it.
    pub(crate) fn check_memory(&self, network: &Network, n_samples: usize) -> Result<(), ArmError> {
        memory::check(network, self.n_bytes(network, n_samples)).map_err(|source| {
            ArmError::Memory {
                key: self.task_key().then("hidden"),
                source,
            }
        })
    }

    /// Whether updates are compared with gradients.
    fn is_compared(&self) -> bool {
        let mut metrics = self.measure.metrics.iter();
        metrics.any(|metric| !metric.is_of_predictions())
    }

    /// Fails on values out of range, for `network`.
    pub fn check(&self, network: &Network) -> Result<(), ArmError> {
        let task = self.task_key();
        let within = |above: KeyPath| move |error: SpecError| error.within(above);
        check_transfer(network.transfer()).map_err(within(task.clone()))?;
        self.check_overrides()?;
        self.training
            .check()
            .map_err(within(KeyPath::of(["training"])))?;
        self.training
            .targets
            .potentials(network.transfer())
            .map_err(|source| self.target_problem(source))?;
        self.measure
            .check()
            .map_err(within(KeyPath::of(["measure"])))?;
        match &self.task.forward_scale {
            Some(scale) => {
                let rates = Numbers::RATE_OR_SCALE;
                (scale.check_within(network.n_layers(), "forward_scale", rates))
                    .map_err(within(task))?;
            }
            None if self.task.start.is_some() => {}
            None => return Err(no_start().within(task).into()),
        }
        self.learner
            .check(network)
            .map_err(within(self.learner_key().then(self.learner.kind())))?;
        self.check_start(network)
    }

    /// Fails where a phase before learning leaves no epoch to learn in.
    pub(crate) fn check_start(&self, network: &Network) -> Result<(), ArmError> {
        let n_epochs = self.training.n_epochs;
        match self.learner.needs(network).start_epochs {
            Some((key, n)) if n >= n_epochs => {
                let above = self.learner_key().then(self.learner.kind());
                let found = format!("{n} of {n_epochs} epochs");
                let expected = "fewer than all of them, so that some are left to learn in";
                Err(SpecError::range(key, found, expected).within(above).into())
            }
            _ => Ok(()),
        }
    }

    /// Fails on values out of range that the task or the learner have in place of the experiment's.
    fn check_overrides(&self) -> Result<(), ArmError> {
        let in_range = TrainingSpec {
            n_epochs: 1,
            batch_size: 1,
            rate_schedule: RateSchedule::Constant,
            targets: self.training.targets,
        };
        let check = |overrides: &TrainingOverrides, key: KeyPath| {
            (overrides.over(&in_range).check()).map_err(|error| error.within(key))
        };
        check(&self.task.training, self.task_key().then("training"))?;
        if let Some(own) = self.task.training_of.get(&self.learner_name) {
            check(own, self.own_training_key())?;
        }
        Ok(())
    }

    /// The forward starting weights that all learners of the task share, drawn.
    pub(crate) fn drawn_start(
        &self,
        network: &Network,
        streams: Streams,
    ) -> Result<ForwardWeights<f32>, SpecError> {
        let scale = self.task.forward_scale.as_ref().ok_or_else(no_start)?;
        let scale = forward_scale::expand(scale, network)?;
        Ok(network.draw_forward(&scale, streams))
    }

    /// An experiment of this arm and `seed` alone.
    pub fn alone(&self, title: &str, seed: u64) -> ExperimentSpec {
        ExperimentSpec {
            title: title.to_owned(),
            seeds: vec![seed],
            training: self.training.clone(),
            measure: self.measure.clone(),
            contrasts: None,
            margin: None,
            verdict_epoch: None,
            task: IndexMap::from([(
                self.task_name.clone(),
                TaskSpec {
                    baseline: None,
                    contrasts: None,
                    margin: None,
                    verdict_epoch: None,
                    training: Default::default(),
                    training_of: Default::default(),
                    ..self.task.clone()
                },
            )]),
            sweep: IndexMap::new(),
            tuning: None,
        }
    }

    /// SHA-256 of everything that decides the run with `seed`: its settings, data and code.
    pub fn digest(
        &self,
        seed: u64,
        data_checksum: &str,
        source_digest: &str,
    ) -> Result<String, serde_json::Error> {
        #[derive(Serialize)]
        struct Deciding<'a> {
            schema: u32,
            spec: ExperimentSpec,
            point: &'a Point,
            n_tuning_trials: Option<usize>,
            data: &'a str,
            source: &'a str,
        }
        let deciding = Deciding {
            schema: apical_learning::SCHEMA_VERSION,
            spec: self.alone("", seed),
            point: &self.point,
            n_tuning_trials: self.n_tuning_trials,
            data: data_checksum,
            source: source_digest,
        };
        Ok(sha256(&format::to_json(&deciding)?))
    }
}

/// A task whose weights begin nowhere.
fn no_start() -> SpecError {
    let expected =
        "a scale to draw starting weights with, or a file of them (`start.file`) in its place";
    SpecError::range("forward_scale", "not there", expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::sweep::tests::{TWO_LEARNERS, resolved};

    #[test]
    fn a_key_concerns_its_own_learner_only() {
        let arms = resolved(TWO_LEARNERS).arms;
        let concerned = |key: &str| {
            let key: KeyPath = key.parse().expect("a key");
            let names = |is: &dyn Fn(&Arm) -> bool| -> String {
                let arms = arms.iter().filter(|arm| is(arm));
                arms.map(|arm| &*arm.learner_name).collect()
            };
            (
                names(&|arm| arm.depends_on(&key)),
                names(&|arm| arm.owns(&key)),
            )
        };
        for (key, depend, own) in [
            ("task.t.learner.a.backprop.rates", "a", "a"),
            ("task.t.training_of.b.n_epochs", "b", ""),
            ("task.other.learner.a.backprop.rates", "", ""),
            ("task.t.hidden", "abc", ""),
            ("training.batch_size", "abc", ""),
        ] {
            assert_eq!(concerned(key), (depend.to_owned(), own.to_owned()), "{key}");
        }
    }
}
