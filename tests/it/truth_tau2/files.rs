//! Every file: its shape, its identity, what is said of it.

use std::{collections::BTreeMap, fs};

use serde_json::{Value, json};
use taureport::{
    records::{IssueKind, Loaded, ResultFile},
    sources::{ReadOptions, discover, load_all},
    sweep::FileSummary,
};

use super::{assert_none, below, cells, compare, facts, list, loaded, sweep, truth};
use crate::{
    fixtures, generate,
    support::{argument, temporary, write},
};

fn files() -> BTreeMap<&'static str, &'static ResultFile> {
    let own = |one: &'static Loaded| match one {
        Loaded::Results(file) => Some((below(&file.source.path), file.as_ref())),
        Loaded::PassedOver(_) => None,
    };
    loaded().iter().filter_map(own).collect()
}

#[test]
fn every_shape_is_read() {
    let (truth, files) = (truth(), files());
    let mut wrong = Vec::new();
    for wanted in list(&truth, "files") {
        let path = wanted["path"].as_str().expect("paths are text");
        let file = files.get(path).unwrap_or_else(|| panic!("{path} is not among {:?}", files.keys()));
        let run = file.tau2.as_deref();
        let all = || file.episodes.iter().map(facts);
        let mut found = json!({
            "kind": file.kind.name(),
            "records": file.episodes.len(),
            "planned_trials": run.map(|run| run.planned_trials),
            "planned_tasks": run.map(|run| run.tasks.len()),
            "missing_simulations": run.map_or(0, |run| run.missing_simulations),
            "extra_simulations": run.map_or(0, |run| run.extra_simulations),
            "matched_by_order": all().filter(|one| one.matched_by_order).count(),
            "invented_times": all().filter(|one| one.placeholder_times).count(),
        });
        if !wanted["tasks"].is_null() {
            found["tasks"] = file.episodes.iter().map(|one| json!(one.task.as_ref().map(ToString::to_string))).collect();
        }
        wrong.extend(compare(path, &found, wanted));
        wrong.extend(unsaid(file, wanted).into_iter().map(|what| format!("{path}: no note on {what}")));
    }
    assert_eq!(files.len(), list(&truth, "files").len(), "{:?}", files.keys());
    assert_none(&wrong);
}

/// What the file's notes should say and do not, and what they say without need.
fn unsaid(file: &ResultFile, wanted: &Value) -> Vec<&'static str> {
    let says = |words: &str| file.issues.iter().any(|issue| issue.kind == IssueKind::Note && issue.message.contains(words));
    let some = |key: &str| wanted[key] != 0;
    let contradicted = format!("the action checks of {} of", wanted["contradicted"]);
    let checks = [
        ("lost simulations", some("missing_simulations"), says("of the index is not in simulations/")),
        ("simulations beyond the index", some("extra_simulations"), says("is not in the index")),
        ("tasks told by order", some("matched_by_order"), says("by their order in the file")),
        ("invented times", some("invented_times"), says("these times are invented")),
        ("wrong task ids", some("contradicted"), says(&contradicted)),
    ];
    checks.into_iter().filter(|(_, wanted, found)| wanted != found).map(|(what, ..)| what).collect()
}

#[test]
fn what_is_no_result_is_passed_over() {
    let passed = |one: &'static Loaded| match one {
        Loaded::PassedOver(passed) => Some((below(&passed.path), passed)),
        Loaded::Results(_) => None,
    };
    let found: BTreeMap<_, _> = loaded().iter().filter_map(passed).collect();
    let truth = truth();
    let mut wanted: Vec<&str> = list(&truth, "passed_over").iter().filter_map(Value::as_str).collect();
    wanted.sort_unstable();
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), wanted);
    assert!(found.values().all(|one| !one.unreadable && !one.reason.is_empty()));
    assert!(found["reviewed/results.json"].reason.contains("results_reviewed.json"), "{:?}", found["reviewed/results.json"]);
}

#[test]
fn planned_tasks_are_read() {
    let mut wrong = Vec::new();
    for (name, cell, wanted) in cells() {
        let of_cell = |file: &&FileSummary| file.is_in(cell);
        let run = sweep().files.iter().filter(of_cell).find_map(|file| file.tau2.as_deref());
        let wanted = list(&wanted, "task_properties");
        assert_eq!(run.map_or(0, |run| run.tasks.len()), wanted.len(), "{name}");
        for wanted in wanted {
            let id = wanted["task"].as_str().expect("ids are text");
            let task = run.and_then(|run| run.tasks.iter().find(|(task, _)| task.as_str() == id));
            let (_, task) = task.unwrap_or_else(|| panic!("{name}: task {id} is not planned"));
            let basis: Vec<&str> = task.basis.iter().map(|one| one.name()).collect();
            let found = json!({
                "actions": task.actions,
                "write_actions": task.write_actions,
                "basis": basis,
                "intent": task.intent,
                "persona": task.persona,
            });
            wrong.extend(compare(&format!("{name}, task {id}"), &found, wanted));
        }
    }
    assert_none(&wrong);
}

/// Names as τ²-bench gives them, which not every file system and no package takes: colons, and slashes that make folders.
#[test]
#[cfg(unix)]
fn names_with_colons_and_slashes_are_read() {
    let folder = temporary();
    let colons = "2026-03-02T09:30:00.000000_airline_llm_agent_tern-70b_user_simulator_plover-32b.json";
    let slash = "ollama_chat/quill:7b_airline_default_plover-32b_4trials.json";
    let tilde = "exp/quill~.json.json";
    let copies = [
        (colons, "results/2026-03-02T093000.000000_airline_llm_agent_tern-70b_user_simulator_plover-32b.json"),
        (slash, "results/ollama_chat/quill-7b_airline_default_plover-32b_4trials.json"),
        (tilde, "results/ollama_chat/quill-7b_telecom_default_plover-32b_4trials.json"),
    ];
    for (name, original) in copies {
        write(&folder.path().join(name), fs::read(fixtures::root().join("tau2").join(original)).expect("a fixture"));
    }
    let found = discover(&[argument(folder.path())]);
    let loaded = load_all(&found.inputs, &ReadOptions::builtin(), &|_| ());
    let models: Vec<(Option<&str>, usize)> = loaded
        .iter()
        .map(|one| match one {
            Loaded::Results(file) => {
                let conflicts = file.issues.iter().filter(|issue| issue.kind == IssueKind::IdentityConflict).count();
                (file.identity.model.as_ref().map(|part| part.value.as_str()), conflicts)
            }
            Loaded::PassedOver(passed) => panic!("{passed:?}"),
        })
        .collect();
    assert_eq!(models, [(Some("tern-70b"), 0), (Some("ollama_chat/quill:7b"), 0), (Some("ollama_chat/quill:7b"), 0)]);
}

/// A provider quotes the key it refuses, in a note and in an error.
#[test]
fn keys_in_notes_do_not_get_through() {
    assert!(!format!("{:?}", sweep()).contains(generate::SECRET));
    let quoted = generate::tree().into_iter().filter(|(path, _)| path.starts_with("tau2/"));
    let files = quoted.filter(|(_, entry)| String::from_utf8_lossy(&entry.content).contains(generate::SECRET)).count();
    assert_eq!(files, 2, "a results file and a flat list");
}
