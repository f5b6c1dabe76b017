//! Unknown in rows that must stay small: a value that no file can hold.

/// A moment that is unknown.
pub(in crate::records) const NO_TIME: i64 = i64::MIN;
/// A count of tokens that is unknown.
pub(in crate::records) const NO_TOKENS: u32 = u32::MAX;
/// A number that is unknown.
const NO_NUMBER: f64 = f64::NEG_INFINITY;

/// Packs a number. One that is not finite becomes unknown.
pub(in crate::records) fn number(value: Option<f64>) -> f64 {
    value.filter(|value| value.is_finite()).unwrap_or(NO_NUMBER)
}

/// Returns a packed number.
pub(in crate::records) fn known(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Returns a packed moment.
pub(in crate::records) fn time(at_ms: i64) -> Option<i64> {
    (at_ms != NO_TIME).then_some(at_ms)
}

/// Returns a packed count of tokens.
pub(in crate::records) fn tokens(count: u32) -> Option<u32> {
    (count != NO_TOKENS).then_some(count)
}
