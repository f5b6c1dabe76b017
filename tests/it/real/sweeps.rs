//! Whole folders read as one sweep: copies, repeated attempts and trials over files.

use std::collections::BTreeMap;

use serde_json::Value;
use taureport::{
    analysis::{CellStats, RaggedChoice},
    records::{Identity, Loaded, Outcome},
    sweep::{Attempts, By, Cell, ErrorPolicy, Sweep, assemble_by},
};

use super::{curve_errors, data, stats};

/// Checks one cell against its entry of `expected_sweeps.json`.
fn cell_errors(what: &str, sweep: &Sweep, index: usize, wanted: &Value) -> Vec<String> {
    let cell = &sweep.cells[index];
    let chained = &stats(sweep, ErrorPolicy::ExcludeAll, RaggedChoice::Chained)[index];
    let available = &stats(sweep, ErrorPolicy::ExcludeAll, RaggedChoice::Available)[index];
    let found = [
        ("files", sweep.files.iter().filter(|file| file.is_in(index)).count()),
        ("episodes", cell.tasks.values().map(Vec::len).sum()),
        ("exact_duplicates", cell.tally.exact_duplicates),
        ("conflicting_attempts", cell.tally.conflicting_attempts),
        ("error_records", errors(cell)),
        ("tasks", chained.scored_tasks),
    ];
    let differing = found.iter().filter(|(name, count)| wanted[*name] != *count);
    let mut wrong: Vec<String> =
        differing.map(|(name, count)| format!("{what}: {name} is {count}, not {}", wanted[*name])).collect();
    let trials = trials(chained);
    if wanted["trials_per_task"] != trials {
        wrong.push(format!("{what}: trials {trials}, not {}", wanted["trials_per_task"]));
    }
    wrong.extend(curve_errors(what, &chained.curve, &available.curve, &wanted["pass_hat_errors_excluded"]));
    wrong
}

fn errors(cell: &Cell) -> usize {
    cell.tasks.values().flatten().filter(|trial| matches!(trial.episode.outcome, Outcome::Error { .. })).count()
}

/// How many tasks have how many trials.
fn trials(stats: &CellStats) -> Value {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for task in stats.tasks.iter().filter(|task| task.n > 0) {
        *found.entry(task.n.to_string()).or_default() += 1;
    }
    serde_json::to_value(found).expect("counts are JSON")
}

/// `airline/fc/4B` → the cell's environment, strategy and model.
fn find(sweep: &Sweep, place: &str) -> Option<usize> {
    let [env, strategy, model] = <[&str; 3]>::try_from(place.split('/').collect::<Vec<_>>()).ok()?;
    let strategy = if strategy == "fc" { "tool-calling" } else { strategy };
    let own = |cell: &Cell| {
        let key = [&cell.key.env, &cell.key.strategy, &cell.key.model].map(|part| part.as_deref());
        key == [Some(env), Some(strategy), Some(model)]
    };
    sweep.cells.iter().position(own)
}

fn check_project(name: &str, prefixes: &[&str]) {
    let Some(data) = data() else { return };
    let sweep = data.sweep(prefixes, Attempts::First);
    let mut wrong = Vec::new();
    let mut cells = 0;
    for (key, wanted) in data.expected("expected_sweeps.json") {
        let Some(place) = key.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')).filter(|rest| !rest.contains('+'))
        else {
            continue;
        };
        cells += 1;
        match find(&sweep, place) {
            Some(index) => wrong.extend(cell_errors(place, &sweep, index, &wanted)),
            None => wrong.push(format!("{place}: no such cell")),
        }
    }
    assert_eq!((cells, sweep.cells.len()), (6, 6), "cells: {:?}", sweep.cells.iter().map(|cell| &cell.key).collect::<Vec<_>>());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One of its files, `results/retail/fc/4B/num_trials-2.json`, mixes conversations of both environments; as in the
/// expectations it counts where it lies.
#[test]
fn a_project() {
    check_project("agent-project", &["tau1/agent-project/"]);
}

/// With earlier states of the same files: every episode counts once.
#[test]
fn a_project_with_its_history() {
    check_project("agent-project + history", &["tau1/agent-project/", "tau1/agent-project-history/"]);
}

#[test]
fn a_list_and_its_records_one_per_file() {
    let Some(data) = data() else { return };
    check_one("full-plus-per-task", &data.sweep(&["tau1/full-plus-per-task/"], Attempts::First));
}

/// The expectations take the folder for one cell, though its file names tell four configurations; so they are put
/// aside, and what else the names say is pooled.
#[test]
fn overlapping_task_ranges() {
    let Some(data) = data() else { return };
    let own = data.files.iter().filter(|(path, _)| path.starts_with("tau1/overlapping-ranges/"));
    let files = own.map(|(_, loaded)| match loaded.clone() {
        Loaded::Results(mut file) => {
            file.identity = Identity::unknown(file.identity.benchmark);
            Loaded::Results(file)
        }
        passed @ Loaded::PassedOver(_) => passed,
    });
    check_one("overlapping-ranges", &assemble_by(files.collect(), Attempts::First, &By::default().with_pool(true)));
}

/// Checks a folder that is one cell.
fn check_one(name: &str, sweep: &Sweep) {
    let Some(data) = data() else { return };
    let cells: Vec<_> = sweep.cells.iter().map(|cell| &cell.key).collect();
    assert_eq!(cells.len(), 1, "{cells:#?}");
    let wrong = cell_errors(name, sweep, 0, &data.expected("expected_sweeps.json")[name]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
