//! Circuit models, one folder each.

pub mod max_2026;
mod pathways;
mod presynaptic;
pub mod sacramento_2018;

pub use pathways::Pathways;
pub use presynaptic::Presynaptic;
