//! Tasks with the same data that differ in their number of hidden layers.

use crate::figure::Omission;
use crate::group::{Group, Task};

/// A learner at every depth: the number of hidden layers, and its runs.
pub(in crate::figure) type Line<'t, 'a> = Vec<(usize, &'t Group<'a>)>;

/// The tasks with the data of `task` by the number of their hidden layers, for the first of them.
pub(in crate::figure) fn family<'t, 'a>(
    task: &Task<'_>,
    all: &'t [Task<'a>],
) -> Result<Vec<(usize, &'t Task<'a>)>, Omission> {
    let own = all.iter().filter(|other| other.shares_data_with(task));
    let mut family: Vec<_> = own.filter_map(|of| Some((of.n_hidden()?, of))).collect();
    let first = family.first().map(|(_, first)| first.name);
    family.sort_by_key(|(depth, _)| *depth);
    match &family[..] {
        [(shallow, _), .., (deep, _)] if shallow < deep => {}
        _ => return Err("no task with the same data has another number of hidden layers"),
    }
    if family.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err("two tasks with the same data have the same number of hidden layers");
    }
    match first == Some(task.name) {
        true => Ok(family),
        false => Err("it stands with the first task that has these data"),
    }
}

/// Every learner, at each depth that it has finished runs at.
pub(in crate::figure) fn lines<'t, 'a>(family: &[(usize, &'t Task<'a>)]) -> Vec<Line<'t, 'a>> {
    let mut lines: Vec<Line<'t, 'a>> = Vec::new();
    for (depth, task) in family {
        for group in task.groups.iter().filter(|of| !of.finished.is_empty()) {
            let is_own = |(_, of): &(usize, &Group<'_>)| {
                (of.learner, of.point) == (group.learner, group.point)
            };
            match lines.iter_mut().find(|line| is_own(&line[0])) {
                Some(line) => line.push((*depth, group)),
                None => lines.push(vec![(*depth, group)]),
            }
        }
    }
    lines
}
