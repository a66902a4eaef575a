//! The scripts that Slurm runs. They are for people too: each says what it does, and does it by itself.

use std::path::Path;

/// How often a task goes back into the queue at its limit before it gives up.
const MOST_RESTARTS: u32 = 100;

/// What Slurm calls a task. The last one of an array has the number of the whole array as its own, so that this
/// names every task.
const ID_OF_TASK: &str = "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID";
/// What Slurm calls a job without tasks.
const ID_OF_JOB: &str = "$SLURM_JOB_ID";

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Name of the job.
    pub(crate) name: String,
    /// Limit of time, as Slurm has it, and in seconds.
    pub(crate) time: (String, f64),
    /// Limit of memory.
    pub(crate) memory: String,
    /// Processors of a task.
    pub(crate) n_cpus: usize,
    /// Whether a run goes on from a checkpoint, and a task at its limit with it.
    pub(crate) goes_on: bool,
    /// Options besides these, such as `--partition=main`.
    pub(crate) others: Vec<String>,
    /// Where time and memory come from, in words.
    pub(crate) reasons: [String; 2],
}

/// Where jobs run, and what they need to be what was submitted.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    /// The working folder.
    pub(crate) folder: String,
    /// The folder of logs.
    pub(crate) logs: String,
    /// Variables of the environment that decide what the program does.
    pub(crate) variables: Vec<(String, String)>,
    /// SHA-256 of files that must be as they were.
    pub(crate) files: Vec<(String, String)>,
}

/// A job array whose tasks make one shard each.
pub(crate) struct Tasks<'a> {
    /// What it is, in words, for the head of the script.
    pub(crate) words: String,
    /// Numbers of the tasks, as Slurm lists them.
    pub(crate) numbers: String,
    /// Of so many shards.
    pub(crate) n_shards: u32,
    /// The call, without `--shard`.
    pub(crate) call: &'a str,
}

/// The script of a job array.
pub(crate) fn of_tasks(asked: &Asked, around: &Around, tasks: &Tasks<'_>) -> String {
    let Tasks {
        words,
        numbers,
        n_shards,
        call,
    } = tasks;
    let mut more = vec![option(format!("--array={numbers}"))];
    more.extend(going_on(asked));
    let head = head(words, asked, around, &more, "%A_%a.log");
    let name = format!("task $SLURM_ARRAY_TASK_ID of {n_shards}");
    let call = format!("{call} --shard \"$SLURM_ARRAY_TASK_ID/{n_shards}\"");
    head + &checks(around) + &guarded(asked, &name, &call, ID_OF_TASK) + &end(&name)
}

/// The script of a job that makes the trials of a tuning, and then does what `then` says.
pub(crate) fn of_trials(
    asked: &Asked,
    around: &Around,
    words: &str,
    call: &str,
    then: &str,
) -> String {
    let head = head(words, asked, around, &going_on(asked), "%j.log");
    let next = format!(
        "# Which runs are in which task is known now. Where jobs may not submit jobs, do it by hand.\n\
         if [ \"$code\" -eq 0 ]; then\n  {then} || code=$?\nfi\n"
    );
    head + &checks(around) + &guarded(asked, "trials", call, ID_OF_JOB) + &next + &end("trials")
}

/// The script of the job that makes the report.
pub(crate) fn of_report(asked: &Asked, around: &Around, words: &str, call: &str) -> String {
    head(words, asked, around, &[], "report-%j.log") + &variables(around) + call + "\n"
}

/// Seconds before its limit at which a task takes its checkpoints.
fn lead(limit: f64) -> u64 {
    ((limit / 5.0) as u64).clamp(10, 120)
}

/// What makes a job go on where its limit ends it.
fn going_on(asked: &Asked) -> Vec<String> {
    if !asked.goes_on {
        let why = "# These runs take no checkpoints: what a limit ends begins anew, so that it has to be longer than they.";
        return vec![why.to_owned()];
    }
    let lead = lead(asked.time.1);
    vec![
        format!("# {lead} s before the limit: checkpoints, and back into the queue."),
        option(format!("--signal=B:USR1@{lead} --requeue")),
    ]
}

fn head(words: &str, asked: &Asked, around: &Around, more: &[String], log: &str) -> String {
    let mut lines = vec!["#!/bin/bash".to_owned()];
    lines.extend(words.lines().map(|line| format!("# {line}")));
    let options = [
        format!("--job-name={}", asked.name),
        format!("--ntasks=1 --cpus-per-task={}", asked.n_cpus),
    ];
    lines.extend(options.into_iter().map(option));
    lines.extend(more.iter().cloned());
    for (reason, asked) in asked.reasons.iter().zip([
        format!("--time={}", asked.time.0),
        format!("--mem={}", asked.memory),
    ]) {
        lines.extend((!reason.is_empty()).then(|| format!("# {reason}")));
        lines.push(option(asked));
    }
    lines.push(option(format!("--chdir={}", quoted(&around.folder))));
    let logs = around.logs.replace('%', "%%");
    let log = quoted(&format!("{logs}/{log}"));
    lines.push(option(format!("--open-mode=append --output={log}")));
    // The last one holds where there are two.
    lines.extend(asked.others.iter().cloned().map(option));
    lines.join("\n") + "\n\nset -u\n"
}

fn option(words: String) -> String {
    format!("#SBATCH {words}")
}

/// A path as an option has it.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./+,=@%".contains(c);
    match path.chars().all(is_plain) {
        true => path.to_owned(),
        false => format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

/// Sets the variables that were set.
fn variables(around: &Around) -> String {
    let set = |(name, value): &(String, String)| {
        format!("export {name}='{}'\n", value.replace('\'', r"'\''"))
    };
    around.variables.iter().map(set).collect()
}

/// Sets variables, and ends where files are not what they were.
fn checks(around: &Around) -> String {
    let mut text = variables(around);
    if !around.files.is_empty() {
        text += "# Another program or specification has other runs, and these in other tasks.\n\
                 sha256sum --quiet --check - <<'FILES' || { echo \"changed since it was submitted; \
                 submit again\"; exit 2; }\n";
        for (digest, file) in &around.files {
            text += &format!("{digest}  {file}\n");
        }
        text += "FILES\n";
    }
    text
}

/// The call, which takes checkpoints before the limit and when it is ended.
fn guarded(asked: &Asked, name: &str, call: &str, id: &str) -> String {
    let (limit, again) = match asked.goes_on {
        true => (AT_LIMIT, again(name, id)),
        false => ("", String::new()),
    };
    format!(
        r#"
{limit}trap 'kill -TERM "$program"' TERM INT
echo "{name} on $(hostname), $(date), restart ${{SLURM_RESTART_COUNT:-0}}"
{call} &
program=$!
# A signal ends a wait, but not the program.
wait "$program"
while kill -0 "$program" 2>/dev/null; do wait "$program"; done
wait "$program"
code=$?
{again}# 3: some runs failed, which is a result like any other.
[ "$code" -eq 3 ] && code=0
"#
    )
}

/// Hears Slurm's signal before the limit.
const AT_LIMIT: &str = r#"limit=
at_limit() { limit=1; kill -USR1 "$program"; sleep 1; kill -TERM "$program"; }
trap at_limit USR1
"#;

/// Back into the queue.
fn again(name: &str, id: &str) -> String {
    format!(
        r#"if [ -n "$limit" ] && [ "$code" -ge 128 ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt {MOST_RESTARTS} ]; then
  echo "{name}: at its limit of time; it goes on from its checkpoints"
  scontrol requeue "{id}" && exit 0
fi
"#
    )
}

fn end(name: &str) -> String {
    format!("echo \"{name} ended with exit code $code\"\nexit \"$code\"\n")
}

/// Whether the log of a task says that it ended well.
pub(crate) fn ended_well(log: &str) -> bool {
    let last = log.lines().rfind(|line| !line.trim().is_empty());
    last.is_some_and(|line| line.ends_with(" ended with exit code 0"))
}

/// Whether the log of a task says that it ended, and not well: itself, or Slurm of it.
pub(crate) fn ended_badly(log: &str) -> bool {
    let is_end = |line: &str| {
        line.contains(" ended with exit code ")
            || line.starts_with("slurmstepd: error: ")
            || line.contains("submit again")
    };
    // What went on after a restart is not over.
    let last_start = log.rfind(", restart ").unwrap_or(0);
    !ended_well(log) && log[last_start..].lines().any(is_end)
}

/// A path that is the same wherever it is read.
pub(crate) fn absolute(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_leaves_most_of_the_time_to_the_runs() {
        for (limit, expected) in [(60.0, 12), (30.0, 10), (3600.0, 120)] {
            assert_eq!(lead(limit), expected);
        }
    }

    #[test]
    fn paths_with_spaces_and_signs_stay_whole() {
        assert_eq!(quoted("/a/b-1.log"), "/a/b-1.log");
        assert_eq!(quoted("/a b/\"c\""), "\"/a b/\\\"c\\\"\"");
    }

    #[test]
    fn logs_say_how_a_task_ended() {
        let begun = "task 1 of 4 on n, now, restart 0\nworks\n";
        let good = format!("{begun}task 1 of 4 ended with exit code 0\n");
        let bad = format!("{begun}task 1 of 4 ended with exit code 1\n");
        let killed = format!("{begun}slurmstepd: error: *** JOB 1 ON n CANCELLED AT now ***\n");
        assert!(ended_well(&good) && !ended_badly(&good));
        assert!(ended_badly(&bad) && ended_badly(&killed));
        assert!(!ended_badly(begun) && !ended_well(begun));
        let again = format!("{killed}task 1 of 4 on n, later, restart 1\nworks\n");
        assert!(!ended_badly(&again));
    }
}
