//! `schema.json`: by which a folder of tables is known.

use serde::{Deserialize, Serialize};

use super::manifest::TOOL;

/// The file's name in the folder.
pub const FILE_NAME: &str = "schema.json";
/// What the file says it is.
pub const KIND: &str = "frames";
/// Version of the tables. The first number changes with what a reader must know, the second with what is added.
pub const SCHEMA_VERSION: &str = "1.0";
/// Largest such file.
pub const LARGEST: u64 = 1 << 22;

/// A form of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Apache Parquet, compressed with Zstandard.
    Parquet,
    /// Comma-separated values; unknown is empty.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Apache Arrow IPC.
    Arrow,
}

impl Form {
    /// Returns the ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Arrow => "arrow",
        }
    }
}

/// What a folder of tables says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Always [`TOOL`].
    pub tool: String,
    /// Always [`KIND`].
    pub kind: String,
    /// See [`SCHEMA_VERSION`].
    pub schema_version: String,
    /// Version of the tool.
    pub version: String,
    /// Form of the files.
    pub form: Form,
    /// Which errors count in the derived columns, as typed for `--errors`.
    pub errors: String,
    /// Which of repeated attempts stay, as typed for `--attempts`.
    pub attempts: String,
    /// What makes a cell, as typed for `--by`.
    #[serde(default)]
    pub by: Option<String>,
    /// Whether variants count as trials of one cell (`--pool`).
    #[serde(default)]
    pub pool: bool,
    /// The predicate of which all episodes are true, as typed for `--filter`; others were left out.
    #[serde(default)]
    pub filter: Option<String>,
}

impl Head {
    /// Makes the head of a folder written now.
    pub fn new(form: Form, errors: &str, attempts: &str) -> Self {
        Self {
            tool: TOOL.to_owned(),
            kind: KIND.to_owned(),
            schema_version: SCHEMA_VERSION.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            form,
            errors: errors.to_owned(),
            attempts: attempts.to_owned(),
            by: None,
            pool: false,
            filter: None,
        }
    }

    /// Reads the head; `None` if the file is something else.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let head: Self = serde_json::from_slice(bytes).ok()?;
        (head.tool == TOOL && head.kind == KIND).then_some(head)
    }

    /// Returns whether tables of this form are read back.
    pub fn has_readable_form(&self) -> bool {
        matches!(self.form, Form::Parquet | Form::Arrow)
    }

    /// Returns whether this program reads tables of the version.
    pub fn is_readable(&self) -> bool {
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        major(&self.schema_version) == major(SCHEMA_VERSION)
    }
}
