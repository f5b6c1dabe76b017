//! Structured lines, from many threads at once.
//!
//! ```text
//! [PROFILE]    2025-12-24 04:28:25.388 task=<id|global> thread=<int> type=llm_call [step=1] [eid=0] model=… call_type=vllm
//!              duration_ms=2107.20 vllm_infer_ms=… prefill_ms=… decode_ms=… input_tokens=857 output_tokens=140
//!              has_tool_calls=False
//!                                                                type=expert_call  model call_type duration_ms …
//!                                                                type=tool_call    function call_type duration_ms [error=True]
//!                                                                type=step_complete total_duration_ms from_role to_role
//!                                                                type=run_start    model_name concurrency
//! [USER_JUDGE] …                                                 type=user_sim | evaluator  model call_type duration_ms
//! [INFO]       2026-11-21 02:15:05.374 task=global thread=… Starting evaluation: 14 tasks with max_concurrency=4
//! ```
//!
//! The pairs behind `thread` come in any order and under older names (`fields`); `task` and `thread` come first. A value that
//! the end of the file may have cut is not used: `duration_ms=12` may have been `1234.56`.

use memchr::{memchr_iter, memmem};

use super::{
    fields::{Field, Keys},
    line::{Tag, Tagged, tags},
    markers,
    names::{Interner, shown},
    number,
    pairs::{Pair, Pairs},
    stamp,
    table::Table,
};
use crate::{
    records::{
        log::{BadLine, Context, Event, EventParts, Marker, Name, Role, RunStart, SelfCheck, Source},
        plausible,
    },
    redact::redact,
};

/// Most records shown that were not understood.
const EXAMPLES: usize = 5;

/// Most characters of such a record that are shown.
const EXAMPLE_CHARS: usize = 160;

/// Most bytes of such a record that are looked at: more than a secret that begins among those characters has.
const LOOKED_AT: usize = 4096;

/// Everything the structured lines of a log say.
#[derive(Debug)]
pub(super) struct Collector {
    pub(super) names: Interner,
    pub(super) sources: Table<Source>,
    pub(super) contexts: Table<Context>,
    pub(super) events: Vec<Event>,
    pub(super) markers: Vec<Marker>,
    pub(super) runs: Vec<RunStart>,
    pub(super) check: SelfCheck,
    pub(super) keys: Keys,
    /// The last time that stands on any line.
    last_ms: Option<i64>,
    /// Text of an error in several words.
    error: Vec<u8>,
}

/// What a record says, as it stands there.
#[derive(Debug, Default)]
struct Raw<'a> {
    parts: EventParts,
    kind: Option<&'a [u8]>,
    task: Option<&'a [u8]>,
    thread: Option<i64>,
    eid: Option<i64>,
    model: Option<&'a [u8]>,
    function: Option<&'a [u8]>,
    call_type: Option<&'a [u8]>,
    total_ms: Option<f64>,
    concurrency: Option<u32>,
    has_error: bool,
    is_cut: bool,
}

impl Collector {
    pub(super) fn new() -> Self {
        Self {
            names: Interner::new(),
            sources: Table::new(),
            contexts: Table::new(),
            events: Vec::new(),
            markers: Vec::new(),
            runs: Vec::new(),
            check: SelfCheck::default(),
            keys: Keys::new(),
            last_ms: None,
            error: Vec::new(),
        }
    }

    /// Reads a line without colours; returns whether it was one of the structured logger's. `is_cut`: the file ends here,
    /// without a line break.
    pub(super) fn line(&mut self, line: &[u8], number: u32, is_cut: bool) -> bool {
        let mut said_ms = None;
        tags(line, |Tagged { tag, text, is_last }| match tag {
            Tag::Record => self.record(text, number, is_cut && is_last),
            Tag::Message => said_ms = self.message(text, number),
            _ => self.marker(markers::tagged(tag, text), said_ms, number),
        })
    }

    /// Keeps a marker, if it is one.
    pub(super) fn marker(&mut self, marker: Option<Marker>, at_ms: Option<i64>, line: u32) {
        self.last_ms = at_ms.or(self.last_ms);
        self.markers.extend(marker.map(|marker| Marker { at_ms, after_ms: self.last_ms, line, ..marker }));
    }

    /// Reads a line of the same logger that holds words; returns its time.
    fn message(&mut self, text: &[u8], line: u32) -> Option<i64> {
        const STARTING: &[u8] = b"Starting evaluation: ";
        let at_ms = stamp::full(text.trim_ascii_start()).map(|(at_ms, _)| at_ms);
        self.last_ms = at_ms.or(self.last_ms);
        self.marker(markers::finished(text), at_ms, line);
        if let Some(place) = memmem::find(text, STARTING) {
            let said = &text[place + STARTING.len()..];
            let tasks = said.split(|byte| *byte == b' ').next().and_then(small);
            let concurrency = Pairs(said).find(|pair| pair.key == b"max_concurrency").and_then(|pair| small(pair.value));
            self.runs.push(RunStart { at_ms, model: None, tasks, concurrency, line });
        }
        at_ms
    }

    fn record(&mut self, text: &[u8], line: u32, is_cut: bool) {
        self.check.records += 1;
        self.keys.begin();
        self.error.clear();
        let mut raw = Raw::default();
        let text = text.trim_ascii_start();
        let rest = match stamp::full(text) {
            Some((at_ms, rest)) => {
                raw.parts.at_ms = self.plausible(at_ms, plausible::is_moment(at_ms));
                self.last_ms = raw.parts.at_ms.or(self.last_ms);
                rest
            }
            None => text,
        };
        let mut is_error = false;
        let mut pairs = Pairs(self.task(rest.trim_ascii_start(), &mut raw));
        while let Some(pair) = pairs.next_like(self.keys.guess()) {
            if is_error && !pair.words.is_empty() {
                self.error.push(b' ');
                self.error.extend_from_slice(pair.words);
            }
            is_error = self.pair(pair, is_cut, &mut raw) == Some(Field::Error);
        }
        self.check.cut_off += u64::from(raw.is_cut);
        match raw.kind {
            Some(kind) => self.event(kind, &raw, line),
            None => self.not_understood(text, line),
        }
    }

    /// Takes the task from the beginning of a record: its id may hold anything, but `thread=` follows it. Returns the rest.
    fn task<'a>(&mut self, text: &'a [u8], raw: &mut Raw<'a>) -> &'a [u8] {
        let Some(value) = text.strip_prefix(b"task=") else { return text };
        let is_end = |blank: &usize| value[blank + 1..].starts_with(b"thread=");
        let Some(end) = memchr_iter(b' ', value).find(is_end) else { return text };
        self.keys.field(b"task");
        raw.task = Some(&value[..end]);
        &value[end + 1..]
    }

    /// Reads one pair of a record; returns what it was read as.
    fn pair<'a>(&mut self, pair: Pair<'a>, is_cut: bool, raw: &mut Raw<'a>) -> Option<Field> {
        let Pair { key, value, is_last, .. } = pair;
        if is_cut && is_last && !is_whole(value) {
            raw.is_cut = true;
            return None;
        }
        if key.is_empty() {
            return None;
        }
        let field = self.keys.field(key)?;
        if value.is_empty() || value == b"None" {
            return Some(field);
        }
        let mut is_readable = true;
        let readable = &mut is_readable;
        match field {
            Field::Kind => raw.kind = Some(value),
            Field::Task => raw.task = Some(value),
            Field::Model => raw.model = Some(value),
            Field::Function => raw.function = Some(value),
            Field::CallType => raw.call_type = Some(value),
            Field::Duration => raw.parts.duration_ms = self.ms(value, readable),
            Field::TotalDuration => raw.total_ms = self.ms(value, readable),
            Field::Infer => raw.parts.infer_ms = self.ms(value, readable),
            Field::Prefill => raw.parts.prefill_ms = self.ms(value, readable),
            Field::Decode => raw.parts.decode_ms = self.ms(value, readable),
            Field::Thread => raw.thread = noted(number::integer(value), readable),
            Field::Eid => raw.eid = noted(number::integer(value), readable),
            Field::Step => raw.parts.step = noted(step(value), readable),
            Field::InputTokens => raw.parts.input_tokens = self.tokens(value, readable),
            Field::OutputTokens => raw.parts.output_tokens = self.tokens(value, readable),
            Field::Concurrency => raw.concurrency = noted(small(value), readable),
            Field::Error => self.note_error(value, raw),
            Field::Unused => {}
        }
        if !is_readable {
            self.keys.unreadable();
        }
        Some(field)
    }

    /// Reads a duration. A negative one stays: figures leave its call out and count it.
    fn ms(&mut self, text: &[u8], is_readable: &mut bool) -> Option<f64> {
        let ms = noted(number::float(text), is_readable)?;
        self.plausible(ms, plausible::is_ms(ms)).or_else(|| (ms < 0.0).then_some(ms))
    }

    /// Reads a number of tokens.
    fn tokens(&mut self, text: &[u8], is_readable: &mut bool) -> Option<u32> {
        let tokens = noted(small(text), is_readable)?;
        self.plausible(tokens, plausible::is_tokens(tokens.into()))
    }

    /// Returns a value that is plausible; counts one that is not.
    fn plausible<T>(&mut self, value: T, is_plausible: bool) -> Option<T> {
        self.check.implausible += u64::from(!is_plausible);
        is_plausible.then_some(value)
    }

    fn note_error(&mut self, value: &[u8], raw: &mut Raw<'_>) {
        if matches!(value, b"False" | b"false" | b"0") {
            return;
        }
        raw.has_error = true;
        if !matches!(value, b"True" | b"true" | b"1") {
            self.error.extend_from_slice(value);
        }
    }

    /// Keeps the event of a record whose type is known.
    fn event(&mut self, kind: &[u8], raw: &Raw<'_>, line: u32) {
        self.check.understood += 1;
        let mut name = |text: Option<&[u8]>| text.map(|text| self.names.intern(text));
        let (model, function, call_type) = (name(raw.model), name(raw.function), name(raw.call_type));
        let task = name(raw.task.filter(|task| *task != b"global"));
        let error = name((raw.has_error && !self.error.is_empty()).then_some(self.error.as_slice()));
        let kind_name = self.names.intern(kind);
        let role = std::str::from_utf8(kind).map_or(Role::Other, Role::of_type);
        let source = Source { role, kind: kind_name, model, function, call_type, is_error: raw.has_error, error };
        let context = Context { task, thread: raw.thread, eid: raw.eid, domain: None };
        let number = |name: Option<Name>| name.map_or(0, |name| u64::from(name.0) + 1);
        let source_hint =
            u64::from(kind_name.0) ^ number(model) << 12 ^ number(function) << 24 ^ u64::from(raw.has_error) << 40;
        let context_hint = number(task) << 32 ^ raw.thread.unwrap_or(0).cast_unsigned();
        self.keys.end(kind_name, raw.parts.at_ms.is_some());
        if kind == b"run_start" {
            let model = raw.model.map(shown);
            self.runs.push(RunStart { at_ms: raw.parts.at_ms, model, tasks: None, concurrency: raw.concurrency, line });
        }
        self.events.push(Event::new(&EventParts {
            duration_ms: raw.parts.duration_ms.or(raw.total_ms),
            source: self.sources.place(source, source_hint),
            context: self.contexts.place(context, context_hint),
            line,
            ..raw.parts
        }));
    }

    fn not_understood(&mut self, text: &[u8], line: u32) {
        if self.check.examples.len() < EXAMPLES {
            self.check.examples.push(BadLine { line, text: beginning(text) });
        }
    }
}

/// Returns the beginning of a line to be shown. Secrets are taken out before the cut, which would make them unrecognisable.
fn beginning(text: &[u8]) -> String {
    let lossy = String::from_utf8_lossy(&text[..text.len().min(LOOKED_AT)]);
    let clean = redact(&lossy);
    let cut: String = clean.chars().take(EXAMPLE_CHARS).collect();
    if cut.len() < clean.len() { cut + "…" } else { cut }
}

/// Notes that a value could not be read, if it could not.
fn noted<T>(value: Option<T>, is_readable: &mut bool) -> Option<T> {
    *is_readable = value.is_some();
    value
}

fn small(text: &[u8]) -> Option<u32> {
    // The largest number stands for unknown.
    number::whole(text).and_then(|value| u32::try_from(value).ok()).filter(|value| *value < u32::MAX)
}

fn step(text: &[u8]) -> Option<i32> {
    number::integer(text).and_then(|value| i32::try_from(value).ok()).filter(|value| *value > i32::MIN)
}

/// Returns whether a value that ends where the file ends is whole by its form: durations have two places, truths are words.
fn is_whole(value: &[u8]) -> bool {
    let has_two_places = matches!(value, [.., b'.', a, b] if a.is_ascii_digit() && b.is_ascii_digit());
    has_two_places || matches!(value, b"True" | b"False")
}
