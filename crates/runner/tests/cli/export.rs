//! `apical export`.

use crate::program::{Place, SMALL, read};

#[test]
fn tables_and_numbers_of_a_paper_are_those_of_the_report() {
    let place = Place::new(&SMALL.replace(
        "[task.digits]\n",
        "[task.digits]\nbaseline = \"matched backprop\"\ncontrasts = \"baseline\"\nmargin = 5.0\n",
    ));
    place.line("run small.toml --no-report", 0);
    place
        .line("export results/small --format latex", 0)
        .prints("results/small/latex/tables.tex");
    let tables = read(&place.path("results/small/latex/tables.tex"));
    for part in [
        "\\begin{tabular}{lr",
        "\\toprule",
        "matched backprop & $2$",
        "over 2 seeds",
        "digits, contrasts. ",
        "\\bottomrule",
    ] {
        assert!(tables.contains(part), "{part}: {tables}");
    }
    assert!(!tables.contains("\\textbf"), "{tables}");
    let numbers = read(&place.path("results/small/latex/numbers.tex"));
    let name = "\\newcommand{\\apicalDigitsMicrocircuitTestAccuracyLastEpochMean}{\\ensuremath{";
    assert!(numbers.contains(name), "{numbers}");
    place.line("export results/small --format word", 2);
    place.line("export nowhere --format latex", 2);
}

#[test]
fn a_protocol_has_tables_too() {
    let place = Place::new("");
    place.line(
        "run fig1 --seeds 0,1 --set learning_ms=300 --set reported_ms=200 --quiet",
        0,
    );
    place.line("export results/fig1 --format latex --out paper", 0);
    let tables = read(&place.path("paper/tables.tex"));
    assert!(tables.contains("all plastic & "), "{tables}");
}
