//! `apical.read`: reports as data.

use std::path::PathBuf;

use anyhow::Result;
use apical_experiment::report::{ExportFormat, Report, read as read_reports, write};
use apical_reporting::export::Cells;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyList};
use serde_json::{Value, json};

use crate::error;

/// What a report is made of: the runs of tasks, or those of one protocol.
#[pyclass(frozen)]
pub(crate) struct Part {
    report: Report,
    folder: PathBuf,
    n_damaged: usize,
}

/// Everything below `folders`: of tasks first, then of each protocol.
#[pyfunction]
pub(crate) fn read(
    py: Python<'_>,
    folders: Vec<PathBuf>,
    names: Vec<String>,
) -> PyResult<Vec<Part>> {
    let reports = py.detach(|| read_reports(&folders, &names, None));
    let reports = reports.map_err(|error| error::raised(&error))?;
    let n_damaged = reports.n_damaged;
    let of_tasks = reports.tasks.map(|report| (folders[0].clone(), report));
    let all = of_tasks.into_iter().chain(reports.protocols);
    let parts = all.map(|(folder, report)| Part {
        report,
        folder,
        n_damaged,
    });
    Ok(parts.collect())
}

#[pymethods]
impl Part {
    /// `title`, `folder`, `command`, `spec`, `gaps`, `n_damaged`, `is_protocol` and `runs`, JSON.
    fn about(&self) -> String {
        let (command, spec, runs, name) = match &self.report {
            Report::Tasks(input) => {
                let runs = input.runs.iter().map(|run| {
                    json!({
                        "summary": run.summary,
                        "started": run.provenance.started,
                        "setting": run.provenance.source_digest,
                    })
                });
                let runs: Vec<Value> = runs.collect();
                (&input.command, &input.spec, runs, &input.experiment)
            }
            Report::Protocol(of) => {
                let runs = of.runs.iter().map(|run| {
                    json!({
                        "experiment": run.experiment,
                        "condition": run.name.join(", "),
                        "seed": run.seed,
                        "error": run.error,
                        "started": run.started,
                        "values": run.values,
                    })
                });
                (&of.command, &of.spec, runs.collect(), &of.name)
            }
        };
        json!({
            "title": self.report.title(),
            "name": name,
            "folder": self.folder,
            "command": command,
            "spec": spec,
            "gaps": self.report.gaps(),
            "n_damaged": self.n_damaged,
            "is_protocol": matches!(self.report, Report::Protocol(_)),
            "runs": runs,
        })
        .to_string()
    }

    /// The columns of all readings: name, kind and cells; numbers are bytes of float64, NaN where there is none.
    fn columns<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Vec<(String, &'static str, Bound<'py, PyAny>)>> {
        let columns = py.detach(|| self.report.columns());
        let columns = columns.map_err(|source| error::raised(&source.into()))?;
        let made = columns.into_iter().map(|column| {
            let numbers = |cells: Vec<Option<f64>>| {
                let bytes: Vec<u8> = (cells.into_iter())
                    .flat_map(|cell| cell.unwrap_or(f64::NAN).to_ne_bytes())
                    .collect();
                PyByteArray::new(py, &bytes).into_any()
            };
            let (kind, cells) = match column.cells {
                Cells::Text(cells) => ("text", PyList::new(py, cells)?.into_any()),
                Cells::Number(cells) => ("number", numbers(cells)),
                Cells::Whole(cells) => {
                    let cells = cells.into_iter().map(|cell| cell.map(|n| n as f64));
                    ("whole", numbers(cells.collect()))
                }
            };
            Ok((column.name, kind, cells))
        });
        made.collect()
    }

    /// The curves, an NPZ archive as `apical export --format npz` writes it.
    fn curves<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyByteArray>> {
        let files = py.detach(|| self.report.export(ExportFormat::Npz));
        let files = files.map_err(|source| error::raised(&source.into()))?;
        let bytes = files.first().map_or(&[][..], |file| &file.bytes);
        Ok(PyByteArray::new(py, bytes))
    }

    /// `drawn` and `omitted`, JSON.
    fn figures(&self, py: Python<'_>) -> PyResult<String> {
        let figures = py.detach(|| self.report.figures());
        let (drawn, omitted) = figures.map_err(|source| error::raised(&source.into()))?;
        Ok(json!({ "drawn": drawn, "omitted": omitted }).to_string())
    }

    /// Tables and findings, as the program prints them.
    fn text(&self, width: usize) -> String {
        self.report.text(false, width)
    }

    /// Writes page, tables and figures into `folder`; the path of the page.
    fn write_page(&self, py: Python<'_>, folder: PathBuf) -> PyResult<PathBuf> {
        let written: Result<PathBuf> = py.detach(|| write(&self.report, &folder));
        written.map_err(|error| error::raised(&error))
    }
}
