//! The part of a cell that only τ²-bench records.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ends;
use crate::analysis::{
    Tau2Stats,
    tau2::{DURATION_PERCENTILES, Durations, TokenStats},
};

#[derive(Debug, Serialize)]
pub(super) struct Tau2Json {
    simulations: u64,
    evaluated: u64,
    terminations: BTreeMap<String, u64>,
    termination_missing: u64,
    components: Vec<ComponentJson>,
    action_checks: Vec<ActionJson>,
    nl_judged: u64,
    duration: Option<DurationJson>,
    placeholder_times: u64,
    agent_tokens: Option<TokensJson>,
    user_tokens: Option<TokensJson>,
    tool_errors_per_episode: Option<f64>,
    hallucination_retries: Option<RetriesJson>,
    reviewed: u64,
    review_errors: Vec<ReviewJson>,
    auth: BTreeMap<String, u64>,
    matched_by_order: u64,
    missing_simulations: u64,
    versions: Vec<String>,
    strata: Vec<StratumJson>,
}

#[derive(Debug, Serialize)]
struct ComponentJson {
    component: &'static str,
    asked: u64,
    failed: u64,
    alone_decided: u64,
    failed_interval: Option<[f64; 2]>,
}

#[derive(Debug, Serialize)]
struct ActionJson {
    tool: String,
    requestor: String,
    writes: Option<bool>,
    checks: u64,
    matched: u64,
}

#[derive(Debug, Serialize)]
struct DurationJson {
    episodes_known: u64,
    mean_s: f64,
    mean_interval_s: Option<[f64; 2]>,
    percentiles_s: BTreeMap<String, Option<f64>>,
    percentile_intervals_s: BTreeMap<String, Option<[f64; 2]>>,
    max_s: f64,
    per_success_s: Option<f64>,
}

#[derive(Debug, Serialize)]
struct TokensJson {
    episodes_known: u64,
    input_per_episode: f64,
    output_per_episode: f64,
}

#[derive(Debug, Serialize)]
struct RetriesJson {
    episodes_recorded: u64,
    episodes_retried: u64,
    retries: u64,
}

#[derive(Debug, Serialize)]
struct ReviewJson {
    source: String,
    severity: String,
    tag: String,
    errors: u64,
}

#[derive(Debug, Serialize)]
struct StratumJson {
    by: &'static str,
    stratum: String,
    tasks: usize,
    trials: u64,
    pass_1: Option<f64>,
    pass_1_interval: Option<[f64; 2]>,
}

impl Tau2Json {
    pub(super) fn of(stats: &Tau2Stats) -> Self {
        Self {
            simulations: stats.simulations,
            evaluated: stats.evaluated,
            terminations: stats.terminations.iter().map(|(reason, count)| (reason.to_string(), *count)).collect(),
            termination_missing: stats.termination_missing,
            components: components(stats),
            action_checks: actions(stats),
            nl_judged: stats.nl_judged,
            duration: stats.durations.as_ref().map(duration),
            placeholder_times: stats.placeholder_times,
            agent_tokens: stats.agent_tokens.map(tokens),
            user_tokens: stats.user_tokens.map(tokens),
            tool_errors_per_episode: stats.tool_errors,
            hallucination_retries: stats.hallucination_retries.map(|(episodes_retried, retries, episodes_recorded)| {
                RetriesJson { episodes_recorded, episodes_retried, retries }
            }),
            reviewed: stats.reviewed,
            review_errors: reviews(stats),
            auth: stats.auth.clone(),
            matched_by_order: stats.matched_by_order,
            missing_simulations: stats.missing_simulations,
            versions: stats.versions.iter().cloned().collect(),
            strata: strata(stats),
        }
    }
}

fn components(stats: &Tau2Stats) -> Vec<ComponentJson> {
    let one = stats.components.iter().map(|one| ComponentJson {
        component: one.component.name(),
        asked: one.asked,
        failed: one.failed,
        alone_decided: one.alone,
        failed_interval: ends(one.interval),
    });
    one.collect()
}

fn actions(stats: &Tau2Stats) -> Vec<ActionJson> {
    let one = stats.actions.iter().map(|one| ActionJson {
        tool: one.tool.clone(),
        requestor: one.requestor.clone(),
        writes: one.writes,
        checks: one.checks,
        matched: one.matched,
    });
    one.collect()
}

fn duration(durations: &Durations) -> DurationJson {
    DurationJson {
        episodes_known: durations.known,
        mean_s: durations.mean_s,
        mean_interval_s: ends(durations.mean_interval_s),
        percentiles_s: DURATION_PERCENTILES.iter().map(|p| format!("p{p}")).zip(durations.percentiles_s).collect(),
        percentile_intervals_s: DURATION_PERCENTILES
            .iter()
            .map(|p| format!("p{p}"))
            .zip(durations.percentile_intervals_s.map(ends))
            .collect(),
        max_s: durations.max_s,
        per_success_s: durations.per_success_s.and_then(|ratio| ratio.ratio),
    }
}

fn tokens(tokens: TokenStats) -> TokensJson {
    TokensJson { episodes_known: tokens.known, input_per_episode: tokens.input, output_per_episode: tokens.output }
}

fn reviews(stats: &Tau2Stats) -> Vec<ReviewJson> {
    let one = stats.review_errors.iter().map(|((source, severity, tag), errors)| ReviewJson {
        source: source.clone(),
        severity: severity.clone(),
        tag: tag.clone(),
        errors: *errors,
    });
    one.collect()
}

fn strata(stats: &Tau2Stats) -> Vec<StratumJson> {
    let all = stats.strata.iter().flat_map(|strata| strata.strata.iter().map(|one| (strata.by, one)));
    let one = all.map(|(by, one)| StratumJson {
        by,
        stratum: one.label.clone(),
        tasks: one.tasks.len(),
        trials: one.trials,
        pass_1: one.pass_1,
        pass_1_interval: ends(one.interval),
    });
    one.collect()
}
