//! The products of a minibatch with the largest matrices of 784-500-500-10.

use std::time::Duration;

use apical_kernels::{Columns, Padded, Start, multiply, multiply_transposed, rank_update};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn products(c: &mut Criterion) {
    bench(
        c,
        "products",
        &[(784, 500), (500, 500), (500, 10)],
        &[10, 32, 128],
        1,
    );
}

/// The same with more matrices, in turn, than the second cache holds.
fn products_in_turn(c: &mut Criterion) {
    bench(
        c,
        "products_in_turn",
        &[(784, 500), (500, 500)],
        &[10, 32, 128],
        4,
    );
}

fn bench(
    c: &mut Criterion,
    name: &str,
    shapes: &[(usize, usize)],
    samples: &[usize],
    n_matrices: usize,
) {
    let mut group = c.benchmark_group(name);
    group
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500));
    for &(pre, post) in shapes {
        for &n in samples {
            let (mut x, mut w) = (Padded::<f32>::zeros(n, pre), Padded::zeros(pre, post));
            x.view_mut().fill(0.5);
            w.view_mut().fill(0.01);
            let mut weights = vec![w; n_matrices];
            let d = Padded::<f32>::zeros(n, post);
            let mut out = Padded::zeros(n, post);
            let mut back = Padded::zeros(n, pre);
            let shape = format!("{n}x{pre}x{post}");
            group.throughput(Throughput::Elements((n_matrices * n * pre * post) as u64));
            group.bench_function(BenchmarkId::new("multiply", &shape), |b| {
                b.iter(|| {
                    for w in &weights {
                        multiply(&x, Columns::All, w, Start::Zero, &mut out);
                    }
                });
            });
            group.bench_function(BenchmarkId::new("multiply_transposed", &shape), |b| {
                b.iter(|| {
                    for w in &weights {
                        multiply_transposed(&d, w, &mut back);
                    }
                });
            });
            group.bench_function(BenchmarkId::new("rank_update", &shape), |b| {
                b.iter(|| {
                    for w in &mut weights {
                        rank_update(&x, Columns::All, &d, w);
                    }
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, products, products_in_turn);
criterion_main!(benches);
