//! `apical compare`.

use crate::program::{Place, SMALL};

#[test]
fn two_folders_are_compared_by_seed() {
    let place = Place::new(SMALL);
    place.line("run small.toml --no-report", 0);
    place.line("run small.toml --no-report --out again", 0);
    place
        .line("compare results/small again/small", 0)
        .prints("digits/microcircuit: records identical in all 2 pairs")
        .prints("identical");
    // Fewer epochs, and one seed more.
    place.line(
        "run small.toml --no-report --out other --seeds 0,1,2 --set training.n_epochs=1",
        0,
    );
    let call = place.line("compare results/small other/small --margin 100 --json", 0);
    let found: serde_json::Value = serde_json::from_str(&call.stdout).expect("JSON");
    let arm = &found["arms"][0];
    assert_eq!(
        (&arm["n_pairs"], &arm["n_identical"], &arm["n_unpaired"]),
        (&2.into(), &0.into(), &1.into())
    );
    let accuracy = &arm["quantities"][0];
    assert_eq!(accuracy["quantity"], "accuracy");
    let number = |key: &str| accuracy[key].as_f64().expect("a number");
    let difference = number("right_mean") - number("left_mean");
    assert!((difference - number("difference_mean")).abs() < 1e-9);
    assert!(
        accuracy["tost_p"].is_number() && accuracy["margin"] == 100.0,
        "{accuracy}"
    );
}

#[test]
fn conditions_end_with_a_code_of_their_own() {
    let place = Place::new(SMALL);
    place.line("run small.toml --no-report", 0);
    let compare = |pair: &str, condition: &str, code: i32| {
        let mut arguments = vec!["compare", "results/small", "results/small", "--fail-if"];
        arguments.push(condition);
        if !pair.is_empty() {
            arguments.extend(["--pair", pair]);
        }
        place.call(&arguments).with_code(code)
    };
    compare("", "accuracy < -0.5", 0);
    compare("", "records != identical", 0);
    compare("", "accuracy == identical and failed == 0", 6).says("accuracy is identical");
    compare("", "missing > 0", 0);
    compare("", "accuracy.tost_p > 0.05", 2).says("no arm has \"accuracy.tost_p\"");
    compare("", "speed > 1", 2).says("there are records, failed, unpaired, missing, accuracy");
    compare("", "accuracy less", 2).says("is no condition");
    compare(
        "microcircuit=matched backprop",
        "squared_error_angle < 0",
        6,
    )
    .prints("digits/microcircuit → digits/matched backprop")
    .says("squared_error_angle is ");
    compare("microcircuit=nobody", "angle < 0", 2).says("the second `digits/microcircuit`");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let place = Place::new(SMALL);
    place.line("run small.toml --no-report", 0);
    place.line(
        "run small.toml --no-report --out less --set task.digits.learner.microcircuit=",
        0,
    );
    place
        .call(&[
            "compare",
            "results/small",
            "less/small",
            "--fail-if",
            "missing > 0",
        ])
        .with_code(6)
        .prints("only in the first: digits/microcircuit")
        .says("missing is 1");
    place.line("run small.toml --no-report --out other --seeds 5", 0);
    place
        .line("compare results/small other/small", 2)
        .says("no pair of arms has a seed that finished in both");
    place.line("compare results/small nowhere", 2);
    place
        .line("compare results/small results/small --margin depth=1", 2)
        .says("expected one of accuracy");
}
