//! The fast code against the equations written out, on circuits of every kind.

use apical_learning::{Learner, Network, Streams, Transfer};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{continuous, two_step};
use crate::golden::close;
use crate::support::{largest, samples};

/// Two minibatches of different sizes.
fn two_step_agrees(network: &Network, json: &Value, seed: u64) {
    let mut circuit = two_step::<f64>(network, json, seed);
    let mut state = circuit.session(Streams::new(0), 3);
    for n_samples in [3, 4] {
        let part = samples(network, n_samples, seed);
        let (inputs, targets) = (
            part.inputs.mapv(f64::from),
            part.target_rates.mapv(f64::from),
        );
        let exact = circuit.oracle().two_step(inputs.view(), targets.view());
        let found = circuit.propose(&mut state, part.all()).expect("finite");
        assert_eq!(found.changes().len(), exact.changes().len());
        for ((name, found), (_, exact)) in found.changes().iter().zip(exact.changes()) {
            let bound = 1e-12 * largest(exact).max(1e-3);
            close(&format!("{name} with {json}"), found, exact, bound);
        }
        circuit.apply(&found).expect("its own proposal");
    }
}

/// Three patterns in turn.
fn continuous_agrees(network: &Network, json: &Value, seed: u64) {
    let mut circuit = continuous::<f64>(network, json, seed);
    let mut session = circuit.session(Streams::new(0), 1);
    let mut oracle = circuit.oracle();
    for pattern in [0, 1, 2, 0] {
        let part = samples(network, 3, seed);
        let part = part.select(&[pattern]);
        let (input, target) = (part.inputs.row(0), part.target_rates.row(0));
        let (input, target) = (input.mapv(f64::from), target.mapv(f64::from));
        oracle.present(input.view(), Some(target.view()));
        let targets = Some(part.target_rates.view());
        let observed = circuit.observe(
            &mut session,
            part.inputs.view(),
            targets,
            true,
            &mut |_, _| {},
        );
        observed.expect("finite potentials");
        for k in 1..=network.n_layers() {
            let (u, e) = (session.potentials().soma(k), session.potentials().error(k));
            for (what, found, exact) in [("u", u, &oracle.u[k]), ("e", e, &oracle.e[k])] {
                let exact = exact.clone().insert_axis(ndarray::Axis(0)).into_dyn();
                let bound = 1e-11 * largest(&exact).max(1.0);
                close(
                    &format!("{what}_{k} with {json}"),
                    &found.into_dyn(),
                    &exact,
                    bound,
                );
            }
        }
    }
    for name in circuit.tensors().names() {
        let found = circuit.tensors().get(name).expect("listed");
        let exact = oracle.equations.weights.tensor(name).expect("listed");
        close(&format!("{name} with {json}"), &found, &exact, 1e-11);
    }
}

fn transfers() -> impl Strategy<Value = Transfer> {
    let softplus = Transfer::Softplus {
        gamma: 0.1,
        beta: 1.0,
        theta: 3.0,
    };
    prop::sample::select(vec![
        Transfer::Logistic,
        Transfer::Tanh,
        Transfer::Relu,
        softplus,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn two_steps(
        sizes in prop::collection::vec(1_usize..40, 2..6),
        transfer in transfers(),
        thresholds in any::<bool>(),
        feedback in prop::sample::select(vec!["random", "tied"]),
        presynaptic in prop::sample::select(vec!["nudged", "bottom_up"]),
        deviation in prop::sample::select(vec![0.0, 0.1]),
        alpha in prop::sample::select(vec![1.0, 0.5]),
        centring in prop::sample::select(vec![0.0, 0.3]),
        seed in 0_u64..1000,
    ) {
        let network = Network::new(sizes, transfer, thresholds).expect("valid sizes");
        two_step_agrees(&network, &json!({
            "rates": 0.1, "feedback": feedback, "presynaptic": presynaptic,
            "feedback_offset": deviation, "lateral_deviation": deviation, "attenuation": alpha,
            "nudging": 0.7, "error_mixing": 0.9, "centring": if thresholds { centring } else { 0.0 },
        }), seed);
    }

    #[test]
    fn presentations(
        sizes in prop::collection::vec(1_usize..10, 2..5),
        thresholds in any::<bool>(),
        feedback in prop::sample::select(vec!["random", "tied"]),
        (order, reads) in prop::sample::select(vec![
            ("simultaneous", "soma"), ("layer_sweep", "soma"), ("layer_sweep", "apical_dendrite"),
        ]),
        deviation in prop::sample::select(vec![0.0, 0.1]),
        seed in 0_u64..1000,
    ) {
        let network = Network::new(sizes, Transfer::Logistic, thresholds).expect("valid sizes");
        continuous_agrees(&network, &json!({
            "rates": 5.0, "feedback": feedback, "presentation_ms": 0.05, "target_delay_ms": 0.02,
            "update_order": order, "plasticity_reads": reads, "feedback_offset": deviation,
            "lateral_deviation": deviation,
        }), seed);
    }
}
