//! Ctrl-C: the first one asks runs to stop at their next batch, the second ends the program.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit;

/// Whether to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A flag that Ctrl-C raises.
    pub(crate) fn on_signals() -> io::Result<Self> {
        let stop = Self::default();
        // Writing to a file that may not grow is then an error, in place of the end without a word.
        #[cfg(unix)]
        flag::register(signal_hook::consts::SIGXFSZ, Arc::default())?;
        for signal in [SIGINT, SIGTERM] {
            // In this order: while the flag is down, the first registration does nothing.
            flag::register_conditional_shutdown(
                signal,
                i32::from(exit::INTERRUPTED),
                stop.0.clone(),
            )?;
            flag::register(signal, stop.0.clone())?;
        }
        Ok(stop)
    }

    /// Whether the flag is up.
    #[inline]
    pub(crate) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
