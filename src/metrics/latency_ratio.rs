//! Times of B against those of A, task by task: as ratios, and as differences of quantiles.
//!
//! Calls and trials of one task are alike, so the task is the unit here too. Totals such as cost and tokens need nothing of their own:
//! the ratio of the sums over common tasks is [`super::ratio_of_sums`] with B as numerator and A as denominator.

use std::cmp::Ordering;

use super::{
    bootstrap::{Bootstrap, Random, percentile_interval},
    compare::{Comparison, Settings, compare_values},
    distribution::tail,
    interval::Interval,
    quantile::quantile_type7,
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
    /// Percentile interval from drawing tasks jointly for both sides; `None` where there are too few times or tasks for it.
    pub interval: Option<Interval>,
}

/// Returns the differences of the type 7 quantiles at each of `levels`, for the times of all common tasks together.
///
/// `None` where a side has too few times for the quantile: 100 for P99, 10 for P90. An interval needs as many times as a
/// distribution-free interval would (368 for P99, 36 for P90 at 95 %), and five tasks. No p-value is offered.
pub fn quantile_differences<T: AsRef<[f64]>>(
    tasks: &[(T, T)],
    levels: &[f64],
    conf: f64,
    bootstrap: Bootstrap,
) -> Vec<Option<QuantileDifference>> {
    let tasks: Vec<Sides> = tasks
        .iter()
        .map(|(a, b)| (usable(a.as_ref()), usable(b.as_ref())))
        .filter(|(a, b)| !a.is_empty() && !b.is_empty())
        .collect();
    let (tasks, turned) = canonical(tasks);
    let (a, b) = (Pool::new(tasks.iter().map(|task| &task.0)), Pool::new(tasks.iter().map(|task| &task.1)));
    let drawn = draw(&a, &b, tasks.len(), levels, bootstrap);
    let side = |difference: f64| if turned { -difference } else { difference };
    let one = |(level, drawn): (&f64, Vec<f64>)| {
        let count = a.values.len().min(b.values.len()) as f64;
        if count * (1.0 - level) < 1.0 - 1e-9 {
            return None;
        }
        let weights = vec![1; tasks.len()];
        let (first, second) = (a.quantile(&weights, *level)?, b.quantile(&weights, *level)?);
        let enough = tasks.len() >= 5 && tail(conf).is_some_and(|tail| level.max(1.0 - level).powf(count) <= tail);
        let differences: Vec<f64> = drawn.into_iter().map(side).collect();
        let (a, b) = if turned { (second, first) } else { (first, second) };
        let interval = if enough { percentile_interval(differences, conf) } else { None };
        Some(QuantileDifference { a, b, difference: b - a, interval })
    };
    levels.iter().zip(drawn).map(one).collect()
}

/// Returns the differences drawn, for each level.
fn draw(a: &Pool, b: &Pool, tasks: usize, levels: &[f64], bootstrap: Bootstrap) -> Vec<Vec<f64>> {
    let mut drawn = vec![Vec::new(); levels.len()];
    let mut random = Random::new(bootstrap.seed);
    for _ in 0..if tasks > 0 { bootstrap.draws } else { 0 } {
        let mut weights = vec![0_usize; tasks];
        for _ in 0..tasks {
            weights[random.below(tasks)] += 1;
        }
        for (level, drawn) in levels.iter().zip(&mut drawn) {
            drawn.extend(b.quantile(&weights, *level).zip(a.quantile(&weights, *level)).map(|(b, a)| b - a));
        }
    }
    drawn
}

/// Times of one task by A and by B.
type Sides = (Vec<f64>, Vec<f64>);

/// All times of one side in rising order, with the task of each: a draw of tasks weights the times, and need not be sorted again.
struct Pool {
    values: Vec<(f64, usize)>,
    /// Times of each task.
    sizes: Vec<usize>,
}

impl Pool {
    fn new<'a>(tasks: impl Iterator<Item = &'a Vec<f64>>) -> Self {
        let (mut values, mut sizes) = (Vec::new(), Vec::new());
        for (task, times) in tasks.enumerate() {
            values.extend(times.iter().map(|time| (*time, task)));
            sizes.push(times.len());
        }
        values.sort_by(|one: &(f64, usize), other| one.0.total_cmp(&other.0));
        Self { values, sizes }
    }

    /// Returns the type 7 quantile of the times, those of each task taken as often as its weight says.
    fn quantile(&self, weights: &[usize], level: f64) -> Option<f64> {
        let count: usize = self.sizes.iter().zip(weights).map(|(size, weight)| size * weight).sum();
        let position = level * count.checked_sub(1)? as f64;
        let (mut passed, mut low) = (0_usize, None);
        for (value, task) in &self.values {
            passed += weights[*task];
            // The value holds the 0-based places below `passed`.
            if low.is_none() && passed as f64 > position.floor() {
                low = Some(*value);
            }
            if passed as f64 > position.ceil() {
                return low.map(|low| low + (position - position.floor()) * (value - low));
            }
        }
        None
    }
}

/// Puts tasks and sides into an order that depends on neither's labels, so that the same samples are drawn; says whether the
/// sides were swapped.
fn canonical(tasks: Vec<Sides>) -> (Vec<Sides>, bool) {
    let mut swapped: Vec<Sides> = tasks.iter().map(|(a, b)| (b.clone(), a.clone())).collect();
    let mut as_given = tasks;
    as_given.sort_by(order);
    swapped.sort_by(order);
    let turned = swapped.iter().zip(&as_given).map(|(one, other)| order(one, other)).find(|found| found.is_ne());
    if turned == Some(Ordering::Less) { (swapped, true) } else { (as_given, false) }
}

fn order(one: &Sides, other: &Sides) -> Ordering {
    // All values are finite.
    one.partial_cmp(other).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_interval, assert_near, assert_some_near, near};

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
        let bootstrap = Bootstrap { draws: 300, seed: 1 };
        let found = quantile_differences(&simulated(40), &[0.5, 0.9, 0.99, 0.9999], 0.95, bootstrap);
        for one in found.iter().take(3).flatten() {
            let interval = one.interval.unwrap();
            assert!(interval.contains(one.difference) && one.difference > 0.0, "{one:?}");
        }
        assert!(found[2].is_some() && found[3].is_none(), "10,000 times for the last, only 1,000 are there");
        let few = quantile_differences(&reference(), &[0.5, 0.9, 0.99], 0.95, bootstrap);
        let p90 = few[1].unwrap();
        assert!(p90.interval.is_none() && few[2].is_none());
        let mut all: Vec<f64> = reference().into_iter().flat_map(|task| task.1).collect();
        all.sort_by(f64::total_cmp);
        assert_some_near(quantile_type7(&all, 0.9), p90.b);
        assert_eq!(quantile_differences::<Vec<f64>>(&[], &[0.5], 0.95, bootstrap), [None]);
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
            let bootstrap = Bootstrap { draws: 50, seed: 0 };
            let differences = |times: &Times| quantile_differences(times, &[0.5, 0.9], 0.95, bootstrap);
            for (one, two) in differences(&times).into_iter().zip(differences(&swapped)) {
                prop_assert_eq!(one.is_some(), two.is_some());
                let Some((one, two)) = one.zip(two) else { continue };
                prop_assert!((one.difference + two.difference).abs() < 1e-9);
                prop_assert!(one.interval.zip(two.interval).is_none_or(|(one, two)| (one.lo + two.hi).abs() < 1e-9));
            }
        }
    }
}
