//! Whether a network fits into the memory of this machine, before anything of it is allocated.

use std::fs;
use std::sync::OnceLock;

use apical_learning::Network;

/// Why a network is too large.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "a network of {sizes:?} neurons needs at least {needed} of memory for its weights, and this machine has {available}; make it smaller"
)]
pub struct TooLarge {
    sizes: Vec<usize>,
    needed: String,
    available: String,
}

/// Fails where the forward weights, as they start and as they are learned, need more memory than there
/// is. Where the machine does not say how much it has, only what no machine has is refused.
pub(crate) fn check(network: &Network) -> Result<(), TooLarge> {
    check_within(network, of_machine().unwrap_or(isize::MAX as u64))
}

fn check_within(network: &Network, available: u64) -> Result<(), TooLarge> {
    // Single precision, twice.
    let needed = network.n_forward_weights().and_then(|n| n.checked_mul(8));
    if needed.is_some_and(|needed| needed as u64 <= available) {
        return Ok(());
    }
    Err(TooLarge {
        sizes: network.sizes().to_vec(),
        needed: needed.map_or("16 EB".to_owned(), |bytes| in_words(bytes as u64)),
        available: in_words(available),
    })
}

fn in_words(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

/// Memory of the machine, in bytes, where it says so. It is asked once.
fn of_machine() -> Option<u64> {
    static BYTES: OnceLock<Option<u64>> = OnceLock::new();
    *BYTES.get_or_init(ask_machine)
}

fn ask_machine() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use apical_learning::Transfer;

    use super::*;

    fn network(hidden: usize) -> Network {
        Network::new(vec![64, hidden, 10], Transfer::Logistic, false).expect("valid")
    }

    #[test]
    fn what_does_not_fit_is_refused_with_both_numbers() {
        assert_eq!(check_within(&network(100), 60_000), Ok(()));
        let error = check_within(&network(200_000_000), 8_000_000_000).expect_err("118 GB");
        let text = error.to_string();
        assert!(
            text.contains("118.4 GB") && text.contains("8.0 GB"),
            "{text}"
        );
        assert!(check_within(&network(usize::MAX), u64::MAX).is_err());
        assert_eq!(check(&network(100)), Ok(()));
    }
}
