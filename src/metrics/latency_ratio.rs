//! Times of B against those of A, task by task: as ratios, and as differences of quantiles.
//!
//! Calls and trials of one task are alike, so the task is the unit here too. Totals such as cost and tokens need nothing of their own:
//! the ratio of the sums over common tasks is [`super::ratio_of_sums`] with B as numerator and A as denominator.

use super::{
    compare::{Comparison, Settings, compare_values},
    interval::Interval,
    mover,
    quantile::quantile_type7,
    quantile_interval::Clustered,
};

/// B's times as a multiple of A's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatencyRatio {
    /// Geometric mean over tasks of median time of B / median time of A.
    pub ratio: f64,
    /// Its interval.
    pub interval: Option<Interval>,
    /// The comparison of the logarithms of the medians; its p decides.
    pub logs: Comparison,
}

/// Compares the median times of every common task, given all positive times of A and of B on it. Times that are not positive or not
/// finite are left out, and so are tasks left without times on a side; `None` where none remains.
pub fn latency_ratio<T: AsRef<[f64]>>(tasks: &[(T, T)], settings: &Settings) -> Option<LatencyRatio> {
    let log_median = |times: &T| Some(quantile_type7(&usable(times.as_ref()), 0.5)?.ln());
    let medians: Vec<(f64, f64)> = tasks.iter().filter_map(|(a, b)| Some((log_median(a)?, log_median(b)?))).collect();
    let logs = compare_values(&medians, settings)?;
    Some(LatencyRatio {
        ratio: logs.difference.exp(),
        interval: logs.interval.map(|ends| Interval { lo: ends.lo.exp(), hi: ends.hi.exp() }),
        logs,
    })
}

/// Returns the positive, finite times in rising order.
fn usable(times: &[f64]) -> Vec<f64> {
    let mut times: Vec<f64> = times.iter().copied().filter(|time| time.is_finite() && *time > 0.0).collect();
    times.sort_by(f64::total_cmp);
    times
}

/// A quantile of all times of A, the same of B, and their difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileDifference {
    /// Quantile of A's times.
    pub a: f64,
    /// Quantile of B's times.
    pub b: f64,
    /// B − A.
    pub difference: f64,
    /// Its interval, from those of the two quantiles; `None` where either has too few times or tasks.
    pub interval: Option<Interval>,
}

/// Returns the differences of the type 7 quantiles at each of `levels`, for the times of all common tasks together.
///
/// `None` where a side has too few times for the quantile: 100 for P99, 10 for P90. The interval is that of [`mover::difference`] from the
/// intervals of both quantiles ([`Clustered::interval`]), whose correlation comes from the tasks they share. No p-value is offered.
pub fn quantile_differences<T: AsRef<[f64]>>(tasks: &[(T, T)], levels: &[f64], conf: f64) -> Vec<Option<QuantileDifference>> {
    let tasks: Vec<(Vec<f64>, Vec<f64>)> = tasks
        .iter()
        .map(|(a, b)| (usable(a.as_ref()), usable(b.as_ref())))
        .filter(|(a, b)| !a.is_empty() && !b.is_empty())
        .collect();
    let (a, b) = (Pool::new(tasks.iter().map(|task| &task.0)), Pool::new(tasks.iter().map(|task| &task.1)));
    let (of_a, of_b) = (a.clustered(), b.clustered());
    let one = |&level: &f64| {
        let count = a.times.len().min(b.times.len()) as f64;
        if count * (1.0 - level) < 1.0 - 1e-9 {
            return None;
        }
        let (at_a, at_b) = (quantile_type7(&a.times, level)?, quantile_type7(&b.times, level)?);
        let interval = || {
            let (in_a, in_b) = (of_a.interval(level, conf)?, of_b.interval(level, conf)?);
            Some(mover::difference((at_a, in_a), (at_b, in_b), of_a.correlation(&of_b, level)?))
        };
        Some(QuantileDifference { a: at_a, b: at_b, difference: at_b - at_a, interval: interval() })
    };
    levels.iter().map(one).collect()
}

/// All times of one side in rising order, with the task of each.
struct Pool {
    times: Vec<f64>,
    of: Vec<u32>,
    tasks: usize,
}

impl Pool {
    fn new<'a>(tasks: impl Iterator<Item = &'a Vec<f64>> + Clone) -> Self {
        let mut pairs: Vec<(f64, u32)> =
            (0..).zip(tasks.clone()).flat_map(|(task, times)| times.iter().map(move |time| (*time, task))).collect();
        pairs.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (times, of) = pairs.into_iter().unzip();
        Self { times, of, tasks: tasks.count() }
    }

    fn clustered(&self) -> Clustered<'_> {
        Clustered::new(&self.times, &self.of, self.tasks)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::{
        bootstrap::Random,
        testing::{assert_interval, assert_near, assert_some_near, near},
    };

    type Times = Vec<(Vec<f64>, Vec<f64>)>;

    fn reference() -> Times {
        let a = [&[900., 1200., 1500.][..], &[4000., 5000.], &[2000., 2100., 2500., 8000.], &[700.], &[3000., 3100.]];
        let b = [&[1000., 1300., 1900.][..], &[3900., 5600.], &[2600., 2700., 2800.], &[950., 1000.], &[2900., 3300., 9000.]];
        a.iter().zip(b).map(|(a, b)| (a.to_vec(), b.to_vec())).collect()
    }

    #[test]
    fn the_ratio_of_medians_matches_scipy() {
        let found = latency_ratio(&reference(), &Settings::default()).unwrap();
        assert_near(found.ratio, 1.151_330_372);
        assert_interval(found.interval, 0.999_681_601_4, 1.325_983_816);
        assert_some_near(found.logs.p_t, 0.050_321_469_46);
        assert_eq!(found.logs.tasks, 5);
        assert!(found.logs.detectable(1, &Settings::default()).unwrap() > 0.0);
    }

    #[test]
    fn unusable_times_are_left_out() {
        let mut times = reference();
        times[0].0.extend([0.0, -5.0, f64::NAN, f64::INFINITY]);
        times.push((vec![0.0], vec![3.0]));
        assert_eq!(latency_ratio(&times, &Settings::default()), latency_ratio(&reference(), &Settings::default()));
        assert_eq!(latency_ratio::<Vec<f64>>(&[], &Settings::default()), None);
    }

    /// Tasks of 25 log-normal-like times each; B slower by a quarter.
    fn simulated(tasks: u32) -> Times {
        let mut random = Random::new(5);
        let mut times = |factor: f64, task: f64| -> Vec<f64> {
            (0..25).map(|_| factor * task * (1.5 * random.unit() + 1.5 * random.unit()).exp()).collect()
        };
        (0..tasks).map(|task| (times(1000.0, 1.0 + f64::from(task % 7)), times(1250.0, 1.0 + f64::from(task % 7)))).collect()
    }

    #[test]
    fn quantile_differences_come_with_intervals_where_data_allow() {
        let found = quantile_differences(&simulated(40), &[0.5, 0.9, 0.99, 0.9999], 0.95);
        for one in found.iter().take(2).flatten() {
            let interval = one.interval.unwrap();
            assert!(interval.contains(one.difference) && one.difference > 0.0, "{one:?}");
        }
        let p99 = found[2].unwrap();
        assert!(p99.interval.is_none() && found[3].is_none(), "P99 would need 250 tasks, P99.99 10,000 times");
        let few = quantile_differences(&reference(), &[0.5, 0.9, 0.99], 0.95);
        let p90 = few[1].unwrap();
        assert!(p90.interval.is_none() && few[2].is_none());
        let mut all: Vec<f64> = reference().into_iter().flat_map(|task| task.1).collect();
        all.sort_by(f64::total_cmp);
        assert_some_near(quantile_type7(&all, 0.9), p90.b);
        assert_eq!(quantile_differences::<Vec<f64>>(&[], &[0.5], 0.95), [None]);
    }

    /// The same times on both sides: what varies together leaves nothing to vary.
    #[test]
    fn equal_sides_differ_by_nothing_for_certain() {
        let times: Times = simulated(40).into_iter().map(|(a, _)| (a.clone(), a)).collect();
        let found = quantile_differences(&times, &[0.5], 0.95)[0].unwrap();
        assert!(found.difference.abs() < f64::EPSILON);
        let interval = found.interval.unwrap();
        assert!(interval.lo.abs() < 0.25 * found.a && interval.hi.abs() < 0.25 * found.a);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn swapping_inverts_the_ratio_and_flips_the_differences(
            times in prop::collection::vec(
                (prop::collection::vec(1.0..1e4_f64, 1..12), prop::collection::vec(1.0..1e4_f64, 1..12)), 1..12),
        ) {
            let swapped: Times = times.iter().rev().map(|(a, b)| (b.clone(), a.clone())).collect();
            let settings = Settings::default();
            let (one, two) = (latency_ratio(&times, &settings).unwrap(), latency_ratio(&swapped, &settings).unwrap());
            prop_assert!(near(one.ratio, 1.0 / two.ratio));
            prop_assert!(one.logs.p.zip(two.logs.p).is_none_or(|(p, q)| near(p, q)));
            let differences = |times: &Times| quantile_differences(times, &[0.5, 0.9], 0.95);
            for (one, two) in differences(&times).into_iter().zip(differences(&swapped)) {
                prop_assert_eq!(one.is_some(), two.is_some());
                let Some((one, two)) = one.zip(two) else { continue };
                prop_assert!((one.difference + two.difference).abs() < 1e-9);
                prop_assert!(one.interval.zip(two.interval).is_none_or(|(one, two)| (one.lo + two.hi).abs() < 1e-9));
            }
        }
    }
}
