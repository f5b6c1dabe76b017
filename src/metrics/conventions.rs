//! Every pass^k convention in use for τ-bench results, side by side on the same trials (`--explain-passk`).
//!
//! The implementations differ in what counts as a success, what becomes of errors and missing trials, which tasks stay in the
//! denominator, and up to which k they go. Each is restated here from its source.

use super::{
    PlannedTask, TaskCounts, curve, interval::Ci, mean_reward, missing_trial_bounds, pass_hat_k, ragged::Ragged,
    rate::success_rate,
};
use crate::records::episode::is_success;

/// What became of one planned trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TrialState {
    /// Ran and was scored.
    Scored {
        /// The reward.
        reward: f64,
    },
    /// The machinery failed.
    InfraError {
        /// The reward the file records all the same (τ-bench writes 0.0).
        recorded_reward: Option<f64>,
    },
    /// The agent failed in a way that left an error.
    AgentError {
        /// The reward the file records all the same.
        recorded_reward: Option<f64>,
    },
    /// Has a row without a usable reward.
    Invalid,
    /// Has no row.
    Absent,
}

impl TrialState {
    /// Returns the reward of the row as a program that does not look at errors sees it; `None` without a row.
    fn row_reward(self) -> Option<f64> {
        match self {
            Self::Scored { reward } => Some(reward),
            Self::InfraError { recorded_reward } | Self::AgentError { recorded_reward } => Some(recorded_reward.unwrap_or(0.0)),
            Self::Invalid => Some(0.0),
            Self::Absent => None,
        }
    }

    /// As [`Self::row_reward`], but without infrastructure errors.
    fn surviving_reward(self) -> Option<f64> {
        if matches!(self, Self::InfraError { .. }) { None } else { self.row_reward() }
    }

    /// Returns the reward of a trial that tells of the agent: scored, or ended by the agent's own error.
    fn valid_reward(self) -> Option<f64> {
        match self {
            Self::Scored { reward } => Some(reward),
            Self::AgentError { recorded_reward } => Some(recorded_reward.unwrap_or(0.0)),
            Self::InfraError { .. } | Self::Invalid | Self::Absent => None,
        }
    }

    fn scored_reward(self) -> Option<f64> {
        if let Self::Scored { reward } = self { Some(reward) } else { None }
    }
}

/// The trials of one planned task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskTrials {
    /// One state per planned trial, in planned order; trials left out at the end are absent.
    pub trials: Vec<TrialState>,
}

/// One convention and what it makes of the trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Convention {
    /// Short name.
    pub name: &'static str,
    /// The program that computes it so.
    pub who: &'static str,
    /// The rule in one sentence.
    pub rule: &'static str,
    /// pass^k for k = 1, 2, …; `None` where the convention gives no value. May exceed 1 where upstream's does.
    pub values: Vec<Option<f64>>,
    /// The average reward printed beside it, where the program prints one.
    pub average_reward: Option<f64>,
}

/// Reads one kind of reward from a trial; `None` leaves the trial out.
type Reader = fn(TrialState) -> Option<f64>;
/// Gives pass^k of the whole cell.
type PassK<'a> = &'a dyn Fn(u32) -> Option<f64>;

/// Returns what each convention makes of the same trials, for k = 1 to the larger of `planned` and `trial_ids`, at most `most_k`: both
/// may be any number that a file names.
///
/// `planned` is the number of trials planned per task, `trial_ids` the number of distinct trial ids in the files.
pub fn explain_pass_k(tasks: &[TaskTrials], planned: u32, trial_ids: u32, most_k: u32) -> Vec<Convention> {
    let cell = Cell { tasks, planned, trial_ids, most_k };
    let groups: [Vec<Convention>; 5] =
        [cell.ours().into(), cell.tau_bench().into(), cell.tau2().into(), cell.harnesses().into(), cell.pass_rates().into()];
    groups.concat()
}

struct Cell<'a> {
    tasks: &'a [TaskTrials],
    planned: u32,
    trial_ids: u32,
    most_k: u32,
}

impl Cell<'_> {
    fn ours(&self) -> [Convention; 3] {
        let counts = self.counts(TrialState::valid_reward, is_success);
        let rewards = self.rewards(TrialState::valid_reward);
        let points = curve(&counts, Ragged::Chained, self.k_max(), Ci::default(), 0.95);
        let chained = |k: u32| points.get(k as usize - 1)?.value;
        let planned = self.planned_tasks(&counts);
        let bounds = |k| missing_trial_bounds(&planned, k);
        [
            self.convention(
                "chained",
                "taureport",
                "Infrastructure errors and invalid rows are left out; C(c,k)/C(n,k) with each task's own n, later k chained.",
                &chained,
                mean_reward(&rewards).map(|rate| rate.macro_mean),
            ),
            self.convention(
                "missing = fail",
                "taureport, lower bound",
                "All planned trials of all tasks count; those without a valid reward are failures.",
                &|k| Some(bounds(k)?.lower),
                None,
            ),
            self.convention(
                "missing = pass",
                "taureport, upper bound",
                "All planned trials of all tasks count; those without a valid reward are successes.",
                &|k| Some(bounds(k)?.upper),
                None,
            ),
        ]
    }

    fn tau_bench(&self) -> [Convention; 3] {
        let rows = self.seen(TrialState::row_reward, is_success);
        let upstream = |k| mean(rows.iter().map(|task| pass_hat_k(self.trial_ids, task.c, k)));
        let open = self.seen(TrialState::row_reward, |reward| (reward - 1.0).abs() < 1e-6);
        let longest = open.iter().map(|task| task.n).max().unwrap_or(0);
        let zero_fill = |k: u32| {
            let value = |task: &TaskCounts| Some(pass_hat_k(task.n, task.c, k).unwrap_or(0.0));
            if k <= longest { mean(open.iter().map(value)) } else { None }
        };
        let loose = self.counts(TrialState::row_reward, |reward| reward >= 0.999);
        let complete = |k: u32| {
            let complete = loose.iter().filter(|task| task.n >= self.trial_ids);
            if k == 1 && self.trial_ids > 1 {
                return pooled(&loose);
            }
            if k == self.trial_ids { mean(complete.map(|task| pass_hat_k(task.n, task.c, task.n))) } else { None }
        };
        let average = self.average(TrialState::row_reward);
        [
            self.convention(
                "tau-bench",
                "tau-bench display_metrics",
                "C(c,k)/C(R,k) with R the distinct trial ids of the file: errors score 0, missing trials are failures.",
                &upstream,
                average,
            ),
            self.convention(
                "zero-fill",
                "CSE-598 compute_all_metrics",
                "C(c,k)/C(n,k) with each task's own rows, errors scoring 0; a task with fewer than k rows counts 0.",
                &zero_fill,
                average,
            ),
            self.convention(
                "complete-case",
                "drewOrc merge_seeds",
                "k = 1 pools all rows; at k = all seeds, the share of tasks with a row for every seed whose rows all pass.",
                &complete,
                None,
            ),
        ]
    }

    fn tau2(&self) -> [Convention; 3] {
        let surviving = self.seen(TrialState::surviving_reward, is_success);
        let rows = self.seen(TrialState::row_reward, is_success);
        let exact = self.counts(TrialState::row_reward, |reward| reward.total_cmp(&1.0).is_eq());
        [
            self.convention(
                "tau2",
                "tau2-bench compute_metrics",
                "Infrastructure errors are dropped; C(c,k)/C(n,k) over tasks with a run left, for k up to the shortest of them.",
                &|k| own_counts_to_shortest(&surviving, k, self.planned),
                self.average(TrialState::surviving_reward),
            ),
            self.convention(
                "tau2 leaderboard",
                "tau2-bench leaderboard release notes",
                "As tau2, but infrastructure errors are failures.",
                &|k| own_counts_to_shortest(&rows, k, self.planned),
                self.average(TrialState::row_reward),
            ),
            self.convention(
                "tau2 experiment script",
                "tau2-bench get_experiment_results",
                "Share of rows with a reward of exactly 1; errors are failures, missing trials are ignored.",
                &only_first(pooled(&exact)),
                None,
            ),
        ]
    }

    fn harnesses(&self) -> [Convention; 2] {
        let counts = self.counts(TrialState::scored_reward, |reward| reward >= 1.0);
        let available = |k| mean(counts.iter().filter(|task| task.n >= k).map(|task| pass_hat_k(task.n, task.c, k)));
        let leading = |k| {
            let counts = self.tasks.iter().filter_map(move |task| leading_scored(task, k));
            mean(counts.map(|task| pass_hat_k(task.n, task.c, k)))
        };

        [
            self.convention(
                "available-case",
                "inspect_ai pass_k",
                "Reward 1 or more passes; C(c,k)/C(n,k) over the tasks with k scored trials, a different set for each k.",
                &available,
                None,
            ),
            self.convention(
                "first k scored",
                "evalscope mean_and_pass_hat_k",
                "c is the sum of rewards cut to a whole number; over tasks whose first k planned trials are all scored.",
                &|k| if k <= self.planned { leading(k) } else { None },
                None,
            ),
        ]
    }

    fn pass_rates(&self) -> [Convention; 2] {
        let positive = self.counts(TrialState::row_reward, |reward| reward > 0.0);
        let planned = self.tasks.len() as f64 * f64::from(self.planned);
        let sum: f64 = self.tasks.iter().flat_map(|task| rewards(task, TrialState::row_reward)).sum();
        let accuracy = (planned > 0.0).then(|| sum / planned);
        [
            self.convention(
                "any reward",
                "ToolOrchestra compare_experiments",
                "Share of rows with a reward above 0; missing trials are ignored.",
                &only_first(pooled(&positive)),
                None,
            ),
            self.convention(
                "benchmark accuracy",
                "HAL taubench",
                "Sum of rewards over all planned trials of the benchmark; errors and missing trials score 0.",
                &only_first(accuracy),
                None,
            ),
        ]
    }

    fn convention(
        &self,
        name: &'static str,
        who: &'static str,
        rule: &'static str,
        value: PassK<'_>,
        average_reward: Option<f64>,
    ) -> Convention {
        let values = (1..=self.k_max()).map(|k| value(k).filter(|value| value.is_finite())).collect();
        Convention { name, who, rule, values, average_reward }
    }

    fn k_max(&self) -> u32 {
        self.planned.max(self.trial_ids).min(self.most_k)
    }

    /// Returns the trials and successes of every planned task.
    fn counts(&self, read: Reader, success: fn(f64) -> bool) -> Vec<TaskCounts> {
        let count = |task| rewards(task, read).fold((0, 0), |(n, c), reward| (n + 1, c + u32::from(success(reward))));
        self.tasks.iter().map(count).map(|(n, c)| TaskCounts::new(n, c)).collect()
    }

    /// As [`Self::counts`], for the tasks that have any trial of this kind.
    fn seen(&self, read: Reader, success: fn(f64) -> bool) -> Vec<TaskCounts> {
        self.counts(read, success).into_iter().filter(|task| task.n > 0).collect()
    }

    fn rewards(&self, read: Reader) -> Vec<Vec<f64>> {
        self.tasks.iter().map(|task| rewards(task, read).collect()).collect()
    }

    /// Returns the mean reward over rows. Rows without a usable reward are left out of it.
    fn average(&self, read: Reader) -> Option<f64> {
        let usable = |task: &TaskTrials| -> Vec<f64> {
            task.trials.iter().filter(|&&trial| trial != TrialState::Invalid).filter_map(|&trial| read(trial)).collect()
        };
        mean_reward(&self.tasks.iter().map(usable).collect::<Vec<_>>()).map(|rate| rate.micro_mean)
    }

    fn planned_tasks(&self, counts: &[TaskCounts]) -> Vec<PlannedTask> {
        counts.iter().map(|task| PlannedTask { n: task.n, c: task.c, planned: self.planned }).collect()
    }
}

fn rewards(task: &TaskTrials, read: Reader) -> impl Iterator<Item = f64> + '_ {
    task.trials.iter().filter_map(move |&trial| read(trial))
}

/// Returns the mean; `None` without values or when one is undefined.
fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values = values.collect::<Option<Vec<f64>>>()?;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn pooled(counts: &[TaskCounts]) -> Option<f64> {
    Some(success_rate(counts)?.micro_mean)
}

fn only_first(value: Option<f64>) -> impl Fn(u32) -> Option<f64> {
    move |k| if k == 1 { value } else { None }
}

/// Returns the mean of pass^k with each task's own trials, undefined beyond the shortest task and the plan.
fn own_counts_to_shortest(counts: &[TaskCounts], k: u32, planned: u32) -> Option<f64> {
    if k > planned { None } else { mean(counts.iter().map(|task| pass_hat_k(task.n, task.c, k))) }
}

/// Returns evalscope's counts of a task, with c the sum of rewards; `None` unless its first k planned trials are all scored.
fn leading_scored(task: &TaskTrials, k: u32) -> Option<TaskCounts> {
    let leading = task.trials.iter().take_while(|trial| trial.scored_reward().is_some()).count();
    if leading < k as usize {
        return None;
    }
    let scored: Vec<f64> = rewards(task, TrialState::scored_reward).collect();
    Some(TaskCounts::new(u32::try_from(scored.len()).ok()?, whole(scored.iter().sum())))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "restates a cut to a whole number; saturates")]
fn whole(sum: f64) -> u32 {
    sum as u32
}

#[cfg(test)]
mod tests;
