//! How near a kernel comes to the roof that limits it.
//!
//! A kernel that does m multiply-adds and moves b bytes in a call does at most
//! min(peak, bandwidth · m / b) multiply-adds a nanosecond. The bandwidth is that of the smallest cache that
//! holds b; of what goes through weights, that of going through all weights of the learner, since a matrix is
//! used again after all others. It is that of reading, or of reading and writing as the kernel does.
//! Source: Williams, Waterman & Patterson (2009), the roofline model.

use apical_kernels::meter::{Kernel, Work};
use apical_kernels::roofs::Traffic;
use serde::{Deserialize, Serialize};

use super::machine::{Machine, Roof};

/// The roof that limits a kernel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// `multiply-adds`, or what is gone through: `L1`, `L2`, `L3`, `memory`.
    pub roof: String,
    /// What is reached over what the roof allows.
    pub share: f64,
}

/// How a kernel goes through what it needs: products write little of it, updates all that they read.
fn traffic(kernel: Kernel) -> Traffic {
    match kernel {
        Kernel::Multiply | Kernel::MultiplyTransposed => Traffic::Read,
        Kernel::RankUpdate => Traffic::Update,
        Kernel::Rates | Kernel::Elementwise | Kernel::Onset | Kernel::Steps | Kernel::End => {
            Traffic::Mixed
        }
    }
}

/// The roof of what `kernel` has done on `machine`, where it goes through weights that of `weights`; none of
/// what has neither multiply-adds nor bytes.
pub(super) fn limit(
    kernel: Kernel,
    work: &Work,
    machine: &Machine,
    weights: Option<&Roof>,
) -> Option<Limit> {
    if work.bytes <= 0.0 || work.seconds <= 0.0 {
        return None;
    }
    let of_bytes = match weights.filter(|_| kernel.is_of_weights()) {
        Some(roof) => roof,
        None => machine.roof(work.bytes / work.calls as f64)?,
    };
    let ns = 1e9 * work.seconds;
    let needed_for_bytes = work.bytes / of_bytes.rate(traffic(kernel));
    let needed_for_products = work.multiply_adds / machine.multiply_adds_per_ns;
    let (roof, needed) = match needed_for_products > needed_for_bytes {
        true => ("multiply-adds".to_owned(), needed_for_products),
        false => (of_bytes.name(), needed_for_bytes),
    };
    Some(Limit {
        roof,
        share: needed / ns,
    })
}

#[cfg(test)]
mod tests {
    use super::super::machine::Cache;
    use super::*;

    #[test]
    fn the_roof_that_takes_longest_limits() {
        let machine = Machine {
            processor: String::new(),
            instruction_set: String::new(),
            multiply_adds_per_ns: 50.0,
            roofs: vec![
                Roof {
                    cache: Some(Cache {
                        level: 1,
                        n_bytes: 1000,
                    }),
                    n_bytes_read: 500,
                    bytes_per_ns: 100.0,
                    bytes_mixed_per_ns: Some(150.0),
                    bytes_updated_per_ns: Some(50.0),
                },
                Roof {
                    cache: None,
                    n_bytes_read: 9000,
                    bytes_per_ns: 10.0,
                    bytes_mixed_per_ns: Some(9.0),
                    bytes_updated_per_ns: None,
                },
            ],
        };
        let work = |calls, multiply_adds, bytes| Work {
            calls,
            seconds: 1e-6,
            multiply_adds,
            bytes,
        };
        let found_of = |kernel, work: Work, weights| {
            let limit = limit(kernel, &work, &machine, weights).expect("a limit");
            (limit.roof, limit.share)
        };
        let found = |work| found_of(Kernel::Multiply, work, None);
        let products = found(work(10, 25_000.0, 9000.0));
        assert_eq!(products, ("multiply-adds".to_owned(), 0.5));
        assert_eq!(found(work(10, 100.0, 9000.0)), ("L1".to_owned(), 0.09));
        assert_eq!(found(work(1, 100.0, 9000.0)), ("memory".to_owned(), 0.9));
        let nothing = work(1, 0.0, 0.0);
        assert_eq!(limit(Kernel::Multiply, &nothing, &machine, None), None);
        // What writes has the roof of that, and weights alone have that of all weights.
        let update = |weights| found_of(Kernel::RankUpdate, work(10, 100.0, 9000.0), weights);
        assert_eq!(update(None), ("L1".to_owned(), 0.18));
        let all = machine.roofs.last();
        assert_eq!(update(all), ("memory".to_owned(), 0.9));
        let rates = found_of(Kernel::Rates, work(10, 0.0, 9000.0), all);
        assert_eq!(rates, ("L1".to_owned(), 0.06));
    }
}
