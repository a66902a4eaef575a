//! How the runs of experiments stand, without a report.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::Result;
use apical_learning::RunKey;

use super::ReadError;
use super::gather::{Gathered, Place, gather};
use super::places::places;
use super::trials::gather_taught;
use crate::protocol::Run;
use crate::store::Kept;

/// How the runs of one experiment stand.
#[derive(Debug)]
pub struct Status {
    /// Its folder.
    pub folder: PathBuf,
    /// How many finished.
    pub n_finished: usize,
    /// Those that failed, and why.
    pub failed: Vec<(RunKey, String)>,
    /// How many are being made.
    pub n_running: usize,
    /// How many are damaged.
    pub n_damaged: usize,
    /// How many are missing; unknown where no run has left a sign.
    pub n_missing: Option<usize>,
    /// Which are missing, running, damaged, or of other settings; one kind a line.
    pub gaps: Vec<String>,
}

/// How the runs of every experiment below `folders` stand.
///
/// # Errors
///
/// Where there is no experiment, or a folder that cannot be read.
pub fn status(folders: &[PathBuf]) -> Result<Vec<Status>> {
    let places = places(folders, &[])?;
    if places.is_empty() {
        return Err(ReadError::no_runs(folders, Vec::new()).into());
    }
    let of = |place: &Place| match place.is_of_protocol() {
        true => Ok(of_place(place, gather::<Run>(place, &mut HashMap::new())?)),
        false => Ok(of_place(place, gather_taught(place, &mut HashMap::new())?)),
    };
    places.iter().map(of).collect()
}

fn of_place<R: Kept>(place: &Place, gathered: Gathered<R>) -> Status {
    let failed = gathered.runs.iter().filter_map(|run| {
        let error = run.error()?;
        Some((run.key().clone(), error.to_owned()))
    });
    let failed: Vec<_> = failed.collect();
    Status {
        folder: place.root.clone(),
        n_finished: gathered.runs.len() - failed.len(),
        failed,
        n_running: gathered.n_running,
        n_damaged: gathered.n_damaged,
        n_missing: gathered.n_missing,
        gaps: gathered.gaps,
    }
}
