//! What stands under the results: how to read them, tuning, failures, and values that are absent.

use std::collections::{BTreeMap, BTreeSet};

use apical_learning::{JudgedBy, Status, TrialRecord};
use maud::html;

use super::{Attached, Part, TaskSection, Td, definitions, headings, prose, settings, table};
use crate::Cell;
use crate::ReportInput;
use crate::glossary::GLOSSARY;
use crate::markup::symbols;
use crate::number::ABSENT;

/// What scores, references and nulls mean.
pub(super) const MEANINGS: &[(&str, &str)] = &[
    (
        "Last and chosen epoch",
        "Test scores are read after the last epoch, and after the epoch with the best \
         validation score, the earliest among equals. No value is ever chosen on test data.",
    ),
    (
        "Update angle",
        "The angle between the weight change of a minibatch and the exact gradient at the same \
         weights, on the same minibatch. Thresholds are left out. Over all layers, the change \
         of each is first divided by its equivalent rate, and all are one vector: its angle also tells \
         how far the lengths of the layers’ steps are from those of the gradient, so that it may be \
         larger than the angle of every layer.",
    ),
    (
        "Potential reference",
        "The gradient for the output error φ′(u)(u* − u): the difference of target and actual \
         potential.",
    ),
    (
        "Squared-error reference",
        "The gradient for the output error φ′(u)(r* − r), that of the squared error of rates: \
         the difference of target and actual rate. A learner stands near 0° to the reference \
         that it descends; the two are never mixed.",
    ),
    (
        "Shuffled errors (null)",
        "The angle that remains when every neuron receives the error of another neuron of its \
         layer. Near 90° alignment is chance; lower values show how much of an angle the \
         activities alone explain.",
    ),
    (
        "Error and feedback angle",
        "The angle, averaged over samples, between the error that reaches hidden neurons and \
         that of backprop; and between the weights that bring it and the transposed forward \
         weights.",
    ),
    (
        "Markers",
        "Markers on lines over epochs and times tell learners apart; they stand at even \
         distances, not at measurements.",
    ),
    (
        "Interval",
        "Mean ± half width of the 95 % interval by Student’s t over seeds. A single seed has no \
         interval.",
    ),
    (
        "Time",
        "Training alone: data, dynamics and plasticity, or forward and backward pass. Measuring \
         is not counted. The ratio is that of mean times.",
    ),
];

/// What numbers mean, and the glossary to open.
pub(super) fn meanings<S: AsRef<str>>(terms: &[(S, S)]) -> Part {
    let glossary: Vec<(String, String)> = GLOSSARY
        .iter()
        .map(|term| {
            let also = match term.also {
                [] => String::new(),
                also => format!(" ({})", also.join(", ")),
            };
            (
                symbols(&format!("{}{also}", term.name)),
                symbols(term.meaning),
            )
        })
        .collect();
    let body = html! {
        (definitions(terms))
        details { summary { "All terms" } (definitions(&glossary)) }
    };
    Part::new("meanings", "What the numbers mean", body)
}

/// How often each learner was tuned, and what was taken.
pub(super) fn tuning(
    input: &ReportInput,
    files: &[(&str, &[u8])],
    attached: &mut Attached,
) -> Option<Part> {
    let mut learners: Vec<(&str, &str, Option<usize>)> = Vec::new();
    for trial in &input.trials {
        let key = (&*trial.task, &*trial.learner, trial.tuning);
        if !learners.contains(&key) {
            learners.push(key);
        }
    }
    if learners.is_empty() {
        return None;
    }
    let has_several = learners.iter().any(|(_, _, tuning)| tuning.is_some());
    let row = |(task, learner, tuning): (&str, &str, Option<usize>)| {
        let is_it = |t: &&TrialRecord| t.task == task && t.learner == learner && t.tuning == tuning;
        let called = match tuning {
            Some(index) => format!("{learner}, tuning {}", index + 1),
            None => learner.to_owned(),
        };
        let of = || input.trials.iter().filter(is_it);
        let chosen = of().find(|trial| trial.chosen);
        let value = chosen.and_then(|trial| trial.value);
        let absent = || ABSENT.to_owned();
        let n_failed = of().filter(|trial| trial.value.is_none()).count();
        let n_runs = of().map(|trial| trial.seeds.len()).sum();
        // Of trials without a time, the sum would say too little.
        let seconds: Option<Vec<f64>> = of()
            .filter(|trial| trial.value.is_some())
            .map(|trial| trial.seconds)
            .collect();
        let seconds = seconds.filter(|all| !all.is_empty());
        let seconds = seconds.map(|all| all.iter().sum::<f64>());
        vec![
            Td::of(html! { (task) }),
            Td::of(html! { (called) }),
            Td::from(&Cell::Count(Some(of().count()))),
            Td::from(&Cell::Count(Some(n_failed))),
            Td::from(&Cell::Count(Some(n_runs))),
            Td::from(&Cell::Number(seconds, 3)),
            Td::of(html! { (chosen.map_or_else(absent, |trial| settings(&trial.settings))) }),
            Td::from(&Cell::Number(value, 4)),
        ]
    };
    let columns = [
        "task",
        "learner",
        "trials",
        "failed",
        "runs",
        "time (s)",
        "settings taken",
        "validation",
    ];
    let body = html! {
        p {
            "Settings were chosen on validation data, on seeds apart from the reported ones. Runs are trials times their \
             seeds; time is their training time, failed trials not counted. " (judged(&input.trials))
            @if has_several {
                " Tunings have seeds and trials of their own, and reported seeds take their settings in turn: 0 those of tuning \
                 1, and so on."
            }
        }
        (table("text sortable", Some(headings(columns)), learners.into_iter().map(row)))
        @let others = other_lengths(input);
        @if !input.at_edge.is_empty() || !others.is_empty() {
            ul.warning {
                @for of in others {
                    li { (of) }
                }
                @for ((task, learner), settings) in &input.at_edge {
                    li {
                        (task) ", " (learner) ": tuning took "
                        (prose(&settings.join(", "))) "; beyond it there may be better ones."
                    }
                }
            }
        }
        @for (path, bytes) in files.iter().filter(|(path, _)| *path == "trials.csv") {
            p.note { "All trials: " (attached.csv(path, bytes)) }
        }
    };
    Some(Part::new("tuning", "Tuning", body))
}

/// Which epoch trials are judged by.
fn judged(trials: &[TrialRecord]) -> &'static str {
    match trials.iter().find_map(|trial| trial.judged_by) {
        Some(JudgedBy::LastEpoch) => {
            "A trial is judged by its last epoch, as the test score that tables lead with is."
        }
        // As old records are.
        Some(JudgedBy::ChosenEpoch) | None => {
            "A trial is judged by the epoch at which validation is best, so that its score is to be set beside \
             those of the chosen epoch, not of the last."
        }
    }
}

/// Learners whose trials had other epochs than the runs that are reported, in words.
fn other_lengths(input: &ReportInput) -> Vec<String> {
    let mut lengths = BTreeSet::new();
    for trial in input.trials.iter().filter(|trial| trial.chosen) {
        for run in &input.runs {
            let key = &run.summary.run;
            let n_epochs = run.summary.n_epochs;
            let is_its = (&*key.task, &*key.learner) == (&*trial.task, &*trial.learner);
            if is_its && run.summary.status == Status::Finished && n_epochs != trial.n_epochs {
                lengths.insert((&*key.task, &*key.learner, trial.n_epochs, n_epochs));
            }
        }
    }
    let words = |(task, learner, of_trials, of_runs): (&str, &str, usize, usize)| {
        format!(
            "{task}, {learner}: epochs of a trial: {of_trials}, of the reported runs: {of_runs}; what is best after the \
             one need not be after the other."
        )
    };
    lengths.into_iter().map(words).collect()
}

/// The runs that failed, with their errors.
pub(super) fn failed(sections: &[TaskSection<'_>]) -> Option<Part> {
    let with_task = |section| {
        let TaskSection { task, .. }: &TaskSection<'_> = section;
        task.groups.iter().map(move |group| (task.name, group))
    };
    let groups = sections.iter().flat_map(with_task);
    let failed: Vec<_> = groups
        .filter(|(_, group)| !group.failed.is_empty())
        .collect();
    if failed.is_empty() {
        return None;
    }
    let body = html! {
            ul {
                @for (task, group) in failed {
                    @let (n_failed, n_finished) = (group.failed.len(), group.finished.len());
                    li {
                        (task) ", " (group.label()) ": " (n_failed) " of " (n_failed + n_finished)
                        " failed"
                        ul {
                            @for (run, error) in &group.failed {
                                li {
                                    "seed " (run.summary.run.seed) ", after "
                                    (run.summary.n_epochs) " epochs: " (error)
                                }
                            }
                        }
                    }
                }
            }
    };
    Some(Part {
        class: Some("failed"),
        ..Part::new("failed", "Failed runs", body)
    })
}

/// Values that are absent after the last epoch, and why.
pub(super) fn absent(sections: &[TaskSection<'_>]) -> Option<Part> {
    let mut reasons: BTreeMap<(&str, String, &str), Vec<String>> = BTreeMap::new();
    for section in sections {
        for group in &section.task.groups {
            for run in &group.finished {
                for (reading, value) in run.summary.last.pairs() {
                    let (None, Some(reason)) = (value, reading.absent.as_deref()) else {
                        continue;
                    };
                    let names = reasons
                        .entry((section.task.name, group.label(), reason))
                        .or_default();
                    let name = reading.metric.info().name.replace('_', " ");
                    let name = match reading.layer {
                        Some(k) => format!("{name} of layer {k}"),
                        None => name,
                    };
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
    }
    if reasons.is_empty() {
        return None;
    }
    let body = html! {
        details {
            summary { "Measurements without a value after the last epoch, and why" }
            ul {
                @for ((task, learner, reason), names) in reasons {
                    li { (task) ", " (learner) ": " (names.join(", ")) " (" (reason) ")" }
                }
            }
        }
    };
    Some(Part::new("absent", "Values that are absent", body))
}
