//! Experiments: everything that results depend on above the learners themselves.
//!
//! A specification becomes arms (one task, one learner, one point of a sweep) or a protocol with its
//! conditions; these become runs (one per seed), runs write records, and records become a report. The
//! digest of these sources and those below decides whether a kept run is still valid. The command
//! line, what is seen on the way, and the exit code are the program's: it hands in [`Execution`].

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod align;
pub mod event;
mod experiment;
pub mod folders;
mod guard;
pub mod learners;
mod listed;
mod memory;
pub mod merge;
pub mod plan;
pub mod profile;
pub mod progress;
pub mod protocol;
pub mod provenance;
pub mod report;
pub mod runs;
mod said;
pub mod seeds;
pub mod simulate;
pub mod spec;
pub mod start;
pub mod store;
mod surroundings;
pub mod task_data;
mod teach;
mod time;
pub mod tuning;
pub mod verify;

pub use experiment::{Done, Experiment};
pub use listed::Listed;
pub use runs::{Checkpoints, Execution, Shard};
pub use said::chain;
pub use surroundings::process_peak_bytes;
