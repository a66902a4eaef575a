//! Transposed copies.

use ndarray::{Array2, ArrayView2};

/// Rows and columns of a tile, whose lines lie in the first cache on both sides.
const TILE: usize = 16;

/// The transposed matrix, with `of` every value. Tile by tile, as neighbours in a column lie far apart.
pub fn transposed<T: Copy, U: Copy + Default>(
    matrix: ArrayView2<'_, T>,
    of: impl Fn(T) -> U,
) -> Array2<U> {
    let (n_rows, n_cols) = matrix.dim();
    let mut found = Array2::default((n_cols, n_rows));
    for rows in (0..n_rows).step_by(TILE) {
        for cols in (0..n_cols).step_by(TILE) {
            for col in cols..n_cols.min(cols + TILE) {
                for row in rows..n_rows.min(rows + TILE) {
                    found[[col, row]] = of(matrix[[row, col]]);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_its_place() {
        for (n_rows, n_cols) in [(0, 3), (1, 1), (16, 16), (17, 33), (40, 5)] {
            let matrix = Array2::from_shape_fn((n_rows, n_cols), |(r, c)| (100 * r + c) as f32);
            let found = transposed(matrix.view(), |v| f64::from(v) + 0.5);
            assert_eq!(found, matrix.t().mapv(|v| f64::from(v) + 0.5));
            let again = transposed(matrix.t(), |v| v);
            assert_eq!(again, matrix);
        }
    }
}
