//! Files of other dialects, and small invented situations, each with its right reading.

use serde_json::Value;

use super::data;
use crate::support::{Report, analyze, argument, text};

/// A cell: how its name ends, the episodes that count, the successes, pass^1 and pass^2.
type Expected = (&'static str, u64, u64, f64, Option<f64>);

/// What `analyze` makes of a folder of the data.
fn analyzed(folder: &str) -> Option<Report> {
    let data = data()?;
    Some(analyze(&[&argument(&data.root.join(folder)), "--no-charts"]))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// Checks all cells of a folder; returns what the program said.
#[track_caller]
fn check_cells(folder: &str, expected: &[Expected]) -> String {
    let Some(report) = analyzed(folder) else { return String::new() };
    let said = text(&report.output.stderr);
    assert_eq!(report.output.status.code(), Some(0), "{said}");
    let metrics = report.metrics();
    let cells = list(&metrics, "cells");
    let names: Vec<&str> = cells.iter().filter_map(|cell| cell["name"].as_str()).collect();
    assert_eq!(names.len(), expected.len(), "{names:?}");
    for (cell, (name, counted, successes, pass_1, pass_2)) in cells.iter().zip(expected) {
        assert!(cell["name"].as_str().is_some_and(|found| found.ends_with(name)), "{name}: {names:?}");
        let count = |key: &str| cell["episodes"][key].as_u64();
        assert_eq!((count("counted"), count("successes")), (Some(*counted), Some(*successes)), "{name}");
        let value = |k: usize| list(cell, "pass_hat").get(k - 1).and_then(|point| point["value"].as_f64());
        assert!(value(1).is_some_and(|found| (found - pass_1).abs() < 1e-9), "{name}: {:?}", value(1));
        assert_eq!(value(2).is_some(), pass_2.is_some(), "{name}");
        assert!(value(2).zip(*pass_2).is_none_or(|(found, wanted)| (found - wanted).abs() < 1e-9), "{name}: {:?}", value(2));
    }
    said
}

/// Checks that nothing of a folder is read, and that this is why.
#[track_caller]
fn check_passed_over(folder: &str, reasons: &[&str]) {
    let Some(report) = analyzed(folder) else { return };
    let said = text(&report.output.stderr);
    assert_eq!(report.output.status.code(), Some(4), "{said}");
    for reason in reasons {
        assert!(said.contains(reason), "{folder}: {reason:?} is not in:\n{said}");
    }
}

const THIRD: f64 = 1.0 / 3.0;

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn results_of_other_dialects() {
    check_cells("dialects/agentrx/tau_retail", &[("tool-calling", 102, 73, 73.0 / 102.0, None)]);
    check_cells("dialects/danny", &[("gpt-5.5 · llm_agent", 4, 1, 0.25, None)]);
    check_cells("dialects/smg", &[("unknown strategy", 6, 3, 0.5, Some(THIRD))]);
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn settings_and_words_in_paths_separate_runs() {
    let by_effort = [("reasoning_effort=high", 20, 16, 0.8, Some(0.8)), ("reasoning_effort=none", 20, 10, 0.5, Some(0.5))];
    check_cells("repro/r4_238", &by_effort);
    let by_folder = [("· baseline", 20, 10, 0.5, Some(0.5)), ("· with_memory", 20, 16, 0.8, Some(0.8))];
    let said = check_cells("repro/m4_folders", &by_folder);
    assert!(data().is_none() || said.contains("--pool"), "{said}");
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn renderings_of_one_run_are_one_cell() {
    check_cells("repro/loop", &[("airline/v0", 6, 2, THIRD, None), ("airline/v1", 6, 5, 5.0 / 6.0, None)]);
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn each_record_goes_by_its_own_content() {
    let two = [("unknown strategy", 5, 2, 0.4, None), ("unknown strategy", 5, 4, 0.8, None)];
    check_cells("repro/m1_mixed", &two);
    check_cells("repro/m3_flat", &two);
    check_cells("repro/m2_mixedkey", &[two[0], two[0], two[1], two[1]]);
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn faults_of_the_evaluator_and_cut_off_episodes_are_said() {
    let said = check_cells("repro/r8_387", &[("m · llm_agent", 7, 6, 6.0 / 7.0, None)]);
    assert!(data().is_none() || said.contains("0.8571 as counted and 0.6667 with every error a failure"), "{said}");
    let said = check_cells("repro/r15_pr67", &[("gpt-4o · tool-calling", 20, 6, 0.3, Some(0.3))]);
    assert!(data().is_none() || said.contains("8 of 20 episodes (40.0%) were cut off after 30 agent turns"), "{said}");
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn other_things_are_passed_over_by_name() {
    check_passed_over("dialects/verifiers-other", &["2 files: no result: rollouts of a training or evaluation library"]);
    check_passed_over("dialects/raycheng", &["4 files: no result: its elements have the keys agt, ogt, q"]);
    check_passed_over("dialects/git-lfs", &["3 files: a Git LFS pointer", "git lfs pull"]);
    check_passed_over("dialects/auto-error-identification", &["fault assignments of τ-bench's auto_error_identification.py"]);
    check_passed_over("repro/lfs", &["2 files: a Git LFS pointer", "a web page (HTML)", "empty.json: the file is empty"]);
}

/// They hold τ results or a training run, which a later version is to read.
#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn files_of_other_harnesses_are_passed_over_by_name() {
    check_passed_over("dialects/nemo-gym", &["rollouts of NeMo Gym, which this version does not read"]);
    check_passed_over("dialects/agentbeats", &["8 files: no result: a leaderboard file of AgentBeats"]);
    check_passed_over("dialects/hal", &["2 files: no result: an upload of HAL"]);
    check_passed_over("repro/r11_verifiers", &["rollouts of verifiers, which this version does not read"]);
    check_passed_over("repro/r13_evalscope", &["predictions of EvalScope", "reviews of EvalScope", "a report of EvalScope"]);
    check_passed_over("repro/slime", &["train.log: a log without anything for taureport"]);
    check_passed_over("dialects/ci-log", &["0 files read, 2 with other endings"]);
    check_passed_over("repro/r14_inspect", &["an Inspect log, which this version does not read"]);
}

/// Version, status lines and errors of each server's log.
fn servers(folder: &str) -> Option<Vec<(String, u64, u64)>> {
    let report = analyzed(folder)?;
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
    let metrics = report.metrics();
    let count = |server: &Value, key: &str| server[key].as_u64().expect("a count");
    let of = |server: &Value| {
        let version = server["version"].as_str().expect("a version").to_owned();
        (version, count(server, "status_lines"), count(server, "errors"))
    };
    Some(list(&metrics["latency"], "servers").iter().map(of).collect())
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn servers_that_died_early_are_servers() {
    let Some(found) = servers("dialects/servers") else { return };
    let expected = [("0.25.1", 0, 0), ("0.17.1", 0, 0), ("0.25.1", 65, 5)];
    assert_eq!(found, expected.map(|(version, lines, errors)| (version.to_owned(), lines, errors)));
    let found = servers("repro/banner").expect("there is data");
    assert_eq!(found, [("0.17.1", 0, 2), ("0.9.2", 0, 2)].map(|(version, lines, errors)| (version.to_owned(), lines, errors)));
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn lines_of_parentheses_do_not_end_the_run() {
    let Some(report) = analyzed("repro/panic") else { return };
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
}
