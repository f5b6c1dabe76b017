//! Cells → Polars frames: the only place that spells column names.

mod episodes;
mod tasks;

pub use episodes::episodes;
pub use tasks::{TaskRow, per_task};
