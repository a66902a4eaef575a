//! Presentations of the circuit in continuous time, f32, one core. Throughput is in steps; every
//! name ends with the number of synapses, times the batch where there is one.

mod peer;

use std::time::Duration;

use apical_learning::{
    EncodedPart, Learner, Network, NoClock, PhaseTimer, Streams, Transfer, uniform,
};
use apical_microcircuit::{Continuous, ContinuousSpec};
use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main,
};
use serde_json::json;

/// What acts beside the potentials, with σ.
const KINDS: [(&str, bool, f64); 4] = [
    ("plastic", true, 0.0),
    ("plastic_noisy", true, 0.3),
    ("fixed", false, 0.0),
    ("fixed_noisy", false, 0.3),
];
/// Patterns shown in turn, so that no filter decays to nothing.
const N_PATTERNS: usize = 8;

/// A circuit to be timed; a circuit with many synapses is shown its patterns for fewer steps.
struct Shape {
    sizes: &'static [usize],
    n_steps: usize,
    n_copies: usize,
}

const SHAPES: [Shape; 6] = [
    Shape::online(&[4, 120, 3], peer::N_STEPS),
    Shape::online(&[30, 20, 10], peer::N_STEPS),
    Shape::online(&[784, 500, 10], peer::N_STEPS),
    Shape::online(&[784, 500, 500, 10], 100),
    Shape {
        sizes: &[30, 50, 10],
        n_steps: peer::N_STEPS,
        n_copies: 10,
    },
    Shape {
        sizes: &[784, 500, 500, 10],
        n_steps: 20,
        n_copies: 10,
    },
];

impl Shape {
    const fn online(sizes: &'static [usize], n_steps: usize) -> Self {
        Self {
            sizes,
            n_steps,
            n_copies: 1,
        }
    }

    fn name(&self) -> String {
        let sizes: Vec<String> = self.sizes.iter().map(usize::to_string).collect();
        match self.n_copies {
            1 => sizes.join("-"),
            n => format!("{}_batch_{n}", sizes.join("-")),
        }
    }

    fn n_synapses(&self) -> usize {
        let pairs = |sizes: &[usize]| {
            sizes
                .windows(2)
                .map(|pair| pair[0] * pair[1])
                .sum::<usize>()
        };
        // Forward; top-down, to interneurons and from interneurons above the input.
        self.n_copies * (pairs(self.sizes) + 3 * pairs(&self.sizes[1..]))
    }

    fn transfer(&self) -> Transfer {
        match self.sizes[0] {
            30 => Transfer::Softplus {
                gamma: 0.1,
                beta: 1.0,
                theta: 3.0,
            },
            _ => Transfer::Logistic,
        }
    }

    /// A self-predicting circuit; rates are small enough to be stable over all repetitions.
    fn circuit(&self, is_plastic: bool, sigma: f64) -> Continuous<f32> {
        let network = Network::new(self.sizes.to_vec(), self.transfer(), false).expect("valid");
        let n_layers = network.n_layers();
        let rate = if is_plastic { 1e-5 } else { 0.0 };
        let presentation_ms = self.n_steps as f64 / 10.0;
        let spec = json!({
            "presentation_ms": presentation_ms,
            "readout_window_ms": presentation_ms,
            "rates": vec![rate; n_layers],
            "interneuron_rates": vec![rate; n_layers - 1],
            "apical_rates": vec![rate; n_layers - 1],
            "noise": { "sigma": sigma },
        });
        let spec: ContinuousSpec = serde_json::from_value(spec).expect("valid");
        let streams = Streams::new(0);
        let start = network.draw_forward(&vec![0.1; n_layers], streams);
        Continuous::new(&network, &start, &spec, streams).expect("valid")
    }

    fn patterns(&self) -> EncodedPart {
        let mut rng = Streams::new(1).stream("samples");
        let n = N_PATTERNS * self.n_copies;
        let target_potentials = uniform([n, self.sizes[self.sizes.len() - 1]], 2.0, &mut rng);
        EncodedPart {
            inputs: uniform([n, self.sizes[0]], 1.0, &mut rng),
            target_rates: target_potentials.mapv(|u| self.transfer().rate(u)),
            target_potentials,
            labels: None,
        }
    }
}

/// Learns the patterns one after the other, `n_copies` at once.
fn present(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    (kind, n_steps, n_copies, n_synapses): (&str, usize, usize, usize),
    mut circuit: Continuous<f32>,
    patterns: &EncodedPart,
) {
    let mut session = circuit.session(Streams::new(0), n_copies);
    let mut timer = PhaseTimer::new(&NoClock);
    let mut next = 0;
    group.throughput(Throughput::Elements(n_steps as u64));
    let parameter = format!("{kind}/{n_synapses}");
    group.bench_function(BenchmarkId::new(name, parameter), |b| {
        b.iter(|| {
            let batch = patterns.range(next, next + n_copies);
            circuit
                .learn(&mut session, batch, &mut timer)
                .expect("finite potentials");
            next = (next + n_copies) % patterns.n_samples();
        });
    });
}

#[expect(
    unsafe_code,
    reason = "the environment is set before there is a second thread"
)]
fn continuous(c: &mut Criterion) {
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("RAYON_NUM_THREADS", "1") };
    let mut group = c.benchmark_group("continuous");
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    let patterns = peer::patterns();
    for (kind, is_plastic, sigma) in KINDS {
        let circuit = peer::circuit(peer::spec(is_plastic, sigma));
        let counts = (kind, peer::N_STEPS, 1, peer::n_synapses());
        present(&mut group, "30-50-10", counts, circuit, &patterns);
    }
    for shape in SHAPES {
        let patterns = shape.patterns();
        for (kind, is_plastic, sigma) in KINDS {
            let circuit = shape.circuit(is_plastic, sigma);
            let counts = (kind, shape.n_steps, shape.n_copies, shape.n_synapses());
            present(&mut group, &shape.name(), counts, circuit, &patterns);
        }
    }
    group.finish();
}

criterion_group!(benches, continuous);
criterion_main!(benches);
