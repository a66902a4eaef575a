//! Tables, figures and a page from the records of runs.
//!
//! Data flows one way: [`ReportInput`] (records alone) is grouped by task, learner and point of a
//! sweep; groups become a table and [`Figure`]s; both become [`Artefact`]s, which the
//! caller writes. Nothing here knows a model, a file or a clock: the same input gives the same bytes.

mod artefact;
pub mod bound;
mod cell;
mod chart;
mod claim;
pub mod compare;
mod contrast;
mod covered;
mod credit;
mod csv;
mod error;
pub mod export;
mod figure;
mod flag;
mod gap;
pub mod glossary;
mod group;
mod literature;
mod look;
mod markup;
pub mod number;
mod page;
mod palette;
mod plain_csv;
mod plain_table;
mod plot;
mod protocol;
mod sample;
pub mod statistics;
mod subject;
mod table;
mod terminal;
mod text;
mod time_to_accuracy;

use std::collections::{BTreeMap, BTreeSet};

use apical_learning::{KeyPath, RunRecord, TrialRecord};

pub use artefact::{Artefact, report};
pub use cell::Cell;
pub use chart::{
    Chart, ChartAxis, ChartLine, ChartPanel, ChartRow, ChartScale, ChartSeed, ChartSpread, LineLook,
};
pub use contrast::{Contrasts, VerdictEpoch};
pub use credit::{LEAST_CORRELATION, LEAST_OVER_FLOOR, SOUND_CORRELATION};
pub use error::ReportError;
pub use figure::{FIGURES, Figure};
pub use literature::Published;
pub use markup::plain;
pub use palette::LearnerPlace;
pub use plain_table::PlainTable;
pub use protocol::{ProtocolReport, protocol_report};
pub use terminal::{terminal_table, terminal_table_in};
pub use text::wrapped;

/// Where a setting was searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TunedRange {
    /// The lowest value.
    pub from: f64,
    /// The highest value.
    pub to: f64,
    /// Whether values lie on a logarithm.
    pub is_logarithmic: bool,
}

/// All that a report is made of.
#[derive(Debug, Clone)]
pub struct ReportInput {
    /// The experiment's name.
    pub experiment: String,
    /// Its title, for the head of the page.
    pub title: String,
    /// The experiment's specification, TOML.
    pub spec: String,
    /// The exact command that does it again.
    pub command: String,
    /// Its runs, finished and failed; tasks, learners and points of a sweep are shown in the order of
    /// their first run.
    pub runs: Vec<RunRecord>,
    /// By task, the learner that the others are compared with; a task without an entry, or without runs
    /// of that learner, has no comparison.
    pub baselines: BTreeMap<String, String>,
    /// By task, what is declared to be compared; nothing where nothing is.
    pub contrasts: BTreeMap<String, Contrasts>,
    /// By task and learner, a place of the palette: one for every kind of learner, so that it looks the
    /// same in every report. Learners without an entry take places that nobody has.
    pub places: BTreeMap<(String, String), LearnerPlace>,
    /// Learners that a report is about, by task and name: the claim is on the first of them that is not the
    /// baseline, or on the first learner where none is named.
    pub subjects: BTreeSet<(String, String)>,
    /// By task and learner, what is published of it.
    pub literature: BTreeMap<(String, String), Published>,
    /// Swept keys, from the specification's root, whose values are spread over a logarithm.
    pub logarithmic: BTreeSet<KeyPath>,
    /// Settings tried while tuning; empty where nothing was tuned.
    pub trials: Vec<TrialRecord>,
    /// By task and learner, settings that tuning took at an edge of their range, one a line.
    pub at_edge: BTreeMap<(String, String), Vec<String>>,
    /// By task and learner, where its settings were searched, as far as that is known.
    pub tuned_ranges: BTreeMap<(String, String), BTreeMap<KeyPath, TunedRange>>,
    /// Which runs are not among these, and why: missing, damaged, with other settings; one kind a line.
    pub gaps: Vec<String>,
}
