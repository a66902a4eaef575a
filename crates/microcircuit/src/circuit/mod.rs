//! Circuit models, one folder each.

pub mod max_2026;
mod pathways;
pub mod sacramento_2018;

pub use pathways::Pathways;
