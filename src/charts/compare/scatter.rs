//! Solve rates of the tasks, BASE against NEW: bubbles on the grid of rates, with the diagonal of no change.

use super::grid::Grid;
use crate::charts::ChartError;
use crate::charts::axis::share;
use crate::charts::canvas::{Anchor, Canvas, DOTTED, Pen, Shape};
use crate::charts::font::{width, wrap_within};
use crate::charts::frame::Frame;
use crate::charts::legend::{self, Sample};
use crate::charts::theme::{AXIS, BLUE, GRID, INK, MARGIN, MUTED, PAPER, SMALL_HEADING, TICK, TextStyle, VERMILLION, percent};
use crate::views::chart::compare::{Scatter, ScatterPanel};

use plotters::style::RGBColor;

/// Most panels beside each other, and their greatest side.
const COLUMNS: usize = 3;
const SIDE: f64 = 400.0;
/// Room for percentages at the left and below.
const TICKS: f64 = 44.0;
const BELOW: f64 = 34.0;
/// Share of the side left free around the outermost places, and the largest bubble's share of it.
const INSET: f64 = 0.09;
const LARGEST: f64 = 0.85;
/// Smallest bubble, and the largest radius as a share of the distance between two neighbouring places; such a bubble has at least
/// the third radius.
const SMALLEST: f64 = 2.6;
const OF_DISTANCE: f64 = 0.5;
const LEAST_LARGEST: f64 = 8.0;

/// Tasks at one place.
#[derive(Debug, Clone, Copy)]
struct Bubble {
    base: f64,
    new: f64,
    tasks: f64,
}

impl Bubble {
    fn look(self) -> (Shape, RGBColor) {
        match self.new - self.base {
            change if change > 1e-9 => (Shape::Circle, BLUE),
            change if change < -1e-9 => (Shape::Circle, VERMILLION),
            _ => (Shape::Circle, MUTED),
        }
    }
}

/// Returns the tasks by place, those at one place added up, the largest first.
fn bubbles(panel: &ScatterPanel) -> Vec<Bubble> {
    let usable = panel.points.iter().filter(|point| point.tasks > 0);
    let mut all: Vec<Bubble> = usable
        .filter_map(|point| Some(Bubble { base: share(point.base)?, new: share(point.new)?, tasks: f64::from(point.tasks) }))
        .collect();
    all.sort_by(|a, b| a.base.total_cmp(&b.base).then(a.new.total_cmp(&b.new)));
    let same = |a: &Bubble, b: &Bubble| (a.base - b.base).abs() < 1e-9 && (a.new - b.new).abs() < 1e-9;
    let mut merged: Vec<Bubble> = Vec::new();
    for one in all {
        match merged.last_mut() {
            Some(last) if same(last, &one) => last.tasks += one.tasks,
            _ => merged.push(one),
        }
    }
    merged.sort_by(|a, b| b.tasks.total_cmp(&a.tasks));
    merged
}

/// Returns into how many parts the grid cuts the axes: fifths where all rates are, else quarters.
fn parts<'a>(bubbles: impl Iterator<Item = &'a Bubble>) -> u8 {
    let mut rates = bubbles.flat_map(|bubble| [bubble.base, bubble.new]);
    let fifth = |rate: f64| (rate * 5.0 - (rate * 5.0).round()).abs() < 1e-6;
    if rates.all(fifth) { 5 } else { 4 }
}

/// Returns the smallest distance of two different rates; 1 where all are the same.
fn distance<'a>(bubbles: impl Iterator<Item = &'a Bubble>) -> f64 {
    let mut rates: Vec<f64> = bubbles.flat_map(|bubble| [bubble.base, bubble.new]).collect();
    rates.sort_by(f64::total_cmp);
    rates.windows(2).map(|pair| pair[1] - pair[0]).filter(|distance| *distance > 1e-9).fold(1.0, f64::min)
}

/// Draws the figure.
pub(in crate::charts) fn draw(chart: &Scatter) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let panels: Vec<(&str, Vec<Bubble>)> = chart.panels.iter().map(|panel| (panel.label.as_str(), bubbles(panel))).collect();
    let all = || panels.iter().flat_map(|panel| &panel.1);
    if all().next().is_none() {
        return frame.finish_empty();
    }
    let entries = [
        (Sample::Square(BLUE, false), "better: above the diagonal"),
        (Sample::Square(VERMILLION, false), "worse: below it"),
        (Sample::Square(MUTED, false), "alike"),
    ];
    let there = |colour: RGBColor| all().any(|bubble| bubble.look().1 == colour);
    let mut key: Vec<(Sample, &str)> =
        entries.into_iter().filter(|(sample, _)| matches!(sample, Sample::Square(colour, _) if there(*colour))).collect();
    key.push((Sample::Hollow(Shape::Circle, AXIS), "area and number: tasks"));
    let mut top = legend::draw(&mut frame.canvas, &key, frame.top - 4.0) + 6.0;
    let grid = Grid::new(panels.len(), COLUMNS, SIDE, TICKS);
    frame.canvas.plain(|pen| {
        for line in wrap_within(&chart.new_axis, TICK, crate::charts::theme::INNER, 2) {
            pen.text(&line, (MARGIN, top + 11.0), TICK, Anchor::Start);
            top += TICK.leading();
        }
    });
    let most = all().map(|bubble| bubble.tasks).fold(1.0, f64::max);
    let (parts, distance) = (parts(all()), distance(all()));
    let mut y = top + 6.0;
    for chunk in panels.chunks(grid.columns) {
        let names: Vec<Vec<String>> = chunk.iter().map(|(label, _)| wrap_within(label, SMALL_HEADING, grid.width, 2)).collect();
        y += names.iter().map(Vec::len).max().unwrap_or(0) as f64 * SMALL_HEADING.leading();
        for (column, ((_, bubbles), name)) in chunk.iter().zip(&names).enumerate() {
            let plot = Plot { x: grid.x(column), y: (y + 6.0, y + 6.0 + grid.width), most, parts, distance };
            frame.canvas.plain(|pen| {
                for (line, text) in name.iter().rev().enumerate() {
                    pen.text(text, (plot.x.0, y - 2.0 - line as f64 * SMALL_HEADING.leading()), SMALL_HEADING, Anchor::Start);
                }
            });
            plot.draw(&mut frame.canvas, bubbles, column == 0);
        }
        y += 6.0 + grid.width + BELOW;
    }
    let mut below = y - BELOW + 22.0;
    let (left, right) = grid.ends();
    frame.canvas.plain(|pen| {
        for line in wrap_within(&chart.base_axis, TICK, right - left, 3) {
            pen.text(&line, (f64::midpoint(left, right), below + 14.0), TICK, Anchor::Middle);
            below += TICK.leading();
        }
    });
    frame.finish(below + 4.0)
}

/// One square of axes.
struct Plot {
    x: (f64, f64),
    y: (f64, f64),
    /// Tasks of the largest bubble.
    most: f64,
    /// Parts the grid cuts the axes into.
    parts: u8,
    /// Smallest distance of two different rates.
    distance: f64,
}

impl Plot {
    fn side(&self) -> f64 {
        self.x.1 - self.x.0
    }

    fn place(&self, bubble: Bubble) -> (f64, f64) {
        let inset = self.side() * INSET;
        let inner = self.side() - 2.0 * inset;
        (self.x.0 + inset + bubble.base * inner, self.y.1 - inset - bubble.new * inner)
    }

    /// Returns a radius whose square grows with the tasks.
    fn radius(&self, tasks: f64) -> f64 {
        let inner = self.side() * (1.0 - 2.0 * INSET);
        let largest = (inner * self.distance * OF_DISTANCE).max(LEAST_LARGEST).min(self.side() * INSET * LARGEST);
        ((tasks / self.most).sqrt() * largest).max(SMALLEST)
    }

    fn draw(&self, canvas: &mut Canvas, bubbles: &[Bubble], labelled: bool) {
        let corner = |rate: f64| self.place(Bubble { base: rate, new: rate, tasks: 1.0 });
        canvas.plain(|pen| {
            for part in 0..=self.parts {
                let rate = f64::from(part) / f64::from(self.parts);
                let (x, y) = corner(rate);
                pen.line((x, self.y.0), (x, self.y.1), GRID, 0.8);
                pen.line((self.x.0, y), (self.x.1, y), GRID, 0.8);
                let label = percent(rate);
                if self.side() > 200.0 {
                    pen.text(&label, (x, self.y.1 + 15.0), TICK, Anchor::Middle);
                }
                if labelled {
                    pen.text(&label, (self.x.0 - 8.0, y + 4.0), TICK, Anchor::End);
                }
            }
            pen.line((self.x.0, self.y.1), (self.x.1, self.y.1), AXIS, 1.0);
            pen.line((self.x.0, self.y.0), (self.x.0, self.y.1), AXIS, 1.0);
        });
        canvas.layer(DOTTED, |pen| pen.path([(self.x.0, self.y.1), (self.x.1, self.y.0)], AXIS, 1.8));
        canvas.plain(|pen| bubbles.iter().for_each(|bubble| self.draw_bubble(pen, *bubble)));
        canvas.plain(|pen| self.number(pen, bubbles));
    }

    fn draw_bubble(&self, pen: &mut Pen, bubble: Bubble) {
        let (shape, colour) = bubble.look();
        pen.marker(shape, self.place(bubble), self.radius(bubble.tasks), colour, false);
    }

    /// Writes the numbers of tasks into the bubbles that have room and that no smaller one covers.
    fn number(&self, pen: &mut Pen, bubbles: &[Bubble]) {
        let style = TextStyle { size: 10.5, bold: true, colour: INK };
        for (i, bubble) in bubbles.iter().enumerate() {
            let label = format!("{:.0}", bubble.tasks);
            let (x, y) = self.place(*bubble);
            let radius = self.radius(bubble.tasks);
            let half = width(&label, style) / 2.0;
            let covers = |other: &Bubble| {
                let (ox, oy) = self.place(*other);
                (ox - x).hypot(oy - y) < self.radius(other.tasks) + half.max(6.0)
            };
            let others = bubbles.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, other)| other);
            if half.hypot(5.0) < radius && !others.into_iter().any(covers) {
                pen.text(&label, (x, y + 3.8), style.coloured(PAPER), Anchor::Middle);
            }
        }
    }
}
