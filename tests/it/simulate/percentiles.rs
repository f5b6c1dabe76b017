//! Coverage of the intervals of percentiles, and of their differences, of calls that come in tasks.

use std::fmt::Write as _;

use rayon::prelude::*;
use taureport::metrics::{
    latency::{Durations, SummaryOptions, TimedCall},
    latency_ratio::quantile_differences,
    quantile::quantile_type7,
};

use super::{Coverage, Draws};

const SIMULATIONS: u32 = 1000;
const LEVELS: [f64; 4] = [0.5, 0.9, 0.95, 0.99];

/// How durations differ, on the logarithmic scale.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Tasks differ in how long their calls take: standard deviations between tasks and within.
    Location(f64, f64),
    /// The same, with numbers of calls that differ by task (standard deviation 0.8 of the mean).
    Uneven(f64, f64),
    /// Tasks differ in how much their calls vary: standard deviation of its logarithm, and its middle.
    Scale(f64, f64),
    /// Some tasks have some slow calls: the share of tasks, and the share of their calls.
    Mixture(f64, f64),
}

impl Shape {
    fn task(self, calls: u32, draws: &mut Draws) -> Vec<f64> {
        match self {
            Self::Location(between, within) => {
                let task = between * draws.normal();
                (0..calls).map(|_| (7.0 + task + within * draws.normal()).exp()).collect()
            }
            Self::Uneven(between, within) => {
                let size = (f64::from(calls) * 1.5_f64.recip() * draws.gamma(1.5)).ceil();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 1000")]
                Self::Location(between, within).task(size.clamp(1.0, 1000.0) as u32, draws)
            }
            Self::Scale(between, middle) => {
                let within = middle * (between * draws.normal()).exp();
                (0..calls).map(|_| (7.0 + within * draws.normal()).exp()).collect()
            }
            Self::Mixture(tasks, share) => {
                let slow = draws.unit() < tasks;
                let more = |draws: &mut Draws| if slow && draws.unit() < share { 3.0 } else { 0.0 };
                (0..calls).map(|_| (7.0 + 0.5 * draws.normal() + more(draws)).exp()).collect()
            }
        }
    }

    /// The true percentiles, from many tasks of one size: percentiles of calls drawn from all tasks alike.
    fn truth(self, calls: u32) -> Vec<f64> {
        let mut draws = Draws::new(99);
        let shape = if let Self::Uneven(between, within) = self { Self::Location(between, within) } else { self };
        let mut all: Vec<f64> = (0..200_000 / calls * 4).flat_map(|_| shape.task(calls.min(4), &mut draws)).collect();
        all.sort_by(f64::total_cmp);
        LEVELS.iter().map(|level| quantile_type7(&all, *level).expect("there are calls")).collect()
    }
}

/// Tasks, calls a task, shape, and the coverage demanded in percent.
const CASES: [(u32, u32, Shape, f64); 26] = [
    (8, 10, Shape::Location(0.6, 0.6), 92.0),
    (8, 10, Shape::Location(0.0, 0.8), 92.0),
    (8, 100, Shape::Location(0.3, 0.6), 92.0),
    (8, 10, Shape::Uneven(1.0, 0.3), 92.0),
    (20, 10, Shape::Location(0.0, 0.8), 92.0),
    (20, 10, Shape::Location(0.6, 0.6), 92.0),
    (20, 10, Shape::Location(1.0, 0.3), 92.0),
    (25, 10, Shape::Location(0.6, 0.6), 92.0),
    (25, 30, Shape::Location(0.6, 0.6), 92.0),
    (25, 10, Shape::Uneven(0.6, 0.6), 92.0),
    (25, 30, Shape::Scale(0.6, 0.6), 92.0),
    (30, 10, Shape::Location(1.0, 0.3), 92.0),
    (50, 10, Shape::Location(0.6, 0.6), 92.0),
    (50, 10, Shape::Location(1.0, 0.3), 92.0),
    (50, 30, Shape::Location(0.6, 0.6), 92.0),
    (50, 10, Shape::Uneven(0.6, 0.6), 92.0),
    (50, 10, Shape::Uneven(1.0, 0.3), 92.0),
    (50, 30, Shape::Scale(0.6, 0.6), 92.0),
    (50, 30, Shape::Mixture(0.15, 0.4), 90.0),
    (50, 30, Shape::Mixture(0.3, 0.3), 90.0),
    (114, 10, Shape::Location(0.6, 0.6), 92.0),
    (114, 10, Shape::Location(1.0, 0.3), 92.0),
    (114, 30, Shape::Scale(1.0, 0.6), 92.0),
    (114, 30, Shape::Mixture(0.15, 0.4), 90.0),
    (300, 10, Shape::Location(0.6, 0.6), 92.0),
    (300, 10, Shape::Mixture(0.3, 0.3), 90.0),
];

fn coverage((tasks, calls, shape, _): (u32, u32, Shape, f64), seed: u64) -> [Coverage; 4] {
    let (truth, mut draws, mut found) = (shape.truth(calls), Draws::new(seed), [Coverage::default(); 4]);
    let options = SummaryOptions { levels: LEVELS.to_vec(), ..SummaryOptions::default() };
    for _ in 0..SIMULATIONS {
        let mut of =
            |task: u32| -> Vec<TimedCall> { shape.task(calls, &mut draws).into_iter().map(|ms| (ms, Some(task))).collect() };
        let all: Vec<TimedCall> = (0..tasks).flat_map(&mut of).collect();
        let summary = Durations::new(&all).summary(&options);
        for ((coverage, percentile), truth) in found.iter_mut().zip(&summary.percentiles).zip(&truth) {
            coverage.add(percentile.interval_ms, *truth);
        }
    }
    found
}

#[test]
#[ignore = "slow: simulation"]
fn percentile_intervals_cover() {
    let found: Vec<[Coverage; 4]> = CASES.par_iter().enumerate().map(|(at, case)| coverage(*case, at as u64)).collect();
    let mut text = "| tasks | calls | durations | P50 | P90 | P95 | P99 |\n|---|---|---|---|---|---|---|\n".to_owned();
    let mut low = Vec::new();
    for ((tasks, calls, shape, bound), found) in CASES.into_iter().zip(found) {
        let texts = found.map(Coverage::text);
        writeln!(text, "| {tasks} | {calls} | {shape:?} | {} |", texts.join(" | ")).unwrap();
        for (one, level) in found.into_iter().zip(LEVELS) {
            low.extend(one.check(bound, &format!("{tasks} × {calls}, {shape:?}, {level}")));
        }
    }
    println!("\nCoverage of percentiles, {SIMULATIONS} series a row; in brackets: percent given\n\n{text}");
    assert_eq!(low, Vec::<String>::new());
}

/// B takes a quarter longer than A; both share how long a task takes.
#[test]
#[ignore = "slow: simulation"]
fn percentile_differences_cover() {
    let cases = [(8, 10, 0.6, 0.6), (25, 10, 0.6, 0.6), (50, 10, 0.6, 0.6), (50, 10, 1.0, 0.3), (114, 10, 0.6, 0.6)];
    let coverage = |&(tasks, calls, between, within): &(u32, u32, f64, f64)| {
        let (mut draws, mut found) = (Draws::new(u64::from(tasks)), [Coverage::default(); 4]);
        let truth = Shape::Location(between, within).truth(calls);
        for _ in 0..SIMULATIONS {
            let mut side = |middle: f64| (0..calls).map(|_| (middle + within * draws.normal()).exp()).collect::<Vec<f64>>();
            let mut both = Vec::new();
            for _ in 0..tasks {
                let a = side(7.0);
                both.push((a, side(7.0 + 1.25_f64.ln())));
            }
            for (a, b) in &mut both {
                let task = (between * draws.normal()).exp();
                a.iter_mut().chain(b).for_each(|ms| *ms *= task);
            }
            for ((one, difference), truth) in
                found.iter_mut().zip(quantile_differences(&both, &LEVELS, super::CONF)).zip(&truth)
            {
                one.add(difference.and_then(|one| one.interval), 0.25 * truth);
            }
        }
        found
    };
    let found: Vec<[Coverage; 4]> = cases.par_iter().map(coverage).collect();
    let mut text = "| tasks | calls | sd between, within | P50 | P90 | P95 | P99 |\n|---|---|---|---|---|---|---|\n".to_owned();
    let mut low = Vec::new();
    for ((tasks, calls, between, within), found) in cases.into_iter().zip(found) {
        writeln!(text, "| {tasks} | {calls} | {between}, {within} | {} |", found.map(Coverage::text).join(" | ")).unwrap();
        for (one, level) in found.into_iter().zip(LEVELS) {
            low.extend(one.check(92.0, &format!("{tasks} × {calls}, {between}, {within}, {level}")));
        }
    }
    println!("\nCoverage of differences of percentiles, {SIMULATIONS} pairs a row\n\n{text}");
    assert_eq!(low, Vec::<String>::new());
}
