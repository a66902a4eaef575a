use super::*;

fn theory() -> WeakCoupling {
    let text = include_str!("../../../../../experiments/theory.toml");
    let theory: WeakCoupling = toml::from_str(text).expect("valid");
    theory.check().expect("in range");
    theory
}

fn at(theory: &WeakCoupling, condition: &str, coupling: f64, seed: u64) -> Vec<Measured> {
    let place = Place {
        sweep: Sweep::Coupling,
        x: coupling,
        network: theory.network.clone(),
        coupling,
    };
    theory
        .measure(&theory.condition[condition], &place, seed)
        .expect("finite")
}

#[test]
fn tied_feedback_follows_the_gradient_the_better_the_weaker_the_coupling() {
    let theory = theory();
    for condition in theory.conditions_with(true) {
        for seed in 0..3 {
            for (coupling, largest) in [(0.001, 0.15), (0.1, 4.0), (0.8, 25.0)] {
                for layer in at(&theory, condition, coupling, seed) {
                    let (angle, ratio) = layer.found.expect("measurable");
                    let what = format!("{condition}, {coupling}, seed {seed}: {angle}°");
                    assert!(angle < largest, "{what}");
                    let off = (ratio / layer.predicted - 1.0).abs();
                    assert!(coupling > 0.01 || off < 0.01, "{what}, norm off by {off}");
                }
            }
        }
    }
}

#[test]
fn random_feedback_does_not_follow_it() {
    let theory = theory();
    for condition in theory.conditions_with(false) {
        let layers = at(&theory, condition, 0.001, 0);
        let angles: Vec<f64> = layers.iter().flat_map(|l| l.found).map(|f| f.0).collect();
        assert!(angles[0] > 20.0, "{condition}: {angles:?}");
        assert!(angles[2] < 0.15, "{condition}: {angles:?}");
    }
}

#[test]
fn what_is_too_small_is_absent() {
    let theory = theory();
    for condition in theory.condition.keys() {
        let layers = at(&theory, condition, 1e-5, 0);
        assert_eq!(layers[0].found, None, "{condition}");
        assert!(layers[0].predicted < 1e-10 && layers[0].predicted > 0.0);
        assert!(layers[2].found.is_some(), "{condition}");
    }
}
