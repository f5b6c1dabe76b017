//! One log as a run in time: throughput, concurrency, the slowest calls.

use crate::{
    metrics::{
        latency::{Durations, QuantileKind, TimedCall},
        timeline::{Bin, Call, Load, bin_width_ms, bins, load},
    },
    records::log::{Event, LogFile, LogInput, Marker, MarkerKind, Role},
};

/// Most bins of a drawn run.
const MOST_BINS: u32 = 240;
/// Slow calls listed.
const SLOWEST: usize = 20;
/// Levels drawn over time.
const LEVELS: [f64; 2] = [0.5, 0.9];

/// Figures of one structured log.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFigures {
    /// Path of the log.
    pub path: String,
    /// Its domain, if it has one for all of it.
    pub domain: Option<String>,
    /// First and last moment, milliseconds since 1970 of the machine that wrote it.
    pub span_ms: (i64, i64),
    /// Begin of the first call of a language model.
    pub begin_ms: i64,
    /// Load of all calls of language models.
    pub load: Load,
    /// Calls of language models that ended in an error: they are running calls, but in no time.
    pub errors: usize,
    /// Load by role.
    pub by_role: Vec<(Role, Load)>,
    /// Steps completed a minute.
    pub steps_per_min: Option<f64>,
    /// Tasks completed, by the markers of the log.
    pub tasks_completed: u64,
    /// Tasks completed a minute.
    pub tasks_per_min: Option<f64>,
    /// Time in bins, all calls of language models.
    pub bins: Vec<Bin>,
}

/// One slow call.
#[derive(Debug, Clone, PartialEq)]
pub struct SlowCall {
    /// Role.
    pub role: Role,
    /// Model or function.
    pub name: String,
    /// Domain.
    pub domain: Option<String>,
    /// Task.
    pub task: Option<String>,
    /// Step of the conversation.
    pub step: Option<i32>,
    /// Duration.
    pub duration_ms: f64,
    /// Whether it ended in an error: then it is in no figure of time.
    pub is_error: bool,
    /// When it ended, milliseconds since 1970 of the machine that wrote the log.
    pub at_ms: Option<i64>,
    /// Path of the log.
    pub path: String,
    /// Its line.
    pub line: u32,
}

/// Roles that call a language model.
pub(super) const MODEL_ROLES: [Role; 4] = [Role::Agent, Role::Expert, Role::UserSim, Role::Judge];

/// Returns the figures of every structured log with calls in time.
pub(super) fn figures(logs: &[LogInput]) -> Vec<RunFigures> {
    logs.iter().filter_map(|log| run(log.profile.as_ref()?)).collect()
}

fn run(log: &LogFile) -> Option<RunFigures> {
    let span_ms = log.span_ms()?;
    let call = |event: &Event| -> Option<Call> {
        let at = (event.at_ms()? - span_ms.0) as f64;
        // Stamps are cut to whole milliseconds: without rounding, a call that begins when another ends would overlap it.
        // And a begin of -0 would sort before an end of 0.
        let start_ms = (at - event.duration_ms()?).ceil().min(at) + 0.0;
        Some(Call { start_ms, duration_ms: at - start_ms, tokens_out: event.output_tokens().map(u64::from) })
    };
    let good: Vec<Call> = log
        .events
        .iter()
        .filter(|event| MODEL_ROLES.contains(&log.source(event).role) && !log.source(event).is_error)
        .filter_map(call)
        .collect();
    let of = |role: Role| -> Vec<Call> {
        log.events.iter().filter(|event| log.source(event).role == role).filter_map(call).collect()
    };
    let by_role: Vec<(Role, Vec<Call>)> = MODEL_ROLES.into_iter().map(|role| (role, of(role))).collect();
    let all: Vec<Call> = by_role.iter().flat_map(|(_, calls)| calls.iter().copied()).collect();
    let load_of_all = load(&all)?;
    let minutes = load_of_all.span_ms / 60_000.0;
    let per_min = |count: usize| (minutes > 0.0 && count > 0).then(|| count as f64 / minutes);
    let steps = log.events.iter().filter(|event| log.source(event).role == Role::Step).count();
    let done = completed(log);
    let first = all.iter().map(|call| call.start_ms).fold(f64::INFINITY, f64::min);
    #[expect(clippy::cast_possible_truncation, reason = "times of logs are far from the ends of i64")]
    let begin_ms = span_ms.0 + if first.is_finite() { first as i64 } else { 0 };
    let width = bin_width_ms(load_of_all.span_ms, MOST_BINS);
    Some(RunFigures {
        path: log.path.clone(),
        domain: log.domain.map(|(name, _)| log.names.text(name).to_owned()),
        span_ms,
        begin_ms,
        load: load_of_all,
        by_role: by_role.into_iter().filter_map(|(role, calls)| Some((role, load(&calls)?))).collect(),
        steps_per_min: per_min(steps),
        tasks_completed: done as u64,
        tasks_per_min: per_min(done),
        errors: all.len() - good.len(),
        bins: timed_bins(&all, &good, width),
    })
}

/// Cuts a run into bins: concurrency of all calls, times of those that did not end in an error.
fn timed_bins(all: &[Call], good: &[Call], width_ms: f64) -> Vec<Bin> {
    let mut found = bins(all, width_ms, &LEVELS);
    if all.len() == good.len() {
        return found;
    }
    for bin in &mut found {
        let ends = bin.start_ms + width_ms;
        let own: Vec<TimedCall> = good
            .iter()
            .filter(|call| (bin.start_ms..ends).contains(&call.start_ms))
            .map(|call| (call.duration_ms, None))
            .collect();
        let durations = Durations::new(&own);
        bin.quantiles_ms = LEVELS.iter().map(|level| durations.quantile_ms(*level, QuantileKind::Linear)).collect();
        bin.max_ms = durations.sorted_ms().last().copied();
    }
    found
}

/// Returns how many tasks a log says were completed: markers of skipped ones and of errors are none. Finished simulations count where
/// there are no other markers.
fn completed(log: &LogFile) -> usize {
    let ended = |marker: &&Marker| !matches!(marker.status.as_deref(), Some("skipped" | "error"));
    let of = |simulations: bool| {
        log.markers.iter().filter(|marker| (marker.kind == MarkerKind::Simulation) == simulations).filter(ended).count()
    };
    let marked = log.markers.iter().any(|marker| marker.kind != MarkerKind::Simulation);
    of(!marked)
}

/// Returns the slowest calls of all logs, steps left out since they contain other calls.
pub(super) fn slowest(logs: &[LogInput]) -> Vec<SlowCall> {
    let mut found: Vec<(f64, usize, usize)> = Vec::new();
    for (index, log) in logs.iter().enumerate() {
        let Some(log) = &log.profile else { continue };
        let timed = log.events.iter().enumerate().filter(|(_, event)| log.source(event).role != Role::Step);
        found.extend(
            timed.filter_map(|(at, event)| Some((event.duration_ms().filter(|ms| ms.is_finite() && *ms >= 0.0)?, index, at))),
        );
        let slowest_first =
            |a: &(f64, usize, usize), b: &(f64, usize, usize)| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2)));
        if found.len() > SLOWEST {
            found.select_nth_unstable_by(SLOWEST, slowest_first);
            found.truncate(SLOWEST);
        }
        found.sort_by(slowest_first);
    }
    let slow = |(duration_ms, log, at): (f64, usize, usize)| {
        let log = logs[log].profile.as_ref()?;
        let event = &log.events[at];
        let name = log.function(event).or_else(|| log.model(event)).unwrap_or_else(|| log.kind(event));
        Some(SlowCall {
            role: log.source(event).role,
            name: name.to_owned(),
            domain: log.domain_of(event).map(str::to_owned),
            task: log.task(event).map(str::to_owned),
            step: event.step(),
            duration_ms,
            is_error: log.source(event).is_error,
            at_ms: event.at_ms(),
            path: log.path.clone(),
            line: event.line(),
        })
    };
    found.into_iter().filter_map(slow).collect()
}
