//! Proposing, applying, learning, saving and loading.

use apical_backprop::{FeedbackAlignment, FeedbackAlignmentSpec, Flavour, Mlp};
use apical_learning::{
    Learner, NoClock, PerLayer, PhaseTimer, Precision, Streams, Transfer, load_tensors,
    save_tensors,
};
use ndarray::ArrayD;

use crate::common::{OPTIMISERS, network, samples, spec, start};

/// Every tensor, by name.
fn tensors<L: Learner>(learner: &L) -> Vec<(String, ArrayD<f64>)> {
    let read = |name| learner.tensor(name).unwrap();
    let names = learner.tensors().names().into_iter();
    names.map(|name| (name.to_string(), read(name))).collect()
}

fn learn<L: Learner<Session = ()>>(learner: &mut L, n_steps: u64) {
    let mut timer = PhaseTimer::new(&NoClock);
    for seed in 0..n_steps {
        let part = samples(learner.network(), 5, seed);
        learner.learn(&mut (), part.all(), &mut timer).unwrap();
    }
}

/// The same steps as [`learn`], by proposing and applying; proposing changes nothing.
fn propose_and_apply<L: Learner<Session = ()>>(learner: &mut L, n_steps: u64) {
    for seed in 0..n_steps {
        let part = samples(learner.network(), 5, seed);
        let before = tensors(learner);
        let updates = learner.propose(&mut (), part.all()).unwrap();
        assert_eq!(learner.propose(&mut (), part.all()).unwrap(), updates);
        assert_eq!(tensors(learner), before);
        learner.apply(&updates).unwrap();
        assert_ne!(tensors(learner), before);
    }
}

fn check<L: Learner<Session = ()>>(make: impl Fn() -> L) {
    let (mut fused, mut stepwise, mut loaded) = (make(), make(), make());
    learn(&mut fused, 4);
    propose_and_apply(&mut stepwise, 4);
    assert_eq!(tensors(&fused), tensors(&stepwise));
    load_tensors(&mut loaded, &save_tensors(&fused).unwrap()).unwrap();
    assert_eq!(tensors(&fused), tensors(&loaded));
    learn(&mut fused, 2);
    learn(&mut loaded, 2);
    assert_eq!(tensors(&fused), tensors(&loaded));
}

#[test]
fn perceptrons_learn_what_they_propose_and_go_on_after_loading() {
    let network = network(&[4, 6, 3], Transfer::Logistic, true);
    for flavour in [Flavour::Matched, Flavour::Standard] {
        for optimiser in OPTIMISERS {
            for precision in [Precision::F32, Precision::F64] {
                let spec = spec(flavour, optimiser, precision);
                check(|| Mlp::new(&network, &start(&network, 31), &spec).unwrap());
            }
        }
    }
}

#[test]
fn feedback_alignment_learns_what_it_proposes_and_goes_on_after_loading() {
    let network = network(&[4, 6, 5, 3], Transfer::Tanh, true);
    for precision in [Precision::F32, Precision::F64] {
        let spec = FeedbackAlignmentSpec {
            rates: PerLayer::All(0.2),
            feedback_scale: PerLayer::All(1.0),
            precision,
        };
        let start = start(&network, 32);
        let streams = Streams::new(32);
        check(|| FeedbackAlignment::new(&network, &start, &spec, streams).unwrap());
        check(|| FeedbackAlignment::direct(&network, &start, &spec, streams).unwrap());
    }
}

/// Each moment and step by its defining equation, from gradients that plain descent shows.
#[test]
fn momentum_and_adam_follow_their_equations() {
    let network = network(&[4, 6, 3], Transfer::Logistic, true);
    let [sgd, momentum, adam] = OPTIMISERS.map(|optimiser| {
        let spec = spec(Flavour::Matched, optimiser, Precision::F64);
        Mlp::new(&network, &start(&network, 33), &spec).unwrap()
    });
    let (mut momentum, mut adam) = (momentum, adam);
    for learner in [&mut momentum, &mut adam] {
        let is_adam = learner.tensors().names().len() > 8;
        let n_tensors = sgd.tensors().names().len();
        let mut first = vec![0.0; n_tensors];
        let mut second = vec![0.0; n_tensors];
        for t in 1..=4 {
            let part = samples(&network, 5, t);
            let mut plain = Mlp::new(
                &network,
                &start(&network, 33),
                &spec(Flavour::Matched, OPTIMISERS[0], Precision::F64),
            )
            .unwrap();
            for name in plain.tensors().names() {
                let values = learner.tensor(name).unwrap();
                plain.tensors_mut().set(name, values.view()).unwrap();
            }
            let gradients = plain.propose(&mut (), part.all()).unwrap();
            let updates = learner.propose(&mut (), part.all()).unwrap();
            let pairs = gradients.changes().iter().zip(updates.changes());
            for (i, ((name, step), (_, change))) in pairs.enumerate() {
                // One entry of every tensor, followed over time.
                let g = step.iter().next().unwrap() / -0.3;
                let expected = if is_adam {
                    first[i] = 0.9 * first[i] + 0.1 * g;
                    second[i] = 0.999 * second[i] + 0.001 * g * g;
                    let m = first[i] / (1.0 - 0.9_f64.powi(t as i32));
                    let s: f64 = second[i] / (1.0 - 0.999_f64.powi(t as i32));
                    -0.3 * m / (s.sqrt() + 1e-8)
                } else {
                    first[i] = 0.9 * first[i] + g;
                    -0.3 * first[i]
                };
                let found = change.iter().next().unwrap();
                assert!(
                    (found - expected).abs() < 1e-10 * expected.abs(),
                    "{name} at {t}"
                );
            }
            learner.apply(&updates).unwrap();
        }
    }
}

#[test]
fn the_same_start_gives_the_same_bits_on_any_thread() {
    let network = network(&[30, 40, 20, 5], Transfer::Logistic, true);
    let run = || {
        let spec = spec(Flavour::Matched, OPTIMISERS[2], Precision::F32);
        let mut learner = Mlp::new(&network, &start(&network, 34), &spec).unwrap();
        learn(&mut learner, 5);
        tensors(&learner)
    };
    let here = run();
    let there: Vec<_> = std::thread::scope(|scope| {
        let threads = [scope.spawn(run), scope.spawn(run)];
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(there.iter().all(|tensors| *tensors == here));
}

/// `keep_to_one_thread` speaks to the crate `gemm`, which must be the one that candle uses.
#[test]
fn candle_multiplies_with_the_gemm_that_is_kept_to_one_thread() {
    let lock = include_str!("../../../../Cargo.lock");
    assert_eq!(lock.matches("name = \"gemm\"\n").count(), 1);
}
