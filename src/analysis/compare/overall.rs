//! Averages over environments, taken only over those that all sides have.

use std::collections::BTreeSet;

use super::{Report, Row};
use crate::{
    metrics::{
        compare::{Judged, judge},
        distribution::{normal_quantile, two_sided_z},
        interval::Interval,
    },
    records::Benchmark,
};

/// pass^1 of one NEW against BASE, averaged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Average {
    /// Index of NEW among the sides.
    pub new_side: usize,
    /// Mean of BASE.
    pub base: f64,
    /// Mean of NEW.
    pub new: f64,
    /// NEW − BASE.
    pub difference: f64,
    /// Normal interval, `SE = √(Σ SE²)/D`; `None` where a row has no standard error or none has any spread.
    pub interval: Option<Interval>,
    /// Its p.
    pub p: Option<f64>,
    /// What follows.
    pub judged: Judged,
}

/// The averages of one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Overall {
    /// The benchmark.
    pub benchmark: Benchmark,
    /// Names of the rows averaged over.
    pub over: Vec<String>,
    /// One entry a NEW.
    pub averages: Vec<Average>,
}

/// Returns the averages of every benchmark with at least two rows that all sides have.
pub(super) fn overall(report: &Report) -> Vec<Overall> {
    let benchmarks: BTreeSet<Benchmark> = report.rows.iter().map(|row| report.base_of(row).benchmark).collect();
    benchmarks.into_iter().filter_map(|benchmark| of(report, benchmark)).collect()
}

fn of(report: &Report, benchmark: Benchmark) -> Option<Overall> {
    let news = report.sides.len().checked_sub(1)?;
    let own = |row: &&Row| report.base_of(row).benchmark == benchmark;
    let in_all = |cell: &usize| report.rows.iter().filter(own).filter(|row| row.base_cell == *cell).count() == news;
    let cells: BTreeSet<usize> = report.rows.iter().filter(own).map(|row| row.base_cell).filter(in_all).collect();
    if cells.len() < 2 {
        return None;
    }
    let conf = report.settings.statistics.conf;
    let rows_of =
        |side: usize| report.rows.iter().filter(move |row| row.new_side == side).filter(|row| cells.contains(&row.base_cell));
    let mut averages: Vec<Average> = (1..=news).map(|side| average(side, &rows_of(side).collect::<Vec<_>>(), conf)).collect();
    let family: Vec<_> = averages.iter().map(|one| (one.difference, one.p)).collect();
    averages.iter_mut().zip(judge(&family, conf)).for_each(|(one, judged)| one.judged = judged);
    Some(Overall { benchmark, over: rows_of(1).map(|row| row.name.clone()).collect(), averages })
}

fn average(new_side: usize, rows: &[&Row], conf: f64) -> Average {
    let many = rows.len() as f64;
    let compared = || rows.iter().map(|row| row.figures.pass_1.comparison);
    let (base, new) = (compared().map(|one| one.a).sum::<f64>() / many, compared().map(|one| one.b).sum::<f64>() / many);
    let difference = compared().map(|one| one.difference).sum::<f64>() / many;
    let variance: Option<f64> = compared().map(|one| one.se.map(|se| se * se)).sum();
    let se = variance.filter(|variance| *variance > 0.0).map(|variance| variance.sqrt() / many);
    let interval = se.zip(normal_quantile(conf)).map(|(se, z)| Interval { lo: difference - z * se, hi: difference + z * se });
    let p = match se {
        Some(se) => Some(two_sided_z(difference / se)),
        // Identical sides: no difference anywhere, no spread.
        None if compared().all(|one| one.wins + one.losses == 0) => Some(1.0),
        None => None,
    };
    let judged = Judged { p_holm: None, verdict: crate::metrics::compare::Verdict::Inconclusive };
    Average { new_side, base, new, difference, interval, p, judged }
}
