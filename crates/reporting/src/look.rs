//! How learners look: by their places of the palette.

use std::collections::BTreeSet;

use crate::ReportInput;
use crate::palette::{LearnerPlace, LineStyle};

/// How every learner of `task` looks: by its place of the palette, the same on every task.
pub(crate) fn styles<'a>(
    input: &'a ReportInput,
    learners: &[&'a str],
    task: &str,
) -> Vec<LineStyle> {
    let place_of = |learner: &str| {
        let on_any_task = || input.places.iter().find(|((_, name), _)| name == learner);
        let own = input.places.get(&(task.to_owned(), learner.to_owned()));
        own.or_else(|| on_any_task().map(|(_, place)| place))
            .copied()
    };
    let taken: BTreeSet<usize> = input.places.values().map(|place| place.kind).collect();
    let free = (0..).filter(|kind| !taken.contains(kind));
    let mut free = free.map(LearnerPlace::from);
    let mut places: Vec<LearnerPlace> = Vec::new();
    let nth = |places: &[LearnerPlace], place| places.iter().filter(|own| **own == place).count();
    let style = |learner: &&str| {
        let place = place_of(learner)
            .or_else(|| free.next())
            .unwrap_or_default();
        let style = LineStyle::at(place, nth(&places, place));
        places.push(place);
        style
    };
    learners.iter().map(style).collect()
}
