//! Task × cell matrices: rows aligned over cells, neighbouring tasks put together where there are too many.

use std::collections::{BTreeMap, BTreeSet};

use super::scene::Entry;
use crate::{analysis::TaskStats, records::TaskId};

/// Most rows of a matrix.
const MOST_ROWS: usize = 120;

/// Returns one row a task (or a run of neighbouring tasks) with one value a cell, made from the task figures of that cell.
pub(super) fn binned<T>(entries: &[Entry<'_>], make: impl Fn(&[&TaskStats]) -> T) -> Vec<(String, Vec<T>)> {
    let by_cell: Vec<BTreeMap<&TaskId, &TaskStats>> =
        entries.iter().map(|entry| entry.stats.tasks.iter().map(|task| (&task.task, task)).collect()).collect();
    let tasks: BTreeSet<&TaskId> = by_cell.iter().flat_map(|cell| cell.keys().copied()).collect();
    let tasks: Vec<&TaskId> = tasks.into_iter().collect();
    let bin = tasks.len().div_ceil(MOST_ROWS).max(1);
    tasks
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
        .collect()
}
