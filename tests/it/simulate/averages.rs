//! Coverage of averages over environments.

use std::fmt::Write as _;

use rayon::prelude::*;
use taureport::metrics::{
    Ci, Interval, Ragged, curve, distribution::normal_quantile, mover::mean_of_independent, ragged::CurvePoint,
};

use super::{CONF, Coverage, Draws, Population};

const SIMULATIONS: u32 = 2000;

/// Tasks, trials and population of each environment.
type Environments = &'static [(u32, u32, Population)];

const fn of(tasks: u32, trials: u32, mean: f64, icc: f64) -> (u32, u32, Population) {
    (tasks, trials, Population { mean, icc })
}

const CASES: [(&str, Environments); 6] = [
    ("12 and 12 tasks × 1, .9 and .9", &[of(12, 1, 0.9, 0.5), of(12, 1, 0.9, 0.5)]),
    ("12 and 40 tasks × 4, .95 and .6", &[of(12, 4, 0.95, 0.4), of(40, 4, 0.6, 0.4)]),
    ("20 and 20 tasks × 4, .1 and .1", &[of(20, 4, 0.1, 0.4), of(20, 4, 0.1, 0.4)]),
    ("50 and 114 tasks × 4, .4 and .6", &[of(50, 4, 0.4, 0.4), of(114, 4, 0.6, 0.4)]),
    ("50, 114 and 114 tasks × 4, .95, .9 and .97", &[of(50, 4, 0.95, 0.3), of(114, 4, 0.9, 0.3), of(114, 4, 0.97, 0.3)]),
    ("20 and 50 tasks × 4, .5 and .9", &[of(20, 4, 0.5, 0.6), of(50, 4, 0.9, 0.6)]),
];

/// As version 0.1.0 did: normal, from standard errors.
fn from_standard_errors(points: &[CurvePoint]) -> Option<Interval> {
    let (z, many) = (normal_quantile(CONF)?, points.len() as f64);
    let mean = points.iter().map(|point| point.value).sum::<Option<f64>>()? / many;
    let variance: f64 = points.iter().map(|point| point.se.map(|se| se * se)).sum::<Option<f64>>()?;
    let half = z * variance.sqrt() / many;
    (variance > 0.0).then(|| Interval { lo: (mean - half).max(0.0), hi: (mean + half).min(1.0) })
}

fn from_intervals(points: &[CurvePoint]) -> Option<Interval> {
    let own: Option<Vec<_>> = points.iter().map(|point| Some((point.value?, point.interval?))).collect();
    mean_of_independent(&own?)
}

/// Returns the coverage of the average of pass^k from the standard errors, and from the intervals.
fn coverage(environments: Environments, k: u32, seed: u64) -> [Coverage; 2] {
    let truth = environments.iter().map(|(_, _, population)| population.pass_hat(k)).sum::<f64>() / environments.len() as f64;
    let (mut draws, mut found) = (Draws::new(seed), [Coverage::default(); 2]);
    for _ in 0..SIMULATIONS {
        let mut last = |(tasks, trials, population): &(u32, u32, Population)| {
            let sweep = population.draw(*tasks, *trials, &mut draws);
            curve(&sweep, Ragged::Chained, k, Ci::ScaledWilson, CONF).pop().expect("k is at least 1")
        };
        let points: Vec<CurvePoint> = environments.iter().map(&mut last).collect();
        found[0].add(from_standard_errors(&points), truth);
        found[1].add(from_intervals(&points), truth);
    }
    found
}

#[test]
#[ignore = "slow: simulation"]
fn averages_cover() {
    let cells: Vec<(usize, u32)> =
        (0..CASES.len()).flat_map(|case| [(case, 1), (case, 4)]).filter(|(case, k)| CASES[*case].1[0].1 >= *k).collect();
    let found: Vec<[Coverage; 2]> =
        cells.par_iter().map(|(case, k)| coverage(CASES[*case].1, *k, *case as u64 * 10 + u64::from(*k))).collect();
    let mut text = "| environments | k | standard errors (0.1.0) | own intervals |\n|---|---|---|---|\n".to_owned();
    let mut low = Vec::new();
    for ((case, k), [before, now]) in cells.into_iter().zip(found) {
        let name = CASES[case].0;
        writeln!(text, "| {name} | {k} | {} | {} |", before.text(), now.text()).unwrap();
        low.extend(now.check(94.0, &format!("{name}, k = {k}")));
    }
    println!("\nCoverage of averages over environments, {SIMULATIONS} sweeps a row\n\n{text}");
    assert_eq!(low, Vec::<String>::new());
}
