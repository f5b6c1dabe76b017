//! The tables that the program works on, writes, reads back and answers SQL from: the only place that names Polars.
//!
//! ```text
//! files ─► rows ─► frames ─► Parquet, CSV, NDJSON, Arrow
//!           ▲                   │
//!           └───── read back ◄──┘
//! ```

mod back;
mod rows;
mod schema;
pub mod sql;
pub mod store;
pub mod tables;
mod task_results;

/// The result of a frame operation; its error would be a bug here, since all frames are built in this module.
pub type FrameResult<T> = polars::prelude::PolarsResult<T>;

pub use back::into_loaded;
pub use rows::Rows;
pub use schema::{Cell, Column, FrameError, Kind, Row, Table};
pub use tables::TABLES;
pub use task_results::{Known, TaskResult, of_cell, task_results};
