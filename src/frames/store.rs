//! A folder of tables: written, known again, and read back.
//!
//! ```text
//! <folder>/schema.json          what the folder is, its version, every table and column
//!          README.md            lines to paste for pandas, Polars, DuckDB and Spark
//!          runs.parquet, tasks.parquet, episodes.parquet, …
//! ```

use std::{
    collections::BTreeMap,
    io::{self, Cursor},
    panic::{self, AssertUnwindSafe},
};

use polars::prelude::*;
use polars_io::{
    SerReader, SerWriter,
    parquet::write::{KeyValueMetadata, ParquetWriter},
    prelude::{IpcReader, IpcWriter, ParquetReader},
};
use serde::Serialize;

use super::{
    FrameResult,
    rows::Rows,
    schema::{FrameError, Row, Table},
    tables::TABLES,
};
use crate::bundle::tables::{FILE_NAME, Form, Head, SCHEMA_VERSION};

/// Why a folder of tables cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another version.
    #[error("the tables have version {0}, and this program reads {SCHEMA_VERSION}; export them anew, or update taureport")]
    Version(String),
    /// A form that loses what reading needs.
    #[error("tables exported as {0} are not read back; export them as parquet or arrow")]
    Form(&'static str),
    /// A file is missing or damaged.
    #[error("{file}: {cause}; export the tables anew")]
    File {
        /// The file.
        file: String,
        /// What is wrong.
        cause: String,
    },
    /// A table is not what it should be.
    #[error("{0}; export the tables anew")]
    Table(#[from] FrameError),
}

#[derive(Debug, Serialize)]
struct SchemaFile<'a> {
    #[serde(flatten)]
    head: &'a Head,
    tables: Vec<TableText<'a>>,
}

#[derive(Debug, Serialize)]
struct TableText<'a> {
    name: &'a str,
    rows: usize,
    row: &'a str,
    key: &'a [&'a str],
    columns: Vec<ColumnText<'a>>,
}

#[derive(Debug, Serialize)]
struct ColumnText<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    nullable: bool,
    meaning: &'a str,
}

impl<'a> TableText<'a> {
    fn of(table: &'a Table, rows: usize) -> Self {
        let column = |column: &'a super::Column| ColumnText {
            name: column.name,
            kind: column.kind.name(),
            nullable: column.nullable,
            meaning: column.meaning,
        };
        Self { name: table.name, rows, row: table.row, key: table.key, columns: table.columns.iter().map(column).collect() }
    }
}

/// Makes the files of a folder of tables.
///
/// # Errors
/// Polars' own or a failing CSV writer, which would be a bug: all is written to memory.
pub fn files(rows: &Rows, head: &Head) -> FrameResult<Vec<(String, Vec<u8>)>> {
    let frames = rows.frames();
    let mut files = Vec::with_capacity(frames.len() + 2);
    let tables = TABLES.iter().zip(&frames).map(|(table, frame)| TableText::of(table, frame.height())).collect();
    let mut schema = serde_json::to_vec_pretty(&SchemaFile { head, tables }).unwrap_or_default();
    schema.push(b'\n');
    files.push((FILE_NAME.to_owned(), schema));
    files.push(("README.md".to_owned(), readme(head.form).into_bytes()));
    for (table, mut frame) in TABLES.iter().zip(frames) {
        files.push((format!("{}.{}", table.name, head.form.ending()), bytes(table, &mut frame, head.form)?));
    }
    Ok(files)
}

fn bytes(table: &Table, frame: &mut DataFrame, form: Form) -> FrameResult<Vec<u8>> {
    let mut bytes = Vec::new();
    match form {
        Form::Parquet => {
            let text = serde_json::to_string(&TableText::of(table, frame.height())).unwrap_or_default();
            let metadata = KeyValueMetadata::from_static(vec![("taureport".to_owned(), text)]);
            ParquetWriter::new(&mut bytes).with_key_value_metadata(Some(metadata)).finish(frame)?;
        }
        Form::Arrow => IpcWriter::new(&mut bytes).finish(frame)?,
        Form::Csv => {
            let answer = super::sql::Answer::of(frame)?;
            bytes = answer.csv().map_err(|cause| PolarsError::ComputeError(cause.to_string().into()))?;
        }
        Form::Ndjson => bytes = super::sql::Answer::of(frame)?.ndjson(),
    }
    Ok(bytes)
}

/// Reads a folder of tables; `bytes` gives the content of a file in it.
///
/// # Errors
/// Another version, another form, or a file that is missing or damaged.
pub fn read(head: &Head, bytes: impl Fn(&str) -> io::Result<Vec<u8>>) -> Result<Rows, StoreError> {
    if !head.is_readable() {
        return Err(StoreError::Version(head.schema_version.clone()));
    }
    if !head.has_readable_form() {
        return Err(StoreError::Form(head.form.ending()));
    }
    Rows::read(|table| frame(table, head.form, &bytes))
}

fn frame(table: &Table, form: Form, bytes: impl Fn(&str) -> io::Result<Vec<u8>>) -> Result<DataFrame, StoreError> {
    let name = format!("{}.{}", table.name, form.ending());
    let error = |cause: String| StoreError::File { file: name.clone(), cause };
    let content = Cursor::new(bytes(&name).map_err(|cause| error(cause.to_string()))?);
    // The readers of damaged files may panic.
    let read = || match form {
        Form::Arrow => IpcReader::new(content).finish(),
        _ => ParquetReader::new(content).finish(),
    };
    let frame = panic::catch_unwind(AssertUnwindSafe(read)).map_err(|_| error("it is damaged".to_owned()))?;
    frame.map_err(|cause| error(cause.to_string().lines().next().unwrap_or_default().to_owned()))
}

/// Returns a frame as one Parquet file.
///
/// # Errors
/// Polars' own: a column of a type that Parquet does not have.
pub(super) fn parquet(frame: &mut DataFrame) -> FrameResult<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    ParquetWriter::new(&mut bytes).finish(frame)?;
    Ok(bytes.into_inner())
}

fn readme(form: Form) -> String {
    let ending = form.ending();
    let lines = match form {
        Form::Parquet => {
            "```python\n\
             import pandas as pd; episodes = pd.read_parquet(\"episodes.parquet\")\n\
             import polars as pl; episodes = pl.read_parquet(\"episodes.parquet\")\n\
             import duckdb; duckdb.sql(\"SELECT env, model, avg(success::INT) FROM 'episodes.parquet' JOIN 'runs.parquet' USING (run) WHERE counted GROUP BY ALL\").show()\n\
             episodes = spark.read.parquet(\"episodes.parquet\")\n\
             ```\n"
        }
        Form::Csv => {
            "```python\n\
             import pandas as pd; episodes = pd.read_csv(\"episodes.csv\")\n\
             import polars as pl; episodes = pl.read_csv(\"episodes.csv\")\n\
             import duckdb; duckdb.sql(\"FROM 'episodes.csv'\").show()\n\
             episodes = spark.read.csv(\"episodes.csv\", header=True, inferSchema=True)\n\
             ```\n"
        }
        Form::Ndjson => {
            "```python\n\
             import pandas as pd; episodes = pd.read_json(\"episodes.ndjson\", lines=True)\n\
             import polars as pl; episodes = pl.read_ndjson(\"episodes.ndjson\")\n\
             import duckdb; duckdb.sql(\"FROM read_json('episodes.ndjson')\").show()\n\
             episodes = spark.read.json(\"episodes.ndjson\")\n\
             ```\n"
        }
        Form::Arrow => {
            "```python\n\
             import pyarrow.feather as pa; episodes = pa.read_table(\"episodes.arrow\").to_pandas()\n\
             import polars as pl; episodes = pl.read_ipc(\"episodes.arrow\")\n\
             ```\n"
        }
    };
    let mut text = format!(
        "# Tables of taureport\n\nOne file a table, `<table>.{ending}`; `schema.json` says of every column what it means. Null is unknown.\n\n{lines}\n"
    );
    if matches!(form, Form::Parquet | Form::Arrow) {
        text += "This folder is an input of taureport like any other: `taureport analyze FOLDER`. Several merge: `taureport analyze SHARD_1 SHARD_2`.\n\n";
    }
    for table in &TABLES {
        text += &format!("- `{}`: {} Key: {}.\n", table.name, first_lower(table.row), table.key.join(", "));
    }
    text
}

fn first_lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

impl Rows {
    /// Returns the frames of all tables, in the order of [`TABLES`].
    fn frames(&self) -> [DataFrame; TABLES.len()] {
        [
            Row::frame(&self.runs),
            Row::frame(&self.tasks),
            Row::frame(&self.episodes),
            Row::frame(&self.components),
            Row::frame(&self.checks),
            Row::frame(&self.turns),
            Row::frame(&self.reviews),
            Row::frame(&self.issues),
            Row::frame(&self.passed_over),
            Row::frame(&self.cells),
            Row::frame(&self.task_results),
            Row::frame(&self.metrics),
        ]
    }

    /// Returns the frames with the names of their tables.
    pub(super) fn named_frames(&self) -> BTreeMap<&'static str, DataFrame> {
        TABLES.iter().map(|table| table.name).zip(self.frames()).collect()
    }

    /// Reads all tables but the derived ones, which are made anew.
    fn read(frame: impl Fn(&Table) -> Result<DataFrame, StoreError>) -> Result<Self, StoreError> {
        fn rows<T: Row>(frame: &impl Fn(&Table) -> Result<DataFrame, StoreError>) -> Result<Vec<T>, StoreError> {
            Ok(T::rows(&frame(&T::TABLE)?)?)
        }
        Ok(Self {
            runs: rows(&frame)?,
            tasks: rows(&frame)?,
            episodes: rows(&frame)?,
            components: rows(&frame)?,
            checks: rows(&frame)?,
            turns: rows(&frame)?,
            reviews: rows(&frame)?,
            issues: rows(&frame)?,
            passed_over: rows(&frame)?,
            cells: Vec::new(),
            task_results: Vec::new(),
            metrics: Vec::new(),
        })
    }
}
