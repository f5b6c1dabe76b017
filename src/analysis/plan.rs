//! What was planned: the tasks and trials against which coverage is measured. τ-bench records no plan, so it is inferred.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    records::{Benchmark, TaskId},
    sweep::{Cell, Sweep},
};

/// The plan of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Planned tasks, those of the cell included.
    pub tasks: BTreeSet<TaskId>,
    /// Planned trials of each task.
    pub trials: u32,
    /// Whether the tasks come from the task ranges in the file names rather than from the other cells of the environment.
    pub from_ranges: bool,
}

/// Infers the plan of every cell.
///
/// Tasks: where every file of the cell names a closed task range, the union of those; else all tasks that any cell of the same
/// benchmark and environment has. Trials: the user's number, else the most trials that any task of the cell has.
pub(super) fn plans(sweep: &Sweep, planned_trials: Option<u32>) -> Vec<Plan> {
    let mut by_env: BTreeMap<(Benchmark, &str), BTreeSet<&TaskId>> = BTreeMap::new();
    for cell in &sweep.cells {
        if let Some(env) = &cell.key.env {
            by_env.entry((cell.key.benchmark, env)).or_default().extend(cell.tasks.keys());
        }
    }
    let plan = |(index, cell): (usize, &Cell)| {
        let ranged = range_tasks(sweep, index);
        let from_ranges = ranged.is_some();
        let mut tasks: BTreeSet<TaskId> = ranged.unwrap_or_else(|| {
            let env = cell.key.env.as_deref().and_then(|env| by_env.get(&(cell.key.benchmark, env)));
            env.map(|tasks| tasks.iter().map(|task| (*task).clone()).collect()).unwrap_or_default()
        });
        tasks.extend(cell.tasks.keys().cloned());
        let most = cell.tasks.values().map(Vec::len).max().unwrap_or(0);
        let trials = planned_trials.unwrap_or_else(|| u32::try_from(most).unwrap_or(u32::MAX));
        Plan { tasks, trials, from_ranges }
    };
    sweep.cells.iter().enumerate().map(plan).collect()
}

/// Longest task range believed.
const MAX_RANGE: i64 = 10_000;

/// Returns the tasks of the closed ranges `start-end` (end excluded, as τ-bench does) if all files of a cell have one.
fn range_tasks(sweep: &Sweep, cell: usize) -> Option<BTreeSet<TaskId>> {
    let mut tasks = BTreeSet::new();
    for file in sweep.files.iter().filter(|file| file.cell == cell) {
        let (start, end) = file.task_range.as_deref()?.split_once('-')?;
        let (start, end): (i64, i64) = (start.parse().ok()?, end.parse().ok()?);
        if start < 0 || end <= start || end - start > MAX_RANGE {
            return None;
        }
        tasks.extend((start..end).map(TaskId::from));
    }
    (!tasks.is_empty()).then_some(tasks)
}
