use proptest::prelude::*;

use super::*;
use crate::metrics::testing::{assert_interval, assert_near, assert_some_near};

const LAT22_MS: [f64; 22] = [
    234.1, 655.1, 886.7, 1015.1, 1145.6, 1462.4, 1774.2, 2096.5, 2328.7, 2601.1, 2921.0, 3468.5, 3932.6, 4020.2, 4752.6,
    5000.0, 5702.0, 7169.6, 9700.0, 13301.1, 70584.2, 426_958.6,
];

fn independent(values: &[f64]) -> Durations {
    Durations::new(&values.iter().map(|ms| (*ms, None)).collect::<Vec<_>>())
}

/// Calls `(duration, task)` of tasks that differ; later tasks are slower.
fn of_tasks(tasks: u32, calls: u32) -> Vec<TimedCall> {
    let one = |task: u32, call: u32| {
        let place = f64::from((call * 37 + task * 11) % calls) / f64::from(calls);
        ((7.0 + 2.0 * place + f64::from(task) / f64::from(tasks)).exp(), Some(task))
    };
    (0..tasks).flat_map(|task| (0..calls).map(move |call| one(task, call))).collect()
}

#[test]
fn numpy_agrees() {
    let summary = independent(&LAT22_MS)
        .summary(&SummaryOptions { levels: vec![0.0, 0.1, 0.25, 0.4, 0.5, 0.75, 0.9, 0.95, 1.0], ..SummaryOptions::default() });
    assert_some_near(summary.mean_ms, 25_986.813_636_363_637);
    let wanted = [234.1, 899.54, 1540.35, 2437.66, 3194.75, 5526.5, 12940.99, 67720.045, 426_958.6];
    for (percentile, wanted) in summary.percentiles.iter().zip(wanted) {
        assert_some_near(percentile.value_ms, wanted);
    }
    assert_eq!((summary.n, summary.invalid, summary.min_ms, summary.max_ms), (22, 0, Some(234.1), Some(426_958.6)));
    let nearest = SummaryOptions { levels: vec![0.95], kind: QuantileKind::NearestRank, ..SummaryOptions::default() };
    assert_some_near(independent(&LAT22_MS).summary(&nearest).percentiles[0].value_ms, 70_584.2);
}

#[test]
fn independent_calls_have_an_interval_of_the_median() {
    let summary = independent(&LAT22_MS).summary(&SummaryOptions::default());
    assert_eq!(summary.method, IntervalMethod::Calls);
    // Ranks 6 and 16 of 22 for the median; P90 would be open above.
    assert_interval(summary.percentiles[2].interval_ms, 1462.4, 5000.0);
    assert!(summary.percentiles.iter().enumerate().all(|(i, one)| i == 2 || one.interval_ms.is_none()));
}

#[test]
fn extreme_percentiles_wait_for_enough_calls() {
    let shown = |n: u32, level: f64| {
        let durations = independent(&(1..=n).map(f64::from).collect::<Vec<_>>());
        let options = SummaryOptions { levels: vec![level], ..SummaryOptions::default() };
        let one = durations.summary(&options).percentiles[0];
        (one.value_ms.is_some(), one.interval_ms.is_some())
    };
    let found =
        [(99, 0.99), (100, 0.99), (382, 0.99), (383, 0.99), (999, 0.999), (1000, 0.999)].map(|(n, level)| shown(n, level));
    assert_eq!(found, [(false, false), (true, false), (true, false), (true, true), (false, false), (true, false)]);
    assert_eq!([shown(37, 0.9), shown(38, 0.9), shown(75, 0.95), shown(76, 0.95)].map(|one| one.1), [false, true, false, true]);
    assert_eq!([shown(8, 0.5), shown(9, 0.5), shown(100, 0.75)].map(|one| one.1), [false, true, false]);
}

#[test]
fn unusable_durations_are_counted_and_left_out() {
    let durations = independent(&[f64::NAN, -1.0, f64::INFINITY, 0.0, 2.0]);
    let summary = durations.summary(&SummaryOptions::default());
    assert_eq!((summary.n, summary.invalid, summary.min_ms, summary.max_ms), (2, 3, Some(0.0), Some(2.0)));
    let none = independent(&[]).summary(&SummaryOptions::default());
    assert_eq!((none.n, none.mean_ms, none.percentiles[2].value_ms), (0, None, None));
    assert_eq!(independent(&[]).share_below(5.0, 0.95), None);
    assert_eq!(independent(&[7.0]).quantile_ms(0.99, QuantileKind::Linear), Some(7.0));
}

#[test]
fn tasks_widen_the_interval() {
    let calls = of_tasks(40, 25);
    let by_task = Durations::new(&calls).summary(&SummaryOptions::default());
    assert_eq!(by_task.method, IntervalMethod::Tasks { tasks: 40 });
    let loose = independent(&calls.iter().map(|call| call.0).collect::<Vec<_>>()).summary(&SummaryOptions::default());
    let width = |summary: &Summary| summary.percentiles[2].interval_ms.map(|found| found.hi - found.lo).unwrap();
    assert!(width(&by_task) > 1.3 * width(&loose), "{by_task:?} {loose:?}");
    let few: Vec<TimedCall> = of_tasks(5, 200);
    let few = Durations::new(&few).summary(&SummaryOptions::default());
    assert_eq!((few.method, few.percentiles[2].interval_ms), (IntervalMethod::TooFewTasks, None));
}

#[test]
fn calls_without_a_task_stand_for_themselves_or_spoil_the_clusters() {
    let mut calls = of_tasks(10, 10);
    calls.extend((0..100).map(|i| (f64::from(i), None)));
    assert_eq!(Durations::new(&calls).method(), IntervalMethod::Tasks { tasks: 110 });
    calls.push((1.0, None));
    assert_eq!(Durations::new(&calls).method(), IntervalMethod::Calls);
}

#[test]
fn shares_below_a_limit_are_strict_and_match() {
    let durations = independent(&LAT22_MS);
    let strict = durations.share_below(5000.0, 0.95).unwrap();
    assert_eq!((strict.below, strict.n, strict.by_task), (15, 22, false));
    assert_near(strict.share, 0.681_818_181_8);
    for (below, n, lo, hi) in [
        (2172_u32, 3453_u32, 0.612_770_882_7, 0.644_978_861),
        (14, 15, 0.701_834_701_3, 0.988_133_104_5),
        (844, 963, 0.854_134_531_1, 0.895_729_878_8),
        (22, 22, 0.851_345_125_4, 1.0),
    ] {
        let calls: Vec<f64> = (0..n).map(|i| if i < below { 1.0 } else { 5000.0 }).collect();
        let found = independent(&calls).share_below(5000.0, 0.95).unwrap();
        assert_eq!((found.below, found.n), (below as usize, n as usize));
        assert_interval(found.interval, lo, hi);
    }
}

#[test]
fn shares_by_task_are_those_of_the_scaled_interval() {
    let calls = of_tasks(20, 10);
    let found = Durations::new(&calls).share_below(4000.0, 0.95).unwrap();
    let shares: Vec<f64> =
        calls.chunks(10).map(|task| task.iter().filter(|call| call.0 < 4000.0).count() as f64 / 10.0).collect();
    let wanted = crate::metrics::scaled_wilson(&shares, 200.0, 0.95).unwrap();
    assert!(found.by_task);
    assert_interval(found.interval, wanted.lo, wanted.hi);
}

#[test]
fn points_of_the_distribution_are_few_and_exact() {
    let values: Vec<f64> = (1..=30_000).map(f64::from).collect();
    let points = ecdf_points(&values, 2000);
    assert!(points.len() <= 2002, "{}", points.len());
    assert!(points.iter().all(|(value, share)| (share - value / 30_000.0).abs() < 1e-12));
    assert_eq!(ecdf_points(&[3.0, 3.0, 3.0, 5.0], 2000), [(3.0, 0.75), (5.0, 1.0)]);
    assert_eq!(ecdf_points(&[3.0], 2000), [(3.0, 1.0)]);
    assert_eq!(ecdf_points(&[], 2000), []);
}

proptest! {
    #[test]
    fn order_of_the_calls_does_not_matter(
        mut calls in prop::collection::vec((0.0..1e5_f64, prop::option::weighted(0.9, 0_u32..9)), 1..80),
    ) {
        let options = SummaryOptions::default();
        let summary = Durations::new(&calls).summary(&options);
        calls.reverse();
        prop_assert_eq!(&summary, &Durations::new(&calls).summary(&options));
        for one in &summary.percentiles {
            let ends = one.interval_ms.map_or((0.0, 0.0), |found| (found.lo, found.hi));
            prop_assert!(ends.0 <= ends.1);
        }
    }

    #[test]
    fn thinned_points_keep_both_ends_and_rise(mut values in prop::collection::vec(0.0..1e4_f64, 1..400), steps in 1_u32..100) {
        values.sort_by(f64::total_cmp);
        let points = ecdf_points(&values, steps);
        prop_assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1));
        prop_assert_eq!(points.last().copied(), Some((values[values.len() - 1], 1.0)));
        prop_assert_eq!(points[0].0.to_bits(), values[0].to_bits());
        prop_assert!(points.len() <= steps as usize + 2);
    }
}
