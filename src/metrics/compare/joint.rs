//! pass^k with trials missing: the difference of the chained estimates, its uncertainty from drawing tasks jointly.

use super::{Comparison, DecidedBy, Settings};
use crate::metrics::{
    TaskCounts,
    bootstrap::{Random, percentile_interval},
    interval::Interval,
    paired::{NO_SPREAD, share_interval},
    ragged::chained_value,
};

/// Share of the draws that must give an estimate.
const USABLE: f64 = 0.9;

type Pair = (TaskCounts, TaskCounts);

/// Puts the chained estimates and what the bootstrap says of them in place of the figures of the tasks with k trials.
pub(super) fn replace(found: &mut Comparison, pairs: &[Pair], k: u32, settings: &Settings) -> Option<()> {
    let (a, b) = values(pairs, k)?;
    let drawn = Drawn::new(pairs, k, settings);
    (found.tasks, found.a, found.b, found.difference) = (pairs.len(), a, b, b - a);
    found.se = drawn.se;
    (found.p_t, found.se_unpaired, found.correlation, found.few) = (None, None, None, None);
    // Draws of tasks that all differ by the same have no spread, which no data support.
    let spread = drawn.se.is_some_and(|se| se > NO_SPREAD);
    let interval = |drawn: Interval| share_interval(spread.then_some(drawn), pairs.len(), b - a, settings.conf);
    found.interval = drawn.interval.and_then(interval);
    let of_flips = found.flips.map(|flips| flips.mid_p).filter(|_| found.decided_by == DecidedBy::SignFlip);
    if let Some(of_flips) = of_flips.filter(|of_flips| drawn.p.is_some_and(|p| !spread || p < *of_flips)) {
        found.p = Some(of_flips);
    } else {
        (found.p, found.decided_by, found.flips) = (drawn.p, DecidedBy::Bootstrap, None);
    }
    Some(())
}

fn values(pairs: &[Pair], k: u32) -> Option<(f64, f64)> {
    let side = |side: fn(&Pair) -> TaskCounts| chained_value(&pairs.iter().map(side).collect::<Vec<_>>(), k);
    Some((side(|pair| pair.0)?, side(|pair| pair.1)?))
}

/// What the draws say of the difference.
struct Drawn {
    se: Option<f64>,
    interval: Option<Interval>,
    p: Option<f64>,
}

impl Drawn {
    fn new(pairs: &[Pair], k: u32, settings: &Settings) -> Self {
        let (pairs, turned) = canonical(pairs);
        let mut random = Random::new(settings.bootstrap.seed);
        let mut sample = pairs.clone();
        let mut differences = Vec::new();
        for _ in 0..settings.bootstrap.draws {
            for pair in &mut sample {
                *pair = pairs[random.below(pairs.len())];
            }
            differences.extend(values(&sample, k).map(|(a, b)| if turned { a - b } else { b - a }));
        }
        let draws = differences.len() as f64;
        if pairs.len() < 2 || draws < USABLE * f64::from(settings.bootstrap.draws) || draws < 2.0 {
            return Self { se: None, interval: None, p: None };
        }
        let mean = differences.iter().sum::<f64>() / draws;
        let variance = differences.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (draws - 1.0);
        let beyond = |is: fn(&&f64) -> bool| (differences.iter().filter(is).count() as f64 + 1.0) / (draws + 1.0);
        let (below, above) = (beyond(|x| **x <= 1e-12), beyond(|x| **x >= -1e-12));
        Self {
            se: Some(variance.sqrt()),
            p: Some((2.0 * below.min(above)).min(1.0)),
            interval: percentile_interval(differences, settings.conf),
        }
    }
}

/// Puts the tasks into an order, and the sides into a sequence, that depend on neither's order: so that relabelling tasks and
/// swapping sides draw the same samples. Says whether the sides were swapped.
fn canonical(pairs: &[Pair]) -> (Vec<Pair>, bool) {
    let mut as_given = pairs.to_vec();
    as_given.sort_unstable();
    let mut swapped: Vec<Pair> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
    swapped.sort_unstable();
    if swapped < as_given { (swapped, true) } else { (as_given, false) }
}
