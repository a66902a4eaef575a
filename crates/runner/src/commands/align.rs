//! `apical align`.

use std::fs;

use anyhow::Result;
use apical_experiment::align::{align, read};
use apical_kernels::Transfer;

use crate::cli::{AlignArgs, TransferName};
use crate::exit::DataProblem;
use crate::{exit, say, width};

/// Prints how the changes that a file proposes stand to the gradient at its weights.
pub(crate) fn run(arguments: &AlignArgs) -> Result<u8> {
    let path = &arguments.file;
    let content = fs::read(path).map_err(|source| DataProblem::Unreadable {
        path: path.display().to_string(),
        source,
    })?;
    let transfer = match arguments.transfer {
        TransferName::Logistic => Transfer::Logistic,
        TransferName::Tanh => Transfer::Tanh,
        TransferName::Relu => Transfer::Relu,
    };
    let aligned = align(&read(path, &content, transfer)?)?;
    match arguments.json {
        true => say::out(serde_json::to_string(&aligned)?),
        false => {
            let columns = match arguments.wide {
                true => usize::MAX,
                false => width::of_output(),
            };
            for table in aligned.tables() {
                say::verbatim(table.text_in(columns));
            }
        }
    }
    Ok(match aligned.passes() {
        true => exit::OK,
        false => exit::RUNS_FAILED,
    })
}
