//! contrasts.csv: every contrast at both epochs, in numbers.

use std::collections::BTreeSet;

use apical_learning::KeyPath;

use super::{Contrast, VerdictEpoch};
use crate::csv::{Csv, number};
use crate::group::Task;
use crate::statistics::{Needed, Verdict};

/// All contrasts of `tasks`, one row for each and epoch; none without any.
pub(crate) fn csv(tasks: &[Task<'_>]) -> Option<Vec<u8>> {
    let keys: BTreeSet<&KeyPath> = tasks.iter().flat_map(Task::swept_keys).collect();
    let keys: Vec<&KeyPath> = keys.into_iter().collect();
    let mut csv: Option<Csv> = None;
    for task in tasks {
        for contrast in &task.contrasts {
            for epoch in VerdictEpoch::ALL {
                let (header, cells): (Vec<String>, Vec<String>) =
                    row(task, contrast, epoch, &keys).into_iter().unzip();
                csv.get_or_insert_with(|| Csv::new(&header)).row(&cells);
            }
        }
    }
    csv.map(Csv::into_bytes)
}

/// Columns and cells.
fn row(
    task: &Task<'_>,
    contrast: &Contrast,
    epoch: VerdictEpoch,
    keys: &[&KeyPath],
) -> Vec<(String, String)> {
    let at = contrast.at(epoch);
    let n_pairs = at.differences.len();
    let comparison = at.comparison;
    let spread = at.spread();
    let mean = spread.map(|of| of.mean);
    let half_width_95 = spread.and_then(|of| of.half_width);
    let half_width_90 = comparison.and_then(|of| of.half_width_90);
    let end = |sign: f64, half_width: Option<f64>| {
        number(mean.zip(half_width).map(|(mean, half)| mean + sign * half))
    };
    let sign_flip = comparison.map(|of| of.sign_flip);
    let wilcoxon = comparison.and_then(|of| of.wilcoxon);
    // It is drawn from one epoch alone.
    let verdict = Some(contrast.verdict).filter(|_| epoch == contrast.epoch);
    let (n_needed, is_over) = match verdict {
        Some(Verdict::Undecided {
            needed: Some(needed),
        }) => match needed {
            Needed::Seeds(n) => (n.to_string(), "false"),
            Needed::Over(n) => (n.to_string(), "true"),
        },
        _ => (String::new(), ""),
    };
    let is_different = match verdict {
        Some(Verdict::Equivalent { but_different }) => but_different.to_string(),
        _ => String::new(),
    };
    let groups = contrast
        .groups
        .map(|(a, b)| [a, b].map(|index| &task.groups[index]));
    let [learner, other] = match groups {
        Some(groups) => groups.map(|group| group.learner.to_owned()),
        None => [contrast.learner.clone(), contrast.other.clone()],
    };
    let [variant, other_variant] = match groups {
        Some(groups) => groups.map(|group| group.point.to_string()),
        None => Default::default(),
    };
    let n_drawn = sign_flip.and_then(|of| of.n_drawn);
    let words = |word: Option<&str>| word.unwrap_or_default().to_owned();
    let cells = [
        ("task", task.name.to_owned()),
        ("learner", learner),
        ("variant", variant),
        ("other", other),
        ("other_variant", other_variant),
        ("epoch", epoch.name().to_owned()),
        ("score", task.score.info().name.to_owned()),
        ("n_pairs", n_pairs.to_string()),
        ("n_seeds", contrast.n_seeds.to_string()),
        ("n_failed", contrast.n_failed.to_string()),
        (
            "n_unpaired",
            (contrast.n_seeds - contrast.n_failed - n_pairs).to_string(),
        ),
        ("difference_mean", number(mean)),
        (
            "standard_deviation",
            number(spread.and_then(|of| of.standard_deviation)),
        ),
        ("interval_95_low", end(-1.0, half_width_95)),
        ("interval_95_high", end(1.0, half_width_95)),
        ("interval_90_low", end(-1.0, half_width_90)),
        ("interval_90_high", end(1.0, half_width_90)),
        ("sign_flip_p", number(sign_flip.map(|of| of.p))),
        ("sign_flip_method", words(sign_flip.map(|of| of.method()))),
        (
            "sign_flip_n_drawn",
            n_drawn.map_or_else(String::new, |n| n.to_string()),
        ),
        ("holm_p", number(at.holm_p)),
        ("holm_n_contrasts", task.contrasts.len().to_string()),
        ("wilcoxon_p", number(wilcoxon.map(|of| of.p))),
        ("wilcoxon_method", words(wilcoxon.map(|of| of.method()))),
        ("margin", number(contrast.margin)),
        ("tost_p", number(at.tost_p)),
        ("verdict", words(verdict.map(|of| of.name()))),
        ("equivalent_but_different", is_different),
        ("n_needed", n_needed),
        ("n_needed_is_over", is_over.to_owned()),
    ];
    let swept = |key: &&KeyPath| groups.and_then(|[own, _]| own.swept(&[*key]).pop().flatten());
    let swept = keys
        .iter()
        .map(|key| (key.to_string(), swept(key).unwrap_or_default()));
    let cells = cells.map(|(column, cell)| (column.to_owned(), cell));
    cells.into_iter().chain(swept).collect()
}
