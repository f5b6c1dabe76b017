//! Differences with intervals around a zero line, upon a band of what could not have been noticed.

use super::signed::{Signed, difference};
use super::{draw_mark, key_of, whisker};
use crate::charts::ChartError;
use crate::charts::canvas::Anchor;
use crate::charts::canvas::Pen;
use crate::charts::font::wrap;
use crate::charts::frame::Frame;
use crate::charts::legend::{self, Sample};
use crate::charts::rows::{self, Group, Row};
use crate::charts::theme::{AXIS, GRID, MUTED, TICK};
use crate::views::chart::compare::{Difference, DifferenceRow, Mark};

/// Height of a row, and half of the height of its grey band.
const PITCH: f64 = 24.0;
const HALF_BAND: f64 = 8.0;

/// Draws the figure.
pub(in crate::charts) fn draw(chart: &Difference) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let rows: Vec<&DifferenceRow> = chart.groups.iter().flat_map(|group| &group.1).collect();
    if rows.is_empty() {
        return frame.finish_empty();
    }
    let marks: Vec<Mark> = rows.iter().filter(|row| difference(row.difference).is_some()).map(|row| row.mark).collect();
    let mut entries = key_of(&marks);
    if rows.iter().any(|row| band(row).is_some()) {
        entries.push((Sample::Band, "smaller than the comparison could detect"));
    }
    let top = legend::draw(&mut frame.canvas, &entries, frame.top - 4.0) + 6.0;
    let groups: Vec<Group> = chart.groups.iter().map(group).collect();
    let placed = rows::place(&mut frame.canvas, &chart.text_heading, &groups, top, PITCH);

    let scale = Signed::for_values(rows.iter().flat_map(|row| extent(row)));
    let (left, right) = placed.plot;
    let x = |value: f64| left + scale.place(value) * (right - left);
    let mut below = placed.bottom + 18.0;
    frame.canvas.plain(|pen| {
        for (row, &y) in rows.iter().zip(placed.groups.iter().flatten()) {
            if let Some(mde) = band(row) {
                pen.rect((x(-mde), y - HALF_BAND), (x(mde), y + HALF_BAND), GRID);
            }
        }
        for &(top, bottom) in &placed.stretches {
            for (place, _) in scale.ticks() {
                let x = left + place * (right - left);
                pen.line((x, top), (x, bottom), GRID, 1.0);
            }
            pen.line((x(0.0), top), (x(0.0), bottom), MUTED, 1.2);
        }
        pen.line((left, placed.bottom), (right, placed.bottom), AXIS, 1.0);
        for (row, &y) in rows.iter().zip(placed.groups.iter().flatten()) {
            draw_row(pen, row, y, &x);
        }
        for (place, label) in scale.ticks() {
            pen.text(&label, (left + place * (right - left), placed.bottom + 15.0), TICK, Anchor::Middle);
        }
        for line in wrap(&chart.axis, TICK, right - left) {
            pen.text(&line, (f64::midpoint(left, right), below + 15.0), TICK, Anchor::Middle);
            below += TICK.leading();
        }
    });
    frame.finish(below + 4.0)
}

fn group((heading, rows): &(String, Vec<DifferenceRow>)) -> Group<'_> {
    Group { heading, rows: rows.iter().map(|row| Row::new(&row.label, &row.text)).collect() }
}

/// Returns half the width of the grey band.
fn band(row: &DifferenceRow) -> Option<f64> {
    row.mde.and_then(difference).map(f64::abs).filter(|mde| *mde > 0.0)
}

/// Returns the interval in rising order.
fn ends(row: &DifferenceRow) -> Option<(f64, f64)> {
    let (low, high) = row.interval?;
    let (low, high) = (difference(low)?, difference(high)?);
    Some((low.min(high), low.max(high)))
}

/// Returns the values the axis must hold.
fn extent(row: &DifferenceRow) -> Vec<f64> {
    let (low, high) = ends(row).unwrap_or((row.difference, row.difference));
    let mde = band(row).unwrap_or(0.0);
    vec![row.difference, low, high, mde, -mde]
}

fn draw_row(pen: &mut Pen, row: &DifferenceRow, y: f64, x: &impl Fn(f64) -> f64) {
    if let Some((low, high)) = ends(row) {
        pen.line((x(low), y), (x(high), y), whisker(row.mark), 1.8);
    }
    if let Some(value) = difference(row.difference) {
        draw_mark(pen, row.mark, (x(value), y));
    }
}
