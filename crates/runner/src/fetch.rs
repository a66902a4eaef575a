//! Downloads: mirror after mirror, resumed where broken off, kept only with the right digest.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use ureq::Agent;

use crate::exit::DataProblem;

/// Attempts at one mirror, as long as each brings the file further.
const MAX_ATTEMPTS: usize = 5;
/// How long a server may be silent.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The least that must come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Within this time, again and again.
    pub(crate) time: Duration,
    /// So many bytes.
    pub(crate) n_bytes: u64,
}

impl Default for Pace {
    /// A kilobyte a second.
    fn default() -> Self {
        Self {
            time: TIMEOUT,
            n_bytes: 1_000 * TIMEOUT.as_secs(),
        }
    }
}

/// Says whether a complete file is the right one, or what is wrong with it.
pub(crate) type Judge<'a> = &'a dyn Fn(&Path) -> Result<(), String>;

/// A file to be fetched.
pub(crate) struct Fetch<'a> {
    /// Addresses, in the order to try.
    pub(crate) urls: &'a [String],
    /// Where the file goes; `TARGET.part` until it is complete.
    pub(crate) target: &'a Path,
    /// Judges the complete file.
    pub(crate) judge: Judge<'a>,
    /// Whether that tells the right file from every other.
    pub(crate) is_known: bool,
    /// Its length in bytes, where known; for the progress alone.
    pub(crate) n_bytes: Option<u64>,
    /// Bytes after which it cannot be the file any more.
    pub(crate) max_bytes: u64,
    /// A slower server is none.
    pub(crate) pace: Pace,
}

/// Why one attempt gave no file.
#[derive(Debug, thiserror::Error)]
enum AttemptError {
    /// The server has no such file, or cannot give it.
    #[error("the server answered {0}")]
    Status(u16),
    /// The connection failed or broke off.
    #[error("{0}")]
    Connection(String),
    /// What came is not the file.
    #[error("{0}")]
    Wrong(String),
    /// More came than the file can have.
    #[error("more than {0} bytes came, which the file cannot have")]
    TooLong(u64),
    /// It would take for ever.
    #[error("only {n_bytes} bytes came within {} s", .time.as_secs_f64())]
    Slow {
        /// Bytes of that time.
        n_bytes: u64,
        /// The time.
        time: Duration,
    },
    /// The disk refused.
    #[error("the file could not be written: {0}")]
    Disk(#[from] io::Error),
}

impl Fetch<'_> {
    /// Fetches the file and returns its SHA-256. `progress` is told bytes so far and in all.
    pub(crate) fn run(&self, progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<String> {
        if let Some(folder) = self.target.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("failed to make the folder {}", folder.display()))?;
        }
        // The name of the part can be known before: what a link there leads to stays as it is.
        if fs::symlink_metadata(self.part()).is_ok_and(|about| about.is_symlink()) {
            fs::remove_file(self.part())?;
        }
        let mut attempts = Vec::new();
        for url in self.urls {
            match self.ask_mirror(url, progress) {
                Ok(digest) => {
                    fs::rename(self.part(), self.target)
                        .with_context(|| format!("failed to write {}", self.target.display()))?;
                    return Ok(digest);
                }
                Err(AttemptError::Disk(error)) => {
                    return Err(error)
                        .with_context(|| format!("failed to write {}", self.part().display()));
                }
                Err(error) => attempts.push(format!("{url}: {error}")),
            }
            // Without a digest nothing would show that two mirrors' halves do not fit together.
            if !self.is_known {
                let _ = fs::remove_file(self.part());
            }
        }
        let file = self
            .target
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Err(DataProblem::NoMirror { file, attempts }.into())
    }

    fn ask_mirror(
        &self,
        url: &str,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<String, AttemptError> {
        let mut last = AttemptError::Connection("nothing came".into());
        for _ in 0..MAX_ATTEMPTS {
            let before = self.n_present();
            match self.attempt(url, progress) {
                Ok(()) => match self.verify() {
                    Ok(digest) => return Ok(digest),
                    // An old half may be what is wrong: once more from the start.
                    Err(error) if before > 0 => last = error,
                    Err(error) => return Err(error),
                },
                Err(error @ AttemptError::Connection(_)) if self.n_present() > before => {
                    last = error
                }
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// One request, from where the part ends.
    fn attempt(
        &self,
        url: &str,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<(), AttemptError> {
        let connection = |error: ureq::Error| AttemptError::Connection(error.to_string());
        let present = self.n_present();
        let mut request = agent().get(url).header("Accept-Encoding", "identity");
        if present > 0 {
            request = request.header("Range", format!("bytes={present}-"));
        }
        let response = request.call().map_err(connection)?;
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let continues = header("content-range")
            .is_some_and(|range| range.starts_with(&format!("bytes {present}-")));
        let start = match response.status().as_u16() {
            200 => 0,
            206 if continues => present,
            // The part is as long as the file, or longer: its digest decides.
            416 if present > 0 => return Ok(()),
            status => return Err(AttemptError::Status(status)),
        };
        let mut body = response.into_body();
        let total = body
            .content_length()
            .map(|rest| start + rest)
            .or(self.n_bytes);
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.part())?;
        if start == 0 {
            file.set_len(0)?;
        }
        let mut reader = body.as_reader();
        let mut buffer = vec![0; 1 << 16];
        let mut n = start;
        let (mut since, mut n_since) = (Instant::now(), start);
        loop {
            progress(n, total);
            let n_read = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(n_read) => n_read,
                Err(error) => return Err(AttemptError::Connection(error.to_string())),
            };
            file.write_all(&buffer[..n_read])?;
            n += n_read as u64;
            if since.elapsed() >= self.pace.time {
                if n - n_since < self.pace.n_bytes {
                    return Err(AttemptError::Slow {
                        n_bytes: n - n_since,
                        time: since.elapsed(),
                    });
                }
                (since, n_since) = (Instant::now(), n);
            }
            if n > self.max_bytes {
                drop(file);
                fs::remove_file(self.part())?;
                return Err(AttemptError::TooLong(self.max_bytes));
            }
        }
        file.sync_all()?;
        match total {
            Some(total) if n < total => Err(AttemptError::Connection(format!(
                "the connection broke off after {n} of {total} bytes"
            ))),
            _ => Ok(()),
        }
    }

    /// The digest of the part; a wrong part is deleted.
    fn verify(&self) -> Result<String, AttemptError> {
        let part = self.part();
        if let Err(fault) = (self.judge)(&part) {
            fs::remove_file(&part)?;
            return Err(AttemptError::Wrong(fault));
        }
        Ok(sha256_of(&part)?)
    }

    fn part(&self) -> PathBuf {
        let mut name = self.target.as_os_str().to_owned();
        name.push(".part");
        name.into()
    }

    fn n_present(&self) -> u64 {
        fs::metadata(self.part()).map_or(0, |metadata| metadata.len())
    }
}

/// SHA-256 of a file, hexadecimal.
pub(crate) fn sha256_of(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(TIMEOUT))
        .timeout_recv_response(Some(TIMEOUT))
        .timeout_per_read(Some(TIMEOUT))
        .build();
    Agent::new_with_config(config)
}

#[cfg(test)]
#[path = "../tests/cli/server.rs"]
mod server;

#[cfg(test)]
mod tests;
