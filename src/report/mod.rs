//! Documents and tables to bytes. Nothing here reads, writes or prints: files leave as a [`crate::bundle::Bundle`].

pub mod escape;

pub mod markdown;
pub mod table;

/// The path of a chart's image in a bundle: `charts/<id>.<extension>`.
pub fn chart_path(id: &str, extension: &str) -> String {
    format!("charts/{}.{extension}", escape::stem(id))
}

/// The path of a table's CSV in a bundle: `tables/<id>.csv`.
pub fn table_path(id: &str) -> String {
    format!("tables/{}.csv", escape::stem(id))
}
