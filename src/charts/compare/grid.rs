//! Panels beside and below each other, all of one size.

use crate::charts::theme::{INNER, MARGIN};

/// Space between two panels.
const GAP: f64 = 22.0;

/// A grid of panels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    /// Panels beside each other.
    pub(super) columns: usize,
    /// Width of a panel.
    pub(super) width: f64,
    /// Left end of the first panel.
    left: f64,
}

impl Grid {
    /// Returns a grid for so many panels of at most so many columns and that width; each has `ticks` of room at its left.
    pub(super) fn new(panels: usize, most_columns: usize, most_width: f64, ticks: f64) -> Self {
        let columns = panels.clamp(1, most_columns);
        let width = ((INNER - ticks - GAP * (columns - 1) as f64) / columns as f64).min(most_width);
        Self { columns, width, left: MARGIN + ticks }
    }

    /// Returns left and right end of the panels in a column.
    pub(super) fn x(&self, column: usize) -> (f64, f64) {
        let left = self.left + column as f64 * (self.width + GAP);
        (left, left + self.width)
    }

    /// Returns left and right end of the whole row.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.left, self.x(self.columns - 1).1)
    }
}
