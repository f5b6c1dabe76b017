//! Rows of tables → files as they were read.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    rows::{AGENT, Rows},
    schema::{FrameError, Row},
    tables::{ComponentRow, EpisodeRow, IssueRow, ReviewRow, RunRow, TaskRow, TurnRow},
};
use crate::records::{
    ActionCheck, Benchmark, Component, Conversation, Episode, ErrorClass, FileKind, Fingerprint, Identity, Issue, IssueKind,
    Loaded, Origin, Outcome, Part, PassedOver, ResultFile, ReviewError, RunError, SourceFile, StoredMetrics, TaskId, Tau2Facts,
    Tau2Run, Tau2Task, Termination, Tokens, Turn, TurnParts, log::Role,
};

/// Records of tables by run and record.
type ByRecord<T> = BTreeMap<(u32, u64), Vec<T>>;

/// Puts the files together that rows were made of, in their order.
///
/// # Errors
/// A value that no export has: rows are another program's, or damaged.
pub fn into_loaded(rows: Rows) -> Result<Vec<Loaded>, FrameError> {
    let mut files: BTreeMap<u32, ResultFile> = BTreeMap::new();
    let mut runs: BTreeMap<u32, (u32, Option<Arc<Identity>>)> = BTreeMap::new();
    for run in rows.runs {
        let identity = identity(&run)?;
        if run.part == 0 {
            runs.insert(run.run, (run.file, None));
            files.insert(run.file, result_file(run, identity)?);
        } else {
            runs.insert(run.run, (run.file, Some(Arc::new(identity))));
        }
    }
    let no_run = |table: &'static str, run: u32| FrameError { table, problem: format!("there is no run {run} in table runs") };
    for row in rows.tasks {
        let file = runs.get(&row.run).and_then(|(file, _)| files.get_mut(file)).ok_or_else(|| no_run("tasks", row.run))?;
        let plan = file.tau2.get_or_insert_default();
        plan.tasks.insert(TaskId::new(row.task.as_str()), task(&row)?);
    }
    let mut facts = Facts::of(rows.components, rows.checks, rows.reviews)?;
    for row in rows.turns {
        facts.turns.entry((row.run, row.record)).or_default().push(turn(&row));
    }
    for row in rows.episodes {
        let (file, identity) = runs.get(&row.run).cloned().ok_or_else(|| no_run("episodes", row.run))?;
        let file = files.get_mut(&file).ok_or_else(|| no_run("episodes", row.run))?;
        let episode = episode(row, file.identity.benchmark, identity, &mut facts)?;
        file.episodes.push(episode);
    }
    for row in rows.issues {
        let IssueRow { file, path, kind, text, .. } = row;
        let Some(file) = file.and_then(|file| files.get_mut(&file)) else { continue };
        let kind = known::<IssueRow, _>("kind", &kind, IssueKind::ALL, |kind| kind.name().to_owned())?;
        file.issues.push(Issue { kind, path, message: text });
    }
    let mut loaded = Vec::with_capacity(files.len() + rows.passed_over.len());
    let mut passed = rows.passed_over.into_iter().peekable();
    let over = |row: super::tables::PassedOverRow| {
        Loaded::PassedOver(PassedOver { path: row.path, reason: row.reason, unreadable: row.unreadable })
    };
    for (number, mut file) in files {
        while let Some(row) = passed.next_if(|row| row.after_file <= number) {
            loaded.push(over(row));
        }
        file.episodes.sort_by_key(|episode| episode.record);
        loaded.push(Loaded::Results(Box::new(file)));
    }
    loaded.extend(passed.map(over));
    Ok(loaded)
}

/// What lies in tables of its own, by record.
struct Facts {
    components: ByRecord<ComponentRow>,
    checks: ByRecord<ActionCheck>,
    reviews: ByRecord<ReviewError>,
    turns: ByRecord<Turn>,
}

impl Facts {
    fn of(
        components: Vec<ComponentRow>,
        checks: Vec<super::tables::CheckRow>,
        reviews: Vec<ReviewRow>,
    ) -> Result<Self, FrameError> {
        let mut found =
            Self { components: BTreeMap::new(), checks: BTreeMap::new(), reviews: BTreeMap::new(), turns: BTreeMap::new() };
        for row in components {
            found.components.entry((row.run, row.record)).or_default().push(row);
        }
        for row in checks {
            let check = ActionCheck { tool: row.tool, requestor: row.requestor, writes: row.writes, matched: row.met };
            found.checks.entry((row.run, row.record)).or_default().push(check);
        }
        for row in reviews {
            let tags = json::<ReviewRow, _>("tags", &row.tags)?;
            let review = ReviewError { source: row.source, severity: row.severity, tags };
            found.reviews.entry((row.run, row.record)).or_default().push(review);
        }
        Ok(found)
    }
}

fn result_file(run: RunRow, identity: Identity) -> Result<ResultFile, FrameError> {
    let stored = run.stored_pass_hat.as_ref().map(|text| json::<RunRow, _>("stored_pass_hat", text)).transpose()?;
    let plan = || {
        Box::new(Tau2Run {
            planned_trials: run.planned_trials,
            tasks: BTreeMap::new(),
            missing_simulations: run.missing_simulations,
            extra_simulations: run.extra_simulations,
        })
    };
    Ok(ResultFile {
        kind: known::<RunRow, _>("shape", &run.shape, FileKind::ALL, |kind| kind.name().to_owned())?,
        tau2: run.has_plan.then(plan),
        stored: stored.map(|pass_hat| StoredMetrics { avg_reward: run.stored_avg_reward, pass_hat }),
        source: SourceFile { path: run.path, label: run.label, bytes: run.bytes, sha256: run.sha256 },
        identity,
        episodes: Vec::new(),
        issues: Vec::new(),
    })
}

fn identity(run: &RunRow) -> Result<Identity, FrameError> {
    let benchmark =
        known::<RunRow, _>("benchmark", &run.benchmark, [Benchmark::Tau1, Benchmark::Tau2], |one| one.id().to_owned())?;
    let part = |value: &Option<String>, source: &Option<String>| {
        let Some((value, source)) = value.clone().zip(source.as_ref()) else { return Ok(None) };
        let origin = known::<RunRow, _>("…_source", source, Origin::ALL, |origin| origin.to_string())?;
        Ok(Some(Part { value, origin }))
    };
    Ok(Identity {
        benchmark,
        env: part(&run.env, &run.env_source)?,
        model: part(&run.model, &run.model_source)?,
        strategy: part(&run.strategy, &run.strategy_source)?,
        user_model: part(&run.user_model, &run.user_model_source)?,
        user_strategy: part(&run.user_strategy, &run.user_strategy_source)?,
        temperature: part(&run.temperature, &run.temperature_source)?,
        task_range: part(&run.task_range, &run.task_range_source)?,
        mode: part(&run.mode, &run.mode_source)?,
        max_steps: part(&run.max_steps, &run.max_steps_source)?,
        version: part(&run.version, &run.version_source)?,
        variant: part(&run.variant, &run.variant_source)?,
        settings: json::<RunRow, _>("settings", &run.settings)?,
    })
}

fn task(row: &TaskRow) -> Result<Tau2Task, FrameError> {
    let digest = |text: &String| u64::from_str_radix(text, 16).map_err(|_| bad::<TaskRow>("digest", text));
    Ok(Tau2Task {
        actions: row.reference_actions,
        write_actions: row.write_actions,
        basis: basis::<TaskRow>(&row.reward_basis)?,
        digest: row.digest.as_ref().map(digest).transpose()?,
        intent: row.intent.clone(),
        persona: row.persona.clone(),
    })
}

fn episode(
    row: EpisodeRow,
    benchmark: Benchmark,
    identity: Option<Arc<Identity>>,
    facts: &mut Facts,
) -> Result<Episode, FrameError> {
    let size = row.messages.zip(row.turns).zip(row.tool_calls);
    Ok(Episode {
        task: row.task.as_deref().map(TaskId::new),
        trial: row.trial,
        outcome: outcome(&row)?,
        fingerprint: Fingerprint(hex("fingerprint", &row.fingerprint)?),
        content: Fingerprint(hex("content", &row.content)?),
        record: usize::try_from(row.record).map_err(|_| bad::<EpisodeRow>("record", &row.record.to_string()))?,
        conversation: size.map(|((messages, turns), tool_calls)| Conversation { messages, turns, tool_calls }),
        agent_cost_usd: row.agent_cost_usd,
        user_cost_usd: row.user_cost_usd,
        is_cut_off: row.is_cut_off,
        identity,
        tau2: if benchmark == Benchmark::Tau2 { Some(Box::new(tau2(row, facts)?)) } else { None },
    })
}

fn outcome(row: &EpisodeRow) -> Result<Outcome, FrameError> {
    let lacks = |column: &str| bad::<EpisodeRow>(column, "null");
    let text = || row.error_text.clone().ok_or_else(|| lacks("error_text"));
    Ok(match row.outcome.as_str() {
        "scored" => Outcome::Scored { reward: row.reward_recorded.ok_or_else(|| lacks("reward_recorded"))? },
        "invalid" => Outcome::Invalid { reason: text()? },
        "error" => {
            let classes = [ErrorClass::Infrastructure, ErrorClass::Agent, ErrorClass::ContextWindow];
            let class = row.error_class.as_deref().unwrap_or_default();
            let class = known::<EpisodeRow, _>("error_class", class, classes, |class| class.name().to_owned())?;
            let rule = row.error_rule.clone().ok_or_else(|| lacks("error_rule"))?;
            Outcome::Error { error: RunError { class, rule, text: text()? }, reward: row.reward_recorded }
        }
        other => return Err(bad::<EpisodeRow>("outcome", other)),
    })
}

fn tau2(row: EpisodeRow, facts: &mut Facts) -> Result<Tau2Facts, FrameError> {
    let key = (row.run, row.record);
    let components = facts.components.remove(&key).unwrap_or_default();
    let component =
        |row: &ComponentRow| Component::parse(&row.component).ok_or_else(|| bad::<ComponentRow>("component", &row.component));
    let (mut breakdown, mut recomputable) = (BTreeMap::new(), BTreeMap::new());
    for row in &components {
        breakdown.extend(row.value.map(|value| component(row).map(|one| (one, value))).transpose()?);
        recomputable.extend(row.recomputed.map(|value| component(row).map(|one| (one, value))).transpose()?);
    }
    Ok(Tau2Facts {
        id: row.simulation_id.unwrap_or_default(),
        messages_digest: row.messages_digest.as_deref().map(|digest| hex("messages_digest", digest)).transpose()?,
        termination: row.termination.as_deref().map(Termination::parse),
        basis: row.reward_basis.as_deref().map(basis::<EpisodeRow>).transpose()?.unwrap_or_default(),
        breakdown,
        recomputable,
        evaluated: row.evaluated,
        action_checks: facts.checks.remove(&key).unwrap_or_default(),
        nl_judged: row.nl_judged,
        duration_s: row.duration_s,
        turns: facts.turns.remove(&key).unwrap_or_default(),
        start_time: row.start_time,
        end_time: row.end_time,
        placeholder_times: row.has_placeholder_times,
        tool_errors: row.tool_errors.unwrap_or(0),
        agent_tokens: Tokens {
            messages: row.agent_token_messages,
            input: row.agent_input_tokens,
            output: row.agent_output_tokens,
        },
        user_tokens: Tokens { messages: row.user_token_messages, input: row.user_input_tokens, output: row.user_output_tokens },
        hallucination_retries: row.hallucination_retries,
        review: row.is_reviewed.then(|| facts.reviews.remove(&key).unwrap_or_default()),
        auth_classification: row.auth_classification,
        mode: row.mode,
        seed: row.seed,
        discarded: row.is_discarded,
        matched_by_order: row.is_matched_by_order,
    })
}

fn turn(row: &TurnRow) -> Turn {
    Turn::new(&TurnParts {
        side: if row.role == AGENT { Role::Agent } else { Role::UserSim },
        position: row.position,
        at_ms: row.at_ms,
        generation_ms: row.generation_ms,
        gap_ms: row.gap_ms,
        cost_usd: row.cost_usd,
        input_tokens: row.input_tokens,
        output_tokens: row.output_tokens,
    })
}

fn bad<T: Row>(column: &str, value: &str) -> FrameError {
    let value: String = value.chars().take(80).collect();
    FrameError { table: T::TABLE.name, problem: format!("column {column:?} has the value {value:?}, which no export has") }
}

fn known<T: Row, V: Copy>(
    column: &str,
    value: &str,
    all: impl IntoIterator<Item = V>,
    name: impl Fn(V) -> String,
) -> Result<V, FrameError> {
    all.into_iter().find(|one| name(*one) == value).ok_or_else(|| bad::<T>(column, value))
}

fn hex(column: &str, text: &str) -> Result<u128, FrameError> {
    u128::from_str_radix(text, 16).map_err(|_| bad::<EpisodeRow>(column, text))
}

fn json<T: Row, V: serde::de::DeserializeOwned>(column: &str, text: &str) -> Result<V, FrameError> {
    serde_json::from_str(text).map_err(|_| bad::<T>(column, text))
}

fn basis<T: Row>(text: &str) -> Result<Vec<Component>, FrameError> {
    let names: Vec<String> = json::<T, _>("reward_basis", text)?;
    names.iter().map(|name| Component::parse(name).ok_or_else(|| bad::<T>("reward_basis", name))).collect()
}
