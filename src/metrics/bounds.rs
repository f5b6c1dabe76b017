//! What missing trials could do to pass^k.
//!
//! A trial that was planned but has no score either would have failed or would have passed. Taking all of them as failures, then
//! all as successes, gives the two ends between which the complete result must lie.

use super::pass_hat_k;

/// What is known of one planned task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedTask {
    /// Valid trials; 0 when the task has none.
    pub n: u32,
    /// Successes among them, at most `n`.
    pub c: u32,
    /// Planned trials. Read as `n` when smaller.
    pub planned: u32,
}

/// pass^k with every missing trial a failure, and with every missing trial a success.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Missing trials are failures: `mean C(c,k) / C(planned,k)`.
    pub lower: f64,
    /// Missing trials are successes: `mean C(c + missing,k) / C(planned,k)`.
    pub upper: f64,
    /// Missing trials over all tasks.
    pub missing: u64,
}

/// Returns the bounds of pass^k over all planned tasks, those without any trial included.
///
/// `None` without tasks, when `k` is 0, or when some task has fewer than `k` planned trials: the complete result would not be
/// defined either.
pub fn missing_trial_bounds(tasks: &[PlannedTask], k: u32) -> Option<Bounds> {
    if tasks.is_empty() {
        return None;
    }
    let mut bounds = Bounds { lower: 0.0, upper: 0.0, missing: 0 };
    for task in tasks {
        let planned = task.planned.max(task.n);
        let missing = planned - task.n;
        bounds.lower += pass_hat_k(planned, task.c, k)?;
        bounds.upper += pass_hat_k(planned, task.c.saturating_add(missing), k)?;
        bounds.missing += u64::from(missing);
    }
    bounds.lower /= tasks.len() as f64;
    bounds.upper /= tasks.len() as f64;
    Some(bounds)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::assert_near;

    fn task(n: u32, c: u32, planned: u32) -> PlannedTask {
        PlannedTask { n, c, planned }
    }

    #[test]
    fn five_tasks_with_holes_worked_by_hand() {
        let tasks = [task(4, 4, 4), task(3, 2, 4), task(1, 1, 4), task(0, 0, 4), task(3, 1, 4)];
        let wanted = [(0.4, 0.85), (7.0 / 30.0, 11.0 / 15.0), (0.2, 0.65), (0.2, 0.6)];
        for (k, (lower, upper)) in (1..).zip(wanted) {
            let found = missing_trial_bounds(&tasks, k).unwrap();
            assert_near(found.lower, lower);
            assert_near(found.upper, upper);
            assert_eq!(found.missing, 9);
        }
        assert_eq!(missing_trial_bounds(&tasks, 5), None);
        assert_eq!(missing_trial_bounds(&tasks, 0), None);
        assert_eq!(missing_trial_bounds(&[], 1), None);
    }

    #[test]
    fn more_trials_than_planned_is_no_gap() {
        let found = missing_trial_bounds(&[task(5, 3, 4)], 1).unwrap();
        assert_near(found.lower, 0.6);
        assert_near(found.upper, 0.6);
        assert_eq!(found.missing, 0);
    }

    fn any_planned() -> impl Strategy<Value = Vec<PlannedTask>> {
        let one = (1_u32..=6).prop_flat_map(|planned| {
            (0..=planned).prop_flat_map(move |n| (0..=n).prop_map(move |c| PlannedTask { n, c, planned }))
        });
        prop::collection::vec(one, 1..20)
    }

    proptest! {
        #[test]
        fn filling_the_holes_either_way_lands_inside(tasks in any_planned(), share in 0.0..=1.0_f64) {
            let found = missing_trial_bounds(&tasks, 1).unwrap();
            let filled: f64 = tasks.iter().map(|t| {
                (f64::from(t.c) + share * f64::from(t.planned - t.n)) / f64::from(t.planned)
            }).sum::<f64>() / tasks.len() as f64;
            prop_assert!(found.lower <= filled + 1e-12 && filled <= found.upper + 1e-12);
        }

        #[test]
        fn bounds_meet_exactly_when_nothing_is_missing(tasks in any_planned()) {
            let found = missing_trial_bounds(&tasks, 1).unwrap();
            prop_assert_eq!(found.missing == 0, (found.upper - found.lower).abs() < 1e-12);
        }

        #[test]
        fn both_bounds_fall_with_k(tasks in any_planned()) {
            let mut last = missing_trial_bounds(&tasks, 1).unwrap();
            for k in 2..=6 {
                let Some(next) = missing_trial_bounds(&tasks, k) else { break };
                prop_assert!(next.lower <= last.lower + 1e-12 && next.upper <= last.upper + 1e-12);
                last = next;
            }
        }
    }
}
