//! The layout shared by figures with one row a cell: group headings and names at the left, a plot, columns of text at the right.

use super::canvas::{Anchor, Canvas};
use super::font::{clean, ellipsise, fit_labels, width, wrap_within};
use super::theme::{HEADING, INNER, LABEL, MARGIN, TICK};

/// Height of a group heading's line, and the space between groups.
const HEADING_HEIGHT: f64 = 22.0;
const GROUP_GAP: f64 = 8.0;
/// Height of a line with the name of the rows below it, the space above it, and the indent of those rows.
const NAME_HEIGHT: f64 = 19.0;
const NAME_GAP: f64 = 5.0;
const SUB_INDENT: f64 = 14.0;
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
    /// Stands in place of the label, which is written once above neighbouring rows that share it.
    pub(super) sub: Option<&'a str>,
    pub(super) text: &'a str,
}

impl<'a> Row<'a> {
    pub(super) fn new(label: &'a str, text: &'a str) -> Self {
        Self { label, sub: None, text }
    }

    /// Whether the row stands below the same name as the one before it.
    fn continues(&self, before: Option<&Self>) -> bool {
        self.sub.is_some() && before.is_some_and(|before| before.sub.is_some() && before.label == self.label)
    }
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
    /// The stretches of y without headings and lines of names.
    pub(super) stretches: Vec<(f64, f64)>,
    /// y below the last row.
    pub(super) bottom: f64,
}

/// Writes headings, names and text columns from `top` downwards and says where the marks go.
pub(super) fn place(canvas: &mut Canvas, heading: &str, groups: &[Group], top: f64, pitch: f64) -> Placed {
    let rows: Vec<Row> = groups.iter().flat_map(|group| group.rows.iter().copied()).collect();
    let columns = Columns::new(heading, &rows.iter().map(|row| row.text).collect::<Vec<_>>());
    let indent = if groups.iter().any(|group| !group.heading.trim().is_empty()) { 12.0 } else { 0.0 };
    let right = MARGIN + INNER - columns.width - if columns.width > 0.0 { PLOT_GAP } else { 8.0 };
    let names = Names::new(&rows, right - PLOT_MIN - PLOT_GAP - MARGIN - indent, right - MARGIN - indent);
    let plot = (MARGIN + indent + names.width + PLOT_GAP, right);

    let mut placed = Placed { plot, groups: Vec::new(), stretches: Vec::new(), bottom: top };
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
            for (i, row) in group.rows.iter().enumerate() {
                let before = i.checked_sub(1).and_then(|i| group.rows.get(i));
                if row.sub.is_some() && !row.continues(before) {
                    y += if before.is_some() { NAME_GAP } else { 0.0 };
                    pen.text(names.above(next), (MARGIN + indent, y + 13.5), LABEL, Anchor::Start);
                    y += NAME_HEIGHT;
                }
                let middle = y + pitch / 2.0;
                let shift = if row.sub.is_some() { SUB_INDENT } else { 0.0 };
                pen.text(names.beside(next), (MARGIN + indent + shift, middle + 4.2), LABEL, Anchor::Start);
                columns.draw_row(pen, row.text, middle + 4.2);
                placed.cover(y, y + pitch);
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

impl Placed {
    /// Adds a row to the stretches.
    fn cover(&mut self, top: f64, bottom: f64) {
        match self.stretches.last_mut() {
            Some(last) if top - last.1 < 0.05 => last.1 = bottom,
            _ => self.stretches.push((top, bottom)),
        }
    }
}

/// The names of all rows, fitted.
struct Names {
    /// Per row, what stands beside its marks, and what stands above it if it is the first below a name.
    rows: Vec<(String, String)>,
    /// Room the names beside the marks need.
    width: f64,
}

impl Names {
    fn new(rows: &[Row], room: f64, room_above: f64) -> Self {
        // Lines above have room across the plot; what stands beside marks shares one column.
        let above = fit_labels(rows.iter().map(|row| row.label), LABEL, room_above);
        let labels = fit_labels(rows.iter().map(|row| if row.sub.is_some() { "" } else { row.label }), LABEL, room);
        let subs = fit_labels(rows.iter().map(|row| row.sub.unwrap_or("")), LABEL, room - SUB_INDENT);
        let mut wide = 60.0_f64;
        let mut fitted = Vec::new();
        for (((row, above), label), sub) in rows.iter().zip(above).zip(labels).zip(subs) {
            let (beside, indent) = if row.sub.is_some() { (sub, SUB_INDENT) } else { (label, 0.0) };
            wide = wide.max(indent + width(&beside, LABEL));
            fitted.push((beside, above));
        }
        Self { rows: fitted, width: wide }
    }

    fn beside(&self, row: usize) -> &str {
        self.rows.get(row).map_or("", |names| &names.0)
    }

    fn above(&self, row: usize) -> &str {
        self.rows.get(row).map_or("", |names| &names.1)
    }
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
        let words = flatten(heading, &brackets);
        let short = words.iter().map(|word| width(word, TICK)).sum::<f64>() <= TEXT_MAX * 0.8;
        let heading = if same && short {
            for (widest, word) in widths.iter_mut().zip(&words) {
                *widest = widest.max(width(word, TICK));
            }
            total = widths.iter().sum::<f64>() + gaps(&widths);
            Heading::Columns(words)
        } else {
            let lines = wrap_within(heading, TICK, total.clamp(130.0, TEXT_MAX), 3);
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
