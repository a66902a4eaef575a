//! Tests of the circuit, by kind of truth.

mod conformance;
mod golden;
mod paths;
mod properties;
mod spec;
mod support;
