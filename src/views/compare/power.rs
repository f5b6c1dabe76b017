//! The table of `taureport power`.

use crate::{
    analysis::compare::{
        CellData,
        power::{Plan, Question, TRIALS},
    },
    views::{
        fmt::{cell, column},
        scene::plural,
        table::{Cell, Table},
    },
};

/// Returns the table: a row a cell.
pub fn table(cells: &[(CellData, Plan)], question: &Question) -> Table {
    let mut columns = vec![
        column::text("cell", "cell"),
        column::number("tasks", "tasks"),
        column::number("trials", "trials"),
        column::number("pass_1", "pass^1"),
        column::wide(column::number("variance_between", "σ² tasks")),
        column::wide(column::number("variance_within", "σ² trials")),
        column::number("noise_floor", "noise floor"),
        column::number("detectable", "detects now"),
    ];
    columns.extend(TRIALS.map(|n| column::number(&format!("tasks_needed_{n}"), &format!("tasks at {n}×"))));
    columns.push(column::number("trials_needed", "trials at these tasks"));
    columns.push(column::wide(column::number("tasks_at_least", "tasks at least")));
    let power = |share: f64| format!("{}%", (share * 1e4).round() / 100.0);
    let mut notes = vec![format!(
        "To notice a difference of {} in pass^1 with {} power at level {}, both sides being run alike and paired by task. Assumed: the true rates \
         of tasks correlate by {} between the two agents (--correlation), and the other agent varies like this one.",
        super::words::points(question.delta),
        power(question.power),
        power(question.conf),
        question.correlation,
    )];
    notes.push(
        "Tasks at n×: tasks needed with n trials each on both sides. Trials at these tasks: trials of each task needed with the tasks there \
         are; \"too few tasks\": no number of trials is enough. Noise floor: two runs of one trial a task of this very agent differ by more \
         than this by chance only as often as the level allows."
            .to_owned(),
    );
    let blind = cells.iter().filter(|(_, plan)| plan.needs.is_none()).count() as u64;
    if blind > 0 {
        notes.push(format!("{} without two trials of any task: nothing tells how much a trial varies.", plural(blind, "cell")));
    }
    let rows = cells.iter().map(|(data, plan)| row(data, plan)).collect();
    Table { id: "power".to_owned(), title: "Tasks and trials needed".to_owned(), columns, rows, notes }
}

fn row(data: &CellData, plan: &Plan) -> Vec<Cell> {
    let needs = plan.needs.as_ref();
    let size =
        |share: Option<f64>| Cell { text: share.map_or_else(|| "n/a".to_owned(), super::words::points), ..cell::points(share) };
    let mut cells = vec![
        cell::text(super::words::cell_name(data)),
        cell::count(Some(plan.tasks as u64)),
        cell::mean(Some(plan.trials), usize::from(plan.trials.fract() > 0.0)),
        cell::rate(plan.pass_1),
        cell::mean(needs.map(|needs| needs.between), 4),
        cell::mean(needs.map(|needs| needs.within), 4),
        size(needs.and_then(|needs| needs.noise_floor)),
        size(needs.and_then(|needs| needs.detectable)),
    ];
    cells.extend((0..TRIALS.len()).map(|at| cell::mean(needs.and_then(|needs| needs.tasks_needed[at]), 0)));
    let mut trials = cell::mean(needs.and_then(|needs| needs.trials_needed), 0);
    if needs.is_some_and(|needs| needs.trials_needed.is_none()) {
        "too few tasks".clone_into(&mut trials.text);
    }
    cells.push(trials);
    cells.push(cell::mean(needs.and_then(|needs| needs.tasks_at_least), 0));
    cells
}
