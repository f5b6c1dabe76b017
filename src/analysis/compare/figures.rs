//! The figures of two matched cells on their common tasks.

use super::{Settings, side::CellData};
use crate::{
    metrics::{
        TaskCounts, TaskSums,
        compare::{self, Comparison, Judged, Verdict, compare_pass_k, compare_shares, compare_values},
        interval::Interval,
        latency_ratio::{LatencyRatio, QuantileDifference, latency_ratio, quantile_differences},
        mann_whitney::{MannWhitney, Shift, hodges_lehmann, mann_whitney},
        multiplicity::benjamini_hochberg,
        planning::noise_floor,
        ratio::{RatioOfSums, ratio_of_sums},
        tests2x2::fisher_exact,
    },
    records::TaskId,
};

/// Percentiles of durations that are compared, as shares.
pub const PERCENTILES: [f64; 4] = [0.5, 0.9, 0.95, 0.99];

/// What is compared as a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// pass^k for this k.
    PassHat(u32),
    /// Mean reward over tasks.
    MeanReward,
}

/// A difference with what follows from it within its family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// What it is of.
    pub quantity: Quantity,
    /// The comparison.
    pub comparison: Comparison,
    /// What follows. Set once all figures of the family are known.
    pub judged: Judged,
    /// Minimum detectable difference by the deciding test, corrected for the comparisons of the family that are open. Set with `judged`.
    /// `None` also where it is larger than any difference from BASE can be.
    pub detectable: Option<f64>,
}

/// A total of which less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expense {
    /// Cost of the agent, US dollars.
    AgentCost,
    /// Cost of the user simulator, US dollars.
    UserCost,
    /// The agent's prompt tokens.
    AgentInputTokens,
    /// The agent's completion tokens.
    AgentOutputTokens,
}

impl Expense {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::AgentCost, Self::UserCost, Self::AgentInputTokens, Self::AgentOutputTokens];

    fn of(self, task: &super::TaskData) -> Option<f64> {
        match self {
            Self::AgentCost => task.agent_cost_usd.mean(),
            Self::UserCost => task.user_cost_usd.mean(),
            Self::AgentInputTokens => task.agent_input_tokens.mean(),
            Self::AgentOutputTokens => task.agent_output_tokens.mean(),
        }
    }
}

/// Mean expenses of an episode: NEW as a multiple of BASE.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Of what.
    pub expense: Expense,
    /// Common tasks in which both sides know it.
    pub tasks: usize,
    /// Mean over those tasks of BASE's mean an episode.
    pub base: f64,
    /// The same of NEW.
    pub new: f64,
    /// NEW / BASE.
    pub ratio: RatioOfSums,
    /// p of a ratio of 1.
    pub p: Option<f64>,
    /// What follows; less is better.
    pub judged: Judged,
    /// The difference of the means, NEW − BASE.
    pub difference: Comparison,
}

/// Durations of episodes or of calls: NEW against BASE.
#[derive(Debug, Clone, PartialEq)]
pub struct Durations {
    /// Ratio of the medians, task by task: the figure that decides.
    pub ratio: LatencyRatio,
    /// What follows; less is better.
    pub judged: Judged,
    /// Minimum detectable factor above 1, as [`Figure::detectable`].
    pub detectable: Option<f64>,
    /// Episodes (calls) of BASE and of NEW behind it.
    pub episodes: (u64, u64),
    /// All episodes (calls) against all: descriptive, ignores that those of a task are alike.
    pub mann_whitney: Option<MannWhitney>,
    /// Hodges–Lehmann shift of the logarithms: its exponential is a ratio. Descriptive too.
    pub log_shift: Option<Shift>,
    /// Differences of the percentiles [`PERCENTILES`], seconds.
    pub percentiles: Vec<Option<QuantileDifference>>,
}

/// One common task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskChange {
    /// The task.
    pub task: TaskId,
    /// Trials and successes of BASE.
    pub base: TaskCounts,
    /// Trials and successes of NEW.
    pub new: TaskCounts,
    /// Difference of the solve rates, NEW − BASE.
    pub difference: f64,
    /// Fisher's exact p.
    pub p: Option<f64>,
    /// p after Benjamini & Hochberg's correction for the number of tasks.
    pub p_adjusted: Option<f64>,
    /// Beyond noise after that correction.
    pub clear: bool,
}

/// The figures of two matched cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// pass^1.
    pub pass_1: Figure,
    /// pass^k for k = 2, 3, … as far as enough tasks have k trials on both sides, and the mean reward where some reward is neither
    /// 0 nor 1.
    pub further: Vec<Figure>,
    /// Expenses that both sides know.
    pub ratios: Vec<Ratio>,
    /// Durations, where both sides know them.
    pub durations: Option<Durations>,
    /// All common tasks, from the largest loss to the largest gain; natural order among equals.
    pub tasks: Vec<TaskChange>,
    /// How far two runs of BASE of one trial a task lie apart by chance; `None` where BASE has one trial a task.
    pub noise_floor: Option<f64>,
}

const UNJUDGED: Judged = Judged { p_holm: None, verdict: Verdict::Inconclusive };

impl Figures {
    /// Computes the figures. `None` without a common task that both sides scored.
    pub fn compute(base: &CellData, new: &CellData, settings: &Settings) -> Option<Self> {
        let common = common(base, new);
        let counts: Vec<(TaskCounts, TaskCounts)> = common.iter().map(|(_, a, b)| (a.counts(), b.counts())).collect();
        let statistics = &settings.statistics;
        let figure = |quantity, comparison| Figure { quantity, comparison, judged: UNJUDGED, detectable: None };
        let pass_1 = figure(Quantity::PassHat(1), compare_pass_k(&counts, 1, statistics)?);
        let most = |side: fn(&(TaskCounts, TaskCounts)) -> u32| counts.iter().map(side).max().unwrap_or(0);
        let most =
            most(|pair| pair.0.n).min(most(|pair| pair.1.n)).min(settings.k_max.unwrap_or(u32::MAX)).min(super::super::MOST_K);
        let passes = (2..=most).map_while(|k| Some(figure(Quantity::PassHat(k), compare_pass_k(&counts, k, statistics)?)));
        let mut further: Vec<Figure> = passes.collect();
        if base.fractional_rewards + new.fractional_rewards > 0 {
            let rewards: Vec<(f64, f64)> =
                common.iter().filter_map(|(_, a, b)| Some((a.mean_reward()?, b.mean_reward()?))).collect();
            let share = |value: f64| (0.0..=1.0).contains(&value);
            let compare = if rewards.iter().all(|(a, b)| share(*a) && share(*b)) { compare_shares } else { compare_values };
            further.extend(compare(&rewards, statistics).map(|found| figure(Quantity::MeanReward, found)));
        }
        let floor: Vec<TaskCounts> = counts.iter().map(|pair| pair.0).collect();
        Some(Self {
            pass_1,
            further,
            ratios: Expense::ALL.into_iter().filter_map(|expense| ratio(expense, &common, statistics)).collect(),
            durations: durations(&common, statistics),
            tasks: changes(&common, statistics.conf),
            noise_floor: noise_floor(&floor, 1, statistics.conf),
        })
    }

    /// Returns the tasks on which NEW is worse.
    pub fn regressed(&self) -> impl Iterator<Item = &TaskChange> {
        self.tasks.iter().filter(|task| task.difference < -TIE)
    }

    /// Returns the tasks on which NEW is better, the largest gain first.
    pub fn improved(&self) -> impl Iterator<Item = &TaskChange> {
        self.tasks.iter().rev().filter(|task| task.difference > TIE)
    }
}

/// Differences up to this are ties.
const TIE: f64 = 1e-9;

type Common<'a> = Vec<(&'a TaskId, &'a super::TaskData, &'a super::TaskData)>;

fn common<'a>(base: &'a CellData, new: &'a CellData) -> Common<'a> {
    let pairs = base.tasks.iter().filter_map(|(task, a)| Some((task, a, new.tasks.get(task)?)));
    pairs.filter(|(_, a, b)| a.n > 0 && b.n > 0).collect()
}

fn ratio(expense: Expense, common: &Common<'_>, settings: &compare::Settings) -> Option<Ratio> {
    let pairs: Vec<(f64, f64)> = common.iter().filter_map(|(_, a, b)| Some((expense.of(a)?, expense.of(b)?))).collect();
    // Where nobody spent anything there is nothing to compare.
    if !pairs.iter().any(|(a, b)| *a > 0.0 || *b > 0.0) {
        return None;
    }
    let sums: Vec<TaskSums> = pairs.iter().map(|(a, b)| TaskSums { numerator: *b, denominator: *a }).collect();
    let mut ratio = ratio_of_sums(&sums, settings.conf)?;
    // A side that records 0.00 throughout was not priced: "infinitely cheaper" would be no finding.
    if ratio.numerator <= 0.0 {
        (ratio.ratio, ratio.se) = (None, None);
    }
    let m = pairs.len() as f64;
    Some(Ratio {
        expense,
        tasks: pairs.len(),
        base: ratio.denominator / m,
        new: ratio.numerator / m,
        p: ratio.p_of_one(pairs.len()),
        ratio,
        judged: UNJUDGED,
        difference: compare_values(&pairs, settings)?,
    })
}

fn durations(common: &Common<'_>, settings: &compare::Settings) -> Option<Durations> {
    let known = common.iter().map(|(_, a, b)| (a.durations_s.clone(), b.durations_s.clone()));
    durations_of(known.collect(), settings)
}

/// Compares times by task, BASE's first; tasks without times on either side are left out.
pub(super) fn durations_of(mut tasks: Vec<(Vec<f64>, Vec<f64>)>, settings: &compare::Settings) -> Option<Durations> {
    tasks.retain(|(a, b)| !a.is_empty() && !b.is_empty());
    let ratio = latency_ratio(&tasks, settings)?;
    let a: Vec<f64> = tasks.iter().flat_map(|task| task.0.iter().copied()).filter(|s| *s > 0.0).collect();
    let b: Vec<f64> = tasks.iter().flat_map(|task| task.1.iter().copied()).filter(|s| *s > 0.0).collect();
    let log = |times: &[f64]| times.iter().map(|s| s.ln()).collect::<Vec<f64>>();
    Some(Durations {
        ratio,
        judged: UNJUDGED,
        detectable: None,
        episodes: (a.len() as u64, b.len() as u64),
        mann_whitney: mann_whitney(&a, &b),
        log_shift: hodges_lehmann(&log(&a), &log(&b), settings.conf),
        percentiles: quantile_differences(&tasks, &PERCENTILES, settings.conf),
    })
}

fn changes(common: &Common<'_>, conf: f64) -> Vec<TaskChange> {
    let p: Vec<Option<f64>> = common.iter().map(|(_, a, b)| fisher_exact(a.counts(), b.counts())).collect();
    let adjusted = benjamini_hochberg(&p.iter().map(|p| p.unwrap_or(f64::NAN)).collect::<Vec<_>>());
    let all = common.iter().zip(p).zip(adjusted);
    let mut changes: Vec<TaskChange> = all
        .filter_map(|(((task, a, b), p), q)| {
            let (base, new) = (a.counts(), b.counts());
            Some(TaskChange {
                task: (*task).clone(),
                base,
                new,
                difference: difference(base, new)?,
                p,
                p_adjusted: (!q.is_nan()).then_some(q),
                clear: q < 1.0 - conf,
            })
        })
        .collect();
    // Stable: tasks that changed alike stay in natural order.
    changes.sort_by(|a, b| a.difference.total_cmp(&b.difference));
    changes
}

/// Returns the difference of two solve rates as one quotient, so that equal differences are equal numbers.
fn difference(base: TaskCounts, new: TaskCounts) -> Option<f64> {
    let product = |a: u32, b: u32| f64::from(a) * f64::from(b);
    (base.n > 0 && new.n > 0).then(|| (product(new.c, base.n) - product(base.c, new.n)) / product(base.n, new.n))
}

/// The figures of one side alone, on all of its tasks: what `--min` and `--max` look at.
pub fn pass_hat(cell: &CellData, k: u32) -> Option<f64> {
    crate::metrics::ragged::chained_value(&cell.counts(), k)
}

/// Interval of a difference of two error rates after Newcombe 1998 (method 10): both Wilson intervals combined.
pub fn error_rates(base: &CellData, new: &CellData, conf: f64) -> Option<(f64, f64, Option<Interval>)> {
    let rate = |cell: &CellData| crate::metrics::error_rate(cell.infrastructure_errors, cell.episodes, conf);
    let (a, b) = (rate(base)?, rate(new)?);
    let difference = b.rate - a.rate;
    let interval = a.interval.zip(b.interval).map(|(of_a, of_b)| Interval {
        lo: difference - (b.rate - of_b.lo).hypot(of_a.hi - a.rate),
        hi: difference + (of_b.hi - b.rate).hypot(a.rate - of_a.lo),
    });
    Some((a.rate, b.rate, interval))
}
