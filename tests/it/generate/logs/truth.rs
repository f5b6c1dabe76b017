//! What is true of the logs, counted from the calls themselves: never by reading a log back.

use std::collections::BTreeMap;

use super::{
    calls::{Call, Episode, Kind, MS, Run},
    lines, others,
};
use crate::generate::json::{Json, object};

/// Everything that is true.
pub(super) fn of(retail: &Run, airline: &Run, hle: &Run) -> Json {
    let runs = [retail, airline, hle];
    object! {
        "series": Json::List(runs.iter().flat_map(|run| series(run)).collect()),
        "types": object! {
            "logs/logs/tau2_retail.log": types(retail, &[]),
            "logs/logs/eval_retail.log": types(retail, &[]),
            "logs/logs/tau2_airline.log": types(airline, &[]),
            "logs/logs/hle.log": types(hle, &["run_start"]),
        },
        "tasks_completed": object! {"retail": retail.episodes.len(), "hle": hle.episodes.len()},
        "copies": retail.calls.len(),
        "attachment": attachment(&runs),
        "time": Json::List([time(retail, "heron-8b"), time(airline, others::MODEL)].concat()),
        "servers": vec![server("user_vllm_4242.out", 0), server("assistant_vllm_4242.out", 1)],
        "console": object! {
            "file": "logs/results/run_77.json",
            "env": "airline",
            "model": others::MODEL,
            "strategy": "act",
            "user_model": others::USER_MODEL,
            "printed_pass_1": airline.episodes.iter().filter(|one| one.solved && one.task != "5").count() as f64 / 6.0,
            "pass_1": airline.episodes.iter().filter(|one| one.solved && one.task != "5").count() as f64 / 5.0,
        },
    }
}

fn role(kind: Kind) -> &'static str {
    match kind {
        Kind::Agent => "agent",
        Kind::Expert => "expert",
        Kind::User => "user simulator",
        Kind::Judge => "judge",
        Kind::Tool => "tool",
        Kind::Step => "step",
    }
}

fn series(run: &Run) -> Vec<Json> {
    let mut groups: BTreeMap<(&str, &str), Vec<&Call>> = BTreeMap::new();
    for call in &run.calls {
        let name = if call.kind == Kind::Step { "step_complete" } else { call.name };
        groups.entry((role(call.kind), name)).or_default().push(call);
    }
    groups.into_iter().map(|((role, name), calls)| one(run.domain, role, name, &calls)).collect()
}

fn one(domain: &str, role: &str, name: &str, calls: &[&Call]) -> Json {
    let good = || calls.iter().filter(|call| call.error.is_none());
    let mut ticks: Vec<u64> = good().filter_map(|call| call.took).collect();
    ticks.sort_unstable();
    let timed = || good().filter(|call| call.took.is_some()).filter_map(|call| call.phases);
    let sum: u64 = ticks.iter().sum();
    let ms = |ticks: Option<u64>| ticks.map_or(Json::Null, |ticks| Json::Float(ticks as f64 / MS as f64));
    // Type 7 at one half: the middle one, or the mean of the two in the middle.
    let twice_median = ticks.len().checked_sub(1).map(|last| ticks[last / 2] + ticks[last.div_ceil(2)]);
    let sum_of = |part: fn(&super::calls::Phases) -> u64| timed().map(|phases| part(&phases)).sum::<u64>();
    object! {
        "role": role,
        "name": name,
        "domain": domain,
        "calls": ticks.len(),
        "errors": calls.len() - good().count(),
        "untimed": good().filter(|call| call.took.is_none()).count(),
        "mean_ms": if ticks.is_empty() { Json::Null } else { Json::Float(sum as f64 / ticks.len() as f64 / MS as f64) },
        "min_ms": ms(ticks.first().copied()),
        "max_ms": ms(ticks.last().copied()),
        "p50_ms": twice_median.map_or(Json::Null, |twice| Json::Float(twice as f64 / 2.0 / MS as f64)),
        "under_5s": ticks.iter().filter(|ticks| **ticks < 5_000 * MS).count(),
        "phases": timed().count(),
        "prefill_sum_ms": sum_of(|phases| phases.prefill) as f64 / MS as f64,
        "decode_sum_ms": sum_of(|phases| phases.decode) as f64 / MS as f64,
        "tokens_in": sum_of(|phases| phases.tokens.0),
        "tokens_out": sum_of(|phases| phases.tokens.1),
    }
}

/// How many records of each type a log has.
fn types(run: &Run, more: &[&'static str]) -> Json {
    let mut counts: BTreeMap<&str, usize> = more.iter().map(|kind| (*kind, 1)).collect();
    for call in &run.calls {
        *counts.entry(lines::kind(call)).or_default() += 1;
    }
    Json::Object(counts.into_iter().map(|(kind, count)| (kind.to_owned(), count.into())).collect())
}

/// A call belongs to an episode whose times hold its line, give or take a second.
const SLACK_MS: u64 = 1_000;

/// Episodes of its task that a call may belong to.
fn fitting<'a>(run: &'a Run, call: &Call) -> Vec<&'a Episode> {
    let at = call.stamp_ms();
    let own = run.episodes.iter().filter(|one| one.task == call.task);
    // Only the results of retail have times; HLE has no results.
    let mut found: Vec<&Episode> = own
        .filter(|one| match run.domain {
            "retail" => at + SLACK_MS >= one.start / MS && at <= one.end / MS + SLACK_MS,
            "airline" => true,
            _ => false,
        })
        .collect();
    // Markers name the trials of retail: between two, the one that is completed next.
    if found.len() > 1 && run.domain == "retail" {
        found.sort_by_key(|one| one.end);
        let next = found.iter().copied().find(|one| one.end / MS >= at);
        found = next.into_iter().collect();
    }
    found
}

fn attachment(runs: &[&Run]) -> Json {
    let (mut calls, mut by_time, mut by_task, mut ambiguous) = (0_usize, 0_usize, 0_usize, 0_usize);
    for run in runs {
        for call in run.calls.iter().filter(|call| call.kind != Kind::Step && call.task != "global") {
            calls += 1;
            match (fitting(run, call).len(), run.domain) {
                (0, _) => {}
                (1, "retail") => by_time += 1,
                (1, _) => by_task += 1,
                _ => ambiguous += 1,
            }
        }
    }
    let global = |call: &&Call| call.kind != Kind::Step && call.task == "global";
    let without_task: usize = runs.iter().map(|run| run.calls.iter().filter(global).count()).sum();
    object! {
        "calls": calls, "by_time": by_time, "by_task": by_task, "ambiguous": ambiguous, "without_task": without_task,
    }
}

/// Components in the order in which they take time that several share.
const COMPONENTS: [(Kind, &str); 5] = [
    (Kind::Expert, "expert"),
    (Kind::Agent, "agent"),
    (Kind::User, "user simulator"),
    (Kind::Judge, "judge"),
    (Kind::Tool, "tool"),
];

/// Time of one episode in microseconds: the span, each component, unexplained, overlap.
type Parts = [u64; 8];

/// Looks at every stretch between two neighbouring moments at which anything begins or ends.
fn parts(calls: &[(usize, i64, i64)], (from, to): (i64, i64)) -> Parts {
    let inside = |at: i64| at.clamp(from, to);
    let mut moments: Vec<i64> =
        calls.iter().flat_map(|(_, start, end)| [inside(*start), inside(*end)]).chain([from, to]).collect();
    moments.sort_unstable();
    moments.dedup();
    let mut found = [0; 8];
    for pair in moments.windows(2) {
        let length = pair[1].abs_diff(pair[0]);
        let runs =
            |component: usize| calls.iter().any(|(own, start, end)| *own == component && *start <= pair[0] && *end >= pair[1]);
        let running: Vec<usize> = (0..COMPONENTS.len()).filter(|component| runs(*component)).collect();
        found[0] += length;
        found[running.first().map_or(6, |first| first + 1)] += length;
        found[7] += if running.len() > 1 { length } else { 0 };
    }
    found
}

/// Mean times of solved and of failed episodes.
fn time(run: &Run, model: &str) -> Vec<Json> {
    let signed = |us: u64| i64::try_from(us).expect("moments of a day are small");
    let mut groups: BTreeMap<bool, Vec<Parts>> = BTreeMap::new();
    for episode in &run.episodes {
        let own = run.calls.iter().filter(|call| {
            let fitting = fitting(run, call);
            matches!(fitting.as_slice(), [one] if std::ptr::eq(*one, episode))
        });
        let interval = |call: &Call| {
            let component = COMPONENTS.iter().position(|(kind, _)| *kind == call.kind)?;
            let end = call.stamp_ms() * 1_000;
            Some((component, signed(end) - signed(call.took? * 10), signed(end)))
        };
        let calls: Vec<_> = own.filter_map(interval).collect();
        let first = calls.iter().map(|(_, start, _)| *start).min();
        let last = calls.iter().map(|(_, _, end)| *end).max();
        let (Some(first), Some(last)) = (first, last) else { continue };
        let span = if run.domain == "retail" { (signed(episode.start * 10), signed(episode.end * 10)) } else { (first, last) };
        // An episode lost to an error of the machinery does not count, whatever became of it before.
        if !(run.domain == "airline" && episode.task == "5") {
            groups.entry(episode.solved).or_default().push(parts(&calls, span));
        }
    }
    let row = |(solved, all): (bool, Vec<Parts>)| {
        let mean = |at: usize| Json::Float(all.iter().map(|parts| parts[at]).sum::<u64>() as f64 / all.len() as f64 / 1e6);
        let parts = COMPONENTS.iter().enumerate().map(|(at, (_, name))| ((*name).to_owned(), mean(at + 1)));
        object! {
            "env": run.domain,
            "model": model,
            "solved": solved,
            "episodes": all.len(),
            "span_s": mean(0),
            "span_p50_s": spread(&all, 5),
            "span_p90_s": spread(&all, 9),
            "parts_s": Json::Object(parts.collect()),
            "unexplained_s": mean(6),
            "overlap_s": mean(7),
        }
    };
    groups.into_iter().rev().map(row).collect()
}

/// Type 7 quantile of the spans at so many tenths, in seconds: exact between neighbours, by tenths.
fn spread(all: &[Parts], tenths: u64) -> f64 {
    let mut spans: Vec<u64> = all.iter().map(|parts| parts[0]).collect();
    spans.sort_unstable();
    let place = (spans.len() as u64 - 1) * tenths;
    let at = |index: u64| spans[usize::try_from(index).expect("a small number").min(spans.len() - 1)];
    let (low, high) = (at(place / 10), at(place / 10 + 1));
    (10 * low + (place % 10) * (high - low)) as f64 / 1e7
}

fn server(file: &str, number: u64) -> Json {
    let all: Vec<others::Status> = (0..others::STATUS_LINES).map(|line| others::status(number, line)).collect();
    let figures = |name: &str, unit: f64, part: fn(&others::Status) -> u64| {
        let sum: u64 = all.iter().map(part).sum();
        let peak = all.iter().map(part).max().unwrap_or(0);
        let pair = vec![Json::Float(sum as f64 / all.len() as f64 / unit), Json::Float(peak as f64 / unit)];
        (name.to_owned(), Json::List(pair))
    };
    object! {
        "log": format!("logs/logs/{file}"),
        "serves": if number == 0 { "user" } else { "assistant" },
        "job": "4242",
        "node": if number == 0 { "gaudi001" } else { "gaudi002" },
        "model": if number == 0 { "acme/quill-7b" } else { "acme/heron-8b" },
        "status_lines": all.len(),
        "errors": others::SERVER_ERRORS[usize::from(number > 0)],
        "mean_and_peak": Json::Object(vec![
            figures("prompt_tokens_per_s", 10.0, |one| one.prompt),
            figures("generation_tokens_per_s", 10.0, |one| one.generation),
            figures("running", 1.0, |one| one.running),
            figures("waiting", 1.0, |one| one.waiting),
            figures("kv_cache", 1_000.0, |one| one.cache),
            figures("prefix_hits", 1_000.0, |one| one.hits),
        ]),
    }
}
