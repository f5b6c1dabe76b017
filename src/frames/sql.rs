//! SQL over the tables, and predicates over episodes.
//!
//! What a query adds up depends on the number of threads in its last digits; reports never do.

use std::collections::{BTreeMap, BTreeSet};

use polars::{
    prelude::*,
    sql::{SQLContext, sql_expr},
};

use super::{FrameResult, Table, rows::Rows, store, tables::TABLES};

/// One value of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Unknown.
    Null,
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number.
    Real(f64),
    /// True or false.
    Truth(bool),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Whole(number) => write!(f, "{number}"),
            Self::Real(number) => write!(f, "{number}"),
            Self::Truth(truth) => write!(f, "{truth}"),
        }
    }
}

/// The answer to a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<Value>>,
}

/// Why a query or a predicate cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SqlError(pub String);

impl Answer {
    /// Takes the values out of a frame.
    pub(super) fn of(frame: &DataFrame) -> FrameResult<Self> {
        let columns: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
        let mut rows = vec![Vec::with_capacity(columns.len()); frame.height()];
        for column in frame.columns() {
            for (at, row) in rows.iter_mut().enumerate() {
                row.push(value(&column.get(at)?));
            }
        }
        Ok(Self { columns, rows })
    }

    /// Returns it as comma-separated values; unknown is empty.
    ///
    /// # Errors
    /// None that can happen: it is written to memory.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.columns)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(ToString::to_string))?;
        }
        writer.into_inner().map_err(|cause| csv::Error::from(cause.into_error()))
    }

    /// Returns it as one JSON object a line, keys in the order of the columns.
    pub fn ndjson(&self) -> Vec<u8> {
        self.rows.iter().map(|row| self.object(row) + "\n").collect::<String>().into_bytes()
    }

    /// Returns it as a list of JSON objects.
    pub fn json(&self) -> Vec<u8> {
        let objects: Vec<String> = self.rows.iter().map(|row| self.object(row)).collect();
        if objects.is_empty() { b"[]\n".to_vec() } else { format!("[\n{}\n]\n", objects.join(",\n")).into_bytes() }
    }

    fn object(&self, row: &[Value]) -> String {
        let member = |(name, value): (&String, &Value)| format!("{}:{}", serde_json::Value::from(name.as_str()), json(value));
        let members: Vec<String> = self.columns.iter().zip(row).map(member).collect();
        format!("{{{}}}", members.join(","))
    }
}

fn value(any: &AnyValue<'_>) -> Value {
    match any {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(truth) => Value::Truth(*truth),
        AnyValue::String(text) => Value::Text((*text).to_owned()),
        AnyValue::StringOwned(text) => Value::Text(text.to_string()),
        AnyValue::Float32(number) => Value::Real(f64::from(*number)),
        AnyValue::Float64(number) => Value::Real(*number),
        AnyValue::List(values) => Value::Text(list(values)),
        other => {
            other.extract::<i64>().filter(|_| other.is_integer()).map_or_else(|| Value::Text(other.to_string()), Value::Whole)
        }
    }
}

/// A list as JSON.
fn list(values: &Series) -> String {
    let values: Vec<String> = values.iter().map(|one| json(&value(&one)).to_string()).collect();
    format!("[{}]", values.join(","))
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Text(text) => text.as_str().into(),
        Value::Whole(number) => (*number).into(),
        Value::Real(number) => (*number).into(),
        Value::Truth(truth) => (*truth).into(),
    }
}

/// Answers a query over all tables.
///
/// # Errors
/// SQL that is none, a table or column that there is not, or what the engine cannot do.
pub fn query(rows: &Rows, sql: &str) -> Result<Answer, SqlError> {
    let frame = run(rows, sql)?;
    Answer::of(&frame).map_err(|cause| explained(&cause, &[]))
}

/// Answers a query with a Parquet file.
///
/// # Errors
/// As [`query`].
pub fn query_to_parquet(rows: &Rows, sql: &str) -> Result<Vec<u8>, SqlError> {
    store::parquet(&mut run(rows, sql)?).map_err(|cause| explained(&cause, &[]))
}

fn run(rows: &Rows, sql: &str) -> Result<DataFrame, SqlError> {
    let mut context = SQLContext::new();
    let frames = rows.named_frames();
    context.register(WIDE, wide(&frames));
    for (name, frame) in frames {
        context.register(name, frame.lazy());
    }
    let columns: Vec<&str> = TABLES.iter().flat_map(|table| table.columns).map(|column| column.name).collect();
    context.execute(sql).and_then(LazyFrame::collect).map_err(|cause| explained(&cause, &columns))
}

/// The name under which queries find the episodes with all columns of their runs, tasks and cells.
pub const WIDE: &str = "all_episodes";

fn columns_of(name: &str) -> impl Iterator<Item = &'static super::Column> {
    TABLES.iter().filter(move |table| table.name == name).flat_map(|table: &Table| table.columns)
}

/// Returns the episodes with the columns of their runs, tasks and cells; a name that two have is that of the episode.
fn wide(frames: &BTreeMap<&str, DataFrame>) -> LazyFrame {
    let lazy = |name: &str| frames.get(name).cloned().unwrap_or_default().lazy();
    let mut known: BTreeSet<&str> = columns_of("episodes").map(|column| column.name).collect();
    let mut new = |name: &'static str, key: &[&str]| -> Vec<Expr> {
        let is_new = |column: &&super::Column| key.contains(&column.name) || !known.contains(column.name);
        let found: Vec<&str> = columns_of(name).filter(is_new).map(|column| column.name).collect();
        known.extend(&found);
        found.into_iter().map(col).collect()
    };
    let left = || JoinArgs::new(JoinType::Left);
    let (runs, mut tasks) = (new("runs", &["run"]), new("tasks", &["task"]));
    // A file lists its tasks once, and records of it may be other runs.
    tasks.push(col("file"));
    let of_files = lazy("tasks").join(lazy("runs").select([col("run"), col("file")]), [col("run")], [col("run")], left());
    lazy("episodes")
        .join(lazy("runs").select(runs), [col("run")], [col("run")], left())
        .join(of_files.select(tasks), [col("file"), col("task")], [col("file"), col("task")], left())
        .join(lazy("cells").select([col("cell"), col("name").alias("cell_name")]), [col("cell")], [col("cell")], left())
        .sort(["run", "record"], SortMultipleOptions::default())
}

/// Returns the files and records of which a predicate is true, such as `env = 'airline' AND trial < 4`.
///
/// # Errors
/// A predicate that is none, or a column that there is not.
pub fn filter(rows: &Rows, predicate: &str) -> Result<BTreeSet<(u32, u64)>, SqlError> {
    let wide = wide(&rows.named_frames());
    let schema = wide.clone().collect_schema().map_err(|cause| explained(&cause, &[]))?;
    let names: Vec<&str> = schema.iter_names().map(PlSmallStr::as_str).collect();
    let explain = |cause: PolarsError| explained(&cause, &names);
    let frame =
        wide.filter(sql_expr(predicate).map_err(explain)?).select([col("file"), col("record")]).collect().map_err(explain)?;
    let pairs = || -> FrameResult<BTreeSet<(u32, u64)>> {
        let (files, records) = (frame.column("file")?.i64()?.clone(), frame.column("record")?.i64()?.clone());
        let pair =
            |(file, record): (Option<i64>, Option<i64>)| Some((u32::try_from(file?).ok()?, u64::try_from(record?).ok()?));
        Ok(files.iter().zip(records.iter()).filter_map(pair).collect())
    };
    pairs().map_err(explain)
}

/// Characters of the engine's words that are shown.
const LONGEST: usize = 200;
/// Likeness (Jaro–Winkler, 0 to 1) from which on a name is offered for another.
const LIKE: f64 = 0.75;

/// Says what was wrong, and offers names of columns like one that there is not.
fn explained(cause: &PolarsError, columns: &[&str]) -> SqlError {
    let text = cause.to_string();
    let first = text.lines().next().unwrap_or_default().trim().to_owned();
    // The engine says which name it did not find in one of two ways, and repeats all names that there are.
    let missing = match cause {
        PolarsError::ColumnNotFound(name) if !name.contains('"') => Some(name.to_string()),
        _ => ["unable to find column", "no column named"].iter().find_map(|words| quoted(first.split_once(words)?.1)),
    };
    let Some(missing) = missing else {
        let shown: String = first.chars().take(LONGEST).collect();
        let hint = if first.contains("cannot compare string with numeric") {
            "; ids of tasks, temperatures and the like are text: write the value in quotes, as in task = '3'"
        } else {
            ""
        };
        return SqlError(format!("{shown}{hint}"));
    };
    let known: BTreeSet<&str> = columns.iter().copied().collect();
    let mut near: Vec<(f64, &str)> = known.into_iter().map(|name| (strsim::jaro_winkler(name, &missing), name)).collect();
    near.retain(|(likeness, _)| *likeness >= LIKE);
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let near: Vec<&str> = near.into_iter().take(3).map(|(_, name)| name).collect();
    let offer = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
    SqlError(format!("there is no column {missing:?}{offer} (`taureport query --tables` lists them)"))
}

/// Returns the first name in quotation marks.
fn quoted(text: &str) -> Option<String> {
    let mut parts = text.split(['"', '\'', '`']);
    parts.next()?;
    parts.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(sql: &str) -> Result<Answer, SqlError> {
        query(&Rows::default(), sql)
    }

    #[test]
    fn answers_have_names_and_values() {
        let answer = answer(
            "SELECT 1 AS one, 0.5 AS half, 'x' AS text, NULL AS nothing, TRUE AS truth FROM (SELECT count(*) FROM runs) t",
        )
        .unwrap();
        assert_eq!(answer.columns, ["one", "half", "text", "nothing", "truth"]);
        let values = [Value::Whole(1), Value::Real(0.5), Value::Text("x".to_owned()), Value::Null, Value::Truth(true)];
        assert_eq!(answer.rows, [values]);
        assert_eq!(String::from_utf8(answer.csv().unwrap()).unwrap(), "one,half,text,nothing,truth\n1,0.5,x,,true\n");
        let line = "{\"one\":1,\"half\":0.5,\"text\":\"x\",\"nothing\":null,\"truth\":true}\n";
        assert_eq!(String::from_utf8(answer.ndjson()).unwrap(), line);
    }

    #[test]
    fn what_cannot_be_answered_is_said() {
        let problem = |sql: &str| answer(sql).unwrap_err().0;
        assert!(
            problem("SELECT modl FROM runs").starts_with(r#"there is no column "modl"; did you mean model"#),
            "{}",
            problem("SELECT modl FROM runs")
        );
        assert!(problem("SELEC 1").contains("SELEC"), "{}", problem("SELEC 1"));
        assert!(problem("SELECT * FROM nowhere").contains("nowhere"));
        let predicate = |text: &str| filter(&Rows::default(), text).unwrap_err().0;
        assert!(
            predicate("envv = 'a'").starts_with(r#"there is no column "envv"; did you mean env"#),
            "{}",
            predicate("envv = 'a'")
        );
        assert!(predicate("env =").contains("env ="), "{}", predicate("env ="));
        assert_eq!(filter(&Rows::default(), "env = 'a' AND trial < 2 AND intent IS NULL"), Ok(BTreeSet::new()));
    }
}
