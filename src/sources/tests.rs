//! Files on disk → what becomes of them together.

use std::{fs, path::Path};

use super::*;

const INFO: &str = r#""info": {"num_trials": 1, "agent_info": {"implementation": "llm_agent", "llm": "quill-7b"},
    "environment_info": {"domain_name": "retail"}}, "tasks": [{"id": "0", "evaluation_criteria": {"communicate_info": null}}]"#;

fn simulation(id: &str, task: &str) -> String {
    format!(
        r#"{{"id": "{id}", "task_id": "{task}", "trial": 0, "start_time": "{id}", "termination_reason": "user_stop",
            "reward_info": {{"reward": 1.0, "reward_basis": ["COMMUNICATE"]}}, "messages": [{{"role": "user", "content": "{id}"}}]}}"#
    )
}

fn write(root: &Path, files: &[(&str, String)]) {
    for (name, text) in files {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), text).unwrap();
    }
}

/// Files by their names below the folder.
type Named<T> = Vec<(String, T)>;

/// Loads a folder: the recognised files, and the reasons why others were passed over.
fn load_folder(files: &[(&str, String)]) -> (Named<ResultFile>, Named<String>) {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), files);
    let root = dir.path().to_string_lossy().replace('\\', "/");
    let found = discover(std::slice::from_ref(&root));
    let below = |path: &str| path.strip_prefix(&root).unwrap().trim_start_matches('/').to_owned();
    let (mut results, mut others) = (Vec::new(), Vec::new());
    for one in load_all(&found.inputs, &ReadOptions::builtin(), &|_| {}) {
        match one {
            Loaded::Results(file) => results.push((below(&file.source.path), *file)),
            Loaded::PassedOver(passed) => others.push((below(&passed.path), passed.reason)),
        }
    }
    (results, others)
}

fn ids(file: &ResultFile) -> Vec<&str> {
    file.episodes.iter().map(|episode| episode.tau2.as_ref().unwrap().id.as_str()).collect()
}

fn notes(file: &ResultFile) -> Vec<&str> {
    file.issues.iter().map(|issue| issue.message.as_str()).collect()
}

#[test]
fn a_panic_on_one_file_leaves_the_others() {
    let (results, others) = load_folder(&[
        ("a.json", format!("{{{INFO}, \"simulations\": [{}]}}", simulation("a", "0"))),
        ("b.json", format!("{{{INFO}, \"simulations\": [{}]}}", simulation("trip the reader", "0"))),
        ("c.json", format!("{{{INFO}, \"simulations\": [{}]}}", simulation("c", "1"))),
    ]);
    assert_eq!(results.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a.json", "c.json"]);
    let [(name, reason)] = others.as_slice() else { panic!("{others:?}") };
    assert!(name == "b.json" && reason.contains(": tripped): this is a bug of taureport"), "{name}: {reason}");
}

#[test]
fn a_directory_becomes_one_file() {
    let index = r#""simulation_index": [{"id": "a"}, {"id": "gone"}]"#;
    let (results, others) = load_folder(&[
        ("run/results.json", format!("{{{INFO}, {index}}}")),
        ("run/simulations/a.json", simulation("a", "0")),
        ("run/simulations/b.json", simulation("b", "1")),
        ("run/simulations/cut.json", simulation("cut", "1")[..90].to_owned()),
        ("run/simulations/other.json", format!("{{{INFO}, \"simulations\": [{}]}}", simulation("z", "0"))),
        ("elsewhere/simulations/c.json", simulation("c", "0")),
    ]);
    let names: Vec<&str> = results.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["elsewhere/simulations/c.json", "run/results.json", "run/simulations/other.json"]);
    let run = &results[1].1;
    assert_eq!((run.kind, ids(run)), (FileKind::Tau2Directory, vec!["a", "b"]));
    assert_eq!(run.episodes.iter().map(|episode| episode.record).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(run.identity.model.as_ref().map(|part| part.value.as_str()), Some("quill-7b"));
    let tau2 = run.tau2.as_ref().unwrap();
    assert_eq!((tau2.missing_simulations, tau2.extra_simulations), (1, 1));
    let expected = [
        "1 simulation of the index is not in simulations/: gone",
        "1 simulation in simulations/ is not in the index, but read: b",
    ];
    assert_eq!(notes(run), expected);
    // Only the tasks in `results.json` tell that nothing was to be communicated.
    let told = |index: usize| run.episodes[index].tau2.as_ref().unwrap().recomputable.len();
    assert_eq!((told(0), told(1)), (4, 0));
    assert_eq!(others.len(), 1);
    assert_eq!(others[0].0, "run/simulations/cut.json");
    assert_eq!(run.source.sha256.len(), 64);
    assert_eq!(run.source.bytes, (format!("{{{INFO}, {index}}}").len() + 2 * simulation("a", "0").len()) as u64);
}

#[test]
fn simulations_tell_that_a_run_was_held_by_voice() {
    let voice = r#"{"id": "a", "task_id": "0", "mode": "full_duplex", "termination_reason": "user_stop", "ticks": []}"#;
    let (results, _) = load_folder(&[("results.json", format!("{{{INFO}}}")), ("simulations/a.json", voice.to_owned())]);
    let run = &results[0].1;
    assert_eq!(run.identity.mode.as_ref().map(|part| part.value.as_str()), Some("voice"));
    assert!(matches!(run.episodes[0].outcome, crate::records::Outcome::Invalid { .. }));
}

#[test]
fn a_directory_without_simulations_is_a_run_without_episodes() {
    let (results, _) = load_folder(&[("results.json", format!("{{{INFO}}}"))]);
    assert_eq!((results[0].1.kind, results[0].1.episodes.len()), (FileKind::Tau2Directory, 0));
    assert_eq!(notes(&results[0].1), ["a run without simulations: neither in this file nor in simulations/ beside it"]);
}

#[test]
fn a_reviewed_file_goes_first() {
    let whole = |simulations: &str| format!("{{{INFO}, \"simulations\": [{simulations}]}}");
    let (results, others) = load_folder(&[
        ("run/results.json", format!("{{{INFO}}}")),
        ("run/results_reviewed.json", whole(&simulation("a", "0"))),
        ("run/simulations/a.json", simulation("a", "0")),
        ("run/simulations/b.json", simulation("b", "1")),
        ("whole/results.json", whole(&simulation("c", "0"))),
        ("whole/results_reviewed.json", whole(&simulation("c", "0"))),
        ("whole/simulations/d.json", simulation("d", "0")),
    ]);
    let found: Vec<(&str, Vec<&str>)> = results.iter().map(|(name, file)| (name.as_str(), ids(file))).collect();
    let expected = [
        ("run/results_reviewed.json", vec!["a", "b"]),
        ("whole/results_reviewed.json", vec!["c"]),
        ("whole/simulations/d.json", vec!["d"]),
    ];
    assert_eq!(found, expected);
    let replaced: Vec<&str> = others.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(replaced, ["run/results.json", "whole/results.json"]);
    assert_eq!(notes(&results[0].1), ["1 simulation in simulations/ is in this file as well and was taken from here"]);
}

#[test]
fn the_two_benchmarks_lie_side_by_side() {
    let (results, others) = load_folder(&[
        ("a.json", r#"[{"task_id": 1, "reward": 1.0, "info": {}, "traj": [], "trial": 0}]"#.to_owned()),
        ("b.json", format!("\u{feff}{{{INFO}, \"simulations\": [{}]}}", simulation("a", "0"))),
        ("c.json", r#"{"simulations": [{"velocity": 3}]}"#.to_owned()),
        ("d.json", r#"{"name": "x"}"#.to_owned()),
    ]);
    let kinds: Vec<FileKind> = results.iter().map(|(_, file)| file.kind).collect();
    assert_eq!(kinds, [FileKind::Tau1List, FileKind::Tau2Results]);
    assert!(results[0].1.identity.model.is_none(), "τ-bench files take nothing over from τ²-bench files");
    assert_eq!(others.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["c.json", "d.json"]);
    assert!(others[0].1.starts_with("no τ²-bench result") && others[1].1.starts_with("no result"), "{others:?}");
}
