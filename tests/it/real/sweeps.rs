//! Whole folders read as one sweep: copies, repeated attempts and trials over files.

use std::collections::BTreeMap;

use serde_json::{Value, json};
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
            Some(index) => wrong.extend(cell_errors(place, &sweep, index, &by_policy(&key, wanted))),
            None => wrong.push(format!("{place}: no such cell")),
        }
    }
    assert_eq!((cells, sweep.cells.len()), (6, 6), "cells: {:?}", sweep.cells.iter().map(|cell| &cell.key).collect::<Vec<_>>());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `results/retail/fc/4B/num_trials-2.json` holds 36 conversations of the airline environment (their system message is the
/// airline's policy), 25 of them copies of records that also lie in the airline's folder. The expectations count them where the
/// file lies; here each counts in its own environment. These are the values of the same independent computation with each record
/// in the cell of its policy. With the history all 36 are copies, so only the counts of files and copies differ in airline.
fn by_policy(key: &str, mut expected: Value) -> Value {
    let right = match key {
        "agent-project airline/fc/4B" => json!({
            "files": 6, "episodes": 409, "exact_duplicates": 25,
            "trials_per_task": {"6": 10, "7": 14, "8": 6, "9": 8, "10": 5, "11": 3, "12": 4},
            "pass_hat_errors_excluded": {
                "1": {"chained": 0.319_759_018_759_018_74, "available": 0.319_759_018_759_018_74, "tasks": 50},
                "2": {"chained": 0.209_323_232_323_232_3, "available": 0.209_323_232_323_232_3, "tasks": 50},
                "3": {"chained": 0.155_889_610_389_610_38, "available": 0.155_889_610_389_610_4, "tasks": 50},
                "4": {"chained": 0.124_894_660_894_660_86, "available": 0.124_894_660_894_660_88, "tasks": 50},
                "5": {"chained": 0.104_603_174_603_174_6, "available": 0.104_603_174_603_174_6, "tasks": 50},
            },
        }),
        "agent-project retail/fc/4B" | "agent-project + history retail/fc/4B" => json!({
            "episodes": 227,
            "trials_per_task": {"1": 19, "2": 33, "3": 24, "4": 15, "5": 2},
            "pass_hat_errors_excluded": {
                "1": {"chained": 0.241_935_483_870_967_75, "available": 0.241_935_483_870_967_75, "tasks": 93},
                "2": {"chained": 0.131_785_995_279_307_62, "available": 0.150_900_900_900_900_9, "tasks": 74},
                "3": {"chained": 0.076_520_900_484_759_26, "available": 0.073_170_731_707_317_07, "tasks": 41},
                "4": {"chained": 0.076_520_900_484_759_26, "available": 0.058_823_529_411_764_705, "tasks": 17},
                "5": {"chained": 0.0, "available": 0.0, "tasks": 2},
            },
        }),
        "agent-project + history airline/fc/4B" => json!({"files": 9, "exact_duplicates": 220}),
        _ => return expected,
    };
    for (name, value) in right.as_object().into_iter().flatten() {
        expected[name] = value.clone();
    }
    expected
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn a_project() {
    check_project("agent-project", &["tau1/agent-project/"]);
}

/// With earlier states of the same files: every episode counts once.
#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn a_project_with_its_history() {
    check_project("agent-project + history", &["tau1/agent-project/", "tau1/agent-project-history/"]);
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn a_list_and_its_records_one_per_file() {
    let Some(data) = data() else { return };
    check_one("full-plus-per-task", &data.sweep(&["tau1/full-plus-per-task/"], Attempts::First));
}

/// The expectations take the folder for one cell, though its file names tell four configurations; so they are put
/// aside, and what else the names say is pooled.
#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
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
    // One error gives way to the attempt at the same trial in another state of the run; the expectation settles attempts by file.
    let wrong =
        errors_of_one("overlapping-ranges", &assemble_by(files.collect(), Attempts::First, &By::default().with_pool(true)));
    assert_eq!(
        wrong,
        [
            "overlapping-ranges: episodes is 153, not 154",
            "overlapping-ranges: conflicting_attempts is 1, not 0",
            "overlapping-ranges: error_records is 35, not 36"
        ]
    );
}

/// Checks a folder that is one cell.
fn check_one(name: &str, sweep: &Sweep) {
    let wrong = errors_of_one(name, sweep);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn errors_of_one(name: &str, sweep: &Sweep) -> Vec<String> {
    let Some(data) = data() else { return Vec::new() };
    let cells: Vec<_> = sweep.cells.iter().map(|cell| &cell.key).collect();
    assert_eq!(cells.len(), 1, "{cells:#?}");
    cell_errors(name, sweep, 0, &data.expected("expected_sweeps.json")[name])
}
