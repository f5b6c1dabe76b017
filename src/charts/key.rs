//! Keys: numbered names below a figure in which there is no room for them.

use super::canvas::{Anchor, Canvas};
use super::font::{fit_labels, width};
use super::theme::{INK, INNER, MARGIN, TICK};

/// Room for a number, and space between two columns of names.
const NUMBER: f64 = 22.0;
const GAP: f64 = 26.0;

/// Writes "1 name, 2 name, …" in columns; returns the y below.
pub(super) fn draw(canvas: &mut Canvas, names: &[String], top: f64) -> f64 {
    let names = fit_labels(names.iter().map(String::as_str), TICK, INNER - NUMBER);
    let entry = NUMBER + names.iter().map(|name| width(name, TICK)).fold(0.0, f64::max) + GAP;
    let fitting = (1..=4_u8).rev().find(|&n| f64::from(n) * entry - GAP <= INNER).unwrap_or(1);
    let per_column = names.len().div_ceil(usize::from(fitting)).max(1);
    let leading = TICK.leading() + 2.0;
    canvas.plain(|pen| {
        for (i, name) in names.iter().enumerate() {
            let x = MARGIN + (i / per_column) as f64 * entry;
            let baseline = top + (i % per_column) as f64 * leading + 11.0;
            pen.text(&(i + 1).to_string(), (x + NUMBER - 6.0, baseline), TICK, Anchor::End);
            pen.text(name, (x + NUMBER, baseline), TICK.coloured(INK), Anchor::Start);
        }
    });
    top + per_column as f64 * leading
}
