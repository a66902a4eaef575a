//! Which contrasts a report has: those that the experiment declares, or those of another specification.

use std::collections::BTreeMap;

use apical_reporting::Contrasts;

use crate::Experiment;
use crate::spec::{ExperimentSpec, Overrides, SpecProblem, SpecSource, declared};

/// Contrasts that are given to a report, in place of those of its experiments.
#[derive(Debug, Clone)]
pub struct GivenContrasts {
    /// The file that they come from.
    pub file: String,
    /// By task; one at least.
    pub by_task: BTreeMap<String, Contrasts>,
}

impl GivenContrasts {
    /// Those that `source` declares.
    ///
    /// # Errors
    /// A specification that is wrong, or that declares none.
    pub fn read(source: SpecSource) -> Result<Self, SpecProblem> {
        let file = source.file.clone();
        let by_task = match Experiment::read(source, Overrides::default())? {
            Experiment::Tasks(resolved) => of_tasks(&resolved.spec),
            Experiment::Protocol(_) => BTreeMap::new(),
        };
        if by_task.is_empty() {
            let message = format!("{file} declares no contrasts");
            return Err(SpecProblem::new(message).with_help(
                "add `contrasts = \"baseline\"` and a `margin`, before the first table for all tasks or below `[task.TASK]`",
            ));
        }
        Ok(Self {
            by_task: by_task
                .into_iter()
                .map(|(task, contrasts)| {
                    let declared_in = Some(file.clone());
                    let contrasts = Contrasts {
                        declared_in,
                        ..contrasts
                    };
                    (task, contrasts)
                })
                .collect(),
            file,
        })
    }

    /// The tasks, in words.
    pub(super) fn tasks(&self) -> String {
        let tasks: Vec<String> = self
            .by_task
            .keys()
            .map(|task| format!("`{task}`"))
            .collect();
        tasks.join(", ")
    }
}

/// By task, what `text`, the specification of an experiment that was run, declares, as far as it can be read.
pub(super) fn of_spec(text: &str) -> BTreeMap<String, Contrasts> {
    let spec: Option<ExperimentSpec> = toml::from_str(text).ok();
    spec.map_or_else(BTreeMap::new, |spec| of_tasks(&spec))
}

fn of_tasks(spec: &ExperimentSpec) -> BTreeMap<String, Contrasts> {
    let tasks = spec.task.keys();
    let contrasts = tasks.filter_map(|task| Some((task.clone(), declared(spec, task).ok()??)));
    contrasts.collect()
}
