//! What rounding makes of gradients, and of the angles to them.

use apical_backprop::{CandleReference, Flavour, Mlp, Optimiser};
use apical_learning::{
    AlignmentObserver, EncodedPart, Learner, MeasureSpec, Metric, Observer, OutputError, Precision,
    Reading, Streams, Transfer,
};

use crate::common::{network, samples, spec, start};

/// Readings against the squared error of matched backprop in `precision`, whose targets are its own outputs, off by
/// about `error`.
fn readings(precision: Precision, error: f32) -> Vec<Reading> {
    let network = network(&[6, 7, 3], Transfer::Logistic, true);
    let learner = Mlp::new(
        &network,
        &start(&network, 11),
        &spec(Flavour::Matched, Optimiser::Sgd, precision),
    )
    .unwrap();
    let part = samples(&network, 20, 12);
    let pass = learner.forward().pass(part.inputs.view()).unwrap();
    let off = part.target_potentials.mapv(|u| error * u);
    let target_potentials = pass.potentials[1].mapv(|u| u as f32) + off;
    let part = EncodedPart {
        target_rates: target_potentials.mapv(|u| Transfer::Logistic.rate(f64::from(u)) as f32),
        target_potentials,
        ..part
    };
    let measure = MeasureSpec {
        metrics: vec![
            Metric::UPDATE_ANGLE,
            Metric::UPDATE_ANGLE_FULL_BATCH,
            Metric::GRADIENT_OVER_FLOOR,
            Metric::ROUNDING_ANGLE,
        ],
        ..MeasureSpec::everything()
    };
    let streams = Streams::new(1);
    let reference = &CandleReference;
    let mut observer = AlignmentObserver::new(&learner, &part, 5, &measure, reference, streams);
    let readings = observer.observe(&learner).unwrap();
    let is_shown = |of: &Reading| of.reference != Some(OutputError::Potential);
    readings.into_iter().filter(is_shown).collect()
}

fn of(readings: &[Reading], metric: Metric, layer: Option<usize>) -> &Reading {
    let mut readings = readings.iter();
    let found = readings.find(|of| of.metric == metric && of.layer == layer);
    found.unwrap()
}

#[test]
fn an_error_of_the_size_of_rounding_gives_no_angle() {
    let single = readings(Precision::F32, 1e-8);
    for metric in [Metric::UPDATE_ANGLE, Metric::UPDATE_ANGLE_FULL_BATCH] {
        for layer in [Some(1), Some(2)] {
            let reading = of(&single, metric, layer);
            assert_eq!(reading.value, None, "{reading:?}");
            let reason = reading.absent.as_deref().unwrap();
            assert!(
                reason.contains("rounding in the learner's precision"),
                "{reason}"
            );
        }
        assert_eq!(of(&single, metric, None).value, None);
    }
    let rounding = of(&single, Metric::ROUNDING_ANGLE, Some(1)).value.unwrap();
    assert!(rounding > 10.0, "the update is rounding: {rounding}°");
    // In double precision there is something to see.
    let double = readings(Precision::F64, 1e-8);
    let angle = of(&double, Metric::UPDATE_ANGLE, Some(1)).value.unwrap();
    assert!(angle < 1e-3, "{angle}");
}

#[test]
fn a_plain_error_stands_far_above_rounding() {
    let single = readings(Precision::F32, 0.5);
    for layer in [Some(1), Some(2)] {
        let times = of(&single, Metric::GRADIENT_OVER_FLOOR, layer)
            .value
            .unwrap();
        assert!((1e4..1e10).contains(&times), "{times}");
        let angle = of(&single, Metric::UPDATE_ANGLE, layer).value.unwrap();
        assert!(angle < 0.01, "{angle}");
        let rounding = of(&single, Metric::ROUNDING_ANGLE, layer).value.unwrap();
        assert!(rounding < 0.01, "{rounding}");
    }
}
