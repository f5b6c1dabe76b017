//! Averages over environments, taken only over those that all sides have.
//!
//! Rows of one environment share its tasks, so they are never averaged: there is one average for each configuration (model, strategy, mode
//! of BASE) that stands in several environments.

use std::collections::{BTreeMap, BTreeSet};

use super::{Report, Row, matching::MAIN_PARTS};
use crate::{
    metrics::{
        compare::{Comparison, Judged, Verdict, judge},
        distribution::t_quantile,
        interval::Interval,
        mover::mean_of_independent,
        paired::{NO_SPREAD, constant_interval},
    },
    records::Benchmark,
    sweep::is_of_environment,
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
    /// From the intervals of the rows ([`mean_of_independent`], as in `analyze`); `None` where one has none or none has any width.
    pub interval: Option<Interval>,
    /// The p at which such an interval ends at 0.
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
    type Configuration<'a> = (Benchmark, Vec<(&'a str, Option<&'a str>)>);
    let mut groups: BTreeMap<Configuration<'_>, BTreeSet<usize>> = BTreeMap::new();
    for row in &report.rows {
        let base = report.base_of(row);
        let settings = base.settings().filter(|name| !is_of_environment(name));
        let main = MAIN_PARTS.into_iter().chain(settings).map(|part| (part, base.part(part))).collect();
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
    let averages = (1..=news).map(|side| average(side, &rows_of(side))).collect();
    Some(Overall { benchmark, over: rows_of(1).iter().map(|row| row.name.clone()).collect(), averages })
}

fn average(new_side: usize, rows: &[&Row]) -> Average {
    let many = rows.len() as f64;
    let compared: Vec<Comparison> = rows.iter().map(|row| row.figures.pass_1.comparison).collect();
    let mean = |part: fn(&Comparison) -> f64| compared.iter().map(part).sum::<f64>() / many;
    let difference = mean(|one| one.difference);
    let own: Option<Vec<_>> = compared.iter().map(|one| Some((one.difference, one.interval?))).collect();
    let interval = own.and_then(|own| mean_of_independent(&own)).filter(|ends| ends.hi > ends.lo);
    let p = match interval {
        Some(_) => p_of_zero(&compared),
        // Identical sides: no difference anywhere, no spread.
        None if compared.iter().all(|one| one.wins + one.losses == 0) => Some(1.0),
        None => None,
    };
    let judged = Judged { p_holm: None, verdict: Verdict::Inconclusive };
    Average { new_side, base: mean(|one| one.a), new: mean(|one| one.b), difference, interval, p, judged }
}

/// Halvings of the range of p: to sixteen decimals.
const HALVINGS: u32 = 54;

/// Returns the p at which the interval of the average, from the intervals of the rows at level 1 - p, ends at 0. Those are Student's t, or
/// [`constant_interval`] where all tasks of a row differ by the same.
fn p_of_zero(compared: &[Comparison]) -> Option<f64> {
    let holds_zero = |p: f64| {
        let of_row = |one: &Comparison| {
            if one.se.is_some_and(|se| se <= NO_SPREAD) {
                return Some((one.difference, constant_interval(one.tasks, one.difference, 1.0 - p)?));
            }
            let half = t_quantile(1.0 - p, one.tasks.checked_sub(1)?)? * one.se?;
            Some((one.difference, Interval { lo: one.difference - half, hi: one.difference + half }))
        };
        let rows: Vec<_> = compared.iter().map(of_row).collect::<Option<_>>()?;
        Some(mean_of_independent(&rows)?.contains(0.0))
    };
    let (mut holding, mut beyond) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(holding, beyond);
        if holds_zero(middle)? { holding = middle } else { beyond = middle }
    }
    Some(beyond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{
        compare::{Settings, compare_shares, compare_values},
        distribution::two_sided_t,
    };

    /// Thirty tasks that differ by -0.2, -0.14, … 0.34 by turns.
    fn comparison() -> Comparison {
        let pairs: Vec<(f64, f64)> = (0..30).map(|i| (0.5, 0.3 + f64::from(i % 10) * 0.06)).collect();
        compare_values(&pairs, &Settings::default()).unwrap()
    }

    #[test]
    fn the_p_of_one_row_is_its_own_and_two_rows_are_surer() {
        let one = comparison();
        assert!((p_of_zero(&[one]).unwrap() - one.p_t.unwrap()).abs() < 1e-9);
        // Equal rows: the half-width shrinks by √2, as the standard error of a mean of two does.
        let t = one.difference / one.se.unwrap() * std::f64::consts::SQRT_2;
        assert!((p_of_zero(&[one, one]).unwrap() - two_sided_t(t, 29).unwrap()).abs() < 1e-9);
    }

    #[test]
    fn the_p_says_what_the_interval_says() {
        // Five tasks without any difference tell little, and the average with thirty that differ knows it.
        let none = compare_shares(&[(1.0, 1.0); 5], &Settings::default()).unwrap();
        for wins in [8_usize, 10, 12, 20, 28] {
            let pair = |i: usize| {
                if i < wins {
                    (0.0, 1.0)
                } else if i < wins + 2 {
                    (1.0, 0.0)
                } else {
                    (1.0, 1.0)
                }
            };
            let some = compare_shares(&(0..30).map(pair).collect::<Vec<_>>(), &Settings::default()).unwrap();
            let rows = [none, some].map(|one| (one.difference, one.interval.unwrap()));
            let clear = !mean_of_independent(&rows).unwrap().contains(0.0);
            assert_eq!(p_of_zero(&[none, some]).unwrap() < 0.05, clear, "{wins} won");
        }
    }
}
