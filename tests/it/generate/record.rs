//! One episode, and the record τ-bench writes of it.

use super::{
    SECRET,
    conversation::Conversation,
    json::{Json, object},
    scenario::{Call, Scenario},
};

/// How an episode ended, as the figures see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Ran and was scored.
    Scored {
        /// Reward 1.0 or 0.0.
        success: bool,
    },
    /// `info.error` instead of a conversation.
    Error(Fault),
    /// Ran, but has no usable reward.
    Invalid(NoReward),
}

/// Whose error it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection or the server.
    Infrastructure,
    /// The agent's own doing.
    Agent,
    /// Too long a conversation.
    ContextWindow,
}

/// In which way a reward is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoReward {
    Null,
    Missing,
    NotANumber,
}

/// What becomes of `info`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Info {
    /// As upstream writes it.
    Full,
    /// `"info": null`.
    Null,
    /// No such key.
    Missing,
    /// `{"task": …}` alone: no `reward_info`.
    TaskOnly,
}

/// The user simulator's cost as recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// `null`: unknown.
    Unknown,
    /// Free, written `0.0` or, by another version, `0`.
    Free {
        /// Written without a fraction.
        integer: bool,
    },
    /// So many millionths of a US dollar.
    Micros(u64),
}

/// One episode.
pub(super) struct Episode {
    pub(super) task: usize,
    pub(super) trial: i64,
    pub(super) ending: Ending,
    pub(super) info: Info,
    pub(super) cost: Cost,
    pub(super) dialogue: Conversation,
    /// A number no other episode has.
    pub(super) case: u64,
}

impl Episode {
    /// The cost in millionths of a US dollar, where the record says it.
    pub(super) fn known_cost_micros(&self) -> Option<u64> {
        match (self.info, self.ending, self.cost) {
            (Info::Full, Ending::Scored { .. } | Ending::Invalid(_), Cost::Free { .. }) => Some(0),
            (Info::Full, Ending::Scored { .. } | Ending::Invalid(_), Cost::Micros(micros)) => Some(micros),
            _ => None,
        }
    }
}

/// Writes the record of an episode.
pub(super) fn record(episode: &Episode, scene: &Scenario, string_id: bool) -> Json {
    let mut pairs = Vec::new();
    let mut put = |key: &str, value: Json| pairs.push((key.to_owned(), value));
    put("task_id", if string_id { Json::Str(episode.task.to_string()) } else { Json::from(episode.task) });
    match episode.ending {
        Ending::Scored { success } => put("reward", Json::Float(if success { 1.0 } else { 0.0 })),
        Ending::Error(_) => put("reward", Json::Float(0.0)),
        Ending::Invalid(NoReward::Null) => put("reward", Json::Null),
        Ending::Invalid(NoReward::NotANumber) => put("reward", Json::Float(f64::NAN)),
        Ending::Invalid(NoReward::Missing) => {}
    }
    match (episode.ending, episode.info) {
        (Ending::Error(fault), _) => put("info", error(fault, episode.case)),
        (_, Info::Full) => put("info", full_info(episode, scene)),
        (_, Info::Null) => put("info", Json::Null),
        (_, Info::Missing) => {}
        (_, Info::TaskOnly) => put("info", object! {"task": task(scene)}),
    }
    put("traj", Json::List(episode.dialogue.traj.clone()));
    put("trial", Json::Int(episode.trial));
    Json::Object(pairs)
}

fn full_info(episode: &Episode, scene: &Scenario) -> Json {
    let cost = match episode.cost {
        Cost::Unknown => Json::Null,
        Cost::Free { integer: true } => Json::Int(0),
        Cost::Free { integer: false } => Json::Float(0.0),
        Cost::Micros(micros) => Json::Float(micros as f64 / 1e6),
    };
    let reward = match episode.ending {
        Ending::Scored { success: true } => Json::Float(1.0),
        Ending::Invalid(_) => Json::Null,
        Ending::Scored { success: false } | Ending::Error(_) => Json::Float(0.0),
    };
    // τ-bench scores at the user's stop or a hand-over; at the step limit `reward_info` stays null and `source` is a tool.
    let (source, reward_info) = match episode.dialogue.source {
        Some(source) => (source, object! {"reward": reward.clone(), "info": object! {"r_actions": reward}}),
        None => (scene.lookup.0.name, Json::Null),
    };
    object! {"task": task(scene), "source": source, "user_cost": cost, "reward_info": reward_info}
}

fn task(scene: &Scenario) -> Json {
    let Call { name, arguments } = scene.action.clone();
    object! {
        "user_id": scene.user_id.as_str(),
        "actions": vec![object! {"name": name, "kwargs": arguments}],
        "instruction": format!("You are {}.", scene.name),
        "outputs": Json::List(Vec::new()),
    }
}

/// The number in the text keeps two errors of one kind apart, as request ids do.
fn error(fault: Fault, case: u64) -> Json {
    let (text, at) = match (fault, case % 3) {
        (Fault::Infrastructure, 0) => (
            format!(
                "litellm.InternalServerError: InternalServerError: Hosted_vllmException - Connection error. (request {case})"
            ),
            "llms",
        ),
        (Fault::Infrastructure, 1) => {
            (format!("litellm.RateLimitError: RateLimitError: Error code: 429 - rate limit reached (request {case})"), "llms")
        }
        (Fault::Infrastructure, _) => (
            format!("litellm.AuthenticationError: Error code: 401 - Incorrect API key provided: {SECRET} (request {case})"),
            "llms",
        ),
        (Fault::Agent, 0) => (
            format!(
                "1 validation error for EnvResponse\nobservation\n  Input should be a valid string [type=string_type, input_value={case}]"
            ),
            "agents",
        ),
        (Fault::Agent, _) => (format!("Expecting ',' delimiter: line 1 column {case} (char {})", case - 1), "agents"),
        (Fault::ContextWindow, _) => (
            format!(
                "litellm.ContextWindowExceededError: This model's maximum context length is 32768 tokens. However, you requested {case} tokens"
            ),
            "llms",
        ),
    };
    let traceback =
        format!("Traceback (most recent call last):\n  File \"/opt/invented/{at}/base.py\", line 92, in _run\n{text}");
    object! {"error": text, "traceback": traceback}
}
