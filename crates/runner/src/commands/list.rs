//! `apical list`.

use apical_datasets::catalogue;
use apical_experiment::learners::learner_kinds;
use apical_experiment::protocol::KINDS;
use apical_learning::Metric;

use crate::{built_in, say};

/// Prints learners, protocols, data sets, metrics, figures and built-in experiments, each with one
/// line.
pub(crate) fn list() {
    section(
        "Learners",
        learner_kinds()
            .iter()
            .map(|kind| (kind.name(), kind.one_line().to_owned())),
    );
    section(
        "Protocols",
        KINDS
            .iter()
            .map(|kind| (kind.name, kind.one_line.to_owned())),
    );
    section(
        "Data sets",
        catalogue()
            .iter()
            .map(|entry| (entry.name, entry.one_line.to_owned())),
    );
    section(
        "Metrics",
        Metric::all().iter().map(|metric| {
            let info = metric.info();
            let is_said = info.unit == "1" || info.one_line.contains(info.unit);
            let unit = match is_said {
                true => String::new(),
                false => format!(" ({})", info.unit),
            };
            (info.name, format!("{}{unit}", info.one_line))
        }),
    );
    section(
        "Figures",
        apical_reporting::FIGURES
            .iter()
            .map(|figure| (figure.name, figure.one_line.to_owned())),
    );
    section("Built-in experiments", built_in::titles());
}

fn section(title: &str, rows: impl IntoIterator<Item = (&'static str, String)>) {
    say::out(title);
    let rows: Vec<_> = rows.into_iter().collect();
    let longest = rows.iter().map(|(name, _)| name.len()).max();
    let width = longest.unwrap_or_default() + 2;
    for (name, one_line) in rows {
        say::out(format_args!("  {name:<width$}{one_line}"));
    }
    say::out("");
}
