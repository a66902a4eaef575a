//! Circuit models, one folder each.

pub mod sacramento_2018;
