//! Records at build time which commit the sources were taken from, and takes in the specifications of
//! experiments/.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a package says what it was made of; a repository around it is another's.
const PACKAGED: &str = ".cargo_vcs_info.json";

fn main() -> io::Result<()> {
    let root = Path::new("../..");
    // A package of this crate has them in itself.
    let own = Path::new("experiments");
    let folder = if own.is_dir() { own } else { &root.join(own) };
    built_in(folder)?;
    // Whatever is tracked decides whether the work tree is as committed.
    for path in ["crates", "Cargo.toml", "Cargo.lock"].map(|path| root.join(path)) {
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    for path in commit_files(root) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    if let Ok(text) = fs::read_to_string(PACKAGED) {
        println!("cargo::rustc-env=APICAL_COMMIT={}", packaged(&text));
        let dirty = text.contains("\"dirty\": true");
        println!("cargo::rustc-env=APICAL_DIRTY={dirty}");
        return Ok(());
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
        (false, Some(changes)) if changes.is_empty() => "false",
        (false, Some(_)) => "true",
        _ => "",
    };
    println!("cargo::rustc-env=APICAL_COMMIT={commit}");
    println!("cargo::rustc-env=APICAL_DIRTY={dirty}");
    Ok(())
}

/// Writes `FILES`, the stem and the text of every specification in `folder`, in order.
fn built_in(folder: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| fs::canonicalize(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    paths.sort();
    let mut code = "static FILES: &[(&str, &str)] = &[\n".to_owned();
    for path in paths {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        code += &format!("({stem:?}, include_str!({path:?})),\n");
    }
    code += "];\n";
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    fs::write(Path::new(&out).join("built_in.rs"), code)
}

/// The commit in the text of [`PACKAGED`].
fn packaged(text: &str) -> &str {
    let (_, behind) = text.split_once("\"sha1\": \"").unwrap_or_default();
    behind.split('"').next().unwrap_or_default()
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
    let output = Command::new("git").args(arguments).output().ok()?;
    let output = output.status.success().then_some(output)?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
