//! What runs need of this machine's memory, before anything of it is allocated.
//!
//! Estimates are a little less than what is taken (a test measures it), so that nothing is refused that fits.

use std::fs;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use apical_learning::{KeyPath, Needs, Network, SpecError};

use crate::runs::Stop;

/// Why a run is too large.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "a network of {sizes:?} neurons needs at least {needed} of memory, and this machine has {available}; make it smaller"
)]
pub struct TooLarge {
    sizes: Vec<usize>,
    needed: String,
    available: String,
}

/// Bytes that stand for more than any machine has.
const TOO_MANY: u64 = u64::MAX;

/// Bytes that a run with `network` needs at least, whose learner `needs` what it says, and in which `n_rows`
/// samples pass through the network together. `is_compared` says whether updates are compared with
/// gradients, in double precision.
pub(crate) fn of_run(network: &Network, n_rows: usize, needs: Needs, is_compared: bool) -> u64 {
    let n_weights = network.n_forward_weights().map_or(TOO_MANY, |n| n as u64);
    // Forward weights, two gradients, and what one of them is computed with.
    let gradients = n_weights.saturating_mul(40);
    let briefly = match is_compared {
        true => (needs.n_bytes_compared.saturating_add(gradients)).max(needs.n_bytes_briefly),
        false => needs.n_bytes_briefly,
    };
    // The start, in single precision.
    let held = n_weights.saturating_mul(4).saturating_add(needs.n_bytes);
    // Potentials, rates and factors of every neuron.
    let of_rows = n_numbers(n_rows, network.sizes()).saturating_mul(32);
    held.saturating_add(briefly).saturating_add(of_rows)
}

/// Numbers of `n_rows` rows over all `sizes`.
pub(crate) fn n_numbers(n_rows: usize, sizes: &[usize]) -> u64 {
    let widths = sizes.iter().map(|&n| n as u64);
    let width = widths.fold(0, u64::saturating_add);
    width.saturating_mul(n_rows as u64)
}

/// Fails where `needed` bytes, those of a run with `network`, are more than there are.
pub(crate) fn check(network: &Network, needed: u64) -> Result<(), TooLarge> {
    too_many(needed).map_or(Ok(()), |[needed, available]| {
        Err(TooLarge {
            sizes: network.sizes().to_vec(),
            needed,
            available,
        })
    })
}

/// Fails where the value `found` at `key` asks for more than there is of memory.
pub(crate) fn check_key(
    key: impl Into<KeyPath>,
    found: impl std::fmt::Display,
    n_bytes: u64,
) -> Result<(), SpecError> {
    too_many(n_bytes).map_or(Ok(()), |[needed, available]| {
        let found = format!("{found}, which needs at least {needed} of memory");
        let expected = "what fits into the memory of this machine";
        Err(SpecError::range(
            key,
            format!("{found} where there are {available}"),
            expected,
        ))
    })
}

/// What is needed and what there is, in words, where that is less.
fn too_many(n_bytes: u64) -> Option<[String; 2]> {
    // Where the machine does not say how much it has, only what no machine has is refused.
    let available = of_machine().unwrap_or(isize::MAX as u64);
    (n_bytes > available).then(|| [n_bytes, available].map(in_words))
}

fn in_words(bytes: u64) -> String {
    match bytes {
        TOO_MANY => "16 EB".to_owned(),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// Memory of the machine, or of the part of it that the program may use, in bytes, where it says so. It
/// is asked once.
pub(crate) fn of_machine() -> Option<u64> {
    static BYTES: OnceLock<Option<u64>> = OnceLock::new();
    *BYTES.get_or_init(|| {
        let limit = fs::read_to_string("/sys/fs/cgroup/memory.max");
        let limit = limit.ok().and_then(|text| text.trim().parse().ok());
        limit.into_iter().chain(of_kernel("MemTotal:")).min()
    })
}

/// What the kernel says of its memory, in bytes.
fn of_kernel(what: &str) -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(what))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// Memory that runs share: one that does not fit beside the others waits for them.
pub(crate) struct Room {
    taken: Mutex<Taken>,
    changed: Condvar,
    available: u64,
}

#[derive(Default)]
struct Taken {
    n_bytes: u64,
    n_runs: usize,
}

/// A run's share of a [`Room`].
pub(crate) struct Place<'a> {
    room: &'a Room,
    n_bytes: u64,
}

impl Room {
    /// The memory that is free now.
    pub(crate) fn now() -> Self {
        let free = of_kernel("MemAvailable:").unwrap_or(TOO_MANY);
        Self::with(of_machine().map_or(free, |all| free.min(all)))
    }

    fn with(available: u64) -> Self {
        Self {
            taken: Mutex::default(),
            changed: Condvar::new(),
            available,
        }
    }

    /// A place for a run that needs `n_bytes`; a run alone always has one. Nothing where it was stopped
    /// while it waited.
    pub(crate) fn enter(&self, n_bytes: u64, stop: Stop<'_>) -> Option<Place<'_>> {
        const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while taken.n_runs > 0 && taken.n_bytes.saturating_add(n_bytes) > self.available {
            if stop() {
                return None;
            }
            let waited = self.changed.wait_timeout(taken, BETWEEN_LOOKS);
            taken = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        taken.n_bytes = taken.n_bytes.saturating_add(n_bytes);
        taken.n_runs += 1;
        Some(Place {
            room: self,
            n_bytes,
        })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let taken = self.room.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        taken.n_bytes = taken.n_bytes.saturating_sub(self.n_bytes);
        taken.n_runs -= 1;
        self.room.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use apical_learning::Transfer;

    use super::*;

    fn network(hidden: usize) -> Network {
        Network::new(vec![64, hidden, 10], Transfer::Logistic, false).expect("valid")
    }

    #[test]
    fn what_does_not_fit_is_refused_with_both_numbers() {
        let needs = Needs::default();
        let checked = |network: Network, n_rows, is_compared| {
            check(&network, of_run(&network, n_rows, needs, is_compared))
        };
        assert_eq!(checked(network(100), 10, true), Ok(()));
        let error = checked(network(2_000_000_000), 1, false).expect_err("0.6 TB");
        let text = error.to_string();
        assert!(text.contains("656.0 GB") && text.contains("has "), "{text}");
        assert!(checked(network(usize::MAX), 1, false).is_err());
        assert!(checked(network(10), usize::MAX, false).is_err());
        let error = check_key("n_probes", 7, TOO_MANY).expect_err("16 EB");
        let text = error.to_string();
        assert!(
            text.contains("`n_probes` is 7, which needs at least 16 EB"),
            "{text}"
        );
    }

    #[test]
    fn what_does_not_fit_beside_others_waits() {
        let room = Room::with(100);
        let (n_inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for n_bytes in [60, 60, 60, 1000] {
                let (room, n_inside, most) = (&room, &n_inside, &most);
                scope.spawn(move || {
                    let _place = room.enter(n_bytes, &|| false).expect("not stopped");
                    most.fetch_max(
                        n_inside.fetch_add(1, Ordering::SeqCst) + 1,
                        Ordering::SeqCst,
                    );
                    std::thread::sleep(Duration::from_millis(5));
                    n_inside.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(most.into_inner(), 1);
        let _place = room.enter(60, &|| false).expect("free again");
        assert!(room.enter(40, &|| false).is_some());
        assert!(room.enter(60, &|| true).is_none(), "stopped");
    }
}
