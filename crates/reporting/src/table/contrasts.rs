//! The table of declared contrasts, as values.

use apical_learning::Metric;

use super::Heading;
use crate::cell::Cell;
use crate::contrast::{Contrast, VerdictEpoch};
use crate::group::Task;
use crate::statistics::{LEVEL, Verdict};

/// The contrasts of one task.
pub(crate) struct ContrastTable<'t> {
    contrasts: &'t [Contrast],
    score: Metric,
    /// With whom all are compared, where that is one learner.
    other: Option<&'t str>,
    /// The file that they come from, where it is not the experiment's own specification.
    pub(crate) declared_in: Option<&'t str>,
}

impl<'t> ContrastTable<'t> {
    /// The contrasts of `task`; nothing where none is declared.
    pub(crate) fn new(task: &'t Task<'_>) -> Option<Self> {
        let contrasts = &task.contrasts[..];
        let other = &*contrasts.first()?.other;
        let has_one_other = contrasts.iter().all(|of| of.other == other);
        Some(Self {
            contrasts,
            score: task.score,
            other: has_one_other.then_some(other),
            declared_in: task.contrasts_declared_in,
        })
    }

    /// The heading of every column.
    pub(crate) fn headings(&self) -> Vec<Heading> {
        let points = match self.score == Metric::ACCURACY {
            true => " (points)",
            false => "",
        };
        let mut headings = vec![
            match self.other {
                Some(other) => Heading::new("", &format!("against {other}")),
                None => Heading::new("", "contrast"),
            },
            Heading::new("", "verdict"),
            Heading::new("", "seeds"),
        ];
        for epoch in VerdictEpoch::ALL {
            let own = |own: &str| Heading::new(epoch.words(), own);
            headings.push(own(&format!("difference{points}")));
            headings.extend(["p", "Holm p", "TOST p", "Wilcoxon p"].map(own));
        }
        headings.push(Heading::new("", &format!("margin{points}")));
        headings
    }

    /// The rows, cell by cell under [`Self::headings`].
    pub(crate) fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.contrasts.iter().map(|contrast| {
            let mut cells = vec![
                Cell::Text(self.label(contrast)),
                Cell::Text(unbroken(&contrast.verdict_in_words(self.score))),
                contrast.pairs(),
            ];
            for epoch in VerdictEpoch::ALL {
                let at = contrast.at(epoch);
                let comparison = at.comparison;
                cells.extend([
                    Contrast::difference(at.spread(), self.score),
                    Cell::Probability(comparison.map(|of| of.sign_flip.p)),
                    Cell::Probability(at.holm_p),
                    Cell::Probability(at.tost_p),
                    Cell::Probability(comparison.and_then(|of| Some(of.wilcoxon?.p))),
                ]);
            }
            cells.push(Cell::Short(contrast.margin));
            cells
        })
    }

    /// What is said of all of them in a few words, and then of each, for a terminal.
    pub(crate) fn lines(&self) -> Vec<String> {
        let first = &self.contrasts[0];
        let margin = Cell::Short(first.margin);
        let unit = crate::contrast::unit(self.score);
        let mut lines = vec![format!(
            "  contrasts{}, {}, {}:",
            self.other
                .map_or_else(String::new, |other| format!(" with {other}")),
            first.epoch.words(),
            match first.margin {
                Some(_) => format!("margin {margin}{unit}"),
                None => "no margin".to_owned(),
            }
        )];
        lines.extend(self.contrasts.iter().map(|contrast| {
            let difference = Contrast::difference(contrast.judged().spread(), self.score);
            format!(
                "    {}: {difference}, {}",
                self.label(contrast),
                contrast.verdict_in_words(self.score)
            )
        }));
        lines
    }

    fn label(&self, contrast: &Contrast) -> String {
        match self.other {
            Some(_) => contrast.learner.clone(),
            None => contrast.label(),
        }
    }

    /// How the numbers are made, and what they cannot show, in sentences.
    pub(crate) fn note(&self) -> String {
        let contrasts = self.contrasts;
        let first = &contrasts[0];
        let mut note = format!(
            "Difference: the test score less that of the other learner with the same seed; mean ± half width of \
             the 95 % paired t interval, which covers what those of the table above do. p: sign-flip test, two-sided; Holm p: adjusted over all {} of this task. \
             TOST p: two one-sided paired t tests at the margin. Wilcoxon p: a check.",
            match contrasts.len() {
                1 => "contrasts (one)".to_owned(),
                n => format!("{n} contrasts"),
            }
        );
        if contrasts.iter().any(|of| {
            let sign_flip = of.judged().comparison.map(|of| of.sign_flip);
            sign_flip.is_some_and(|of| of.n_drawn.is_some())
        }) {
            note.push_str(" The sign-flip p of more than 20 seeds is by Monte Carlo.");
        }
        note.push_str(&format!(
            " The verdict is drawn from the {}: equivalent where TOST p is at most 0.05, different where Holm p is.",
            first.epoch.words()
        ));
        if first.margin.is_none() {
            note.push_str(" No margin is declared, so that nothing can be called equivalent.");
        }
        let needs = |of: &Contrast| matches!(of.verdict, Verdict::Undecided { needed: Some(_) });
        if contrasts.iter().any(needs) {
            note.push_str(
                " n needed: the seeds with which equivalence would be shown with 80 % probability if there were \
                 no difference, by the deviation of these; left out where there are as many already.",
            );
        }
        let n = contrasts
            .iter()
            .map(|of| of.judged().differences.len())
            .max();
        let least = n.map_or(1.0, |n| {
            (2.0 * contrasts.len() as f64 / 2.0_f64.powi(n as i32)).min(1.0)
        });
        if least > LEVEL {
            note.push_str(&format!(
                " With so few seeds no Holm p is below {}: no learner can be called different.",
                Cell::Short(Some(least))
            ));
        }
        if let Some(file) = self.declared_in {
            note.push_str(&format!(
                " Contrasts and margin are those of `{file}`, given to the report."
            ));
        }
        note
    }
}

/// `words` with what stands in brackets on one line.
fn unbroken(words: &str) -> String {
    words.replace("n needed: ", "n\u{a0}needed:\u{a0}")
}
