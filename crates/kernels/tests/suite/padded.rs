//! Padded matrices.

use apical_kernels::{PADDING, Padded};
use ndarray::array;

#[test]
fn weights_read_back_as_post_by_pre() {
    let w = array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let padded = Padded::<f32>::from_transposed(w.view());
    assert_eq!(padded.shape(), (3, 2));
    assert_eq!(padded.stride(), PADDING);
    assert_eq!(padded.transposed(), w);
    assert_eq!(padded.row(1), [2.0, 5.0]);
    assert_eq!(padded.values().len(), 3 * PADDING);
    assert_eq!(padded.values().as_ptr() as usize % 64, 0);
}

#[test]
fn rows_can_be_added() {
    let mut padded = Padded::<f64>::zeros(1, 40);
    padded.row_mut(0)[39] = 7.0;
    padded.set_rows(3);
    assert_eq!(padded.row(0)[39], 7.0);
    assert!(padded.row(2).iter().all(|&v| v == 0.0));
}
