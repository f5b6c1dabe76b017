//! What NEW costs and how long it takes, as multiples of BASE.

use super::{CompareScene, Part, charts, ends, verdict_cell};
use crate::{
    analysis::compare::{Durations, Expense, Ratio, Row, figures::PERCENTILES},
    metrics::latency_ratio::QuantileDifference,
    views::{
        fmt::{self, cell, column},
        table::{Cell, Column, Table},
    },
};

/// Returns the section, where any expense or duration is known on both sides.
pub(super) fn part(scene: &CompareScene<'_>) -> Option<Part> {
    let tables = tables(scene);
    if tables.is_empty() {
        return None;
    }
    let mut part = Part::default();
    for table in tables {
        part.table(table);
    }
    if let Some(table) = quantiles(scene) {
        part.table(table);
    }
    if let Some(chart) = charts::ratios(scene) {
        part.chart(chart);
    }
    Some(part)
}

/// Returns the tables of expenses and of durations, as far as there is something in them.
pub(super) fn tables(scene: &CompareScene<'_>) -> Vec<Table> {
    [expenses(scene), durations(scene)].into_iter().flatten().collect()
}

/// `agent cost`.
pub(super) fn name(expense: Expense) -> &'static str {
    match expense {
        Expense::AgentCost => "agent cost",
        Expense::UserCost => "user cost",
        Expense::AgentInputTokens => "agent tokens in",
        Expense::AgentOutputTokens => "agent tokens out",
    }
}

fn amount(expense: Expense, value: f64) -> Cell {
    match expense {
        Expense::AgentCost | Expense::UserCost => cell::usd(Some(value)),
        Expense::AgentInputTokens | Expense::AgentOutputTokens => cell::mean(Some(value), 0),
    }
}

fn expenses(scene: &CompareScene<'_>) -> Option<Table> {
    let [lo, hi] = column::interval("ratio", &format!("{} interval", scene.level()));
    let new = column::text("new_side", if scene.many() { "new" } else { "" });
    let columns = vec![
        column::text("cell", "cell"),
        new,
        column::text("expense", "per episode"),
        column::number("tasks", "tasks"),
        column::number("base", "base"),
        column::number("new", "new"),
        column::number("ratio", "ratio"),
        lo,
        hi,
        column::number("p_holm", "p"),
        column::text("verdict", "verdict"),
    ];
    let line = |row: &Row, one: &Ratio| {
        let [lo, hi] = cell::ratio_interval(ends(one.ratio.interval));
        vec![
            cell::text(row.name.clone()),
            cell::text(scene.side(row.new_side)),
            cell::text(name(one.expense)),
            cell::count(Some(one.tasks as u64)),
            amount(one.expense, one.base),
            amount(one.expense, one.new),
            cell::ratio(one.ratio.ratio),
            lo,
            hi,
            cell::p_value(one.judged.p_holm),
            verdict_cell(one.judged.verdict),
        ]
    };
    let rows: Vec<Vec<Cell>> =
        scene.report.rows.iter().flat_map(|row| row.figures.ratios.iter().map(move |one| line(row, one))).collect();
    let mut notes = vec![
        "Mean of an episode, averaged over the tasks in which both sides know it; ratio NEW / BASE of those, tasks being its unit. Less is \
         better. Unknown is not free: what a side does not record is not listed."
            .to_owned(),
    ];
    if scene.report.rows.iter().flat_map(|row| &row.figures.ratios).any(|one| one.ratio.ratio.is_none()) {
        notes.push("No ratio: one side records nothing but zeros, as free, local and unpriced models do.".to_owned());
    }
    (!rows.is_empty()).then(|| Table { id: "expenses".to_owned(), title: "Cost and tokens".to_owned(), columns, rows, notes })
}

fn durations(scene: &CompareScene<'_>) -> Option<Table> {
    let [lo, hi] = column::interval("ratio", &format!("{} interval", scene.level()));
    let [shift_lo, shift_hi] = column::interval("shift_ratio", "its interval");
    let columns = vec![
        column::text("cell", "cell"),
        column::text("new_side", if scene.many() { "new" } else { "" }),
        column::number("tasks", "tasks"),
        column::number("ratio", "time, new / base"),
        lo,
        hi,
        column::number("p_holm", "p"),
        column::text("verdict", "verdict"),
        column::number("detectable_ratio", "MDD"),
        column::wide(column::number("base_episodes", "episodes base")),
        column::wide(column::number("new_episodes", "episodes new")),
        column::wide(column::number("new_slower", "P(new slower)")),
        column::wide(column::number("p_mann_whitney", "Mann–Whitney p")),
        column::wide(column::number("shift_ratio", "Hodges–Lehmann")),
        column::wide(shift_lo),
        shift_hi,
    ];
    let rows: Vec<Vec<Cell>> = scene
        .report
        .rows
        .iter()
        .filter_map(|row| {
            let mut cells = vec![cell::text(row.name.clone()), cell::text(scene.side(row.new_side))];
            cells.extend(duration_cells(row.figures.durations.as_ref()?));
            Some(cells)
        })
        .collect();
    let notes = vec![
        "Wall-clock time of an episode: median of each task, NEW / BASE, geometric mean over tasks; less is better. Time depends on the \
         machine and the provider as much as on the agent. Mann–Whitney and Hodges–Lehmann describe all episodes as if they were independent, \
         which those of one task are not: they decide nothing."
            .to_owned(),
    ];
    (!rows.is_empty()).then(|| Table {
        id: "durations".to_owned(),
        title: "Time of an episode".to_owned(),
        columns,
        rows,
        notes,
    })
}

/// Cells from `tasks` to the Hodges–Lehmann interval.
pub(super) fn duration_cells(found: &Durations) -> Vec<Cell> {
    let [lo, hi] = cell::ratio_interval(ends(found.ratio.interval));
    let shift = found.log_shift.map(|shift| shift.shift.exp());
    let shift_ends = found.log_shift.and_then(|shift| shift.interval).map(|ends| (ends.lo.exp(), ends.hi.exp()));
    let [shift_lo, shift_hi] = cell::ratio_interval(shift_ends);
    let open = found.judged.verdict == crate::metrics::compare::Verdict::Inconclusive;
    let mut detectable = cell::ratio(found.detectable);
    if !open {
        detectable.text.clear();
    }
    vec![
        cell::count(Some(found.ratio.logs.tasks as u64)),
        cell::ratio(Some(found.ratio.ratio)),
        lo,
        hi,
        cell::p_value(found.judged.p_holm),
        verdict_cell(found.judged.verdict),
        detectable,
        cell::count(Some(found.episodes.0)),
        cell::count(Some(found.episodes.1)),
        cell::rate(found.mann_whitney.map(|one| one.b_larger)),
        cell::p_value(found.mann_whitney.map(|one| one.p())),
        cell::ratio(shift),
        shift_lo,
        shift_hi,
    ]
}

/// Columns of a difference of percentiles.
pub(super) fn percentile_columns(scene: &CompareScene<'_>) -> Vec<Column> {
    let [lo, hi] = column::interval("difference_s", &format!("{} interval", scene.level()));
    vec![
        column::text("percentile", "percentile"),
        column::number("base_s", "base"),
        column::number("new_s", "new"),
        column::number("difference_s", "difference"),
        lo,
        hi,
    ]
}

/// Its cells.
pub(super) fn percentile_cells(share: f64, found: QuantileDifference) -> Vec<Cell> {
    let [mut lo, hi] = cell::interval(ends(found.interval));
    lo.text = fmt::duration_interval(ends(found.interval));
    vec![
        cell::text(format!("p{}", (share * 100.0).round())),
        cell::duration(Some(found.a)),
        cell::duration(Some(found.b)),
        cell::duration(Some(found.difference)),
        lo,
        hi,
    ]
}

fn quantiles(scene: &CompareScene<'_>) -> Option<Table> {
    let mut columns = vec![column::text("cell", "cell"), column::text("new_side", if scene.many() { "new" } else { "" })];
    columns.extend(percentile_columns(scene));
    let line = |row: &Row, share: f64, found: QuantileDifference| {
        let keys = vec![cell::text(row.name.clone()), cell::text(scene.side(row.new_side))];
        [keys, percentile_cells(share, found)].concat()
    };
    let rows: Vec<Vec<Cell>> = scene
        .report
        .rows
        .iter()
        .flat_map(|row| {
            let found = row.figures.durations.iter().flat_map(|durations| PERCENTILES.into_iter().zip(&durations.percentiles));
            found.filter_map(move |(share, found)| Some((row, share, (*found)?)))
        })
        .map(|(row, share, found)| line(row, share, found))
        .collect();
    let notes = vec![
        "All episodes of the common tasks together; intervals over tasks, from those of both percentiles. No p-values: these describe.".to_owned(),
    ];
    let title = "Percentiles of the time of an episode".to_owned();
    (!rows.is_empty()).then(|| Table { id: "duration_percentiles".to_owned(), title, columns, rows, notes })
}
