//! Which cells were compared, and in what they differ.

use super::{CompareScene, Part, words};
use crate::{
    analysis::compare::{CellData, Row},
    views::{
        fmt::{cell, column},
        table::{Cell, Table},
    },
};

/// Returns the section.
pub(super) fn part(scene: &CompareScene<'_>) -> Part {
    let mut part = Part::default();
    part.text(
        "Cells match by benchmark and environment, and by every part of the configuration except those in which the two sides share no value: \
         these are what is compared.",
    );
    part.table(table(scene));
    part
}

fn table(scene: &CompareScene<'_>) -> Table {
    let columns = vec![
        column::text("cell", "cell"),
        column::text("new_side", "new"),
        column::text("differs", "differs in"),
        column::number("tasks", "tasks"),
        column::number("only_base", "only base"),
        column::number("only_new", "only new"),
        column::number("base_trials", "trials base"),
        column::number("new_trials", "trials new"),
        column::number("base_errors", "errors base"),
        column::number("new_errors", "errors new"),
    ];
    let rows = scene.report.rows.iter().map(|row| line(scene, row)).collect();
    let notes = vec![
        "Errors: infrastructure errors, left out unless --errors says otherwise. Trials: of the common tasks, counted."
            .to_owned(),
    ];
    Table { id: "matched".to_owned(), title: "Matched cells".to_owned(), columns, rows, notes }
}

fn line(scene: &CompareScene<'_>, row: &Row) -> Vec<Cell> {
    let (base, new) = (scene.report.base_of(row), scene.report.new_of(row));
    let differs: Vec<String> = row.differs.iter().map(|one| format!("{}: {}", one.part, words::values(one))).collect();
    let trials = |n: fn(&crate::analysis::compare::TaskChange) -> u32| {
        cell::count(Some(row.figures.tasks.iter().map(|task| u64::from(n(task))).sum()))
    };
    let errors = |cell: &CellData| self::cell::count(Some(cell.infrastructure_errors));
    vec![
        cell::text(row.name.clone()),
        cell::text(scene.side(row.new_side)),
        cell::sentence(if differs.is_empty() { "nothing on record".to_owned() } else { differs.join("; ") }),
        cell::count(Some(row.figures.tasks.len() as u64)),
        cell::count(Some(row.only_base.len() as u64)),
        cell::count(Some(row.only_new.len() as u64)),
        trials(|task| task.base.n),
        trials(|task| task.new.n),
        errors(base),
        errors(new),
    ]
}
