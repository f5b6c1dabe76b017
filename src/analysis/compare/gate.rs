//! Gates judged by the figures of a comparison.
//!
//! A gate without a cell is judged on every row, one on the calls of a role (in logs) on every NEW. A gate that finds no figure fails: a check that silently checks nothing is worse than
//! none. `overall` names the averages over environments.

use std::collections::BTreeSet;

use super::{Report, Row, TaskData, calls, figures};
use crate::{
    gates::{Gate, GateKind, GateVerdict, Metric, Percentile},
    metrics::{
        bootstrap::{Bootstrap, Random, percentile_interval},
        compare::DecidedBy,
        interval::Interval,
        quantile::quantile_type7,
    },
    records::log::Role,
};

/// What a check is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// `--fail-on`, `--min`, `--max`.
    Gate(Gate),
    /// `--max-regressed-tasks`: so many tasks a row may be solved less often, noise or not.
    MaxRegressed(u64),
}

/// One rule on one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The rule.
    pub rule: Rule,
    /// Index of NEW among the sides; `None` where the gate names a cell that is not there.
    pub new_side: Option<usize>,
    /// Name of the row, `overall`, `calls in logs`, or the name that matched nothing.
    pub row: String,
    /// The figure: of NEW for limits, the difference (or relative change) for `--fail-on`.
    pub value: Option<f64>,
    /// Interval of the difference.
    pub interval: Option<Interval>,
    /// What follows.
    pub verdict: GateVerdict,
    /// Whether it fails the run.
    pub failed: bool,
    /// Whether it fails because NEW lacks the cell, or more than a tenth of BASE's tasks.
    pub lacking: bool,
}

/// What a check of calls by role is said to be on.
const CALLS: &str = "calls in logs";
/// Name of the averages in a gate.
pub const OVERALL: &str = "overall";

/// How rules are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Judging {
    /// A `--fail-on` whose interval leaves it open fails too.
    pub strict: bool,
    /// What NEW lacks of BASE is no reason to fail.
    pub allow_missing: bool,
}

/// One in how many of BASE's tasks NEW may lack.
const LACKING_ONE_IN: usize = 10;

/// Judges all rules. What is missing fails: a cell of BASE that NEW has not, and a row in which NEW lacks more than a tenth of BASE's
/// tasks. A run that crashed must not pass because nothing of it is left to be bad.
pub fn check(report: &Report, gates: &[Gate], max_regressed: Option<u64>, judging: Judging) -> Vec<Check> {
    let mut checks: Vec<Check> = gates.iter().flat_map(|gate| of_gate(report, gate, judging.strict)).collect();
    if !judging.allow_missing {
        for check in &mut checks {
            let of_check = |row: &&Row| Some(row.new_side) == check.new_side && row.name == check.row;
            if report.rows.iter().find(of_check).is_some_and(lacks_tasks) {
                (check.verdict, check.failed, check.lacking) = (GateVerdict::NotAvailable, true, true);
            }
        }
        let of_cells = |gate: &&Gate| gate.cell.is_none() && !matches!(gate.metric, Metric::Latency { role: Some(_), .. });
        let rules = gates.iter().filter(of_cells).cloned().map(Rule::Gate);
        let rules: Vec<Rule> = rules.chain(max_regressed.map(Rule::MaxRegressed)).collect();
        checks.extend(rules.iter().flat_map(|rule| missing_cells(report, rule)));
    }
    if let Some(most) = max_regressed {
        checks.extend(report.rows.iter().map(|row| {
            let found = row.figures.regressed().count() as u64;
            let failed = found > most;
            let verdict = if failed { GateVerdict::Failed } else { GateVerdict::Passed };
            let value = Some(found as f64);
            Check {
                rule: Rule::MaxRegressed(most),
                new_side: Some(row.new_side),
                row: row.name.clone(),
                value,
                interval: None,
                verdict,
                failed,
                lacking: false,
            }
        }));
    }
    checks
}

fn lacks_tasks(row: &Row) -> bool {
    let of_base = row.only_base.len() + row.figures.pass_1.comparison.tasks;
    row.only_base.len() * LACKING_ONE_IN > of_base
}

/// One failed check for every cell of BASE that a NEW has nothing to set against.
fn missing_cells(report: &Report, rule: &Rule) -> Vec<Check> {
    let unmatched = report.unmatched.iter().filter(|(_, one)| one.of_base).map(|(side, one)| (*side, one.cell));
    let refused = report.refused.iter().map(|one| (one.new_side, one.base_cell));
    let lacking = |(new_side, cell): (usize, usize)| Check {
        rule: rule.clone(),
        new_side: Some(new_side),
        row: report.sides[0].cells[cell].env.clone().unwrap_or_else(|| super::side::UNKNOWN.to_owned()),
        value: None,
        interval: None,
        verdict: GateVerdict::NotAvailable,
        failed: true,
        lacking: true,
    };
    unmatched.chain(refused).map(lacking).collect()
}

fn of_gate(report: &Report, gate: &Gate, strict: bool) -> Vec<Check> {
    let one = |new_side: Option<usize>, row: &str, value: Option<f64>, interval: Option<Interval>| {
        let verdict = gate.judge(value, interval);
        let failed = match verdict {
            GateVerdict::Failed | GateVerdict::NotAvailable => true,
            GateVerdict::Inconclusive => strict,
            GateVerdict::Passed => false,
        };
        Check {
            rule: Rule::Gate(gate.clone()),
            new_side,
            row: row.to_owned(),
            value,
            interval,
            verdict,
            failed,
            lacking: false,
        }
    };
    if let Metric::Latency { percentile, role: Some(role) } = &gate.metric {
        let mut found: Vec<Check> = Role::typed(role).map_or_else(Vec::new, |role| {
            let all = of_calls(report, gate, *percentile, role).into_iter();
            all.map(|(new_side, row, value, interval)| one(Some(new_side), &row, value, interval)).collect()
        });
        if found.is_empty() {
            found.push(one(None, gate.cell.as_deref().unwrap_or(CALLS), None, None));
        }
        return found;
    }
    let mut found: Vec<Check> = report
        .rows
        .iter()
        .filter(|row| gate.cell.is_none() || gate.covers(&names(report, row)))
        .map(|row| {
            let (value, interval) = figure(report, row, gate);
            let mut check = one(Some(row.new_side), &row.name, value, interval);
            if check.verdict == GateVerdict::Failed && unproven(report, row, gate) {
                (check.verdict, check.failed) = (GateVerdict::Inconclusive, strict);
            }
            check
        })
        .collect();
    if gate.cell.is_some() && gate.covers(&[OVERALL]) {
        let averages = report.overall.iter().flat_map(|overall| &overall.averages);
        found.extend(averages.map(|average| {
            let (value, interval) = match (&gate.metric, gate.kind) {
                (Metric::PassHat { k: 1 }, GateKind::FailOn) => (Some(average.difference), average.interval),
                (Metric::PassHat { k: 1 }, _) => (Some(average.new), None),
                _ => (None, None),
            };
            one(Some(average.new_side), OVERALL, value, interval)
        }));
    }
    if found.is_empty() {
        found.push(one(None, gate.cell.as_deref().unwrap_or("any cell"), None, None));
    }
    found
}

/// A NEW, what of its calls was checked, the figure, its interval.
type OfCalls = (usize, String, Option<f64>, Option<Interval>);

/// Figures of the calls of a role: of each NEW over all domains, or of the domain or the NEW that the gate names.
fn of_calls(report: &Report, gate: &Gate, percentile: Percentile, role: Role) -> Vec<OfCalls> {
    let statistics = &report.settings.statistics;
    let figure = |side: usize, domain: Option<&str>| {
        let new = report.sides[side].calls_of(role, domain);
        if gate.kind != GateKind::FailOn {
            return (calls::level(&new, percentile), None);
        }
        let base = report.sides[0].calls_of(role, domain);
        let found = calls::difference(&base, &new, percentile, statistics);
        in_unit(gate, (found.map(|one| one.difference), found.and_then(|one| one.interval), found.map(|one| one.a)))
    };
    let mut found = Vec::new();
    for (side, new) in report.sides.iter().enumerate().skip(1) {
        if gate.cell.is_none() || gate.covers(&[new.name.as_str()]) {
            let (value, interval) = figure(side, None);
            found.push((side, CALLS.to_owned(), value, interval));
            continue;
        }
        let domains: BTreeSet<&str> = new.calls.iter().filter_map(|one| one.domain.as_deref()).collect();
        for domain in domains.into_iter().filter(|domain| gate.covers(&[domain])) {
            let (value, interval) = figure(side, Some(domain));
            found.push((side, format!("{CALLS} · {domain}"), value, interval));
        }
    }
    found
}

/// Whether a gate that no difference at all would pass fails on an interval that too few tasks make too short: there the exact test
/// decides, and it shows no difference.
fn unproven(report: &Report, row: &Row, gate: &Gate) -> bool {
    let figure = match gate.metric {
        _ if gate.kind != GateKind::FailOn => None,
        Metric::PassHat { k: 1 } => Some(&row.figures.pass_1),
        Metric::PassHat { k } => row.figures.further.iter().find(|one| one.quantity == figures::Quantity::PassHat(k)),
        Metric::MeanReward => {
            row.figures.further.iter().find(|one| one.quantity == figures::Quantity::MeanReward).or(Some(&row.figures.pass_1))
        }
        Metric::ErrorRate | Metric::CostPerEpisode | Metric::CostPerSuccess | Metric::Latency { .. } => None,
    };
    let alpha = 1.0 - report.settings.statistics.conf;
    let open = figure
        .is_some_and(|one| one.comparison.decided_by == DecidedBy::SignFlip && one.comparison.p.is_none_or(|p| p >= alpha));
    open && gate.judge(Some(0.0), Some(Interval { lo: 0.0, hi: 0.0 })) == GateVerdict::Passed
}

/// The names a gate may call a row by.
fn names<'a>(report: &'a Report, row: &'a Row) -> Vec<&'a str> {
    let new = report.new_of(row);
    let side = report.sides[row.new_side].name.as_str();
    let parts = ["model", "strategy", "mode", "label"].into_iter().filter_map(|part| new.part(part));
    [row.name.as_str(), side].into_iter().chain(new.env.as_deref()).chain(parts).collect()
}

fn figure(report: &Report, row: &Row, gate: &Gate) -> (Option<f64>, Option<Interval>) {
    match gate.kind {
        GateKind::FailOn => difference(report, row, gate),
        GateKind::Min | GateKind::Max => (level(report, row, &gate.metric), None),
    }
}

/// The figure of NEW alone, on all of its tasks.
fn level(report: &Report, row: &Row, metric: &Metric) -> Option<f64> {
    let cell = report.new_of(row);
    let tasks = || cell.tasks.values();
    match metric {
        Metric::PassHat { k } => figures::pass_hat(cell, *k),
        Metric::MeanReward => {
            let means: Vec<f64> = tasks().filter_map(TaskData::mean_reward).collect();
            (!means.is_empty()).then(|| means.iter().sum::<f64>() / means.len() as f64)
        }
        Metric::ErrorRate => (cell.episodes > 0).then(|| cell.infrastructure_errors as f64 / cell.episodes as f64),
        Metric::CostPerEpisode => {
            let known: u32 = tasks().map(|task| task.agent_cost_usd.count).sum();
            let sum: f64 = tasks().map(|task| task.agent_cost_usd.sum).sum();
            // Nothing but zeros is a price nobody knew, or a model served locally: no figure that a limit could hold.
            (known > 0 && sum > 0.0).then(|| sum / f64::from(known))
        }
        Metric::CostPerSuccess => per_success(&tasks().collect::<Vec<_>>()),
        Metric::Latency { percentile, role: None } => {
            let mut times: Vec<f64> = tasks().flat_map(|task| task.durations_s.iter().copied()).collect();
            times.sort_by(f64::total_cmp);
            quantile_type7(&times, percentile.share())
        }
        // See `of_calls`.
        Metric::Latency { role: Some(_), .. } => None,
    }
}

/// Cost of all episodes over the successes among them; infinite without any success, so that a limit on it fails.
fn per_success(tasks: &[&TaskData]) -> Option<f64> {
    let known: u32 = tasks.iter().map(|task| task.agent_cost_usd.count).sum();
    let cost: f64 = tasks.iter().map(|task| task.agent_cost_usd.sum).sum();
    let successes: u32 = tasks.iter().map(|task| task.agent_cost_successes).sum();
    (known > 0 && cost > 0.0).then(|| if successes == 0 { f64::INFINITY } else { cost / f64::from(successes) })
}

/// NEW − BASE on the common tasks, or the relative change, with its interval.
fn difference(report: &Report, row: &Row, gate: &Gate) -> (Option<f64>, Option<Interval>) {
    let (value, interval, base) = match &gate.metric {
        Metric::PassHat { k: 1 } => of_figure(Some(&row.figures.pass_1)),
        Metric::PassHat { k } => {
            of_figure(row.figures.further.iter().find(|one| one.quantity == figures::Quantity::PassHat(*k)))
        }
        Metric::MeanReward => of_rewards(report, row),
        Metric::ErrorRate => {
            let found = figures::error_rates(report.base_of(row), report.new_of(row), report.settings.statistics.conf);
            found.map_or((None, None, None), |(a, b, interval)| (Some(b - a), interval, Some(a)))
        }
        Metric::CostPerEpisode => {
            let Some(found) = row.figures.ratios.iter().find(|one| one.expense == figures::Expense::AgentCost) else {
                return (None, None);
            };
            if gate.relative() {
                let less_one = |ends: Interval| Interval { lo: ends.lo - 1.0, hi: ends.hi - 1.0 };
                return (found.ratio.ratio.map(|ratio| ratio - 1.0), found.ratio.interval.map(less_one));
            }
            if found.ratio.ratio.is_none_or(|ratio| ratio <= 0.0) {
                return (None, None);
            }
            (Some(found.difference.difference), found.difference.interval, None)
        }
        Metric::CostPerSuccess => return cost_per_success(report, row, gate.relative()),
        Metric::Latency { percentile, role: None } => of_percentile(row, *percentile),
        Metric::Latency { role: Some(_), .. } => (None, None, None),
    };
    in_unit(gate, (value, interval, base))
}

/// A difference with its interval, and BASE's figure.
type Found = (Option<f64>, Option<Interval>, Option<f64>);

/// Returns a difference as the gate wants it: as it is, or relative to BASE.
fn in_unit(gate: &Gate, (value, interval, base): Found) -> (Option<f64>, Option<Interval>) {
    if !gate.relative() {
        return (value, interval);
    }
    let Some(base) = base.filter(|base| *base > 0.0) else { return (None, None) };
    (value.map(|value| value / base), interval.map(|ends| Interval { lo: ends.lo / base, hi: ends.hi / base }))
}

fn of_figure(figure: Option<&figures::Figure>) -> Found {
    let comparison = figure.map(|figure| figure.comparison);
    (comparison.map(|one| one.difference), comparison.and_then(|one| one.interval), comparison.map(|one| one.a))
}

/// Where all rewards are 0 or 1 the mean reward is pass^1.
fn of_rewards(report: &Report, row: &Row) -> Found {
    let found = row.figures.further.iter().find(|one| one.quantity == figures::Quantity::MeanReward);
    let binary = report.base_of(row).fractional_rewards + report.new_of(row).fractional_rewards == 0;
    of_figure(found.or_else(|| binary.then_some(&row.figures.pass_1)))
}

fn of_percentile(row: &Row, percentile: Percentile) -> Found {
    let at = figures::PERCENTILES.iter().position(|share| (share - percentile.share()).abs() < 1e-9);
    let found = row.figures.durations.as_ref().zip(at).and_then(|(durations, at)| durations.percentiles[at]);
    (found.map(|one| one.difference), found.and_then(|one| one.interval), found.map(|one| one.a))
}

/// The change of the cost of a success, its interval from drawing tasks jointly for both sides. Draws in which a side has no success
/// count as infinitely dear.
fn cost_per_success(report: &Report, row: &Row, relative: bool) -> (Option<f64>, Option<Interval>) {
    let (base, new) = (report.base_of(row), report.new_of(row));
    let pairs: Vec<(&TaskData, &TaskData)> =
        base.tasks.iter().filter_map(|(task, a)| Some((a, new.tasks.get(task)?))).filter(|(a, b)| a.n > 0 && b.n > 0).collect();
    let change = |pairs: &[(&TaskData, &TaskData)]| {
        let (a, b): (Vec<&TaskData>, Vec<&TaskData>) = pairs.iter().copied().unzip();
        let (a, b) = (per_success(&a)?, per_success(&b)?);
        let change = if relative { b / a - 1.0 } else { b - a };
        (!change.is_nan()).then_some(change)
    };
    let statistics = &report.settings.statistics;
    let Bootstrap { draws, seed } = statistics.bootstrap;
    let mut random = Random::new(seed);
    let drawn: Vec<f64> = (0..if pairs.len() < 5 { 0 } else { draws })
        .filter_map(|_| change(&(0..pairs.len()).map(|_| pairs[random.below(pairs.len())]).collect::<Vec<_>>()))
        .collect();
    let enough = drawn.len() * 10 >= draws as usize * 9;
    let interval = if enough && draws > 0 { percentile_interval(drawn, statistics.conf) } else { None };
    (change(&pairs), interval.filter(|ends| ends.lo.is_finite() && ends.hi.is_finite()))
}
