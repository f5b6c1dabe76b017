//! Calls of one kind: by role, by model or function, by domain.

use std::collections::BTreeMap;

use super::LatencyOptions;
use crate::{
    metrics::{
        histogram::LogHistogram,
        latency::{Durations, ShareBelow, Summary, TimedCall, ecdf_points},
        tokens::{LlmCall, TokenFigures, token_figures},
    },
    records::{
        log::{LogFile, LogInput, Name, Role, Source},
        task::natural_cmp,
    },
};

/// Steps of a drawn distribution.
const ECDF_STEPS: u32 = 1000;

/// What tells a series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) label: Option<String>,
    pub(crate) role: Role,
    pub(crate) name: String,
    pub(crate) domain: Option<String>,
}

/// The calls of a series.
#[derive(Debug, Clone, Default)]
pub(super) struct Bag {
    /// Calls that succeeded.
    pub(super) calls: Vec<LlmCall>,
    /// Calls that ended in an error.
    pub(super) errors: usize,
    /// Calls without a duration.
    pub(super) untimed: usize,
}

/// A series before its figures.
#[derive(Debug, Clone)]
pub(super) struct Calls {
    pub(super) key: Key,
    pub(super) bag: Bag,
}

/// Times of the two phases of a call of a language model.
#[derive(Debug, Clone, PartialEq)]
pub struct Phases {
    /// Until the first token.
    pub prefill: Summary,
    /// From the first token to the last.
    pub decode: Summary,
    /// Prefill times in rising order, in milliseconds.
    pub prefill_sorted_ms: Vec<f64>,
    /// Decode times in rising order, in milliseconds.
    pub decode_sorted_ms: Vec<f64>,
}

/// Figures of the calls of one role, model or function, and domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Who called or was called.
    pub role: Role,
    /// The model; of a tool its function; of an unknown type its own name.
    pub name: String,
    /// The user's label of the log.
    pub label: Option<String>,
    /// The domain; `None` where the log does not say it, and over all domains.
    pub domain: Option<String>,
    /// Calls that succeeded and have a duration.
    pub calls: usize,
    /// Calls that ended in an error: in no figure of time.
    pub errors: usize,
    /// Successful calls without a duration.
    pub untimed: usize,
    /// Times of the successful calls.
    pub summary: Summary,
    /// The limit, in milliseconds.
    pub limit_ms: f64,
    /// Share of the calls strictly quicker than the limit.
    pub below: Option<ShareBelow>,
    /// Prefill and decode, where recorded.
    pub phases: Option<Phases>,
    /// Tokens and speeds, where recorded.
    pub tokens: Option<TokenFigures>,
    /// Counts in logarithmic bins.
    pub histogram: LogHistogram,
    /// Points of the empirical distribution, `(ms, share at or below)`.
    pub ecdf: Vec<(f64, f64)>,
    /// All durations in rising order, in milliseconds.
    pub sorted_ms: Vec<f64>,
}

/// Collects the calls of all logs by what tells them, in order.
pub(super) fn collect(logs: &[LogInput]) -> Vec<Calls> {
    let mut bags: BTreeMap<Key, Bag> = BTreeMap::new();
    let mut tasks = Tasks::default();
    for (index, log) in logs.iter().enumerate() {
        if let Some(log) = &log.profile {
            add(index, log, &mut tasks, &mut bags);
        }
    }
    in_order(bags)
}

/// Returns the series in order of label, role, name (naturally) and domain.
fn in_order(bags: BTreeMap<Key, Bag>) -> Vec<Calls> {
    let mut all: Vec<Calls> = bags.into_iter().map(|(key, bag)| Calls { key, bag }).collect();
    all.sort_by(|a, b| {
        let (a, b) = (&a.key, &b.key);
        (&a.label, a.role)
            .cmp(&(&b.label, b.role))
            .then_with(|| natural_cmp(&a.name, &b.name))
            .then_with(|| a.domain.cmp(&b.domain))
    });
    all
}

/// Numbers of the tasks of all logs.
#[derive(Default)]
struct Tasks(BTreeMap<(usize, Name), u32>);

impl Tasks {
    fn number(&mut self, log: usize, task: Name) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry((log, task)).or_insert(next)
    }
}

fn add(index: usize, log: &LogFile, tasks: &mut Tasks, bags: &mut BTreeMap<Key, Bag>) {
    // Millions of events have few kinds: each kind is looked up once.
    let mut own: BTreeMap<(u32, Option<Name>), Bag> = BTreeMap::new();
    let mut numbers: Vec<Option<Option<u32>>> = vec![None; log.names.0.len()];
    for event in &log.events {
        let (source, context) = (log.source(event), log.context(event));
        if source.role == Role::Other && event.duration_ms().is_none() {
            continue;
        }
        let domain = context.domain.or(log.domain.map(|(name, _)| name));
        let bag = own.entry((event.source(), domain)).or_default();
        if source.is_error {
            bag.errors += 1;
            continue;
        }
        if event.duration_ms().is_none() {
            bag.untimed += 1;
            continue;
        }
        let task = context.task.and_then(|task| {
            let known = numbers.get_mut(task.0 as usize)?;
            *known.get_or_insert_with(|| (log.names.text(task) != GLOBAL).then(|| tasks.number(index, task)))
        });
        bag.calls.push(LlmCall {
            task,
            duration_ms: event.duration_ms(),
            prefill_ms: event.prefill_ms(),
            decode_ms: event.decode_ms(),
            tokens_in: event.input_tokens().map(u64::from),
            tokens_out: event.output_tokens().map(u64::from),
        });
    }
    for ((source, domain), bag) in own {
        let all = bags.entry(key(log, &log.sources[source as usize], domain)).or_default();
        all.calls.extend(bag.calls);
        all.errors += bag.errors;
        all.untimed += bag.untimed;
    }
}

/// Returns the series of what was called.
fn key(log: &LogFile, source: &Source, domain: Option<Name>) -> Key {
    let text = |name: Option<Name>| name.map(|name| log.names.text(name).to_owned());
    let name = match source.role {
        Role::Tool => text(source.function),
        Role::Step => Some(log.names.text(source.kind).to_owned()),
        Role::Other => {
            let kind = log.names.text(source.kind);
            Some(text(source.function.or(source.model)).map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}")))
        }
        Role::Agent | Role::Expert | Role::UserSim | Role::Judge => text(source.model),
    };
    let name = name.unwrap_or_else(|| UNNAMED.to_owned());
    Key { label: log.label.clone(), role: source.role, name, domain: text(domain) }
}

/// Durations of calls by task; `None` = of no task. Milliseconds.
pub(crate) type ByTask = BTreeMap<Option<String>, Vec<f64>>;

/// Returns the durations of the successful calls of each series by task, calls of no known role left out.
pub(crate) fn by_task(logs: &[LogInput]) -> BTreeMap<Key, ByTask> {
    let mut all: BTreeMap<Key, ByTask> = BTreeMap::new();
    for log in logs.iter().filter_map(|log| log.profile.as_ref()) {
        // As above, each kind is looked up once.
        let mut own: BTreeMap<(u32, Option<Name>, Option<Name>), Vec<f64>> = BTreeMap::new();
        for event in &log.events {
            let (source, context) = (log.source(event), log.context(event));
            let Some(ms) = event.duration_ms().filter(|ms| ms.is_finite() && *ms >= 0.0) else { continue };
            if source.role != Role::Other && !source.is_error {
                let domain = context.domain.or(log.domain.map(|(name, _)| name));
                own.entry((event.source(), domain, context.task)).or_default().push(ms);
            }
        }
        for ((source, domain, task), durations_ms) in own {
            let series = all.entry(key(log, &log.sources[source as usize], domain)).or_default();
            let task = task.map(|task| log.names.text(task)).filter(|task| *task != GLOBAL);
            series.entry(task.map(str::to_owned)).or_default().extend(durations_ms);
        }
    }
    all
}

/// The task of lines that belong to none.
pub(super) const GLOBAL: &str = "global";
/// What a call is called that does not say its model or function.
const UNNAMED: &str = "unknown";

/// Puts the domains of each role and name together.
pub(super) fn pool(calls: &[Calls]) -> Vec<Calls> {
    let mut pooled: BTreeMap<Key, Bag> = BTreeMap::new();
    for one in calls {
        let all = pooled.entry(Key { domain: None, ..one.key.clone() }).or_default();
        all.calls.extend_from_slice(&one.bag.calls);
        all.errors += one.bag.errors;
        all.untimed += one.bag.untimed;
    }
    in_order(pooled)
}

impl Calls {
    /// Computes the figures.
    pub(super) fn figures(&self, options: &LatencyOptions) -> Series {
        let timed: Vec<TimedCall> = self.bag.calls.iter().filter_map(|call| Some((call.duration_ms?, call.task))).collect();
        let durations = Durations::new(&timed);
        let limit_ms = options.limit_of(self.key.role);
        Series {
            role: self.key.role,
            name: self.key.name.clone(),
            domain: self.key.domain.clone(),
            label: self.key.label.clone(),
            calls: durations.len(),
            errors: self.bag.errors,
            untimed: self.bag.untimed,
            summary: durations.summary(&options.summary()),
            limit_ms,
            below: durations.share_below(limit_ms, options.confidence),
            phases: self.phases(options),
            tokens: self.tokens(options.confidence),
            histogram: LogHistogram::of(durations.sorted_ms()),
            ecdf: ecdf_points(durations.sorted_ms(), ECDF_STEPS),
            sorted_ms: durations.sorted_ms().to_vec(),
        }
    }

    fn phases(&self, options: &LatencyOptions) -> Option<Phases> {
        let durations = |part: fn(&LlmCall) -> Option<f64>| {
            let calls: Vec<TimedCall> = self.bag.calls.iter().filter_map(|call| Some((part(call)?, call.task))).collect();
            Durations::new(&calls)
        };
        let (prefill, decode) = (durations(|call| call.prefill_ms), durations(|call| call.decode_ms));
        (!prefill.is_empty() || !decode.is_empty()).then(|| Phases {
            prefill: prefill.summary(&options.summary()),
            decode: decode.summary(&options.summary()),
            prefill_sorted_ms: prefill.sorted_ms().to_vec(),
            decode_sorted_ms: decode.sorted_ms().to_vec(),
        })
    }

    fn tokens(&self, confidence: f64) -> Option<TokenFigures> {
        let says = |call: &LlmCall| call.tokens_in.is_some() || call.tokens_out.is_some() || call.decode_ms.is_some();
        self.bag.calls.iter().any(says).then(|| token_figures(&self.bag.calls, confidence))
    }
}
