//! Figures of a comparison of NEW with BASE.

pub(super) mod before_after;
pub(super) mod difference;
mod grid;
pub(super) mod ratio_forest;
pub(super) mod scatter;
mod signed;
pub(super) mod strip;

use plotters::style::RGBColor;

use super::canvas::{Pen, Point, Shape};
use super::legend::Sample;
use super::theme::{AXIS, BLUE, MUTED, VERMILLION};
use crate::views::chart::compare::Mark;

/// Shape and colour of a mark; hollow where nothing was shown.
fn look(mark: Mark) -> (Shape, RGBColor) {
    match mark {
        Mark::Better => (Shape::Circle, BLUE),
        Mark::Worse => (Shape::Diamond, VERMILLION),
        Mark::Inconclusive => (Shape::Circle, MUTED),
    }
}

/// Draws the mark of an estimate upon its whisker.
fn draw_mark(pen: &mut Pen, mark: Mark, at: Point) {
    let (shape, colour) = look(mark);
    pen.marker(shape, at, 4.4, colour, mark == Mark::Inconclusive);
}

/// Returns the colour of a whisker.
fn whisker(mark: Mark) -> RGBColor {
    if mark == Mark::Inconclusive { AXIS } else { look(mark).1 }
}

/// Returns the legend entries of the marks that occur.
fn key_of(marks: &[Mark]) -> Vec<(Sample, &'static str)> {
    let entries = [
        (Mark::Better, Sample::Series(Shape::Circle, BLUE), "better"),
        (Mark::Worse, Sample::Series(Shape::Diamond, VERMILLION), "worse"),
        (Mark::Inconclusive, Sample::Hollow(Shape::Circle, MUTED), "inconclusive"),
    ];
    let there = |mark: Mark| marks.contains(&mark);
    entries.into_iter().filter(|entry| there(entry.0)).map(|(_, sample, words)| (sample, words)).collect()
}
