//! Tests of the loop, its observers and records, with a small learner of their own.

mod delta_rule;
mod forward_pass;
mod observing;
mod records;
mod training;
