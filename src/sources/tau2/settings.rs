//! Settings of a run: any value, flattened to `name.of.member` → text.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};

use crate::{
    identity::settings::{is_setting, is_setting_of, value},
    sources::lenient::{Key, skip},
};

/// Settings by name. What is null, an empty text, list or object is as good as absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Reads the value of a key, if it is a setting.
    pub(super) fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        if is_setting(key) { map.next_value_seed(Flat { name: key, into: &mut self.0 }) } else { skip(map) }
    }

    /// Reads the members of an object, without the name of the object before theirs.
    pub(super) fn read_all<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        map.next_value_seed(Flat { name: "", into: &mut self.0 })
    }

    /// Returns names and values.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds a setting.
    pub(super) fn insert(&mut self, name: String, value: String) {
        self.0.insert(name, value);
    }

    /// Returns whether an object of that name has any setting.
    pub(super) fn has_below(&self, name: &str) -> bool {
        self.0.keys().any(|key| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Returns all by name.
    pub(super) fn into_named(self) -> BTreeMap<String, String> {
        self.0
    }
}

/// Longest text that is looked into for an object.
const LONGEST_OBJECT: usize = 1 << 16;

/// Returns an element of a list without the members that are no settings; `None` where nothing is left of it.
fn settings_of(value: serde_json::Value) -> Option<serde_json::Value> {
    match value {
        serde_json::Value::Object(members) => {
            let kept = members.into_iter().filter(|(key, _)| is_setting(key));
            let kept: serde_json::Map<_, _> = kept.filter_map(|(key, value)| Some((key, settings_of(value)?))).collect();
            (!kept.is_empty()).then_some(serde_json::Value::Object(kept))
        }
        serde_json::Value::Array(items) => Some(serde_json::Value::Array(items.into_iter().filter_map(settings_of).collect())),
        other => Some(other),
    }
}

/// Flattens a value into a map.
struct Flat<'a> {
    name: &'a str,
    into: &'a mut BTreeMap<String, String>,
}

impl Flat<'_> {
    /// Adds a text; a value in place of an object of settings has no name and is none.
    fn add(self, text: &str) {
        if !text.trim().is_empty() && !self.name.is_empty() {
            self.into.insert(self.name.to_owned(), value(text));
        }
    }
}

impl<'de> DeserializeSeed<'de> for Flat<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Flat<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.add(&value.to_string());
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.add(&value.to_string());
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.add(&value.to_string());
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        // `1.0` and `1` are one value.
        self.add(&value.to_string());
        Ok(())
    }

    /// Some writers keep an object as its text.
    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let object = Some(text.trim()).filter(|text| text.starts_with('{') && text.len() <= LONGEST_OBJECT);
        if let Some(object) = object.and_then(|text| serde_json::from_str::<serde_json::Map<_, _>>(text).ok()) {
            return self.deserialize(serde_json::Value::Object(object)).map_err(E::custom);
        }
        self.add(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut items: Vec<serde_json::Value> = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.extend(settings_of(item));
        }
        if !items.is_empty() {
            self.add(&serde_json::Value::Array(items).to_string());
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let key = key.as_str();
            if !is_setting_of(self.name, key) {
                skip(&mut map)?;
            } else if self.name.is_empty() {
                map.next_value_seed(Flat { name: key, into: &mut *self.into })?;
            } else {
                map.next_value_seed(Flat { name: &format!("{}.{key}", self.name), into: &mut *self.into })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<String> {
        let mut settings = Settings::default();
        Flat { name: "", into: &mut settings.0 }.deserialize(&mut serde_json::Deserializer::from_str(json)).unwrap();
        settings.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn objects_are_flattened_and_what_says_nothing_is_absent() {
        assert_eq!(
            read(
                r#"{"reasoning_effort": "high", "top_p": 0.9, "seed": 3, "api_base": "http://node7:8000", "stop": ["b", "a"],
                    "extra_body": {"chat_template_kwargs": {"enable_thinking": false}, "headers": {"x": 1}},
                    "n": null, "e": {}, "l": [], "t": ""}"#
            ),
            [
                "extra_body.chat_template_kwargs.enable_thinking=false",
                "reasoning_effort=high",
                "stop=[\"b\",\"a\"]",
                "top_p=0.9"
            ]
        );
        assert_eq!(
            read(
                r#"{"fallbacks": [{"model": "m", "api_base": "http://n1"}], "hosts_by_model": [{"host": "n1"}], "user": "me",
                    "persona": {"user": "rude"}, "more": "{\"effort\": \"high\", \"api_key\": \"x\"}", "text": "{no object"}"#
            ),
            ["fallbacks=[{\"model\":\"m\"}]", "more.effort=high", "persona.user=rude", "text={no object"]
        );
        for nothing in ["null", "{}", "[]", "3", "\"x\""] {
            assert!(read(nothing).is_empty(), "{nothing}");
        }
    }
}
