//! Coverage of the intervals of pass^k.

use rayon::prelude::*;
use taureport::metrics::{Ci, Ragged, TaskCounts, curve};

use super::{CONF, Coverage, Draws, Population};

const SIMULATIONS: u32 = 1000;
const POPULATIONS: [Population; 6] = [
    Population { mean: 0.1, icc: 0.6 },
    Population { mean: 0.1, icc: 0.1 },
    Population { mean: 0.5, icc: 0.6 },
    Population { mean: 0.5, icc: 0.1 },
    Population { mean: 0.9, icc: 0.6 },
    Population { mean: 0.9, icc: 0.1 },
];
const SIZES: [(u32, u32); 9] = [(10, 1), (10, 4), (10, 8), (50, 1), (50, 4), (50, 8), (115, 1), (115, 4), (115, 8)];
const KS: [u32; 3] = [1, 2, 4];

/// Returns the coverage at k = 1, 2, 4, after some trials of each sweep are lost.
fn coverage(size: (u32, u32), population: Population, ci: Ci, lose: fn(&mut TaskCounts, &mut Draws)) -> [Coverage; 3] {
    let ((tasks, trials), mut found) = (size, [Coverage::default(); 3]);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number below 10,000")]
    let number = (population.mean * 1e4 + population.icc * 10.0) as u64;
    let mut draws = Draws::new((u64::from(tasks * 100 + trials) << 20) | number);
    for _ in 0..SIMULATIONS {
        let mut sweep = population.draw(tasks, trials, &mut draws);
        for task in &mut sweep {
            lose(task, &mut draws);
        }
        let points = curve(&sweep, Ragged::Chained, trials.min(4), ci, CONF);
        for (coverage, k) in found.iter_mut().zip(KS) {
            let point = points.iter().find(|point| point.k == k && !point.too_few);
            coverage.add(point.and_then(|point| point.interval), population.pass_hat(k));
        }
    }
    found
}

/// Returns a table of coverage, and what is below the bound.
fn table(sizes: &[(u32, u32)], ci: Ci, bound: f64, lose: fn(&mut TaskCounts, &mut Draws)) -> (String, Vec<String>) {
    let cells: Vec<_> = sizes.iter().flat_map(|size| POPULATIONS.map(|population| (*size, population))).collect();
    let found: Vec<[Coverage; 3]> = cells.par_iter().map(|(size, population)| coverage(*size, *population, ci, lose)).collect();
    let mut text = "| tasks | trials | k |".to_owned();
    for one in POPULATIONS {
        text.push_str(&format!(" {} / {} |", one.mean, one.icc));
    }
    text.push_str("\n|---|---|---|---|---|---|---|---|---|\n");
    let mut low = Vec::new();
    for ((tasks, trials), row) in sizes.iter().zip(found.chunks(POPULATIONS.len())) {
        for (at, k) in KS.into_iter().enumerate().filter(|(_, k)| k <= trials) {
            text.push_str(&format!("| {tasks} | {trials} | {k} |"));
            for (one, population) in row.iter().zip(POPULATIONS) {
                text.push_str(&format!(" {} |", one[at].text()));
                low.extend(one[at].check(bound, &format!("{tasks} × {trials}, k = {k}, {population:?}")));
            }
            text.push('\n');
        }
    }
    (format!("\nCoverage of pass^k, {}, {SIMULATIONS} sweeps a cell\n\n{text}", ci.name()), low)
}

#[test]
#[ignore = "slow: simulation"]
fn pass_k_intervals_cover() {
    let (text, low) = table(&SIZES, Ci::ScaledWilson, 93.0, |_, _| {});
    println!("{text}");
    assert_eq!(low, Vec::<String>::new());
}

#[test]
#[ignore = "slow: simulation"]
fn conservative_pass_k_intervals_cover() {
    let (text, low) = table(&SIZES, Ci::Conservative, 95.0, |_, _| {});
    println!("{text}");
    assert_eq!(low, Vec::<String>::new());
}

/// A quarter of the trials is missing, whichever they are.
#[test]
#[ignore = "slow: simulation"]
fn pass_k_intervals_cover_with_missing_trials() {
    let lose = |task: &mut TaskCounts, draws: &mut Draws| {
        for _ in 0..task.n {
            if draws.unit() < 0.25 {
                let success = draws.unit() < f64::from(task.c) / f64::from(task.n);
                (task.n, task.c) = (task.n - 1, task.c - u32::from(success));
            }
        }
    };
    let (text, low) = table(&[(50, 4), (50, 8), (115, 4)], Ci::ScaledWilson, 92.0, lose);
    println!("{text}");
    assert_eq!(low, Vec::<String>::new());
}
