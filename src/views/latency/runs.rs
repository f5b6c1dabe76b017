//! Tables of logs and of single calls: throughput, the slowest, counts by duration.

use super::{
    super::{
        fmt::{cell, column},
        table::{Cell, Table},
    },
    domain_name,
};
use crate::{analysis::latency::Latency, records::log::calendar};

/// One row a log: throughput and concurrency.
pub(super) fn runs(latency: &Latency) -> Option<Table> {
    let columns = vec![
        column::text("log", "log"),
        column::text("domain", "domain"),
        column::text("begin", "begin"),
        column::number("span_s", "span"),
        column::number("model_calls", "model calls"),
        column::number("errors", "in error"),
        column::number("calls_per_min", "calls/min"),
        column::number("steps_per_min", "steps/min"),
        column::number("tasks_completed", "tasks done"),
        column::number("tasks_per_min", "tasks/min"),
        column::number("mean_concurrency", "concurrency"),
        column::number("peak_concurrency", "peak"),
        column::number("tokens_out_per_s", "tokens out/s"),
    ];
    let rows: Vec<Vec<Cell>> = latency
        .runs
        .iter()
        .map(|run| {
            vec![
                cell::text(run.path.clone()),
                cell::text(domain_name(run.domain.as_ref())),
                cell::text(calendar::text(run.begin_ms)),
                cell::duration(Some(run.load.span_ms / 1000.0)),
                cell::count(Some(run.load.calls as u64)),
                cell::count(Some(run.errors as u64)),
                cell::mean(run.load.calls_per_min, 1),
                cell::mean(run.steps_per_min, 1),
                // Without markers it is unknown.
                cell::count((run.tasks_completed > 0).then_some(run.tasks_completed)),
                cell::mean(run.tasks_per_min, 2),
                cell::mean(run.load.mean_concurrency, 2),
                cell::count(Some(run.load.peak_concurrency as u64)),
                cell::mean(run.load.tokens_per_s, 1),
            ]
        })
        .collect();
    let notes = vec![
        "Wall clock from the begin of the first call of a language model to the end of the last. Concurrency: Σ duration / span (Little), and \
         the most calls at one moment; calls in error run too. Tasks done: completion markers of the log, skipped ones and errors left \
         out. Charts over time show the six logs with the most calls."
            .to_owned(),
    ];
    let title = "Throughput and concurrency".to_owned();
    (!rows.is_empty()).then(|| {
        let idle = ["errors", "steps_per_min", "tasks_completed", "tasks_per_min", "tokens_out_per_s"];
        Table { id: "latency_runs".to_owned(), title, columns, rows, notes }.without_idle(&idle)
    })
}

/// The slowest calls.
pub(super) fn slowest(latency: &Latency) -> Option<Table> {
    let columns = vec![
        column::text("role", "role"),
        column::text("name", "model or tool"),
        column::number("duration_ms", "duration"),
        column::flag("error", "in error"),
        column::text("domain", "domain"),
        column::text("task", "task"),
        column::number("step", "step"),
        column::text("ended", "ended"),
        column::text("log", "log"),
        column::number("line", "line"),
    ];
    let rows: Vec<Vec<Cell>> = latency
        .slowest
        .iter()
        .map(|one| {
            vec![
                cell::text(one.role.name()),
                cell::text(one.name.clone()),
                cell::millis(Some(one.duration_ms)),
                cell::flag(Some(one.is_error)),
                cell::text(domain_name(one.domain.as_ref())),
                one.task.clone().map_or_else(cell::empty, cell::text),
                cell::integer(one.step.map(i64::from)),
                one.at_ms.map_or_else(cell::empty, |at| cell::text(calendar::text(at))),
                cell::text(one.path.clone()),
                cell::count(Some(u64::from(one.line))),
            ]
        })
        .collect();
    let title = format!("The {} slowest calls", rows.len());
    (!rows.is_empty()).then(|| Table { id: "latency_slowest".to_owned(), title, columns, rows, notes: Vec::new() })
}

/// Counts in logarithmic bins.
pub(super) fn histogram(latency: &Latency) -> Option<Table> {
    let columns = vec![
        column::text("domain", "domain"),
        column::text("role", "role"),
        column::text("name", "model or tool"),
        column::number("from_ms", "from"),
        column::number("to_ms", "to"),
        column::number("calls", "calls"),
        column::number("share", "share"),
    ];
    let mut rows = Vec::new();
    for one in &latency.series {
        let total = one.histogram.total();
        for (edges, count) in one.histogram.edges.windows(2).zip(&one.histogram.counts) {
            rows.push(vec![
                cell::text(domain_name(one.domain.as_ref())),
                cell::text(one.role.name()),
                cell::text(one.name.clone()),
                cell::millis(Some(edges[0])),
                cell::millis(Some(edges[1])),
                cell::count(Some(*count)),
                cell::rate((total > 0).then(|| *count as f64 / total as f64)),
            ]);
        }
    }
    let title = format!("Calls by duration, logarithmic bins ({} rows)", rows.len());
    (!rows.is_empty()).then(|| Table { id: "latency_histogram".to_owned(), title, columns, rows, notes: Vec::new() })
}
