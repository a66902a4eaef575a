//! The verdicts in a file.

use super::{PARTS, credits};
use crate::csv::Csv;
use crate::group::Task;

/// credit.csv, one row a learner; none where nothing of it was measured.
pub(crate) fn csv(tasks: &[Task<'_>]) -> Option<Vec<u8>> {
    let mut header = vec!["task".to_owned(), "learner".to_owned(), "credit".to_owned()];
    for part in PARTS {
        let name = part.replace(' ', "_");
        header.extend([name.clone(), format!("{name}_reason")]);
    }
    let mut csv = Csv::new(&header);
    let mut is_empty = true;
    for task in tasks {
        for credit in credits(task) {
            is_empty = false;
            let mut cells = vec![
                task.name.to_owned(),
                credit.learner.clone(),
                credit.outcome().words().to_owned(),
            ];
            for part in &credit.parts {
                cells.extend([part.outcome.words().to_owned(), part.reason.clone()]);
            }
            csv.row(&cells);
        }
    }
    (!is_empty).then(|| csv.into_bytes())
}
