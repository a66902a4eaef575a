//! One minibatch of 784-500-500-10: dynamics and plasticity.

use apical_learning::{
    EncodedPart, Learner, Network, NoClock, PhaseTimer, Streams, Transfer, uniform,
};
use apical_microcircuit::{MicrocircuitSpec, TwoStep};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;

#[expect(
    unsafe_code,
    reason = "the environment is set before there is a second thread"
)]
fn step(c: &mut Criterion) {
    // One thread, as for candle's step.
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("RAYON_NUM_THREADS", "1") };
    let network = Network::new(vec![784, 500, 500, 10], Transfer::Logistic, true).expect("valid");
    let start = network.draw_forward(&[0.1; 3], Streams::new(0));
    let mut group = c.benchmark_group("microcircuit_step_784_500_500_10");
    for feedback in ["random", "tied"] {
        let spec: MicrocircuitSpec = serde_json::from_value(json!({
            "rates": [1.0, 0.03, 0.05], "feedback": feedback,
        }))
        .expect("valid");
        for n_samples in [10, 128] {
            let mut circuit =
                TwoStep::<f32>::new(&network, &start, &spec, Streams::new(0)).expect("valid");
            let mut rng = Streams::new(1).stream("samples");
            // As in MNIST, about one input in five is not zero.
            let inputs = uniform([n_samples, 784], 1.0, &mut rng).mapv(|v| (v - 0.6).max(0.0));
            let target_potentials = uniform([n_samples, 10], 2.0, &mut rng);
            let part = EncodedPart {
                inputs,
                target_rates: target_potentials.mapv(|u| Transfer::Logistic.rate(u)),
                target_potentials,
                labels: None,
            };
            let mut state = circuit.session(Streams::new(0), n_samples);
            let mut timer = PhaseTimer::new(&NoClock);
            group.throughput(Throughput::Elements(n_samples as u64));
            group.bench_function(BenchmarkId::new(feedback, n_samples), |b| {
                b.iter(|| {
                    circuit
                        .learn(&mut state, part.all(), &mut timer)
                        .expect("finite potentials");
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
