//! Who leads in each environment, and whether that can be told from noise.

use std::collections::BTreeMap;

use super::{CellStats, Options};
use crate::{
    metrics::{
        TaskCounts,
        paired::{Paired, holm, paired},
    },
    records::{Benchmark, TaskId},
    sweep::{CellFiles, Sweep},
};

/// Fewest common tasks for a comparison to be made at all, and fewest tasks of a leader where others have more.
pub const FEWEST_COMMON_TASKS: usize = 5;

/// What a comparison says. Never "equal": too little data looks the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The leader is better beyond noise, after correction for the number of comparisons.
    Worse,
    /// Better than the leader beyond noise on the tasks both have, although its pass^1 is lower or rests on few tasks.
    Better,
    /// Cannot be told from the leader with this data.
    Inconclusive,
    /// Too few common tasks to compare.
    NotCompared,
}

/// One cell against the leader of its environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Contrast {
    /// Index of the cell.
    pub cell: usize,
    /// The comparison, cell − leader, on the common tasks.
    pub paired: Option<Paired>,
    /// p after Holm's correction within the environment.
    pub p_holm: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
    /// What the two differ in although a comparison should keep it the same: `user model`, `task set`, …
    pub differs: Vec<&'static str>,
}

/// The cells of one environment by falling pass^1; those with less than half of the tasks of the largest come last.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvRanking {
    /// The benchmark.
    pub benchmark: Benchmark,
    /// The environment; `None` = unknown, and then nothing is compared.
    pub env: Option<String>,
    /// Indices of the cells that have a pass^1, best first.
    pub order: Vec<usize>,
    /// Every cell but the leader, in that order.
    pub contrasts: Vec<Contrast>,
    /// Tasks that no cell solved in any trial, among those all cells ran.
    pub solved_by_none: Vec<TaskId>,
    /// Tasks that every cell solved in every trial.
    pub solved_by_all: Vec<TaskId>,
}

/// Ranks the cells of each environment.
pub(super) fn rank(sweep: &Sweep, files: &CellFiles<'_>, cells: &[CellStats], options: &Options) -> Vec<EnvRanking> {
    let mut groups: BTreeMap<(Benchmark, Option<&String>), Vec<usize>> = BTreeMap::new();
    for (index, cell) in sweep.cells.iter().enumerate() {
        groups.entry((cell.key.benchmark, cell.key.env.as_ref())).or_default().push(index);
    }
    let mut rankings: Vec<EnvRanking> = groups
        .into_iter()
        .map(|((benchmark, env), members)| {
            let mut order: Vec<usize> = members.into_iter().filter(|index| cells[*index].pass_1().is_some()).collect();
            // A handful of easy tasks would lead by luck alone: cells that ran less than half of what the largest ran come after.
            let largest = order.iter().map(|index| cells[*index].scored_tasks).max().unwrap_or(0);
            let small =
                |index: &usize| 2 * cells[*index].scored_tasks < largest || cells[*index].scored_tasks < FEWEST_COMMON_TASKS;
            let score = |index: &usize| cells[*index].pass_1().map_or(f64::NEG_INFINITY, |(value, _)| value);
            order.sort_by(|a, b| small(a).cmp(&small(b)).then_with(|| score(b).total_cmp(&score(a))).then(a.cmp(b)));
            let contrasts = if env.is_some() { contrasts(sweep, files, cells, &order, options) } else { Vec::new() };
            let (solved_by_none, solved_by_all) = extremes(cells, &order);
            EnvRanking { benchmark, env: env.cloned(), order, contrasts, solved_by_none, solved_by_all }
        })
        .collect();
    rankings.sort_by_key(|ranking| ranking.env.is_none());
    rankings
}

fn contrasts(sweep: &Sweep, files: &CellFiles<'_>, cells: &[CellStats], order: &[usize], options: &Options) -> Vec<Contrast> {
    let Some((leader, others)) = order.split_first() else { return Vec::new() };
    let compared: Vec<Option<Paired>> = others
        .iter()
        .map(|cell| {
            let pairs = common(&cells[*leader], &cells[*cell]);
            (pairs.len() >= FEWEST_COMMON_TASKS).then(|| paired(&pairs, options.confidence)).flatten()
        })
        .collect();
    let p: Vec<f64> = compared.iter().map(|one| one.and_then(|one| one.p()).unwrap_or(f64::NAN)).collect();
    let adjusted = holm(&p);
    let alpha = 1.0 - options.confidence;
    others
        .iter()
        .zip(compared)
        .zip(adjusted)
        .map(|((cell, paired), p)| {
            let p_holm = (!p.is_nan()).then_some(p);
            let verdict = match (paired, p_holm) {
                (None, _) => Verdict::NotCompared,
                (Some(one), Some(p)) if p < alpha && one.difference < 0.0 => Verdict::Worse,
                (Some(one), Some(p)) if p < alpha && one.difference > 0.0 => Verdict::Better,
                _ => Verdict::Inconclusive,
            };
            let plans = [*leader, *cell].map(|index| &cells[index].plan);
            let differs = super::comparable::differences(sweep, files, plans, [*leader, *cell]);
            Contrast { cell: *cell, paired, p_holm, verdict, differs }
        })
        .collect()
}

fn common(a: &CellStats, b: &CellStats) -> Vec<(TaskCounts, TaskCounts)> {
    let of = |cell: &CellStats| -> BTreeMap<TaskId, TaskCounts> {
        let scored = cell.tasks.iter().filter(|task| task.n > 0);
        scored.map(|task| (task.task.clone(), TaskCounts { n: task.n, c: task.c })).collect()
    };
    let other = of(b);
    of(a).into_iter().filter_map(|(task, counts)| Some((counts, *other.get(&task)?))).collect()
}

/// Returns the tasks nobody solved, and the tasks everybody always solved, among those that every cell scored.
fn extremes(cells: &[CellStats], order: &[usize]) -> (Vec<TaskId>, Vec<TaskId>) {
    let mut by_task: BTreeMap<&TaskId, Tried> = BTreeMap::new();
    for task in order.iter().flat_map(|index| &cells[*index].tasks).filter(|task| task.n > 0) {
        let tried = by_task.entry(&task.task).or_default();
        tried.cells += 1;
        tried.never += usize::from(task.c == 0);
        tried.always += usize::from(task.c == task.n);
    }
    let all = |count: fn(&Tried) -> usize| -> Vec<TaskId> {
        let holds = |tried: &Tried| tried.cells == order.len() && count(tried) == order.len();
        by_task.iter().filter(|(_, tried)| holds(tried)).map(|(task, _)| (*task).clone()).collect()
    };
    (all(|tried| tried.never), all(|tried| tried.always))
}

/// In how many cells a task was scored, never solved, always solved.
#[derive(Default)]
struct Tried {
    cells: usize,
    never: usize,
    always: usize,
}
