//! The suite that every learner passes.
//!
//! [`check`] panics with a sentence on the first thing that a learner does wrong, so that a test
//! needs one line. It brings its own task: eight random inputs, each with a class.

mod going_on;
mod rate_share;

use apical_datasets::Streams;
use ndarray::{Array2, array};
use rand::distr::{Distribution, Uniform};

use crate::{
    Batch, EncodedPart, Learner, NoClock, PhaseTimer, Plan, Precision, RateSchedule, Sink,
    TargetCoding, TaskData, Teacher, evaluate, load_tensors, save_tensors, train,
};

/// Samples of the suite's task.
const N_SAMPLES: usize = 8;

/// Checks everything below. `make` builds a learner from a root seed, always of the same network;
/// `n_epochs` is how long it may take to learn eight samples by heart in minibatches of four.
pub fn check<L: Learner>(make: impl Fn(u64) -> L, n_epochs: usize) {
    shapes(&make(1));
    proposing_changes_nothing(&make);
    proposing_and_applying_is_learning(&make);
    same_seed_same_bits(&make);
    evaluating_does_not_teach(&make);
    rate_share::check(&make);
    saving_and_loading_keeps_every_bit(&make);
    going_on::check(&make);
    overfits_eight_samples(&make, n_epochs);
}

/// The suite's task for the network of `learner`: random inputs, classes in turn.
pub fn task<L: Learner>(learner: &L) -> TaskData {
    let network = learner.network();
    let mut rng = Streams::new(8).stream("conformance");
    let between = Uniform::new(0.0_f32, 1.0).expect("a valid range");
    let inputs =
        Array2::from_shape_simple_fn((N_SAMPLES, network.n_inputs()), || between.sample(&mut rng));
    let labels: Vec<u32> = (0..N_SAMPLES)
        .map(|i| (i % network.n_outputs()) as u32)
        .collect();
    let (low, high) = TargetCoding::sacramento_2018()
        .potentials(network.transfer())
        .expect("targets that the transfer function reaches");
    let shape = (N_SAMPLES, network.n_outputs());
    let target_potentials = Array2::from_shape_fn(shape, |(sample, output)| {
        (if labels[sample] as usize == output {
            high
        } else {
            low
        }) as f32
    });
    let part = EncodedPart {
        inputs,
        target_rates: target_potentials.mapv(|u| network.transfer().rate(u)),
        target_potentials,
        labels: Some(labels),
    };
    TaskData {
        train: part.clone(),
        validation: part.clone(),
        test: part,
        target_widths: Vec::new(),
    }
}

fn shapes<L: Learner>(learner: &L) {
    let network = learner.network();
    let names = learner.tensors().names();
    assert!(!names.is_empty(), "a learner has tensors");
    for name in &names {
        let tensor = learner.tensor(*name);
        assert!(tensor.is_some(), "`{name}` is listed and has no tensor");
    }
    let forward = learner.forward();
    assert_eq!(
        forward.weights.weights.len(),
        network.n_layers(),
        "one forward matrix per layer"
    );
    for (k, w) in (1..).zip(&forward.weights.weights) {
        let expected = [network.sizes()[k], network.sizes()[k - 1]];
        assert_eq!(w.shape(), expected, "forward weights of layer {k}");
    }
    let data = task(learner);
    let mut session = learner.session(Streams::new(0), 3);
    for n_samples in [1, 3, N_SAMPLES] {
        let outputs = predictions(learner, &mut session, data.train.range(0, n_samples));
        assert_eq!(outputs.dim(), (n_samples, network.n_outputs()));
        assert!(outputs.iter().all(|r| r.is_finite()), "outputs are finite");
    }
    let mut outputs = Array2::zeros((1, network.n_outputs()));
    let too_wide = Array2::zeros((1, network.n_inputs() + 1));
    let refused = learner.predict(&mut session, too_wide.view(), outputs.view_mut());
    assert!(refused.is_err(), "inputs of a wrong width are refused");
}

fn proposing_changes_nothing<L: Learner>(make: &impl Fn(u64) -> L) {
    let learner = make(1);
    let data = task(&learner);
    let before = bits(&learner);
    let mut session = learner.session(Streams::new(1), N_SAMPLES);
    let first = propose(&learner, &mut session, data.train.all());
    if learner.is_stateful() {
        // The session has moved on; the same beginning must give the same again.
        session = learner.session(Streams::new(1), N_SAMPLES);
    }
    let second = propose(&learner, &mut session, data.train.all());
    assert_eq!(bits(&learner), before, "proposing changed a tensor");
    assert_eq!(first, second, "the same batch gave two different proposals");
    let changes_something = first
        .changes()
        .iter()
        .any(|(_, change)| change.iter().any(|&c| c != 0.0));
    assert!(changes_something, "the proposal changes nothing");
    for (name, change) in first.changes() {
        let tensor = learner.tensor(*name).expect("a changed tensor exists");
        assert_eq!(
            change.shape(),
            tensor.shape(),
            "shape of the change of `{name}`"
        );
    }
}

fn proposing_and_applying_is_learning<L: Learner>(make: &impl Fn(u64) -> L) {
    let (mut fused, mut apart) = (make(1), make(1));
    let data = task(&fused);
    let mut fused_session = fused.session(Streams::new(1), N_SAMPLES);
    let mut apart_session = apart.session(Streams::new(1), N_SAMPLES);
    for from in [0, 4] {
        let batch = data.train.range(from, from + 4);
        learn(&mut fused, &mut fused_session, batch);
        let updates = propose(&apart, &mut apart_session, batch);
        apart.apply(&updates).expect("its own proposal fits");
        if fused.is_stateful() {
            // A proposal includes what the session still holds back; so must what was learned, and
            // both sessions begin anew.
            fused.flush(&mut fused_session).expect("it can flush");
            fused_session = fused.session(Streams::new(1), N_SAMPLES);
            apart_session = apart.session(Streams::new(1), N_SAMPLES);
        }
    }
    let bound = match fused.precision() {
        Precision::F32 => 2e-6,
        Precision::F64 => 1e-13,
    };
    for name in fused.tensors().names() {
        let (a, b) = (fused.tensor(name), apart.tensor(name));
        let (a, b) = (a.expect("listed"), b.expect("listed"));
        let largest = a.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let apart = (&a - &b).iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        assert!(
            apart <= bound * largest.max(1.0),
            "`{name}` differs by {apart:e} between `learn` and `propose` with `apply`"
        );
    }
}

fn same_seed_same_bits<L: Learner>(make: &impl Fn(u64) -> L) {
    let run = |seed| {
        let mut learner = make(seed);
        let data = task(&learner);
        trained(&mut learner, &data, 3, seed);
        bits(&learner)
    };
    let first = run(1);
    assert_eq!(first, run(1), "the same seed gave other bits");
    assert_ne!(first, run(2), "another seed gave the same bits");
}

fn evaluating_does_not_teach<L: Learner>(make: &impl Fn(u64) -> L) {
    let (mut watched, mut alone) = (make(1), make(1));
    let data = task(&watched);
    let mut session = alone.session(Streams::new(1), 4);
    let mut watched_session = watched.session(Streams::new(1), 4);
    for step in 0..6 {
        let batch = data.train.range(4 * (step % 2), 4 * (step % 2) + 4);
        learn(&mut alone, &mut session, batch);
        learn(&mut watched, &mut watched_session, batch);
        let mut own = watched.session(Streams::new(2), N_SAMPLES);
        evaluate(&watched, &mut own, &data.test, N_SAMPLES).expect("it can be evaluated");
        propose(&watched, &mut own, data.test.all());
        for teacher in [Teacher::On, Teacher::Off] {
            watched
                .activities(&mut own, data.test.all(), teacher)
                .expect("its state can be read");
        }
    }
    assert_eq!(bits(&watched), bits(&alone), "watching changed the learner");
}

fn saving_and_loading_keeps_every_bit<L: Learner>(make: &impl Fn(u64) -> L) {
    let mut learner = make(1);
    let data = task(&learner);
    trained(&mut learner, &data, 2, 1);
    let saved = bits(&learner);
    let mut loaded = make(2);
    load_tensors(&mut loaded, &saved).expect("its own file");
    assert_eq!(bits(&loaded), saved, "loading lost bits");
    trained(&mut learner, &data, 2, 3);
    trained(&mut loaded, &data, 2, 3);
    assert_eq!(
        bits(&loaded),
        bits(&learner),
        "a loaded learner goes on differently"
    );
    let mut other = make(2);
    let truncated = load_tensors(&mut other, &saved[..saved.len() / 2]);
    assert!(truncated.is_err(), "half a file is refused");
    let name = other.tensors().names()[0];
    let wrong = other.tensors_mut().set(
        name,
        array![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0].into_dyn().view(),
    );
    assert!(wrong.is_err(), "a tensor of a wrong shape is refused");
}

fn overfits_eight_samples<L: Learner>(make: &impl Fn(u64) -> L, n_epochs: usize) {
    let mut learner = make(1);
    let data = task(&learner);
    trained(&mut learner, &data, n_epochs, 1);
    let mut session = learner.session(Streams::new(1), N_SAMPLES);
    let evaluation = evaluate(&learner, &mut session, &data.train, N_SAMPLES);
    let evaluation = evaluation.expect("it can be evaluated");
    assert_eq!(
        evaluation.n_correct,
        Some(N_SAMPLES),
        "eight samples are not learned by heart in {n_epochs} epochs (loss {})",
        evaluation.total_loss / N_SAMPLES as f64
    );
}

fn bits<L: Learner>(learner: &L) -> Vec<u8> {
    save_tensors(learner).expect("its tensors can be saved")
}

fn propose<L: Learner>(learner: &L, session: &mut L::Session, batch: Batch<'_>) -> crate::Updates {
    learner.propose(session, batch).expect("it can propose")
}

fn learn<L: Learner>(learner: &mut L, session: &mut L::Session, batch: Batch<'_>) {
    let mut timer = PhaseTimer::new(&NoClock);
    learner
        .learn(session, batch, &mut timer)
        .expect("it can learn");
}

fn predictions<L: Learner>(learner: &L, session: &mut L::Session, batch: Batch<'_>) -> Array2<f32> {
    let mut outputs = Array2::zeros((batch.n_samples(), learner.network().n_outputs()));
    learner
        .predict(session, batch.inputs, outputs.view_mut())
        .expect("it can predict");
    outputs
}

fn trained<L: Learner>(learner: &mut L, data: &TaskData, n_epochs: usize, seed: u64) {
    struct Nowhere;
    impl Sink for Nowhere {
        fn epoch(&mut self, _: &crate::EpochRecord) -> std::io::Result<()> {
            Ok(())
        }
        fn timing(&mut self, _: &crate::TimingRecord) -> std::io::Result<()> {
            Ok(())
        }
    }
    let plan = Plan {
        n_epochs,
        batch_size: 4,
        rate_schedule: RateSchedule::Constant,
        streams: Streams::new(seed),
        clock: &NoClock,
        stop: &|| false,
        from: None,
    };
    train(learner, data, &plan, &mut [], &mut Nowhere).expect("it can be trained");
}
