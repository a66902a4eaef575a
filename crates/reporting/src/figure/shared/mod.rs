//! What several figures share.

pub(super) mod classes;
pub(super) mod family;
pub(super) mod outcome;
pub(super) mod per_layer;
pub(super) mod score;
pub(super) mod series;
