//! `apical submit`, and what `apical status` says of it, with programs in the place of Slurm's.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::program::{Call, Place, SMALL, read, send};

/// `sbatch` counts jobs from 101, `squeue` and `sacct` say what a file of their name says, and all calls are kept.
const PROGRAMS: [(&str, &str); 4] = [
    (
        "sbatch",
        "n=$(cat $here/n 2>/dev/null || echo 100); n=$((n + 1)); echo $n > $here/n; echo $n",
    ),
    (
        "squeue",
        "cat $here/queue 2>/dev/null || { echo 'Invalid job id specified' >&2; exit 1; }",
    ),
    ("sacct", "cat $here/accounts 2>/dev/null || exit 1"),
    ("scontrol", "echo 'MaxArraySize            = 31'"),
];

/// A place with Slurm.
struct Cluster {
    place: Place,
}

impl Cluster {
    fn new(spec: &str) -> Self {
        let place = Place::new(spec);
        let bin = place.path("bin");
        fs::create_dir(&bin).expect("made");
        for (name, words) in PROGRAMS {
            let text = format!(
                "#!/bin/sh\nhere={}\necho {name} \"$@\" >> $here/calls\n{words}\n",
                bin.display()
            );
            let path = bin.join(name);
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("allowed");
        }
        Self { place }
    }

    fn on_path(&self, command: &mut Command) {
        let path = std::env::var("PATH").unwrap_or_default();
        command.env(
            "PATH",
            format!("{}:{path}", self.place.path("bin").display()),
        );
    }

    #[track_caller]
    fn line(&self, line: &str, code: i32) -> Call {
        let words: Vec<&str> = line.split(' ').collect();
        let mut command = self.place.command(&words);
        self.on_path(&mut command);
        Call::from(command.output().expect("the program starts")).with_code(code)
    }

    /// A script as Slurm calls it, for a task of a job.
    fn script(&self, name: &str, job: u32, task: Option<u32>) -> Command {
        let mut command = Command::new("bash");
        command
            .arg(self.place.path("results/small/slurm").join(name))
            .current_dir(self.place.path(""))
            .env("SLURM_JOB_ID", job.to_string())
            .env_remove("APICAL_DATA_DIR");
        if let Some(task) = task {
            command
                .env("SLURM_ARRAY_JOB_ID", job.to_string())
                .env("SLURM_ARRAY_TASK_ID", task.to_string());
        }
        self.on_path(&mut command);
        command
    }

    fn calls(&self, of: &str) -> Vec<String> {
        let calls = fs::read_to_string(self.place.path("bin/calls")).unwrap_or_default();
        let own = calls
            .lines()
            .filter(|line| line.split(' ').next() == Some(of));
        own.map(str::to_owned).collect()
    }

    fn says(&self, program: &str, text: &str) {
        fs::write(self.place.path("bin").join(program), text).expect("written");
    }

    /// Numbers of the tasks of the last submission, and how many runs each has.
    fn tasks(&self) -> Vec<(u32, usize)> {
        let text = read(&self.place.path("results/small/slurm/submitted.json"));
        let all: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let last = all
            .as_array()
            .and_then(|all| all.last())
            .expect("a submission");
        let tasks = last["tasks"].as_object().expect("tasks");
        let task = |(number, runs): (&String, &serde_json::Value)| {
            let runs = runs.as_array().expect("runs");
            (number.parse().expect("a number"), runs.len())
        };
        let mut tasks: Vec<(u32, usize)> = tasks.iter().map(task).collect();
        tasks.sort_unstable();
        tasks
    }

    /// Does what Slurm would do of `tasks`.
    fn make(&self, job: u32, tasks: impl IntoIterator<Item = u32>) {
        for task in tasks {
            let ran = self.script("tasks.sh", job, Some(task)).output();
            let call = Call::from(ran.expect("bash starts")).with_code(0);
            call.prints(&format!("task {task} of "))
                .prints("ended with exit code 0");
        }
    }
}

/// Sixteen runs, in tasks as small as they can be.
const SUBMIT: &str = "submit small.toml --slurm --seeds 0..7 --chunk 0.001s";

#[test]
fn the_script_runs_by_itself_and_a_dry_run_submits_nothing() {
    let cluster = Cluster::new(SMALL);
    let call = cluster.line(
        &format!("{SUBMIT} --array-limit 3 --dry-run --partition p --option --qos=q"),
        0,
    );
    call.prints("nothing was submitted: 16 of 16 runs in ");
    assert!(cluster.calls("sbatch").is_empty());
    let script = read(&cluster.place.path("results/small/slurm/tasks.sh"));
    assert!(call.stdout.starts_with(&*script), "{}", call.stdout);
    for line in [
        "# 16 of 16 runs of `apical run small.toml --seeds 0..7`, in ",
        "#SBATCH --partition=p",
        "#SBATCH --qos=q",
        "#SBATCH --time=00:03:00",
        "#SBATCH --signal=B:USR1@",
        "slurm/logs/%A_%a.log",
    ] {
        assert!(script.contains(line), "{line}: {script}");
    }
    cluster
        .line("status results", 5)
        .prints("results/small: 0 finished, 16 missing");
    let tasks = cluster.tasks();
    assert_eq!(tasks.iter().map(|(_, n)| n).sum::<usize>(), 16);
    cluster.make(7, tasks.iter().map(|(task, _)| *task));
    // The newest job that was submitted by hand: 10 comes after 9.
    for job in [9, 10] {
        let log = format!("results/small/slurm/logs/{job}_1.log");
        fs::write(cluster.place.path(&log), "begun\n").expect("written");
    }
    cluster.line("status results", 0).prints("16 finished");
    let asked = cluster.calls("squeue");
    assert!(
        asked.last().is_some_and(|call| call.contains("--jobs=10 ")),
        "{asked:?}"
    );
    let report = cluster.script("report.sh", 8, None).output();
    Call::from(report.expect("bash starts")).with_code(0);
    assert!(cluster.place.path("results/small/index.html").is_file());
    let call = cluster.line(SUBMIT, 0);
    call.prints("all 16 runs have ended");
    assert!(cluster.calls("sbatch").is_empty());
}

#[test]
fn one_array_is_submitted_within_the_limit_of_the_site_and_then_a_report() {
    let cluster = Cluster::new(SMALL);
    cluster
        .line(SUBMIT, 0)
        .prints("job 101: 16 of 16 runs in ")
        .prints("and then the report (job 102)");
    let calls = cluster.calls("sbatch");
    assert_eq!(
        calls,
        [
            "sbatch --parsable results/small/slurm/tasks.sh",
            "sbatch --parsable --dependency=afterany:101 results/small/slurm/report.sh",
        ]
    );
    let tasks = cluster.tasks();
    assert!(
        tasks.iter().all(|(task, _)| (1..=30).contains(task)),
        "{tasks:?}"
    );
    // The user's limit is the lower one.
    let other = Cluster::new(SMALL);
    other.line(
        "submit small.toml --slurm --chunk 0.001s --array-limit 2 --time 5m --mem 1G",
        0,
    );
    let script = read(&other.place.path("results/small/slurm/tasks.sh"));
    assert!(
        script.contains("#SBATCH --time=00:05:00\n") && script.contains("#SBATCH --mem=1G\n"),
        "{script}"
    );
    assert!(other.tasks().iter().all(|(task, _)| *task <= 2));
}

#[test]
fn what_is_missing_and_not_in_the_queue_is_submitted_again() {
    let cluster = Cluster::new(SMALL);
    // Few enough that every task has runs.
    let submit = "submit small.toml --slurm --seeds 0..7 --array-limit 5 --chunk 0.001s";
    cluster.line(submit, 0);
    let (again, tasks) = (submit, cluster.tasks());
    assert!(
        tasks.len() >= 2,
        "one task has no others beside it: {tasks:?}"
    );
    let (failed, _) = tasks[0];
    let rest: Vec<u32> = tasks[1..].iter().map(|(task, _)| *task).collect();
    cluster.says("queue", &format!("101|{failed}|PENDING\n"));
    cluster.make(101, rest);
    cluster
        .line(again, 0)
        .prints("all of them in the queue already");
    cluster.says("queue", &format!("101|{failed}|FAILED\n"));
    cluster.line(again, 0).prints("job 103: ");
    assert_eq!(cluster.tasks(), [tasks[0]]);
    let script = read(&cluster.place.path("results/small/slurm/tasks.sh"));
    assert!(
        script.contains(&format!("#SBATCH --array={failed}\n")),
        "{script}"
    );
    // The one that was submitted again counts once.
    cluster.says(
        "queue",
        &format!("101|{failed}|FAILED\n103|{failed}|RUNNING\n"),
    );
    let call = cluster.line("status results", 5);
    call.prints(&format!(
        "Slurm: {} tasks: {} done, 1 running",
        tasks.len(),
        tasks.len() - 1
    ));
    assert!(!call.stdout.contains("failed"), "{}", call.stdout);
    cluster.make(103, [failed]);
    let call = cluster.line("status results", 0);
    call.prints(&format!("Slurm: {0} tasks: {0} done", tasks.len()))
        .prints("lost: report (job 104)");
    // The report, too, may fail.
    cluster.says("queue", "104|N/A|PENDING\n");
    cluster
        .line("status results", 0)
        .prints("waiting: report (job 104)");
    cluster.says("queue", "104|N/A|OUT_OF_MEMORY\n");
    let log = "results/small/slurm/logs/report-104.log";
    fs::write(cluster.place.path(log), "error: no memory\n").expect("written");
    cluster
        .line("status results", 0)
        .prints("failed: report (job 104), OUT_OF_MEMORY; ")
        .prints("report-104.log ends:\n    error: no memory");
    cluster.says("queue", "104|N/A|COMPLETED\n");
    let call = cluster.line("status results", 0);
    assert!(!call.stdout.contains("report (job"), "{}", call.stdout);
}

#[test]
fn status_joins_the_folder_with_the_queue() {
    let cluster = Cluster::new(SMALL);
    cluster.line(SUBMIT, 0);
    let tasks: Vec<u32> = cluster.tasks().iter().map(|(task, _)| *task).collect();
    let [done, running, waiting, failed, lost] = tasks[..5] else {
        panic!("few tasks: {tasks:?}");
    };
    cluster.make(101, [done]);
    let others = tasks[5..]
        .iter()
        .map(|task| format!("101|{task}|PENDING\n"));
    let queue = format!(
        "101|{running}|RUNNING\n101|{waiting}|PENDING\n{}",
        others.collect::<String>()
    );
    cluster.says("queue", &queue);
    cluster.says(
        "accounts",
        &format!("101_{failed}|OUT_OF_MEMORY\n101_{running}|PENDING\n"),
    );
    let log = cluster
        .place
        .path(&format!("results/small/slurm/logs/101_{failed}.log"));
    fs::write(
        &log,
        "one\n\ntwo\nthree\nfour\nslurmstepd: error: Detected 1 oom_kill event\n",
    )
    .expect("written");
    let call = cluster.line("status results", 5);
    call.prints(&format!(
        "Slurm: {} tasks: 1 done, 1 running, {} waiting, 1 failed, 1 lost",
        tasks.len(),
        tasks.len() - 4
    ))
    .prints(&format!("failed: task {failed} of "))
    .prints(", OUT_OF_MEMORY, ")
    .prints("ends:\n    two\n    three\n    four\n    slurmstepd: error")
    .prints(&format!("lost: task {lost} of "))
    .prints("it left no log")
    .prints("`apical submit` with the same words submits these again");
    // Without a queue nothing is said to be lost.
    fs::remove_file(cluster.place.path("bin/accounts")).expect("removed");
    let refuses = "#!/bin/sh\necho 'Unable to contact slurm controller' >&2\nexit 1\n";
    fs::write(cluster.place.path("bin/squeue"), refuses).expect("written");
    let call = cluster.line("status results", 5);
    call.prints(" 1 done, ")
        .prints("Unable to contact slurm controller");
    assert!(!call.stdout.contains("lost"), "{}", call.stdout);
}

#[test]
fn at_its_limit_a_task_takes_a_checkpoint_and_goes_back_into_the_queue() {
    let long = SMALL.replace("n_epochs = 2", "n_epochs = 4000");
    let cluster =
        Cluster::new(&long.replace("align_every_n_epochs = 2", "align_every_n_epochs = 4000"));
    cluster.line(
        "submit small.toml --slurm --dry-run --seeds 0 --array-limit 1 --checkpoint-every 0",
        0,
    );
    let mut child = cluster.script("tasks.sh", 55, Some(1));
    let mut child = child.stdout(Stdio::piped()).spawn().expect("bash starts");
    let is_begun = |folder: &Path| folder.join("metrics.jsonl").is_file();
    while !cluster.place.runs().iter().any(|run| is_begun(run)) {
        assert!(
            child.try_wait().expect("asked").is_none(),
            "it ended before it began"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    send("-USR1", &child);
    let call = Call::from(child.wait_with_output().expect("ended")).with_code(0);
    call.prints("at its limit of time");
    assert_eq!(
        cluster.calls("scontrol").last().map(String::as_str),
        Some("scontrol requeue 55_1")
    );
    let checkpoints = cluster
        .place
        .runs()
        .into_iter()
        .filter(|run| run.join("checkpoint.safetensors").is_file());
    assert_eq!(checkpoints.count(), 1);
}

#[test]
fn another_specification_than_was_submitted_is_not_run() {
    let cluster = Cluster::new(SMALL);
    cluster.line("submit small.toml --slurm --dry-run --array-limit 1", 0);
    fs::write(
        cluster.place.path("small.toml"),
        SMALL.replace("[8]", "[9]"),
    )
    .expect("written");
    let ran = cluster.script("tasks.sh", 5, Some(1)).output();
    let call = Call::from(ran.expect("bash starts")).with_code(2);
    call.prints("changed since it was submitted");
    assert!(cluster.place.runs().is_empty());
}

#[test]
fn trials_come_first_and_submit_the_runs() {
    let tuning = "\n[tuning]\nstrategy = \"random\"\nn_trials = 2\nseeds = [7]\nn_epochs = 1\n\
        [tuning.space]\n\"task.*.learner.*.*.rates.0\" = { from = 0.5, to = 2.0 }\n";
    let cluster = Cluster::new(&format!("{SMALL}{tuning}"));
    let submit = "submit small.toml --slurm --seeds 0,1";
    cluster
        .line(submit, 0)
        .prints("job 101: the trials of the tuning come first");
    assert_eq!(
        cluster.calls("sbatch"),
        ["sbatch --parsable results/small/slurm/trials.sh"]
    );
    cluster.says("queue", "101|N/A|RUNNING\n");
    cluster
        .line("status results", 5)
        .prints("small: no run yet\n  Slurm: 1 task: 1 running");
    cluster.line(submit, 0).prints("in the queue (job 101)");
    let ran = cluster.script("trials.sh", 101, None).output();
    let call = Call::from(ran.expect("bash starts"));
    // The job itself is in the queue while it submits.
    call.with_code(0).prints("job 102: 4 of 4 runs in ");
    assert!(cluster.place.path("results/small/trials.jsonl").is_file());
    assert!(cluster.place.runs().is_empty());
    let tasks: Vec<u32> = cluster.tasks().iter().map(|(task, _)| *task).collect();
    cluster.make(102, tasks);
    cluster.says("queue", "");
    let call = cluster.line("status results", 0);
    call.prints("4 finished").prints("done");
}

#[test]
fn what_cannot_be_submitted_is_said() {
    let cluster = Cluster::new(SMALL);
    cluster.line("submit small.toml", 2).says("--slurm");
    cluster.line("submit - --slurm", 2).says("standard input");
    cluster
        .line("submit simulate --slurm", 2)
        .says("this is a simulation");
    cluster
        .line("submit theory --slurm", 2)
        .says("say with --time");
    cluster
        .line("submit small.toml --slurm --time soon", 2)
        .says("expected a length of time");
    cluster
        .line("submit small.toml --slurm --mem much", 2)
        .says("expected a size");
    let protocol = "submit theory --slurm --set n_samples=3 --seeds 0,1 --time 10m";
    cluster.line(protocol, 0).prints("job 101: ");
    // Its runs begin anew, so that nothing is gained by a place in the queue.
    let script = read(&cluster.place.path("results/theory/slurm/tasks.sh"));
    assert!(
        !script.contains("requeue") && script.contains("was not measured"),
        "{script}"
    );
    let refuses = "#!/bin/sh\necho 'sbatch: error: invalid partition specified' >&2\nexit 1\n";
    fs::write(cluster.place.path("bin/sbatch"), refuses).expect("written");
    cluster.line("submit small.toml --slurm", 1).says(
        "`sbatch --parsable results/small/slurm/tasks.sh` failed: sbatch: error: invalid partition",
    );
    let mut nowhere = cluster.place.command(&["submit", "small.toml", "--slurm"]);
    let call = Call::from(
        nowhere
            .env("PATH", "")
            .output()
            .expect("the program starts"),
    );
    call.with_code(2).says("Slurm is not on this machine");
}
