//! Task × cell heatmap of solve rates.

use super::ChartError;
use super::axis::share;
use super::canvas::{Anchor, Canvas};
use super::font::width;
use super::frame::Frame;
use super::legend::{self, Sample};
use super::matrix::{self, Matrix, Square};
use super::theme::{HATCH, MARGIN, TICK, percent, viridis};
use crate::views::chart::Heatmap;

/// Slices of the colour bar and their width.
const SLICES: u8 = 50;
const SLICE: f64 = 4.0;
const BAR_HEIGHT: f64 = 10.0;
/// What the colours say.
const TITLE: &str = "share of scored trials that solved the task";

/// Draws the figure.
pub(super) fn draw(chart: &Heatmap) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    if chart.rows.is_empty() || chart.columns.is_empty() {
        return frame.finish_empty();
    }
    let square = |rate: Option<&Option<f64>>| {
        let rate = rate.copied().flatten().and_then(share);
        Square { colour: rate.map_or(HATCH, viridis), marked: false }
    };
    let row = |rates: &[Option<f64>]| (0..chart.columns.len()).map(|column| square(rates.get(column))).collect();
    let rows: Vec<(&str, Vec<Square>)> = chart.rows.iter().map(|(task, rates)| (task.as_str(), row(rates))).collect();
    let missing = rows.iter().flat_map(|row| &row.1).any(|square| square.colour == HATCH);
    let (right, below) = draw_colour_bar(&mut frame.canvas, frame.top);
    if missing {
        let entry = (Sample::Square(HATCH, false), "no scored trial");
        legend::draw_from(&mut frame.canvas, &[entry], (right + 36.0, frame.top - 4.0));
    }
    let bottom = matrix::draw(&mut frame.canvas, &Matrix { columns: &chart.columns, rows }, below + 6.0);
    frame.finish(bottom)
}

/// Draws the colour bar with its title and percentages below `top`; returns its right end and the y below it.
fn draw_colour_bar(canvas: &mut Canvas, top: f64) -> (f64, f64) {
    let left = MARGIN + width(TITLE, TICK) + 20.0;
    let right = left + SLICE * f64::from(SLICES);
    canvas.plain(|pen| {
        pen.text(TITLE, (MARGIN, top + BAR_HEIGHT - 1.0), TICK, Anchor::Start);
        for slice in 0..SLICES {
            let x = left + f64::from(slice) * SLICE;
            let colour = viridis(f64::from(slice) / f64::from(SLICES - 1));
            // Each reaches to the end, below its successors: side by side, they would show seams.
            pen.rect((x, top), (right, top + BAR_HEIGHT), colour);
        }
        for quarter in 0..=2 {
            let at = f64::from(quarter) / 2.0;
            let x = left + at * (right - left);
            pen.text(&percent(at), (x, top + BAR_HEIGHT + 13.0), TICK, Anchor::Middle);
        }
    });
    (right, top + BAR_HEIGHT + 20.0)
}
