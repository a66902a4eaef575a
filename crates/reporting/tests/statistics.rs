//! Statistics against scripts/reference/statistics.py, and what their intervals and tests promise, by
//! simulation.

use apical_learning::{StreamRng, Streams};
use apical_reporting::statistics::{
    Comparison, Correlation, LEVEL, Needed, Spread, correlation_within, equivalence, holm, mean,
    n_needed, power, rank_correlation,
};
use rand::RngExt;
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/statistics.json")).expect("golden values")
}

fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of[key]
        .as_array()
        .unwrap_or_else(|| panic!("no list `{key}`"))
}

fn numbers(of: &Value, key: &str) -> Vec<f64> {
    let list = list(of, key).iter();
    list.map(|value| value.as_f64().expect("a number"))
        .collect()
}

fn number(of: &Value, key: &str) -> f64 {
    of[key]
        .as_f64()
        .unwrap_or_else(|| panic!("no number `{key}`"))
}

/// Fails unless `found` is the number at `key`, or both are absent.
fn agree(found: Option<f64>, of: &Value, key: &str, tolerance: f64) {
    let expected = of[key].as_f64();
    assert!(
        match (found, expected) {
            (Some(found), Some(expected)) => (found - expected).abs() <= tolerance,
            (None, None) => true,
            _ => false,
        },
        "{key}: {found:?} instead of {expected:?} in {of}"
    );
}

#[test]
fn correlations_are_those_of_scipy() {
    let golden = golden();
    let agree_in_all = |found: Option<Correlation>, of: &Value, key: &str| {
        agree(found.map(|found| found.value), of, key, 1e-12);
        let interval = found.and_then(|found| found.interval);
        let expected = &of[format!("{key}_interval")];
        for end in 0..2 {
            let expected = expected.get(end).and_then(Value::as_f64);
            match (interval, expected) {
                (Some(found), Some(expected)) => assert!((found[end] - expected).abs() < 1e-9),
                (found, expected) => assert_eq!(found.is_some(), expected.is_some(), "{of}"),
            }
        }
    };
    let cases = list(&golden, "correlations");
    assert_eq!(cases.len(), 5);
    for case in cases {
        let groups: Vec<Vec<(f64, f64)>> = (list(case, "groups").iter())
            .map(|of| {
                let second = numbers(of, "second");
                numbers(of, "first").into_iter().zip(second).collect()
            })
            .collect();
        let mean_of = |values: Vec<f64>| mean(&values).expect("a group has values");
        let means = groups.iter().map(|group| {
            let first = mean_of(group.iter().map(|pair| pair.0).collect());
            (first, mean_of(group.iter().map(|pair| pair.1).collect()))
        });
        let over = rank_correlation(&means.collect::<Vec<_>>());
        agree_in_all(over, case, "over");
        agree_in_all(correlation_within(&groups), case, "within");
    }
}

#[test]
fn comparisons_are_those_of_scipy_and_of_exact_fractions() {
    let golden = golden();
    let cases = list(&golden, "cases");
    assert!(cases.len() > 30);
    for case in cases {
        // Of decimals, so that the differences have the rounding of binary numbers in them.
        let pairs = numbers(case, "first")
            .into_iter()
            .zip(numbers(case, "second"));
        let differences: Vec<f64> = pairs.map(|(first, second)| first - second).collect();
        let found = Comparison::of(&differences).expect("differences");
        agree(Some(found.spread.mean), case, "mean", 1e-12);
        agree(found.spread.standard_deviation, case, "deviation", 1e-12);
        agree(found.spread.half_width, case, "half_width_95", 1e-10);
        agree(found.half_width_90, case, "half_width_90", 1e-10);
        let tost = equivalence(&found.spread, number(case, "margin"));
        agree(tost, case, "tost", 1e-10);
        let exact = Some(found.sign_flip.p).filter(|_| found.sign_flip.n_drawn.is_none());
        agree(exact, case, "sign_flip", 1e-15);
        let method = found.wilcoxon.map(|wilcoxon| wilcoxon.method());
        assert_eq!(method, case["wilcoxon"]["method"].as_str(), "{case}");
        if let Some(wilcoxon) = found.wilcoxon {
            agree(Some(wilcoxon.p), &case["wilcoxon"], "p", 1e-10);
        }
    }
    for family in list(&golden, "holm") {
        let found = holm(&numbers(family, "p"));
        for (found, expected) in found.iter().zip(numbers(family, "adjusted")) {
            assert!((found - expected).abs() < 1e-12, "{family}");
        }
    }
}

#[test]
fn power_is_that_of_an_integral_by_quadrature() {
    let golden = golden();
    for case in list(&golden, "power") {
        let n = case["n"].as_u64().expect("a count") as usize;
        let found = power(n, number(case, "deviation"), number(case, "margin"));
        agree(Some(found), case, "power", 1e-8);
    }
    for case in list(&golden, "needed") {
        let found = n_needed(number(case, "deviation"), number(case, "margin"));
        let n = case["n"].as_u64().expect("a count") as usize;
        assert_eq!(found, Needed::Seeds(n), "{case}");
    }
}

/// `n` numbers from a normal distribution about `mean` with deviation 1 (Box and Muller 1958).
fn drawn(stream: &mut StreamRng, n: usize, mean: f64) -> Vec<f64> {
    let draw = |_| {
        let (radius, angle): (f64, f64) = (stream.random(), stream.random());
        let radius = (-2.0 * (1.0 - radius).ln()).sqrt();
        mean + radius * (std::f64::consts::TAU * angle).cos()
    };
    (0..n).map(draw).collect()
}

/// The share of `n_samples` samples of `n` numbers about `mean` of which `is_so`.
fn share(n_samples: usize, n: usize, mean: f64, is_so: impl Fn(&[f64]) -> bool) -> f64 {
    let mut stream = Streams::new(n as u64).stream("coverage");
    let so = (0..n_samples).filter(|_| is_so(&drawn(&mut stream, n, mean)));
    so.count() as f64 / n_samples as f64
}

/// Five standard errors of a share that is `p`.
fn noise(p: f64, n_samples: usize) -> f64 {
    5.0 * (p * (1.0 - p) / n_samples as f64).sqrt()
}

#[test]
fn intervals_cover_what_they_say() {
    for n in [5, 10] {
        for (confidence, promised) in [(0.95, 0.95), (0.9, 0.9)] {
            let covered = share(20_000, n, 0.3, |sample| {
                let spread = Spread::of(sample).expect("a sample");
                let half_width = spread.half_width_at(confidence).expect("an interval");
                (spread.mean - 0.3).abs() <= half_width
            });
            assert!((covered - promised).abs() < 0.01, "{n}: {covered}");
        }
    }
}

#[test]
fn tests_err_no_more_often_than_they_say() {
    const N_SAMPLES: usize = 20_000;
    let highest = LEVEL + noise(LEVEL, N_SAMPLES);
    for n in [5, 10] {
        // At the margin, TOST errs in 5 % of all samples at most, and in nearly as many where it has power.
        for (margin, least) in [(2.0, 0.03), (0.5, 0.0)] {
            let erred = share(N_SAMPLES, n, margin, |sample| {
                let spread = Spread::of(sample).expect("a sample");
                equivalence(&spread, margin).expect("a deviation") <= LEVEL
            });
            assert!((least..=highest).contains(&erred), "{n}, {margin}: {erred}");
        }
        let erred = share(N_SAMPLES, n, 0.0, |sample| {
            let comparison = Comparison::of(sample).expect("a sample");
            comparison.sign_flip.p <= LEVEL
        });
        assert!(erred <= highest, "{n}: {erred}");
    }
}

#[test]
fn equivalence_is_shown_as_often_as_power_says() {
    const N_SAMPLES: usize = 20_000;
    for (n, margin) in [(5, 1.5), (10, 1.0), (10, 0.8)] {
        let shown = share(N_SAMPLES, n, 0.0, |sample| {
            let spread = Spread::of(sample).expect("a sample");
            equivalence(&spread, margin).expect("a deviation") <= LEVEL
        });
        let promised = power(n, 1.0, margin);
        let error = (shown - promised).abs();
        assert!(
            error < noise(promised, N_SAMPLES),
            "{n}, {margin}: {shown} and {promised}"
        );
    }
}
