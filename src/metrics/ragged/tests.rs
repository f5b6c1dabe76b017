//! Tests of the pass^k curve against reference values and laws.

use proptest::prelude::*;

use super::*;
use crate::metrics::testing::{any_tasks, assert_interval, assert_some_near, even_tasks, gpt4o_airline, ragged12};

const POLICIES: [Ragged; 4] = [Ragged::Chained, Ragged::Available, Ragged::Strict, Ragged::ZeroFill];

fn values(tasks: &[TaskCounts], ragged: Ragged, k_max: u32) -> Vec<Option<f64>> {
    curve(tasks, ragged, k_max, Ci::ScaledWilson, 0.95).into_iter().map(|point| point.value).collect()
}

#[test]
fn gpt_4o_airline_gives_the_published_curve() {
    let points = curve(&gpt4o_airline(), Ragged::Chained, 4, Ci::ScaledWilson, 0.95);
    let wanted = [
        (0.42, 0.321_686_008_4, 0.525_100_774_3, 0.052_216_191_09, 0.42),
        (0.273_333_333_3, 0.178_494_235_3, 0.394_372_556_1, 0.055_483_853_96, 0.566_666_666_7),
        (0.22, 0.128_920_974_4, 0.349_599_603_3, 0.056_532_454_11, 0.66),
        (0.2, 0.110_796_351_8, 0.334_042_798, 0.057_142_857_14, 0.72),
    ];
    for (point, (value, lo, hi, se, at)) in points.iter().zip(wanted) {
        assert_some_near(point.value, value);
        assert_interval(point.interval, lo, hi);
        assert_some_near(point.se, se);
        assert_some_near(point.pass_at, at);
        assert_eq!(point.tasks_used, 50);
        assert!(!point.thin && !point.too_few && !point.few_successes);
    }
    assert_interval(points[3].pass_at_interval, 0.579_719_317_9, 0.827_398_638_9);
    assert_some_near(points[0].rerun_se, 0.027_080_128_02);
    assert_some_near(points[1].rerun_se, 0.022_607_766_61);
    assert_eq!(points[2].rerun_se, None);
    assert_some_near(points[1].n_eff, 65.836_770_77);
}

#[test]
fn ragged_tasks_match_under_every_policy() {
    let tasks = ragged12();
    let upstream = Ragged::UpstreamV1 { num_trials: 5 };
    for (ragged, wanted, used) in [
        (Ragged::Available, [0.536_111_111_1, 0.369_696_969_7, 0.25, 0.275, 0.2], [12, 11, 10, 8, 5]),
        (upstream, [0.383_333_333_3, 0.225, 0.158_333_333_3, 0.116_666_666_7, 0.083_333_333_33], [12; 5]),
        (Ragged::ZeroFill, [0.536_111_111_1, 0.338_888_888_9, 0.208_333_333_3, 0.183_333_333_3, 0.083_333_333_33], [12; 5]),
        (
            Ragged::Chained,
            [0.536_111_111_1, 0.401_261_077, 0.327_115_008_4, 0.287_861_207_4, 0.239_884_339_5],
            [12, 11, 10, 8, 5],
        ),
    ] {
        let points = curve(&tasks, ragged, 6, Ci::ScaledWilson, 0.95);
        for ((point, wanted), used) in points.iter().zip(wanted).zip(used) {
            assert_some_near(point.value, wanted);
            assert_eq!(point.tasks_used, used, "{ragged:?} k={}", point.k);
        }
        assert_eq!(points[5].value, None, "{ragged:?}");
        assert_eq!((points[5].tasks_used, points[5].interval), (0, None));
    }
}

#[test]
fn strict_stops_at_the_shortest_task() {
    let points = curve(&ragged12(), Ragged::Strict, 3, Ci::ScaledWilson, 0.95);
    assert_some_near(points[0].value, 0.536_111_111_1);
    assert_eq!((points[1].value, points[1].tasks_used), (None, 0));
    assert_eq!((points[2].value, points[2].pass_at), (None, None));
}

#[test]
fn chained_intervals_match() {
    let points = curve(&ragged12(), Ragged::Chained, 5, Ci::ScaledWilson, 0.95);
    let wanted = [
        (0.300_510_580_5, 0.756_624_294_3, 18.345_207_04),
        (0.180_079_899_9, 0.671_588_745_6, 14.620_919_04),
        (0.122_115_151_9, 0.629_489_117_1, 12.357_602_51),
        (0.068_541_634_16, 0.614_569_290_5, 10.750_573_66),
        (0.028_317_137_18, 0.622_237_551_5, 8.036_476_67),
    ];
    for (point, (lo, hi, n_eff)) in points.iter().zip(wanted) {
        assert_interval(point.interval, lo, hi);
        assert_some_near(point.n_eff, n_eff);
    }
}

#[test]
fn available_interval_uses_the_trials_of_its_tasks() {
    let points = curve(&ragged12(), Ragged::Available, 3, Ci::ScaledWilson, 0.95);
    assert_interval(points[2].interval, 0.054_352_953_61, 0.571_357_175_7);
    assert_some_near(points[2].n_eff, 12.135_922_33);
}

#[test]
fn the_flags_follow_the_tasks_used() {
    let points = curve(&ragged12(), Ragged::Chained, 5, Ci::ScaledWilson, 0.95);
    let flags: Vec<_> = points.iter().map(|point| (point.thin, point.too_few, point.few_successes)).collect();
    // 12, 11, 10, 8 and 5 of 12 tasks.
    assert_eq!(flags[0], (false, false, false));
    assert_eq!(flags[1], (false, false, true));
    assert_eq!(flags[2], (true, false, true));
    assert_eq!(flags[4], (true, false, true));
    let four = vec![TaskCounts::new(2, 1); 4];
    assert!(!curve(&four, Ragged::Chained, 1, Ci::ScaledWilson, 0.95)[0].too_few);
    let uneven = [four, vec![TaskCounts::new(1, 1); 2]].concat();
    assert!(curve(&uneven, Ragged::Chained, 2, Ci::ScaledWilson, 0.95)[1].too_few);
}

#[test]
fn repeated_trial_ids_make_the_upstream_value_exceed_one() {
    let ragged = Ragged::UpstreamV1 { num_trials: 1 };
    let point = &curve(&[TaskCounts::new(5, 4)], ragged, 1, Ci::ScaledWilson, 0.95)[0];
    assert_some_near(point.value, 4.0);
    assert_eq!((point.interval, point.n_eff, point.rerun_se), (None, None, None));
    let mixed = [TaskCounts::new(5, 2), TaskCounts::new(5, 0), TaskCounts::new(5, 0)];
    let point = &curve(&mixed, ragged, 1, Ci::ScaledWilson, 0.95)[0];
    assert_some_near(point.value, 2.0 / 3.0);
    assert_eq!(point.interval, None);
}

#[test]
fn all_passed_and_all_failed_have_width() {
    let all = |c| vec![TaskCounts::new(5, c); 34];
    let none = &curve(&all(0), Ragged::Chained, 5, Ci::ScaledWilson, 0.95)[4];
    assert_interval(none.interval, 0.0, 0.108_529_984_9);
    let every = &curve(&all(5), Ragged::Chained, 5, Ci::ScaledWilson, 0.95)[4];
    assert_interval(every.interval, 0.891_470_015_1, 1.0);
    assert!(none.few_successes && every.few_successes);
}

#[test]
fn few_tasks_and_empty_tasks_have_stated_answers() {
    assert!(values(&[], Ragged::Chained, 2).iter().all(Option::is_none));
    for ragged in POLICIES {
        let one = &curve(&[TaskCounts::new(4, 2)], ragged, 1, Ci::ScaledWilson, 0.95)[0];
        assert_some_near(one.value, 0.5);
        assert_eq!((one.interval, one.se), (None, None));
    }
    let with_empty = [TaskCounts::new(2, 2), TaskCounts::new(0, 0)];
    for (ragged, wanted) in [
        (Ragged::Chained, 1.0),
        (Ragged::Available, 1.0),
        (Ragged::Strict, 1.0),
        (Ragged::ZeroFill, 0.5),
        (Ragged::UpstreamV1 { num_trials: 2 }, 0.5),
    ] {
        assert_some_near(values(&with_empty, ragged, 1)[0], wanted);
    }
    assert!(values(&[TaskCounts::new(0, 0)], Ragged::Chained, 1)[0].is_none());
    assert!(values(&[TaskCounts::new(1, 1)], Ragged::UpstreamV1 { num_trials: 0 }, 1)[0].is_none());
}

#[test]
fn a_chain_that_reaches_zero_stays_there() {
    let tasks = [TaskCounts::new(3, 1), TaskCounts::new(3, 1), TaskCounts::new(1, 1)];
    let points = curve(&tasks, Ragged::Chained, 3, Ci::ScaledWilson, 0.95);
    assert_some_near(points[1].value, 0.0);
    assert_some_near(points[2].value, 0.0);
    assert_some_near(points[2].se, 0.0);
    let nothing = [TaskCounts::new(3, 0), TaskCounts::new(1, 0)];
    assert_some_near(curve(&nothing, Ragged::Chained, 3, Ci::T, 0.95)[2].value, 0.0);
}

#[test]
fn broken_counts_and_levels_do_not_panic() {
    let odd = [TaskCounts::new(2, 5), TaskCounts::new(1, 3), TaskCounts::new(0, 2)];
    for ragged in POLICIES.into_iter().chain([Ragged::UpstreamV1 { num_trials: 2 }]) {
        for conf in [f64::NAN, 0.0, 1.0, 2.0] {
            assert_eq!(curve(&odd, ragged, 3, Ci::ScaledWilson, conf).len(), 3);
        }
    }
}

proptest! {
    #[test]
    fn the_chain_telescopes_to_the_plain_mean_on_equal_trials((n, tasks) in even_tasks()) {
        let m = tasks.len() as f64;
        let mut links: Vec<Link> = tasks.iter().filter_map(|&task| Link::first(task)).collect();
        let mut survival = links.iter().map(|link| link.value).sum::<f64>() / m;
        for k in 2..=n {
            survival *= lengthen(&mut links, k);
            let plain = tasks.iter().filter_map(|task| pass_hat_k(task.n, task.c, k)).sum::<f64>() / m;
            prop_assert!((survival - plain).abs() < 1e-12);
        }
    }

    #[test]
    fn chained_curves_never_rise_and_stay_shares(tasks in any_tasks()) {
        let points = curve(&tasks, Ragged::Chained, 8, Ci::ScaledWilson, 0.95);
        for pair in points.windows(2) {
            if let (Some(a), Some(b)) = (pair[0].value, pair[1].value) {
                prop_assert!(b <= a + 1e-12 && (0.0..=1.0 + 1e-12).contains(&a));
            }
            if let (Some(a), Some(b)) = (pair[0].pass_at, pair[1].pass_at) {
                prop_assert!(b + 1e-12 >= a);
            }
        }
    }

    #[test]
    fn unequal_tasks_beat_the_same_coin_everywhere(counts in prop::collection::vec(0_u32..=1_000_000, 1..40), k in 1_u8..8) {
        // Jensen: the mean of p^k, which pass^k estimates, lies between (mean p)^k and mean p. A million trials stand in for p.
        let tasks: Vec<TaskCounts> = counts.into_iter().map(|c| TaskCounts::new(1_000_000, c)).collect();
        let found = values(&tasks, Ragged::Chained, k.into());
        let (first, last) = (found[0].unwrap(), found[usize::from(k) - 1].unwrap());
        prop_assert!(first.powi(k.into()) <= last + 1e-4 && last <= first + 1e-12);
    }

    #[test]
    fn the_last_point_is_the_share_of_perfect_tasks((n, tasks) in even_tasks()) {
        let perfect = tasks.iter().filter(|task| task.c == n).count() as f64 / tasks.len() as f64;
        let last = values(&tasks, Ragged::Chained, n)[n as usize - 1].unwrap();
        prop_assert!((last - perfect).abs() < 1e-12);
    }

    #[test]
    fn the_order_of_tasks_does_not_matter(tasks in any_tasks(), turn in 0_usize..40) {
        let mut turned = tasks.clone();
        turned.rotate_left(turn % tasks.len());
        for ragged in POLICIES {
            for (a, b) in values(&tasks, ragged, 8).into_iter().zip(values(&turned, ragged, 8)) {
                prop_assert_eq!(a.is_some(), b.is_some());
                prop_assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn counting_missing_trials_as_failures_never_helps(tasks in any_tasks()) {
        let first = |ragged| values(&tasks, ragged, 1)[0].unwrap();
        let upstream = Ragged::UpstreamV1 { num_trials: 8 };
        prop_assert!(first(upstream) <= first(Ragged::Chained) + 1e-12);
    }
}

// Each case forms hundreds of intervals.
proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn equal_trials_make_all_policies_agree((n, tasks) in even_tasks()) {
        let plain = curve(&tasks, Ragged::Available, n, Ci::ScaledWilson, 0.95);
        for ragged in POLICIES.into_iter().chain([Ragged::UpstreamV1 { num_trials: n }]) {
            for (found, wanted) in curve(&tasks, ragged, n, Ci::ScaledWilson, 0.95).iter().zip(&plain) {
                let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
                    (Some(a), Some(b)) => (a - b).abs() < 1e-9,
                    (a, b) => a.is_none() && b.is_none(),
                };
                prop_assert!(close(found.value, wanted.value) && close(found.se, wanted.se));
                prop_assert!(close(found.pass_at, wanted.pass_at) && close(found.rerun_se, wanted.rerun_se));
                prop_assert!(close(found.interval.map(|i| i.lo), wanted.interval.map(|i| i.lo)));
                prop_assert!(close(found.interval.map(|i| i.hi), wanted.interval.map(|i| i.hi)));
            }
        }
    }

    #[test]
    fn intervals_hold_their_estimates(tasks in any_tasks()) {
        for ragged in POLICIES.into_iter().chain([Ragged::UpstreamV1 { num_trials: 8 }]) {
            for ci in [Ci::ScaledWilson, Ci::Conservative, Ci::T] {
                for point in curve(&tasks, ragged, 8, ci, 0.95) {
                    if let (Some(value), Some(interval)) = (point.value, point.interval) {
                        prop_assert!(interval.lo <= value + 1e-9 && value <= interval.hi + 1e-9);
                    }
                    if let (Some(value), Some(interval)) = (point.pass_at, point.pass_at_interval) {
                        prop_assert!(interval.lo <= value + 1e-9 && value <= interval.hi + 1e-9);
                    }
                }
            }
        }
    }
}
