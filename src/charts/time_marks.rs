//! Marks of durations: the longest call, a high percentile, a limit.

use plotters::style::RGBColor;

use super::canvas::{Canvas, Pen, Point};
use super::theme::{INK, VERMILLION};

/// Half of the height of a tick, and of the cross of the longest call.
const HALF: (f64, f64) = (6.5, 3.4);
/// Dashes of the line of a limit.
const LIMIT: &str = "stroke-dasharray=\"60 40\"";

/// Draws the cross of the longest call.
pub(super) fn longest(pen: &mut Pen, (x, y): Point, colour: RGBColor) {
    let half = HALF.1;
    pen.line((x - half, y - half), (x + half, y + half), colour, 1.5);
    pen.line((x - half, y + half), (x + half, y - half), colour, 1.5);
}

/// Draws the tick of P99.
pub(super) fn tick(pen: &mut Pen, (x, y): Point) {
    pen.line((x, y - HALF.0), (x, y + HALF.0), INK, 1.8);
}

/// Draws the line of a limit.
pub(super) fn limit(canvas: &mut Canvas, x: f64, (top, bottom): (f64, f64)) {
    canvas.layer(LIMIT, |pen| pen.line((x, top), (x, bottom), VERMILLION, 1.3));
}

/// Returns a limit that can be drawn on a logarithmic axis.
pub(super) fn usable(limit_ms: Option<f64>) -> Option<f64> {
    limit_ms.filter(|ms| ms.is_finite() && *ms > 0.0)
}
