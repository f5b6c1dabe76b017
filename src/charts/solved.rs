//! Always, sometimes, never solved: one stacked bar a cell.

use plotters::style::RGBColor;

use super::ChartError;
use super::axis::{Scale, label_x, vertical_grid};
use super::canvas::{Anchor, Pen};
use super::font::width;
use super::frame::Frame;
use super::legend::{self, Sample};
use super::rows::{self, Group, Row};
use super::theme::{NOTHING, PAPER, STEPS, TICK, ink_on, percent};
use crate::views::chart::{Solved, SolvedRow};

/// Height of a row, and half of a bar's.
const PITCH: f64 = 25.0;
const HALF_BAR: f64 = 8.5;
/// Colours in the order of the segments.
const COLOURS: [RGBColor; 3] = [STEPS[0], STEPS[1], NOTHING];

/// Draws the figure.
pub(super) fn draw(chart: &Solved) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let rows: Vec<&SolvedRow> = chart.groups.iter().flat_map(|group| &group.1).collect();
    if rows.is_empty() {
        return frame.finish_empty();
    }
    let entries = [
        (Sample::Square(COLOURS[0], false), "always: solved in every trial"),
        (Sample::Square(COLOURS[1], false), "sometimes"),
        (Sample::Square(COLOURS[2], false), "never"),
    ];
    let top = legend::draw(&mut frame.canvas, &entries, frame.top - 4.0) + 6.0;
    let groups: Vec<Group> = chart.groups.iter().map(group).collect();
    let placed = rows::place(&mut frame.canvas, "", &groups, top, PITCH);
    let mut below = placed.bottom;
    frame.canvas.plain(|pen| {
        for stretch in placed.stretches() {
            vertical_grid(pen, Scale::FULL, placed.plot, stretch);
        }
        for (row, &y) in rows.iter().zip(placed.groups.iter().flatten()) {
            draw_bar(pen, shares(row), placed.plot, y);
        }
        below = label_x(pen, Scale::FULL, placed.plot, placed.bottom, "share of tasks");
    });
    frame.finish(below)
}

fn group((heading, rows): &(String, Vec<SolvedRow>)) -> Group<'_> {
    Group { heading, rows: rows.iter().map(|row| Row { label: &row.label, text: &row.text }).collect() }
}

/// Returns the three shares, none negative or above one, scaled down if they add up to more than the bar.
fn shares(row: &SolvedRow) -> [f64; 3] {
    let parts = [row.always, row.sometimes, row.never].map(|part| super::axis::share(part).unwrap_or(0.0));
    let total = parts.iter().sum::<f64>().max(1.0);
    parts.map(|part| part / total)
}

fn draw_bar(pen: &mut Pen, shares: [f64; 3], (left, right): (f64, f64), y: f64) {
    let room = right - left;
    let mut from = left;
    for (share, colour) in shares.into_iter().zip(COLOURS) {
        if share <= 0.0 {
            continue;
        }
        let to = from + share * room;
        pen.rect((from, y - HALF_BAR), (to, y + HALF_BAR), colour);
        if from > left {
            pen.line((from, y - HALF_BAR), (from, y + HALF_BAR), PAPER, 1.0);
        }
        let label = percent(share);
        if width(&label, TICK) + 8.0 <= to - from {
            pen.text(&label, (f64::midpoint(from, to), y + 4.0), TICK.coloured(ink_on(colour)), Anchor::Middle);
        }
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(always: f64, sometimes: f64, never: f64) -> SolvedRow {
        SolvedRow { label: String::new(), always, sometimes, never, text: String::new() }
    }

    #[test]
    fn bars_never_leave_the_axis() {
        let close = |row: SolvedRow, expected: [f64; 3]| {
            assert!(shares(&row).iter().zip(expected).all(|(got, want)| (got - want).abs() < 1e-12), "{row:?}");
        };
        close(row(0.2, 0.5, 0.3), [0.2, 0.5, 0.3]);
        close(row(1.0, 1.0, 2.0), [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]);
        close(row(f64::NAN, -0.5, 0.25), [0.0, 0.0, 0.25]);
    }
}
