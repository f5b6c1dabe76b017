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

#[cfg(test)]
mod tests {
    use super::*;

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
