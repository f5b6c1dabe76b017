//! Averages over environments, taken only over those that all sides have.
//!
//! Rows of one environment share its tasks, so they are never averaged: there is one average for each configuration (model, strategy, mode
//! of BASE) that stands in several environments.

use std::collections::{BTreeMap, BTreeSet};

use super::{Report, Row, matching::MAIN_PARTS};
use crate::{
    metrics::{
        compare::{Comparison, Judged, Verdict, judge},
        distribution::{t_quantile, two_sided_t},
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
    /// Student's t interval with `SE = √(Σ SE²)/D` and the degrees of freedom of Welch (1947); `None` where a row has no standard error
    /// or none has any spread.
    pub interval: Option<Interval>,
    /// Its p.
    pub p: Option<f64>,
    /// What follows.
    pub judged: Judged,
}

/// The averages of one configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Overall {
    /// The benchmark.
    pub benchmark: Benchmark,
    /// Names of the rows averaged over.
    pub over: Vec<String>,
    /// One entry a NEW.
    pub averages: Vec<Average>,
}

/// Returns the averages of every configuration with at least two environments that all sides have.
pub(super) fn overall(report: &Report) -> Vec<Overall> {
    let mut groups: BTreeMap<(Benchmark, Vec<Option<&str>>), BTreeSet<usize>> = BTreeMap::new();
    for row in &report.rows {
        let base = report.base_of(row);
        let main = MAIN_PARTS.iter().map(|part| base.part(part)).collect();
        groups.entry((base.benchmark, main)).or_default().insert(row.base_cell);
    }
    let mut found: Vec<Overall> =
        groups.into_iter().filter_map(|((benchmark, _), cells)| of(report, benchmark, &cells)).collect();
    let mut all: Vec<&mut Average> = found.iter_mut().flat_map(|one| &mut one.averages).collect();
    let family: Vec<_> = all.iter().map(|one| (one.difference, one.p)).collect();
    let judged = judge(&family, report.settings.statistics.conf);
    all.iter_mut().zip(judged).for_each(|(one, judged)| one.judged = judged);
    found
}

fn of(report: &Report, benchmark: Benchmark, cells: &BTreeSet<usize>) -> Option<Overall> {
    let news = report.sides.len().checked_sub(1)?;
    let in_all = |cell: &&usize| report.rows.iter().filter(|row| row.base_cell == **cell).count() == news;
    let cells: BTreeSet<usize> = cells.iter().filter(in_all).copied().collect();
    let envs: BTreeSet<Option<&str>> = cells.iter().map(|cell| report.sides[0].cells[*cell].env.as_deref()).collect();
    if cells.len() < 2 || envs.len() < cells.len() {
        return None;
    }
    let rows_of = |side: usize| -> Vec<&Row> {
        report.rows.iter().filter(|row| row.new_side == side && cells.contains(&row.base_cell)).collect()
    };
    let conf = report.settings.statistics.conf;
    let averages = (1..=news).map(|side| average(side, &rows_of(side), conf)).collect();
    Some(Overall { benchmark, over: rows_of(1).iter().map(|row| row.name.clone()).collect(), averages })
}

fn average(new_side: usize, rows: &[&Row], conf: f64) -> Average {
    let many = rows.len() as f64;
    let compared: Vec<Comparison> = rows.iter().map(|row| row.figures.pass_1.comparison).collect();
    let mean = |part: fn(&Comparison) -> f64| compared.iter().map(part).sum::<f64>() / many;
    let difference = mean(|one| one.difference);
    let spread = welch(&compared);
    let interval = spread.and_then(|(se, freedom)| {
        let half = t_quantile(conf, freedom)? * se / many;
        Some(Interval { lo: difference - half, hi: difference + half })
    });
    let p = match spread {
        Some((se, freedom)) => two_sided_t(difference * many / se, freedom),
        // Identical sides: no difference anywhere, no spread.
        None if compared.iter().all(|one| one.wins + one.losses == 0) => Some(1.0),
        None => None,
    };
    let judged = Judged { p_holm: None, verdict: Verdict::Inconclusive };
    Average { new_side, base: mean(|one| one.a), new: mean(|one| one.b), difference, interval, p, judged }
}

/// Returns the standard error of the sum and its degrees of freedom, rounded down: `(Σv)² / Σ(v²/(m-1))`, v = SE².
fn welch(compared: &[Comparison]) -> Option<(f64, usize)> {
    let variances: Vec<(f64, f64)> =
        compared.iter().map(|one| Some((one.se?.powi(2), one.tasks.checked_sub(1)? as f64))).collect::<Option<_>>()?;
    let sum: f64 = variances.iter().map(|(variance, _)| variance).sum();
    let freedom = sum * sum / variances.iter().map(|(variance, freedom)| variance * variance / freedom).sum::<f64>();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1, and at most the number of tasks")]
    let whole = (freedom + 1e-9).floor() as usize;
    (sum > 0.0 && freedom.is_finite()).then(|| (sum.sqrt(), whole.max(1)))
}
