//! The only number formatter of the program: every figure a person reads is made here.
//!
//! Rules that hold for all functions: an unknown or non-finite number is [`UNKNOWN`]; zero carries no sign; a minus is the
//! real minus sign U+2212, never a hyphen; rates come in as fractions in `[0, 1]`. A person's text may round; the raw
//! value beside it (see [`cell`]) never does.
//!
//! **Intervals** take two columns, made by [`column::interval`] and filled by [`cell::interval`]: the first shows
//! `[32.2, 52.5]` and holds the lower bound as its raw value, the second has an empty heading, shows nothing and holds the
//! upper bound. A column with an empty heading is for programs only: the terminal and Markdown leave it out, CSV and JSON
//! keep it. So a person sees one column and a program reads two numbers.

pub mod cell;
pub mod column;
mod text;

pub use text::{ellipsis, width};

use crate::words::group;

/// What stands for a number that is unknown or undefined.
pub const UNKNOWN: &str = "n/a";

/// Formats a fraction in `[0, 1]` as a percentage with one decimal: `42.0%`.
pub fn rate(fraction: Option<f64>) -> String {
    percent(fraction).map_or_else(unknown, |value| format!("{}%", fixed(value, 1)))
}

/// Formats an interval of fractions in percent: `[32.2, 52.5]`.
pub fn interval(bounds: Option<(f64, f64)>) -> String {
    bracket(percents(bounds), |value| fixed(value, 1))
}

/// Formats a pass^k with three decimals: `0.420`.
pub fn pass(value: Option<f64>) -> String {
    decimal(value, 3)
}

/// Formats an interval of pass^k with three decimals: `[0.322, 0.525]`.
pub fn pass_interval(bounds: Option<(f64, f64)>) -> String {
    bracket(bounds, |value| fixed(value, 3))
}

/// Formats a difference of two fractions in percentage points, signed: `+3.1 pp`, `−2.0 pp`, `0.0 pp`.
pub fn points(difference: Option<f64>) -> String {
    percent(difference).map_or_else(unknown, |value| format!("{} pp", signed(value, 1)))
}

/// Formats an interval of differences of fractions in percentage points, signed: `[−1.2, +4.0]`.
pub fn points_interval(bounds: Option<(f64, f64)>) -> String {
    bracket(percents(bounds), |value| signed(value, 1))
}

/// Formats a ratio with three significant digits: `1.15×`, `0.083×`.
pub fn ratio(factor: Option<f64>) -> String {
    finite(factor).filter(|value| *value >= 0.0).map_or_else(unknown, |value| format!("{}×", significant(value, 3)))
}

/// Formats an interval of ratios: `[0.99, 1.33]`.
pub fn ratio_interval(bounds: Option<(f64, f64)>) -> String {
    bracket(bounds, |value| significant(value.max(0.0), 3))
}

/// Formats a p-value with three decimals: `0.034`; below 0.001: `<0.001`.
pub fn p_value(p: Option<f64>) -> String {
    match finite(p) {
        None => unknown(),
        Some(value) if value < 0.001 => "<0.001".to_owned(),
        Some(value) => fixed(value, 3),
    }
}

/// Formats US dollars with as many digits as the amount deserves.
///
/// From $99.995 whole dollars (`$124`, `$12,358`), from $0.9995 cents (`$12.40`), from $0.01 three decimals (`$0.083`),
/// below two significant digits (`$0.0042`); a positive amount below a millionth is `<$0.000001`.
pub fn usd(amount_usd: Option<f64>) -> String {
    let Some(amount) = finite(amount_usd) else { return unknown() };
    let size = amount.abs();
    let sign = if amount < 0.0 { "\u{2212}" } else { "" };
    if size >= 99.995 {
        format!("{sign}${}", group(&format!("{size:.0}")))
    } else if size >= 0.9995 || size == 0.0 {
        format!("{sign}${size:.2}")
    } else if size >= 0.01 {
        format!("{sign}${size:.3}")
    } else if size >= 1e-6 {
        format!("{sign}${}", significant(size, 2))
    } else if amount > 0.0 {
        "<$0.000001".to_owned()
    } else {
        ">\u{2212}$0.000001".to_owned()
    }
}

/// Formats a count, grouped by thousands from 10,000: `9999`, `12,358`.
pub fn count(number: Option<u64>) -> String {
    number.map_or_else(unknown, |value| group(&value.to_string()))
}

/// Formats a range of counts: `3–5`, or `4` where both ends are equal.
pub fn range(low: u64, high: u64) -> String {
    if low == high { count(Some(low)) } else { format!("{}–{}", count(Some(low)), count(Some(high))) }
}

/// Formats a number with a given number of decimals: `12.34`, `−0.5`.
pub fn decimal(number: Option<f64>, decimals: usize) -> String {
    finite(number).map_or_else(unknown, |value| fixed(value, decimals))
}

/// Formats a difference with a given number of decimals, signed: `+0.01`, `−0.5`, `0.0`.
pub fn difference(number: Option<f64>, decimals: usize) -> String {
    finite(number).map_or_else(unknown, |value| signed(value, decimals))
}

/// Formats a duration given in seconds with three significant digits: in milliseconds below 10 s (`1230 ms`), else in
/// seconds (`12.3 s`).
pub fn duration(seconds: Option<f64>) -> String {
    let Some(value) = finite(seconds) else { return unknown() };
    let sign = if value < 0.0 { "\u{2212}" } else { "" };
    let size = value.abs();
    // 9.995 s rounds to 10.0 s: the unit is chosen by the rounded number, so that `10000 ms` never appears.
    if size < 9.995 {
        format!("{sign}{} ms", significant(1000.0 * size, 3))
    } else {
        format!("{sign}{} s", significant(size, 3))
    }
}

/// Formats an interval of durations given in seconds: `[980 ms, 12.3 s]`.
pub fn duration_interval(bounds_s: Option<(f64, f64)>) -> String {
    bracket(bounds_s, |value| duration(Some(value)))
}

/// Formats a size in bytes with three significant digits in powers of 1000: `999 B`, `1.50 kB`, `12.4 MB`.
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if size < 1000 {
        return format!("{size} B");
    }
    let mut value = size as f64;
    let mut unit = "B";
    for next in UNITS {
        // 999.5 rounds to 1000, which belongs to the next unit.
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    format!("{} {unit}", significant(value, 3))
}

fn unknown() -> String {
    UNKNOWN.to_owned()
}

fn finite(number: Option<f64>) -> Option<f64> {
    number.filter(|value| value.is_finite())
}

fn percent(fraction: Option<f64>) -> Option<f64> {
    finite(fraction.map(|value| 100.0 * value))
}

fn percents(bounds: Option<(f64, f64)>) -> Option<(f64, f64)> {
    bounds.map(|(low, high)| (100.0 * low, 100.0 * high))
}

fn bracket(bounds: Option<(f64, f64)>, show: impl Fn(f64) -> String) -> String {
    match bounds {
        Some((low, high)) if low.is_finite() && high.is_finite() => format!("[{}, {}]", show(low), show(high)),
        _ => unknown(),
    }
}

/// Formats a finite number with a fixed number of decimals, without `-0` and with a real minus sign.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.bytes().all(|byte| matches!(byte, b'0' | b'.')) => digits.to_owned(),
        Some(digits) => format!("\u{2212}{digits}"),
        None => text,
    }
}

/// As [`fixed`], with a plus before what is positive after rounding.
fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    let positive = !text.starts_with('\u{2212}') && text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    if positive { format!("+{text}") } else { text }
}

/// Formats a finite number ≥ 0 with `digits` significant digits and no exponent, grouped from 10,000.
fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    // The exponent is read after rounding: 9.996 is 10.0 with three digits, not 10.00.
    let rounded = format!("{value:.*e}", digits - 1);
    let parts = rounded.split_once('e').and_then(|(_, exponent)| Some((rounded.parse().ok()?, exponent.parse().ok()?)));
    let (number, exponent): (f64, i32) = parts.unwrap_or((value, 0));
    let leading = i32::try_from(digits).unwrap_or(i32::MAX) - 1;
    let decimals = usize::try_from(leading - exponent).unwrap_or(0);
    group(&format!("{number:.decimals$}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rates_and_intervals() {
        assert_eq!(rate(Some(0.42)), "42.0%");
        assert_eq!(rate(Some(0.0)), "0.0%");
        assert_eq!(rate(Some(-0.0)), "0.0%");
        assert_eq!(rate(Some(-0.0001)), "0.0%");
        assert_eq!(rate(Some(1.0)), "100.0%");
        assert_eq!(rate(None), "n/a");
        assert_eq!(rate(Some(f64::NAN)), "n/a");
        assert_eq!(interval(Some((0.322, 0.525))), "[32.2, 52.5]");
        assert_eq!(interval(Some((0.1, f64::INFINITY))), "n/a");
        assert_eq!(interval(None), "n/a");
        assert_eq!(pass(Some(0.42)), "0.420");
        assert_eq!(pass_interval(Some((0.3219, 0.5249))), "[0.322, 0.525]");
    }

    #[test]
    fn differences_are_signed_with_a_real_minus() {
        assert_eq!(points(Some(0.031)), "+3.1 pp");
        assert_eq!(points(Some(-0.02)), "\u{2212}2.0 pp");
        assert_eq!(points(Some(0.0)), "0.0 pp");
        assert_eq!(points(Some(0.0004)), "0.0 pp");
        assert_eq!(points(Some(-0.0004)), "0.0 pp");
        assert_eq!(points(None), "n/a");
        assert_eq!(points_interval(Some((-0.012, 0.04))), "[\u{2212}1.2, +4.0]");
        assert_eq!(decimal(Some(-1.25), 1), "\u{2212}1.2");
        assert_eq!(difference(Some(0.0105), 2), "+0.01");
        assert_eq!(difference(Some(-0.004), 2), "0.00");
        assert_eq!(difference(None, 2), "n/a");
    }

    #[test]
    fn ratios() {
        assert_eq!(ratio(Some(1.154)), "1.15×");
        assert_eq!(ratio(Some(0.0834)), "0.0834×");
        assert_eq!(ratio(Some(12.0)), "12.0×");
        assert_eq!(ratio(Some(-1.0)), "n/a");
        assert_eq!(ratio(None), "n/a");
        assert_eq!(ratio_interval(Some((0.987, 1.329))), "[0.987, 1.33]");
        assert_eq!(ratio_interval(Some((0.987, f64::INFINITY))), "n/a");
    }

    #[test]
    fn p_values() {
        assert_eq!(p_value(Some(0.0)), "<0.001");
        assert_eq!(p_value(Some(0.000_999_9)), "<0.001");
        assert_eq!(p_value(Some(0.001)), "0.001");
        assert_eq!(p_value(Some(0.0344)), "0.034");
        assert_eq!(p_value(Some(1.0)), "1.000");
        assert_eq!(p_value(None), "n/a");
    }

    #[test]
    fn costs() {
        let cases = [
            (0.0, "$0.00"),
            (1e-9, "<$0.000001"),
            (0.000_42, "$0.00042"),
            (0.0042, "$0.0042"),
            (0.083, "$0.083"),
            (0.9994, "$0.999"),
            (0.9996, "$1.00"),
            (12.4, "$12.40"),
            (99.99, "$99.99"),
            (99.996, "$100"),
            (1234.4, "$1234"),
            (12_358.0, "$12,358"),
            (-0.083, "\u{2212}$0.083"),
        ];
        for (amount, text) in cases {
            assert_eq!(usd(Some(amount)), text, "{amount}");
        }
        assert_eq!(usd(None), "n/a");
    }

    #[test]
    fn counts_and_ranges() {
        assert_eq!(count(Some(0)), "0");
        assert_eq!(count(Some(9999)), "9999");
        assert_eq!(count(Some(12_358)), "12,358");
        assert_eq!(count(Some(1_234_567)), "1,234,567");
        assert_eq!(count(Some(u64::MAX)), "18,446,744,073,709,551,615");
        assert_eq!(count(None), "n/a");
        assert_eq!(range(3, 5), "3–5");
        assert_eq!(range(4, 4), "4");
    }

    #[test]
    fn durations_and_sizes() {
        let durations = [
            (0.0, "0 ms"),
            (0.001_234, "1.23 ms"),
            (0.1234, "123 ms"),
            (1.234, "1230 ms"),
            (9.994, "9990 ms"),
            (9.996, "10.0 s"),
            (123.4, "123 s"),
            (99.96, "100 s"),
            (12_345.0, "12,300 s"),
        ];
        for (seconds, text) in durations {
            assert_eq!(duration(Some(seconds)), text, "{seconds}");
        }
        assert_eq!(duration(None), "n/a");
        let sizes =
            [(0, "0 B"), (999, "999 B"), (1500, "1.50 kB"), (999_499, "999 kB"), (999_500, "1.00 MB"), (u64::MAX, "18.4 EB")];
        for (size, text) in sizes {
            assert_eq!(bytes(size), text, "{size}");
        }
    }

    proptest! {
        #[test]
        fn no_text_has_a_hyphen_minus_a_signed_zero_or_nan(value in any::<f64>()) {
            let number = Some(value);
            let texts = [
                rate(number), pass(number), points(number), p_value(number), usd(number),
                duration(number), decimal(number, 2), interval(Some((value, value))),
            ];
            for text in texts {
                prop_assert!(!text.contains('-'), "{}", text);
                prop_assert!(!text.contains("NaN") && !text.contains("inf"), "{}", text);
                let signed_zero = text.starts_with(['+', '\u{2212}']) && !text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
                prop_assert!(!signed_zero, "{}", text);
            }
        }

        #[test]
        fn grouping_only_adds_commas(number in any::<u64>()) {
            prop_assert_eq!(count(Some(number)).replace(',', ""), number.to_string());
        }
    }
}
