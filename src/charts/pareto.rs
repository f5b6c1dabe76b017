//! Cost or duration against pass^1, and the front of what no other cell beats in both.

use super::ChartError;
use super::axis::{Scale, interval, share};
use super::canvas::{Anchor, Canvas, Pen, Point, ROUND, Shape};
use super::font::{clean, fit_labels, width, wrap, wrap_within};
use super::frame::Frame;
use super::key;
use super::legend::{self, Sample};
use super::naming::{self, Area, Surroundings};
use super::panel::Panel;
use super::quantity::Quantity;
use super::theme::{AXIS, BLUE, CONTEXT, GRID, INNER, MARGIN, MUTED, PAPER, SMALL_LABEL, STEPS, TICK, WASH};
use crate::views::chart::{Pareto, ParetoUnit};

/// Height of the plot.
const HEIGHT: f64 = 380.0;
/// Width of the band of cells at 0 beside a logarithmic axis, and the space after it.
const BAND: (f64, f64) = (58.0, 12.0);
/// Most cells named beside their marks, and the room for such a name.
const NAMED: usize = 12;
const NAME_ROOM: f64 = 215.0;
const NAME_HEIGHT: f64 = 14.0;
/// Radius of a mark on the front, and of another.
const RADIUS: (f64, f64) = (4.6, 3.6);
/// A name this far from its mark is tied to it by a line.
const TIED: f64 = 13.0;

/// A cell that can be drawn.
struct Cell<'a> {
    label: &'a str,
    x: f64,
    x_interval: Option<(f64, f64)>,
    y: f64,
    y_interval: Option<(f64, f64)>,
    on_front: bool,
}

/// Returns the cells that can be drawn, and the names of the others.
fn cells(chart: &Pareto) -> (Vec<Cell<'_>>, Vec<&str>) {
    let (mut cells, mut lost) = (Vec::new(), Vec::new());
    for point in &chart.points {
        let x = Some(point.x).filter(|x| x.is_finite() && *x >= 0.0);
        let (Some(x), Some(y)) = (x, share(point.y)) else {
            lost.push(point.label.as_str());
            continue;
        };
        let ends = point.x_interval.filter(|(low, high)| !low.is_nan() && !high.is_nan());
        let x_interval = ends.map(|(low, high)| (low.min(high).max(0.0), low.max(high).max(0.0)));
        let y_interval = interval(point.y_interval);
        cells.push(Cell { label: &point.label, x, x_interval, y, y_interval, on_front: point.on_front });
    }
    (cells, lost)
}

/// Draws the figure.
pub(super) fn draw(chart: &Pareto) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let (cells, lost) = cells(chart);
    if cells.is_empty() {
        return frame.finish_empty();
    }
    let plot_top = legend::draw(&mut frame.canvas, &key_of(chart, &cells), frame.top - 4.0) + 34.0;
    let plot = Plot::new(chart, &cells, plot_top);
    plot.draw_axes(&mut frame.canvas, plot_top - 16.0);
    plot.draw_front(&mut frame.canvas, &cells);
    frame.canvas.plain(|pen| {
        for front in [false, true] {
            cells.iter().filter(|cell| cell.on_front == front).for_each(|cell| plot.draw_cross(pen, cell));
        }
    });
    let numbered = cells.len() > NAMED;
    let names: Vec<String> = if numbered {
        (1..=cells.len()).map(|number| number.to_string()).collect()
    } else {
        fit_labels(cells.iter().map(|cell| cell.label), SMALL_LABEL, NAME_ROOM)
    };
    plot.draw_names(&mut frame.canvas, &cells, &names);
    let mut below = plot.label_axis(&mut frame.canvas, &chart.x_axis);
    if numbered {
        let names: Vec<String> = cells.iter().map(|cell| clean(cell.label)).collect();
        below = key::draw(&mut frame.canvas, &names, below + 10.0);
    }
    frame.canvas.plain(|pen| {
        for line in note(&lost) {
            pen.text(&line, (MARGIN, below + 18.0), TICK, Anchor::Start);
            below += TICK.leading();
        }
    });
    frame.finish(below)
}

/// Returns what to say of cells that could not be drawn.
fn note(lost: &[&str]) -> Vec<String> {
    if lost.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> =
        lost.iter().map(|name| clean(name)).map(|name| if name.is_empty() { "?".into() } else { name }).collect();
    wrap_within(&format!("Not drawn for want of a usable value ({}): {}", lost.len(), names.join(", ")), TICK, INNER, 4)
}

/// Returns the legend entries of what occurs.
fn key_of(chart: &Pareto, cells: &[Cell]) -> Vec<(Sample, &'static str)> {
    let mut entries = Vec::new();
    if cells.iter().any(|cell| cell.on_front) {
        let words = match chart.x_unit {
            ParetoUnit::Usd => "front: no other cell is both cheaper and better",
            ParetoUnit::Seconds => "front: no other cell is both faster and better",
        };
        entries.push((Sample::Front, words));
    }
    if cells.iter().any(|cell| !cell.on_front) {
        entries.push((Sample::Hollow(Shape::Diamond, MUTED), "other cells"));
    }
    if cells.iter().any(|cell| cell.x_interval.is_some() || cell.y_interval.is_some()) {
        entries.push((Sample::Cross, "intervals"));
    }
    if banded(chart, cells) {
        entries.push((Sample::Square(WASH, true), "exactly 0, which has no place on a logarithmic axis"));
    }
    entries
}

/// Whether cells at 0 need a band of their own: beside a logarithmic axis.
fn banded(chart: &Pareto, cells: &[Cell]) -> bool {
    axis(chart, cells).log && cells.iter().any(|cell| cell.x <= 0.0)
}

fn axis(chart: &Pareto, cells: &[Cell]) -> Quantity {
    let ends = |cell: &Cell| cell.x_interval.map_or([cell.x; 3], |(low, high)| [cell.x, low, high]);
    Quantity::new(cells.iter().flat_map(ends), chart.log_x, chart.x_unit)
}

/// Where cells come to stand.
struct Plot {
    /// The plot including the band.
    panel: Panel,
    quantity: Quantity,
    /// Left and right end of the axis.
    axis: (f64, f64),
    /// Left and right end of the band of cells at 0.
    band: Option<(f64, f64)>,
    zero: &'static str,
}

impl Plot {
    fn new(chart: &Pareto, cells: &[Cell], top: f64) -> Self {
        let (left, right) = (MARGIN + 44.0, MARGIN + INNER - 4.0);
        let band = banded(chart, cells).then_some((left, left + BAND.0));
        let highest = |cell: &Cell| cell.y_interval.map_or(cell.y, |ends| ends.1.max(cell.y));
        let scale = Scale::for_values(cells.iter().map(highest));
        Self {
            panel: Panel { x: (left, right), y: (top, top + HEIGHT), k: (0.0, 0.0), scale },
            quantity: axis(chart, cells),
            axis: (band.map_or(left, |band| band.1 + BAND.1), right),
            band,
            zero: match chart.x_unit {
                ParetoUnit::Usd => "$0",
                ParetoUnit::Seconds => "0\u{a0}s",
            },
        }
    }

    fn x(&self, value: f64) -> f64 {
        match self.band {
            Some((left, right)) if value <= 0.0 => f64::midpoint(left, right),
            _ => self.axis.0 + self.quantity.place(value) * (self.axis.1 - self.axis.0),
        }
    }

    fn place(&self, cell: &Cell) -> Point {
        (self.x(cell.x), self.panel.place_share(cell.y))
    }

    fn draw_axes(&self, canvas: &mut Canvas, title_y: f64) {
        let (top, bottom) = self.panel.y;
        canvas.plain(|pen| {
            pen.text("pass^1", (MARGIN, title_y), TICK, Anchor::Start);
            if let Some((left, right)) = self.band {
                pen.rect((left, top), (right, bottom), WASH);
            }
            for (place, _) in self.quantity.ticks() {
                let x = self.axis.0 + place * (self.axis.1 - self.axis.0);
                pen.line((x, top), (x, bottom), GRID, 0.7);
            }
            self.panel.draw_grid(pen);
            self.panel.label_shares(pen);
            if let Some((_, right)) = self.band {
                // A gap in the base line: the axis does not reach to 0.
                pen.rect((right, bottom - 1.0), (self.axis.0, bottom + 1.0), PAPER);
            }
        });
    }

    /// Writes ticks and title below the plot; returns the y below them.
    fn label_axis(&self, canvas: &mut Canvas, title: &str) -> f64 {
        let bottom = self.panel.y.1;
        let mut below = bottom + 22.0;
        canvas.plain(|pen| {
            let mut free = MARGIN;
            let zero = self.band.map(|_| (self.x(0.0), self.zero.to_owned()));
            let ticks = self.quantity.ticks().into_iter().map(|(place, label)| {
                let x = self.axis.0 + place * (self.axis.1 - self.axis.0);
                (x, label)
            });
            for (x, label) in zero.into_iter().chain(ticks) {
                let half = width(&label, TICK) / 2.0;
                if x - half >= free && x + half <= MARGIN + INNER + 12.0 {
                    pen.line((x, bottom), (x, bottom + 4.0), AXIS, 1.0);
                    pen.text(&label, (x, bottom + 17.0), TICK, Anchor::Middle);
                    free = x + half + 8.0;
                }
            }
            let middle = f64::midpoint(self.axis.0, self.axis.1);
            for line in wrap(title, TICK, self.axis.1 - self.axis.0) {
                pen.text(&line, (middle, below + 15.0), TICK, Anchor::Middle);
                below += TICK.leading();
            }
        });
        below + 4.0
    }

    /// Returns the corners of the stairs through the front: what the best cell up to each `x` reaches.
    fn front(&self, cells: &[Cell]) -> Vec<Point> {
        let mut front: Vec<&Cell> = cells.iter().filter(|cell| cell.on_front).collect();
        front.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
        let mut corners: Vec<Point> = Vec::new();
        for (x, y) in front.into_iter().map(|cell| self.place(cell)) {
            let step = corners.last().map(|before| (x, before.1));
            corners.extend(step.into_iter().chain([(x, y)]));
        }
        let end = corners.last().map(|last| (self.axis.1, last.1));
        corners.extend(end);
        corners
    }

    fn draw_front(&self, canvas: &mut Canvas, cells: &[Cell]) {
        let corners = self.front(cells);
        if corners.len() > 1 {
            canvas.layer(ROUND, |pen| pen.path(corners, STEPS[2], 4.0));
        }
    }

    /// Returns the two lines of a cell's intervals.
    fn cross(&self, cell: &Cell) -> impl Iterator<Item = (Point, Point)> {
        let (x, y) = self.place(cell);
        let across = cell.x_interval.map(|(low, high)| ((self.x(low), y), (self.x(high), y)));
        let upright = cell.y_interval.map(|(low, high)| {
            let [low, high] = [low, high].map(|end| self.panel.place_share(end));
            ((x, low), (x, high))
        });
        across.into_iter().chain(upright)
    }

    fn draw_cross(&self, pen: &mut Pen, cell: &Cell) {
        let (colour, width) = if cell.on_front { (BLUE, 1.4) } else { (CONTEXT, 1.2) };
        for (from, to) in self.cross(cell) {
            pen.line(from, to, colour, width);
        }
    }

    /// Writes the names where there is room, and draws the marks.
    fn draw_names(&self, canvas: &mut Canvas, cells: &[Cell], names: &[String]) {
        let mut order: Vec<usize> = (0..cells.len()).collect();
        order.sort_by_key(|&i| !cells[i].on_front);
        let size = |i: usize| (width(names.get(i).map_or("", String::as_str), SMALL_LABEL), NAME_HEIGHT);
        let wanted: Vec<(Point, Point)> = order.iter().map(|&i| (self.place(&cells[i]), size(i))).collect();
        let corners = self.front(cells);
        let stairs = corners.windows(2).map(|pair| Area::between(pair[0], pair[1]));
        let crosses = cells.iter().flat_map(|cell| self.cross(cell)).map(|(from, to)| Area::between(from, to));
        let ((left, right), (top, bottom)) = (self.panel.x, self.panel.y);
        let around = Surroundings {
            bounds: Area { left: left + 3.0, top, right: right + 4.0, bottom: bottom - 3.0 },
            marks: cells.iter().map(|cell| Area::around(self.place(cell), 6.0)).collect(),
            lines: crosses.chain(stairs).collect(),
        };
        let placed = naming::place(&wanted, &around);
        canvas.plain(|pen| {
            for (&(mark, _), area) in wanted.iter().zip(&placed) {
                if let Some(area) = area.filter(|area| area.distance(mark) > TIED) {
                    pen.line(mark, area.nearest(mark), AXIS, 0.7);
                }
            }
            for (&i, area) in order.iter().zip(&placed) {
                if let (Some(area), Some(name)) = (area, names.get(i)) {
                    let ground =
                        [(area.left, area.top), (area.right, area.top), (area.right, area.bottom), (area.left, area.bottom)];
                    pen.polygon(ground, PAPER, 0.72);
                    pen.text(name, (area.left, area.bottom - 3.2), SMALL_LABEL, Anchor::Start);
                }
            }
            for &i in order.iter().rev() {
                let (shape, radius, colour) =
                    if cells[i].on_front { (Shape::Circle, RADIUS.0, BLUE) } else { (Shape::Diamond, RADIUS.1, MUTED) };
                pen.marker(shape, self.place(&cells[i]), radius, colour, !cells[i].on_front);
            }
        });
    }
}
