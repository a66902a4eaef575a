//! Tests of the data sets, one file for each kind of truth.

mod arrays;
mod builtin;
mod common;
mod errors;
mod images;
mod labels;
mod parts;
mod places;
mod properties;
mod readme;
mod real_files;
mod regression;
mod spec;
mod tables;
