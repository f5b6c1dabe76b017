//! One side of a comparison: cells with the sums and counts of every task, no more than comparing needs.
//!
//! A baseline file is exactly this, so that a comparison with a file and with the results it was made from is the same.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::calls::{self, CallSeries};
use crate::{
    frames::{Known, TaskResult, of_cell, task_results},
    metrics::TaskCounts,
    records::{Benchmark, TaskId},
    sweep::{Cell, Column, ErrorPolicy, FileSummary, Sweep},
};

/// What is known of one task.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TaskData {
    /// Counted trials.
    pub n: u32,
    /// Successes among them.
    pub c: u32,
    /// Sum of the rewards of the counted trials.
    pub reward_sum: f64,
    /// Cost of the agent, US dollars.
    pub agent_cost_usd: Known,
    /// Cost of the user simulator, US dollars.
    pub user_cost_usd: Known,
    /// The agent's prompt tokens.
    pub agent_input_tokens: Known,
    /// The agent's completion tokens.
    pub agent_output_tokens: Known,
    /// Successes among the episodes whose agent cost is known.
    pub agent_cost_successes: u32,
    /// Durations of the counted trials, seconds.
    pub durations_s: Vec<f64>,
}

impl TaskData {
    /// Returns trials and successes.
    pub fn counts(&self) -> TaskCounts {
        TaskCounts::new(self.n, self.c)
    }

    /// Returns the mean reward; `None` without trials.
    pub fn mean_reward(&self) -> Option<f64> {
        (self.n > 0).then(|| self.reward_sum / f64::from(self.n))
    }

    fn merge(&mut self, other: Self) {
        self.n += other.n;
        self.c += other.c;
        self.reward_sum += other.reward_sum;
        self.agent_cost_usd.merge(other.agent_cost_usd);
        self.user_cost_usd.merge(other.user_cost_usd);
        self.agent_input_tokens.merge(other.agent_input_tokens);
        self.agent_output_tokens.merge(other.agent_output_tokens);
        self.agent_cost_successes += other.agent_cost_successes;
        self.durations_s.extend(other.durations_s);
    }
}

impl From<&TaskResult> for TaskData {
    fn from(sums: &TaskResult) -> Self {
        Self {
            n: sums.n,
            c: sums.c,
            reward_sum: sums.reward_sum,
            agent_cost_usd: sums.agent_cost_usd,
            user_cost_usd: sums.user_cost_usd,
            agent_input_tokens: sums.agent_input_tokens,
            agent_output_tokens: sums.agent_output_tokens,
            agent_cost_successes: sums.agent_cost_successes,
            durations_s: sums.durations_s.clone(),
        }
    }
}

/// One cell of a side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellData {
    /// The benchmark.
    #[serde(with = "benchmark")]
    pub benchmark: Benchmark,
    /// Environment; `None` = unknown.
    pub env: Option<String>,
    /// The rest of the configuration by name: model, strategy, user model, …; `None` = unknown.
    pub parts: BTreeMap<String, Option<String>>,
    /// Versions of the benchmark that wrote the files.
    pub versions: BTreeSet<String>,
    /// Episodes after copies and repeated attempts are dropped.
    pub episodes: u64,
    /// Those that ended in an infrastructure error.
    pub infrastructure_errors: u64,
    /// Those that name no task: they enter nothing.
    pub without_task: u64,
    /// Counted rewards other than 0 and 1.
    pub fractional_rewards: u64,
    /// Tasks in natural order.
    #[serde(with = "by_task")]
    pub tasks: BTreeMap<TaskId, TaskData>,
}

impl CellData {
    /// Returns a part of the configuration; `None` where it is unknown.
    pub fn part(&self, name: &str) -> Option<&str> {
        self.parts.get(name)?.as_deref()
    }

    /// Returns the names of the parts that are settings.
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        let is_part = |name: &str| {
            name == "folder" || Column::ALL.iter().any(|column| part_name(column.name()) == name) || name == "label"
        };
        self.parts.keys().map(String::as_str).filter(move |name| !is_part(name))
    }

    /// Returns the counts of the tasks with a counted trial.
    pub fn counts(&self) -> Vec<TaskCounts> {
        self.tasks.values().filter(|task| task.n > 0).map(TaskData::counts).collect()
    }

    fn merge(&mut self, other: Self) {
        self.versions.extend(other.versions);
        self.episodes += other.episodes;
        self.infrastructure_errors += other.infrastructure_errors;
        self.without_task += other.without_task;
        self.fractional_rewards += other.fractional_rewards;
        for (task, data) in other.tasks {
            self.tasks.entry(task).or_default().merge(data);
        }
    }
}

/// One side: BASE or a NEW.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// What the user calls it.
    pub name: String,
    /// Its cells, in order.
    pub cells: Vec<CellData>,
    /// The calls in its logs.
    #[serde(default)]
    pub calls: Vec<CallSeries>,
    /// What the reader must know of its data, in words: a baseline keeps it.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// Returns the cells of a sweep under an error policy.
pub fn cells(sweep: &Sweep, errors: ErrorPolicy) -> Vec<CellData> {
    let (files, rows) = (sweep.cell_files(), task_results(sweep, errors));
    let data = |(index, one)| cell(one, files.of(index), of_cell(&rows, index), errors);
    sweep.cells.iter().enumerate().map(data).collect()
}

fn cell(cell: &Cell, files: &[&FileSummary], rows: &[TaskResult], errors: ErrorPolicy) -> CellData {
    let with_task = rows.iter().filter(|row| row.task.is_some());
    let tasks = cell.tasks.keys().cloned().zip(with_task.map(TaskData::from)).collect();
    let own = cell.key.parts().into_iter().filter(|(name, _)| *name != "env");
    // A column the user named overrides the part of the same name: it is never less known.
    let settings = cell.key.named_settings().map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
    let parts = own.chain(cell.key.extra()).map(|(name, value)| (part_name(name), value.map(str::to_owned)));
    let parts = settings.chain(parts).collect();
    let episodes = || cell.tasks.values().flatten().chain(&cell.untasked).map(|trial| &trial.episode);
    let fractional = |reward: f64| reward != 0.0 && !crate::records::episode::is_success(reward);
    CellData {
        benchmark: cell.key.benchmark,
        env: cell.key.env.clone(),
        parts,
        versions: super::super::comparable::versions(files).into_iter().map(str::to_owned).collect(),
        episodes: rows.iter().map(|row| u64::from(row.episodes)).sum(),
        infrastructure_errors: rows.iter().map(|row| u64::from(row.infrastructure)).sum(),
        without_task: cell.untasked.len() as u64,
        fractional_rewards: episodes().filter_map(|one| errors.standing(one).reward).filter(|r| fractional(*r)).count() as u64,
        tasks,
    }
}

/// `user_model` and `user model` are one part.
fn part_name(name: &str) -> String {
    name.replace('_', " ")
}

/// What the user calls an unknown value.
pub const UNKNOWN: &str = "unknown";

/// Splits cells into sides by the values of a column or setting, in natural order, unknown last. Each of `groups` lists values that make one side
/// together; without groups each value is a side of its own. Cells that differ in nothing else are pooled within a side. Logs know their
/// label and no other column: split by anything else they belong to no side.
///
/// # Errors
/// A value in a group that no cell has.
pub fn split(
    cells: Vec<CellData>,
    logs: &BTreeMap<Option<String>, Vec<CallSeries>>,
    column: &str,
    groups: &[Vec<String>],
) -> Result<Vec<Side>, String> {
    let by_label = column == Column::Label.name();
    let calls = |value: &str| {
        let label = (value != UNKNOWN).then_some(value);
        logs.get(&label.map(str::to_owned)).filter(|_| by_label).cloned().unwrap_or_default()
    };
    let column = part_name(column);
    let mut by_value: BTreeMap<TaskId, Vec<CellData>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for mut cell in cells {
        match cell.parts.remove(&column).flatten() {
            // A task id orders naturally, which is all that is wanted of it.
            Some(value) => by_value.entry(TaskId::new(value)).or_default().push(cell),
            None => unknown.push(cell),
        }
    }
    let mut values: Vec<(String, Vec<CellData>)> =
        by_value.into_iter().map(|(value, cells)| (value.as_str().to_owned(), cells)).collect();
    if !unknown.is_empty() {
        values.push((UNKNOWN.to_owned(), unknown));
    }
    if groups.is_empty() {
        let side = |(name, cells): (String, Vec<CellData>)| Side {
            calls: calls(&name),
            name,
            cells: pooled(cells),
            warnings: Vec::new(),
        };
        return Ok(values.into_iter().map(side).collect());
    }
    let known: Vec<String> = values.iter().map(|(value, _)| value.clone()).collect();
    let side = |group: &Vec<String>| {
        let (mut cells, mut own_calls) = (Vec::new(), Vec::new());
        for wanted in group {
            let found = values.iter().find(|(value, _)| value == wanted);
            let (_, own) = found.ok_or_else(|| format!("no {column} is {wanted:?}; there are {}", known.join(", ")))?;
            cells.extend(own.iter().cloned());
            own_calls.extend(calls(wanted));
        }
        Ok(Side { name: group.join("+"), cells: pooled(cells), calls: calls::pooled(own_calls), warnings: Vec::new() })
    };
    groups.iter().map(side).collect()
}

/// Puts cells of one configuration together.
fn pooled(cells: Vec<CellData>) -> Vec<CellData> {
    let mut found: Vec<CellData> = Vec::new();
    for cell in cells {
        let same = |one: &&mut CellData| one.benchmark == cell.benchmark && one.env == cell.env && one.parts == cell.parts;
        match found.iter_mut().find(same) {
            Some(one) => one.merge(cell),
            None => found.push(cell),
        }
    }
    found
}

/// A benchmark as `tau1` or `tau2`.
mod benchmark {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::records::Benchmark;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
    pub(super) fn serialize<S: Serializer>(benchmark: &Benchmark, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match benchmark {
            Benchmark::Tau1 => "tau1",
            Benchmark::Tau2 => "tau2",
        })
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Benchmark, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "tau1" => Ok(Benchmark::Tau1),
            "tau2" => Ok(Benchmark::Tau2),
            other => Err(D::Error::custom(format!("unknown benchmark {other:?}"))),
        }
    }
}

/// Tasks as a list of objects with `task`: the order of a map of JSON is not natural.
mod by_task {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::TaskData;
    use crate::records::TaskId;

    #[derive(Serialize, Deserialize)]
    struct Entry<T> {
        task: String,
        #[serde(flatten)]
        data: T,
    }

    pub(super) fn serialize<S: Serializer>(tasks: &BTreeMap<TaskId, TaskData>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(tasks.iter().map(|(task, data)| Entry { task: task.as_str().to_owned(), data }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<TaskId, TaskData>, D::Error> {
        let entries = Vec::<Entry<TaskData>>::deserialize(deserializer)?;
        Ok(entries.into_iter().map(|entry| (TaskId::new(entry.task), entry.data)).collect())
    }
}
