//! What stands around every figure: title and subtitle above, footer below.

use super::ChartError;
use super::canvas::{Anchor, Canvas, Point};
use super::font::wrap;
use super::theme::{FOOTER, INNER, MARGIN, SUBTITLE, TITLE, TextStyle};
use crate::views::chart::ChartMeta;

/// A canvas with its title written.
pub(super) struct Frame<'a> {
    pub(super) canvas: Canvas,
    /// First free y below the subtitle.
    pub(super) top: f64,
    meta: &'a ChartMeta,
}

impl<'a> Frame<'a> {
    pub(super) fn new(meta: &'a ChartMeta) -> Self {
        let mut canvas = Canvas::new(&meta.id);
        let below_title = write_lines(&mut canvas, &meta.title, TITLE, (MARGIN, 20.0));
        let below = write_lines(&mut canvas, &meta.subtitle, SUBTITLE, (MARGIN, below_title + 1.0));
        Self { canvas, top: below + 14.0, meta }
    }

    /// Writes the footer below `bottom` and returns the document.
    pub(super) fn finish(mut self, bottom: f64) -> Result<String, ChartError> {
        let below = write_lines(&mut self.canvas, &self.meta.footer, FOOTER, (MARGIN, bottom + 16.0));
        let description = if self.meta.alt.is_empty() { &self.meta.subtitle } else { &self.meta.alt };
        self.canvas.finish(&self.meta.title, description, below + 14.0)
    }

    /// Returns the figure of nothing: a note in place of the plot.
    pub(super) fn finish_empty(mut self) -> Result<String, ChartError> {
        let y = self.top + 36.0;
        self.canvas.plain(|pen| pen.text("no data", (MARGIN + INNER / 2.0, y), SUBTITLE, Anchor::Middle));
        self.finish(y + 30.0)
    }
}

/// Writes wrapped lines downwards from an upper left corner; returns the y below them.
fn write_lines(canvas: &mut Canvas, text: &str, style: TextStyle, (x, mut y): Point) -> f64 {
    canvas.plain(|pen| {
        for line in wrap(text, style, INNER) {
            pen.text(&line, (x, y + style.size), style, Anchor::Start);
            y += style.leading();
        }
    });
    y
}
