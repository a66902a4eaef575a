//! Small inputs that are right: those that are mutated.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use apical_experiment::progress::{Outcome, Progress, RunProgress, RunSummary};
use apical_experiment::provenance::Program;
use apical_experiment::spec::{Overrides, SpecSource};
use apical_experiment::task_data::DataCache;
use apical_experiment::{Checkpoints, Done, Execution, Experiment, Shard};
use apical_learning::{EpochRecord, RunKey, TrialRecord};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A task that is learned in a moment.
pub(crate) const SPEC: &str = r#"
title = "Small"
seeds = [0, 1]
[training]
n_epochs = 2
batch_size = 10
[measure]
align_every_n_epochs = 2
n_alignment_batches = 1
[task.points]
dataset.yin_yang = { n_train = 20, n_validation = 6, n_test = 6, seed = 3 }
hidden = [3]
transfer = "logistic"
forward_scale = 0.1
margin = 0.5
contrasts = [{ learner = "circuit", other = "backprop" }]
[task.points.learner.circuit.microcircuit]
nudging = 0.1
apical_mixing = 0.3
interneuron_nudging = 0.1
rates = [1.0, 0.1]
feedback = "random"
feedback_scale = 1.0
[task.points.learner.backprop.backprop]
flavour = "matched"
rates = [3.0, 0.3]
"#;

/// A protocol that is run in a moment.
pub(crate) const PROTOCOL: &str = r#"
protocol = "self_prediction"
title = "Small"
seeds = [0, 1]
n_patterns = 4
n_probes = 2
n_records = 3
inputs = [0.0, 1.0]
[network]
sizes = [4, 5, 3]
transfer = { softplus = { gamma = 1.0, beta = 1.0, theta = 0.0 } }
forward_scale = 1.0
[condition.recalled]
start = "random"
presentation_ms = 10.0
rates = 0.0
interneuron_rates = 0.0002375
apical_rates = 0.0005
feedback_scale = 1.0
interneuron_scale = 1.0
pyramidal_from_interneuron_scale = 1.0
noise = { sigma = 0.1 }
"#;

/// A folder in memory where the system has one.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    made.expect("a temporary folder")
}

pub(crate) fn source(text: String, folder: &Path) -> SpecSource {
    SpecSource {
        name: "small".to_owned(),
        file: "small.toml".to_owned(),
        folder: folder.to_owned(),
        text,
    }
}

/// Runs `spec` in `folder`, until it was asked `n_asked` times whether to stop.
pub(crate) fn run(spec: &str, folder: &Path, n_asked: usize) -> Option<Done> {
    let experiment =
        Experiment::read(source(spec.to_owned(), folder), Overrides::default()).ok()?;
    let asked = AtomicUsize::new(0);
    let program = Program {
        version: "0",
        commit: None,
        dirty: None,
        command: vec!["apical".to_owned()],
        kernels: None,
        allocator: None,
    };
    let execution = Execution {
        n_threads: 1,
        shard: Shard::ALL,
        force: false,
        progress: &Silent,
        stop: &|| asked.fetch_add(1, Ordering::Relaxed) >= n_asked,
        checkpoints: Checkpoints::NONE,
        program: &program,
        with_report: true,
    };
    let command = |_: &[u64]| Ok("apical run small.toml".to_owned());
    experiment
        .run(&mut DataCache::new(vec![]), folder, &command, &execution)
        .ok()
}

/// An IDX file.
pub(crate) fn idx(magic: u32, counts: &[u32], body: &[u8]) -> Vec<u8> {
    let header = [magic].into_iter().chain(counts.iter().copied());
    header
        .flat_map(u32::to_be_bytes)
        .chain(body.iter().copied())
        .collect()
}

/// `bytes` as a gzip stream.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// An NPZ archive of arrays with these names and shapes: labels where there is one axis, else numbers from 0 to 1.
pub(crate) fn archive(arrays: &[(&str, &[usize])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, shape) in arrays {
        let kind = if shape.len() == 1 { "<i8" } else { "<f8" };
        let shown: String = shape.iter().map(|n| format!("{n},")).collect();
        let header =
            format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shown}), }}\n");
        let mut npy = b"\x93NUMPY\x01\x00".to_vec();
        npy.extend((header.len() as u16).to_le_bytes());
        npy.extend(header.as_bytes());
        for i in 0..shape.iter().product::<usize>() {
            npy.extend(match shape.len() {
                1 => (i as i64 % 3).to_le_bytes(),
                _ => (0.1 + 0.05 * (i % 16) as f64).to_le_bytes(),
            });
        }
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        archive
            .start_file(format!("{name}.npy"), options)
            .expect("in memory");
        archive.write_all(&npy).expect("in memory");
    }
    archive.finish().expect("in memory").into_inner()
}

/// All files below `folder`.
pub(crate) fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push(path),
        }
    }
    found.sort();
    found
}

struct Silent;

impl Progress for Silent {
    fn note(&self, _: &str) {}
    fn warn(&self, _: &str) {}
    fn started(&self, _: &str, _: &Path, _: usize, _: usize) {}
    fn run(&self, _: &RunKey, _: usize) -> Box<dyn RunProgress + '_> {
        Box::new(Silent)
    }
    fn reused(&self, _: &RunKey, _: String, _: Outcome, _: Option<&str>, _: RunSummary<'_>) {}
    fn broke(&self, _: &RunKey, _: String, _: &anyhow::Error) {}
    fn trial(&self, _: &TrialRecord, _: usize) {}
}

impl RunProgress for Silent {
    fn step(&self, _: usize, _: usize, _: usize) {}
    fn epoch(&self, _: &EpochRecord) {}
    fn goes_on(&self, _: &str) {}
    fn note(&self, _: &str) {}
    fn end(self: Box<Self>, _: Outcome, _: String, _: Option<&str>, _: Option<RunSummary<'_>>) {}
}
