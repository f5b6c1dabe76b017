//! One row a (cell, task): the sums every figure is made of.

use polars::prelude::*;

use super::episodes::{
    AGENT_COST, AGENT_ERROR, CELL, CONTEXT, COUNTED, INFRASTRUCTURE, INVALID, MESSAGES, REWARD, SUCCESS, TASK, TOOL_CALLS,
    TURNS, USER_COST,
};

/// Sums over the episodes of one task of one cell (or over all episodes of the cell whose task is unknown).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PerTask {
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
    /// Episodes whose user cost is known.
    pub user_cost_known: u32,
    /// Sum of those costs, US dollars.
    pub user_cost_usd: f64,
    /// Successes among them.
    pub user_cost_successes: u32,
    /// Episodes whose agent cost is known.
    pub agent_cost_known: u32,
    /// Sum of those costs, US dollars.
    pub agent_cost_usd: f64,
    /// Successes among them.
    pub agent_cost_successes: u32,
}

/// Returns the sums of every (cell, task), in order of cell and task; the row without a task comes last in its cell.
///
/// # Errors
/// Polars' own, which would be a bug here: the columns are those of [`super::episodes`].
pub fn per_task(episodes: DataFrame) -> PolarsResult<Vec<PerTask>> {
    let count = |column: &str, name: &str| col(column).cast(DataType::UInt64).sum().alias(name);
    let known = |column: &str, name: &str| col(column).is_not_null().cast(DataType::UInt64).sum().alias(name);
    let won = |column: &str, name: &str| (col(column).is_not_null().and(col(SUCCESS))).cast(DataType::UInt64).sum().alias(name);
    let order = SortMultipleOptions::default().with_nulls_last_multi([false, true]).with_maintain_order(true);
    let sums = episodes
        .lazy()
        .group_by_stable([col(CELL), col(TASK)])
        .agg([
            len().cast(DataType::UInt64).alias("episodes"),
            count(COUNTED, "n"),
            count(SUCCESS, "c"),
            col(REWARD),
            count(INFRASTRUCTURE, "infrastructure"),
            count(AGENT_ERROR, "agent_errors"),
            count(CONTEXT, "context_errors"),
            count(INVALID, "invalid"),
            known(TURNS, "conversations"),
            count(MESSAGES, "messages"),
            count(TURNS, "turns"),
            count(TOOL_CALLS, "tool_calls"),
            known(USER_COST, "user_cost_known"),
            col(USER_COST),
            won(USER_COST, "user_cost_successes"),
            known(AGENT_COST, "agent_cost_known"),
            col(AGENT_COST),
            won(AGENT_COST, "agent_cost_successes"),
        ])
        .sort([CELL, TASK], order)
        .collect()?;
    rows(&sums)
}

fn rows(sums: &DataFrame) -> PolarsResult<Vec<PerTask>> {
    let (cell, task) = (sums.column(CELL)?.u32()?, sums.column(TASK)?.u32()?);
    let int = |name: &str, row: usize| -> PolarsResult<u64> { Ok(sums.column(name)?.u64()?.get(row).unwrap_or(0)) };
    let count = |name: &str, row: usize| -> PolarsResult<u32> { Ok(u32::try_from(int(name, row)?).unwrap_or(u32::MAX)) };
    // Polars adds up floats in an order that depends on the number of threads; a list keeps the order of the rows.
    let float = |name: &str, row: usize| -> PolarsResult<f64> {
        let Some(values) = sums.column(name)?.list()?.get_as_series(row) else { return Ok(0.0) };
        Ok(values.f64()?.iter().flatten().fold(0.0, |sum, value| sum + value))
    };
    (0..sums.height())
        .map(|row| {
            Ok(PerTask {
                cell: cell.get(row).unwrap_or(0) as usize,
                task: task.get(row).map(|index| index as usize),
                episodes: count("episodes", row)?,
                n: count("n", row)?,
                c: count("c", row)?,
                reward_sum: float(REWARD, row)?,
                infrastructure: count("infrastructure", row)?,
                agent_errors: count("agent_errors", row)?,
                context_errors: count("context_errors", row)?,
                invalid: count("invalid", row)?,
                conversations: count("conversations", row)?,
                messages: int("messages", row)?,
                turns: int("turns", row)?,
                tool_calls: int("tool_calls", row)?,
                user_cost_known: count("user_cost_known", row)?,
                user_cost_usd: float(USER_COST, row)?,
                user_cost_successes: count("user_cost_successes", row)?,
                agent_cost_known: count("agent_cost_known", row)?,
                agent_cost_usd: float(AGENT_COST, row)?,
                agent_cost_successes: count("agent_cost_successes", row)?,
            })
        })
        .collect()
}
