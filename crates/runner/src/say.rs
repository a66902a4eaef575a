//! What the program prints. A reader that went away (`apical run | head`) is no reason to stop; output
//! that cannot be written for another reason is remembered, and told at the end.

use std::fmt::Display;
use std::io::{Error, ErrorKind, Write};
use std::sync::Mutex;

/// Why standard output could not be written, where it could not.
static FAULT: Mutex<Option<Error>> = Mutex::new(None);

/// Prints a line on standard output.
pub(crate) fn out(line: impl Display) {
    let mut stdout = std::io::stdout().lock();
    let written = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
        && let Ok(mut fault) = FAULT.lock()
    {
        fault.get_or_insert(error);
    }
}

/// Why something that was printed did not arrive.
pub(crate) fn fault() -> Option<Error> {
    FAULT.lock().ok()?.take()
}

/// Prints a line on standard error.
pub(crate) fn err(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
