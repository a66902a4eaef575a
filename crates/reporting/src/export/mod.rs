//! A report in the formats of others, one file each.

mod latex;

pub use latex::{latex, latex_of_protocol};
