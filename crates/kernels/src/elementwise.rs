//! Element-by-element kernels.

use pulp::{Simd, WithSimd};

use crate::{Curve, Real, Transfer, dispatch};

/// r = φ(u), vectorised; agrees with [`Transfer::rate`] to rounding.
///
/// # Panics
/// If the slices differ in length.
pub fn rates<T: Real>(transfer: Transfer, u: &[T], r: &mut [T]) {
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

/// out = scale · (φ(u) − r): a difference of rates, the postsynaptic factor of plasticity.
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
                *out = self.2 * (a - b);
            }
        }
    }
    dispatch(Difference(rate, reference, scale, out));
}

/// out = a − b.
///
/// # Panics
/// If the slices differ in length.
pub fn subtract<T: Real>(a: &[T], b: &[T], out: &mut [T]) {
    rate_difference(a, b, T::one(), out);
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
    dispatch(Mix(p, a, q, b, out));
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
    dispatch(AddScaled(a, q, b));
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
    dispatch(Finite(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Transfer; 4] = [
        Transfer::Logistic,
        Transfer::Softplus {
            gamma: 0.1,
            beta: 1.0,
            theta: 3.0,
        },
        Transfer::Tanh,
        Transfer::Relu,
    ];

    fn on_every_instruction_set(test: impl Fn()) {
        for set in crate::InstructionSet::all() {
            set.scope(&test);
        }
    }

    #[test]
    fn rates_agree_with_the_plain_transfer_functions() {
        on_every_instruction_set(check_rates);
    }

    fn check_rates() {
        let u: Vec<f64> = (-2000..2000).map(|i| f64::from(i) / 50.0).collect();
        let narrow: Vec<f32> = u.iter().map(|&u| u as f32).collect();
        for transfer in ALL {
            let mut r = vec![0.0; u.len()];
            rates(transfer, &u, &mut r);
            for (&u, r) in u.iter().zip(&r) {
                assert!((r - transfer.rate(u)).abs() < 1e-14, "{transfer:?} at {u}");
            }
            let mut r = vec![0.0; u.len()];
            rates(transfer, &narrow, &mut r);
            for (&u, r) in narrow.iter().zip(&r) {
                let bound = 3e-7 * transfer.rate(u).abs().max(1.0);
                assert!((r - transfer.rate(u)).abs() < bound, "{transfer:?} at {u}");
            }
        }
    }

    #[test]
    fn a_broken_potential_stays_broken() {
        on_every_instruction_set(|| {
            for transfer in ALL {
                let mut r = [0.0_f32];
                rates(transfer, &[f32::NAN], &mut r);
                assert!(r[0].is_nan(), "{transfer:?}");
            }
        });
    }

    #[test]
    fn non_finite_values_are_found_anywhere() {
        on_every_instruction_set(check_all_finite);
    }

    fn check_all_finite() {
        for n in [1, 31, 32, 33, 100] {
            let mut values = vec![1.0_f32; n];
            assert!(all_finite(&values));
            for i in 0..n {
                for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                    values[i] = bad;
                    assert!(!all_finite(&values), "{bad} at {i} of {n}");
                }
                values[i] = 1.0;
            }
        }
    }

    #[test]
    fn linear_kernels() {
        on_every_instruction_set(check_linear);
    }

    fn check_linear() {
        let (a, b) = ([1.0, 2.0], [10.0, 20.0]);
        let mut out = [0.0; 2];
        mix(2.0, &a, 0.5, &b, &mut out);
        assert_eq!(out, [7.0, 14.0]);
        rate_difference(&b, &a, 0.1, &mut out);
        assert_eq!(out, [0.1 * 9.0, 0.1 * 18.0]);
        subtract(&b, &a, &mut out);
        assert_eq!(out, [9.0, 18.0]);
        add_scaled(&mut out, -1.0, &a);
        assert_eq!(out, [8.0, 16.0]);
    }
}
