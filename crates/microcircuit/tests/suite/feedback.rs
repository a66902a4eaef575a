//! Rules of feedback.

use apical_learning::PerLayer;
use apical_microcircuit::feedback::{Feedback, FeedbackKind, Keys, Signal};

#[test]
fn only_tied_feedback_transports_weights() {
    let one = PerLayer::All(1.0);
    let zero = PerLayer::All(0.0);
    for (kind, rates, transports) in [
        (FeedbackKind::Random, &zero, false),
        (FeedbackKind::Random, &one, false),
        (FeedbackKind::Tied, &zero, true),
    ] {
        let keys = Keys {
            kind,
            scale: &one,
            rates,
            lateral_rates: &zero,
        };
        let rule = Feedback::new(keys, 2).expect("one value for all layers");
        assert_eq!(rule.needs().contains(&Signal::ForwardWeight), transports);
    }
}
