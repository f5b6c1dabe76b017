//! A report as a list of sections; the templates decide only how they look.

use serde::Serialize;

use super::{chart::Chart, table::Table};

/// One piece of a section. All text is plain and untrusted: the writer escapes it for its format.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", content = "content", rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A list of points.
    Points(Vec<String>),
    /// A warning the reader must not miss.
    Warning(String),
    /// Fixed-width text: formulas, commands.
    Code(String),
    /// A table, by id.
    Table(String),
    /// A chart, by id.
    Chart(String),
    /// A table folded away behind its caption, by id: long per-task tables.
    FoldedTable(String),
}

/// One section of the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// Anchor.
    pub id: String,
    /// Heading.
    pub heading: String,
    /// Its pieces in order.
    pub blocks: Vec<Block>,
}

/// A whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// Title.
    pub title: String,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// Every table, by order of first use.
    pub tables: Vec<Table>,
    /// Every chart, by order of first use.
    pub charts: Vec<Chart>,
}
