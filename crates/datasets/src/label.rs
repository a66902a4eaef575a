//! Labels as they stand in a file, into class numbers.

use std::collections::{BTreeMap, HashMap};

use unicode_normalization::UnicodeNormalization;

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
    texts: Vec<Text>,
    known: HashMap<String, u32>,
}

#[derive(Debug)]
struct Text {
    trimmed: String,
    /// Whether it stands somewhere without spaces around it.
    is_bare: bool,
    /// As it stands with them, where it does.
    padded: Option<String>,
}

impl TextLabels {
    /// Takes a label as it stands in its cell; spaces around it do not count.
    pub(crate) fn push(&mut self, cell: &str) {
        let trimmed = cell.trim();
        let index = self.known.get(trimmed).copied().unwrap_or_else(|| {
            let index = self.texts.len() as u32;
            self.texts.push(Text {
                trimmed: trimmed.to_owned(),
                is_bare: false,
                padded: None,
            });
            self.known.insert(trimmed.to_owned(), index);
            index
        });
        let text = &mut self.texts[index as usize];
        if trimmed.len() == cell.len() {
            text.is_bare = true;
        } else if text.padded.is_none() {
            text.padded = Some(cell.to_owned());
        }
        self.indices.push(index);
    }

    /// Classes, by value where every label is a number below 2^53 and alphabetically otherwise, and
    /// what is to be said of labels that were taken for one, or that look like one and are not.
    pub(crate) fn number(&self) -> (ClassLabels, Vec<String>) {
        let values: Vec<Option<Value>> = self
            .texts
            .iter()
            .map(|text| Value::of(&text.trimmed))
            .collect();
        let name = |index: usize| self.texts[index].trimmed.clone();
        let all_values: Option<Vec<Value>> = values.iter().copied().collect();
        let of_texts = match &all_values {
            Some(values) => number_classes(values, name),
            None => {
                let texts = self.texts.iter().map(|text| text.trimmed.as_str());
                number_classes(&texts.collect::<Vec<_>>(), name)
            }
        };
        let classes = ClassLabels {
            labels: self
                .indices
                .iter()
                .map(|&index| of_texts.labels[index as usize])
                .collect(),
            names: of_texts.names,
        };
        let mut notes = Vec::new();
        let padded = self.texts.iter().filter(|text| text.is_bare);
        let padded: Vec<String> = padded
            .filter_map(|text| {
                Some(format!(
                    "{:?} for `{}`",
                    text.padded.as_ref()?,
                    text.trimmed
                ))
            })
            .collect();
        if !padded.is_empty() {
            let padded = listed(padded);
            notes.push(format!(
                "spaces around labels do not count: {padded} is taken"
            ));
        }
        let of_value = alike(
            self.texts
                .iter()
                .zip(values)
                .filter_map(|(text, value)| value.map(|value| (value, text.trimmed.as_str()))),
        );
        if !of_value.is_empty() {
            let of_value = listed(of_value);
            notes.push(match all_values {
                Some(_) => format!("labels that are equal as numbers are one class: {of_value}"),
                None => format!(
                    "labels that are equal as numbers are different classes, as not every label is a number: {of_value}; write them alike if they are one"
                ),
            });
        }
        if all_values.is_none() {
            let is_number = |text: &Text| text.trimmed.parse::<f64>().is_ok_and(f64::is_finite);
            let words: Vec<&Text> = self.texts.iter().filter(|text| !is_number(text)).collect();
            let samples = self.indices.iter();
            let n_numbers = samples.filter(|index| is_number(&self.texts[**index as usize]));
            if 2 * n_numbers.count() > self.indices.len() {
                let words = words.iter().map(|text| format!("`{}`", text.trimmed));
                let words = listed(words.collect());
                if !words.is_empty() {
                    notes.push(format!(
                        "most labels are numbers, and {words} is taken for a class as well: drop the row or fill the label if it stands for a missing one"
                    ));
                }
            }
            let look = self.texts.iter().map(|text| text.trimmed.as_str());
            let look = alike(look.map(|text| (appearance(text), text)));
            if !look.is_empty() {
                let look = listed(look);
                notes.push(format!(
                    "labels that look alike are different classes: {look}; write them alike if they are one"
                ));
            }
        }
        (classes, notes)
    }
}

/// Texts of the same key, where there are several.
fn alike<'a, K: Ord>(texts: impl Iterator<Item = (K, &'a str)>) -> Vec<String> {
    let mut groups = BTreeMap::<K, Vec<&str>>::new();
    for (key, text) in texts {
        groups.entry(key).or_default().push(text);
    }
    let several = groups.into_values().filter(|texts| texts.len() > 1);
    several
        .map(|texts| {
            let quoted: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
            quoted.join(" and ")
        })
        .collect()
}

/// The first of `items`, and how many more there are.
fn listed(items: Vec<String>) -> String {
    const MOST: usize = 5;
    let n_more = items.len().saturating_sub(MOST);
    let first = items[..items.len() - n_more].join("; ");
    match n_more {
        0 => first,
        _ => format!("{first}; and {n_more} more"),
    }
}

/// What a label looks like: in lower case, in one form of Unicode (NFKC), without what has no width,
/// with single spaces, and with Latin letters in place of Greek and Cyrillic ones of the same form.
fn appearance(text: &str) -> String {
    let has_no_width = |c: &char| {
        matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
    };
    let plain: String = text.nfkc().filter(|c| !has_no_width(c)).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let lower = words.join(" ").to_lowercase();
    lower.nfd().map(latin).nfc().collect()
}

/// The Latin small letter that looks like `c`, in its capital or its small form.
fn latin(c: char) -> char {
    const FOREIGN: &str = "авекмнорстухіјѕһԁԛԝүαβεζηικμνορτυχ";
    const LATIN: &str = "abekmhopctyxijshdqwyabezhikmnoptyx";
    let pairs = FOREIGN.chars().zip(LATIN.chars());
    let mut alike = pairs.filter_map(|(foreign, latin)| (foreign == c).then_some(latin));
    alike.next().unwrap_or(c)
}

/// A finite number, in order.
#[derive(Clone, Copy, PartialEq)]
struct Value(f64);

impl Value {
    /// The value of a label; nothing where doubles do not tell it from its neighbours.
    fn of(text: &str) -> Option<Self> {
        const FIRST_WITHOUT_NEIGHBOUR: f64 = (1_u64 << 53) as f64;
        let value: f64 = text.parse().ok()?;
        // −0 and 0 are one class.
        (value.abs() < FIRST_WITHOUT_NEIGHBOUR).then_some(Self(value + 0.0))
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
