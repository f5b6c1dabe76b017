//! How often verdicts err, and how often they find what is there: simulated sweeps of invented agents. Slow, so ignored by default:
//!
//! ```text
//! cargo test --release --test it simulate_verdicts -- --ignored --nocapture
//! ```
//!
//! prints the tables of `docs/statistics-checks.md`, section "Verdicts", and fails where an error rate or a power is off.

use std::fmt::Write as _;

use serde_json::json;
use taureport::{
    analysis::{self, Options, Verdict as Standing},
    identity::{MapRule, Overrides},
    metrics::{
        TaskCounts,
        bootstrap::Random,
        compare::{Comparison, Settings, Verdict, compare_pass_k, judge, judge_against_leader},
        planning::Components,
    },
    sources::{ReadOptions, discover, load_all},
    sweep::{Attempts, assemble},
};

use crate::support::{argument, temporary, write};

/// Successes of every task, a row a cell.
type Cells = Vec<Vec<TaskCounts>>;

/// Tasks whose rates follow the arcsine law around ½: some next to never solved, some next to always.
fn rate(random: &mut Random) -> f64 {
    (random.unit() * std::f64::consts::FRAC_PI_2).sin().powi(2)
}

fn trials(random: &mut Random, n: u32, rate: f64) -> TaskCounts {
    TaskCounts::new(n, (0..n).map(|_| u32::from(random.unit() < rate)).sum())
}

/// `cells` agents of equal pass^1: alike on every task, or each with a rate of its own on a third of the tasks. The last is worse by
/// `loss` on average.
fn sweep(random: &mut Random, (cells, tasks, n): (usize, usize, u32), own: bool, loss: f64) -> Cells {
    let shared: Vec<f64> = (0..tasks).map(|_| rate(random)).collect();
    (0..cells)
        .map(|cell| {
            let one = |shared: &f64| {
                let p = if own && random.unit() < 1.0 / 3.0 { rate(random) } else { *shared };
                // The mean rate is ½, so this takes `loss` from it.
                let p = if cell + 1 == cells { p * (1.0 - 2.0 * loss) } else { p };
                trials(random, n, p)
            };
            shared.iter().map(one).collect()
        })
        .collect()
}

/// The verdicts on all cells but the leader: by the program's correction, and by Holm's over the comparisons made.
fn against_leader(cells: &Cells) -> (Vec<usize>, Vec<usize>) {
    let mean = |cell: &[TaskCounts]| cell.iter().filter_map(|task| task.success_rate()).sum::<f64>();
    let leader = (0..cells.len()).max_by(|a, b| mean(&cells[*a]).total_cmp(&mean(&cells[*b])).then(b.cmp(a))).expect("cells");
    let others: Vec<usize> = (0..cells.len()).filter(|cell| *cell != leader).collect();
    let family: Vec<(f64, Option<f64>)> = others
        .iter()
        .map(|cell| {
            let pairs: Vec<_> = cells[leader].iter().copied().zip(cells[*cell].iter().copied()).collect();
            let found = compare_pass_k(&pairs, 1, &Settings::default()).expect("common tasks");
            (found.difference, found.p)
        })
        .collect();
    let called = |judged: Vec<taureport::metrics::compare::Judged>| -> Vec<usize> {
        others.iter().zip(judged).filter(|(_, one)| one.verdict != Verdict::Inconclusive).map(|(cell, _)| *cell).collect()
    };
    (called(judge_against_leader(&family, cells.len(), 0.95)), called(judge(&family, 0.95)))
}

fn percent(count: u32, of: u32) -> f64 {
    100.0 * f64::from(count) / f64::from(of)
}

#[test]
#[ignore = "slow: simulation"]
fn equal_cells_are_seldom_called_worse_than_the_leader() {
    let mut table =
        String::from("| cells | tasks | trials | alike | own rates | alike, Holm over K − 1 |\n|---|---|---|---|---|---|\n");
    let mut wrong = Vec::new();
    for cells in [2, 3, 5, 10, 20] {
        for (tasks, n) in [(10, 1), (10, 4), (50, 1), (50, 4), (115, 4)] {
            let runs = match cells {
                2 => 20_000,
                3 | 5 => 2_000,
                _ => 1_000,
            };
            let mut random = Random::new(7 + cells as u64);
            let mut share = |own: bool| {
                let (mut all_pairs, mut made) = (0, 0);
                for _ in 0..runs {
                    let (one, other) = against_leader(&sweep(&mut random, (cells, tasks, n), own, 0.0));
                    all_pairs += u32::from(!one.is_empty());
                    made += u32::from(!other.is_empty());
                }
                (percent(all_pairs, runs), percent(made, runs))
            };
            let ((alike, before), (own, _)) = (share(false), share(true));
            // 5.5 % and two standard errors.
            let most = 5.5 + 2.0 * (5.5 * 94.5 / f64::from(runs)).sqrt();
            if alike.max(own) > most {
                wrong.push((cells, tasks, n, alike, own));
            }
            writeln!(table, "| {cells} | {tasks} | {n} | {alike:.1} % | {own:.1} % | {before:.1} % |").expect("a string");
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
#[ignore = "slow: simulation"]
fn a_cell_that_is_worse_is_found() {
    let mut table = String::from("| cells | tasks × trials | loss | all pairs | Holm over K − 1 |\n|---|---|---|---|---|\n");
    for cells in [2, 3, 5, 10, 20] {
        for (tasks, n, loss) in [(50, 4, 0.1), (115, 4, 0.08)] {
            let runs = 500;
            let mut random = Random::new(70 + cells as u64);
            let (mut all_pairs, mut made) = (0, 0);
            for _ in 0..runs {
                let (one, other) = against_leader(&sweep(&mut random, (cells, tasks, n), false, loss));
                all_pairs += u32::from(one.contains(&(cells - 1)));
                made += u32::from(other.contains(&(cells - 1)));
            }
            let (one, other) = (percent(all_pairs, runs), percent(made, runs));
            writeln!(table, "| {cells} | {tasks} × {n} | {loss} | {one:.0} % | {other:.0} % |").expect("a string");
        }
    }
    println!("{table}");
}

/// Equal cells as files, read and analysed as a user's.
#[test]
#[ignore = "slow: simulation"]
fn the_program_itself_seldom_calls_an_equal_cell_worse() {
    let (runs, mut random, mut called) = (200, Random::new(11), 0_u32);
    let rule = |cell: usize| MapRule::parse(&format!("m{cell}.json=>model=m{cell},env=airline")).expect("a rule");
    let overrides = Overrides { layout: None, maps: (0..10).map(rule).collect() };
    let options = ReadOptions { overrides, ..ReadOptions::builtin() };
    for _ in 0..runs {
        let folder = temporary();
        for (cell, tasks) in sweep(&mut random, (10, 50, 4), false, 0.0).iter().enumerate() {
            let record = |task: usize, trial: u32, success: bool| json!({"task_id": task, "reward": f64::from(u8::from(success)), "info": {}, "traj": [], "trial": trial});
            let records: Vec<_> = tasks
                .iter()
                .enumerate()
                .flat_map(|(task, counts)| (0..counts.n).map(move |trial| record(task, trial, trial < counts.c)))
                .collect();
            write(&folder.path().join(format!("m{cell}.json")), json!(records).to_string());
        }
        let found = discover(&[argument(folder.path())]);
        let sweep = assemble(load_all(&found.inputs, &options, &|_| ()), Attempts::First);
        let analysis = analysis::analyze(&sweep, &Options::default());
        assert_eq!(analysis.rankings[0].order.len(), 10);
        called += u32::from(
            analysis.rankings[0].contrasts.iter().any(|one| matches!(one.verdict, Standing::Worse | Standing::Better)),
        );
    }
    println!("analyze, 10 equal cells, 50 tasks × 4 trials: {:.1} % of {runs} sweeps call a cell worse", percent(called, runs));
    assert!(percent(called, runs) <= 8.0, "{called}");
}

/// Two agents with rates of all sizes, the second better by `gain` on every task.
fn pair(random: &mut Random, tasks: usize, n: u32, gain: f64) -> Vec<(TaskCounts, TaskCounts)> {
    let one = |_| {
        let p = random.unit() * (1.0 - gain);
        (trials(random, n, p), trials(random, n, p + gain))
    };
    (0..tasks).map(one).collect()
}

const SIZES: [(usize, u32); 10] = [(8, 4), (10, 1), (10, 4), (15, 1), (15, 4), (19, 4), (20, 4), (30, 4), (50, 1), (50, 4)];

fn compared(random: &mut Random, tasks: usize, n: u32, gain: f64) -> Comparison {
    compare_pass_k(&pair(random, tasks, n, gain), 1, &Settings::default()).expect("common tasks")
}

/// Share of comparisons called better in a family of `rows`, the others alike.
fn power(random: &mut Random, (tasks, n): (usize, u32), gain: f64, rows: usize, runs: u32) -> f64 {
    let mut found = 0;
    for _ in 0..runs {
        let family: Vec<(f64, Option<f64>)> = (0..rows)
            .map(|row| {
                let one = compared(random, tasks, n, if row == 0 { gain } else { 0.0 });
                (one.difference, one.p)
            })
            .collect();
        found += u32::from(judge(&family, 0.95)[0].verdict == Verdict::Better);
    }
    percent(found, runs)
}

/// The true difference that is on average printed as the minimum detectable one where it is the truth.
fn printed(random: &mut Random, (tasks, n): (usize, u32), open: usize) -> Option<f64> {
    let settings = Settings::default();
    let mut gain = 0.0;
    for _ in 0..5 {
        let runs: Vec<Comparison> = (0..150).map(|_| compared(random, tasks, n, gain)).collect();
        let all: Vec<f64> = runs.iter().filter_map(|one| one.detectable(open, &settings)).collect();
        if 2 * all.len() < runs.len() {
            return None;
        }
        gain = all.iter().sum::<f64>() / all.len() as f64;
    }
    Some(gain)
}

#[test]
#[ignore = "slow: simulation"]
fn the_deciding_test_keeps_its_level() {
    let mut table = String::from("| tasks × trials | called different, equal agents |\n|---|---|\n");
    let mut worst = 0.0_f64;
    for (tasks, n) in SIZES {
        let mut random = Random::new(3);
        let runs = 4_000;
        let called = (0..runs).filter(|_| compared(&mut random, tasks, n, 0.0).p.is_some_and(|p| p < 0.05)).count();
        let share = percent(u32::try_from(called).expect("few"), runs);
        worst = worst.max(share);
        writeln!(table, "| {tasks} × {n} | {share:.1} % |").expect("a string");
    }
    println!("{table}");
    assert!(worst <= 6.0, "{worst}");
}

#[test]
#[ignore = "slow: simulation"]
fn the_minimum_detectable_difference_is_found_as_often_as_it_says() {
    let mut table = String::from("| tasks × trials | rows | printed | found |\n|---|---|---|---|\n");
    let mut off = Vec::new();
    let families =
        SIZES.map(|size| (size, 1)).into_iter().chain([2, 4, 6, 10, 20].map(|rows| ((50, 4), rows))).chain([((15, 4), 4)]);
    for (size, rows) in families {
        let mut random = Random::new(5);
        let Some(mde) = printed(&mut random, size, rows) else {
            writeln!(table, "| {} × {} | {rows} | n/a | |", size.0, size.1).expect("a string");
            continue;
        };
        let found = power(&mut random, size, mde, rows, if rows > 4 { 600 } else { 1_500 });
        writeln!(table, "| {} × {} | {rows} | {:.1} pp | {found:.0} % |", size.0, size.1, 100.0 * mde).expect("a string");
        // Under 20 tasks of several trials it is cautious, up to 98 %: the sizes that were observed limit what is simulated.
        if found < 74.0 || (found > 86.0 && size.0 >= 20) {
            off.push((size, rows, found));
        }
    }
    println!("{table}");
    assert!(off.is_empty(), "{off:?}");
}

#[test]
#[ignore = "slow: simulation"]
fn power_plans_hold() {
    let mut table = String::from("| tasks × trials | detectable by `power` | found |\n|---|---|---|\n");
    for (tasks, n) in [(8, 4), (10, 4), (15, 4), (20, 4), (50, 4)] {
        let mut random = Random::new(9);
        // Rates from 0.1 to 0.6, and the second agent better by the same on every task: their rates correlate fully, as is assumed.
        let mut pairs = |gain: f64| -> Vec<(TaskCounts, TaskCounts)> {
            let rates: Vec<f64> = (0..tasks).map(|_| 0.1 + random.unit() / 2.0).collect();
            rates.into_iter().map(|p| (trials(&mut random, n, p), trials(&mut random, n, p + gain))).collect()
        };
        let each = (f64::from(n), f64::from(n));
        let planned: Vec<f64> = (0..400)
            .filter_map(|_| {
                let one: Vec<TaskCounts> = pairs(0.0).into_iter().map(|(a, _)| a).collect();
                Components::from_one(&one, 1.0)?.mde(tasks, each, 0.95, 0.8)
            })
            .collect();
        let mde = planned.iter().sum::<f64>() / planned.len() as f64;
        let runs = 2_000;
        let found = (0..runs)
            .filter(|_| {
                let found = compare_pass_k(&pairs(mde), 1, &Settings::default()).expect("common tasks");
                found.difference > 0.0 && found.p.is_some_and(|p| p < 0.05)
            })
            .count();
        let found = percent(u32::try_from(found).expect("few"), runs);
        writeln!(table, "| {tasks} × {n} | {:.1} pp | {found:.0} % |", 100.0 * mde).expect("a string");
    }
    println!("{table}");
}
