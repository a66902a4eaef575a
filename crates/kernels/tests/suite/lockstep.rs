//! Slices that are read and written in step.

use apical_kernels::{InstructionSet, Lockstep, Strip};
use pulp::{Simd, WithSimd};

/// Adds the first slice to the second, two registers at a time.
struct Add<'a>(Lockstep<'a, f32, 2>);

impl WithSimd for Add<'_> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> usize {
        let n = self.0.n_registers::<S>();
        for first in (0..n).step_by(2) {
            let [a, b] = self.0.registers::<S, 2>(first);
            for (a, b) in a.iter().zip(b) {
                b.set(simd.add_f32s(a.get(), b.get()));
            }
        }
        n * S::F32_LANES
    }
}

#[test]
fn registers_are_those_of_the_slices() {
    for set in InstructionSet::all() {
        let (mut a, mut b) = (Strip::zeros(32), Strip::zeros(32));
        for i in 0..32 {
            (a[i], b[i]) = (i as f32, 100.0 * i as f32);
        }
        let n = set.run(Add(Lockstep::new([a.cells(), b.cells()])));
        assert_eq!(n, 32);
        assert!((0..32).all(|i| b[i] == 101.0 * i as f32), "{set}");
    }
}

#[test]
#[should_panic(expected = "no such registers")]
fn registers_beyond_the_end_are_refused() {
    struct Beyond<'a>(Lockstep<'a, f32, 1>);
    impl WithSimd for Beyond<'_> {
        type Output = f32;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> f32 {
            let last = self.0.n_registers::<S>() - 1;
            let [[_, beyond]] = self.0.registers::<S, 2>(last);
            simd.reduce_sum_f32s(beyond.get())
        }
    }
    let mut strip = Strip::zeros(16);
    InstructionSet::Plain.run(Beyond(Lockstep::new([strip.cells()])));
}

#[test]
#[should_panic(expected = "lengths")]
fn slices_of_other_lengths_are_refused() {
    let (mut a, mut b) = (Strip::<f64>::zeros(32), Strip::zeros(16));
    Lockstep::new([a.cells(), b.cells()]);
}
