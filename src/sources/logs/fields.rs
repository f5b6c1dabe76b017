//! What the keys of structured lines mean, whatever they were called when the line was written, and how often each was found.

use std::collections::BTreeMap;

use super::names::{Interner, shown};
use crate::records::log::{KeyCount, Name, TypeCount};

/// What a key is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Kind,
    Task,
    Thread,
    Step,
    Eid,
    Model,
    Function,
    CallType,
    Duration,
    /// The duration of a step; of a tool of HLE, with everything around the call.
    TotalDuration,
    Infer,
    Prefill,
    Decode,
    InputTokens,
    OutputTokens,
    Error,
    /// How many tasks run at a time (`run_start`).
    Concurrency,
    /// Counted, not used.
    Unused,
}

impl Field {
    /// Returns the meaning of a key. Whole keys only: `total_duration_ms` is not `duration_ms`.
    fn of(key: &[u8]) -> Self {
        // The older names are those of December 2025 (`toolorchestra_*`) and of HLE (`tool`, `backend`).
        match key {
            b"type" => Self::Kind,
            b"task" => Self::Task,
            b"thread" => Self::Thread,
            b"step" => Self::Step,
            b"eid" => Self::Eid,
            b"model" | b"model_name" => Self::Model,
            b"function" | b"tool" => Self::Function,
            b"call_type" | b"backend" => Self::CallType,
            b"duration_ms" => Self::Duration,
            b"total_duration_ms" | b"duration_total_ms" => Self::TotalDuration,
            b"vllm_infer_ms" | b"toolorchestra_vllm_infer_ms" => Self::Infer,
            b"prefill_ms" | b"toolorchestra_vllm_prefill_ms" => Self::Prefill,
            b"decode_ms" | b"toolorchestra_vllm_decode_ms" => Self::Decode,
            b"input_tokens" | b"toolorchestra_vllm_prefill_len" => Self::InputTokens,
            b"output_tokens" | b"toolorchestra_vllm_decode_len" => Self::OutputTokens,
            b"error" | b"error_type" => Self::Error,
            b"concurrency" => Self::Concurrency,
            _ => Self::Unused,
        }
    }

    /// Returns the newer name of the field; `None` for a key that is not used.
    fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Kind => "type",
            Self::Task => "task",
            Self::Thread => "thread",
            Self::Step => "step",
            Self::Eid => "eid",
            Self::Model => "model",
            Self::Function => "function",
            Self::CallType => "call_type",
            Self::Duration => "duration_ms",
            Self::TotalDuration => "total_duration_ms",
            Self::Infer => "vllm_infer_ms",
            Self::Prefill => "prefill_ms",
            Self::Decode => "decode_ms",
            Self::InputTokens => "input_tokens",
            Self::OutputTokens => "output_tokens",
            Self::Error => "error",
            Self::Concurrency => "concurrency",
            Self::Unused => return None,
        })
    }
}

/// The keys of a log, and on how many records of which type each was found.
#[derive(Debug)]
pub(super) struct Keys {
    names: Interner,
    fields: Vec<Field>,
    /// By the name of the type.
    types: BTreeMap<Name, Found>,
    /// Keys of the record being read, each once, and whether its value could be read.
    current: Vec<(Name, bool)>,
    /// The number of that record, from 1.
    record: u64,
    /// The last record that had each key.
    last_in: Vec<u64>,
    /// The key that last followed each key; that of the number 0 began a record.
    after: Vec<Name>,
    /// The number of the last key, from 1; 0 at the beginning of a record.
    last: usize,
}

/// No key: there is none of this number.
const NO_KEY: Name = Name(u32::MAX);

/// What was found on the records of one type.
#[derive(Debug, Default)]
struct Found {
    records: u64,
    with_time: u64,
    /// By key: on how many records, and on how many of them unreadable.
    keys: BTreeMap<Name, (u64, u64)>,
}

impl Keys {
    pub(super) fn new() -> Self {
        Self {
            names: Interner::new(),
            fields: Vec::new(),
            types: BTreeMap::new(),
            current: Vec::new(),
            record: 0,
            last_in: Vec::new(),
            after: vec![NO_KEY],
            last: 0,
        }
    }

    /// Begins a record.
    pub(super) fn begin(&mut self) {
        self.current.clear();
        self.record += 1;
        self.last = 0;
    }

    /// Returns the key that probably comes next; empty where there is no telling.
    pub(super) fn guess(&self) -> &[u8] {
        self.names.bytes(self.after[self.last])
    }

    /// Notes a key of the record; `None` if it came before on the same record, where the first counts.
    pub(super) fn field(&mut self, key: &[u8]) -> Option<Field> {
        let guessed = self.after[self.last];
        let name = if self.names.bytes(guessed) == key { guessed } else { self.names.intern(key) };
        let place = name.0 as usize;
        if place == self.fields.len() {
            self.fields.push(Field::of(key));
            self.last_in.push(0);
            self.after.push(NO_KEY);
        }
        self.after[self.last] = name;
        self.last = place + 1;
        let last_in = self.last_in.get_mut(place)?;
        if std::mem::replace(last_in, self.record) == self.record {
            return None;
        }
        self.current.push((name, true));
        self.fields.get(place).copied()
    }

    /// Notes that the value of the last key could not be read.
    pub(super) fn unreadable(&mut self) {
        if let Some((_, is_readable)) = self.current.last_mut() {
            *is_readable = false;
        }
    }

    /// Counts the record, now that its type is known.
    pub(super) fn end(&mut self, kind: Name, has_time: bool) {
        let found = self.types.entry(kind).or_default();
        found.records += 1;
        found.with_time += u64::from(has_time);
        for (key, is_readable) in &self.current {
            let (records, unreadable) = found.keys.entry(*key).or_default();
            *records += 1;
            *unreadable += u64::from(!is_readable);
        }
    }

    /// Returns what was found, types and keys in the order of their names; `kinds` holds the names of the types.
    pub(super) fn into_counts(self, kinds: &Interner) -> Vec<TypeCount> {
        let Self { names, fields, types, .. } = self;
        let keys = |found: &Found| {
            let count = |(name, (records, unreadable)): (&Name, &(u64, u64))| KeyCount {
                key: shown(names.bytes(*name)),
                read_as: fields.get(name.0 as usize).and_then(|field| field.name()),
                records: *records,
                unreadable: *unreadable,
            };
            let mut keys: Vec<KeyCount> = found.keys.iter().map(count).collect();
            keys.sort_by(|a, b| a.key.cmp(&b.key));
            keys
        };
        let mut counts: Vec<TypeCount> = types
            .iter()
            .map(|(kind, found)| TypeCount {
                kind: shown(kinds.bytes(*kind)),
                records: found.records,
                with_time: found.with_time,
                keys: keys(found),
            })
            .collect();
        counts.sort_by(|a, b| a.kind.cmp(&b.kind));
        counts
    }
}
