//! How τ²-bench episodes ended and which part of the reward failed.

use super::{
    chart::{BarRow, Bars, Chart, ChartMeta, Stacked, StackedRow},
    document::{Block, Section},
    fmt::{self, cell, column},
    scene::{Entry, Scene, plural},
    summary::bounds,
    table::{Cell, Table},
};
use crate::{analysis::Tau2Stats, records::Termination};

/// Returns the section with its tables and charts; `None` where no cell is of τ²-bench.
pub(super) fn section(scene: &Scene<'_>) -> Option<(Section, Vec<Table>, Vec<Chart>)> {
    let entries = tau2_entries(scene);
    if entries.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    let charts: Vec<Chart> =
        [terminations_chart(scene, &entries).map(Chart::Stacked), components_chart(scene, &entries).map(Chart::Bars)]
            .into_iter()
            .flatten()
            .collect();
    let tables: Vec<Table> =
        [terminations_table(&entries), components_table(scene, &entries), actions_table(&entries), reviews_table(&entries)]
            .into_iter()
            .flatten()
            .collect();
    blocks.extend(charts.iter().map(|chart| Block::Chart(chart.meta().id.clone())));
    for table in &tables {
        let block = if table.id == "action_checks" { Block::FoldedTable } else { Block::Table };
        blocks.push(block(table.id.clone()));
    }
    let heading = "How episodes ended".to_owned();
    (!blocks.is_empty()).then(|| (Section { id: "outcomes".to_owned(), heading, blocks }, tables, charts))
}

/// Returns the cells with τ²-bench figures.
pub(super) fn tau2_entries<'a>(scene: &'a Scene<'_>) -> Vec<(Entry<'a>, &'a Tau2Stats)> {
    scene.entries().filter_map(|entry| Some((entry, entry.stats.tau2.as_ref()?))).collect()
}

/// The ten reasons of τ²-bench in the order shown, natural ends first.
const REASONS: [Termination; 10] = [
    Termination::UserStop,
    Termination::AgentStop,
    Termination::MaxSteps,
    Termination::TooManyErrors,
    Termination::AgentError,
    Termination::UserError,
    Termination::Timeout,
    Termination::ContextWindowExceeded,
    Termination::UnexpectedError,
    Termination::InfrastructureError,
];

/// Fewest evaluated episodes of a cell in the chart of components.
const FEWEST_EVALUATED: u64 = 5;

/// Counts by the ten reasons, then all others together with the missing ones.
fn reason_counts(stats: &Tau2Stats) -> Vec<u64> {
    let mut counts: Vec<u64> = REASONS.iter().map(|reason| stats.terminations.get(reason).copied().unwrap_or(0)).collect();
    let known: u64 = counts.iter().sum();
    counts.push(stats.simulations - known);
    counts
}

fn terminations_table(entries: &[(Entry<'_>, &Tau2Stats)]) -> Option<Table> {
    let mut columns = vec![column::text("env", "env"), column::text("cell", "cell"), column::number("episodes", "episodes")];
    columns.extend(REASONS.iter().map(|reason| column::number(&reason.to_string(), &reason.to_string())));
    columns.push(column::number("other_or_missing", "other or missing"));
    columns.push(column::number("evaluated", "evaluated"));
    let rows: Vec<Vec<Cell>> = entries
        .iter()
        .map(|(entry, stats)| {
            let mut row = vec![
                cell::text(entry.name.env.clone()),
                cell::text(entry.name.short.clone()),
                cell::count(Some(stats.simulations)),
            ];
            row.extend(reason_counts(stats).into_iter().map(|count| cell::count(Some(count))));
            row.push(cell::count(Some(stats.evaluated)));
            row
        })
        .collect();
    let notes = vec![
        "Evaluated: the simulation came to its own end and its reward was computed. Premature ends count with the reward on record, which \
         is 0; infrastructure errors are left out (--errors). A simulation without a reward is not evaluated and left out, never a failure."
            .to_owned(),
    ];
    let idle: Vec<String> = REASONS.iter().map(ToString::to_string).chain(["other_or_missing".to_owned()]).collect();
    let idle: Vec<&str> = idle.iter().map(String::as_str).collect();
    let title = "Termination reasons".to_owned();
    let table = Table { id: "terminations".to_owned(), title, columns, rows, notes }.without_idle(&idle);
    (!table.rows.is_empty()).then_some(table)
}

fn terminations_chart(scene: &Scene<'_>, entries: &[(Entry<'_>, &Tau2Stats)]) -> Option<Stacked> {
    let used: Vec<bool> = (0..=REASONS.len()).map(|at| entries.iter().any(|(_, stats)| reason_counts(stats)[at] > 0)).collect();
    let names = REASONS.iter().map(ToString::to_string).chain(["other".to_owned()]);
    let categories: Vec<String> = names.zip(&used).filter(|(_, used)| **used).map(|(name, _)| name).collect();
    let row = |(entry, stats): &(Entry<'_>, &Tau2Stats)| {
        let counts = reason_counts(stats).into_iter().zip(&used).filter(|(_, used)| **used).map(|(count, _)| count).collect();
        StackedRow { label: entry.name.short.clone(), counts, text: plural(stats.simulations, "episode") }
    };
    let groups = by_env(entries, |one| (one.1.simulations > 0).then(|| row(one)));
    let cells: usize = groups.iter().map(|(_, rows)| rows.len()).sum();
    (cells > 0).then(|| Stacked {
        meta: ChartMeta {
            id: "terminations".to_owned(),
            title: "How episodes ended".to_owned(),
            subtitle: format!("Share of the episodes of {}", plural(cells as u64, "cell")),
            footer: format!("user_stop and agent_stop are natural ends; only these are evaluated. Where no reason is on record, a recorded reward is \
                 taken as evaluated. other: none on record, or unknown to taureport {0}. taureport {0}", scene.version),
            alt: format!("Stacked bars of termination reasons for {}", plural(cells as u64, "cell")),
        },
        axis: "share of episodes".to_owned(),
        text_heading: "episodes".to_owned(),
        categories,
        groups,
    })
}

/// Groups rows by environment, in order.
pub(super) fn by_env<T>(
    entries: &[(Entry<'_>, &Tau2Stats)],
    row: impl Fn(&(Entry<'_>, &Tau2Stats)) -> Option<T>,
) -> Vec<(String, Vec<T>)> {
    let mut groups: Vec<(String, Vec<T>)> = Vec::new();
    for one in entries {
        let Some(row) = row(one) else { continue };
        match groups.last_mut().filter(|(env, _)| *env == one.0.name.env) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((one.0.name.env.clone(), vec![row])),
        }
    }
    groups
}

fn components_table(scene: &Scene<'_>, entries: &[(Entry<'_>, &Tau2Stats)]) -> Option<Table> {
    let [lo, hi] = column::interval("failed_share", &format!("{} interval", scene.level()));
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::text("component", "component"),
        column::number("asked", "asked for"),
        column::number("failed", "failed"),
        column::number("failed_share", "share failed"),
        lo,
        hi,
        column::number("alone", "alone decided"),
    ];
    let rows: Vec<Vec<Cell>> = entries
        .iter()
        .flat_map(|(entry, stats)| {
            stats.components.iter().map(|one| {
                let [lo, hi] = cell::interval(bounds(one.interval));
                vec![
                    cell::text(entry.name.env.clone()),
                    cell::text(entry.name.short.clone()),
                    cell::text(one.component.name()),
                    cell::count(Some(one.asked)),
                    cell::count(Some(one.failed)),
                    cell::rate(Some(one.failed as f64 / one.asked as f64)),
                    lo,
                    hi,
                    cell::count(Some(one.alone)),
                ]
            })
        })
        .collect();
    let mut notes = vec![
        "Over evaluated episodes whose reward rests on the component. Alone decided: it was the only one that failed. Interval: Wilson over \
         episodes."
            .to_owned(),
    ];
    if entries.iter().any(|(_, stats)| stats.nl_judged > 0) {
        notes.push(
            "NL_ASSERTION is judged by a model whose cost τ²-bench records nowhere: true costs are higher than shown."
                .to_owned(),
        );
    }
    let title = "Reward components".to_owned();
    (!rows.is_empty()).then(|| Table { id: "components".to_owned(), title, columns, rows, notes })
}

fn components_chart(scene: &Scene<'_>, entries: &[(Entry<'_>, &Tau2Stats)]) -> Option<Bars> {
    let mut groups: Vec<(String, Vec<BarRow>)> = Vec::new();
    for (entry, stats) in entries.iter().filter(|(_, stats)| stats.evaluated >= FEWEST_EVALUATED) {
        let rows = stats.components.iter().map(|one| BarRow {
            label: entry.name.short.clone(),
            sub: Some(one.component.name().to_owned()),
            value: one.failed as f64 / one.asked as f64,
            interval: bounds(one.interval),
            text: format!("{} of {}", fmt::count(Some(one.failed)), fmt::count(Some(one.asked))),
        });
        match groups.last_mut().filter(|(env, _)| *env == entry.name.env) {
            Some((_, group)) => group.extend(rows),
            None => groups.push((entry.name.env.clone(), rows.collect())),
        }
    }
    groups.retain(|(_, rows)| !rows.is_empty());
    (!groups.is_empty()).then(|| Bars {
        meta: ChartMeta {
            id: "components".to_owned(),
            title: "Which part of the reward failed".to_owned(),
            subtitle: "Share of evaluated episodes in which the component failed".to_owned(),
            footer: format!(
                "Whisker: {} Wilson interval over episodes. Cells with fewer than {FEWEST_EVALUATED} evaluated episodes are not shown. \
                 taureport {}",
                scene.level(),
                scene.version
            ),
            alt: "Share of failed episodes by reward component and cell".to_owned(),
        },
        axis: "share of evaluated episodes".to_owned(),
        text_heading: "failed".to_owned(),
        groups,
    })
}

fn actions_table(entries: &[(Entry<'_>, &Tau2Stats)]) -> Option<Table> {
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::text("tool", "tool"),
        column::text("requestor", "by"),
        column::text("access", "access"),
        column::number("checks", "reference actions"),
        column::number("matched", "matched"),
        column::number("matched_share", "share"),
    ];
    let rows: Vec<Vec<Cell>> = entries
        .iter()
        .flat_map(|(entry, stats)| {
            stats.actions.iter().map(|one| {
                vec![
                    cell::text(entry.name.env.clone()),
                    cell::text(entry.name.short.clone()),
                    cell::text(one.tool.clone()),
                    cell::text(one.requestor.clone()),
                    cell::text(match one.writes {
                        Some(true) => "write",
                        Some(false) => "read",
                        None => "unknown",
                    }),
                    cell::count(Some(one.checks)),
                    cell::count(Some(one.matched)),
                    cell::rate(Some(one.matched as f64 / one.checks as f64)),
                ]
            })
        })
        .collect();
    let notes = vec![
        "Similarity to one reference path: a run can match none of these actions and still be correct, or match all and fail."
            .to_owned(),
    ];
    let title = format!("Action checks by tool ({})", plural(rows.len() as u64, "row"));
    (!rows.is_empty()).then(|| Table { id: "action_checks".to_owned(), title, columns, rows, notes })
}

fn reviews_table(entries: &[(Entry<'_>, &Tau2Stats)]) -> Option<Table> {
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::text("source", "source"),
        column::text("severity", "severity"),
        column::text("tag", "tag"),
        column::number("errors", "errors"),
        column::number("reviewed", "reviewed episodes"),
    ];
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (entry, stats) in entries {
        let mut add = |source: &str, severity: &str, tag: &str, count: u64, reviewed: u64| {
            rows.push(vec![
                cell::text(entry.name.env.clone()),
                cell::text(entry.name.short.clone()),
                cell::text(source),
                cell::text(severity),
                cell::text(tag),
                cell::count(Some(count)),
                cell::count(Some(reviewed)),
            ]);
        };
        for ((source, severity, tag), count) in &stats.review_errors {
            add(source, severity, tag, *count, stats.reviewed);
        }
        let authenticated: u64 = stats.auth.values().sum();
        for (verdict, count) in &stats.auth {
            add("authentication", verdict, "", *count, authenticated);
        }
    }
    let title = "Review verdicts on record".to_owned();
    (!rows.is_empty()).then(|| Table { id: "reviews".to_owned(), title, columns, rows, notes: Vec::new() })
}
