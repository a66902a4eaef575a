//! One training step of the matched perceptron on candle, 784-500-500-10.

use apical_backprop::{BackpropSpec, Flavour, Frozen, Mlp, Optimiser};
use apical_learning::{
    Batch, Learner, Network, NoClock, PerLayer, PhaseTimer, Precision, Streams, Transfer, uniform,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(
    unsafe_code,
    reason = "the environment is set before there is a second thread"
)]
fn step(criterion: &mut Criterion) {
    // As in the program: without it candle reads /proc/cpuinfo before every product.
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("RAYON_NUM_THREADS", "1") };
    let streams = Streams::new(1);
    let network =
        Network::new(vec![784, 500, 500, 10], Transfer::Logistic, true).expect("a valid network");
    let start = network.draw_forward(&[0.1; 3], streams);
    let spec = BackpropSpec {
        flavour: Flavour::Matched,
        rates: PerLayer::All(1e-3),
        optimiser: Optimiser::Sgd,
        frozen: Frozen::None,
        centring: 0.0,
        precision: Precision::F32,
    };
    let mut group = criterion.benchmark_group("candle_step_784_500_500_10");
    for n_samples in [10, 128] {
        let mut rng = streams.stream("bench");
        // As in MNIST, about one input in five is not zero.
        let inputs = uniform([n_samples, 784], 1.0, &mut rng).mapv(|r| (r - 0.6).max(0.0));
        let target_rates = uniform([n_samples, 10], 0.3, &mut rng).mapv(|r| r + 0.5);
        let target_potentials = target_rates.mapv(|r| (r / (1.0 - r)).ln());
        let batch = Batch {
            inputs: inputs.view(),
            target_potentials: target_potentials.view(),
            target_rates: target_rates.view(),
            labels: None,
        };
        let mut learner = Mlp::new(&network, &start, &spec).expect("a valid perceptron");
        group.throughput(Throughput::Elements(n_samples as u64));
        group.bench_function(BenchmarkId::from_parameter(n_samples), |bencher| {
            let mut timer = PhaseTimer::new(&NoClock);
            bencher.iter(|| learner.learn(&mut (), batch, &mut timer).expect("finite"));
        });
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
