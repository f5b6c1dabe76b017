//! Shares as thin bars with a dot and a whisker at their end, one or several a cell.

use super::ChartError;
use super::axis::{Scale, interval, label_x, share, vertical_grid};
use super::canvas::{Pen, Shape};
use super::frame::Frame;
use super::rows::{self, Group, Row};
use super::theme::{AXIS, BLUE, GRID, STEPS};
use crate::views::chart::{BarRow, Bars};

/// Height of a row: of one of several a cell, and of the only one of a cell.
const PITCH: (f64, f64) = (19.0, 24.0);
/// Half of a bar's height.
const HALF_BAR: f64 = 4.0;

/// Draws the figure.
pub(super) fn draw(chart: &Bars) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let bars: Vec<&BarRow> = chart.groups.iter().flat_map(|group| &group.1).collect();
    if bars.is_empty() {
        return frame.finish_empty();
    }
    let groups: Vec<Group> = chart.groups.iter().map(group).collect();
    let pitch = if bars.iter().any(|bar| bar.sub.is_some()) { PITCH.0 } else { PITCH.1 };
    let placed = rows::place(&mut frame.canvas, &chart.text_heading, &groups, frame.top + 2.0, pitch);

    let highest = |bar: &&BarRow| interval(bar.interval).map_or(bar.value, |ends| ends.1.max(bar.value));
    let scale = Scale::for_values(bars.iter().map(highest));
    let (left, right) = placed.plot;
    let x = |value: f64| left + scale.place(value) * (right - left);
    let mut below = placed.bottom;
    frame.canvas.plain(|pen| {
        for &stretch in &placed.stretches {
            vertical_grid(pen, scale, placed.plot, stretch);
            pen.line((left, stretch.0), (left, stretch.1), AXIS, 1.0);
        }
        pen.line((left, placed.bottom), (right, placed.bottom), GRID, 1.0);
        for (bar, &y) in bars.iter().zip(placed.groups.iter().flatten()) {
            draw_bar(pen, bar, y, &x);
        }
        below = label_x(pen, scale, placed.plot, placed.bottom, &chart.axis);
    });
    frame.finish(below)
}

fn group((heading, rows): &(String, Vec<BarRow>)) -> Group<'_> {
    let rows = rows.iter().map(|row| Row { sub: row.sub.as_deref(), ..Row::new(&row.label, &row.text) });
    Group { heading, rows: rows.collect() }
}

fn draw_bar(pen: &mut Pen, bar: &BarRow, y: f64, x: &impl Fn(f64) -> f64) {
    let Some(value) = share(bar.value) else { return };
    pen.rect((x(0.0), y - HALF_BAR), (x(value), y + HALF_BAR), STEPS[2]);
    if let Some((low, high)) = interval(bar.interval) {
        pen.line((x(low), y), (x(high), y), BLUE, 1.6);
    }
    pen.marker(Shape::Circle, (x(value), y), 3.8, BLUE, false);
}
