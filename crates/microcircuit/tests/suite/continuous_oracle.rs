//! The plain loop and the fast one against eqs. 1–10 written out.

use apical_learning::{Learner, Network, Streams, TensorName, Transfer};
use ndarray::Array2;
use serde_json::{Value, json};

use crate::support::{continuous, learn, samples};

fn circuits() -> Vec<(Network, Value)> {
    let network = |sizes: &[usize], transfer, thresholds| {
        Network::new(sizes.to_vec(), transfer, thresholds).expect("valid")
    };
    let softplus = Transfer::Softplus {
        gamma: 0.1,
        beta: 1.0,
        theta: 3.0,
    };
    vec![
        (
            network(&[5, 7, 6, 3], Transfer::Logistic, true),
            json!({
                "start": "random", "rates": 0.02, "interneuron_rates": 0.02, "apical_rates": 0.002,
                "feedback_rates": 0.01, "plasticity_delay_ms": 2.0,
            }),
        ),
        (
            network(&[5, 8, 6, 4, 3], softplus, false),
            json!({
                "rates": 2.0, "feedback": "tied", "tau_plasticity_ms": 0.0,
                "conductances": { "leak": 0.3, "apical": [0.2, 0.8, 0.5] },
            }),
        ),
        (
            network(&[4, 9, 3], Transfer::Tanh, true),
            json!({
                "rates": 0.05, "interneurons": "ideal", "apical_rates": 0.002,
                "plasticity_every_n_steps": 2,
            }),
        ),
        (
            network(&[4, 9, 3], Transfer::Logistic, true),
            json!({ "rates": 0.05, "prospective": true }),
        ),
        (
            network(&[5, 7, 6, 3], Transfer::Logistic, true),
            json!({
                "rates": 0.05, "feedback": { "reciprocal": {} }, "plasticity": "slope",
                "presynaptic": "bottom_up", "tau_plasticity_ms": 0.0, "prospective": true,
            }),
        ),
        (
            network(&[5, 7, 6, 3], Transfer::Tanh, true),
            json!({
                "rates": 0.02, "feedback": { "reciprocal": {} }, "lateral_rule": "own",
                "presynaptic": "bottom_up", "start": "random", "feedback_scale": 0.3,
                "pyramidal_from_interneuron_scale": 0.3,
            }),
        ),
        (
            network(&[5, 8, 6, 4, 3], softplus, false),
            json!({
                "rates": 1.0, "feedback": { "reciprocal": {} }, "lateral_rule": "eq9",
                "apical_rates": 0.002, "plasticity": "slope", "plasticity_every_n_steps": 2,
                "start": "random", "feedback_scale": 0.3, "pyramidal_from_interneuron_scale": 0.3,
            }),
        ),
    ]
}

/// Fails where two values are apart by more than 1e-12 of the root mean square.
fn same<'a>(
    what: &str,
    found: impl IntoIterator<Item = f64>,
    expected: impl IntoIterator<Item = &'a f64>,
) {
    let found: Vec<f64> = found.into_iter().collect();
    let expected: Vec<f64> = expected.into_iter().copied().collect();
    assert_eq!(found.len(), expected.len(), "{what}");
    let size = (expected.iter().map(|v| v * v).sum::<f64>() / expected.len() as f64).sqrt();
    let pairs = found.iter().zip(&expected);
    let apart = pairs.fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
    assert!(
        apart <= 1e-12 * size,
        "{what}: apart by {apart:e} of {size:e}"
    );
}

fn check(network: &Network, spec: &Value, is_plain: bool) {
    let mut circuit = continuous::<f64>(network, spec.clone(), 3);
    if is_plain {
        circuit = circuit.plain();
    }
    let mut oracle = circuit.oracle();
    let mut session = circuit.session(Streams::new(0), 1);
    let patterns = samples(network, 4, 3);
    let row = |all: &Array2<f32>, i: usize| -> Vec<f64> { all.row(i).mapv(f64::from).to_vec() };
    let output = TensorName::forward(network.n_layers());
    let before = circuit.tensor(output).expect("listed");
    for i in 0..patterns.n_samples() {
        learn(&mut circuit, &mut session, patterns.range(i, i + 1));
        let target = row(&patterns.target_potentials, i);
        oracle.present(&row(&patterns.inputs, i), Some(&target));
    }
    let change = circuit.tensor(output).expect("listed") - before;
    let largest = change.iter().fold(0.0, |m: f64, c| m.max(c.abs()));
    assert!(
        largest > 1e-4,
        "{spec} changes its output weights by {largest:e}"
    );

    let state = session.potentials();
    for k in 1..=network.n_layers() {
        same("soma", state.soma(k), &oracle.u[k]);
    }
    for k in 1..network.n_layers() {
        same("interneuron", state.interneuron(k), &oracle.u_i[k]);
    }
    same("input", session.filtered_inputs(), &oracle.r_0);
    for name in circuit.tensors().names() {
        let own = oracle.synapses(name).expect("a connection of the circuit");
        let w = circuit.tensor(name).expect("listed");
        same(&name.to_string(), w, own.w.iter().flatten());
        let filter = session.filter(name).expect("listed");
        same(
            &format!("filter of {name}"),
            filter,
            own.delta.iter().flatten(),
        );
    }
}

#[test]
fn the_loops_are_the_equations() {
    for (network, mut spec) in circuits() {
        for integrator in ["euler", "exponential_euler"] {
            spec["integrator"] = integrator.into();
            spec["presentation_ms"] = 20.0.into();
            check(&network, &spec, true);
            check(&network, &spec, false);
        }
    }
}
