//! Exceptions.

use apical_datasets::DatasetError;
use apical_experiment::align::AlignError;
use apical_experiment::chain;
use apical_experiment::report::ReadError;
use apical_experiment::simulate::{RecordError, ShownError, WeightsError};
use apical_experiment::spec::SpecProblem;
use apical_experiment::task_data::is_of_files;
use apical_experiment::tuning::TuningFailed;
use apical_kernels::InstructionSetError;
use apical_learning::{LearnError, SpecError};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

pyo3::create_exception!(
    apical,
    Error,
    PyException,
    "What went wrong, in the words of the program. All exceptions of this package are of this class."
);
pyo3::create_exception!(
    apical,
    SpecificationError,
    Error,
    "A specification, or an argument in its place, is wrong; the message has file, line and caret. Nothing ran."
);
pyo3::create_exception!(
    apical,
    DataError,
    Error,
    "Data, weights, arrays or a folder of results are missing or not as they should be."
);
pyo3::create_exception!(
    apical,
    LearningError,
    Error,
    "A circuit or a tuning failed, which is a result."
);

/// Lists the exceptions in `module`.
pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("Error", py.get_type::<Error>())?;
    module.add("SpecificationError", py.get_type::<SpecificationError>())?;
    module.add("DataError", py.get_type::<DataError>())?;
    module.add("LearningError", py.get_type::<LearningError>())
}

/// The exception of `error`.
pub(crate) fn raised(error: &anyhow::Error) -> PyErr {
    let message = chain(error);
    if error.is::<SpecProblem>()
        || error.is::<SpecError>()
        || error.is::<RecordError>()
        || error.is::<InstructionSetError>()
    {
        SpecificationError::new_err(message)
    } else if error.is::<AlignError>()
        || error.is::<DatasetError>()
        || error.is::<ShownError>()
        || error.is::<ReadError>()
        || error.is::<WeightsError>()
        || is_of_files(error)
    {
        DataError::new_err(message)
    } else if error.is::<TuningFailed>() || error.is::<LearnError>() {
        LearningError::new_err(message)
    } else {
        Error::new_err(message)
    }
}
