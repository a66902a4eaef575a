//! Labels of a minibatch, for losses that compare classes.

use apical_learning::{Batch, LearnError, check_shape};

/// The labels of `batch`, one a sample and each the number of one of `n_outputs` outputs.
pub(crate) fn labels_of<'a>(
    batch: Batch<'a>,
    n_outputs: usize,
    learner: &'static str,
) -> Result<&'a [u32], LearnError> {
    let labels = batch.labels.ok_or(LearnError::NoLabels { learner })?;
    check_shape("the list of labels", &[labels.len()], &[batch.n_samples()])?;
    let n_needed = labels.iter().max().map_or(0, |&label| label as usize + 1);
    if n_needed > n_outputs {
        check_shape(
            "the output layer for these labels",
            &[n_outputs],
            &[n_needed],
        )?;
    }
    Ok(labels)
}
