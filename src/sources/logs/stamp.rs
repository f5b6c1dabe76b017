//! Times at the beginning of a text.
//!
//! ```text
//! 2025-12-23 10:15:32.456      structured lines, loguru, `date`; also with `,` or `T`, with 0 to 9 places, with a zone behind
//! 12-24 04:28:25               vLLM, which names no year
//! ```

use crate::records::log::calendar::{DAY_MS, days_since_1970};

/// Reads the time a text begins with: milliseconds since 1970 on the clock of the machine that wrote it, and the rest.
pub(super) fn full(text: &[u8]) -> Option<(i64, &[u8])> {
    let (date, rest) = text.split_first_chunk::<10>()?;
    let year = two(date[0], date[1])? * 100 + two(date[2], date[3])?;
    let (month, day) = (two(date[5], date[6])?, two(date[8], date[9])?);
    if date[4] != b'-' || date[7] != b'-' || !is_date(month, day) || !matches!(rest.first(), Some(b' ' | b'T')) {
        return None;
    }
    let (ms_of_day, rest) = time(&rest[1..])?;
    // Four digits and two digits: they fit.
    let days = days_since_1970(i32::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    Some((days * DAY_MS + i64::from(ms_of_day), rest))
}

/// Returns what stands behind the time stamp that a service which collects logs puts before every line (GitHub Actions, `docker logs
/// -t`): an ISO time with `T`, `Z` and one blank. Programs themselves print no such stamp here.
pub(super) fn behind_collector(line: &[u8]) -> &[u8] {
    let is_iso = line.get(10) == Some(&b'T');
    let rest = is_iso.then(|| full(line)).flatten().and_then(|(_, rest)| rest.strip_prefix(b"Z"));
    rest.and_then(|rest| if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b" ") }).unwrap_or(line)
}

/// Month, day and milliseconds since midnight.
pub(super) type DayTime = (u8, u8, u32);

/// Reads a time without a year, and the rest.
pub(super) fn without_year(text: &[u8]) -> Option<(DayTime, &[u8])> {
    let (date, rest) = text.split_first_chunk::<6>()?;
    let (month, day) = (two(date[0], date[1])?, two(date[3], date[4])?);
    if date[2] != b'-' || date[5] != b' ' || !is_date(month, day) {
        return None;
    }
    let (ms_of_day, rest) = time(rest)?;
    Some(((u8::try_from(month).ok()?, u8::try_from(day).ok()?, ms_of_day), rest))
}

fn is_date(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Reads `HH:MM:SS` with or without a fraction, in milliseconds.
fn time(text: &[u8]) -> Option<(u32, &[u8])> {
    let (clock, rest) = text.split_first_chunk::<8>()?;
    let (hours, minutes, seconds) = (two(clock[0], clock[1])?, two(clock[3], clock[4])?, two(clock[6], clock[7])?);
    // A leap second is 60.
    if clock[2] != b':' || clock[5] != b':' || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let ms = ((hours * 60 + minutes) * 60 + seconds) * 1000;
    let Some(fraction) = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b",")) else { return Some((ms, rest)) };
    let length = fraction.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return Some((ms, rest));
    }
    let thousandths =
        (0..3).fold(0, |value, place| value * 10 + if place < length { u32::from(fraction[place] - b'0') } else { 0 });
    Some((ms + thousandths, &fraction[length..]))
}

/// Reads two digits.
fn two(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u32::from(tens) * 10 + u32::from(ones))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        // From Python: datetime.datetime(2025, 12, 23, 10, 15, 32, 456000, datetime.timezone.utc).timestamp()
        let at = 1_766_484_932_456;
        for (text, ms, rest) in [
            ("2025-12-23 10:15:32.456 task=1", at, " task=1"),
            ("2025-12-23 10:15:32,456", at, ""),
            ("2025-12-23T10:15:32.456789123Z x", at, "Z x"),
            ("2025-12-23 10:15:32.4", at - 56, ""),
            ("2025-12-23 10:15:32", at - 456, ""),
            ("2025-12-23 10:15:32. x", at - 456, ". x"),
        ] {
            assert_eq!(full(text.as_bytes()), Some((ms, rest.as_bytes())), "{text}");
        }
        for text in [
            "",
            "2025-12-23",
            "2025-13-23 10:15:32",
            "2025-12-23 24:15:32",
            "2025-12-23x10:15:32",
            "20251223 10:15:32",
            "2025-12-23 10:15:3",
        ] {
            assert_eq!(full(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn reads_times_without_a_year() {
        let ms = ((4 * 60 + 28) * 60 + 25) * 1000;
        assert_eq!(without_year(b"12-24 04:28:25 [loggers.py:87]"), Some(((12, 24, ms), b" [loggers.py:87]".as_slice())));
        assert_eq!(without_year(b"24-12 04:28:25"), None);
        assert_eq!(without_year(b"127.0.0.1:39830"), None);
    }
}
