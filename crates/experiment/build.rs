//! Records at build time what results depend on: a digest of the sources, libraries, the compiler.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// Crates whose sources results depend on; the layout of reports, and the program around, are not among
/// them.
const CRATES: [&str; 6] = [
    "kernels",
    "datasets",
    "learning",
    "microcircuit",
    "backprop",
    "experiment",
];

/// Libraries of others that results depend on.
const LIBRARIES: [&str; 8] = [
    "candle-core",
    "gemm",
    "ndarray",
    "pulp",
    "rand",
    "rand_chacha",
    "rand_distr",
    "rayon",
];

fn main() -> io::Result<()> {
    let mut root = Path::new("../..");
    let mut folders: Vec<PathBuf> = CRATES.map(|name| root.join("crates").join(name)).into();
    // A package has this crate alone, whose Cargo.toml names the others to the version. Its Cargo.lock need
    // not be that of the program.
    let packaged = !root.join("crates/experiment/build.rs").is_file();
    if packaged {
        root = Path::new("");
        folders = vec![PathBuf::new()];
    }
    let mut files = Vec::new();
    for folder in folders {
        collect(&folder.join("src"), &mut files)?;
        files.push(folder.join("Cargo.toml"));
        // The folder, so that a new file is seen too.
        println!("cargo::rerun-if-changed={}", folder.join("src").display());
    }
    // The root's Cargo.toml has profiles, features and versions.
    let lock = root.join("Cargo.lock");
    files.extend([root.join("Cargo.toml"), lock.clone()]);
    files.retain(|file| file.is_file());
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    let lock = match packaged {
        true => String::new(),
        false => fs::read_to_string(lock).unwrap_or_default(),
    };
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    let versions = versions(&lock);
    let code = format!("static VERSIONS: &[(&str, &str)] = &{versions:?};\n");
    fs::write(Path::new(&out).join("versions.rs"), code)?;
    files.sort();
    println!(
        "cargo::rustc-env=APICAL_SOURCE_DIGEST={}",
        digest(root, &files)?
    );

    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(rustc).arg("--version").output();
    let version = version.ok().filter(|output| output.status.success());
    let version = version.map_or("unknown".into(), |output| {
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    });
    println!("cargo::rustc-env=APICAL_RUSTC={version}");
    let target = std::env::var("TARGET").unwrap_or_else(|_| "unknown".to_owned());
    println!("cargo::rustc-env=APICAL_TARGET={target}");
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    println!(
        "cargo::rustc-env=APICAL_RUSTFLAGS={}",
        flags.replace('\u{1f}', " ")
    );
    Ok(())
}

/// Name and version of the libraries that results depend on, from the text of Cargo.lock; two versions
/// of one library are told together.
fn versions(lock: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let of_key = |line: &str| {
                let quoted = line.strip_prefix(key)?.strip_prefix(" = \"")?;
                quoted.strip_suffix('"').map(str::to_owned)
            };
            package.lines().find_map(of_key)
        };
        if let (Some(name), Some(version)) = (value("name"), value("version"))
            && (LIBRARIES.contains(&name.as_str()) || name.starts_with("apical-"))
        {
            match found.last_mut() {
                Some((last, versions)) if *last == name => *versions += &format!(", {version}"),
                _ => found.push((name, version)),
            }
        }
    }
    found
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn digest(root: &Path, files: &[PathBuf]) -> io::Result<String> {
    let mut hash = Sha256::new();
    for file in files {
        let name = file
            .strip_prefix(root)
            .unwrap_or(file)
            .to_string_lossy()
            .replace('\\', "/");
        let text = fs::read(file)?;
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(&text);
    }
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}
