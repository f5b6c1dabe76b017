//! One pair of axes for pass^1 by stratum: slots from left to right, and a strip of bars below.

use plotters::style::RGBColor;

use super::axis::Scale;
use super::canvas::{Anchor, Canvas, Pen, SLANT, Shape};
use super::font::{clean, fit_labels, widest, width, wrap};
use super::panel::{Panel, Plotted};
use super::theme::{AXIS, CONTEXT, GRID, TICK};

/// Space between plot and strip.
const STRIP_GAP: f64 = 16.0;
/// Share of a slot that a bar of the strip takes, and its most.
const BAR: (f64, f64) = (0.62, 42.0);
/// Share of a slot over which the series are spread, and their largest distance.
const DODGE: (f64, f64) = (0.7, 11.0);
/// Most room for a slanted name, and the narrowest slot that can have one.
const SLANTED: (f64, f64) = (170.0, 14.0);
/// Narrowest slots with lines between them.
const BORDERED: f64 = 9.0;
/// Most lines of a name that is not slanted.
const LINES: usize = 3;

/// A series: per stratum a point (its `k` the stratum's number) or a gap.
pub(super) type Points = Vec<Option<Plotted>>;

/// How strata are named below the axes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Labels {
    /// Each in lines of its own slot.
    Flat(Vec<Vec<String>>),
    /// Rising to its slot.
    Slanted(Vec<String>),
    /// On one line, without those that would touch: short names.
    Some(Vec<String>),
    /// By a number, without those that would touch; the names stand in a key.
    Numbered(Vec<String>),
}

impl Labels {
    /// Chooses how to write the names below slots of a width; slanted only if `first`, the middle of the first slot, is given.
    pub(super) fn new(names: &[&str], slot: f64, first: Option<f64>) -> Self {
        let names: Vec<String> = names.iter().map(|name| clean(name)).collect();
        let room = slot - 4.0;
        let flat: Vec<Vec<String>> = names.iter().map(|name| wrap(name, TICK, room)).collect();
        // The pieces between which lines may break.
        let pieces =
            |name: &String| name.split_inclusive([' ', '-', '_', '/', ':']).all(|piece| width(piece.trim_end(), TICK) <= room);
        if names.iter().all(pieces) && flat.iter().all(|lines| lines.len() <= LINES) {
            return Self::Flat(flat);
        }
        let numbers: Vec<String> = (1..=names.len()).map(|number| number.to_string()).collect();
        let [short, shortest] = [&names, &numbers].map(|names| widest(names.iter().map(String::as_str), TICK));
        match first {
            _ if short <= shortest * 1.3 => Self::Some(names),
            Some(first) if slot >= SLANTED.1 => {
                let room = SLANTED.0.min((first - 8.0) / SLANT.to_radians().cos());
                Self::Slanted(fit_labels(names.iter().map(String::as_str), TICK, room))
            }
            _ => Self::Numbered(numbers),
        }
    }

    /// Returns the height they need.
    pub(super) fn height(&self) -> f64 {
        match self {
            Self::Flat(names) => 6.0 + names.iter().map(Vec::len).max().unwrap_or(1) as f64 * TICK.leading(),
            Self::Slanted(names) => 14.0 + widest(names.iter().map(String::as_str), TICK) * SLANT.to_radians().sin(),
            Self::Some(_) | Self::Numbered(_) => 6.0 + TICK.leading(),
        }
    }
}

/// Whether slots of a width have room for numbers of tasks.
pub(super) fn room_for(tasks: &[u32], slot: f64) -> bool {
    tasks.iter().all(|tasks| width(&tasks.to_string(), TICK) + 3.0 <= slot)
}

/// Where strata and shares come to stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct StrataPanel {
    pub(super) panel: Panel,
    pub(super) slot: f64,
    /// Top and bottom of the strip's bars.
    strip: (f64, f64),
    strip_scale: Scale,
}

impl StrataPanel {
    /// Lays axes out, with the share of the tasks of each stratum (none: all unknown) in a strip of a height.
    pub(super) fn new(x: (f64, f64), (top, bottom): (f64, f64), tasks: &[f64], strip: f64) -> Self {
        Self {
            panel: Panel::of_slots(x, (top, bottom), tasks.len(), Scale::FULL),
            slot: (x.1 - x.0) / tasks.len().max(1) as f64,
            strip: (bottom + STRIP_GAP, bottom + STRIP_GAP + strip),
            strip_scale: Scale::for_values(tasks.iter().copied()),
        }
    }

    /// Returns the y below the strip.
    pub(super) fn bottom(&self) -> f64 {
        self.strip.1
    }

    /// Returns the middle of a stratum's slot.
    pub(super) fn middle(&self, stratum: usize) -> f64 {
        self.panel.place_k(stratum as f64)
    }

    /// Draws grid, borders of the slots, and the strip.
    pub(super) fn draw_ground(&self, pen: &mut Pen, tasks: &[f64]) {
        let (left, right) = self.panel.x;
        let borders = if self.slot >= BORDERED { tasks.len() } else { 0 };
        for border in 1..borders {
            let x = left + border as f64 * self.slot;
            pen.line((x, self.panel.y.0), (x, self.panel.y.1), GRID, 0.6);
        }
        self.panel.draw_grid(pen);
        let half = (self.slot * BAR.0).min(BAR.1) / 2.0;
        let (top, bottom) = self.strip;
        pen.line((left, top), (right, top), GRID, 0.6);
        for (stratum, &share) in tasks.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let (x, height) = (self.middle(stratum), self.strip_scale.place(share) * (bottom - top));
            pen.rect((x - half, bottom - height), (x + half, bottom), CONTEXT);
        }
        pen.line((left, bottom), (right, bottom), AXIS, 1.0);
    }

    /// Writes the percentages left of plot and strip.
    pub(super) fn label_shares(&self, pen: &mut Pen) {
        self.panel.label_shares(pen);
        let end = super::theme::percent(self.strip_scale.end);
        pen.text(&end, (self.panel.x.0 - 8.0, self.strip.0 + 6.0), TICK, Anchor::End);
    }

    /// Writes the number of tasks in each slot of the strip, above its bar or upon it.
    pub(super) fn label_tasks(&self, pen: &mut Pen, tasks: &[u32], shares: &[f64]) {
        let numbers: Vec<String> = tasks.iter().map(u32::to_string).collect();
        for (stratum, (number, share)) in numbers.iter().zip(shares).enumerate() {
            let height = self.strip_scale.place(*share) * (self.strip.1 - self.strip.0);
            let above = self.strip.1 - height - 3.0;
            // Inside the strip: a high bar has its number within.
            let baseline = if above - 9.0 < self.strip.0 { above + 14.0 } else { above };
            pen.text(number, (self.middle(stratum), baseline), TICK, Anchor::Middle);
        }
    }

    /// Writes the strata's names below the strip.
    pub(super) fn label_strata(&self, pen: &mut Pen, labels: &Labels) {
        let y = self.bottom();
        match labels {
            Labels::Flat(names) => {
                for (stratum, lines) in names.iter().enumerate() {
                    for (line, text) in lines.iter().enumerate() {
                        let baseline = y + 15.0 + line as f64 * TICK.leading();
                        pen.text(text, (self.middle(stratum), baseline), TICK, Anchor::Middle);
                    }
                }
            }
            Labels::Slanted(names) => {
                for (stratum, name) in names.iter().enumerate() {
                    pen.slanted(name, (self.middle(stratum) + 4.0, y + 12.0), TICK, Anchor::End);
                }
            }
            Labels::Some(names) | Labels::Numbered(names) => {
                let mut free = f64::NEG_INFINITY;
                for (stratum, name) in names.iter().enumerate() {
                    let (x, half) = (self.middle(stratum), width(name, TICK) / 2.0);
                    if x - half >= free {
                        pen.text(name, (x, y + 15.0), TICK, Anchor::Middle);
                        free = x + half + 4.0;
                    }
                }
            }
        }
    }

    /// Returns how far each of `count` series stands beside the middles, so that no two whiskers share a place.
    pub(super) fn dodges(&self, count: usize) -> Vec<f64> {
        let pitch = (self.slot * DODGE.0 / count.max(1) as f64).min(DODGE.1);
        (0..count).map(|i| (i as f64 - (count as f64 - 1.0) / 2.0) * pitch).collect()
    }

    /// Draws the line of a series, broken at gaps.
    pub(super) fn draw_line(&self, canvas: &mut Canvas, points: &Points, dodge: f64, colour: RGBColor, width: f64) {
        for run in points.split(Option::is_none) {
            let run: Vec<Plotted> = run.iter().flatten().map(|point| self.moved(point, dodge)).collect();
            self.panel.draw_lines(canvas, &run, colour, width);
        }
    }

    /// Draws the line of a series as one of many in the background.
    pub(super) fn draw_context(&self, pen: &mut Pen, points: &Points) {
        for run in points.split(Option::is_none).filter(|run| run.len() > 1) {
            let place = |point: &Plotted| (self.panel.place_k(point.k), self.panel.place_share(point.value));
            pen.path(run.iter().flatten().map(place), CONTEXT, 0.9);
        }
    }

    /// Draws whiskers and points of a series.
    pub(super) fn draw_points(
        &self,
        pen: &mut Pen,
        points: &Points,
        dodge: f64,
        (shape, radius): (Shape, f64),
        colour: RGBColor,
    ) {
        let points: Vec<Plotted> = points.iter().flatten().copied().collect();
        for point in &points {
            if let Some((low, high)) = point.interval {
                let x = self.panel.place_k(point.k) + dodge;
                pen.line((x, self.panel.place_share(low)), (x, self.panel.place_share(high)), colour, 1.4);
            }
        }
        self.panel.draw_points(pen, &points, (shape, radius), colour, dodge);
    }

    fn moved(&self, point: &Plotted, dodge: f64) -> Plotted {
        Plotted { k: point.k + dodge / self.slot, ..*point }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_flat_slanted_or_numbered_by_the_room() {
        let numbers: Vec<String> = (1..=20).map(|i| i.to_string()).collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        assert!(matches!(Labels::new(&numbers, 42.0, Some(90.0)), Labels::Flat(_)));
        let intents = ["cancel a reservation", "change_the_baggage_of_a_reservation"];
        assert!(matches!(Labels::new(&intents, 420.0, Some(280.0)), Labels::Flat(_)));
        assert!(matches!(Labels::new(&intents, 42.0, Some(90.0)), Labels::Slanted(_)));
        for (slot, first) in [(42.0, None), (8.0, Some(90.0))] {
            assert_eq!(Labels::new(&intents, slot, first), Labels::Numbered(vec!["1".to_owned(), "2".to_owned()]));
        }
        // A key that numbers numbers would be of no use.
        assert!(matches!(Labels::new(&numbers, 10.0, None), Labels::Some(_)));
    }

    #[test]
    fn series_stay_inside_their_slot_and_apart() {
        for (strata, series) in [(1, 1), (3, 7), (20, 7), (60, 2)] {
            let panel = StrataPanel::new((68.0, 936.0), (0.0, 300.0), &vec![0.1; strata], 30.0);
            let dodges = panel.dodges(series);
            assert!(dodges.iter().all(|dodge| dodge.abs() < panel.slot / 2.0), "{dodges:?}");
            // Whiskers are 1.4 wide.
            assert!(dodges.windows(2).all(|pair| pair[1] - pair[0] > 2.0), "{dodges:?}");
        }
    }
}
