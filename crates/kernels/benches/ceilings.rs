//! What one core can do at best, against which loops are held: f32 multiply-adds in the widest
//! registers, and reading and writing the first-level cache, each alone and mixed.
//!
//! Throughput is multiply-adds or bytes; the last part of a name is the number of f32 lanes.

use std::hint::black_box;
use std::time::Duration;

use apical_kernels::dispatch;
use apical_kernels::roofs::{self, Traffic};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pulp::{Simd, WithSimd};

/// f32 values of a 16 KiB buffer.
const N_VALUES: usize = 4096;
/// Passes over the buffer in one iteration.
const N_PASSES: usize = 256;

/// A buffer that begins with a cache line.
#[repr(align(64))]
struct Aligned([f32; N_VALUES]);

struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::F32_LANES
    }
}

struct Write<'a>(&'a mut [f32], f32);

impl WithSimd for Write<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let value = simd.splat_f32s(self.1);
        for _ in 0..N_PASSES {
            let (vectors, _) = S::as_mut_simd_f32s(black_box(&mut *self.0));
            for eight in vectors.as_chunks_mut::<8>().0 {
                *eight = [value; 8];
            }
        }
    }
}

fn ceilings(c: &mut Criterion) {
    let mut group = c.benchmark_group("ceilings");
    group
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    let n_lanes = dispatch(Lanes);
    let n_bytes = (N_PASSES * N_VALUES * size_of::<f32>()) as u64;
    let mut buffer = Box::new(Aligned([0.5; N_VALUES]));

    group.throughput(Throughput::Elements(roofs::multiply_adds() as u64));
    group.bench_function(BenchmarkId::new("multiply_adds", n_lanes), |b| {
        b.iter(roofs::multiply_adds);
    });
    for (name, traffic) in [("read", Traffic::Read), ("mixed", Traffic::Mixed)] {
        let n_bytes = roofs::go_through(traffic, &mut buffer.0);
        group.throughput(Throughput::Bytes(n_bytes as u64));
        group.bench_function(BenchmarkId::new(name, n_lanes), |b| {
            b.iter(|| roofs::go_through(traffic, &mut buffer.0));
        });
    }
    group.throughput(Throughput::Bytes(n_bytes));
    group.bench_function(BenchmarkId::new("write", n_lanes), |b| {
        b.iter(|| dispatch(Write(&mut buffer.0, black_box(0.3))));
    });
    group.finish();
}

criterion_group!(benches, ceilings);
criterion_main!(benches);
