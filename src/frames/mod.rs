//! The tables that the program works on, writes, reads back and answers SQL from: the only place that names Polars.
//!
//! ```text
//! files ─► rows ─► frames ─► Parquet, CSV, NDJSON, Arrow
//!           ▲                   │
//!           └───── read back ◄──┘
//! ```

mod back;
mod episodes;
mod rows;
mod schema;
pub mod sql;
pub mod store;
pub mod tables;
mod tasks;

/// The result of a frame operation; its error would be a bug here, since all frames are built in this module.
pub type FrameResult<T> = polars::prelude::PolarsResult<T>;

pub use back::into_loaded;
pub use episodes::episodes;
pub use rows::Rows;
pub use schema::{Cell, Column, FrameError, Kind, Row, Table};
pub use tables::TABLES;
pub use tasks::{PerTask, per_task};
