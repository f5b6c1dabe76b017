//! Cells that pair what a person reads with the raw value a program reads.

use crate::{
    redact,
    views::table::{Cell, Value},
};

/// A cell of a name or a few words, as they are shown: without secrets, long ones cut.
pub fn text(words: impl AsRef<str>) -> Cell {
    plain(redact::shown(words.as_ref()).into_owned())
}

/// A cell of a sentence, which may hold names.
pub fn sentence(words: impl AsRef<str>) -> Cell {
    plain(redact::sentence(words.as_ref()).into_owned())
}

fn plain(words: String) -> Cell {
    Cell { value: Value::Text(words.clone()), text: words }
}

/// An empty cell: nothing to say, as against unknown.
pub fn empty() -> Cell {
    Cell { text: String::new(), value: Value::Null }
}

/// A yes-or-no cell.
pub fn flag(is: Option<bool>) -> Cell {
    match is {
        None => Cell { text: super::UNKNOWN.to_owned(), value: Value::Null },
        Some(is) => Cell { text: if is { "yes" } else { "no" }.to_owned(), value: Value::Bool(is) },
    }
}

/// A count.
pub fn count(number: Option<u64>) -> Cell {
    let value = match number {
        None => Value::Null,
        // A count beyond i64 cannot come from files; a float keeps its size if it ever does.
        Some(number) => i64::try_from(number).map_or(Value::Float(number as f64), Value::Int),
    };
    Cell { text: super::count(number), value }
}

/// A fraction in `[0, 1]`, shown in percent.
pub fn rate(fraction: Option<f64>) -> Cell {
    number(super::rate(fraction), fraction)
}

/// A pass^k.
pub fn pass(estimate: Option<f64>) -> Cell {
    number(super::pass(estimate), estimate)
}

/// A difference of two fractions, shown in percentage points; the raw value stays a fraction.
pub fn points(difference: Option<f64>) -> Cell {
    number(super::points(difference), difference)
}

/// A p-value.
pub fn p_value(p: Option<f64>) -> Cell {
    number(super::p_value(p), p)
}

/// An amount in US dollars.
pub fn usd(amount_usd: Option<f64>) -> Cell {
    number(super::usd(amount_usd), amount_usd)
}

/// A mean or any other number, shown with `decimals` decimals.
pub fn mean(value: Option<f64>, decimals: usize) -> Cell {
    number(super::decimal(value, decimals), value)
}

/// A time in milliseconds, shown with its unit; the raw value stays in milliseconds.
pub fn millis(ms: Option<f64>) -> Cell {
    number(super::duration(ms.map(|ms| ms / 1000.0)), ms)
}

/// An integer that may be negative.
pub fn integer(number: Option<i64>) -> Cell {
    match number {
        None => Cell { text: super::UNKNOWN.to_owned(), value: Value::Null },
        Some(number) => Cell { text: number.to_string().replace('-', "\u{2212}"), value: Value::Int(number) },
    }
}

/// A duration in seconds.
pub fn duration(seconds: Option<f64>) -> Cell {
    number(super::duration(seconds), seconds)
}

/// A ratio.
pub fn ratio(factor: Option<f64>) -> Cell {
    number(super::ratio(factor), factor)
}

/// An interval of ratios: two cells for the two columns of [`super::column::interval`].
pub fn ratio_interval(bounds: Option<(f64, f64)>) -> [Cell; 2] {
    pair(super::ratio_interval(bounds), bounds)
}

/// An interval of fractions shown in percent: two cells for the two columns of [`super::column::interval`].
pub fn interval(bounds: Option<(f64, f64)>) -> [Cell; 2] {
    pair(super::interval(bounds), bounds)
}

/// An interval of pass^k: two cells for the two columns of [`super::column::interval`].
pub fn pass_interval(bounds: Option<(f64, f64)>) -> [Cell; 2] {
    pair(super::pass_interval(bounds), bounds)
}

/// An interval of differences in percentage points: two cells for the two columns of [`super::column::interval`].
pub fn points_interval(bounds: Option<(f64, f64)>) -> [Cell; 2] {
    pair(super::points_interval(bounds), bounds)
}

fn number(text: String, raw: Option<f64>) -> Cell {
    let value = match raw {
        Some(value) if value.is_finite() => Value::Float(value),
        _ => Value::Null,
    };
    Cell { text, value }
}

fn pair(text: String, bounds: Option<(f64, f64)>) -> [Cell; 2] {
    // Half an interval is no interval: the raw values go with the text.
    let bounds = bounds.filter(|(low, high)| low.is_finite() && high.is_finite());
    [number(text, bounds.map(|(low, _)| low)), number(String::new(), bounds.map(|(_, high)| high))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_raw_value_go_together() {
        assert_eq!(rate(Some(1.0 / 3.0)), Cell { text: "33.3%".into(), value: Value::Float(1.0 / 3.0) });
        assert_eq!(rate(Some(f64::NAN)), Cell { text: "n/a".into(), value: Value::Null });
        assert_eq!(count(Some(12_358)), Cell { text: "12,358".into(), value: Value::Int(12_358) });
        assert_eq!(count(None), Cell { text: "n/a".into(), value: Value::Null });
        assert_eq!(usd(Some(0.083)), Cell { text: "$0.083".into(), value: Value::Float(0.083) });
        assert_eq!(flag(Some(true)), Cell { text: "yes".into(), value: Value::Bool(true) });
        assert_eq!(text("a"), Cell { text: "a".into(), value: Value::Text("a".into()) });
    }

    #[test]
    fn an_interval_is_one_text_and_two_numbers() {
        let [low, high] = interval(Some((0.322, 0.525)));
        assert_eq!(low, Cell { text: "[32.2, 52.5]".into(), value: Value::Float(0.322) });
        assert_eq!(high, Cell { text: String::new(), value: Value::Float(0.525) });
        let [low, high] = interval(Some((0.322, f64::NAN)));
        assert_eq!((low.text.as_str(), low.value, high.value), ("n/a", Value::Null, Value::Null));
    }
}
