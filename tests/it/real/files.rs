//! Every file by itself: what it is, and what it holds.

use std::collections::BTreeSet;

use serde_json::Value;
use taureport::{
    analysis::{CellStats, RaggedChoice},
    records::{FileKind, Loaded, Outcome, ResultFile},
    sweep::{Attempts, ErrorPolicy, Sweep, assemble},
};

use super::{
    Data, curve_errors, data, near, only,
    tau2::{WITHOUT_REWARDS, is_part_of_a_run},
};

/// A file of two environments, and so of two cells; `expected.json` has the figures of the whole. `sweeps` checks those of the cells.
const MIXED: &str = "tau1/agent-project/results/retail/fc/4B/num_trials-2.json";

/// Checks every result file that is one cell.
fn each_cell(check: impl Fn(&ResultFile, &Value) -> Vec<String>) {
    each_result(|file, wanted| if file.source.path.ends_with(MIXED) { Vec::new() } else { check(file, wanted) });
}

/// Checks every result file and collects what differs.
fn each_result(check: impl Fn(&ResultFile, &Value) -> Vec<String>) {
    let Some(data) = data() else { return };
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for (path, wanted) in data.expected("expected.json").iter().filter(|(_, wanted)| wanted["kind"] == "tau1") {
        checked += 1;
        match data.files.get(path) {
            Some(Loaded::Results(file)) => wrong.extend(check(file, wanted).into_iter().map(|text| format!("{path}: {text}"))),
            Some(Loaded::PassedOver(passed)) => wrong.push(format!("{path}: passed over: {}", passed.reason)),
            None => wrong.push(format!("{path}: not found")),
        }
    }
    assert!(checked > 100, "{checked} files checked");
    assert!(wrong.is_empty(), "{} differences in {checked} files:\n{}", wrong.len(), wrong.join("\n"));
}

/// A sweep of this file only.
pub(super) fn alone(file: &ResultFile, attempts: Attempts) -> Sweep {
    assemble(vec![Loaded::Results(Box::new(file.clone()))], attempts)
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn records_are_counted() {
    each_result(|file, wanted| {
        let errors = file.episodes.iter().filter(|one| matches!(one.outcome, Outcome::Error { .. })).count();
        let tasks: BTreeSet<_> = file.episodes.iter().filter_map(|one| one.task.as_ref()).collect();
        let tally = alone(file, Attempts::First).cells[0].tally;
        let found = [
            ("records", file.episodes.len()),
            ("tasks", tasks.len()),
            ("error_records", errors),
            ("differing_duplicates", tally.conflicting_attempts),
            ("same_duplicates", tally.exact_duplicates),
        ];
        let differing = found.iter().filter(|(name, count)| wanted[*name] != *count);
        differing.map(|(name, count)| format!("{name} is {count}, not {}", wanted[*name])).collect()
    });
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn rewards_are_read() {
    each_result(|file, wanted| {
        let reward = |outcome: &Outcome| match outcome {
            Outcome::Scored { reward } => Some(*reward),
            Outcome::Error { reward, .. } => *reward,
            Outcome::Invalid { .. } => None,
        };
        let rewards: Vec<f64> = file.episodes.iter().filter_map(|one| reward(&one.outcome)).collect();
        let mean = rewards.iter().sum::<f64>() / rewards.len() as f64;
        let wanted = wanted["mean_reward_all_records"].as_f64();
        if near(Some(mean), wanted) { Vec::new() } else { vec![format!("mean reward is {mean}, not {wanted:?}")] }
    });
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn pass_k_of_a_file() {
    each_cell(|file, wanted| {
        let sweep = alone(file, Attempts::All);
        let policies = [
            ("pass_hat_errors_failed_all_attempts", ErrorPolicy::Fail),
            ("pass_hat_errors_excluded_all_attempts", ErrorPolicy::ExcludeAll),
        ];
        let mut wrong = Vec::new();
        for (name, policy) in policies.into_iter().filter(|(name, _)| !wanted[*name].is_null()) {
            let curve = |ragged| only(&sweep, policy, ragged).curve;
            wrong.extend(curve_errors(name, &curve(RaggedChoice::Chained), &curve(RaggedChoice::Available), &wanted[name]));
        }
        wrong
    });
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn the_printout_of_the_benchmark_is_reproduced() {
    each_cell(|file, wanted| {
        let stats = only(&alone(file, Attempts::All), ErrorPolicy::Upstream, RaggedChoice::UpstreamV1);
        printout_errors(&stats, &wanted["upstream_display_metrics"])
    });
}

/// Beyond the most trials of a task the printout has zeros, where we end.
fn printout_errors(stats: &CellStats, wanted: &Value) -> Vec<String> {
    let wanted = wanted.as_object().expect("values by k");
    let mut wrong = Vec::new();
    for (k, value) in wanted {
        let index = k.parse::<usize>().expect("k is a number") - 1;
        let found = stats.curve.get(index).map_or(Some(0.0), |point| point.value);
        if !near(found, value.as_f64()) {
            wrong.push(format!("τ-bench prints pass^{k} {value}, we {found:?}"));
        }
    }
    if !near(stats.upstream_pass_1, wanted["1"].as_f64()) {
        wrong.push(format!("upstream_pass_1 is {:?}, not {}", stats.upstream_pass_1, wanted["1"]));
    }
    wrong
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn stored_metrics_are_read() {
    each_result(|file, wanted| {
        let wanted = &wanted["metrics_in_file"];
        let Some(stored) = &file.stored else {
            return if wanted.is_null() { Vec::new() } else { vec![format!("no stored metrics, but {wanted}")] };
        };
        let mut wrong = Vec::new();
        if !near(stored.avg_reward, wanted["avg_reward"].as_f64()) {
            wrong.push(format!("stored reward {:?}, not {}", stored.avg_reward, wanted["avg_reward"]));
        }
        let pass_hat = wanted["pass_hat_ks"].as_object().map_or(0, serde_json::Map::len);
        if pass_hat != stored.pass_hat.len() {
            wrong.push(format!("{} stored pass^k, not {pass_hat}", stored.pass_hat.len()));
        }
        let differing =
            stored.pass_hat.iter().filter(|(k, value)| !near(Some(**value), wanted["pass_hat_ks"][k.to_string()].as_f64()));
        wrong.extend(differing.map(|(k, value)| format!("stored pass^{k} {value}, not {}", wanted["pass_hat_ks"])));
        wrong
    });
}

/// `expected.json` calls these other than results, since they name no tasks; here they are listed as results without task
/// ids, counted, and kept out of per-task figures.
const WITHOUT_TASKS: &str = "tau1/no-task-id/";

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn strangers_are_passed_over_with_a_reason() {
    let Some(data) = data() else { return };
    let expected = data.expected("expected.json");
    let results: BTreeSet<&str> =
        expected.iter().filter(|(_, wanted)| wanted["kind"] != "other").map(|(path, _)| path.as_str()).collect();
    for path in expected.keys() {
        assert!(data.files.contains_key(path) != is_part_of_a_run(path), "{path} was not looked at, or twice");
    }
    // The expectations know these folders only.
    let is_known = |path: &str| ["tau1/", "tau2/", "oracles/"].iter().any(|folder| path.starts_with(folder));
    let on_purpose = |path: &str| [WITHOUT_TASKS].iter().chain(&WITHOUT_REWARDS).any(|prefix| path.starts_with(prefix));
    let strangers =
        data.files.iter().filter(|(path, _)| !results.contains(path.as_str()) && is_known(path) && !on_purpose(path));
    let mut passed = 0;
    for (path, loaded) in strangers {
        match loaded {
            Loaded::PassedOver(one) => assert!(!one.reason.is_empty(), "{path}: no reason"),
            Loaded::Results(file) => panic!("{path} is taken for {} with {} records", file.kind.name(), file.episodes.len()),
        }
        passed += 1;
    }
    assert!(passed > 60, "{passed} strangers");
    check_without_tasks(data);
}

fn check_without_tasks(data: &Data) {
    for (path, loaded) in data.files.iter().filter(|(path, _)| path.starts_with(WITHOUT_TASKS)) {
        let Loaded::Results(file) = loaded else { panic!("{path} is passed over") };
        assert_eq!(file.kind, FileKind::Tau1SolveResults, "{path}");
        let stats = only(&alone(file, Attempts::First), ErrorPolicy::Exclude, RaggedChoice::Chained);
        assert_eq!(stats.outcomes.untasked, file.episodes.len() as u64, "{path}");
        assert!(stats.curve.is_empty() && stats.episode_success_rate.is_some(), "{path}");
    }
}
