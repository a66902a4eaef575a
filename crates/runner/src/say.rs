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
    let written = writeln!(stdout, "{}", printable(&line)).and_then(|()| stdout.flush());
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
    let _ = writeln!(std::io::stderr().lock(), "{}", printable(&line));
}

/// `line` with what would steer a terminal, or turn what it shows around, written out; as JSON has it, which
/// stays JSON.
fn printable(line: &impl Display) -> String {
    let mut text = String::new();
    for c in line.to_string().chars() {
        match c {
            '\n' | '\t' => text.push(c),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => text += &escaped(c),
            c if c.is_control() => text += &escaped(c),
            c => text.push(c),
        }
    }
    text
}

fn escaped(c: char) -> String {
    format!("\\u{:04x}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        let shown = printable(&"a\u{1b}[31m\r\u{9b}2J\u{202e}\n\tж");
        assert_eq!(shown, "a\\u001b[31m\\u000d\\u009b2J\\u202e\n\tж");
    }
}
