//! Spread of durations: percentile bars, the median, P99 and the longest call of each row on one logarithmic axis.

use super::ChartError;
use super::canvas::{Pen, Shape};
use super::frame::Frame;
use super::legend::{self, Sample};
use super::rows::{self, Group, Row};
use super::theme::{AXIS, BLUE, GRID, INK, STEPS};
use super::time_axis::{self, TimeAxis, duration};
use super::time_marks;
use crate::views::chart::{SpanRow, Spans};

/// Height of a row.
const PITCH: f64 = 24.0;
/// Half of the heights of the bars from P10 to P90 and from P25 to P75.
const HALF: (f64, f64) = (1.7, 5.0);

/// Draws the figure.
pub(super) fn draw(chart: &Spans) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let rows: Vec<&SpanRow> = chart.groups.iter().flat_map(|group| &group.1).collect();
    if rows.is_empty() {
        return frame.finish_empty();
    }
    let sla_ms = time_marks::usable(chart.sla_ms);
    let (p99, longest) = (format!("P99 (from 100 {}s on)", chart.unit), format!("longest {}", chart.unit));
    let limit = sla_ms.map(|ms| format!("limit {}", duration(ms)));
    let mut entries = vec![
        (Sample::Bar(STEPS[2], HALF.0), "P10–P90"),
        (Sample::Bar(STEPS[1], HALF.1), "P25–P75"),
        (Sample::Dot(BLUE), "median"),
    ];
    if rows.iter().any(|row| row.p99_ms.is_some_and(f64::is_finite)) {
        entries.push((Sample::Tick, &p99));
    }
    entries.push((Sample::Longest, &longest));
    entries.extend(limit.as_deref().map(|limit| (Sample::Limit, limit)));
    let top = legend::draw(&mut frame.canvas, &entries, frame.top - 4.0) + 6.0;
    let groups: Vec<Group> = chart.groups.iter().map(group).collect();
    let placed = rows::place(&mut frame.canvas, &chart.text_heading, &groups, top, PITCH);

    let axis = TimeAxis::log(rows.iter().flat_map(|row| times(row)).chain(sla_ms));
    let (left, right) = placed.plot;
    let x = |ms: f64| left + axis.place(ms) * (right - left);
    let ticks = time_axis::across(&axis, placed.plot);
    frame.canvas.plain(|pen| {
        for &stretch in &placed.stretches {
            time_axis::grid(pen, &ticks, placed.plot, stretch);
        }
    });
    for &stretch in placed.stretches.iter().filter(|_| sla_ms.is_some()) {
        time_marks::limit(&mut frame.canvas, x(sla_ms.unwrap_or_default()), stretch);
    }
    let mut below = placed.bottom;
    frame.canvas.plain(|pen| {
        pen.line((left, placed.bottom), (right, placed.bottom), AXIS, 1.0);
        for (row, &y) in rows.iter().zip(placed.groups.iter().flatten()) {
            pen.line((left, y), (right, y), GRID, 0.6);
            draw_row(pen, row, y, &x);
        }
        below = time_axis::label(pen, &ticks, placed.plot, placed.bottom);
        below = time_axis::title(pen, &chart.axis, placed.plot, below);
    });
    frame.finish(below)
}

fn group((heading, rows): &(String, Vec<SpanRow>)) -> Group<'_> {
    let rows = rows.iter().map(|row| Row { sub: row.sub.as_deref(), ..Row::new(&row.label, &row.text) });
    Group { heading, rows: rows.collect() }
}

fn times(row: &SpanRow) -> [f64; 7] {
    [row.p10_ms, row.p25_ms, row.p50_ms, row.p75_ms, row.p90_ms, row.p99_ms.unwrap_or(f64::NAN), row.max_ms]
}

fn draw_row(pen: &mut Pen, row: &SpanRow, y: f64, x: &impl Fn(f64) -> f64) {
    let between = |from: f64, to: f64| (from.is_finite() && to.is_finite()).then(|| (x(from.min(to)), x(from.max(to))));
    // The tail, so that a far mark is seen to belong to its row.
    if let Some((from, to)) = between(row.p90_ms, row.max_ms) {
        pen.line((from, y), (to, y), AXIS, 0.8);
    }
    for (from, to, half, colour) in [(row.p10_ms, row.p90_ms, HALF.0, STEPS[2]), (row.p25_ms, row.p75_ms, HALF.1, STEPS[1])] {
        if let Some((from, to)) = between(from, to) {
            pen.rect((from, y - half), (to, y + half), colour);
        }
    }
    if let Some(p99) = row.p99_ms.filter(|ms| ms.is_finite()) {
        time_marks::tick(pen, (x(p99), y));
    }
    if row.p50_ms.is_finite() {
        pen.marker(Shape::Circle, (x(row.p50_ms), y), 4.2, BLUE, false);
    }
    if row.max_ms.is_finite() {
        time_marks::longest(pen, (x(row.max_ms), y), INK);
    }
}
