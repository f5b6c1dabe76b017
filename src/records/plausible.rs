//! What a value of a run can be at all. What lies beyond is an error of the file: it is refused, counted and told, so that no sum,
//! date or axis is made of it. The bounds are wide: they refuse the impossible, not the unusual.

use super::log::calendar::{DAY_MS, days_since_1970};

/// Most trials of a task that anyone plans.
pub const MOST_TRIALS: u32 = 10_000;

/// Longest duration in milliseconds: ten years.
pub const LONGEST_MS: f64 = 3650.0 * 86_400_000.0;

/// Most US dollars that one episode costs.
pub const MOST_USD: f64 = 1e6;

/// Most tokens of one episode or call.
pub const MOST_TOKENS: u64 = 1_000_000_000;

/// First year, and the first year after the last, of anything logged.
const YEARS: (i32, i32) = (2000, 2100);

/// Returns whether a number can be that of the trials planned for each task.
pub fn is_trials(trials: u32) -> bool {
    trials <= MOST_TRIALS
}

/// Returns whether a number can be a duration in milliseconds.
pub fn is_ms(ms: f64) -> bool {
    (0.0..=LONGEST_MS).contains(&ms)
}

/// Returns whether a number can be the cost of an episode in US dollars.
pub fn is_usd(usd: f64) -> bool {
    (0.0..=MOST_USD).contains(&usd)
}

/// Returns whether a number can be one of tokens.
pub fn is_tokens(tokens: u64) -> bool {
    tokens <= MOST_TOKENS
}

/// Returns whether a moment, in milliseconds since 1970, lies in the years in which runs are made.
pub fn is_moment(at_ms: i64) -> bool {
    let begin_ms = |year: i32| days_since_1970(year, 1, 1) * DAY_MS;
    (begin_ms(YEARS.0)..begin_ms(YEARS.1)).contains(&at_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::log::calendar::parse_iso;

    #[test]
    fn the_impossible_is_refused_and_the_unusual_is_not() {
        for ms in [0.0, 0.01, 86_400_000.0, LONGEST_MS] {
            assert!(is_ms(ms), "{ms}");
        }
        for ms in [-1.0, -1e-9, 1e12, 1e300, f64::NAN, f64::INFINITY] {
            assert!(!is_ms(ms), "{ms}");
        }
        assert!(is_usd(0.0) && is_usd(12_000.0) && !is_usd(-0.01) && !is_usd(1e7) && !is_usd(f64::NAN));
        assert!(is_tokens(2_000_000) && !is_tokens(u64::MAX) && is_trials(10_000) && !is_trials(10_001));
        let at = |text: &str| is_moment(parse_iso(text).unwrap());
        assert!(at("2000-01-01T00:00:00") && at("2099-12-31T23:59:59"));
        assert!(!at("1999-12-31T23:59:59") && !at("2100-01-01T00:00:00") && !at("9999-12-31T23:59:59"));
        assert!(!is_moment(i64::MIN) && !is_moment(i64::MAX));
    }
}
