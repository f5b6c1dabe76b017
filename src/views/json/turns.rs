//! The part of metrics.json that the times of turns give.

use serde::Serialize;

use super::{
    ends,
    latency::{SummaryJson, quantile, summary},
};
use crate::{
    analysis::turns::{EpisodeTurnTime, Known, TurnRow, TurnTimes},
    views::scene::Scene,
};

#[derive(Debug, Serialize)]
pub(super) struct TurnTimesJson {
    quantile: &'static str,
    turns: Vec<TurnsJson>,
    episodes: Vec<EpisodesJson>,
}

#[derive(Debug, Serialize)]
struct TurnsJson {
    cell: String,
    side: &'static str,
    source: &'static str,
    duration: SummaryJson,
    limit_ms: f64,
    share_under_limit: Option<f64>,
    share_under_limit_interval: Option<[f64; 2]>,
    input_tokens: SumJson,
    output_tokens: SumJson,
    cost_usd: SumJson,
}

#[derive(Debug, Serialize)]
struct SumJson {
    turns_known: u64,
    sum: Option<f64>,
    per_turn: Option<f64>,
}

#[derive(Debug, Serialize)]
struct EpisodesJson {
    cell: String,
    source: &'static str,
    episodes_counted: u64,
    episodes_timed: u64,
    per_episode_s: Option<f64>,
    per_episode_interval_s: Option<[f64; 2]>,
    solved: u64,
    solved_mean_s: Option<f64>,
    failed: u64,
    failed_mean_s: Option<f64>,
    per_success_s: Option<f64>,
    per_success_interval_s: Option<[f64; 2]>,
}

impl TurnTimesJson {
    pub(super) fn of(scene: &Scene<'_>, times: &TurnTimes) -> Self {
        Self {
            quantile: quantile(times.options.kind),
            turns: times.rows.iter().map(|row| turns(scene, row)).collect(),
            episodes: times.episodes.iter().map(|one| episodes(scene, one)).collect(),
        }
    }
}

fn turns(scene: &Scene<'_>, row: &TurnRow) -> TurnsJson {
    let sum = |known: Known| SumJson {
        turns_known: known.count.into(),
        sum: (known.count > 0).then_some(known.sum),
        per_turn: known.mean(),
    };
    TurnsJson {
        cell: scene.names[row.cell].id.clone(),
        side: row.side.name(),
        source: row.source.name(),
        duration: summary(&row.summary),
        limit_ms: row.limit_ms,
        share_under_limit: row.below.map(|share| share.share),
        share_under_limit_interval: ends(row.below.and_then(|share| share.interval)),
        input_tokens: sum(row.input_tokens),
        output_tokens: sum(row.output_tokens),
        cost_usd: sum(row.cost_usd),
    }
}

fn episodes(scene: &Scene<'_>, one: &EpisodeTurnTime) -> EpisodesJson {
    EpisodesJson {
        cell: scene.names[one.cell].id.clone(),
        source: one.source.name(),
        episodes_counted: one.counted,
        episodes_timed: one.episodes(),
        per_episode_s: one.per_episode.and_then(|ratio| ratio.ratio),
        per_episode_interval_s: ends(one.per_episode.and_then(|ratio| ratio.interval)),
        solved: one.solved.episodes,
        solved_mean_s: one.solved.mean_s(),
        failed: one.failed.episodes,
        failed_mean_s: one.failed.mean_s(),
        per_success_s: one.per_solved.and_then(|ratio| ratio.ratio),
        per_success_interval_s: ends(one.per_solved.and_then(|ratio| ratio.interval)),
    }
}
