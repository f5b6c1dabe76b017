//! Is B better than A on their common tasks, or is it noise?
//!
//! Student's t on per-task differences (Miller 2024, arXiv 2411.00640, with t in place of z) gives interval and p. The exact sign-flip
//! test stands beside it and decides, by its mid-p, where tasks are few. A verdict has three values: "not shown" is never "equal".

mod joint;
mod verdict;

pub use verdict::{Judged, Verdict, judge, judge_against_leader, still_open};

use super::{
    TaskCounts,
    bootstrap::Bootstrap,
    detectable,
    interval::Interval,
    paired::{self, FEW_TASKS, NO_SPREAD},
    pass_k::pass_hat_k,
    planning::{POWER, mde_of_se},
    ragged::{Ragged, rerun_se},
    sign_flip::SignFlip,
    tests2x2::{SignTest, sign_test},
};

/// Tasks with k trials on both sides that pass^k needs at least where others have fewer trials: this many, or a quarter.
const FEWEST: usize = 5;

/// How to compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Level of the intervals; 1 - `conf` is the level of significance.
    pub conf: f64,
    /// Statistical power for the minimum detectable difference.
    pub power: f64,
    /// Resampling, where there is no formula.
    pub bootstrap: Bootstrap,
}

impl Default for Settings {
    /// 95 %, power 80 %, 2,000 draws from seed 0.
    fn default() -> Self {
        Self { conf: 0.95, power: POWER, bootstrap: Bootstrap::default() }
    }
}

/// Which p-value decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecidedBy {
    /// Student's t on per-task differences.
    PairedT,
    /// Sign flips: fewer than 20 tasks, fewer than 10 that differ, or all differ by the same.
    SignFlip,
    /// Tasks drawn jointly for both sides: chained pass^k with trials missing. Where tasks are few, the sign flips of those with k trials
    /// decide if their p is the larger: draws of few tasks are too sure.
    Bootstrap,
}

/// The comparison of B with A on their common tasks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Common tasks used.
    pub tasks: usize,
    /// Mean of A over them.
    pub a: f64,
    /// Mean of B over them.
    pub b: f64,
    /// B − A.
    pub difference: f64,
    /// Standard error of the difference over a population of tasks; `None` with fewer than two tasks.
    pub se: Option<f64>,
    /// Interval of the difference: Student's t, or the bootstrap's percentiles, or [`paired::constant_interval`]; of shares never beyond ±1.
    pub interval: Option<Interval>,
    /// The two-sided p that decides.
    pub p: Option<f64>,
    /// Which one it is.
    pub decided_by: DecidedBy,
    /// p of the paired t test; 1 for identical sides, `None` where the standard error is zero or under the bootstrap.
    pub p_t: Option<f64>,
    /// The exact sign-flip test; `None` under the bootstrap, or where the sums are too many to enumerate (it then does not decide).
    pub flips: Option<SignFlip>,
    /// Tasks on which B is better.
    pub wins: usize,
    /// Tasks on which B is worse.
    pub losses: usize,
    /// Tasks on which both are alike.
    pub ties: usize,
    /// Sign test of wins against losses.
    pub sign_test: SignTest,
    /// Every common task has one trial on each side: then the sign test is McNemar's, and its exact p that of the sign flips.
    pub single_trial: bool,
    /// Correlation of the task values of A and B; `None` where either does not vary.
    pub correlation: Option<f64>,
    /// Standard error had other tasks been drawn for B.
    pub se_unpaired: Option<f64>,
    /// Standard error of running both again on these very tasks; only where all tasks have 2k trials.
    pub se_rerun: Option<f64>,
    /// Sizes of the differences of all tasks, where these are so few that the sign flips decide whatever they are.
    few: Option<[f64; FEW_TASKS - 1]>,
}

impl Comparison {
    /// Returns how many times as many tasks the comparison would have needed without pairing them: `(se_unpaired / se)²`.
    pub fn pairing_gain(&self) -> Option<f64> {
        Some((self.se_unpaired? / self.se.filter(|se| *se > NO_SPREAD)?).powi(2))
    }

    /// Returns the minimum detectable difference: the smallest true difference that the deciding test would find with the power asked for,
    /// where `open` comparisons of the family are to be corrected for (Holm's first step among them: the level is `α / open`).
    ///
    /// `None` where all tasks differ by the same (in particular not at all), which says nothing of it, or where so few tasks show no
    /// difference at this level.
    pub fn detectable(&self, open: usize, settings: &Settings) -> Option<f64> {
        let se = self.se.filter(|se| *se > NO_SPREAD)?;
        let conf = 1.0 - (1.0 - settings.conf) / open.max(1) as f64;
        match self.few.as_ref().and_then(|sizes| sizes.get(..self.tasks)) {
            Some(sizes) => detectable::of_few_tasks(sizes, self.difference, conf, settings.power, settings.bootstrap.seed),
            None => mde_of_se(se, self.tasks.checked_sub(1)?, conf, settings.power),
        }
    }
}

/// Compares pass^k of B with that of A. `pairs` holds (A, B) of every common task; those without trials on a side are left out.
///
/// Where every task has k trials on both sides, each has a pass^k of its own, and the differences of these are tested. Where
/// trials are missing and k > 1, the chained estimates of the common tasks are subtracted instead (see [`Ragged::Chained`]), with
/// interval, standard error and p from drawing tasks jointly for both sides; wins and losses then rest on the tasks that have k
/// trials on both. `None` without common tasks, or where fewer than five of them, or a quarter, have k trials on both sides.
pub fn compare_pass_k(pairs: &[(TaskCounts, TaskCounts)], k: u32, settings: &Settings) -> Option<Comparison> {
    let pairs: Vec<(TaskCounts, TaskCounts)> = pairs.iter().copied().filter(|(a, b)| a.n > 0 && b.n > 0).collect();
    let full: Vec<(TaskCounts, TaskCounts)> = pairs.iter().copied().filter(|(a, b)| a.n >= k && b.n >= k).collect();
    let values: Vec<(f64, f64)> =
        full.iter().filter_map(|(a, b)| Some((pass_hat_k(a.n, a.c, k)?, pass_hat_k(b.n, b.c, k)?))).collect();
    let ragged = full.len() < pairs.len();
    if ragged && full.len() < FEWEST.max(pairs.len().div_ceil(4)) {
        return None;
    }
    let mut found = compare_shares(&values, settings)?;
    found.single_trial = pairs.iter().all(|(a, b)| a.n == 1 && b.n == 1);
    if ragged {
        joint::replace(&mut found, &pairs, k, settings)?;
    } else {
        let rerun = |side: fn(&(TaskCounts, TaskCounts)) -> TaskCounts| {
            rerun_se(&pairs.iter().map(side).collect::<Vec<_>>(), Ragged::Available, k)
        };
        found.se_rerun = rerun(|pair| pair.0).zip(rerun(|pair| pair.1)).map(|(a, b)| a.hypot(b));
    }
    Some(found)
}

/// Compares the mean over tasks of any value, such as a cost. `pairs` holds (A, B) of every common task; pairs with a value that is not
/// finite are left out. `None` without any.
pub fn compare_values(pairs: &[(f64, f64)], settings: &Settings) -> Option<Comparison> {
    let values: Vec<(f64, f64)> = pairs.iter().copied().filter(|(a, b)| a.is_finite() && b.is_finite()).collect();
    let d: Vec<f64> = values.iter().map(|(a, b)| b - a).collect();
    let found = paired::of_differences(&d, settings.conf)?;
    let m = found.tasks as f64;
    let (a, b): (Vec<f64>, Vec<f64>) = values.iter().copied().unzip();
    let moments = Moments::of(&a, &b);
    let (wins, losses) = (u32::try_from(found.wins).ok()?, u32::try_from(found.losses).ok()?);
    Some(Comparison {
        tasks: found.tasks,
        a: moments.mean_a,
        b: moments.mean_b,
        difference: found.difference,
        se: found.se,
        // Without any spread t gives an interval of no width, which no data support.
        interval: found.interval.filter(|_| found.se.is_some_and(|se| se > NO_SPREAD)),
        p: found.p(),
        decided_by: if found.t_decides() { DecidedBy::PairedT } else { DecidedBy::SignFlip },
        p_t: found.p_t,
        flips: found.flips,
        wins: found.wins,
        losses: found.losses,
        ties: found.tasks - found.wins - found.losses,
        sign_test: sign_test(wins, losses),
        single_trial: false,
        correlation: moments.correlation(),
        se_unpaired: (found.tasks > 1).then(|| ((moments.var_a + moments.var_b) / m).sqrt()),
        se_rerun: None,
        few: few(&d),
    })
}

fn few(d: &[f64]) -> Option<[f64; FEW_TASKS - 1]> {
    let mut sizes = [0.0; FEW_TASKS - 1];
    sizes.get_mut(..d.len())?.iter_mut().zip(d).for_each(|(size, d)| *size = d.abs());
    sizes.sort_by(|a, b| b.total_cmp(a));
    Some(sizes)
}

/// Compares the mean over tasks of shares, such as rewards from 0 to 1: like [`compare_values`], and the interval stays within ±1.
pub fn compare_shares(pairs: &[(f64, f64)], settings: &Settings) -> Option<Comparison> {
    let mut found = compare_values(pairs, settings)?;
    found.interval = paired::share_interval(found.interval, found.tasks, found.difference, settings.conf);
    Some(found)
}

/// Means, variances (divisor m - 1) and covariance of two columns.
struct Moments {
    mean_a: f64,
    mean_b: f64,
    var_a: f64,
    var_b: f64,
    covariance: f64,
}

impl Moments {
    fn of(a: &[f64], b: &[f64]) -> Self {
        let m = a.len() as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / m;
        let (mean_a, mean_b) = (mean(a), mean(b));
        let sum =
            |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - mean_a, b - mean_b)).sum::<f64>() / (m - 1.0);
        Self { mean_a, mean_b, var_a: sum(&|a, _| a * a), var_b: sum(&|_, b| b * b), covariance: sum(&|a, b| a * b) }
    }

    fn correlation(&self) -> Option<f64> {
        let scale = (self.var_a * self.var_b).sqrt();
        (scale > 1e-12).then(|| (self.covariance / scale).clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests;
