//! Success rate, mean reward and error rate.
//!
//! *Macro* is the mean over tasks of each task's own mean and weighs tasks alike; *micro* is the mean over trials and weighs a task
//! by its trials. They are equal when all tasks have as many trials. Upstream's "average reward" is the micro mean.

use super::{
    TaskCounts,
    interval::{Interval, wilson},
};

/// A mean in both weightings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Mean over tasks of the task means.
    pub macro_mean: f64,
    /// Mean over all trials.
    pub micro_mean: f64,
    /// Tasks with at least one trial.
    pub tasks: usize,
    /// Trials.
    pub trials: u64,
}

/// Share of trials that ended in an error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErrorRate {
    /// Trials that ended in an error.
    pub errors: u64,
    /// All trials.
    pub trials: u64,
    /// `errors / trials`.
    pub rate: f64,
    /// Wilson interval over trials: errors come from the machinery, so trials are taken as independent here.
    pub interval: Option<Interval>,
}

/// Returns the success rate; tasks without trials are left out. `None` when no task has one.
pub fn success_rate(tasks: &[TaskCounts]) -> Option<Rate> {
    let sums = tasks.iter().map(|task| (f64::from(task.c), u64::from(task.n)));
    rate_of_sums(sums)
}

/// Returns the mean reward, given the rewards of each task's valid trials.
///
/// Rewards that are not finite are left out, and so are tasks without any other. `None` when nothing is left.
pub fn mean_reward<T: AsRef<[f64]>>(tasks: &[T]) -> Option<Rate> {
    rate_of_sums(tasks.iter().map(|rewards| {
        let finite = rewards.as_ref().iter().filter(|reward| reward.is_finite());
        finite.fold((0.0, 0), |(sum, count), reward| (sum + reward, count + 1))
    }))
}

/// Returns the share of `trials` that ended in one of `errors`; `None` without trials or when `errors > trials`.
pub fn error_rate(errors: u64, trials: u64, conf: f64) -> Option<ErrorRate> {
    if trials == 0 || errors > trials {
        return None;
    }
    let interval = wilson(errors as f64, trials as f64, conf);
    Some(ErrorRate { errors, trials, rate: errors as f64 / trials as f64, interval })
}

/// Returns both means, given the sum of each task's values and the number of its trials; tasks without trials are left out.
pub fn rate_of_sums(per_task: impl IntoIterator<Item = (f64, u64)>) -> Option<Rate> {
    let mut total = Rate { macro_mean: 0.0, micro_mean: 0.0, tasks: 0, trials: 0 };
    for (sum, trials) in per_task.into_iter().filter(|&(_, trials)| trials > 0) {
        total.macro_mean += sum / trials as f64;
        total.micro_mean += sum;
        total.tasks += 1;
        total.trials += trials;
    }
    if total.tasks == 0 {
        return None;
    }
    total.macro_mean /= total.tasks as f64;
    total.micro_mean /= total.trials as f64;
    Some(total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{any_tasks, assert_interval, assert_near, even_tasks, gpt4o_airline, ragged12};

    #[test]
    fn macro_and_micro_differ_on_ragged_tasks() {
        let found = success_rate(&ragged12()).unwrap();
        assert_near(found.macro_mean, 0.536_111_111_1);
        assert_near(found.micro_mean, 0.5);
        assert_eq!((found.tasks, found.trials), (12, 46));
    }

    #[test]
    fn macro_and_micro_agree_on_the_gpt_4o_airline_run() {
        let found = success_rate(&gpt4o_airline()).unwrap();
        assert_near(found.macro_mean, 0.42);
        assert_near(found.micro_mean, 0.42);
    }

    #[test]
    fn fractional_rewards_are_averaged_as_they_are() {
        let found = mean_reward(&[vec![1.0, 1.0], vec![1.0, 0.5, 0.0, f64::NAN], vec![f64::NAN], vec![]]).unwrap();
        assert_near(found.macro_mean, 0.75);
        assert_near(found.micro_mean, 0.7);
        assert_eq!((found.tasks, found.trials), (2, 5));
    }

    #[test]
    fn error_rate_has_a_wilson_interval() {
        let found = error_rate(21, 50, 0.95).unwrap();
        assert_near(found.rate, 0.42);
        assert_interval(found.interval, 0.293_750_033_5, 0.557_665_582_3);
        assert_near(error_rate(0, 50, 0.95).unwrap().interval.unwrap().hi, 0.071_347_599_13);
    }

    #[test]
    fn nothing_to_average_gives_none() {
        assert_eq!(success_rate(&[]), None);
        assert_eq!(success_rate(&[TaskCounts::new(0, 0)]), None);
        assert_eq!(mean_reward::<Vec<f64>>(&[]), None);
        assert_eq!(mean_reward(&[[f64::INFINITY]]), None);
        assert_eq!(error_rate(0, 0, 0.95), None);
        assert_eq!(error_rate(2, 1, 0.95), None);
    }

    proptest! {
        #[test]
        fn equal_trials_make_macro_and_micro_equal((_, tasks) in even_tasks()) {
            let found = success_rate(&tasks).unwrap();
            prop_assert!((found.macro_mean - found.micro_mean).abs() < 1e-12);
        }

        #[test]
        fn order_does_not_matter(tasks in any_tasks()) {
            let mut turned = tasks.clone();
            turned.reverse();
            let (a, b) = (success_rate(&tasks).unwrap(), success_rate(&turned).unwrap());
            prop_assert!((a.macro_mean - b.macro_mean).abs() < 1e-12 && (a.micro_mean - b.micro_mean).abs() < 1e-12);
        }

        #[test]
        fn binary_rewards_give_the_success_rate(tasks in any_tasks()) {
            let rewards: Vec<Vec<f64>> = tasks.iter()
                .map(|t| (0..t.n).map(|i| if i < t.c { 1.0 } else { 0.0 }).collect()).collect();
            let (a, b) = (success_rate(&tasks).unwrap(), mean_reward(&rewards).unwrap());
            prop_assert!((a.macro_mean - b.macro_mean).abs() < 1e-12 && a.trials == b.trials);
        }
    }
}
