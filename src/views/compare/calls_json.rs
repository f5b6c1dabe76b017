//! The calls of logs in comparison.json.

use serde::Serialize;

use super::{
    CompareScene, calls,
    json::{PercentileJson, pair, percentiles},
};
use crate::{analysis::compare::CallRow, metrics::interval::Interval};

#[derive(Debug, Serialize)]
pub(super) struct LatencyJson {
    rows: Vec<CallJson>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct CallJson {
    new_side: String,
    role: &'static str,
    base_name: String,
    new_name: String,
    domain: Option<String>,
    tasks: usize,
    calls_base: u64,
    calls_new: u64,
    base_s: f64,
    new_s: f64,
    ratio: f64,
    interval: Option<[f64; 2]>,
    p: Option<f64>,
    p_holm: Option<f64>,
    verdict: &'static str,
    detectable_ratio: Option<f64>,
    mann_whitney_p: Option<f64>,
    probability_new_longer: Option<f64>,
    hodges_lehmann_ratio: Option<f64>,
    hodges_lehmann_interval: Option<[f64; 2]>,
    percentiles: Vec<PercentileJson>,
}

/// Returns the part of the calls.
pub(super) fn latency(scene: &CompareScene<'_>) -> LatencyJson {
    let not_split = scene.report.calls.not_split.then(|| calls::NOT_SPLIT.to_owned());
    LatencyJson {
        rows: scene.report.calls.rows.iter().map(|row| call(scene, row)).collect(),
        notes: not_split.into_iter().chain(calls::alone(scene)).collect(),
    }
}

fn call(scene: &CompareScene<'_>, row: &CallRow) -> CallJson {
    let (base, new) = calls::series(scene, row);
    let found = &row.durations;
    let shift = found.log_shift.and_then(|shift| shift.interval);
    CallJson {
        new_side: scene.side(row.new_side).to_owned(),
        role: base.role.name(),
        base_name: base.name.clone(),
        new_name: new.name.clone(),
        domain: base.domain.clone(),
        tasks: found.ratio.logs.tasks,
        calls_base: found.episodes.0,
        calls_new: found.episodes.1,
        base_s: found.ratio.logs.a.exp(),
        new_s: found.ratio.logs.b.exp(),
        ratio: found.ratio.ratio,
        interval: pair(found.ratio.interval),
        p: found.ratio.logs.p,
        p_holm: found.judged.p_holm,
        verdict: found.judged.verdict.name(),
        detectable_ratio: found.detectable,
        mann_whitney_p: found.mann_whitney.map(|one| one.p()),
        probability_new_longer: found.mann_whitney.map(|one| one.b_larger),
        hodges_lehmann_ratio: found.log_shift.map(|shift| shift.shift.exp()),
        hodges_lehmann_interval: pair(shift.map(|ends| Interval { lo: ends.lo.exp(), hi: ends.hi.exp() })),
        percentiles: percentiles(found),
    }
}
