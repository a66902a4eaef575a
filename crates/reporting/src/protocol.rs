//! The report on a protocol: an experiment that is more than tasks and learners.

use apical_learning::Provenance;

use crate::artefact::Artefact;
use crate::export::RunSeries;
use crate::page::{self, ShownChart};
use crate::{Chart, PlainTable, ReportError};

/// All that the report on a protocol is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtocolReport {
    /// The protocol's name.
    pub name: String,
    /// Its title, for the head of the page.
    pub title: String,
    /// What was found, a sentence or two each.
    pub findings: Vec<String>,
    /// Tables, the first right under the findings.
    pub tables: Vec<PlainTable>,
    /// Figures.
    pub charts: Vec<Chart>,
    /// Terms and what they mean.
    pub notes: Vec<(String, String)>,
    /// What failed, one a line.
    pub failed: Vec<String>,
    /// The exact command that does it again.
    pub command: String,
    /// The specification, TOML.
    pub spec: String,
    /// Where the runs come from.
    pub provenances: Vec<Provenance>,
    /// The runs.
    pub runs: Vec<RunSeries>,
    /// Which runs are not among these, and why; one kind a line.
    pub gaps: Vec<String>,
}

/// The report: `index.html`, `<table>.csv` for every table, and `figures/<chart>.{svg,png,csv}` for
/// every chart.
pub fn protocol_report(report: &ProtocolReport) -> Result<Vec<Artefact>, ReportError> {
    let mut artefacts = Vec::new();
    let mut shown = Vec::new();
    for chart in &report.charts {
        let files = chart.files("figures")?;
        shown.push(ShownChart {
            chart,
            svg: files.svg,
            stem: files.stem,
            csv: files.csv,
        });
        artefacts.extend(files.artefacts);
    }
    for table in &report.tables {
        artefacts.push(Artefact {
            path: format!("{}.csv", table.name),
            bytes: table.csv(),
        });
    }
    artefacts.push(Artefact {
        path: "index.html".to_owned(),
        bytes: page::protocol_html(report, &shown).into_bytes(),
    });
    Ok(artefacts)
}
