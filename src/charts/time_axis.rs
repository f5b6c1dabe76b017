//! Axes of time, from nanoseconds to years: logarithmic, or linear between two ends.

use super::canvas::{Anchor, Pen};
use super::font::{width, wrap};
use super::theme::{AXIS, GRID, TICK};

/// Shortest and longest time an axis holds, in milliseconds; what lies beyond is drawn at its end.
const EXTREME_MS: (f64, f64) = (1e-6, 1e13);
/// Free space beyond the values: a share of the logarithmic axis, at least a factor.
const FREE: (f64, f64) = (0.02, 1.15);
/// A logarithmic axis spans at least this factor.
const NARROWEST: f64 = 6.0;
/// Space between two labels.
const APART: f64 = 9.0;
/// Units with their length in milliseconds.
const UNITS: [(&str, f64); 6] = [("ns", 1e-6), ("µs", 1e-3), ("ms", 1.0), ("s", 1e3), ("min", 6e4), ("h", 3.6e6)];

/// An axis of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TimeAxis {
    low: f64,
    high: f64,
    log: bool,
}

impl TimeAxis {
    /// Returns a logarithmic axis that holds all positive values.
    pub(super) fn log(values_ms: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = ends(values_ms.into_iter().filter(|ms| *ms > 0.0)).unwrap_or((100.0, 10_000.0));
        let (low, high) = (low.clamp(EXTREME_MS.0, EXTREME_MS.1), high.clamp(EXTREME_MS.0, EXTREME_MS.1));
        let wide = (high / low).max(NARROWEST);
        let margin = (wide.ln() * FREE.0).exp().max(FREE.1);
        let middle = f64::midpoint(low.ln(), high.ln());
        let half = wide.ln() / 2.0 + margin.ln();
        Self { low: (middle - half).exp(), high: (middle + half).exp(), log: true }
    }

    /// Returns a linear axis from 0 that holds all values.
    pub(super) fn from_zero(values_ms: impl IntoIterator<Item = f64>) -> Self {
        let high = ends(values_ms).map_or(0.0, |ends| ends.1).min(EXTREME_MS.1);
        Self { low: 0.0, high: if high > EXTREME_MS.0 { high * 1.02 } else { 1000.0 }, log: false }
    }

    /// Returns a linear axis from the first to the last value.
    pub(super) fn between(values_ms: impl IntoIterator<Item = f64>) -> Self {
        let far = |ms: f64| ms.clamp(-EXTREME_MS.1, EXTREME_MS.1);
        let (low, high) = ends(values_ms).map_or((0.0, 0.0), |(low, high)| (far(low), far(high)));
        let least = (low.abs().max(high.abs()) * 1e-6).max(1.0);
        Self { low, high: high.max(low + least), log: false }
    }

    /// Returns the position of a time, clamped to `[0, 1]`.
    pub(super) fn place(&self, ms: f64) -> f64 {
        let place = if self.log {
            (ms.max(0.0) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (ms - self.low) / (self.high - self.low)
        };
        place.clamp(0.0, 1.0)
    }

    /// Returns the share that a length takes of a linear axis.
    pub(super) fn length(&self, ms: f64) -> f64 {
        ms / (self.high - self.low)
    }

    /// Returns ticks whose labels, of a size along the axis, do not touch over so many pixels: position and label.
    pub(super) fn ticks(&self, room: f64, size: impl Fn(&str) -> f64) -> Vec<(f64, String)> {
        let apart = |ticks: &[(f64, String)]| {
            let gap = |pair: &[(f64, String)]| (pair[1].0 - pair[0].0) * room;
            let need = |pair: &[(f64, String)]| f64::midpoint(size(&pair[0].1), size(&pair[1].1)) + APART;
            ticks.windows(2).all(|pair| gap(pair) >= need(pair))
        };
        let ranks = if self.log { self.round_times() } else { vec![self.even_times(room)] };
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for (i, rank) in ranks.into_iter().enumerate() {
            // A rank comes whole or not at all, so that numbers stay in a pattern; only the first comes in parts at need.
            let strides = if i == 0 { 1..=rank.len().max(1) } else { 1..=1 };
            let with = |stride: usize| {
                let mut more: Vec<(f64, String)> = ticks.iter().chain(rank.iter().step_by(stride)).cloned().collect();
                more.sort_by(|a, b| a.0.total_cmp(&b.0));
                more
            };
            let Some(more) = strides.map(with).find(|more| apart(more)) else { break };
            ticks = more;
        }
        ticks
    }

    /// Returns the ticks of a logarithmic axis, the most welcome rank first.
    fn round_times(&self) -> Vec<Vec<(f64, String)>> {
        let inside = |ms: &f64| (self.low..=self.high).contains(ms);
        let tick = |ms: f64| (self.place(ms), duration(ms));
        let ranks = candidates().into_iter().map(|rank| rank.into_iter().filter(inside).map(tick).collect());
        // Beyond six decades, halves and fives would say little.
        ranks.take(if (self.high / self.low).log10() > 6.0 { 1 } else { 3 }).collect()
    }

    /// Returns the ticks of a linear axis: multiples of a round step, in one unit.
    fn even_times(&self, room: f64) -> Vec<(f64, String)> {
        let step = round_step((self.high - self.low) / (room / 70.0).clamp(3.0, 12.0));
        let largest = self.high.abs().max(self.low.abs());
        let fits = |&(unit, length): &(&str, f64)| {
            let whole = |number: f64| (number - number.round()).abs() < 1e-6;
            match unit {
                "min" | "h" => largest >= 2.0 * length && whole(2.0 * step / length),
                _ => largest >= length && whole(10.0 * step / length),
            }
        };
        let unit = UNITS.into_iter().rev().find(fits).unwrap_or(UNITS[0]);
        let first = (self.low / step - 1e-9).ceil();
        let times = (0..=20_u8).map(|i| (first + f64::from(i)) * step).take_while(|ms| *ms <= self.high + step * 1e-9);
        times.map(|ms| (self.place(ms), in_unit(ms, unit))).collect()
    }
}

fn ends(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|value| value.is_finite()).fold(None, |ends, value| {
        let (low, high) = ends.unwrap_or((value, value));
        Some((value.min(low), value.max(high)))
    })
}

/// Returns round times for a logarithmic axis in three ranks: 1 and 10, then their halves and fives, then twos.
fn candidates() -> [Vec<f64>; 3] {
    let mut ranks = [Vec::new(), Vec::new(), Vec::new()];
    for (unit, length) in UNITS {
        let tables: [&[f64]; 3] = match unit {
            "s" | "min" => [&[1.0, 10.0], &[5.0, 30.0], &[2.0, 20.0]],
            "h" => [
                &[1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6],
                &[5.0, 50.0, 500.0, 5e3, 5e4, 5e5],
                &[2.0, 20.0, 200.0, 2e3, 2e4, 2e5, 2e6],
            ],
            _ => [&[1.0, 10.0, 100.0], &[5.0, 50.0, 500.0], &[2.0, 20.0, 200.0]],
        };
        for (rank, table) in ranks.iter_mut().zip(tables) {
            rank.extend(table.iter().map(|factor| factor * length));
        }
    }
    ranks
}

/// Returns the next round step of time at or above a length.
fn round_step(least: f64) -> f64 {
    let (unit, length) = UNITS.into_iter().rev().find(|unit| unit.1 <= least).unwrap_or(UNITS[0]);
    let in_units = least / length;
    let table: &[f64] = if matches!(unit, "s" | "min") { &[1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0] } else { &[] };
    let step = table.iter().copied().find(|step| *step >= in_units).unwrap_or_else(|| {
        let power = 10.0_f64.powf(in_units.log10().floor());
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= in_units).unwrap_or(in_units)
    });
    step * length
}

fn in_unit(ms: f64, (unit, length): (&str, f64)) -> String {
    let number = ms / length;
    let decimals = match number.abs() {
        large if large >= 99.95 => 0,
        some if some >= 9.995 => 1,
        _ => 2,
    };
    let number = format!("{number:.decimals$}");
    let number = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { &number };
    let number = if number == "-0" { "0" } else { number };
    if number == "0" { "0".to_owned() } else { format!("{}\u{a0}{unit}", number.replace('-', "\u{2212}")) }
}

/// Writes a time with at most three digits: in minutes and hours from two of them on, or where it is a whole number of them.
pub(super) fn duration(ms: f64) -> String {
    let size = ms.abs();
    let fits = |&(unit, length): &(&str, f64)| match unit {
        "min" | "h" => size >= 2.0 * length || (size >= length && (size / length).fract() < 1e-9),
        // 999.7 ms would be rounded to 1000 ms: better 1 s.
        _ => size >= length * (1.0 - 5e-4),
    };
    in_unit(ms, UNITS.into_iter().rev().find(fits).unwrap_or(UNITS[0]))
}

/// Draws upright grid lines over a stretch of y.
pub(super) fn grid(pen: &mut Pen, ticks: &[(f64, String)], (left, right): (f64, f64), (top, bottom): (f64, f64)) {
    for (place, _) in ticks {
        let x = left + place * (right - left);
        pen.line((x, top), (x, bottom), GRID, 1.0);
    }
}

/// Returns the ticks of an axis that lies between two x.
pub(super) fn across(axis: &TimeAxis, (left, right): (f64, f64)) -> Vec<(f64, String)> {
    axis.ticks(right - left, |label| width(label, TICK))
}

/// Writes tick labels below `y`; returns the y below them.
pub(super) fn label(pen: &mut Pen, ticks: &[(f64, String)], (left, right): (f64, f64), y: f64) -> f64 {
    for (place, label) in ticks {
        let x = left + place * (right - left);
        pen.line((x, y), (x, y + 4.0), AXIS, 1.0);
        pen.text(label, (x, y + 17.0), TICK, Anchor::Middle);
    }
    y + 20.0
}

/// Writes the title of an axis in the middle below `y`; returns the y below it.
pub(super) fn title(pen: &mut Pen, words: &str, (left, right): (f64, f64), mut y: f64) -> f64 {
    for line in wrap(words, TICK, right - left) {
        pen.text(&line, (f64::midpoint(left, right), y + 15.0), TICK, Anchor::Middle);
        y += TICK.leading();
    }
    y + 4.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(axis: &TimeAxis, room: f64) -> String {
        let ticks = axis.ticks(room, |label| width(label, TICK));
        ticks.into_iter().map(|tick| tick.1.replace('\u{a0}', " ")).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn logarithmic_axes_speak_of_seconds_and_minutes() {
        let shown = [
            labels(&TimeAxis::log([234.1, 426_958.6]), 850.0),
            labels(&TimeAxis::log([234.1, 426_958.6]), 260.0),
            labels(&TimeAxis::log([0.02, 4e6]), 850.0),
            labels(&TimeAxis::log([4000.0]), 850.0),
            labels(&TimeAxis::log([f64::MIN_POSITIVE, f64::MAX]), 500.0),
            labels(&TimeAxis::log([f64::NAN, -1.0]), 500.0),
        ];
        insta::assert_snapshot!(shown.join("\n"), @r"
        500 ms, 1 s, 2 s, 5 s, 10 s, 20 s, 30 s, 1 min, 2 min, 5 min
        1 s, 10 s, 1 min
        100 µs, 1 ms, 10 ms, 100 ms, 1 s, 10 s, 1 min, 10 min, 1 h
        2 s, 5 s, 10 s
        1 ns, 1 µs, 1 ms, 1 s, 10 min, 100 h, 100000 h
        100 ms, 200 ms, 500 ms, 1 s, 2 s, 5 s, 10 s
        ");
    }

    #[test]
    fn linear_axes_keep_to_one_unit() {
        let shown = [
            labels(&TimeAxis::from_zero([6234.0, 11_663.0]), 500.0),
            labels(&TimeAxis::from_zero([90_000.0]), 500.0),
            labels(&TimeAxis::from_zero([0.3]), 500.0),
            labels(&TimeAxis::from_zero([]), 500.0),
            labels(&TimeAxis::from_zero([7.2e6]), 500.0),
            labels(&TimeAxis::between([0.0, 5.3 * 3.6e6]), 850.0),
            labels(&TimeAxis::between([-3e5, 2e6]), 850.0),
        ];
        insta::assert_snapshot!(shown.join("\n"), @r"
        0, 2 s, 4 s, 6 s, 8 s, 10 s
        0, 15 s, 30 s, 45 s, 60 s, 75 s, 90 s
        0, 50 µs, 100 µs, 150 µs, 200 µs, 250 µs, 300 µs
        0, 0.2 s, 0.4 s, 0.6 s, 0.8 s, 1 s
        0, 20 min, 40 min, 60 min, 80 min, 100 min, 120 min
        0, 0.5 h, 1 h, 1.5 h, 2 h, 2.5 h, 3 h, 3.5 h, 4 h, 4.5 h, 5 h
        −5 min, 0, 5 min, 10 min, 15 min, 20 min, 25 min, 30 min
        ");
    }

    #[test]
    fn durations_are_short() {
        let shown = [0.0, 0.25, 999.0, 999.9, 1000.0, 5000.0, 7500.0, 59_999.0, 70_584.0, 426_958.6, 3.6e6].map(duration);
        assert_eq!(
            shown.map(|text| text.replace('\u{a0}', " ")),
            ["0", "250 µs", "999 ms", "1 s", "1 s", "5 s", "7.5 s", "60 s", "70.6 s", "7.12 min", "1 h"]
        );
    }

    #[test]
    fn years_have_ticks_too() {
        let ticks = TimeAxis::log([109_465_560_641.7]).ticks(90.0, |label| width(label, TICK));
        assert!(!ticks.is_empty());
    }

    proptest! {
        #[test]
        fn any_axis_holds_its_values_in_order(a in any::<f64>(), b in any::<f64>(), room in 90.0..900.0_f64) {
            for axis in [TimeAxis::log([a, b]), TimeAxis::from_zero([a, b]), TimeAxis::between([a, b])] {
                let ticks = axis.ticks(room, |label| width(label, TICK));
                prop_assert!(!ticks.is_empty() && ticks.len() < 30, "{:?} {:?}", axis, ticks);
                prop_assert!(ticks.windows(2).all(|pair| pair[0].0 < pair[1].0), "{:?} {:?}", axis, ticks);
                for value in [a, b].into_iter().filter(|value| !value.is_nan()) {
                    prop_assert!((0.0..=1.0).contains(&axis.place(value)));
                }
            }
        }

        #[test]
        fn usual_times_get_enough_ticks(low in 0.01..1e6_f64, factor in 1.0..1e6_f64) {
            let ticks = TimeAxis::log([low, low * factor]).ticks(500.0, |label| width(label, TICK));
            prop_assert!((2..=14).contains(&ticks.len()), "{} {} {:?}", low, factor, ticks);
        }
    }
}
