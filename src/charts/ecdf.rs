//! Empirical distributions of durations: up to seven in one panel, more as small multiples.

use plotters::style::RGBColor;

use super::ChartError;
use super::axis::{Scale, share};
use super::canvas::{Anchor, Canvas, DOTTED, Pen, Point, ROUND, Shape};
use super::font::{clean, fit_labels, wrap_within};
use super::frame::Frame;
use super::legend::{self, Sample};
use super::panel::Panel;
use super::theme::{AXIS, BLUE, CATEGORICAL, CONTEXT, INNER, MARGIN, SMALL_HEADING, TICK};
use super::time_axis::{self, TimeAxis, duration};
use super::{time_marks, trace};
use crate::views::chart::{Ecdf, EcdfSeries};
use crate::views::fmt;

/// Height of the panel, and of each of many.
const HEIGHT: (f64, f64) = (360.0, 118.0);
/// Panels beside each other, the space between them, and below them.
const COLUMNS: usize = 3;
const GAP: f64 = 24.0;
const BELOW: f64 = 26.0;
/// Room for percentages at the left, and for the names of percentiles at the right.
const TICKS: (f64, f64) = (46.0, 30.0);
/// Most room for the name of a series.
const NAME_ROOM: f64 = 380.0;
/// Percentiles that are marked.
const MARKED: [(f64, &str); 3] = [(0.5, "P50"), (0.9, "P90"), (0.99, "P99")];
const ID: &str = "all-curves";

/// A curve that can be drawn.
struct Curve {
    points: Vec<(f64, f64)>,
    marks: Vec<(f64, f64)>,
    /// Share of calls that have no place on the axis.
    at_zero: f64,
}

impl Curve {
    fn new(series: &EcdfSeries) -> Self {
        let usable = |&(ms, part): &(f64, f64)| Some((ms, share(part)?)).filter(|(ms, _)| ms.is_finite());
        let mut points: Vec<(f64, f64)> = series.points.iter().filter_map(usable).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let at_zero = points.iter().rev().find(|point| point.0 <= 0.0).map_or(0.0, |point| point.1);
        let marks = [series.p50_ms, series.p90_ms, series.p99_ms];
        let marks = marks.into_iter().zip(MARKED).filter_map(|(ms, (level, _))| Some((ms.filter(|ms| ms.is_finite())?, level)));
        Self { marks: marks.collect(), at_zero, points }
    }

    /// Returns the corners of the stairs.
    fn stairs(&self, place: impl Fn(f64, f64) -> Point) -> Vec<Point> {
        let mut before = 0.0;
        let corners = self.points.iter().flat_map(|&(ms, share)| {
            let pair = [place(ms, before), place(ms, share)];
            before = share;
            pair
        });
        trace::stair(corners.collect::<Vec<_>>())
    }
}

/// Where durations and shares come to stand.
#[derive(Clone, Copy)]
struct Plot<'a> {
    panel: Panel,
    axis: &'a TimeAxis,
}

impl<'a> Plot<'a> {
    fn new(x: (f64, f64), (top, bottom): (f64, f64), axis: &'a TimeAxis) -> Self {
        Self { panel: Panel { x, y: (top, bottom), k: (0.0, 0.0), scale: Scale::FULL }, axis }
    }

    fn x(&self, ms: f64) -> f64 {
        self.panel.x.0 + self.axis.place(ms) * (self.panel.x.1 - self.panel.x.0)
    }

    fn place(&self, ms: f64, share: f64) -> Point {
        (self.x(ms), self.panel.place_share(share))
    }

    fn draw_ground(&self, canvas: &mut Canvas) {
        let ticks = time_axis::across(self.axis, self.panel.x);
        canvas.plain(|pen| {
            time_axis::grid(pen, &ticks, self.panel.x, self.panel.y);
            self.panel.draw_grid(pen);
        });
        canvas.layer(DOTTED, |pen| {
            for (level, _) in MARKED {
                let y = self.panel.place_share(level);
                pen.line((self.panel.x.0, y), (self.panel.x.1, y), AXIS, 1.1);
            }
        });
    }

    fn draw_limit(&self, canvas: &mut Canvas, chart: &Ecdf) {
        if let Some(ms) = time_marks::usable(chart.sla_ms) {
            time_marks::limit(canvas, self.x(ms), self.panel.y);
        }
    }

    fn draw_curve(&self, canvas: &mut Canvas, curve: &Curve, colour: RGBColor, width: f64) {
        let stairs = curve.stairs(|ms, share| self.place(ms, share));
        if stairs.len() > 1 {
            canvas.layer(ROUND, |pen| pen.path(stairs, colour, width));
        }
    }

    fn draw_marks(&self, pen: &mut Pen, curve: &Curve, (shape, radius): (Shape, f64), colour: RGBColor) {
        for &(ms, level) in &curve.marks {
            pen.marker(shape, self.place(ms, level), radius, colour, false);
        }
        if let Some(&(ms, share)) = curve.points.last() {
            time_marks::longest(pen, self.place(ms, share), colour);
        }
    }
}

/// Draws the figure.
pub(super) fn draw(chart: &Ecdf) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let curves: Vec<Curve> = chart.series.iter().map(Curve::new).collect();
    if curves.iter().all(|curve| curve.points.is_empty()) {
        return frame.finish_empty();
    }
    let points = curves.iter().flat_map(|curve| curve.points.iter().chain(&curve.marks));
    let axis = TimeAxis::log(points.map(|point| point.0).chain(time_marks::usable(chart.sla_ms)));
    let many = curves.len() > CATEGORICAL.len();
    let top = draw_legends(&mut frame, chart, &curves, many);
    let below = if many {
        draw_many(&mut frame.canvas, chart, &curves, &axis, top)
    } else {
        draw_one(&mut frame.canvas, chart, &curves, &axis, top)
    };
    let below = note(&mut frame.canvas, chart, &curves, below);
    frame.finish(below)
}

/// Returns how many calls in words: `n = 3453`.
fn calls(n: u64) -> String {
    format!("n = {}", fmt::count(Some(n)))
}

fn draw_legends(frame: &mut Frame, chart: &Ecdf, curves: &[Curve], many: bool) -> f64 {
    let mut top = frame.top - 4.0;
    if !many {
        let names = fit_labels(chart.series.iter().map(|series| series.label.as_str()), TICK, NAME_ROOM);
        let names: Vec<String> =
            names.iter().zip(&chart.series).map(|(name, series)| format!("{name} ({})", calls(series.n))).collect();
        let marks = Shape::ALL.into_iter().zip(CATEGORICAL).map(|(shape, colour)| Sample::Series(shape, colour));
        let entries: Vec<(Sample, &str)> = marks.zip(names.iter().map(String::as_str)).collect();
        top = legend::draw(&mut frame.canvas, &entries, top);
    }
    let limit = time_marks::usable(chart.sla_ms).map(|ms| format!("limit {}", duration(ms)));
    let mut entries = Vec::new();
    if curves.iter().any(|curve| !curve.marks.is_empty()) {
        entries.push((Sample::Dot(if many { BLUE } else { AXIS }), "P50, P90, P99"));
    }
    entries.push((Sample::Longest, "longest call"));
    if let Some(limit) = &limit {
        entries.push((Sample::Limit, limit));
    }
    legend::draw(&mut frame.canvas, &entries, top) + 4.0
}

fn draw_one(canvas: &mut Canvas, chart: &Ecdf, curves: &[Curve], axis: &TimeAxis, top: f64) -> f64 {
    let plot_top = top + 30.0;
    let x = (MARGIN + TICKS.0, MARGIN + INNER - TICKS.1);
    let plot = Plot::new(x, (plot_top, plot_top + HEIGHT.0), axis);
    plot.draw_ground(canvas);
    plot.draw_limit(canvas, chart);
    canvas.plain(|pen| {
        pen.text("share of calls at or below", (MARGIN, top + 12.0), TICK, Anchor::Start);
        plot.panel.label_shares(pen);
        for (level, name) in MARKED {
            pen.text(name, (x.1 + 6.0, plot.panel.place_share(level) + 4.0), TICK, Anchor::Start);
        }
    });
    for (curve, colour) in curves.iter().zip(CATEGORICAL) {
        plot.draw_curve(canvas, curve, colour, 1.8);
    }
    let mut below = plot.panel.y.1;
    canvas.plain(|pen| {
        for ((curve, colour), shape) in curves.iter().zip(CATEGORICAL).zip(Shape::ALL) {
            plot.draw_marks(pen, curve, (shape, 4.4), colour);
        }
        below = time_axis::label(pen, &time_axis::across(axis, x), x, below);
        below = time_axis::title(pen, &chart.axis, x, below);
    });
    below
}

fn draw_many(canvas: &mut Canvas, chart: &Ecdf, curves: &[Curve], axis: &TimeAxis, top: f64) -> f64 {
    let wide = (INNER - TICKS.0 - GAP * (COLUMNS as f64 - 1.0)) / COLUMNS as f64;
    let plot_at = |x: f64, y: f64| Plot::new((x, x + wide), (y, y + HEIGHT.1), axis);
    let origin = plot_at(0.0, 0.0);
    canvas.define(ID, ROUND, |pen| {
        for curve in curves {
            let stairs = curve.stairs(|ms, share| origin.place(ms, share));
            if stairs.len() > 1 {
                pen.path(stairs, CONTEXT, 0.9);
            }
        }
    });
    let heading = |series: &EcdfSeries| {
        let mut lines = wrap_within(&series.label, SMALL_HEADING, wide, 2);
        lines.push(calls(series.n));
        lines
    };
    canvas.plain(|pen| pen.text("share of calls at or below", (MARGIN, top + 12.0), TICK, Anchor::Start));
    let (mut y, mut below) = (top + 20.0, top);
    for (row, (curves, series)) in curves.chunks(COLUMNS).zip(chart.series.chunks(COLUMNS)).enumerate() {
        let headings: Vec<Vec<String>> = series.iter().map(heading).collect();
        y += headings.iter().map(Vec::len).max().unwrap_or(1) as f64 * SMALL_HEADING.leading();
        for (column, (curve, lines)) in curves.iter().zip(&headings).enumerate() {
            let plot = plot_at(MARGIN + TICKS.0 + column as f64 * (wide + GAP), y + 6.0);
            plot.draw_ground(canvas);
            canvas.repeat(ID, (plot.panel.x.0, plot.panel.y.0));
            plot.draw_limit(canvas, chart);
            plot.draw_curve(canvas, curve, BLUE, 1.7);
            canvas.plain(|pen| {
                plot.draw_marks(pen, curve, (Shape::Circle, 3.2), BLUE);
                draw_heading(pen, lines, (plot.panel.x.0, y - 2.0));
                if column == 0 {
                    plot.panel.label_shares(pen);
                }
                // The lowest panel of each column carries the axis.
                if (row + 1) * COLUMNS + column >= chart.series.len() {
                    time_axis::label(pen, &time_axis::across(axis, plot.panel.x), plot.panel.x, plot.panel.y.1);
                }
            });
            below = plot.panel.y.1;
        }
        y = below + BELOW;
    }
    canvas.plain(|pen| below = time_axis::title(pen, &chart.axis, (MARGIN + TICKS.0, MARGIN + INNER), below + 20.0));
    below
}

/// Writes the lines of a panel's heading upon a baseline, the last one muted.
pub(super) fn draw_heading(pen: &mut Pen, lines: &[String], (x, baseline): Point) {
    for (up, line) in lines.iter().rev().enumerate() {
        let style = if up == 0 { TICK } else { SMALL_HEADING };
        pen.text(line, (x, baseline - up as f64 * SMALL_HEADING.leading()), style, Anchor::Start);
    }
}

/// Says of calls of 0 ms that they stand at the end of the axis; returns the y below.
fn note(canvas: &mut Canvas, chart: &Ecdf, curves: &[Curve], mut y: f64) -> f64 {
    let zeros = curves.iter().zip(&chart.series).filter(|(curve, _)| curve.at_zero > 0.0);
    let name =
        |series: &EcdfSeries| Some(clean(&series.label)).filter(|name| !name.is_empty()).unwrap_or_else(|| "?".to_owned());
    let zeros: Vec<String> =
        zeros.map(|(curve, series)| format!("{} of {}", fmt::rate(Some(curve.at_zero)), name(series))).collect();
    if !zeros.is_empty() {
        let words =
            format!("Calls of 0 ms have no place on a logarithmic axis and stand at its left end: {}", zeros.join(", "));
        canvas.plain(|pen| {
            for line in wrap_within(&words, TICK, INNER, 3) {
                pen.text(&line, (MARGIN, y + 14.0), TICK, Anchor::Start);
                y += TICK.leading();
            }
        });
        y += 4.0;
    }
    y
}
