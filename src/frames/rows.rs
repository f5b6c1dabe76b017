//! Files and what became of them → rows of tables.

use std::collections::BTreeMap;

use super::{
    TaskResult,
    tables::{
        CellRow, CheckRow, ComponentRow, EpisodeRow, IssueRow, MetricRow, PassedOverRow, ReviewRow, RunRow, TaskResultRow,
        TaskRow, TurnRow,
    },
    task_results,
};
use crate::{
    records::{Component, Episode, Identity, Loaded, Outcome, Part, ResultFile, TaskId, Tau2Facts, Turn, log::Role},
    sweep::{ErrorPolicy, Fate, RecordFate, Sweep},
};

/// The rows of all tables.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// Runs.
    pub runs: Vec<RunRow>,
    /// Tasks.
    pub tasks: Vec<TaskRow>,
    /// Episodes.
    pub episodes: Vec<EpisodeRow>,
    /// Components of rewards.
    pub components: Vec<ComponentRow>,
    /// Checks of the evaluator.
    pub checks: Vec<CheckRow>,
    /// Timed messages.
    pub turns: Vec<TurnRow>,
    /// Errors found by reviewers.
    pub reviews: Vec<ReviewRow>,
    /// Findings.
    pub issues: Vec<IssueRow>,
    /// Files passed over.
    pub passed_over: Vec<PassedOverRow>,
    /// Cells.
    pub cells: Vec<CellRow>,
    /// Sums by cell and task.
    pub task_results: Vec<TaskResultRow>,
    /// Figures of cells, which are computed elsewhere.
    pub metrics: Vec<MetricRow>,
}

impl Rows {
    /// Makes the rows of what was read and of the sweep that was made of it; `names` are those of its cells.
    pub fn of(loaded: &[Loaded], sweep: &Sweep, names: &[&str], errors: ErrorPolicy) -> Self {
        let mut rows = Self::default();
        let mut fates: BTreeMap<usize, Vec<&RecordFate>> = BTreeMap::new();
        for fate in &sweep.fates {
            if let Some(file) = sweep.files.get(fate.file) {
                fates.entry(file.place).or_default().push(fate);
            }
        }
        let mut file = 0;
        for one in loaded {
            match one {
                Loaded::Results(result) => {
                    let own = fates.remove(&(file as usize)).unwrap_or_default();
                    rows.add_file(file, result, &own, errors);
                    file += 1;
                }
                Loaded::PassedOver(one) => rows.passed_over.push(PassedOverRow {
                    position: count(rows.passed_over.len()),
                    after_file: file,
                    path: one.path.clone(),
                    reason: one.reason.clone(),
                    unreadable: one.unreadable,
                }),
            }
        }
        rows.cells = sweep.cells.iter().zip(names).zip(0..).map(|((cell, name), at)| cell_row(at, name, cell)).collect();
        rows.task_results = task_rows(sweep, &task_results(sweep, errors));
        rows
    }

    fn add_file(&mut self, number: u32, file: &ResultFile, fates: &[&RecordFate], errors: ErrorPolicy) {
        let run = count(self.runs.len());
        self.runs.push(run_row((run, number, 0), file, &file.identity));
        for (id, task) in file.tau2.iter().flat_map(|plan| &plan.tasks) {
            self.tasks.push(TaskRow {
                run,
                task: id.as_str().to_owned(),
                reference_actions: task.actions,
                write_actions: task.write_actions,
                reward_basis: basis(&task.basis),
                digest: task.digest.map(|digest| format!("{digest:016x}")),
                intent: task.intent.clone(),
                persona: task.persona.clone(),
            });
        }
        let by_record: BTreeMap<usize, &RecordFate> = fates.iter().map(|fate| (fate.record, *fate)).collect();
        let mut parts: Vec<(&Identity, u32)> = Vec::new();
        for episode in &file.episodes {
            let part = episode.identity.as_deref().map(|identity| {
                let known = parts.iter().find(|(other, _)| std::ptr::eq(*other, identity) || *other == identity);
                if let Some((_, part)) = known {
                    return *part;
                }
                let part = count(self.runs.len());
                self.runs.push(run_row((part, number, count(parts.len()) + 1), file, identity));
                parts.push((identity, part));
                part
            });
            let fate = by_record.get(&episode.record).copied();
            self.add_episode(part.unwrap_or(run), episode, fate, errors);
        }
        for issue in &file.issues {
            self.issues.push(IssueRow {
                position: count(self.issues.len()),
                file: Some(number),
                path: issue.path.clone(),
                kind: issue.kind.name().to_owned(),
                text: issue.message.clone(),
            });
        }
    }

    fn add_episode(&mut self, run: u32, episode: &Episode, fate: Option<&RecordFate>, errors: ErrorPolicy) {
        let record = episode.record as u64;
        let standing = fate.filter(|fate| fate.fate == Fate::Kept).map(|_| errors.standing(episode));
        let (outcome, reward_recorded, error, reason) = match &episode.outcome {
            Outcome::Scored { reward } => ("scored", Some(*reward), None, None),
            Outcome::Error { error, reward } => ("error", *reward, Some(error), None),
            Outcome::Invalid { reason } => ("invalid", None, None, Some(reason)),
        };
        let plain = Tau2Facts::default();
        let facts = episode.tau2.as_deref();
        let own = facts.unwrap_or(&plain);
        self.episodes.push(EpisodeRow {
            run,
            record,
            task: episode.task.as_ref().map(|task| task.as_str().to_owned()),
            trial: episode.trial,
            seed: own.seed,
            simulation_id: text(&own.id),
            fingerprint: hex(episode.fingerprint.0),
            content: hex(episode.content.0),
            messages_digest: own.messages_digest.map(hex),
            fate: fate.map(|fate| fate.fate.name().to_owned()),
            cell: fate.map(|fate| count(fate.cell)),
            counted: standing.is_some_and(|standing| standing.counted),
            success: standing.is_some_and(|standing| standing.success),
            reward: standing.and_then(|standing| standing.reward),
            outcome: outcome.to_owned(),
            reward_recorded,
            error_class: error.map(|error| error.class.name().to_owned()),
            error_rule: error.map(|error| error.rule.clone()),
            error_text: error.map(|error| &error.text).or(reason).cloned(),
            is_cut_off: episode.is_cut_off,
            termination: own.termination.as_ref().map(ToString::to_string),
            evaluated: own.evaluated,
            reward_basis: facts.map(|facts| basis(&facts.basis)),
            nl_judged: own.nl_judged,
            messages: episode.conversation.map(|size| size.messages),
            turns: episode.conversation.map(|size| size.turns),
            tool_calls: episode.conversation.map(|size| size.tool_calls),
            tool_errors: facts.map(|facts| facts.tool_errors),
            agent_cost_usd: episode.agent_cost_usd,
            user_cost_usd: episode.user_cost_usd,
            agent_token_messages: own.agent_tokens.messages,
            agent_input_tokens: own.agent_tokens.input,
            agent_output_tokens: own.agent_tokens.output,
            user_token_messages: own.user_tokens.messages,
            user_input_tokens: own.user_tokens.input,
            user_output_tokens: own.user_tokens.output,
            start_time: own.start_time.clone(),
            end_time: own.end_time.clone(),
            has_placeholder_times: own.placeholder_times,
            duration_s: own.duration_s,
            hallucination_retries: own.hallucination_retries,
            is_reviewed: own.review.is_some(),
            auth_classification: own.auth_classification.clone(),
            mode: own.mode.clone(),
            is_discarded: own.discarded,
            is_matched_by_order: own.matched_by_order,
        });
        self.add_facts(run, record, own);
    }

    fn add_facts(&mut self, run: u32, record: u64, facts: &Tau2Facts) {
        for component in Component::ALL {
            let (value, recomputed) = (facts.breakdown.get(&component).copied(), facts.recomputable.get(&component).copied());
            if value.is_some() || recomputed.is_some() {
                self.components.push(ComponentRow { run, record, component: component.name().to_owned(), value, recomputed });
            }
        }
        for (position, check) in (0..).zip(&facts.action_checks) {
            let (tool, requestor) = (check.tool.clone(), check.requestor.clone());
            self.checks.push(CheckRow { run, record, position, tool, requestor, writes: check.writes, met: check.matched });
        }
        for turn in facts.turns.iter().map(Turn::parts) {
            self.turns.push(TurnRow {
                run,
                record,
                position: turn.position,
                role: if turn.side == Role::Agent { AGENT } else { USER }.to_owned(),
                at_ms: turn.at_ms,
                generation_ms: turn.generation_ms,
                gap_ms: turn.gap_ms,
                cost_usd: turn.cost_usd,
                input_tokens: turn.input_tokens,
                output_tokens: turn.output_tokens,
            });
        }
        for (position, found) in (0..).zip(facts.review.iter().flatten()) {
            self.reviews.push(ReviewRow {
                run,
                record,
                position,
                source: found.source.clone(),
                severity: found.severity.clone(),
                tags: json(&found.tags),
            });
        }
    }
}

/// Whose message a turn is.
pub(super) const AGENT: &str = "agent";
const USER: &str = "user";

fn run_row((run, file, part): (u32, u32, u32), result: &ResultFile, identity: &Identity) -> RunRow {
    let value = |part: &Option<Part>| part.as_ref().map(|part| part.value.clone());
    let source = |part: &Option<Part>| part.as_ref().map(|part| part.origin.to_string());
    let plan = result.tau2.as_deref();
    let stored = result.stored.as_ref();
    RunRow {
        run,
        file,
        part,
        path: result.source.path.clone(),
        label: result.source.label.clone(),
        folder: result.source.run_folder(),
        benchmark: identity.benchmark.id().to_owned(),
        shape: result.kind.name().to_owned(),
        bytes: result.source.bytes,
        sha256: result.source.sha256.clone(),
        env: value(&identity.env),
        env_source: source(&identity.env),
        model: value(&identity.model),
        model_source: source(&identity.model),
        strategy: value(&identity.strategy),
        strategy_source: source(&identity.strategy),
        user_model: value(&identity.user_model),
        user_model_source: source(&identity.user_model),
        user_strategy: value(&identity.user_strategy),
        user_strategy_source: source(&identity.user_strategy),
        temperature: value(&identity.temperature),
        temperature_source: source(&identity.temperature),
        task_range: value(&identity.task_range),
        task_range_source: source(&identity.task_range),
        mode: value(&identity.mode),
        mode_source: source(&identity.mode),
        max_steps: value(&identity.max_steps),
        max_steps_source: source(&identity.max_steps),
        version: value(&identity.version),
        version_source: source(&identity.version),
        variant: value(&identity.variant),
        variant_source: source(&identity.variant),
        settings: json(&identity.settings),
        has_plan: plan.is_some(),
        planned_trials: plan.and_then(|plan| plan.planned_trials),
        missing_simulations: plan.map_or(0, |plan| plan.missing_simulations),
        extra_simulations: plan.map_or(0, |plan| plan.extra_simulations),
        stored_avg_reward: stored.and_then(|stored| stored.avg_reward),
        stored_pass_hat: stored.map(|stored| json(&stored.pass_hat)),
    }
}

fn cell_row(at: u32, name: &str, cell: &crate::sweep::Cell) -> CellRow {
    let key = &cell.key;
    let parts = key.parts().into_iter().chain(key.named_settings()).chain(key.extra());
    let known: BTreeMap<&str, &str> = parts.filter_map(|(name, value)| Some((name, value?))).collect();
    CellRow {
        cell: at,
        name: name.to_owned(),
        benchmark: key.benchmark.id().to_owned(),
        label: key.label.clone(),
        env: key.env.clone(),
        model: key.model.clone(),
        strategy: key.strategy.clone(),
        user_model: key.user_model.clone(),
        variant: key.variant.clone(),
        parts: json(&known),
        records: cell.tally.records as u64,
        exact_copies_dropped: cell.tally.exact_duplicates as u64,
        repeated_attempts_dropped: cell.tally.conflicting_attempts as u64,
        discarded_by_benchmark: cell.tally.discarded as u64,
    }
}

fn task_rows(sweep: &Sweep, sums: &[TaskResult]) -> Vec<TaskResultRow> {
    let tasks: Vec<Vec<&TaskId>> = sweep.cells.iter().map(|cell| cell.tasks.keys().collect()).collect();
    let row = |sums: &TaskResult| TaskResultRow {
        cell: count(sums.cell),
        task: sums.task.and_then(|task| Some(tasks.get(sums.cell)?.get(task)?.as_str().to_owned())),
        episodes: sums.episodes,
        n: sums.n,
        c: sums.c,
        reward_sum: sums.reward_sum,
        infrastructure_errors: sums.infrastructure,
        agent_errors: sums.agent_errors,
        context_window_errors: sums.context_errors,
        invalid_rewards: sums.invalid,
        conversations: sums.conversations,
        messages: sums.messages,
        turns: sums.turns,
        tool_calls: sums.tool_calls,
        user_cost_episodes: sums.user_cost_usd.count,
        user_cost_usd: sums.user_cost_usd.sum,
        agent_cost_episodes: sums.agent_cost_usd.count,
        agent_cost_usd: sums.agent_cost_usd.sum,
    };
    sums.iter().map(row).collect()
}

/// Numbers of rows fit: more than four thousand million do not fit into memory.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn hex(digest: u128) -> String {
    format!("{digest:032x}")
}

fn basis(components: &[Component]) -> String {
    json(&components.iter().map(|component| component.name()).collect::<Vec<_>>())
}

/// Text, numbers and maps with text for keys are always JSON.
fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
