//! What τ-bench prints; what τ²-bench prints is read in `console_tau2`.
//!
//! ```text
//! Starting tau-bench                                     a fork's script; also `Finished running tau-bench`
//! 2026-03-19 02:54:47                                    `date` of the script
//! Namespace(num_trials=1, env='airline', model='…', user_model='…', agent_strategy='…', temperature=0.8, …)
//! Running tasks 0 to 50 (checkpoint path: results/….json)
//! Running task 0
//! ❌ task_id=1 {'task': {…}, 'source': 'user', 'user_cost': None, 'reward_info': {'reward': 0.0, …}}    Python, not JSON
//! ❌ task_id=2 {'error': '…', 'traceback': '…'}
//! 🏆 Average reward: 0.34
//! 📈 Pass^k
//!   k=1: 0.34
//! 📄 Results saved to results/….json
//! ```
//!
//! Services that collect logs put a time stamp before every line (`2026-04-11T08:05:46.5943407Z …`): it is taken off.
//!
//! A log may hold several runs, may begin in the middle of one and may break off anywhere.

use std::collections::BTreeMap;

use memchr::memmem;

use super::{console_tau2::Tau2, names::shown, number, python, stamp};
use crate::{
    records::{
        Benchmark,
        log::{ConsoleLog, ConsoleResult, ConsoleRun, TaskStart},
    },
    redact::veil,
};

const NAMESPACE: &[u8] = b"Namespace(";
const CHECKPOINT: &[u8] = b"(checkpoint path: ";
const SOLVED: &[u8] = "✅ task_id=".as_bytes();
const FAILED: &[u8] = "❌ task_id=".as_bytes();

/// Longest line that may be an option list, in bytes.
const OPTIONS_BYTES: usize = 100_000;

/// The runs found so far.
#[derive(Debug, Default)]
pub(super) struct Runs {
    pub(super) all: Vec<ConsoleRun>,
    /// The last time that stood before a run began.
    before_ms: Option<i64>,
    /// Whether the next run was announced: times belong to it.
    is_between: bool,
}

impl Runs {
    /// Begins a run.
    pub(super) fn begin(&mut self, benchmark: Benchmark, line: u32) -> &mut ConsoleRun {
        let mut run = ConsoleRun::new(benchmark, line);
        run.first_at_ms = self.before_ms.take();
        self.is_between = false;
        self.all.push(run);
        let last = self.all.len() - 1;
        &mut self.all[last]
    }

    /// Returns the current run of a benchmark; begins one where the log begins in the middle of it.
    pub(super) fn current(&mut self, benchmark: Benchmark, line: u32) -> &mut ConsoleRun {
        if self.all.last().is_some_and(|run| run.benchmark == benchmark) {
            let last = self.all.len() - 1;
            return &mut self.all[last];
        }
        self.begin(benchmark, line)
    }

    /// Takes note of a time.
    pub(super) fn time(&mut self, at_ms: i64) {
        match self.all.last_mut() {
            Some(run) if !self.is_between => {
                run.first_at_ms = run.first_at_ms.or(Some(at_ms));
                run.last_at_ms = Some(at_ms);
            }
            _ => self.before_ms = self.before_ms.or(Some(at_ms)),
        }
    }
}

/// Everything a console log says.
#[derive(Debug, Default)]
pub(super) struct Collector {
    runs: Runs,
    tau2: Tau2,
}

impl Collector {
    /// Reads a line without colours.
    pub(super) fn line(&mut self, line: &[u8], number: u32) {
        let line = stamp::behind_collector(line);
        let text = line.trim_ascii();
        if text.is_empty() {
            return;
        }
        if !self.tau1(text, number) {
            self.tau2.line(line, number, &mut self.runs);
        }
    }

    /// Reads a line of τ-bench; returns whether it was one.
    fn tau1(&mut self, text: &[u8], line: u32) -> bool {
        if let Some((at_ms, b"")) = stamp::full(text) {
            self.runs.time(at_ms);
        } else if let Some(settings) = options(text) {
            self.runs.begin(Benchmark::Tau1, line).settings = settings;
        } else if let Some(path) = checkpoint(text) {
            self.runs.current(Benchmark::Tau1, line).checkpoint = Some(path);
        } else if let Some(result) = result(text, line) {
            self.runs.current(Benchmark::Tau1, line).results.push(result);
        } else if text == b"Starting tau-bench" {
            self.runs.is_between = true;
        } else {
            return self.plain(text, line);
        }
        true
    }

    /// Reads lines that mean something within a run only.
    fn plain(&mut self, text: &[u8], line: u32) -> bool {
        let Some(run) = self.runs.all.last_mut().filter(|run| run.benchmark == Benchmark::Tau1) else { return false };
        if let Some(task) = text.strip_prefix(b"Running task ") {
            run.started.push(TaskStart { task: shown(task), trial: None, at_ms: None, line });
        } else if text == b"Finished running tau-bench" {
            run.is_finished = true;
        } else if let Some(path) = after(text, b"Results saved to ") {
            run.is_finished = true;
            run.checkpoint.get_or_insert_with(|| shown(path));
        } else {
            return printed_metrics(text, run);
        }
        true
    }

    /// Returns whether anything was found.
    pub(super) fn has_found(&self) -> bool {
        !self.runs.all.is_empty()
    }

    /// Returns the log, if anything was found.
    pub(super) fn finish(self) -> Option<ConsoleLog> {
        let runs = self.runs.all;
        (!runs.is_empty()).then(|| ConsoleLog { runs, ..ConsoleLog::default() })
    }
}

/// Reads `Average reward: x`, `k=1: x` and τ²-bench's `Average Reward  x`, `Pass^1  x`.
pub(super) fn printed_metrics(text: &[u8], run: &mut ConsoleRun) -> bool {
    // What stands before is a picture.
    if let Some(value) = after(text, b"Average reward").or_else(|| after(text, b"Average Reward")) {
        run.average_reward = figure(value).or(run.average_reward);
        return true;
    }
    let k = text.strip_prefix(b"k=").or_else(|| after(text, b"Pass^"));
    let Some((k, value)) = k.and_then(|rest| {
        let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
        Some((u32::try_from(number::whole(&rest[..end])?).ok()?, figure(&rest[end..])?))
    }) else {
        return false;
    };
    run.pass_hat.insert(k, value);
    true
}

/// Returns the number behind a colon and blanks.
fn figure(text: &[u8]) -> Option<f64> {
    let start = text.iter().position(|byte| !matches!(byte, b':' | b' '))?;
    number::leading(&text[start..])
}

/// Returns the options of a run.
fn options(text: &[u8]) -> Option<BTreeMap<String, String>> {
    let arguments = text.strip_prefix(NAMESPACE).filter(|arguments| arguments.len() <= OPTIONS_BYTES)?;
    // Redacted as a whole: a secret is known by its name.
    let settings = python::arguments(&veil(&String::from_utf8_lossy(arguments)));
    (settings.contains_key("env") && settings.contains_key("num_trials")).then_some(settings)
}

fn checkpoint(text: &[u8]) -> Option<String> {
    text.strip_prefix(b"Running tasks ")?;
    let path = after(text, CHECKPOINT)?;
    Some(shown(path.strip_suffix(b")").unwrap_or(path)))
}

/// Reads a result; what Python printed behind it may be hundreds of kilobytes long, or cut off.
fn result(text: &[u8], line: u32) -> Option<ConsoleResult> {
    let (is_solved, rest) = match (text.strip_prefix(SOLVED), text.strip_prefix(FAILED)) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return None,
    };
    let end = memchr::memchr(b' ', rest).unwrap_or(rest.len());
    let (task, info) = (shown(&rest[..end]), rest[end..].trim_ascii_start());
    let is_error = info.starts_with(b"{'error':");
    // The last: conversations that stand before it may quote anything.
    let reward = memmem::rfind(info, b"'reward_info': {'reward': ").and_then(|place| number::leading(&info[place + 26..]));
    Some(ConsoleResult { task, trial: None, is_solved: Some(is_solved), reward, is_error, at_ms: None, line })
}

pub(super) fn after<'a>(text: &'a [u8], label: &[u8]) -> Option<&'a [u8]> {
    memmem::find(text, label).map(|place| &text[place + label.len()..])
}

/// Returns whether a text holds what only τ-bench or τ²-bench prints.
pub(super) fn is_like(text: &[u8]) -> bool {
    let line_behind = |place: usize| {
        let rest = &text[place..];
        &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())]
    };
    let begins = |place: usize| place == 0 || matches!(text[place - 1], b'\n' | b'\r' | b' ' | b'm');
    let holds = |needle: &[u8], has: &dyn Fn(&[u8]) -> bool| {
        memmem::find_iter(text, needle).any(|place| begins(place) && has(line_behind(place)))
    };
    holds(NAMESPACE, &|line| options(line).is_some())
        || holds(b"Running tasks ", &|line| memmem::find(line, CHECKPOINT).is_some())
        || holds(SOLVED, &|_| true)
        || holds(FAILED, &|_| true)
        || holds(b"STARTING SIMULATION: Domain: ", &|_| true)
        || holds(b"FINISHED SIMULATION: Domain: ", &|_| true)
        || holds(b"Running task ", &|line| memmem::find(line, b", trial ").is_some())
        || memmem::find(text, "─ Simulation Configuration ─".as_bytes()).is_some()
}

#[cfg(test)]
#[path = "console_tests.rs"]
mod tests;
