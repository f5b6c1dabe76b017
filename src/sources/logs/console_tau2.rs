//! What τ²-bench prints.
//!
//! ```text
//! # argv: ["tau2", "run", "--domain", "retail", …]       a script's; also `command=uv run tau2 run --domain mock …`
//! ╭──── Simulation Configuration ────╮
//! │ Domain: mock  Task Set: Default  Tasks: create_task_1                        │
//! │ Trials: 1  Max Steps: 2  Max Errors: 10                                      │
//! │ Agent: llm_agent → openai/gpt-4.1-mini                                       │
//! ╰──────────────────────────────────╯
//! 2026-05-30 21:23:09.714 | INFO | …:73 - Saving simulation batch to …/results.json
//! 0/40 (trial 1/1). Running task 2, trial 1
//! 2026-05-30 21:23:09.716 | INFO | …:382 - STARTING SIMULATION: Domain: mock, Task: create_task_1, Agent: …, User: …
//! 2026-05-30 21:23:12.180 | INFO | …:443 - FINISHED SIMULATION: Domain: mock, Task: create_task_1, Reward: 0.0
//! ╭──── Simulation Overview ─────────╮
//! │ Task ID: 2  ⏎ │ Trial: 0  ⏎ │ Reward: ❌ 0.0000 (DB: 0.0)                    the same result once more
//! ╰──────────────────────────────────╯
//! ╭──── Agent Performance Metrics ───╮
//! │   🏆 Average Reward         0.0000                                           │
//! │      Pass^1                 0.000                                            │
//! ```

use std::collections::{BTreeMap, VecDeque};

use memchr::memmem;

use super::{
    console::{Runs, after, printed_metrics},
    markers::{FINISHED, finished, labelled},
    names::shown,
    number, stamp,
};
use crate::{
    records::{
        Benchmark,
        episode::is_success,
        log::{ConsoleResult, ConsoleRun, TaskStart},
    },
    redact::veil,
};

/// The box a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Panel {
    #[default]
    None,
    Configuration,
    Overview,
    Metrics,
}

/// Where in the output the reader is.
#[derive(Debug, Default)]
pub(super) struct Tau2 {
    panel: Panel,
    /// What the overview being read says: the task, the trial.
    overview: (Option<String>, Option<i64>),
    /// By task: places of the starts that were announced with their trial (`Running task …`) and not yet logged (`STARTING
    /// SIMULATION`).
    announced: BTreeMap<String, VecDeque<usize>>,
}

/// Longest line that may be a command, in bytes.
const COMMAND_BYTES: usize = 20_000;

impl Tau2 {
    /// Reads a line.
    pub(super) fn line(&mut self, line: &[u8], number: u32, runs: &mut Runs) {
        let at_ms = stamp::full(line).filter(|(_, rest)| rest.starts_with(b" | ")).map(|(at_ms, _)| at_ms);
        if let Some(at_ms) = at_ms {
            runs.time(at_ms);
        }
        if line.starts_with("╭".as_bytes()) || line.starts_with("╰".as_bytes()) {
            return self.border(line, number, runs);
        }
        if self.panel != Panel::None {
            return self.inside(line, number, runs);
        }
        if let Some(settings) = command(line) {
            self.announced.clear();
            runs.begin(Benchmark::Tau2, number).settings.extend(settings);
        } else if let Some(task) = after(line, b"STARTING SIMULATION: ") {
            let run = runs.current(Benchmark::Tau2, number);
            if let Some(task) = labelled(task, b"Task: ") {
                self.starting(run, task, at_ms, number);
            }
        } else if memmem::find(line, FINISHED).is_some() {
            let Some(marker) = finished(line) else { return };
            let run = runs.current(Benchmark::Tau2, number);
            if let Some(domain) = marker.domain {
                run.settings.entry("env".to_owned()).or_insert(domain);
            }
            let is_solved = marker.reward.map(is_success);
            let task = marker.task.unwrap_or_default();
            run.results.push(ConsoleResult {
                task,
                trial: None,
                is_solved,
                reward: marker.reward,
                is_error: false,
                at_ms,
                line: number,
            });
        } else if let Some((task, trial)) = running(line) {
            let run = runs.current(Benchmark::Tau2, number);
            self.announced.entry(task.clone()).or_default().push_back(run.started.len());
            run.started.push(TaskStart { task, trial: Some(trial - 1), at_ms: None, line: number });
        } else if let Some(run) = runs.all.last_mut().filter(|run| run.benchmark == Benchmark::Tau2) {
            within(line, run);
        }
    }

    /// Reads the upper or lower border of a box.
    fn border(&mut self, line: &[u8], number: u32, runs: &mut Runs) {
        let is = |title: &[u8]| memmem::find(line, title).is_some();
        self.overview = (None, None);
        self.panel = if is(b" Simulation Configuration ") {
            // The command that stands before it has begun the run.
            let is_begun = runs
                .all
                .last()
                .is_some_and(|run| run.benchmark == Benchmark::Tau2 && run.started.is_empty() && run.results.is_empty());
            if !is_begun {
                self.announced.clear();
                runs.begin(Benchmark::Tau2, number);
            }
            Panel::Configuration
        } else if is(b" Simulation Overview ") {
            Panel::Overview
        } else if is(b" Agent Performance Metrics ") {
            Panel::Metrics
        } else {
            Panel::None
        };
    }

    /// Reads a line inside of a box.
    fn inside(&mut self, line: &[u8], number: u32, runs: &mut Runs) {
        let Some(inner) = line.strip_prefix("│".as_bytes()) else {
            // A box that is not closed: the log was cut or another thread wrote into it.
            self.panel = Panel::None;
            return self.line(line, number, runs);
        };
        let inner = inner.trim_ascii_end();
        let text = shown(inner.strip_suffix("│".as_bytes()).unwrap_or(inner).trim_ascii());
        let run = runs.current(Benchmark::Tau2, number);
        match self.panel {
            Panel::Configuration => configuration(&text, run),
            Panel::Overview => self.overview(&text, number, run),
            Panel::Metrics => _ = printed_metrics(text.as_bytes(), run),
            Panel::None => {}
        }
    }

    /// Notes that a simulation was begun, which may have been announced before with its trial.
    fn starting(&mut self, run: &mut ConsoleRun, task: String, at_ms: Option<i64>, line: u32) {
        let announced = self.announced.get_mut(&task).and_then(VecDeque::pop_front);
        match announced.and_then(|place| run.started.get_mut(place)) {
            Some(start) => start.at_ms = at_ms,
            None => run.started.push(TaskStart { task, trial: None, at_ms, line }),
        }
    }

    fn overview(&mut self, text: &str, line: u32, run: &mut ConsoleRun) {
        if let Some(task) = text.strip_prefix("Task ID: ") {
            self.overview = (Some(task.trim().to_owned()), None);
        } else if let Some(trial) = text.strip_prefix("Trial: ") {
            self.overview.1 = trial.trim().parse().ok();
        } else if let Some(reward) = text.strip_prefix("Reward: ")
            && let (Some(task), trial) = std::mem::take(&mut self.overview)
        {
            let digits = reward.find(|c: char| c.is_ascii_digit() || c == '-').map_or("", |place| &reward[place..]);
            let reward = number::leading(digits.as_bytes());
            let is_announced = |result: &&mut ConsoleResult| {
                result.task == task && result.trial.is_none() && result.reward.is_none_or(|known| Some(known) == reward)
            };
            match run.results.iter_mut().rev().find(is_announced) {
                Some(result) => result.trial = trial,
                None => run.results.push(ConsoleResult {
                    task,
                    trial,
                    is_solved: reward.map(is_success),
                    reward,
                    is_error: false,
                    at_ms: None,
                    line,
                }),
            }
        }
    }
}

/// Reads `0/40 (trial 1/1). Running task 2, trial 1`.
fn running(line: &[u8]) -> Option<(String, i64)> {
    let text = line.trim_ascii();
    text.first().filter(|byte| byte.is_ascii_digit())?;
    let task = after(text, b"Running task ")?;
    let place = memmem::rfind(task, b", trial ")?;
    let trial = number::integer(&task[place + 8..]).filter(|trial| *trial > 0)?;
    Some((shown(&task[..place]), trial))
}

/// Reads lines that mean something within a run only.
fn within(line: &[u8], run: &mut ConsoleRun) {
    if let Some(path) = after(line, b"Saving simulation batch to ").or_else(|| after(line, b"Saving results to ")) {
        run.checkpoint = Some(shown(path.trim_ascii()));
    } else if memmem::find(line, b"Successfully completed all simulations!").is_some() {
        run.is_finished = true;
    } else {
        printed_metrics(line.trim_ascii(), run);
    }
}

/// Reads a line of the configuration: `Domain: mock  Task Set: Default`, two blanks between the pairs.
fn configuration(text: &str, run: &mut ConsoleRun) {
    for (label, value) in text.split("  ").filter_map(|pair| pair.trim().split_once(':')) {
        let value = value.trim();
        let (who, model) = value.split_once('→').map_or((value, ""), |(who, model)| (who.trim(), model.trim()));
        let mut put = |key: &str, value: &str| {
            if !value.is_empty() {
                run.settings.entry(key.to_owned()).or_insert_with(|| value.to_owned());
            }
        };
        match label {
            "Domain" => put("env", value),
            "Trials" => put("num_trials", value),
            "Max Steps" => put("max-steps", value),
            "Max Errors" => put("max-errors", value),
            "Concurrency" => put("max-concurrency", value),
            "Task Set" => put("task-set-name", value),
            "Agent" => {
                put("agent_strategy", who);
                put("model", model);
            }
            "User" => {
                put("user_strategy", who);
                put("user_model", model);
            }
            _ => {}
        }
    }
}

/// Returns the options of a `tau2 run` command: as a shell takes it, or as a list of arguments.
fn command(line: &[u8]) -> Option<Vec<(String, String)>> {
    if line.len() > COMMAND_BYTES || memmem::find(line, b"--domain").is_none() || memmem::find(line, b"tau2").is_none() {
        return None;
    }
    let text = veil(&String::from_utf8_lossy(line)).into_owned();
    let list = text.find('[').and_then(|place| serde_json::from_str::<Vec<String>>(text[place..].trim()).ok());
    let words = list.unwrap_or_else(|| text.split_whitespace().map(str::to_owned).collect());
    let run = words.iter().position(|word| word == "run")?;
    let mut options = Vec::new();
    let mut words = words[run + 1..].iter().peekable();
    while let Some(word) = words.next() {
        let Some(name) = word.strip_prefix("--") else { continue };
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (name, words.next_if(|next| !next.starts_with("--")).cloned().unwrap_or_else(|| "True".to_owned())),
        };
        options.extend(named(name, value));
    }
    Some(options)
}

/// Returns an option under the name the settings have.
fn named(option: &str, value: String) -> Vec<(String, String)> {
    let name = match option {
        "domain" => "env",
        "agent" => "agent_strategy",
        "agent-llm" => "model",
        "user" => "user_strategy",
        "user-llm" => "user_model",
        "num-trials" => "num_trials",
        "agent-llm-args" => {
            let arguments: Option<serde_json::Value> = serde_json::from_str(&value).ok();
            let temperature = arguments.as_ref().and_then(|arguments| arguments.get("temperature")).map(ToString::to_string);
            let temperature = temperature.map(|temperature| ("temperature".to_owned(), temperature));
            return temperature.into_iter().chain([(option.to_owned(), value)]).collect();
        }
        other => other,
    };
    vec![(name.to_owned(), value)]
}
