//! The two floating-point types that every kernel serves, and their vectors.

use std::cell::Cell;
use std::fmt::{Debug, Display};

use ndarray::{LinalgScalar, ScalarOperand};
use num_traits::{Float, NumAssign};
use pulp::Simd;

use crate::curve::{self, WithCurve};
use crate::lanes::MOST_PARTS;
use crate::{Columns, Curve, Padded, STRIP, Start, Transfer, elementwise, lanes, product};

/// A family of types, one for each [`Real`].
#[doc(hidden)]
pub trait OfReal {
    type Of<T: Real>;
}

/// One of a family, its type known.
#[doc(hidden)]
pub enum Known<F: OfReal> {
    Single(F::Of<f32>),
    Double(F::Of<f64>),
}

/// `f32` or `f64`.
pub trait Real:
    Float + NumAssign + LinalgScalar + ScalarOperand + Debug + Display + Default + Send + Sync + 'static
{
    /// A vector register of instruction set `S`.
    #[doc(hidden)]
    type Vector<S: Simd>: Copy + Send + Sync + 'static;

    /// The nearest value of this type.
    fn of(value: f64) -> Self;

    /// The same value in double precision.
    fn wide(self) -> f64;

    /// Finds out which type this is. What is called with either alone is compiled in its own crate,
    /// and not again in every crate that names a type.
    #[doc(hidden)]
    fn known<F: OfReal>(own: F::Of<Self>) -> Known<F>;

    /// The same value in all lanes.
    #[doc(hidden)]
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;

    /// a · b + c, lane by lane.
    #[doc(hidden)]
    fn multiply_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;

    /// a + b, lane by lane.
    #[doc(hidden)]
    fn sum<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;

    /// a · b, lane by lane.
    #[doc(hidden)]
    fn product<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;

    /// a − b, lane by lane.
    #[doc(hidden)]
    fn difference<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;

    /// Σ weight · value, lane by lane and from the first term to the last. In single precision of
    /// fused multiply-adds where there are registers; in double precision every product is rounded.
    #[doc(hidden)]
    fn weighted_sum<S: Simd, const N: usize>(
        simd: S,
        terms: [(Self::Vector<S>, Self::Vector<S>); N],
    ) -> Self::Vector<S>;

    /// `noted`, with one in the lanes where not |x| ≤ limit, such as those of NaN.
    #[doc(hidden)]
    fn note_beyond<S: Simd>(
        simd: S,
        x: Self::Vector<S>,
        limit: Self::Vector<S>,
        noted: Self::Vector<S>,
    ) -> Self::Vector<S>;

    /// Whether anything was noted in what began as zeros.
    #[doc(hidden)]
    fn is_noted<S: Simd>(simd: S, noted: Self::Vector<S>) -> bool;

    /// Adds the sum over lanes of each of N to `sums`, from `lane` on.
    #[doc(hidden)]
    fn add_sums<S: Simd, const N: usize>(
        simd: S,
        a: [[Self::Vector<S>; N]; MOST_PARTS],
        lane: usize,
        sums: &mut [Self; STRIP],
    );

    /// Writes φ(u) of every value.
    #[doc(hidden)]
    fn transfer<S: Simd>(simd: S, transfer: &Curve<Self>, u: &[Self], r: &mut [Self]);

    /// See [`Curve::visit`].
    #[doc(hidden)]
    fn visit<S: Simd, W: WithCurve<Self, S>>(curve: &Curve<Self>, with: W) -> W::Output;

    /// See [`crate::rates`].
    #[doc(hidden)]
    fn rates(transfer: Transfer, u: &[Self], r: &mut [Self]);

    /// See [`crate::multiply`].
    #[doc(hidden)]
    fn multiply(
        x: &Padded<Self>,
        columns: Columns<'_>,
        w: &Padded<Self>,
        start: Start<'_, Self>,
        out: &mut Padded<Self>,
    );

    /// See [`crate::multiply_transposed`].
    #[doc(hidden)]
    fn multiply_transposed(d: &Padded<Self>, w: &Padded<Self>, out: &mut Padded<Self>);

    /// See [`crate::rank_update`].
    #[doc(hidden)]
    fn rank_update(x: &Padded<Self>, columns: Columns<'_>, d: &Padded<Self>, w: &mut Padded<Self>);

    /// The values as whole vectors; a rest that fills none is left out.
    #[doc(hidden)]
    #[inline(always)]
    fn vectors<S: Simd>(values: &[Self]) -> &[Self::Vector<S>] {
        let lanes = size_of::<Self::Vector<S>>() / size_of::<Self>();
        // SAFETY: a vector is `lanes` values side by side and needs no more alignment than they do.
        unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), values.len() / lanes) }
    }

    /// As [`Real::vectors`], to write.
    #[doc(hidden)]
    #[inline(always)]
    fn vectors_mut<S: Simd>(values: &mut [Self]) -> &mut [Self::Vector<S>] {
        let lanes = size_of::<Self::Vector<S>>() / size_of::<Self>();
        // SAFETY: as above; the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), values.len() / lanes) }
    }

    /// As [`Real::vectors`], of what several read and write in turn.
    #[doc(hidden)]
    #[inline(always)]
    fn cell_vectors<S: Simd>(values: &[Cell<Self>]) -> &[Cell<Self::Vector<S>>] {
        let lanes = size_of::<Self::Vector<S>>() / size_of::<Self>();
        // SAFETY: as above; a cell is like what is in it, and may be written as it is shared.
        unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), values.len() / lanes) }
    }
}

macro_rules! real {
    ($real:ident, $known:ident, $vector:ident, $lanes:ident, $splat:ident, $fma:ident, $mul:ident, $add:ident, $sub:ident,
     $le:ident, $select:ident, $reduce:ident, $width:ident, $of:expr, $wide:expr) => {
        impl Real for $real {
            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn of(value: f64) -> Self {
                $of(value)
            }

            #[inline(always)]
            fn wide(self) -> f64 {
                $wide(self)
            }

            fn known<F: OfReal>(own: F::Of<Self>) -> Known<F> {
                Known::$known(own)
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$vector {
                simd.$splat(value)
            }

            #[inline(always)]
            fn multiply_add<S: Simd>(
                simd: S,
                a: S::$vector,
                b: S::$vector,
                c: S::$vector,
            ) -> S::$vector {
                // Without vector registers a fused multiply-add may be a library call.
                if S::$lanes == 1 {
                    simd.$add(simd.$mul(a, b), c)
                } else {
                    simd.$fma(a, b, c)
                }
            }

            #[inline(always)]
            fn sum<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$add(a, b)
            }

            #[inline(always)]
            fn product<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$mul(a, b)
            }

            #[inline(always)]
            fn difference<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$sub(a, b)
            }

            #[inline(always)]
            fn weighted_sum<S: Simd, const N: usize>(
                simd: S,
                terms: [(S::$vector, S::$vector); N],
            ) -> S::$vector {
                curve::$width::weighted_sum(simd, terms)
            }

            #[inline(always)]
            fn note_beyond<S: Simd>(
                simd: S,
                x: S::$vector,
                limit: S::$vector,
                noted: S::$vector,
            ) -> S::$vector {
                let is_within = simd.$le(curve::$width::abs(simd, x), limit);
                simd.$select(is_within, noted, simd.$splat(1.0))
            }

            #[inline(always)]
            fn is_noted<S: Simd>(simd: S, noted: S::$vector) -> bool {
                simd.$reduce(noted) != 0.0
            }

            #[inline(always)]
            fn add_sums<S: Simd, const N: usize>(
                simd: S,
                a: [[S::$vector; N]; MOST_PARTS],
                lane: usize,
                sums: &mut [Self; STRIP],
            ) {
                lanes::$width(simd, a, lane, sums);
            }

            #[inline(always)]
            fn transfer<S: Simd>(simd: S, transfer: &Curve<Self>, u: &[Self], r: &mut [Self]) {
                curve::$width::transfer(simd, transfer, u, r);
            }

            #[inline(always)]
            fn visit<S: Simd, W: WithCurve<Self, S>>(curve: &Curve<Self>, with: W) -> W::Output {
                curve::$width::visit(curve, with)
            }

            fn rates(transfer: Transfer, u: &[Self], r: &mut [Self]) {
                elementwise::rates_of(transfer, u, r);
            }

            fn multiply(
                x: &Padded<Self>,
                columns: Columns<'_>,
                w: &Padded<Self>,
                start: Start<'_, Self>,
                out: &mut Padded<Self>,
            ) {
                product::multiply_of(x, columns, w, start, out);
            }

            fn multiply_transposed(d: &Padded<Self>, w: &Padded<Self>, out: &mut Padded<Self>) {
                product::multiply_transposed_of(d, w, out);
            }

            fn rank_update(
                x: &Padded<Self>,
                columns: Columns<'_>,
                d: &Padded<Self>,
                w: &mut Padded<Self>,
            ) {
                product::rank_update_of(x, columns, d, w);
            }
        }
    };
}

real!(
    f32,
    Single,
    f32s,
    F32_LANES,
    splat_f32s,
    mul_add_f32s,
    mul_f32s,
    add_f32s,
    sub_f32s,
    less_than_or_equal_f32s,
    select_f32s,
    reduce_sum_f32s,
    single,
    |v: f64| v as f32,
    f64::from
);
real!(
    f64,
    Double,
    f64s,
    F64_LANES,
    splat_f64s,
    mul_add_f64s,
    mul_f64s,
    add_f64s,
    sub_f64s,
    less_than_or_equal_f64s,
    select_f64s,
    reduce_sum_f64s,
    double,
    |v: f64| v,
    |v: f64| v
);
