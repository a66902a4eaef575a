//! The specifications whose numbers are replaced, small and with all their keys written out.

use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use apical_experiment::Experiment;
use apical_experiment::spec::{Overrides, SpecSource};
use apical_microcircuit::ContinuousSpec;
use apical_microcircuit::circuit::max_2026::ErrorNeuronsContinuousSpec;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::TempDir;
use toml::{Table, Value};

use super::walk::{End, Place, numbers};

/// Seconds of a processor that a run may take that takes a fraction of one, and more where nothing is optimised.
const LIMIT: u64 = if cfg!(debug_assertions) { 90 } else { 20 };
/// How long it may take, on a machine that is busy with other things.
const LONGEST: Duration = Duration::from_secs(30 * LIMIT);
/// The signal at the end of [`LIMIT`].
const SIGXCPU: i32 = 24;
/// Kilobytes of addresses that a run may have.
const MOST_MEMORY: u64 = 6 << 20;

/// A specification with all its keys.
pub(super) struct Specification {
    pub(super) name: String,
    pub(super) tree: Table,
    /// What it says before all is written out.
    stated: Table,
}

/// What the built-in specifications leave out.
const MORE: &str = r#"
seeds = [0]
margin = 0.5

[training]
n_epochs = 2
batch_size = 10
rate_schedule.cosine = { to = 0.1 }

[measure]
evaluate_every_n_epochs = 1
n_full_batch_samples = 3

[task.a]
margin = 0.5
dataset.yin_yang = {}
hidden = [3, 3]
transfer.softplus = { gamma = 1.0, beta = 1.0, theta = 0.0 }
forward_scale = [0.5, 0.5, 0.5]
training = { n_epochs = 2, batch_size = 7, targets.rates = { low = 0.1, high = 0.8 } }
training_of.momentum.rate_schedule.exponential = { to = 0.1 }

[task.a.learner.momentum.backprop]
flavour = "matched"
rates = 0.1
optimiser.momentum = {}

[task.a.learner.adam.backprop]
flavour = "standard"
rates = 0.01
optimiser.adam = {}

[task.a.learner.equivalent.microcircuit]
backprop_equivalent_rates = 0.1
interneuron_rates = 0.1
feedback_rates = 0.01
apical_rates = 0.01
start = "random"

[task.a.learner.equivalent_continuous.continuous]
backprop_equivalent_rates = 0.001
noise.sigma = 0.1
feedback_rates = 0.01
teacher.conductances = { excitatory_reversal = 10.0, inhibitory_reversal = -10.0 }

[task.a.learner.adaptive.continuous]
rates = 0.001
integrator.adaptive = {}
precision = "f64"

[task.a.learner.listening.continuous]
rates = 0.001
prospective = true
feedback.phaseless = { rate = 0.001 }
feedback_noise = { tau_noise_ms = 1.0, tau_highpass_ms = 1.0, delay_ms = 1.0 }

[task.a.learner.prospective.continuous]
rates = 0.001
prospective = true
update_order = "layer_sweep"
tau_plasticity_ms = 0.0
plasticity_every_n_steps = 2

[task.a.learner.fa.feedback_alignment]
rates = 0.1
feedback_scale = 1.0

[task.a.learner.dfa.direct_feedback_alignment]
rates = 0.1
feedback_scale = 1.0

[task.a.learner.own.kernel_backprop]
rates = 0.1

[task.a.learner.one.single_layer]
rate = 0.1
forward_scale = 0.1
"#;

/// Data of the user's own, in folds.
const OWN: &str = r#"
seeds = [0]
training = { n_epochs = 1 }

[task.a]
hidden = [3]
transfer = "tanh"
forward_scale = 0.1
training.targets.potentials = { low = -0.5, high = 0.5 }

[task.a.dataset.csv]
path = "my.csv"
label = 1
folds = 3

[task.a.learner.b.backprop]
flavour = "matched"
rates = 0.1

[task.b]
hidden = [3]
transfer = "tanh"
forward_scale = 0.1

[task.b.dataset.csv]
path = "my.csv"
targets = [0]
split_column = 1
target_scaling = "unit"

[task.b.learner.b.backprop]
flavour = "matched"
rates = 0.1
"#;

/// A sweep over a range.
const SWEPT: &str = r#"
seeds = [0]
training = { n_epochs = 1 }

[sweep]
"training.batch_size" = { from = 10, to = 20, n = 2 }
"task.a.forward_scale" = { from = 0.1, to = 1.0, n = 2, scale = "log" }
"task.a.learner.b.backprop.rates.0" = [0.1, 0.2]

[task.a]
dataset.teacher_student = { sizes = [3, 3, 2], factors = [2.0, 10.0], seed = 3 }
hidden = [3]
transfer.softplus = { gamma = 0.1, beta = 1.0, theta = 3.0 }
forward_scale = 1.0

[task.a.learner.b.backprop]
flavour = "matched"
rates = [0.1, 0.1]
"#;

/// Both strategies of tuning.
const TUNED: &str = r#"
seeds = [0]
training = { n_epochs = 1 }

[tuning]
strategy = "grid"
n_trials = 4
seeds = [7]
n_epochs = 1

[tuning.space]
"task.a.learner.b.backprop.rates.0" = { from = 0.1, to = 10.0, scale = "log" }
"task.a.learner.b.backprop.rates.1" = { from = 0.1, to = 10.0 }

[task.a]
dataset.yin_yang = {}
hidden = [3]
transfer = "relu"
forward_scale = 0.1

[task.a.learner.b.backprop]
flavour = "matched"
rates = [0.1, 0.1]
"#;

/// All of them.
pub(super) fn all() -> Vec<Specification> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of experiments")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    let read = |path: &PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy();
        (name.into_owned(), fs::read_to_string(path).expect("a text"))
    };
    let more = [
        ("more", MORE),
        ("own", OWN),
        ("swept", SWEPT),
        ("tuned", TUNED),
    ];
    let more = more.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let texts = files.iter().map(read).chain(more);
    texts
        .map(|(name, text)| {
            let mut tree = written_out(&name, &text);
            make_small(&mut tree);
            Specification {
                stated: text.parse().expect("TOML"),
                name,
                tree,
            }
        })
        .collect()
}

/// All values of a specification, those that it leaves out included.
fn written_out(name: &str, text: &str) -> Table {
    let mut tree: Table = text.parse().expect("TOML");
    if is_simulation(&tree) {
        whole::<ContinuousSpec>(&mut tree, "circuit");
        whole::<ErrorNeuronsContinuousSpec>(&mut tree, "error_neurons_continuous");
        return tree;
    }
    let source = SpecSource {
        name: name.to_owned(),
        file: format!("{name}.toml"),
        folder: PathBuf::new(),
        text: text.to_owned(),
    };
    let experiment = Experiment::read(source, Overrides::default());
    let text = match experiment.unwrap_or_else(|problem| panic!("{name}: {problem}")) {
        Experiment::Tasks(resolved) => resolved.text_in(Path::new("")).expect("written"),
        Experiment::Protocol(specified) => specified.text.clone(),
    };
    text.parse().expect("TOML")
}

/// Writes out the circuit at `key`, if it is there.
fn whole<T: DeserializeOwned + Serialize>(tree: &mut Table, key: &str) {
    if let Some(circuit) = tree.get(key) {
        let circuit: T = circuit.clone().try_into().expect("a circuit");
        let circuit = Table::try_from(circuit).expect("written");
        tree.insert(key.into(), Value::Table(circuit));
    }
}

fn is_simulation(table: &Table) -> bool {
    table.contains_key("inputs") && !table.contains_key("protocol")
}

/// Makes everything that takes time small.
fn make_small(table: &mut Table) {
    // Rows are as wide as layers there.
    let is_simulation = is_simulation(table);
    for (name, value) in table.iter_mut() {
        let small = match &**name {
            "sizes" if is_simulation => i64::MAX,
            name => largest(name),
        };
        match value {
            Value::Integer(n) => *n = (*n).min(small),
            Value::Float(x) => *x = x.min(small as f64),
            Value::Array(list) => {
                if ["seeds", "couplings", "widths", "n_hidden"].contains(&&**name) {
                    list.truncate(1);
                }
                for item in list {
                    if let Value::Integer(n) = item {
                        *n = (*n).min(small);
                    }
                }
            }
            // A value a condition.
            Value::Table(table) if name == "n_patterns_of" => {
                for (_, value) in table.iter_mut() {
                    *value = Value::Integer(2);
                }
            }
            Value::Table(table) => make_small(table),
            _ => {}
        }
    }
    // One epoch before learning, and one to learn.
    let starts = table
        .get("task")
        .is_some_and(|tasks| tasks.to_string().contains("feedback_start"));
    if starts {
        two_epochs(table);
        let tasks = table.get_mut("task").and_then(Value::as_table_mut);
        for (_, task) in tasks.into_iter().flatten() {
            task.as_table_mut().into_iter().for_each(two_epochs);
        }
    }
    if let Some(Value::Table(sweep)) = table.get_mut("sweep") {
        for (key, values) in sweep.iter_mut() {
            let Value::Array(list) = values else { continue };
            list.truncate(2);
            let most = key.rsplit('.').next().map_or(i64::MAX, largest);
            for value in list {
                if let Value::Float(x) = value {
                    *x = x.min(most as f64);
                }
            }
        }
    }
}

/// Of experiment or task, and of its trials.
fn two_epochs(table: &mut Table) {
    for part in ["training", "tuning"] {
        let part = table.get_mut(part).and_then(Value::as_table_mut);
        if let Some(n) = part.and_then(|part| part.get_mut("n_epochs")) {
            *n = 2.into();
        }
    }
}

/// The largest value of the key `name` that is small.
fn largest(name: &str) -> i64 {
    match name {
        "n_epochs" | "n_probes" | "n_alignment_batches" | "n_alignments" => 1,
        "n_patterns" | "n_records" | "n_samples" | "n_trials" => 2,
        "n_train_samples" | "n_train" => 20,
        "n_validation" | "n_test" => 6,
        "learning_ms" | "trace_ms" | "sizes" => 4,
        "reported_ms" | "presentation_ms" => 2,
        "every_ms" | "readout_window_ms" | "plasticity_delay_ms" => 1,
        "width" | "hidden" | "widths" | "n_hidden" => 3,
        _ => i64::MAX,
    }
}

impl Specification {
    /// The places of its numbers; what a task takes from another is met there alone.
    pub(super) fn numbers(&self) -> Vec<Place> {
        let mut places = numbers(&self.tree);
        places.retain(|place| !place.is_taken(&self.stated, &self.tree));
        places
    }

    /// The protocol, where it is one.
    pub(super) fn protocol(&self) -> String {
        let protocol = self.tree.get("protocol").and_then(Value::as_str);
        protocol.unwrap_or_default().to_owned()
    }

    /// Runs `text` in place of it, in a folder of its own.
    pub(super) fn run(&self, text: &str) -> End {
        let place = folder();
        let rows = (0..30).map(|i| {
            let part = ["train", "validation", "test"][i % 3];
            format!("{}.5,{part}\n", i % 7)
        });
        let table: String = std::iter::once("x,part\n".to_owned()).chain(rows).collect();
        fs::write(place.path().join("my.csv"), table).expect("written");
        fs::write(place.path().join("odd.toml"), text).expect("written");
        let program = env!("CARGO_BIN_EXE_apical");
        let mut command = Command::new("sh");
        let limited = format!(
            "ulimit -c 0; ulimit -v {MOST_MEMORY}; ulimit -t {LIMIT}; exec '{program}' run odd.toml --threads 1"
        );
        command
            .args(["-c", &limited])
            .current_dir(place.path())
            .env_remove("APICAL_DATA_DIR")
            .env_remove("RUST_BACKTRACE")
            .env("XDG_CACHE_HOME", place.path().join("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        wait(command)
    }
}

/// A folder, in memory where the system has such.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    }
    .expect("a temporary folder")
}

fn wait(mut command: Command) -> End {
    let mut child = command.spawn().expect("the program starts");
    let mut pipe = child.stderr.take().expect("a pipe");
    let words = std::thread::spawn(move || {
        let mut words = Vec::new();
        pipe.read_to_end(&mut words).map(|_| words)
    });
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if began.elapsed() > LONGEST {
            child.kill().expect("a child");
            child.wait().expect("a child");
            return End::Hang;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let words = words.join().expect("read").expect("read");
    let words = String::from_utf8_lossy(&words).into_owned();
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Code(code, words),
        (None, Some(SIGXCPU)) => End::Hang,
        (None, _) => End::Signal(words),
    }
}
