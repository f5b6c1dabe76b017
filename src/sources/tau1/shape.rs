//! The top level of a τ-bench file: tells the shapes apart and walks their records, complete or broken.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    PassHat, Records, Refused, list_issues,
    record::{RawRecord, RecordSeed},
};
use crate::{
    identity::ContentHints,
    records::{FileKind, IssueKind, StoredMetrics},
    sources::{
        lenient::Key,
        salvage::{self, Replaced},
    },
};

/// A file as read: records not yet interpreted.
pub(super) struct Read {
    pub(super) kind: FileKind,
    pub(super) records: Records,
    pub(super) stored: Option<StoredMetrics>,
    pub(super) hints: ContentHints,
    pub(super) issues: Vec<(IssueKind, String)>,
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

fn refuse(reason: impl Into<String>, unreadable: bool) -> Refused {
    Refused { reason: reason.into(), unreadable }
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
            _ => refuse(format!("no τ-bench result: {}", what_it_is(text)), false),
        });
    }
    read.records.retain(|(_, record)| belongs(record));
    let messages =
        strangers.iter().map(|n| format!("element {n} is no result record (no reward, or neither traj nor info); left out"));
    list_issues(&mut read.issues, IssueKind::BadRecord, messages.collect());
    Ok(read)
}

/// Says in words what a JSON text without result records holds.
fn what_it_is(text: &[u8]) -> String {
    let mut stream = serde_json::Deserializer::from_slice(text).into_iter::<FirstKeys>();
    let Some(Ok(FirstKeys { list, keys })) = stream.next() else {
        return "JSON of another kind".to_owned();
    };
    let has = |key: &str| keys.iter().any(|k| k == key);
    if has("simulations") || (has("tasks") && has("info")) || has("reward_info") {
        return "this is τ²-bench output, which this version does not read".to_owned();
    }
    let holder = if list { "its elements have" } else { "it has" };
    let shown: Vec<&str> = keys.iter().take(6).map(String::as_str).collect();
    let more = if keys.len() > shown.len() { ", …" } else { "" };
    match shown.as_slice() {
        [] => "JSON without any keys".to_owned(),
        keys => format!("{holder} the keys {}{more}; needed are `reward` and `traj` or `info`", keys.join(", ")),
    }
}

// ---- complete files ------------------------------------------------------------------------------------------------------------

fn read_whole(text: &[u8]) -> Result<Read, serde_json::Error> {
    let mut hints = ContentHints::default();
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let mut top = TopSeed(&mut hints).deserialize(&mut deserializer)?;
    let mut issues = Vec::new();
    // Some writers append one list or object after the other.
    while deserializer.end().is_err() {
        match TopSeed(&mut hints).deserialize(&mut deserializer) {
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
    Ok(Read { kind: top.kind, records: top.records, stored: top.stored, hints, issues })
}

struct Top {
    kind: FileKind,
    records: Records,
    stored: Option<StoredMetrics>,
}

struct TopSeed<'a>(&'a mut ContentHints);

impl<'de> DeserializeSeed<'de> for TopSeed<'_> {
    type Value = Top;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Top, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TopSeed<'_> {
    type Value = Top;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records, a {metrics, results} object or a record")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Top, A::Error> {
        Ok(Top { kind: FileKind::Tau1List, records: read_list(seq, self.0)?, stored: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top, A::Error> {
        let (mut record, mut results, mut stored) = (RawRecord::default(), None, None);
        while let Some(key) = map.next_key::<Key<'de>>()? {
            match key.as_str() {
                "results" => results = map.next_value_seed(ListSeed(self.0))?,
                "metrics" => stored = map.next_value::<Metrics>()?.0,
                key => record.read_member(key, &mut map, self.0)?,
            }
        }
        Ok(match results {
            Some(records) => Top { kind: FileKind::Tau1Wrapped, records, stored },
            None => Top { kind: FileKind::Tau1Record, records: vec![(0, record)], stored: None },
        })
    }
}

fn read_list<'de, A: SeqAccess<'de>>(mut seq: A, hints: &mut ContentHints) -> Result<Records, A::Error> {
    let mut records = Vec::new();
    while let Some(record) = seq.next_element_seed(RecordSeed(&mut *hints))? {
        records.push((records.len(), record.unwrap_or_default()));
    }
    Ok(records)
}

/// Reads a list of records; anything else is skipped and `None`.
struct ListSeed<'a>(&'a mut ContentHints);

impl<'de> DeserializeSeed<'de> for ListSeed<'_> {
    type Value = Option<Records>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ListSeed<'_> {
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
        read_list(seq, self.0).map(Some)
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

/// Returns whether the first line is a whole object and another line follows.
fn is_lines(text: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', text) else { return false };
    let more = salvage::skip_blank(text, end) < text.len();
    text[0] == b'{' && more && serde_json::from_slice::<IgnoredAny>(&salvage::sanitise(&text[..end]).0).is_ok()
}

fn read_lines(text: &[u8]) -> Read {
    let mut read = Read {
        kind: FileKind::Tau1Lines,
        records: Vec::new(),
        stored: None,
        hints: ContentHints::default(),
        issues: Vec::new(),
    };
    let (mut bad, mut total) = (Vec::new(), Replaced::default());
    let lines = text.split(|b| *b == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    for (position, (line_index, line)) in lines.enumerate() {
        match read_element(line, &mut read.hints, &mut total) {
            Ok(record) => read.records.push((position, record.unwrap_or_default())),
            Err(cause) => bad.push(format!("line {}: {}; left out", line_index + 1, plain(&cause))),
        }
    }
    list_issues(&mut read.issues, IssueKind::BadRecord, bad);
    note_replaced(&mut read.issues, total);
    read
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
    let found = salvage::elements(&clean, at);
    let mut read = Read { kind, records: Vec::new(), stored: None, hints: ContentHints::default(), issues: Vec::new() };
    let mut bad = Vec::new();
    for (position, range) in found.complete.iter().enumerate() {
        match read_element(&clean[range.clone()], &mut read.hints, &mut Replaced::default()) {
            Ok(record) => read.records.push((position, record.unwrap_or_default())),
            Err(cause) => {
                let line = salvage::line_of(&clean, range.start);
                bad.push(format!("record {} (from line {line}): {}; left out", position + 1, plain(&cause)));
            }
        }
    }
    list_issues(&mut read.issues, IssueKind::BadRecord, bad);
    note_replaced(&mut read.issues, replaced);
    if let Some(broken_at) = found.broken_at {
        let (kept, line) = (read.records.len(), salvage::line_of(&clean, broken_at));
        let message = format!(
            "breaks off in record {} at byte {broken_at} of {} (line {line}): {kept} complete records kept; \
             the job was probably killed while it wrote",
            found.complete.len() + 1,
            clean.len(),
        );
        read.issues.push((IssueKind::Salvaged, message));
    }
    Ok(read)
}

/// Reads one element, first as it stands and then cleaned.
fn read_element(text: &[u8], hints: &mut ContentHints, total: &mut Replaced) -> Result<Option<RawRecord>, serde_json::Error> {
    let read = |text: &[u8], hints: &mut ContentHints| {
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let record = RecordSeed(hints).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(record)
    };
    read(text, hints).or_else(|first: serde_json::Error| {
        let (clean, replaced) = salvage::sanitise(text);
        if replaced == Replaced::default() {
            return Err(first);
        }
        total.not_numbers += replaced.not_numbers;
        total.controls += replaced.controls;
        total.bad_utf8 += replaced.bad_utf8;
        read(&clean, hints)
    })
}

fn note_replaced(issues: &mut Vec<(IssueKind, String)>, replaced: Replaced) {
    if replaced.not_numbers > 0 {
        let message = format!("{} × NaN, Infinity or a number out of range, read as null", replaced.not_numbers);
        issues.push((IssueKind::NotANumber, message));
    }
    if replaced.controls > 0 {
        issues.push((IssueKind::Note, format!("{} raw control characters in strings read as spaces", replaced.controls)));
    }
    if replaced.bad_utf8 > 0 {
        issues.push((IssueKind::Note, format!("{} stretches of bytes that are not UTF-8 read as U+FFFD", replaced.bad_utf8)));
    }
}

/// Returns the cause without serde's position when that is relative to a part of the file.
fn plain(cause: &serde_json::Error) -> String {
    let text = cause.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(cause, _)| cause.to_owned())
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
