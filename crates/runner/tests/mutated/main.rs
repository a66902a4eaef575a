//! Readers of foreign bytes, with inputs that are nearly right: no panic, no second, no memory beyond a bound.
//!
//! `APICAL_MUTATED_INPUTS` says how many inputs there are in all, and `APICAL_MUTATED_ONLY=READER/INDEX` makes a
//! single one again. The same inputs are made on every machine.

mod base;
mod mutation;
mod readers;
mod records;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::Instant;

use mutation::Stream;
use readers::Reader;

/// Inputs where nothing says how many.
const N_INPUTS: u64 = 100_000;

/// Memory beyond that at the beginning, bytes. A compressed file of the user's own may expand to 16 MiB, of which
/// reading takes several times as much.
const MOST_MEMORY: u64 = 256 << 20;

/// What a reader may take for one input, seconds.
const MOST_SECONDS: f64 = 1.0;

/// Inputs between two looks at the memory.
const BETWEEN_LOOKS: u64 = 1000;

/// Faults that are named; more are only counted.
const MOST_FAULTS: usize = 20;

static PANIC: Mutex<String> = Mutex::new(String::new());

/// The most memory that the process ever had, bytes; nothing where the system does not say.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(
        line.trim()
            .strip_suffix(" kB")?
            .trim()
            .parse::<u64>()
            .ok()?
            << 10,
    )
}

/// What became of all inputs.
#[derive(Default)]
struct Tally {
    n_made: u64,
    n_faults: usize,
    /// The first of them.
    faults: Vec<String>,
}

/// Whether `reader` takes input `index` and how long that takes, or what is wrong with how it does so.
fn tried(reader: &Reader, index: u64) -> Result<(bool, f64), String> {
    let read = || {
        let read = AssertUnwindSafe(|| (reader.read)(&mut Stream::of(reader.name, index)));
        catch_unwind(read).map_err(|_| {
            let said = PANIC.lock().expect("nobody panics with it");
            format!("it panics: {said}")
        })
    };
    let started = Instant::now();
    let is_taken = read()?;
    let mut seconds = started.elapsed().as_secs_f64();
    if seconds > MOST_SECONDS {
        // Other programs take time, too.
        let before = seconds_of_processor();
        read()?;
        let own = before.and_then(|before| Some(seconds_of_processor()? - before));
        seconds = own.unwrap_or(seconds);
    }
    match seconds > MOST_SECONDS {
        true => Err(format!("it takes {seconds:.1} s")),
        false => Ok((is_taken, seconds)),
    }
}

/// How long this thread has computed, seconds; nothing where the system does not say.
fn seconds_of_processor() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? * 1e-9)
}

/// Bytes of memory taken since it was `at_start`.
fn grown(at_start: Option<u64>) -> u64 {
    let grown = peak()
        .zip(at_start)
        .map(|(peak, start)| peak.saturating_sub(start));
    grown.unwrap_or(0)
}

impl Tally {
    /// Lets `reader` read `n` inputs.
    fn add(&mut self, reader: &Reader, n: u64, at_start: Option<u64>) {
        let started = Instant::now();
        let (mut n_taken, mut slowest) = (0, (0.0, 0));
        for index in 0..n {
            match tried(reader, index) {
                Ok((is_taken, seconds)) => {
                    n_taken += u64::from(is_taken);
                    if seconds > slowest.0 {
                        slowest = (seconds, index);
                    }
                }
                Err(fault) => self.fault(reader, index, &fault),
            }
            if index % BETWEEN_LOOKS == 0 && grown(at_start) > MOST_MEMORY {
                let fault = format!("memory grew by {} MiB up to it", grown(at_start) >> 20);
                self.fault(reader, index, &fault);
            }
        }
        self.n_made += n;
        eprintln!(
            "{}: {n} inputs, {n_taken} of them taken, {:.0} s, at most {:.3} s (input {})",
            reader.name,
            started.elapsed().as_secs_f64(),
            slowest.0,
            slowest.1,
        );
    }

    fn fault(&mut self, reader: &Reader, index: u64, fault: &str) {
        self.n_faults += 1;
        if self.faults.len() < MOST_FAULTS {
            let fault = format!("{}/{index}: {fault}", reader.name);
            eprintln!("{fault}");
            self.faults.push(fault);
        }
    }
}

#[test]
#[ignore = "takes long; .ci/long calls it"]
fn mutated_inputs_are_refused_or_read() {
    let folder = base::folder();
    let readers = readers::all(folder.path());
    std::panic::set_hook(Box::new(|panic| {
        *PANIC.lock().expect("nobody panics with it") = panic.to_string();
    }));
    let only = std::env::var("APICAL_MUTATED_ONLY").ok();
    let n_inputs = match std::env::var("APICAL_MUTATED_INPUTS") {
        Ok(n) => n.parse().expect("APICAL_MUTATED_INPUTS is a number"),
        Err(_) => N_INPUTS,
    };
    let (mut tally, at_start) = (Tally::default(), peak());
    for reader in &readers {
        match &only {
            None => tally.add(reader, n_inputs * reader.share / readers::SHARES, at_start),
            Some(only) => {
                let (name, index) = only.split_once('/').expect("READER/INDEX");
                if name == reader.name {
                    let tried = tried(reader, index.parse().expect("a number"));
                    eprintln!("{only}: {tried:?}");
                    tally.n_made += 1;
                    tally.n_faults += usize::from(tried.is_err());
                }
            }
        }
    }
    let grown = grown(at_start);
    let Tally {
        n_made,
        n_faults,
        faults,
    } = tally;
    eprintln!(
        "{n_made} inputs, {n_faults} faults, at most {} MiB beyond the beginning",
        grown >> 20
    );
    let _ = std::panic::take_hook();
    assert_eq!(n_faults, 0, "{faults:#?}");
    assert!(
        n_made > 0 && grown <= MOST_MEMORY,
        "{n_made} inputs, {grown} bytes"
    );
}
