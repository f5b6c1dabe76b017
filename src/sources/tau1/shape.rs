//! The top level of a τ-bench file: tells the shapes apart and walks their records, complete or broken.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    PassHat, Records,
    record::{RawRecord, RecordSeed},
};
use crate::{
    records::{FileKind, IssueKind, StoredMetrics},
    sources::{
        findings::{self, Findings, Refused, is_lines, note_replaced, plain, refuse},
        lenient::Key,
        salvage,
    },
};

/// A file as read: records not yet interpreted.
pub(super) struct Read {
    pub(super) kind: FileKind,
    pub(super) records: Records,
    pub(super) stored: Option<StoredMetrics>,
    pub(super) issues: Findings,
}

/// Reads the records of a text, whatever its shape and state.
pub(super) fn read(text: &[u8]) -> Result<Read, Refused> {
    let start = salvage::skip_blank(text, 0);
    let read = match text.get(start) {
        None => return Err(refuse("the file is empty", true)),
        Some(b'[' | b'{') => {
            if is_lines(&text[start..]) {
                Ok(read_lines(text))
            } else {
                read_whole(text).or_else(|cause| read_broken(text, start, &cause))
            }
        }
        Some(_) => return Err(refuse("not JSON: it begins with neither `[` nor `{`", false)),
    }?;
    recognise(read, &text[start..])
}

/// Keeps what are result records, or says why there are none.
fn recognise(mut read: Read, text: &[u8]) -> Result<Read, Refused> {
    let found = read.records.len();
    let any = read.records.iter().any(|(_, record)| record.is_result());
    let belongs = |record: &RawRecord| record.is_result() || (any && record.is_unscored());
    let strangers: Vec<usize> =
        read.records.iter().filter(|(_, record)| !belongs(record)).map(|(position, _)| position + 1).collect();
    if strangers.len() == found {
        let bad: Vec<&str> =
            read.issues.iter().filter(|(kind, _)| *kind != IssueKind::NotANumber).map(|(_, text)| text.as_str()).collect();
        return Err(match (found, bad.first()) {
            (0, Some(first)) => refuse(format!("no record can be read: {first}"), true),
            (0, None) => refuse("an empty list: the run had not finished its first task", false),
            _ => refuse(format!("no result: {}", what_it_is(text)), false),
        });
    }
    read.records.retain(|(_, record)| belongs(record));
    let messages =
        strangers.iter().map(|n| format!("element {n} is no result record (no reward, or neither traj nor info); left out"));
    findings::list(&mut read.issues, IssueKind::BadRecord, messages.collect());
    Ok(read)
}

/// Says in words what a JSON text without result records holds.
fn what_it_is(text: &[u8]) -> String {
    let mut stream = serde_json::Deserializer::from_slice(text).into_iter::<FirstKeys>();
    let Some(Ok(FirstKeys { list, keys })) = stream.next() else {
        return "JSON of another kind".to_owned();
    };
    let holder = if list { "its elements have" } else { "it has" };
    let shown: Vec<&str> = keys.iter().take(6).map(String::as_str).collect();
    let more = if keys.len() > shown.len() { ", …" } else { "" };
    match shown.as_slice() {
        [] => "JSON without any keys".to_owned(),
        keys => format!(
            "{holder} the keys {}{more}; needed are `reward` and `traj` or `info` (τ-bench), or `simulations` (τ²-bench)",
            keys.join(", ")
        ),
    }
}

// ---- complete files ------------------------------------------------------------------------------------------------------------

fn read_whole(text: &[u8]) -> Result<Read, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let mut top = TopSeed.deserialize(&mut deserializer)?;
    let mut issues = Vec::new();
    // Some writers append one list or object after the other.
    while deserializer.end().is_err() {
        match TopSeed.deserialize(&mut deserializer) {
            Ok(next) => {
                let before = top.records.len();
                top.records.extend(next.records.into_iter().map(|(position, record)| (before + position, record)));
            }
            Err(cause) => {
                let message =
                    format!("text after the end of the JSON (line {}) cannot be read: {}", cause.line(), plain(&cause));
                issues.push((IssueKind::Salvaged, message));
                break;
            }
        }
    }
    Ok(Read { kind: top.kind, records: top.records, stored: top.stored, issues })
}

struct Top {
    kind: FileKind,
    records: Records,
    stored: Option<StoredMetrics>,
}

struct TopSeed;

impl<'de> DeserializeSeed<'de> for TopSeed {
    type Value = Top;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Top, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TopSeed {
    type Value = Top;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records, a {metrics, results} object or a record")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Top, A::Error> {
        Ok(Top { kind: FileKind::Tau1List, records: read_list(seq)?, stored: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top, A::Error> {
        let (mut record, mut results, mut stored) = (RawRecord::default(), None, None);
        while let Some(key) = map.next_key::<Key<'de>>()? {
            match key.as_str() {
                "results" => results = map.next_value_seed(ListSeed)?,
                "metrics" => stored = map.next_value::<Metrics>()?.0,
                key => record.read_member(key, &mut map)?,
            }
        }
        Ok(match results {
            Some(records) => Top { kind: FileKind::Tau1Wrapped, records, stored },
            None => Top { kind: FileKind::Tau1Record, records: vec![(0, record)], stored: None },
        })
    }
}

fn read_list<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Records, A::Error> {
    let mut records = Vec::new();
    while let Some(record) = seq.next_element_seed(RecordSeed)? {
        records.push((records.len(), record.unwrap_or_default()));
    }
    Ok(records)
}

/// Reads a list of records; anything else is skipped and `None`.
struct ListSeed;

impl<'de> DeserializeSeed<'de> for ListSeed {
    type Value = Option<Records>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ListSeed {
    type Value = Option<Records>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        read_list(seq).map(Some)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// `{"avg_reward": f, "pass_hat_ks": {"1": f, …}}`; anything else is no metrics.
struct Metrics(Option<StoredMetrics>);

impl<'de> Deserialize<'de> for Metrics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let avg_reward = value.get("avg_reward").and_then(serde_json::Value::as_f64);
        let pass_hat: PassHat = value
            .get("pass_hat_ks")
            .and_then(serde_json::Value::as_object)
            .map(|ks| ks.iter().filter_map(|(k, v)| Some((k.parse().ok()?, v.as_f64()?))).collect())
            .unwrap_or_default();
        let none = avg_reward.is_none() && pass_hat.is_empty();
        Ok(Self((!none).then_some(StoredMetrics { avg_reward, pass_hat })))
    }
}

// ---- JSON lines ----------------------------------------------------------------------------------------------------------------

fn read_lines(text: &[u8]) -> Read {
    let mut issues = Findings::new();
    let records = findings::read_lines(text, &mut issues, read_record);
    Read { kind: FileKind::Tau1Lines, records, stored: None, issues }
}

// ---- broken files --------------------------------------------------------------------------------------------------------------

/// Reads what can be read of a text that is no valid JSON as it stands.
fn read_broken(text: &[u8], start: usize, cause: &serde_json::Error) -> Result<Read, Refused> {
    let (clean, replaced) = salvage::sanitise(text);
    if let (false, Ok(mut read)) = (cause.is_eof(), read_whole(&clean)) {
        note_replaced(&mut read.issues, replaced);
        return Ok(read);
    }
    let list = match clean.get(start) {
        Some(b'[') => Some((start, FileKind::Tau1List)),
        _ => salvage::member(&clean, start, "results")
            .filter(|at| clean.get(*at) == Some(&b'['))
            .map(|at| (at, FileKind::Tau1Wrapped)),
    };
    let Some((at, kind)) = list else {
        let lines = read_lines(text);
        if lines.records.iter().any(|(_, record)| record.is_result()) {
            return Ok(lines);
        }
        return Err(refuse(format!("broken JSON: {}", plain(cause)), true));
    };
    let mut issues = Findings::new();
    let records = findings::read_broken_list(&clean, at, replaced, &mut issues, read_record);
    Ok(Read { kind, records, stored: None, issues })
}

/// Reads one record; an element that is no object is an empty one.
fn read_record(text: &[u8]) -> Result<RawRecord, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let record = RecordSeed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(record.unwrap_or_default())
}

/// The keys of an object, or of the first element of a list.
struct FirstKeys {
    list: bool,
    keys: Vec<String>,
}

impl<'de> Deserialize<'de> for FirstKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FirstKeysVisitor)
    }
}

struct FirstKeysVisitor;

impl<'de> Visitor<'de> for FirstKeysVisitor {
    type Value = FirstKeys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<FirstKeys, A::Error> {
        let first = seq.next_element::<serde_json::Value>()?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        let keys = first.as_ref().and_then(|v| v.as_object()).map(|map| map.keys().cloned().collect()).unwrap_or_default();
        Ok(FirstKeys { list: true, keys })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FirstKeys, A::Error> {
        let mut keys = Vec::new();
        while let Some((key, _)) = map.next_entry::<String, IgnoredAny>()? {
            keys.push(key);
        }
        Ok(FirstKeys { list: false, keys })
    }
}
