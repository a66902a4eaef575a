//! `apical submit`: the runs of an experiment as tasks of a batch system.

mod asked;
mod estimate;
mod hand_over;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_experiment::provenance::shell_line;
use apical_experiment::simulate::is_simulation;
use apical_experiment::task_data::DataCache;
use apical_experiment::{Checkpoints, Execution, Experiment, Listed, Shard};

use self::estimate::Estimate;
use super::run::seeds_of;
use crate::built_in;
use crate::cli::SubmitArgs;
use crate::exit::UsageError;
use crate::folders::{data_folders, may_be_made};
use crate::program::program;
use crate::progress::{Mode, Progress};
use crate::slurm::bundle::{self, Load};
use crate::slurm::calls;
use crate::slurm::record::{self, Submission};
use crate::slurm::script::{self, Around, Tasks};
use crate::slurm::standing::Standing;
use crate::stop::Stop;
use crate::{exit, say};

/// Most tasks of an array where neither Slurm nor the user says: one less than Slurm's own default.
const MOST_TASKS: u32 = 1000;

/// Bundles the runs that are missing into tasks, writes the scripts, and submits them.
pub(crate) fn submit(arguments: &SubmitArgs, data_dir: Option<&Path>) -> Result<u8> {
    if arguments.spec.as_os_str() == "-" {
        return Err(UsageError::NoSpecFile.into());
    }
    let source = built_in::source(&arguments.spec)?;
    if is_simulation(&source) {
        return Err(UsageError::NothingToSubmit.into());
    }
    let specified = seeds_of(&source);
    let experiment = Experiment::read(source, arguments.what.overrides()?)?;
    let folder = arguments.out.join(experiment.name());
    may_be_made(&folder)?;
    let stop = Stop::on_signals("nothing was submitted").context("failed to listen for Ctrl-C")?;
    let mut data = DataCache::new(data_folders(data_dir));
    let Some(estimate) = Estimate::of(&experiment, &mut data, &|| stop.is_asked())? else {
        say::err("stopped: nothing was submitted");
        return Ok(exit::INTERRUPTED);
    };
    if estimate.is_unknown() && arguments.time.is_none() {
        return Err(UsageError::NoEstimate.into());
    }
    let progress = Progress::new(Mode::choose(true, false), false);
    let execution = Execution {
        n_threads: 1,
        shard: Shard::NONE,
        force: false,
        progress: &progress,
        stop: &|| stop.is_asked(),
        checkpoints: Checkpoints::NONE,
        program: &program(),
        with_report: false,
    };
    let named = arguments.spec.to_string_lossy();
    let redo = |seeds: &[u64]| {
        let seeds = (seeds != specified).then_some(seeds);
        Ok(arguments.how().redo(&["apical", "run", &named], seeds))
    };
    let job = Job {
        arguments,
        data_dir,
        name: experiment.name(),
        folder: &folder,
        estimate: &estimate,
        goes_on: experiment.has_checkpoints(),
    };
    match experiment.runs(&mut data, &folder, &redo, &execution)? {
        Some(runs) => job.submit_runs(&runs),
        None => job.submit_trials(),
    }
}

/// What is submitted.
struct Job<'a> {
    arguments: &'a SubmitArgs,
    data_dir: Option<&'a Path>,
    name: &'a str,
    folder: &'a Path,
    estimate: &'a Estimate,
    /// Whether its runs have checkpoints to go on from.
    goes_on: bool,
}

impl Job<'_> {
    fn submit_runs(&self, runs: &[Listed]) -> Result<u8> {
        let standing = Standing::of(self.folder)?.unwrap_or_default();
        let missing: Vec<&Listed> = runs.iter().filter(|run| !run.has_ended).collect();
        let n_missing = missing.len();
        let open: HashSet<&str> = missing
            .iter()
            .filter(|run| !standing.awaited.contains(&run.folder))
            .map(|run| &*run.folder)
            .collect();
        let (folder, n_runs) = (self.folder.display(), runs.len());
        if open.is_empty() {
            say::out(match n_missing {
                0 => format!(
                    "all {n_runs} runs have ended; `apical report {folder}` makes the report"
                ),
                n => format!(
                    "{n} of {n_runs} runs are missing, all of them in the queue already (`apical status {folder}`)"
                ),
            });
            return Ok(exit::OK);
        }
        let loads: Vec<Load<'_>> = runs
            .iter()
            .map(|run| Load {
                digest: &run.digest,
                seconds: self.estimate.seconds_of(&run.key),
            })
            .collect();
        let n_shards = self.n_shards(&loads)?;
        let tasks = bundle::tasks(&loads, n_shards);
        let open_in = |task: &Vec<usize>| -> Vec<usize> {
            let is_open = |index: &&usize| open.contains(&*runs[**index].folder);
            task.iter().filter(is_open).copied().collect()
        };
        let tasks: BTreeMap<u32, Vec<usize>> = tasks
            .iter()
            .map(|(number, task)| (*number, open_in(task)))
            .filter(|(_, task)| !task.is_empty())
            .collect();
        let n_cpus = self.n_cpus();
        let fullest = tasks
            .values()
            .map(|task| bundle::seconds_of(task.iter().map(|&index| loads[index].seconds), n_cpus));
        let fullest = fullest.fold(0.0, f64::max);
        let largest = runs.iter().map(|run| run.n_bytes).max().unwrap_or(0);
        let asked = self.asked(fullest, largest, "The fullest task");
        let command = shell_line(self.command().iter().map(String::as_str));
        let n_tasks = tasks.len();
        let words = format!(
            "{} of {n_runs} runs of `{command}`, in {n_tasks} {}.\n\
             `sbatch` with this file submits it, `apical status {folder}` says how it stands once a task has begun.",
            open.len(),
            if n_tasks == 1 { "task" } else { "tasks" },
        );
        let call = shell_line(self.call(&["--no-report"]).iter().map(String::as_str));
        let text = script::of_tasks(
            &asked,
            &self.around()?,
            &Tasks {
                words,
                numbers: bundle::listed(tasks.keys().copied()),
                n_shards,
                call: &call,
            },
        );
        let scripts = record::write_script(self.folder, "tasks.sh", &text)?;
        let report = self.write_report()?;
        let folders_of = |task: &Vec<usize>| -> Vec<String> {
            task.iter().map(|&run| runs[run].folder.clone()).collect()
        };
        let submission = Submission {
            job: None,
            report: None,
            n_shards: Some(n_shards),
            chunk: Some(self.chunk()),
            tasks: tasks
                .iter()
                .map(|(number, task)| (*number, folders_of(task)))
                .collect(),
        };
        let what = format!(
            "{} of {n_runs} runs in {n_tasks} {}",
            open.len(),
            if n_tasks == 1 { "task" } else { "tasks" }
        );
        let note = format!("{what}, each {} and {} at most", asked.time.0, asked.memory);
        self.hand_over(
            submission,
            (&scripts, &text),
            Some(&report),
            &standing,
            &note,
        )
    }

    /// As many shards as the last time, where nothing else is wanted, so that a task is the same again.
    fn n_shards(&self, loads: &[Load<'_>]) -> Result<u32> {
        let last = record::read(self.folder)?;
        let last = last
            .iter()
            .rev()
            .find_map(|of| Some((of.chunk?, of.n_shards?)));
        let given = self.arguments.array_limit.unwrap_or(u32::MAX);
        let most = calls::largest_task().unwrap_or_else(|| given.min(MOST_TASKS));
        let most = most.min(given).max(1);
        match last {
            Some((chunk, n)) if chunk == self.chunk() && n <= most => Ok(n),
            _ => {
                let n_cpus = self.n_cpus();
                Ok(bundle::number_of_shards(loads, self.chunk(), n_cpus, most))
            }
        }
    }

    /// Seconds that a task is to take; of runs of which nothing is known, one is a task.
    fn chunk(&self) -> f64 {
        match self.estimate.is_unknown() {
            true => 0.0,
            false => self.arguments.chunk.unwrap_or(estimate::CHUNK),
        }
    }

    fn write_report(&self) -> Result<PathBuf> {
        let folder = self.folder.to_string_lossy();
        let words = [&*own_file()?, "report", &folder].map(str::to_owned);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let text = script::of_report(
            &self.asked_for_report(),
            &self.around()?,
            &format!("The report on {folder}, when its tasks have ended, however they did."),
            &shell_line(words),
        );
        record::write_script(self.folder, "report.sh", &text)
    }

    fn around(&self) -> Result<Around> {
        let mut files = vec![asked::sha256_of(Path::new(&own_file()?))?];
        if self.arguments.spec.is_file() {
            files.push(asked::sha256_of(&self.arguments.spec)?);
        }
        let variables = ["APICAL_DATA_DIR", "APICAL_KERNELS"];
        let set = variables.iter().filter_map(|name| {
            let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
            Some(((*name).to_owned(), value))
        });
        Ok(Around {
            folder: script::absolute(Path::new(".")),
            logs: script::absolute(&record::logs_in(self.folder)),
            variables: set.collect(),
            files,
        })
    }

    fn n_cpus(&self) -> usize {
        self.arguments.at_once.threads.map_or(1, usize::from)
    }
}

/// The file of this program.
fn own_file() -> Result<String> {
    let path = std::env::current_exe().context("failed to find the program's own file")?;
    Ok(path.display().to_string())
}
