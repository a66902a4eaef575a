//! `apical.align`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use apical_experiment::align::{align as judge, read};
use apical_kernels::Transfer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::json;

use crate::error;

/// How arrays are called in errors, in place of their file.
const NAME: &str = "the model";

/// Judges the arrays of an NPZ archive as `apical align` does; JSON with `readings`, `units` of their
/// metrics, `gates`, `passes` and `text`.
#[pyfunction]
pub(crate) fn align(py: Python<'_>, archive: &[u8], transfer: &str) -> PyResult<String> {
    let transfer = match transfer {
        "logistic" => Transfer::Logistic,
        "tanh" => Transfer::Tanh,
        "relu" => Transfer::Relu,
        other => {
            return Err(PyValueError::new_err(format!(
                "transfer is {other:?}, expected \"logistic\", \"tanh\" or \"relu\""
            )));
        }
    };
    let judged = py.detach(|| judged(archive, transfer));
    judged.map_err(|error| error::raised(&error))
}

fn judged(archive: &[u8], transfer: Transfer) -> Result<String> {
    let aligned = judge(&read(Path::new(NAME), archive, transfer)?)?;
    let tables: Vec<String> = (aligned.tables().iter())
        .map(|table| table.text_in(usize::MAX))
        .collect();
    let of_metrics = aligned.readings.iter().map(|of| of.metric.info());
    let units: BTreeMap<&str, &str> = of_metrics.map(|info| (info.name, info.unit)).collect();
    Ok(json!({
        "readings": aligned.readings,
        "units": units,
        "gates": aligned.gates,
        "passes": aligned.passes(),
        "text": tables.join("\n"),
    })
    .to_string())
}
