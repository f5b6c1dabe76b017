//! Figures of latency.

use super::{
    super::{
        chart::{
            Chart, ChartMeta, Ecdf, EcdfSeries, HistogramPanel, LogHistogram, SpanRow, Spans, StackedTime, StackedTimeRow,
            Timeline, TimelinePanel, TimelineSeries, TimelineStyle, TimelineUnit,
        },
        fmt,
        scene::{Scene, plural},
    },
    domain_name, millis,
};
use crate::{
    analysis::latency::{Latency, RunFigures, Series, ServerFigures, StatusRow},
    metrics::latency::QuantileKind,
    records::log::{Role, calendar},
};

/// Fewest calls of a component with a curve or a histogram of its own.
const FEWEST_CALLS: usize = 5;
/// Most logs drawn over time.
const MOST_RUNS: usize = 6;
/// Most rows of the chart of tools in one domain.
const MOST_TOOLS: usize = 25;
/// Most points of a server's line.
const MOST_POINTS: usize = 600;

/// Returns all figures that there is data for.
pub(super) fn all(scene: &Scene<'_>, latency: &Latency) -> Vec<Chart> {
    let mut charts = Vec::new();
    charts.extend(ecdf(scene, latency).map(Chart::Ecdf));
    charts.extend(spans(scene, latency, false).map(Chart::Spans));
    charts.extend(histogram(scene, latency).map(Chart::LogHistogram));
    charts.extend(phases(scene, latency).map(Chart::StackedTime));
    charts.extend(spans(scene, latency, true).map(Chart::Spans));
    charts.extend(busiest(latency).into_iter().enumerate().map(|(at, run)| Chart::Timeline(over_time(scene, at, run))));
    charts.extend(
        latency.servers.iter().take(MOST_RUNS).enumerate().filter_map(|(at, one)| server(scene, at, one).map(Chart::Timeline)),
    );
    charts
}

/// Returns the logs with the most calls, in order of path.
fn busiest(latency: &Latency) -> Vec<&RunFigures> {
    let mut order: Vec<usize> = (0..latency.runs.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(latency.runs[*at].load.calls));
    order.truncate(MOST_RUNS);
    order.sort_unstable();
    order.into_iter().map(|at| &latency.runs[at]).collect()
}

/// Joins bins in pairs where they are half as wide as those of the other panels, so that all panels can be compared.
fn coarse(one: &Series, per_decade: u8) -> (Vec<f64>, Vec<u64>) {
    let found = &one.histogram;
    if found.per_decade == per_decade {
        return (found.edges.clone(), found.counts.clone());
    }
    // Edges are 10^(i/10): those with an even i are edges of the wider bins.
    let is_wide = |edge: f64| (edge.log10() * 5.0 - (edge.log10() * 5.0).round()).abs() < 1e-6;
    let (mut edges, mut counts): (Vec<f64>, Vec<u64>) = (Vec::new(), Vec::new());
    for (pair, count) in found.edges.windows(2).zip(&found.counts) {
        if is_wide(pair[0]) || edges.is_empty() {
            edges.push(if is_wide(pair[0]) { pair[0] } else { pair[0] / 10_f64.powf(0.1) });
            counts.push(0);
        }
        if let Some(last) = counts.last_mut() {
            *last += count;
        }
    }
    if let Some(last) = found.edges.last() {
        edges.push(if is_wide(*last) { *last } else { last * 10_f64.powf(0.1) });
    }
    (edges, counts)
}

fn is_model(one: &Series) -> bool {
    !matches!(one.role, Role::Tool | Role::Step | Role::Other)
}

fn label(one: &Series) -> String {
    let label = one.label.as_ref().map_or_else(String::new, |label| format!("{label}: "));
    format!("{label}{} · {}", one.role.name(), one.name)
}

fn quantile(one: &Series, level: f64) -> f64 {
    crate::metrics::quantile::quantile_type7(&one.sorted_ms, level).unwrap_or(f64::NAN)
}

/// A percentile as it may be shown: P99 from 100 calls on.
fn shown(one: &Series, level: f64) -> Option<f64> {
    (one.calls >= 100 || level < 0.99).then(|| quantile(one, level)).filter(|ms| ms.is_finite())
}

/// The limit of all drawn series, if they share one.
fn common_limit<'a>(series: impl Iterator<Item = &'a Series>) -> Option<f64> {
    let mut limits = series.map(|one| one.limit_ms);
    let first = limits.next()?;
    limits.all(|limit| (limit - first).abs() < 1e-9).then_some(first)
}

fn footer(scene: &Scene<'_>, latency: &Latency, words: &str) -> String {
    let kind = match latency.options.kind {
        QuantileKind::Linear => "type 7",
        QuantileKind::NearestRank => "type 7 in charts",
    };
    let limits = if latency.options.limits_ms.is_empty() { "" } else { " Limits differ by role and are in the table." };
    format!("{words}{limits} Percentiles: {kind}. Calls in error are left out. taureport {}", scene.version)
}

fn ecdf(scene: &Scene<'_>, latency: &Latency) -> Option<Ecdf> {
    let drawn: Vec<&Series> =
        latency.pooled.iter().filter(|one| is_model(one)).filter(|one| one.calls >= FEWEST_CALLS).collect();
    let calls: usize = drawn.iter().map(|one| one.calls).sum();
    (!drawn.is_empty()).then(|| Ecdf {
        meta: ChartMeta {
            id: "latency_ecdf".to_owned(),
            title: "How long calls of each model take".to_owned(),
            subtitle: format!(
                "Share of calls at or below a duration; {}, all of them on the axis",
                plural(calls as u64, "call")
            ),
            footer: footer(scene, latency, "Marks: P50, P90 and, from 100 calls on, P99."),
            alt: format!("Empirical distribution of call durations of {}", plural(drawn.len() as u64, "component")),
        },
        axis: "duration of a call".to_owned(),
        sla_ms: common_limit(drawn.iter().copied()),
        series: drawn
            .iter()
            .map(|one| EcdfSeries {
                label: label(one),
                points: one.ecdf.clone(),
                p50_ms: shown(one, 0.5),
                p90_ms: shown(one, 0.9),
                p99_ms: shown(one, 0.99),
                n: one.calls as u64,
            })
            .collect(),
    })
}

fn spans(scene: &Scene<'_>, latency: &Latency, tools: bool) -> Option<Spans> {
    let drawn: Vec<&Series> = latency.series.iter().filter(|one| one.calls > 0 && (one.role == Role::Tool) == tools).collect();
    let mut groups: Vec<(String, Vec<&Series>)> = Vec::new();
    for one in &drawn {
        let domain = domain_name(one.domain.as_ref());
        match groups.iter_mut().find(|(found, _)| *found == domain) {
            Some((_, rows)) => rows.push(one),
            None => groups.push((domain, vec![one])),
        }
    }
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    let mut left_out = 0;
    for (_, rows) in &mut groups {
        rows.sort_by(|a, b| quantile(b, 0.5).total_cmp(&quantile(a, 0.5)));
        if tools && rows.len() > MOST_TOOLS {
            left_out += rows.len() - MOST_TOOLS;
            rows.truncate(MOST_TOOLS);
        }
    }
    let omitted = if left_out > 0 {
        format!(" {} quicker than these are in the table.", plural(left_out as u64, "tool"))
    } else {
        String::new()
    };
    let what = if tools { "local tools" } else { "roles and models" };
    (!drawn.is_empty()).then(|| Spans {
        meta: ChartMeta {
            id: if tools { "latency_tools" } else { "latency_calls" }.to_owned(),
            title: format!("Spread of the durations of {what}"),
            subtitle: "Thin: P10 to P90, thick: P25 to P75, dot: median, tick: P99, cross: longest".to_owned(),
            footer: footer(scene, latency, &format!("P99 from 100 calls on.{omitted}")),
            alt: format!("Interval plot of call durations of {what}"),
        },
        axis: "duration of a call".to_owned(),
        text_heading: "median, longest, calls".to_owned(),
        unit: "call".to_owned(),
        sla_ms: common_limit(drawn.iter().copied()).filter(|_| !tools),
        groups: groups
            .into_iter()
            .map(|(domain, rows)| (domain, rows.into_iter().map(|one| span_row(one, tools)).collect()))
            .collect(),
    })
}

fn span_row(one: &Series, tools: bool) -> SpanRow {
    SpanRow {
        label: if tools { one.name.clone() } else { label(one) },
        sub: None,
        p10_ms: quantile(one, 0.1),
        p25_ms: quantile(one, 0.25),
        p50_ms: quantile(one, 0.5),
        p75_ms: quantile(one, 0.75),
        p90_ms: quantile(one, 0.9),
        p99_ms: shown(one, 0.99),
        max_ms: one.summary.max_ms.unwrap_or(f64::NAN),
        n: one.calls as u64,
        text: format!(
            "{}  {}  {}",
            millis(Some(quantile(one, 0.5))),
            millis(one.summary.max_ms),
            fmt::count(Some(one.calls as u64))
        ),
    }
}

fn histogram(scene: &Scene<'_>, latency: &Latency) -> Option<LogHistogram> {
    let drawn: Vec<&Series> =
        latency.pooled.iter().filter(|one| is_model(one)).filter(|one| one.calls >= 4 * FEWEST_CALLS).collect();
    let per_decade = drawn.iter().map(|one| one.histogram.per_decade).min().unwrap_or(5);
    (!drawn.is_empty()).then(|| LogHistogram {
        meta: ChartMeta {
            id: "latency_histogram".to_owned(),
            title: "Where the calls of each model lie".to_owned(),
            subtitle: "Share of calls in logarithmic bins; nothing is cut off".to_owned(),
            footer: footer(scene, latency, "Components with fewer than 20 calls are not shown."),
            alt: "Histograms of call durations in logarithmic bins".to_owned(),
        },
        axis: "duration of a call".to_owned(),
        sla_ms: common_limit(drawn.iter().copied()),
        panels: drawn
            .iter()
            .map(|one| {
                let (edges_ms, counts) = coarse(one, per_decade);
                HistogramPanel {
                    label: label(one),
                    n: one.calls as u64,
                    edges_ms,
                    counts,
                    too_small: one.histogram.too_small,
                    p50_ms: shown(one, 0.5),
                    p99_ms: shown(one, 0.99),
                }
            })
            .collect(),
    })
}

fn phases(scene: &Scene<'_>, latency: &Latency) -> Option<StackedTime> {
    let mut groups: Vec<(String, Vec<StackedTimeRow>)> = Vec::new();
    for one in &latency.series {
        let Some(parts) = one.tokens.as_ref().and_then(|tokens| tokens.parts.as_ref()) else { continue };
        let row = StackedTimeRow {
            label: label(one),
            sub: None,
            parts_ms: vec![parts.mean_prefill_ms, parts.mean_decode_ms, parts.mean_unattributed_ms],
            text: format!(
                "{}  {} of {} calls",
                millis(Some(parts.mean_duration_ms)),
                fmt::count(Some(parts.calls as u64)),
                fmt::count(Some(one.calls as u64))
            ),
        };
        let domain = domain_name(one.domain.as_ref());
        match groups.iter_mut().find(|(found, _)| *found == domain) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((domain, vec![row])),
        }
    }
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    (!groups.is_empty()).then(|| StackedTime {
        meta: ChartMeta {
            id: "latency_phases".to_owned(),
            title: "What a call of a model is made of".to_owned(),
            subtitle: "Mean over the calls that record duration, prefill and decode".to_owned(),
            footer: format!(
                "Unattributed: queueing, network, client. Means add up, percentiles do not. taureport {}",
                scene.version
            ),
            alt: "Stacked bars of mean prefill, decode and unattributed time".to_owned(),
        },
        axis: "mean duration of a call".to_owned(),
        text_heading: "mean, calls".to_owned(),
        categories: vec!["prefill".to_owned(), "decode".to_owned(), "unattributed".to_owned()],
        groups,
    })
}

fn over_time(scene: &Scene<'_>, at: usize, run: &RunFigures) -> Timeline {
    let points = |value: &dyn Fn(&crate::metrics::timeline::Bin) -> Option<f64>| -> Vec<(f64, f64)> {
        let first = run.bins.first().map_or(0.0, |bin| bin.start_ms);
        run.bins.iter().map(|bin| ((bin.start_ms - first) / 60_000.0, value(bin).unwrap_or(f64::NAN))).collect()
    };
    let series =
        |label: &str, style: TimelineStyle, points: Vec<(f64, f64)>| TimelineSeries { label: label.to_owned(), style, points };
    let domain = run.domain.as_ref().map_or_else(String::new, |domain| format!(" in {domain}"));
    Timeline {
        meta: ChartMeta {
            id: format!("latency_over_time_{}", at + 1),
            title: format!("Calls of models over time{domain}"),
            subtitle: format!("{} from {}", plural(run.load.calls as u64, "call"), calendar::text(run.begin_ms)),
            footer: format!(
                "{}. Latency of the calls that began in each stretch of time. taureport {}",
                run.path, scene.version
            ),
            alt: format!("Concurrency, calls and latency over time{domain}"),
        },
        axis: "time since the first call".to_owned(),
        panels: vec![
            TimelinePanel {
                axis: "calls running".to_owned(),
                unit: TimelineUnit::Number,
                series: vec![
                    series("mean", TimelineStyle::Step, points(&|bin| Some(bin.mean_concurrency))),
                    series("peak", TimelineStyle::Step, points(&|bin| Some(bin.peak_concurrency as f64))),
                ],
            },
            TimelinePanel {
                axis: "calls begun".to_owned(),
                unit: TimelineUnit::Number,
                series: vec![series("calls", TimelineStyle::Step, points(&|bin| Some(bin.started as f64)))],
            },
            TimelinePanel {
                axis: "duration".to_owned(),
                unit: TimelineUnit::LogMilliseconds,
                series: vec![
                    series("median", TimelineStyle::Line, points(&|bin| bin.quantiles_ms.first().copied().flatten())),
                    series("P90", TimelineStyle::Line, points(&|bin| bin.quantiles_ms.get(1).copied().flatten())),
                    series("longest", TimelineStyle::Dots, points(&|bin| bin.max_ms)),
                ],
            },
        ],
    }
}

fn server(scene: &Scene<'_>, at: usize, one: &ServerFigures) -> Option<Timeline> {
    if one.status.len() < 2 {
        return None;
    }
    let every = one.status.len().div_ceil(MOST_POINTS);
    let line = |label: &str, quantity: fn(&StatusRow) -> Option<f64>| {
        // Long logs are thinned to means of neighbouring lines: thousands of points would become a filled band.
        let points: Vec<(f64, f64)> = one
            .status
            .chunks(every)
            .filter_map(|chunk| {
                let known: Vec<f64> = chunk.iter().filter_map(quantity).collect();
                let mean = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)?;
                Some((chunk.first()?.minutes, mean))
            })
            .collect();
        TimelineSeries { label: label.to_owned(), style: TimelineStyle::Line, points }
    };
    let panel = |axis: &str, unit: TimelineUnit, series: Vec<TimelineSeries>| {
        let series: Vec<TimelineSeries> = series.into_iter().filter(|one| !one.points.is_empty()).collect();
        (!series.is_empty()).then(|| TimelinePanel { axis: axis.to_owned(), unit, series })
    };
    let panels = [
        panel(
            "tokens a second",
            TimelineUnit::Number,
            vec![line("prompt", |row| row.prompt_tokens_per_s), line("generated", |row| row.generation_tokens_per_s)],
        ),
        panel("requests", TimelineUnit::Number, vec![line("running", |row| row.running), line("waiting", |row| row.waiting)]),
        panel(
            "share",
            TimelineUnit::Share,
            vec![line("KV cache in use", |row| row.kv_cache), line("prefix cache hits", |row| row.prefix_hits)],
        ),
    ];
    let name = one.model.clone().unwrap_or_else(|| one.path.clone());
    let thinned = if every > 1 { format!(" Each point is the mean of {every} status lines.") } else { String::new() };
    Some(Timeline {
        meta: ChartMeta {
            id: format!("latency_server_{}", at + 1),
            title: format!("Load of the vLLM server of {name}"),
            subtitle: plural(one.status.len() as u64, "status line"),
            footer: format!("{}.{thinned} taureport {}", one.path, scene.version),
            alt: format!("Throughput, requests and cache of the vLLM server of {name}"),
        },
        axis: "time since the first status line".to_owned(),
        panels: panels.into_iter().flatten().collect(),
    })
}
