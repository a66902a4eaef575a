//! Protocols: experiments that are more than tasks and learners, one file or folder each.
//!
//! A specification names its protocol: `protocol = "self_prediction"`. It has conditions
//! (`[condition.NAME]`) and seeds. Each condition is run once with each seed, by itself and in any
//! order; a run writes series and numbers, and the report is made of these alone. To add one: a file
//! or folder with its specification, its `Protocol` and its `KIND`, and a line of `kinds!`.

mod job;
mod log;
mod quantity;
mod record;
mod runs;
pub mod setting;
mod summary;

use std::collections::HashSet;

use apical_keys::{Described, Shape};
use apical_learning::SpecError;
use apical_reporting::{Chart, PlainTable, ProtocolReport};
use indexmap::IndexMap;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use toml::Table;

pub(crate) use self::job::jobs;
use self::log::{Broken, Carries, Log};
use self::quantity::Quantity;
pub(crate) use self::record::Run;
pub use self::record::{Failure, ProtocolSummary, RunStatus};
pub(crate) use self::runs::Runs;
pub(crate) use self::summary::write as write_summary;
use crate::spec::{KeyPath, Overrides, SpecProblem, SpecSource, distinct_names, format};

/// The specification of a protocol beside its [`Head`], and what it does.
trait Protocol: Send + Sync {
    /// Fails on values out of range, with their key from the specification's root.
    fn check(&self) -> Result<(), SpecError>;

    /// Bytes of memory that a run needs at least.
    fn n_bytes(&self) -> u64;

    /// Runs `condition` with `seed`. Everything is drawn from streams of the seed alone.
    fn run(&self, condition: &str, seed: u64, log: &mut Log<'_>) -> Result<(), Broken>;

    /// What is found in all runs.
    fn report(&self, runs: &Runs) -> Report;

    /// Whether a run that was interrupted goes on from a checkpoint, and does not begin anew.
    fn has_checkpoints(&self) -> bool {
        true
    }
}

/// What a protocol says of its runs.
#[derive(Debug, Default)]
struct Report {
    /// A sentence or two each.
    findings: Vec<String>,
    /// Tables.
    tables: Vec<PlainTable>,
    /// Figures.
    charts: Vec<Chart>,
    /// Terms and what they mean.
    notes: Vec<(&'static str, &'static str)>,
}

/// A kind of protocol.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Its name in a specification, that of its file or folder.
    pub name: &'static str,
    /// One line on what it is.
    pub one_line: &'static str,
    /// What records called experiments of this kind before specifications named it.
    formerly: &'static [&'static str],
    /// What its runs measure.
    quantities: &'static [Quantity],
    /// What a specification may say.
    pub shape: &'static Shape,
    read: fn(&'static Kind, &SpecSource, &Overrides) -> Result<Specified, SpecProblem>,
}

/// A protocol with all its values.
pub struct Specified {
    /// Its kind.
    pub kind: &'static Kind,
    /// The experiment's name.
    pub name: String,
    /// All values as TOML.
    pub text: String,
    head: Head,
    protocol: Box<dyn Protocol>,
    values: Table,
}

/// What every specification of a protocol has.
#[derive(Deserialize)]
struct Head {
    /// The report's heading.
    title: String,
    /// Root seeds.
    seeds: Vec<u64>,
    /// Conditions by name, in order.
    condition: IndexMap<String, IgnoredAny>,
}

impl Head {
    /// Fails without conditions, and on missing or repeated seeds.
    fn check(&self) -> Result<(), SpecError> {
        let mut seen = HashSet::new();
        let twice = self.seeds.iter().find(|seed| !seen.insert(**seed));
        let (key, found, expected) = match twice {
            Some(seed) => ("seeds", format!("{seed} twice"), "every seed once"),
            None if self.seeds.is_empty() => ("seeds", "empty".into(), "at least one seed"),
            None if self.condition.is_empty() => {
                let expected = "at least one `[condition.NAME]`";
                ("condition", "empty".into(), expected)
            }
            None => return Ok(()),
        };
        Err(SpecError::range(key, found, expected))
    }
}

/// Declares the modules of the protocols, and [`KINDS`].
macro_rules! kinds {
    ($($kind:ident,)*) => {
        $(mod $kind;)*

        /// All kinds of protocols.
        pub static KINDS: &[Kind] = &[$($kind::KIND),*];
    };
}

kinds! {
    self_prediction,
    novel_association,
    teacher_network,
    weak_coupling,
}

impl Kind {
    /// The kind with the specification `P`.
    const fn of<P: Protocol + Described + Serialize + DeserializeOwned + 'static>(
        name: &'static str,
        one_line: &'static str,
        formerly: &'static [&'static str],
        quantities: &'static [Quantity],
    ) -> Self {
        Self {
            name,
            one_line,
            formerly,
            quantities,
            shape: P::SHAPE,
            read: read::<P>,
        }
    }

    /// The unit of the series or number that records call `name`, where it is one of the kind's quantities.
    fn unit_of(&self, name: &str) -> Option<&'static str> {
        let mut parts = name.split('.');
        let of_part = |part| {
            self.quantities
                .iter()
                .find(|quantity| quantity.name == part)
        };
        Some(parts.find_map(of_part)?.unit)
    }

    /// The kind called `name` in a specification.
    pub fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// The kind of old records that say `protocol`.
    pub(crate) fn formerly(protocol: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.formerly.contains(&protocol))
    }

    /// `source`, which names no protocol, with this one named.
    pub(crate) fn named_in(&self, source: SpecSource) -> SpecSource {
        SpecSource {
            text: format!("protocol = \"{}\"\n{}", self.name, source.text),
            ..source
        }
    }

    /// Reads and checks a specification of this kind.
    pub fn read(
        &'static self,
        source: &SpecSource,
        overrides: &Overrides,
    ) -> Result<Specified, SpecProblem> {
        (self.read)(self, source, overrides)
    }
}

fn read<P: Protocol + Serialize + DeserializeOwned + 'static>(
    kind: &'static Kind,
    source: &SpecSource,
    overrides: &Overrides,
) -> Result<Specified, SpecProblem> {
    let (spec, _): (P, _) = source.read(overrides)?;
    let problem = |error: SpecError| source.problem_of(overrides, &error);
    let written = |error: toml::ser::Error| SpecProblem::new(error.to_string());
    let values = format::to_tree(&spec).map_err(written)?;
    let head: Head =
        toml::from_str(&values.to_string()).map_err(|error| SpecProblem::new(error.to_string()))?;
    head.check().map_err(problem)?;
    spec.check().map_err(problem)?;
    distinct_names(
        &KeyPath::of(["condition"]),
        head.condition.keys(),
        |key, message| source.problem(overrides, key, message),
    )?;
    Ok(Specified {
        kind,
        name: source.name.clone(),
        text: format::to_text(&spec).map_err(written)?,
        values,
        head,
        protocol: Box::new(spec),
    })
}

impl Specified {
    /// Whether a run that was interrupted goes on from a checkpoint, and does not begin anew.
    pub fn has_checkpoints(&self) -> bool {
        self.protocol.has_checkpoints()
    }

    /// Runs: one for each condition and seed.
    pub fn n_runs(&self) -> usize {
        self.head.seeds.len() * self.head.condition.len()
    }

    /// The report on `runs`. Where records have no series, it says what is missing.
    pub(crate) fn report(&self, runs: &Runs, command: &str) -> ProtocolReport {
        let Report {
            mut findings,
            tables,
            mut charts,
            notes,
        } = self.protocol.report(runs);
        let n_runs = runs.all().count();
        let n_without = runs.all().filter(|run| run.series.is_none()).count();
        if n_without > 0 {
            let left_out = match n_without == n_runs {
                true => "there are no figures, and no numbers that are read from series",
                false => "they are missing in figures and in numbers that are read from series",
            };
            findings.push(format!(
                "The records of {n_without} of {n_runs} runs have no {}: {left_out}. `{command}` makes them.",
                record::SERIES
            ));
            if n_without == n_runs {
                charts.clear();
            }
        }
        let notes = notes.into_iter();
        ProtocolReport {
            name: self.name.clone(),
            title: self.head.title.clone(),
            findings,
            tables,
            charts,
            notes: notes
                .map(|(term, meaning)| (term.to_owned(), meaning.to_owned()))
                .collect(),
            failed: runs.failures(),
            command: command.to_owned(),
            spec: self.text.clone(),
            provenances: runs.all().map(|run| run.provenance.clone()).collect(),
            runs: runs.all().map(|run| run.exported(self.kind)).collect(),
            gaps: Vec::new(),
        }
    }

    /// Its text with other seeds.
    pub(crate) fn text_with(&self, seeds: &[u64]) -> Result<String, toml::ser::Error> {
        let mut values = self.values.clone();
        values.insert("seeds".into(), job::seeds_value(seeds));
        toml::to_string(&values)
    }

    /// `runs` by condition, in the order of the specification.
    pub(crate) fn sorted(&self, runs: Vec<Run>) -> Runs {
        Runs::new(self.head.condition.keys(), runs)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_kind_is_called_as_its_room_and_has_a_sound_specification() {
        for kind in KINDS {
            let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/protocol");
            let paths = ["", ".rs"].map(|end| room.join(format!("{}{end}", kind.name)));
            assert!(paths.iter().any(|path| path.exists()), "{}", kind.name);
            for name in kind.formerly {
                let file = format!("../../experiments/{}.toml", name.replace('-', "_"));
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
                let source = SpecSource {
                    name: (*name).to_owned(),
                    file: path.display().to_string(),
                    folder: Default::default(),
                    text: std::fs::read_to_string(&path).expect("a specification"),
                };
                let read = |source: &SpecSource| match kind.read(source, &Overrides::default()) {
                    Ok(specified) => specified,
                    Err(problem) => panic!("{problem}"),
                };
                let specified = read(&source);
                let text = specified.text.clone();
                let again = read(&SpecSource { text, ..source });
                assert_eq!(again.values, specified.values);
            }
        }
    }
}
