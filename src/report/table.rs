//! One table to the terminal, Markdown, CSV and JSON.
//!
//! The terminal shows the columns that are not `wide_only`; Markdown shows all that have a heading; CSV and JSON keep
//! every column, with raw values under the columns' keys.

use std::fmt::Write as _;

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

use super::escape::{self, Place};
use crate::{
    redact::redact,
    views::{
        fmt,
        table::{Align, Cell, Column, Table, Value},
    },
};

mod terminal;

pub use terminal::render;

/// The width of a terminal that does not tell its own, in columns.
pub const DEFAULT_WIDTH: usize = 100;

/// Cells of a pipe table are padded up to this width; a wider one stands out of its column.
const PADDED: usize = 120;

/// Writes a table as a GitHub pipe table without its title and notes, padded so that the raw text reads well.
/// Columns without a heading are left out. Ends with a line feed; empty where no column is left.
pub fn markdown(table: &Table) -> String {
    let shown = columns(table, |column| !column.heading.is_empty());
    if shown.is_empty() {
        return String::new();
    }
    let cells = |row: &[Cell]| -> Vec<String> {
        shown
            .iter()
            .map(|&(at, _)| row.get(at).map_or(String::new(), |cell| escape::markdown(&cell.text, Place::Cell)))
            .collect()
    };
    let headings: Vec<String> = shown.iter().map(|(_, column)| escape::markdown(&column.heading, Place::Cell)).collect();
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| cells(row)).collect();
    // The delimiter row needs three characters.
    let widths: Vec<usize> = (0..shown.len())
        .map(|at| rows.iter().chain([&headings]).map(|row| fmt::width(&row[at])).max().unwrap_or(0).clamp(3, PADDED))
        .collect();
    let rule = shown.iter().zip(&widths).map(|((_, column), &width)| match column.align {
        Align::Left => "-".repeat(width),
        Align::Right => format!("{}:", "-".repeat(width - 1)),
    });
    let mut text = String::new();
    for row in [&headings, &rule.collect()].into_iter().chain(&rows) {
        for ((_, column), (cell, &width)) in shown.iter().zip(row.iter().zip(&widths)) {
            let fill = " ".repeat(width.saturating_sub(fmt::width(cell)));
            // Writing to a String cannot fail.
            let _ = match column.align {
                Align::Left => write!(text, "| {cell}{fill} "),
                Align::Right => write!(text, "| {fill}{cell} "),
            };
        }
        text.push_str("|\n");
    }
    text
}

/// Writes a table as CSV (RFC 4180, but with LF): a row of keys, then raw values; empty where unknown or not finite.
///
/// Numbers are written in full (the shortest form that reads back to the same number). Text is as the cell holds it, without
/// secrets and, of names, no more than 200 characters; otherwise it is exact: a name that begins
/// with `=`, `+`, `-` or `@` is **not** changed, since these files are read by programs that join them by name. Whoever opens
/// one in a spreadsheet should import such columns as text.
///
/// # Errors
/// Those of the CSV writer; writing to memory gives none in practice.
pub fn csv(table: &Table) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|column| column.key.as_bytes()))?;
    for row in &table.rows {
        writer.write_record((0..table.columns.len()).map(|at| row.get(at).map_or(String::new(), |cell| raw(&cell.value))))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A table as JSON: its id, title, columns, notes and one object per row, keys in the order of the columns.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a>(pub &'a Table);

/// Wraps a table for [`crate::bundle::json::bytes`] or as part of a larger value.
pub fn json(table: &Table) -> Json<'_> {
    Json(table)
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(table) = *self;
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("id", &table.id)?;
        map.serialize_entry("title", &table.title)?;
        map.serialize_entry("columns", &Keys(&table.columns))?;
        map.serialize_entry("rows", &Rows(table))?;
        map.serialize_entry("notes", &table.notes)?;
        map.end()
    }
}

struct Keys<'a>(&'a [Column]);

impl Serialize for Keys<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|column| &column.key))
    }
}

struct Rows<'a>(&'a Table);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.rows.len()))?;
        for row in &self.0.rows {
            list.serialize_element(&Row { columns: &self.0.columns, cells: row })?;
        }
        list.end()
    }
}

struct Row<'a> {
    columns: &'a [Column],
    cells: &'a [Cell],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (at, column) in self.columns.iter().enumerate() {
            match self.cells.get(at).map(|cell| &cell.value) {
                // Adding zero turns -0.0 into 0.0; what is not finite is unknown.
                Some(Value::Float(value)) if value.is_finite() => map.serialize_entry(&column.key, &(value + 0.0))?,
                None | Some(Value::Float(_)) => map.serialize_entry(&column.key, &Value::Null)?,
                Some(value) => map.serialize_entry(&column.key, value)?,
            }
        }
        map.end()
    }
}

/// Selects columns together with their positions.
fn columns(table: &Table, keep: impl Fn(&Column) -> bool) -> Vec<(usize, &Column)> {
    table.columns.iter().enumerate().filter(|(_, column)| keep(column)).collect()
}

fn raw(value: &Value) -> String {
    match value {
        Value::Bool(is) => is.to_string(),
        Value::Int(number) => number.to_string(),
        // Debug is the shortest form that reads back, with an exponent where the number is very large or small.
        Value::Float(number) if number.is_finite() => format!("{:?}", number + 0.0),
        Value::Null | Value::Float(_) => String::new(),
        Value::Text(text) => redact(text).into_owned(),
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
