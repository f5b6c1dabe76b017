//! Runs → files, in every shape τ²-bench and its forks write.

use super::{
    plan::{Run, RunFile, Shape},
    reward,
    simulation::{Cost, Extras, Finding, Simulation, Verdict},
    task::Domain,
};
use crate::generate::json::{COMPACT, INDENTED, Json, dump, object};

/// Id of a simulation that an index lists and that is nowhere.
const LOST: &str = "00000000-0000-4000-a000-00000000dead";

/// Writes the files of a run, by path.
pub(super) fn files(run: &Run) -> Vec<(String, String)> {
    run.files.iter().flat_map(|file| written(run, file)).collect()
}

fn written(run: &Run, file: &RunFile) -> Vec<(String, String)> {
    let rows: Vec<&Simulation> = file.rows.iter().map(|row| &run.simulations[*row]).collect();
    let all = |write: &dyn Fn(&Simulation) -> Json| Json::List(rows.iter().map(|one| write(one)).collect());
    let plain = |one: &Simulation| Json::Object(members(one, run.domain, false));
    let one = |content: Json, style| vec![(file.path.to_owned(), dump(&content, style))];
    match file.shape {
        Shape::Results => one(results(run, vec![("simulations", all(&plain))]), COMPACT),
        Shape::Newest => {
            let index = if run.with_index { index(&rows) } else { Json::Null };
            let newest = |one: &Simulation| newest(one, run.domain);
            one(results(run, vec![("simulation_index", index), ("simulations", all(&newest))]), COMPACT)
        }
        Shape::Nameless => one(results(run, vec![("simulations", all(&|one| nameless(one, run.domain)))]), INDENTED),
        Shape::Revised => {
            let revised = rows.iter().enumerate().map(|(place, one)| revised(one, place, run.domain));
            one(results(run, vec![("simulations", Json::List(revised.collect()))]), COMPACT)
        }
        Shape::Flat => one(all(&|one| outcome(one, run.domain)), INDENTED),
        Shape::Single => {
            let path = |one: &Simulation| format!("{}/task_{}_human.json", file.path, run.domain.tasks()[one.task].id);
            rows.iter().map(|one| (path(one), dump(&plain(one), INDENTED))).collect()
        }
        Shape::Directory => {
            let head = match rows.split_last() {
                Some((_, listed)) if run.with_index => results(run, vec![("simulation_index", index_with_lost(listed))]),
                _ => results(run, Vec::new()),
            };
            let part = |one: &&Simulation| (format!("{}/simulations/{}.json", file.path, one.id), dump(&plain(one), COMPACT));
            std::iter::once((format!("{}/results.json", file.path), dump(&head, COMPACT)))
                .chain(rows.iter().map(part))
                .collect()
        }
    }
}

fn results(run: &Run, more: Vec<(&str, Json)>) -> Json {
    let arguments = run.temperature.map_or(Json::Null, |value| object! {"temperature": Json::Raw(value.to_owned())});
    let party = |implementation: &str, llm: &str| {
        object! {"implementation": implementation, "llm": llm, "llm_args": arguments.clone()}
    };
    let mut info = vec![
        ("git_commit".to_owned(), run.commit.into()),
        ("num_trials".to_owned(), run.planned_trials.into()),
        ("max_steps".to_owned(), run.max_steps.into()),
        ("max_errors".to_owned(), 10_i64.into()),
        ("user_info".to_owned(), party(run.user_strategy, run.user_model)),
        ("agent_info".to_owned(), party(run.strategy, run.model)),
        (
            "environment_info".to_owned(),
            object! {"domain_name": run.domain.name(), "policy": "# Policy\n\nAsk first.", "tool_defs": Json::Null},
        ),
        ("seed".to_owned(), 300_i64.into()),
    ];
    if run.files.iter().any(|file| file.shape == Shape::Newest) || run.is_voice() {
        let audio = if run.is_voice() {
            object! {"provider": "openai", "tick_duration_seconds": 0.2}
        } else {
            Json::Null
        };
        let more = [
            ("text_streaming_config", Json::Null),
            ("speech_complexity", if run.is_voice() { "regular".into() } else { Json::Null }),
            ("audio_native_config", audio),
            ("retrieval_config", Json::Null),
            ("retrieval_config_kwargs", Json::Null),
        ];
        info.extend(more.map(|(key, value)| (key.to_owned(), value)));
    }
    let tasks = run.domain.tasks().iter().map(|task| task.json(run.domain)).collect();
    let mut top = vec![
        ("timestamp".to_owned(), "2026-03-02T09:30:00.000000".into()),
        ("info".to_owned(), Json::Object(info)),
        ("tasks".to_owned(), Json::List(tasks)),
    ];
    top.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
    Json::Object(top)
}

fn index(rows: &[&Simulation]) -> Json {
    let entry = |one: &&Simulation| object! {"id": one.id.clone(), "trial": one.trial.map_or(Json::Null, Json::Int)};
    Json::List(rows.iter().map(entry).collect())
}

fn index_with_lost(rows: &[&Simulation]) -> Json {
    match index(rows) {
        Json::List(mut entries) => {
            entries.push(object! {"id": LOST, "trial": 1_i64});
            Json::List(entries)
        }
        other => other,
    }
}

/// A time of the day all runs took place.
fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (h, m, s, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60, ms % 1_000);
    format!("2026-03-02T{h:02}:{m:02}:{s:02}.{rest:03}000")
}

type Pairs = Vec<(String, Json)>;

fn push(pairs: &mut Pairs, key: &str, value: impl Into<Json>) {
    pairs.push((key.to_owned(), value.into()));
}

fn push_some(pairs: &mut Pairs, key: &str, value: Option<Json>) {
    pairs.extend(value.map(|value| (key.to_owned(), value)));
}

fn cost(cost: Cost) -> Option<Json> {
    match cost {
        Cost::Micros(micros) => Some(Json::Float(micros as f64 / 1e6)),
        Cost::Null => Some(Json::Null),
        Cost::Missing => None,
    }
}

fn or_null<T: Into<Json>>(value: Option<T>) -> Json {
    value.map_or(Json::Null, Into::into)
}

/// The thirteen keys of the first versions; fewer for voice.
fn members(one: &Simulation, domain: Domain, with_tool_types: bool) -> Pairs {
    let task = &domain.tasks()[one.task];
    let mut pairs = Pairs::new();
    push(&mut pairs, "id", one.id.clone());
    push(&mut pairs, "task_id", task.id);
    if let Some(start) = one.start_ms {
        let end = clock(start + one.duration_ms);
        push(&mut pairs, "timestamp", end.clone());
        push(&mut pairs, "start_time", clock(start));
        push(&mut pairs, "end_time", end);
        push(&mut pairs, "duration", one.duration_ms as f64 / 1e3);
    }
    push(&mut pairs, "termination_reason", or_null(one.termination));
    push_some(&mut pairs, "agent_cost", cost(one.agent_cost));
    push_some(&mut pairs, "user_cost", cost(one.user_cost));
    push_some(&mut pairs, "reward_info", reward::info(one, task, with_tool_types));
    push_some(&mut pairs, "messages", one.talk.as_ref().map(|talk| Json::List(talk.messages.clone())));
    push(&mut pairs, "trial", or_null(one.trial));
    push(&mut pairs, "seed", or_null(one.seed));
    if one.talk.is_none() {
        push(&mut pairs, "mode", "full_duplex");
        push(&mut pairs, "ticks", ticks());
    }
    pairs
}

fn ticks() -> Json {
    let chunk = |role: &str, action: Json| {
        object! {"role": role, "contains_speech": false, "speech_effects": Json::Null, "turn_taking_action": action}
    };
    let tick = |number: i64| {
        object! {
            "tick_id": number,
            "timestamp": "2026-03-02T09:30:00.200000",
            "agent_chunk": chunk("assistant", Json::Null),
            "user_chunk": chunk("user", object! {"action": "wait"}),
        }
    };
    Json::List((0..3).map(tick).collect())
}

/// Writes into messages when they were made, as newer versions do.
fn stamp(messages: &mut Json, one: &Simulation) {
    let (Json::List(messages), Some(talk), Some(start)) = (messages, &one.talk, one.start_ms) else { return };
    for (message, moment) in messages.iter_mut().zip(talk.moments(one.duration_ms)) {
        let Json::Object(pairs) = message else { continue };
        push(pairs, "timestamp", clock(start + moment.after_ms));
        if moment.role != "tool" {
            let seconds = moment.generation_ms.map(|ms| Json::Float(ms as f64 / 1e3));
            push(pairs, "generation_time_seconds", or_null(seconds));
        }
    }
}

/// All twenty-five keys of the newest version.
fn newest(one: &Simulation, domain: Domain) -> Json {
    let mut pairs = members(one, domain, true);
    if let Some((_, messages)) = pairs.iter_mut().find(|(key, _)| key == "messages") {
        stamp(messages, one);
    }
    let Extras { review, user_review, auth, retries } = &one.extras;
    let errors = |found: &[Finding], of_both: bool| {
        let error = |(source, severity, tag): &Finding| {
            let mut pairs = Pairs::new();
            if of_both {
                push(&mut pairs, "source", *source);
            }
            push(&mut pairs, "severity", *severity);
            push(&mut pairs, "error_tags", vec![Json::from(*tag)]);
            push(&mut pairs, "reasoning", "Invented.");
            Json::Object(pairs)
        };
        object! {
            "summary": "Invented.",
            "has_errors": !found.is_empty(),
            "errors": Json::List(found.iter().map(error).collect()),
            "cost": 0.001,
        }
    };
    push(&mut pairs, "ticks", Json::Null);
    push(&mut pairs, "mode", "half_duplex");
    push(&mut pairs, "review", or_null(review.as_ref().map(|found| errors(found, true))));
    push(&mut pairs, "user_only_review", or_null(user_review.as_ref().map(|found| errors(found, false))));
    push(&mut pairs, "auth_classification", or_null(auth.map(|status| object! {"status": status, "reasoning": "Invented."})));
    push(&mut pairs, "hallucination_check", or_null(retries.map(|_| object! {"hallucination_found": false})));
    push(&mut pairs, "hallucination_retries_used", or_null(*retries));
    for key in ["speech_environment", "effect_timeline", "provider_session_id"] {
        push(&mut pairs, key, Json::Null);
    }
    push(&mut pairs, "policy", "# Policy\n\nAsk first.");
    push(&mut pairs, "info", Json::Null);
    assert_eq!(pairs.len(), 25, "the newest version has 25 keys");
    Json::Object(pairs)
}

/// ToolOrchestra's first shape.
fn nameless(one: &Simulation, domain: Domain) -> Json {
    let mut pairs = members(one, domain, false);
    pairs.retain(|(key, _)| ["id", "reward_info", "messages"].contains(&key.as_str()));
    Json::Object(pairs)
}

/// Its revised shape: tasks named by their place in the file, and times that nobody took.
fn revised(one: &Simulation, place: usize, domain: Domain) -> Json {
    let mut pairs = members(one, domain, false);
    for (key, value) in &mut pairs {
        match key.as_str() {
            "task_id" => *value = domain.tasks()[place].id.into(),
            "timestamp" | "end_time" => *value = "2025-01-01T00:01:00".into(),
            "start_time" => *value = "2025-01-01T00:00:00".into(),
            "duration" => *value = Json::Float(60.0),
            _ => {}
        }
    }
    pairs.retain(|(key, _)| key != "seed");
    Json::Object(pairs)
}

/// An entry of a flat list.
fn outcome(one: &Simulation, domain: Domain) -> Json {
    let task = &domain.tasks()[one.task];
    let (success, error) = match &one.verdict {
        Verdict::Premature { note } => (false, Json::from(note.as_str())),
        verdict => (*verdict == Verdict::Evaluated { failed: Vec::new() }, Json::Null),
    };
    let taken = task.actions.iter().zip(&one.taken).filter(|(_, taken)| **taken);
    let actions = taken.map(|(action, _)| object! {"name": action.tool, "arguments": action.arguments()}).collect();
    object! {
        "task_id": task.id,
        "success": success,
        "reward": f64::from(u8::from(success)),
        "actions": Json::List(actions),
        "n_messages": one.talk.as_ref().map_or(0, |talk| talk.messages.len()),
        "termination_reason": or_null(one.termination),
        "error": error,
        "trial": or_null(one.trial),
        "trajectory": object! {},
    }
}
