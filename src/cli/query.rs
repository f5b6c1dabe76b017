//! `taureport query`: SQL over the tables.

use anyhow::Context;

use super::{
    Ended, UsageError,
    args::{Format, QueryArgs, QueryForm},
    printer::{Form, Printer},
    tables::tables,
};
use crate::{
    frames::{
        TABLES,
        sql::{Answer, Value, WIDE, query, query_to_parquet},
    },
    fsio,
    views::{
        fmt::{cell, column},
        table::{Cell, Table},
    },
    words::plural,
};

/// Rows printed in a terminal.
const PRINTED_ROWS: usize = 1_000;

pub(super) fn run(args: &QueryArgs, printer: &mut Printer) -> anyhow::Result<Ended> {
    if args.tables {
        printer.text(&schema())?;
        return Ok(Ended::Well);
    }
    let Some(sql) = &args.sql else { return Err(UsageError("there is no query".to_owned()).into()) };
    let Some((rows, _)) = tables(&args.input, &args.derived, None, printer)? else { return Ok(Ended::NothingUsable) };
    let wrong = |cause: crate::frames::sql::SqlError| UsageError(format!("the query cannot be answered: {cause}"));
    let bytes = match args.format {
        QueryForm::Parquet => query_to_parquet(&rows, sql).map_err(wrong)?,
        form => {
            let answer = query(&rows, sql).map_err(wrong)?;
            match form {
                QueryForm::Csv => answer.csv()?,
                QueryForm::Json => answer.json(),
                QueryForm::Ndjson => answer.ndjson(),
                QueryForm::Table | QueryForm::Parquet => {
                    printer.table(&table(&answer), Format::Table)?;
                    if answer.rows.len() > PRINTED_ROWS {
                        let all = plural(answer.rows.len() as u64, "row");
                        printer.warning(&format!("the first {PRINTED_ROWS} of {all}; --format csv gives all"));
                    }
                    return Ok(Ended::Well);
                }
            }
        }
    };
    match &args.output {
        Some(path) => fsio::write_file(path, &bytes, args.force, &|_| false)
            .with_context(|| format!("cannot write {}", path.display()))?,
        None => printer.data(&bytes, if args.format == QueryForm::Csv { Form::Other } else { Form::Json })?,
    }
    Ok(Ended::Well)
}

fn table(answer: &Answer) -> Table {
    let is_number = |at: usize| answer.rows.iter().all(|row| matches!(row[at], Value::Whole(_) | Value::Real(_) | Value::Null));
    let columns = answer.columns.iter().enumerate();
    let columns = columns.map(|(at, name)| if is_number(at) { column::number(name, name) } else { column::text(name, name) });
    let rows = answer.rows.iter().take(PRINTED_ROWS).map(|row| row.iter().map(shown).collect());
    Table { id: "query".to_owned(), title: String::new(), columns: columns.collect(), rows: rows.collect(), notes: Vec::new() }
}

fn shown(value: &Value) -> Cell {
    match value {
        Value::Null => cell::text("n/a"),
        Value::Real(number) => cell::text(format!("{number:.6}").trim_end_matches('0').trim_end_matches('.')),
        other => cell::text(other.to_string()),
    }
}

/// All tables and columns, one a line.
fn schema() -> String {
    let mut out = String::new();
    for table in &TABLES {
        out += &format!("{}: {} Key: {}.\n", table.name, table.row, table.key.join(", "));
        let width = table.columns.iter().map(|column| column.name.len()).max().unwrap_or(0);
        for one in table.columns {
            let kind = format!("{}{}", one.kind.name(), if one.nullable { " or null" } else { "" });
            out += &format!("  {:width$}  {kind:15}  {}\n", one.name, one.meaning);
        }
        out += "\n";
    }
    out + WIDE + ": The episodes with the columns of their runs, tasks and cells (cell_name).\n"
}
