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
mod trials;
mod write;

use apical_reporting::compare::{Arm, arms_of_runs, arms_of_tasks};
use apical_reporting::export::{self, Column, FigureData, FigureOmitted};
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
pub use self::write::write;

/// A format of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Tables for a paper, and a macro for every number.
    Latex,
    /// Every reading, a row each.
    Csv,
    /// The same table.
    Parquet,
    /// Curves as arrays.
    Npz,
    /// Event files.
    Tensorboard,
    /// Figures.
    Pdf,
}

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

    /// Its title.
    pub fn title(&self) -> &str {
        match self {
            Self::Tasks(input) => &input.title,
            Self::Protocol(report) => &report.title,
        }
    }

    /// What is compared with another report.
    pub fn arms(&self) -> Vec<Arm> {
        match self {
            Self::Tasks(input) => arms_of_tasks(input),
            Self::Protocol(report) => arms_of_runs(&report.runs),
        }
    }

    /// The same in the format of others.
    pub fn export(&self, format: ExportFormat) -> Result<Vec<Artefact>, ReportError> {
        use ExportFormat::{Csv, Latex, Npz, Parquet, Pdf, Tensorboard};
        match (self, format) {
            (Self::Tasks(input), Latex) => export::latex(input),
            (Self::Tasks(input), Csv) => export::csv(input),
            (Self::Tasks(input), Parquet) => export::parquet(input),
            (Self::Tasks(input), Npz) => export::npz(input),
            (Self::Tasks(input), Tensorboard) => export::tensorboard(input),
            (Self::Tasks(input), Pdf) => export::pdf(input),
            (Self::Protocol(of), Latex) => Ok(export::latex_of_protocol(&of.title, &of.tables)),
            (Self::Protocol(of), Csv) => Ok(export::csv_of_runs(&of.runs)),
            (Self::Protocol(of), Parquet) => Ok(export::parquet_of_runs(&of.runs)),
            (Self::Protocol(of), Npz) => export::npz_of_runs(&of.runs),
            (Self::Protocol(of), Tensorboard) => Ok(export::tensorboard_of_runs(&of.runs)),
            (Self::Protocol(of), Pdf) => export::pdf_of_charts(&of.charts),
        }
    }

    /// Every reading of every run, as columns.
    pub fn columns(&self) -> Result<Vec<Column>, ReportError> {
        match self {
            Self::Tasks(input) => export::columns(input),
            Self::Protocol(of) => Ok(export::columns_of_runs(&of.runs)),
        }
    }

    /// Every figure as data, and those of which there is nothing to show.
    pub fn figures(&self) -> Result<(Vec<FigureData>, Vec<FigureOmitted>), ReportError> {
        match self {
            Self::Tasks(input) => export::figures(input),
            Self::Protocol(of) => Ok((export::figures_of_charts(&of.charts), Vec::new())),
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

    /// Runs that it is made of.
    pub fn n_runs(&self) -> usize {
        match self {
            Self::Tasks(input) => input.runs.len(),
            Self::Protocol(report) => report.provenances.len(),
        }
    }
}
