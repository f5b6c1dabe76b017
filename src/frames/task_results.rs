//! One row a (cell, task): the sums every figure is made of, in `analyze`, `compare`, `power` and the table `task_results`.
//!
//! Floats are added in the order of the trials, so that the sums do not depend on threads.

use serde::{Deserialize, Serialize};

use crate::{
    records::{ErrorClass, Outcome},
    sweep::{ErrorPolicy, Sweep, Trial},
};

/// A sum over the episodes (or turns) in which a quantity is known.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Known {
    /// How many these are.
    #[serde(rename = "episodes")]
    pub count: u32,
    /// Its sum over them.
    pub sum: f64,
}

impl Known {
    /// Adds a value, if it is known.
    pub fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.count += 1;
            self.sum += value;
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
    }

    /// Returns the mean; `None` where it is unknown in all.
    pub fn mean(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / f64::from(self.count))
    }
}

/// Sums over the episodes of one task of one cell (or over all episodes of the cell whose task is unknown).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskResult {
    /// Index of the cell.
    pub cell: usize,
    /// Index of the task among the tasks of its cell; `None` for the episodes without a task.
    pub task: Option<usize>,
    /// All episodes.
    pub episodes: u32,
    /// Trials that count: n.
    pub n: u32,
    /// Successes among them: c.
    pub c: u32,
    /// Sum of the rewards that count.
    pub reward_sum: f64,
    /// Episodes that ended in an infrastructure error.
    pub infrastructure: u32,
    /// Episodes that ended in an agent error.
    pub agent_errors: u32,
    /// Episodes that ended in a context-window overflow.
    pub context_errors: u32,
    /// Episodes without a usable reward.
    pub invalid: u32,
    /// Episodes with a conversation on record.
    pub conversations: u32,
    /// Messages of those.
    pub messages: u64,
    /// Assistant messages of those.
    pub turns: u64,
    /// Tool calls of those.
    pub tool_calls: u64,
    /// Cost of the user simulator, US dollars.
    pub user_cost_usd: Known,
    /// Successes among the episodes whose user cost is known.
    pub user_cost_successes: u32,
    /// Cost of the agent, US dollars.
    pub agent_cost_usd: Known,
    /// Successes among the episodes whose agent cost is known.
    pub agent_cost_successes: u32,
    /// The agent's prompt tokens.
    pub agent_input_tokens: Known,
    /// The agent's completion tokens.
    pub agent_output_tokens: Known,
    /// Durations of the counted trials, seconds.
    pub durations_s: Vec<f64>,
}

impl TaskResult {
    fn add(&mut self, trial: &Trial, errors: ErrorPolicy) {
        let episode = &trial.episode;
        let standing = errors.standing(episode);
        self.episodes += 1;
        self.n += u32::from(standing.counted);
        self.c += u32::from(standing.success);
        self.reward_sum += standing.reward.unwrap_or(0.0);
        match &episode.outcome {
            Outcome::Error { error, .. } => match error.class {
                ErrorClass::Infrastructure => self.infrastructure += 1,
                ErrorClass::Agent => self.agent_errors += 1,
                ErrorClass::ContextWindow => self.context_errors += 1,
            },
            Outcome::Invalid { .. } => self.invalid += 1,
            Outcome::Scored { .. } => {}
        }
        if let Some(size) = &episode.conversation {
            self.conversations += 1;
            self.messages += u64::from(size.messages);
            self.turns += u64::from(size.turns);
            self.tool_calls += u64::from(size.tool_calls);
        }
        self.user_cost_usd.add(episode.user_cost_usd);
        self.user_cost_successes += u32::from(standing.success && episode.user_cost_usd.is_some());
        self.agent_cost_usd.add(episode.agent_cost_usd);
        self.agent_cost_successes += u32::from(standing.success && episode.agent_cost_usd.is_some());
        let Some(facts) = episode.tau2.as_deref() else { return };
        if facts.agent_tokens.messages > 0 {
            self.agent_input_tokens.add(Some(facts.agent_tokens.input as f64));
            self.agent_output_tokens.add(Some(facts.agent_tokens.output as f64));
        }
        self.durations_s.extend(facts.duration_s.filter(|_| standing.counted));
    }
}

/// Returns the sums of every (cell, task), in order of cell and task; the row without a task comes last in its cell.
pub fn task_results(sweep: &Sweep, errors: ErrorPolicy) -> Vec<TaskResult> {
    let mut rows = Vec::new();
    for (cell, one) in sweep.cells.iter().enumerate() {
        let tasks = one.tasks.values().enumerate().map(|(task, trials)| (Some(task), trials));
        for (task, trials) in tasks.chain([(None, &one.untasked)]).filter(|(_, trials)| !trials.is_empty()) {
            let mut row = TaskResult { cell, task, ..TaskResult::default() };
            for trial in trials {
                row.add(trial, errors);
            }
            rows.push(row);
        }
    }
    rows
}

/// Returns the rows of a cell; rows are in order of cell.
pub fn of_cell(rows: &[TaskResult], cell: usize) -> &[TaskResult] {
    let begin = rows.partition_point(|row| row.cell < cell);
    let end = rows.partition_point(|row| row.cell <= cell);
    rows.get(begin..end).unwrap_or_default()
}
