//! Every product against a sum written out, at any shape.

use apical_kernels::{
    Columns, InstructionSet, Padded, Real, Start, multiply, multiply_transposed, rank_update,
};
use ndarray::Array2;
use proptest::prelude::*;

use crate::helpers::beside_helpers;

fn filled<T: Real>(rows: usize, cols: usize, salt: u64) -> Padded<T> {
    let mut state = salt.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let values = Array2::from_shape_simple_fn((rows, cols), || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((state >> 33) as f64 / f64::from(u32::MAX)) - 0.25
    });
    let mut padded = Padded::zeros(rows, cols);
    padded.assign(values.view());
    padded
}

fn close<T: Real>(found: &Padded<T>, exact: impl Fn(usize, usize) -> f64, bound: f64) {
    for ((r, c), value) in found.view().indexed_iter() {
        let exact = exact(r, c);
        assert!(
            (value.wide() - exact).abs() <= bound * exact.abs().max(1.0),
            "[{r}, {c}]: {value} instead of {exact}"
        );
    }
    let padding = found.values().chunks(found.stride());
    assert!(
        padding
            .into_iter()
            .all(|row| row[found.cols()..].iter().all(|v| v.is_zero()))
    );
}

fn check<T: Real>(n: usize, pre: usize, post: usize, bound: f64) {
    let x = filled::<T>(n, pre, 1);
    let w = filled::<T>(pre, post, 2);
    let d = filled::<T>(n, post, 3);
    let bias = filled::<T>(1, post, 4);
    let at = |m: &Padded<T>, r: usize, c: usize| m.row(r)[c].wide();
    let sum = |b: usize, i: usize| (0..pre).map(|j| at(&x, b, j) * at(&w, j, i)).sum::<f64>();

    let mut out = Padded::zeros(n, post);
    multiply(&x, Columns::All, &w, Start::Row(bias.row(0)), &mut out);
    close(&out, |b, i| at(&bias, 0, i) + sum(b, i), bound);
    multiply(&x, Columns::All, &w, Start::Output, &mut out);
    close(&out, |b, i| at(&bias, 0, i) + 2.0 * sum(b, i), bound);
    multiply(&x, Columns::All, &w, Start::Zero, &mut out);
    close(&out, sum, bound);

    let mut back = Padded::zeros(n, pre);
    multiply_transposed(&d, &w, &mut back);
    let transposed = |b: usize, j: usize| (0..post).map(|i| at(&d, b, i) * at(&w, j, i)).sum();
    close(&back, transposed, bound);

    let mut changed = w.clone();
    rank_update(&x, Columns::All, &d, &mut changed);
    close(
        &changed,
        |j, i| at(&w, j, i) + (0..n).map(|b| at(&x, b, j) * at(&d, b, i)).sum::<f64>(),
        bound,
    );

    // Silent presynaptic neurons may be left out, to the bit.
    let mut x = x;
    for b in 0..n {
        for j in (0..pre).step_by(2) {
            x.row_mut(b)[j] = T::zero();
        }
    }
    let active: Vec<u32> = (0..pre as u32).filter(|j| j % 2 == 1).collect();
    let mut skipped = Padded::zeros(n, post);
    multiply(&x, Columns::All, &w, Start::Zero, &mut out);
    multiply(&x, Columns::Some(&active), &w, Start::Zero, &mut skipped);
    assert_eq!(out.view(), skipped.view());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn products_are_right_at_any_shape(n in 1_usize..24, pre in 1_usize..70, post in 1_usize..70) {
        check::<f32>(n, pre, post, 2e-5);
        check::<f64>(n, pre, post, 1e-13);
    }
}

#[test]
fn every_block_of_samples_is_right_on_every_instruction_set() {
    for set in InstructionSet::all() {
        set.scope(|| {
            for n in (1..=33).chain([64, 128]) {
                check::<f32>(n, 37, 70, 2e-5);
                check::<f64>(n, 37, 70, 1e-13);
            }
        });
    }
}

/// Fused where there are registers, as the kernels.
fn multiply_add(set: InstructionSet, a: f32, b: f32, c: f32) -> f32 {
    match set {
        InstructionSet::Plain => a * b + c,
        _ => a.mul_add(b, c),
    }
}

#[test]
fn sums_are_in_the_order_of_their_terms_at_any_size() {
    let third: Vec<u32> = (0..300).filter(|j| j % 3 == 1).collect();
    for set in InstructionSet::all() {
        for n in [1, 4, 10, 11, 13, 16, 19, 32, 65, 131] {
            let (x, w) = (filled::<f32>(n, 300, 1), filled::<f32>(300, 230, 2));
            let d = filled::<f32>(n, 230, 3);
            let start = filled::<f32>(1, 230, 4);
            for (columns, rows) in [
                (Columns::All, (0..300).collect()),
                (Columns::Some(&third), third.clone()),
                (Columns::Some(&[]), vec![]),
            ] {
                let (mut out, mut changed) = (Padded::zeros(n, 230), w.clone());
                set.scope(|| {
                    multiply(&x, columns, &w, Start::Row(start.row(0)), &mut out);
                    rank_update(&x, columns, &d, &mut changed);
                });
                for b in 0..n {
                    for i in 0..230 {
                        let sum = rows.iter().fold(start.row(0)[i], |sum, &j| {
                            multiply_add(set, x.row(b)[j as usize], w.row(j as usize)[i], sum)
                        });
                        assert_eq!(out.row(b)[i], sum, "{set}, {n} samples");
                    }
                }
                for j in 0..300 {
                    for i in 0..230 {
                        let takes_part = rows.contains(&(j as u32));
                        let samples = if takes_part { 0..n } else { 0..0 };
                        let sum = samples.fold(w.row(j)[i], |sum, b| {
                            multiply_add(set, x.row(b)[j], d.row(b)[i], sum)
                        });
                        assert_eq!(changed.row(j)[i], sum, "{set}, {n} samples");
                    }
                }
                assert!(is_padded_with_zeros(&out) && is_padded_with_zeros(&changed));
            }
        }
    }
}

/// By lanes of 64 bytes, which are added half to half; value by value where there are no registers.
fn sum_over_lanes(set: InstructionSet, a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = vec![
        0.0;
        if matches!(set, InstructionSet::Plain) {
            1
        } else {
            16
        }
    ];
    let n = lanes.len();
    for (i, (&a, &b)) in a.iter().zip(b).enumerate() {
        lanes[i % n] = multiply_add(set, a, b, lanes[i % n]);
    }
    while lanes.len() > 1 {
        let last = lanes.split_off(lanes.len() / 2);
        lanes.iter_mut().zip(last).for_each(|(a, b)| *a += b);
    }
    lanes[0]
}

#[test]
fn sums_over_lanes_do_not_depend_on_the_width_of_registers() {
    for set in InstructionSet::all() {
        for (n, pre, post) in [
            (1, 7, 3),
            (4, 30, 16),
            (5, 31, 17),
            (13, 300, 230),
            (32, 9, 500),
        ] {
            let (d, w) = (filled::<f32>(n, post, 3), filled::<f32>(pre, post, 2));
            let mut out = Padded::zeros(n, pre);
            set.scope(|| multiply_transposed(&d, &w, &mut out));
            for b in 0..n {
                for j in 0..pre {
                    let sum = sum_over_lanes(set, d.row(b), w.row(j));
                    assert_eq!(out.row(b)[j], sum, "{set}, {n} samples, {pre} x {post}");
                }
            }
        }
    }
}

fn is_padded_with_zeros(matrix: &Padded<f32>) -> bool {
    let mut rows = matrix.values().chunks(matrix.stride());
    rows.all(|row| row[matrix.cols()..].iter().all(|&value| value == 0.0))
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let x = filled::<f32>(128, 300, 1);
    let w = filled::<f32>(300, 500, 2);
    let d = filled::<f32>(128, 500, 3);
    let run = || {
        let mut out = Padded::zeros(128, 500);
        multiply(&x, Columns::All, &w, Start::Zero, &mut out);
        let mut changed = w.clone();
        rank_update(&x, Columns::All, &d, &mut changed);
        let mut back = Padded::zeros(128, 300);
        multiply_transposed(&d, &w, &mut back);
        [out, changed, back]
    };
    let alone = run();
    assert!(alone.iter().all(|of| of.values().iter().any(|&v| v != 0.0)));
    // More at work at a time than there are places to share it, and helpers that come and go.
    beside_helpers(3, || {
        std::thread::scope(|threads| {
            for _ in 0..10 {
                threads.spawn(|| {
                    for _ in 0..40 {
                        for (with_help, alone) in run().iter().zip(&alone) {
                            assert!(with_help.view() == alone.view());
                        }
                    }
                });
            }
        });
    });
}

#[test]
#[should_panic(expected = "a column lies beyond")]
fn columns_beyond_the_width_are_refused() {
    let (x, w) = (filled::<f32>(1, 4, 1), filled::<f32>(4, 4, 2));
    let mut out = Padded::zeros(1, 4);
    multiply(&x, Columns::Some(&[4]), &w, Start::Zero, &mut out);
}
