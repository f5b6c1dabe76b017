//! What was planned: the tasks and trials against which coverage is measured. τ-bench records no plan, so it is inferred.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    records::{Benchmark, TaskId},
    sweep::{Cell, CellFiles, FileSummary, Sweep},
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
/// Tasks: where the files list them (τ²-bench), those; where every file of the cell names a closed task range, the union of those;
/// else the tasks that the largest cell or at least two cells of the same benchmark and environment have; always the cell's own.
/// Trials: the user's number, else the most trials that a tenth of the cell's tasks reach: a run
/// cut off in its last round shows, a single task run more often than the others does not count.
pub(super) fn plans(sweep: &Sweep, files: &CellFiles<'_>, planned_trials: Option<u32>) -> Vec<Plan> {
    let mut envs: BTreeMap<(Benchmark, &str), Vec<&Cell>> = BTreeMap::new();
    for cell in &sweep.cells {
        if let Some(env) = &cell.key.env {
            envs.entry((cell.key.benchmark, env)).or_default().push(cell);
        }
    }
    let by_env: BTreeMap<(Benchmark, &str), BTreeSet<&TaskId>> =
        envs.into_iter().map(|(env, cells)| (env, usual_tasks(&cells))).collect();
    let plan = |(index, cell): (usize, &Cell)| {
        // A part of a file's episodes was not planned by that file: such cells are measured by their own tasks.
        let whole = !sweep.by.splits_files();
        let ranged = range_tasks(files.of(index)).filter(|_| whole);
        let from_ranges = ranged.is_some();
        let declared = if whole { declared(files.of(index)) } else { Declared::default() };
        let listed = Some(declared.tasks).filter(|tasks| !tasks.is_empty());
        let mut tasks: BTreeSet<TaskId> = listed.or(ranged).unwrap_or_else(|| {
            let env = cell.key.env.as_deref().filter(|_| whole).and_then(|env| by_env.get(&(cell.key.benchmark, env)));
            env.map(|tasks| tasks.iter().map(|task| (*task).clone()).collect()).unwrap_or_default()
        });
        tasks.extend(cell.tasks.keys().cloned());
        let usual = || usual_trials(cell.tasks.values().map(Vec::len).collect());
        let trials = planned_trials.unwrap_or_else(|| usual().max(declared.trials));
        Plan { tasks, trials, from_ranges }
    };
    sweep.cells.iter().enumerate().map(plan).collect()
}

/// Returns the tasks of the largest cell and those that at least two cells have: one stray task is no plan for the others.
fn usual_tasks<'a>(cells: &[&'a Cell]) -> BTreeSet<&'a TaskId> {
    let largest = cells.iter().map(|cell| cell.tasks.len()).max().unwrap_or(0);
    let mut seen: BTreeMap<&TaskId, usize> = BTreeMap::new();
    for cell in cells {
        let weight = if cell.tasks.len() == largest { 2 } else { 1 };
        cell.tasks.keys().for_each(|task| *seen.entry(task).or_default() += weight);
    }
    seen.into_iter().filter(|(_, cells)| *cells > 1).map(|(task, _)| task).collect()
}

/// What the files of a cell say of their plan.
#[derive(Default)]
struct Declared {
    tasks: BTreeSet<TaskId>,
    trials: u32,
}

fn declared(files: &[&FileSummary]) -> Declared {
    let runs = files.iter().filter_map(|file| file.tau2.as_deref());
    runs.fold(Declared::default(), |mut declared, run| {
        declared.tasks.extend(run.tasks.keys().cloned());
        declared.trials = declared.trials.max(run.planned_trials.unwrap_or(0));
        declared
    })
}

/// One in how many tasks must reach a number of trials for it to be the plan.
const REACHED_BY_ONE_IN: usize = 10;

/// Returns the largest number of trials that at least a tenth of the tasks reach.
fn usual_trials(mut trials: Vec<usize>) -> u32 {
    trials.sort_unstable_by(|a, b| b.cmp(a));
    let reached = trials.len().div_ceil(REACHED_BY_ONE_IN).saturating_sub(1);
    trials.get(reached).map_or(0, |most| u32::try_from(*most).unwrap_or(u32::MAX))
}

/// Longest task range believed.
const MAX_RANGE: i64 = 10_000;

/// Returns the tasks of the closed ranges `start-end` (end excluded, as τ-bench does) if all files of a cell have one.
fn range_tasks(files: &[&FileSummary]) -> Option<BTreeSet<TaskId>> {
    let mut tasks = BTreeSet::new();
    for file in files {
        let (start, end) = file.task_range.as_deref()?.split_once('-')?;
        let (start, end): (i64, i64) = (start.parse().ok()?, end.parse().ok()?);
        if start < 0 || end <= start || end - start > MAX_RANGE {
            return None;
        }
        tasks.extend((start..end).map(TaskId::from));
    }
    (!tasks.is_empty()).then_some(tasks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_tasks_makes_the_plan() {
        assert_eq!(usual_trials(vec![]), 0);
        assert_eq!(usual_trials(vec![4]), 4);
        assert_eq!(usual_trials([vec![7], vec![3; 19]].concat()), 3);
        assert_eq!(usual_trials([vec![2; 5], vec![1; 45]].concat()), 2);
        assert_eq!(usual_trials([vec![2; 4], vec![1; 46]].concat()), 1);
    }
}
