//! What a table is: its name, what one row of it is, its key, and its columns. Everything that names a column takes it from here.

use polars::prelude::{Column as Values, DataFrame, DataType, NamedFrom, Series};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text; nested values are JSON.
    Text,
    /// A whole number of 64 bits.
    Whole,
    /// A number of double precision.
    Real,
    /// True or false.
    Truth,
}

impl Kind {
    /// Returns the name that documentation and SQL use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Whole => "integer",
            Self::Real => "double",
            Self::Truth => "boolean",
        }
    }

    fn dtype(self) -> DataType {
        match self {
            Self::Text => DataType::String,
            Self::Whole => DataType::Int64,
            Self::Real => DataType::Float64,
            Self::Truth => DataType::Boolean,
        }
    }
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, which ends in its unit where it has one.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be null, which means unknown.
    pub nullable: bool,
    /// What it means.
    pub meaning: &'static str,
}

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name in files and in SQL.
    pub name: &'static str,
    /// What one row is.
    pub row: &'static str,
    /// The columns that tell a row from all others; rows are in their order.
    pub key: &'static [&'static str],
    /// Its columns.
    pub columns: &'static [Column],
}

/// Why a frame is not the table that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("table {table}: {problem}")]
pub struct FrameError {
    /// The table.
    pub table: &'static str,
    /// What is wrong.
    pub problem: String,
}

/// A row of a table.
pub trait Row: Sized {
    /// Its table.
    const TABLE: Table;

    /// Puts rows into a frame.
    fn frame(rows: &[Self]) -> DataFrame;

    /// Takes the rows out of a frame.
    ///
    /// # Errors
    /// A column is missing, holds something else, or is null where it may not be.
    fn rows(frame: &DataFrame) -> Result<Vec<Self>, FrameError>;
}

/// What a column may hold, as Rust has it.
pub trait Cell: Sized + Clone {
    /// What the column holds.
    const KIND: Kind;
    /// Whether it may be null.
    const NULLABLE: bool;

    /// Makes a column.
    fn column(name: &str, values: impl Iterator<Item = Self>) -> Values;

    /// Reads a column; `None` is a null where none may be, or a number out of range.
    fn values(column: &Series) -> Option<Vec<Self>>;
}

/// Reads the values of a column of a table.
pub(super) fn values<T: Cell>(table: &'static str, frame: &DataFrame, name: &str) -> Result<Vec<T>, FrameError> {
    let error = |problem: String| FrameError { table, problem };
    let column = frame.column(name).map_err(|_| error(format!("there is no column {name:?}")))?;
    let series = column.as_materialized_series();
    if *series.dtype() != T::KIND.dtype() {
        return Err(error(format!("column {name:?} holds {} and not {}", series.dtype(), T::KIND.name())));
    }
    T::values(series).ok_or_else(|| error(format!("column {name:?} has a value that it must not have")))
}

macro_rules! cell {
    ($type:ty, $kind:ident, $as:ty, $read:ident, $write:expr, $back:expr) => {
        impl Cell for $type {
            const KIND: Kind = Kind::$kind;
            const NULLABLE: bool = false;

            fn column(name: &str, values: impl Iterator<Item = Self>) -> Values {
                Series::new(name.into(), values.map($write).collect::<Vec<$as>>()).into()
            }

            fn values(column: &Series) -> Option<Vec<Self>> {
                column.$read().ok()?.iter().map(|value| value.and_then($back)).collect()
            }
        }

        impl Cell for Option<$type> {
            const KIND: Kind = Kind::$kind;
            const NULLABLE: bool = true;

            fn column(name: &str, values: impl Iterator<Item = Self>) -> Values {
                Series::new(name.into(), values.map(|value| value.map($write)).collect::<Vec<Option<$as>>>()).into()
            }

            fn values(column: &Series) -> Option<Vec<Self>> {
                let read = |value: Option<_>| value.map_or(Some(None), |value| $back(value).map(Some));
                column.$read().ok()?.iter().map(read).collect()
            }
        }
    };
}

cell!(String, Text, String, str, |text| text, |text: &str| Some(text.to_owned()));
cell!(u32, Whole, i64, i64, i64::from, |number: i64| u32::try_from(number).ok());
cell!(u64, Whole, i64, i64, |number| i64::try_from(number).unwrap_or(i64::MAX), |number: i64| u64::try_from(number).ok());
cell!(i64, Whole, i64, i64, |number| number, Some);
cell!(f64, Real, f64, f64, |number| number, Some);
cell!(bool, Truth, bool, bool, |truth| truth, Some);

/// Declares the rows of a table: a field is a column of the same name, its documentation the column's meaning.
macro_rules! table {
    ($(#[doc = $row:literal])+ $Row:ident = $name:literal by [$($key:literal),+] { $(#[doc = $meaning:literal] $field:ident: $type:ty,)+ }) => {
        $(#[doc = $row])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $Row {
            $(#[doc = $meaning] pub $field: $type,)+
        }

        impl $crate::frames::schema::Row for $Row {
            const TABLE: $crate::frames::schema::Table = $crate::frames::schema::Table {
                name: $name,
                row: concat!($($row),+).trim_ascii(),
                key: &[$($key),+],
                columns: &[$($crate::frames::schema::Column {
                    name: stringify!($field),
                    kind: <$type as $crate::frames::schema::Cell>::KIND,
                    nullable: <$type as $crate::frames::schema::Cell>::NULLABLE,
                    meaning: $meaning.trim_ascii(),
                },)+],
            };

            fn frame(rows: &[Self]) -> ::polars::prelude::DataFrame {
                let columns = vec![$(<$type as $crate::frames::schema::Cell>::column(
                    stringify!($field),
                    rows.iter().map(|row| row.$field.clone()),
                ),)+];
                // All columns have the length of the rows, and names are those of fields.
                ::polars::prelude::DataFrame::new(rows.len(), columns).unwrap_or_default()
            }

            fn rows(frame: &::polars::prelude::DataFrame) -> Result<Vec<Self>, $crate::frames::schema::FrameError> {
                $(let mut $field = $crate::frames::schema::values::<$type>($name, frame, stringify!($field))?.into_iter();)+
                let mut row = || Some(Self { $($field: $field.next()?,)+ });
                Ok((0..frame.height()).filter_map(|_| row()).collect())
            }
        }
    };
}
pub(super) use table;

#[cfg(test)]
#[expect(unreachable_pub, reason = "rows of tables are public")]
mod tests {
    use super::*;

    table! {
        /// A test.
        TestRow = "tests" by ["number"] {
            /// A number.
            number: u32,
            /// Text, where known.
            text: Option<String>,
            /// A measure.
            measure_ms: Option<f64>,
        }
    }

    #[test]
    fn rows_go_into_a_frame_and_come_back() {
        let rows = vec![
            TestRow { number: 1, text: Some("a".to_owned()), measure_ms: None },
            TestRow { number: u32::MAX, text: None, measure_ms: Some(0.1) },
        ];
        let frame = TestRow::frame(&rows);
        assert_eq!(TestRow::rows(&frame), Ok(rows));
        assert_eq!(TestRow::TABLE.row, "A test.");
        assert_eq!(TestRow::TABLE.columns[2].meaning, "A measure.");
        assert!(!TestRow::TABLE.columns[0].nullable && TestRow::TABLE.columns[1].nullable);
    }

    #[test]
    fn a_frame_that_is_another_table_is_refused() {
        let problem = |columns: Vec<Values>| TestRow::rows(&DataFrame::new(1, columns).unwrap()).unwrap_err().problem;
        let number = |value: i64| <i64 as Cell>::column("number", std::iter::once(value));
        let text = || <Option<String> as Cell>::column("text", std::iter::once(None));
        assert_eq!(problem(vec![number(1), text()]), r#"there is no column "measure_ms""#);
        let measure = <String as Cell>::column("measure_ms", std::iter::once("x".to_owned()));
        assert_eq!(problem(vec![number(1), text(), measure]), r#"column "measure_ms" holds str and not double"#);
        assert_eq!(problem(vec![number(-1), text()]), r#"column "number" has a value that it must not have"#);
    }
}
