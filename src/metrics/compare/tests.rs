//! Reference values, properties, and the error rate of the verdict on simulated null cases.

use proptest::prelude::*;

use super::*;
use crate::metrics::{
    bootstrap::Random,
    testing::{assert_interval, assert_near, assert_some_near, gpt4o_airline, near},
};

const RUN_B: [u32; 50] = [
    2, 4, 0, 1, 1, 0, 1, 1, 1, 0, 2, 1, 4, 3, 3, 1, 1, 1, 4, 0, 4, 2, 0, 0, 4, 0, 4, 1, 0, 1, 1, 4, 0, 0, 2, 4, 4, 3, 3, 1, 4,
    2, 4, 1, 3, 3, 3, 0, 4, 3,
];

type Pairs = Vec<(TaskCounts, TaskCounts)>;

fn reference() -> Pairs {
    gpt4o_airline().into_iter().zip(RUN_B).map(|(a, c)| (a, TaskCounts::new(4, c))).collect()
}

fn swapped(pairs: &Pairs) -> Pairs {
    pairs.iter().map(|(a, b)| (*b, *a)).collect()
}

/// The comparison of every kind that these pairs allow.
fn all(pairs: &Pairs) -> Vec<Comparison> {
    let settings = Settings { bootstrap: Bootstrap { draws: 200, seed: 3 }, ..Settings::default() };
    let value = |task: TaskCounts| f64::from(task.c).sqrt() * f64::from(task.n).ln_1p();
    let values: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (value(*a), value(*b))).collect();
    (1..=3).filter_map(|k| compare_pass_k(pairs, k, &settings)).chain(compare_values(&values, &settings)).collect()
}

#[test]
fn the_reference_comparison_matches_scipy() {
    let found = compare_pass_k(&reference(), 1, &Settings::default()).unwrap();
    assert_near(found.difference, 0.06);
    assert_some_near(found.se, 0.035_398_604_84);
    assert_near(found.se.unwrap() * 50.0_f64.sqrt(), 0.250_305_935_3);
    assert_some_near(found.p_t, 0.096_425_736_77);
    assert_interval(found.interval, -0.011_136_159_71, 0.131_136_159_7);
    assert_near(found.flips.unwrap().exact, 0.127_949_476_2);
    assert_eq!((found.wins, found.losses, found.ties, found.tasks), (14, 10, 26, 50));
    assert_near(found.sign_test.exact, 0.541_256_189_3);
    assert_near(found.sign_test.mid_p, 0.424_356_222_2);
    assert_some_near(found.correlation, 0.777_663_843_3);
    assert_some_near(found.se_unpaired, 0.075_010_203_39);
    assert_some_near(found.se_rerun, 0.038_078_865_53);
    assert_eq!((found.decided_by, found.p, found.single_trial), (DecidedBy::PairedT, found.p_t, false));
    assert_some_near(found.pairing_gain(), (0.075_010_203_39_f64 / 0.035_398_604_84).powi(2));
    // t_.975 + t_.80 with 49 degrees of freedom, taken from the reference for 50 tasks.
    assert_some_near(found.detectable(1, &Settings::default()), 0.168_144_216_2 / 0.058_820_608_17 * 0.035_398_604_84);
}

#[test]
fn one_trial_a_task_is_mcnemar() {
    let single = |a: u32, b: u32| (TaskCounts::new(1, a), TaskCounts::new(1, b));
    let pairs: Pairs = [vec![single(1, 0); 10], vec![single(0, 1); 3], vec![single(1, 1); 20], vec![single(0, 0); 7]]
        .into_iter()
        .flatten()
        .collect();
    let found = compare_pass_k(&pairs, 1, &Settings::default()).unwrap();
    assert!(found.single_trial);
    assert_near(found.sign_test.exact, 0.092_285_156_25);
    assert_near(found.sign_test.mid_p, 0.057_373_046_88);
    assert_eq!(found.flips.map(|flips| (flips.exact, flips.mid_p)), Some((found.sign_test.exact, found.sign_test.mid_p)));
    assert_eq!(found.se_rerun, None);
}

#[test]
fn a_constant_shift_is_decided_by_the_sign_flips() {
    let pairs: Pairs = (0..30).map(|i| (TaskCounts::new(4, i % 4), TaskCounts::new(4, i % 4 + 1))).collect();
    let found = compare_pass_k(&pairs, 1, &Settings::default()).unwrap();
    assert_near(found.difference, 0.25);
    assert_eq!((found.p_t, found.decided_by), (None, DecidedBy::SignFlip));
    assert_eq!((found.detectable(1, &Settings::default()), found.pairing_gain()), (None, None));
    assert_some_near(found.p, 0.5_f64.powi(30));
    assert_eq!(judge(&[(found.difference, found.p)], 0.95)[0].verdict, Verdict::Better);
}

#[test]
fn an_interval_of_shares_stays_within_them_and_has_a_width() {
    let settings = Settings::default();
    // 40 tasks, none solved by A and all by B: up to 1 - 0.025^(1/40) = 8.8 % of the tasks may be otherwise, at worst the other way round.
    let found = compare_shares(&[(0.0, 1.0); 40], &settings).unwrap();
    assert_interval(found.interval, 1.0 - 2.0 * (1.0 - 0.025_f64.powf(1.0 / 40.0)), 1.0);
    assert_near(found.p.unwrap(), 0.5_f64.powi(40));
    let alike = compare_shares(&[(0.5, 0.5); 10], &settings).unwrap();
    assert_interval(alike.interval, -(1.0 - 0.025_f64.powf(0.1)), 1.0 - 0.025_f64.powf(0.1));
    let few = compare_shares(&[(0.0, 1.0), (0.0, 0.5), (0.0, 1.0)], &settings).unwrap();
    assert_near(few.interval.unwrap().hi, 1.0);
    // What has no bounds has no interval there.
    assert_eq!(compare_values(&[(0.0, 1.0); 40], &settings).unwrap().interval, None);
}

#[test]
fn what_is_detectable_counts_the_family() {
    let settings = Settings::default();
    let found = compare_pass_k(&reference(), 1, &settings).unwrap();
    // t_.995 + t_.80 with 49 degrees of freedom.
    assert!((found.detectable(5, &settings).unwrap() / found.se.unwrap() - (2.679_952 + 0.848_9)).abs() < 1e-3);
    let few = compare_pass_k(&reference()[..12], 1, &settings).unwrap();
    let by_t = mde_of_se(few.se.unwrap(), 11, 0.95, 0.8).unwrap();
    assert!(few.detectable(1, &settings).unwrap() > by_t, "{by_t}");
}

#[test]
fn few_tasks_are_decided_by_the_sign_flips() {
    let pairs: Pairs = reference().into_iter().take(19).collect();
    let found = compare_pass_k(&pairs, 1, &Settings::default()).unwrap();
    assert_eq!((found.decided_by, found.p), (DecidedBy::SignFlip, found.flips.map(|flips| flips.mid_p)));
}

#[test]
fn missing_trials_are_bootstrapped() {
    let mut pairs = reference();
    for (_, b) in pairs.iter_mut().step_by(6) {
        *b = TaskCounts::new(2, b.c.div_ceil(2));
    }
    let found = compare_pass_k(&pairs, 3, &Settings::default()).unwrap();
    assert_eq!((found.decided_by, found.tasks, found.p_t), (DecidedBy::Bootstrap, 50, None));
    let side = |side: fn(&(TaskCounts, TaskCounts)) -> TaskCounts| {
        crate::metrics::ragged::chained_value(&pairs.iter().map(side).collect::<Vec<_>>(), 3).unwrap()
    };
    assert_near(found.difference, side(|pair| pair.1) - side(|pair| pair.0));
    let interval = found.interval.unwrap();
    assert!(interval.contains(found.difference) && found.p.unwrap() > 0.05 && interval.contains(0.0), "{found:?}");
    // The half-width is about that of the complete data.
    let complete = compare_pass_k(&reference(), 3, &Settings::default()).unwrap();
    assert_eq!(complete.decided_by, DecidedBy::PairedT);
    let ratio = found.se.unwrap() / complete.se.unwrap();
    assert!((0.7..1.5).contains(&ratio), "{ratio}");
    // Too few tasks with the trials: no figure.
    let short: Pairs = reference().iter().map(|(a, b)| (*a, TaskCounts::new(2, b.c.min(2)))).collect();
    assert_eq!(compare_pass_k(&short, 3, &Settings::default()), None);
}

#[test]
fn too_little_data_says_so() {
    let settings = Settings::default();
    assert_eq!(compare_pass_k(&[], 1, &settings), None);
    assert_eq!(compare_pass_k(&reference(), 5, &settings), None);
    assert_eq!(compare_values(&[(f64::NAN, 1.0)], &settings), None);
    let one = compare_values(&[(0.0, 1.0)], &settings).unwrap();
    assert_eq!((one.se, one.interval, one.correlation, one.se_unpaired), (None, None, None, None));
    assert_eq!(one.detectable(1, &settings), None);
    assert_eq!(judge(&[(one.difference, one.p)], 0.95)[0].verdict, Verdict::Inconclusive);
}

#[test]
fn the_family_is_corrected_as_one() {
    let judged = judge(&[(0.1, Some(0.01)), (-0.1, Some(0.02)), (0.2, Some(0.04)), (0.3, None), (-0.2, Some(0.03))], 0.95);
    let verdicts: Vec<&str> = judged.iter().map(|one| one.verdict.name()).collect();
    assert_eq!(verdicts, ["better", "inconclusive", "inconclusive", "inconclusive", "inconclusive"]);
    assert_eq!(judged[3].p_holm, None);
    // A p at the level itself does not pass, although 1 - 0.95 is a little more than 0.05.
    assert_eq!(judge(&[(0.1, Some(0.05))], 0.95)[0].verdict, Verdict::Inconclusive);
    assert_eq!(judge(&[(-0.1, Some(0.049))], 0.95)[0].verdict.reversed(), Verdict::Better);
}

/// The share of runs in which two equal agents are called different: 50 tasks × 4 trials, difficulties after the arcsine law.
#[test]
fn the_verdict_errs_in_about_one_of_twenty_null_cases() {
    let mut random = Random::new(20_250_711);
    let mut errors = 0_u32;
    for _ in 0..2_000 {
        let mut trials = |p: f64| TaskCounts::new(4, (0..4).map(|_| u32::from(random.unit() < p)).sum());
        let pairs: Pairs = (0..50)
            .map(|task| {
                let p = ((f64::from(task) + 0.5) / 50.0 * std::f64::consts::FRAC_PI_2).sin().powi(2);
                (trials(p), trials(p))
            })
            .collect();
        let found = compare_pass_k(&pairs, 1, &Settings::default()).unwrap();
        errors += u32::from(judge(&[(found.difference, found.p)], 0.95)[0].verdict != Verdict::Inconclusive);
    }
    assert!((50..=130).contains(&errors), "{errors} of 2,000");
}

fn any_pairs() -> impl Strategy<Value = Pairs> {
    let task = || (1_u32..=6).prop_flat_map(|n| (0..=n).prop_map(move |c| TaskCounts::new(n, c)));
    prop::collection::vec((task(), task()), 1..40)
}

fn same(a: Option<f64>, b: Option<f64>) -> bool {
    a.zip(b).map_or(a == b, |(a, b)| near(a, b) || (a - b).abs() < 1e-12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_cell_against_itself_is_inconclusive(pairs in any_pairs()) {
        let itself: Pairs = pairs.iter().map(|(a, _)| (*a, *a)).collect();
        for k in 1..=3 {
            let Some(found) = compare_pass_k(&itself, k, &Settings::default()) else { continue };
            prop_assert!(found.difference.abs() < 1e-12 && same(found.p, Some(1.0)), "{:?}", found);
            prop_assert_eq!((found.wins, found.losses), (0, 0));
            prop_assert_eq!(judge(&[(found.difference, found.p)], 0.95)[0].verdict, Verdict::Inconclusive);
        }
    }

    #[test]
    fn swapping_flips_signs_and_no_p(pairs in any_pairs()) {
        let mde = |one: &Comparison| one.detectable(2, &Settings::default());
        for (one, two) in all(&pairs).iter().zip(all(&swapped(&pairs))) {
            prop_assert!((one.difference + two.difference).abs() < 1e-12);
            prop_assert!(same(one.p, two.p) && same(one.p_t, two.p_t) && same(one.flips.map(|p| p.exact), two.flips.map(|p| p.exact)));
            prop_assert!(same(one.interval.map(|ends| ends.lo), two.interval.map(|ends| -ends.hi)));
            prop_assert!(same(one.se, two.se) && same(mde(one), mde(&two)) && one.sign_test == two.sign_test);
            prop_assert_eq!((one.wins, one.losses, one.ties), (two.losses, two.wins, two.ties));
        }
    }

    #[test]
    fn relabelling_tasks_changes_nothing(pairs in any_pairs(), by in 0_usize..40) {
        let mut moved = pairs.clone();
        moved.rotate_left(by % pairs.len());
        moved.reverse();
        for (one, two) in all(&pairs).iter().zip(all(&moved)) {
            prop_assert!(same(Some(one.difference), Some(two.difference)) && same(one.p, two.p) && same(one.se, two.se));
            prop_assert!(same(one.interval.map(|ends| ends.lo), two.interval.map(|ends| ends.lo)));
            prop_assert_eq!((one.wins, one.losses, one.decided_by), (two.wins, two.losses, two.decided_by));
        }
    }

    #[test]
    fn interval_and_t_test_agree(pairs in any_pairs()) {
        let found = compare_pass_k(&pairs, 1, &Settings::default()).unwrap();
        if let (Some(p), Some(interval)) = (found.p_t, found.interval)
            && (p - 0.05).abs() > 1e-6
            && found.se.is_some_and(|se| se > NO_SPREAD)
        {
            prop_assert_eq!(p < 0.05, !interval.contains(0.0), "{:?}", found);
        }
    }
}

#[test]
fn draws_of_tasks_that_all_differ_alike_are_not_certain() {
    // Five tasks with two trials and one with one, all won by A: the draws have no spread.
    let counts = |n: u32, c: u32| TaskCounts { n, c };
    let mut pairs = vec![(counts(2, 2), counts(2, 0)); 5];
    pairs.push((counts(1, 1), counts(1, 0)));
    let found = compare_pass_k(&pairs, 2, &Settings::default()).unwrap();
    let interval = found.interval.unwrap();
    assert!((found.difference + 1.0).abs() < 1e-12 && interval.lo <= -1.0 && interval.hi > -0.2, "{interval:?}");
    // Sign flips of five tasks: mid-p is 1/32, however often tasks are drawn.
    assert_eq!((found.decided_by, found.p), (DecidedBy::SignFlip, Some(0.031_25)));
    // Tasks that are few but differ: the draws are never surer than the flips.
    let mut pairs = vec![(counts(2, 2), counts(2, 0)); 4];
    pairs.extend([(counts(2, 1), counts(2, 0)), (counts(1, 1), counts(1, 0))]);
    let found = compare_pass_k(&pairs, 2, &Settings::default()).unwrap();
    assert!(found.p.unwrap() >= found.flips.map_or(0.0, |flips| flips.mid_p) && found.p.unwrap() >= 0.03, "{found:?}");
}
