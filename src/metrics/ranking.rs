//! Ranking several agents on common tasks: mean ranks, Friedman's test, Bradley–Terry strengths.
//!
//! For pass^1 a table sorted by it, with marks for what cannot be told from the leader, says more; this is its companion.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::{
    bootstrap::{Bootstrap, Random, percentile_interval},
    interval::Interval,
};

/// Scores within this distance are ties.
const TIE: f64 = 1e-9;
/// The strengths are settled when none changes by more than this share of itself.
const SETTLED: f64 = 1e-14;
const MOST_ROUNDS: u32 = 100_000;

/// Agents ranked over common tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// Tasks used.
    pub tasks: usize,
    /// Mean rank of each agent over tasks; 1 is best, ties share their mean rank.
    pub mean_rank: Vec<f64>,
    /// Friedman's test that all agents are alike; `None` for fewer than two agents, or where every task ties all.
    pub friedman: Option<Friedman>,
    /// Tasks on which the agent of the row is better than that of the column, ties counting half.
    pub wins: Vec<Vec<f64>>,
    /// Strengths, see [`bradley_terry`].
    pub strengths: Strengths,
}

/// Friedman's test, corrected for ties.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Friedman {
    /// χ² with one degree of freedom less than agents.
    pub chi_squared: f64,
    /// Its p.
    pub p: f64,
}

/// Bradley–Terry strengths.
#[derive(Debug, Clone, PartialEq)]
pub struct Strengths {
    /// Strength of each agent; their geometric mean is 1. Agent i beats j on a task with probability `s_i / (s_i + s_j)`.
    pub strength: Vec<f64>,
    /// Half a win either way was added to every pair, as some agents won or lost every comparison with the others.
    pub padded: bool,
}

/// Ranks agents by their scores, higher = better: a row a task, a column an agent. Rows with a missing column or a value that is not
/// finite are left out. `None` where no row is left or there are no agents.
pub fn rank(scores: &[Vec<f64>]) -> Option<Ranking> {
    let rows = complete(scores)?;
    let agents = rows.first()?.len();
    let tasks = rows.len() as f64;
    let (mut totals, mut tied) = (vec![0.0; agents], 0.0);
    let mut wins = vec![vec![0.0; agents]; agents];
    for row in &rows {
        for (i, own) in row.iter().enumerate() {
            let better = row.iter().filter(|other| **other > own + TIE).count() as f64;
            let equal = row.iter().filter(|other| (*other - own).abs() <= TIE).count() as f64;
            totals[i] += better + f64::midpoint(equal, 1.0);
            // Summed over a group of t ties: t (t² - 1).
            tied += equal * equal - 1.0;
            for (j, other) in row.iter().enumerate().filter(|(j, _)| *j != i) {
                wins[i][j] += if (own - other).abs() <= TIE { 0.5 } else { f64::from(u8::from(own > other)) };
            }
        }
    }
    Some(Ranking {
        tasks: rows.len(),
        mean_rank: totals.iter().map(|total| total / tasks).collect(),
        friedman: friedman(&totals, tasks, tied),
        strengths: bradley_terry(&wins),
        wins,
    })
}

fn complete(scores: &[Vec<f64>]) -> Option<Vec<&Vec<f64>>> {
    let agents = scores.iter().map(Vec::len).max().filter(|agents| *agents > 0)?;
    Some(scores.iter().filter(|row| row.len() == agents && row.iter().all(|score| score.is_finite())).collect())
}

fn friedman(rank_sums: &[f64], tasks: f64, tied: f64) -> Option<Friedman> {
    let agents = rank_sums.len() as f64;
    let squares: f64 = rank_sums.iter().map(|sum| sum * sum).sum();
    let untied = 12.0 / (agents * tasks * (agents + 1.0)) * squares - 3.0 * tasks * (agents + 1.0);
    let chi_squared = untied / (1.0 - tied / (agents * (agents * agents - 1.0) * tasks));
    let distribution = ChiSquared::new(agents - 1.0).ok()?;
    chi_squared.is_finite().then(|| Friedman { chi_squared, p: distribution.sf(chi_squared.max(0.0)) })
}

/// Returns the Bradley–Terry strengths behind a matrix of wins (row beats column), by the MM algorithm of Hunter 2004.
///
/// Where some agents win or lose every comparison with all others, the strengths would be infinite: then half a win either way is
/// added to every pair.
pub fn bradley_terry(wins: &[Vec<f64>]) -> Strengths {
    let agents = wins.len();
    let padded = !connected(wins);
    let won = |i: usize, j: usize| if i == j { 0.0 } else { wins[i][j] + if padded { 0.5 } else { 0.0 } };
    let mut strength = vec![1.0_f64; agents];
    for _ in 0..MOST_ROUNDS {
        let next: Vec<f64> = (0..agents)
            .map(|i| {
                let total: f64 = (0..agents).map(|j| won(i, j)).sum();
                let weight: f64 =
                    (0..agents).filter(|j| *j != i).map(|j| (won(i, j) + won(j, i)) / (strength[i] + strength[j])).sum();
                if weight > 0.0 { total / weight } else { 1.0 }
            })
            .collect();
        let mean = next.iter().map(|s| s.ln()).sum::<f64>() / agents as f64;
        let next: Vec<f64> = next.iter().map(|s| s / mean.exp()).collect();
        let settled = next.iter().zip(&strength).all(|(new, old)| (new - old).abs() <= SETTLED * old);
        strength = next;
        if settled {
            break;
        }
    }
    Strengths { strength, padded }
}

/// Whether everyone has beaten everyone, directly or over others: then the strengths are finite (Ford 1957).
fn connected(wins: &[Vec<f64>]) -> bool {
    let reaches_all = |beats: &dyn Fn(usize, usize) -> bool| {
        let mut reached = vec![false; wins.len()];
        let mut open = vec![0_usize];
        while let Some(i) = open.pop() {
            if let Some(seen) = reached.get_mut(i).filter(|seen| !**seen) {
                *seen = true;
                open.extend((0..wins.len()).filter(|j| beats(i, *j)));
            }
        }
        reached.into_iter().all(|seen| seen)
    };
    reaches_all(&|i, j| wins[i][j] > 0.0) && reaches_all(&|i, j| wins[j][i] > 0.0)
}

/// How certain an agent's place is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankRange {
    /// Percentile interval of the place by mean score; 1 is best, ties share the best of their places.
    pub rank: Interval,
    /// Share of the draws in which the agent leads; a shared lead counts in parts.
    pub leads: f64,
}

/// Draws tasks again and again and returns how certain the place of each agent by mean score is. Scores as for [`rank`].
pub fn rank_ranges(scores: &[Vec<f64>], conf: f64, bootstrap: Bootstrap) -> Option<Vec<RankRange>> {
    let mut rows = complete(scores)?;
    let agents = rows.first()?.len();
    // The order of the tasks must not matter.
    rows.sort_by(|one, other| {
        one.iter().zip(*other).map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut random = Random::new(bootstrap.seed);
    let (mut ranks, mut leads) = (vec![Vec::new(); agents], vec![0.0; agents]);
    for _ in 0..bootstrap.draws {
        let mut totals = vec![0.0; agents];
        for _ in 0..rows.len() {
            let row = rows[random.below(rows.len())];
            totals.iter_mut().zip(row).for_each(|(total, score)| *total += score);
        }
        let better = |own: f64| totals.iter().filter(|other| **other > own + TIE).count() as f64;
        let leaders = totals.iter().filter(|own| better(**own) < 0.5).count() as f64;
        for (i, own) in totals.iter().enumerate() {
            let rank = 1.0 + better(*own);
            ranks[i].push(rank);
            leads[i] += if rank < 1.5 { 1.0 / leaders } else { 0.0 };
        }
    }
    let draws = f64::from(bootstrap.draws);
    let ranges = ranks
        .into_iter()
        .zip(leads)
        .map(|(ranks, leads)| Some(RankRange { rank: percentile_interval(ranks, conf)?, leads: leads / draws }));
    ranges.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_near, near};

    fn reference() -> Vec<Vec<f64>> {
        let rows = [
            [0.75, 0.5, 0.25],
            [1.0, 1.0, 0.5],
            [0.0, 0.25, 0.0],
            [0.5, 0.75, 0.5],
            [1.0, 0.75, 0.25],
            [0.25, 0.25, 0.25],
            [1.0, 0.5, 0.75],
            [0.75, 1.0, 0.5],
        ];
        rows.iter().map(|row| row.to_vec()).collect()
    }

    #[test]
    fn the_reference_ranking_matches_scipy() {
        let found = rank(&reference()).unwrap();
        assert!(found.mean_rank.iter().zip([1.6875, 1.6875, 2.625]).all(|(a, b)| near(*a, b)), "{:?}", found.mean_rank);
        let friedman = found.friedman.unwrap();
        assert_near(friedman.chi_squared, 6.0);
        assert_near(friedman.p, 0.049_787_068_37);
        assert_eq!(found.wins, [vec![0.0, 4.0, 6.5], vec![4.0, 0.0, 6.5], vec![1.5, 1.5, 0.0]]);
        let strength = &found.strengths.strength;
        let wanted = [1.630_324_416, 1.630_324_416, 0.376_228_711_3];
        assert!(strength.iter().zip(wanted).all(|(a, b)| near(*a, b)), "{strength:?}");
        assert_near(strength[0].ln(), 0.488_779_022_9);
        assert_near(strength[0] / (strength[0] + strength[2]), 0.8125);
        assert!(!found.strengths.padded);
    }

    #[test]
    fn who_wins_everything_has_a_finite_strength() {
        let found = rank(&[vec![1.0, 0.5, 0.0], vec![1.0, 0.0, 0.5], vec![1.0, 0.5, 0.5]]).unwrap();
        let strength = &found.strengths.strength;
        assert!(found.strengths.padded && strength[0] > strength[1] && strength.iter().all(|s| s.is_finite()));
        assert_near(strength.iter().product(), 1.0);
    }

    #[test]
    fn too_little_to_rank_gives_none() {
        assert_eq!(rank(&[]), None);
        assert_eq!(rank(&[Vec::new()]), None);
        assert_eq!(rank(&[vec![f64::NAN, 1.0]]), None);
        assert_eq!(rank(&[vec![1.0]]).unwrap().friedman, None);
        assert_eq!(rank(&[vec![1.0, 1.0], vec![0.0, 0.0]]).unwrap().friedman, None);
        assert_eq!(rank(&[vec![1.0, 0.5], vec![1.0]]).unwrap().tasks, 1);
        assert_eq!(rank_ranges(&[], 0.95, Bootstrap::default()), None);
    }

    #[test]
    fn places_are_certain_only_where_the_scores_are() {
        let found = rank_ranges(&reference(), 0.95, Bootstrap::default()).unwrap();
        assert_near(found.iter().map(|one| one.leads).sum(), 1.0);
        assert!(found[0].rank.lo <= 1.0 && found[0].rank.hi >= 2.0 && found[2].rank.hi >= 3.0 && found[2].leads < 0.05);
        let mut backwards = reference();
        backwards.reverse();
        assert_eq!(found, rank_ranges(&backwards, 0.95, Bootstrap::default()).unwrap());
    }

    proptest! {
        #[test]
        fn ranks_and_strengths_follow_the_agents(
            rows in prop::collection::vec(prop::collection::vec(0_u8..=4, 4), 1..15),
        ) {
            let scores: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().map(|c| f64::from(*c) / 4.0).collect()).collect();
            let backwards: Vec<Vec<f64>> = scores.iter().map(|row| row.iter().rev().copied().collect()).collect();
            let (one, two) = (rank(&scores).unwrap(), rank(&backwards).unwrap());
            prop_assert!((one.mean_rank.iter().sum::<f64>() - 10.0).abs() < 1e-9);
            for i in 0..4 {
                prop_assert!((one.mean_rank[i] - two.mean_rank[3 - i]).abs() < 1e-12);
                let (a, b) = (one.strengths.strength[i], two.strengths.strength[3 - i]);
                prop_assert!((a - b).abs() <= 1e-6 * a, "{} {}", a, b);
            }
            prop_assert!(one.friedman.is_none_or(|test| (0.0..=1.0).contains(&test.p)));
        }
    }
}
