//! Records at build time which commit the sources were taken from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let root = Path::new("../..");
    // Whatever is tracked decides whether the work tree is as committed.
    for path in ["crates", "Cargo.toml", "Cargo.lock"].map(|path| root.join(path)) {
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    for path in commit_files(root) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let commit = git(&["rev-parse", "HEAD"]).unwrap_or_default();
    let tracked = [
        "status",
        "--porcelain",
        "--",
        "../../crates",
        "../../Cargo.toml",
        "../../Cargo.lock",
    ];
    let dirty = match (commit.is_empty(), git(&tracked)) {
        (false, Some(changes)) => {
            if changes.is_empty() {
                "false"
            } else {
                "true"
            }
        }
        _ => "",
    };
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=APICAL_COMMIT={commit}");
    println!("cargo::rustc-env=APICAL_DIRTY={dirty}");
}

/// The files that change when another commit is checked out or made; the index is not among them,
/// since it changes on every `git status`.
fn commit_files(root: &Path) -> Vec<PathBuf> {
    let folder = root.join(".git");
    let head = folder.join("HEAD");
    let Ok(text) = fs::read_to_string(&head) else {
        return Vec::new();
    };
    let mut paths = vec![head];
    if text.starts_with("ref: ") {
        let references = [folder.join("refs/heads"), folder.join("packed-refs")];
        paths.extend(references.into_iter().filter(|path| path.exists()));
    }
    paths
}

fn git(arguments: &[&str]) -> Option<String> {
    output(Command::new("git").args(arguments))
}

fn output(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
