//! pass^k curves of BASE and NEW, a panel a matched cell.

use super::grid::Grid;
use crate::charts::ChartError;
use crate::charts::canvas::{Anchor, Canvas, Shape};
use crate::charts::font::{fit_labels, wrap_within};
use crate::charts::frame::Frame;
use crate::charts::legend::{self, Sample};
use crate::charts::panel::{Panel, Plotted, plotted, ranges};
use crate::charts::pass_curves::K_TITLE;
use crate::charts::theme::{BLUE, INNER, MARGIN, MUTED, SMALL_HEADING, TICK};
use crate::views::chart::CurveSeries;
use crate::views::chart::compare::{BeforeAfter, BeforeAfterPanel};

/// Most panels beside each other, and their greatest width.
const COLUMNS: usize = 3;
const WIDTH: f64 = 560.0;
/// Height of the axes: of a single row of panels, and of several.
const HEIGHT: (f64, f64) = (230.0, 150.0);
/// Room for percentages at the left, and for k below a panel.
const TICKS: f64 = 44.0;
const BELOW: f64 = 26.0;
/// Room for the name of a side in the legend.
const NAME: f64 = 300.0;

/// Draws the figure.
pub(in crate::charts) fn draw(chart: &BeforeAfter) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let panels: Vec<(&BeforeAfterPanel, [Vec<Plotted>; 2])> = chart.panels.iter().map(|panel| (panel, sides(panel))).collect();
    let all: Vec<Vec<Plotted>> = panels.iter().flat_map(|panel| panel.1.clone()).collect();
    if all.iter().all(Vec::is_empty) {
        return frame.finish_empty();
    }
    let names = fit_labels([chart.base.as_str(), chart.new.as_str()], TICK, NAME);
    let [base, new] = [0, 1].map(|side| names.get(side).map_or("", String::as_str));
    let mut entries = vec![(Sample::Series(Shape::Square, MUTED), base), (Sample::Series(Shape::Circle, BLUE), new)];
    let neighbours = |series: &Vec<Plotted>| series.windows(2).any(|pair| pair.iter().all(|point| point.interval.is_some()));
    if all.iter().any(neighbours) {
        entries.push((Sample::Band, "intervals"));
    } else if all.iter().flatten().any(|point| point.interval.is_some()) {
        entries.push((Sample::Whisker, "estimate and interval"));
    }
    if all.iter().flatten().any(|point| point.thin) {
        entries.push((Sample::Thin, "fewer than 90 % of the tasks have k trials"));
    }
    let top = legend::draw(&mut frame.canvas, &entries, frame.top - 4.0) + 4.0;
    let below = draw_panels(&mut frame.canvas, &panels, &all, top);
    frame.finish(below)
}

fn sides(panel: &BeforeAfterPanel) -> [Vec<Plotted>; 2] {
    [&panel.base, &panel.new].map(|points| plotted(&CurveSeries { label: String::new(), points: points.clone() }))
}

fn draw_panels(canvas: &mut Canvas, panels: &[(&BeforeAfterPanel, [Vec<Plotted>; 2])], all: &[Vec<Plotted>], top: f64) -> f64 {
    let (k, scale) = ranges(all);
    let grid = Grid::new(panels.len(), COLUMNS, WIDTH, TICKS);
    let height = if panels.len() > COLUMNS { HEIGHT.1 } else { HEIGHT.0 };
    canvas.plain(|pen| pen.text("pass^k", (MARGIN, top + 14.0), TICK, Anchor::Start));
    let mut y = top + 22.0;
    for (row, chunk) in panels.chunks(grid.columns).enumerate() {
        let names: Vec<Vec<String>> =
            chunk.iter().map(|(panel, _)| wrap_within(&panel.label, SMALL_HEADING, grid.width, 2)).collect();
        y += names.iter().map(Vec::len).max().unwrap_or(0) as f64 * SMALL_HEADING.leading();
        for (column, ((_, sides), name)) in chunk.iter().zip(&names).enumerate() {
            let panel = Panel { x: grid.x(column), y: (y + 6.0, y + 6.0 + height), k, scale };
            draw_panel(canvas, &panel, sides);
            canvas.plain(|pen| {
                for (line, text) in name.iter().rev().enumerate() {
                    pen.text(text, (panel.x.0, y - 2.0 - line as f64 * SMALL_HEADING.leading()), SMALL_HEADING, Anchor::Start);
                }
                if column == 0 {
                    panel.label_shares(pen);
                }
                // The lowest panel of each column carries the k.
                if (row + 1) * grid.columns + column >= panels.len() {
                    panel.label_ks(pen, 8);
                }
            });
        }
        y += 6.0 + height + BELOW;
    }
    let bottom = y - BELOW;
    let ends = grid.ends();
    canvas.plain(|pen| {
        let middle = f64::midpoint(ends.0, ends.1).max(MARGIN + crate::charts::font::width(K_TITLE, TICK) / 2.0);
        pen.text(K_TITLE, (middle.min(MARGIN + INNER / 2.0), bottom + 38.0), TICK, Anchor::Middle);
    });
    bottom + 44.0
}

fn draw_panel(canvas: &mut Canvas, panel: &Panel, [base, new]: &[Vec<Plotted>; 2]) {
    // A single point stands beside the other side's, else its whisker would be hidden.
    let beside = |points: &[Plotted]| if points.len() == 1 { 9.0 } else { 0.0 };
    let (base_shift, new_shift) = (-beside(base), beside(new));
    canvas.plain(|pen| {
        panel.draw_grid(pen);
        panel.draw_bands(pen, base, MUTED, 0.16);
        panel.draw_bands(pen, new, BLUE, 0.16);
    });
    panel.draw_lines(canvas, base, MUTED, 1.8);
    panel.draw_lines(canvas, new, BLUE, 2.0);
    let radius = if panel.k.1 - panel.k.0 > 12.0 { 2.4 } else { 3.6 };
    canvas.plain(|pen| {
        panel.draw_whiskers(pen, base, MUTED, base_shift);
        panel.draw_whiskers(pen, new, BLUE, new_shift);
        panel.draw_points(pen, base, (Shape::Square, radius), MUTED, base_shift);
        panel.draw_points(pen, new, (Shape::Circle, radius), BLUE, new_shift);
    });
}
