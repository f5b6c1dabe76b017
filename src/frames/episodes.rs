//! One row an episode.

use polars::prelude::*;

use crate::{
    records::{Conversation, ErrorClass, Outcome},
    sweep::{ErrorPolicy, Sweep, Trial},
};

/// Index of the cell in the sweep.
pub(super) const CELL: &str = "cell";
/// Index of the task among the tasks of its cell; null where the task is unknown.
pub(super) const TASK: &str = "task";
/// Whether the episode is one of the n trials.
pub(super) const COUNTED: &str = "counted";
/// Whether it is one of the c successes.
pub(super) const SUCCESS: &str = "success";
/// The reward that counts.
pub(super) const REWARD: &str = "reward";
/// Ended in an infrastructure error.
pub(super) const INFRASTRUCTURE: &str = "infrastructure_error";
/// Ended in an agent error.
pub(super) const AGENT_ERROR: &str = "agent_error";
/// Ended in a context-window overflow.
pub(super) const CONTEXT: &str = "context_window_error";
/// Has no usable reward.
pub(super) const INVALID: &str = "invalid_reward";
/// Number of assistant messages.
pub(super) const TURNS: &str = "turns";
/// Number of tool calls.
pub(super) const TOOL_CALLS: &str = "tool_calls";
/// Number of messages.
pub(super) const MESSAGES: &str = "messages";
/// Cost of the user simulator, US dollars.
pub(super) const USER_COST: &str = "user_cost_usd";
/// Cost of the agent, US dollars.
pub(super) const AGENT_COST: &str = "agent_cost_usd";

/// Returns the episodes of a sweep under an error policy, in order of cell, task and trial.
///
/// Columns: `cell` u32, `task` u32 (null = unknown), `counted` and `success` bool, `reward` f64 (null = not counted), the four
/// outcome marks bool, `messages`, `turns`, `tool_calls` u32 (null = no conversation on record), `user_cost_usd` and
/// `agent_cost_usd` f64 (null = unknown).
///
/// # Errors
/// Polars' own, which would be a bug here: all columns are built with one length.
pub fn episodes(sweep: &Sweep, policy: ErrorPolicy) -> PolarsResult<DataFrame> {
    let mut columns = Columns::default();
    for (cell_index, cell) in (0_u32..).zip(&sweep.cells) {
        for (task_index, trials) in (0_u32..).zip(cell.tasks.values()) {
            for trial in trials {
                columns.add(cell_index, Some(task_index), trial, policy);
            }
        }
        for trial in &cell.untasked {
            columns.add(cell_index, None, trial, policy);
        }
    }
    columns.into_frame()
}

#[derive(Default)]
struct Columns {
    cell: Vec<u32>,
    task: Vec<Option<u32>>,
    counted: Vec<bool>,
    success: Vec<bool>,
    reward: Vec<Option<f64>>,
    infrastructure: Vec<bool>,
    agent_error: Vec<bool>,
    context: Vec<bool>,
    invalid: Vec<bool>,
    messages: Vec<Option<u32>>,
    turns: Vec<Option<u32>>,
    tool_calls: Vec<Option<u32>>,
    user_cost: Vec<Option<f64>>,
    agent_cost: Vec<Option<f64>>,
}

impl Columns {
    fn add(&mut self, cell: u32, task: Option<u32>, trial: &Trial, policy: ErrorPolicy) {
        let episode = &trial.episode;
        let standing = policy.standing(episode);
        let class = match &episode.outcome {
            Outcome::Error { error, .. } => Some(error.class),
            Outcome::Scored { .. } | Outcome::Invalid { .. } => None,
        };
        let size = |part: fn(&Conversation) -> u32| episode.conversation.as_ref().map(part);
        self.cell.push(cell);
        self.task.push(task);
        self.counted.push(standing.counted);
        self.success.push(standing.success);
        self.reward.push(standing.reward);
        self.infrastructure.push(class == Some(ErrorClass::Infrastructure));
        self.agent_error.push(class == Some(ErrorClass::Agent));
        self.context.push(class == Some(ErrorClass::ContextWindow));
        self.invalid.push(matches!(episode.outcome, Outcome::Invalid { .. }));
        self.messages.push(size(|c| c.messages));
        self.turns.push(size(|c| c.turns));
        self.tool_calls.push(size(|c| c.tool_calls));
        self.user_cost.push(episode.user_cost_usd);
        self.agent_cost.push(episode.agent_cost_usd);
    }

    fn into_frame(self) -> PolarsResult<DataFrame> {
        df!(
            CELL => self.cell,
            TASK => self.task,
            COUNTED => self.counted,
            SUCCESS => self.success,
            REWARD => self.reward,
            INFRASTRUCTURE => self.infrastructure,
            AGENT_ERROR => self.agent_error,
            CONTEXT => self.context,
            INVALID => self.invalid,
            MESSAGES => self.messages,
            TURNS => self.turns,
            TOOL_CALLS => self.tool_calls,
            USER_COST => self.user_cost,
            AGENT_COST => self.agent_cost,
        )
    }
}
