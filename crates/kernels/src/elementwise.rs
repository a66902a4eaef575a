//! Element-by-element kernels.

use pulp::{Simd, WithSimd};

use crate::meter::{self, Kernel};
use crate::{Curve, Padded, Real, Transfer, dispatch};

/// r = φ(u), vectorised; agrees with [`Transfer::rate`] to rounding.
///
/// # Panics
/// If the slices differ in length.
pub fn rates<T: Real>(transfer: Transfer, u: &[T], r: &mut [T]) {
    T::rates(transfer, u, r);
}

/// Writes φ(u) of every row; the padding is left zero.
///
/// # Panics
/// If the shapes differ.
pub fn rates_of_rows<T: Real>(transfer: Transfer, u: &Padded<T>, r: &mut Padded<T>) {
    assert_eq!(u.shape(), r.shape(), "shapes");
    let n_values = u.rows() * u.cols();
    meter::part(
        Kernel::Rates,
        || work::<T>(n_values, 2),
        || {
            for b in 0..u.rows() {
                rates(transfer, u.row(b), r.row_mut(b));
            }
        },
    );
}

/// Is called by the implementations of `Real` alone, so that it is compiled in this crate and not again
/// wherever rates are named.
pub(crate) fn rates_of<T: Real>(transfer: Transfer, u: &[T], r: &mut [T]) {
    assert_eq!(u.len(), r.len(), "lengths");
    dispatch(Rates { transfer, u, r });
}

struct Rates<'a, T> {
    transfer: Transfer,
    u: &'a [T],
    r: &'a mut [T],
}

impl<T: Real> WithSimd for Rates<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        T::transfer(simd, &Curve::new(self.transfer), self.u, self.r);
    }
}

/// out = scale · a · b, value by value; 0 where it is subnormal.
///
/// # Panics
/// If the slices differ in length.
pub fn scaled_product<T: Real>(scale: T, a: &[T], b: &[T], out: &mut [T]) {
    assert_eq!(a.len(), b.len(), "lengths");
    assert_eq!(a.len(), out.len(), "lengths");
    struct Product<'a, T>(T, &'a [T], &'a [T], &'a mut [T]);
    impl<T: Real> WithSimd for Product<'_, T> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            for ((out, &a), &b) in self.3.iter_mut().zip(self.1).zip(self.2) {
                *out = normal(self.0 * (a * b));
            }
        }
    }
    counted::<T, _>(a.len(), 3, || dispatch(Product(scale, a, b, out)));
}

/// out = scale · (φ(u) − r): a difference of rates, the postsynaptic factor of plasticity; 0 where it is subnormal.
///
/// # Panics
/// If the slices differ in length.
pub fn rate_difference<T: Real>(rate: &[T], reference: &[T], scale: T, out: &mut [T]) {
    assert_eq!(rate.len(), reference.len(), "lengths");
    assert_eq!(rate.len(), out.len(), "lengths");
    struct Difference<'a, T>(&'a [T], &'a [T], T, &'a mut [T]);
    impl<T: Real> WithSimd for Difference<'_, T> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            for ((out, &a), &b) in self.3.iter_mut().zip(self.0).zip(self.1) {
                *out = normal(self.2 * (a - b));
            }
        }
    }
    counted::<T, _>(rate.len(), 3, || {
        dispatch(Difference(rate, reference, scale, out))
    });
}

/// out = a − b.
///
/// # Panics
/// If the slices differ in length.
pub fn subtract<T: Real>(a: &[T], b: &[T], out: &mut [T]) {
    rate_difference(a, b, T::one(), out);
}

/// x ← scale · φ′(u) · x, where `r` are φ(u); 0 where it is subnormal.
///
/// # Panics
/// If the slices differ in length.
pub fn times_slope<T: Real>(transfer: Transfer, (u, r): (&[T], &[T]), scale: T, x: &mut [T]) {
    assert_eq!(u.len(), x.len(), "lengths");
    assert_eq!(r.len(), x.len(), "lengths");
    struct TimesSlope<'a, T>(Transfer, &'a [T], &'a [T], T, &'a mut [T]);
    impl<T: Real> WithSimd for TimesSlope<'_, T> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let Self(transfer, u, r, scale, x) = self;
            let one = T::one();
            match transfer {
                Transfer::Logistic => {
                    for (x, &r) in x.iter_mut().zip(r) {
                        *x = normal(scale * (r * (one - r)) * *x);
                    }
                }
                Transfer::Tanh => {
                    for (x, &r) in x.iter_mut().zip(r) {
                        *x = normal(scale * (one - r * r) * *x);
                    }
                }
                Transfer::Softplus { .. } | Transfer::Relu => {
                    for (x, &u) in x.iter_mut().zip(u) {
                        *x = normal(scale * transfer.slope(u) * *x);
                    }
                }
            }
        }
    }
    counted::<T, _>(u.len(), 4, || {
        dispatch(TimesSlope(transfer, u, r, scale, x))
    });
}

/// out = p · a + q · b.
///
/// # Panics
/// If the slices differ in length.
pub fn mix<T: Real>(p: T, a: &[T], q: T, b: &[T], out: &mut [T]) {
    assert_eq!(a.len(), b.len(), "lengths");
    assert_eq!(a.len(), out.len(), "lengths");
    struct Mix<'a, T>(T, &'a [T], T, &'a [T], &'a mut [T]);
    impl<T: Real> WithSimd for Mix<'_, T> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            for ((out, &a), &b) in self.4.iter_mut().zip(self.1).zip(self.3) {
                *out = self.0 * a + self.2 * b;
            }
        }
    }
    counted::<T, _>(a.len(), 3, || dispatch(Mix(p, a, q, b, out)));
}

/// a += q · b.
///
/// # Panics
/// If the slices differ in length.
pub fn add_scaled<T: Real>(a: &mut [T], q: T, b: &[T]) {
    assert_eq!(a.len(), b.len(), "lengths");
    struct AddScaled<'a, T>(&'a mut [T], T, &'a [T]);
    impl<T: Real> WithSimd for AddScaled<'_, T> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            for (a, &b) in self.0.iter_mut().zip(self.2) {
                *a += self.1 * b;
            }
        }
    }
    counted::<T, _>(b.len(), 3, || dispatch(AddScaled(a, q, b)));
}

/// Whether no value is infinite or NaN.
pub fn all_finite<T: Real>(values: &[T]) -> bool {
    struct Finite<'a, T>(&'a [T]);
    impl<T: Real> WithSimd for Finite<'_, T> {
        type Output = bool;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> bool {
            // 0 · v is NaN exactly where v is not finite; 32 sums so that they vectorise.
            let mut sums = [T::zero(); 32];
            let (chunks, rest) = self.0.as_chunks::<32>();
            for chunk in chunks {
                for (sum, &v) in sums.iter_mut().zip(chunk) {
                    *sum += v * T::zero();
                }
            }
            sums.iter().all(|sum| !sum.is_nan()) && rest.iter().all(|v| v.is_finite())
        }
    }
    counted::<T, _>(values.len(), 1, || dispatch(Finite(values)))
}

/// `x`, or 0 where it is subnormal: postsynaptic factors of saturated neurons are, and every product with them takes a
/// processor a hundred times as long.
#[inline(always)]
fn normal<T: Real>(x: T) -> T {
    match x.abs() < T::min_positive_value() {
        true => T::zero(),
        false => x,
    }
}

/// Calls `f`, which reads or writes `n_operands` slices of `n` values.
#[inline(always)]
fn counted<T, R>(n: usize, n_operands: usize, f: impl FnOnce() -> R) -> R {
    meter::part(Kernel::Elementwise, || work::<T>(n, n_operands), f)
}

fn work<T>(n: usize, n_operands: usize) -> (u64, f64, f64) {
    (1, 0.0, (n * n_operands * size_of::<T>()) as f64)
}
