//! Planning: what difference a comparison could show, and how many tasks or trials a difference needs.

use super::{
    TaskCounts,
    distribution::{normal_quantile, t_quantile},
    reliability::icc,
};

/// Usual power: the chance to notice a difference that is there.
pub const POWER: f64 = 0.8;

/// Returns the smallest difference that a comparison with this standard error and degrees of freedom would notice with
/// probability `power`, in the unit of the error: `(t_(1-α/2) + t_power) SE`.
///
/// It describes the paired t test; for a comparison of fewer than 20 tasks see [`super::detectable`]. `None` without degrees of freedom,
/// or unless `0 < conf < 1` and `½ < power < 1`.
pub fn mde_of_se(se: f64, freedom: usize, conf: f64, power: f64) -> Option<f64> {
    Some((t_quantile(conf, freedom)? + t_quantile(one_sided(power)?, freedom)?) * se)
}

/// Turns a one-sided probability above ½ into the two-sided level with the same quantile.
fn one_sided(power: f64) -> Option<f64> {
    (power > 0.5 && power < 1.0).then_some(2.0 * power - 1.0)
}

/// Variances behind a paired comparison of two success rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Components {
    /// Variance over tasks of the difference of the true rates, ω²: 0 if B is better by the same on every task.
    pub omega_squared: f64,
    /// Mean variance of one trial of a task by A.
    pub within_a: f64,
    /// Mean variance of one trial of a task by B.
    pub within_b: f64,
}

impl Components {
    /// Makes the components of two agents like one whose variances between and within tasks are known, and whose true rates
    /// over tasks would correlate by `rho`: ω² = 2 σ_b² (1 - ρ).
    pub fn of_one(between: f64, within: f64, rho: f64) -> Self {
        Self { omega_squared: (2.0 * between * (1.0 - rho)).max(0.0), within_a: within, within_b: within }
    }

    /// Estimates the components from one cell, see [`Components::of_one`].
    ///
    /// `None` where the cell has no variance components (see [`icc`]).
    pub fn from_one(tasks: &[TaskCounts], rho: f64) -> Option<Self> {
        let parts = icc(tasks)?;
        Some(Self::of_one(parts.between.max(0.0), parts.within, rho))
    }

    /// Estimates the components from two cells on common tasks: ω² is the variance of the differences less what the trials
    /// contribute to it, at least 0.
    ///
    /// `None` for fewer than two common tasks, or without a task of two trials on each side.
    pub fn from_pairs(pairs: &[(TaskCounts, TaskCounts)]) -> Option<Self> {
        let pairs: Vec<(TaskCounts, TaskCounts)> = pairs.iter().copied().filter(|(a, b)| a.n > 0 && b.n > 0).collect();
        let m = pairs.len() as f64;
        let d: Vec<f64> = pairs.iter().filter_map(|(a, b)| Some(b.success_rate()? - a.success_rate()?)).collect();
        if d.len() < 2 {
            return None;
        }
        let mean = d.iter().sum::<f64>() / m;
        let variance = d.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (m - 1.0);
        let within_a = mean_trial_variance(pairs.iter().map(|pair| pair.0))?;
        let within_b = mean_trial_variance(pairs.iter().map(|pair| pair.1))?;
        let inverse_trials = |side: fn(&(TaskCounts, TaskCounts)) -> TaskCounts| {
            pairs.iter().map(|pair| 1.0 / f64::from(side(pair).n)).sum::<f64>() / m
        };
        let of_trials = within_a * inverse_trials(|pair| pair.0) + within_b * inverse_trials(|pair| pair.1);
        Some(Self { omega_squared: (variance - of_trials).max(0.0), within_a, within_b })
    }

    /// Returns the variance of the difference on one task run `trials` times by each side (infinitely often: ω²).
    fn per_task(self, trials: (f64, f64)) -> f64 {
        self.omega_squared + self.within_a / trials.0 + self.within_b / trials.1
    }

    /// Returns the standard error of the difference on `tasks` tasks, run `trials` times by A and by B.
    pub fn se(self, tasks: usize, trials: (f64, f64)) -> f64 {
        (self.per_task(trials) / tasks as f64).sqrt()
    }

    /// Returns the smallest difference noticed with probability `power` on `tasks` tasks, run `trials` times by A and by B.
    ///
    /// `None` for fewer than two tasks; see [`mde_of_se`].
    pub fn mde(self, tasks: usize, trials: (f64, f64), conf: f64, power: f64) -> Option<f64> {
        mde_of_se(self.se(tasks, trials), tasks.checked_sub(1)?, conf, power)
    }

    /// Returns the number of tasks (to be rounded up) that make a difference of `delta` noticed with probability `power`:
    /// `(z_(1-α/2) + z_power)² (ω² + σ_A²/K_A + σ_B²/K_B) / δ²`.
    ///
    /// Source: Miller 2024 (arXiv 2411.00640). `None` for no difference, or levels out of range.
    pub fn tasks_needed(self, delta: f64, trials: (f64, f64), conf: f64, power: f64) -> Option<f64> {
        let z = normal_quantile(conf)? + normal_quantile(one_sided(power)?)?;
        let tasks = z * z * self.per_task(trials) / (delta * delta);
        tasks.is_finite().then_some(tasks)
    }

    /// Returns the trials of each task by each side (to be rounded up) that make a difference of `delta` noticed on `tasks`
    /// tasks with probability `power`.
    ///
    /// `None` where no number of trials suffices, because these tasks are too few: [`Components::tasks_needed`] with infinitely
    /// many trials says how many it takes at least.
    pub fn trials_needed(self, delta: f64, tasks: usize, conf: f64, power: f64) -> Option<f64> {
        let factor = mde_of_se(1.0, tasks.checked_sub(1)?, conf, power)?;
        let allowed = tasks as f64 * (delta / factor).powi(2) - self.omega_squared;
        (allowed > 0.0).then(|| ((self.within_a + self.within_b) / allowed).max(1.0))
    }
}

/// Returns the mean variance of one trial over the tasks with at least two: the unbiased `c (n - c) / (n (n - 1))` of each.
///
/// Tasks with a single trial are taken to vary like the others. `None` where no task has two.
pub fn mean_trial_variance(tasks: impl IntoIterator<Item = TaskCounts>) -> Option<f64> {
    let of_task = |task: TaskCounts| {
        let (n, c, failures) = (f64::from(task.n), f64::from(task.c), f64::from(task.n.checked_sub(task.c)?));
        (task.n > 1).then(|| c * failures / (n * (n - 1.0)))
    };
    let variances: Vec<f64> = tasks.into_iter().filter_map(of_task).collect();
    (!variances.is_empty()).then(|| variances.iter().sum::<f64>() / variances.len() as f64)
}

/// Returns the noise floor: two runs of the *same* agent on these very tasks, `trials` trials a task each, differ by more than
/// this in pass^1 in only `1 - conf` of all cases.
///
/// The tasks are fixed here, only the trials vary. One run's pass^1 then has the variance v̄ / (m trials), with v̄ the
/// [mean variance of one trial](mean_trial_variance) and m tasks; the difference of two independent runs has twice that: so
/// `z √(2 v̄ / (m trials))`, which is `1.96 √2 SE₂` for SE₂ the re-run standard error of a run of that size.
///
/// `None` where no task has two trials, for 0 `trials`, or unless `0 < conf < 1`.
pub fn noise_floor(tasks: &[TaskCounts], trials: u32, conf: f64) -> Option<f64> {
    let m = tasks.iter().filter(|task| task.n > 0).count() as f64;
    let variance = mean_trial_variance(tasks.iter().copied())?;
    let floor = normal_quantile(conf)? * (2.0 * variance / (m * f64::from(trials))).sqrt();
    // Two shares never differ by more than 1.
    floor.is_finite().then_some(floor.min(1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_near, assert_some_near, gpt4o_airline};

    const BETWEEN: f64 = 0.099_659_863_95;
    const WITHIN: f64 = 0.146_666_666_7;

    #[test]
    fn detectable_differences_match() {
        for (m, n, rho, se, mde) in [
            (34, 1.0, 0.5, 0.107_511_038_7, 0.310_402_078_2),
            (34, 4.0, 0.8, 0.057_700_361_63, 0.166_590_448_5),
            (34, 8.0, 0.5, 0.063_321_432_72, 0.182_819_406_6),
            (50, 1.0, 0.8, 0.081_632_993_2, 0.233_355_554_8),
            (50, 4.0, 0.8, 0.047_580_937_13, 0.136_014_564_1),
            (50, 5.0, 0.5, 0.056_271_934_5, 0.160_858_593_8),
            (115, 4.0, 0.8, 0.031_373_940_85, 0.088_655_788_52),
            (115, 5.0, 0.8, 0.029_270_940_07, 0.082_713_175_4),
            (115, 8.0, 0.5, 0.034_430_336_8, 0.097_292_484_64),
        ] {
            let parts = Components::of_one(BETWEEN, WITHIN, rho);
            assert_near(parts.se(m, (n, n)), se);
            assert_some_near(parts.mde(m, (n, n), 0.95, POWER), mde);
        }
    }

    #[test]
    fn tasks_needed_match_miller() {
        let parts = Components { omega_squared: 0.039_863_945_58, within_a: WITHIN, within_b: WITHIN };
        for (k, tasks) in [(1.0, 1_046.090_148), (4.0, 355.388_731_4), (8.0, 240.271_828_6)] {
            assert_some_near(parts.tasks_needed(0.05, (k, k), 0.95, POWER), tasks);
        }
        assert_eq!(parts.tasks_needed(0.0, (4.0, 4.0), 0.95, POWER), None);
    }

    #[test]
    fn trials_cannot_make_up_for_tasks() {
        let parts = Components::of_one(BETWEEN, WITHIN, 0.8);
        assert_eq!(parts.trials_needed(0.05, 50, 0.95, POWER), None);
        let trials = parts.trials_needed(0.05, 355, 0.95, POWER).unwrap();
        assert!((3.9..4.1).contains(&trials), "{trials}");
        assert_some_near(parts.mde(355, (trials, trials), 0.95, POWER), 0.05);
        let at_least = parts.tasks_needed(0.05, (f64::INFINITY, f64::INFINITY), 0.95, POWER).unwrap();
        assert!((125.0..126.0).contains(&at_least), "{at_least}");
        assert_near(parts.trials_needed(0.9, 50, 0.95, POWER).unwrap(), 1.0);
    }

    #[test]
    fn two_runs_of_gpt_4o_airline_differ_by_fifteen_points() {
        // SE₂ of the file's four trials is 0.0271; of one trial, twice that.
        let floor = noise_floor(&gpt4o_airline(), 1, 0.95).unwrap();
        assert_near(floor, 1.959_963_984_540_054 * 2.0_f64.sqrt() * (22.0_f64 / 150.0 / 50.0).sqrt());
        assert_some_near(noise_floor(&gpt4o_airline(), 4, 0.95), floor / 2.0);
        assert_eq!(noise_floor(&[TaskCounts::new(1, 1)], 1, 0.95), None);
        assert_eq!(noise_floor(&gpt4o_airline(), 0, 0.95), None);
    }

    #[test]
    fn a_run_against_itself_has_no_variance_of_differences() {
        let pairs: Vec<_> = gpt4o_airline().into_iter().map(|task| (task, task)).collect();
        let parts = Components::from_pairs(&pairs).unwrap();
        assert_near(parts.within_a, 22.0 / 150.0);
        assert!(parts.omega_squared <= 0.0);
        assert_near(Components::from_one(&gpt4o_airline(), 0.8).unwrap().within_b, 22.0 / 150.0);
        assert_eq!(Components::from_pairs(&pairs[..1]), None);
    }

    #[test]
    fn levels_out_of_range_have_no_answer() {
        for power in [0.0, 0.5, 1.0, f64::NAN] {
            assert_eq!(mde_of_se(0.1, 49, 0.95, power), None);
        }
        assert_eq!(mde_of_se(0.1, 0, 0.95, POWER), None);
    }

    proptest! {
        #[test]
        fn more_data_shows_smaller_differences(m in 3_usize..200, n in 1_u32..10, rho in 0.0..1.0_f64) {
            let parts = Components::of_one(BETWEEN, WITHIN, rho);
            let mde = |m, n: u32| parts.mde(m, (f64::from(n), f64::from(n)), 0.95, POWER).unwrap();
            prop_assert!(mde(m, n) > mde(m + 1, n) && mde(m, n) > mde(m, n + 1));
        }
    }
}
