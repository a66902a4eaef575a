//! What this program is: version, commit, command line.

use std::sync::{LazyLock, OnceLock};

use apical_experiment::provenance::Program;

/// What the program says that its allocator is.
pub(crate) static ALLOCATOR: OnceLock<&str> = OnceLock::new();

/// Version with commit, as `--version` shows it.
pub(crate) fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(written_version);
    &VERSION
}

fn written_version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    match (commit(), dirty()) {
        (Some(commit), dirty) => {
            let short = &commit[..commit.len().min(12)];
            let dirty = if dirty == Some(true) {
                ", changed since"
            } else {
                ""
            };
            format!("{version} (commit {short}{dirty})")
        }
        (None, _) => format!("{version} (commit unknown)"),
    }
}

/// The program as records name it.
pub(crate) fn program() -> Program {
    let arguments = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned());
    Program {
        version: env!("CARGO_PKG_VERSION"),
        commit: commit(),
        dirty: dirty(),
        kernels: std::env::var(apical_kernels::INSTRUCTION_SET_VARIABLE).ok(),
        allocator: ALLOCATOR.get().copied(),
        command: std::iter::once("apical".to_owned())
            .chain(arguments)
            .collect(),
    }
}

fn commit() -> Option<&'static str> {
    Some(env!("APICAL_COMMIT")).filter(|commit| !commit.is_empty())
}

fn dirty() -> Option<bool> {
    env!("APICAL_DIRTY").parse().ok()
}
