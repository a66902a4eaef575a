//! Tests of the data sets, one file for each kind of truth.

mod arrays;
mod builtin;
mod common;
mod errors;
mod images;
mod properties;
mod readme;
mod real_files;
mod spec;
mod tables;
