//! Reports, made of records alone: of tasks, or of a protocol.

mod contrasts;
mod edges;
mod gaps;
mod gather;
mod literature;
mod looks;
mod order;
mod places;
mod read;
mod status;

use apical_reporting::export;
use apical_reporting::{
    Artefact, ProtocolReport, ReportError, ReportInput, plain, protocol_report, terminal_table_in,
};

pub use self::contrasts::GivenContrasts;
pub(crate) use self::gather::Place;
use self::order::{baselines_of, in_order, named_baselines, places_of, specified_baselines};
pub(crate) use self::places::places;
pub use self::read::{ReadError, Reports, folders_of, read};
pub(crate) use self::read::{on_experiment, on_own_protocol};
pub use self::status::{Status, status};

/// All that a report is made of.
#[derive(Debug)]
pub enum Report {
    /// On learners that were taught tasks.
    Tasks(ReportInput),
    /// On a protocol.
    Protocol(ProtocolReport),
}

impl Report {
    /// All files of the report; its page is index.html.
    pub fn files(&self) -> Result<Vec<Artefact>, ReportError> {
        match self {
            Self::Tasks(input) => apical_reporting::report(input),
            Self::Protocol(report) => protocol_report(report),
        }
    }

    /// Its tables for a paper, and a macro for every number.
    pub fn latex(&self) -> Result<Vec<Artefact>, ReportError> {
        match self {
            Self::Tasks(input) => export::latex(input),
            Self::Protocol(report) => Ok(export::latex_of_protocol(&report.title, &report.tables)),
        }
    }

    /// Tables, and what was found, for a terminal of `width` columns.
    pub fn text(&self, in_colour: bool, width: usize) -> String {
        match self {
            Self::Tasks(input) => terminal_table_in(input, in_colour, width)
                .trim_end()
                .to_owned(),
            Self::Protocol(report) => {
                let tables = report.tables.iter().map(|table| table.text_in(width));
                let findings = report.findings.iter().map(|finding| plain(finding));
                let lines: Vec<String> = tables.chain(findings).collect();
                lines.join("\n")
            }
        }
    }

    /// Runs that are not among those it is made of, and why, one kind a line.
    pub fn gaps(&self) -> &[String] {
        match self {
            Self::Tasks(input) => &input.gaps,
            Self::Protocol(report) => &report.gaps,
        }
    }

    /// What is said of a run that was made now.
    pub fn made(&self) -> &'static str {
        match self {
            Self::Tasks(_) => "trained",
            Self::Protocol(_) => "made",
        }
    }

    /// Runs that it is made of.
    pub fn n_runs(&self) -> usize {
        match self {
            Self::Tasks(input) => input.runs.len(),
            Self::Protocol(report) => report.provenances.len(),
        }
    }
}
