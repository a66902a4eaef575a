//! Golden traces from scripts/reference/continuous.py.

use std::collections::BTreeMap;

use apical_kernels::Real;
use apical_learning::{Batch, Learner, Network, Streams, TensorName, Transfer};
use ndarray::{Axis, s};
use serde::Deserialize;
use serde_json::json;

use crate::golden::{Tensor, close};
use crate::support::{continuous, learn};

#[derive(Deserialize)]
struct Golden {
    sizes: Vec<usize>,
    inputs: Tensor,
    target_potentials: Tensor,
    start: BTreeMap<String, Tensor>,
    traces: BTreeMap<String, Tensor>,
    weights: BTreeMap<String, Tensor>,
    filters: BTreeMap<String, Tensor>,
}

/// 20 presentations of 100 steps; the pattern changes after the tenth.
fn agrees<T: Real>(bound: f64) {
    let golden: Golden = serde_json::from_str(include_str!("../golden/continuous_5_7_6_3.json"))
        .expect("the committed file");
    let network = Network::new(golden.sizes, Transfer::Logistic, true).expect("valid");
    let spec = json!({
        "dt_ms": 0.1,
        "presentation_ms": 10.0,
        "readout_window_ms": 1.0,
        "tau_input_ms": 3.0,
        "tau_plasticity_ms": 30.0,
        "conductances": {
            "leak": 0.1, "basal": 1.0, "dendritic": 0.9, "apical": [0.8, 0.5], "somatic": 0.8,
        },
        "rates": [0.02, 0.01, 0.005],
        "interneuron_rates": [0.02, 0.01],
        "apical_rates": [0.004, 0.006],
        "feedback_rates": [0.003, 0.002],
    });
    let mut circuit = continuous::<T>(&network, spec, 0);
    for (name, tensor) in &golden.start {
        let name: TensorName = name.parse().expect("a tensor name");
        circuit
            .tensors_mut()
            .set(name, tensor.array().view())
            .expect("a tensor of the circuit");
    }
    assert_eq!(circuit.tensors().names().len(), golden.start.len());
    let (inputs, target_potentials) = (golden.inputs.batch(), golden.target_potentials.batch());
    let mut session = circuit.session(Streams::new(0), 1);
    for stored in 0..20 {
        let pattern = stored / 10;
        let targets = target_potentials.slice(s![pattern..=pattern, ..]);
        let batch = Batch {
            inputs: inputs.slice(s![pattern..=pattern, ..]),
            target_potentials: targets,
            target_rates: targets,
            labels: None,
        };
        learn(&mut circuit, &mut session, batch);
        let state = session.potentials();
        for (name, exact) in &golden.traces {
            let (quantity, layer) = name.split_once('.').expect("a layer");
            let layer: usize = layer.parse().expect("a number");
            let found = match quantity {
                "input" => session.filtered_inputs(),
                "basal" => state.basal(layer),
                "soma" => state.soma(layer),
                "apical" => state.apical(layer),
                "dendrite" => state.dendrite(layer),
                "interneuron" => state.interneuron(layer),
                other => panic!("no quantity `{other}`"),
            };
            let exact = exact.array();
            let exact = exact.index_axis(Axis(0), stored).insert_axis(Axis(0));
            let what = format!("{name} after {} steps", 100 * (stored + 1));
            close(&what, &found.into_dyn(), &exact.to_owned(), bound);
        }
    }
    assert!((session.time_ms() - 200.0).abs() < 1e-9);
    for name in circuit.tensors().names() {
        let key = name.to_string();
        let found = circuit.tensor(name).expect("listed");
        close(&key, &found, &golden.weights[&key].array(), bound);
        let found = session.filter(name).expect("listed");
        let what = format!("filter of {key}");
        close(&what, &found, &golden.filters[&key].array(), bound);
    }
}

#[test]
fn two_thousand_steps_agree_with_numpy_in_double_precision() {
    agrees::<f64>(1e-9);
}

#[test]
fn two_thousand_steps_agree_with_numpy_in_single_precision() {
    agrees::<f32>(1e-4);
}
