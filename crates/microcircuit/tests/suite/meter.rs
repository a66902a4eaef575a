//! What kernels count while a minibatch is learnt.

use apical_kernels::meter::{Kernel, Work, Works, metered, part, whole};
use apical_learning::{
    EncodedPart, Learner, Network, NoClock, PhaseTimer, Streams, Transfer, uniform,
};
use apical_microcircuit::{Continuous, ContinuousSpec, MicrocircuitSpec, TwoStep};
use serde_json::json;

fn learnt<L: Learner>(mut learner: L, n_samples: usize) -> Works {
    let sizes = learner.network().sizes().to_vec();
    let mut rng = Streams::new(1).stream("samples");
    let part = EncodedPart {
        // None is zero.
        inputs: uniform([n_samples, sizes[0]], 1.0, &mut rng).mapv(|r| r.abs() + 0.1),
        target_rates: uniform([n_samples, sizes[2]], 0.3, &mut rng).mapv(|r| r + 0.5),
        target_potentials: uniform([n_samples, sizes[2]], 1.0, &mut rng),
        labels: None,
    };
    let mut session = learner.session(Streams::new(0), n_samples);
    let mut learn = || {
        let mut timer = PhaseTimer::new(&NoClock);
        let learnt = learner.learn(&mut session, part.all(), &mut timer);
        learnt.expect("finite potentials");
    };
    learn();
    let (_, works) = metered(&Kernel::ALL, 1, &mut learn);
    let (_, again) = metered(&Kernel::ALL, 1, &mut learn);
    let (_, nothing) = metered(&Kernel::ALL, 1, || ());
    assert_eq!(nothing, Works::default());
    let (_, some) = metered(&[Kernel::Multiply], 1, &mut learn);
    let of_others = Kernel::ALL
        .into_iter()
        .filter(|&kernel| kernel != Kernel::Multiply);
    assert!(
        of_others
            .into_iter()
            .all(|kernel| of(&some, kernel) == Work::default())
    );
    assert_eq!(
        of(&some, Kernel::Multiply).calls,
        of(&works, Kernel::Multiply).calls
    );
    for (first, second) in works.iter().zip(again) {
        assert_eq!(first.calls, second.calls);
        assert_eq!(first.multiply_adds, second.multiply_adds);
        assert_eq!(first.bytes, second.bytes);
        assert_eq!(first.seconds > 0.0, first.calls > 0);
    }
    // One in seven stands for the others: they are not seven, nor twice that.
    let several = || (0..7).for_each(|_| learn());
    let (_, sampled) = metered(&Kernel::ALL, 7, several);
    for (first, of_seven) in works.iter().zip(sampled) {
        assert_eq!(of_seven.calls, 7 * first.calls);
        if !first.calls.is_multiple_of(7) {
            let is =
                |all: f64, one: f64| assert!((all - 7.0 * one).abs() <= 1e-9 * all, "{all} {one}");
            is(of_seven.multiply_adds, first.multiply_adds);
            is(of_seven.bytes, first.bytes);
        }
    }
    works
}

fn of(works: &Works, kernel: Kernel) -> Work {
    works[kernel as usize]
}

#[test]
fn products_of_the_two_step_form_are_counted_once() {
    let network = Network::new(vec![30, 50, 10], Transfer::Logistic, true).expect("valid");
    let start = network.draw_forward(&[0.1; 2], Streams::new(0));
    let spec = json!({"rates": 0.1, "interneuron_rates": 0.1});
    let spec: MicrocircuitSpec = serde_json::from_value(spec).expect("valid");
    let learner = TwoStep::<f32>::new(&network, &start, &spec, Streams::new(0)).expect("valid");
    let works = learnt(learner, 7);
    // Basal potentials, interneurons, and apical dendrites by one product, as W^PI = −W_{1,2}.
    let forward = 30.0 * 50.0 + 50.0 * 10.0;
    let multiply = of(&works, Kernel::Multiply);
    assert_eq!(multiply.calls, 4);
    assert_eq!(multiply.multiply_adds, 7.0 * (forward + 500.0 + 500.0));
    let update = of(&works, Kernel::RankUpdate);
    assert_eq!(update.calls, 3);
    assert_eq!(update.multiply_adds, 7.0 * (forward + 500.0));
    let values = |pre: f64, post: f64| pre * post + 7.0 * (pre + post);
    let bytes = 4.0 * (values(30.0, 50.0) + 2.0 * values(50.0, 10.0));
    assert_eq!(update.bytes, bytes);
    assert!(of(&works, Kernel::Rates).calls > 0 && of(&works, Kernel::Elementwise).calls > 0);
    assert_eq!(of(&works, Kernel::Steps), Work::default());
}

#[test]
fn a_step_in_continuous_time_needs_what_the_script_of_the_peers_counts() {
    let transfer = Transfer::Softplus {
        gamma: 0.1,
        beta: 1.0,
        theta: 3.0,
    };
    let network = Network::new(vec![30, 50, 10], transfer, false).expect("valid");
    let start = network.draw_forward(&[0.1; 2], Streams::new(0));
    let spec = json!({
        "rates": [0.0011875, 0.0005], "interneuron_rates": [0.0011875], "apical_rates": [0.0059375],
    });
    let spec: ContinuousSpec = serde_json::from_value(spec).expect("valid");
    let learner = Continuous::<f32>::new(&network, &start, &spec, Streams::new(0)).expect("valid");
    let n_steps = learner.simulated_ms() / 0.1;
    let works = learnt(learner, 1);
    let steps = of(&works, Kernel::Steps);
    assert_eq!(steps.calls as f64, n_steps);
    // scripts/bench/compare.py, `counts((30, 50, 10), 1)`.
    assert_eq!(steps.multiply_adds, n_steps * 7670.0);
    assert_eq!(steps.bytes, n_steps * (18880.0 + 7080.0));
    assert_eq!(of(&works, Kernel::Onset).calls, 1);
    assert_eq!(of(&works, Kernel::End).calls, 1);
}

#[test]
fn what_is_within_a_whole_is_not_counted_again() {
    let once = || (1, 0.0, 0.0);
    let product = || part(Kernel::Multiply, once, || ());
    let (_, works) = metered(&Kernel::ALL, 1, || {
        product();
        whole(Kernel::Onset, once, || (product(), product()));
        product();
    });
    let calls = [Kernel::Multiply, Kernel::Onset].map(|kernel| of(&works, kernel).calls);
    assert_eq!(calls, [2, 1]);
    // Nor where the whole is not metered.
    let (_, works) = metered(&[Kernel::Multiply], 1, || {
        whole(Kernel::Onset, once, product)
    });
    assert!(works.iter().all(|work| work.calls == 0));
}
