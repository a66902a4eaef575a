//! The command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use apical_experiment::Shard;
use apical_experiment::provenance::shell_line;
use apical_experiment::seeds::in_short as seeds_in_short;
use apical_experiment::simulate::TargetKind;
use apical_experiment::spec::{Overrides, SpecProblem};
use apical_learning::value_of;

use crate::slurm::length::seconds as length;

/// Trains the dendritic cortical microcircuit and backpropagation on the same tasks, and reports
/// accuracy, gradient alignment and time.
///
/// Without a command it runs the built-in experiment `quick`.
#[derive(Debug, Parser)]
#[command(name = "apical", version = crate::program::version(), max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 unexpected error, 2 wrong use or specification, \
    3 some runs failed, 4 data missing or wrong, 5 runs are missing or \
    still running, 6 a condition of `apical compare --fail-if` holds \
    or instructions have risen (`apical profile --fail-above`), 130 interrupted.\n\n\
    Environment: APICAL_DATA_DIR, a folder with data sets; APICAL_KERNELS, the instruction set of the \
    circuit's kernels: plain, avx2, avx512 or neon, else the best that the processor has."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Folder in which data sets are looked for first, before $APICAL_DATA_DIR, ./datasets and the
    /// user's cache
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run an experiment: train, measure, report
    Run(RunArgs),
    /// Run a built-in experiment by its name, such as a figure of the literature
    Reproduce(ReproduceArgs),
    /// Say how many runs an experiment has, and about how long they take, from a second of each learner
    Plan(PlanArgs),
    /// Bundle the runs of an experiment into tasks of a cluster's batch system, and submit those that are
    /// missing
    Submit(SubmitArgs),
    /// Say where the time of each learner goes, kernel by kernel, and how near the machine's limits it is
    Profile(ProfileArgs),
    /// Show patterns to a circuit in continuous time and write its potentials over time
    Simulate(SimulateArgs),
    /// Write the report again from the records
    Report(ReportArgs),
    /// Write tables, figures, readings and curves in the formats of others
    Export(ExportArgs),
    /// Compare two folders of results, paired by seed
    Compare(CompareArgs),
    /// Say how many runs are finished, failed, running, missing or damaged
    Status {
        /// Folders with records: an experiment's, or any above or below it
        #[arg(value_name = "DIR", default_value = "results")]
        folders: Vec<PathBuf>,
    },
    /// Join the results of one experiment that were made in several places; nothing is overwritten
    Merge(MergeArgs),
    /// Check records: checksums, summaries, tables, what saved weights predict, and whole runs
    Verify(VerifyArgs),
    /// Judge the changes that a model of your own proposes: weights, samples and changes in an NPZ file
    Align(AlignArgs),
    /// Fetch, list and check data sets
    Data {
        #[command(subcommand)]
        command: DataCommand,
    },
    /// List learners, protocols, data sets, metrics, figures and built-in experiments
    List,
    /// Write a commented specification to start from
    Init {
        /// The file to write; - for standard output
        #[arg(default_value = "experiment.toml")]
        file: PathBuf,
    },
    /// Say what a key of a specification, a term of a report or a name of `apical list` means
    Explain {
        /// The key, such as training.n_epochs or nudging, the term or the name; without it, all there
        /// are
        name: Option<String>,
        /// Write docs/keys.md, docs/glossary.md and docs/apical.schema.json to a folder instead
        #[arg(long, hide = true, value_name = "DIR")]
        write: Option<PathBuf>,
    },
    /// Print the JSON Schema of specifications, which editors check and complete them by
    Schema,
    /// Write a manual page for each command
    Man {
        /// The folder to write to
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Default, Args)]
pub(crate) struct RunArgs {
    /// The experiment: a specification (FILE.toml, or - for standard input), or the name of a
    /// built-in one (`apical list`); `quick` where not given
    pub(crate) spec: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) how: HowToRun,
    /// Print one JSON event a line on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Write records, but no report; with --shard print no table either, as it would be of all runs there
    #[arg(long)]
    pub(crate) no_report: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReproduceArgs {
    /// The name of a built-in experiment, such as figs1, fig1, fig2, theory; `apical list` has all
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) how: HowToRun,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The experiment, as for `apical run`
    #[arg(default_value = "quick")]
    pub(crate) spec: PathBuf,
    #[command(flatten)]
    pub(crate) what: WhatToRun,
    #[command(flatten)]
    pub(crate) at_once: AtOnce,
}

#[derive(Debug, Args)]
pub(crate) struct SubmitArgs {
    /// The experiment, as for `apical run`
    pub(crate) spec: PathBuf,
    /// Submit a job array of Slurm, and a job after it that makes the report
    #[arg(long, required = true)]
    pub(crate) slurm: bool,
    #[command(flatten)]
    pub(crate) what: WhatToRun,
    #[command(flatten)]
    pub(crate) at_once: AtOnce,
    /// Folder for the experiment's folder; scripts and logs lie in it, in `slurm`
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) out: PathBuf,
    /// About how long a task is to take, such as 30m or 2h; an hour where not given. As many runs are in a
    /// task as fit
    #[arg(long, value_name = "TIME", value_parser = length)]
    pub(crate) chunk: Option<f64>,
    /// Limit of time of a task, such as 45m or 1-12:00:00; where not given, what the longest will take, with
    /// a margin
    #[arg(long, value_name = "TIME", value_parser = length)]
    pub(crate) time: Option<f64>,
    /// Limit of memory of a task, such as 800M or 2G; where not given, what it will take, with a margin
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub(crate) mem: Option<String>,
    /// Partition of the cluster
    #[arg(long, value_name = "NAME")]
    pub(crate) partition: Option<String>,
    /// Account that is charged
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// Another option for sbatch, such as --qos=long; may be repeated
    #[arg(long = "option", value_name = "OPTION", value_parser = sbatch_option, allow_hyphen_values = true)]
    pub(crate) options: Vec<String>,
    /// Most tasks of an array; never more than Slurm says that the site allows, and 1000 where nobody says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) array_limit: Option<u32>,
    /// Seconds from one checkpoint of a run to the next, as for `apical run`
    #[arg(long, value_name = "SECONDS")]
    pub(crate) checkpoint_every: Option<u32>,
    /// Write and print the script, and submit nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl SubmitArgs {
    /// What `apical run` would be told.
    pub(crate) fn how(&self) -> HowToRun {
        HowToRun {
            what: self.what.clone(),
            ..HowToRun::default()
        }
    }
}

/// A size of memory as Slurm has it.
fn memory(text: &str) -> Result<String, String> {
    let number = text.strip_suffix(['K', 'M', 'G', 'T']).unwrap_or(text);
    match number.parse::<u32>() {
        Ok(1..) => Ok(text.to_owned()),
        _ => Err("expected a size such as 800M or 2G".to_owned()),
    }
}

/// An option of one line that sbatch reads.
fn sbatch_option(text: &str) -> Result<String, String> {
    match text.starts_with('-') && !text.contains(char::is_control) {
        true => Ok(text.to_owned()),
        false => Err("expected an option of sbatch, such as --qos=long".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    /// The experiment, as for `apical run`
    #[arg(default_value = "quick")]
    pub(crate) spec: PathBuf,
    #[command(flatten)]
    pub(crate) what: WhatToRun,
    /// How long each learner is taught, in seconds
    #[arg(long, default_value_t = 2.0, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// Print the profile as JSON (docs/profile.schema.json)
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a page with the roofline, the profile as JSON, and one for the Firefox Profiler to this folder
    #[arg(long, value_name = "DIR", conflicts_with = "instructions")]
    pub(crate) out: Option<PathBuf>,
    /// Say what became of the profile in a file that --json wrote
    #[arg(long, value_name = "OLD.json")]
    pub(crate) compare: Option<PathBuf>,
    /// Count the instructions of a minibatch with valgrind, which has to be installed, in place of times:
    /// the same number whatever else the machine does
    #[arg(long)]
    pub(crate) instructions: bool,
    /// Fail with exit code 6 where a learner has so many percent more instructions than in OLD.json
    #[arg(long, value_name = "PERCENT", requires = "instructions", requires = "compare", value_parser = percent)]
    pub(crate) fail_above: Option<f64>,
    /// Teach one learner some minibatches and say nothing, to be counted
    #[arg(long, hide = true, value_name = "LEARNER:MINIBATCHES", value_parser = taught)]
    pub(crate) teach: Option<(usize, usize)>,
    /// All columns, however wide the terminal is
    #[arg(long)]
    pub(crate) wide: bool,
}

/// Seconds that a profile may take.
fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("expected a number of seconds from 0 to 3600".to_owned()),
    }
}

/// A rise that is too much.
fn percent(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(percent) if (0.0..=1e6).contains(&percent) => Ok(percent),
        _ => Err("expected a number of percent from 0 to 1000000".to_owned()),
    }
}

fn taught(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once(':');
    let numbers = parts.and_then(|(learner, n)| Some((learner.parse().ok()?, n.parse().ok()?)));
    numbers.ok_or_else(|| "expected two whole numbers, such as 0:5".to_owned())
}

/// Which runs there are; of every command that reads an experiment.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct WhatToRun {
    /// Another value for a key, such as training.n_epochs=3 or n_patterns=100; an empty value takes
    /// the key away
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) sets: Vec<String>,
    /// Seeds in place of the specification's: 0..9 (both included) or 0,1,5
    #[arg(long, value_name = "SEEDS")]
    pub(crate) seeds: Option<String>,
}

impl WhatToRun {
    /// Values in place of the specification's.
    pub(crate) fn overrides(&self) -> Result<Overrides, SpecProblem> {
        Overrides::parse(&self.sets, self.seeds.as_deref())
    }
}

/// How many runs at a time.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct AtOnce {
    /// Runs at a time, as many as there are processors where not given; threads without a run help others
    /// with their products
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
}

impl AtOnce {
    /// How many runs at a time.
    pub(crate) fn n_threads(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(all, usize::from)
    }
}

/// How runs are made, of `run` and `reproduce` alike.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct HowToRun {
    #[command(flatten)]
    pub(crate) what: WhatToRun,
    #[command(flatten)]
    pub(crate) at_once: AtOnce,
    /// Folder for the experiment's folder
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) out: PathBuf,
    /// Make only the runs of one of N parts, such as 3/40, for an engine that starts N calls; which part a
    /// run is in follows from its digest, so that further seeds move no other run
    #[arg(long, value_name = "K/N")]
    pub(crate) shard: Option<Shard>,
    /// Make the trials of the tuning, and no run
    #[arg(long, conflicts_with = "shard")]
    pub(crate) trials_only: bool,
    /// Do again what is finished
    #[arg(long)]
    pub(crate) force: bool,
    /// Seconds from one checkpoint of a run to the next, which it goes on from where it is interrupted; 60
    /// where not given, 0 for none but where it is stopped or SIGUSR1 asks for one
    #[arg(long, value_name = "SECONDS")]
    pub(crate) checkpoint_every: Option<u32>,
    /// Show nothing but the tables at the end
    #[arg(long)]
    pub(crate) quiet: bool,
    /// Show every epoch
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Show all columns of the tables, however wide the terminal is
    #[arg(long)]
    pub(crate) wide: bool,
}

impl HowToRun {
    /// The time from one checkpoint to the next; nothing where there are none.
    pub(crate) fn checkpoint_every(&self) -> Option<Duration> {
        /// Far longer than a checkpoint takes, and little to lose.
        const SECONDS: u32 = 60;
        let seconds = self.checkpoint_every.unwrap_or(SECONDS);
        (seconds > 0).then(|| Duration::from_secs(seconds.into()))
    }

    /// The command `words` with the options that decide values, without those that only say where and
    /// how fast; with `seeds` where the specification has others.
    pub(crate) fn redo(&self, words: &[&str], seeds: Option<&[u64]>) -> String {
        let seeds = seeds.map(seeds_in_short);
        let words = words.iter().copied();
        let sets: Vec<String> = self.what.sets.iter().map(|set| on_one_line(set)).collect();
        let sets = sets.iter().flat_map(|set| ["--set", set]);
        let seeds = seeds.iter().flat_map(|seeds| ["--seeds", seeds]);
        shell_line(words.chain(sets).chain(seeds))
    }
}

/// `KEY=VALUE` with the value written anew where it is TOML over several lines.
fn on_one_line(set: &str) -> String {
    match set.split_once('=') {
        Some((key, value)) if value.contains(char::is_control) => {
            format!("{key}={}", value_of(value.trim()))
        }
        _ => set.to_owned(),
    }
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// The specification of circuit, inputs and targets, such as experiments/simulate.toml
    pub(crate) spec: PathBuf,
    /// What is written: input, soma, basal, apical, dendrite, interneuron, rate, interneuron_rate,
    /// target
    #[arg(
        long,
        value_name = "QUANTITIES",
        value_delimiter = ',',
        default_value = "soma"
    )]
    pub(crate) record: Vec<String>,
    /// Time between two rows, a whole number of steps; 1 ms where not given, or one step where a pattern is
    /// shown for less than 20 ms
    #[arg(long, value_name = "MS")]
    pub(crate) every: Option<f64>,
    /// File of traces, .npz or .csv
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Figure of traces, .svg or .png
    #[arg(long, value_name = "FILE")]
    pub(crate) figure: Option<PathBuf>,
    /// Neurons of the figure as LAYER.NUMBER, counted from 0; the first of every layer where not given
    #[arg(
        long,
        value_name = "NEURONS",
        value_delimiter = ',',
        requires = "figure"
    )]
    pub(crate) neurons: Vec<String>,
    /// Another value for a key of the specification, such as circuit.dt_ms=0.05
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) sets: Vec<String>,
    /// Weights as runs save them (safetensors), in place of the specification's
    #[arg(long, value_name = "FILE")]
    pub(crate) weights: Option<PathBuf>,
    /// Input rates, a row per pattern (CSV, NPY, NPZ), in place of the specification's
    #[arg(long, value_name = "FILE")]
    pub(crate) inputs: Option<PathBuf>,
    /// Targets, a row per pattern, in place of the specification's
    #[arg(long, value_name = "FILE")]
    pub(crate) targets: Option<PathBuf>,
    /// Whether --targets are potentials or rates; as in the specification where not given
    #[arg(long, value_enum)]
    pub(crate) targets_are: Option<TargetsAre>,
    /// Leave the weights as they are
    #[arg(long)]
    pub(crate) no_plasticity: bool,
    /// Seed of weights and noise, in place of the specification's
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// File for the weights before the first pattern (safetensors)
    #[arg(long, value_name = "FILE")]
    pub(crate) save_before: Option<PathBuf>,
    /// File for the weights after the last pattern (safetensors)
    #[arg(long, value_name = "FILE")]
    pub(crate) save_after: Option<PathBuf>,
}

impl SimulateArgs {
    /// Somata every ms, as traces.csv and traces.svg in `folder`; the specification is given apart.
    pub(crate) fn into_folder(folder: &Path, sets: &[String]) -> Self {
        Self {
            spec: PathBuf::new(),
            record: vec!["soma".into()],
            every: None,
            out: folder.join("traces.csv"),
            figure: Some(folder.join("traces.svg")),
            neurons: Vec::new(),
            sets: sets.to_vec(),
            weights: None,
            inputs: None,
            targets: None,
            targets_are: None,
            no_plasticity: false,
            seed: None,
            save_before: None,
            save_after: None,
        }
    }
}

/// What targets are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetsAre {
    /// u_trgt
    Potentials,
    /// r_trgt = φ(u_trgt)
    Rates,
}

impl From<TargetsAre> for TargetKind {
    fn from(are: TargetsAre) -> Self {
        match are {
            TargetsAre::Potentials => Self::Potentials,
            TargetsAre::Rates => Self::Rates,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Folders with records: an experiment's, or any above or below it
    #[arg(required = true, value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    /// Folder for the report; DIR itself where there is only one
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How the experiment in DIR is called beside others; once for each DIR, in order
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// Specification whose contrasts and margins are reported, in place of those that the experiment declared
    #[arg(long, value_name = "SPEC")]
    pub(crate) contrasts: Option<PathBuf>,
    /// Show all columns of the tables, however wide the terminal is
    #[arg(long)]
    pub(crate) wide: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// Folders of the experiment, each with a part of its runs
    #[arg(required = true, value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    /// Folder in which they are joined; it may hold runs of the experiment already
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct AlignArgs {
    /// The model: weights_1, …, changes_1, …, inputs and targets; docs/align.md lists all arrays
    #[arg(value_name = "FILE.npz")]
    pub(crate) file: PathBuf,
    /// The transfer function of all its neurons, outputs included
    #[arg(long, value_enum, default_value_t = TransferName::Logistic)]
    pub(crate) transfer: TransferName,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Show all columns of the tables, however wide the terminal is
    #[arg(long)]
    pub(crate) wide: bool,
}

/// Transfer functions without parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TransferName {
    /// 1 / (1 + exp(−u))
    Logistic,
    /// tanh(u)
    Tanh,
    /// max(0, u)
    Relu,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Folder with records: an experiment's, or any above or below it
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// What is written
    #[arg(long, value_enum)]
    pub(crate) format: ExportAs,
    /// Folder for the files; DIR/FORMAT where not given
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// An author of a bundle; may be repeated
    #[arg(long = "author", value_name = "NAME")]
    pub(crate) authors: Vec<String>,
    /// The licence that a bundle is given away under, by its SPDX name
    #[arg(long, value_name = "NAME", default_value = "CC-BY-4.0")]
    pub(crate) licence: String,
}

/// Formats of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportAs {
    /// tables.tex (booktabs) and numbers.tex, a macro for every number
    Latex,
    /// readings.csv: every reading of every run, one a row
    Csv,
    /// readings.parquet: the same table
    Parquet,
    /// curves.npz: readings over epochs as arrays [n_seeds, n_epochs]
    Npz,
    /// A folder of event files for every run
    Tensorboard,
    /// Every figure with embedded fonts, 85 and 180 mm wide
    Pdf,
    /// bundle.zip: records, report, tables and figures for a paper, RO-Crate, Croissant, checksums, claims and
    /// a script that makes them again
    Bundle,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The folder that is compared with: an experiment's, or any above or below it
    #[arg(value_name = "FIRST")]
    pub(crate) first: PathBuf,
    /// The folder whose difference is told
    #[arg(value_name = "SECOND")]
    pub(crate) second: PathBuf,
    /// Learner, TASK/LEARNER or condition of each that belong together, where their names differ; may be
    /// repeated
    #[arg(long = "pair", value_name = "LEFT=RIGHT")]
    pub(crate) pairs: Vec<String>,
    /// Largest difference that does not matter, of the score or of a quantity of the table; that which the
    /// second declares where not given; may be repeated
    #[arg(long = "margin", value_name = "[QUANTITY=]NUMBER")]
    pub(crate) margins: Vec<String>,
    /// End with exit code 6 where this holds for an arm, such as "accuracy.high < -0.5", "time.ratio > 1.1",
    /// "accuracy == different and accuracy < 0", "records != identical" or "missing > 0"; may be repeated
    #[arg(long, value_name = "CONDITION")]
    pub(crate) fail_if: Vec<String>,
    /// Print JSON, with numbers in full
    #[arg(long)]
    pub(crate) json: bool,
    /// Show all columns of the table, however wide the terminal is
    #[arg(long)]
    pub(crate) wide: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Folders with records: an experiment's, or any above or below it
    #[arg(required_unless_present = "claims", value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    /// A text (Markdown, HTML, TeX) whose numbers are bound to cells of tables; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) claims: Vec<PathBuf>,
    /// Make N runs again, and compare bit by bit
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) rerun: usize,
    /// What these are chosen by
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Download a data set, or go on with a broken download
    Fetch {
        /// The data set
        name: String,
        /// Folder of data sets; --data-dir, $APICAL_DATA_DIR or the user's cache where not given
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// Address of a folder with the files, in place of the known ones; may be repeated
        #[arg(long = "mirror", value_name = "URL")]
        mirrors: Vec<String>,
    },
    /// Say which data sets there are, and where
    List,
    /// Compare the files of a data set with the known digests, load it, and say what it is
    Check {
        /// The data set, or a specification (FILE.toml), all of whose data are checked
        name: String,
    },
}
