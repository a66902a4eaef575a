//! Golden values from scripts/reference/error_neurons.py.

use std::collections::BTreeMap;

use apical_kernels::Real;
use apical_learning::{
    Batch, Learner, Network, NoClock, PhaseTimer, Streams, TensorName, Transfer,
};
use apical_microcircuit::circuit::max_2026::State;
use ndarray::{Array2, Axis, s};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{continuous, two_step};
use crate::golden::{Tensor, close};

type Tensors = BTreeMap<String, Tensor>;

#[derive(Deserialize)]
struct Golden {
    sizes: Vec<usize>,
    inputs: Tensor,
    target_rates: Tensor,
    tensors: Tensors,
    two_step: Vec<Minibatch>,
    continuous: Vec<Trace>,
}

#[derive(Deserialize)]
struct Minibatch {
    presynaptic: String,
    centring: f64,
    means: Tensors,
    means_after: Tensors,
    state: Tensors,
    changes: Tensors,
}

#[derive(Deserialize)]
struct Trace {
    update_order: String,
    plasticity_reads: String,
    target_delay_ms: f64,
    traces: Tensors,
    weights: Tensors,
}

fn golden() -> (Golden, Network) {
    let text = include_str!("../../golden/error_neurons_5_7_6_3.json");
    let golden: Golden = serde_json::from_str(text).expect("the committed file");
    let network = Network::new(golden.sizes.clone(), Transfer::Logistic, true).expect("valid");
    (golden, network)
}

/// Connections that deviate, and whatever else is set.
fn with(json: Value) -> Value {
    let mut all = json!({ "feedback_offset": 0.5, "lateral_deviation": 0.25 });
    for (key, value) in json.as_object().expect("keys") {
        all[key] = value.clone();
    }
    all
}

fn named(key: &str) -> TensorName {
    for own in ["feedback_offset", "mean_rate"] {
        if let Some(k) = key
            .strip_prefix(own)
            .and_then(|rest| rest.strip_prefix('.'))
        {
            return TensorName::own(own, k.parse().expect("a layer"));
        }
    }
    key.parse().expect("a tensor name")
}

/// Sets all tensors, those of both tables.
fn set(circuit: &mut impl Learner, tensors: &Tensors, means: &Tensors) {
    for (key, tensor) in tensors.iter().chain(means) {
        let set = (circuit.tensors_mut()).set(named(key), tensor.array().view());
        set.expect("a tensor of the circuit");
    }
    assert_eq!(circuit.tensors().names().len(), tensors.len() + means.len());
}

fn read<T: Real>(state: &State<T>, name: &str) -> Array2<f64> {
    let (quantity, layer) = name.split_once('.').expect("a layer");
    let layer = layer.parse().expect("a number");
    match quantity {
        "prediction" => state.prediction(layer),
        "soma" => state.soma(layer),
        "arriving" => state.arriving(layer),
        "error" => state.error(layer),
        other => panic!("no quantity `{other}`"),
    }
}

fn one_minibatch<T: Real>(bound: f64) {
    let (golden, network) = golden();
    let (inputs, targets) = (golden.inputs.batch(), golden.target_rates.batch());
    let batch = Batch {
        inputs: inputs.view(),
        target_potentials: targets.view(),
        target_rates: targets.view(),
        labels: None,
    };
    for exact in &golden.two_step {
        let json = with(json!({
            "nudging": 0.6, "apical_mixing": [0.3, 0.2, 0.1], "error_mixing": [0.9, 0.7],
            "attenuation": [0.5, 0.75, 0.625], "rates": [0.7, 0.2, 0.05],
            "presynaptic": exact.presynaptic, "centring": exact.centring,
        }));
        let mut circuit = two_step::<T>(&network, &json, 0);
        set(&mut circuit, &golden.tensors, &exact.means);
        let mut state = circuit.session(Streams::new(0), 4);
        let updates = circuit.propose(&mut state, batch).expect("finite");
        for (name, exact) in &exact.state {
            close(name, &read(&state, name).into_dyn(), &exact.array(), bound);
        }
        assert_eq!(updates.changes().len(), exact.changes.len());
        assert_eq!(updates.next().len(), exact.means_after.len());
        for (name, next) in updates.next() {
            let key = name.to_string();
            close(&key, next, &exact.means_after[&key].array(), bound);
        }
        let mut timer = PhaseTimer::new(&NoClock);
        (circuit.learn(&mut state, batch, &mut timer)).expect("finite");
        for (name, change) in updates.changes() {
            let key = name.to_string();
            let expected = exact.changes[&key].array();
            close(&key, change, &expected, bound);
            let learned = circuit.tensors().get(*name).expect("listed");
            let learned = learned - golden.tensors[&key].array();
            close(&format!("learned {key}"), &learned, &expected, bound);
        }
        for (key, exact) in &exact.means_after {
            let learned = circuit.tensors().get(named(key)).expect("listed");
            close(&format!("learned {key}"), &learned, &exact.array(), bound);
        }
    }
}

fn twelve_presentations<T: Real>(bound: f64) {
    let (golden, network) = golden();
    let (inputs, targets) = (golden.inputs.batch(), golden.target_rates.batch());
    for exact in &golden.continuous {
        let json = with(json!({
            "dt_ms": 0.01, "presentation_ms": 0.06, "target_delay_ms": exact.target_delay_ms,
            "update_order": exact.update_order, "plasticity_reads": exact.plasticity_reads,
            "conductances": { "apical": [0.06, 0.05, 0.04] }, "rates": [20.0, 8.0, 4.0],
        }));
        let mut circuit = continuous::<T>(&network, &json, 0);
        set(&mut circuit, &golden.tensors, &Tensors::new());
        let mut session = circuit.session(Streams::new(0), 1);
        for presentation in 0..12 {
            let pattern = presentation % 2;
            let row = s![pattern..=pattern, ..];
            let shown = (inputs.slice(row), Some(targets.slice(row)));
            let observed = circuit.observe(&mut session, shown.0, shown.1, true, &mut |_, _| {});
            observed.expect("finite potentials");
            for (name, rows) in &exact.traces {
                let found = read(session.potentials(), name).into_dyn();
                let row = rows.array().index_axis(Axis(0), presentation).to_owned();
                let what = format!("{name} after {presentation}, {}", exact.update_order);
                close(&what, &found, &row.insert_axis(Axis(0)), bound);
            }
        }
        for (key, tensor) in &exact.weights {
            let name = key.parse().expect("a tensor name");
            let found = circuit.tensors().get(name).expect("listed");
            close(key, &found, &tensor.array(), bound);
        }
    }
}

#[test]
fn one_minibatch_agrees_with_numpy() {
    one_minibatch::<f64>(1e-14);
    one_minibatch::<f32>(1e-6);
}

#[test]
fn twelve_presentations_agree_with_numpy() {
    twelve_presentations::<f64>(1e-13);
    twelve_presentations::<f32>(3e-6);
}
