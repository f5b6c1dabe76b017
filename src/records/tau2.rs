//! What only τ²-bench records: terminations, reward components, checks, times, tokens, reviews.

use std::{collections::BTreeMap, fmt};

use super::{TaskId, Turn};

/// Why a simulation ended. τ²-bench `data_model/simulation.py`, `TerminationReason`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Termination {
    /// The user ended it.
    UserStop,
    /// The agent ended it.
    AgentStop,
    /// The step limit was reached.
    MaxSteps,
    /// Too many tool errors in a row.
    TooManyErrors,
    /// The agent raised an error.
    AgentError,
    /// The user simulator raised an error.
    UserError,
    /// The time limit was reached.
    Timeout,
    /// The conversation outgrew the model's context window.
    ContextWindowExceeded,
    /// Any other exception.
    UnexpectedError,
    /// The machinery failed.
    InfrastructureError,
    /// A reason this version does not know, as written.
    Other(String),
}

impl Termination {
    /// Reads a reason as results (`user_stop`) or logs (`TerminationReason.USER_STOP`) write it.
    pub fn parse(text: &str) -> Self {
        let name = text.rsplit('.').next().unwrap_or(text).to_ascii_lowercase();
        match name.as_str() {
            "user_stop" => Self::UserStop,
            "agent_stop" => Self::AgentStop,
            "max_steps" => Self::MaxSteps,
            "too_many_errors" => Self::TooManyErrors,
            "agent_error" => Self::AgentError,
            "user_error" => Self::UserError,
            "timeout" => Self::Timeout,
            "context_window_exceeded" => Self::ContextWindowExceeded,
            "unexpected_error" => Self::UnexpectedError,
            "infrastructure_error" => Self::InfrastructureError,
            _ => Self::Other(name),
        }
    }

    /// Returns whether the conversation came to its own end; otherwise τ²-bench does not evaluate it.
    pub fn is_natural(&self) -> bool {
        matches!(self, Self::UserStop | Self::AgentStop)
    }
}

impl fmt::Display for Termination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UserStop => "user_stop",
            Self::AgentStop => "agent_stop",
            Self::MaxSteps => "max_steps",
            Self::TooManyErrors => "too_many_errors",
            Self::AgentError => "agent_error",
            Self::UserError => "user_error",
            Self::Timeout => "timeout",
            Self::ContextWindowExceeded => "context_window_exceeded",
            Self::UnexpectedError => "unexpected_error",
            Self::InfrastructureError => "infrastructure_error",
            Self::Other(name) => name,
        })
    }
}

/// One component of a reward. τ²-bench `data_model/tasks.py`, `RewardType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// The database ends in the expected state.
    Db,
    /// The agent said what it had to say.
    Communicate,
    /// Assertions on the environment hold.
    EnvAssertion,
    /// Natural-language assertions hold, as judged by a model.
    NlAssertion,
    /// The actions of the reference path were taken.
    Action,
}

impl Component {
    /// All components in display order.
    pub const ALL: [Self; 5] = [Self::Db, Self::Communicate, Self::EnvAssertion, Self::NlAssertion, Self::Action];

    /// Reads a component's name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Returns the name τ²-bench uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Db => "DB",
            Self::Communicate => "COMMUNICATE",
            Self::EnvAssertion => "ENV_ASSERTION",
            Self::NlAssertion => "NL_ASSERTION",
            Self::Action => "ACTION",
        }
    }
}

/// One action of the reference path and whether the agent took it: similarity to *one* path, not proof of success or failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionCheck {
    /// Name of the tool.
    pub tool: String,
    /// Who was to call it: `assistant` or `user`.
    pub requestor: String,
    /// Whether the tool writes, as recorded (`tool_type`) or told by its name (get, find, search, list, check, calculate, think,
    /// transfer… read); `None` = cannot be told.
    pub writes: Option<bool>,
    /// Whether a matching call was found.
    pub matched: bool,
}

/// One error a reviewing model found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReviewError {
    /// `agent` or `user`.
    pub source: String,
    /// As recorded, e.g. `critical`.
    pub severity: String,
    /// Tags as recorded, sorted.
    pub tags: Vec<String>,
}

/// Tokens of one side of a simulation, over the messages that record `usage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Messages that record usage.
    pub messages: u32,
    /// Prompt tokens.
    pub input: u64,
    /// Completion tokens.
    pub output: u64,
}

/// What only τ²-bench records of an episode.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are independent of each other")]
pub struct Tau2Facts {
    /// Id of the simulation.
    pub id: String,
    /// Digest of its messages; `None` without a conversation.
    pub messages_digest: Option<u128>,
    /// Why it ended; `None` where missing.
    pub termination: Option<Termination>,
    /// The components whose product is the reward; empty where not evaluated.
    pub basis: Vec<Component>,
    /// Reward by component as recorded in `reward_breakdown`.
    pub breakdown: BTreeMap<Component, f64>,
    /// Reward by component as far as the checks on record tell it, for recomputing under another basis: DB from `db_check`,
    /// COMMUNICATE, ENV_ASSERTION, NL_ASSERTION and ACTION from the check lists (an empty or null list of a component that the
    /// task does not ask for is 1, as in τ²-bench's evaluators).
    pub recomputable: BTreeMap<Component, f64>,
    /// Whether the reward was evaluated at all; premature ends are not.
    pub evaluated: bool,
    /// Actions of the reference path.
    pub action_checks: Vec<ActionCheck>,
    /// Number of natural-language assertions judged: their model's cost is recorded nowhere.
    pub nl_judged: u32,
    /// Wall-clock duration, seconds; `None` where missing or a placeholder.
    pub duration_s: Option<f64>,
    /// Start as written, `None` where missing or a placeholder. For joining with logs.
    pub start_time: Option<String>,
    /// End as written.
    pub end_time: Option<String>,
    /// Whether times were recognised as invented (every simulation of the file has the same ones).
    pub placeholder_times: bool,
    /// Tool results marked as errors.
    pub tool_errors: u32,
    /// The agent's tokens.
    pub agent_tokens: Tokens,
    /// The user simulator's tokens.
    pub user_tokens: Tokens,
    /// Its messages of both sides in order; none where no message says more than its text.
    pub turns: Vec<Turn>,
    /// Times the simulation was rolled again because the user simulator hallucinated; `None` = not recorded.
    pub hallucination_retries: Option<u32>,
    /// Errors a reviewing model found; `None` = not reviewed.
    pub review: Option<Vec<ReviewError>>,
    /// Verdict on authentication, as recorded.
    pub auth_classification: Option<String>,
    /// `half_duplex` / `full_duplex` as recorded.
    pub mode: Option<String>,
    /// Seed of the simulation.
    pub seed: Option<i64>,
    /// Whether the benchmark itself discarded the simulation and ran the task again; it is no trial.
    pub discarded: bool,
    /// Whether the task was told by nothing but its order in the file: the simulation does not name it, and the reference actions
    /// it repeats fit no task or several.
    pub matched_by_order: bool,
}

impl Tau2Facts {
    /// Notes why the simulation ended: a premature end was not evaluated, whatever its record looks like.
    pub fn end_by(&mut self, termination: Termination) {
        if !termination.is_natural() && !matches!(termination, Termination::Other(_)) {
            self.evaluated = false;
            self.basis.clear();
            self.recomputable.clear();
        }
        self.termination = Some(termination);
    }

    /// Takes out every time, since they are invented; how long a generation took is measured, and stays.
    pub fn forget_invented_times(&mut self) {
        self.placeholder_times = true;
        self.duration_s = None;
        self.turns.iter_mut().for_each(Turn::forget_moments);
    }
}

/// What a τ²-bench file says of a task.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tau2Task {
    /// Number of reference actions; `None` where the task has no evaluation criteria.
    pub actions: Option<u32>,
    /// How many of them write, where that can be told for all.
    pub write_actions: Option<u32>,
    /// Components the reward rests on.
    pub basis: Vec<Component>,
    /// Digest of what makes it this task (scenario, initial state, criteria); `None` where the file says nothing of that.
    pub digest: Option<u64>,
    /// The customer's issue, from a telecom task id: `mms_issue` in `[mms_issue]…`.
    pub intent: Option<String>,
    /// The persona, from a telecom task id: `None` in `…[PERSONA:None]` is written `None`.
    pub persona: Option<String>,
}

/// What a τ²-bench file says of its run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tau2Run {
    /// Trials planned for each task.
    pub planned_trials: Option<u32>,
    /// Planned tasks with what is known of each.
    pub tasks: BTreeMap<TaskId, Tau2Task>,
    /// Simulations the index lists that were not found (directory format).
    pub missing_simulations: u32,
    /// Simulations found that the index does not list (directory format).
    pub extra_simulations: u32,
}
