//! Latency of the calls in logs: NEW against BASE.

use super::{CompareScene, Part, effort, ends, mark, sign};
use crate::{
    analysis::compare::{CallRow, CallSeries, figures::PERCENTILES},
    records::log::Role,
    views::{
        chart::{
            Chart, ChartMeta,
            compare::{RatioForest, RatioRow},
        },
        fmt::{self, cell, column},
        scene::listing,
        table::{Cell, Table},
    },
};

/// Most rows of the chart; the table has all.
const MOST_ROWS: usize = 40;
/// Series listed by name.
const LISTED: usize = 8;

/// What is said where logs belong to no side.
pub const NOT_SPLIT: &str =
    "Logs are not split: they know their label and no other column, so with another --across their calls belong to no side.";

/// Returns the section, where both sides have calls or logs belong to no side.
pub(super) fn part(scene: &CompareScene<'_>) -> Option<Part> {
    let mut part = Part::default();
    if scene.report.calls.not_split {
        part.text(NOT_SPLIT);
    }
    part.blocks.extend(alone(scene).into_iter().map(crate::views::document::Block::Text));
    if let Some(table) = table(scene, false) {
        part.table(table);
    }
    if let Some(chart) = chart(scene) {
        part.chart(chart);
    }
    if let Some(table) = percentiles(scene) {
        part.folded(table);
    }
    (!part.blocks.is_empty()).then_some(part)
}

/// The series of BASE and of NEW of a row.
pub(super) fn series<'a>(scene: &CompareScene<'a>, row: &CallRow) -> (&'a CallSeries, &'a CallSeries) {
    let sides = &scene.report.sides;
    (&sides[0].calls[row.base], &sides[row.new_side].calls[row.new])
}

/// `heron-8b`, or `heron-8b → quill-7b` where the agent's model differs.
fn name(scene: &CompareScene<'_>, row: &CallRow) -> String {
    let (base, new) = series(scene, row);
    if base.name == new.name { base.name.clone() } else { format!("{} → {}", base.name, new.name) }
}

/// Says which calls are not compared, and why.
pub(super) fn alone(scene: &CompareScene<'_>) -> Vec<String> {
    let report = scene.report;
    let of = |side: usize, new_side: usize, matched: bool| {
        let own = report.calls.alone.iter();
        let own = own.filter(|one| (one.side, one.new_side, one.matched) == (side, new_side, matched));
        let names = own.map(|one| {
            let series = &report.sides[side].calls[one.series];
            [Some(series.role.name()), Some(&series.name), series.domain.as_deref()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
        });
        names.collect::<Vec<String>>()
    };
    let mut found = Vec::new();
    let with_calls: Vec<&str> =
        report.sides.iter().filter(|side| !side.calls.is_empty()).map(|side| side.name.as_str()).collect();
    if !with_calls.is_empty() && with_calls.len() < report.sides.len() {
        let without = report.sides.iter().filter(|side| side.calls.is_empty()).map(|side| side.name.as_str());
        found.push(format!(
            "Calls in logs: {} has none, so they are not compared there.",
            listing(&without.collect::<Vec<_>>(), LISTED)
        ));
    }
    for new_side in 1..report.sides.len() {
        for (side, other) in [(0, new_side), (new_side, 0)] {
            let names = of(side, new_side, false);
            if !names.is_empty() {
                let (side, other) = (scene.side(side), scene.side(other));
                found.push(format!(
                    "Calls in the logs of {side} that those of {other} do not have: {}.",
                    listing(&names, LISTED)
                ));
            }
        }
        let names = of(0, new_side, true);
        if !names.is_empty() {
            let side = scene.side(new_side);
            found.push(format!("Calls that share no task with those of {side}: {}.", listing(&names, LISTED)));
        }
    }
    found
}

/// Roles whose calls are printed; the report has tools and steps too.
const PRINTED: [Role; 4] = [Role::Agent, Role::Expert, Role::UserSim, Role::Judge];

/// Returns the table; `short` = the calls of language models alone.
pub(super) fn table(scene: &CompareScene<'_>, short: bool) -> Option<Table> {
    let [lo, hi] = column::interval("ratio", &format!("{} interval", scene.level()));
    let [shift_lo, shift_hi] = column::interval("shift_ratio", "its interval");
    let mut columns = keys(scene);
    columns.extend([
        column::number("tasks", "tasks"),
        column::number("base_s", "base"),
        column::number("new_s", "new"),
        column::number("ratio", "ratio"),
        lo,
        hi,
        column::number("p_holm", "p"),
        column::text("verdict", "verdict"),
        column::number("detectable_ratio", "MDD"),
        column::wide(column::number("base_calls", "calls base")),
        column::wide(column::number("new_calls", "calls new")),
        column::wide(column::number("new_slower", "P(new slower)")),
        column::wide(column::number("p_mann_whitney", "Mann–Whitney p")),
        column::wide(column::number("shift_ratio", "Hodges–Lehmann")),
        column::wide(shift_lo),
        shift_hi,
    ]);
    let all = &scene.report.calls.rows;
    let shown = |row: &&CallRow| !short || PRINTED.contains(&series(scene, row).0.role);
    let line = |row: &CallRow| {
        let logs = &row.durations.ratio.logs;
        let mut figures = effort::duration_cells(&row.durations);
        figures.splice(1..1, [cell::duration(Some(logs.a.exp())), cell::duration(Some(logs.b.exp()))]);
        [key_cells(scene, row), figures].concat()
    };
    let rows: Vec<Vec<Cell>> = all.iter().filter(shown).map(line).collect();
    let mut notes = vec![format!(
        "Successful calls in logs, by role, model or function, and domain. Base and new: median of the calls of each common task, geometric \
         mean over tasks; less is better. p: after Holm's correction for the {} of this table{}.",
        crate::views::scene::plural(all.len() as u64, "row"),
        if rows.len() < all.len() { " in the report, which has tools and steps too" } else { "" },
    )];
    if !short {
        notes.push(format!(
            "Mann–Whitney and Hodges–Lehmann describe all calls as if they were independent: they decide nothing. Of a task, at most {} calls \
             of a series are used, evenly spaced in order of duration.",
            fmt::count(Some(crate::analysis::compare::calls::MOST_DURATIONS as u64))
        ));
    }
    (!rows.is_empty()).then(|| Table { id: "latency".to_owned(), title: "Latency of calls".to_owned(), columns, rows, notes })
}

fn keys(scene: &CompareScene<'_>) -> Vec<crate::views::table::Column> {
    vec![
        column::text("role", "role"),
        column::text("name", "model or function"),
        column::text("domain", "domain"),
        column::text("new_side", if scene.many() { "new" } else { "" }),
    ]
}

fn key_cells(scene: &CompareScene<'_>, row: &CallRow) -> Vec<Cell> {
    let (base, _) = series(scene, row);
    vec![
        cell::text(base.role.name()),
        cell::text(name(scene, row)),
        base.domain.as_ref().map_or_else(cell::empty, cell::text),
        cell::text(scene.side(row.new_side)),
    ]
}

fn percentiles(scene: &CompareScene<'_>) -> Option<Table> {
    let mut columns = keys(scene);
    columns.extend(effort::percentile_columns(scene));
    let of = |row: &CallRow| {
        let known = PERCENTILES.into_iter().zip(row.durations.percentiles.clone());
        let keys = key_cells(scene, row);
        let lines = known.filter_map(|(share, found)| Some([keys.clone(), effort::percentile_cells(share, found?)].concat()));
        lines.collect::<Vec<_>>()
    };
    let rows: Vec<Vec<Cell>> = scene.report.calls.rows.iter().flat_map(of).collect();
    let notes = vec![
        "All calls of the common tasks together; intervals over tasks, from those of both percentiles. No p-values: these describe."
            .to_owned(),
    ];
    let title = "Percentiles of the latency of calls".to_owned();
    (!rows.is_empty()).then(|| Table { id: "latency_percentiles".to_owned(), title, columns, rows, notes })
}

fn chart(scene: &CompareScene<'_>) -> Option<Chart> {
    let row = |row: &CallRow| {
        let (base, _) = series(scene, row);
        let (found, judged) = (&row.durations.ratio, row.durations.judged);
        RatioRow {
            label: base.domain.as_deref().map_or_else(|| "domain unknown".to_owned(), str::to_owned),
            sub: Some(format!("{} {}", base.role.name(), name(scene, row))),
            ratio: found.ratio,
            interval: ends(found.interval),
            mark: mark(judged.verdict),
            text: format!(
                "{} {}  {}  {}",
                fmt::ratio(Some(found.ratio)),
                fmt::ratio_interval(ends(found.interval)),
                sign(judged.verdict),
                fmt::p_value(judged.p_holm)
            ),
        }
    };
    let mut rows: Vec<&CallRow> = scene.report.calls.rows.iter().collect();
    // The calls of language models first where there is not room for all; those of a domain side by side.
    rows.sort_by_key(|row| !PRINTED.contains(&series(scene, row).0.role));
    rows.truncate(MOST_ROWS);
    rows.sort_by_key(|row| (row.new_side, &series(scene, row).0.domain, row.base));
    let left_out = scene.report.calls.rows.len() - rows.len();
    let groups = (1..scene.report.sides.len()).filter_map(|side| {
        let own: Vec<RatioRow> = rows.iter().filter(|one| one.new_side == side).map(|one| row(one)).collect();
        (!own.is_empty()).then(|| (scene.side(side).to_owned(), own))
    });
    let groups: Vec<(String, Vec<RatioRow>)> = groups.collect();
    let title = format!("Latency of calls as a multiple of {}", scene.side(0));
    let rest = if left_out > 0 { format!("; {left_out} more in the table") } else { String::new() };
    (!groups.is_empty()).then(|| {
        Chart::RatioForest(RatioForest {
            meta: ChartMeta {
                id: "call_latency_ratio".to_owned(),
                alt: title.clone(),
                title,
                subtitle: format!("NEW / BASE of the median call of a task, over the tasks both have; less is better{rest}"),
                footer: format!(
                    "Whiskers: {} interval, tasks being its unit. p after Holm's correction. taureport {}",
                    scene.level(),
                    scene.version
                ),
            },
            axis: "median latency of a task's calls, NEW / BASE (log scale)".to_owned(),
            text_heading: format!("ratio [{} interval]  verdict  p", scene.level()),
            groups,
        })
    })
}
