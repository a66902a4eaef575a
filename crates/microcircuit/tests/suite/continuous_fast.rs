//! The fast loop against the plain one.

use apical_kernels::Real;
use apical_learning::{Learner, Network, Streams, TensorName, Transfer};
use ndarray::ArrayD;
use serde_json::{Value, json};

use crate::support::{continuous, learn, samples};

/// Potentials, filters and changes of weights after ten patterns of a thousand steps.
fn run<T: Real>(network: &Network, spec: &Value, is_plain: bool) -> Vec<(String, ArrayD<f64>)> {
    let mut circuit = continuous::<T>(network, spec.clone(), 6);
    if is_plain {
        circuit = circuit.plain();
    }
    let names = circuit.tensors().names();
    let tensor = |circuit: &apical_microcircuit::Continuous<T>, name: TensorName| {
        circuit.tensor(name).expect("listed")
    };
    let before: Vec<_> = names.iter().map(|&name| tensor(&circuit, name)).collect();
    let mut session = circuit.session(Streams::new(0), 1);
    let patterns = samples(network, 10, 6);
    for i in 0..patterns.n_samples() {
        learn(&mut circuit, &mut session, patterns.range(i, i + 1));
    }
    let mut found = Vec::new();
    for (name, before) in names.into_iter().zip(before) {
        found.push((format!("change of {name}"), tensor(&circuit, name) - before));
        let filter = session.filter(name).expect("listed");
        found.push((format!("filter of {name}"), filter));
    }
    let state = session.potentials();
    for k in 1..=network.n_layers() {
        found.push((format!("soma {k}"), state.soma(k).into_dyn()));
        found.push((format!("basal {k}"), state.basal(k).into_dyn()));
    }
    for k in 1..network.n_layers() {
        found.push((format!("interneuron {k}"), state.interneuron(k).into_dyn()));
        found.push((format!("apical {k}"), state.apical(k).into_dyn()));
    }
    let inputs = session.filtered_inputs().into_dyn();
    found.push(("filtered inputs".to_owned(), inputs));
    found
}

/// Largest difference over the root mean square of what should be.
fn apart(found: &ArrayD<f64>, expected: &ArrayD<f64>) -> f64 {
    let size = (expected.iter().map(|v| v * v).sum::<f64>() / expected.len() as f64).sqrt();
    let largest = (found - expected)
        .iter()
        .fold(0.0, |m: f64, d| m.max(d.abs()));
    if largest == 0.0 { 0.0 } else { largest / size }
}

/// ‖found − expected‖ / ‖expected‖.
fn relative_distance(found: &ArrayD<f64>, expected: &ArrayD<f64>) -> f64 {
    let norm = |values: &ArrayD<f64>| values.iter().map(|v| v * v).sum::<f64>().sqrt();
    let distance = norm(&(found - expected));
    if distance == 0.0 {
        0.0
    } else {
        distance / norm(expected)
    }
}

fn circuits() -> Vec<(Network, Value)> {
    let softplus = Transfer::Softplus {
        gamma: 0.1,
        beta: 1.0,
        theta: 3.0,
    };
    let network = |sizes: &[usize], transfer, thresholds| {
        Network::new(sizes.to_vec(), transfer, thresholds).expect("valid")
    };
    let random = |more: Value| {
        let mut spec = json!({
            "start": "random", "rates": 0.02, "interneuron_rates": 0.02, "apical_rates": 0.002,
        });
        for (key, value) in more.as_object().expect("a table") {
            spec[key] = value.clone();
        }
        spec
    };
    let noisy = json!({ "noise": { "sigma": 0.3 } });
    vec![
        (network(&[30, 50, 10], softplus, false), random(json!({}))),
        (network(&[30, 50, 10], softplus, false), random(noisy)),
        (
            network(&[5, 7, 6, 3], Transfer::Logistic, true),
            random(json!({ "feedback_rates": 0.01, "plasticity_delay_ms": 20.0 })),
        ),
        // Layers whose last columns lie apart, and an output layer that begins within a register and
        // ends in the next.
        (
            network(&[5, 18, 50, 15], Transfer::Logistic, true),
            random(json!({ "feedback_rates": 0.01, "plasticity_every_n_steps": 2 })),
        ),
        (
            network(&[4, 33, 3], Transfer::Logistic, true),
            random(json!({
                "interneurons": "ideal", "interneuron_rates": 0.0, "plasticity_every_n_steps": 3,
                "integrator": "exponential_euler", "tau_plasticity_ms": 2.0,
            })),
        ),
        (
            network(&[6, 20, 4], Transfer::Tanh, true),
            random(json!({
                "rates": [0.0, 0.05], "prospective": true, "teacher": {
                    "conductances": { "excitatory_reversal": 9.0, "inhibitory_reversal": -9.0 }
                },
            })),
        ),
        (
            network(&[9, 4], Transfer::Logistic, true),
            json!({ "rates": 0.05 }),
        ),
    ]
}

#[test]
fn potentials_and_changes_are_those_of_the_plain_loop_in_double_precision() {
    for (network, spec) in circuits() {
        let (fast, plain) = (
            run::<f64>(&network, &spec, false),
            run::<f64>(&network, &spec, true),
        );
        assert!(plain.iter().any(|(name, values)| {
            name.starts_with("change") && values.iter().any(|&v| v.abs() > 1e-4)
        }));
        for ((name, fast), (_, plain)) in fast.iter().zip(&plain) {
            let apart = apart(fast, plain);
            assert!(apart < 1e-12, "{name} of {spec}: apart by {apart:e}");
        }
    }
}

#[test]
fn potentials_and_changes_are_those_of_the_plain_loop_in_single_precision() {
    for (network, spec) in circuits() {
        let (fast, plain) = (
            run::<f32>(&network, &spec, false),
            run::<f32>(&network, &spec, true),
        );
        let exact = run::<f64>(&network, &spec, true);
        for (((name, fast), (_, plain)), (_, exact)) in fast.iter().zip(&plain).zip(&exact) {
            let apart = relative_distance(fast, plain);
            assert!(apart < 1e-4, "{name} of {spec}: apart by {apart:e}");
            let off = relative_distance(fast, exact);
            assert!(off < 1e-3, "{name} of {spec}: off by {off:e}");
        }
    }
}
