//! What the program prints. A reader that went away (`apical run | head`) is no reason to stop; output
//! that cannot be written for another reason is remembered, and told at the end.

use std::fmt::Display;
use std::io::{Error, ErrorKind, Write};
use std::sync::Mutex;

use apical_reporting::wrapped;

use crate::width;

/// Why standard output could not be written, where it could not.
static FAULT: Mutex<Option<Error>> = Mutex::new(None);

/// Prints words on standard output.
pub(crate) fn out(words: impl Display) {
    verbatim(fitted(
        printable(&words),
        width::of_terminal(&std::io::stdout()),
    ));
}

/// Prints what a program reads on standard output: no line is broken.
pub(crate) fn verbatim(text: impl Display) {
    let mut stdout = std::io::stdout().lock();
    let written = writeln!(stdout, "{}", printable(&text)).and_then(|()| stdout.flush());
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

/// Prints words on standard error.
pub(crate) fn err(words: impl Display) {
    let words = fitted(printable(&words), width::of_terminal(&std::io::stderr()));
    let _ = writeln!(std::io::stderr().lock(), "{words}");
}

/// `text` with its lines broken between words where a terminal of `width` columns would break them inside;
/// lines of a file that are shown with their number stay as they are.
pub(crate) fn fitted(text: String, width: Option<usize>) -> String {
    let Some(width) = width else { return text };
    let is_shown = |line: &str| {
        let marked = line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit());
        ["|", "-->"].iter().any(|mark| marked.starts_with(mark))
    };
    let lines = text.split('\n').flat_map(|line| match is_shown(line) {
        true => vec![line.to_owned()],
        false => wrapped(line, width),
    });
    lines.collect::<Vec<_>>().join("\n")
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
    fn words_stay_whole_on_a_terminal_and_lines_of_a_file_as_they_are() {
        let text = "error: nothing is right\n --> a/b.toml:12:1\n   |\n12 | rates = [1.0, 2.0]\n";
        assert_eq!(fitted(text.into(), None), text);
        assert_eq!(
            fitted(text.into(), Some(16)),
            "error: nothing\nis right\n --> a/b.toml:12:1\n   |\n12 | rates = [1.0, 2.0]\n"
        );
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let shown = printable(&"a\u{1b}[31m\r\u{9b}2J\u{202e}\n\tж");
        assert_eq!(shown, "a\\u001b[31m\\u000d\\u009b2J\\u202e\n\tж");
    }
}
