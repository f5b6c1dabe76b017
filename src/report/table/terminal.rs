//! Tables for a terminal of a given width: a heading, a thin line, rows; no box, readable without colour.

use std::collections::{BTreeMap, BTreeSet};

use anstyle::Style;
use comfy_table::{CellAlignment, ContentArrangement, TableComponent, presets};

use super::{super::escape, columns};
use crate::views::{
    fmt,
    table::{Align, Column, Table},
};

/// Blank columns between two columns.
const GAP: u16 = 2;

/// A text column is not cut below this many terminal columns.
const TEXT_MIN: usize = 12;

/// Renders a table for a terminal `width` columns wide: title, heading, rows, notes. Ends with a line feed.
///
/// Numbers are never cut. Where the table is too wide, headings of several words are broken over lines first, then text
/// columns lose their middles (or are broken over lines where they would look alike), and at last columns are left out from the right and named in a note; the first column and
/// one more stay. With `colour` the title and headings are bold, the notes dim; without, no escape sequence is written.
pub fn render(table: &Table, width: usize, colour: bool) -> String {
    let paint = Paint { colour };
    let mut text = String::new();
    for line in wrap(&table.title, width) {
        text.push_str(&paint.bold(&line));
        text.push('\n');
    }
    let (columns, dropped) = fit(measure(table), width);
    if !columns.is_empty() {
        text.push_str(&grid(&columns, &paint));
    }
    if table.rows.is_empty() {
        text.push_str("(no rows)\n");
    }
    let missing = (!dropped.is_empty()).then(|| format!("Not shown for want of width: {}.", dropped.join(", ")));
    for note in table.notes.iter().chain(&missing) {
        for line in wrap(note, width) {
            text.push_str(&paint.dim(&line));
            text.push('\n');
        }
    }
    text
}

/// A column ready to be drawn.
struct Drawn {
    heading: Vec<String>,
    cells: Vec<String>,
    align: Align,
    width: usize,
}

impl Drawn {
    fn new(column: &Column, cells: Vec<String>) -> Self {
        let heading = vec![escape::one_line(&column.heading).trim().to_owned()];
        let mut drawn = Self { heading, cells, align: column.align, width: 0 };
        drawn.width = drawn.heading_width().max(drawn.content_width()).max(1);
        drawn
    }

    fn heading_width(&self) -> usize {
        self.heading.iter().map(|line| fmt::width(line)).max().unwrap_or(0)
    }

    fn content_width(&self) -> usize {
        self.cells.iter().map(|cell| fmt::width(cell)).max().unwrap_or(0)
    }

    /// Breaks the heading so that it is no wider than the cells, or than its longest word.
    fn fold_heading(&mut self) {
        self.heading = wrap(&self.heading.join(" "), self.content_width().max(1));
        self.width = self.heading_width().max(self.content_width()).max(1);
    }

    /// The least width this column may be cut to.
    fn least(&self) -> usize {
        match self.align {
            Align::Right => self.width,
            Align::Left => self.width.min(TEXT_MIN.max(self.heading_width())),
        }
    }
}

fn measure(table: &Table) -> Vec<Drawn> {
    let cells = |at: usize| {
        let text = |row: &Vec<_>| row.get(at).map_or(String::new(), |cell: &crate::views::table::Cell| cell.text.clone());
        table.rows.iter().map(|row| escape::one_line(text(row).trim()).into_owned()).collect()
    };
    let shown = columns(table, |column| !column.wide_only && !column.heading.is_empty());
    shown.into_iter().map(|(at, column)| Drawn::new(column, cells(at))).collect()
}

fn total(columns: &[Drawn], width: impl Fn(&Drawn) -> usize) -> usize {
    columns.iter().map(width).sum::<usize>() + usize::from(GAP) * columns.len().saturating_sub(1)
}

/// Fits columns into a width and returns them with the headings of those left out.
fn fit(mut columns: Vec<Drawn>, width: usize) -> (Vec<Drawn>, Vec<String>) {
    let mut dropped = Vec::new();
    if total(&columns, |column| column.width) > width {
        columns.iter_mut().for_each(Drawn::fold_heading);
    }
    while columns.len() > 2 && total(&columns, Drawn::least) > width {
        dropped.extend(columns.pop().map(|column| column.heading.join(" ")));
    }
    dropped.reverse();
    shrink(&mut columns, width);
    (columns, dropped)
}

/// Takes width from the widest text column, one terminal column at a time, until all fit or none can give more.
fn shrink(columns: &mut [Drawn], width: usize) {
    while total(columns, |column| column.width) > width {
        // Of equally wide columns the last gives: the first usually names the row.
        let widest = columns.iter_mut().filter(|column| column.width > column.least()).max_by_key(|column| column.width);
        let Some(column) = widest else { break };
        column.width -= 1;
    }
    for column in columns.iter_mut().filter(|column| column.align == Align::Left) {
        column.cells = cut(&column.cells, column.width);
    }
}

/// Cuts texts to a width. Those that would look alike are broken over lines first, so that rows can be told apart.
fn cut(cells: &[String], room: usize) -> Vec<String> {
    let short: Vec<String> = cells.iter().map(|cell| fmt::ellipsis(cell, room)).collect();
    let mut texts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (cell, short) in cells.iter().zip(&short) {
        texts.entry(short).or_default().insert(cell);
    }
    let broken = |cell: &String| wrap(cell, room).iter().map(|line| fmt::ellipsis(line, room)).collect::<Vec<_>>().join("\n");
    cells
        .iter()
        .zip(&short)
        .map(|(cell, short)| {
            let is_alike = texts.get(short.as_str()).is_some_and(|texts| texts.len() > 1);
            if is_alike { broken(cell) } else { short.clone() }
        })
        .collect()
}

/// Draws fitted columns: the table crate aligns and pads.
fn grid(columns: &[Drawn], paint: &Paint) -> String {
    let height = columns.iter().map(|column| column.heading.len()).max().unwrap_or(0);
    let mut drawing = comfy_table::Table::new();
    drawing.load_preset(presets::NOTHING).set_style(TableComponent::HeaderLines, '─');
    drawing.set_content_arrangement(ContentArrangement::Disabled);
    // Short headings stand on the line, not above it.
    drawing.set_header(columns.iter().map(|column| {
        let above = "\n".repeat(height - column.heading.len());
        comfy_table::Cell::new(above + &column.heading.join("\n"))
    }));
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    for row in 0..rows {
        drawing.add_row(columns.iter().map(|column| column.cells[row].as_str()));
    }
    for (at, (drawn, column)) in drawing.column_iter_mut().zip(columns).enumerate() {
        let last = at + 1 == columns.len();
        drawn.set_padding((0, if last { 0 } else { GAP }));
        drawn.set_cell_alignment(match column.align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        });
    }
    let mut text = String::new();
    for (at, line) in drawing.lines().enumerate() {
        let line = line.trim_end();
        text.push_str(&if at < height { paint.bold(line) } else { line.to_owned() });
        text.push('\n');
    }
    text
}

/// Breaks text at spaces into lines of at most `width` terminal columns; a longer word stands alone and overflows.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let text = escape::one_line(text);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if fmt::width(line) + 1 + fmt::width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

struct Paint {
    colour: bool,
}

impl Paint {
    fn bold(&self, text: &str) -> String {
        self.styled(Style::new().bold(), text)
    }

    fn dim(&self, text: &str) -> String {
        self.styled(Style::new().dimmed(), text)
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_would_look_alike_are_broken_over_lines() {
        let cells = ["Llama-3.1-8B-Instruct · tool-calling", "Llama-3.1-8B-Instruct_IL · tool-calling", "gpt-4o · act"]
            .map(str::to_owned);
        insta::assert_snapshot!(cut(&cells, 22).join("\n---\n"), @r"
        Llama-3.1-8B-Instruct
        · tool-calling
        ---
        Llama-3.1-8…nstruct_IL
        · tool-calling
        ---
        gpt-4o · act
        ");
    }
}
