//! Properties of the circuit in continuous time.

use apical_learning::metric::vector::Products;
use apical_learning::{
    Batch, Learner, NoClock, PhaseTimer, Quantity, Streams, Teacher, TensorName,
};
use apical_microcircuit::circuit::sacramento_2018::ContinuousState;
use ndarray::{Array2, s};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{circuit, continuous, largest, learn, network, samples, spec};

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..12, 2..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn the_settled_self_predicting_state_is_silent_and_learns_nothing(
        sizes in sizes(),
        seed in 0_u64..99,
    ) {
        let network = network(&sizes);
        // Plasticity of everything, but only after the potentials have settled.
        let spec = json!({
            "dt_ms": 0.5, "presentation_ms": 300.0, "plasticity_delay_ms": 290.0,
            "tau_plasticity_ms": 3.0, "rates": 1.0, "interneuron_rates": 1.0, "apical_rates": 1.0,
        });
        let mut circuit = continuous::<f64>(&network, spec, seed);
        let part = samples(&network, 3, seed);
        let before: Vec<_> = circuit.tensors().names().into_iter().map(|n| (n, circuit.tensor(n))).collect();
        let mut session = circuit.session(Streams::new(0), 3);
        circuit.learn_without_teacher(&mut session, part.inputs.view()).expect("finite");
        let state = session.potentials();
        for k in 1..network.n_layers() {
            prop_assert!(largest(&state.apical(k)) < 1e-9, "apical potential of layer {}", k);
            prop_assert!(largest(&(state.soma(k + 1) - state.interneuron(k))) < 1e-9);
        }
        for (name, before) in before {
            let change = circuit.tensor(name).expect("listed") - before.expect("listed");
            prop_assert!(largest(&change) < 1e-9, "{} changes by {}", name, largest(&change));
        }
        // With a teacher the same circuit learns, so that silence means something.
        learn(&mut circuit, &mut session, part.all());
        let change = session.filter(TensorName::forward(network.n_layers())).expect("listed");
        prop_assert!(largest(&change) > 1e-6);
    }

    #[test]
    fn the_output_settles_at_the_feed_forward_function(sizes in sizes(), seed in 0_u64..99) {
        let network = network(&sizes);
        let spec = json!({ "dt_ms": 0.5, "presentation_ms": 300.0, "rates": 1.0 });
        let circuit = continuous::<f64>(&network, spec, seed);
        let part = samples(&network, 3, seed);
        let forward = circuit.forward();
        let mut r = part.inputs.mapv(f64::from);
        for (k, w) in forward.weights.weights.iter().enumerate() {
            let b = &forward.weights.thresholds.as_ref().expect("thresholds")[k];
            let u = (r.dot(&w.t()) + b) * forward.attenuation[k];
            r = u.mapv(|u| network.transfer().rate(u));
        }
        let mut outputs = Array2::zeros((3, network.n_outputs()));
        let mut session = circuit.session(Streams::new(0), 3);
        circuit.predict(&mut session, part.inputs.view(), outputs.view_mut()).expect("finite");
        prop_assert!(largest(&(outputs.mapv(f64::from) - r)) < 1e-6);
    }
}

/// Per layer, the angle in degrees between the updates of the two-step form and of the settled
/// continuous form, and their norm ratio over what theory gives.
fn against_two_step(coupling: f64, seed: u64) -> Vec<(f64, f64)> {
    let network = network(&[8, 12, 10, 5]);
    let relaxed = json!({
        "integrator": "exponential_euler", "dt_ms": 0.5, "presentation_ms": 200.0,
        "plasticity_delay_ms": 199.5, "tau_plasticity_ms": 0.5,
        "conductances": { "apical": coupling, "somatic": coupling },
        "rates": 1.0, "feedback": "tied", "interneurons": "ideal",
    });
    let relaxed = continuous::<f64>(&network, relaxed, seed);
    let p = relaxed.parameters().clone();
    let two_step = spec(json!({
        "nudging": p.nudging, "apical_mixing": p.apical_mixing,
        "interneuron_nudging": p.interneuron_nudging, "rates": 1.0,
        "feedback": "tied", "interneurons": "ideal",
    }));
    let mut two_step = circuit::<f64>(&network, &two_step, seed);
    // Without attenuation of its own the two-step form needs attenuated weights.
    for k in 1..=3 {
        for name in [
            TensorName::forward(k),
            TensorName::PyramidalThreshold { layer: k },
        ] {
            let attenuated = relaxed.tensor(name).expect("listed") * p.attenuation[k - 1];
            two_step
                .tensors_mut()
                .set(name, attenuated.view())
                .expect("the same shape");
        }
    }
    let part = samples(&network, 10, seed);
    let mut session = relaxed.session(Streams::new(0), 10);
    let slow = relaxed.propose(&mut session, part.all()).expect("finite");
    let mut state = two_step.session(Streams::new(0), 10);
    let fast = two_step.propose(&mut state, part.all()).expect("finite");
    (1..=3)
        .map(|k| {
            let of = |updates: &apical_learning::Updates| {
                let change = updates.matrix(TensorName::forward(k)).expect("plastic");
                change.to_owned()
            };
            let (slow, fast) = (of(&slow), of(&fast));
            let products = Products::of(slow.view(), fast.view());
            // Feedback is W here and α W there, once per layer that the error passes.
            let passed: f64 = p.attenuation[k..].iter().product();
            let expected = p.plastic_ms() / passed;
            (
                products.angle_degrees().expect("a direction"),
                products.norm_ratio().expect("a norm") / expected,
            )
        })
        .collect()
}

#[test]
fn the_relaxed_circuit_and_the_two_step_form_agree_at_weak_coupling() {
    for seed in [1, 2] {
        let (weak, strong) = (against_two_step(1e-3, seed), against_two_step(1e-1, seed));
        for (k, ((angle, ratio), (wider, _))) in (1..).zip(weak.into_iter().zip(strong)) {
            assert!(angle < 1e-3, "layer {k}, seed {seed}: {angle}°");
            assert!(
                (ratio - 1.0).abs() < 1e-4,
                "layer {k}, seed {seed}: ratio {ratio}"
            );
            assert!(
                angle < 0.1 * wider,
                "layer {k}, seed {seed}: {angle}° of {wider}° remain at a hundredth of the coupling"
            );
        }
    }
}

#[test]
fn both_kinds_of_teacher_are_the_same_current() {
    let network = network(&[5, 7, 3]);
    let part = samples(&network, 2, 4);
    let taught = |teacher| {
        let spec = json!({ "presentation_ms": 20.0, "rates": 0.1, "teacher": teacher });
        let mut circuit = continuous::<f64>(&network, spec, 4);
        let mut session = circuit.session(Streams::new(0), 2);
        learn(&mut circuit, &mut session, part.all());
        circuit.tensor(TensorName::forward(1)).expect("listed")
    };
    let pair =
        json!({ "conductances": { "excitatory_reversal": 4.5, "inhibitory_reversal": -2.25 } });
    let (potential, pair) = (taught(json!("potential")), taught(pair));
    assert!(largest(&(potential - pair)) < 1e-13);
}

#[test]
fn a_target_beyond_the_reversal_potentials_is_refused() {
    let network = network(&[5, 3]);
    let teacher =
        json!({ "conductances": { "excitatory_reversal": 0.5, "inhibitory_reversal": -0.5 } });
    let circuit = continuous::<f64>(&network, json!({ "rates": 0.1, "teacher": teacher }), 4);
    let mut session = circuit.session(Streams::new(0), 1);
    let mut part = samples(&network, 1, 4);
    part.target_potentials.fill(0.75);
    let error = circuit.propose(&mut session, part.all());
    assert_eq!(
        error.expect_err("out of reach").to_string(),
        "a target potential of 0.75 lies outside the reversal potentials -0.5 and 0.5; choose wider \
         reversal potentials or another target"
    );
}

#[test]
fn a_runaway_names_layer_variable_and_time() {
    let network = network(&[3, 4, 2]);
    let spec = json!({ "rates": 0.0, "runaway_potential": 30.0 });
    let mut circuit = continuous::<f32>(&network, spec, 1);
    let strong = Array2::from_elem((2, 4), 100.0).into_dyn();
    circuit
        .tensors_mut()
        .set(TensorName::forward(2), strong.view())
        .expect("the right shape");
    let part = samples(&network, 2, 1);
    let mut session = circuit.session(Streams::new(0), 2);
    let mut timer = PhaseTimer::new(&NoClock);
    let error = circuit
        .learn(&mut session, part.all(), &mut timer)
        .expect_err("a drive of 200")
        .to_string();
    let expected = "somatic potential of layer 2 left ±30 at 0.2 ms";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn inputs_that_are_no_numbers_are_refused() {
    let network = network(&[3, 4, 2]);
    let circuit = continuous::<f32>(&network, json!({ "rates": 0.1 }), 1);
    let mut session = circuit.session(Streams::new(0), 2);
    let mut part = samples(&network, 2, 1);
    part.inputs[[1, 2]] = f32::NAN;
    let error = circuit.propose(&mut session, part.all());
    let error = error.expect_err("not a number").to_string();
    assert!(
        error.starts_with("input rate of layer 0 is not finite"),
        "{error}"
    );
}

#[test]
fn the_state_carries_on_and_copies_that_do_not_take_part_wait() {
    let network = network(&[4, 6, 3]);
    let frozen = json!({ "presentation_ms": 2.0, "readout_window_ms": 1.0, "rates": 0.0 });
    let mut circuit = continuous::<f64>(&network, frozen, 2);
    let (first, second) = (samples(&network, 3, 2), samples(&network, 3, 3));
    let mut after = |batches: &[Batch<'_>]| -> ContinuousState<f64> {
        let mut session = circuit.session(Streams::new(0), 3);
        for batch in batches {
            learn(&mut circuit, &mut session, *batch);
        }
        session
    };
    let straight = after(&[first.all(), second.all()]);
    let with_a_smaller_one = after(&[first.all(), first.range(0, 1), second.all()]);
    let fresh = after(&[second.all()]);
    let soma = |session: &ContinuousState<f64>| session.potentials().soma(1);
    let waited = s![1.., ..];
    assert_eq!(
        soma(&straight).slice(waited),
        soma(&with_a_smaller_one).slice(waited)
    );
    assert_ne!(soma(&straight).row(0), soma(&with_a_smaller_one).row(0));
    assert!(
        largest(&(soma(&straight) - soma(&fresh))) > 1e-3,
        "the past leaves no trace"
    );
}

#[test]
fn predictions_and_readings_leave_the_session_alone() {
    let network = network(&[4, 6, 3]);
    let noisy = json!({ "presentation_ms": 20.0, "rates": 0.05, "noise": { "sigma": 0.1 } });
    let part = samples(&network, 3, 2);
    let taught = |watched: bool| {
        let mut circuit = continuous::<f32>(&network, noisy.clone(), 2);
        let mut session = circuit.session(Streams::new(0), 3);
        for _ in 0..3 {
            learn(&mut circuit, &mut session, part.all());
            if watched {
                let mut outputs = Array2::zeros((3, 3));
                let inputs = part.inputs.view();
                circuit
                    .predict(&mut session, inputs, outputs.view_mut())
                    .expect("finite");
                let seen = circuit
                    .activities(&mut session, part.all(), Teacher::On)
                    .expect("finite");
                assert!(seen.get(Quantity::Apical, 1).is_some());
            }
        }
        circuit.tensor(TensorName::forward(1))
    };
    assert_eq!(taught(true), taught(false));
}
