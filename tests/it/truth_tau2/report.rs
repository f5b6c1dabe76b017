//! metrics.json of the invented τ²-bench results against the truth: what the report says, not only what is read.

use serde_json::{Value, json};

use super::{differences, list, truth};
use crate::support::analyze;

/// The cell of a report that the truth describes.
fn find<'a>(metrics: &'a Value, wanted: &Value) -> &'a Value {
    let same = |cell: &&Value| ["env", "model", "strategy", "user_model"].iter().all(|key| cell[*key] == wanted[*key]);
    list(metrics, "cells").iter().find(same).unwrap_or_else(|| panic!("no cell for {} {}", wanted["env"], wanted["model"]))
}

/// What a report says, in the words of the truth.
fn said(cell: &Value) -> Value {
    let tau2 = &cell["tau2"];
    let component = |one: &Value| json!({"component": one["component"], "asked": one["asked"], "failed": one["failed"], "alone": one["alone_decided"]});
    let pass = |one: &Value| json!([one["k"], one["value"]]);
    json!({
        "evaluated": tau2["evaluated"],
        "terminations": tau2["terminations"],
        "termination_missing": tau2["termination_missing"],
        "valid_trials": cell["episodes"]["counted"],
        "successes": cell["episodes"]["successes"],
        "infrastructure_errors": cell["episodes"]["infrastructure_errors"],
        "context_window_errors": cell["episodes"]["context_window_errors"],
        "invalid_rewards": cell["episodes"]["invalid_rewards"],
        "tasks": cell["tasks_scored"],
        "components": list(tau2, "components").iter().map(component).collect::<Vec<_>>(),
        "actions": tau2["action_checks"],
        "nl_judged": tau2["nl_judged"],
        "reviewed": tau2["reviewed"],
        "auth": tau2["auth"],
        "durations": tau2["duration"]["episodes_known"],
        "p50_s": tau2["duration"]["percentiles_s"]["p50"],
        "p95_s": tau2["duration"]["percentiles_s"]["p95"],
        "agent_cost_usd": cell["agent_cost"]["sum_usd"],
        "agent_cost_known": cell["agent_cost"]["episodes_known"],
        "user_cost_usd": cell["user_cost"]["sum_usd"],
        "pass_hat_chained": list(cell, "pass_hat").iter().map(pass).collect::<Vec<_>>(),
    })
}

fn wanted(truth: &Value) -> Value {
    let none_if_zero = |value: &Value| if value == &json!(0) { Value::Null } else { value.clone() };
    let pass = |one: &Value| json!([one["k"], one["value"]]);
    let mut all = json!({
        "durations": none_if_zero(&truth["durations"]["known"]),
        "p50_s": truth["durations"]["p50_s"],
        "p95_s": truth["durations"]["p95_s"],
        "agent_cost_usd": truth["agent_cost"]["sum_usd"],
        "agent_cost_known": none_if_zero(&truth["agent_cost"]["known"]),
        "user_cost_usd": truth["user_cost"]["sum_usd"],
        "pass_hat_chained": list(truth, "pass_hat_chained").iter().map(pass).collect::<Vec<_>>(),
    });
    let same = [
        "evaluated",
        "terminations",
        "termination_missing",
        "valid_trials",
        "successes",
        "infrastructure_errors",
        "context_window_errors",
        "invalid_rewards",
        "tasks",
        "components",
        "actions",
        "nl_judged",
        "reviewed",
        "auth",
    ];
    for key in same {
        all[key] = truth[key].clone();
    }
    all
}

#[test]
fn every_cell_of_the_report_is_true() {
    let metrics = analyze(&["fixtures/tau2", "--no-charts", "-qq"]).metrics();
    let truth = truth();
    let cells = list(&truth, "cells");
    assert_eq!(list(&metrics, "cells").len(), cells.len());
    let wrong: Vec<String> = cells
        .iter()
        .flat_map(|one| differences(&format!("{} {}", one["env"], one["model"]), &said(find(&metrics, one)), &wanted(one)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_run_that_never_finished_is_measured_against_its_plan() {
    let metrics = analyze(&["fixtures/tau2", "--no-charts", "-qq"]).metrics();
    let empty = list(&metrics, "cells").iter().find(|cell| cell["episodes"]["records"] == json!(0)).expect("an empty run");
    assert_eq!((&empty["coverage"], &empty["trials_planned"]), (&json!(0.0), &json!(4)));
    assert_eq!(empty["tasks_planned"], json!(4));
}

#[test]
fn another_basis_recomputes_what_was_evaluated_only() {
    let plain = analyze(&["fixtures/tau2", "--no-charts", "-qq"]).metrics();
    let other = analyze(&["fixtures/tau2", "--no-charts", "-qq", "--reward-basis", "ENV_ASSERTION"]).metrics();
    for truth in list(&truth(), "cells").iter().filter(|one| one["env"] == json!("telecom")) {
        let checks = list(truth, "checks_on_record").iter().find(|one| one["component"] == json!("ENV_ASSERTION"));
        let checks = checks.expect("the component is asked for");
        let (before, after) = (find(&plain, truth), find(&other, truth));
        // Premature ends stay failures; every evaluated episode succeeds as its assertions do.
        assert_eq!(after["episodes"]["counted"], before["episodes"]["counted"]);
        assert_eq!(after["episodes"]["successes"], checks["held"], "{}", truth["model"]);
    }
}

#[test]
fn cells_can_be_split_and_pooled() {
    let cells = |by: &str| {
        let metrics = analyze(&["fixtures/tau2/results", "--no-charts", "-qq", "--by", by]).metrics();
        let row = |cell: &Value| (cell["env"].clone(), cell["by"].clone(), cell["episodes"]["kept"].as_u64().unwrap_or(0));
        list(&metrics, "cells").iter().map(row).collect::<Vec<_>>()
    };
    let personas: Vec<_> = cells("persona").into_iter().filter(|(env, _, _)| env == &json!("telecom")).collect();
    let names: Vec<&Value> = personas.iter().map(|(_, by, _)| &by["persona"]).collect();
    assert_eq!(names, [&json!("Easy"), &json!("Hard"), &json!("None")]);
    assert_eq!(personas.iter().map(|(_, _, kept)| kept).sum::<u64>(), 40);
    let ends = cells("cell,termination");
    let of =
        |reason: &str| -> u64 { ends.iter().filter(|(_, by, _)| by["termination"] == json!(reason)).map(|one| one.2).sum() };
    assert_eq!((of("infrastructure_error"), of("context_window_exceeded")), (2, 1));
}
