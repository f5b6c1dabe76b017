//! Columns of the usual kinds.

use crate::views::table::{Align, Column};

/// A column of text.
pub fn text(key: &str, heading: &str) -> Column {
    column(key, heading, Align::Left)
}

/// A column of numbers.
pub fn number(key: &str, heading: &str) -> Column {
    column(key, heading, Align::Right)
}

/// A column of yes and no.
pub fn flag(key: &str, heading: &str) -> Column {
    column(key, heading, Align::Left)
}

/// The two columns of an interval, `<stem>_lo` and `<stem>_hi`: a person sees the first, a program reads both
/// (see the module [`super`]).
pub fn interval(stem: &str, heading: &str) -> [Column; 2] {
    let high = Column { wide_only: true, ..number(&format!("{stem}_hi"), "") };
    [number(&format!("{stem}_lo"), heading), high]
}

/// Leaves a column out of the terminal.
#[must_use]
pub fn wide(column: Column) -> Column {
    Column { wide_only: true, ..column }
}

fn column(key: &str, heading: &str, align: Align) -> Column {
    Column { key: key.to_owned(), heading: heading.to_owned(), align, wide_only: false }
}
