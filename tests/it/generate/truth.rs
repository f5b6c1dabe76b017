//! What is true of the sweep, counted from the plan. Nothing here reads a file.

use super::{
    cells::{Cell, Role},
    exact::{Ratio, Tally, chained, complete},
    json::{Json, object},
    record::{Ending, Episode, Fault},
    sweep::FOREIGN,
};

/// Writes `truth.json`.
pub(super) fn sweep(cells: &[Cell]) -> Json {
    let of_root = |root: &'static str| {
        let mut cells: Vec<&Cell> = cells.iter().filter(|cell| cell.root == root).collect();
        cells.sort_by_key(|cell| (cell.env, cell.model, cell.strategy));
        Json::List(cells.into_iter().map(truth_of_cell).collect())
    };
    object! {
        "cells": of_root("sweep"),
        "passed_over": Json::List(FOREIGN.map(Json::from).into()),
        "secret": of_root("secret"),
    }
}

fn truth_of_cell(cell: &Cell) -> Json {
    let rows: Vec<(&Episode, Role)> =
        cell.files.iter().flat_map(|file| &file.rows).map(|(index, role)| (&cell.episodes[*index], *role)).collect();
    let kept: Vec<&Episode> = rows.iter().filter(|(_, role)| *role == Role::Counts).map(|(episode, _)| *episode).collect();
    let with_role = |role: Role| rows.iter().filter(|(_, other)| *other == role).count();
    let with_ending = |ending: fn(Ending) -> bool| kept.iter().filter(|episode| ending(episode.ending)).count();

    let tallies: Vec<(usize, Tally)> = (0..cell.tasks).filter_map(|task| Some((task, tally(&kept, task)?))).collect();
    let valid: Vec<Tally> = tallies.iter().map(|(_, tally)| *tally).filter(|tally| tally.n > 0).collect();
    let empty = tallies.iter().filter(|(_, tally)| tally.n == 0).map(|(task, _)| Json::from(task.to_string())).collect();
    let how_many = |is: fn(&Tally) -> bool| valid.iter().filter(|tally| is(tally)).count();
    let costs: Vec<u64> = kept.iter().filter_map(|episode| episode.known_cost_micros()).collect();
    object! {
        "env": cell.env.name(),
        "model": cell.model,
        "strategy": cell.strategy.name(),
        "files": Json::List(cell.files.iter().map(|file| file_truth(cell, &file.path, file.rows.len())).collect()),
        "records_read": rows.len(),
        "exact_duplicates": with_role(Role::Copy),
        "conflicts": with_role(Role::Conflict),
        "episodes": kept.len(),
        "infrastructure_errors": with_ending(|ending| ending == Ending::Error(Fault::Infrastructure)),
        "agent_errors": with_ending(|ending| ending == Ending::Error(Fault::Agent)),
        "context_window_errors": with_ending(|ending| ending == Ending::Error(Fault::ContextWindow)),
        "invalid_rewards": with_ending(|ending| matches!(ending, Ending::Invalid(_))),
        "valid_trials": valid.iter().map(|tally| tally.n).sum::<u64>(),
        "successes": valid.iter().map(|tally| tally.c).sum::<u64>(),
        "tasks": valid.len(),
        "tasks_without_valid_trial": Json::List(empty),
        "trials_min": valid.iter().map(|tally| tally.n).min().unwrap_or(0),
        "trials_max": valid.iter().map(|tally| tally.n).max().unwrap_or(0),
        "always": how_many(|tally| tally.c == tally.n),
        "sometimes": how_many(|tally| 0 < tally.c && tally.c < tally.n),
        "never": how_many(|tally| tally.c == 0),
        "pass_hat_complete": curve(&complete(&valid)),
        "pass_hat_chained": curve(&chained(&valid)),
        "user_cost_usd": costs.iter().sum::<u64>() as f64 / 1e6,
        "episodes_with_user_cost": costs.len(),
        "scored": activity(&kept),
        "per_task": Json::List(tallies.iter().map(|(task, tally)| {
            object! {"task": task.to_string(), "n": tally.n, "c": tally.c}
        }).collect()),
    }
}

fn file_truth(cell: &Cell, path: &str, records: usize) -> Json {
    let shown = path.strip_prefix(cell.root).and_then(|rest| rest.strip_prefix('/')).expect("paths begin with the root");
    object! {"path": shown, "records": records}
}

/// Valid trials and successes; `None` where the task has no episode at all.
fn tally(kept: &[&Episode], task: usize) -> Option<Tally> {
    let endings: Vec<Ending> = kept.iter().filter(|episode| episode.task == task).map(|episode| episode.ending).collect();
    let valid = |ending: &&Ending| matches!(ending, Ending::Scored { .. } | Ending::Error(Fault::Agent | Fault::ContextWindow));
    let tally = Tally {
        n: endings.iter().filter(valid).count() as u64,
        c: endings.iter().filter(|ending| **ending == Ending::Scored { success: true }).count() as u64,
    };
    (!endings.is_empty()).then_some(tally)
}

fn curve(values: &[Ratio]) -> Json {
    Json::List(
        values
            .iter()
            .enumerate()
            .map(|(index, value)| object! {"k": index + 1, "value": value.to_f64(), "exact": value.to_string()})
            .collect(),
    )
}

/// Means over the scored episodes: error records have no messages, and an invalid one is out of every figure.
fn activity(kept: &[&Episode]) -> Json {
    let scored: Vec<&&Episode> = kept.iter().filter(|episode| matches!(episode.ending, Ending::Scored { .. })).collect();
    let mean =
        |count: fn(&Episode) -> u64| scored.iter().map(|episode| count(episode)).sum::<u64>() as f64 / scored.len() as f64;
    object! {
        "episodes": scored.len(),
        "mean_messages": mean(|episode| episode.dialogue.traj.len() as u64),
        "mean_turns": mean(|episode| episode.dialogue.turns),
        "mean_tool_calls": mean(|episode| episode.dialogue.tool_calls),
    }
}
