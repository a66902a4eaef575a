//! Backprop, its controls and the reference gradient.
#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

mod common;
mod conformance;
mod feedback;
mod finite_differences;
mod frozen;
mod on_kernels;
mod perceptron;
mod rounding;
mod specification;
mod steps;
