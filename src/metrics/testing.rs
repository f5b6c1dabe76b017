//! Reference data and comparisons shared by the tests of this module.

use proptest::prelude::*;

use super::{Interval, TaskCounts};

/// Successes of each of the 50 tasks, out of 4 trials, in τ-bench's `historical_trajectories/gpt-4o-airline.json` (MIT licence).
const GPT4O_AIRLINE: [u32; 50] = [
    0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 4, 2, 0, 2, 1, 1, 4, 0, 4, 3, 0, 0, 4, 0, 2, 2, 0, 1, 2, 2, 0, 0, 3, 4, 4, 3, 4, 1, 3,
    2, 4, 1, 2, 2, 2, 1, 4, 4,
];

/// Twelve made-up tasks `(n, c)` with missing trials; five distinct trial ids.
const RAGGED: [(u32, u32); 12] =
    [(5, 5), (5, 4), (5, 0), (4, 2), (4, 4), (3, 1), (3, 0), (2, 2), (1, 1), (5, 3), (5, 1), (4, 0)];

pub(crate) fn gpt4o_airline() -> Vec<TaskCounts> {
    GPT4O_AIRLINE.iter().map(|&c| TaskCounts::new(4, c)).collect()
}

pub(crate) fn ragged12() -> Vec<TaskCounts> {
    RAGGED.iter().map(|&(n, c)| TaskCounts::new(n, c)).collect()
}

/// Tasks with 1 to 8 trials each.
pub(crate) fn any_tasks() -> impl Strategy<Value = Vec<TaskCounts>> {
    prop::collection::vec((1_u32..=8).prop_flat_map(|n| (Just(n), 0..=n)), 1..40).prop_map(to_tasks)
}

/// Tasks which all have the same number of trials, with that number.
pub(crate) fn even_tasks() -> impl Strategy<Value = (u32, Vec<TaskCounts>)> {
    (1_u32..=8).prop_flat_map(|n| (Just(n), prop::collection::vec((Just(n), 0..=n), 1..40).prop_map(to_tasks)))
}

fn to_tasks(pairs: Vec<(u32, u32)>) -> Vec<TaskCounts> {
    pairs.into_iter().map(|(n, c)| TaskCounts::new(n, c)).collect()
}

/// Returns whether two numbers agree to the ten digits the reference values carry.
pub(crate) fn near(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() <= 1e-9 * wanted.abs().max(1e-300)
}

#[track_caller]
pub(crate) fn assert_near(found: f64, wanted: f64) {
    assert!(near(found, wanted), "found {found:.12e}, wanted {wanted:.12e}");
}

#[track_caller]
pub(crate) fn assert_some_near(found: Option<f64>, wanted: f64) {
    assert_near(found.expect("a value"), wanted);
}

#[track_caller]
pub(crate) fn assert_interval(found: Option<Interval>, lo: f64, hi: f64) {
    let found = found.expect("an interval");
    assert!(near(found.lo, lo) && near(found.hi, hi), "found {found:?}, wanted [{lo}, {hi}]");
}
