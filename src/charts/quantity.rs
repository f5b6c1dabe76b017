//! Axes of dollars or seconds, linear from zero or logarithmic.

use crate::views::chart::ParetoUnit;
use crate::views::fmt;

/// What is larger or smaller is drawn at the end of the axis: the quotient of its ends must remain a number.
const EXTREME: (f64, f64) = (1e-120, 1e120);
/// Most ticks of a linear axis, and about the most of a logarithmic one.
const TICKS: (f64, f64) = (7.0, 10.0);
/// Share of the axis left free beyond the values; on a logarithmic axis at least a factor of 1.3.
const FREE: f64 = 0.06;
/// A logarithmic axis over fewer decades than this has evenly spaced numbers.
const NARROW: f64 = 0.9;

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quantity {
    low: f64,
    high: f64,
    /// Logarithmic. Not so where no value is positive.
    pub(super) log: bool,
    unit: ParetoUnit,
}

impl Quantity {
    /// Returns an axis that holds the values; those that are negative or not finite are left out.
    pub(super) fn new(values: impl IntoIterator<Item = f64>, log: bool, unit: ParetoUnit) -> Self {
        let positive = values.into_iter().filter(|value| value.is_finite() && *value > 0.0);
        let ends = positive.map(|value| value.clamp(EXTREME.0, EXTREME.1)).fold(None, |ends, value| {
            let (low, high) = ends.unwrap_or((value, value));
            Some((value.min(low), value.max(high)))
        });
        match ends {
            None => Self { low: 0.0, high: 1.0, log: false, unit },
            Some((low, high)) if log => {
                let margin = (FREE * (high / low).ln()).max(1.3_f64.ln()).exp();
                Self { low: low / margin, high: high * margin, log, unit }
            }
            Some((_, high)) => Self { low: 0.0, high: high * (1.0 + FREE), log, unit },
        }
    }

    /// Returns the position of a value on the axis, clamped to `[0, 1]`; on a logarithmic axis, that of zero is 0.
    pub(super) fn place(&self, value: f64) -> f64 {
        let place = if self.log {
            (value.max(0.0) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        place.clamp(0.0, 1.0)
    }

    /// Returns the ticks: position and label.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let decades = (self.high / self.low.max(EXTREME.0)).log10();
        let values = if self.log && decades >= NARROW { self.decade_ticks(decades) } else { self.even_ticks() };
        values.into_iter().map(|(value, exponent)| (self.place(value), label(value, exponent, self.unit))).collect()
    }

    /// Returns multiples of a round step with the step's power of ten.
    fn even_ticks(&self) -> Vec<(f64, i32)> {
        let (step, exponent) = round_step((self.high - self.low) / TICKS.0);
        let first = (self.low / step).ceil();
        let ticks = (0_u8..=10).map(|i| (step * (first + f64::from(i)), exponent));
        ticks.filter(|tick| tick.0 <= self.high).collect()
    }

    /// Returns 1, 2, 5, 10, …, or powers of ten only where the decades are many.
    fn decade_ticks(&self, decades: f64) -> Vec<(f64, i32)> {
        let factors: &[f64] = match decades {
            few if few <= 1.5 => &[1.0, 2.0, 3.0, 5.0, 7.0],
            some if some <= 3.5 => &[1.0, 2.0, 5.0],
            _ => &[1.0],
        };
        let stride = whole((decades / TICKS.1).ceil()).max(1);
        let (first, last) = (whole(self.low.log10().floor()), whole(self.high.log10().ceil()));
        let powers = (first..=last).filter(|exponent| exponent.rem_euclid(stride) == 0);
        let ticks = powers.flat_map(|exponent| factors.iter().map(move |factor| (factor * 10_f64.powi(exponent), exponent)));
        ticks.filter(|tick| (self.low..=self.high).contains(&tick.0)).collect()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "powers of ten of finite numbers, or their differences")]
fn whole(number: f64) -> i32 {
    number as i32
}

/// Returns the next of 1, 2, 5 times a power of ten at or above a positive number, and that power.
fn round_step(least: f64) -> (f64, i32) {
    let exponent = whole(least.log10().floor());
    let power = 10_f64.powi(exponent);
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= least);
    factor.map_or((10.0 * power, exponent + 1), |factor| (factor * power, exponent))
}

/// Writes a tick whose last digit stands for `10^exponent`.
fn label(value: f64, exponent: i32, unit: ParetoUnit) -> String {
    let decimals = usize::try_from(-exponent).unwrap_or(0);
    let number = if value <= 0.0 {
        "0".to_owned()
    } else if value >= 1e7 || decimals > 6 {
        format!("{value:.1e}").replace(".0e", "e")
    } else if decimals == 0 {
        fmt::count(format!("{value:.0}").parse().ok())
    } else if unit == ParetoUnit::Usd {
        fmt::decimal(Some(value), decimals.max(2))
    } else {
        fmt::decimal(Some(value), decimals)
    };
    match unit {
        ParetoUnit::Usd => format!("${number}"),
        ParetoUnit::Seconds => format!("{number}\u{a0}s"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(values: &[f64], log: bool, unit: ParetoUnit) -> String {
        let ticks = Quantity::new(values.iter().copied(), log, unit).ticks();
        ticks.into_iter().map(|tick| tick.1.replace('\u{a0}', " ")).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn linear_axes_begin_at_zero() {
        assert_eq!(labels(&[0.11, 0.52], false, ParetoUnit::Usd), "$0, $0.10, $0.20, $0.30, $0.40, $0.50");
        assert_eq!(labels(&[3.0], false, ParetoUnit::Seconds), "0 s, 0.5 s, 1.0 s, 1.5 s, 2.0 s, 2.5 s, 3.0 s");
        assert_eq!(labels(&[52_000.0], false, ParetoUnit::Seconds), "0 s, 10,000 s, 20,000 s, 30,000 s, 40,000 s, 50,000 s");
        assert_eq!(labels(&[], false, ParetoUnit::Usd), "$0, $0.20, $0.40, $0.60, $0.80, $1.00");
    }

    #[test]
    fn logarithmic_axes_have_round_numbers() {
        assert_eq!(labels(&[0.012, 3.0], true, ParetoUnit::Usd), "$0.01, $0.02, $0.05, $0.10, $0.20, $0.50, $1, $2");
        assert_eq!(labels(&[40.0, 60.0], true, ParetoUnit::Seconds), "40 s, 50 s, 60 s, 70 s");
        assert_eq!(labels(&[1e-4, 1e4], true, ParetoUnit::Usd), "$0.0001, $0.001, $0.01, $0.10, $1, $10, $100, $1000, $10,000");
        assert_eq!(labels(&[0.0], true, ParetoUnit::Usd), labels(&[], false, ParetoUnit::Usd));
    }

    proptest! {
        #[test]
        fn any_axis_has_a_few_ticks_in_order(values in proptest::collection::vec(any::<f64>(), 0..5), log: bool) {
            let axis = Quantity::new(values.iter().copied(), log, ParetoUnit::Usd);
            let ticks = axis.ticks();
            prop_assert!((2..=16).contains(&ticks.len()), "{:?} {:?}", axis, ticks);
            prop_assert!(ticks.windows(2).all(|pair| pair[0].0 < pair[1].0), "{:?}", ticks);
            prop_assert!(ticks.iter().all(|tick| tick.1.chars().count() < 14), "{:?}", ticks);
            for value in values {
                prop_assert!(value.is_nan() || (0.0..=1.0).contains(&axis.place(value)));
            }
        }
    }
}
