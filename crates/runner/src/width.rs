//! Columns and rows of the terminal.

/// Columns where no terminal says how wide it is.
const COLUMNS: usize = 80;
/// Rows where no terminal says how high it is.
const ROWS: u16 = 24;

/// Columns of the terminal that standard output goes to; 80 where it goes elsewhere.
pub(crate) fn of_output() -> usize {
    size(&std::io::stdout()).map_or(COLUMNS, |(columns, _)| columns)
}

/// Columns of the terminal that standard error goes to; 80 where it goes elsewhere.
pub(crate) fn of_errors() -> usize {
    size(&std::io::stderr()).map_or(COLUMNS, |(columns, _)| columns)
}

/// Rows of the terminal that standard error goes to; 24 where it goes elsewhere.
pub(crate) fn rows_of_errors() -> u16 {
    size(&std::io::stderr()).map_or(ROWS, |(_, rows)| rows)
}

/// Columns of `stream`, where it is a terminal.
#[cfg(unix)]
pub(crate) fn of_terminal(stream: &impl std::os::fd::AsFd) -> Option<usize> {
    Some(size(stream)?.0)
}

#[cfg(not(unix))]
pub(crate) fn of_terminal<T>(_: &T) -> Option<usize> {
    None
}

#[cfg(unix)]
fn size(stream: &impl std::os::fd::AsFd) -> Option<(usize, u16)> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then(|| (usize::from(size.ws_col), size.ws_row))
}

#[cfg(not(unix))]
fn size<T>(_: &T) -> Option<(usize, u16)> {
    None
}
