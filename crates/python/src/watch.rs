//! Work in a thread of its own, beside which Python hears what happens and Ctrl-C.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use pyo3::prelude::*;

use crate::error;

/// Between two looks for signals.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
/// How long work has to stop by itself. Then it is left behind: it ends at its next step, and what it leaves is
/// what a killed program leaves.
const PATIENCE: Duration = Duration::from_millis(1500);

/// What work is given.
pub(crate) struct Watched {
    events: Mutex<Sender<String>>,
    stop: Arc<AtomicBool>,
}

impl Watched {
    /// Tells of an event, JSON.
    pub(crate) fn tell(&self, event: String) {
        if let Ok(events) = self.events.lock() {
            // Nobody hears what is left behind.
            let _ = events.send(event);
        }
    }

    /// Whether to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Does `work` in a thread of its own and calls `tell` with every event. Where a signal or `tell` raises, work is
/// asked to stop, and that is raised.
pub(crate) fn watch<T: Send + 'static>(
    py: Python<'_>,
    tell: &Bound<'_, PyAny>,
    work: impl FnOnce(&Watched) -> Result<T> + Send + 'static,
) -> PyResult<T> {
    let (sender, receiver) = mpsc::channel();
    let receiver = Mutex::new(receiver);
    let stop = Arc::new(AtomicBool::new(false));
    let watched = Watched {
        events: Mutex::new(sender),
        stop: stop.clone(),
    };
    let worker = thread::Builder::new()
        .name("apical".to_owned())
        .spawn(move || work(&watched))?;
    let mut raised: Option<(PyErr, Instant)> = None;
    loop {
        let event = py.detach(|| match receiver.lock() {
            Ok(receiver) => receiver.recv_timeout(BETWEEN_LOOKS),
            Err(_) => Err(RecvTimeoutError::Disconnected),
        });
        let heard = match event {
            Ok(event) if raised.is_none() => tell.call1((event,)).map(drop),
            Err(RecvTimeoutError::Disconnected) => break,
            _ => Ok(()),
        };
        if let Err(own) = heard.and_then(|()| py.check_signals()) {
            stop.store(true, Ordering::Relaxed);
            // The first word counts; a second Ctrl-C waits for nothing.
            match raised {
                None => raised = Some((own, Instant::now())),
                Some((first, _)) => return Err(first),
            }
        }
        if let Some((own, _)) = raised.take_if(|(_, at)| at.elapsed() > PATIENCE) {
            return Err(own);
        }
    }
    let came = py.detach(|| worker.join());
    if let Some((own, _)) = raised {
        return Err(own);
    }
    match came {
        Ok(came) => came.map_err(|error| error::raised(&error)),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().map(String::as_str);
            let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
            let words = words.unwrap_or("no reason given");
            Err(error::raised(&anyhow!("a fault of the program: {words}")))
        }
    }
}
