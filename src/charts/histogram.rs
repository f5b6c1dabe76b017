//! Histograms of durations in logarithmic bins, a panel each, on common axes.

use super::ChartError;
use super::axis::Scale;
use super::canvas::{Canvas, Pen, Shape};
use super::ecdf::draw_heading;
use super::font::wrap_within;
use super::frame::Frame;
use super::legend::{self, Sample};
use super::panel::Panel;
use super::theme::{INK, INNER, MARGIN, SMALL_HEADING, STEPS, TICK};
use super::time_axis::{self, TimeAxis, duration};
use super::time_marks;
use crate::views::chart::{HistogramPanel, LogHistogram};
use crate::views::fmt;

/// Height of a panel's axes; the marks stand in a strip above them.
const HEIGHT: f64 = 120.0;
const STRIP: f64 = 10.0;
/// Most panels beside each other, the space between them, and below them.
const COLUMNS: usize = 3;
const GAP: f64 = 24.0;
const BELOW: f64 = 28.0;
/// Room for percentages at the left.
const TICKS: f64 = 46.0;
/// Least height of a bin that holds a call.
const LEAST: f64 = 1.6;
/// Space between two bars, where they are wide enough.
const BAR_GAP: f64 = 0.8;

/// A bin that can be drawn: edges and share of all calls.
type Bin = ((f64, f64), f64);

/// Draws the figure.
pub(super) fn draw(chart: &LogHistogram) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let panels: Vec<Vec<Bin>> = chart.panels.iter().map(bins).collect();
    if panels.iter().all(Vec::is_empty) {
        return frame.finish_empty();
    }
    let sla_ms = time_marks::usable(chart.sla_ms);
    let axis = TimeAxis::log(panels.iter().flatten().flat_map(|bin| [bin.0.0, bin.0.1]).chain(sla_ms));
    let scale = Scale::for_values(panels.iter().flatten().map(|bin| bin.1));
    let top = draw_legend(&mut frame, chart);
    let below = draw_panels(&mut frame.canvas, chart, &panels, (&axis, scale), top);
    frame.finish(below)
}

/// Returns the bins that hold calls.
fn bins(panel: &HistogramPanel) -> Vec<Bin> {
    let total = panel.counts.iter().map(|count| *count as f64).sum::<f64>() + panel.too_small as f64;
    let edges = panel.edges_ms.windows(2).map(|pair| (pair[0], pair[1]));
    let usable = |edges: &(f64, f64)| edges.0 > 0.0 && edges.0 < edges.1 && edges.1.is_finite();
    let bins = edges.zip(&panel.counts).filter(|(edges, count)| usable(edges) && **count > 0);
    bins.map(|(edges, count)| (edges, *count as f64 / total)).collect()
}

fn draw_legend(frame: &mut Frame, chart: &LogHistogram) -> f64 {
    let limit = time_marks::usable(chart.sla_ms).map(|ms| format!("limit {}", duration(ms)));
    let any = |mark: fn(&HistogramPanel) -> Option<f64>| chart.panels.iter().any(|panel| mark(panel).is_some());
    let mut entries = vec![(Sample::Square(STEPS[1], false), "share of calls in the bin (a single call can still be seen)")];
    if any(|panel| panel.p50_ms) {
        entries.push((Sample::Dot(INK), "median"));
    }
    if any(|panel| panel.p99_ms) {
        entries.push((Sample::Hollow(Shape::Circle, INK), "P99"));
    }
    entries.extend(limit.as_deref().map(|limit| (Sample::Limit, limit)));
    legend::draw(&mut frame.canvas, &entries, frame.top - 4.0) + 4.0
}

fn draw_panels(canvas: &mut Canvas, chart: &LogHistogram, bins: &[Vec<Bin>], axes: (&TimeAxis, Scale), top: f64) -> f64 {
    let columns = chart.panels.len().clamp(1, COLUMNS);
    let wide = (INNER - TICKS - GAP * (columns as f64 - 1.0)) / columns as f64;
    let (axis, scale) = axes;
    let (mut y, mut below) = (top, top);
    for (row, (panels, bins)) in chart.panels.chunks(columns).zip(bins.chunks(columns)).enumerate() {
        let headings: Vec<Vec<String>> = panels.iter().map(|panel| heading(panel, wide)).collect();
        y += headings.iter().map(Vec::len).max().unwrap_or(1) as f64 * SMALL_HEADING.leading();
        for (column, ((panel, bins), lines)) in panels.iter().zip(bins).zip(&headings).enumerate() {
            let left = MARGIN + TICKS + column as f64 * (wide + GAP);
            let (plot_top, plot_bottom) = (y + 4.0 + STRIP, y + 4.0 + STRIP + HEIGHT);
            let plot = Panel { x: (left, left + wide), y: (plot_top, plot_bottom), k: (0.0, 0.0), scale };
            let x = |ms: f64| left + axis.place(ms) * wide;
            let ticks = time_axis::across(axis, plot.x);
            canvas.plain(|pen| {
                time_axis::grid(pen, &ticks, plot.x, plot.y);
                plot.draw_grid(pen);
                draw_heading(pen, lines, (left, y - 2.0));
                draw_bars(pen, bins, &plot, &x);
                for (ms, hollow) in [(panel.p50_ms, false), (panel.p99_ms, true)] {
                    if let Some(ms) = ms.filter(|ms| *ms > 0.0 && ms.is_finite()) {
                        pen.marker(Shape::Circle, (x(ms), plot_top - STRIP / 2.0 - 1.0), 3.2, INK, hollow);
                    }
                }
                if column == 0 {
                    plot.label_shares(pen);
                }
                // The lowest panel of each column carries the axis.
                if (row + 1) * columns + column >= chart.panels.len() {
                    time_axis::label(pen, &ticks, plot.x, plot_bottom);
                }
            });
            if let Some(ms) = time_marks::usable(chart.sla_ms) {
                time_marks::limit(canvas, x(ms), plot.y);
            }
            below = plot_bottom;
        }
        y = below + BELOW;
    }
    canvas.plain(|pen| below = time_axis::title(pen, &chart.axis, (MARGIN + TICKS, MARGIN + INNER), below + 20.0));
    below
}

fn heading(panel: &HistogramPanel, room: f64) -> Vec<String> {
    let mut lines = wrap_within(&panel.label, SMALL_HEADING, room, 2);
    let zeros = match panel.too_small {
        0 => String::new(),
        zeros => format!(", {} of them at 0, without a bin", fmt::count(Some(zeros))),
    };
    lines.extend(wrap_within(&format!("n = {}{zeros}", fmt::count(Some(panel.n))), TICK, room, 1));
    lines
}

fn draw_bars(pen: &mut Pen, bins: &[Bin], plot: &Panel, x: &impl Fn(f64) -> f64) {
    let bottom = plot.y.1;
    for &((from, to), share) in bins {
        let (left, right) = (x(from), x(to));
        let gap = if right - left > 3.0 * BAR_GAP { BAR_GAP } else { 0.0 };
        let top = plot.place_share(share).min(bottom - LEAST);
        pen.rect((left, top), ((right - gap).max(left + 0.3), bottom), STEPS[1]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_all_calls() {
        let panel = HistogramPanel {
            label: String::new(),
            n: 10,
            edges_ms: vec![1.0, 10.0, 100.0, 1000.0],
            counts: vec![4, 0, 1],
            too_small: 5,
            p50_ms: None,
            p99_ms: None,
        };
        assert_eq!(bins(&panel), [((1.0, 10.0), 0.4), ((100.0, 1000.0), 0.1)]);
    }
}
