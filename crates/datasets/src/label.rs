//! Labels as they stand in a file, into class numbers.

use std::collections::BTreeMap;

/// Class numbers from 0 and the names of the classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClassLabels {
    pub(crate) labels: Vec<u32>,
    pub(crate) names: Vec<String>,
}

/// Classes in ascending order of `keys`; a class is named as where it first occurs.
pub(crate) fn number_classes<K: Ord + Copy>(
    keys: &[K],
    name: impl Fn(usize) -> String,
) -> ClassLabels {
    let mut first = BTreeMap::new();
    for (sample, &key) in keys.iter().enumerate() {
        first.entry(key).or_insert(sample);
    }
    let names = first.values().map(|&sample| name(sample)).collect();
    let numbers: BTreeMap<K, u32> = first.into_keys().zip(0..).collect();
    ClassLabels {
        labels: keys.iter().map(|key| numbers[key]).collect(),
        names,
    }
}

/// Classes of text labels: by value where every label is a number, alphabetically otherwise.
pub(crate) fn number_text_labels(texts: &[String]) -> ClassLabels {
    let values: Option<Vec<Value>> = texts
        .iter()
        .map(|text| {
            text.parse()
                .ok()
                .filter(|value: &f64| value.is_finite())
                .map(Value::new)
        })
        .collect();
    let name = |sample: usize| texts[sample].clone();
    match values {
        Some(values) => number_classes(&values, name),
        None => number_classes(&texts.iter().map(String::as_str).collect::<Vec<_>>(), name),
    }
}

/// A finite number, in order.
#[derive(Clone, Copy, PartialEq)]
struct Value(f64);

impl Value {
    fn new(value: f64) -> Self {
        // −0 and 0 are one class.
        Self(value + 0.0)
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
