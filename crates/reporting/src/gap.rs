//! The gap to the baseline, paired by seed.

use apical_learning::PartName;

use crate::group::{Group, Task};
use crate::statistics::Spread;
use crate::subject::Subject;

/// The test score of `group` less that of the baseline with the same seed, after the last epoch, over
/// the seeds that both finished; none for the baseline itself.
pub(crate) fn to_baseline(task: &Task<'_>, group: &Group<'_>) -> Option<Spread> {
    let baseline = task.compared_with(group)?;
    if std::ptr::eq(baseline, group) || group.learner == baseline.learner {
        return None;
    }
    let subject = Subject::on(task.score, PartName::Test);
    let others = baseline.by_seed();
    let gaps = group.finished.iter().filter_map(|run| {
        let other = others.get(&run.summary.run.seed)?;
        Some(subject.value(&run.summary.last)? - subject.value(&other.summary.last)?)
    });
    Spread::of(&gaps.collect::<Vec<_>>())
}
