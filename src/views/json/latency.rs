//! The part of metrics.json that the logs give.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ends;
use crate::{
    analysis::latency::{Component, Latency, RunFigures, Series, ServerFigures, TimeRow},
    metrics::{
        latency::{IntervalMethod, QuantileKind, Summary},
        tokens::{Speed, TimePerToken, TokenFigures},
    },
    records::log::{Server, calendar},
    views::scene::Scene,
};

#[derive(Debug, Serialize)]
pub(super) struct LatencyJson {
    quantile: &'static str,
    series: Vec<SeriesJson>,
    pooled: Vec<SeriesJson>,
    runs: Vec<RunJson>,
    servers: Vec<ServerJson>,
    attachment: AttachmentJson,
    time: Vec<TimeJson>,
    logs: Vec<LogJson>,
}

#[derive(Debug, Serialize)]
struct SeriesJson {
    label: Option<String>,
    role: &'static str,
    name: String,
    domain: Option<String>,
    errors: usize,
    untimed: usize,
    duration: SummaryJson,
    limit_ms: f64,
    share_under_limit: Option<f64>,
    share_under_limit_interval: Option<[f64; 2]>,
    prefill: Option<SummaryJson>,
    decode: Option<SummaryJson>,
    tokens: Option<TokensJson>,
}

#[derive(Debug, Serialize)]
pub(super) struct SummaryJson {
    calls: usize,
    invalid: usize,
    mean_ms: Option<f64>,
    min_ms: Option<f64>,
    max_ms: Option<f64>,
    percentiles: Vec<PercentileJson>,
    intervals: &'static str,
}

#[derive(Debug, Serialize)]
struct PercentileJson {
    level: f64,
    value_ms: Option<f64>,
    interval_ms: Option<[f64; 2]>,
}

#[derive(Debug, Serialize)]
struct TokensJson {
    input: u64,
    input_calls: usize,
    output: u64,
    output_calls: usize,
    end_to_end: Option<SpeedJson>,
    decode: Option<SpeedJson>,
    time_per_token: Option<TimePerTokenJson>,
    time_per_token_end_to_end: Option<TimePerTokenJson>,
    parts: Option<PartsJson>,
}

#[derive(Debug, Serialize)]
struct SpeedJson {
    calls: usize,
    tokens_per_s: f64,
    interval: Option<[f64; 2]>,
    median_of_calls: f64,
}

#[derive(Debug, Serialize)]
struct TimePerTokenJson {
    calls: usize,
    token_weighted_ms: f64,
    mean_ms: f64,
    median_ms: f64,
    p99_ms: Option<f64>,
}

#[derive(Debug, Serialize)]
struct PartsJson {
    calls: usize,
    mean_duration_ms: f64,
    mean_prefill_ms: f64,
    mean_decode_ms: f64,
    mean_unattributed_ms: f64,
    median_unattributed_ms: f64,
    contradictions: usize,
}

#[derive(Debug, Serialize)]
struct RunJson {
    log: String,
    domain: Option<String>,
    begin: String,
    span_s: f64,
    model_calls: usize,
    errors: usize,
    calls_per_min: Option<f64>,
    steps_per_min: Option<f64>,
    tasks_completed: u64,
    tasks_per_min: Option<f64>,
    mean_concurrency: Option<f64>,
    peak_concurrency: usize,
    tokens_out_per_s: Option<f64>,
}

#[derive(Debug, Serialize)]
struct ServerJson {
    log: String,
    serves: Option<&'static str>,
    job: Option<String>,
    node: Option<String>,
    model: Option<String>,
    version: Option<String>,
    status_lines: usize,
    mean: BTreeMap<&'static str, Option<f64>>,
    peak: BTreeMap<&'static str, Option<f64>>,
    errors: u64,
}

#[derive(Debug, Serialize)]
struct AttachmentJson {
    calls: u64,
    by_time: u64,
    by_task: u64,
    ambiguous: u64,
    without_task: u64,
}

#[derive(Debug, Serialize)]
struct TimeJson {
    cell: String,
    solved: bool,
    episodes: usize,
    span_s: f64,
    span_p50_s: Option<f64>,
    span_p90_s: Option<f64>,
    parts_s: BTreeMap<&'static str, f64>,
    unexplained_s: f64,
    overlap_s: f64,
}

#[derive(Debug, Serialize)]
struct LogJson {
    path: String,
    lines: Option<u64>,
    records: Option<u64>,
    understood: Option<u64>,
    copies_dropped: u64,
}

impl LatencyJson {
    pub(super) fn of(scene: &Scene<'_>, latency: &Latency) -> Self {
        let attachment = latency.joined.attachment;
        Self {
            quantile: quantile(latency.options.kind),
            series: latency.series.iter().map(series).collect(),
            pooled: latency.pooled.iter().map(series).collect(),
            runs: latency.runs.iter().map(run).collect(),
            servers: latency.servers.iter().map(server).collect(),
            attachment: AttachmentJson {
                calls: attachment.calls,
                by_time: attachment.by_time,
                by_task: attachment.by_task,
                ambiguous: attachment.ambiguous,
                without_task: attachment.without_task,
            },
            time: latency.joined.rows.iter().map(|row| time(scene, row)).collect(),
            logs: logs(scene),
        }
    }
}

pub(super) fn quantile(kind: QuantileKind) -> &'static str {
    match kind {
        QuantileKind::Linear => "linear",
        QuantileKind::NearestRank => "nearest-rank",
    }
}

pub(super) fn summary(one: &Summary) -> SummaryJson {
    SummaryJson {
        calls: one.n,
        invalid: one.invalid,
        mean_ms: one.mean_ms,
        min_ms: one.min_ms,
        max_ms: one.max_ms,
        percentiles: one
            .percentiles
            .iter()
            .map(|one| PercentileJson { level: one.level, value_ms: one.value_ms, interval_ms: ends(one.interval_ms) })
            .collect(),
        intervals: match one.method {
            IntervalMethod::Tasks { .. } => "over tasks",
            IntervalMethod::Calls => "over calls, taken as independent",
            IntervalMethod::TooFewTasks => "none, fewer than eight tasks",
        },
    }
}

fn series(one: &Series) -> SeriesJson {
    SeriesJson {
        label: one.label.clone(),
        role: one.role.name(),
        name: one.name.clone(),
        domain: one.domain.clone(),
        errors: one.errors,
        untimed: one.untimed,
        duration: summary(&one.summary),
        limit_ms: one.limit_ms,
        share_under_limit: one.below.map(|share| share.share),
        share_under_limit_interval: ends(one.below.and_then(|share| share.interval)),
        prefill: one.phases.as_ref().map(|phases| summary(&phases.prefill)),
        decode: one.phases.as_ref().map(|phases| summary(&phases.decode)),
        tokens: one.tokens.as_ref().map(tokens),
    }
}

fn tokens(one: &TokenFigures) -> TokensJson {
    let speed = |speed: &Speed| SpeedJson {
        calls: speed.calls,
        tokens_per_s: speed.tokens_per_s,
        interval: ends(speed.interval),
        median_of_calls: speed.median_of_calls,
    };
    let per_token = |one: &TimePerToken| TimePerTokenJson {
        calls: one.calls,
        token_weighted_ms: one.token_weighted_ms,
        mean_ms: one.mean_ms,
        median_ms: one.median_ms,
        p99_ms: one.p99_ms,
    };
    TokensJson {
        input: one.tokens_in.1,
        input_calls: one.tokens_in.0,
        output: one.tokens_out.1,
        output_calls: one.tokens_out.0,
        end_to_end: one.end_to_end.as_ref().map(speed),
        decode: one.decode.as_ref().map(speed),
        time_per_token: one.time_per_token.as_ref().map(per_token),
        time_per_token_end_to_end: one.time_per_token_end_to_end.as_ref().map(per_token),
        parts: one.parts.as_ref().map(|parts| PartsJson {
            calls: parts.calls,
            mean_duration_ms: parts.mean_duration_ms,
            mean_prefill_ms: parts.mean_prefill_ms,
            mean_decode_ms: parts.mean_decode_ms,
            mean_unattributed_ms: parts.mean_unattributed_ms,
            median_unattributed_ms: parts.median_unattributed_ms,
            contradictions: parts.contradictions,
        }),
    }
}

fn run(one: &RunFigures) -> RunJson {
    RunJson {
        log: one.path.clone(),
        domain: one.domain.clone(),
        begin: calendar::text(one.begin_ms),
        span_s: one.load.span_ms / 1000.0,
        model_calls: one.load.calls,
        errors: one.errors,
        calls_per_min: one.load.calls_per_min,
        steps_per_min: one.steps_per_min,
        tasks_completed: one.tasks_completed,
        tasks_per_min: one.tasks_per_min,
        mean_concurrency: one.load.mean_concurrency,
        peak_concurrency: one.load.peak_concurrency,
        tokens_out_per_s: one.load.tokens_per_s,
    }
}

fn server(one: &ServerFigures) -> ServerJson {
    let quantities = ServerFigures::QUANTITIES.map(|(name, quantity)| (name, one.mean_and_peak(quantity)));
    ServerJson {
        log: one.path.clone(),
        serves: one.server.map(|server| match server {
            Server::User => "user",
            Server::Assistant => "assistant",
        }),
        job: one.job_id.clone(),
        node: one.node.clone(),
        model: one.model.clone(),
        version: one.version.clone(),
        status_lines: one.status.len(),
        mean: quantities.iter().map(|(name, found)| (*name, found.map(|(mean, _)| mean))).collect(),
        peak: quantities.iter().map(|(name, found)| (*name, found.map(|(_, peak)| peak))).collect(),
        errors: one.errors.iter().map(|group| group.count).sum(),
    }
}

fn time(scene: &Scene<'_>, row: &TimeRow) -> TimeJson {
    TimeJson {
        cell: scene.names[row.cell].id.clone(),
        solved: row.solved,
        episodes: row.episodes,
        span_s: row.span_s,
        span_p50_s: row.span_p50_s,
        span_p90_s: row.span_p90_s,
        parts_s: Component::ALL.iter().map(|one| one.name()).zip(row.parts_s).collect(),
        unexplained_s: row.unexplained_s,
        overlap_s: row.overlap_s,
    }
}

fn logs(scene: &Scene<'_>) -> Vec<LogJson> {
    let log = |log: &crate::records::log::LogInput| {
        let check = log.profile.as_ref().map(|log| &log.check);
        LogJson {
            path: log.source.path.clone(),
            lines: check.map(|check| check.lines),
            records: check.map(|check| check.records),
            understood: check.map(|check| check.understood),
            copies_dropped: log.copies,
        }
    };
    scene.sweep.logs.iter().map(log).collect()
}
