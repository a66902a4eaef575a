//! A run's folder: where it lies, what is in it, and what is set aside.
//!
//! summary.json is written last and marks a run as ended; a folder without it was interrupted. What a run
//! needs of its folder is done under the run's lock. A folder that has a summary, or files that no run
//! writes, is never taken away.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use apical_learning::RunKey;

use super::{DIGEST_MARK, Kept, inner_folder, manifest, name, outer_folder};

/// The files that a run writes.
const OWN: [&str; 7] = [
    name::SPEC,
    name::PROVENANCE,
    name::METRICS,
    name::SERIES,
    name::SUMMARY,
    name::WEIGHTS,
    name::CHECKPOINT,
];

/// What is in a run's folder.
pub(crate) enum State<R> {
    /// Nothing, or what an interrupted run left.
    Free,
    /// A run that ended.
    Ended(Ended<R>),
    /// A run that ended and is not what it was: what is wrong.
    Damaged(String),
    /// Files that no run writes, another run, or one of another kind.
    Others,
}

/// A run that ended and agrees with its records.
pub(crate) struct Ended<R> {
    /// The run.
    pub(crate) record: R,
    /// Everything that decides it but its seed; absent in old records.
    pub(crate) setting: Option<String>,
    /// Its files that were not kept, so that they cannot be checked.
    pub(crate) unchecked: Vec<String>,
}

/// The folder of the runs of one task, learner and point of a sweep, below that of the experiment.
fn arm_folder(experiment: &Path, run: &RunKey) -> PathBuf {
    // Conditions of a protocol have no task above them.
    let mut folder = match &*run.task {
        "" => experiment.join(outer_folder(&run.learner)),
        task => experiment
            .join(outer_folder(task))
            .join(inner_folder(&run.learner)),
    };
    if !run.point.is_empty() {
        folder.push(inner_folder(&run.point.to_string()));
    }
    folder
}

/// The folder of the run with `digest` below that of its experiment, where nothing else is in its place.
pub(crate) fn run_folder(experiment: &Path, run: &RunKey, digest: &str) -> PathBuf {
    arm_folder(experiment, run).join(format!("seed-{}-{}", run.seed, &digest[..8]))
}

/// A folder's name, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunName<'a> {
    /// `seed-N-DIGEST`.
    pub(crate) base: &'a str,
    /// N.
    pub(crate) seed: u64,
    /// What follows.
    pub(crate) rest: &'a str,
}

impl<'a> RunName<'a> {
    /// The name of a run's folder; nothing where it is another's.
    pub(crate) fn of(name: &'a str) -> Option<Self> {
        let (seed, rest) = name.strip_prefix("seed-")?.split_once('-')?;
        let digest = rest.get(..8)?;
        let is_digest = digest.bytes().all(|c| c.is_ascii_hexdigit());
        let length = "seed--".len() + seed.len() + digest.len();
        Some(Self {
            base: &name[..length],
            seed: seed.parse().ok().filter(|_| is_digest)?,
            rest: &name[length..],
        })
    }

    /// Whether it was set aside.
    pub(crate) fn is_set_aside(&self) -> bool {
        self.rest.starts_with(SET_ASIDE)
    }
}

const SET_ASIDE: &str = "-damaged";

/// The file that locks the run whose first folder is `base`.
pub(crate) fn lock_path(base: &Path) -> PathBuf {
    let name = base.file_name().unwrap_or_default().to_string_lossy();
    base.with_file_name(format!(".{name}.lock"))
}

/// `base`, or `base` with `-2`, `-3`, … where others are in the way; and what is in it.
pub(crate) fn find<R: Kept>(base: &Path, digest: &str) -> Result<(PathBuf, State<R>)> {
    for n in 1_usize.. {
        let folder = numbered(base, "", n);
        match look(&folder, Some(digest))? {
            State::Others => {}
            state => return Ok((folder, state)),
        }
    }
    unreachable!("there are finitely many folders")
}

fn numbered(base: &Path, mark: &str, n: usize) -> PathBuf {
    let name = base.file_name().unwrap_or_default().to_string_lossy();
    base.with_file_name(match n {
        1 => format!("{name}{mark}"),
        n => format!("{name}{mark}-{n}"),
    })
}

/// What is in `folder`; where `digest` is known, a run of another one is that of others.
pub(crate) fn look<R: Kept>(folder: &Path, digest: Option<&str>) -> Result<State<R>> {
    if !folder.join(name::SUMMARY).exists() {
        return Ok(match may_be_written(folder) {
            true => State::Free,
            false => State::Others,
        });
    }
    let judge = || -> Result<State<R>> {
        let text = super::text(&folder.join(name::SUMMARY))?;
        let (alone, manifest) = manifest::split(&text)?;
        let Some(manifest) = manifest else {
            return old(folder, digest);
        };
        if digest.is_some_and(|digest| digest != manifest.digest) {
            return Ok(State::Others);
        }
        Ok(match manifest::check(folder, &alone, &manifest)? {
            Err(fault) => State::Damaged(fault),
            Ok(unchecked) => match R::read(folder) {
                Ok(record) => State::Ended(Ended {
                    record,
                    setting: Some(manifest.setting),
                    unchecked,
                }),
                Err(error) if is_of_the_system(&error) => return Err(error),
                // It is as it was written, by something of another kind.
                Err(_) => State::Others,
            },
        })
    };
    judge().or_else(|error| match is_of_the_system(&error) {
        true => Err(error),
        false => Ok(State::Damaged(format!("{error:#}"))),
    })
}

/// A run from before there were manifests. One of which only a part was kept can be reported, but is not
/// used again.
fn old<R: Kept>(folder: &Path, digest: Option<&str>) -> Result<State<R>> {
    let record = R::read(folder)?;
    let has_records = folder.join(R::RECORDS).is_file();
    let own = || record.spec().lines().next()?.strip_prefix(DIGEST_MARK);
    if digest.is_some() && !(has_records && own() == digest) {
        return Ok(State::Others);
    }
    Ok(State::Ended(Ended {
        record,
        setting: None,
        unchecked: if has_records {
            Vec::new()
        } else {
            vec![R::RECORDS.to_owned()]
        },
    }))
}

/// Whether a file could not be read for reasons that say nothing about what is in it.
fn is_of_the_system(error: &anyhow::Error) -> bool {
    let about_content = [ErrorKind::NotFound, ErrorKind::InvalidData];
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| !about_content.contains(&error.kind()))
}

/// Whether there is no such folder, or nothing in it but what an interrupted run left.
fn may_be_written(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return fs::symlink_metadata(folder).is_err();
    };
    entries.into_iter().all(|entry| {
        entry.is_ok_and(|entry| {
            let file = entry.file_name().to_string_lossy().into_owned();
            file != name::SUMMARY && is_own(&file)
        })
    })
}

pub(super) fn is_own(file: &str) -> bool {
    let temporary = file
        .strip_prefix('.')
        .is_some_and(|rest| rest.ends_with(".tmp") && OWN.iter().any(|own| rest.starts_with(own)));
    temporary || OWN.contains(&file)
}

/// Takes away what runs wrote in `folder`, and the folder where nothing else is in it. Of a link to a
/// folder only the link goes.
pub(super) fn remove_own(folder: &Path) -> io::Result<()> {
    if fs::symlink_metadata(folder).is_ok_and(|about| about.is_symlink()) {
        return fs::remove_file(folder);
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    let mut has_others = false;
    for entry in entries {
        let entry = entry?;
        if is_own(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        } else {
            has_others = true;
        }
    }
    if has_others {
        return Ok(());
    }
    fs::remove_dir(folder)
}

/// Moves the damaged run in `folder` out of the way, and says where to.
pub(crate) fn set_aside(folder: &Path) -> Result<PathBuf> {
    let aside = (1..)
        .map(|n| numbered(folder, SET_ASIDE, n))
        .find(|aside| fs::symlink_metadata(aside).is_err())
        .unwrap_or_default();
    fs::rename(folder, &aside)
        .with_context(|| format!("failed to set aside {}", folder.display()))?;
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use apical_learning::{Point, RunRecord};

    use super::*;

    const DIGEST: &str = "0123456789abcdef";

    fn key() -> RunKey {
        RunKey {
            experiment: "e".into(),
            task: "t".into(),
            learner: "l".into(),
            point: Point::default(),
            seed: 0,
        }
    }

    fn with_files(root: &Path, files: &[&str]) -> PathBuf {
        let folder = run_folder(root, &key(), DIGEST);
        fs::create_dir_all(&folder).expect("made");
        for file in files {
            fs::write(folder.join(file), "x").expect("written");
        }
        folder
    }

    #[test]
    fn what_an_interrupted_run_left_is_free() {
        let root = tempfile::tempdir().expect("a folder");
        let left = [name::SPEC, name::METRICS, ".summary.json.7.tmp"];
        let base = with_files(root.path(), &left);
        let (folder, state) = find::<RunRecord>(&base, DIGEST).expect("found");
        assert!(folder == base && matches!(state, State::Free));
    }

    #[test]
    fn files_of_others_stay_and_a_summary_that_cannot_be_read_is_damage() {
        let root = tempfile::tempdir().expect("a folder");
        let base = with_files(root.path(), &[name::SPEC, "notes.txt"]);
        let (folder, state) = find::<RunRecord>(&base, DIGEST).expect("found");
        let second = base.with_file_name("seed-0-01234567-2");
        assert!(folder == second && matches!(state, State::Free));
        fs::write(base.join(name::SUMMARY), "{").expect("written");
        let (folder, state) = find::<RunRecord>(&base, DIGEST).expect("found");
        assert!(folder == base && matches!(state, State::Damaged(_)));
        let aside = set_aside(&base).expect("moved");
        assert_eq!(aside, base.with_file_name("seed-0-01234567-damaged"));
        assert!(aside.join("notes.txt").is_file() && !base.exists());
        with_files(root.path(), &[name::SUMMARY]);
        let second = set_aside(&base).expect("moved");
        assert_eq!(second, base.with_file_name("seed-0-01234567-damaged-2"));
    }

    #[test]
    fn names_of_runs_come_apart() {
        let name = RunName::of("seed-12-01234567-damaged-2").expect("a run");
        assert_eq!((name.base, name.seed), ("seed-12-01234567", 12));
        assert!(name.is_set_aside());
        for other in [
            "seed-0",
            "seed-x-01234567",
            "seed-0-0123456",
            "seed-1-ü1234567",
        ] {
            assert_eq!(RunName::of(other), None, "{other}");
        }
    }
}
