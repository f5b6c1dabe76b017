//! p-values adjusted for the size of their family.
//!
//! Holm's method for a handful of planned comparisons, Shaffer's over all pairs for a leader picked from the data, Benjamini and Hochberg's
//! for screening many (a test a task).

/// Returns p-values adjusted for the size of their family by Holm's step-down method (Holm 1979), in the order given.
/// NaN leaves the family and stays NaN.
pub fn holm(p: &[f64]) -> Vec<f64> {
    step_down(p, |rank, family| (family - rank) as f64)
}

/// Multiplies p-values in rising order by what their rank (from 0) and the size of the family say; none falls below one before it.
fn step_down(p: &[f64], factor: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|i| !p[*i].is_nan()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![f64::NAN; p.len()];
    let (family, mut largest) = (order.len(), 0.0_f64);
    for (rank, index) in order.into_iter().enumerate() {
        largest = largest.max((factor(rank, family) * p[index]).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}

/// Returns the p-values of comparisons with the leader of `cells` cells, adjusted over *all* pairs of cells, in the order given. NaN is a
/// comparison that was not made and stays NaN.
///
/// The leader was picked from the same data, so any pair might have been the one compared: the family is all `cells (cells - 1) / 2` pairs.
/// As in Holm's method the p-values are taken in rising order, and each is multiplied by the number of pairs that may be equal in truth if
/// all before it are not (Shaffer 1986, J. Am. Stat. Assoc. 81, 826–831). The p-values of the other pairs are not needed for that.
pub fn against_leader(p: &[f64], cells: usize) -> Vec<f64> {
    step_down(p, |rank, _| equal_pairs(cells, rank))
}

/// Returns how many pairs of `cells` cells can be equal where the leader equals some cell, but not `apart` others: the cells fall into the
/// leader's group and the rest, and the count is largest where one of the two is as large as it can be.
fn equal_pairs(cells: usize, apart: usize) -> f64 {
    let pairs = |cells: usize| cells as f64 * (cells as f64 - 1.0) / 2.0;
    let with_group_of = |group: usize| pairs(group) + pairs(cells.saturating_sub(group));
    let largest = with_group_of(cells.saturating_sub(apart).max(2));
    if apart == 0 { largest } else { largest.max(with_group_of(2)) }
}

/// Returns p-values adjusted by Benjamini & Hochberg's method (1995), in the order given: calling those below q discoveries, a share
/// of at most q of them is false on average. NaN leaves the family and stays NaN.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|i| !p[*i].is_nan()).collect();
    order.sort_by(|a, b| p[*b].total_cmp(&p[*a]));
    let mut adjusted = vec![f64::NAN; p.len()];
    let (family, mut smallest) = (order.len(), 1.0_f64);
    for (from_last, index) in order.into_iter().enumerate() {
        smallest = smallest.min(family as f64 * p[index] / (family - from_last) as f64);
        adjusted[index] = smallest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::near;

    #[test]
    fn holm_matches_the_reference() {
        let p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34];
        let expected = [0.015, 0.112, 0.507, 0.507, 0.507, 0.6, 0.666, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
        assert!(holm(&p).iter().zip(expected).all(|(a, b)| near(*a, b)));
        let ties = holm(&[0.5, 0.01, f64::NAN, 0.01, 0.2, 1.0]);
        assert!(ties[2].is_nan());
        let rest: Vec<f64> = ties.into_iter().filter(|p| !p.is_nan()).collect();
        assert!(rest.iter().zip([1.0, 0.05, 0.05, 0.6, 1.0]).all(|(a, b)| near(*a, b)));
    }

    #[test]
    fn the_leader_is_corrected_for_over_all_pairs() {
        // Pairs that may be equal: of 5 cells 10; with one apart 6 (two groups of 4 and 1); then 4 (2 and 3).
        for (cells, apart, pairs) in
            [(5, 0, 10.0), (5, 1, 6.0), (5, 2, 4.0), (5, 3, 4.0), (3, 0, 3.0), (3, 1, 1.0), (2, 0, 1.0)]
        {
            assert!(near(equal_pairs(cells, apart), pairs), "{cells} {apart}");
        }
        let adjusted = against_leader(&[0.02, 0.001, f64::NAN, 0.012], 5);
        assert!(adjusted[2].is_nan());
        assert!([0.08, 0.01, 0.072].iter().zip([0, 1, 3]).all(|(wanted, at)| near(adjusted[at], *wanted)), "{adjusted:?}");
    }

    /// The largest number of equal pairs over all partitions of the cells that fit, one by one.
    #[test]
    fn equal_pairs_match_all_partitions() {
        fn most(cells: usize, apart: usize, groups: &mut Vec<Vec<usize>>, next: usize) -> usize {
            if next == cells {
                // Cell 0 leads; cells 1 to `apart` differ from it, the next one does not.
                let of_leader = &groups[0];
                let fits = of_leader.contains(&(apart + 1)) && (1..=apart).all(|cell| !of_leader.contains(&cell));
                return if fits { groups.iter().map(|group| group.len() * (group.len() - 1) / 2).sum() } else { 0 };
            }
            let mut best = 0;
            for at in 0..=groups.len() {
                if at == groups.len() {
                    groups.push(Vec::new());
                }
                groups[at].push(next);
                best = best.max(most(cells, apart, groups, next + 1));
                groups[at].pop();
                groups.retain(|group| !group.is_empty());
            }
            best
        }
        for cells in 2..=8 {
            for apart in 0..cells - 1 {
                let wanted = most(cells, apart, &mut vec![vec![0]], 1) as f64;
                assert!(near(equal_pairs(cells, apart), wanted), "{cells} cells, {apart} apart: {wanted}");
            }
        }
    }

    #[test]
    fn benjamini_hochberg_matches_statsmodels() {
        let p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34];
        let mut wanted = vec![0.015, 0.06, 0.126, 0.126, 0.126, 0.15, 0.158_571_428_6];
        wanted.extend([0.294_642_857_1; 7]);
        wanted.push(0.34);
        let found = benjamini_hochberg(&p);
        assert!(found.iter().zip(wanted).all(|(found, wanted)| near(*found, wanted)), "{found:?}");
        let ties = benjamini_hochberg(&[0.5, 0.01, f64::NAN, 0.01, 0.2, 1.0]);
        assert!(ties[2].is_nan());
        let rest: Vec<f64> = ties.into_iter().filter(|p| !p.is_nan()).collect();
        assert!(rest.iter().zip([0.625, 0.025, 0.025, 0.333_333_333_3, 1.0]).all(|(a, b)| near(*a, b)), "{rest:?}");
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_holm_is_the_stricter(p in prop::collection::vec(prop_oneof![0.0..=1.0_f64, Just(0.01)], 1..20)) {
            let backwards: Vec<f64> = p.iter().rev().copied().collect();
            for adjust in [holm, benjamini_hochberg] {
                let mut again = adjust(&backwards);
                again.reverse();
                prop_assert!(adjust(&p).iter().zip(&again).all(|(a, b)| (a - b).abs() < 1e-12));
            }
            for ((p, strict), lenient) in p.iter().zip(holm(&p)).zip(benjamini_hochberg(&p)) {
                prop_assert!(*p <= lenient + 1e-12 && lenient <= strict + 1e-12 && strict <= 1.0);
            }
        }
    }
}
