//! Invented simulations and what becomes of them.

use super::*;

fn raw(json: &str) -> RawSimulation {
    serde_json::from_str::<Object<RawSimulation>>(json).unwrap().0.unwrap()
}

fn episode(json: &str) -> Episode {
    let raw = raw(json);
    let task = raw.task().unwrap();
    raw.into_episode(0, task, None, &ErrorRules::builtin())
}

fn facts(json: &str) -> Tau2Facts {
    *episode(json).tau2.unwrap()
}

#[test]
fn the_end_decides_what_a_reward_is_worth() {
    let outcome = |end: &str, reward: &str| {
        let episode = episode(&format!(r#"{{"id": "a", "termination_reason": {end}, "reward_info": {reward}}}"#));
        (episode.outcome, episode.tau2.unwrap().evaluated)
    };
    let zero = r#"{"reward": 0.0, "reward_basis": ["DB"]}"#;
    for end in ["\"user_stop\"", "\"agent_stop\"", "null", "\"TerminationReason.USER_STOP\"", "\"something_new\""] {
        assert_eq!(outcome(end, zero), (Outcome::Scored { reward: 0.0 }, true), "{end}");
    }
    for end in ["max_steps", "too_many_errors", "agent_error", "user_error", "timeout", "unexpected_error"] {
        assert_eq!(outcome(&format!("\"{end}\""), zero), (Outcome::Scored { reward: 0.0 }, false), "{end}");
    }
    let (infrastructure, evaluated) = outcome("\"infrastructure_error\"", "null");
    let error = |class, rule: &str, text: &str| RunError { class, rule: rule.to_owned(), text: text.to_owned() };
    let failed = error(ErrorClass::Infrastructure, "infrastructure_error", "infrastructure_error");
    assert_eq!((infrastructure, evaluated), (Outcome::Error { error: failed, reward: None }, false));
    let (window, _) = outcome("\"context_window_exceeded\"", r#"{"reward": 0.0, "info": {"note": "too\nlong"}}"#);
    let failed = error(ErrorClass::ContextWindow, "context_window_exceeded", "too");
    assert_eq!(window, Outcome::Error { error: failed, reward: Some(0.0) });
}

#[test]
fn without_a_reward_nothing_was_evaluated() {
    for (json, expected) in [
        (r#"{"id": "a", "termination_reason": "user_stop", "reward_info": null}"#, "not evaluated (reward_info is null)"),
        (r#"{"id": "a", "termination_reason": "user_stop"}"#, "not evaluated (reward_info is missing)"),
        (r#"{"id": "a", "reward_info": {"reward": null}}"#, "reward is null"),
        (r#"{"id": "a", "reward_info": {"reward": "1"}}"#, "reward is a string"),
        (r#"{"id": "a", "reward_info": {}}"#, "reward is missing"),
        (r#"{"task_id": "a", "reward": null}"#, "reward is null"),
    ] {
        assert_eq!(episode(json).outcome, Outcome::Invalid { reason: expected.to_owned() }, "{json}");
    }
}

#[test]
fn everything_recorded_is_kept() {
    let episode = episode(
        r#"{"id": "s1", "task_id": "task_019", "timestamp": "x", "start_time": "2026-01-02T03:04:05", "end_time": "2026-01-02T03:05:05",
            "duration": 60.5, "termination_reason": "user_stop", "agent_cost": 0, "user_cost": null, "trial": 2, "seed": 300,
            "reward_info": {"reward": 1.0, "db_check": {"db_match": true, "db_reward": 1.0}, "reward_basis": ["DB"], "reward_breakdown": {"DB": 1.0}},
            "messages": [{"role": "assistant", "content": "Hi"}], "ticks": null, "mode": "half_duplex", "policy": "long",
            "review": null, "auth_classification": {"status": "succeeded"}, "hallucination_retries_used": 1, "info": {"x": 1}}"#,
    );
    assert_eq!((episode.task, episode.trial), (Some(TaskId::new("task_019")), Some(2)));
    assert_eq!((episode.agent_cost_usd, episode.user_cost_usd), (Some(0.0), None));
    assert_eq!(episode.conversation, Some(Conversation { messages: 1, turns: 1, tool_calls: 0 }));
    let facts = *episode.tau2.unwrap();
    assert_eq!((facts.id.as_str(), facts.termination, facts.evaluated), ("s1", Some(Termination::UserStop), true));
    assert_eq!((facts.duration_s, facts.seed, facts.hallucination_retries), (Some(60.5), Some(300), Some(1)));
    assert_eq!(
        (facts.start_time.as_deref(), facts.end_time.as_deref()),
        (Some("2026-01-02T03:04:05"), Some("2026-01-02T03:05:05"))
    );
    assert_eq!((facts.mode.as_deref(), facts.auth_classification.as_deref()), (Some("half_duplex"), Some("succeeded")));
    assert_eq!((facts.basis, facts.review), (vec![Component::Db], None));
}

#[test]
fn a_premature_end_has_no_components() {
    let facts = facts(
        r#"{"id": "a", "termination_reason": "max_steps", "reward_info": {"reward": 0.0, "reward_basis": ["DB"], "reward_breakdown": null,
            "info": {"note": "Simulation terminated prematurely. Termination reason: max_steps"}}}"#,
    );
    assert!(!facts.evaluated && facts.basis.is_empty() && facts.recomputable.is_empty());
}

#[test]
fn an_outcome_of_a_flat_list_has_its_reward_at_top_level() {
    let scored = episode(
        r#"{"task_id": "3", "success": true, "reward": 1.0, "actions": [{"name": "a"}, {"name": "b"}], "n_messages": 14,
            "termination_reason": "user_stop", "error": null, "trial": 0, "trajectory": {}}"#,
    );
    assert_eq!((scored.outcome, scored.trial), (Outcome::Scored { reward: 1.0 }, Some(0)));
    assert_eq!(scored.conversation, Some(Conversation { messages: 14, turns: 0, tool_calls: 2 }));
    let failed = episode(r#"{"task_id": "3", "reward": 0.0, "error": "litellm.RateLimitError: slow down", "trial": 1}"#);
    assert!(matches!(failed.outcome, Outcome::Error { error, .. } if error.class == ErrorClass::Infrastructure));
}

#[test]
fn a_copy_is_told_by_id_and_content() {
    let print = |json: &str| episode(json).fingerprint;
    let first = r#"{"id": "a", "reward_info": {"reward": 1.0}, "messages": [{"role": "user", "content": "x"}]}"#;
    let revised = r#"{"id": "a", "task_id": "1", "trial": 0, "duration": 60.0, "reward_info": {"reward": 1.0},
        "messages": [{"role": "user", "content": "x", "turn_idx": 0}]}"#;
    assert_eq!(print(first), print(revised));
    assert_ne!(print(first), print(&first.replace("\"a\"", "\"b\"")));
    assert_ne!(print(first), print(&first.replace("1.0", "0.0")));
    assert_ne!(print(first), print(&first.replace("\"x\"", "\"y\"")));
    // Nothing but task, trial and start tells voice simulations or simulations without ids apart.
    let voice = r#"{"id": "a", "task_id": "1", "trial": 0, "start_time": "t", "termination_reason": "user_stop"}"#;
    assert_ne!(print(voice), print(&voice.replace('0', "1")));
    let outcome = r#"{"task_id": "1", "trial": 0, "reward": 1.0}"#;
    assert_eq!(print(outcome), print(&outcome.replace(": ", ":")));
    assert_ne!(print(outcome), print(&outcome.replace("\"1\"", "\"2\"")));
}

#[test]
fn marks_of_a_simulation() {
    for (json, expected) in [
        (r#"{"id": "a", "messages": []}"#, true),
        (r#"{"id": "a", "ticks": [{"tick_id": 0}]}"#, true),
        (r#"{"reward_info": null}"#, true),
        (r#"{"termination_reason": "user_stop"}"#, true),
        (r#"{"reward": null}"#, false),
        (r#"{"reward": 200, "steps": 200}"#, false),
        (r#"{"task_id": "1", "reward": null}"#, true),
        (r#"{"messages": []}"#, false),
        (r#"{"id": "a", "duration": 3}"#, false),
        ("{}", false),
    ] {
        assert_eq!(raw(json).is_simulation(true), expected, "{json}");
    }
}

#[test]
fn keys_and_strange_values_do_not_get_through() {
    let facts = facts(
        r#"{"id": "sk-proj-INVENTEDSECRET0123456789", "termination_reason": "api_key=INVENTEDSECRET1", "duration": "60",
            "seed": "x", "review": [], "hallucination_retries_used": -1, "messages": "none", "reward_info": {"reward": 1.0}}"#,
    );
    assert_eq!(facts.id, veil("sk-proj-INVENTEDSECRET0123456789"));
    assert_eq!(facts.termination, Some(Termination::Other(veil("api_key=INVENTEDSECRET1").into_owned())));
    assert!(!format!("{facts:?}").contains("INVENTED"));
    assert_eq!((facts.duration_s, facts.seed, facts.review, facts.hallucination_retries), (None, None, None, None));
}

#[test]
fn outside_of_a_run_one_mark_is_not_enough() {
    for (json, expected) in [
        (r#"{"termination_reason": "env_done", "id": "7:0"}"#, false),
        (r#"{"reward": 1.0, "task_id": "1"}"#, false),
        (r#"{"id": "x", "messages": []}"#, false),
        (r#"{"id": "x", "reward_info": null}"#, true),
        (r#"{"task_id": "1", "termination_reason": "user_stop", "ticks": []}"#, true),
        (r#"{"task_id": "1", "termination_reason": "env_done", "reward": 1, "messages": []}"#, false),
        (r#"{"task_id": "1", "reward": 1.0, "n_messages": 3}"#, false),
        (r#"{"task_id": "1", "reward": 1.0, "n_messages": 3, "domain": "retail"}"#, true),
        (r#"{"id": "x", "task_id": "1", "trial": 0, "messages": []}"#, true),
    ] {
        assert_eq!(raw(json).is_simulation(false), expected, "{json}");
    }
}
