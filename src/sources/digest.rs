//! Digests of content, by which copies of one episode are known wherever they lie.
//!
//! A message is its role, content and tool calls; keys that differ between writers of the same conversation (`refusal`,
//! `annotations`, …) do not count, and neither does whether an empty content is written `null` or left out. XXH3-128 is no
//! cryptographic hash, but no one gains by making two episodes collide here.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::lenient::Key;
use crate::records::TaskId;

/// Digest of nothing: a value that is null, missing, an empty string or an empty list.
pub(super) const NOTHING: u128 = 0;

/// Marks a list, so that `["a", "x"]` and `{"a": "x"}` differ.
const LIST: u64 = 1;
/// Marks a member of an object.
const MEMBER: u64 = 2;

/// Returns the digest of a text.
pub(super) fn text(text: &str) -> u128 {
    if text.is_empty() { NOTHING } else { xxh3_128(text.as_bytes()) }
}

/// Returns the digest of something that belongs to a task, if it is known.
pub(super) fn of_task(task: Option<&TaskId>, what: u128) -> u128 {
    let mut digest = Digest::default();
    digest.add(task.map_or(NOTHING, |task| text(task.as_str())));
    digest.add(what);
    digest.finish()
}

/// Collects digests and small values in order.
#[derive(Default)]
pub(super) struct Digest(Xxh3);

impl Digest {
    /// Adds a digest.
    pub(super) fn add(&mut self, part: u128) {
        self.0.update(&part.to_le_bytes());
    }

    /// Adds a number.
    pub(super) fn add_u64(&mut self, part: u64) {
        self.0.update(&part.to_le_bytes());
    }

    /// Returns the digest of everything added.
    pub(super) fn finish(&self) -> u128 {
        self.0.digest128()
    }
}

/// Reads any JSON value into its digest, showing every string on the way to `see` with the key it stands under.
pub(super) struct AnyValue<'a> {
    /// The key this value stands under, empty at top level; list elements inherit it.
    pub(super) key: &'a str,
    /// Called with (key, text) for each string.
    pub(super) see: &'a mut dyn FnMut(&str, &str),
}

impl<'de> DeserializeSeed<'de> for AnyValue<'_> {
    type Value = u128;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u128, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue<'_> {
    type Value = u128;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<u128, E> {
        Ok(NOTHING)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<u128, E> {
        Ok(1 + u128::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<u128, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<u128, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<u128, E> {
        Ok(xxh3_128(&value.to_bits().to_le_bytes()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<u128, E> {
        (self.see)(self.key, value);
        Ok(text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u128, A::Error> {
        let mut digest = Digest::default();
        digest.add_u64(LIST);
        let mut length = 0_u64;
        while let Some(part) = seq.next_element_seed(AnyValue { key: self.key, see: &mut *self.see })? {
            digest.add(part);
            length += 1;
        }
        Ok(if length == 0 { NOTHING } else { digest.finish() })
    }

    /// Order of keys does not count: the digests of the members are added up.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u128, A::Error> {
        let mut sum = 0_u128;
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let value = map.next_value_seed(AnyValue { key: key.as_str(), see: &mut *self.see })?;
            if value != NOTHING {
                let mut member = Digest::default();
                member.add_u64(MEMBER);
                member.add(text(key.as_str()));
                member.add(value);
                sum = sum.wrapping_add(member.finish());
            }
        }
        Ok(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(json: &str) -> u128 {
        let mut see = |_: &str, _: &str| {};
        AnyValue { key: "", see: &mut see }.deserialize(&mut serde_json::Deserializer::from_str(json)).unwrap()
    }

    #[test]
    fn equal_values_and_only_those_have_equal_digests() {
        assert_eq!(digest(r#"{"a": [1, "x"], "b": null}"#), digest(r#"{"a":[1.0,"\u0078"]}"#));
        assert_eq!(digest(r#"{"a": 1, "c": 2}"#), digest(r#"{"c": 2, "a": 1}"#));
        let different = [
            r#"{"a": "x"}"#,
            r#"{"x": "a"}"#,
            r#"["a", "x"]"#,
            r#"["x", "a"]"#,
            r#""ax""#,
            "true",
            "1",
            "null",
            r#"{"a": {"x": 1}}"#,
        ];
        for (i, a) in different.iter().enumerate() {
            for b in &different[..i] {
                assert_ne!(digest(a), digest(b), "{a} {b}");
            }
        }
    }

    #[test]
    fn shows_strings_with_their_keys() {
        let mut seen = Vec::new();
        let mut see = |key: &str, text: &str| seen.push(format!("{key}={text}"));
        let json = r#"[{"function": {"name": "book", "arguments": "{}"}}]"#;
        AnyValue { key: "", see: &mut see }.deserialize(&mut serde_json::Deserializer::from_str(json)).unwrap();
        assert_eq!(seen, ["name=book", "arguments={}"]);
    }
}
