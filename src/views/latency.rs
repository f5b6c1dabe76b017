//! Latency and where the time goes: what the logs beside the results say.

mod charts;
pub mod legacy;
mod logs;
mod runs;
mod servers;
pub(super) mod tables;
mod time;

use super::{
    chart::Chart,
    document::{Block, Section},
    fmt,
    scene::{Scene, plural},
    table::Table,
};
use crate::{
    analysis::latency::{Attachment, Latency, Series},
    metrics::latency::QuantileKind,
    records::log::Role,
    redact::shown,
    words::verb,
};

/// Returns the two sections with their tables and charts; none where no log was read.
pub(super) fn sections(scene: &Scene<'_>) -> Vec<(Section, Vec<Table>, Vec<Chart>)> {
    let Some(latency) = scene.latency else { return untimed(scene).into_iter().collect() };
    let mut sections = vec![calls(scene, latency)];
    sections.extend(time::section(scene, latency));
    sections
}

/// What logs without a timed call say: the console output of τ-bench runs, which times nothing.
fn untimed(scene: &Scene<'_>) -> Option<(Section, Vec<Table>, Vec<Chart>)> {
    let console = logs::console(scene);
    let folded: Vec<Table> = [logs::files(scene), logs::fields(scene)].into_iter().flatten().collect();
    let mut blocks = vec![Block::Text("These logs time no call.".to_owned())];
    blocks.extend(console.iter().map(|table| Block::Table(table.id.clone())));
    blocks.extend(folded.iter().map(|table| Block::FoldedTable(table.id.clone())));
    let tables: Vec<Table> = console.into_iter().chain(folded).collect();
    let section = Section { id: "logs".to_owned(), heading: "Logs".to_owned(), blocks };
    (!tables.is_empty()).then_some((section, tables, Vec::new()))
}

fn calls(scene: &Scene<'_>, latency: &Latency) -> (Section, Vec<Table>, Vec<Chart>) {
    let charts = charts::all(scene, latency);
    let mut blocks = vec![Block::Points(findings(latency, !scene.names.is_empty()))];
    let mut tables = Vec::new();
    let mut table = |table: Option<Table>, folded: bool, blocks: &mut Vec<Block>| {
        if let Some(table) = table {
            let block = if folded { Block::FoldedTable } else { Block::Table };
            blocks.push(block(table.id.clone()));
            tables.push(table);
        }
    };
    let chart = |id: &str, blocks: &mut Vec<Block>| {
        let found = charts.iter().map(|chart| chart.meta().id.clone()).filter(|found| found.starts_with(id));
        blocks.extend(found.map(Block::Chart));
    };
    chart("latency_ecdf", &mut blocks);
    table(tables::calls(scene, latency), false, &mut blocks);
    chart("latency_calls", &mut blocks);
    chart("latency_histogram", &mut blocks);
    chart("latency_phases", &mut blocks);
    table(tables::phases(latency), false, &mut blocks);
    table(tables::tokens(scene, latency), false, &mut blocks);
    chart("latency_tools", &mut blocks);
    table(tables::tools(scene, latency), false, &mut blocks);
    table(runs::runs(latency), false, &mut blocks);
    chart("latency_over_time", &mut blocks);
    table(servers::servers(latency), false, &mut blocks);
    chart("latency_server", &mut blocks);
    table(servers::errors(latency), true, &mut blocks);
    table(runs::slowest(latency), true, &mut blocks);
    table(runs::histogram(latency), true, &mut blocks);
    table(logs::console(scene), false, &mut blocks);
    table(logs::files(scene), true, &mut blocks);
    table(logs::fields(scene), true, &mut blocks);
    (Section { id: "latency".to_owned(), heading: "Latency".to_owned(), blocks }, tables, charts)
}

/// What a reader should know first.
pub fn findings(latency: &Latency, has_results: bool) -> Vec<String> {
    let mut found: Vec<String> = latency
        .pooled
        .iter()
        .filter(|one| !matches!(one.role, Role::Tool | Role::Step | Role::Other) && one.calls > 0)
        .map(finding)
        .collect();
    if has_results && latency.joined.attachment.calls > 0 {
        found.push(attached(latency.joined.attachment));
    }
    if found.is_empty() {
        found.push("No call of a language model is on record.".to_owned());
    }
    found
}

/// How many calls were attached to episodes, and why the others were not.
pub(super) fn attached(attachment: Attachment) -> String {
    let Attachment { calls, by_time, by_task, ambiguous, without_task } = attachment;
    let attached = by_time + by_task;
    let mut text = format!(
        "{} of {} ({}) {} attached to episodes",
        fmt::count(Some(attached)),
        plural(calls, "call"),
        fmt::rate(Some(attached as f64 / calls.max(1) as f64)),
        verb(attached, "was", "were"),
    );
    let rest = [
        (ambiguous, "fit several episodes"),
        (calls - attached - ambiguous, "fit none (by task, domain, label, agent model and time)"),
        (without_task, verb(without_task, "more names no task", "more name no task")),
    ];
    let rest: Vec<String> = rest
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| format!("{} {why}", fmt::count(Some(count))))
        .collect();
    if !rest.is_empty() {
        text.push_str(&format!(": {}", rest.join(", ")));
    }
    text + "."
}

fn finding(one: &Series) -> String {
    let at = |level: f64| {
        let all = one.summary.percentiles.iter();
        all.filter(|one| (one.level - level).abs() < 1e-9).find_map(|one| one.value_ms)
    };
    let percentile = |name: &str, level: f64| at(level).map(|ms| format!("{name} {}", millis(Some(ms))));
    let mut percentiles: Vec<String> =
        [("P50", 0.5), ("P95", 0.95), ("P99", 0.99)].into_iter().filter_map(|(name, level)| percentile(name, level)).collect();
    percentiles.push(format!("longest {}", millis(one.summary.max_ms)));
    let below =
        one.below.map_or_else(String::new, |share| format!("; {} under {}", fmt::rate(Some(share.share)), limit(one.limit_ms)));
    let label = one.label.as_ref().map_or_else(String::new, |label| format!("{label}: "));
    let errors =
        if one.errors > 0 { format!(", {} more in error", fmt::count(Some(one.errors as u64))) } else { String::new() };
    format!(
        "{label}{} {}: {}{errors}; {}{below}.",
        one.role.name(),
        one.name,
        plural(one.calls as u64, "call"),
        percentiles.join(", "),
    )
}

/// The choices behind the figures, in words.
pub(super) fn method(latency: &Latency) -> String {
    let kind = match latency.options.kind {
        QuantileKind::Linear => "type 7 (linear)",
        QuantileKind::NearestRank => "type 1 (nearest rank)",
    };
    format!(
        "Latency: percentiles of {kind}; their intervals after Woodruff 1952, over tasks, or over calls where tasks are unknown; speeds and \
         TPOT as ratios of sums; of components that run at once the first of expert, agent, user simulator, judge, tool has the time; an \
         event that several logs have counts once."
    )
}

/// Formats a time given in milliseconds.
pub(super) fn millis(ms: Option<f64>) -> String {
    fmt::duration(ms.map(|ms| ms / 1000.0))
}

/// Formats a limit as it was given: `5 s`, `800 ms`.
pub(super) fn limit(ms: f64) -> String {
    if ms < 1000.0 { format!("{ms} ms") } else { format!("{} s", ms / 1000.0) }
}

/// What a domain is called.
fn domain_name(domain: Option<&String>) -> String {
    shown(domain.map_or(super::names::UNKNOWN, String::as_str)).into_owned()
}
