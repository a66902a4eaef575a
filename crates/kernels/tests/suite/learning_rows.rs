//! Matrices that learn while they multiply, against the plain loops.

use apical_kernels::{Factors, Gains, InstructionSet, LearningRows, Real, Role, Strip, TailSums};
use pulp::{Simd, WithSimd};

struct Steps<'a, T> {
    rows: &'a mut LearningRows<T>,
    width: usize,
    offset: usize,
    found: &'a mut Vec<T>,
}

fn of(i: usize, step: usize, scale: f64) -> f64 {
    ((i + step) as f64 * scale).sin()
}

impl<T: Real> WithSimd for Steps<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (n, width) = (self.rows.n_rows(), self.width);
        let own = self.offset..self.offset + n;
        for step in 0..4 {
            let rows = [1, 2].map(|e| {
                let mut row = Strip::zeros(own.end);
                // What stands around the rows belongs to others.
                row.fill(T::of(7.0));
                (0..n).for_each(|i| row[own.start + i] = T::of(of(i, e * step, 0.3)));
                row
            });
            let mut columns = [Strip::zeros(width), Strip::zeros(width)];
            let mut x = Strip::zeros(width);
            for j in 0..width {
                x[j] = T::of(of(j, step, 1.1));
                columns[0][j] = T::of(of(j, step, 0.7));
                columns[1][j] = T::of(of(j, step, 1.7));
            }
            let pass = (step > 0).then_some(Gains {
                gain: T::of(0.1 * step as f64),
                ahead: T::of(0.03),
            });
            let [mut r_0, mut r_1] = rows.clone();
            let [mut c_0, mut c_1] = columns;
            let (r_0, r_1, c_0, c_1) = (r_0.cells(), r_1.cells(), c_0.cells(), c_1.cells());
            let events = [(r_0, c_0), (r_1, c_1)].map(|(rows, columns)| Factors { rows, columns });

            let mut out = Strip::zeros(own.end);
            out.fill(T::of(5.0));
            self.rows
                .bind(out.cells(), x.cells(), events)
                .dot(simd, pass);
            self.found.extend(&out[own.clone()]);
            let mut others = out[..own.start].iter().chain(&out[own.end..]);
            assert!(others.all(|&other| other == T::of(5.0)));

            let [mut x_of_rows, _] = rows;
            let mut out = Strip::zeros(width + 1);
            out[width] = T::of(5.0);
            let mut tail = TailSums::zeros();
            let mut bound = self.rows.bind(x_of_rows.cells(), out.cells(), events);
            bound.accumulate(simd, pass, &mut tail, step == 2);
            bound.write_tail(simd, &tail);
            self.found.extend(&out[..width]);
            assert!(self.rows.n_tail() == 0 || out[width] == T::of(5.0));

            let mut out = Strip::zeros(own.end);
            self.rows
                .bind(out.cells(), x.cells(), events)
                .dot(simd, None);
            self.found.extend(&out[own.clone()]);
        }
    }
}

/// The same, value by value.
fn plainly(n: usize, width: usize, learns: bool, weight: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let mut found = Vec::new();
    let (mut a, mut d) = (vec![0.0; n * width], vec![0.0; n * width]);
    for step in 0..4 {
        for product in 0..3 {
            let mut out = vec![0.0; if product == 1 { width } else { n }];
            for i in 0..n {
                for j in 0..width {
                    let at = i * width + j;
                    let acts = step > 0 && learns && product < 2;
                    if acts {
                        d[at] += of(i, step, 0.3) * of(j, step, 0.7);
                        a[at] += 0.1 * step as f64 * d[at];
                        d[at] += of(i, 2 * step, 0.3) * of(j, step, 1.7);
                    }
                    let w = weight(i, j) + a[at];
                    if product == 1 {
                        out[j] += w * of(i, step, 0.3);
                    } else {
                        out[i] += w * of(j, step, 1.1);
                    }
                    if acts {
                        a[at] += 0.03 * d[at];
                    }
                }
            }
            found.extend(out);
        }
    }
    found
}

fn check<T: Real>(bound: f64) {
    let weight = |i: usize, j: usize| ((7 * i + 3 * j) as f64).cos();
    for (n, width) in [
        (1, 1),
        (2, 16),
        (3, 120),
        (4, 17),
        (10, 50),
        (14, 33),
        (20, 100),
        (10, 300),
    ] {
        for (learns, offset) in [(true, 0), (true, 2), (true, 15), (false, 0), (false, 15)] {
            let mut rows = LearningRows::zeros(n, width, offset, learns);
            for i in 0..n {
                let values: Vec<T> = (0..width).map(|j| T::of(weight(i, j))).collect();
                rows.set_row(i, Role::Weight, &values);
            }
            let expected = plainly(n, width, learns, weight);
            let mut of_fused: Option<Vec<T>> = None;
            for set in InstructionSet::all() {
                let (mut rows, mut found) = (rows.clone(), Vec::new());
                set.run(Steps {
                    rows: &mut rows,
                    width,
                    offset,
                    found: &mut found,
                });
                assert_eq!(found.len(), expected.len());
                for (found, expected) in found.iter().zip(&expected) {
                    let error = (found.wide() - expected).abs();
                    assert!(error < bound, "{set:?}, {n} x {width}: {found} {expected}");
                }
                // To the bit the same wherever multiply-adds are fused, however wide registers are.
                if !matches!(set, InstructionSet::Plain) {
                    assert_eq!(
                        of_fused.get_or_insert_with(|| found.clone()),
                        &found,
                        "{set:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn updates_and_products_are_those_of_the_plain_loops() {
    check::<f64>(1e-12);
    check::<f32>(1e-4);
}

#[test]
fn few_last_columns_lie_column_by_column() {
    let tail = |n, width| LearningRows::<f32>::zeros(n, width, 0, true).n_tail();
    assert_eq!([tail(10, 50), tail(14, 33), tail(20, 100)], [2, 1, 4]);
    assert_eq!(
        [tail(3, 50), tail(10, 56), tail(10, 48), tail(10, 2)],
        [0; 4]
    );
}

#[test]
fn what_is_written_is_read() {
    let mut rows = LearningRows::<f32>::zeros(14, 33, 5, true);
    let value = |i: usize, role: Role, j: usize| (1000 * i + 100 * role as usize + j) as f32;
    let all = [Role::Weight, Role::Increment, Role::Trace];
    for (i, role) in (0..14).flat_map(|i| all.map(|role| (i, role))) {
        let values: Vec<f32> = (0..33).map(|j| value(i, role, j)).collect();
        rows.set_row(i, role, &values);
    }
    rows.scale_trace(2.0);
    for (i, role) in (0..14).flat_map(|i| all.map(|role| (i, role))) {
        let factor = if role == Role::Trace { 2.0 } else { 1.0 };
        let mut found = [0.0; 33];
        rows.copy_row(i, role, &mut found);
        let expected = (0..33).map(|j| factor * value(i, role, j));
        assert!(expected.eq(found), "row {i}, {role:?}");
    }
}
