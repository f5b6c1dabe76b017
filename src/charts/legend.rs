//! Legends: samples with words, in lines from left to right.

use plotters::style::RGBColor;

use super::canvas::{Anchor, Canvas, DASHED, DOTTED, Point, ROUND, Shape};
use super::font::{ellipsise, width};
use super::theme::{AXIS, BLUE, GRID, INK, INNER, MARGIN, STEPS, TICK, VERMILLION};
use super::time_marks;

/// Width of a sample of a line, of a square and of a mark.
const LINE_SAMPLE: f64 = 22.0;
const SQUARE_SAMPLE: f64 = 12.0;
const MARK_SAMPLE: f64 = 8.0;
/// Space between a sample and its words, and between entries.
const GAP: (f64, f64) = (6.0, 20.0);
/// Height of a line.
const LINE: f64 = 19.0;

/// What a legend entry shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sample {
    /// A square of a heatmap or a bar; with a hairline around it if it is as white as the page.
    Square(RGBColor, bool),
    /// A square with the mark of excluded trials.
    Excluded,
    /// A dot with a whisker.
    Estimate(RGBColor),
    /// A dot with an upright whisker.
    Whisker,
    /// A hollow mark.
    Hollow(Shape, RGBColor),
    /// The dotted reference.
    Dotted,
    /// A dashed segment with a hollow point.
    Thin,
    /// An interval band.
    Band,
    /// A curve with its mark.
    Series(Shape, RGBColor),
    /// A stair of the front with a mark.
    Front,
    /// Two crossing intervals.
    Cross,
    /// A curve without marks.
    Line(RGBColor),
    /// A filled dot.
    Dot(RGBColor),
    /// A bar lying down, of half a height.
    Bar(RGBColor, f64),
    /// A short upright line.
    Tick,
    /// The mark of the longest.
    Longest,
    /// The line of a limit.
    Limit,
}

impl Sample {
    fn width(self) -> f64 {
        match self {
            Self::Square(..) | Self::Cross => SQUARE_SAMPLE,
            Self::Excluded | Self::Whisker | Self::Hollow(..) | Self::Dot(_) | Self::Tick | Self::Longest | Self::Limit => {
                MARK_SAMPLE
            }
            Self::Estimate(_)
            | Self::Dotted
            | Self::Thin
            | Self::Band
            | Self::Series(..)
            | Self::Front
            | Self::Line(_)
            | Self::Bar(..) => LINE_SAMPLE,
        }
    }
}

/// Draws entries below `y`; returns the y below them (`y` itself for none).
pub(super) fn draw(canvas: &mut Canvas, entries: &[(Sample, &str)], y: f64) -> f64 {
    draw_from(canvas, entries, (MARGIN, y))
}

/// Draws entries from an upper left corner on, further lines beginning at the margin; returns the y below them.
pub(super) fn draw_from(canvas: &mut Canvas, entries: &[(Sample, &str)], (left, y): Point) -> f64 {
    let mut at = (left, y);
    for (sample, words) in entries {
        let before = sample.width() + GAP.0;
        let words = ellipsise(words, TICK, INNER - before);
        let entry = before + width(&words, TICK);
        if at.0 > MARGIN && at.0 + entry > MARGIN + INNER {
            at = (MARGIN, at.1 + LINE);
        }
        draw_sample(canvas, *sample, (at.0, at.1 + LINE / 2.0));
        canvas.plain(|pen| pen.text(&words, (at.0 + before, at.1 + LINE / 2.0 + 4.0), TICK, Anchor::Start));
        at.0 += entry + GAP.1;
    }
    if entries.is_empty() { y } else { at.1 + LINE }
}

/// Draws a sample whose left middle is given.
fn draw_sample(canvas: &mut Canvas, sample: Sample, (x, y): Point) {
    let right = x + sample.width();
    let middle = (f64::midpoint(x, right), y);
    let (upper_left, lower_right) = ((x, y - 6.0), (right, y + 6.0));
    match sample {
        Sample::Square(colour, outlined) => canvas.plain(|pen| {
            pen.rect(upper_left, lower_right, colour);
            if outlined {
                let ((left, top), (right, bottom)) = (upper_left, lower_right);
                pen.path([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], GRID, 1.0);
            }
        }),
        Sample::Excluded => {
            canvas.plain(|pen| pen.marker(Shape::Circle, middle, 3.2, VERMILLION, false));
        }
        Sample::Estimate(colour) => canvas.plain(|pen| {
            pen.line((x, y), (right, y), colour, 1.6);
            pen.marker(Shape::Circle, middle, 4.0, colour, false);
        }),
        Sample::Whisker => canvas.plain(|pen| {
            pen.line((middle.0, y - 8.0), (middle.0, y + 8.0), AXIS, 1.6);
            pen.marker(Shape::Circle, middle, 3.6, AXIS, false);
        }),
        Sample::Hollow(shape, colour) => canvas.plain(|pen| pen.marker(shape, middle, 3.6, colour, true)),
        Sample::Dotted => canvas.layer(DOTTED, |pen| pen.path([(x, y), (right, y)], AXIS, 1.8)),
        Sample::Thin => {
            canvas.layer(DASHED, |pen| pen.path([(x, y), (right, y)], AXIS, 1.8));
            canvas.plain(|pen| pen.marker(Shape::Circle, middle, 3.4, AXIS, true));
        }
        Sample::Band => canvas.plain(|pen| pen.rect((x, y - 5.0), (right, y + 5.0), GRID)),
        Sample::Series(shape, colour) => canvas.plain(|pen| {
            pen.line((x, y), (right, y), colour, 1.6);
            pen.marker(shape, middle, 4.2, colour, false);
        }),
        Sample::Front => {
            let stair = [(x + 1.5, y + 4.5), (middle.0, y + 4.5), (middle.0, y - 4.0), (right - 1.5, y - 4.0)];
            canvas.layer(ROUND, |pen| pen.path(stair, STEPS[2], 3.0));
            canvas.plain(|pen| pen.marker(Shape::Circle, (middle.0, y - 4.0), 3.6, BLUE, false));
        }
        Sample::Cross => canvas.plain(|pen| {
            pen.line((x, y), (right, y), AXIS, 1.2);
            pen.line((middle.0, y - 6.0), (middle.0, y + 6.0), AXIS, 1.2);
        }),
        Sample::Line(colour) => canvas.plain(|pen| pen.line((x, y), (right, y), colour, 1.8)),
        Sample::Dot(colour) => canvas.plain(|pen| pen.marker(Shape::Circle, middle, 3.6, colour, false)),
        Sample::Bar(colour, half) => canvas.plain(|pen| pen.rect((x, y - half), (right, y + half), colour)),
        Sample::Tick => canvas.plain(|pen| time_marks::tick(pen, middle)),
        Sample::Longest => canvas.plain(|pen| time_marks::longest(pen, middle, INK)),
        Sample::Limit => time_marks::limit(canvas, middle.0, (y - 8.0, y + 8.0)),
    }
}
