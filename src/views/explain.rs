//! `--explain-passk`: every convention of pass^k in use, side by side for each cell.

use super::{
    document::{Block, Section},
    fmt::{cell, column},
    scene::{Entry, Scene},
    table::Table,
};
use crate::{
    metrics::conventions::{TaskTrials, TrialState, explain_pass_k},
    records::{ErrorClass, Outcome},
};

/// Largest k shown.
const MOST_K: u32 = 8;

/// Returns the section with one table a cell.
pub(super) fn section(scene: &Scene<'_>) -> (Section, Vec<Table>) {
    let tables: Vec<Table> = scene.entries().filter(|entry| !entry.cell.tasks.is_empty()).map(|entry| table(&entry)).collect();
    let mut blocks = vec![Block::Text(
        "The same trials under every convention in use. They differ in what counts as a success, what becomes of errors and missing trials, \
         which tasks stay in the denominator, and how far k goes."
            .to_owned(),
    )];
    blocks.extend(tables.iter().map(|table| Block::Table(table.id.clone())));
    (Section { id: "conventions".to_owned(), heading: "pass^k under every convention".to_owned(), blocks }, tables)
}

fn table(entry: &Entry<'_>) -> Table {
    let plan = &entry.stats.plan;
    let tasks: Vec<TaskTrials> = plan
        .tasks
        .iter()
        .map(|task| {
            let trials = entry.cell.tasks.get(task).map_or(&[][..], Vec::as_slice);
            TaskTrials { trials: trials.iter().map(|trial| state(&trial.episode.outcome)).collect() }
        })
        .collect();
    let conventions = explain_pass_k(&tasks, plan.trials, entry.stats.distinct_trials, MOST_K);
    let most = conventions.iter().map(|one| one.values.len()).max().unwrap_or(0);
    let mut columns = vec![column::text("convention", "convention"), column::text("who", "who")];
    columns.extend((1..=most).map(|k| column::number(&format!("pass_hat_{k}"), &format!("k={k}"))));
    columns.push(column::number("average_reward", "avg reward"));
    columns.push(column::wide(column::text("rule", "rule")));
    let rows = conventions
        .iter()
        .map(|one| {
            let mut row = vec![cell::text(one.name), cell::text(one.who)];
            row.extend((0..most).map(|index| cell::pass(one.values.get(index).copied().flatten())));
            row.push(cell::pass(one.average_reward));
            row.push(cell::sentence(one.rule));
            row
        })
        .collect();
    Table {
        id: format!("conventions_{}", entry.name.id),
        title: format!("{} ({} planned tasks × {} trials)", entry.name.full, plan.tasks.len(), plan.trials),
        columns,
        rows,
        notes: Vec::new(),
    }
}

fn state(outcome: &Outcome) -> TrialState {
    match outcome {
        Outcome::Scored { reward } => TrialState::Scored { reward: *reward },
        Outcome::Invalid { .. } => TrialState::Invalid,
        Outcome::Error { error, reward } if error.class == ErrorClass::Infrastructure => {
            TrialState::InfraError { recorded_reward: *reward }
        }
        Outcome::Error { reward, .. } => TrialState::AgentError { recorded_reward: *reward },
    }
}
