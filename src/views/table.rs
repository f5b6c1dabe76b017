//! Tables whose cells carry both the text to show and the raw value behind it.

use serde::Serialize;

/// The raw value of a cell, for CSV and JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Unknown or undefined: an empty CSV field, JSON `null`.
    Null,
    /// True or false.
    Bool(bool),
    /// A count.
    Int(i64),
    /// A number with full precision.
    Float(f64),
    /// Text.
    Text(String),
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    /// What a person reads; `n/a` where unknown.
    pub text: String,
    /// What a program reads.
    pub value: Value,
}

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// Key in CSV and JSON, `snake_case` with the unit in the name.
    pub key: String,
    /// Heading a person reads.
    pub heading: String,
    /// Alignment.
    pub align: Align,
    /// Whether the column is left out of the terminal (it stays in Markdown, CSV and JSON).
    pub wide_only: bool,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Stable id, also the CSV file's stem: `summary`, `pass_k`, …
    pub id: String,
    /// Caption.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// What the reader must know: n, the meaning of intervals, marks.
    pub notes: Vec<String>,
}

impl Table {
    /// Hides from people the columns among `keys` in which every cell is zero or unknown; programs keep them in CSV and JSON.
    #[must_use]
    pub fn without_idle(mut self, keys: &[&str]) -> Self {
        for (index, column) in self.columns.iter_mut().enumerate() {
            let idle = self.rows.iter().all(|row| match row[index].value {
                Value::Null | Value::Int(0) => true,
                Value::Float(value) => value == 0.0,
                Value::Bool(_) | Value::Int(_) | Value::Text(_) => false,
            });
            if idle && keys.contains(&column.key.as_str()) {
                column.heading.clear();
            }
        }
        self
    }
}
