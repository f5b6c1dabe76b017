//! What is true of `tau2/`, counted from the plan. Nothing here reads a file.

use std::collections::BTreeMap;

use super::{
    FOREIGN,
    plan::{Run, RunFile, Shape},
    reward::recorded,
    simulation::{Cost, Simulation, Verdict},
    talk::{Moment, Talk, Tokens},
    task::{COMPONENTS, NL_ASSERTION, Task},
};
use crate::generate::{
    exact::{Ratio, Tally, chained, complete},
    json::{Json, object},
};

/// Writes `tau2_truth.json`.
pub(super) fn of(runs: &[Run]) -> Json {
    let files = runs.iter().flat_map(|run| run.files.iter().flat_map(|file| file_truths(run, file)));
    let passed_over = runs.iter().flat_map(|run| &run.files).filter(|file| file.passed_over).map(|file| Json::from(file.path));
    object! {
        "cells": Json::List(runs.iter().map(cell).collect()),
        "files": Json::List(files.collect()),
        "passed_over": Json::List(passed_over.chain([FOREIGN.into()]).collect()),
    }
}

/// One entry a file as a reader should list it.
fn file_truths(run: &Run, file: &RunFile) -> Vec<Json> {
    if file.passed_over {
        return Vec::new();
    }
    let truth = |path: String, kind: &str, records: usize| {
        let indexed = file.shape == Shape::Directory && run.with_index;
        object! {
            "path": path,
            "kind": kind,
            "records": records,
            "planned_trials": if run.has_info() { run.planned_trials.into() } else { Json::Null },
            "planned_tasks": if run.has_info() { run.domain.tasks().len().into() } else { Json::Null },
            "missing_simulations": usize::from(indexed),
            "extra_simulations": usize::from(indexed),
            "tasks": tasks_told(run, file, records),
            "matched_by_order": matched_by_order(run, file),
            "contradicted": contradicted(run, file),
            "invented_times": if file.shape == Shape::Revised { records } else { 0 },
        }
    };
    let (path, records) = (file.path, file.rows.len());
    match file.shape {
        Shape::Results | Shape::Newest | Shape::Nameless | Shape::Revised => {
            vec![truth(path.to_owned(), "τ²-bench results", records)]
        }
        Shape::Flat => vec![truth(path.to_owned(), "τ²-bench outcomes (flat list)", records)],
        Shape::Directory => vec![truth(format!("{path}/results.json"), "τ²-bench results (directory)", records)],
        Shape::Single => {
            let ids = file.rows.iter().map(|row| run.domain.tasks()[run.simulations[*row].task].id);
            ids.map(|id| truth(format!("{path}/task_{id}_human.json"), "τ²-bench simulation (one per file)", 1)).collect()
        }
    }
}

/// The tasks of the records in file order; null where a folder's order is not told.
fn tasks_told(run: &Run, file: &RunFile, records: usize) -> Json {
    let tasks = run.domain.tasks();
    let ids: Vec<&str> = match file.shape {
        Shape::Directory | Shape::Single => return Json::Null,
        Shape::Revised => tasks[..records].iter().map(|task| task.id).collect(),
        _ => file.rows.iter().map(|row| tasks[run.simulations[*row].task].id).collect(),
    };
    Json::List(ids.into_iter().map(Json::from).collect())
}

fn matched_by_order(run: &Run, file: &RunFile) -> usize {
    let tasks = run.domain.tasks();
    let without_actions = |row: &&usize| tasks[run.simulations[**row].task].actions.is_empty();
    if file.shape == Shape::Nameless { file.rows.iter().filter(without_actions).count() } else { 0 }
}

/// Simulations whose actions are those of another task than the one their place gives them, of those that can be compared.
fn contradicted(run: &Run, file: &RunFile) -> usize {
    let tasks = run.domain.tasks();
    let wrong = |(place, row): &(usize, &usize)| {
        let own = run.simulations[**row].task;
        own != *place && !tasks[own].actions.is_empty() && !tasks[*place].actions.is_empty()
    };
    if file.shape == Shape::Revised { file.rows.iter().enumerate().filter(wrong).count() } else { 0 }
}

/// How a simulation enters the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Scored { success: bool },
    Infrastructure,
    ContextWindow,
    Invalid,
}

fn standing(one: &Simulation) -> Standing {
    let lost = matches!(&one.verdict, Verdict::Premature { note } if note.starts_with("litellm."));
    match (&one.verdict, one.termination) {
        (_, Some("infrastructure_error")) => Standing::Infrastructure,
        _ if lost => Standing::Infrastructure,
        (_, Some("context_window_exceeded")) => Standing::ContextWindow,
        (Verdict::Evaluated { failed }, _) => Standing::Scored { success: failed.is_empty() },
        (Verdict::Premature { .. }, _) => Standing::Scored { success: false },
        (Verdict::Null | Verdict::Missing, _) => Standing::Invalid,
    }
}

fn cell(run: &Run) -> Json {
    let nameless = run.files.iter().any(|file| file.shape == Shape::Nameless);
    let all = &run.simulations;
    let read: usize = run.files.iter().filter(|file| !file.passed_over).map(|file| file.rows.len()).sum();
    let count = |is: fn(Standing) -> bool| all.iter().filter(|one| is(standing(one))).count();
    // The first version does not say how they ended, its revision does: the copies that are dropped tell.
    let untold = nameless && !run.files.iter().any(|file| file.shape == Shape::Revised);
    let ended: Vec<&str> = if untold { Vec::new() } else { all.iter().filter_map(|one| one.termination).collect() };
    let missing = all.len() - ended.len();
    let known = |value: &'static str| if run.has_info() { value.into() } else { Json::Null };
    // Nobody says what a flat list is of; a conversation tells its domain by its tools.
    let env = if run.is_flat() { Json::Null } else { run.domain.name().into() };
    let mut truth = vec![
        ("env", env),
        ("model", known(run.model)),
        ("strategy", known(run.strategy)),
        ("user_model", known(run.user_model)),
        ("user_strategy", known(run.user_strategy)),
        ("temperature", if run.has_info() { run.temperature.map_or(Json::Null, Json::from) } else { Json::Null }),
        ("mode", known(if run.is_voice() { "voice" } else { "default" })),
        ("max_steps", if run.has_info() { run.max_steps.to_string().into() } else { Json::Null }),
        ("version", known(&run.commit[..8])),
        (
            "folder",
            if run.has_info() { Json::Null } else { run.files[0].path.split('/').next().map_or(Json::Null, Json::from) },
        ),
        ("records_read", read.into()),
        ("exact_duplicates", (read - all.len()).into()),
        ("episodes", all.len().into()),
        ("infrastructure_errors", count(|one| one == Standing::Infrastructure).into()),
        ("context_window_errors", count(|one| one == Standing::ContextWindow).into()),
        ("invalid_rewards", count(|one| one == Standing::Invalid).into()),
        ("evaluated", all.iter().filter(|one| matches!(one.verdict, Verdict::Evaluated { .. })).count().into()),
        ("terminations", tally(ended)),
        ("termination_missing", missing.into()),
    ];
    truth.extend(trials(run));
    truth.extend([("agent_cost", costs(all, |one| one.agent_cost)), ("user_cost", costs(all, |one| one.user_cost))]);
    truth.push(("durations", if nameless { durations(&[]) } else { durations(all) }));
    truth.push(("conversations", conversations(run)));
    truth.push(("turns", turns(run)));
    truth.push(("nl_judged", checked(run).filter(|(_, task, _)| task.basis.contains(&NL_ASSERTION)).count().into()));
    truth.extend([("components", components(run)), ("checks_on_record", checks(run)), ("actions", actions(run))]);
    truth.extend(extras(all));
    truth.push(("task_properties", if run.has_info() { properties(run) } else { Json::List(Vec::new()) }));
    Json::Object(truth.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn tally<'a>(items: impl IntoIterator<Item = &'a str>) -> Json {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    items.into_iter().for_each(|item| *counts.entry(item).or_default() += 1);
    Json::Object(counts.into_iter().map(|(key, count)| (key.to_owned(), count.into())).collect())
}

/// Trials and successes, and what follows from them.
fn trials(run: &Run) -> Vec<(&'static str, Json)> {
    let of = |task: usize| {
        let own: Vec<Standing> = run.simulations.iter().filter(|one| one.task == task).map(standing).collect();
        let n = own.iter().filter(|one| matches!(one, Standing::Scored { .. } | Standing::ContextWindow)).count() as u64;
        let c = own.iter().filter(|one| **one == Standing::Scored { success: true }).count() as u64;
        (!own.is_empty()).then_some(Tally { n, c })
    };
    let tasks = run.domain.tasks();
    let tallies: Vec<(&str, Tally)> =
        tasks.iter().enumerate().filter_map(|(index, task)| Some((task.id, of(index)?))).collect();
    let valid: Vec<Tally> = tallies.iter().map(|(_, tally)| *tally).filter(|tally| tally.n > 0).collect();
    let per_task = tallies.iter().map(|(id, tally)| object! {"task": *id, "n": tally.n, "c": tally.c}).collect();
    let (complete, chained) = if valid.is_empty() { (Vec::new(), Vec::new()) } else { (complete(&valid), chained(&valid)) };
    vec![
        ("valid_trials", valid.iter().map(|tally| tally.n).sum::<u64>().into()),
        ("successes", valid.iter().map(|tally| tally.c).sum::<u64>().into()),
        ("tasks", valid.len().into()),
        ("trials_min", valid.iter().map(|tally| tally.n).min().unwrap_or(0).into()),
        ("trials_max", valid.iter().map(|tally| tally.n).max().unwrap_or(0).into()),
        ("pass_hat_complete", curve(&complete)),
        ("pass_hat_chained", curve(&chained)),
        ("per_task", Json::List(per_task)),
    ]
}

fn curve(values: &[Ratio]) -> Json {
    let point = |(index, value): (usize, &Ratio)| object! {"k": index + 1, "value": value.to_f64(), "exact": value.to_string()};
    Json::List(values.iter().enumerate().map(point).collect())
}

fn costs(all: &[Simulation], side: fn(&Simulation) -> Cost) -> Json {
    let known: Vec<u64> = all.iter().filter_map(|one| side(one).known()).collect();
    let sum = if known.is_empty() { Json::Null } else { Json::Float(known.iter().sum::<u64>() as f64 / 1e6) };
    object! {"known": known.len(), "sum_usd": sum}
}

/// Sum and percentiles (type 7: linear interpolation) in whole milliseconds, so that nothing is rounded but once.
fn durations(all: &[Simulation]) -> Json {
    let mut known: Vec<u64> = all.iter().filter(|one| one.start_ms.is_some()).map(|one| one.duration_ms).collect();
    known.sort_unstable();
    let percentile = |percent: usize| {
        let Some(last) = known.len().checked_sub(1) else { return Json::Null };
        let (below, rest) = (percent * last / 100, (percent * last % 100) as u64);
        let (low, high) = (known[below], known[(below + 1).min(last)]);
        Json::Float((100 * low + rest * (high - low)) as f64 / 1e5)
    };
    object! {
        "known": known.len(),
        "sum_s": known.iter().sum::<u64>() as f64 / 1e3,
        "p50_s": percentile(50),
        "p95_s": percentile(95),
    }
}

fn conversations(run: &Run) -> Json {
    let talks: Vec<&Talk> = run.simulations.iter().filter_map(|one| one.talk.as_ref()).collect();
    let sum = |part: fn(&Talk) -> u64| talks.iter().map(|talk| part(talk)).sum::<u64>();
    let tokens = |side: fn(&Talk) -> Tokens| {
        object! {
            "messages": talks.iter().map(|talk| side(talk).messages).sum::<u64>(),
            "input": talks.iter().map(|talk| side(talk).input).sum::<u64>(),
            "output": talks.iter().map(|talk| side(talk).output).sum::<u64>(),
        }
    };
    object! {
        "known": talks.len(),
        "messages": sum(|talk| talk.messages.len() as u64),
        // A flat list tells no turns and no errors.
        "turns": if run.is_flat() { 0 } else { sum(|talk| talk.turns) },
        "tool_calls": sum(|talk| talk.tool_calls),
        "tool_errors": if run.is_flat() { 0 } else { sum(|talk| talk.tool_errors) },
        "agent_tokens": tokens(|talk| talk.agent),
        "user_tokens": tokens(|talk| talk.user),
    }
}

/// Times of messages, which the newest shape alone records.
fn turns(run: &Run) -> Json {
    let is_timed = run.files.iter().any(|file| file.shape == Shape::Newest);
    let timed = run.simulations.iter().filter(|one| is_timed && one.start_ms.is_some());
    let moments: Vec<Moment<'_>> =
        timed.filter_map(|one| Some(one.talk.as_ref()?.moments(one.duration_ms))).flatten().collect();
    let of = |role: &str, source: fn(&Moment<'_>) -> Option<u64>| {
        let known: Vec<u64> = moments.iter().filter(|one| one.role == role).filter_map(source).collect();
        object! {"turns": known.len(), "sum_ms": known.iter().sum::<u64>()}
    };
    object! {
        "agent generation time": of("assistant", |one| one.generation_ms),
        "agent turn gap": of("assistant", |one| one.gap_ms),
        "user simulator turn gap": of("user", |one| one.gap_ms),
    }
}

/// Evaluated simulations whose checks are on record, with their tasks and the components that failed.
fn checked(run: &Run) -> impl Iterator<Item = (&Simulation, &'static Task, &[&'static str])> {
    run.simulations.iter().filter(|_| !run.is_flat()).filter_map(|one| match &one.verdict {
        Verdict::Evaluated { failed } => Some((one, &run.domain.tasks()[one.task], failed.as_slice())),
        _ => None,
    })
}

fn components(run: &Run) -> Json {
    let of = |component: &'static str| {
        let asked = || checked(run).filter(|(_, task, _)| task.basis.contains(&component));
        let failed = asked().filter(|(_, _, failed)| failed.contains(&component)).count();
        let alone = asked().filter(|(_, _, failed)| *failed == [component]).count();
        (asked().count() > 0)
            .then(|| object! {"component": component, "asked": asked().count(), "failed": failed, "alone": alone})
    };
    Json::List(COMPONENTS.into_iter().filter_map(of).collect())
}

/// What the checks tell of every component, whether the reward rests on it or not.
fn checks(run: &Run) -> Json {
    let of = |component: &'static str| {
        let told: Vec<bool> = checked(run).filter_map(|(one, task, _)| recorded(one, task, component)).collect();
        object! {"component": component, "known": told.len(), "held": told.iter().filter(|held| **held).count()}
    };
    Json::List(COMPONENTS.into_iter().map(of).collect())
}

fn actions(run: &Run) -> Json {
    let mut found: BTreeMap<(&str, &str, Option<bool>), (usize, usize)> = BTreeMap::new();
    for (one, task, _) in checked(run) {
        for (action, taken) in task.actions.iter().zip(&one.taken) {
            let entry = found.entry((action.tool, action.requestor(), action.writes)).or_default();
            entry.0 += 1;
            entry.1 += usize::from(*taken);
        }
    }
    let row = |((tool, requestor, writes), (checks, matched)): ((&str, &str, Option<bool>), (usize, usize))| {
        object! {
            "tool": tool,
            "requestor": requestor,
            "writes": writes.map_or(Json::Null, Json::Bool),
            "checks": checks,
            "matched": matched,
        }
    };
    Json::List(found.into_iter().map(row).collect())
}

fn extras(all: &[Simulation]) -> Vec<(&'static str, Json)> {
    let reviews = all.iter().filter_map(|one| one.extras.review.as_ref().or(one.extras.user_review.as_ref()));
    let errors: Vec<String> =
        reviews.clone().flatten().map(|(source, severity, tag)| format!("{source}/{severity}/{tag}")).collect();
    let retries: Vec<u64> = all.iter().filter_map(|one| one.extras.retries).collect();
    vec![
        ("reviewed", reviews.count().into()),
        ("review_errors", tally(errors.iter().map(String::as_str))),
        ("auth", tally(all.iter().filter_map(|one| one.extras.auth))),
        ("hallucination_retries", object! {"known": retries.len(), "sum": retries.iter().sum::<u64>()}),
    ]
}

/// What the tasks ask for, and the parts of their ids.
fn properties(run: &Run) -> Json {
    let task = |task: &Task| {
        let writes: Option<Vec<bool>> = task.actions.iter().map(|action| action.writes).collect();
        object! {
            "task": task.id,
            "actions": task.actions.len(),
            "write_actions": writes.map_or(Json::Null, |all| all.into_iter().filter(|writes| *writes).count().into()),
            "basis": Json::List(task.basis.iter().map(|name| Json::from(*name)).collect()),
            "intent": task.intent().map_or(Json::Null, Json::from),
            "persona": task.persona().map_or(Json::Null, Json::from),
        }
    };
    Json::List(run.domain.tasks().iter().map(task).collect())
}
