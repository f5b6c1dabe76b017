//! Tests of the conventions on one fixture with missing trials and errors.

use proptest::prelude::*;

use super::*;
use crate::metrics::testing::assert_near;

fn scored(reward: f64) -> TrialState {
    TrialState::Scored { reward }
}

const INFRA: TrialState = TrialState::InfraError { recorded_reward: Some(0.0) };

/// Five tasks of four planned trials: complete, one error, one success left, errors only, one trial never run.
fn fixture() -> Vec<TaskTrials> {
    let trials = [
        vec![scored(1.0); 4],
        vec![scored(1.0), scored(1.0), scored(0.0), INFRA],
        vec![scored(1.0), INFRA, INFRA, INFRA],
        vec![INFRA; 4],
        vec![scored(1.0), scored(0.5), TrialState::Absent, scored(0.0)],
    ];
    trials.map(|trials| TaskTrials { trials }).to_vec()
}

/// Renders a table as `name | k=1 … | average`, three decimals.
fn render(conventions: &[Convention]) -> String {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    let line = |convention: &Convention| {
        let values: Vec<String> = convention.values.iter().map(|&value| number(value)).collect();
        format!("{:<22} | {} | {}", convention.name, values.join(" "), number(convention.average_reward))
    };
    conventions.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_fixture_separates_the_conventions() {
    insta::assert_snapshot!(render(&explain_pass_k(&fixture(), 4, 4, 100)), @r"
    chained                | 0.750 0.500 0.375 0.375 | 0.792
    missing = fail         | 0.400 0.233 0.200 0.200 | -
    missing = pass         | 0.850 0.733 0.650 0.600 | -
    tau-bench              | 0.400 0.233 0.200 0.200 | 0.447
    zero-fill              | 0.417 0.233 0.200 0.200 | 0.447
    complete-case          | 0.421 - - 0.250 | -
    tau2                   | 0.750 - - - | 0.773
    tau2 leaderboard       | 0.417 0.233 0.200 - | 0.447
    tau2 experiment script | 0.421 - - - | -
    available-case         | 0.750 0.444 0.333 1.000 | -
    first k scored         | 0.750 0.444 0.500 1.000 | -
    any reward             | 0.474 - - - | -
    benchmark accuracy     | 0.425 - - - | -
    ");
}

#[test]
fn errors_without_a_recorded_reward_score_zero() {
    let silent: Vec<TaskTrials> = fixture()
        .into_iter()
        .map(|task| TaskTrials {
            trials: task
                .trials
                .into_iter()
                .map(|trial| if trial == INFRA { TrialState::InfraError { recorded_reward: None } } else { trial })
                .collect(),
        })
        .collect();
    assert_eq!(explain_pass_k(&silent, 4, 4, 100), explain_pass_k(&fixture(), 4, 4, 100));
}

#[test]
fn agent_errors_are_failures_everywhere_but_where_only_scores_count() {
    let failed = TrialState::AgentError { recorded_reward: None };
    let tasks = [TaskTrials { trials: vec![scored(1.0), failed] }];
    for convention in explain_pass_k(&tasks, 2, 2, 100) {
        let wanted = if ["available-case", "first k scored"].contains(&convention.name) { 1.0 } else { 0.5 };
        assert_near(convention.values[0].unwrap(), wanted);
    }
}

#[test]
fn two_halves_make_a_success_for_evalscope_alone() {
    let tasks = [TaskTrials { trials: vec![scored(0.5), scored(0.5)] }];
    let found = explain_pass_k(&tasks, 2, 2, 100);
    let value = |name| found.iter().find(|convention| convention.name == name).unwrap().values[0].unwrap();
    assert_near(value("first k scored"), 0.5);
    assert_near(value("chained"), 0.0);
    assert_near(value("any reward"), 1.0);
    assert_near(value("benchmark accuracy"), 0.5);
}

#[test]
fn repeated_trial_ids_show_what_upstream_would_print() {
    let tasks = [TaskTrials { trials: vec![scored(1.0); 4] }];
    let found = explain_pass_k(&tasks, 2, 2, 100);
    let upstream = found.iter().find(|convention| convention.name == "tau-bench").unwrap();
    assert_near(upstream.values[0].unwrap(), 2.0);
    assert_near(upstream.values[1].unwrap(), 6.0);
}

#[test]
fn nothing_and_nonsense_do_not_panic() {
    for convention in explain_pass_k(&[], 3, 3, 100) {
        assert!(convention.values.iter().all(Option::is_none) && convention.average_reward.is_none(), "{}", convention.name);
    }
    let odd = vec![scored(f64::NAN), scored(f64::INFINITY), scored(-3.0), TrialState::Invalid, TrialState::Absent];
    for (planned, ids) in [(0, 0), (5, 1), (1, 5)] {
        for convention in explain_pass_k(&[TaskTrials { trials: odd.clone() }], planned, ids, 100) {
            assert!(convention.values.iter().flatten().all(|value| value.is_finite()), "{}", convention.name);
        }
    }
}

proptest! {
    #[test]
    fn complete_binary_trials_make_all_conventions_agree(
        (n, rewards) in (1_usize..6).prop_flat_map(|n| (Just(n), prop::collection::vec(prop::collection::vec(any::<bool>(), n), 1..15))),
    ) {
        let tasks: Vec<TaskTrials> = rewards.iter()
            .map(|row| TaskTrials { trials: row.iter().map(|&passed| scored(f64::from(u8::from(passed)))).collect() })
            .collect();
        let planned = u32::try_from(n).unwrap();
        let found = explain_pass_k(&tasks, planned, planned, 100);
        for convention in &found {
            for (value, wanted) in convention.values.iter().zip(&found[0].values) {
                if let (Some(value), Some(wanted)) = (value, wanted) {
                    prop_assert!((value - wanted).abs() < 1e-9, "{}", convention.name);
                }
            }
        }
    }

    #[test]
    fn the_lower_bound_is_below_the_upper(states in prop::collection::vec(prop::collection::vec(0_u8..5, 4), 1..10)) {
        let state = |code: &u8| match code {
            0 => scored(1.0),
            1 => scored(0.0),
            2 => INFRA,
            3 => TrialState::Absent,
            _ => TrialState::AgentError { recorded_reward: Some(0.0) },
        };
        let tasks: Vec<TaskTrials> = states.iter().map(|row| TaskTrials { trials: row.iter().map(state).collect() }).collect();
        let found = explain_pass_k(&tasks, 4, 4, 100);
        for (low, high) in found[1].values.iter().zip(&found[2].values) {
            prop_assert!(low <= high);
        }
    }
}

#[test]
fn k_is_bounded_whatever_a_file_names() {
    let tasks = [TaskTrials { trials: vec![TrialState::Scored { reward: 1.0 }; 2] }];
    for (planned, ids) in [(u32::MAX, 2), (2, u32::MAX), (u32::MAX, u32::MAX)] {
        assert!(explain_pass_k(&tasks, planned, ids, 8).iter().all(|one| one.values.len() == 8), "{planned} {ids}");
    }
}
