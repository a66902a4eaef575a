//! `apical profile`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use apical_experiment::Experiment;
use apical_experiment::profile::{
    Energy, LearnerProfile, Machine, Profile, VERSION, instructions, profile as measure,
};
use apical_experiment::task_data::DataCache;
use apical_reporting::{Cell, PlainTable};

use super::instructions::counted;
use super::simulate;
use crate::built_in;
use crate::cli::ProfileArgs;
use crate::exit::{self, DataProblem, UsageError};
use crate::folders::data_folders;
use crate::stop::Stop;
use crate::{say, width};

/// Teaches each learner of an experiment for a while and prints where its time goes.
pub(crate) fn profile(arguments: &ProfileArgs, data_dir: Option<&Path>) -> Result<u8> {
    let source = built_in::source(&arguments.spec)?;
    if simulate::is_simulation(&source) {
        return Err(UsageError::NothingToProfile.into());
    }
    let experiment = Experiment::read(source, arguments.what.overrides()?)?;
    if let Some((learner, n_minibatches)) = arguments.teach {
        let mut data = DataCache::new(data_folders(data_dir));
        instructions::teach(&experiment, &mut data, learner, n_minibatches)?;
        return Ok(exit::OK);
    }
    if arguments.instructions {
        return counted(&experiment, arguments, data_dir);
    }
    let before = arguments.compare.as_deref().map(read).transpose()?;
    let stop =
        Stop::on_signals("the same command begins anew").context("failed to listen for Ctrl-C")?;
    let mut data = DataCache::new(data_folders(data_dir));
    let columns = match arguments.wide {
        true => usize::MAX,
        false => width::of_output(),
    };
    let shown = |of: &LearnerProfile| {
        if !arguments.json {
            show(of, columns);
        }
    };
    let wanted = Duration::from_secs_f64(arguments.seconds);
    let found = measure(&experiment, &mut data, wanted, &|| stop.is_asked(), shown)?;
    let Some(found) = found else {
        say::err("stopped: there is no profile; the same command begins anew");
        return Ok(exit::INTERRUPTED);
    };
    if arguments.json {
        say::out(serde_json::to_string_pretty(&found)?);
    } else {
        say::verbatim(roofs(&found.machine).text_in(columns));
    }
    if let Some((path, before)) = arguments.compare.as_deref().zip(before) {
        let lines = compared(path, &before, &found);
        match arguments.json {
            true => lines.iter().for_each(say::err),
            false => lines.iter().for_each(say::out),
        }
    }
    let failed = found.learners.iter().any(|of| of.failed.is_some());
    Ok(if failed { exit::RUNS_FAILED } else { exit::OK })
}

fn read(path: &Path) -> Result<Profile> {
    let shown = || path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| DataProblem::Unreadable {
        path: shown(),
        source,
    })?;
    let profile: Profile = serde_json::from_str(&text).map_err(|error| DataProblem::NoProfile {
        path: shown(),
        reason: error.to_string(),
    })?;
    if profile.version != VERSION {
        return Err(DataProblem::NoProfile {
            path: shown(),
            reason: format!("it is of version {}, not {VERSION}", profile.version),
        }
        .into());
    }
    Ok(profile)
}

fn show(of: &LearnerProfile, columns: usize) {
    let name = format!("{} · {}", of.task, of.learner);
    if let Some(reason) = &of.failed {
        say::out(format_args!("{name} fails: {reason}\n"));
        return;
    }
    say::out(name);
    say::out(format_args!("  {}", in_short(of)));
    say::verbatim(kernels(of).text_in(columns));
}

/// Time, simulated time and energy in a sentence each.
fn in_short(of: &LearnerProfile) -> String {
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
            "weights: {} MB, read over and over at {} bytes/ns ({})",
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
    parts.join("\n  ")
}

fn event(of: &LearnerProfile) -> &'static str {
    let counts_steps = of.time.as_ref().and_then(|time| time.steps_per_second);
    if counts_steps.is_some() {
        "step"
    } else {
        "sample"
    }
}

fn kernels(of: &LearnerProfile) -> PlainTable {
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
        ]);
    }
    let of_kernels: f64 = of.kernels.iter().map(|kernel| kernel.share_of_time).sum();
    let mut rest = vec![Cell::Missing; 8];
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
    ];
    PlainTable {
        name: "kernels".to_owned(),
        title: "Kernels within a minibatch".to_owned(),
        header: header.map(str::to_owned).to_vec(),
        rows,
        note: String::new(),
    }
}

fn roofs(machine: &Machine) -> PlainTable {
    let mut rows = vec![vec![
        Cell::text("multiply-adds"),
        Cell::text(format!("{}/ns", digits(machine.multiply_adds_per_ns))),
    ]];
    rows.extend(machine.roofs.iter().map(|roof| {
        let rate = format!("{} bytes/ns", digits(roof.bytes_per_ns));
        vec![Cell::text(roof.name()), Cell::text(rate)]
    }));
    PlainTable {
        name: "roofs".to_owned(),
        title: format!(
            "Roofs of one core, measured now: {}, {}",
            machine.processor, machine.instruction_set
        ),
        header: vec!["roof".to_owned(), "the most".to_owned()],
        rows,
        note: String::new(),
    }
}

/// What became of what `path` holds: a line a learner that both have, and one where they do not compare.
fn compared(path: &Path, before: &Profile, now: &Profile) -> Vec<String> {
    let mut lines = Vec::new();
    let [old, new] = [before, now].map(|of| (&of.machine.processor, &of.machine.instruction_set));
    if old != new {
        lines.push(format!(
            "{}: found on {} ({}), not on this machine's {} ({}): times do not compare",
            path.display(),
            old.0,
            old.1,
            new.0,
            new.1
        ));
    }
    for of in &now.learners {
        let same = |other: &&LearnerProfile| {
            (&other.task, &other.learner, &other.sizes, other.batch_size)
                == (&of.task, &of.learner, &of.sizes, of.batch_size)
        };
        let name = format!("{} · {}", of.task, of.learner);
        let Some(old) = before.learners.iter().find(same) else {
            lines.push(format!("{name}: not in {}", path.display()));
            continue;
        };
        let ratio = |new: f64, old: f64| format!("{:.2}", new / old);
        let kernels = of.kernels.iter().filter_map(|kernel| {
            let old = old
                .kernels
                .iter()
                .find(|other| other.kernel == kernel.kernel)?;
            let ratio = ratio(kernel.ns_per_call, old.ns_per_call);
            Some(format!("{} {ratio}", kernel.kernel))
        });
        lines.push(format!(
            "{name}: {} times the time of before; a call: {}",
            ratio(of.ns_per_minibatch, old.ns_per_minibatch),
            kernels.collect::<Vec<_>>().join(", ")
        ));
    }
    lines
}

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
