//! Stacked bars of absolute time: where the time of a call or an episode goes.

use plotters::style::RGBColor;

use super::ChartError;
use super::frame::Frame;
use super::legend::{self, Sample};
use super::rows::{self, Group, Row};
use super::stacked::{OTHER, colour, draw_bar, names};
use super::theme::AXIS;
use super::time_axis::{self, TimeAxis, duration};
use crate::views::chart::{StackedTime, StackedTimeRow};

/// Names of a last category that is what remains: pale, as "other" is.
const REST: [&str; 2] = ["unattributed", "unexplained"];
/// Height of a row.
const PITCH: f64 = 25.0;

/// Draws the figure.
pub(super) fn draw(chart: &StackedTime) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let rows: Vec<&StackedTimeRow> = chart.groups.iter().flat_map(|group| &group.1).collect();
    if rows.is_empty() {
        return frame.finish_empty();
    }
    let longest = rows.iter().map(|row| row.parts_ms.len()).max().unwrap_or(0);
    let names = names(&chart.categories, longest);
    let kind = |name| if REST.iter().any(|rest| rest.eq_ignore_ascii_case(name)) { OTHER } else { name };
    let segments: Vec<(RGBColor, &str)> =
        names.iter().enumerate().map(|(i, name)| (colour(i, names.len(), kind(name)), name.as_str())).collect();
    let entries: Vec<(Sample, &str)> = segments.iter().map(|&(colour, name)| (Sample::Square(colour, false), name)).collect();
    let top = legend::draw(&mut frame.canvas, &entries, frame.top - 4.0) + 6.0;
    let groups: Vec<Group> = chart.groups.iter().map(group).collect();
    let placed = rows::place(&mut frame.canvas, &chart.text_heading, &groups, top, PITCH);

    let parts: Vec<Vec<f64>> = rows.iter().map(|row| parts(&row.parts_ms, names.len())).collect();
    let axis = TimeAxis::from_zero(parts.iter().map(|parts| parts.iter().sum()));
    let ticks = time_axis::across(&axis, placed.plot);
    let mut below = placed.bottom;
    frame.canvas.plain(|pen| {
        for &stretch in &placed.stretches {
            time_axis::grid(pen, &ticks, placed.plot, stretch);
            pen.line((placed.plot.0, stretch.0), (placed.plot.0, stretch.1), AXIS, 1.0);
        }
        for (parts, &y) in parts.iter().zip(placed.groups.iter().flatten()) {
            let shares: Vec<f64> = parts.iter().map(|&ms| axis.length(ms)).collect();
            draw_bar(pen, &shares, &segments, placed.plot, y, |share| duration(share / axis.length(1.0)));
        }
        below = time_axis::label(pen, &ticks, placed.plot, placed.bottom);
        below = time_axis::title(pen, &chart.axis, placed.plot, below);
    });
    frame.finish(below)
}

fn group((heading, rows): &(String, Vec<StackedTimeRow>)) -> Group<'_> {
    let rows = rows.iter().map(|row| Row { sub: row.sub.as_deref(), ..Row::new(&row.label, &row.text) });
    Group { heading, rows: rows.collect() }
}

/// Longest part that is drawn: sums of a row remain numbers of use.
const LONGEST_MS: f64 = 1e12;

/// Returns the time of each of `count` segments, none below 0, what goes beyond them added to the last.
fn parts(parts_ms: &[f64], count: usize) -> Vec<f64> {
    let mut sums = vec![0.0; count];
    for (i, ms) in parts_ms.iter().enumerate().filter(|(_, ms)| **ms > 0.0) {
        if let Some(sum) = sums.get_mut(i.min(count.saturating_sub(1))) {
            *sum += ms.min(LONGEST_MS);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_parts_have_no_length_and_surplus_joins_the_last() {
        assert_eq!(parts(&[1.0, f64::NAN, -3.0], 3), [1.0, 0.0, 0.0]);
        assert_eq!(parts(&[1.0, 2.0, 3.0], 2), [1.0, 5.0]);
        assert_eq!(parts(&[f64::INFINITY], 1), [LONGEST_MS]);
        assert_eq!(parts(&[1.0], 0), [] as [f64; 0]);
    }
}
