//! The layout shared by task × cell figures: coloured squares, in several blocks beside each other when the tasks are many
//! and the cells few, so that the figure is never a thin strip.

use plotters::style::RGBColor;

use super::canvas::{Anchor, Canvas, Pen, Point, SLANT, Shape};
use super::font::{clean, ellipsise, fit_labels, widest};
use super::key;
use super::theme::{HEADING, INNER, MARGIN, PAPER, SMALL_LABEL, TICK, TextStyle, VERMILLION};

/// Most room for a task's name, and for a slanted name of a cell.
const TASK_ROOM: f64 = 170.0;
const NAME_ROOM: f64 = 215.0;
/// Names above several blocks must be this short to be repeated; longer ones become numbers with a key.
const NAME_REPEATED: f64 = 105.0;
/// Space between a task's name and its squares, and between blocks.
const TASK_GAP: f64 = 6.0;
const BLOCK_GAP: f64 = 26.0;
/// Narrowest column of a wrapped matrix.
const COLUMN_MIN: f64 = 18.0;
const BLOCKS_MAX: u8 = 6;
/// Width to height at which a picture reads best.
const ASPECT: f64 = 2.2;

/// One square.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Square {
    pub(super) colour: RGBColor,
    /// Bears a dot.
    pub(super) marked: bool,
}

/// What to draw.
pub(super) struct Matrix<'a> {
    pub(super) columns: &'a [String],
    /// Task name and one square a column.
    pub(super) rows: Vec<(&'a str, Vec<Square>)>,
}

/// How the columns are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// One name above everything.
    Single,
    /// Slanted names above each block.
    Slanted,
    /// Numbers above each block and a key below.
    Numbered,
}

/// Sizes of one way to lay the matrix out.
#[derive(Debug, Clone, Copy)]
struct Layout {
    names: Names,
    rows_per_block: usize,
    task_width: f64,
    column: f64,
    pitch: f64,
    task_style: TextStyle,
    header: f64,
}

impl Layout {
    fn block_width(&self, columns: usize) -> f64 {
        self.task_width + TASK_GAP + self.column * columns as f64
    }

    /// Lays the rows out in `blocks` blocks, if the columns stay wide enough.
    fn new(blocks: u8, rows: usize, columns: usize, task_width: f64, name_width: f64) -> Option<Self> {
        let names = match (columns, blocks) {
            (1, _) => Names::Single,
            (_, 1) => Names::Slanted,
            _ if name_width <= NAME_REPEATED => Names::Slanted,
            _ => Names::Numbered,
        };
        let (sin, cos) = SLANT.to_radians().sin_cos();
        let (header, overhang) = match names {
            Names::Single => (HEADING.leading() + 6.0, 0.0),
            Names::Slanted => (name_width * sin + 14.0, name_width * cos),
            Names::Numbered => (18.0, 0.0),
        };
        let rows_per_block = rows.div_ceil(usize::from(blocks));
        let gaps = BLOCK_GAP * f64::from(blocks - 1);
        let room = (INNER - overhang - gaps) / f64::from(blocks) - task_width - TASK_GAP;
        let widest = if columns < 4 { 56.0 } else { 34.0 };
        let column = (room / columns as f64).min(widest);
        let (pitch, size) = if rows_per_block > 40 { (14.0, 10.0) } else { (16.0, SMALL_LABEL.size) };
        let layout =
            Self { names, rows_per_block, task_width, column, pitch, task_style: TextStyle { size, ..SMALL_LABEL }, header };
        // With fewer blocks than asked for, a smaller number of them gives the same picture.
        let used = rows.div_ceil(rows_per_block.max(1));
        (blocks == 1 || column >= COLUMN_MIN && used == usize::from(blocks)).then_some(layout)
    }

    /// Returns how far the picture's shape is from the best one.
    fn strain(&self, rows: usize, columns: usize) -> f64 {
        let blocks = rows.div_ceil(self.rows_per_block) as f64;
        let wide = blocks * self.block_width(columns) + (blocks - 1.0) * BLOCK_GAP;
        let high = self.rows_per_block as f64 * self.pitch + self.header;
        (wide / high / ASPECT).ln().abs()
    }
}

/// Draws the matrix below `top`; returns the y below it. It must have rows and columns.
pub(super) fn draw(canvas: &mut Canvas, matrix: &Matrix, top: f64) -> f64 {
    let (rows, columns) = (matrix.rows.len(), matrix.columns.len());
    let tasks = fit_labels(matrix.rows.iter().map(|row| row.0), SMALL_LABEL, TASK_ROOM);
    let names = fit_labels(matrix.columns.iter().map(String::as_str), SMALL_LABEL, NAME_ROOM);
    let task_width = widest(tasks.iter().map(String::as_str), SMALL_LABEL);
    let name_width = widest(names.iter().map(String::as_str), SMALL_LABEL);
    let layouts = (1..=BLOCKS_MAX).filter_map(|blocks| Layout::new(blocks, rows, columns, task_width, name_width));
    let best = layouts.min_by(|a, b| a.strain(rows, columns).total_cmp(&b.strain(rows, columns)));
    let Some(layout) = best else { return top };

    if layout.names == Names::Single {
        let name = ellipsise(&clean(&matrix.columns[0]), HEADING, INNER);
        canvas.plain(|pen| pen.text(&name, (MARGIN, top + 12.0), HEADING, Anchor::Start));
    }
    let body = top + layout.header;
    let blocks = matrix.rows.chunks(layout.rows_per_block).zip(tasks.chunks(layout.rows_per_block));
    let mut x = MARGIN;
    for (rows, tasks) in blocks {
        let corner = (x + task_width + TASK_GAP, body);
        canvas.plain(|pen| {
            draw_names(pen, &layout, &names, corner);
            for (i, task) in tasks.iter().enumerate() {
                let baseline = body + (i as f64 + 0.5) * layout.pitch + layout.task_style.size * 0.36;
                pen.text(task, (corner.0 - TASK_GAP, baseline), layout.task_style, Anchor::End);
            }
            draw_squares(pen, &layout, rows, columns, corner);
        });
        x += layout.block_width(columns) + BLOCK_GAP;
    }
    let below = body + layout.rows_per_block as f64 * layout.pitch;
    if layout.names == Names::Numbered { key::draw(canvas, matrix.columns, below + 16.0) } else { below }
}

fn draw_names(pen: &mut Pen, layout: &Layout, names: &[String], (left, top): Point) {
    for (i, name) in names.iter().enumerate() {
        let middle = left + (i as f64 + 0.5) * layout.column;
        match layout.names {
            Names::Single => {}
            Names::Slanted => pen.slanted(name, (middle + 3.0, top - 5.0), SMALL_LABEL, Anchor::Start),
            Names::Numbered => pen.text(&(i + 1).to_string(), (middle, top - 5.0), TICK, Anchor::Middle),
        }
    }
}

/// Draws one block: runs of one colour as one rectangle, then white lines between the squares, then marks.
fn draw_squares(pen: &mut Pen, layout: &Layout, rows: &[(&str, Vec<Square>)], columns: usize, (left, top): Point) {
    let x = |column: usize| left + column as f64 * layout.column;
    let y = |row: usize| top + row as f64 * layout.pitch;
    for (i, (_, squares)) in rows.iter().enumerate() {
        let mut from = 0;
        for run in squares.chunk_by(|a, b| a.colour == b.colour) {
            let to = from + run.len();
            if run.first().is_some_and(|square| square.colour != PAPER) {
                pen.rect((x(from), y(i)), (x(to), y(i + 1)), run[0].colour);
            }
            from = to;
        }
    }
    for column in 1..columns {
        pen.line((x(column), top), (x(column), y(rows.len())), PAPER, 1.0);
    }
    for row in 1..rows.len() {
        pen.line((left, y(row)), (x(columns), y(row)), PAPER, 1.0);
    }
    let radius = (layout.column.min(layout.pitch) * 0.24).min(3.2);
    for (i, (_, squares)) in rows.iter().enumerate() {
        for (j, _) in squares.iter().enumerate().filter(|(_, square)| square.marked) {
            let centre = (x(j) + layout.column / 2.0, y(i) + layout.pitch / 2.0);
            pen.marker(Shape::Circle, centre, radius, VERMILLION, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(rows: usize, columns: usize, name_width: f64) -> (usize, Names) {
        (1..=BLOCKS_MAX)
            .filter_map(|blocks| Layout::new(blocks, rows, columns, 40.0, name_width))
            .min_by(|a, b| a.strain(rows, columns).total_cmp(&b.strain(rows, columns)))
            .map(|layout| (rows.div_ceil(layout.rows_per_block), layout.names))
            .unwrap()
    }

    #[test]
    fn long_lists_of_tasks_are_wrapped_when_the_cells_are_few() {
        assert!(chosen(50, 1, 80.0).0 >= 3);
        assert!(chosen(115, 7, 200.0).0 >= 2);
        assert_eq!(chosen(120, 30, 200.0).0, 1);
        assert_eq!(chosen(1, 1, 80.0).0, 1);
    }

    #[test]
    fn long_names_above_several_blocks_become_numbers() {
        assert_eq!(chosen(115, 4, 200.0).1, Names::Numbered);
        assert_eq!(chosen(115, 4, 60.0).1, Names::Slanted);
        assert_eq!(chosen(50, 1, 200.0).1, Names::Single);
    }
}
