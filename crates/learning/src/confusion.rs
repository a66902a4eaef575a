//! Which classes are taken for which.

use serde::{Deserialize, Serialize};

/// How many samples of each class were taken for each, `[n_classes][n_classes]`: true class, predicted class.
///
/// In records a row is a text, its counts between blanks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Confusion {
    counts: Vec<Vec<u32>>,
}

impl Confusion {
    /// Of more classes than these nothing is counted: records and pages stay small.
    pub const MOST_CLASSES: usize = 50;

    /// No sample of `n_classes` yet; nothing where these are too many.
    pub fn none_of(n_classes: usize) -> Option<Self> {
        let counts = || vec![vec![0; n_classes]; n_classes];
        (n_classes <= Self::MOST_CLASSES).then(|| Self { counts: counts() })
    }

    /// A sample of class `label` was taken for one of class `predicted`.
    pub(crate) fn add(&mut self, label: usize, predicted: usize) {
        let row = self.counts.get_mut(label);
        if let Some(count) = row.and_then(|row| row.get_mut(predicted)) {
            *count += 1;
        }
    }

    /// The counts.
    pub fn counts(&self) -> &[Vec<u32>] {
        &self.counts
    }

    /// The share of all samples that were taken for what they are, %; none without samples.
    pub fn accuracy(&self) -> Option<f64> {
        let n_samples: u32 = self.counts.iter().flatten().sum();
        let n_correct: u32 = (self.counts.iter().enumerate())
            .map(|(class, row)| row[class])
            .sum();
        // In the order of the metric's own division, for the same bits.
        (n_samples > 0).then(|| 100.0 * f64::from(n_correct) / f64::from(n_samples))
    }
}

impl From<Confusion> for Vec<String> {
    fn from(of: Confusion) -> Self {
        let row = |row: &Vec<u32>| row.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
        of.counts.iter().map(row).collect()
    }
}

impl TryFrom<Vec<String>> for Confusion {
    type Error = String;

    fn try_from(rows: Vec<String>) -> Result<Self, String> {
        let n_classes = rows.len();
        let row = |text: &String| -> Option<Vec<u32>> {
            let counts = text
                .split(' ')
                .map(str::parse)
                .collect::<Result<Vec<u32>, _>>();
            counts.ok().filter(|counts| counts.len() == n_classes)
        };
        let counts: Option<Vec<Vec<u32>>> = rows.iter().map(row).collect();
        let whole = |counts: &Vec<Vec<u32>>| {
            let sum = counts
                .iter()
                .flatten()
                .try_fold(0_u32, |sum, n| sum.checked_add(*n));
            n_classes <= Self::MOST_CLASSES && sum.is_some()
        };
        let counts = counts.filter(whole).ok_or_else(|| {
            format!(
                "expected as many counts in every row as there are rows, {} at most",
                Self::MOST_CLASSES
            )
        })?;
        Ok(Self { counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_texts_and_what_is_no_square_is_refused() {
        let mut of = Confusion::none_of(2).expect("few classes");
        assert_eq!(of.accuracy(), None);
        for (label, predicted) in [(0, 0), (0, 0), (1, 0), (1, 1), (7, 0), (0, 7)] {
            of.add(label, predicted);
        }
        let text = serde_json::to_string(&of).expect("JSON");
        assert_eq!(text, r#"["2 0","1 1"]"#);
        let again: Confusion = serde_json::from_str(&text).expect("counts");
        assert_eq!((again.accuracy(), &again), (Some(75.0), &of));
        for bad in [
            r#"["1 2"]"#,
            r#"["1 x","0 0"]"#,
            r#"["1 -2","0 0"]"#,
            r#"["4294967295 1","0 0"]"#,
        ] {
            serde_json::from_str::<Confusion>(bad).expect_err(bad);
        }
        assert_eq!(Confusion::none_of(51), None);
    }
}
