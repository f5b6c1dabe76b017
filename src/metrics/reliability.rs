//! Reliability beyond pass^k: how alike the trials of one task are, and how fast pass^k falls.

use super::{
    TaskCounts,
    interval::{Ci, Interval},
    task_mean::scaled_interval,
};

/// A share of tasks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Tasks in this class.
    pub tasks: usize,
    /// Share of all tasks.
    pub value: f64,
    /// Interval of the share; `None` for fewer than two tasks.
    pub interval: Option<Interval>,
}

/// Tasks solved in every trial, in some, and in none. Depends on the number of trials: "always" of 4 is easier than of 8.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Solved in every trial.
    pub always: Share,
    /// Solved in some trials and not in others.
    pub sometimes: Share,
    /// Solved in no trial.
    pub never: Share,
}

/// Returns the shares of tasks always, sometimes and never solved, over tasks with a trial; `None` without any.
pub fn shares(tasks: &[TaskCounts], ci: Ci, conf: f64) -> Option<Shares> {
    let tasks: Vec<TaskCounts> = tasks.iter().copied().filter(|task| task.n > 0).collect();
    let share = |class: fn(&TaskCounts) -> bool| {
        let values: Vec<f64> = tasks.iter().map(|task| if class(task) { 1.0 } else { 0.0 }).collect();
        let count = tasks.iter().filter(|task| class(task)).count();
        let value = count as f64 / tasks.len() as f64;
        Share { tasks: count, value, interval: scaled_interval(&values, trials(&tasks), ci, conf) }
    };
    (!tasks.is_empty()).then(|| Shares {
        always: share(|task| task.c >= task.n),
        sometimes: share(|task| task.c > 0 && task.c < task.n),
        never: share(|task| task.c == 0),
    })
}

/// How often two trials of one task end alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Consistency {
    /// Mean probability that two trials of a task agree.
    pub agreement: f64,
    /// `2 agreement - 1`, within `[-1, 1]`: unbiased for the mean of `(2p - 1)²`.
    pub consistency: f64,
    /// Mean of `(2c/n - 1)²`, as HAL computes it (arXiv 2602.16666): biased upward by `4p(1-p)/n`.
    pub hal: f64,
    /// Tasks with at least two trials, which are the ones used.
    pub tasks: usize,
}

/// Returns the share of agreeing pairs among the trials of one task; `None` for fewer than two trials or `c > n`.
pub fn agreement(n: u32, c: u32) -> Option<f64> {
    let (n, c, f) = (f64::from(n), f64::from(c), f64::from(n.checked_sub(c)?));
    (n > 1.0).then(|| (c * (c - 1.0) + f * (f - 1.0)) / (n * (n - 1.0)))
}

/// Returns the consistency over tasks with at least two trials; `None` without any.
pub fn consistency(tasks: &[TaskCounts]) -> Option<Consistency> {
    let used: Vec<(f64, f64)> =
        tasks.iter().filter_map(|task| Some((agreement(task.n, task.c)?, task.success_rate()?))).collect();
    if used.is_empty() {
        return None;
    }
    let m = used.len() as f64;
    let agreement = used.iter().map(|(agreement, _)| agreement).sum::<f64>() / m;
    let hal = used.iter().map(|(_, rate)| (2.0 * rate - 1.0).powi(2)).sum::<f64>() / m;
    Some(Consistency { agreement, consistency: 2.0 * agreement - 1.0, hal, tasks: used.len() })
}

/// One-way random-effects analysis of variance of the outcomes, by task.
///
/// Source: ICC(1,1) of Shrout & Fleiss 1979; advised for agent evaluations by arXiv 2512.06710.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Icc {
    /// Mean square between tasks.
    pub msb: f64,
    /// Mean square within tasks.
    pub msw: f64,
    /// Trials of a typical task, n₀; the common number when all have as many.
    pub n0: f64,
    /// Variance between tasks, `(MSB - MSW) / n₀`; may be negative.
    pub between: f64,
    /// Variance within tasks, MSW.
    pub within: f64,
    /// The coefficient as computed; may be negative.
    pub raw: f64,
    /// The coefficient to print, at least 0.
    pub icc: f64,
}

/// Returns the share of outcome variance that lies between tasks.
///
/// `None` for fewer than two tasks, without a task that has two trials, or when all outcomes are equal.
pub fn icc(tasks: &[TaskCounts]) -> Option<Icc> {
    let tasks: Vec<TaskCounts> = tasks.iter().copied().filter(|task| task.n > 0 && task.c <= task.n).collect();
    let (m, trials) = (tasks.len() as f64, trials(&tasks));
    if m < 2.0 || trials <= m {
        return None;
    }
    let grand = tasks.iter().map(|task| f64::from(task.c)).sum::<f64>() / trials;
    let (mut between_squares, mut within_squares, mut size_squares) = (0.0, 0.0, 0.0);
    for task in &tasks {
        let (n, c) = (f64::from(task.n), f64::from(task.c));
        between_squares += n * (c / n - grand).powi(2);
        within_squares += c * (n - c) / n;
        size_squares += n * n;
    }
    let (msb, msw) = (between_squares / (m - 1.0), within_squares / (trials - m));
    let n0 = (trials - size_squares / trials) / (m - 1.0);
    let spread = msb + (n0 - 1.0) * msw;
    let raw = (msb - msw) / spread;
    (grand > 0.0 && grand < 1.0 && raw.is_finite()).then(|| Icc {
        msb,
        msw,
        n0,
        between: (msb - msw) / n0,
        within: msw,
        raw,
        icc: raw.max(0.0),
    })
}

/// The k at which pass^k has fallen to half of pass^1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HalfLife {
    /// Reached at this k, interpolated between whole numbers.
    At(f64),
    /// Not reached at the largest k measured.
    Beyond(u32),
}

/// How pass^k falls from k = 1 to the largest k measured, K.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decay {
    /// `pass^K / pass^1`.
    pub retention: f64,
    /// Mean factor per further trial, `(pass^K / pass^1)^(1/(K-1))`; `None` for K = 1.
    pub step: Option<f64>,
    /// Where half of pass^1 is reached.
    pub half_life: HalfLife,
    /// Expected number of successes before the first failure, counting at most K: `Σ pass^k`.
    pub run_length: f64,
    /// `(pass^1)^K`: what pass^K would be were all tasks equally hard.
    pub independent: f64,
    /// K.
    pub k: u32,
}

/// Returns the decay of a curve that holds pass^1, pass^2, … pass^K.
///
/// `None` when the curve is empty, holds a value outside `[0, 1]`, or starts at 0.
pub fn decay(curve: &[f64]) -> Option<Decay> {
    let (first, last) = (*curve.first()?, *curve.last()?);
    let k = u32::try_from(curve.len()).ok()?;
    if first <= 0.0 || !curve.iter().all(|value| (0.0..=1.0).contains(value)) {
        return None;
    }
    let retention = last / first;
    Some(Decay {
        retention,
        step: (k > 1).then(|| retention.powf(1.0 / f64::from(k - 1))),
        half_life: half_life(curve, first / 2.0, k),
        run_length: curve.iter().sum(),
        independent: first.powf(f64::from(k)),
        k,
    })
}

/// Returns `pass@K - pass^K`, given the two in this order: how much of what the agent can do it does not do reliably
/// (arXiv 2602.07150).
pub fn capability_gap(at_least_once: f64, every_time: f64) -> f64 {
    at_least_once - every_time
}

/// Finds where the curve crosses `half`, interpolating log-linearly, or linearly where the next point is 0.
fn half_life(curve: &[f64], half: f64, largest: u32) -> HalfLife {
    for (k, pair) in (1_u32..).zip(curve.windows(2)) {
        let (high, low) = (pair[0], pair[1]);
        if low <= half && high > half {
            let share = if low > 0.0 { (high / half).ln() / (high / low).ln() } else { (high - half) / high };
            return HalfLife::At(f64::from(k) + share);
        }
    }
    HalfLife::Beyond(largest)
}

fn trials(tasks: &[TaskCounts]) -> f64 {
    tasks.iter().map(|task| f64::from(task.n)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{any_tasks, assert_near, assert_some_near, even_tasks, gpt4o_airline, near, ragged12};

    #[test]
    fn gpt_4o_airline_shares_match() {
        let found = shares(&gpt4o_airline(), Ci::ScaledWilson, 0.95).unwrap();
        assert_near(found.always.value, 0.2);
        assert_near(found.sometimes.value, 0.52);
        assert_near(found.never.value, 0.28);
        assert_eq!((found.always.tasks, found.sometimes.tasks, found.never.tasks), (10, 26, 14));
        // Always solved is pass^4 of four trials, and so is its interval.
        assert_near(found.always.interval.unwrap().lo, 0.110_796_351_8);
        assert_eq!(shares(&[], Ci::ScaledWilson, 0.95), None);
        assert_eq!(shares(&[TaskCounts::new(0, 0)], Ci::ScaledWilson, 0.95), None);
    }

    #[test]
    fn gpt_4o_airline_consistency_matches() {
        let found = consistency(&gpt4o_airline()).unwrap();
        assert_near(found.agreement, 0.706_666_666_7);
        assert_near(found.consistency, 0.413_333_333_3);
        assert_near(found.hal, 0.56);
        assert_eq!(consistency(&[TaskCounts::new(1, 1)]), None);
        assert_eq!(agreement(3, 4), None);
    }

    #[test]
    fn gpt_4o_airline_variance_parts_match() {
        let found = icc(&gpt4o_airline()).unwrap();
        assert_near(found.msb, 0.545_306_122_4);
        assert_near(found.msw, 0.146_666_666_7);
        assert_near(found.n0, 4.0);
        assert_near(found.between, 0.099_659_863_95);
        assert_near(found.within, 0.146_666_666_7);
        assert_near(found.icc, 0.404_584_369);
    }

    #[test]
    fn ragged_variance_parts_match() {
        let found = icc(&ragged12()).unwrap();
        assert_near(found.msb, 0.639_393_939_4);
        assert_near(found.msw, 0.131_372_549);
        assert_near(found.n0, 3.794_466_403);
        assert_near(found.between, 0.133_884_803_9);
        assert_near(found.raw, 0.504_735_504_7);
    }

    #[test]
    fn variance_parts_need_variance_and_repeats() {
        assert_eq!(icc(&[TaskCounts::new(1, 1), TaskCounts::new(1, 0)]), None);
        assert_eq!(icc(&[TaskCounts::new(4, 4), TaskCounts::new(4, 4)]), None);
        assert_eq!(icc(&[TaskCounts::new(4, 2)]), None);
        let below = icc(&[TaskCounts::new(4, 2), TaskCounts::new(4, 2)]).unwrap();
        assert_near(below.raw, -1.0 / 3.0);
        assert_near(below.icc, 0.0);
        let clear = icc(&[TaskCounts::new(4, 4), TaskCounts::new(4, 0)]).unwrap();
        assert_near(clear.icc, 1.0);
    }

    #[test]
    fn gpt_4o_airline_decay_matches() {
        let found = decay(&[0.42, 41.0 / 150.0, 0.22, 0.2]).unwrap();
        assert_near(found.retention, 0.476_190_476_2);
        assert_some_near(found.step, 0.780_896_665_6);
        assert_near(found.independent, 0.031_116_96);
        assert_near(found.run_length, 1.113_333_333);
        let HalfLife::At(k) = found.half_life else { panic!("{:?}", found.half_life) };
        assert_near(k, 3.488_090_734);
        assert_near(capability_gap(0.72, 0.2), 0.52);
    }

    #[test]
    fn decay_has_answers_at_the_ends() {
        assert_eq!(decay(&[]), None);
        assert_eq!(decay(&[0.0, 0.0]), None);
        assert_eq!(decay(&[f64::NAN]), None);
        assert_eq!(decay(&[4.0]), None);
        let single = decay(&[0.7]).unwrap();
        assert_eq!((single.step, single.half_life), (None, HalfLife::Beyond(1)));
        assert_eq!(decay(&[0.8, 0.7, 0.6]).unwrap().half_life, HalfLife::Beyond(3));
        assert_eq!(decay(&[0.8, 0.0]).unwrap().half_life, HalfLife::At(1.5));
        assert_eq!(decay(&[0.8, 0.4]).unwrap().half_life, HalfLife::At(2.0));
    }

    proptest! {
        #[test]
        fn the_three_shares_make_up_all_tasks(tasks in any_tasks()) {
            let found = shares(&tasks, Ci::ScaledWilson, 0.95).unwrap();
            prop_assert_eq!(found.always.tasks + found.sometimes.tasks + found.never.tasks, tasks.len());
            for share in [found.always, found.sometimes, found.never] {
                prop_assert!(share.interval.is_none_or(|interval| interval.contains(share.value)));
            }
        }

        #[test]
        fn consistency_stays_in_range_below_the_biased_form(tasks in any_tasks()) {
            if let Some(found) = consistency(&tasks) {
                prop_assert!((-1.0..=1.0).contains(&found.consistency) && (0.0..=1.0).contains(&found.agreement));
                if tasks.iter().all(|task| task.n > 1) { prop_assert!(found.consistency <= found.hal + 1e-12); }
            }
        }

        #[test]
        fn swapping_success_and_failure_changes_neither(tasks in any_tasks()) {
            let flipped: Vec<TaskCounts> = tasks.iter().map(|task| TaskCounts::new(task.n, task.n - task.c)).collect();
            if let Some(found) = consistency(&tasks) {
                prop_assert!((found.consistency - consistency(&flipped).unwrap().consistency).abs() < 1e-12);
            }
            prop_assert_eq!(icc(&tasks).is_some(), icc(&flipped).is_some());
            if let Some(found) = icc(&tasks) {
                prop_assert!((found.raw - icc(&flipped).unwrap().raw).abs() < 1e-9 && found.raw <= 1.0 + 1e-12);
            }
        }

        #[test]
        fn the_half_life_lies_on_the_curve((n, tasks) in even_tasks()) {
            let rate = |k| tasks.iter().filter_map(|t| crate::metrics::pass_hat_k(t.n, t.c, k)).sum::<f64>() / tasks.len() as f64;
            let curve: Vec<f64> = (1..=n).map(rate).collect();
            if let Some(found) = decay(&curve) {
                match found.half_life {
                    HalfLife::At(k) => prop_assert!((1.0..=f64::from(n)).contains(&k)),
                    HalfLife::Beyond(k) => prop_assert!(k == n && found.retention > 0.5),
                }
                prop_assert!(near(found.retention, curve[curve.len() - 1] / curve[0]));
            }
        }
    }
}
