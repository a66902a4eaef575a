//! One run, copied to where there is none of it.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::runs::Stop;
use crate::store::{self, Kept, Lock, State, name};

/// What came of a run.
pub(super) enum Took {
    /// It lies there now.
    Copied,
    /// It lay there.
    Same,
    /// Why not.
    Not(String),
}

/// Copies the run in `from` to `to`, where none ended.
pub(super) fn take<R: Kept>(from: &Path, to: &Path, stop: Stop<'_>) -> Result<Took> {
    match store::look::<R>(from, None)? {
        State::Ended(_) => {}
        State::Damaged(fault) => return Ok(Took::Not(format!("is damaged: {fault}"))),
        State::Free | State::Others => return Ok(Took::Not("is no run that ended".to_owned())),
    }
    if let Some(above) = to.parent() {
        fs::create_dir_all(above)?;
    }
    let Some(_lock) = Lock::wait(&store::lock_path(to), stop, |_| ())? else {
        return Ok(Took::Not("was not copied before the end".to_owned()));
    };
    store::recover(to)?;
    let there = to.display();
    Ok(match store::look::<R>(to, None)? {
        State::Free => {
            store::copy_run(from, to)?;
            Took::Copied
        }
        State::Ended(_) => match difference::<R>(from, to)? {
            None => Took::Same,
            Some(file) => Took::Not(format!("its {file} is not that of {there}, which stays")),
        },
        State::Damaged(fault) => Took::Not(format!("{there} is in its place and damaged: {fault}")),
        State::Others => Took::Not(format!("other files lie in its place, {there}")),
    })
}

/// The file in which two runs of one name differ; times may.
fn difference<R: Kept>(one: &Path, other: &Path) -> Result<Option<&'static str>> {
    for file in [R::RECORDS, name::WEIGHTS] {
        let [a, b] = [one, other].map(|folder| fs::read(folder.join(file)));
        // What was not kept in one place cannot differ.
        let (Ok(a), Ok(b)) = (a, b) else {
            continue;
        };
        if without_times(&a) != without_times(&b) {
            return Ok(Some(file));
        }
    }
    let [a, b] = [one, other].map(store::digest_of);
    Ok((a != b).then_some(name::SUMMARY))
}

fn without_times(bytes: &[u8]) -> Vec<&[u8]> {
    let lines = bytes.split(|&byte| byte == b'\n');
    lines
        .filter(|line| !line.starts_with(br#"{"record":"timing""#))
        .collect()
}
