//! What the program prints. A reader that went away (`apical run | head`) is no reason to stop, so
//! nothing here fails.

use std::fmt::Display;
use std::io::Write;

/// Prints a line on standard output.
pub(crate) fn out(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Prints a line on standard error.
pub(crate) fn err(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
