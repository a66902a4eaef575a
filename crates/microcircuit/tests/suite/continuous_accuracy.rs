//! Numerical accuracy: order of convergence, noise, and changes in single precision.

use apical_kernels::Real;
use apical_learning::{EncodedPart, Learner, Network, Streams, TensorName, Transfer};
use ndarray::{Array2, ArrayD};
use serde_json::{Value, json};

use crate::support::{continuous, largest, learn, network, samples};

/// Somata and forward weights after 8 ms, from rest, with plasticity.
fn after_eight_ms(integrator: impl Into<Value>, dt_ms: f64, every: usize) -> ArrayD<f64> {
    let integrator: Value = integrator.into();
    let network = network(&[5, 7, 6, 3]);
    let spec = json!({
        "integrator": integrator, "precision": "f64", "dt_ms": dt_ms, "presentation_ms": 8.0,
        "readout_window_ms": 1.0, "tau_plasticity_ms": 5.0, "rates": 0.1, "apical_rates": 0.05,
        "feedback_rates": 0.05, "plasticity_every_n_steps": every,
    });
    let mut circuit = continuous::<f64>(&network, spec, 5);
    let part = samples(&network, 2, 5);
    let mut session = circuit.session(Streams::new(0), 2);
    learn(&mut circuit, &mut session, part.all());
    let mut values = Vec::new();
    for k in 1..=3 {
        values.extend(session.potentials().soma(k));
        values.extend(circuit.tensor(TensorName::forward(k)).expect("listed"));
    }
    ndarray::Array1::from(values).into_dyn()
}

#[test]
fn both_integrators_converge_with_order_one_to_the_same_limit() {
    let distance = |a: &ArrayD<f64>, b: &ArrayD<f64>| largest(&(a - b));
    for integrator in ["euler", "exponential_euler"] {
        let [a, b, c] = [0.1, 0.05, 0.025].map(|dt| after_eight_ms(integrator, dt, 1));
        let order = (distance(&a, &b) / distance(&b, &c)).log2();
        assert!((order - 1.0).abs() < 0.2, "{integrator}: order {order}");
    }
    let apart = |dt| {
        let euler = after_eight_ms("euler", dt, 1);
        distance(&euler, &after_eight_ms("exponential_euler", dt, 1))
    };
    let (coarse, fine) = (apart(0.1), apart(0.0125));
    assert!(fine < 0.15 * coarse && fine < 5e-3, "{coarse} to {fine}");
}

fn adaptive(tolerance: f64) -> Value {
    json!({ "adaptive": { "relative": tolerance, "absolute": tolerance } })
}

#[test]
fn the_adaptive_integrator_gives_the_limit_of_both_others() {
    let limit = after_eight_ms(adaptive(1e-11), 1.0, 1);
    let apart = |dt: f64, integrator: &str| largest(&(after_eight_ms(integrator, dt, 1) - &limit));
    for integrator in ["euler", "exponential_euler"] {
        let (coarse, fine) = (apart(0.1, integrator), apart(0.0125, integrator));
        let order = (coarse / fine).log2() / 3.0;
        assert!((order - 1.0).abs() < 0.2, "{integrator}: order {order}");
        assert!(fine < 5e-3, "{integrator}: off by {fine}");
    }
    // Its output times are no steps of its own.
    let other = after_eight_ms(adaptive(1e-11), 0.25, 1);
    assert!(largest(&(other - &limit)) < 1e-9);
}

#[test]
fn the_error_of_the_adaptive_integrator_follows_its_tolerance() {
    let limit = after_eight_ms(adaptive(1e-12), 8.0, 1);
    let off = |tolerance| largest(&(after_eight_ms(adaptive(tolerance), 8.0, 1) - &limit));
    for tolerance in [1e-4, 1e-6, 1e-8, 1e-10] {
        let error = off(tolerance);
        assert!(
            error < 50.0 * tolerance && error > 1e-5 * tolerance,
            "{error:e} at a tolerance of {tolerance:e}"
        );
    }
}

#[test]
fn the_adaptive_integrator_counts_its_steps_and_takes_fewer_where_less_happens() {
    let network = network(&[5, 7, 6, 3]);
    let spec = json!({
        "integrator": "adaptive", "dt_ms": 100.0, "presentation_ms": 100.0, "rates": 0.0,
    });
    let mut circuit = continuous::<f64>(&network, spec, 5);
    let part = samples(&network, 1, 5);
    let mut session = circuit.session(Streams::new(0), 1);
    assert_eq!(session.pace().n_taken, 0);
    learn(&mut circuit, &mut session, part.all());
    let first = session.pace();
    // Euler at its usual 0.1 ms takes 1000.
    assert!((10..300).contains(&first.n_taken), "{first:?}");
    assert!(
        first.n_rejected > 0 && first.n_rejected < first.n_taken,
        "{first:?}"
    );
    learn(&mut circuit, &mut session, part.all());
    let second = session.pace().n_taken - first.n_taken;
    assert!(
        second < first.n_taken,
        "{second} steps of a settled circuit, {first:?}"
    );
}

#[test]
fn what_the_adaptive_integrator_proposes_is_the_change_and_the_rest_of_the_filter() {
    let network = network(&[5, 7, 3]);
    let spec = json!({
        "integrator": adaptive(1e-11), "precision": "f64", "dt_ms": 1.0, "presentation_ms": 20.0,
        "plasticity_delay_ms": 7.0, "rates": 1e-6, "tau_plasticity_ms": 5.0,
    });
    let mut circuit = continuous::<f64>(&network, spec, 5);
    let part = samples(&network, 1, 5);
    let mut session = circuit.session(Streams::new(0), 1);
    let updates = circuit.propose(&mut session, part.all()).expect("finite");
    let before = circuit.tensor(TensorName::forward(1)).expect("listed");
    let mut again = circuit.session(Streams::new(0), 1);
    learn(&mut circuit, &mut again, part.all());
    circuit.flush(&mut again).expect("flushed");
    let change = circuit.tensor(TensorName::forward(1)).expect("listed") - before;
    let proposed = updates.matrix(TensorName::forward(1)).expect("plastic");
    let scale = largest(&change);
    assert!(scale > 0.0 && largest(&(change - proposed)) < 1e-6 * scale);
}

#[test]
fn plasticity_every_other_step_stays_close() {
    let (exact, approximate) = (
        after_eight_ms("euler", 0.1, 1),
        after_eight_ms("euler", 0.1, 2),
    );
    let apart = largest(&(&exact - &approximate));
    assert!(apart > 0.0 && apart < 0.01, "apart by {apart}");
}

/// Mean and variance of output somata and of interneurons, both driven by noise alone.
fn moments(discretisation: &str, integrator: &str, dt_ms: f64) -> [(f64, f64); 2] {
    let network = Network::new(vec![1, 1, 50], Transfer::Tanh, false).expect("valid");
    let spec = json!({
        "integrator": integrator, "dt_ms": dt_ms, "presentation_ms": 12.0, "rates": 0.0,
        "feedback_scale": 0.0, "conductances": { "somatic": 1e-9 },
        "noise": { "sigma": 0.3, "discretisation": discretisation },
    });
    let mut circuit = continuous::<f64>(&network, spec, 1);
    for (name, shape) in [
        (TensorName::forward(2), (50, 1)),
        (TensorName::InterneuronFromPyramidal { layer: 1 }, (50, 1)),
    ] {
        let zeros = Array2::zeros(shape).into_dyn();
        circuit
            .tensors_mut()
            .set(name, zeros.view())
            .expect("the shape");
    }
    let mut part = samples(&network, 400, 1);
    part.target_potentials.fill(0.0);
    let mut session = circuit.session(Streams::new(9), 400);
    learn(&mut circuit, &mut session, part.all());
    let state = session.potentials();
    let (soma, interneuron) = (state.soma(2), state.interneuron(1));
    let covariance = (&soma * &interneuron).mean().expect("values");
    let of = |u: Array2<f64>| (u.mean().expect("values"), u.var(0.0));
    let moments = [of(soma), of(interneuron)];
    let scale = (moments[0].1 * moments[1].1).sqrt();
    assert!(
        (covariance / scale).abs() < 0.03,
        "somata share their noise"
    );
    moments
}

#[test]
fn noise_has_the_moments_of_its_discretisation() {
    let (sigma, g): (f64, f64) = (0.3, 1.1);
    for dt in [0.1, 0.4] {
        let of_euler = |step: f64| step * step / (1.0 - (1.0 - g * dt).powi(2));
        let of_exponential = |step: f64| step * step / (1.0 - (-2.0 * g * dt).exp());
        let expected = [
            ("euler_maruyama", "euler", of_euler(sigma * dt.sqrt())),
            (
                "euler_maruyama",
                "exponential_euler",
                sigma * sigma / (2.0 * g),
            ),
            ("paper_codes", "euler", of_euler(sigma * dt)),
            (
                "paper_codes",
                "exponential_euler",
                of_exponential(sigma * dt),
            ),
        ];
        for (discretisation, integrator, variance) in expected {
            for (mean, found) in moments(discretisation, integrator, dt) {
                let what = format!("{discretisation}, {integrator}, dt {dt}");
                assert!(mean.abs() < 0.03 * variance.sqrt(), "{what}: mean {mean}");
                let ratio = found / variance;
                assert!((ratio - 1.0).abs() < 0.04, "{what}: variance ratio {ratio}");
            }
        }
    }
}

/// The change of every plastic tensor after 10⁴ steps.
fn changes<T: Real>(
    network: &Network,
    spec: &Value,
    patterns: &EncodedPart,
) -> Vec<(TensorName, ArrayD<f64>)> {
    let mut circuit = continuous::<T>(network, spec.clone(), 6);
    let before: Vec<_> = (circuit.tensors().names().into_iter())
        .filter(|name| *name != TensorName::feedback(1))
        .map(|name| (name, circuit.tensor(name).expect("listed")))
        .collect();
    let mut session = circuit.session(Streams::new(0), 1);
    for i in 0..patterns.n_samples() {
        learn(&mut circuit, &mut session, patterns.range(i, i + 1));
    }
    (before.into_iter())
        .map(|(name, before)| (name, circuit.tensor(name).expect("listed") - before))
        .collect()
}

/// The learning rates of public codes for the paper's Figs. S1 (with the forward rates of Fig. 1)
/// and 2, each in its own network.
#[test]
fn small_changes_survive_single_precision() {
    let softplus = |gamma, theta| Transfer::Softplus {
        gamma,
        beta: 1.0,
        theta,
    };
    let s1 = json!({
        "rates": [0.0011875, 0.0005], "interneuron_rates": 0.0002375, "apical_rates": 0.0005,
    });
    let fig_2 = json!({
        "start": "random", "rates": [0.0011875, 0.0005], "interneuron_rates": 0.0011875,
        "apical_rates": 0.0059375,
    });
    for (sizes, transfer, spec) in [
        (vec![30, 20, 10], softplus(1.0, 0.0), s1),
        (vec![30, 50, 10], softplus(0.1, 3.0), fig_2),
    ] {
        let network = Network::new(sizes, transfer, false).expect("valid");
        let patterns = samples(&network, 10, 6);
        let narrow = changes::<f32>(&network, &spec, &patterns);
        let wide = changes::<f64>(&network, &spec, &patterns);
        for ((name, narrow), (_, wide)) in narrow.into_iter().zip(wide) {
            let typical = (wide.iter().map(|v| v * v).sum::<f64>() / wide.len() as f64).sqrt();
            let worst = largest(&(narrow - &wide)) / typical;
            assert!(
                worst < 0.01,
                "{name} of {spec}: off by {worst} of a typical change of {typical:e}"
            );
        }
    }
}
