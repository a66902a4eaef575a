//! The program as its users see it: a process, its output, its files.

mod commands;
mod continuous;
mod data;
mod endings;
mod keeping;
mod program;
mod runs;
mod server;
mod specs;
mod tuning;
