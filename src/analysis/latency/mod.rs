//! Where the time went: the figures of the logs beside the results.

mod episodes;
mod runs;
pub(crate) mod series;
mod servers;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub use episodes::{Attachment, Component, EpisodeTime, Joined, TimeRow};
pub use runs::{RunFigures, SlowCall};
pub use series::{Phases, Series};
pub use servers::{ServerFigures, StatusRow};

use crate::{
    metrics::latency::{DEFAULT_LEVELS, QuantileKind, SummaryOptions},
    records::log::Role,
    sweep::{ErrorPolicy, Sweep},
};

/// Limit of a call without one of its own, in milliseconds.
pub const DEFAULT_LIMIT_MS: f64 = 5000.0;

/// The choices behind the figures.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyOptions {
    /// Levels of the percentiles, within `[0, 1]`, rising.
    pub levels: Vec<f64>,
    /// How percentiles are read off.
    pub kind: QuantileKind,
    /// Limits by role, in milliseconds; other roles have [`DEFAULT_LIMIT_MS`] or `limit_ms`.
    pub limits_ms: BTreeMap<Role, f64>,
    /// Limit of all other roles, in milliseconds.
    pub limit_ms: f64,
    /// Level of the intervals.
    pub confidence: f64,
}

impl Default for LatencyOptions {
    fn default() -> Self {
        Self {
            levels: DEFAULT_LEVELS.to_vec(),
            kind: QuantileKind::Linear,
            limits_ms: BTreeMap::new(),
            limit_ms: DEFAULT_LIMIT_MS,
            confidence: 0.95,
        }
    }
}

impl LatencyOptions {
    /// Returns the limit of a role, in milliseconds.
    pub fn limit_of(&self, role: Role) -> f64 {
        self.limits_ms.get(&role).copied().unwrap_or(self.limit_ms)
    }

    pub(super) fn summary(&self) -> SummaryOptions {
        SummaryOptions { levels: self.levels.clone(), kind: self.kind, conf: self.confidence }
    }
}

/// All figures of the logs.
#[derive(Debug, Clone, PartialEq)]
pub struct Latency {
    /// The choices in force.
    pub options: LatencyOptions,
    /// Calls by role, name (model; function of a tool) and domain.
    pub series: Vec<Series>,
    /// The same over all domains, where there are several; else the same as `series`.
    pub pooled: Vec<Series>,
    /// One entry a structured log with timed calls.
    pub runs: Vec<RunFigures>,
    /// The slowest calls of all, slowest first.
    pub slowest: Vec<SlowCall>,
    /// One entry a vLLM server's log.
    pub servers: Vec<ServerFigures>,
    /// What of the calls was attached to episodes, and what the episodes' time went into.
    pub joined: Joined,
}

/// Computes the figures of the logs; `None` where no log has a timed call or a server's status. `errors` says which episodes count, and as what.
pub fn latency(sweep: &Sweep, options: &LatencyOptions, errors: ErrorPolicy) -> Option<Latency> {
    let rest = || {
        rayon::join(
            || (runs::figures(&sweep.logs), servers::figures(&sweep.logs)),
            || (runs::slowest(&sweep.logs), episodes::join(sweep, errors)),
        )
    };
    let (calls, ((runs, servers), (slowest, joined))) = rayon::join(|| series::collect(&sweep.logs), rest);
    if calls.is_empty() && servers.is_empty() {
        return None;
    }
    let domains = calls.iter().map(|one| one.key.domain.as_deref()).collect::<std::collections::BTreeSet<_>>().len();
    let figures = |all: &[series::Calls]| -> Vec<Series> { all.par_iter().map(|one| one.figures(options)).collect() };
    let series = figures(&calls);
    let pooled = if domains > 1 { figures(&series::pool(&calls)) } else { series.clone() };
    Some(Latency { series, pooled, runs, slowest, servers, joined, options: options.clone() })
}
