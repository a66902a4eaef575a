//! A terminal of so many columns, with the program on it.

use std::fs::{self, File};
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Rows that are kept: nothing scrolls away.
const ROWS: u16 = 400;

/// A program with its standard streams on a terminal.
pub(crate) struct Terminal {
    pub(crate) child: Child,
    columns: u16,
    written: JoinHandle<Vec<u8>>,
}

/// What a terminal showed in the end.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) code: Option<i32>,
    /// Its lines, without what was taken away again.
    pub(crate) lines: Vec<String>,
    /// Lines of several words that the terminal itself had to break; a path that is longer than a line has to be.
    pub(crate) broken: Vec<String>,
}

impl Terminal {
    /// Starts `command` on a terminal of `columns`.
    pub(crate) fn start(mut command: Command, columns: u16) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let screen = openpt(flags).expect("a terminal");
        grantpt(&screen).expect("its keyboard");
        unlockpt(&screen).expect("unlocked");
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&screen, size).expect("a size");
        let name = ptsname(&screen, Vec::new()).expect("a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let keyboard = File::from(open(name, flags, Mode::empty()).expect("opened"));
        let stream = || Stdio::from(keyboard.try_clone().expect("once more"));
        command
            .env("TERM", "xterm")
            .stdin(stream())
            .stdout(stream())
            .stderr(stream());
        let child = command.spawn().expect("the program starts");
        let written = thread::spawn(move || {
            let (mut written, mut screen) = (Vec::new(), File::from(screen));
            // Reading ends in an error when nobody holds the other end any more.
            let _ = screen.read_to_end(&mut written);
            written
        });
        Self {
            child,
            columns,
            written,
        }
    }

    /// Waits for the end of the program.
    pub(crate) fn end(mut self) -> Shown {
        let code = self.child.wait().expect("ended").code();
        let written = self.written.join().expect("read");
        let mut screen = vt100::Parser::new(ROWS, self.columns, 0);
        screen.process(&written);
        let screen = screen.screen();
        let rows: Vec<String> = screen.rows(0, self.columns).collect();
        let is_broken =
            |row: &(usize, &String)| u16::try_from(row.0).is_ok_and(|row| screen.row_wrapped(row));
        let broken = rows.iter().enumerate().filter(is_broken);
        let broken = broken.filter(|(_, row)| row.trim().contains(' '));
        let broken = broken.map(|(_, row)| row.clone()).collect();
        let n_rows = rows.iter().rposition(|row| !row.trim().is_empty());
        Shown {
            code,
            lines: rows[..n_rows.map_or(0, |last| last + 1)].to_vec(),
            broken,
        }
    }
}

impl Shown {
    /// The words, one space apart.
    pub(crate) fn words(&self) -> String {
        words(&self.lines.join("\n"))
    }
}

/// The words of `text`, one space apart.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `child` has begun to listen for `signal`.
pub(crate) fn listens(child: &Child, signal: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
