//! The same work on every instruction set of the processor, f32, one core: the products of a
//! minibatch of ten with 784-500, transfer functions and noise, a minibatch of the two-step form,
//! and a presentation in continuous time. A set that is slower than the plain code stands out.

mod peer;

use std::time::Duration;

use apical_kernels::{
    Columns, InstructionSet, Normals, Padded, Start, Transfer, multiply, multiply_transposed,
    rank_update, rates,
};
use apical_learning::{EncodedPart, Learner, Network, NoClock, PhaseTimer, Streams, uniform};
use apical_microcircuit::{MicrocircuitSpec, TwoStep};
use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use serde_json::json;

const N_SAMPLES: usize = 10;
const SIZES: [usize; 4] = [784, 500, 500, 10];

#[expect(
    unsafe_code,
    reason = "the environment is set before there is a second thread"
)]
fn instruction_sets(c: &mut Criterion) {
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("RAYON_NUM_THREADS", "1") };
    let mut group = c.benchmark_group("instruction_sets");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800));
    for set in InstructionSet::all() {
        set.scope(|| {
            kernels(&mut group, set);
            two_step(&mut group, set);
            continuous(&mut group, set);
        });
    }
    group.finish();
}

fn kernels(group: &mut BenchmarkGroup<'_, WallTime>, set: InstructionSet) {
    let [n_pre, n_post, ..] = SIZES;
    let (mut x, mut w) = (
        Padded::<f32>::zeros(N_SAMPLES, n_pre),
        Padded::zeros(n_pre, n_post),
    );
    x.values_mut().fill(0.5);
    w.values_mut().fill(0.01);
    let d = Padded::<f32>::zeros(N_SAMPLES, n_post);
    let mut out = Padded::zeros(N_SAMPLES, n_post);
    let mut back = Padded::zeros(N_SAMPLES, n_pre);
    group.bench_function(BenchmarkId::new("multiply", set.key()), |b| {
        b.iter(|| multiply(&x, Columns::All, &w, Start::Zero, &mut out));
    });
    group.bench_function(BenchmarkId::new("multiply_transposed", set.key()), |b| {
        b.iter(|| multiply_transposed(&d, &w, &mut back));
    });
    group.bench_function(BenchmarkId::new("rank_update", set.key()), |b| {
        b.iter(|| rank_update(&x, Columns::All, &d, &mut w));
    });
    let u: Vec<f32> = (0..4096).map(|i| (i as f32).sin()).collect();
    let mut r = vec![0.0; u.len()];
    let softplus = Transfer::Softplus {
        gamma: 0.1,
        beta: 1.0,
        theta: 3.0,
    };
    for (name, transfer) in [("logistic", Transfer::Logistic), ("softplus", softplus)] {
        group.bench_function(BenchmarkId::new(name, set.key()), |b| {
            b.iter(|| rates(transfer, &u, &mut r));
        });
    }
    let mut seed = 0;
    let mut normals = Normals::new(|| {
        seed += 1;
        seed
    });
    group.bench_function(BenchmarkId::new("normals", set.key()), |b| {
        b.iter(|| normals.fill(&mut r));
    });
}

fn two_step(group: &mut BenchmarkGroup<'_, WallTime>, set: InstructionSet) {
    let network = Network::new(SIZES.to_vec(), Transfer::Logistic, true).expect("valid");
    let start = network.draw_forward(&[0.1; 3], Streams::new(0));
    let spec: MicrocircuitSpec =
        serde_json::from_value(json!({ "rates": [1.0, 0.03, 0.05] })).expect("valid");
    let mut circuit = TwoStep::<f32>::new(&network, &start, &spec, Streams::new(0)).expect("valid");
    let mut rng = Streams::new(1).stream("samples");
    let inputs = uniform([N_SAMPLES, SIZES[0]], 1.0, &mut rng);
    let target_potentials = uniform([N_SAMPLES, SIZES[3]], 2.0, &mut rng);
    let part = EncodedPart {
        inputs,
        target_rates: target_potentials.mapv(|u| Transfer::Logistic.rate(u)),
        target_potentials,
        labels: None,
    };
    let mut session = circuit.session(Streams::new(0), N_SAMPLES);
    let mut timer = PhaseTimer::new(&NoClock);
    group.bench_function(BenchmarkId::new("two_step", set.key()), |b| {
        b.iter(|| {
            let learned = circuit.learn(&mut session, part.all(), &mut timer);
            learned.expect("finite potentials");
        });
    });
}

fn continuous(group: &mut BenchmarkGroup<'_, WallTime>, set: InstructionSet) {
    let patterns = peer::patterns();
    for (name, sigma) in [("continuous", 0.0), ("continuous_noisy", 0.3)] {
        let mut circuit = peer::circuit(peer::spec(true, sigma));
        let mut session = circuit.session(Streams::new(0), 1);
        let mut timer = PhaseTimer::new(&NoClock);
        let mut next = 0;
        group.throughput(Throughput::Elements(peer::N_STEPS as u64));
        group.bench_function(BenchmarkId::new(name, set.key()), |b| {
            b.iter(|| {
                let batch = patterns.range(next, next + 1);
                let learned = circuit.learn(&mut session, batch, &mut timer);
                learned.expect("finite potentials");
                next = (next + 1) % patterns.n_samples();
            });
        });
    }
}

criterion_group!(benches, instruction_sets);
criterion_main!(benches);
