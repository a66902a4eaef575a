//! Columns of the terminal.

/// Where no terminal says how wide it is.
const ELSEWHERE: usize = 80;

/// Columns of the terminal that standard output goes to; 80 where it goes elsewhere.
pub(crate) fn of_output() -> usize {
    columns(&std::io::stdout()).unwrap_or(ELSEWHERE)
}

/// Columns of the terminal that standard error goes to; 80 where it goes elsewhere.
pub(crate) fn of_errors() -> usize {
    columns(&std::io::stderr()).unwrap_or(ELSEWHERE)
}

#[cfg(unix)]
fn columns(stream: &impl std::os::fd::AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

#[cfg(not(unix))]
fn columns<T>(_: &T) -> Option<usize> {
    None
}
