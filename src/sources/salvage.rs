//! Complete records out of broken files.
//!
//! τ-bench rewrites its checkpoint in place after every task, so a killed job leaves a list cut off anywhere. Nothing here
//! parses: [`elements`] finds where each top-level element begins and ends, so that every complete one can be read alone, and
//! [`sanitise`] replaces what Python's `json.dump` writes and JSON forbids.

use std::ops::Range;

use memchr::memchr2;

/// The elements of a list that may be cut off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Elements {
    /// Byte range of every complete element.
    pub(super) complete: Vec<Range<usize>>,
    /// Where the list breaks off, if it does: the first byte of the incomplete element, or the end of the text.
    pub(super) broken_at: Option<usize>,
}

/// Finds the elements of the list that begins at `start` (the position of its `[`).
pub(super) fn elements(text: &[u8], start: usize) -> Elements {
    let mut found = Elements::default();
    let mut at = start + 1;
    loop {
        at = skip_blank(text, at);
        match text.get(at) {
            Some(b']') => return found,
            Some(b',') => at += 1,
            _ => {
                let Some(end) = skip_value(text, at) else {
                    found.broken_at = Some(at);
                    return found;
                };
                found.complete.push(at..end);
                at = end;
            }
        }
    }
}

/// Returns where the value of `key` begins in the object that begins at `start` (the position of its `{`).
pub(super) fn member(text: &[u8], start: usize, key: &str) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at = skip_blank(text, at);
        match text.get(at)? {
            b',' => at += 1,
            b'"' => {
                let end = skip_string(text, at)?;
                let colon = skip_blank(text, end);
                if text.get(colon) != Some(&b':') {
                    return None;
                }
                let value = skip_blank(text, colon + 1);
                if &text[at + 1..end - 1] == key.as_bytes() {
                    return Some(value);
                }
                at = skip_value(text, value)?;
            }
            _ => return None,
        }
    }
}

/// Shows the keys of the object that begins at `start` to `see`, in order, until it has seen enough (`false`) or the text
/// breaks. A key is shown before its value is looked at.
pub(super) fn keys(text: &[u8], start: usize, mut see: impl FnMut(&[u8]) -> bool) {
    let mut at = start + 1;
    loop {
        at = skip_blank(text, at);
        match text.get(at) {
            Some(b',') => at += 1,
            Some(b'"') => {
                let Some(end) = skip_string(text, at) else { return };
                let colon = skip_blank(text, end);
                if text.get(colon) != Some(&b':') || !see(&text[at + 1..end - 1]) {
                    return;
                }
                let Some(next) = skip_value(text, skip_blank(text, colon + 1)) else { return };
                at = next;
            }
            _ => return,
        }
    }
}

/// Returns the value that begins at `at`, if it is complete.
pub(super) fn value(text: &[u8], at: usize) -> Option<&[u8]> {
    skip_value(text, at).map(|end| &text[at..end])
}

/// Returns the first position at or after `at` that is not JSON white space.
pub(super) fn skip_blank(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(rest.len())
}

/// Returns the end of the value that begins at `at`, or `None` if it is cut off or is no value at all.
///
/// Brackets are counted, not matched: a wrong one inside an element is for the parser to report.
fn skip_value(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' => skip_string(text, at),
        b'{' | b'[' => skip_nested(text, at),
        first if first.is_ascii_alphanumeric() || *first == b'-' => {
            let length = text[at..].iter().position(|b| b",]}".contains(b) || b.is_ascii_whitespace())?;
            Some(at + length)
        }
        _ => None,
    }
}

fn skip_nested(text: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match text.get(at)? {
            b'"' => {
                at = skip_string(text, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn skip_string(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        let step = memchr2(b'"', b'\\', text.get(at..)?)?;
        at += step;
        if text[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// What [`sanitise`] had to replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Replaced {
    /// `NaN`, `Infinity`, `-Infinity` and numbers beyond the range of `f64`, now `null`.
    pub(super) not_numbers: usize,
    /// Raw control characters inside strings, now spaces.
    pub(super) controls: usize,
    /// Bytes that are not UTF-8, now U+FFFD.
    pub(super) bad_utf8: usize,
}

/// Returns a copy of `text` that JSON allows: bare `NaN`/`Infinity` become `null`, control characters in strings become spaces,
/// bytes that are not UTF-8 become U+FFFD, and unpaired surrogate escapes become `\ufffd`.
pub(super) fn sanitise(text: &[u8]) -> (Vec<u8>, Replaced) {
    let valid = String::from_utf8_lossy(text);
    let mut replaced = Replaced::default();
    if let std::borrow::Cow::Owned(_) = valid {
        replaced.bad_utf8 = text.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    }
    let text = valid.as_bytes();
    let mut out = Vec::with_capacity(text.len() + 64);
    let mut at = 0;
    while at < text.len() {
        let special = |b: &u8| b"\"NI-".contains(b) || b.is_ascii_digit();
        let plain = text[at..].iter().position(special).unwrap_or(text.len() - at);
        out.extend_from_slice(&text[at..at + plain]);
        at += plain;
        match text.get(at) {
            None => {}
            Some(b'"') => at = copy_string(text, at, &mut out, &mut replaced),
            Some(_) => at += copy_number(&text[at..], &mut out, &mut replaced),
        }
    }
    (out, replaced)
}

/// Copies one number and returns its length; what is none, or lies beyond the range of `f64`, becomes `null`.
fn copy_number(text: &[u8], out: &mut Vec<u8>, replaced: &mut Replaced) -> usize {
    let word = ["NaN", "Infinity", "-Infinity"].iter().find(|word| text.starts_with(word.as_bytes()));
    let digits = text.iter().take_while(|b| b.is_ascii_digit() || b"+-.eE".contains(b)).count();
    let number: Option<f64> = std::str::from_utf8(&text[..digits]).ok().and_then(|number| number.parse().ok());
    let length = word.map_or(digits.max(1), |word| word.len());
    if word.is_some() || number.is_some_and(f64::is_infinite) {
        out.extend_from_slice(b"null");
        replaced.not_numbers += 1;
    } else {
        out.extend_from_slice(&text[..length]);
    }
    length
}

fn copy_string(text: &[u8], start: usize, out: &mut Vec<u8>, replaced: &mut Replaced) -> usize {
    let end = skip_string(text, start).unwrap_or(text.len());
    let mut at = start;
    while at < end {
        let plain = text[at..end].iter().position(|b| *b == b'\\' || *b < 0x20).unwrap_or(end - at);
        out.extend_from_slice(&text[at..at + plain]);
        at += plain;
        match text[..end].get(at) {
            None => {}
            Some(b'\\') => at += copy_escape(&text[at..end], out),
            Some(_) => {
                out.push(b' ');
                replaced.controls += 1;
                at += 1;
            }
        }
    }
    end
}

/// Copies one escape and returns its length; an unpaired surrogate is replaced.
fn copy_escape(text: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(first) = unicode_escape(text) else {
        let length = text.len().min(2);
        out.extend_from_slice(&text[..length]);
        return length;
    };
    let paired = (0xd800..0xdc00).contains(&first)
        && unicode_escape(text.get(6..).unwrap_or_default()).is_some_and(|second| (0xdc00..0xe000).contains(&second));
    if paired {
        out.extend_from_slice(&text[..12]);
        12
    } else {
        let lone = (0xd800..0xe000).contains(&first);
        out.extend_from_slice(if lone { b"\\ufffd" } else { &text[..6] });
        6
    }
}

fn unicode_escape(text: &[u8]) -> Option<u32> {
    let hex = text.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
}

/// Returns the 1-based line of a byte position.
pub(super) fn line_of(text: &[u8], at: usize) -> usize {
    memchr::memchr_iter(b'\n', &text[..at.min(text.len())]).count() + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn texts(text: &str) -> (Vec<&str>, Option<usize>) {
        let found = elements(text.as_bytes(), 0);
        (found.complete.into_iter().map(|range| &text[range]).collect(), found.broken_at)
    }

    #[test]
    fn finds_complete_elements_and_the_break() {
        assert_eq!(texts(r#"[1, {"a": "]}"}, "x\"y", [2]]"#), (vec!["1", r#"{"a": "]}"}"#, r#""x\"y""#, "[2]"], None));
        assert_eq!(texts(r#"[{"a": 1}, {"b": "un"#), (vec![r#"{"a": 1}"#], Some(11)));
        assert_eq!(texts(r#"[{"a": 1},"#), (vec![r#"{"a": 1}"#], Some(10)));
        assert_eq!(texts("[{\"a\": 1}\0\0\0"), (vec![r#"{"a": 1}"#], Some(9)));
        assert_eq!(texts("["), (vec![], Some(1)));
        assert_eq!(texts("[]"), (vec![], None));
    }

    #[test]
    fn finds_a_member_of_an_object() {
        let text = br#"{"metrics": {"results": 1}, "results": [1"#;
        assert_eq!(member(text, 0, "results"), Some(39));
        assert_eq!(member(text, 0, "nothing"), None);
    }

    #[test]
    fn shows_keys_until_told_to_stop_or_the_text_breaks() {
        let keys = |text: &str, last: &str| {
            let mut seen = Vec::new();
            keys(text.as_bytes(), 0, |key| {
                seen.push(String::from_utf8_lossy(key).into_owned());
                key != last.as_bytes()
            });
            seen.join(" ")
        };
        assert_eq!(keys(r#"{"a": {"x": [1, "}"]}, "b": NaN, "c": "#, ""), "a b c");
        assert_eq!(keys(r#"{"a": 1, "b": {}, "c": 2}"#, "b"), "a b");
        assert_eq!(keys(r#"{"a" 1}"#, ""), "");
    }

    #[test]
    fn sanitises_what_python_writes() {
        let (text, replaced) = sanitise(b"[NaN, 1e999, -Infinity, \"NaN \t \\ud800 \\ud83d\\ude00\", Infinity, -1, \"\xff\"]");
        let expected = "[null, null, null, \"NaN   \\ufffd \\ud83d\\ude00\", null, -1, \"\u{fffd}\"]";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
        assert_eq!(replaced, Replaced { not_numbers: 4, controls: 1, bad_utf8: 1 });
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![any::<i32>().prop_map(Value::from), "[\\PC\"\\\\\\]\\[{}]{0,6}".prop_map(Value::from)];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"]{0,3}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_cut_keeps_a_prefix_of_the_records(records in prop::collection::vec(json(), 0..5), cut in 0.0..1.0_f64) {
            let whole = serde_json::to_string(&records).unwrap();
            let found = elements(whole.as_bytes(), 0);
            prop_assert_eq!(found.broken_at, None);
            let read: Vec<Value> = found.complete.iter().map(|r| serde_json::from_str(&whole[r.clone()]).unwrap()).collect();
            prop_assert_eq!(&read, &records);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position inside the text")]
            let end = 1 + ((whole.len() - 1) as f64 * cut) as usize;
            let part = &whole.as_bytes()[..end];
            let kept = elements(part, 0);
            prop_assert!(kept.complete.len() <= records.len());
            for (range, record) in kept.complete.iter().zip(&records) {
                prop_assert_eq!(&serde_json::from_slice::<Value>(&part[range.clone()]).unwrap(), record);
            }
            prop_assert!(end == whole.len() || kept.broken_at.is_some());
        }

        #[test]
        fn sanitising_leaves_json_alone(value in json()) {
            let text = serde_json::to_vec(&value).unwrap();
            let (clean, replaced) = sanitise(&text);
            prop_assert_eq!(clean, text);
            prop_assert_eq!(replaced, Replaced::default());
        }
    }
}
