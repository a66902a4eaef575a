//! Which classes learners take for which, over runs.

use apical_learning::{Confusion, RunRecord};

use crate::figure::Omission;
use crate::group::{Group, Task};

/// The counts of a learner's finished runs that have some.
pub(in crate::figure) struct Counted<'t, 'a> {
    pub(in crate::figure) group: &'t Group<'a>,
    pub(in crate::figure) runs: Vec<&'a Confusion>,
}

impl Counted<'_, '_> {
    /// `[true class][predicted class]`, over all runs.
    pub(in crate::figure) fn pooled(&self, n_classes: usize) -> Vec<Vec<u64>> {
        let mut sum = vec![vec![0; n_classes]; n_classes];
        for (class, row) in sum.iter_mut().enumerate() {
            for (predicted, count) in row.iter_mut().enumerate() {
                let of_run = |run: &&Confusion| u64::from(run.counts()[class][predicted]);
                *count = self.runs.iter().map(of_run).sum();
            }
        }
        sum
    }

    /// Of every run with samples of `class`, the share of them that it takes for what they are, %.
    pub(in crate::figure) fn accuracies(&self, class: usize) -> Vec<f64> {
        let of_run = |run: &&Confusion| {
            let row = &run.counts()[class];
            let n: u32 = row.iter().sum();
            (n > 0).then(|| 100.0 * f64::from(row[class]) / f64::from(n))
        };
        self.runs.iter().filter_map(of_run).collect()
    }
}

/// Every learner's counts, and the number of classes.
pub(in crate::figure) fn counted<'t, 'a>(
    task: &'t Task<'a>,
) -> Result<(Vec<Counted<'t, 'a>>, usize), Omission> {
    let confusion = |run: &&'a RunRecord| run.summary.confusion.as_ref();
    let of_group = |group: &'t Group<'a>| Counted {
        group,
        runs: group.finished.iter().filter_map(confusion).collect(),
    };
    let counted = task.groups.iter().map(of_group);
    let counted: Vec<Counted<'_, '_>> = counted.filter(|of| !of.runs.is_empty()).collect();
    let mut sizes = counted
        .iter()
        .flat_map(|of| of.runs.iter().map(|run| run.counts().len()));
    let Some(n_classes) = sizes.next() else {
        return Err(
            "no finished run has counts of classes: it is no classification, has more than 50 classes, or is an old record",
        );
    };
    match sizes.all(|n| n == n_classes) {
        true => Ok((counted, n_classes)),
        false => Err("runs differ in their number of classes"),
    }
}
