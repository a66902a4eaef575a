//! What the program says of keys, terms and names; the schema and the manual.

use std::fs;

use crate::program::Place;

#[test]
fn a_key_is_explained_by_its_way_or_its_end() {
    let place = Place::new("");
    let whole = place.line("explain training.n_epochs", 0);
    insta::assert_snapshot!(whole.stdout, @r"
    training.n_epochs

      Passes over the training part.

      type     a whole number
      range    at least 1 and at most 1e6
      default  none; it must be given
      example  n_epochs = 1
      stands in experiment: training.n_epochs
    ");
    let of_a_task = "explain task.digits.learner.microcircuit.microcircuit.nudging";
    place
        .line(of_a_task, 0)
        .prints("at least 1e-9 and at most 1");
    let rates = place.line("explain rates.0", 0);
    rates.prints("the name of 5 keys");
    // Every place, also those that share their meaning with another.
    for kind in apical_experiment::learners::learner_kinds() {
        let settings = apical_keys::entries(kind.shape().expect("documented"));
        let has_rates = settings.iter().any(|entry| entry.path == ["rates"]);
        if has_rates {
            rates.prints(&format!(
                "task.TASK.learner.LEARNER.{}.rates\n",
                kind.name()
            ));
        }
    }
    rates
        .prints("  condition.CONDITION.rates (self_prediction)\n")
        .prints("  continuous.rates (weak_coupling)\n");
    place
        .line("explain continuous.dt_ms", 0)
        .prints("unit     ms")
        .prints("source   Sacramento et al. (2018)")
        .prints("weak_coupling: continuous.dt_ms");
}

#[test]
fn terms_names_and_codes_are_explained() {
    let place = Place::new("");
    for (name, said) in [
        ("nudging", "nudging (term)"),
        ("update_angle", "update_angle (metric)"),
        ("continuous", "continuous (learner)"),
        ("teacher-student", "teacher_student (data set)"),
        ("fig1", "fig1 (built-in experiment)"),
        ("zzzzz", "nothing called"),
        ("self_prediction", "self_prediction (protocol)"),
        ("phases", "phases (figure)"),
        ("130", "interrupted"),
    ] {
        let code = if said.starts_with("nothing") { 2 } else { 0 };
        let call = place.line(&format!("explain {name}"), code);
        let all = format!("{}{}", call.stdout, call.stderr);
        assert!(all.contains(said), "{name}: {all}");
    }
    place
        .line("explain n_epoch", 2)
        .says("did you mean `n_epochs`?");
    place.line("explain", 0).prints("training.n_epochs");
}

#[test]
fn the_schema_is_json_and_knows_every_kind_of_specification() {
    let call = Place::new("").line("schema", 0);
    let schema: serde_json::Value = serde_json::from_str(&call.stdout).expect("JSON");
    for name in ["experiment", "simulate", "weak_coupling"] {
        let keys = &schema["definitions"][name]["properties"];
        assert!(keys.is_object(), "{name}: {keys}");
    }
    let training = &schema["definitions"]["experiment"]["properties"]["training"];
    let text = training.to_string();
    assert!(text.contains("n_epochs") || text.contains("$ref"), "{text}");
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let place = Place::new("");
    place.line("man pages", 0).prints("apical-run.1");
    for name in [
        "apical",
        "apical-run",
        "apical-data-check",
        "apical-explain",
    ] {
        let page = fs::read_to_string(place.path(&format!("pages/{name}.1"))).expect("a page");
        assert!(page.contains(".SH NAME"), "{name}: {page}");
    }
}
