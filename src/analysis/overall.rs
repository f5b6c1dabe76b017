//! Averages over environments, taken only over those that all configurations shown have.

use std::collections::{BTreeMap, BTreeSet};

use super::CellStats;
use crate::{
    metrics::{interval::Interval, mover::mean_of_independent},
    records::Benchmark,
    sweep::{CellKey, Sweep},
};

/// Fewest tasks of a cell for it to enter an average.
const FEWEST_TASKS: usize = 5;

/// One configuration over the environments in common.
#[derive(Debug, Clone, PartialEq)]
pub struct OverallRow {
    /// Indices of its cells, in the order of [`Overall::envs`].
    pub cells: Vec<usize>,
    /// Unweighted mean of pass^k over the environments, from k = 1 on as far as every one has it.
    pub points: Vec<OverallPoint>,
}

/// An average of pass^k.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OverallPoint {
    /// Number of trials that must all succeed.
    pub k: u32,
    /// The average.
    pub value: f64,
    /// From the intervals of the environments ([`mean_of_independent`]); `None` where one has none.
    pub interval: Option<Interval>,
}

/// The averages of one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Overall {
    /// The benchmark.
    pub benchmark: Benchmark,
    /// The environments averaged over.
    pub envs: Vec<String>,
    /// Configurations by falling pass^1.
    pub rows: Vec<OverallRow>,
    /// Cells of configurations that lack one of these environments.
    pub left_out: Vec<usize>,
}

/// Returns the averages of every benchmark with at least two environments that configurations share.
pub(super) fn overall(sweep: &Sweep, cells: &[CellStats]) -> Vec<Overall> {
    let benchmarks: BTreeSet<Benchmark> = sweep.cells.iter().map(|cell| cell.key.benchmark).collect();
    benchmarks.into_iter().filter_map(|benchmark| of(sweep, cells, benchmark)).collect()
}

fn of(sweep: &Sweep, cells: &[CellStats], benchmark: Benchmark) -> Option<Overall> {
    let mut members: BTreeMap<CellKey, Vec<(&str, usize)>> = BTreeMap::new();
    for (index, (cell, stats)) in sweep.cells.iter().zip(cells).enumerate() {
        let large = stats.scored_tasks >= FEWEST_TASKS && stats.pass_1().is_some();
        if let (true, true, Some(env)) = (cell.key.benchmark == benchmark, large, &cell.key.env) {
            members.entry(cell.key.across_environments()).or_default().push((env, index));
        }
    }
    let mut configurations: BTreeMap<CellKey, BTreeMap<&str, usize>> = BTreeMap::new();
    for (key, own) in members {
        let envs: BTreeSet<&str> = own.iter().map(|(env, _)| *env).collect();
        for (env, index) in &own {
            // Several cells of one environment: nothing tells which of them goes with those of the others.
            let key = if envs.len() == own.len() { &key } else { &CellKey { env: None, ..sweep.cells[*index].key.clone() } };
            configurations.entry(key.clone()).or_default().insert(env, *index);
        }
    }
    let envs = shared_envs(&configurations)?;
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    for own in configurations.values() {
        let in_common: Option<Vec<usize>> = envs.iter().map(|env| own.get(env).copied()).collect();
        match in_common {
            Some(members) => rows.push(OverallRow { points: points(&members, cells), cells: members }),
            None => left_out.extend(own.values().copied()),
        }
    }
    let score = |row: &OverallRow| row.points.first().map_or(f64::NEG_INFINITY, |point| point.value);
    rows.sort_by(|a, b| score(b).total_cmp(&score(a)));
    Some(Overall { benchmark, envs: envs.into_iter().map(str::to_owned).collect(), rows, left_out })
}

/// Returns the set of environments, out of those some configuration has, that most configurations cover; of equals the largest.
fn shared_envs<'a>(configurations: &BTreeMap<CellKey, BTreeMap<&'a str, usize>>) -> Option<Vec<&'a str>> {
    let sets: BTreeSet<BTreeSet<&str>> = configurations.values().map(|own| own.keys().copied().collect()).collect();
    let covered =
        |set: &BTreeSet<&str>| configurations.values().filter(|own| set.iter().all(|env| own.contains_key(env))).count();
    let best = sets.into_iter().filter(|set| set.len() > 1).max_by_key(|set| (covered(set), set.len()))?;
    Some(best.into_iter().collect())
}

fn points(members: &[usize], cells: &[CellStats]) -> Vec<OverallPoint> {
    let curves: Vec<_> = members.iter().map(|cell| &cells[*cell].curve).collect();
    let many = members.len() as f64;
    (0..)
        .map_while(|at| {
            let here: Vec<_> =
                curves.iter().map(|curve| curve.get(at).filter(|point| !point.too_few)).collect::<Option<_>>()?;
            let value = here.iter().map(|point| point.value).sum::<Option<f64>>()? / many;
            let own: Option<Vec<_>> = here.iter().map(|point| Some((point.value?, point.interval?))).collect();
            Some(OverallPoint { k: here.first()?.k, value, interval: own.and_then(|own| mean_of_independent(&own)) })
        })
        .collect()
}
