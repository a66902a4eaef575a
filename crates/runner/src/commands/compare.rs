//! `apical compare`.

use std::path::PathBuf;
use std::slice;

use anyhow::Result;
use apical_experiment::report::read;
use apical_reporting::compare::{Arm, CompareOptions, Gate, compare as difference};
use serde_json::json;

use crate::cli::CompareArgs;
use crate::{exit, say, width};

/// Prints what the second folder has more than the first, and whether a condition holds.
pub(crate) fn compare(arguments: &CompareArgs) -> Result<u8> {
    let gates = arguments.fail_if.iter().map(|text| Gate::read(text));
    let gates: Vec<Gate> = gates.collect::<Result<_, _>>()?;
    let (left, is_left_whole) = arms(&arguments.first)?;
    let (right, is_right_whole) = arms(&arguments.second)?;
    let options = CompareOptions {
        pairs: arguments.pairs.clone(),
        margins: arguments.margins.clone(),
    };
    let compared = difference(&left, &right, &options)?;
    let mut held = Vec::new();
    for gate in &gates {
        held.push(gate.holds(&compared)?);
    }
    if arguments.json {
        let mut whole = compared.json();
        let all = gates.iter().zip(&held);
        let all = all.map(|(gate, arms)| json!({ "condition": gate.text, "holds_for": arms }));
        whole["fail_if"] = all.collect();
        say::verbatim(serde_json::to_string_pretty(&whole)?);
    } else {
        let width = match arguments.wide {
            true => usize::MAX,
            false => width::of_output(),
        };
        say::verbatim(compared.text(width));
    }
    for (gate, arms) in gates.iter().zip(&held) {
        for arm in arms {
            say::err(format_args!("--fail-if {:?} holds: {arm}", gate.text));
        }
    }
    Ok(if held.iter().any(|arms| !arms.is_empty()) {
        exit::GATE
    } else if is_left_whole && is_right_whole {
        exit::OK
    } else {
        exit::RUNS_FAILED
    })
}

/// What lies below `folder`, and whether nothing there is damaged.
fn arms(folder: &PathBuf) -> Result<(Vec<Arm>, bool)> {
    let reports = read(slice::from_ref(folder), &[], None)?;
    let protocols = reports.protocols.iter().map(|(_, report)| report);
    let all = reports.tasks.iter().chain(protocols);
    for gap in all.clone().flat_map(|report| report.gaps()) {
        say::err(format_args!("{}: {gap}", folder.display()));
    }
    let arms = all.flat_map(|report| report.arms());
    Ok((arms.collect(), reports.n_damaged == 0))
}
