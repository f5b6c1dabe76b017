//! The layout shared by figures with one row a cell: group headings and names at the left, a plot, columns of text at the right.

use super::canvas::{Anchor, Canvas};
use super::font::{clean, ellipsise, fit_labels, width, wrap_within};
use super::theme::{HEADING, INNER, LABEL, MARGIN, TICK};

/// Height of a group heading's line, and the space between groups.
const HEADING_HEIGHT: f64 = 22.0;
const GROUP_GAP: f64 = 8.0;
/// Width the plot keeps, whatever the names.
const PLOT_MIN: f64 = 300.0;
/// Most that the text columns may take.
const TEXT_MAX: f64 = 330.0;
/// Space between name and plot, plot and text, two columns, and a number and its bracket.
const PLOT_GAP: f64 = 18.0;
const COLUMN_GAP: f64 = 18.0;
const BRACKET_GAP: f64 = 5.0;

/// Name and text of one row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) label: &'a str,
    pub(super) text: &'a str,
}

/// A group of rows under a heading (empty: none).
pub(super) struct Group<'a> {
    pub(super) heading: &'a str,
    pub(super) rows: Vec<Row<'a>>,
}

/// Where the rows came to stand.
pub(super) struct Placed {
    /// Left and right end of the plot.
    pub(super) plot: (f64, f64),
    /// Per group, the y of each row's middle.
    pub(super) groups: Vec<Vec<f64>>,
    /// Half of a row's height.
    pub(super) half: f64,
    /// y below the last row.
    pub(super) bottom: f64,
}

impl Placed {
    /// Returns the stretch of y which the rows of each group cover.
    pub(super) fn stretches(&self) -> impl Iterator<Item = (f64, f64)> {
        self.groups.iter().filter_map(|rows| Some((rows.first()? - self.half, rows.last()? + self.half)))
    }
}

/// Writes headings, names and text columns from `top` downwards and says where the marks go.
pub(super) fn place(canvas: &mut Canvas, heading: &str, groups: &[Group], top: f64, pitch: f64) -> Placed {
    let rows: Vec<Row> = groups.iter().flat_map(|group| group.rows.iter().copied()).collect();
    let columns = Columns::new(heading, &rows.iter().map(|row| row.text).collect::<Vec<_>>());
    let indent = if groups.iter().any(|group| !group.heading.trim().is_empty()) { 12.0 } else { 0.0 };
    let right = MARGIN + INNER - columns.width - if columns.width > 0.0 { PLOT_GAP } else { 8.0 };
    let room = right - PLOT_MIN - PLOT_GAP - MARGIN - indent;
    let labels = fit_labels(rows.iter().map(|row| row.label), LABEL, room);
    let label_width = labels.iter().map(|label| width(label, LABEL)).fold(60.0, f64::max);
    let plot = (MARGIN + indent + label_width + PLOT_GAP, right);

    let mut placed = Placed { plot, groups: Vec::new(), half: pitch / 2.0, bottom: top };
    canvas.plain(|pen| {
        let mut y = top + columns.draw_heading(pen, top);
        let mut next = 0;
        for group in groups.iter().filter(|group| !group.rows.is_empty()) {
            if !placed.groups.is_empty() {
                y += GROUP_GAP;
            }
            if !group.heading.trim().is_empty() {
                pen.text(&ellipsise(&clean(group.heading), HEADING, INNER), (MARGIN, y + 14.0), HEADING, Anchor::Start);
                y += HEADING_HEIGHT;
            }
            let mut middles = Vec::new();
            for row in &group.rows {
                let middle = y + pitch / 2.0;
                let label = labels.get(next).map_or("", String::as_str);
                pen.text(label, (MARGIN + indent, middle + 4.2), LABEL, Anchor::Start);
                columns.draw_row(pen, row.text, middle + 4.2);
                middles.push(middle);
                next += 1;
                y += pitch;
            }
            placed.groups.push(middles);
        }
        placed.bottom = y;
    });
    placed
}

/// The text at the right, taken apart so that like parts stand below each other.
struct Columns {
    heading: Heading,
    /// Right end of each column.
    ends: Vec<f64>,
    /// Which of the double-space separated parts have a bracket somewhere: `42.0 [32.2, 52.5]`.
    brackets: Vec<bool>,
    width: f64,
}

enum Heading {
    /// One word a column.
    Columns(Vec<String>),
    /// Lines over all columns.
    Whole(Vec<String>),
}

impl Columns {
    fn new(heading: &str, texts: &[&str]) -> Self {
        let rows: Vec<Vec<(String, String)>> = texts.iter().map(|text| parts(text)).collect();
        let count = rows.iter().map(Vec::len).max().unwrap_or(0);
        let brackets: Vec<bool> =
            (0..count).map(|i| rows.iter().any(|row| row.get(i).is_some_and(|part| !part.1.is_empty()))).collect();
        let mut widths = vec![0.0_f64; brackets.iter().map(|&bracket| 1 + usize::from(bracket)).sum()];
        for cells in texts.iter().map(|text| flatten(text, &brackets)) {
            for (widest, cell) in widths.iter_mut().zip(&cells) {
                *widest = widest.max(width(cell, LABEL));
            }
        }
        let gaps = |widths: &[f64]| -> f64 { (1..widths.len()).map(|i| gap(&brackets, i)).sum() };
        let mut total = widths.iter().sum::<f64>() + gaps(&widths);
        let fields = parts(heading);
        let same = fields.len() == count && fields.iter().zip(&brackets).all(|(field, &bracket)| bracket || field.1.is_empty());
        let heading = if same {
            let words = flatten(heading, &brackets);
            for (widest, word) in widths.iter_mut().zip(&words) {
                *widest = widest.max(width(word, TICK));
            }
            total = widths.iter().sum::<f64>() + gaps(&widths);
            Heading::Columns(words)
        } else {
            let lines = wrap_within(heading, TICK, total.max(130.0), 3);
            total = lines.iter().map(|line| width(line, TICK)).fold(total, f64::max);
            Heading::Whole(lines)
        };
        let total = total.min(TEXT_MAX);
        let mut end = MARGIN + INNER;
        let mut ends = vec![0.0; widths.len()];
        for i in (0..widths.len()).rev() {
            ends[i] = end;
            end -= widths[i] + gap(&brackets, i);
        }
        Self { heading, ends, brackets, width: total }
    }

    /// Writes the heading below `top`; returns its height.
    fn draw_heading(&self, pen: &mut super::canvas::Pen, top: f64) -> f64 {
        match &self.heading {
            Heading::Columns(words) => {
                for (word, &end) in words.iter().zip(&self.ends) {
                    pen.text(word, (end, top + 11.0), TICK, Anchor::End);
                }
                if words.is_empty() { 0.0 } else { TICK.leading() + 4.0 }
            }
            Heading::Whole(lines) => {
                let mut y = top;
                for line in lines {
                    pen.text(line, (MARGIN + INNER, y + 11.0), TICK, Anchor::End);
                    y += TICK.leading();
                }
                if lines.is_empty() { 0.0 } else { y - top + 4.0 }
            }
        }
    }

    fn draw_row(&self, pen: &mut super::canvas::Pen, text: &str, baseline: f64) {
        let cells = flatten(text, &self.brackets);
        let total: f64 = cells.iter().map(|cell| width(cell, LABEL)).sum();
        if total + COLUMN_GAP * (cells.len().saturating_sub(1)) as f64 > TEXT_MAX {
            // Too much for columns: the row as it came, shortened.
            let short = ellipsise(&clean(text), LABEL, TEXT_MAX);
            pen.text(&short, (MARGIN + INNER, baseline), LABEL, Anchor::End);
            return;
        }
        for (cell, &end) in cells.iter().zip(&self.ends) {
            pen.text(cell, (end, baseline), LABEL, Anchor::End);
        }
    }
}

/// Returns the gap before a flattened column.
fn gap(brackets: &[bool], column: usize) -> f64 {
    let mut at = 0;
    for &bracket in brackets {
        at += 1;
        if bracket {
            if at == column {
                return BRACKET_GAP;
            }
            at += 1;
        }
    }
    COLUMN_GAP
}

/// Splits at double spaces, and each part into what stands before and from its bracket.
fn parts(text: &str) -> Vec<(String, String)> {
    let split = |part: &str| match part.split_once(" [") {
        Some((before, inside)) => (clean(before), format!("[{}", clean(inside))),
        None => (clean(part), String::new()),
    };
    text.split("  ").map(str::trim).filter(|part| !part.is_empty()).map(split).collect()
}

/// Returns one cell a column, empty where the text has none.
fn flatten(text: &str, brackets: &[bool]) -> Vec<String> {
    let mut parts = parts(text).into_iter();
    let mut cells = Vec::new();
    for &bracket in brackets {
        let (main, inside) = parts.next().unwrap_or_default();
        cells.push(main);
        if bracket {
            cells.push(inside);
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_parts_share_a_column() {
        let brackets = [true, false];
        assert_eq!(flatten("42.0 [32.2, 52.5]  50 × 4", &brackets), ["42.0", "[32.2, 52.5]", "50 × 4"]);
        assert_eq!(flatten("42.0  50 × 4", &brackets), ["42.0", "", "50 × 4"]);
        assert_eq!(flatten("", &brackets), ["", "", ""]);
    }

    #[test]
    fn a_bracket_stands_close_to_its_number() {
        let brackets = [true, false, true];
        let gaps: Vec<f64> = (1..5).map(|column| gap(&brackets, column)).collect();
        assert_eq!(gaps.iter().map(|gap| *gap < COLUMN_GAP).collect::<Vec<_>>(), [true, false, false, true]);
    }
}
