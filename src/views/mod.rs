//! Display-ready, serialisable data: the one source for terminal, Markdown, CSV, JSON and charts.

pub mod chart;
pub mod document;
pub mod fmt;
pub mod table;
