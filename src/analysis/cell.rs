//! The figures of one cell.

use super::{Options, Plan, RaggedChoice};
use crate::{
    frames::{Known, TaskResult},
    metrics::{
        TaskCounts,
        bounds::{Bounds, PlannedTask, missing_trial_bounds},
        interval::Interval,
        ragged::{CurvePoint, Ragged, curve},
        rate::{ErrorRate, Rate, error_rate, rate_of_sums, success_rate},
        ratio::{RatioOfSums, TaskSums, ratio_of_sums},
        reliability::{Consistency, Decay, Icc, Shares, consistency, decay, icc, shares},
    },
    records::TaskId,
    sweep::{Cell, Tally},
};

/// Largest k of a pass^k curve. A point takes steps in proportion to k, so a task repeated without end would take the square of it.
pub const MOST_K: u32 = 1000;

/// How the episodes of a cell ended, in episodes that stay after copies and repeated attempts are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcomes {
    /// All of them.
    pub episodes: u64,
    /// Those that count as trials: n, the ones without a task included.
    pub counted: u64,
    /// Successes among the counted.
    pub successes: u64,
    /// Ended in an infrastructure error.
    pub infrastructure: u64,
    /// Ended in an agent error.
    pub agent_errors: u64,
    /// Ended in a context-window overflow.
    pub context_errors: u64,
    /// Have no usable reward.
    pub invalid: u64,
    /// Name no task.
    pub untasked: u64,
}

impl Outcomes {
    /// Returns the episodes that ended in any error.
    pub fn errors(&self) -> u64 {
        self.infrastructure + self.agent_errors + self.context_errors
    }

    /// Returns the episodes left out of n.
    pub fn excluded(&self) -> u64 {
        self.episodes - self.counted
    }
}

/// A cost over the episodes whose cost is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Episodes whose cost is known.
    pub known: u64,
    /// Sum, US dollars.
    pub sum_usd: f64,
    /// Mean per episode, US dollars.
    pub per_episode_usd: f64,
    /// Interval of the mean; tasks are its unit.
    pub per_episode_interval: Option<Interval>,
    /// Cost of all known episodes over the successes among them; tasks are the unit of the interval.
    pub per_success: Option<RatioOfSums>,
}

/// The figures of one task of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskStats {
    /// The task.
    pub task: TaskId,
    /// Counted trials.
    pub n: u32,
    /// Successes.
    pub c: u32,
    /// Episodes found but not counted.
    pub excluded: u32,
    /// Trials planned.
    pub planned: u32,
}

/// All figures of one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct CellStats {
    /// Per task, planned tasks without any trial included, in natural order.
    pub tasks: Vec<TaskStats>,
    /// What was planned.
    pub plan: Plan,
    /// What was dropped.
    pub tally: Tally,
    /// How episodes ended.
    pub outcomes: Outcomes,
    /// The number of trials as τ-bench would take it.
    pub distinct_trials: u32,
    /// Tasks with at least one counted trial: m.
    pub scored_tasks: usize,
    /// Tasks that were run but have no counted trial left.
    pub lost_tasks: Vec<TaskId>,
    /// Fewest and most counted trials among the scored tasks.
    pub trials: Option<(u32, u32)>,
    /// Counted trials, at most the planned number for each task, over planned tasks × planned trials.
    pub coverage: Option<f64>,
    /// Share of episodes that ended in an infrastructure error.
    pub infrastructure_rate: Option<ErrorRate>,
    /// Success rate over tasks (macro) and trials (micro).
    pub success: Option<Rate>,
    /// Success rate over all counted episodes, those without a task included.
    pub episode_success_rate: Option<f64>,
    /// Mean reward over tasks and their trials.
    pub reward: Option<Rate>,
    /// Mean reward over all counted episodes, those without a task included.
    pub episode_mean_reward: Option<f64>,
    /// Counted rewards that are neither 0 nor 1: by the success rule they are failures.
    pub fractional_rewards: u64,
    /// pass^k by k.
    pub curve: Vec<CurvePoint>,
    /// pass^k by k over the tasks that have k trials, where that is not the curve: a second definition for the record.
    pub available: Vec<CurvePoint>,
    /// pass^k by k with every error a failure, where errors were left out.
    pub errors_as_failures: Option<Vec<CurvePoint>>,
    /// pass^k by k if the missing trials had all failed or all passed.
    pub missing_bounds: Vec<Option<Bounds>>,
    /// pass^1 as τ-bench's own printout would show it (missing trials are failures); it prints one a file, so `None` for several.
    pub upstream_pass_1: Option<f64>,
    /// Always, sometimes, never solved.
    pub solved: Option<Shares>,
    /// Agreement between trials of one task.
    pub consistency: Option<Consistency>,
    /// Variance components.
    pub icc: Option<Icc>,
    /// How pass^k falls with k.
    pub decay: Option<Decay>,
    /// The user simulator's cost.
    pub user_cost: Option<Cost>,
    /// The agent's cost.
    pub agent_cost: Option<Cost>,
    /// Mean messages, turns and tool calls of the episodes with a conversation, and how many those are.
    pub conversation: Option<MeanConversation>,
    /// τ-bench runs that were cut off at the step limit.
    pub cut_off: Option<CutOff>,
    /// What only τ²-bench's records give.
    pub tau2: Option<super::Tau2Stats>,
}

/// Episodes that were cut off at τ-bench's step limit and never evaluated. They count with their reward of 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutOff {
    /// How many.
    pub episodes: u64,
    /// The most assistant messages of any of them: the step limit, as far as the conversations show it.
    pub turns: Option<u32>,
}

/// Mean size of the conversations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanConversation {
    /// Episodes with a conversation on record.
    pub episodes: u64,
    /// Messages per episode.
    pub messages: f64,
    /// Assistant messages per episode.
    pub turns: f64,
    /// Tool calls per episode.
    pub tool_calls: f64,
}

impl CellStats {
    pub(super) fn compute(cell: &Cell, plan: Plan, rows: &[TaskResult], failed: &[TaskResult], options: &Options) -> Self {
        let tasked: Vec<&TaskResult> = rows.iter().filter(|row| row.task.is_some()).collect();
        let counts: Vec<TaskCounts> = counts(rows);
        let trials = range(&counts);
        let k_max = options.k_max.unwrap_or(u32::MAX).min(trials.map_or(0, |(_, most)| most)).min(MOST_K);
        let draw = |counts: &[TaskCounts], ragged: Ragged| curve(counts, ragged, k_max, options.ci, options.confidence);
        let outcomes = outcomes(rows);
        let tasks = task_stats(cell, &plan, &tasked);
        let planned: Vec<PlannedTask> =
            tasks.iter().map(|task| PlannedTask { n: task.n, c: task.c, planned: task.planned }).collect();
        let ragged = match options.ragged {
            RaggedChoice::Chained => Ragged::Chained,
            RaggedChoice::Available => Ragged::Available,
            RaggedChoice::Strict => Ragged::Strict,
            RaggedChoice::ZeroFill => Ragged::ZeroFill,
            RaggedChoice::UpstreamV1 => Ragged::UpstreamV1 { num_trials: distinct_trials(cell) },
        };
        let curve_points = draw(&counts, ragged);
        let is_uneven = trials.is_some_and(|(fewest, most)| fewest != most);
        // The other two fill in trials that are missing, also of tasks without any.
        let fills_in = matches!(options.ragged, RaggedChoice::UpstreamV1 | RaggedChoice::ZeroFill);
        let is_plain = !is_uneven && !fills_in;
        let sums: Vec<(f64, u64)> =
            tasked.iter().filter(|row| row.n > 0).map(|row| (row.reward_sum, u64::from(row.n))).collect();
        let errors_matter =
            outcomes.errors() > 0 && rows.iter().zip(failed).any(|(row, fail)| row.n != fail.n || row.c != fail.c);
        Self {
            distinct_trials: distinct_trials(cell),
            scored_tasks: counts.iter().filter(|task| task.n > 0).count(),
            lost_tasks: lost_tasks(cell, &tasked),
            trials,
            coverage: coverage(&tasks),
            infrastructure_rate: error_rate(outcomes.infrastructure, outcomes.episodes, options.confidence),
            success: success_rate(&counts),
            episode_success_rate: (outcomes.counted > 0).then(|| outcomes.successes as f64 / outcomes.counted as f64),
            reward: rate_of_sums(sums),
            episode_mean_reward: (outcomes.counted > 0)
                .then(|| rows.iter().map(|row| row.reward_sum).sum::<f64>() / outcomes.counted as f64),
            fractional_rewards: fractional_rewards(cell, options),
            available: if is_plain { Vec::new() } else { draw(&counts, Ragged::Available) },
            errors_as_failures: errors_matter.then(|| draw(&self::counts(failed), ragged)),
            missing_bounds: (1..=k_max).map(|k| missing_trial_bounds(&planned, k)).collect(),
            upstream_pass_1: upstream_pass_1(failed, distinct_trials(cell)).filter(|_| is_one_file(cell)),
            solved: shares(&counts, options.ci, options.confidence),
            consistency: consistency(&counts),
            icc: icc(&counts),
            decay: decay(
                &curve_points.iter().take_while(|point| !point.too_few).map_while(|point| point.value).collect::<Vec<_>>(),
            ),
            user_cost: cost(&tasked, options.confidence, |row| (row.user_cost_usd, row.user_cost_successes)),
            agent_cost: cost(&tasked, options.confidence, |row| (row.agent_cost_usd, row.agent_cost_successes)),
            conversation: conversation(rows),
            cut_off: cut_off(cell),
            tau2: None,
            curve: curve_points,
            tally: cell.tally,
            outcomes,
            tasks,
            plan,
        }
    }

    /// Returns pass^1 with its interval.
    pub fn pass_1(&self) -> Option<(f64, Option<Interval>)> {
        let point = self.curve.first()?;
        Some((point.value?, point.interval))
    }
}

fn cut_off(cell: &Cell) -> Option<CutOff> {
    let trials = cell.tasks.values().flatten().chain(&cell.untasked);
    let turns: Vec<Option<u32>> = trials
        .filter(|trial| trial.episode.is_cut_off)
        .map(|trial| trial.episode.conversation.map(|conversation| conversation.turns))
        .collect();
    (!turns.is_empty()).then(|| CutOff { episodes: turns.len() as u64, turns: turns.into_iter().flatten().max() })
}

fn fractional_rewards(cell: &Cell, options: &Options) -> u64 {
    let trials = cell.tasks.values().flatten().chain(&cell.untasked);
    let rewards =
        trials.map(|trial| options.errors.standing(&trial.episode)).filter(|one| !one.success).filter_map(|one| one.reward);
    rewards.filter(|reward| *reward != 0.0).count() as u64
}

fn counts(rows: &[TaskResult]) -> Vec<TaskCounts> {
    rows.iter().filter(|row| row.task.is_some()).map(|row| TaskCounts { n: row.n, c: row.c }).collect()
}

fn range(counts: &[TaskCounts]) -> Option<(u32, u32)> {
    let scored = || counts.iter().map(|task| task.n).filter(|n| *n > 0);
    Some((scored().min()?, scored().max()?))
}

fn outcomes(rows: &[TaskResult]) -> Outcomes {
    let mut sum = Outcomes::default();
    for row in rows {
        sum.episodes += u64::from(row.episodes);
        sum.counted += u64::from(row.n);
        sum.successes += u64::from(row.c);
        sum.infrastructure += u64::from(row.infrastructure);
        sum.agent_errors += u64::from(row.agent_errors);
        sum.context_errors += u64::from(row.context_errors);
        sum.invalid += u64::from(row.invalid);
        if row.task.is_none() {
            sum.untasked += u64::from(row.episodes);
        }
    }
    sum
}

fn task_stats(cell: &Cell, plan: &Plan, rows: &[&TaskResult]) -> Vec<TaskStats> {
    let mut own = cell.tasks.keys().zip(rows).peekable();
    plan.tasks
        .iter()
        .map(|task| {
            let row = own.next_if(|(id, _)| *id == task).map(|(_, row)| (row.n, row.c, row.episodes - row.n));
            let (n, c, excluded) = row.unwrap_or_default();
            TaskStats { task: task.clone(), n, c, excluded, planned: plan.trials }
        })
        .collect()
}

fn lost_tasks(cell: &Cell, rows: &[&TaskResult]) -> Vec<TaskId> {
    cell.tasks.keys().zip(rows).filter(|(_, row)| row.n == 0).map(|(task, _)| task.clone()).collect()
}

fn coverage(tasks: &[TaskStats]) -> Option<f64> {
    let planned: u64 = tasks.iter().map(|task| u64::from(task.planned)).sum();
    let scored: u64 = tasks.iter().map(|task| u64::from(task.n.min(task.planned))).sum();
    (planned > 0).then(|| scored as f64 / planned as f64)
}

/// The number of trials as τ-bench would take it: for one file the distinct trial numbers in it (with repeated rows its formula then
/// exceeds one, and is shown so where it is asked for); over several files, whose numbers repeat, the most trials of any task.
fn distinct_trials(cell: &Cell) -> u32 {
    let numbers = || cell.tasks.values().flatten().filter_map(|trial| trial.episode.trial);
    let trials = if is_one_file(cell) {
        numbers().collect::<std::collections::BTreeSet<_>>().len()
    } else {
        cell.tasks.values().map(Vec::len).max().unwrap_or(0)
    };
    u32::try_from(trials).unwrap_or(u32::MAX).max(1)
}

fn is_one_file(cell: &Cell) -> bool {
    let mut files = cell.tasks.values().flatten().map(|trial| trial.file);
    files.next().is_some_and(|first| files.all(|file| file == first))
}

/// `display_metrics` of τ-bench `run.py` at k = 1: successes over tasks × distinct trial numbers, errors being failures.
fn upstream_pass_1(failed: &[TaskResult], trials: u32) -> Option<f64> {
    let tasked: Vec<&TaskResult> = failed.iter().filter(|row| row.task.is_some()).collect();
    let successes: u32 = tasked.iter().map(|row| row.c).sum();
    (!tasked.is_empty()).then(|| f64::from(successes) / (tasked.len() as f64 * f64::from(trials)))
}

fn cost(rows: &[&TaskResult], conf: f64, part: impl Fn(&TaskResult) -> (Known, u32)) -> Option<Cost> {
    let parts: Vec<(Known, u32)> = rows.iter().map(|row| part(row)).filter(|(cost, _)| cost.count > 0).collect();
    let known: u64 = parts.iter().map(|(cost, _)| u64::from(cost.count)).sum();
    if known == 0 {
        return None;
    }
    let over = |denominator: fn(&(Known, u32)) -> u32| {
        let sums: Vec<TaskSums> =
            parts.iter().map(|task| TaskSums { numerator: task.0.sum, denominator: f64::from(denominator(task)) }).collect();
        ratio_of_sums(&sums, conf)
    };
    let sum_usd: f64 = parts.iter().map(|(cost, _)| cost.sum).sum();
    Some(Cost {
        known,
        sum_usd,
        per_episode_usd: sum_usd / known as f64,
        per_episode_interval: over(|(cost, _)| cost.count).and_then(|ratio| ratio.interval),
        per_success: over(|(_, successes)| *successes),
    })
}

fn conversation(rows: &[TaskResult]) -> Option<MeanConversation> {
    let episodes: u64 = rows.iter().map(|row| u64::from(row.conversations)).sum();
    let mean = |part: fn(&TaskResult) -> u64| rows.iter().map(part).sum::<u64>() as f64 / episodes as f64;
    (episodes > 0).then(|| MeanConversation {
        episodes,
        messages: mean(|row| row.messages),
        turns: mean(|row| row.turns),
        tool_calls: mean(|row| row.tool_calls),
    })
}
