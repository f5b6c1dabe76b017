//! Standard errors of a success rate: by task, and the two pooled forms others print.

use super::{TaskCounts, task_mean::MeanSummary};

/// Returns the standard error of the mean of one value per task, `sd(values; ddof = 1) / √m`.
///
/// With as many trials for every task this equals [`cr1`]. `None` for fewer than two values or a non-finite one.
pub fn se_of_task_means(values: &[f64]) -> Option<f64> {
    MeanSummary::of(values, values.len() as f64)?.se()
}

/// Returns the cluster-robust standard error of the pooled success rate without small-sample correction (CR0),
/// `√Σ_tasks (Σ_trials residual)² / N`.
///
/// Source: Miller 2024 (arXiv 2411.00640). `None` without trials.
pub fn cr0(tasks: &[TaskCounts]) -> Option<f64> {
    let (rate, trials) = pooled(tasks)?;
    let residual = |task: &TaskCounts| f64::from(task.c) - rate * f64::from(task.n);
    let squares: f64 = tasks.iter().map(|task| residual(task).powi(2)).sum();
    Some(squares.sqrt() / trials)
}

/// Returns [`cr0`] with the correction `√(m / (m - 1))` for m tasks (CR1), as inspect_ai computes it.
///
/// Tasks without trials are no clusters. `None` for fewer than two tasks with trials.
pub fn cr1(tasks: &[TaskCounts]) -> Option<f64> {
    let clusters = tasks.iter().filter(|task| task.n > 0).count() as f64;
    (clusters > 1.0).then(|| (clusters / (clusters - 1.0)).sqrt()).and_then(|factor| Some(factor * cr0(tasks)?))
}

/// Returns the binomial standard error of the pooled success rate, `√(p(1-p)/N)`, as if all trials were independent.
///
/// Too small when trials of one task are alike: shown for comparison only.
pub fn naive_binomial(tasks: &[TaskCounts]) -> Option<f64> {
    let (rate, trials) = pooled(tasks)?;
    Some((rate * (1.0 - rate) / trials).max(0.0).sqrt())
}

/// Returns the pooled success rate and the number of trials.
fn pooled(tasks: &[TaskCounts]) -> Option<(f64, f64)> {
    let trials: f64 = tasks.iter().map(|task| f64::from(task.n)).sum();
    let successes: f64 = tasks.iter().map(|task| f64::from(task.c)).sum();
    (trials > 0.0).then(|| (successes / trials, trials))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{any_tasks, assert_some_near, even_tasks, gpt4o_airline, ragged12};

    fn rates(tasks: &[TaskCounts]) -> Vec<f64> {
        tasks.iter().filter_map(|task| task.success_rate()).collect()
    }

    #[test]
    fn gpt_4o_airline_matches() {
        let tasks = gpt4o_airline();
        assert_some_near(se_of_task_means(&rates(&tasks)), 0.052_216_191_09);
        assert_some_near(cr0(&tasks), 0.051_691_391_93);
        assert_some_near(cr1(&tasks), 0.052_216_191_09);
        assert_some_near(naive_binomial(&tasks), 0.034_899_856_73);
    }

    #[test]
    fn ragged_tasks_match() {
        let tasks = ragged12();
        assert_some_near(se_of_task_means(&rates(&tasks)), 0.121_609_460_3);
        assert_some_near(cr0(&tasks), 0.117_068_800_2);
        assert_some_near(cr1(&tasks), 0.122_274_373_9);
    }

    #[test]
    fn too_little_data_gives_none() {
        assert_eq!(cr0(&[]), None);
        assert_eq!(naive_binomial(&[TaskCounts::new(0, 0)]), None);
        assert_eq!(cr1(&[TaskCounts::new(4, 2), TaskCounts::new(0, 0)]), None);
        assert_eq!(se_of_task_means(&[0.5]), None);
        assert_eq!(se_of_task_means(&[0.5, f64::INFINITY]), None);
    }

    proptest! {
        #[test]
        fn equal_trials_make_cr1_the_task_error((_, tasks) in even_tasks()) {
            if tasks.len() > 1 {
                let (a, b) = (cr1(&tasks).unwrap(), se_of_task_means(&rates(&tasks)).unwrap());
                prop_assert!((a - b).abs() < 1e-12);
            }
        }

        #[test]
        fn copies_of_a_trial_fool_only_the_naive_error(tasks in any_tasks()) {
            let doubled: Vec<TaskCounts> = tasks.iter().map(|task| TaskCounts::new(2 * task.n, 2 * task.c)).collect();
            prop_assert!((cr0(&tasks).unwrap() - cr0(&doubled).unwrap()).abs() < 1e-12);
            let shrunk = naive_binomial(&tasks).unwrap() / 2.0_f64.sqrt();
            prop_assert!((naive_binomial(&doubled).unwrap() - shrunk).abs() < 1e-12);
        }
    }
}
