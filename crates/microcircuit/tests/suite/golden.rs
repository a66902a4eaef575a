//! Golden values from scripts/reference/two_step.py.

use std::collections::BTreeMap;

use apical_kernels::Real;
use apical_learning::{
    Batch, Learner, Network, NoClock, PhaseTimer, Streams, TensorName, Transfer,
};
use apical_microcircuit::TwoStep;
use ndarray::{Array2, ArrayD, IxDyn};
use serde::Deserialize;
use serde_json::json;

use crate::support::spec;

#[derive(Deserialize)]
struct Golden {
    sizes: Vec<usize>,
    inputs: Tensor,
    target_potentials: Tensor,
    tensors: BTreeMap<String, Tensor>,
    potentials: BTreeMap<String, Tensor>,
    changes: BTreeMap<String, Tensor>,
}

#[derive(Deserialize)]
pub(crate) struct Tensor {
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Tensor {
    pub(crate) fn array(&self) -> ArrayD<f64> {
        ArrayD::from_shape_vec(IxDyn(&self.shape), self.values.clone()).expect("a whole tensor")
    }

    pub(crate) fn batch(&self) -> Array2<f32> {
        let array = self.array().mapv(|v| v as f32);
        array.into_dimensionality().expect("a matrix")
    }
}

pub(crate) fn close(what: &str, found: &ArrayD<f64>, exact: &ArrayD<f64>, bound: f64) {
    assert_eq!(found.shape(), exact.shape(), "{what}");
    let worst = (found - exact).iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    assert!(worst < bound, "{what} differs by {worst:e}");
}

fn agrees<T: Real>(path: &str, bound: f64) {
    let golden: Golden = serde_json::from_str(include_str!("../golden/two_step_5_7_6_3.json"))
        .expect("the committed file");
    let spec = spec(json!({
        "nudging": 0.25,
        "apical_mixing": [0.3, 0.6],
        "interneuron_nudging": [0.1, 0.2],
        "rates": [0.7, 0.2, 0.05],
        "interneuron_rates": [0.3, 0.4],
        "apical_rates": [0.11, 0.13],
        "feedback_rates": [0.17, 0.19],
        "path": path,
    }));
    let network = Network::new(golden.sizes.clone(), Transfer::Logistic, true).expect("valid");
    let start = network.draw_forward(&[0.1; 3], Streams::new(0));
    let mut circuit = TwoStep::<T>::new(&network, &start, &spec, Streams::new(0)).expect("valid");
    for (name, tensor) in &golden.tensors {
        let name: TensorName = name.parse().expect("a tensor name");
        circuit
            .tensors_mut()
            .set(name, tensor.array().view())
            .expect("a tensor of the circuit");
    }
    assert_eq!(circuit.tensors().names().len(), golden.tensors.len());
    let (inputs, target_potentials) = (golden.inputs.batch(), golden.target_potentials.batch());
    let target_rates = target_potentials.mapv(|u| Transfer::Logistic.rate(u));
    let batch = Batch {
        inputs: inputs.view(),
        target_potentials: target_potentials.view(),
        target_rates: target_rates.view(),
        labels: None,
    };

    let mut state = circuit.session(Streams::new(0), 4);
    let updates = circuit.propose(&mut state, batch).expect("finite");
    for (name, exact) in &golden.potentials {
        let (quantity, layer) = name.split_once('.').expect("a layer");
        let layer: usize = layer.parse().expect("a number");
        let found = match quantity {
            "basal" => state.basal(layer),
            "soma" => state.soma(layer),
            "apical" => state.apical(layer),
            "dendrite" => state.dendrite(layer),
            "interneuron" => state.interneuron(layer),
            other => panic!("no quantity `{other}`"),
        };
        close(name, &found.into_dyn(), &exact.array(), bound);
    }
    assert_eq!(updates.changes().len(), golden.changes.len());
    for (name, change) in updates.changes() {
        close(
            &name.to_string(),
            change,
            &golden.changes[&name.to_string()].array(),
            bound,
        );
    }

    let mut timer = PhaseTimer::new(&NoClock);
    circuit
        .learn(&mut state, batch, &mut timer)
        .expect("finite");
    for name in circuit.tensors().names() {
        let after = circuit.tensor(name).expect("listed");
        let before = golden.tensors[&name.to_string()].array();
        let change = &golden.changes[&name.to_string()];
        close(
            &format!("learned {name}"),
            &(after - before),
            &change.array(),
            bound,
        );
    }
}

#[test]
fn one_minibatch_agrees_with_numpy_in_double_precision() {
    agrees::<f64>("plain", 1e-14);
    agrees::<f64>("fast", 1e-14);
}

#[test]
fn one_minibatch_agrees_with_numpy_in_single_precision() {
    agrees::<f32>("plain", 1e-6);
    agrees::<f32>("fast", 1e-6);
}
