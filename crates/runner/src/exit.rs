//! Exit codes, and which error leads to which; docs/records.md lists them.

use std::io::ErrorKind;
use std::process::ExitCode;

use apical_datasets::DatasetError;
use apical_experiment::align::AlignError;
use apical_experiment::merge::MergeError;
use apical_experiment::profile::ProfileError;
use apical_experiment::report::ReadError;
use apical_experiment::simulate::{RecordError, WeightsError};
use apical_experiment::spec::SpecProblem;
use apical_experiment::task_data::is_of_files;
use apical_experiment::tuning::TuningFailed;
use apical_kernels::InstructionSetError;
use apical_learning::LearnError;
use apical_reporting::compare::{CompareError, GateError};

use crate::say;
use crate::slurm::calls::SlurmError;

/// Everything asked for is done.
pub(crate) const OK: u8 = 0;
/// Something unexpected went wrong, such as a full disk.
pub(crate) const UNEXPECTED: u8 = 1;
/// The command line or the specification is wrong; nothing ran.
pub(crate) const USAGE: u8 = 2;
/// Some runs failed, all others are recorded and reported; or tuning found no settings.
pub(crate) use apical_experiment::event::RUNS_FAILED;
/// Data are missing or wrong.
pub(crate) const DATA: u8 = 4;
/// Runs are missing or still being made, where that was the question.
pub(crate) const UNFINISHED: u8 = 5;
/// A condition under which a comparison fails holds.
pub(crate) const GATE: u8 = 6;
/// Interrupted; what was finished is kept.
pub(crate) const INTERRUPTED: u8 = 130;

/// All exit codes, and what they mean.
pub(crate) const EXIT_CODES: &[(u8, &str)] = &[
    (OK, "done"),
    (
        UNEXPECTED,
        "something unexpected, such as a full disk or output that cannot be written; other runs are kept",
    ),
    (
        USAGE,
        "wrong use, a folder that is not there, or a wrong specification; nothing ran",
    ),
    (
        RUNS_FAILED,
        "some runs failed, or are damaged and left out of a report; all others are recorded and reported; or no trial of a learner had a value, and no reported run began; `apical verify`: something is not as the records say; `apical align`: a gate is failed",
    ),
    (
        DATA,
        "data missing or wrong; `apical merge`: some runs were not joined",
    ),
    (
        UNFINISHED,
        "`apical status`: runs are missing or still being made, and none failed or is damaged",
    ),
    (
        GATE,
        "`apical compare --fail-if`: a condition holds; `apical profile --fail-above`: instructions have risen",
    ),
    (
        INTERRUPTED,
        "interrupted; what was finished is kept, and the same command goes on",
    ),
];

/// A wrong use of the command line beyond what its grammar says.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    /// A file that would be overwritten.
    #[error("`{path}` exists already; name another file, or move it away first")]
    Exists {
        /// The file.
        path: String,
    },
    /// A name that is not in a list.
    #[error("there is no {what} called `{name}`{nearest}; known are {known}")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// The name given.
        name: String,
        /// `, did you mean …`, or nothing.
        nearest: String,
        /// The names there are.
        known: String,
    },
    /// A name that nothing has.
    #[error(
        "there is nothing called `{name}`{nearest} `apical explain` lists everything that has a name"
    )]
    Unexplained {
        /// The name given.
        name: String,
        /// `, did you mean …?`, or an end of the sentence.
        nearest: String,
    },
    /// The user's own data, which a name alone does not find.
    #[error(
        "`{name}` is data of your own; `apical data check SPEC.toml` checks those that a specification names"
    )]
    OwnData {
        /// The kind of file.
        name: &'static str,
    },
    /// A report of several folders without a place for it.
    #[error("a report of several folders needs a folder of its own; name it with --out DIR")]
    NoOut,
    /// Names for some of the folders of a report.
    #[error(
        "--as is given {n_names} times for {n_folders} folders; give it once for each, in order"
    )]
    Names {
        /// How often it is given.
        n_names: usize,
        /// The folders.
        n_folders: usize,
    },
    /// Two folders of a report under one name.
    #[error("--as {name:?} is given twice; expected a name of its own for each folder")]
    SameName {
        /// The name.
        name: String,
    },
    /// A name of a folder that cannot be shown.
    #[error("--as {name:?} is no name, expected letters that can be printed")]
    NoName {
        /// The name.
        name: String,
    },
    /// A place for a folder that is taken.
    #[error(
        "`{path}` is no folder, so nothing can be written below it; name another with --out DIR"
    )]
    NoFolder {
        /// What is there.
        path: String,
    },
    /// Targets of which nothing says what they are.
    #[error("say what --targets are: --targets-are potentials or --targets-are rates")]
    TargetsOfNoKind,
    /// A neuron that is not in the circuit.
    #[error(
        "there is no neuron `{name}`; expected LAYER.NUMBER, both counted from 0, in layers of {sizes:?} neurons"
    )]
    NoNeuron {
        /// The name given.
        name: String,
        /// Neurons per layer.
        sizes: Vec<usize>,
    },
    /// A time between records that steps do not meet.
    #[error("--every {every_ms:?} is no whole number of steps of {dt_ms} ms")]
    Every {
        /// The time given.
        every_ms: f64,
        /// The step.
        dt_ms: f64,
    },
    /// A file whose name does not say what to write.
    #[error("`{path}` does not say which format to write; let it end in .{known}")]
    Extension {
        /// The file.
        path: String,
        /// The endings known.
        known: String,
    },
    /// A simulation where an experiment is expected.
    #[error("this is a simulation, which has no runs to plan; `apical simulate` makes it")]
    NothingToPlan,
    /// A simulation where an experiment is expected.
    #[error("this is a simulation, which has no runs to submit; `apical simulate` makes it")]
    NothingToSubmit,
    /// A specification that tasks cannot read.
    #[error(
        "tasks of a batch system cannot read the specification from standard input; give a file that all \
         machines see"
    )]
    NoSpecFile,
    /// Tasks of which nobody knows how long they take.
    #[error(
        "a protocol's time is not estimated, as no part of it stands for the whole; say with --time how long its \
         longest run may take"
    )]
    NoEstimate,
    /// A simulation where an experiment is expected.
    #[error(
        "this is a simulation, which teaches nothing that could be profiled; give an experiment, such as \
         `quick`, `yin_yang` or `mnist`"
    )]
    NothingToProfile,
    /// Instructions cannot be counted.
    #[error(
        "valgrind, which counts instructions, does not start ({source}); install it (Debian: `apt install \
         valgrind`), or profile times, without --instructions"
    )]
    NoValgrind {
        /// Why.
        source: std::io::Error,
    },
    /// Something that can only be done by hand.
    #[error("`{name}` cannot be fetched: {why}")]
    NotFetchable {
        /// The data set.
        name: String,
        /// The reason, and what to do.
        why: String,
    },
}

/// Data that are not as they should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataProblem {
    /// Files that are missing or have another digest.
    #[error(
        "{n_bad} of {n_files} files of `{name}` are missing or differ from the known ones; run `apical data fetch {name}`"
    )]
    Bad {
        /// The data set.
        name: &'static str,
        /// Files that are missing or differ.
        n_bad: usize,
        /// All files of the set.
        n_files: usize,
    },
    /// No mirror gave the file.
    #[error("no mirror gave `{file}`:{}", .attempts.iter().map(|a| format!("\n  {a}")).collect::<String>())]
    NoMirror {
        /// The file.
        file: String,
        /// What happened at each mirror.
        attempts: Vec<String>,
    },
    /// A set whose files are there, but cannot be loaded.
    #[error("data set `{name}` cannot be loaded: {source}")]
    Set {
        /// The data set.
        name: &'static str,
        /// Why.
        source: DatasetError,
    },
    /// A file that holds no profile.
    #[error("{path} is no profile that `apical profile --json` wrote: {reason}")]
    NoProfile {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A file that cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// Prints help, the version, or what is wrong with the command line, and says how the program ends.
pub(crate) fn said(words: &clap::Error) -> ExitCode {
    match words.print() {
        Err(error) if !words.use_stderr() && error.kind() != ErrorKind::BrokenPipe => {
            say::err(format_args!(
                "error: failed to write standard output: {error}"
            ));
            UNEXPECTED.into()
        }
        _ if words.use_stderr() => USAGE.into(),
        _ => OK.into(),
    }
}

/// The exit code of an error.
pub(crate) fn code_of(error: &anyhow::Error) -> u8 {
    if error.is::<SpecProblem>()
        || error.is::<UsageError>()
        || error.is::<ReadError>()
        || error.is::<CompareError>()
        || error.is::<MergeError>()
        || error.is::<GateError>()
        || error.is::<ProfileError>()
        || error.is::<InstructionSetError>()
        || matches!(error.downcast_ref(), Some(SlurmError::Absent { .. }))
        || error.is::<RecordError>()
    {
        USAGE
    } else if error.is::<TuningFailed>() || error.is::<LearnError>() {
        RUNS_FAILED
    } else if error.is::<DataProblem>()
        || error.is::<AlignError>()
        || error.is::<WeightsError>()
        || is_of_files(error)
        || error.is::<DatasetError>()
    {
        DATA
    } else {
        UNEXPECTED
    }
}
