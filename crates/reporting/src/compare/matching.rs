//! Which arms of two folders belong together, and which differences of them do not matter.

use std::collections::{BTreeMap, BTreeSet};

use super::{Arm, CompareError};

/// Arms of the first folder, each with the one of the second.
pub(super) type Matched<'a> = Vec<(&'a Arm, &'a Arm)>;

/// The arms that `pairs` name, or those of one name where none is named.
pub(super) fn matched<'a>(
    left: &'a [Arm],
    right: &'a [Arm],
    pairs: &[String],
) -> Result<Matched<'a>, CompareError> {
    let lists = || (listed(left), listed(right));
    if pairs.is_empty() {
        let same = |arm: &'a Arm| {
            let mut others = right.iter();
            Some((arm, others.find(|other| other.name == arm.name)?))
        };
        let matched: Matched<'a> = left.iter().filter_map(same).collect();
        if matched.is_empty() {
            let (left, right) = lists();
            return Err(CompareError::Apart { left, right });
        }
        return Ok(matched);
    }
    let mut matched = Vec::new();
    for pair in pairs {
        let wrong = |what| {
            let (left, right) = lists();
            CompareError::Pair {
                pair: pair.clone(),
                what,
                left,
                right,
            }
        };
        // A name may have the sign in it.
        let signs = pair.match_indices('=');
        let halves = signs.map(|(at, _)| (&pair[..at], &pair[at + 1..]));
        let called = |arms: &'a [Arm], name: &str| -> Vec<&'a Arm> {
            arms.iter().filter(|arm| arm.is_called(name)).collect()
        };
        let found = halves.map(|(a, b)| (called(left, a), called(right, b)));
        let mut found = found.filter(|(a, b)| !a.is_empty() && !b.is_empty());
        let (own, others) = found
            .next()
            .ok_or_else(|| wrong("both names of arms, such as LEARNER or TASK/LEARNER"))?;
        if let ([own], [other]) = (&own[..], &others[..]) {
            matched.push((*own, *other));
            continue;
        }
        let beside = |arm: &&'a Arm| -> Option<(&'a Arm, &'a Arm)> {
            let mut same = others.iter().filter(|other| other.place() == arm.place());
            Some((*arm, *same.next()?))
        };
        let all: Matched<'a> = own.iter().filter_map(beside).collect();
        if all.is_empty() {
            return Err(wrong("which are on no task together"));
        }
        matched.extend(all);
    }
    Ok(matched)
}

/// Margins by quantity; under the empty name that of scores.
pub(super) fn margins(
    given: &[String],
    matched: &[(&Arm, &Arm)],
) -> Result<BTreeMap<String, f64>, CompareError> {
    let quantities = matched
        .iter()
        .flat_map(|(arm, _)| arm.runs.values())
        .flat_map(|run| run.values.iter().map(|(quantity, _)| quantity));
    let known: BTreeSet<&str> = quantities.map(|quantity| &*quantity.name).collect();
    let mut margins = BTreeMap::new();
    for text in given {
        let (name, number) = text.rsplit_once('=').unwrap_or(("", text));
        let wrong = |expected: String| CompareError::Margin {
            given: text.clone(),
            expected,
        };
        if !name.is_empty() && !known.contains(name) {
            let known: Vec<&str> = known.iter().copied().collect();
            return Err(wrong(format!("one of {}", known.join(", "))));
        }
        let margin = number.parse().ok();
        let margin = margin.filter(|margin: &f64| *margin > 0.0 && margin.is_finite());
        let margin = margin.ok_or_else(|| wrong("a positive number".to_owned()))?;
        margins.insert(name.to_owned(), margin);
    }
    Ok(margins)
}

/// Their names, as far as a message has place.
fn listed(arms: &[Arm]) -> String {
    const MOST: usize = 8;
    let mut names: Vec<String> = arms
        .iter()
        .take(MOST)
        .map(|arm| format!("`{}`", arm.label()))
        .collect();
    if arms.len() > MOST {
        names.push(format!("{} more", arms.len() - MOST));
    }
    match names.is_empty() {
        true => "none".to_owned(),
        false => names.join(", "),
    }
}
