//! `comparison.json`: the figures with full precision. Its form is docs/comparison.schema.json.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    CompareScene,
    calls_json::{self, LatencyJson},
    effort, gates, places, verdict, words,
};
use crate::{
    analysis::compare::{Differs, Durations, EnvPlaces, Figure, Overall, Ratio, Row, TaskChange, figures::PERCENTILES},
    metrics::{TaskCounts, compare::Judged, interval::Interval, latency_ratio::QuantileDifference},
};

/// Version of the form of comparison.json: the major number changes when a reader would break.
pub const SCHEMA_VERSION: &str = "1.2";

/// The whole file.
#[derive(Debug, Serialize)]
pub struct ComparisonJson {
    schema_version: &'static str,
    tool: &'static str,
    version: String,
    options: OptionsJson,
    base: String,
    new: Vec<String>,
    across: Option<String>,
    cells: Vec<CellJson>,
    latency: LatencyJson,
    rankings: Vec<RankingJson>,
    overall: Vec<OverallJson>,
    gates: Vec<GateJson>,
    gates_failed: usize,
    verdicts: Vec<String>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct OptionsJson {
    confidence: f64,
    power: f64,
    k_max: Option<u32>,
    allow_mismatch: bool,
    draws: u32,
    seed: u64,
    flags: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Serialize)]
struct CellJson {
    name: String,
    new_side: String,
    benchmark: String,
    env: Option<String>,
    differs: Vec<DiffersJson>,
    tasks: usize,
    only_base: Vec<String>,
    only_new: Vec<String>,
    single_trial: bool,
    noise_floor: Option<f64>,
    figures: Vec<FigureJson>,
    expenses: Vec<ExpenseJson>,
    durations: Option<DurationsJson>,
    regressed: Vec<TaskJson>,
    improved: Vec<TaskJson>,
}

#[derive(Debug, Serialize)]
struct DiffersJson {
    part: String,
    base: Option<String>,
    new: Option<String>,
}

#[derive(Debug, Serialize)]
struct FigureJson {
    figure: String,
    tasks: usize,
    base: f64,
    new: f64,
    difference: f64,
    interval: Option<[f64; 2]>,
    p: Option<f64>,
    p_holm: Option<f64>,
    decided_by: &'static str,
    p_t: Option<f64>,
    p_exact: Option<f64>,
    p_exact_mid: Option<f64>,
    p_sign_test: f64,
    p_sign_test_mid: f64,
    verdict: &'static str,
    wins: usize,
    losses: usize,
    ties: usize,
    detectable: Option<f64>,
    se: Option<f64>,
    se_unpaired: Option<f64>,
    se_rerun: Option<f64>,
    correlation: Option<f64>,
    pairing_gain: Option<f64>,
}

#[derive(Debug, Serialize)]
struct ExpenseJson {
    expense: &'static str,
    tasks: usize,
    base: f64,
    new: f64,
    ratio: Option<f64>,
    interval: Option<[f64; 2]>,
    p: Option<f64>,
    p_holm: Option<f64>,
    verdict: &'static str,
}

#[derive(Debug, Serialize)]
struct DurationsJson {
    tasks: usize,
    episodes_base: u64,
    episodes_new: u64,
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

#[derive(Debug, Serialize)]
pub(super) struct PercentileJson {
    percentile: f64,
    base_s: f64,
    new_s: f64,
    difference_s: f64,
    interval_s: Option<[f64; 2]>,
}

#[derive(Debug, Serialize)]
struct TaskJson {
    task: String,
    base_successes: u32,
    base_trials: u32,
    new_successes: u32,
    new_trials: u32,
    difference: f64,
    p_fisher: Option<f64>,
    p_adjusted: Option<f64>,
    clear: bool,
}

#[derive(Debug, Serialize)]
struct RankingJson {
    name: String,
    tasks: usize,
    places: Vec<PlaceJson>,
}

#[derive(Debug, Serialize)]
struct PlaceJson {
    side: String,
    pass_1: f64,
    difference_to_leader: Option<f64>,
    p_holm: Option<f64>,
    standing: &'static str,
    mean_rank: Option<f64>,
    place_interval: Option<[f64; 2]>,
    leads: Option<f64>,
}

#[derive(Debug, Serialize)]
struct OverallJson {
    benchmark: String,
    over: Vec<String>,
    averages: Vec<AverageJson>,
}

#[derive(Debug, Serialize)]
struct AverageJson {
    new_side: String,
    base: f64,
    new: f64,
    difference: f64,
    interval: Option<[f64; 2]>,
    p: Option<f64>,
    p_holm: Option<f64>,
    verdict: &'static str,
}

#[derive(Debug, Serialize)]
struct GateJson {
    gate: String,
    cell: String,
    new_side: Option<String>,
    value: Option<f64>,
    interval: Option<[f64; 2]>,
    verdict: &'static str,
    failed: bool,
    found: String,
}

/// Returns the content of comparison.json.
pub fn comparison(scene: &CompareScene<'_>) -> ComparisonJson {
    let report = scene.report;
    let statistics = report.settings.statistics;
    let mut flags: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in &scene.flags {
        flags.entry(name.clone()).or_default().push(value.clone());
    }
    ComparisonJson {
        schema_version: SCHEMA_VERSION,
        tool: "taureport",
        version: scene.version.to_owned(),
        options: OptionsJson {
            confidence: statistics.conf,
            power: statistics.power,
            k_max: report.settings.k_max,
            allow_mismatch: report.settings.allow_mismatch,
            draws: statistics.bootstrap.draws,
            seed: statistics.bootstrap.seed,
            flags,
        },
        base: scene.side(0).to_owned(),
        new: (1..report.sides.len()).map(|side| scene.side(side).to_owned()).collect(),
        across: report.across.clone(),
        cells: report.rows.iter().map(|row| cell(scene, row)).collect(),
        latency: calls_json::latency(scene),
        rankings: report.places.iter().map(|places| ranking(scene, places)).collect(),
        overall: report.overall.iter().map(|overall| self::overall(scene, overall)).collect(),
        gates: scene.checks.iter().map(|check| gate(scene, check)).collect(),
        gates_failed: scene.checks.iter().filter(|check| check.failed).count(),
        verdicts: words::verdicts(scene),
        warnings: words::warnings(scene),
    }
}

fn cell(scene: &CompareScene<'_>, row: &Row) -> CellJson {
    let base = scene.report.base_of(row);
    let names = |tasks: &[crate::records::TaskId]| tasks.iter().map(ToString::to_string).collect();
    let figures = &row.figures;
    CellJson {
        name: row.name.clone(),
        new_side: scene.side(row.new_side).to_owned(),
        benchmark: base.benchmark.to_string(),
        env: base.env.clone(),
        differs: row.differs.iter().cloned().map(|Differs { part, base, new }| DiffersJson { part, base, new }).collect(),
        tasks: figures.tasks.len(),
        only_base: names(&row.only_base),
        only_new: names(&row.only_new),
        single_trial: figures.pass_1.comparison.single_trial,
        noise_floor: figures.noise_floor,
        figures: [&figures.pass_1].into_iter().chain(&figures.further).map(figure).collect(),
        expenses: figures.ratios.iter().map(expense).collect(),
        durations: figures.durations.as_ref().map(durations),
        regressed: figures.regressed().map(task).collect(),
        improved: figures.improved().map(task).collect(),
    }
}

pub(super) fn pair(interval: Option<Interval>) -> Option<[f64; 2]> {
    interval.filter(|ends| ends.lo.is_finite() && ends.hi.is_finite()).map(|ends| [ends.lo, ends.hi])
}

fn figure(figure: &Figure) -> FigureJson {
    let (found, Judged { p_holm, verdict }) = (&figure.comparison, figure.judged);
    FigureJson {
        figure: verdict::name(figure.quantity),
        tasks: found.tasks,
        base: found.a,
        new: found.b,
        difference: found.difference,
        interval: pair(found.interval),
        p: found.p,
        p_holm,
        decided_by: verdict::test(found),
        p_t: found.p_t,
        p_exact: found.flips.map(|flips| flips.exact),
        p_exact_mid: found.flips.map(|flips| flips.mid_p),
        p_sign_test: found.sign_test.exact,
        p_sign_test_mid: found.sign_test.mid_p,
        verdict: verdict.name(),
        wins: found.wins,
        losses: found.losses,
        ties: found.ties,
        detectable: figure.detectable,
        se: found.se,
        se_unpaired: found.se_unpaired,
        se_rerun: found.se_rerun,
        correlation: found.correlation,
        pairing_gain: found.pairing_gain(),
    }
}

fn expense(one: &Ratio) -> ExpenseJson {
    ExpenseJson {
        expense: effort::name(one.expense),
        tasks: one.tasks,
        base: one.base,
        new: one.new,
        ratio: one.ratio.ratio,
        interval: pair(one.ratio.interval),
        p: one.p,
        p_holm: one.judged.p_holm,
        verdict: one.judged.verdict.name(),
    }
}

pub(super) fn percentiles(found: &Durations) -> Vec<PercentileJson> {
    let one = |(percentile, found): (f64, &Option<QuantileDifference>)| {
        let QuantileDifference { a: base_s, b: new_s, difference: difference_s, interval } = (*found)?;
        Some(PercentileJson { percentile, base_s, new_s, difference_s, interval_s: pair(interval) })
    };
    PERCENTILES.into_iter().zip(&found.percentiles).filter_map(one).collect()
}

fn durations(found: &Durations) -> DurationsJson {
    let shift = found.log_shift.and_then(|shift| shift.interval);
    DurationsJson {
        tasks: found.ratio.logs.tasks,
        episodes_base: found.episodes.0,
        episodes_new: found.episodes.1,
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

fn task(change: &TaskChange) -> TaskJson {
    let TaskCounts { n: base_trials, c: base_successes } = change.base;
    let TaskCounts { n: new_trials, c: new_successes } = change.new;
    TaskJson {
        task: change.task.to_string(),
        base_successes,
        base_trials,
        new_successes,
        new_trials,
        difference: change.difference,
        p_fisher: change.p,
        p_adjusted: change.p_adjusted,
        clear: change.clear,
    }
}

fn ranking(scene: &CompareScene<'_>, env: &EnvPlaces) -> RankingJson {
    let places = env.places.iter().map(|place| PlaceJson {
        side: scene.side(place.side).to_owned(),
        pass_1: place.pass_1,
        difference_to_leader: place.comparison.map(|found| found.difference),
        p_holm: place.p_holm.filter(|_| place.comparison.is_some()),
        standing: places::name(place.standing),
        mean_rank: place.mean_rank,
        place_interval: pair(place.range.map(|range| range.rank)),
        leads: place.range.map(|range| range.leads),
    });
    RankingJson { name: env.name.clone(), tasks: env.tasks, places: places.collect() }
}

fn overall(scene: &CompareScene<'_>, overall: &Overall) -> OverallJson {
    let averages = overall.averages.iter().map(|average| AverageJson {
        new_side: scene.side(average.new_side).to_owned(),
        base: average.base,
        new: average.new,
        difference: average.difference,
        interval: pair(average.interval),
        p: average.p,
        p_holm: average.judged.p_holm,
        verdict: average.judged.verdict.name(),
    });
    OverallJson { benchmark: overall.benchmark.to_string(), over: overall.over.clone(), averages: averages.collect() }
}

fn gate(scene: &CompareScene<'_>, check: &crate::analysis::compare::gate::Check) -> GateJson {
    GateJson {
        gate: gates::rule(&check.rule),
        cell: check.row.clone(),
        new_side: check.new_side.map(|side| scene.side(side).to_owned()),
        value: check.value.filter(|value| value.is_finite()),
        interval: pair(check.interval),
        verdict: check.verdict.name(),
        failed: check.failed,
        found: gates::found(check),
    }
}
