//! Numbers as Python prints them, from bytes.

use std::str;

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 16] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads the whole text as a finite number.
pub(super) fn float(text: &[u8]) -> Option<f64> {
    plain(text).or_else(|| str::from_utf8(text).ok()?.parse().ok()).filter(|value: &f64| value.is_finite())
}

/// Reads digits with at most one point, at most 15 digits in all. Both parts of the division are exact, so the result is the
/// double nearest to the decimal (Clinger 1990, "How to read floating point numbers accurately", the fast path).
fn plain(text: &[u8]) -> Option<f64> {
    let (mut mantissa, mut fraction) = (0_u64, None);
    if text.is_empty() || text.len() > 16 {
        return None;
    }
    for (place, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + u64::from(byte - b'0'),
            b'.' if fraction.is_none() && text.len() > 1 => fraction = Some(text.len() - place - 1),
            _ => return None,
        }
    }
    let is_short = text.len() <= 15 || fraction.is_some();
    is_short.then(|| mantissa as f64 / POWERS[fraction.unwrap_or(0)])
}

/// Reads the whole text as a number without sign.
pub(super) fn whole(text: &[u8]) -> Option<u64> {
    let is_digits = !text.is_empty() && text.len() <= 19 && text.iter().all(u8::is_ascii_digit);
    is_digits.then(|| text.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')))
}

/// Reads the whole text as an integer.
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    match text.strip_prefix(b"-") {
        Some(digits) => i64::try_from(whole(digits)?).ok().map(|value| -value),
        None => i64::try_from(whole(text)?).ok(),
    }
}

/// Reads the number at the beginning of a text.
pub(super) fn leading(text: &[u8]) -> Option<f64> {
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    let end = text.iter().position(|byte| !is_part(byte)).unwrap_or(text.len());
    let number = &text[..end];
    float(number).or_else(|| float(number.strip_suffix(b".")?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_are_those_of_the_standard_library(whole in 0_u64..1_000_000_000_000, places in 0_usize..7, value in any::<f64>()) {
            let text = format!("{whole}.{:0places$}", whole % 10_u64.pow(u32::try_from(places).unwrap()));
            for text in [text, value.to_string(), format!("{value:.2}"), format!("{value:e}"), whole.to_string()] {
                let expected = text.parse::<f64>().ok().filter(|value| value.is_finite());
                prop_assert_eq!(float(text.as_bytes()), expected, "{}", text);
            }
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", ".", "1.2.3", "12s", "nan", "inf", "-", "1,5", "0x10", "1e999"] {
            assert_eq!(float(text.as_bytes()), None, "{text}");
        }
        assert_eq!((float(b"1234.56"), float(b"-3"), float(b".5")), (Some(1234.56), Some(-3.0), Some(0.5)));
        assert_eq!((whole(b"140"), whole(b""), whole(b"-1"), whole(b"99999999999999999999")), (Some(140), None, None, None));
        assert_eq!((integer(b"-1"), integer(b"124685400381120"), integer(b"1.5")), (Some(-1), Some(124_685_400_381_120), None));
        assert_eq!(
            (leading(b"0.34\n"), leading(b"82.1%, x"), leading(b"0.5."), leading(b"x")),
            (Some(0.34), Some(82.1), Some(0.5), None)
        );
    }
}
