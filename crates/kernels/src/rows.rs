//! Rows of a large matrix, from wherever they lie.

/// Bytes of a row that are asked for ahead; from there on processors do so by themselves.
const AHEAD: usize = 1 << 12;
/// Bytes of a cache line.
const LINE: usize = 64;

/// Copies the rows of `from` at `indices`, in that order, to `to`; rows have `n_columns` values. Each is asked for
/// while the one before is copied, as it seldom lies in a cache.
///
/// # Panics
/// If `from` has no such row, or `to` not as many.
pub fn copy_rows<T: Copy>(from: &[T], n_columns: usize, indices: &[usize], to: &mut [T]) {
    assert_eq!(to.len(), indices.len() * n_columns, "values of the rows");
    let row = |index: usize| &from[index * n_columns..][..n_columns];
    let next = indices.iter().skip(1).map(|&index| Some(row(index)));
    let rows = indices.iter().zip(next.chain([None]));
    for ((&index, next), to) in rows.zip(to.chunks_exact_mut(n_columns.max(1))) {
        if let Some(next) = next {
            prefetch(next);
        }
        to.copy_from_slice(row(index));
    }
}

fn prefetch<T>(row: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        for at in (0..size_of_val(row).min(AHEAD)).step_by(LINE) {
            // SAFETY: a prefetch is a hint: it reads nothing and faults nowhere.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(row.as_ptr().cast::<i8>().wrapping_add(at)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (row, AHEAD, LINE);
}

#[cfg(test)]
mod tests {
    use super::copy_rows;

    #[test]
    fn rows_are_copied_in_the_order_of_their_indices() {
        for n_columns in [0, 1, 7, 784, 2000] {
            let from: Vec<f32> = (0..5 * n_columns).map(|i| i as f32).collect();
            let indices = [3, 0, 4, 4, 1];
            let mut to = vec![-1.0; indices.len() * n_columns];
            copy_rows(&from, n_columns, &indices, &mut to);
            let expected = indices
                .iter()
                .flat_map(|&i| &from[i * n_columns..][..n_columns]);
            assert!(to.iter().eq(expected), "{n_columns} columns");
        }
        copy_rows(&[1.0, 2.0], 2, &[], &mut []);
    }

    #[test]
    #[should_panic(expected = "range")]
    fn a_row_that_is_not_there_is_refused() {
        copy_rows(&[1.0, 2.0], 2, &[0, 1], &mut [0.0; 4]);
    }
}
