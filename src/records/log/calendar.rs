//! Dates of logs: local to the machine that wrote them, and compared with each other only.

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

/// Returns the days from 1 January 1970 to a date of the Gregorian calendar (Hinnant, "chrono-compatible low-level date
/// algorithms", 2013, `days_from_civil`).
pub fn days_since_1970(year: i32, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    // The year begins in March, so that the day of the leap year is its last.
    let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Returns a date of the Gregorian calendar, `(year, month, day)`, from the days since 1 January 1970 (Hinnant,
/// `civil_from_days`).
fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Writes a moment as `2025-12-24 04:28:25`.
pub fn text(at_ms: i64) -> String {
    let (year, month, day) = date_of(at_ms.div_euclid(DAY_MS));
    let second = at_ms.rem_euclid(DAY_MS) / 1000;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// A moment as it is written: on the clock of some place, which is known only where a zone stands behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Microseconds since 1970 on the clock of that place.
    pub local_us: i64,
    /// How far that clock is ahead of UTC, in minutes; `None` without a zone.
    pub zone_minutes: Option<i16>,
}

impl Stamp {
    /// Returns the microseconds from `before` to this moment, negative if it is earlier; `None` where only one of the two has a zone.
    pub fn us_since(self, before: Self) -> Option<i64> {
        let ahead_us = |minutes: i16| i64::from(minutes) * 60_000_000;
        let local_us = self.local_us - before.local_us;
        match (self.zone_minutes, before.zone_minutes) {
            (None, None) => Some(local_us),
            (Some(own), Some(other)) => Some(local_us - ahead_us(own) + ahead_us(other)),
            _ => None,
        }
    }
}

/// Reads `2025-12-24T04:28:25.388` with `T` or a space, with or without a fraction; a zone behind it is not used, since logs have
/// none. Returns milliseconds since 1970.
pub fn parse_iso(text: &str) -> Option<i64> {
    parse_stamp(text).map(|stamp| stamp.local_us.div_euclid(1000))
}

/// Reads what [`parse_iso`] reads, to the microsecond and with its zone: `Z`, `+02:00`, `+0200`, `+02`.
pub fn parse_stamp(text: &str) -> Option<Stamp> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let marks = [(4, "-"), (7, "-"), (13, ":"), (16, ":")];
    if marks.iter().any(|(at, mark)| text.get(*at..*at + 1) != Some(mark)) || !matches!(text.get(10..11), Some("T" | " ")) {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let behind = text.get(19..).unwrap_or_default();
    let fraction = behind.strip_prefix('.').unwrap_or_default();
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, zone) = if digits > 0 { fraction.split_at(digits) } else { ("", behind) };
    let micros = format!("{:0<6}", digits.get(..6).unwrap_or(digits)).parse::<i64>().ok()?;
    let days = days_since_1970(i32::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let seconds = (hour * 60 + minute) * 60 + second;
    Some(Stamp { local_us: (days * DAY_MS + seconds * 1000) * 1000 + micros, zone_minutes: zone_minutes(zone.trim()) })
}

fn zone_minutes(zone: &str) -> Option<i16> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, clock) = match zone.split_at_checked(1)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let (hours, minutes) = clock.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i16>().ok()).flatten();
    let minutes = if minutes.is_empty() { 0 } else { number(minutes)? };
    Some(sign * (number(hours)? * 60 + minutes)).filter(|minutes| minutes.abs() < 24 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read() {
        for text_of in ["1970-01-01 00:00:00", "1999-12-31 23:59:59", "2024-02-29 12:00:01", "2026-11-21 02:15:05"] {
            assert_eq!(text(parse_iso(text_of).unwrap()), text_of);
        }
        assert_eq!(parse_iso("1970-01-01T00:00:00.388123+02:00"), Some(388));
        assert_eq!(parse_iso("1970-01-01T00:00:01.5"), Some(1500));
        for wrong in ["", "1970-13-01T00:00:00", "1970-01-01X00:00:00", "19700101T000000", "1970-01-01T00:0é:00"] {
            assert_eq!(parse_iso(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn stamps_have_microseconds_and_zones() {
        let stamp = |text: &str| parse_stamp(text).map(|stamp| (stamp.local_us, stamp.zone_minutes));
        assert_eq!(stamp("1970-01-01T00:00:00.388123+02:00"), Some((388_123, Some(120))));
        assert_eq!(stamp("1970-01-01T00:00:01.1234567Z"), Some((1_123_456, Some(0))));
        for (zone, minutes) in
            [("", None), (" +0530", Some(330)), ("-03", Some(-180)), ("+99", None), ("+1", None), (".", None), ("é", None)]
        {
            let text = format!("1970-01-01 00:00:02{zone}");
            assert_eq!(stamp(&text), Some((2_000_000, minutes)), "{zone}");
        }
        let since = |text: &str, before: &str| parse_stamp(text).unwrap().us_since(parse_stamp(before).unwrap());
        assert_eq!(since("2026-01-01T12:00:00.5", "2026-01-01T11:59:59"), Some(1_500_000));
        assert_eq!(since("2026-01-01T12:00:00Z", "2026-01-01T14:00:01+02:00"), Some(-1_000_000));
        assert_eq!(since("2026-01-01T12:00:00Z", "2026-01-01T12:00:00"), None);
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        // From Python: (datetime.date(y, m, d) - datetime.date(1970, 1, 1)).days
        for (date, days) in [
            ((1970, 1, 1), 0),
            ((1969, 12, 31), -1),
            ((2000, 2, 29), 11_016),
            ((2000, 3, 1), 11_017),
            ((2024, 12, 31), 20_088),
            ((2025, 12, 24), 20_446),
            ((2026, 11, 21), 20_778),
            ((2100, 3, 1), 47_541),
        ] {
            assert_eq!(days_since_1970(date.0, date.1, date.2), days, "{date:?}");
        }
    }
}
