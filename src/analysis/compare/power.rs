//! `taureport power`: how many tasks or trials a comparison needs to notice a difference.

use super::CellData;
use crate::metrics::{
    planning::{Components, noise_floor},
    reliability::icc,
};

/// Trials a task for which the tasks needed are told.
pub const TRIALS: [u32; 4] = [1, 4, 8, 16];

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// The difference in pass^1 to be noticed, a share.
    pub delta: f64,
    /// Level; 1 − `conf` is the level of significance.
    pub conf: f64,
    /// Chance to notice it.
    pub power: f64,
    /// Assumed correlation of the true rates of tasks between the two agents.
    pub correlation: f64,
}

/// What one cell says.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Tasks with a trial.
    pub tasks: usize,
    /// Mean trials a task.
    pub trials: f64,
    /// pass^1.
    pub pass_1: Option<f64>,
    /// What the variance components say; `None` where no task has two trials.
    pub needs: Option<Needs>,
}

/// Numbers that rest on the variance components.
#[derive(Debug, Clone, PartialEq)]
pub struct Needs {
    /// Variance between the true rates of tasks, σ_b².
    pub between: f64,
    /// Mean variance of one trial, σ_w².
    pub within: f64,
    /// Two runs of one trial a task of this very agent differ by more than this in only 1 − `conf` of all cases.
    pub noise_floor: Option<f64>,
    /// Smallest difference noticed with the tasks and trials there are, on both sides.
    pub detectable: Option<f64>,
    /// Tasks needed, for each of [`TRIALS`] a task.
    pub tasks_needed: [Option<f64>; TRIALS.len()],
    /// Trials of each task needed with the tasks there are; `None` where no number suffices.
    pub trials_needed: Option<f64>,
    /// Tasks needed even with infinitely many trials.
    pub tasks_at_least: Option<f64>,
}

/// Answers the question for one cell.
pub fn plan(cell: &CellData, question: &Question) -> Plan {
    let Question { delta, conf, power, correlation } = *question;
    let counts = cell.counts();
    let trials = counts.iter().map(|task| f64::from(task.n)).sum::<f64>() / counts.len().max(1) as f64;
    let needs = icc(&counts).zip(Components::from_one(&counts, correlation)).map(|(parts, components)| Needs {
        between: parts.between.max(0.0),
        within: parts.within,
        noise_floor: noise_floor(&counts, 1, conf),
        detectable: components.mde(counts.len(), (trials, trials), conf, power),
        tasks_needed: TRIALS.map(|n| components.tasks_needed(delta, (f64::from(n), f64::from(n)), conf, power).map(f64::ceil)),
        trials_needed: components.trials_needed(delta, counts.len(), conf, power).map(f64::ceil),
        tasks_at_least: components.tasks_needed(delta, (f64::INFINITY, f64::INFINITY), conf, power).map(f64::ceil),
    });
    let pass_1 = super::figures::pass_hat(cell, 1);
    Plan { tasks: counts.len(), trials, pass_1, needs }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::testing::gpt4o_airline;
    use crate::{
        analysis::compare::TaskData,
        records::{Benchmark, TaskId},
    };

    #[test]
    fn gpt_4o_airline_needs_what_miller_says() {
        let tasks = (0_i64..).zip(gpt4o_airline());
        let cell = CellData {
            benchmark: Benchmark::Tau1,
            env: Some("airline".to_owned()),
            parts: std::collections::BTreeMap::new(),
            versions: std::collections::BTreeSet::new(),
            episodes: 200,
            infrastructure_errors: 0,
            without_task: 0,
            fractional_rewards: 0,
            tasks: tasks.map(|(id, one)| (TaskId::from(id), TaskData { n: one.n, c: one.c, ..TaskData::default() })).collect(),
        };
        let plan = plan(&cell, &Question { delta: 0.05, conf: 0.95, power: 0.8, correlation: 0.8 });
        let needs = plan.needs.unwrap();
        assert_eq!(needs.tasks_needed, [1047.0, 356.0, 241.0, 183.0].map(Some));
        assert_eq!((plan.tasks, needs.trials_needed, needs.tasks_at_least), (50, None, Some(126.0)));
    }
}
