//! Paths of a specification in a copy of it that lies elsewhere.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::ExperimentSpec;

/// `spec`, whose paths are relative to the folder `from`, for a copy in the folder `to`.
pub(crate) fn moved(mut spec: ExperimentSpec, from: &Path, to: &Path) -> ExperimentSpec {
    for task in spec.task.values_mut() {
        task.dataset = task.dataset.with_paths(&|path| moved_path(path, from, to));
        if let Some(start) = &mut task.start {
            start.file = moved_path(&start.file, from, to);
        }
    }
    spec
}

/// What is absolute, and what is found in a data folder and not beside the specification, stays.
fn moved_path(path: &Path, from: &Path, to: &Path) -> PathBuf {
    let file = from.join(path);
    if path.is_absolute() || !file.is_file() {
        return path.to_owned();
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let name = file.file_name().unwrap_or_default();
    match (resolved(folder), resolved(to)) {
        (Some(folder), Some(to)) => relative(&folder, &to).join(name),
        _ => path.to_owned(),
    }
}

/// The absolute path without symbolic links of a folder that need not be there yet.
fn resolved(folder: &Path) -> Option<PathBuf> {
    let folder = std::path::absolute(folder).ok()?;
    let (there, whole) = folder
        .ancestors()
        .find_map(|above| Some((above, fs::canonicalize(above).ok()?)))?;
    Some(whole.join(folder.strip_prefix(there).ok()?))
}

/// The way from `from` to `to`; all of `to` where they share nothing but the root.
fn relative(to: &Path, from: &Path) -> PathBuf {
    let shared = to.components().zip(from.components());
    let n_shared = shared.take_while(|(a, b)| a == b).count();
    if n_shared <= 1 {
        return to.to_owned();
    }
    let up = from
        .components()
        .skip(n_shared)
        .map(|_| Component::ParentDir);
    up.chain(to.components().skip(n_shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_from_the_copy_to_the_same_file() {
        let root = tempfile::tempdir().expect("a folder");
        let from = root.path().join("specs");
        fs::create_dir_all(from.join("data")).expect("made");
        fs::write(from.join("data/my.csv"), "x").expect("written");
        let to = root.path().join("results/mine/task/learner/seed-0");
        for path in ["data/my.csv", "../specs/data/my.csv"] {
            let found = moved_path(Path::new(path), &from, &to);
            assert_eq!(found, Path::new("../../../../../specs/data/my.csv"));
            fs::create_dir_all(&to).expect("made");
            assert!(to.join(found).is_file());
        }
        let inside = moved_path(Path::new("data/my.csv"), &from, &from.join("data"));
        assert_eq!(inside, Path::new("my.csv"));
        let absolute = from.join("data/my.csv");
        assert_eq!(moved_path(&absolute, &from, &to), absolute);
        let elsewhere = Path::new("other.csv");
        assert_eq!(moved_path(elsewhere, &from, &to), elsewhere);
    }
}
