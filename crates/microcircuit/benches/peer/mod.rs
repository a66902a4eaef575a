//! The circuit that the loops of scripts/bench compute as well: 30-50-10 with softplus, all weights,
//! inputs and targets from a formula that every language can follow.

use apical_learning::{EncodedPart, Learner, Network, Streams, TensorName, Transfer};
use apical_microcircuit::{Continuous, ContinuousSpec};
use ndarray::{Array2, ArrayD};
use serde_json::{Value, json};

/// Steps of a presentation.
pub(crate) const N_STEPS: usize = 1000;
const SIZES: [usize; 3] = [30, 50, 10];
const N_PATTERNS: usize = 8;

/// Numbers `first`, `first + 1`, … of a sequence in [−1, 1).
fn draw(first: &mut u32, n: usize, scale: f32) -> Vec<f32> {
    let from = *first;
    *first += n as u32;
    (from..*first)
        .map(|index| {
            let mut x = index.wrapping_mul(2_654_435_761);
            x ^= x >> 16;
            x = x.wrapping_mul(73_244_475);
            x ^= x >> 16;
            scale * (f64::from(x) / f64::from(1u32 << 31) - 1.0) as f32
        })
        .collect()
}

/// What the peers learn with: the recalled rates of Fig. 2 per ms, no noise.
pub(crate) fn spec(is_plastic: bool, sigma: f64) -> Value {
    let on = |rates: Value, off: Value| if is_plastic { rates } else { off };
    json!({
        "rates": on(json!([0.0011875, 0.0005]), json!([0.0, 0.0])),
        "interneuron_rates": on(json!([0.0011875]), json!([0.0])),
        "apical_rates": on(json!([0.0059375]), json!([0.0])),
        "noise": { "sigma": sigma },
    })
}

/// The circuit with its starting weights.
pub(crate) fn circuit(spec: Value) -> Continuous<f32> {
    let transfer = Transfer::Softplus {
        gamma: 0.1,
        beta: 1.0,
        theta: 3.0,
    };
    let network = Network::new(SIZES.to_vec(), transfer, false).expect("valid");
    let spec: ContinuousSpec = serde_json::from_value(spec).expect("valid");
    let streams = Streams::new(0);
    let start = network.draw_forward(&[1.0; 2], streams);
    let mut circuit = Continuous::new(&network, &start, &spec, streams).expect("valid");
    let mut first = 0;
    for (name, [n_post, n_pre]) in tensors() {
        let values = draw(&mut first, n_post * n_pre, 1.0);
        let values = ArrayD::from_shape_vec(vec![n_post, n_pre], values).expect("the shape");
        (circuit
            .tensors_mut()
            .set(name, values.mapv(f64::from).view()))
        .expect("a tensor of the circuit");
    }
    circuit
}

/// The patterns, shown in turn.
pub(crate) fn patterns() -> EncodedPart {
    let mut first = n_synapses() as u32;
    let mut rows = |n: usize, scale: f32| {
        let values = draw(&mut first, N_PATTERNS * n, scale);
        Array2::from_shape_vec([N_PATTERNS, n], values).expect("the shape")
    };
    let (inputs, target_potentials) = (rows(SIZES[0], 1.0), rows(SIZES[2], 3.0));
    EncodedPart {
        inputs,
        target_rates: target_potentials.clone(),
        target_potentials,
        labels: None,
    }
}

/// Weights of the circuit.
pub(crate) fn n_synapses() -> usize {
    tensors()
        .iter()
        .map(|(_, [n_post, n_pre])| n_post * n_pre)
        .sum()
}

/// Names and shapes `[n_post, n_pre]` of all weights, in the order in which they are drawn.
pub(crate) fn tensors() -> [(TensorName, [usize; 2]); 5] {
    let [n_0, n_1, n_2] = SIZES;
    [
        ("pyramidal_from_pyramidal.1_0", [n_1, n_0]),
        ("pyramidal_from_pyramidal.2_1", [n_2, n_1]),
        ("pyramidal_from_pyramidal.1_2", [n_1, n_2]),
        ("interneuron_from_pyramidal.1", [n_2, n_1]),
        ("pyramidal_from_interneuron.1", [n_1, n_2]),
    ]
    .map(|(name, shape)| (name.parse().expect("a tensor name"), shape))
}
