//! A profile in sentences and tables.

use apical_reporting::{Cell, PlainTable};

use super::{Counts, Energy, LearnerProfile, Machine};

/// Time, simulated time, energy and counts of a learner, in a sentence each.
pub fn in_short(of: &LearnerProfile) -> Vec<String> {
    let sizes: Vec<_> = of.sizes.iter().map(ToString::to_string).collect();
    let mut parts = vec![format!(
        "{}, {} samples a minibatch: {}, {} ps a synapse and {} ({} minibatches; meters cost {:.1} %)",
        sizes.join("-"),
        of.batch_size,
        time(of.ns_per_minibatch),
        digits(1e3 * of.ns_per_synapse),
        event(of),
        of.n_minibatches,
        100.0 * of.cost_of_meters,
    )];
    if let Some(roof) = &of.weights {
        parts.push(format!(
            "{}: {} MB, gone through over and over at {} bytes/ns ({})",
            match counts_steps(of) {
                true => "weights, accumulators and filters",
                false => "weights",
            },
            digits(roof.n_bytes_read as f64 / 1e6),
            digits(roof.bytes_per_ns),
            roof.name(),
        ));
    }
    let phases = of.phases.iter().map(|of| {
        let name = serde_json::to_string(&of.phase).unwrap_or_default();
        format!("{} {}", name.trim_matches('"'), time(of.ns_per_minibatch))
    });
    parts.push(format!("phases: {}", phases.collect::<Vec<_>>().join(", ")));
    if let Some(simulated) = &of.time {
        let steps = match simulated.steps_per_second {
            Some(steps) => format!("{} steps a second, ", digits(steps)),
            None => String::new(),
        };
        parts.push(format!(
            "{steps}{} times real time",
            digits(simulated.real_time_factor)
        ));
    }
    parts.push(match &of.energy {
        Energy::NanojoulesPerSynapse(nj) => {
            format!("{} nJ a synapse and {}", digits(*nj), event(of))
        }
        Energy::Unknown(reason) => format!("energy is not known: {reason}"),
    });
    parts.push(match &of.counts {
        Counts::PerMinibatch {
            cycles,
            instructions,
        } => format!(
            "{} instructions and {} cycles a minibatch: {} a cycle",
            digits(*instructions),
            digits(*cycles),
            digits(instructions / cycles)
        ),
        Counts::Unknown(reason) => format!("cycles and instructions are not known: {reason}"),
    });
    parts
}

/// The kernels of a learner.
pub fn kernels(of: &LearnerProfile) -> PlainTable {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for kernel in &of.kernels {
        let (roof, share) = match &kernel.limit {
            Some(limit) => (Cell::text(&limit.roof), percent(limit.share)),
            None => (Cell::Missing, Cell::Missing),
        };
        rows.push(vec![
            Cell::text(&kernel.kernel),
            Cell::text(digits(kernel.calls)),
            Cell::text(time(kernel.ns_per_call)),
            percent(kernel.share_of_time),
            number(kernel.multiply_adds_per_ns),
            number(kernel.bytes_per_ns),
            roof,
            share,
            Cell::text(digits(1e3 * kernel.ns_per_synapse)),
        ]);
    }
    let of_kernels: f64 = of.kernels.iter().map(|kernel| kernel.share_of_time).sum();
    let mut rest = vec![Cell::Missing; 9];
    rest[0] = Cell::text("the rest");
    rest[3] = percent((1.0 - of_kernels).max(0.0));
    rows.push(rest);
    let header = [
        "kernel",
        "calls",
        "a call",
        "of time",
        "multiply-adds/ns",
        "bytes/ns",
        "limit",
        "reached",
        "ps a synapse",
    ];
    PlainTable {
        name: "kernels".to_owned(),
        title: "Kernels within a minibatch".to_owned(),
        header: header.map(str::to_owned).to_vec(),
        rows,
        note: format!(
            "ps a synapse: picoseconds a synapse of the learner and {}",
            event(of)
        ),
    }
}

/// The roofs of a machine.
pub fn roofs(machine: &Machine) -> PlainTable {
    let peak = format!("{}/ns", digits(machine.multiply_adds_per_ns));
    let mut rows = vec![vec![Cell::text("multiply-adds"), Cell::text(peak)]];
    rows[0].resize(4, Cell::Missing);
    rows.extend(machine.roofs.iter().map(|roof| {
        let rates = [
            Some(roof.bytes_per_ns),
            roof.bytes_mixed_per_ns,
            roof.bytes_updated_per_ns,
        ];
        let rates = rates.map(|rate| match rate {
            Some(rate) => Cell::text(format!("{} bytes/ns", digits(rate))),
            None => Cell::Missing,
        });
        [Cell::text(roof.name())].into_iter().chain(rates).collect()
    }));
    PlainTable {
        name: "roofs".to_owned(),
        title: format!(
            "Roofs of one core, measured now: {}, {}",
            machine.processor, machine.instruction_set
        ),
        header: ["roof", "the most", "mixed", "written back"]
            .map(str::to_owned)
            .to_vec(),
        rows,
        note: "the most: of memory, read; mixed: of eight values read three are written, and both count; \
               written back: all that is read is, and counts once"
            .to_owned(),
    }
}

fn counts_steps(of: &LearnerProfile) -> bool {
    let time = of.time.as_ref();
    time.is_some_and(|time| time.steps_per_second.is_some())
}

fn event(of: &LearnerProfile) -> &'static str {
    match counts_steps(of) {
        true => "step",
        false => "sample",
    }
}

/// Nanoseconds in the unit that fits.
fn time(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{} ns", digits(ns)),
        ns if ns < 1e6 => format!("{} µs", digits(ns / 1e3)),
        ns if ns < 1e9 => format!("{} ms", digits(ns / 1e6)),
        ns => format!("{} s", digits(ns / 1e9)),
    }
}

/// Three significant digits, large numbers whole.
fn digits(value: f64) -> String {
    let decimals = match value.abs() {
        v if v >= 100.0 || v == 0.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        v => 2 + (-v.log10()).ceil() as usize,
    };
    format!("{value:.decimals$}")
}

fn number(value: Option<f64>) -> Cell {
    value.map_or(Cell::Missing, |value| Cell::text(digits(value)))
}

fn percent(share: f64) -> Cell {
    Cell::text(format!("{:.0} %", 100.0 * share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_a_unit_that_fits() {
        for (value, expected) in [
            (1234.0, "1234"),
            (45.67, "45.7"),
            (1.234, "1.23"),
            (0.01234, "0.0123"),
            (0.0, "0"),
        ] {
            assert_eq!(digits(value), expected);
        }
        assert_eq!(time(712_345.0), "712 µs");
        assert_eq!(time(3.2e9), "3.20 s");
    }
}
