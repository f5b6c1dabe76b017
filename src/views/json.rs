//! `metrics.json`: the figures with full precision. Its form is docs/metrics.schema.json.

mod latency;
mod tau2;
mod turns;

use std::collections::BTreeMap;

use serde::Serialize;

use super::scene::{Entry, Scene};
use crate::{
    analysis::{Cost, OverallPoint, OverallRow, Verdict},
    metrics::{
        interval::Interval,
        ragged::CurvePoint,
        reliability::{HalfLife, Share},
    },
    sweep::{Attempts, ErrorPolicy},
};

/// Version of the form of metrics.json: the major number changes when a reader would break.
pub const SCHEMA_VERSION: &str = "2.0";

/// The whole file.
#[derive(Debug, Serialize)]
pub struct Metrics {
    schema_version: &'static str,
    tool: &'static str,
    version: String,
    options: OptionsJson,
    cells: Vec<CellJson>,
    rankings: Vec<RankingJson>,
    overall: Vec<OverallJson>,
    latency: Option<latency::LatencyJson>,
    turn_times: Option<turns::TurnTimesJson>,
    warnings: Vec<String>,
    files_passed_over: usize,
}

#[derive(Debug, Serialize)]
struct OptionsJson {
    errors: &'static str,
    attempts: &'static str,
    ragged: &'static str,
    ci: &'static str,
    confidence: f64,
    k_max: Option<u32>,
    planned_trials: Option<u32>,
    flags: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Serialize)]
struct CellJson {
    id: String,
    name: String,
    label: Option<String>,
    benchmark: String,
    env: Option<String>,
    model: Option<String>,
    strategy: Option<String>,
    user_model: Option<String>,
    user_strategy: Option<String>,
    temperature: Option<String>,
    mode: Option<String>,
    max_steps: Option<String>,
    settings: BTreeMap<String, String>,
    variant: Option<String>,
    by: BTreeMap<String, Option<String>>,
    folder: Option<String>,
    files: Vec<String>,
    episodes: EpisodesJson,
    tasks_scored: usize,
    tasks_planned: usize,
    tasks_lost: Vec<String>,
    trials_min: Option<u32>,
    trials_max: Option<u32>,
    trials_planned: u32,
    coverage: Option<f64>,
    infrastructure_error_rate: Option<f64>,
    infrastructure_error_rate_interval: Option<[f64; 2]>,
    success_rate_by_task: Option<f64>,
    success_rate_by_episode: Option<f64>,
    mean_reward_by_task: Option<f64>,
    mean_reward_by_episode: Option<f64>,
    pass_hat: Vec<PassJson>,
    upstream_pass_1: Option<f64>,
    solved: Option<SolvedJson>,
    consistency: Option<f64>,
    consistency_hal: Option<f64>,
    icc: Option<f64>,
    icc_raw: Option<f64>,
    variance_between: Option<f64>,
    variance_within: Option<f64>,
    retention: Option<f64>,
    half_life_k: Option<f64>,
    run_length: Option<f64>,
    user_cost: Option<CostJson>,
    agent_cost: Option<CostJson>,
    messages_per_episode: Option<f64>,
    turns_per_episode: Option<f64>,
    tool_calls_per_episode: Option<f64>,
    tau2: Option<tau2::Tau2Json>,
}

#[derive(Debug, Serialize)]
struct EpisodesJson {
    records: usize,
    exact_copies_dropped: usize,
    repeated_attempts_dropped: usize,
    discarded_by_benchmark: usize,
    kept: u64,
    counted: u64,
    successes: u64,
    infrastructure_errors: u64,
    agent_errors: u64,
    context_window_errors: u64,
    invalid_rewards: u64,
    without_task: u64,
    cut_off: u64,
}

#[derive(Debug, Serialize)]
struct PassJson {
    k: u32,
    value: Option<f64>,
    interval: Option<[f64; 2]>,
    tasks_used: usize,
    n_eff: Option<f64>,
    se_tasks: Option<f64>,
    se_rerun: Option<f64>,
    few_tasks: bool,
    few_successes: bool,
    available: Option<f64>,
    errors_as_failures: Option<f64>,
    missing_as_failures: Option<f64>,
    missing_as_successes: Option<f64>,
    pass_at: Option<f64>,
    pass_at_interval: Option<[f64; 2]>,
}

#[derive(Debug, Serialize)]
struct SolvedJson {
    always: ShareJson,
    sometimes: ShareJson,
    never: ShareJson,
}

#[derive(Debug, Serialize)]
struct ShareJson {
    tasks: usize,
    share: f64,
    interval: Option<[f64; 2]>,
}

#[derive(Debug, Serialize)]
struct CostJson {
    episodes_known: u64,
    sum_usd: f64,
    per_episode_usd: f64,
    per_episode_interval_usd: Option<[f64; 2]>,
    per_success_usd: Option<f64>,
    per_success_interval_usd: Option<[f64; 2]>,
}

#[derive(Debug, Serialize)]
struct RankingJson {
    benchmark: String,
    env: Option<String>,
    order: Vec<String>,
    against_leader: Vec<ContrastJson>,
    solved_by_none: Vec<String>,
    solved_by_all: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ContrastJson {
    cell: String,
    common_tasks: Option<usize>,
    difference: Option<f64>,
    interval: Option<[f64; 2]>,
    p_paired_t: Option<f64>,
    p_sign_flip: Option<f64>,
    p_sign_flip_mid: Option<f64>,
    p_holm: Option<f64>,
    verdict: &'static str,
    differs_in: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct OverallJson {
    benchmark: String,
    envs: Vec<String>,
    rows: Vec<OverallRowJson>,
    left_out: Vec<String>,
}

#[derive(Debug, Serialize)]
struct OverallRowJson {
    cells: Vec<String>,
    pass_hat: Vec<OverallPointJson>,
}

#[derive(Debug, Serialize)]
struct OverallPointJson {
    k: u32,
    value: f64,
    interval: Option<[f64; 2]>,
}

/// Returns the content of metrics.json.
pub fn metrics(scene: &Scene<'_>, attempts: Attempts) -> Metrics {
    let options = &scene.analysis.options;
    Metrics {
        schema_version: SCHEMA_VERSION,
        tool: "taureport",
        version: scene.version.to_owned(),
        options: OptionsJson {
            errors: match options.errors {
                ErrorPolicy::Exclude => "exclude",
                ErrorPolicy::ExcludeAll => "exclude-all",
                ErrorPolicy::Fail => "fail",
                ErrorPolicy::Upstream => "upstream",
            },
            attempts: match attempts {
                Attempts::First => "first",
                Attempts::Last => "last",
                Attempts::All => "all",
            },
            ragged: super::reliability::ragged_name(scene),
            ci: options.ci.name(),
            confidence: options.confidence,
            k_max: options.k_max,
            planned_trials: options.planned_trials,
            flags: scene.flags.iter().fold(BTreeMap::new(), |mut flags, (name, value)| {
                flags.entry(name.clone()).or_default().push(value.clone());
                flags
            }),
        },
        cells: scene.entries().map(|entry| cell(scene, &entry)).collect(),
        rankings: rankings(scene),
        overall: overall(scene),
        latency: scene.latency.map(|one| latency::LatencyJson::of(scene, one)),
        turn_times: scene.turn_times.map(|one| turns::TurnTimesJson::of(scene, one)),
        warnings: super::warnings::warnings(scene),
        files_passed_over: scene.sweep.passed_over.len(),
    }
}

fn ends(interval: Option<Interval>) -> Option<[f64; 2]> {
    interval.map(|interval| [interval.lo, interval.hi])
}

fn cell(scene: &Scene<'_>, entry: &Entry<'_>) -> CellJson {
    let (key, stats) = (&entry.cell.key, entry.stats);
    let files = scene.files.of(entry.index).iter().map(|file| file.source.path.clone());
    let decay = stats.decay.as_ref();
    CellJson {
        id: entry.name.id.clone(),
        name: entry.name.full.clone(),
        label: key.label.clone(),
        benchmark: key.benchmark.to_string(),
        env: key.env.clone(),
        model: key.model.clone(),
        strategy: key.strategy.clone(),
        user_model: key.user_model.clone(),
        user_strategy: key.user_strategy.clone(),
        temperature: key.temperature.clone(),
        mode: key.mode.clone(),
        max_steps: key.max_steps.clone(),
        settings: key.settings.clone(),
        variant: key.variant.clone(),
        by: key.by.iter().cloned().collect(),
        folder: key.place.clone(),
        files: files.collect(),
        episodes: episodes(entry),
        tasks_scored: stats.scored_tasks,
        tasks_planned: stats.plan.tasks.len(),
        tasks_lost: stats.lost_tasks.iter().map(ToString::to_string).collect(),
        trials_min: stats.trials.map(|(fewest, _)| fewest),
        trials_max: stats.trials.map(|(_, most)| most),
        trials_planned: stats.plan.trials,
        coverage: stats.coverage,
        infrastructure_error_rate: stats.infrastructure_rate.map(|rate| rate.rate),
        infrastructure_error_rate_interval: ends(stats.infrastructure_rate.and_then(|rate| rate.interval)),
        success_rate_by_task: stats.success.map(|rate| rate.macro_mean),
        success_rate_by_episode: stats.episode_success_rate,
        mean_reward_by_task: stats.reward.map(|rate| rate.macro_mean),
        mean_reward_by_episode: stats.episode_mean_reward,
        pass_hat: stats.curve.iter().enumerate().map(|(index, point)| pass(entry, index, point)).collect(),
        upstream_pass_1: stats.upstream_pass_1,
        solved: stats.solved.as_ref().map(|shares| SolvedJson {
            always: share(&shares.always),
            sometimes: share(&shares.sometimes),
            never: share(&shares.never),
        }),
        consistency: stats.consistency.map(|one| one.consistency),
        consistency_hal: stats.consistency.map(|one| one.hal),
        icc: stats.icc.map(|icc| icc.icc),
        icc_raw: stats.icc.map(|icc| icc.raw),
        // A variance is not negative; icc_raw keeps the sign.
        variance_between: stats.icc.map(|icc| icc.between.max(0.0)),
        variance_within: stats.icc.map(|icc| icc.within),
        retention: decay.map(|decay| decay.retention),
        half_life_k: decay.and_then(|decay| match decay.half_life {
            HalfLife::At(k) => Some(k),
            HalfLife::Beyond(_) => None,
        }),
        run_length: decay.map(|decay| decay.run_length),
        user_cost: stats.user_cost.map(cost),
        agent_cost: stats.agent_cost.map(cost),
        messages_per_episode: stats.conversation.map(|talk| talk.messages),
        turns_per_episode: stats.conversation.map(|talk| talk.turns),
        tool_calls_per_episode: stats.conversation.map(|talk| talk.tool_calls),
        tau2: stats.tau2.as_ref().map(tau2::Tau2Json::of),
    }
}

fn episodes(entry: &Entry<'_>) -> EpisodesJson {
    let (tally, outcomes) = (entry.stats.tally, entry.stats.outcomes);
    EpisodesJson {
        records: tally.records,
        exact_copies_dropped: tally.exact_duplicates,
        repeated_attempts_dropped: tally.conflicting_attempts,
        discarded_by_benchmark: tally.discarded,
        kept: outcomes.episodes,
        counted: outcomes.counted,
        successes: outcomes.successes,
        infrastructure_errors: outcomes.infrastructure,
        agent_errors: outcomes.agent_errors,
        context_window_errors: outcomes.context_errors,
        invalid_rewards: outcomes.invalid,
        without_task: outcomes.untasked,
        cut_off: entry.stats.cut_off.map_or(0, |cut| cut.episodes),
    }
}

fn pass(entry: &Entry<'_>, index: usize, point: &CurvePoint) -> PassJson {
    let stats = entry.stats;
    let missing = stats.missing_bounds.get(index).copied().flatten();
    let failed = stats.errors_as_failures.as_ref().and_then(|curve| curve.get(index)).and_then(|point| point.value);
    PassJson {
        k: point.k,
        value: point.value,
        interval: ends(point.interval),
        tasks_used: point.tasks_used,
        n_eff: point.n_eff,
        se_tasks: point.se,
        se_rerun: point.rerun_se,
        few_tasks: point.too_few,
        few_successes: point.few_successes,
        available: stats.available.get(index).map_or(point.value, |point| point.value),
        errors_as_failures: failed,
        missing_as_failures: missing.map(|bounds| bounds.lower),
        missing_as_successes: missing.map(|bounds| bounds.upper),
        pass_at: point.pass_at,
        pass_at_interval: ends(point.pass_at_interval),
    }
}

fn share(share: &Share) -> ShareJson {
    ShareJson { tasks: share.tasks, share: share.value, interval: ends(share.interval) }
}

fn cost(cost: Cost) -> CostJson {
    CostJson {
        episodes_known: cost.known,
        sum_usd: cost.sum_usd,
        per_episode_usd: cost.per_episode_usd,
        per_episode_interval_usd: ends(cost.per_episode_interval),
        per_success_usd: cost.per_success.and_then(|ratio| ratio.ratio),
        per_success_interval_usd: ends(cost.per_success.and_then(|ratio| ratio.interval)),
    }
}

fn overall(scene: &Scene<'_>) -> Vec<OverallJson> {
    let ids = |cells: &[usize]| cells.iter().map(|cell| scene.names[*cell].id.clone()).collect();
    let point = |point: &OverallPoint| OverallPointJson { k: point.k, value: point.value, interval: ends(point.interval) };
    let row = |row: &OverallRow| OverallRowJson { cells: ids(&row.cells), pass_hat: row.points.iter().map(point).collect() };
    let all = scene.analysis.overall.iter().map(|one| OverallJson {
        benchmark: one.benchmark.to_string(),
        envs: one.envs.clone(),
        rows: one.rows.iter().map(row).collect(),
        left_out: ids(&one.left_out),
    });
    all.collect()
}

fn rankings(scene: &Scene<'_>) -> Vec<RankingJson> {
    let id = |index: usize| scene.names[index].id.clone();
    scene
        .analysis
        .rankings
        .iter()
        .map(|ranking| RankingJson {
            benchmark: ranking.benchmark.to_string(),
            env: ranking.env.clone(),
            order: ranking.order.iter().map(|index| id(*index)).collect(),
            against_leader: ranking
                .contrasts
                .iter()
                .map(|contrast| ContrastJson {
                    cell: id(contrast.cell),
                    common_tasks: contrast.paired.map(|one| one.tasks),
                    difference: contrast.paired.map(|one| one.difference),
                    interval: ends(contrast.paired.and_then(|one| one.interval)),
                    p_paired_t: contrast.paired.and_then(|one| one.p_t),
                    p_sign_flip: contrast.paired.and_then(|one| one.flips).map(|flips| flips.exact),
                    p_sign_flip_mid: contrast.paired.and_then(|one| one.flips).map(|flips| flips.mid_p),
                    p_holm: contrast.p_holm,
                    verdict: match contrast.verdict {
                        Verdict::Worse => "worse",
                        Verdict::Better => "better",
                        Verdict::Inconclusive => "inconclusive",
                        Verdict::NotCompared => "not compared",
                    },
                    differs_in: contrast.differs.clone(),
                })
                .collect(),
            solved_by_none: ranking.solved_by_none.iter().map(ToString::to_string).collect(),
            solved_by_all: ranking.solved_by_all.iter().map(ToString::to_string).collect(),
        })
        .collect()
}
