//! What stands under the results: how to read them, tuning, failures, and values that are absent.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{TaskSection, push, settings};
use crate::ReportInput;
use crate::number::{ABSENT, significant};
use crate::text::escape;

/// What scores, references and nulls mean.
pub(super) fn reading(out: &mut String) {
    out.push_str(
        "<section>\n<h2>What the numbers mean</h2>\n<dl>\n\
         <div><dt>Last and chosen epoch</dt><dd>Test scores are read after the last epoch, and after the \
         epoch with the best validation score, the earliest among equals. No value is ever chosen on \
         test data.</dd></div>\n\
         <div><dt>Update angle</dt><dd>The angle between the weight change of a minibatch and the exact \
         gradient at the same weights, on the same minibatch. Thresholds are left out. Over all layers, the \
         change of each is first divided by its equivalent rate, so that the angle tells of directions \
         and not of how rates were chosen.</dd></div>\n\
         <div><dt>Potential reference</dt><dd>The gradient for the output error \
         φ′(u)(u* − u): the difference of target and actual potential.</dd></div>\n\
         <div><dt>Squared-error reference</dt><dd>The gradient for the output error \
         φ′(u)(r* − r), that of the squared error of rates: the difference of target and actual rate. \
         A learner stands near 0° to the reference that it descends; the two are never mixed.</dd></div>\n\
         <div><dt>Shuffled errors (null)</dt><dd>The angle that remains when every neuron receives the \
         error of another neuron of its layer. Near 90° alignment is chance; lower values show how \
         much of an angle the activities alone explain.</dd></div>\n\
         <div><dt>Error and feedback angle</dt><dd>The angle, averaged over samples, between the error \
         that reaches hidden neurons and that of backprop; and between the weights that bring it and the \
         transposed forward weights.</dd></div>\n\
         <div><dt>Markers</dt><dd>Markers on lines over epochs and times tell learners apart; they stand \
         at even distances, not at measurements.</dd></div>\n\
         <div><dt>Interval</dt><dd>Mean ± half width of the 95 % interval by Student’s t over seeds. A \
         single seed has no interval.</dd></div>\n\
         <div><dt>Time</dt><dd>Training alone: data, dynamics and plasticity, or forward and backward \
         pass. Measuring is not counted. The ratio is that of mean times.</dd></div>\n\
         </dl>\n</section>\n",
    );
}

/// How often each learner was tuned, and what was taken.
pub(super) fn tuning(out: &mut String, input: &ReportInput) {
    if input.trials.is_empty() {
        return;
    }
    out.push_str(
        "<section>\n<h2>Tuning</h2>\n<p>Settings were chosen on validation data, on seeds apart from \
         the reported ones.</p>\n<div class=\"scroll\">\n<table class=\"text\">\n<thead><tr>\
         <th scope=\"col\">task</th><th scope=\"col\">learner</th><th scope=\"col\">trials</th>\
         <th scope=\"col\">failed</th><th scope=\"col\">settings taken</th>\
         <th scope=\"col\">validation</th></tr></thead>\n<tbody>\n",
    );
    let mut learners: Vec<(&str, &str)> = Vec::new();
    for trial in &input.trials {
        let key = (&*trial.task, &*trial.learner);
        if !learners.contains(&key) {
            learners.push(key);
        }
    }
    for (task, learner) in learners {
        let of = || {
            let is_it =
                move |t: &&apical_learning::TrialRecord| t.task == task && t.learner == learner;
            input.trials.iter().filter(is_it)
        };
        let chosen = of().find(|trial| trial.chosen);
        let value = chosen.and_then(|trial| trial.value);
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(task),
            escape(learner),
            of().count(),
            of().filter(|trial| trial.value.is_none()).count(),
            chosen.map_or_else(
                || ABSENT.to_owned(),
                |trial| escape(&settings(&trial.settings))
            ),
            value.map_or_else(|| ABSENT.to_owned(), |value| significant(value, 4)),
        );
    }
    out.push_str(
        "</tbody>\n</table>\n</div>\n<p class=\"note\">All trials: <a href=\"trials.csv\">CSV</a></p>\n\
         </section>\n",
    );
}

/// The runs that failed, with their errors.
pub(super) fn failed(out: &mut String, sections: &[TaskSection<'_>]) {
    let groups = || {
        sections
            .iter()
            .flat_map(|section| {
                section
                    .task
                    .groups
                    .iter()
                    .map(move |g| (section.task.name, g))
            })
            .filter(|(_, group)| !group.failed.is_empty())
    };
    if groups().next().is_none() {
        return;
    }
    out.push_str("<section class=\"failed\">\n<h2>Failed runs</h2>\n<ul>\n");
    for (task, group) in groups() {
        let n = group.failed.len();
        let _ = write!(
            out,
            "<li>{}, {}: {n} of {} failed<ul>",
            escape(task),
            escape(&group.label()),
            n + group.finished.len()
        );
        for (run, error) in &group.failed {
            let _ = write!(
                out,
                "<li>seed {}, after {} epochs: {}</li>",
                run.summary.run.seed,
                run.summary.n_epochs,
                escape(error)
            );
        }
        out.push_str("</ul></li>\n");
    }
    out.push_str("</ul>\n</section>\n");
}

/// Values that are absent after the last epoch, and why.
pub(super) fn absent(out: &mut String, sections: &[TaskSection<'_>]) {
    let mut reasons: BTreeMap<(&str, String, &str), Vec<String>> = BTreeMap::new();
    for section in sections {
        for group in &section.task.groups {
            for run in &group.finished {
                for reading in &run.summary.last {
                    let (None, Some(reason)) = (reading.value, &reading.absent) else {
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
        return;
    }
    out.push_str(
        "<section>\n<h2>Values that are absent</h2>\n<details>\n<summary>Measurements without a value \
         after the last epoch, and why</summary>\n<ul>\n",
    );
    for ((task, learner, reason), names) in reasons {
        let line = format!("{task}, {learner}: {} ({reason})", names.join(", "));
        push(out, "li", "", &line);
    }
    out.push_str("</ul>\n</details>\n</section>\n");
}
