//! pass^k of many series: a small panel each, in one colour, with all curves in grey behind for comparison.

use super::canvas::{Anchor, Canvas, ROUND, Shape};
use super::font::wrap_within;
use super::panel::{Panel, Plotted, ranges};
use super::pass_curves::K_TITLE;
use super::theme::{BLUE, CONTEXT, INNER, MARGIN, SMALL_HEADING, TICK};

/// Panels beside each other.
const COLUMNS: usize = 4;
/// Space between them.
const GAP: f64 = 18.0;
/// Height of the axes, and space below them.
const AXES: f64 = 104.0;
const BELOW: f64 = 22.0;
/// Room for percentages at the left.
const TICKS: f64 = 44.0;
const ID: &str = "all-curves";

/// Draws the panels below `top`; returns the y below them.
pub(super) fn draw(canvas: &mut Canvas, labels: &[&str], points: &[Vec<Plotted>], top: f64) -> f64 {
    let (k, scale) = ranges(points);
    let width = (INNER - TICKS - GAP * (COLUMNS - 1) as f64) / COLUMNS as f64;
    let panel_at = |x: f64, y: f64| Panel { x: (x, x + width), y: (y, y + AXES), k, scale };
    let names: Vec<Vec<String>> = labels.iter().map(|label| wrap_within(label, SMALL_HEADING, width, 2)).collect();
    let origin = panel_at(0.0, 0.0);
    canvas.define(ID, ROUND, |pen| {
        origin.draw_grid(pen);
        for series in points.iter().filter(|series| series.len() > 1) {
            let place = |point: &Plotted| (origin.place_k(point.k), origin.place_share(point.value));
            pen.path(series.iter().map(place), CONTEXT, 0.9);
        }
    });
    canvas.plain(|pen| pen.text("pass^k", (MARGIN, top + 14.0), TICK, Anchor::Start));
    let mut y = top + 22.0;
    let mut below = y;
    for (row, (points, names)) in points.chunks(COLUMNS).zip(names.chunks(COLUMNS)).enumerate() {
        let lines = names.iter().map(Vec::len).max().unwrap_or(1);
        y += lines as f64 * SMALL_HEADING.leading();
        let mut x = MARGIN + TICKS;
        for (column, (series, name)) in points.iter().zip(names).enumerate() {
            let panel = panel_at(x, y + 6.0);
            canvas.repeat(ID, (panel.x.0, panel.y.0));
            draw_series(canvas, &panel, series);
            canvas.plain(|pen| {
                for (line, text) in name.iter().rev().enumerate() {
                    let baseline = y - 2.0 - line as f64 * SMALL_HEADING.leading();
                    pen.text(text, (x, baseline), SMALL_HEADING, Anchor::Start);
                }
                if column == 0 {
                    panel.label_shares(pen);
                }
                // The lowest panel of each column carries the k.
                if (row + 1) * COLUMNS + column >= labels.len() {
                    panel.label_ks(pen, 8);
                }
            });
            below = panel.y.1;
            x += width + GAP;
        }
        y = below + BELOW;
    }
    let middle = MARGIN + TICKS + (INNER - TICKS) / 2.0;
    canvas.plain(|pen| pen.text(K_TITLE, (middle, below + 38.0), TICK, Anchor::Middle));
    below + 44.0
}

fn draw_series(canvas: &mut Canvas, panel: &Panel, series: &[Plotted]) {
    canvas.plain(|pen| panel.draw_bands(pen, series, BLUE, 0.18));
    panel.draw_reference(canvas, series, BLUE);
    panel.draw_lines(canvas, series, BLUE, 1.8);
    canvas.plain(|pen| {
        panel.draw_whiskers(pen, series, BLUE, 0.0);
        panel.draw_points(pen, series, (Shape::Circle, if series.len() > 12 { 2.0 } else { 3.0 }), BLUE, 0.0);
    });
}
