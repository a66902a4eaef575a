//! What was compared, for people and for programs.

use serde_json::{Value, json};

use super::{ArmPair, Compared, Difference};
use crate::cell::Cell;
use crate::number::{Decimals, spread};
use crate::plain_table::PlainTable;
use crate::statistics::{Needed, Spread, Verdict};

impl Compared {
    /// A table of differences for every arm, for a terminal of `width` columns, and what to know of them.
    pub fn text(&self, width: usize) -> String {
        let tables = self.pairs.iter().map(|pair| pair.text(width));
        let mut lines: Vec<String> = tables.collect();
        lines.push(
            "second − first: paired by seed, mean ± half width of the 95 % t interval; p: exact sign-flip; Holm p: \
             over the arms of a quantity; verdict: of Holm p, and of TOST p where there is a margin"
                .to_owned(),
        );
        let alone = [("first", &self.only_left), ("second", &self.only_right)];
        let alone = alone.iter().filter(|(_, arms)| !arms.is_empty());
        lines
            .extend(alone.map(|(which, arms)| format!("only in the {which}: {}", arms.join(", "))));
        lines.extend(self.notes.iter().cloned());
        lines.join("\n")
    }

    /// The same as JSON, numbers in full.
    pub fn json(&self) -> Value {
        json!({
            "arms": self.pairs.iter().map(ArmPair::json).collect::<Vec<_>>(),
            "only_left": self.only_left,
            "only_right": self.only_right,
            "notes": self.notes,
        })
    }
}

impl ArmPair {
    fn name(&self) -> String {
        match self.left == self.right {
            true => self.left.clone(),
            false => format!("{} → {}", self.left, self.right),
        }
    }

    fn text(&self, width: usize) -> String {
        if self.differences.is_empty() {
            return self.line();
        }
        let has_margins = self.differences.iter().any(|of| of.margin.is_some());
        let mut header = vec![
            "quantity",
            "n",
            "first",
            "second",
            "second − first",
            "p",
            "Holm p",
        ];
        if has_margins {
            header.extend(["margin", "TOST p"]);
        }
        header.push("verdict");
        let rows = self.differences.iter().map(|of| row(of, has_margins));
        let table = PlainTable {
            title: self.line(),
            header: header.iter().map(|word| (*word).to_owned()).collect(),
            rows: rows.collect(),
            ..PlainTable::default()
        };
        table.text_in(width)
    }

    fn line(&self) -> String {
        let mut line = match (self.n_pairs, self.n_identical) {
            (0, _) => format!("{}: no seed that finished in both", self.name()),
            (n, same) if n == same => {
                format!("{}: records identical in all {n} pairs", self.name())
            }
            (n, same) => format!("{}: records identical in {same} of {n} pairs", self.name()),
        };
        for (n, what) in [(self.n_failed, "failed"), (self.n_unpaired, "unpaired")] {
            if n > 0 {
                line.push_str(&format!("; {n} seeds {what}"));
            }
        }
        line
    }

    fn json(&self) -> Value {
        json!({
            "left": self.left,
            "right": self.right,
            "n_pairs": self.n_pairs,
            "n_identical": self.n_identical,
            "n_failed": self.n_failed,
            "n_unpaired": self.n_unpaired,
            "quantities": self.differences.iter().map(Difference::json).collect::<Vec<_>>(),
        })
    }
}

fn row(of: &Difference, has_margins: bool) -> Vec<Cell> {
    let decimals = of.decimals();
    let alone = |mean| {
        Cell::Interval(
            Some(Spread {
                n: 1,
                mean,
                standard_deviation: None,
                half_width: None,
            }),
            decimals,
        )
    };
    let unit = match &*of.quantity.unit {
        "1" => of.quantity.name.clone(),
        unit => format!("{} ({unit})", of.quantity.name),
    };
    let [left, right] = of.means.map(alone);
    let mut cells = vec![
        Cell::text(unit),
        Cell::Count(Some(of.spread().n)),
        left,
        right,
        Cell::Interval(Some(of.spread()), decimals),
        Cell::Probability(Some(of.comparison.sign_flip.p)),
        Cell::Probability(Some(of.holm_p)),
    ];
    if has_margins {
        cells.extend([Cell::Short(of.margin), Cell::Probability(of.tost_p)]);
    }
    cells.push(Cell::text(of.words()));
    cells
}

impl Difference {
    fn decimals(&self) -> Decimals {
        match &*self.quantity.unit {
            "%" => Decimals::Fixed(2),
            _ => Decimals::Significant(3),
        }
    }

    fn words(&self) -> String {
        let needed = |n: String| format!("undecided (n needed: {n})");
        match self.verdict {
            Verdict::TooFew => "no verdict of one seed".to_owned(),
            Verdict::Identical => "identical".to_owned(),
            Verdict::Equivalent {
                but_different: false,
            } => "equivalent".to_owned(),
            Verdict::Equivalent {
                but_different: true,
            } => {
                let size = Spread {
                    half_width: None,
                    ..self.spread()
                };
                let size = spread(Some(size), self.decimals());
                format!("equivalent, though different by {size}")
            }
            Verdict::Different => "different".to_owned(),
            Verdict::Undecided { needed: None } => "undecided".to_owned(),
            Verdict::Undecided {
                needed: Some(Needed::Seeds(n)),
            } => needed(n.to_string()),
            Verdict::Undecided {
                needed: Some(Needed::Over(n)),
            } => needed(format!("over {n}")),
        }
    }

    fn json(&self) -> Value {
        let spread = self.spread();
        let end = |sign: f64| spread.half_width.map(|half| spread.mean + sign * half);
        let (n_needed, is_over) = match self.verdict {
            Verdict::Undecided {
                needed: Some(Needed::Seeds(n)),
            } => (Some(n), Some(false)),
            Verdict::Undecided {
                needed: Some(Needed::Over(n)),
            } => (Some(n), Some(true)),
            _ => (None, None),
        };
        json!({
            "quantity": self.quantity.name,
            "unit": self.quantity.unit,
            "n": spread.n,
            "left_mean": self.means[0],
            "right_mean": self.means[1],
            "ratio": self.ratio(),
            "difference_mean": spread.mean,
            "standard_deviation": spread.standard_deviation,
            "interval_95_low": end(-1.0),
            "interval_95_high": end(1.0),
            "half_width_90": self.comparison.half_width_90,
            "sign_flip_p": self.comparison.sign_flip.p,
            "holm_p": self.holm_p,
            "wilcoxon_p": self.comparison.wilcoxon.map(|of| of.p),
            "margin": self.margin,
            "tost_p": self.tost_p,
            "verdict": self.verdict.name(),
            "n_needed": n_needed,
            "n_needed_is_over": is_over,
        })
    }
}
