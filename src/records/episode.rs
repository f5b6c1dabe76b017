//! One scored run of one task.

use std::sync::Arc;

use super::TaskId;

/// 128-bit digest of what makes an episode itself: task, trial, reward, messages (role, content, tool calls) and error text.
///
/// Two records with the same fingerprint are copies of one episode, wherever they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u128);

/// Who is to blame for a run that ended in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorClass {
    /// The machinery failed: rate limit, connection, server, authentication. Says nothing of the agent.
    Infrastructure,
    /// The agent (or the agent's own code) failed: bad tool call, malformed output, validation.
    Agent,
    /// The conversation outgrew the model's context window. Counted like an agent failure, but kept apart in tables.
    ContextWindow,
}

impl ErrorClass {
    /// Returns the name used in tables and rule files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Infrastructure => "infrastructure",
            Self::Agent => "agent",
            Self::ContextWindow => "context-window",
        }
    }
}

/// The error a record carries in place of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunError {
    /// Who is to blame.
    pub class: ErrorClass,
    /// Name of the rule that decided, e.g. `connection`; `other` when none matched.
    pub rule: String,
    /// First line of the error text, redacted and shortened.
    pub text: String,
}

/// How an episode enters the figures.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Ran and was scored.
    Scored {
        /// The reward as recorded.
        reward: f64,
    },
    /// Ended in an error; `reward` is what the file says, if anything.
    Error {
        /// The error and its class.
        error: RunError,
        /// The reward as recorded (τ-bench writes 0.0).
        reward: Option<f64>,
    },
    /// Has no usable reward: missing, null, NaN or not a number.
    Invalid {
        /// Why, e.g. `reward is null`.
        reason: String,
    },
}

/// Size of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conversation {
    /// All messages.
    pub messages: u32,
    /// Assistant messages: the agent's turns.
    pub turns: u32,
    /// Tool calls: entries of `tool_calls`, or for text agents (act, react) the tool results fed back to them.
    pub tool_calls: u32,
}

/// One scored run of one task (τ²-bench calls it a simulation).
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// The task; `None` where the file does not say (such episodes stay out of per-task figures).
    pub task: Option<TaskId>,
    /// The trial number in the file; `None` where the file has none.
    pub trial: Option<i64>,
    /// How it ended.
    pub outcome: Outcome,
    /// Identity of the record.
    pub fingerprint: Fingerprint,
    /// Digest of what was run, whatever trial number and reward the record gives it: the task, and the messages or the error. That of
    /// the record where it has neither.
    pub content: Fingerprint,
    /// Zero-based position of the record in its file.
    pub record: usize,
    /// Size of the conversation; `None` where the record carries none (error records have `traj: []`).
    pub conversation: Option<Conversation>,
    /// Cost of the agent's model calls in US dollars; `None` is unknown, not free.
    pub agent_cost_usd: Option<f64>,
    /// Cost of the user simulator's model calls in US dollars; `None` is unknown, not free.
    pub user_cost_usd: Option<f64>,
    /// Whether a τ-bench record says that its run was never evaluated (`info.reward_info` is null): the run was cut off at the step
    /// limit, and its reward of 0 says no more than that.
    pub is_cut_off: bool,
    /// What it is a result of, where it says something else than its file as a whole.
    pub identity: Option<Arc<super::Identity>>,
    /// What only τ²-bench records.
    pub tau2: Option<Box<super::Tau2Facts>>,
}

/// Smallest reward that counts as a success: `1 - 1e-6`, computed as τ-bench's `run.py` does.
pub const SUCCESS_LOW: f64 = 1.0 - 1e-6;
/// Largest reward that counts as a success: `1 + 1e-6`.
pub const SUCCESS_HIGH: f64 = 1.0 + 1e-6;

/// Returns whether a reward is a success: within `1e-6` of one, both ends included (τ-bench `run.py`, τ² `agent_metrics.py`).
pub fn is_success(reward: f64) -> bool {
    (SUCCESS_LOW..=SUCCESS_HIGH).contains(&reward)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_is_the_closed_interval_upstream_uses() {
        for reward in [1.0, 0.999_999, 1.000_001, 0.999_999_000_000_01] {
            assert!(is_success(reward), "{reward}");
        }
        for reward in [0.0, 0.5, 0.999_998_9, 1.000_001_1, 2.0, -1.0, f64::NAN] {
            assert!(!is_success(reward), "{reward}");
        }
    }
}
