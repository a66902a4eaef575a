//! Settings that tuning took at an edge of their range, beyond which better ones may lie.

use std::collections::BTreeMap;

use apical_learning::{KeyPath, TrialRecord};
use apical_reporting::TunedRange;
use toml::{Table, Value};

use crate::spec::{Range, Scale};

/// The share of a range, on its own scale, that counts as its edge.
const EDGE: f64 = 0.05;

/// The ranges of `spec`'s tuning by key.
pub(super) fn ranges(spec: &Table) -> BTreeMap<KeyPath, Range> {
    let space = spec.get("tuning").and_then(|tuning| tuning.get("space"));
    let space = space.and_then(Value::as_table).into_iter().flatten();
    let of =
        |(key, range): (&String, &Value)| Some((key.parse().ok()?, range.clone().try_into().ok()?));
    space.filter_map(of).collect()
}

/// What `trial` has at the edge of its range, in words, where it is the one that was taken.
pub(super) fn at_edges(ranges: &BTreeMap<KeyPath, Range>, trial: &TrialRecord) -> Vec<String> {
    let taken = trial.settings.iter().filter(|_| trial.chosen);
    let words = |(key, value): (&KeyPath, &f64)| {
        let range = ranges.get(key)?;
        let share = range.share(*value);
        let end = match () {
            () if share < EDGE => "lower",
            () if share > 1.0 - EDGE => "upper",
            () => return None,
        };
        let (from, to) = (range.from.as_f64(), range.to.as_f64());
        Some(format!(
            "`{key}` = {value} at the {end} end of {from} to {to}"
        ))
    };
    taken.filter_map(words).collect()
}

/// The range of every setting of `trial`, where it is known.
pub(super) fn tuned(
    ranges: &BTreeMap<KeyPath, Range>,
    trial: &TrialRecord,
) -> BTreeMap<KeyPath, TunedRange> {
    let of = |key: &KeyPath| {
        let range = ranges.get(key)?;
        let tuned = TunedRange {
            from: range.from.as_f64(),
            to: range.to.as_f64(),
            is_logarithmic: range.scale == Scale::Log,
        };
        Some((key.clone(), tuned))
    };
    trial.settings.keys().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_twentieth_of_a_range_on_its_scale_is_its_edge() {
        let spec: Table = "[tuning.space]\na.rate = 1\n\"x.rate\" = { from = 0.01, to = 1.0, scale = \"log\" }\n\"x.nudging\" = { from = 0.0, to = 1.0 }\n"
            .parse()
            .expect("TOML");
        let ranges = ranges(&spec);
        assert_eq!(ranges.len(), 2, "what is no range is left out");
        let trial = |rate: f64, nudging: f64, chosen| TrialRecord {
            schema: 1,
            task: "a".to_owned(),
            learner: "x".to_owned(),
            tuning: None,
            trial: 0,
            settings: BTreeMap::from([("x.rate".into(), rate), ("x.nudging".into(), nudging)]),
            seeds: vec![1],
            n_epochs: 1,
            judged_by: None,
            value: Some(1.0),
            failed: None,
            chosen,
            seconds: None,
        };
        // 0.012 is 4 % of the way from 0.01 to 1 on a logarithm.
        let found = at_edges(&ranges, &trial(0.012, 0.9, true));
        assert_eq!(found, ["`x.rate` = 0.012 at the lower end of 0.01 to 1"]);
        assert_eq!(at_edges(&ranges, &trial(0.05, 0.96, true)).len(), 1);
        assert!(at_edges(&ranges, &trial(0.05, 0.5, true)).is_empty());
        assert!(at_edges(&ranges, &trial(0.012, 0.0, false)).is_empty());
    }
}
