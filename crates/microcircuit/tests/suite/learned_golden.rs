//! Golden values from scripts/reference/learned_feedback.py.

use std::collections::BTreeMap;

use apical_kernels::Real;
use apical_learning::{
    Batch, Learner, Network, NoClock, PhaseTimer, Streams, TensorName, Transfer,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error_neurons;
use crate::golden::{Tensor, close};
use crate::support::{circuit, spec};

#[derive(Deserialize)]
struct Golden {
    sizes: Vec<usize>,
    inputs: Vec<Tensor>,
    target_potentials: Vec<Tensor>,
    target_rates: Vec<Tensor>,
    before: BTreeMap<String, Tensor>,
    interneurons: Vec<Case>,
    error_neurons: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    keys: Value,
    after: BTreeMap<String, Tensor>,
}

fn golden() -> (Golden, Network) {
    let text = include_str!("../golden/learned_feedback_5_7_6_3.json");
    let golden: Golden = serde_json::from_str(text).expect("the committed file");
    let network = Network::new(golden.sizes.clone(), Transfer::Logistic, true).expect("valid");
    (golden, network)
}

fn with(mut keys: Value, more: &Value) -> Value {
    for (key, value) in more.as_object().expect("keys") {
        keys[key] = value.clone();
    }
    keys
}

fn name(key: &str) -> TensorName {
    match key.strip_prefix("mean_rate.") {
        Some(k) => TensorName::own("mean_rate", k.parse().expect("a layer")),
        None => key.parse().expect("a tensor name"),
    }
}

/// Teaches both minibatches and compares all tensors.
fn agrees<L: Learner>(mut circuit: L, golden: &Golden, case: &Case, bound: f64) {
    let names = circuit.tensors().names();
    for key in case.after.keys() {
        if let Some(before) = golden.before.get(key) {
            let set = circuit.tensors_mut().set(name(key), before.array().view());
            set.expect("a tensor of the circuit");
        }
    }
    assert_eq!(names.len(), case.after.len(), "{}", case.keys);
    let mut session = circuit.session(Streams::new(0), 4);
    let mut timer = PhaseTimer::new(&NoClock);
    for (i, inputs) in golden.inputs.iter().enumerate() {
        let inputs = inputs.batch();
        let targets = golden.target_potentials[i].batch();
        let target_rates = golden.target_rates[i].batch();
        let batch = Batch {
            inputs: inputs.view(),
            target_potentials: targets.view(),
            target_rates: target_rates.view(),
            labels: None,
        };
        let learned = circuit.learn(&mut session, batch, &mut timer);
        learned.expect("finite potentials");
    }
    for (key, exact) in &case.after {
        let found = circuit.tensors().get(name(key)).expect("listed");
        let what = format!("{key} with {}", case.keys);
        close(&what, &found, &exact.array(), bound);
        let is_fixed = case.keys["feedback"] == "random"
            && matches!(name(key), TensorName::PyramidalFromPyramidal { to, from } if to < from);
        if let Some(before) = golden.before.get(key).filter(|_| !is_fixed) {
            let change = exact.array() - before.array();
            assert!(change.iter().any(|d| d.abs() > 1e-4), "{what} stays");
        }
    }
}

fn interneurons<T: Real>(path: &str, bound: f64) {
    let (golden, network) = golden();
    for case in &golden.interneurons {
        let keys = json!({
            "nudging": 0.25, "apical_mixing": [0.3, 0.6], "interneuron_nudging": [0.1, 0.2],
            "rates": [0.7, 0.2, 0.05], "interneuron_rates": [0.3, 0.4], "path": path,
        });
        let spec = spec(with(keys, &case.keys));
        agrees(circuit::<T>(&network, &spec, 0), &golden, case, bound);
    }
}

#[test]
fn interneurons_agree_with_numpy() {
    for path in ["plain", "fast"] {
        interneurons::<f64>(path, 1e-14);
        interneurons::<f32>(path, 2e-6);
    }
}

#[test]
fn error_neurons_agree_with_numpy() {
    let (golden, network) = golden();
    for case in &golden.error_neurons {
        let keys = json!({
            "nudging": 0.6, "apical_mixing": [0.3, 0.2, 0.1], "error_mixing": [0.9, 0.7],
            "attenuation": [0.5, 0.75, 0.625], "rates": [0.7, 0.2, 0.05],
        });
        let keys = with(keys, &case.keys);
        let double = error_neurons::two_step::<f64>(&network, &keys, 0);
        agrees(double, &golden, case, 2e-14);
        let single = error_neurons::two_step::<f32>(&network, &keys, 0);
        agrees(single, &golden, case, 2e-6);
    }
}
