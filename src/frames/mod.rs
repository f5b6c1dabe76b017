//! Cells → Polars frames: the only place that spells column names.

mod episodes;
mod tasks;

/// The result of a frame operation; its error would be a bug here, since all frames are built in this module.
pub type FrameResult<T> = polars::prelude::PolarsResult<T>;

pub use episodes::episodes;
pub use tasks::{TaskRow, per_task};
