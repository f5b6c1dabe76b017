//! One pair of axes for pass^k curves, and the drawing of a curve's parts in it.

use plotters::style::RGBColor;

use super::axis::{Scale, interval, share};
use super::canvas::{Anchor, Canvas, DASHED, DOTTED, Pen, Point, ROUND, Shape};
use super::font::width;
use super::theme::{AXIS, GRID, TICK};
use crate::views::chart::CurveSeries;

/// Space between the axes' ends and the first and last k: a share of the width, at most so much.
const INSET: (f64, f64) = (0.07, 26.0);

/// A point that can be plotted: its value is a number, its interval complete.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plotted {
    pub(super) k: f64,
    pub(super) value: f64,
    pub(super) interval: Option<(f64, f64)>,
    pub(super) thin: bool,
}

/// Returns the points of a series that can be plotted, by rising k.
pub(super) fn plotted(series: &CurveSeries) -> Vec<Plotted> {
    let point = |point: &crate::views::chart::CurvePoint| {
        Some(Plotted {
            k: f64::from(point.k),
            value: share(point.value)?,
            interval: interval(point.interval),
            thin: point.thin,
        })
    };
    let mut points: Vec<Plotted> = series.points.iter().filter_map(point).collect();
    points.sort_by(|a, b| a.k.total_cmp(&b.k));
    points
}

/// Where k and share come to stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panel {
    /// Left, right.
    pub(super) x: (f64, f64),
    /// Top, bottom.
    pub(super) y: (f64, f64),
    /// First and last k.
    pub(super) k: (f64, f64),
    pub(super) scale: Scale,
}

impl Panel {
    /// Returns a panel cut into slots of equal width, with the whole numbers from 0 on in their middles.
    pub(super) fn of_slots(x: (f64, f64), y: (f64, f64), slots: usize, scale: Scale) -> Self {
        let slot = (x.1 - x.0) / slots.max(1) as f64;
        let margin = inset(x) / slot - 0.5;
        Self { x, y, k: (margin, slots.max(1) as f64 - 1.0 - margin), scale }
    }

    pub(super) fn place_k(&self, k: f64) -> f64 {
        let (first, last) = self.k;
        let inset = inset(self.x);
        let (left, right) = (self.x.0 + inset, self.x.1 - inset);
        if last > first { left + (k - first) / (last - first) * (right - left) } else { f64::midpoint(left, right) }
    }

    pub(super) fn place_share(&self, share: f64) -> f64 {
        self.y.1 - self.scale.place(share) * (self.y.1 - self.y.0)
    }

    fn place(&self, k: f64, share: f64) -> Point {
        (self.place_k(k), self.place_share(share))
    }

    /// Draws horizontal grid lines and the base line.
    pub(super) fn draw_grid(&self, pen: &mut Pen) {
        for (place, _) in self.scale.ticks() {
            let y = self.y.1 - place * (self.y.1 - self.y.0);
            let (colour, width) = if place > 0.0 { (GRID, 1.0) } else { (AXIS, 1.0) };
            pen.line((self.x.0, y), (self.x.1, y), colour, width);
        }
    }

    /// Writes the percentages left of the panel.
    pub(super) fn label_shares(&self, pen: &mut Pen) {
        for (place, label) in self.scale.ticks() {
            let y = self.y.1 - place * (self.y.1 - self.y.0);
            pen.text(&label, (self.x.0 - 8.0, y + 4.0), TICK, Anchor::End);
        }
    }

    /// Writes k below the panel, with small ticks; leaves out a k whose number would touch the one before.
    pub(super) fn label_ks(&self, pen: &mut Pen, most: u32) {
        let mut free = f64::NEG_INFINITY;
        for k in whole_ticks(self.k, most) {
            let (x, label) = (self.place_k(k), format!("{k:.0}"));
            let half = width(&label, TICK) / 2.0;
            if x - half < free {
                continue;
            }
            free = x + half + 5.0;
            pen.line((x, self.y.1), (x, self.y.1 + 4.0), AXIS, 1.0);
            pen.text(&label, (x, self.y.1 + 17.0), TICK, Anchor::Middle);
        }
    }

    /// Fills the interval band of a curve where neighbouring points have intervals.
    pub(super) fn draw_bands(&self, pen: &mut Pen, points: &[Plotted], colour: RGBColor, opacity: f64) {
        for run in points.split(|point| point.interval.is_none()).filter(|run| run.len() > 1) {
            let edge = |point: &Plotted, low: bool| {
                let (bottom, top) = point.interval.unwrap_or((point.value, point.value));
                self.place(point.k, if low { bottom } else { top })
            };
            let there = run.iter().map(|point| edge(point, false));
            let back = run.iter().rev().map(|point| edge(point, true));
            pen.polygon(there.chain(back), colour, opacity);
        }
    }

    /// Draws whiskers for intervals that have no neighbour to form a band with, moved sideways by `shift`.
    pub(super) fn draw_whiskers(&self, pen: &mut Pen, points: &[Plotted], colour: RGBColor, shift: f64) {
        for run in points.split(|point| point.interval.is_none()) {
            if let [point] = run
                && let Some((low, high)) = point.interval
            {
                let x = self.place_k(point.k) + shift;
                pen.line((x, self.place_share(low)), (x, self.place_share(high)), colour, 1.6);
            }
        }
    }

    /// Draws (pass^1)^k, a dotted curve over the k of the series, if it has k = 1 and goes on.
    pub(super) fn draw_reference(&self, canvas: &mut Canvas, points: &[Plotted], colour: RGBColor) {
        let Some(first) = points.iter().find(|point| (point.k - 1.0).abs() < 0.5) else { return };
        let last = points.last().map_or(1.0, |point| point.k);
        if last <= 1.0 {
            return;
        }
        let steps = (0..=32_u8).map(|i| 1.0 + (last - 1.0) * f64::from(i) / 32.0);
        let curve = steps.map(|k| self.place(k, first.value.powf(k)));
        canvas.layer(DOTTED, |pen| pen.path(curve, colour, 1.5));
    }

    /// Draws the segments of a curve: solid, and dashed beside thin points.
    pub(super) fn draw_lines(&self, canvas: &mut Canvas, points: &[Plotted], colour: RGBColor, width: f64) {
        for (dashed, attributes) in [(false, ROUND), (true, DASHED)] {
            canvas.layer(attributes, |pen| {
                let is = |pair: &&[Plotted]| pair.iter().any(|point| point.thin) == dashed;
                let mut run: Vec<Point> = Vec::new();
                for pair in points.windows(2).filter(is) {
                    let ends = [pair[0], pair[1]].map(|point| self.place(point.k, point.value));
                    if run.last() != Some(&ends[0]) {
                        draw_run(pen, &mut run, colour, width);
                        run.push(ends[0]);
                    }
                    run.push(ends[1]);
                }
                draw_run(pen, &mut run, colour, width);
            });
        }
    }

    /// Draws the points, hollow where thin.
    pub(super) fn draw_points(
        &self,
        pen: &mut Pen,
        points: &[Plotted],
        (shape, radius): (Shape, f64),
        colour: RGBColor,
        shift: f64,
    ) {
        for point in points {
            let (x, y) = self.place(point.k, point.value);
            pen.marker(shape, (x + shift, y), radius, colour, point.thin);
        }
    }
}

fn draw_run(pen: &mut Pen, run: &mut Vec<Point>, colour: RGBColor, width: f64) {
    if run.len() > 1 {
        pen.path(run.drain(..), colour, width);
    }
    run.clear();
}

fn inset((left, right): (f64, f64)) -> f64 {
    ((right - left) * INSET.0).min(INSET.1)
}

/// Returns the range of k and the scale that hold all series.
pub(super) fn ranges(series: &[Vec<Plotted>]) -> ((f64, f64), Scale) {
    let points = || series.iter().flatten();
    let first = points().map(|point| point.k).fold(f64::INFINITY, f64::min);
    let last = points().map(|point| point.k).fold(f64::NEG_INFINITY, f64::max);
    let k = if first.is_finite() { (first, last) } else { (1.0, 1.0) };
    (k, Scale::for_values(points().map(|point| point.interval.map_or(point.value, |ends| ends.1.max(point.value)))))
}

/// Returns at most about `most` whole k: the first one and multiples of a round step.
fn whole_ticks((first, last): (f64, f64), most: u32) -> Vec<f64> {
    let span = last - first;
    let step = [1.0, 2.0, 4.0, 5.0, 8.0, 10.0, 20.0, 50.0, 100.0]
        .into_iter()
        .find(|step| span / step < f64::from(most))
        .unwrap_or_else(|| (span / f64::from(most)).ceil());
    let mut ticks = vec![first];
    let mut tick = (first / step).floor() * step + step;
    while tick <= last {
        ticks.push(tick);
        tick += step;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_whole_and_few() {
        assert_eq!(format!("{:?}", whole_ticks((1.0, 5.0), 12)), "[1.0, 2.0, 3.0, 4.0, 5.0]");
        assert_eq!(format!("{:?}", whole_ticks((1.0, 32.0), 12)), "[1.0, 4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0]");
        assert_eq!(format!("{:?}", whole_ticks((1.0, 1.0), 12)), "[1.0]");
        for last in 1..400_u32 {
            assert!(whole_ticks((1.0, f64::from(last)), 12).len() <= 13, "{last}");
        }
    }

    #[test]
    fn slots_are_of_equal_width() {
        for slots in [1, 2, 20, 300] {
            let panel = Panel::of_slots((50.0, 650.0), (0.0, 100.0), slots, Scale::FULL);
            let slot = 600.0 / slots as f64;
            for (i, k) in [(0, 0.0), (slots - 1, slots as f64 - 1.0)] {
                assert!((panel.place_k(k) - (50.0 + (i as f64 + 0.5) * slot)).abs() < 1e-9, "{i} of {slots}");
            }
        }
    }

    #[test]
    fn unplottable_points_are_left_out() {
        let point = |k, value| crate::views::chart::CurvePoint { k, value, interval: Some((0.1, f64::NAN)), thin: false };
        let series = CurveSeries { label: String::new(), points: vec![point(2, 1.5), point(1, 0.5), point(3, f64::NAN)] };
        let points = plotted(&series);
        assert_eq!(points.iter().map(|point| (point.k, point.value)).collect::<Vec<_>>(), [(1.0, 0.5), (2.0, 1.0)]);
        assert!(points.iter().all(|point| point.interval.is_none()));
    }
}
