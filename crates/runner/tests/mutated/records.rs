//! Records and checkpoints of runs, as `report`, `status` and `run` read them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use apical_experiment::report;
use apical_learning::Snapshot;
use sha2::{Digest, Sha256};

use crate::base::{self, SPEC};
use crate::mutation::Stream;

/// Between a summary and its manifest, and the end of both.
const MARK: &str = ",\n  \"manifest\": ";
const END: &str = "\n}\n";

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Runs `spec` in `folder`, until it was asked `n_asked` times whether to stop, and returns the files of its last run by
/// name.
pub(crate) fn run_in(folder: &Path, spec: &str, n_asked: usize) -> BTreeMap<String, Vec<u8>> {
    base::run(spec, folder, n_asked).expect("it runs");
    let files = base::files(folder).into_iter();
    let name = |path: &Path| {
        path.file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned()
    };
    files
        .map(|path| (name(&path), fs::read(&path).expect("read")))
        .collect()
}

/// Reports on records of which one file has faults; without manifests they are as old ones.
pub(crate) fn records(
    folder: PathBuf,
    spec: &str,
    has_manifests: bool,
) -> impl Fn(&mut Stream) -> bool + 'static {
    fs::create_dir_all(&folder).expect("made");
    base::run(spec, &folder, usize::MAX).expect("it runs");
    let is_read = |path: &PathBuf| {
        let end = path.extension().unwrap_or_default();
        ["json", "jsonl", "csv", "toml"]
            .iter()
            .any(|known| end == *known)
    };
    let mut files: Vec<(PathBuf, Vec<u8>)> = (base::files(&folder).into_iter().filter(is_read))
        .map(|path| (path.clone(), fs::read(path).expect("read")))
        .collect();
    for (path, bytes) in files.iter_mut().filter(|_| !has_manifests) {
        let text = String::from_utf8(bytes.clone()).expect("UTF-8");
        if let Some((open, _)) = text.split_once(MARK) {
            *bytes = format!("{open}{END}").into();
            fs::write(path, bytes).expect("written");
        }
    }
    let folders = vec![folder];
    let read = report::read(&folders, &[], None).expect("what is right is read");
    assert_eq!(read.n_damaged, 0);
    move |stream| {
        let (path, bytes) = stream.of_all(&files);
        let mutated = stream.mutated(bytes);
        let is_forged = has_manifests && stream.below(2) == 0;
        let summary = path.with_file_name("summary.json");
        let before = fs::read(&summary).ok().filter(|_| is_forged);
        fs::write(path, &mutated).expect("written");
        if let Some(before) = &before {
            forge(path, &summary, before, (bytes, &mutated));
        }
        let reports = report::read(&folders, &[], None);
        let is_taken = reports.as_ref().is_ok_and(|reports| reports.n_damaged == 0);
        if let Ok(reports) = reports
            && stream.below(4) == 0
        {
            let protocols = reports.protocols.into_iter().map(|(_, report)| report);
            for report in reports.tasks.into_iter().chain(protocols) {
                let _ = report.text(false, 80);
            }
        }
        if stream.below(4) == 0 {
            let _ = report::status(&folders);
        }
        fs::write(path, bytes).expect("written");
        if let Some(before) = before {
            fs::write(summary, before).expect("written");
        }
        is_taken
    }
}

/// Makes the manifest in `summary` fit what was changed.
fn forge(path: &Path, summary: &Path, before: &[u8], (bytes, mutated): (&[u8], &[u8])) {
    let text = match path == summary {
        true => String::from_utf8_lossy(mutated).into_owned(),
        false => String::from_utf8_lossy(before)
            .replace(&sha256(bytes), &sha256(mutated))
            .replace(
                &format!("\"n_bytes\": {},", bytes.len()),
                &format!("\"n_bytes\": {},", mutated.len()),
            ),
    };
    let Some((open, manifest)) = text.rsplit_once(MARK) else {
        return;
    };
    let own = sha256(format!("{open}{END}").as_bytes());
    let manifest = match manifest.split_once("\"summary\": \"") {
        Some((above, rest)) if rest.is_char_boundary(64) && rest.len() > 64 => {
            format!("{above}\"summary\": \"{own}{}", &rest[64..])
        }
        _ => manifest.to_owned(),
    };
    fs::write(summary, format!("{open}{MARK}{manifest}")).expect("written");
}

/// Runs that go on from a checkpoint with faults, under a checksum that fits where that is possible.
pub(crate) fn checkpoints(folder: PathBuf) -> impl Fn(&mut Stream) -> bool + 'static {
    let (alone, _) = SPEC
        .split_once("[task.points.learner.backprop")
        .expect("two learners");
    let contrasts = "contrasts = [{ learner = \"circuit\", other = \"backprop\" }]";
    let spec = alone
        .replace("seeds = [0, 1]", "seeds = [0]")
        .replace(contrasts, "");
    fs::create_dir_all(&folder).expect("made");
    base::run(&spec, &folder, 3).expect("it is stopped");
    let files: Vec<(PathBuf, Vec<u8>)> = (base::files(&folder).into_iter())
        .map(|path| (path.clone(), fs::read(path).expect("read")))
        .collect();
    let is_checkpoint = |path: &Path| path.ends_with("checkpoint.safetensors");
    assert!(
        files.iter().any(|(path, _)| is_checkpoint(path)),
        "it leaves a checkpoint"
    );
    move |stream| {
        fs::remove_dir_all(&folder).expect("removed");
        for (path, bytes) in &files {
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            let bytes = match is_checkpoint(path) {
                true => with_checksum(stream.mutated(bytes)),
                false => bytes.clone(),
            };
            fs::write(path, bytes).expect("written");
        }
        base::run(&spec, &folder, usize::MAX).is_some()
    }
}

/// A checkpoint whose checksum is that of what it holds; bytes that are none stay as they are.
fn with_checksum(bytes: Vec<u8>) -> Vec<u8> {
    let forged = || {
        let (state, about) = Snapshot::from_bytes(&bytes).ok()?;
        let (above, rest) = about.rsplit_once("\"sha256\":\"")?;
        let (_, below) = rest.split_once('"')?;
        let mut hasher = Sha256::new();
        hasher.update(format!("{above}\"sha256\":\"\"{below}"));
        state.for_each_part(|part| hasher.update(part));
        let own: String = hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        state
            .to_bytes(format!("{above}\"sha256\":\"{own}\"{below}"))
            .ok()
    };
    forged().unwrap_or(bytes)
}
