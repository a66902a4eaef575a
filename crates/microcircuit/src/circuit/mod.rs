//! Circuit models, one folder each.

pub mod max_2026;
pub mod sacramento_2018;
