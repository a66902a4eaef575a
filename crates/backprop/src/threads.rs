//! Keeps candle's matrix products on the calling thread.

/// From now on, no matrix product of this process is spread over threads.
///
/// Learners and the reference call this themselves: one run uses one thread, and runs are what is
/// done in parallel. candle's own element-by-element operations still use its pool from 65 536
/// elements on; no array of a training step that passes through them is that large unless
/// minibatch × layer width is.
pub fn keep_to_one_thread() {
    gemm::set_threading_threshold(usize::MAX);
}
