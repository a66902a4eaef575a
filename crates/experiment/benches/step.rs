//! One minibatch of 784-500-500-10, learnt by the circuits, by backprop on their kernels and by backprop
//! on candle, side by side on dense inputs: their ratios are what learning costs.

use std::time::Duration;

use apical_learning::{
    AnyLearnerKind, EncodedPart, Network, NoClock, PhaseTimer, Streams, Transfer, uniform,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use erased_serde::Deserializer;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn samples(n_samples: usize) -> EncodedPart {
    let mut rng = Streams::new(1).stream("samples");
    let target_potentials = uniform([n_samples, 10], 2.0, &mut rng);
    EncodedPart {
        inputs: uniform([n_samples, 784], 1.0, &mut rng).mapv(f32::abs),
        target_rates: target_potentials.mapv(|u| Transfer::Logistic.rate(u)),
        target_potentials,
        labels: None,
    }
}

fn kind(name: &str) -> &'static dyn AnyLearnerKind {
    let kinds = [
        apical_backprop::kind::KINDS,
        apical_microcircuit::kind::KINDS,
    ];
    let mut kinds = kinds.into_iter().flatten();
    *kinds.find(|kind| kind.name() == name).expect("a kind")
}

/// Name, kind and settings; learners run compiled in their own crates.
fn learners() -> [(&'static str, &'static str, Value); 5] {
    let rates = [1.0, 0.03, 0.05];
    let circuit = |feedback: &str| json!({"rates": rates, "feedback": feedback});
    let flavour = json!({"rates": rates, "flavour": "matched"});
    [
        ("random", "microcircuit", circuit("random")),
        ("tied", "microcircuit", circuit("tied")),
        ("error_neurons", "error_neurons", circuit("random")),
        (
            "kernel_backprop",
            "kernel_backprop",
            json!({"rates": rates}),
        ),
        ("candle", "backprop", flavour),
    ]
}

#[expect(
    unsafe_code,
    reason = "the environment is set before there is a second thread"
)]
fn steps(c: &mut Criterion) {
    if std::env::var_os("RAYON_NUM_THREADS").is_none() {
        // One thread. As in the program: without it candle reads /proc/cpuinfo before every product.
        // SAFETY: no other thread runs yet.
        unsafe { std::env::set_var("RAYON_NUM_THREADS", "1") };
    }
    let network = Network::new(vec![784, 500, 500, 10], Transfer::Logistic, true).expect("valid");
    let start = network.draw_forward(&[0.1; 3], Streams::new(0));
    let mut group = c.benchmark_group("step_784_500_500_10");
    group
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1500));
    for n_samples in [10, 32, 128] {
        let part = samples(n_samples);
        group.throughput(Throughput::Elements(n_samples as u64));
        for (name, of, settings) in learners() {
            let mut settings = <dyn Deserializer<'_>>::erase(settings);
            let chosen = kind(of).read(&mut settings).expect("valid settings");
            let mut learner = chosen
                .make(&network, &start, Streams::new(0))
                .expect("a learner");
            let mut session = learner.session(Streams::new(0), n_samples);
            let mut timer = PhaseTimer::new(&NoClock);
            group.bench_function(BenchmarkId::new(name, n_samples), |b| {
                b.iter(|| {
                    let learnt = learner.learn(&mut session, part.all(), &mut timer);
                    learnt.expect("finite potentials");
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
