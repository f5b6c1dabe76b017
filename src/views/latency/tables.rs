//! Tables of calls by role, model and tool: times, phases, tokens.

use super::{
    super::{
        fmt::{self, cell, column},
        scene::Scene,
        summary::bounds,
        table::{Cell, Column, Table},
    },
    domain_name, limit,
};
use crate::{
    analysis::latency::{Latency, Series},
    metrics::{
        latency::{IntervalMethod, QuantileKind, Summary},
        quantile::quantile_type7,
        tokens::Speed,
    },
    records::log::Role,
};

fn percent_name(level: f64) -> String {
    let percent = (level * 1e6).round() / 1e4;
    format!("{percent}")
}

fn has_interval(level: f64) -> bool {
    [0.5, 0.9, 0.95, 0.99].iter().any(|known| (level - known).abs() < 1e-9)
}

/// Percentiles shown in the terminal; the report has all.
fn is_headline(level: f64) -> bool {
    [0.5, 0.95, 0.99].iter().any(|known| (level - known).abs() < 1e-9)
}

/// Returns the columns of percentiles; those with an interval have its ends behind them, for programs.
pub(in crate::views) fn percentile_columns(levels: &[f64]) -> Vec<Column> {
    let mut columns = Vec::new();
    for level in levels {
        let name = percent_name(*level);
        let shown = column::number(&format!("p{name}_ms"), &format!("P{name}"));
        columns.push(if is_headline(*level) { shown } else { column::wide(shown) });
        if has_interval(*level) {
            columns.push(column::wide(column::number(&format!("p{name}_ms_lo"), "")));
            columns.push(column::wide(column::number(&format!("p{name}_ms_hi"), "")));
        }
    }
    columns
}

/// Returns the cells of [`percentile_columns`].
pub(in crate::views) fn percentile_cells(summary: &Summary) -> Vec<Cell> {
    let mut cells = Vec::new();
    for percentile in &summary.percentiles {
        cells.push(cell::millis(percentile.value_ms));
        if has_interval(percentile.level) {
            cells.push(cell::millis(percentile.interval_ms.map(|interval| interval.lo)));
            cells.push(cell::millis(percentile.interval_ms.map(|interval| interval.hi)));
        }
    }
    cells
}

fn time_columns(latency: &Latency) -> Vec<Column> {
    let mut columns = vec![
        column::number("calls", "calls"),
        column::number("errors", "errors"),
        column::number("unusable", "no time"),
        column::number("mean_ms", "mean"),
        column::wide(column::number("min_ms", "min")),
    ];
    columns.extend(percentile_columns(&latency.options.levels));
    let [lo, hi] = column::interval("under_limit", "interval");
    columns.extend([
        column::number("max_ms", "max"),
        column::wide(column::number("limit_ms", "")),
        column::number("under_limit", "under limit"),
        lo,
        hi,
    ]);
    columns
}

fn time_cells(one: &Series) -> Vec<Cell> {
    let mut cells = vec![
        cell::count(Some(one.calls as u64)),
        cell::count(Some(one.errors as u64)),
        cell::count(Some((one.untimed + one.summary.invalid) as u64)),
        cell::millis(one.summary.mean_ms),
        cell::millis(one.summary.min_ms),
    ];
    cells.extend(percentile_cells(&one.summary));
    let [lo, hi] = cell::interval(bounds(one.below.and_then(|share| share.interval)));
    cells.extend([
        cell::millis(one.summary.max_ms),
        cell::millis(Some(one.limit_ms)),
        cell::rate(one.below.map(|share| share.share)),
        lo,
        hi,
    ]);
    cells
}

/// Says how percentiles are read off.
pub(in crate::views) fn quantile_words(kind: QuantileKind) -> &'static str {
    match kind {
        QuantileKind::Linear => "linear between order statistics (type 7, as numpy)",
        QuantileKind::NearestRank => "nearest rank (type 1), always an observed value",
    }
}

fn notes(scene: &Scene<'_>, latency: &Latency) -> Vec<String> {
    let options = &latency.options;
    let mut limits: Vec<String> =
        options.limits_ms.iter().map(|(role, ms)| format!("{} {}", role.name(), limit(*ms))).collect();
    let others = limit(options.limit_ms);
    limits.push(if limits.is_empty() { others } else { format!("others {others}") });
    let by_task = latency.series.iter().any(|one| matches!(one.summary.method, IntervalMethod::Tasks { .. }));
    let unit = if by_task {
        "over tasks where tasks are known, else over independent calls; those of percentiles need at least 8 tasks, 25 for P90, 50 for P95, \
         250 for P99"
    } else {
        "over calls taken as independent: calls of one task are alike, so the intervals are too short"
    };
    vec![format!(
        "Calls that ended in an error are counted apart and in no time; no time: without a duration, or with a negative one. Percentiles: {}; a P99 needs 100 calls. Under limit: strictly \
         quicker than {}. Intervals ({}, in the CSV also of P50, P90, P95, P99) are {unit}.",
        quantile_words(options.kind),
        limits.join(", "),
        scene.level(),
    )]
}

fn series_table(scene: &Scene<'_>, latency: &Latency, id: &str, title: &str, tools: bool) -> Option<Table> {
    let is_tool = |one: &&Series| (one.role == Role::Tool) == tools;
    let mut columns = vec![column::text("label", "label"), column::text("domain", "domain")];
    if tools {
        columns.push(column::text("tool", "tool"));
    } else {
        columns.extend([column::text("role", "role"), column::text("model", "model")]);
    }
    columns.extend(time_columns(latency));
    let mut rows = Vec::new();
    let several = latency.pooled != latency.series;
    let pooled = latency.pooled.iter().filter(|_| several && !tools).map(|one| (one, "all".to_owned()));
    for (one, domain) in latency.series.iter().map(|one| (one, domain_name(one.domain.as_ref()))).chain(pooled) {
        if !is_tool(&one) {
            continue;
        }
        let mut row = vec![label(one), cell::text(domain)];
        if !tools {
            row.push(cell::text(one.role.name()));
        }
        row.push(cell::text(one.name.clone()));
        row.extend(time_cells(one));
        rows.push(row);
    }
    (!rows.is_empty()).then(|| {
        let table = Table { id: id.to_owned(), title: title.to_owned(), columns, rows, notes: notes(scene, latency) };
        table.without_idle(&["label", "errors", "unusable"])
    })
}

/// The user's label of a series.
fn label(one: &Series) -> Cell {
    one.label.clone().map_or_else(cell::empty, cell::text)
}

/// Calls by role, model and domain; steps among them.
pub(super) fn calls(scene: &Scene<'_>, latency: &Latency) -> Option<Table> {
    series_table(scene, latency, "latency_calls", "Latency by role and model", false)
}

/// Calls of local tools.
pub(super) fn tools(scene: &Scene<'_>, latency: &Latency) -> Option<Table> {
    series_table(scene, latency, "latency_tools", "Latency of local tools", true)
}

/// Prefill, decode and what is neither.
pub(super) fn phases(latency: &Latency) -> Option<Table> {
    let mut columns = vec![
        column::text("label", "label"),
        column::text("domain", "domain"),
        column::text("role", "role"),
        column::text("model", "model"),
    ];
    for (key, name) in [("prefill", "prefill"), ("decode", "decode")] {
        columns.push(column::number(&format!("{key}_calls"), &format!("{name} known")));
        columns.push(column::number(&format!("{key}_mean_ms"), "mean"));
        for p in ["50", "90", "95"] {
            columns.push(column::number(&format!("{key}_p{p}_ms"), &format!("P{p}")));
        }
    }
    columns.extend([
        column::number("whole_calls", "all three known"),
        column::number("unattributed_mean_ms", "unattributed mean"),
        column::number("unattributed_median_ms", "median"),
        column::number("contradictions", "contradict"),
    ]);
    let with = latency.series.iter().filter_map(|one| Some((one, one.phases.as_ref()?)));
    let rows: Vec<Vec<Cell>> = with
        .map(|(one, phases)| {
            let mut row = vec![
                label(one),
                cell::text(domain_name(one.domain.as_ref())),
                cell::text(one.role.name()),
                cell::text(one.name.clone()),
            ];
            for (summary, sorted) in [(&phases.prefill, &phases.prefill_sorted_ms), (&phases.decode, &phases.decode_sorted_ms)]
            {
                row.extend([cell::count(Some(summary.n as u64)), cell::millis(summary.mean_ms)]);
                row.extend([0.5, 0.9, 0.95].map(|level| cell::millis(quantile_type7(sorted, level))));
            }
            let parts = one.tokens.as_ref().and_then(|tokens| tokens.parts.as_ref());
            row.extend([
                cell::count(Some(parts.map_or(0, |parts| parts.calls as u64))),
                cell::millis(parts.map(|parts| parts.mean_unattributed_ms)),
                cell::millis(parts.map(|parts| parts.median_unattributed_ms)),
                cell::count(Some(parts.map_or(0, |parts| parts.contradictions as u64))),
            ]);
            row
        })
        .collect();
    let notes = vec![
        "Prefill is the time to the first token where the server measured queue and prefill together, else prefill alone. Unattributed: \
         duration − prefill − decode over the calls that carry all three: queueing, network, client. Contradict: prefill and decode exceed \
         the duration by more than 1 ms."
            .to_owned(),
    ];
    let title = "Prefill and decode".to_owned();
    (!rows.is_empty()).then(|| {
        Table { id: "latency_phases".to_owned(), title, columns, rows, notes }.without_idle(&["label", "contradictions"])
    })
}

/// Tokens, speeds and time per token.
pub(super) fn tokens(scene: &Scene<'_>, latency: &Latency) -> Option<Table> {
    let [e2e_lo, e2e_hi] = column::interval("e2e_tokens_per_s", &format!("{} interval", scene.level()));
    let columns = vec![
        column::text("label", "label"),
        column::text("domain", "domain"),
        column::text("role", "role"),
        column::text("model", "model"),
        column::number("tokens_in", "tokens in"),
        column::number("tokens_in_per_call", "per call"),
        column::number("tokens_out", "tokens out"),
        column::number("tokens_out_per_call", "per call"),
        column::number("e2e_tokens_per_s", "end to end tok/s"),
        e2e_lo,
        e2e_hi,
        column::number("decode_tokens_per_s", "decode tok/s"),
        column::number("typical_tokens_per_s", "typical call"),
        column::number("tpot_ms", "TPOT"),
        column::number("tpot_p50_ms", "P50"),
        column::number("tpot_p99_ms", "P99"),
        column::number("tpot_e2e_ms", "TPOT end to end"),
    ];
    let with = latency.series.iter().filter_map(|one| Some((one, one.tokens.as_ref()?)));
    let rows: Vec<Vec<Cell>> = with
        .map(|(one, tokens)| {
            let per_call = |(calls, sum): (usize, u64)| (calls > 0).then(|| sum as f64 / calls as f64);
            let sum = |(calls, sum): (usize, u64)| (calls > 0).then_some(sum);
            let speed = |speed: Option<&Speed>| cell::mean(speed.map(|speed| speed.tokens_per_s), 1);
            let interval = bounds(tokens.end_to_end.as_ref().and_then(|speed| speed.interval));
            let [mut lo, hi] = cell::interval(interval);
            lo.text = interval
                .map_or_else(String::new, |(lo, hi)| format!("[{}, {}]", fmt::decimal(Some(lo), 1), fmt::decimal(Some(hi), 1)));
            let tpot = tokens.time_per_token.as_ref();
            let e2e = tokens.time_per_token_end_to_end.as_ref();
            vec![
                label(one),
                cell::text(domain_name(one.domain.as_ref())),
                cell::text(one.role.name()),
                cell::text(one.name.clone()),
                cell::count(sum(tokens.tokens_in)),
                cell::mean(per_call(tokens.tokens_in), 0),
                cell::count(sum(tokens.tokens_out)),
                cell::mean(per_call(tokens.tokens_out), 0),
                speed(tokens.end_to_end.as_ref()),
                lo,
                hi,
                speed(tokens.decode.as_ref()),
                cell::mean(tokens.end_to_end.as_ref().map(|speed| speed.median_of_calls), 1),
                cell::millis(tpot.map(|tpot| tpot.token_weighted_ms)),
                cell::millis(tpot.map(|tpot| tpot.median_ms)),
                cell::millis(tpot.and_then(|tpot| tpot.p99_ms)),
                cell::millis(e2e.map(|tpot| tpot.token_weighted_ms)),
            ]
        })
        .collect();
    let notes = vec![
        "Speeds are ratios of sums: output tokens over durations (end to end) and over decode times; the typical call is the median over \
         calls. TPOT: decode time per output token after the first, token-weighted; end to end: (duration − prefill) instead."
            .to_owned(),
    ];
    let title = "Tokens and speed".to_owned();
    (!rows.is_empty()).then(|| Table { id: "latency_tokens".to_owned(), title, columns, rows, notes }.without_idle(&["label"]))
}
