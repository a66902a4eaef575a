//! Records read back as they were written.

use apical_learning::{
    EpochRecord, Metric, OutputError, PartName, PerLayer, Point, Reading, Record, RunKey,
    SCHEMA_VERSION, Swept,
};
use insta::assert_snapshot;
use proptest::prelude::*;

#[test]
fn a_line_of_the_record() {
    let record = Record::Epoch(EpochRecord {
        epoch: 2,
        n_samples: 20,
        readings: vec![
            Reading::new(Metric::ACCURACY, Ok(97.5)).on(PartName::Test),
            Reading::new(Metric::UPDATE_ANGLE, Ok(34.0))
                .of_layer(Some(1))
                .against(OutputError::Potential),
            Reading::new(Metric::NORM_RATIO, Ok(f64::NAN)),
        ]
        .into(),
    });
    let line = serde_json::to_string(&record).expect("it can be written");
    assert_snapshot!(line, @r#"{"record":"epoch","epoch":2,"n_samples":20,"readings":[{"metric":"accuracy","part":"test","value":97.5},{"metric":"update_angle","layer":1,"reference":"potential","value":34.0},{"metric":"norm_ratio","absent":"the value is NaN"}]}"#);
    let back: Record = serde_json::from_str(&line).expect("it reads back");
    assert_eq!(back, record);
}

fn first_line(point: Point) -> Record {
    Record::Run {
        schema: SCHEMA_VERSION,
        run: RunKey {
            experiment: "quick".into(),
            task: "digits".into(),
            learner: "microcircuit".into(),
            point,
            seed: 3,
        },
    }
}

#[test]
fn the_first_line_says_which_run_and_schema() {
    let swept = Point(vec![Swept {
        key: "rates.0".into(),
        value: 0.5.into(),
    }]);
    for (point, written) in [
        (Point::default(), r#""variant":"","seed":3"#),
        (
            swept,
            r#""variant":"rates.0=0.5","point":[{"key":"rates.0","value":0.5}],"seed":3"#,
        ),
    ] {
        let record = first_line(point);
        let line = serde_json::to_string(&record).expect("it can be written");
        assert!(line.contains(written), "{line}");
        let back: Record = serde_json::from_str(&line).expect("it reads back");
        assert_eq!(back, record);
    }
}

#[test]
fn a_point_is_read_from_the_text_of_old_records() {
    let old = r#"{"record":"run","schema":1,"run":{"experiment":"quick","task":"digits","learner":"microcircuit","variant":"n=10, feedback=tied","seed":3}}"#;
    let point = Point(vec![
        Swept {
            key: "n".into(),
            value: 10.into(),
        },
        Swept {
            key: "feedback".into(),
            value: "tied".into(),
        },
    ]);
    let back: Record = serde_json::from_str(old).expect("it reads back");
    assert_eq!(back, first_line(point));
}

proptest! {
    #[test]
    fn values_read_back_to_the_bit(value in any::<f64>()) {
        let reading = Reading::new(Metric::LOSS, Ok(value));
        prop_assert_eq!(reading.value.is_some(), value.is_finite());
        let text = serde_json::to_string(&reading).expect("it can be written");
        let back: Reading = serde_json::from_str(&text).expect("it reads back");
        prop_assert_eq!(back.value.map(f64::to_bits), reading.value.map(f64::to_bits));
    }

    #[test]
    fn per_layer_values_expand_only_to_their_number(values in prop::collection::vec(-1e3..1e3, 0..5), n in 0_usize..5) {
        let expanded = PerLayer::Each(values.clone()).expand(n, "rates");
        prop_assert_eq!(expanded.is_ok(), values.len() == n);
        prop_assert_eq!(PerLayer::All(0.5).expand(n, "rates").expect("any number").len(), n);
    }
}
