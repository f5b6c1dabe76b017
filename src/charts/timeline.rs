//! What happened over time: panels below each other that share one axis of time.

use plotters::style::RGBColor;

use super::ChartError;
use super::canvas::{Anchor, Canvas, Pen, Point, ROUND, Shape};
use super::font::{clean, fit_labels, wrap};
use super::frame::Frame;
use super::legend::{self, Sample};
use super::theme::{AXIS, CATEGORICAL, CONTEXT, GREYS, GRID, INNER, MARGIN, TICK, percent};
use super::time_axis::{self, TimeAxis};
use super::trace;
use crate::views::chart::{Timeline, TimelinePanel, TimelineSeries, TimelineStyle, TimelineUnit};
use crate::views::fmt;

/// Height of a panel where there are up to three, and of one of more.
const HEIGHT: (f64, f64) = (150.0, 112.0);
/// Space from the bottom of a panel to the title of the next.
const GAP: f64 = 14.0;
/// Room for numbers at the left, and most room for the name of a series.
const TICKS: f64 = 62.0;
const NAME_ROOM: f64 = 400.0;
/// Radius of a dot.
const DOT: f64 = 1.7;
/// Most dots in a panel.
const MOST_DOTS: usize = 3000;
const MS_PER_MINUTE: f64 = 60_000.0;

/// An upright axis.
enum Upright {
    Time(TimeAxis),
    /// From 0 to an end, in steps; as percentages if so said.
    Number {
        end: f64,
        step: f64,
        percent: bool,
    },
}

impl Upright {
    fn new(panel: &TimelinePanel) -> Self {
        let values = || panel.series.iter().flat_map(|series| &series.points).map(|point| point.1);
        match panel.unit {
            TimelineUnit::LogMilliseconds => Self::Time(TimeAxis::log(values())),
            TimelineUnit::Milliseconds => Self::Time(TimeAxis::from_zero(values())),
            TimelineUnit::Share => Self::Number { end: 1.0, step: 0.25, percent: true },
            TimelineUnit::Number => {
                let high = values().filter(|value| value.is_finite()).fold(0.0, f64::max).clamp(0.0, 1e15);
                let high = if high > 1e-9 { high } else { 1.0 };
                let power = 10.0_f64.powf((high / 5.0).log10().floor());
                let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| step * 5.0 >= high);
                let step = step.unwrap_or(high);
                Self::Number { end: (high / step - 1e-9).ceil().max(1.0) * step, step, percent: false }
            }
        }
    }

    /// Returns the position of a value, clamped to `[0, 1]`.
    fn place(&self, value: f64) -> f64 {
        match self {
            Self::Time(axis) => axis.place(value),
            Self::Number { end, .. } => (value / end).clamp(0.0, 1.0),
        }
    }

    fn ticks(&self, room: f64) -> Vec<(f64, String)> {
        match self {
            Self::Time(axis) => axis.ticks(room, |_| TICK.size * 0.7),
            Self::Number { end, step, percent: as_percent } => {
                let decimals =
                    (0..9_u8).find(|decimals| *step * 10.0_f64.powi(i32::from(*decimals)) >= 1.0 - 1e-9).map_or(9, usize::from);
                let label = |value: f64| match (as_percent, decimals) {
                    (true, _) => percent(value),
                    (false, _) if value >= 1e7 => format!("{value:e}"),
                    (false, 0) => fmt::count(format!("{value:.0}").parse().ok()),
                    (false, decimals) => fmt::decimal(Some(value), decimals),
                };
                let steps = (0..=5_u8).map(|i| f64::from(i) * step).take_while(|value| *value <= end * (1.0 + 1e-9));
                steps.map(|value| (value / end, label(value))).collect()
            }
        }
    }
}

/// Draws the figure.
pub(super) fn draw(chart: &Timeline) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let series = || chart.panels.iter().flat_map(|panel| &panel.series);
    let drawable = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
    if !series().flat_map(|series| &series.points).any(|point| drawable(&point)) {
        return frame.finish_empty();
    }
    let labels = labels(chart);
    let top = draw_legend(&mut frame, &labels);
    let minutes = series().flat_map(|series| &series.points).map(|point| point.0 * MS_PER_MINUTE);
    let axis = TimeAxis::between(minutes);
    let x = (MARGIN + TICKS, MARGIN + INNER - 8.0);
    let ticks = time_axis::across(&axis, x);
    let height = if chart.panels.len() > 3 { HEIGHT.1 } else { HEIGHT.0 };
    let mut y = top;
    for panel in &chart.panels {
        let mut plot = Plot { x, y: (0.0, height), axis, upright: Upright::new(panel) };
        let dots = plot.dots(panel);
        let plot_top = y + draw_title(&mut frame.canvas, &thinned_title(panel, &dots), y);
        plot.y = (plot_top, plot_top + height);
        plot.draw_ground(&mut frame.canvas, &ticks);
        for (series, dots) in panel.series.iter().zip(&dots) {
            let colour = colour(labels.iter().position(|label| label.0 == series.label).unwrap_or(usize::MAX));
            frame.canvas.plain(|pen| draw_dots(pen, dots.kept.iter().map(|(x, y)| (*x, y + plot_top)), colour, DOT));
            if series.style != TimelineStyle::Dots {
                plot.draw_line(&mut frame.canvas, series, colour);
            }
        }
        y = plot.y.1 + GAP;
    }
    let mut below = y - GAP;
    frame.canvas.plain(|pen| {
        below = time_axis::label(pen, &ticks, x, below);
        below = time_axis::title(pen, &chart.axis, x, below);
    });
    frame.finish(below)
}

/// Returns the distinct names of the series in order, and whether the first of each is drawn as dots.
fn labels(chart: &Timeline) -> Vec<(&str, bool)> {
    let mut labels: Vec<(&str, bool)> = Vec::new();
    for series in chart.panels.iter().flat_map(|panel| &panel.series) {
        if labels.iter().all(|label| label.0 != series.label) {
            labels.push((&series.label, series.style == TimelineStyle::Dots));
        }
    }
    labels
}

fn colour(label: usize) -> RGBColor {
    CATEGORICAL.into_iter().chain(GREYS).nth(label).unwrap_or(CONTEXT)
}

/// Most names of series in the legend; of more, the rest share one entry.
const MOST: usize = CATEGORICAL.len() + GREYS.len();

fn draw_legend(frame: &mut Frame, labels: &[(&str, bool)]) -> f64 {
    if labels.len() < 2 && labels.iter().all(|label| clean(label.0).is_empty()) {
        return frame.top - 4.0;
    }
    let mut names = fit_labels(labels.iter().take(MOST).map(|label| label.0), TICK, NAME_ROOM);
    if labels.len() > MOST {
        names.push(format!("{} others", labels.len() - MOST));
    }
    let sample = |i: usize| match labels.get(i) {
        Some((_, true)) => Sample::Dot(colour(i)),
        _ => Sample::Line(colour(i)),
    };
    let entries: Vec<(Sample, &str)> = names.iter().enumerate().map(|(i, name)| (sample(i), name.as_str())).collect();
    legend::draw(&mut frame.canvas, &entries, frame.top - 4.0) + 4.0
}

/// Writes the title of an upright axis; returns the height it takes.
fn draw_title(canvas: &mut Canvas, title: &str, top: f64) -> f64 {
    let mut height = 0.0;
    canvas.plain(|pen| {
        for line in wrap(title, TICK, INNER) {
            pen.text(&line, (MARGIN, top + height + 12.0), TICK, Anchor::Start);
            height += TICK.leading();
        }
    });
    // The label of the highest tick stands beside the end of the plot, not below the title.
    height + 10.0
}

/// The dots of a series.
#[derive(Default)]
struct Dots {
    all: usize,
    kept: Vec<Point>,
    /// How far, in pixels, a dot may be from one that is kept.
    cell: f64,
}

/// Returns the title of a panel, which says so where its dots are thinned visibly.
fn thinned_title(panel: &TimelinePanel, dots: &[Dots]) -> String {
    let cell = dots.iter().map(|dots| dots.cell).fold(0.0, f64::max);
    if cell <= trace::CELL {
        return panel.axis.clone();
    }
    let [all, kept] =
        [|dots: &Dots| dots.all, |dots: &Dots| dots.kept.len()].map(|of| dots.iter().map(of).sum::<usize>() as u64);
    let [all, kept] = [all, kept].map(|number| fmt::count(Some(number)));
    format!("{} · {all} points, drawn as {kept}: none is farther than {:.0} pixels from a dot", panel.axis, cell.ceil())
}

struct Plot {
    x: (f64, f64),
    y: (f64, f64),
    axis: TimeAxis,
    upright: Upright,
}

impl Plot {
    fn place(&self, (minutes, value): (f64, f64)) -> Point {
        let across = self.axis.place(minutes * MS_PER_MINUTE);
        let up = self.upright.place(value);
        (self.x.0 + across * (self.x.1 - self.x.0), self.y.1 - up * (self.y.1 - self.y.0))
    }

    fn draw_ground(&self, canvas: &mut Canvas, ticks: &[(f64, String)]) {
        let (top, bottom) = self.y;
        canvas.plain(|pen| {
            time_axis::grid(pen, ticks, self.x, self.y);
            for (place, label) in self.upright.ticks(bottom - top) {
                let y = bottom - place * (bottom - top);
                pen.line((self.x.0, y), (self.x.1, y), GRID, 1.0);
                pen.text(&label, (self.x.0 - 8.0, y + 4.0), TICK, Anchor::End);
            }
            pen.line((self.x.0, bottom), (self.x.1, bottom), AXIS, 1.0);
        });
    }

    /// Returns the dots of each series of a panel, few enough for a figure.
    fn dots(&self, panel: &TimelinePanel) -> Vec<Dots> {
        let dotted = panel.series.iter().filter(|series| series.style == TimelineStyle::Dots).count();
        let of = |series: &TimelineSeries| {
            if series.style != TimelineStyle::Dots {
                return Dots::default();
            }
            let usable = series.points.iter().filter(|point| point.0.is_finite() && point.1.is_finite());
            let places: Vec<Point> = usable.map(|point| self.place(*point)).collect();
            let (kept, cell) = trace::dots(&places, MOST_DOTS / dotted.max(1));
            Dots { all: places.len(), kept, cell }
        };
        panel.series.iter().map(of).collect()
    }

    fn draw_line(&self, canvas: &mut Canvas, series: &TimelineSeries, colour: RGBColor) {
        let mut points: Vec<(f64, f64)> = series.points.iter().copied().filter(|point| point.0.is_finite()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        for run in points.split(|point| !point.1.is_finite()).filter(|run| !run.is_empty()) {
            let places: Vec<Point> = match series.style {
                TimelineStyle::Step => self.steps(run, &points),
                _ => run.iter().map(|point| self.place(*point)).collect(),
            };
            let places = trace::line(&places);
            if places.len() > 1 {
                canvas.layer(ROUND, |pen| pen.path(places, colour, 1.5));
            } else {
                canvas.plain(|pen| draw_dots(pen, places, colour, 2.0));
            }
        }
    }

    /// Returns the corners of a run of steps, the last of which holds until the gap after it.
    fn steps(&self, run: &[(f64, f64)], all: &[(f64, f64)]) -> Vec<Point> {
        let mut corners = Vec::with_capacity(2 * run.len() + 1);
        for point in run {
            if let Some(&(_, y)) = corners.last() {
                let x = self.place(*point).0;
                corners.push((x, y));
            }
            corners.push(self.place(*point));
        }
        let gap = run.last().and_then(|last| all.iter().find(|point| point.0 > last.0 && !point.1.is_finite()));
        if let (Some(gap), Some(&(_, y))) = (gap, corners.last()) {
            corners.push((self.place((gap.0, 0.0)).0, y));
        }
        corners
    }
}

fn draw_dots(pen: &mut Pen, places: impl IntoIterator<Item = Point>, colour: RGBColor, radius: f64) {
    for place in places {
        pen.marker(Shape::Circle, place, radius, colour, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(values: &[f64]) -> String {
        let series = vec![TimelineSeries {
            label: String::new(),
            style: TimelineStyle::Line,
            points: values.iter().map(|v| (0.0, *v)).collect(),
        }];
        let panel = TimelinePanel { axis: String::new(), unit: TimelineUnit::Number, series };
        Upright::new(&panel).ticks(120.0).into_iter().map(|tick| tick.1).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn numbers_begin_at_zero_and_reach_the_highest() {
        assert_eq!(ticks(&[10.0]), "0, 2, 4, 6, 8, 10");
        assert_eq!(ticks(&[0.8]), "0.0, 0.2, 0.4, 0.6, 0.8");
        assert_eq!(ticks(&[61_234.0]), "0, 20,000, 40,000, 60,000, 80,000");
        assert_eq!(ticks(&[f64::NAN, -3.0]), "0.0, 0.2, 0.4, 0.6, 0.8, 1.0");
        assert_eq!(ticks(&[3.0]), "0, 1, 2, 3");
    }
}
