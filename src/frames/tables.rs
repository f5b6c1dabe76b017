//! The tables. A row's field is a column; its documentation is what `docs/frames.md`, the files' metadata and `query --tables` say of it.

use super::schema::{Row, Table, table};

table! {
    /// One part of a result file that says of itself what was run: the whole file, or records of it that say something else.
    RunRow = "runs" by ["run"] {
        /// Number of the run.
        run: u32,
        /// Number of the file, in the order in which files are read.
        file: u32,
        /// 0 for the file as a whole; from 1 on records that say something else than it.
        part: u32,
        /// Path of the file.
        path: String,
        /// Label given by the user.
        label: Option<String>,
        /// Folder of the run.
        folder: String,
        /// `tau1` or `tau2`.
        benchmark: String,
        /// What kind of file it is.
        shape: String,
        /// Size on disk in bytes.
        bytes: u64,
        /// SHA-256 of the file.
        sha256: String,
        /// Environment (domain).
        env: Option<String>,
        /// Where that is known from.
        env_source: Option<String>,
        /// Model of the agent.
        model: Option<String>,
        /// Where that is known from.
        model_source: Option<String>,
        /// Strategy of the agent.
        strategy: Option<String>,
        /// Where that is known from.
        strategy_source: Option<String>,
        /// Model of the user simulator.
        user_model: Option<String>,
        /// Where that is known from.
        user_model_source: Option<String>,
        /// Strategy of the user simulator.
        user_strategy: Option<String>,
        /// Where that is known from.
        user_strategy_source: Option<String>,
        /// Sampling temperature of the agent, as written.
        temperature: Option<String>,
        /// Where that is known from.
        temperature_source: Option<String>,
        /// Range of task indices that the run was made for.
        task_range: Option<String>,
        /// Where that is known from.
        task_range_source: Option<String>,
        /// How user and agent share the work (τ²-bench).
        mode: Option<String>,
        /// Where that is known from.
        mode_source: Option<String>,
        /// Limit of steps, as written (τ²-bench).
        max_steps: Option<String>,
        /// Where that is known from.
        max_steps_source: Option<String>,
        /// Version of the benchmark.
        version: Option<String>,
        /// Where that is known from.
        version_source: Option<String>,
        /// Variant that the records or names say.
        variant: Option<String>,
        /// Where that is known from.
        variant_source: Option<String>,
        /// All other settings of agent, user simulator and environment: a JSON object.
        settings: String,
        /// Whether the file says what was to be run (τ²-bench).
        has_plan: bool,
        /// Trials of each task that were to be run.
        planned_trials: Option<u32>,
        /// Simulations that the file lists and that are not there.
        missing_simulations: u32,
        /// Simulations that are there and not listed.
        extra_simulations: u32,
        /// Average reward that the file itself states.
        stored_avg_reward: Option<f64>,
        /// pass^k that the file itself states: a JSON object by k; null where it states no figures.
        stored_pass_hat: Option<String>,
    }
}

table! {
    /// One task that a file lists (τ²-bench).
    TaskRow = "tasks" by ["run", "task"] {
        /// Number of the run: the whole file.
        run: u32,
        /// Id of the task.
        task: String,
        /// Number of reference actions.
        reference_actions: Option<u32>,
        /// Reference actions that change the database.
        write_actions: Option<u32>,
        /// Components whose product is the reward: a JSON list.
        reward_basis: String,
        /// Digest of the task, which tells other tasks of the same id; hexadecimal.
        digest: Option<String>,
        /// The customer's issue (telecom).
        intent: Option<String>,
        /// The persona (telecom).
        persona: Option<String>,
    }
}

table! {
    /// One record of a result file.
    EpisodeRow = "episodes" by ["run", "record"] {
        /// Number of the run.
        run: u32,
        /// Position of the record in its file, from 0 on.
        record: u64,
        /// Id of the task.
        task: Option<String>,
        /// Number of the trial, as written.
        trial: Option<i64>,
        /// Seed (τ²-bench).
        seed: Option<i64>,
        /// Id of the simulation (τ²-bench).
        simulation_id: Option<String>,
        /// Digest of the record; hexadecimal.
        fingerprint: String,
        /// Digest of what was run, whatever trial number and reward the record gives it; hexadecimal.
        content: String,
        /// Digest of the messages (τ²-bench); hexadecimal.
        messages_digest: Option<String>,
        /// What became of the record: kept, copy, repeated, regraded or discarded.
        fate: Option<String>,
        /// Number of its cell.
        cell: Option<u32>,
        /// Whether it is one of the trials that count.
        counted: bool,
        /// Whether it counts as a success.
        success: bool,
        /// The reward that counts; null where none does.
        reward: Option<f64>,
        /// How it ended: scored, error or invalid.
        outcome: String,
        /// The reward on record.
        reward_recorded: Option<f64>,
        /// Who is to blame for the error: infrastructure, agent or context-window.
        error_class: Option<String>,
        /// The rule that told so.
        error_rule: Option<String>,
        /// First line of the error, or why the reward is no number.
        error_text: Option<String>,
        /// Whether the run was cut off and never evaluated (τ-bench).
        is_cut_off: bool,
        /// Why the simulation ended (τ²-bench).
        termination: Option<String>,
        /// Whether the simulation was evaluated (τ²-bench).
        evaluated: bool,
        /// Components whose product is the reward: a JSON list (τ²-bench).
        reward_basis: Option<String>,
        /// Assertions in natural language that were judged (τ²-bench).
        nl_judged: u32,
        /// Messages of the conversation; null without one.
        messages: Option<u32>,
        /// Turns of the agent.
        turns: Option<u32>,
        /// Calls of tools.
        tool_calls: Option<u32>,
        /// Calls of tools that ended in an error (τ²-bench).
        tool_errors: Option<u32>,
        /// Cost of the agent's model in US dollars.
        agent_cost_usd: Option<f64>,
        /// Cost of the user simulator's model in US dollars.
        user_cost_usd: Option<f64>,
        /// Messages of the agent that state their tokens.
        agent_token_messages: u32,
        /// Input tokens of these.
        agent_input_tokens: u64,
        /// Output tokens of these.
        agent_output_tokens: u64,
        /// Messages of the user simulator that state their tokens.
        user_token_messages: u32,
        /// Input tokens of these.
        user_input_tokens: u64,
        /// Output tokens of these.
        user_output_tokens: u64,
        /// Start, as written.
        start_time: Option<String>,
        /// End, as written.
        end_time: Option<String>,
        /// Whether start and end were made up by a converter.
        has_placeholder_times: bool,
        /// Duration in seconds.
        duration_s: Option<f64>,
        /// How often the simulation was run again because the user simulator made something up.
        hallucination_retries: Option<u32>,
        /// Whether a review is on record.
        is_reviewed: bool,
        /// Verdict on the user's authentication.
        auth_classification: Option<String>,
        /// How user and agent share the work in this simulation.
        mode: Option<String>,
        /// Whether the benchmark itself discarded it.
        is_discarded: bool,
        /// Whether only its place in the file says which task it is of.
        is_matched_by_order: bool,
    }
}

table! {
    /// One component of an episode's reward (τ²-bench).
    ComponentRow = "components" by ["run", "record", "component"] {
        /// Number of the run.
        run: u32,
        /// Position of the record in its file.
        record: u64,
        /// DB, COMMUNICATE, ENV_ASSERTION, NL_ASSERTION or ACTION.
        component: String,
        /// Its value on record.
        value: Option<f64>,
        /// Its value as far as it can be computed from what else is on record.
        recomputed: Option<f64>,
    }
}

table! {
    /// One reference action that the evaluator looked for (τ²-bench).
    CheckRow = "checks" by ["run", "record", "position"] {
        /// Number of the run.
        run: u32,
        /// Position of the record in its file.
        record: u64,
        /// Position of the check, from 0 on.
        position: u32,
        /// The tool.
        tool: String,
        /// Who was to call it: assistant or user.
        requestor: String,
        /// Whether it changes the database.
        writes: Option<bool>,
        /// Whether it was met.
        met: bool,
    }
}

table! {
    /// One message of the agent or the user simulator of which the file says a time, a cost or tokens (τ²-bench).
    TurnRow = "turns" by ["run", "record", "position"] {
        /// Number of the run.
        run: u32,
        /// Position of the record in its file.
        record: u64,
        /// Position of the message in the conversation, from 0 on.
        position: u32,
        /// Whose message it is: agent or user.
        role: String,
        /// When it was made, in milliseconds since 1970, by the clock of the machine that wrote it.
        at_ms: Option<i64>,
        /// How long its generation took, in milliseconds.
        generation_ms: Option<f64>,
        /// Time since the message before it, in milliseconds, with all that happened between the two.
        gap_ms: Option<f64>,
        /// What it cost in US dollars.
        cost_usd: Option<f64>,
        /// Input tokens.
        input_tokens: Option<u32>,
        /// Output tokens.
        output_tokens: Option<u32>,
    }
}

table! {
    /// One error that a reviewer found (τ²-bench).
    ReviewRow = "reviews" by ["run", "record", "position"] {
        /// Number of the run.
        run: u32,
        /// Position of the record in its file.
        record: u64,
        /// Position of the error, from 0 on.
        position: u32,
        /// Whose error it is.
        source: String,
        /// How bad it is.
        severity: String,
        /// Tags: a JSON list.
        tags: String,
    }
}

table! {
    /// One finding about a file.
    IssueRow = "issues" by ["position"] {
        /// Position, from 0 on.
        position: u32,
        /// Number of the file; null where it is no result file.
        file: Option<u32>,
        /// Path of the file.
        path: String,
        /// Kind of the finding.
        kind: String,
        /// The finding.
        text: String,
    }
}

table! {
    /// One file that was not read as a result file.
    PassedOverRow = "passed_over" by ["position"] {
        /// Position, from 0 on.
        position: u32,
        /// Number of result files before it.
        after_file: u32,
        /// Path of the file.
        path: String,
        /// Why.
        reason: String,
        /// Whether it could not be read at all.
        unreadable: bool,
    }
}

table! {
    /// One cell: a configuration, of which all trials are put together.
    CellRow = "cells" by ["cell"] {
        /// Number of the cell.
        cell: u32,
        /// Its name in reports.
        name: String,
        /// `tau1` or `tau2`.
        benchmark: String,
        /// Label given by the user.
        label: Option<String>,
        /// Environment (domain).
        env: Option<String>,
        /// Model of the agent.
        model: Option<String>,
        /// Strategy of the agent.
        strategy: Option<String>,
        /// Model of the user simulator.
        user_model: Option<String>,
        /// Variant.
        variant: Option<String>,
        /// All parts that tell it from other cells: a JSON object.
        parts: String,
        /// Records found.
        records: u64,
        /// Exact copies, dropped.
        exact_copies_dropped: u64,
        /// Repeated attempts and other gradings, dropped.
        repeated_attempts_dropped: u64,
        /// Simulations that the benchmark itself discarded.
        discarded_by_benchmark: u64,
    }
}

table! {
    /// One task of a cell: the sums that every figure is made of.
    TaskResultRow = "task_results" by ["cell", "task"] {
        /// Number of the cell.
        cell: u32,
        /// Id of the task; null for the episodes whose task is unknown.
        task: Option<String>,
        /// Episodes that stay.
        episodes: u32,
        /// Trials that count: n.
        n: u32,
        /// Successes among them: c.
        c: u32,
        /// Sum of the rewards that count.
        reward_sum: f64,
        /// Episodes that ended in an infrastructure error.
        infrastructure_errors: u32,
        /// Episodes that ended in an agent error.
        agent_errors: u32,
        /// Episodes that ended in a context-window overflow.
        context_window_errors: u32,
        /// Episodes without a usable reward.
        invalid_rewards: u32,
        /// Episodes with a conversation.
        conversations: u32,
        /// Messages of these.
        messages: u64,
        /// Turns of the agent in these.
        turns: u64,
        /// Calls of tools in these.
        tool_calls: u64,
        /// Episodes whose user cost is known.
        user_cost_episodes: u32,
        /// Sum of these costs in US dollars.
        user_cost_usd: f64,
        /// Episodes whose agent cost is known.
        agent_cost_episodes: u32,
        /// Sum of these costs in US dollars.
        agent_cost_usd: f64,
    }
}

table! {
    /// One figure of a cell, as `analyze` has it.
    MetricRow = "metrics" by ["cell", "metric", "k"] {
        /// Number of the cell.
        cell: u32,
        /// Name of the figure: pass_hat, coverage, mean_reward, agent_cost_usd_per_episode, agent_cost_usd_per_success and so for the user simulator.
        metric: String,
        /// The k of a pass^k.
        k: Option<u32>,
        /// Its value.
        value: Option<f64>,
        /// Lower end of its interval.
        low: Option<f64>,
        /// Upper end of its interval.
        high: Option<f64>,
        /// Tasks that it rests on.
        tasks: Option<u64>,
    }
}

/// All tables, in the order of the documentation.
pub const TABLES: [Table; 12] = [
    RunRow::TABLE,
    TaskRow::TABLE,
    EpisodeRow::TABLE,
    ComponentRow::TABLE,
    CheckRow::TABLE,
    TurnRow::TABLE,
    ReviewRow::TABLE,
    IssueRow::TABLE,
    PassedOverRow::TABLE,
    CellRow::TABLE,
    TaskResultRow::TABLE,
    MetricRow::TABLE,
];
