//! The learner passes the suite of all learners, and learns real digits.

use apical_datasets::set::digits::{DigitsSpec, KIND as DIGITS};
use apical_learning::{
    EvaluationObserver, Learner, MeasureSpec, Metric, Network, NoClock, Observer, PartName,
    PerLayer, Plan, RateSchedule, Sink, Streams, TargetCoding, TaskData, Transfer, conformance,
    train,
};
use sign_symmetric::{SignSymmetric, SignSymmetricSpec};

fn learner(network: &Network, rates: &[f64], seed: u64) -> SignSymmetric {
    let streams = Streams::new(seed);
    let start = network.draw_forward(&[0.2, 0.2], streams);
    let spec = SignSymmetricSpec {
        rates: PerLayer::Each(rates.to_vec()),
        feedback_scale: 0.3,
    };
    SignSymmetric::new(&spec, network, &start, streams).expect("valid rates")
}

#[test]
fn it_conforms() {
    for thresholds in [false, true] {
        let network = Network::new(vec![10, 20, 4], Transfer::Logistic, thresholds).expect("valid");
        conformance::check(|seed| learner(&network, &[3.0, 1.0], seed), 2000);
    }
}

struct Nowhere;

impl Sink for Nowhere {
    fn epoch(&mut self, _: &apical_learning::EpochRecord) -> std::io::Result<()> {
        Ok(())
    }

    fn timing(&mut self, _: &apical_learning::TimingRecord) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn it_learns_digits() {
    let dataset = DIGITS
        .with(DigitsSpec::default())
        .load(Streams::new(0), &[])
        .expect("the embedded data set");
    let coding = TargetCoding::sacramento_2018();
    let data = TaskData::encode(dataset, coding, Transfer::Logistic).expect("reachable targets");
    let network = Network::new(vec![64, 50, 10], Transfer::Logistic, false).expect("valid");
    let mut learner = learner(&network, &[3.0, 0.5], 1);
    let streams = Streams::new(1);
    let measure = MeasureSpec::everything();
    let observer = EvaluationObserver::new(&learner, &data, &measure, streams);
    let mut observers: Vec<Box<dyn Observer<SignSymmetric>>> = vec![Box::new(observer)];
    let plan = Plan {
        n_epochs: 10,
        batch_size: 10,
        rate_schedule: RateSchedule::Constant,
        streams,
        clock: &NoClock,
        stop: &|| false,
        from: None,
    };
    let trained = train(&mut learner, &data, &plan, &mut observers, &mut Nowhere).expect("finite");
    let accuracy = trained
        .readings_at(10)
        .iter()
        .find(|r| r.metric == Metric::ACCURACY && r.part == Some(PartName::Validation))
        .and_then(|reading| reading.value)
        .expect("a value");
    assert!(accuracy > 90.0, "{accuracy} % after ten epochs");
    assert_eq!(learner.network().n_outputs(), 10);
}
