//! Percent axes from 0 to a round upper end.

use super::canvas::{Anchor, Pen};
use super::theme::{GRID, TICK, percent};

/// A scale from 0 to `end` with grid lines every `step`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// Upper end, a share.
    pub(super) end: f64,
    steps: u8,
}

impl Scale {
    /// The whole range, in fifths.
    pub(super) const FULL: Self = Self { end: 1.0, steps: 5 };

    /// Returns 0–100 %, or a shorter scale when all values are low and would be pressed together at its foot.
    pub(super) fn for_values(values: impl IntoIterator<Item = f64>) -> Self {
        let top = values.into_iter().filter(|value| value.is_finite()).fold(0.0, f64::max);
        match top {
            top if top <= 0.0 => Self::FULL,
            top if top <= 0.1 => Self { end: 0.1, steps: 5 },
            top if top <= 0.2 => Self { end: 0.2, steps: 4 },
            top if top <= 0.5 => Self { end: 0.5, steps: 5 },
            _ => Self::FULL,
        }
    }

    /// Returns the position of a share on the scale, clamped to `[0, 1]`.
    pub(super) fn place(self, share: f64) -> f64 {
        (share / self.end).clamp(0.0, 1.0)
    }

    /// Returns the ticks: position in `[0, 1]` and label.
    pub(super) fn ticks(self) -> impl Iterator<Item = (f64, String)> {
        (0..=self.steps).map(move |i| {
            let place = f64::from(i) / f64::from(self.steps);
            (place, percent(place * self.end))
        })
    }
}

/// Draws vertical grid lines over a stretch of y.
pub(super) fn vertical_grid(pen: &mut Pen, scale: Scale, (left, right): (f64, f64), (top, bottom): (f64, f64)) {
    for (place, _) in scale.ticks() {
        let x = left + place * (right - left);
        pen.line((x, top), (x, bottom), GRID, 1.0);
    }
}

/// Writes the tick labels of a horizontal axis below `y`, and its title below them; returns the y below both.
pub(super) fn label_x(pen: &mut Pen, scale: Scale, (left, right): (f64, f64), y: f64, title: &str) -> f64 {
    for (place, label) in scale.ticks() {
        pen.text(&label, (left + place * (right - left), y + 15.0), TICK, Anchor::Middle);
    }
    let room = right - left;
    let mut below = y + 18.0;
    for line in super::font::wrap(title, TICK, room) {
        pen.text(&line, (left + room / 2.0, below + 15.0), TICK, Anchor::Middle);
        below += TICK.leading();
    }
    below + 4.0
}

/// Returns a share within `[0, 1]`, or nothing for NaN.
pub(super) fn share(value: f64) -> Option<f64> {
    (!value.is_nan()).then(|| value.clamp(0.0, 1.0))
}

/// Returns an interval within `[0, 1]` in rising order, or nothing if an end is NaN.
pub(super) fn interval(ends: Option<(f64, f64)>) -> Option<(f64, f64)> {
    let (low, high) = ends?;
    let (low, high) = (share(low)?, share(high)?);
    Some((low.min(high), low.max(high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_shortens_for_low_values_only() {
        let ends = [0.0, 0.08, 0.15, 0.3, 0.51, 1.0, f64::NAN].map(|top| Scale::for_values([top, 0.01]).end);
        assert_eq!(ends.map(|end| format!("{end}")), ["0.1", "0.1", "0.2", "0.5", "1", "1", "0.1"]);
        assert_eq!(Scale::for_values([]), Scale::FULL);
    }

    #[test]
    fn ticks_are_whole_percentages() {
        let ticks: Vec<String> = Scale::for_values([0.2]).ticks().map(|tick| tick.1).collect();
        assert_eq!(ticks, ["0\u{a0}%", "5\u{a0}%", "10\u{a0}%", "15\u{a0}%", "20\u{a0}%"]);
    }

    #[test]
    fn odd_values_are_clamped_or_skipped() {
        assert_eq!(interval(Some((1.4, -0.2))), Some((0.0, 1.0)));
        assert_eq!(interval(Some((f64::NAN, 0.5))), None);
        assert_eq!(share(f64::NAN), None);
        assert_eq!(share(f64::INFINITY), Some(1.0));
    }
}
