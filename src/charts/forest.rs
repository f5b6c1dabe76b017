//! Forest plot: a dot and a whisker a row.

use super::ChartError;
use super::axis::{Scale, interval, label_x, share, vertical_grid};
use super::canvas::{Pen, Shape};
use super::frame::Frame;
use super::legend::{self, Sample};
use super::rows::{self, Group, Row};
use super::theme::{AXIS, BLUE, GRID, VERMILLION};
use crate::views::chart::{Forest, ForestRow};

/// Height of a row.
const PITCH: f64 = 24.0;

/// Draws the figure.
pub(super) fn draw(chart: &Forest) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let rows: Vec<&ForestRow> = chart.groups.iter().flat_map(|group| &group.1).collect();
    if rows.is_empty() {
        return frame.finish_empty();
    }
    let hollow = rows.iter().any(|row| row.errors_as_failures.and_then(share).is_some());
    let entries: &[(Sample, &str)] = if hollow {
        &[
            (Sample::Estimate(BLUE), "estimate and interval, as counted"),
            (Sample::Hollow(Shape::Diamond, VERMILLION), "every error counted as a failure"),
        ]
    } else {
        &[]
    };
    let top = legend::draw(&mut frame.canvas, entries, frame.top - 4.0) + 6.0;
    let groups: Vec<Group> = chart.groups.iter().map(group).collect();
    let placed = rows::place(&mut frame.canvas, &chart.text_heading, &groups, top, PITCH);

    let highest = |row: &&ForestRow| interval(row.interval).map_or(row.estimate, |ends| ends.1.max(row.estimate));
    let scale = Scale::for_values(rows.iter().map(highest));
    let (left, right) = placed.plot;
    let x = |value: f64| left + scale.place(value) * (right - left);
    let mut below = placed.bottom;
    frame.canvas.plain(|pen| {
        for &stretch in &placed.stretches {
            vertical_grid(pen, scale, placed.plot, stretch);
        }
        pen.line((left, placed.bottom), (right, placed.bottom), AXIS, 1.0);
        for (row, &y) in rows.iter().zip(placed.groups.iter().flatten()) {
            pen.line((left, y), (right, y), GRID, 0.6);
            draw_row(pen, row, y, &x);
        }
        below = label_x(pen, scale, placed.plot, placed.bottom, &chart.axis);
    });
    frame.finish(below)
}

fn group((heading, rows): &(String, Vec<ForestRow>)) -> Group<'_> {
    Group { heading, rows: rows.iter().map(|row| Row::new(&row.label, &row.text)).collect() }
}

fn draw_row(pen: &mut Pen, row: &ForestRow, y: f64, x: &impl Fn(f64) -> f64) {
    if let Some((low, high)) = interval(row.interval) {
        pen.line((x(low), y), (x(high), y), BLUE, 1.8);
    }
    let estimate = share(row.estimate);
    if let Some(estimate) = estimate {
        pen.marker(Shape::Circle, (x(estimate), y), 4.6, BLUE, false);
    }
    // Above the dot and smaller, so that two marks close to each other can both be seen.
    if let Some(lower) = row.errors_as_failures.and_then(share) {
        pen.marker(Shape::Diamond, (x(lower), y), 3.2, VERMILLION, true);
    }
}
