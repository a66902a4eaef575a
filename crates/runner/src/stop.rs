//! What the system tells the program. SIGUSR1 asks for a checkpoint of every run in progress.
//!
//! Ctrl-C, and the end of the terminal: the first one asks runs to stop at their next batch, the second ends the program; and so does
//! time, where a loop does not come to an end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

#[cfg(unix)]
use signal_hook::consts::SIGHUP;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::{exit, say};

/// How long runs have to stop by themselves. What they leave after that is what a killed program leaves, and
/// that costs no finished run.
const PATIENCE: Duration = Duration::from_millis(900);
/// Between two looks at the flag.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Whether the end of its terminal is nothing to this program (`nohup`), or it cannot be known.
#[cfg(unix)]
fn is_hang_up_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask >> (SIGHUP - 1) & 1 == 1)
}

/// Whether to stop.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    flag: Arc<AtomicBool>,
    /// What the end of the program means.
    words: &'static str,
}

/// How often a checkpoint was asked for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    is_new: Arc<AtomicBool>,
    count: AtomicUsize,
}

impl Asked {
    /// A count of SIGUSR1, which would end the program otherwise.
    pub(crate) fn on_signals() -> io::Result<Self> {
        let asked = Self::default();
        #[cfg(unix)]
        flag::register(signal_hook::consts::SIGUSR1, asked.is_new.clone())?;
        Ok(asked)
    }

    /// How often, up to now.
    pub(crate) fn count(&self) -> usize {
        if self.is_new.load(Ordering::Relaxed) && self.is_new.swap(false, Ordering::Relaxed) {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
        self.count.load(Ordering::Relaxed)
    }
}

impl Stop {
    /// A flag that Ctrl-C raises; `words` say what it means when the program is ended.
    pub(crate) fn on_signals(words: &'static str) -> io::Result<Self> {
        let stop = Self {
            flag: Arc::default(),
            words,
        };
        // Writing to a file that may not grow is then an error, in place of the end without a word.
        #[cfg(unix)]
        flag::register(signal_hook::consts::SIGXFSZ, Arc::default())?;
        #[cfg(unix)]
        let hang_up = (!is_hang_up_ignored()).then_some(SIGHUP);
        #[cfg(not(unix))]
        let hang_up = None;
        for signal in [SIGINT, SIGTERM].into_iter().chain(hang_up) {
            // In this order: while the flag is down, the first registration does nothing.
            flag::register_conditional_shutdown(
                signal,
                i32::from(exit::INTERRUPTED),
                stop.flag.clone(),
            )?;
            flag::register(signal, stop.flag.clone())?;
        }
        let watched = stop.clone();
        thread::Builder::new()
            .name("stop".to_owned())
            .spawn(move || watched.end_in_time())?;
        Ok(stop)
    }

    /// Waits for the flag, and ends the program where that does not end by itself soon after.
    fn end_in_time(&self) {
        while !self.is_asked() {
            thread::sleep(BETWEEN_LOOKS);
        }
        thread::sleep(PATIENCE);
        say::err(format_args!("stopped at once: {}", self.words));
        low_level::exit(i32::from(exit::INTERRUPTED));
    }

    /// Whether the flag is up.
    #[inline]
    pub(crate) fn is_asked(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }
}
