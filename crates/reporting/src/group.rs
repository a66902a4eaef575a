//! Runs grouped by task, learner and point of a sweep.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use apical_learning::{
    KeyPath, Metric, PartName, Phase, Point, RunRecord, SCHEMA_VERSION, Status, TrialRecord,
};

use crate::contrast::{Contrast, contrasts};
use crate::look::styles;
use crate::palette::LineStyle;
use crate::statistics::Spread;
use crate::subject::{EpochPoint, Subject};
use crate::{ReportError, ReportInput, TunedRange};

/// All runs of a learner on a task, at one point of a sweep.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    pub(crate) learner: &'a str,
    /// Empty without a sweep.
    pub(crate) point: &'a Point,
    /// In the order of seeds.
    pub(crate) finished: Vec<&'a RunRecord>,
    /// In the order of seeds, with the error.
    pub(crate) failed: Vec<(&'a RunRecord, &'a str)>,
    /// Everything that any finished run has a value of, after any epoch.
    pub(crate) subjects: BTreeSet<Subject>,
    pub(crate) style: LineStyle,
    /// That of the learner, whatever the point of its sweep.
    pub(crate) own_style: LineStyle,
}

impl<'a> Group<'a> {
    /// Its finished runs by their seeds.
    pub(crate) fn by_seed(&self) -> HashMap<u64, &'a RunRecord> {
        let runs = self.finished.iter();
        runs.map(|run| (run.summary.run.seed, *run)).collect()
    }

    /// The learner's name, with the point of the sweep where there is one.
    pub(crate) fn label(&self) -> String {
        if self.point.is_empty() {
            self.learner.to_owned()
        } else {
            format!("{}, {}", self.learner, self.point)
        }
    }

    /// The values that `keys` have at its point of the sweep, in full; none where it has no such key.
    pub(crate) fn swept(&self, keys: &[&KeyPath]) -> Vec<Option<String>> {
        let value = |key: &&KeyPath| {
            let swept = self.point.0.iter().find(|swept| swept.key == **key)?;
            Some(swept.value_text())
        };
        keys.iter().map(value).collect()
    }

    /// Over seeds, after the last epoch.
    pub(crate) fn last(&self, subject: Subject) -> Option<Spread> {
        subject.spread(&self.each(|run| subject.value(&run.summary.last)))
    }

    /// Over seeds, after the epoch chosen on validation.
    pub(crate) fn chosen(&self, subject: Subject) -> Option<Spread> {
        subject.spread(&self.each(|run| subject.value(&run.summary.chosen)))
    }

    /// Microseconds of training per sample, over seeds; of one phase or of all that is training.
    pub(crate) fn microseconds_per_sample(&self, phase: Option<Phase>) -> Option<Spread> {
        let microseconds = self.each(|run| {
            let timing = &run.summary.timing;
            timing.samples_per_second?;
            let seconds = match phase {
                Some(phase) => timing.seconds.of(phase),
                None => timing.seconds.training(),
            };
            (timing.n_samples > 0).then(|| 1e6 * seconds / timing.n_samples as f64)
        });
        Spread::of(&microseconds)
    }

    /// The values of all seeds after every epoch that has any.
    pub(crate) fn over_epochs(&self, subject: Subject) -> Vec<EpochPoint> {
        let mut by_epoch: BTreeMap<usize, Vec<(u64, f64)>> = BTreeMap::new();
        for run in &self.finished {
            for record in &run.epochs {
                if let Some(value) = subject.value(&record.readings) {
                    let by_seed = by_epoch.entry(record.epoch).or_default();
                    by_seed.push((run.summary.run.seed, value));
                }
            }
        }
        let points = by_epoch.into_iter().filter_map(|(epoch, by_seed)| {
            let values: Vec<f64> = by_seed.iter().map(|(_, value)| *value).collect();
            Some(EpochPoint {
                epoch,
                spread: subject.spread(&values)?,
                by_seed,
            })
        });
        points.collect()
    }

    /// One value a finished run that has one.
    fn each(&self, value: impl Fn(&RunRecord) -> Option<f64>) -> Vec<f64> {
        self.finished.iter().filter_map(|run| value(run)).collect()
    }
}

/// All runs on a task.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    pub(crate) name: &'a str,
    pub(crate) groups: Vec<Group<'a>>,
    /// The learner that the others are compared with, where it was run.
    pub(crate) baseline: Option<&'a str>,
    /// Learners that the report is about.
    pub(crate) subjects: Vec<&'a str>,
    /// Accuracy, or loss where there is none (regression).
    pub(crate) score: Metric,
    /// Those that are declared, in order.
    pub(crate) contrasts: Vec<Contrast>,
    /// The file that they come from, where it is not the experiment's own specification.
    pub(crate) contrasts_declared_in: Option<&'a str>,
    /// The trials of all tasks.
    pub(crate) trials: &'a [TrialRecord],
    /// By task and learner, where settings were searched.
    pub(crate) tuned_ranges: &'a BTreeMap<(String, String), BTreeMap<KeyPath, TunedRange>>,
    /// Swept keys, from the specification's root, whose values are spread over a logarithm.
    logarithmic: &'a BTreeSet<KeyPath>,
}

impl<'a> Task<'a> {
    /// Whether the values of the swept `key` are spread over a logarithm.
    pub(crate) fn is_logarithmic(&self, key: &KeyPath) -> bool {
        let mut keys = self.logarithmic.iter();
        keys.any(|whole| whole.segments().ends_with(key.segments()))
    }

    /// Hidden layers of its networks, where it has a finished run.
    pub(crate) fn n_hidden(&self) -> Option<usize> {
        let sizes = &self.first_finished()?.summary.sizes;
        sizes.len().checked_sub(2)
    }

    /// Whether runs of one seed had the same data in both.
    pub(crate) fn shares_data_with(&self, other: &Task<'_>) -> bool {
        let data = |run: &RunRecord| (run.summary.run.seed, run.provenance.data_checksum.clone());
        let own: BTreeSet<_> = self.finished().map(data).collect();
        other.finished().any(|run| own.contains(&data(run)))
    }

    fn finished(&self) -> impl Iterator<Item = &'a RunRecord> {
        self.groups
            .iter()
            .flat_map(|group| group.finished.iter().copied())
    }

    fn first_finished(&self) -> Option<&'a RunRecord> {
        self.finished().next()
    }

    /// Layers that any learner has a value of `metric` for, `None` being all together; in order, all
    /// together last.
    pub(crate) fn layers(&self, metric: Metric) -> Vec<Option<usize>> {
        let layers: BTreeSet<Option<usize>> = self
            .groups
            .iter()
            .flat_map(|group| &group.subjects)
            .filter(|subject| subject.metric == metric)
            .map(|subject| subject.layer)
            .collect();
        let each = layers.iter().filter(|layer| layer.is_some());
        let all = layers.iter().filter(|layer| layer.is_none());
        each.chain(all).copied().collect()
    }

    /// The group that `group` is compared with: that of the baseline, at the same point of the sweep if
    /// it is there.
    pub(crate) fn compared_with(&self, group: &Group<'_>) -> Option<&Group<'a>> {
        let is_baseline = |candidate: &&Group<'_>| Some(candidate.learner) == self.baseline;
        let mut candidates = self.groups.iter().filter(is_baseline);
        let same_point = |candidate: &&Group<'_>| candidate.point == group.point;
        let first = candidates.clone().next();
        candidates.find(same_point).or(first)
    }

    /// Training time per sample of `group` over that of the baseline, of mean times.
    pub(crate) fn time_ratio(&self, group: &Group<'_>) -> Option<f64> {
        let time = group.microseconds_per_sample(None)?;
        let baseline = self.compared_with(group)?.microseconds_per_sample(None)?;
        (baseline.mean > 0.0).then(|| time.mean / baseline.mean)
    }

    /// The swept keys of all groups, in order.
    pub(crate) fn swept_keys(&self) -> Vec<&'a KeyPath> {
        let points = self.groups.iter().flat_map(|group| &group.point.0);
        first_appearances(points.map(|swept| &swept.key))
    }

    /// On which processors and instruction sets times were taken, to follow `times`; none without times.
    pub(crate) fn times_taken(&self) -> Option<String> {
        let mut machines: Vec<String> = Vec::new();
        for run in self.finished() {
            let provenance = &run.provenance;
            let machine = format!("{}, {}", provenance.cpu, provenance.instruction_set);
            if run.summary.timing.samples_per_second.is_some() && !machines.contains(&machine) {
                machines.push(machine);
            }
        }
        match &machines[..] {
            [] => None,
            [only] => Some(format!("taken on {only}")),
            several => Some(format!(
                "taken on different processors or instruction sets and not comparable: {}",
                several.join("; ")
            )),
        }
    }

    /// Whether any learner was run at several points of a sweep.
    pub(crate) fn is_sweep(&self) -> bool {
        self.groups.iter().any(|group| !group.point.is_empty())
    }
}

/// The runs of an experiment by task, in the order of their first runs.
pub(crate) fn tasks(input: &ReportInput) -> Vec<Task<'_>> {
    let learners = first_appearances(input.runs.iter().map(|run| &*run.summary.run.learner));
    first_appearances(input.runs.iter().map(|run| &*run.summary.run.task))
        .into_iter()
        .map(|name| {
            let runs: Vec<&RunRecord> = input
                .runs
                .iter()
                .filter(|run| run.summary.run.task == name)
                .collect();
            let styles = styles(input, &learners, name);
            let mut groups: Vec<Group<'_>> = first_appearances(
                runs.iter()
                    .map(|run| (&*run.summary.run.learner, &run.summary.run.point)),
            )
            .into_iter()
            .map(|(learner, point)| {
                group(&runs, styles[position(&learner, &learners)], learner, point)
            })
            .collect();
            groups.sort_by_key(|group| learners.iter().position(|of| *of == group.learner));
            let accuracy = Subject::on(Metric::ACCURACY, PartName::Test);
            let is_classified = groups.iter().any(|group| {
                group.last(accuracy).is_some() || !group.over_epochs(accuracy).is_empty()
            });
            let score = if is_classified || groups.iter().all(|g| g.finished.is_empty()) {
                Metric::ACCURACY
            } else {
                Metric::LOSS
            };
            let baseline = input.baselines.get(name).map(String::as_str);
            let declared = input.contrasts.get(name);
            let subjects = input.subjects.iter().filter(|(task, _)| task == name);
            Task {
                name,
                contrasts: contrasts(&groups, score, declared),
                contrasts_declared_in: declared.and_then(|of| of.declared_in.as_deref()),
                baseline: baseline.filter(|of| groups.iter().any(|group| group.learner == *of)),
                subjects: subjects.map(|(_, learner)| &**learner).collect(),
                groups,
                score,
                trials: &input.trials,
                tuned_ranges: &input.tuned_ranges,
                logarithmic: &input.logarithmic,
            }
        })
        .collect()
}

/// Fails where runs cannot be reported together.
pub(crate) fn check(input: &ReportInput) -> Result<(), ReportError> {
    if input.runs.is_empty() {
        return Err(ReportError::NoRuns {
            experiment: input.experiment.clone(),
        });
    }
    let mut seen = BTreeSet::new();
    for record in &input.runs {
        let run = &record.summary.run;
        if record.summary.schema != SCHEMA_VERSION {
            return Err(ReportError::Schema {
                run: run.clone(),
                found: record.summary.schema,
                expected: SCHEMA_VERSION,
            });
        }
        if !seen.insert((&run.task, &run.learner, &run.point, run.seed)) {
            return Err(ReportError::DuplicateRun { run: run.clone() });
        }
    }
    Ok(())
}

fn group<'a>(
    runs: &[&'a RunRecord],
    style: LineStyle,
    learner: &'a str,
    point: &'a Point,
) -> Group<'a> {
    let points = first_appearances(
        runs.iter()
            .filter(|run| run.summary.run.learner == learner)
            .map(|run| &run.summary.run.point),
    );
    let mut members: Vec<&RunRecord> = runs
        .iter()
        .copied()
        .filter(|run| run.summary.run.learner == learner && run.summary.run.point == *point)
        .collect();
    members.sort_by_key(|run| run.summary.run.seed);
    let mut group = Group {
        learner,
        point,
        finished: Vec::new(),
        failed: Vec::new(),
        subjects: BTreeSet::new(),
        style: style.tinted(position(&point, &points), points.len()),
        own_style: style,
    };
    for run in members {
        match &run.summary.status {
            Status::Finished => group.finished.push(run),
            Status::Failed { error } => group.failed.push((run, error)),
        }
    }
    group.subjects = subjects(&group.finished);
    group
}

fn subjects(runs: &[&RunRecord]) -> BTreeSet<Subject> {
    let mut seen = BTreeSet::new();
    for run in runs {
        let by_epoch = run.epochs.iter().map(|record| &record.readings);
        // Of a run whose readings by epoch were not kept, the last are.
        for readings in by_epoch.chain([&run.summary.last]) {
            // One by one: to collect them would sort them all.
            for (of, _) in readings.pairs().filter(|(_, value)| value.is_some()) {
                seen.insert(Subject::of(of));
            }
        }
    }
    seen
}

fn position<T: PartialEq>(of: &T, among: &[T]) -> usize {
    among.iter().position(|a| a == of).unwrap_or(0)
}

fn first_appearances<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}
