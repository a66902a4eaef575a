//! Curves as arrays of NumPy.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use apical_datasets::NamedArray;

use super::long::file;
use super::runs::{self, Paths, RunSeries};
use crate::artefact::Artefact;
use crate::{ReportError, ReportInput, group};

/// `curves.npz`: everything that has a value over epochs, as arrays.
///
/// A curve is called `TASK/LEARNER[/POINT]/METRIC[/PART][/REFERENCE][/layer_K]`, in lower-case letters and
/// digits; it has `x` (epochs) `[n_epochs]` and `values` `[n_seeds, n_epochs]`, NaN where there is none, and
/// its learner has `seeds` `[n_seeds]`. `names` has a line for every learner with its name in full, `units` one
/// for every curve.
///
/// # Errors
///
/// As [`crate::report`].
pub fn npz(input: &ReportInput) -> Result<Vec<Artefact>, ReportError> {
    group::check(input)?;
    of(&runs::of_tasks(input))
}

/// The same of a protocol's runs, `CONDITION/QUANTITY`; a number of the whole run has `values` alone, `[n_seeds]`.
///
/// # Errors
///
/// Where the archive cannot be made.
pub fn npz_of_runs(runs: &[RunSeries]) -> Result<Vec<Artefact>, ReportError> {
    of(runs)
}

fn of(runs: &[RunSeries]) -> Result<Vec<Artefact>, ReportError> {
    let bytes = archive(runs).map_err(|source| ReportError::Archive {
        file: "curves.npz",
        source,
    })?;
    Ok(vec![file("curves.npz", bytes)])
}

fn archive(runs: &[RunSeries]) -> io::Result<Vec<u8>> {
    let mut paths = Paths::default();
    let mut arms: Vec<(String, Vec<&RunSeries>)> = Vec::new();
    for run in runs {
        let path = paths.of(&run.name);
        match arms.iter_mut().find(|(known, _)| *known == path) {
            Some((_, runs)) => runs.push(run),
            None => arms.push((path, vec![run])),
        }
    }
    let (mut arrays, mut names, mut units) = (Vec::new(), Vec::new(), Vec::new());
    for (path, runs) in &arms {
        names.push(format!("{path}: {}", runs[0].name.join(", ")));
        let seeds = runs.iter().map(|run| run.seed as f64).collect();
        let shape = vec![runs.len()];
        arrays.push(NamedArray::numbers(format!("{path}/seeds"), shape, seeds));
        for (name, unit) in series_of(runs) {
            let curve = format!("{path}/{name}");
            let of_seed: Vec<BTreeMap<u64, f64>> = runs.iter().map(|run| by_x(run, name)).collect();
            let places: BTreeSet<u64> = of_seed.iter().flat_map(|of| of.keys().copied()).collect();
            let x: Vec<f64> = places.iter().map(|place| unordered(*place)).collect();
            let value = |of: &BTreeMap<u64, f64>, x| of.get(x).copied().unwrap_or(f64::NAN);
            let values = of_seed.iter();
            let values = values.flat_map(|of| places.iter().map(|x| value(of, x)));
            let shape = vec![runs.len(), x.len()];
            let values = NamedArray::numbers(format!("{curve}/values"), shape, values.collect());
            arrays.push(NamedArray::numbers(format!("{curve}/x"), vec![x.len()], x));
            arrays.push(values);
            units.extend(unit.map(|unit| format!("{curve}: {unit}")));
        }
        for (name, unit) in values_of(runs) {
            let number = |run: &&RunSeries| {
                let mut values = run.values.iter();
                let value = values.find(|(own, ..)| own == name);
                value.map_or(f64::NAN, |(.., value)| *value)
            };
            let curve = format!("{path}/{name}");
            let values = runs.iter().map(number).collect();
            arrays.push(NamedArray::numbers(
                format!("{curve}/values"),
                vec![runs.len()],
                values,
            ));
            units.extend(unit.map(|unit| format!("{curve}: {unit}")));
        }
    }
    arrays.push(NamedArray::texts("names", names));
    arrays.push(NamedArray::texts("units", units));
    apical_datasets::npz(&arrays)
}

/// Names and units of all series of `runs`, in the order in which they come.
fn series_of<'a>(runs: &[&'a RunSeries]) -> Vec<(&'a str, Option<&'a str>)> {
    let series = runs.iter().flat_map(|run| &run.series);
    once(series.map(|series| (&*series.name, series.unit.as_deref())))
}

/// The same of the numbers of whole runs, where no series is called so.
fn values_of<'a>(runs: &[&'a RunSeries]) -> Vec<(&'a str, Option<&'a str>)> {
    let values = runs.iter().flat_map(|run| &run.values);
    let values = once(values.map(|(name, unit, _)| (&**name, unit.as_deref())));
    let series = series_of(runs);
    let is_own = |name: &str| series.iter().all(|(known, _)| *known != name);
    values
        .into_iter()
        .filter(|(name, _)| is_own(name))
        .collect()
}

fn once<'a>(
    all: impl Iterator<Item = (&'a str, Option<&'a str>)>,
) -> Vec<(&'a str, Option<&'a str>)> {
    let mut seen = BTreeSet::new();
    all.filter(|(name, _)| seen.insert(*name)).collect()
}

/// The values of a series by the bits of x in order.
fn by_x(run: &RunSeries, name: &str) -> BTreeMap<u64, f64> {
    let series = run.series.iter().filter(|series| series.name == name);
    let points = series.flat_map(|series| &series.points);
    points.map(|(x, value)| (ordered(*x), *value)).collect()
}

/// Bits that are in the order of the numbers.
fn ordered(x: f64) -> u64 {
    let bits = x.to_bits();
    match x.is_sign_negative() {
        true => !bits,
        false => bits | 1 << 63,
    }
}

fn unordered(bits: u64) -> f64 {
    f64::from_bits(match bits >> 63 {
        1 => bits & !(1 << 63),
        _ => !bits,
    })
}
