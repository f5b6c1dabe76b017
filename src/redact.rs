//! stub
use std::borrow::Cow;
/// stub
pub fn redact(s: &str) -> Cow<'_, str> {
    Cow::Borrowed(s)
}
