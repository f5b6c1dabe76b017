//! Task × cell matrices: rows aligned over cells, neighbouring tasks put together where there are too many.

use std::collections::{BTreeMap, BTreeSet};

use super::scene::Entry;
use crate::{analysis::TaskStats, records::TaskId};

/// Most rows of a matrix.
const MOST_ROWS: usize = 120;

/// A matrix.
pub(super) struct Matrix<T> {
    /// The tasks in all rows.
    pub(super) tasks: usize,
    /// One row a task, or a run of neighbouring tasks, with its name and one value a cell.
    pub(super) rows: Vec<(String, Vec<T>)>,
}

impl<T> Matrix<T> {
    /// Returns whether rows stand for several tasks.
    pub(super) fn is_grouped(&self) -> bool {
        self.rows.len() < self.tasks
    }
}

/// Returns one row a task (or a run of neighbouring tasks) with one value a cell, made from the task figures of that cell.
pub(super) fn binned<T>(entries: &[Entry<'_>], make: impl Fn(&[&TaskStats]) -> T) -> Matrix<T> {
    let by_cell: Vec<BTreeMap<&TaskId, &TaskStats>> =
        entries.iter().map(|entry| entry.stats.tasks.iter().map(|task| (&task.task, task)).collect()).collect();
    let tasks: BTreeSet<&TaskId> = by_cell.iter().flat_map(|cell| cell.keys().copied()).collect();
    let tasks: Vec<&TaskId> = tasks.into_iter().collect();
    let bin = tasks.len().div_ceil(MOST_ROWS).max(1);
    let rows = tasks
        .chunks(bin)
        .map(|group| {
            let label = match group {
                [one] => one.to_string(),
                [first, .., last] => format!("{first}–{last}"),
                [] => String::new(),
            };
            let values = by_cell.iter().map(|cell| {
                let own: Vec<&TaskStats> = group.iter().filter_map(|task| cell.get(*task).copied()).collect();
                make(&own)
            });
            (label, values.collect())
        })
        .collect();
    Matrix { tasks: tasks.len(), rows }
}
