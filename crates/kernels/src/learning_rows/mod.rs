//! Matrices that learn while they multiply: one pass over memory for an update and a product.

/// Calls `$body` for each block among `$rows` with its place and the constant number of its rows that
/// are taken at once: all of them, half of ten where `$in_halves`, and one where a register is a single
/// value, as all would be too much code.
macro_rules! blocks {
    ($own:expr, $S:ty, $rows:expr, $in_halves:expr, |$at:ident, $R:ident| $body:expr) => {{
        let rows = $rows;
        let mut first = rows.start;
        while first < rows.end {
            macro_rules! block {
                ($r:literal) => {{
                    const $R: usize = $r;
                    let $at = Block {
                        first,
                        row: 0,
                        n_rows: $r,
                    };
                    $body;
                    $r
                }};
            }
            first += match $own.block_of(first) {
                n_rows if blocks::is_single::<_, $S>($own) => {
                    for row in 0..n_rows {
                        const $R: usize = 1;
                        let $at = Block { first, row, n_rows };
                        $body;
                    }
                    n_rows
                }
                1 => block!(1),
                3 => block!(3),
                5 => block!(5),
                n_rows if $in_halves => {
                    const $R: usize = 5;
                    let $at = Block {
                        first,
                        row: 0,
                        n_rows,
                    };
                    $body;
                    let $at = Block {
                        first,
                        row: $R,
                        n_rows,
                    };
                    $body;
                    n_rows
                }
                _ => block!(10),
            };
        }
    }};
}

mod blocks;
mod bound;
mod tail;

pub use bound::{Bound, Factors, Gains};
pub use tail::TailSums;

use crate::{Real, STRIP, Strip};

/// A matrix W with increments A that act with it, and a trace D that feeds them. An event is
///
/// A += gain · D, then D += row · columnᵀ.
///
/// Two events are one pass over memory ([`Gains`]), which serves the product that follows them
/// too. A matrix that does not learn has W alone.
///
/// Rows are taken in blocks, and what a block needs at a time lies side by side: for every
/// [`STRIP`] columns W of its rows, A of its rows and D of its rows. A few columns that would fill a
/// strip of their own in every row, as two of fifty, lie behind, column by column: their registers
/// run along the rows.
///
/// What has a value for every row is in whole strips and has it from an offset on, so that registers
/// of those columns are registers of it; before and after them anything finite may stand, and stays.
#[derive(Clone)]
pub struct LearningRows<T> {
    n_rows: usize,
    width: usize,
    /// Columns that lie row by row, padded.
    stride: usize,
    /// Columns after them that lie column by column.
    n_tail: usize,
    /// Where the first row's value is in what has a value for every row.
    offset: usize,
    learns: bool,
    values: Strip<T>,
    /// One in the lanes of rows, zero in others, and the opposite.
    own_lanes: Strip<T>,
    other_lanes: Strip<T>,
    /// Zero in the lanes of the last columns, one in others.
    beside_tail: Strip<T>,
}

/// What a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// W.
    Weight = 0,
    /// A.
    Increment = 1,
    /// D.
    Trace = 2,
}

/// Rows of more columns than this leave the first cache, where passes over five of them are faster.
const WIDE: usize = 256;

/// Where a row's values are.
struct Places {
    first: usize,
    pitch: usize,
    last: usize,
}

impl Places {
    /// Where a strip of columns begins.
    fn strip(&self, strip: usize) -> usize {
        self.first + strip * self.pitch
    }

    /// Where one of the columns is that lie column by column.
    fn last(&self, column: usize) -> usize {
        self.last + column * STRIP
    }
}

/// How many columns lie column by column: the last ones of a row, where they take fewer strips so.
fn tail_of(n_rows: usize, width: usize) -> usize {
    let n_last = width % STRIP;
    let is_shorter = 2 * n_last * n_rows.div_ceil(STRIP) <= n_rows;
    match width > STRIP && n_last <= tail::MOST && is_shorter {
        true => n_last,
        false => 0,
    }
}

impl<T: Real> LearningRows<T> {
    /// Zeros; `offset` is where the first row's value is in what has a value for every row.
    pub fn zeros(n_rows: usize, width: usize, offset: usize, learns: bool) -> Self {
        let n_tail = tail_of(n_rows, width);
        let stride = Self::padded(n_rows, width) - n_tail;
        let n_roles = if learns { 3 } else { 1 };
        let of_tail = n_tail * (offset + n_rows).next_multiple_of(STRIP);
        let mut own_lanes = Strip::zeros(offset + n_rows);
        own_lanes[offset..offset + n_rows].fill(T::one());
        let mut other_lanes = Strip::zeros(offset + n_rows);
        other_lanes.fill(T::one());
        other_lanes[offset..offset + n_rows].fill(T::zero());
        let mut beside_tail = Strip::zeros(STRIP);
        beside_tail[n_tail..].fill(T::one());
        Self {
            n_rows,
            width,
            stride,
            n_tail,
            offset,
            learns,
            values: Strip::zeros(n_roles * (n_rows * stride + of_tail)),
            own_lanes,
            other_lanes,
            beside_tail,
        }
    }

    /// How many rows the block has that begins with a row, all in a strip of what has a value for every
    /// row. Few sizes, as each is compiled for every instruction set and call, and ten as there are
    /// often ten classes, unless they are wide; double precision, which is not for speed, has a
    /// single one.
    #[inline(always)]
    fn block_of(&self, row: usize) -> usize {
        let in_strip = STRIP - (self.offset + row) % STRIP;
        match in_strip.min(self.n_rows - row) {
            _ if size_of::<T>() > 4 => 1,
            1 | 2 => 1,
            3 | 4 => 3,
            5..=9 => 5,
            _ if self.stride > WIDE => 5,
            _ => 10,
        }
    }

    /// How many columns there are with their padding, which is none where the last ones lie column
    /// by column.
    pub fn padded(n_rows: usize, width: usize) -> usize {
        let n_tail = tail_of(n_rows, width);
        (width - n_tail).next_multiple_of(STRIP) + n_tail
    }

    /// Whether it has increments and a trace.
    pub fn learns(&self) -> bool {
        self.learns
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns that lie column by column.
    #[doc(hidden)]
    pub fn n_tail(&self) -> usize {
        self.n_tail
    }

    /// Takes the values of a row, without padding, to `to`.
    ///
    /// # Panics
    /// If there is no such row, or it does not learn and has no such values, or their number differs.
    pub fn copy_row(&self, row: usize, role: Role, to: &mut [T]) {
        assert_eq!(to.len(), self.width, "columns");
        let at = self.places(row, role);
        let (strips, last) = to.split_at_mut(self.width.min(self.stride));
        for (strip, to) in strips.chunks_mut(STRIP).enumerate() {
            to.copy_from_slice(&self.values[at.strip(strip)..][..to.len()]);
        }
        for (column, to) in last.iter_mut().enumerate() {
            *to = self.values[at.last(column)];
        }
    }

    /// Writes a row.
    ///
    /// # Panics
    /// As [`LearningRows::copy_row`].
    pub fn set_row(&mut self, row: usize, role: Role, values: &[T]) {
        assert_eq!(values.len(), self.width, "columns");
        let at = self.places(row, role);
        let (strips, last) = values.split_at(self.width.min(self.stride));
        for (strip, values) in strips.chunks(STRIP).enumerate() {
            self.values[at.strip(strip)..][..values.len()].copy_from_slice(values);
        }
        for (column, &value) in last.iter().enumerate() {
            self.values[at.last(column)] = value;
        }
    }

    fn places(&self, row: usize, role: Role) -> Places {
        assert!(row < self.n_rows, "row");
        assert!(self.learns || role == Role::Weight, "a matrix that learns");
        let mut first = 0;
        while first + self.block_of(first) <= row {
            first += self.block_of(first);
        }
        let (n_rows, n_roles) = (self.block_of(first), self.n_roles());
        let of_block = first * n_roles * self.stride;
        let of_tail = self.n_rows * n_roles * self.stride;
        let lane = self.offset + row;
        let strip = lane / STRIP * n_roles + role as usize;
        Places {
            first: of_block + (role as usize * n_rows + row - first) * STRIP,
            pitch: n_rows * n_roles * STRIP,
            last: of_tail + strip * self.n_tail * STRIP + lane % STRIP,
        }
    }

    #[inline(always)]
    fn n_roles(&self) -> usize {
        if self.learns { 3 } else { 1 }
    }

    /// Multiplies the trace by `factor`.
    pub fn scale_trace(&mut self, factor: T) {
        let n_last = self.width.saturating_sub(self.stride);
        for row in 0..self.n_rows {
            let at = self.places(row, Role::Trace);
            for strip in 0..self.stride / STRIP {
                let trace = &mut self.values[at.strip(strip)..][..STRIP];
                trace.iter_mut().for_each(|d| *d *= factor);
            }
            (0..n_last).for_each(|column| self.values[at.last(column)] *= factor);
        }
    }
}
