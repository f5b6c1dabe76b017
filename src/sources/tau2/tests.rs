//! Small invented files of every shape.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::records::{Outcome, Tau2Facts, Tau2Task};

const INFO: &str = r#"{"git_commit": "0123456789abcdef", "num_trials": 2, "max_steps": 100,
    "agent_info": {"implementation": "llm_agent", "llm": "quill-7b", "llm_args": {"temperature": 0.0}},
    "user_info": {"implementation": "user_simulator", "llm": "plover-32b"},
    "environment_info": {"domain_name": "airline", "policy": "Be kind."}}"#;

fn task(id: &str, tool: &str) -> String {
    format!(
        r#"{{"id": "{id}", "user_scenario": {{"persona": null}}, "evaluation_criteria": {{"actions": [{{"name": "{tool}", "arguments": {{"a": "{id}"}}}}],
            "communicate_info": [], "nl_assertions": null, "env_assertions": null, "reward_basis": ["DB", "COMMUNICATE"]}}}}"#
    )
}

fn simulation(id: &str, more: &str) -> String {
    format!(
        r#"{{"id": "{id}", {more} "reward_info": {{"reward": 1.0, "db_check": {{"db_match": true, "db_reward": 1.0}}, "reward_basis": ["DB", "COMMUNICATE"]}},
            "messages": [{{"role": "assistant", "content": "{id}"}}]}}"#
    )
}

/// A simulation that names no task and repeats the reference action of one.
fn repeating(id: &str, task: &str, tool: &str) -> String {
    format!(
        r#"{{"id": "{id}", "reward_info": {{"reward": 1.0, "action_checks": [{{"action": {{"name": "{tool}", "arguments": {{"a": "{task}"}}}},
            "action_match": true}}]}}, "messages": [{{"role": "user", "content": "x"}}]}}"#
    )
}

fn results(tasks: &[String], simulations: &[String]) -> String {
    format!(
        r#"{{"timestamp": "x", "info": {INFO}, "tasks": [{}], "simulations": [{}]}}"#,
        tasks.join(", "),
        simulations.join(",\n")
    )
}

fn read(text: &str) -> Parsed {
    match parse(text.as_bytes(), &ErrorRules::builtin()) {
        Ok(parsed) => parsed,
        Err(refused) => panic!("{}", refused.reason),
    }
}

fn refused(text: &str) -> (String, bool) {
    parse(text.as_bytes(), &ErrorRules::builtin()).err().map(|refused| (refused.reason, refused.unreadable)).unwrap()
}

fn facts(parsed: &Parsed, index: usize) -> &Tau2Facts {
    parsed.episodes[index].tau2.as_deref().unwrap()
}

fn tasks_of(parsed: &Parsed) -> Vec<&str> {
    parsed.episodes.iter().map(|episode| episode.task.as_ref().map_or("-", TaskId::as_str)).collect()
}

fn messages(parsed: &Parsed) -> String {
    parsed.issues.iter().map(|(kind, message)| format!("{}: {message}", kind.name())).collect::<Vec<_>>().join("\n")
}

fn two_tasks() -> [String; 2] {
    [task("0", "get_user_details"), task("1", "book_reservation")]
}

#[test]
fn a_results_file_says_everything() {
    let simulations = [simulation("a", r#""task_id": "0", "trial": 0,"#), simulation("b", r#""task_id": 1, "trial": 1,"#)];
    let parsed = read(&results(&two_tasks(), &simulations));
    assert_eq!((parsed.kind, tasks_of(&parsed), messages(&parsed)), (FileKind::Tau2Results, vec!["0", "1"], String::new()));
    assert_eq!(parsed.said.model.as_deref(), Some("quill-7b"));
    assert!(parsed.head.is_none());
    let run = parsed.run.as_ref().unwrap();
    assert_eq!((run.planned_trials, run.tasks.len()), (Some(2), 2));
    let basis = vec![Component::Db, Component::Communicate];
    let task = &run.tasks[&TaskId::new("1")];
    let expected = Tau2Task { actions: Some(1), write_actions: Some(1), basis, digest: task.digest, ..Tau2Task::default() };
    assert!(*task == expected && task.digest.is_some(), "{task:?}");
    // The tasks ask for actions only, which the simulations do not record as checked.
    let told: Vec<Component> = facts(&parsed, 0).recomputable.keys().copied().collect();
    assert_eq!(told, [Component::Db, Component::Communicate, Component::EnvAssertion, Component::NlAssertion]);
}

#[test]
fn tasks_may_stand_after_the_simulations() {
    let text = format!(
        r#"{{"simulations": [{}], "tasks": [{}], "info": {INFO}}}"#,
        simulation("a", r#""task_id": "1","#),
        two_tasks().join(",")
    );
    assert_eq!(facts(&read(&text), 0).recomputable.len(), 4);
}

#[test]
fn a_run_that_never_finished_has_no_episodes() {
    let parsed = read(&results(&two_tasks(), &[]));
    assert_eq!((parsed.kind, parsed.episodes.len()), (FileKind::Tau2Results, 0));
    let directory =
        read(&format!(r#"{{"info": {INFO}, "tasks": [], "simulation_index": [{{"id": "a", "task_id": 1}}, {{"id": "b"}}]}}"#));
    assert_eq!((directory.kind, directory.episodes.len()), (FileKind::Tau2Directory, 0));
    assert_eq!(directory.head.unwrap().index, Some(vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn unnamed_simulations_are_matched_by_what_they_repeat_and_then_by_order() {
    let tasks = [task("0", "think"), task("1", "think"), task("2", "think")];
    let swapped = [repeating("a", "1", "think"), simulation("b", ""), repeating("c", "0", "think")];
    let parsed = read(&results(&tasks, &swapped));
    assert_eq!(tasks_of(&parsed), ["1", "2", "0"]);
    let by_order: Vec<bool> = (0..3).map(|index| facts(&parsed, index).matched_by_order).collect();
    assert_eq!(by_order, [false, true, false]);
    assert!(parsed.episodes.iter().all(|episode| episode.trial.is_none()));
    assert_snapshot!(messages(&parsed), @"note: no simulation names its task: 2 of 3 matched to a task by the reference actions they repeat, 1 by their order in the file");
    let plain = read(&results(&two_tasks(), &[simulation("a", ""), simulation("b", "")]));
    assert_eq!(tasks_of(&plain), ["0", "1"]);
    assert!(facts(&plain, 0).matched_by_order && facts(&plain, 1).matched_by_order);
}

#[test]
fn unnamed_simulations_of_another_number_than_tasks_stay_unmatched() {
    let parsed = read(&results(&two_tasks(), &[simulation("a", "")]));
    assert_eq!(tasks_of(&parsed), ["-"]);
    assert_snapshot!(messages(&parsed), @"no task ids: no simulation names its task: counted, but kept out of per-task figures (pass^k, intervals)");
}

#[test]
fn a_task_id_that_the_checks_contradict_is_told() {
    let named = |id: &str, task: &str| {
        repeating(id, task, "think").replacen("\"reward_info\"", "\"task_id\": \"0\", \"reward_info\"", 1)
    };
    let parsed =
        read(&results(&[task("0", "think")], &[named("a", "0"), named("b", "1"), simulation("c", r#""task_id": "0","#)]));
    assert_eq!(tasks_of(&parsed), ["0", "0", "0"]);
    assert_snapshot!(messages(&parsed), @"note: the action checks of 1 of 2 simulations repeat the reference actions of other tasks than their task_id names: per-task figures of this file cannot be trusted");
}

#[test]
fn invented_times_are_left_out() {
    let timed = |id: &str, start: &str, duration: &str| {
        simulation(id, &format!(r#""task_id": "0", "start_time": "{start}", "duration": {duration},"#))
    };
    for (simulations, invented, starts_gone) in [
        ([timed("a", "t", "60.0"), timed("b", "t", "60.0")].as_slice(), true, true),
        (&[timed("a", "t", "1.5"), timed("b", "t", "2.5")], false, true),
        (&[timed("a", "t", "60.0"), timed("b", "u", "60.0")], false, false),
        (&[timed("a", "t", "60.0"), timed("b", "u", "60.00001")], false, false),
        (&[timed("a", "t", "60.0")], false, false),
    ] {
        let parsed = read(&results(&[], simulations));
        let facts = facts(&parsed, 0);
        assert_eq!((facts.placeholder_times, facts.duration_s.is_none()), (invented, invented));
        assert_eq!((facts.start_time.is_none(), !parsed.issues.is_empty()), (starts_gone, starts_gone));
    }
}

#[test]
fn invented_times_of_messages_are_left_out() {
    let message =
        |role: &str, stamp: &str| format!(r#"{{"role": "{role}", "content": "x", "cost": 0.5, "timestamp": "{stamp}"}}"#);
    let timed = |id: &str, start: &str, second: &str| {
        let talk = [message("user", "2026-03-02T12:00:00"), message("assistant", second)].join(", ");
        let whole = simulation(id, &format!(r#""task_id": "0", "start_time": "{start}", "duration": 60.0,"#));
        whole.replacen(r#""messages": ["#, &format!(r#""messages": [{talk}, "#), 1)
    };
    let gaps = |simulations: &[String]| {
        let parsed = read(&results(&[], simulations));
        let turns = facts(&parsed, 0).turns.iter().map(|turn| (turn.parts().at_ms.is_some(), turn.parts().gap_ms));
        (turns.collect::<Vec<_>>(), messages(&parsed))
    };
    let later = "2026-03-02T12:00:01";
    let (measured, said) = gaps(&[timed("a", "t", later), timed("b", "u", later)]);
    assert_eq!((measured, said.as_str()), (vec![(true, None), (true, Some(1000.0)), (false, None)], ""));
    let (invented, _) = gaps(&[timed("a", "t", later), timed("b", "t", later)]);
    assert_eq!(invented, [(false, None); 3], "costs stay");
    let (written, said) = gaps(&[timed("a", "t", "2026-03-02T12:00:00.002"), timed("b", "u", later)]);
    assert_eq!(written, [(false, None); 3]);
    assert_snapshot!(said, @"note: in 1 simulation no message came 10 ms or more after the one before: messages were stamped when they were written down, and have no turn times");
}

#[test]
fn a_simulation_may_stand_alone() {
    let text = r#"{"id": "a", "task_id": "12", "termination_reason": "user_stop", "reward_info": null, "trial": null,
        "messages": [{"role": "assistant", "tool_calls": [{"name": "get_reservation_details", "arguments": {}}]}], "info": {"x": 1}}"#;
    let parsed = read(text);
    assert_eq!((parsed.kind, tasks_of(&parsed)), (FileKind::Tau2Simulation, vec!["12"]));
    assert!(matches!(parsed.episodes[0].outcome, Outcome::Invalid { .. }));
    assert_eq!((parsed.said.env.as_deref(), parsed.run, parsed.head.is_none()), (Some("airline"), None, true));
    let voice = read(
        r#"{"id": "a", "task_id": "1", "mode": "full_duplex", "ticks": [{"tick_id": 0, "agent_chunk": {"content": "x"}}]}"#,
    );
    assert_eq!((voice.said.mode.as_deref(), voice.episodes[0].conversation), (Some("voice"), None));
}

#[test]
fn lists_and_lines_hold_outcomes() {
    let outcome =
        r#"{"task_id": "1", "success": true, "reward": 1.0, "n_messages": 3, "termination_reason": "user_stop", "trial": 0}"#;
    let other = outcome.replace("\"1\"", "\"2\"");
    for text in [format!("[{outcome}, {other}]"), format!("{outcome}\n{other}\n")] {
        let parsed = read(&text);
        assert_eq!((parsed.kind, tasks_of(&parsed)), (FileKind::Tau2Flat, vec!["1", "2"]));
    }
}

#[test]
fn one_bad_simulation_does_not_stop_the_others() {
    let bad = [
        simulation("a", r#""task_id": [1],"#),
        "3".to_owned(),
        "{\"id\": \"x\"}".to_owned(),
        simulation("b", r#""task_id": "0","#),
    ];
    let parsed = read(&results(&[], &bad));
    assert_eq!((tasks_of(&parsed), parsed.episodes[0].record), (vec!["0"], 3));
    assert_snapshot!(messages(&parsed), @r"
    bad record: element 2 is no simulation (neither a reward, nor a termination, nor messages with an id); left out
    bad record: element 3 is no simulation (neither a reward, nor a termination, nor messages with an id); left out
    bad record: simulation 1: task_id is a list; left out
    ");
    // A syntax error inside one simulation is no reason to lose the file.
    let broken = results(
        &two_tasks(),
        &[simulation("a", r#""task_id": "0","#), r#"{"id": 1 2}"#.to_owned(), simulation("b", r#""task_id": "1","#)],
    );
    let parsed = read(&broken);
    assert_eq!((tasks_of(&parsed), parsed.run.as_ref().map(|run| run.tasks.len())), (vec!["0", "1"], Some(2)));
    assert!(messages(&parsed).contains("record 2 (from line"), "{}", messages(&parsed));
}

#[test]
fn what_python_writes_is_read() {
    let text = results(&[], &[simulation("a", r#""task_id": "0", "agent_cost": NaN,"#)]);
    let parsed = read(&text);
    assert_eq!(parsed.episodes[0].agent_cost_usd, None);
    assert_eq!(parsed.issues[0].0, IssueKind::NotANumber);
}

#[test]
fn strangers_are_refused() {
    for text in [
        r#"{"simulations": [{"steps": 3}]}"#,
        r#"{"simulations": []}"#,
        r#"{"info": {"version": 1}, "tasks": [{"id": 3}]}"#,
        r#"[{"n_messages": 3}]"#,
        r#"{"id": "a", "info": {}, "tasks": []}"#,
    ] {
        let (reason, unreadable) = refused(text);
        assert!(reason.starts_with("no τ²-bench result") && !unreadable, "{text}: {reason}");
    }
    let (reason, unreadable) = refused(&results(&two_tasks(), &[])[..200]);
    assert!(reason.starts_with("broken JSON, and no complete simulation in it") && unreadable, "{reason}");
}

proptest! {
    #[test]
    fn every_cut_keeps_a_prefix_of_the_simulations(count in 1_usize..5, cut in 0.0..1.0_f64) {
        let all: Vec<String> = (0..count).map(|n| simulation(&format!("s{n}"), &format!(r#""task_id": "{n}","#))).collect();
        let whole = results(&two_tasks(), &all);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position inside the text")]
        let end = (whole.len() as f64 * cut) as usize;
        if let Ok(parsed) = parse(&whole.as_bytes()[..end], &ErrorRules::builtin()) {
            let expected: Vec<String> = (0..parsed.episodes.len()).map(|n| n.to_string()).collect();
            prop_assert_eq!(tasks_of(&parsed), expected);
            prop_assert!(parsed.episodes.len() <= count);
            prop_assert!(parsed.run.is_some());
            prop_assert!(end + 1 >= whole.len() || parsed.issues.iter().any(|(kind, _)| *kind == IssueKind::Salvaged));
        } else {
            prop_assert!(end < whole.find("\"simulations\"").unwrap() + 16);
        }
    }
}
