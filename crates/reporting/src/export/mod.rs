//! A report in the formats of others, one file each.

mod bundle;
mod columns;
mod latex;
mod long;
mod npz;
mod parquet;
mod pdf;
mod pictures;
mod runs;
mod tensorboard;

pub use bundle::Bundle;
pub use columns::{Cells, Column, columns, columns_of_runs};
pub use latex::{latex, latex_of_protocol};
pub use long::{csv, csv_of_runs, parquet, parquet_of_runs};
pub use npz::{npz, npz_of_runs};
pub use pdf::{pdf, pdf_of_charts};
pub use pictures::{FigureData, FigureOmitted, figures, figures_of_charts};
pub use runs::{RunSeries, Series};
pub use tensorboard::{tensorboard, tensorboard_of_runs};
