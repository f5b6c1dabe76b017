//! Ratios with intervals on a logarithmic axis around a line at 1×.

use super::{draw_mark, key_of, whisker};
use crate::charts::ChartError;
use crate::charts::canvas::{Anchor, Pen};
use crate::charts::font::{width, wrap};
use crate::charts::frame::Frame;
use crate::charts::legend;
use crate::charts::rows::{self, Group, Row};
use crate::charts::theme::{AXIS, GRID, MUTED, TICK};
use crate::views::chart::compare::{Mark, RatioForest, RatioRow};

/// Height of a row: of one of several a cell, and of the only one of a cell.
const PITCH: (f64, f64) = (20.0, 24.0);
/// What is larger or smaller is drawn at the end of the axis.
const EXTREME: (f64, f64) = (1e-6, 1e6);
/// The axis reaches at least so far from 1×.
const LEAST: f64 = 1.12;
/// Ticks at and above 1×, by how far the axis reaches; those below are one over them.
const TICKS: [(f64, &[f64]); 6] = [
    (1.3, &[1.05, 1.1, 1.15, 1.2, 1.25]),
    (1.8, &[1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7]),
    (4.5, &[1.25, 1.5, 2.0, 3.0, 4.0]),
    (20.0, &[1.5, 2.0, 3.0, 5.0, 10.0, 20.0]),
    (200.0, &[2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0]),
    (f64::INFINITY, &[10.0, 100.0, 1e3, 1e4, 1e5, 1e6]),
];

/// A logarithmic axis with 1 on it.
#[derive(Debug, Clone, Copy)]
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn for_values(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values.fold((1.0 / LEAST, LEAST), |(low, high): (f64, f64), value| (low.min(value), high.max(value)));
        let margin = ((high / low).ln() * 0.04).exp();
        Self { low: low / margin, high: high * margin }
    }

    fn place(self, ratio: f64) -> f64 {
        ((ratio / self.low).ln() / (self.high / self.low).ln()).clamp(0.0, 1.0)
    }

    fn ticks(self) -> Vec<(f64, String)> {
        let reach = self.high.max(1.0 / self.low);
        let factors = TICKS.iter().find(|(most, _)| reach <= *most).map_or(&[][..], |(_, factors)| factors);
        let below = factors.iter().rev().map(|factor| 1.0 / factor);
        let all = below.chain([1.0]).chain(factors.iter().copied());
        let inside = all.filter(|ratio| (self.low..=self.high).contains(ratio));
        inside.map(|ratio| (self.place(ratio), label(ratio))).collect()
    }
}

/// Writes a tick: `0.67×`, `1×`, `1.25×`, `100×`.
fn label(ratio: f64) -> String {
    let decimals = match ratio {
        ratio if ratio >= 0.1 => 2,
        ratio if ratio >= 0.01 => 3,
        _ => 6,
    };
    let number = format!("{ratio:.decimals$}");
    format!("{}×", number.trim_end_matches('0').trim_end_matches('.'))
}

/// Draws the figure.
pub(in crate::charts) fn draw(chart: &RatioForest) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let rows: Vec<&RatioRow> = chart.groups.iter().flat_map(|group| &group.1).collect();
    if rows.is_empty() {
        return frame.finish_empty();
    }
    let marks: Vec<Mark> = rows.iter().filter(|row| usable(row.ratio).is_some()).map(|row| row.mark).collect();
    let entries = key_of(&marks);
    let top = legend::draw(&mut frame.canvas, &entries, frame.top - 4.0) + 6.0;
    let groups: Vec<Group> = chart.groups.iter().map(group).collect();
    let pitch = if rows.iter().any(|row| row.sub.is_some()) { PITCH.0 } else { PITCH.1 };
    let placed = rows::place(&mut frame.canvas, &chart.text_heading, &groups, top, pitch);

    let scale = Scale::for_values(rows.iter().flat_map(|row| extent(row)));
    let (left, right) = placed.plot;
    let x = |value: f64| left + scale.place(value) * (right - left);
    let mut below = placed.bottom + 18.0;
    frame.canvas.plain(|pen| {
        for &(top, bottom) in &placed.stretches {
            for (place, _) in scale.ticks() {
                let x = left + place * (right - left);
                pen.line((x, top), (x, bottom), GRID, 1.0);
            }
            pen.line((x(1.0), top), (x(1.0), bottom), MUTED, 1.2);
        }
        pen.line((left, placed.bottom), (right, placed.bottom), AXIS, 1.0);
        for (row, &y) in rows.iter().zip(placed.groups.iter().flatten()) {
            draw_row(pen, row, y, &x);
        }
        label_axis(pen, scale, placed.plot, placed.bottom + 15.0);
        for line in wrap(&chart.axis, TICK, right - left) {
            pen.text(&line, (f64::midpoint(left, right), below + 15.0), TICK, Anchor::Middle);
            below += TICK.leading();
        }
    });
    frame.finish(below + 4.0)
}

/// Writes the ticks, those far from 1× only where there is room.
fn label_axis(pen: &mut Pen, scale: Scale, (left, right): (f64, f64), baseline: f64) {
    let one = left + scale.place(1.0) * (right - left);
    let mut ticks: Vec<(f64, String)> =
        scale.ticks().into_iter().map(|(place, label)| (left + place * (right - left), label)).collect();
    ticks.sort_by(|a, b| (a.0 - one).abs().total_cmp(&(b.0 - one).abs()));
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for (x, label) in ticks {
        let half = width(&label, TICK) / 2.0 + 4.0;
        if taken.iter().all(|(from, to)| x + half <= *from || x - half >= *to) {
            pen.text(&label, (x, baseline), TICK, Anchor::Middle);
            taken.push((x - half, x + half));
        }
    }
}

fn group((heading, rows): &(String, Vec<RatioRow>)) -> Group<'_> {
    let rows = rows.iter().map(|row| Row { sub: row.sub.as_deref(), ..Row::new(&row.label, &row.text) });
    Group { heading, rows: rows.collect() }
}

/// Returns a ratio that can be placed.
fn usable(ratio: f64) -> Option<f64> {
    (ratio.is_finite() && ratio > 0.0).then(|| ratio.clamp(EXTREME.0, EXTREME.1))
}

/// Returns the interval in rising order; an end at zero or infinity reaches to the end of the axis.
fn ends(row: &RatioRow) -> Option<(f64, f64)> {
    let (low, high) = row.interval.filter(|(low, high)| !low.is_nan() && !high.is_nan())?;
    let (low, high) = (low.min(high), low.max(high));
    (high > 0.0).then(|| (low.clamp(EXTREME.0, EXTREME.1), high.clamp(EXTREME.0, EXTREME.1)))
}

fn extent(row: &RatioRow) -> Vec<f64> {
    // An endless interval must not stretch the axis: only estimates and ends within a hundredfold of them do.
    let estimate = usable(row.ratio);
    let near = |end: f64| estimate.is_none_or(|ratio| (ratio / 100.0..=ratio * 100.0).contains(&end));
    let ends = ends(row).into_iter().flat_map(|(low, high)| [low, high]).filter(|end| near(*end));
    estimate.into_iter().chain(ends).collect()
}

fn draw_row(pen: &mut Pen, row: &RatioRow, y: f64, x: &impl Fn(f64) -> f64) {
    if let Some((low, high)) = ends(row) {
        pen.line((x(low), y), (x(high), y), whisker(row.mark), 1.8);
    }
    if let Some(ratio) = usable(row.ratio) {
        draw_mark(pen, row.mark, (x(ratio), y));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64]) -> String {
        Scale::for_values(values.iter().copied()).ticks().into_iter().map(|tick| tick.1).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_multiples() {
        assert_eq!(labels(&[]), "0.91× 0.95× 1× 1.05× 1.1×");
        assert_eq!(labels(&[0.9, 1.4]), "0.91× 1× 1.1× 1.2× 1.3× 1.4×");
        assert_eq!(labels(&[0.5, 3.0]), "0.5× 0.67× 0.8× 1× 1.25× 1.5× 2× 3×");
        assert_eq!(
            labels(&[1e-6, 1e6]),
            "0.000001× 0.00001× 0.0001× 0.001× 0.01× 0.1× 1× 10× 100× 1000× 10000× 100000× 1000000×"
        );
    }
}
