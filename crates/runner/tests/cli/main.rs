//! The program as its users see it: a process, its output, its files.

mod align;
mod commands;
mod compare;
mod continuous;
mod contrasts;
mod damage;
mod data;
mod endings;
mod explain;
mod export;
mod instruction_sets;
mod judged;
mod keeping;
mod kinds;
mod left_overs;
mod memory;
mod names;
#[cfg(unix)]
mod odd_numbers;
#[cfg(target_os = "linux")]
mod on_terminal;
mod own_data;
mod plan;
mod processes;
mod profile;
mod program;
#[cfg(unix)]
mod read_only;
mod reproduce;
mod reproduce_run;
mod resuming;
mod runs;
mod server;
mod sharding;
mod simulate;
mod specs;
mod start;
mod status;
#[cfg(unix)]
mod stopping;
#[cfg(target_os = "linux")]
mod submit;
#[cfg(target_os = "linux")]
mod terminal;
mod theory;
mod tuning;
mod verify;
