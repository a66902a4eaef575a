//! Labels as they stand in a file, into class numbers.

use std::collections::{BTreeMap, HashMap};

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

/// Labels as text, each text kept once.
#[derive(Debug, Default)]
pub(crate) struct TextLabels {
    /// Of each sample, the index of its text.
    indices: Vec<u32>,
    /// In the order in which they first occur.
    texts: Vec<String>,
    known: HashMap<String, u32>,
}

impl TextLabels {
    pub(crate) fn push(&mut self, text: &str) {
        let index = self.known.get(text).copied().unwrap_or_else(|| {
            let index = self.texts.len() as u32;
            self.texts.push(text.to_owned());
            self.known.insert(text.to_owned(), index);
            index
        });
        self.indices.push(index);
    }

    pub(crate) fn len(&self) -> usize {
        self.indices.len()
    }

    /// Classes: by value where every label is a number, alphabetically otherwise.
    pub(crate) fn number(&self) -> ClassLabels {
        let finite = |text: &String| text.parse().ok().filter(|value: &f64| value.is_finite());
        let values: Option<Vec<Value>> = self
            .texts
            .iter()
            .map(|text| finite(text).map(Value::new))
            .collect();
        let name = |index: usize| self.texts[index].clone();
        let of_texts = match values {
            Some(values) => number_classes(&values, name),
            None => {
                let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
                number_classes(&texts, name)
            }
        };
        ClassLabels {
            labels: self
                .indices
                .iter()
                .map(|&index| of_texts.labels[index as usize])
                .collect(),
            names: of_texts.names,
        }
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
