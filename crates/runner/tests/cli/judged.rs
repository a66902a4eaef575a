//! Which epoch trials are judged by.

use serde_json::Value;

use crate::program::{Place, SMALL, read};

/// Rates so large that the last epoch is not always the best.
const TUNING: &str = r#"
[tuning]
strategy = "grid"
n_trials = 3
seeds = [100]

[tuning.space]
"task.digits.learner.microcircuit.microcircuit.rates.0" = { from = 2.0, to = 60.0, scale = "log" }
"#;

/// The trials where they are judged by `epoch`, or as they are where nothing is said.
fn trials(epoch: Option<&str>) -> (Place, Vec<Value>) {
    let long = SMALL.replace("n_epochs = 2", "n_epochs = 6");
    let judged = epoch.map_or_else(String::new, |epoch| format!("judged_by = \"{epoch}\"\n"));
    let tuning = TUNING.replace("[100]\n", &format!("[100]\n{judged}"));
    let place = Place::new(&format!("{long}{tuning}"));
    let call = place.line("run small.toml --seeds 0", 0);
    assert!(
        !call.stderr.contains("epochs of a trial"),
        "{}",
        call.stderr
    );
    let log = read(&place.path("results/small/trials.jsonl"));
    let trials = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    (place, trials.collect())
}

/// Validation accuracy at the `last` or the `chosen` epoch of a run with the settings of `trial`.
fn taught(trial: &Value, epoch: &str) -> f64 {
    let long = SMALL.replace("n_epochs = 2", "n_epochs = 6");
    let rate = trial["settings"]
        .as_object()
        .and_then(|settings| settings.values().next())
        .expect("a rate");
    let place = Place::new(&long.replace("rates = [1.0, 0.1]", &format!("rates = [{rate}, 0.1]")));
    place.line("run small.toml --seeds 100 --no-report", 0);
    let runs = place.runs().into_iter();
    let mut run = runs.filter(|run| run.to_string_lossy().contains("microcircuit"));
    let summary = read(&run.next().expect("a run").join("summary.json"));
    let summary: Value = serde_json::from_str(&summary).expect("JSON");
    let readings = summary[epoch].as_array().expect("readings");
    let is_it = |of: &&Value| of["metric"] == "accuracy" && of["part"] == "validation";
    let reading = readings.iter().find(is_it).expect("validation");
    reading["value"].as_f64().expect("a value")
}

#[test]
fn trials_are_judged_by_the_epoch_that_is_reported() {
    let (place, by_default) = trials(None);
    let (_, by_last) = trials(Some("last_epoch"));
    let (other, by_chosen) = trials(Some("chosen_epoch"));
    let value = |trial: &Value| trial["value"].as_f64().expect("a value");
    let values = |trials: &[Value]| trials.iter().map(value).collect::<Vec<_>>();
    assert_eq!(values(&by_default), values(&by_last));
    // A trial is a run like any other.
    let mut n_different = 0;
    for (last, chosen) in by_last.iter().zip(&by_chosen) {
        assert_eq!(last["judged_by"], "last_epoch");
        assert_eq!(chosen["judged_by"], "chosen_epoch");
        assert_eq!(value(last), taught(last, "last"));
        assert_eq!(value(chosen), taught(chosen, "chosen"));
        n_different +=
            usize::from(last["settings"] == chosen["settings"] && value(last) < value(chosen));
    }
    assert!(n_different > 0, "the last epoch is the best of every trial");
    let page = |place: &Place| read(&place.path("results/small/index.html"));
    assert!(page(&place).contains("A trial is judged by its last epoch"));
    assert!(page(&other).contains("judged by the epoch at which validation is best"));
    let csv = |place: &Place| read(&place.path("results/small/trials.csv"));
    assert!(csv(&place).contains(",last_epoch,") && csv(&other).contains(",chosen_epoch,"));
    // Records from before it was kept.
    let file = other.path("results/small/trials.jsonl");
    let old = read(&file).replace("\"judged_by\":\"chosen_epoch\",", "");
    std::fs::write(file, old).expect("written");
    other.line("report results/small", 0);
    assert!(page(&other).contains("judged by the epoch at which validation is best"));
    assert!(!csv(&other).contains("judged_by"));
}

#[test]
fn trials_of_another_length_than_the_runs_are_named() {
    let place = Place::new(&format!(
        "{SMALL}{}",
        TUNING.replace("[100]\n", "[100]\nn_epochs = 1\n")
    ));
    place
        .line("run small.toml --seeds 0", 0)
        .says("epochs of a trial (`tuning.n_epochs`): 1, of the reported runs: 2;");
    let page = read(&place.path("results/small/index.html"));
    assert!(page.contains("digits, microcircuit: epochs of a trial: 1, of the reported runs: 2;"));
}
