//! Locks between processes: a hidden file that the system locks for whoever holds it.
//!
//! The system frees a lock when its process dies, however it dies; a file that nobody has locked is what
//! a dead process left, and is taken over.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::read_only::is_refused;
use crate::runs::Stop;
use crate::time;

/// Between two looks at a lock that another process holds.
const WAIT: Duration = Duration::from_millis(100);

/// Tells of a lock who holds it, to people; nothing depends on it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Holder {
    /// The machine.
    host: String,
    /// The process on it.
    process: u32,
    /// Since when, RFC 3339 in UTC.
    since: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            host,
            process,
            since,
        } = self;
        write!(f, "process {process} on {host}, since {since}")
    }
}

/// A lock that this process holds. The file goes when the lock does.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    /// Locked as long as it is open. Nothing where the folder cannot be written at all, or the file system
    /// knows no locks.
    _file: Option<File>,
}

/// What came of asking for a lock.
#[derive(Debug)]
pub(crate) enum Asked {
    /// It is held by this process now.
    Taken(Lock),
    /// Another holds it, or another thread of this one.
    Busy(Option<Holder>),
}

impl Lock {
    /// Asks once for the lock that the file at `path` stands for.
    pub(crate) fn ask(path: &Path) -> Result<Asked> {
        let ask = || -> io::Result<Asked> {
            loop {
                let Some(mut file) = opened(path)? else {
                    continue;
                };
                match file.try_lock() {
                    Ok(()) => {}
                    Err(TryLockError::WouldBlock) => return Ok(Asked::Busy(holder(&mut file))),
                    Err(TryLockError::Error(error)) if has_no_locks(&error) => {
                        let _ = fs::remove_file(path);
                        return Ok(Asked::Taken(Self::of_nothing(path)));
                    }
                    Err(TryLockError::Error(error)) => return Err(error),
                }
                // Who held it before may have taken the file away between opening and locking.
                if is_at(&file, path)? {
                    file.set_len(0)?;
                    file.write_all(&serde_json::to_vec(&Holder::this())?)?;
                    return Ok(Asked::Taken(Self {
                        path: path.to_owned(),
                        _file: Some(file),
                    }));
                }
            }
        };
        match ask() {
            // Where nothing can be written, nothing has to be guarded.
            Err(error) if is_refused(&error) => Ok(Asked::Taken(Self::of_nothing(path))),
            asked => asked.with_context(|| format!("failed to lock {}", path.display())),
        }
    }

    /// Waits for the lock; `busy` is told once who holds it. Nothing where it was stopped.
    pub(crate) fn wait(
        path: &Path,
        stop: Stop<'_>,
        busy: impl FnOnce(Option<Holder>),
    ) -> Result<Option<Self>> {
        let mut busy = Some(busy);
        loop {
            match Self::ask(path)? {
                Asked::Taken(lock) => return Ok(Some(lock)),
                Asked::Busy(holder) => {
                    if let Some(busy) = busy.take() {
                        busy(holder);
                    }
                }
            }
            if stop() {
                return Ok(None);
            }
            std::thread::sleep(WAIT);
        }
    }

    fn of_nothing(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            _file: None,
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Elsewhere a file that is open cannot be told from one that took its place.
        if cfg!(unix) && self._file.is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Holder {
    fn this() -> Self {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Self {
            host: match host.trim() {
                "" => "this machine".into(),
                host => host.into(),
            },
            process: std::process::id(),
            since: time::now(),
        }
    }
}

/// Whether the file system has no locks: Lustre without `flock`, NFS whose server hands out none.
fn has_no_locks(error: &io::Error) -> bool {
    // ENOLCK, which has no kind of its own.
    let no_locks = match std::env::consts::OS {
        "linux" => Some(37),
        "macos" => Some(77),
        _ => None,
    };
    error.kind() == ErrorKind::Unsupported
        || (no_locks.is_some() && error.raw_os_error() == no_locks)
}

/// The file, made where there is none; nothing where it went away meanwhile. A link is never followed.
fn opened(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    match options.clone().create_new(true).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        opened => return opened.map(Some),
    }
    match fs::symlink_metadata(path) {
        Ok(about) if !about.is_file() => {
            let why = "it is no file; move it away";
            return Err(io::Error::new(ErrorKind::InvalidInput, why));
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

/// Whether `file` is the one at `path`.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let about = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (about.dev(), about.ino())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

fn holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn taken(path: &Path) -> Lock {
        match Lock::ask(path).expect("it can be asked for") {
            Asked::Taken(lock) => lock,
            Asked::Busy(holder) => panic!("it is held by {holder:?}"),
        }
    }

    #[test]
    fn a_lock_has_one_holder_who_is_named_and_leaves_nothing() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join(".x.lock");
        let lock = taken(&path);
        let Asked::Busy(Some(holder)) = Lock::ask(&path).expect("asked") else {
            panic!("two hold it");
        };
        let process = format!("process {} on ", std::process::id());
        assert!(holder.to_string().starts_with(&process), "{holder}");
        let none = Lock::wait(&path, &|| true, |_| ()).expect("asked");
        assert!(none.is_none(), "a stop is obeyed");
        drop(lock);
        assert!(!path.exists());
        drop(taken(&path));
    }

    #[test]
    fn a_file_system_without_locks_is_known_by_its_error() {
        assert!(has_no_locks(&ErrorKind::Unsupported.into()));
        assert!(!has_no_locks(&ErrorKind::PermissionDenied.into()));
        if cfg!(target_os = "linux") {
            assert!(has_no_locks(&io::Error::from_raw_os_error(37)));
        }
    }

    #[test]
    fn the_file_of_a_dead_process_is_taken_over() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join(".x.lock");
        fs::write(&path, "left").expect("written");
        drop(taken(&path));
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let root = tempfile::tempdir().expect("a folder");
        let (path, other) = (root.path().join(".x.lock"), root.path().join("other"));
        fs::write(&other, "mine").expect("written");
        std::os::unix::fs::symlink(&other, &path).expect("linked");
        assert!(Lock::ask(&path).is_err());
        assert_eq!(fs::read_to_string(&other).expect("read"), "mine");
    }

    #[test]
    fn threads_that_take_turns_never_hold_it_together() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join(".x.lock");
        let (within, turns) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while turns.fetch_add(1, Ordering::SeqCst) < 400 {
                        let Asked::Taken(_lock) = Lock::ask(&path).expect("asked") else {
                            continue;
                        };
                        assert_eq!(within.fetch_add(1, Ordering::SeqCst), 0);
                        std::thread::yield_now();
                        within.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(!path.exists());
    }
}
