//! Matrices of the table as rows that learn, and back.

use apical_kernels::{LearningRows, Padded, Real, Role};

/// Weights, increments and filter of one connection.
pub(super) type Parts<'a, T> = [Option<&'a Padded<T>>; 3];

const ROLES: [Role; 3] = [Role::Weight, Role::Increment, Role::Trace];

/// How a matrix is stored, seen from one with a row per neuron above.
#[derive(Clone, Copy)]
pub(super) enum Stored {
    /// With the same rows: what comes from the neurons above.
    Straight,
    /// With a column for every row: what goes to them.
    Transposed,
}

impl Stored {
    /// Number of rows and their width.
    fn shape<T: Real>(self, matrix: &Padded<T>) -> (usize, usize) {
        match self {
            Self::Straight => (matrix.rows(), matrix.cols()),
            Self::Transposed => (matrix.cols(), matrix.rows()),
        }
    }

    fn read<T: Real>(self, matrix: &Padded<T>, i: usize, row: &mut [T]) {
        match self {
            Self::Straight => row.copy_from_slice(matrix.row(i)),
            Self::Transposed => {
                let column = matrix.values()[i..].iter().step_by(matrix.stride());
                row.iter_mut()
                    .zip(column)
                    .for_each(|(to, &value)| *to = value);
            }
        }
    }

    fn write<T: Real>(self, row: &[T], matrix: &mut Padded<T>, i: usize) {
        match self {
            Self::Straight => matrix.row_mut(i).copy_from_slice(row),
            Self::Transposed => {
                let stride = matrix.stride();
                let column = matrix.values_mut()[i..].iter_mut().step_by(stride);
                column.zip(row).for_each(|(to, &value)| *to = value);
            }
        }
    }

    /// Rows of a connection; none where it has no weights.
    pub(super) fn rows<T: Real>(
        self,
        parts: Parts<'_, T>,
        offset: usize,
        rate: f64,
    ) -> Option<LearningRows<T>> {
        let (n_rows, width) = self.shape(parts[0]?);
        let learns = rate != 0.0 && parts[1].is_some();
        let mut rows = LearningRows::zeros(n_rows, width, offset, learns);
        let mut row = vec![T::zero(); width];
        for (part, role) in parts.into_iter().zip(ROLES) {
            if let Some(part) = part.filter(|_| learns || role == Role::Weight) {
                for i in 0..n_rows {
                    self.read(part, i, &mut row);
                    rows.set_row(i, role, &row);
                }
            }
        }
        Some(rows)
    }

    /// Gives back increments and filter, this times `scale`.
    pub(super) fn give_back<T: Real>(
        self,
        rows: &LearningRows<T>,
        own: [&mut Padded<T>; 2],
        scale: T,
    ) {
        for ((to, role), factor) in own.into_iter().zip(&ROLES[1..]).zip([T::one(), scale]) {
            let (n_rows, width) = self.shape(to);
            let mut row = vec![T::zero(); width];
            for i in 0..n_rows {
                rows.copy_row(i, *role, &mut row);
                row.iter_mut().for_each(|value| *value *= factor);
                self.write(&row, to, i);
            }
        }
    }
}
