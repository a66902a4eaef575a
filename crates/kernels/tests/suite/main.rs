//! Tests of the kernels, on every instruction set.

mod elementwise;
mod exponential;
mod helpers;
mod instruction_set;
mod learning_rows;
mod lockstep;
mod noise;
mod padded;
mod products;
