//! What τ-bench and τ²-bench print while they run.

use std::collections::BTreeMap;

use crate::records::{Benchmark, plausible};

/// A task that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStart {
    /// The task.
    pub task: String,
    /// The trial, from 0 as results files count.
    pub trial: Option<i64>,
    /// When, in milliseconds since 1970, local to the machine that wrote it.
    pub at_ms: Option<i64>,
    /// Its line, from 1.
    pub line: u32,
}

/// A result that was printed.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsoleResult {
    /// The task.
    pub task: String,
    /// The trial, from 0 as results files count.
    pub trial: Option<i64>,
    /// Whether the printed mark (✅ or ❌) or the printed reward says that it was solved.
    pub is_solved: Option<bool>,
    /// The reward.
    pub reward: Option<f64>,
    /// Whether an error stands in place of a result.
    pub is_error: bool,
    /// When, in milliseconds since 1970, local to the machine that wrote it.
    pub at_ms: Option<i64>,
    /// Its line, from 1.
    pub line: u32,
}

/// One run: from one start of the program to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsoleRun {
    /// The benchmark that printed it.
    pub benchmark: Benchmark,
    /// Its first line, from 1.
    pub line: u32,
    /// Its options, secrets veiled. τ-bench's under their own names (`env`, `model`, `agent_strategy`, `user_model`,
    /// `user_strategy`, `num_trials`, `temperature`, …); τ²-bench's under the same names where they mean the same, else
    /// under those of the command line (`max-steps`, `seed`, …).
    pub settings: BTreeMap<String, String>,
    /// The file it writes results to, as printed, secrets veiled.
    pub checkpoint: Option<String>,
    /// The tasks begun, in file order.
    pub started: Vec<TaskStart>,
    /// The results, in file order.
    pub results: Vec<ConsoleResult>,
    /// The printed mean reward.
    pub average_reward: Option<f64>,
    /// The printed pass^k by k.
    pub pass_hat: BTreeMap<u32, f64>,
    /// The first time printed, in milliseconds since 1970, local to the machine that wrote it.
    pub first_at_ms: Option<i64>,
    /// The last time printed.
    pub last_at_ms: Option<i64>,
    /// Whether the program says that it finished.
    pub is_finished: bool,
}

impl ConsoleRun {
    /// Makes a run of which nothing is known yet.
    pub fn new(benchmark: Benchmark, line: u32) -> Self {
        Self {
            benchmark,
            line,
            settings: BTreeMap::new(),
            checkpoint: None,
            started: Vec::new(),
            results: Vec::new(),
            average_reward: None,
            pass_hat: BTreeMap::new(),
            first_at_ms: None,
            last_at_ms: None,
            is_finished: false,
        }
    }

    /// Returns an option; `None` also where Python printed `None`.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str).filter(|value| !value.is_empty() && *value != "None")
    }

    /// Returns the environment (domain).
    pub fn env(&self) -> Option<&str> {
        self.setting("env")
    }

    /// Returns the agent's model.
    pub fn model(&self) -> Option<&str> {
        self.setting("model")
    }

    /// Returns the agent's strategy; of τ²-bench, the agent's implementation.
    pub fn strategy(&self) -> Option<&str> {
        self.setting("agent_strategy")
    }

    /// Returns the user simulator's model.
    pub fn user_model(&self) -> Option<&str> {
        self.setting("user_model")
    }

    /// Returns how many trials were asked for.
    pub fn planned_trials(&self) -> Option<u32> {
        self.setting("num_trials")?.parse().ok().filter(|trials| plausible::is_trials(*trials))
    }
}

/// A console log after reading.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsoleLog {
    /// Path for display, secrets veiled.
    pub path: String,
    /// The user's label (`LABEL=PATH`), if any.
    pub label: Option<String>,
    /// The runs in file order.
    pub runs: Vec<ConsoleRun>,
}
/// File names that many runs use: the folder has to tell them apart.
const COMMON_NAMES: [&str; 2] = ["results.json", "checkpoint.json"];

/// Returns the end of a path by which a run's checkpoint and a result file are the same: the file's name, of a common name with its
/// folder. The rest of the path is that of another machine.
pub fn checkpoint_key(path: &str) -> String {
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let kept = if parts.last().is_some_and(|name| COMMON_NAMES.contains(name)) { 2 } else { 1 };
    parts[parts.len().saturating_sub(kept)..].join("/")
}
