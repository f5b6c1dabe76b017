//! Tasks that flipped, regressions first.

use super::{CompareScene, Part, charts, words};
use crate::{
    analysis::compare::{Row, TaskChange},
    metrics::TaskCounts,
    views::{
        document::Block,
        fmt::{cell, column},
        table::{Cell, Column, Table, Value},
    },
};

/// Returns the section.
pub(super) fn part(scene: &CompareScene<'_>) -> Part {
    let mut part = Part::default();
    part.text(
        "A single task says little: 0 of 4 against 4 of 4 has p = 0.029, and with 50 tasks that is no longer beyond noise. \"Clear\" are those \
         that stay below the level after Benjamini & Hochberg's correction for the number of tasks; the others changed within noise.",
    );
    part.blocks.push(Block::Points(words::flips(scene)));
    for (row, id) in scene.report.rows.iter().zip(scene.ids()) {
        let regressed: Vec<&TaskChange> = row.figures.regressed().collect();
        let improved: Vec<&TaskChange> = row.figures.improved().collect();
        if !regressed.is_empty() {
            part.table(table(scene, row, &format!("regressed_{id}"), "regressed", &regressed));
        }
        if !improved.is_empty() {
            part.folded(table(scene, row, &format!("improved_{id}"), "improved", &improved));
        }
    }
    charts::strips(scene).into_iter().chain(charts::scatters(scene)).for_each(|chart| part.chart(chart));
    part.text("Every common task, unchanged ones too, is in tables/task_pairs.csv.");
    part.tables.push(all(scene));
    part
}

fn table(scene: &CompareScene<'_>, row: &Row, id: &str, what: &str, tasks: &[&TaskChange]) -> Table {
    let columns = columns();
    let rows = tasks.iter().map(|task| cells(task)).collect();
    let title = format!("{}: {} {what}", scene.row(row), crate::views::scene::plural(tasks.len() as u64, "task"));
    Table { id: id.to_owned(), title, columns, rows, notes: Vec::new() }
}

/// The columns of [`cells`].
fn columns() -> Vec<Column> {
    vec![
        column::text("task", "task"),
        column::number("base_successes", "base"),
        column::number("base_trials", ""),
        column::number("new_successes", "new"),
        column::number("new_trials", ""),
        column::number("difference", "difference"),
        column::number("p_fisher", "p (Fisher)"),
        column::number("p_adjusted", "p (BH)"),
        column::text("clear", "mark"),
    ]
}

fn cells(task: &TaskChange) -> Vec<Cell> {
    let [base, base_n] = fraction(task.base);
    let [new, new_n] = fraction(task.new);
    let mark = match (task.clear, task.difference > 0.0) {
        (true, true) => "clear improvement",
        (true, false) => "clear regression",
        (false, _) => "within noise",
    };
    vec![
        cell::text(task.task.to_string()),
        base,
        base_n,
        new,
        new_n,
        cell::points(Some(task.difference)),
        cell::p_value(task.p),
        cell::p_value(task.p_adjusted),
        Cell { text: mark.to_owned(), value: Value::Bool(task.clear) },
    ]
}

/// `3/4`: successes and trials.
fn fraction(counts: TaskCounts) -> [Cell; 2] {
    let [mut c, n] = [counts.c, counts.n].map(|number| cell::count(Some(u64::from(number))));
    c.text = format!("{}/{}", counts.c, counts.n);
    [c, n]
}

fn all(scene: &CompareScene<'_>) -> Table {
    let mut all_columns = vec![column::text("cell", "cell"), column::text("new_side", "new")];
    all_columns.extend(columns());
    let rows = scene.report.rows.iter().flat_map(|row| {
        let mut tasks: Vec<&TaskChange> = row.figures.tasks.iter().collect();
        tasks.sort_by(|a, b| a.task.cmp(&b.task));
        tasks.into_iter().map(move |task| {
            let mut line = vec![cell::text(row.name.clone()), cell::text(scene.side(row.new_side))];
            line.extend(cells(task));
            line
        })
    });
    Table {
        id: "task_pairs".to_owned(),
        title: "Every common task".to_owned(),
        columns: all_columns,
        rows: rows.collect(),
        notes: Vec::new(),
    }
}
