//! The sign-flip test of task values that are no fractions with a small common denominator.

use crate::metrics::{TaskCounts, bootstrap::Random, paired::Fraction};

/// With at most so many differences other than zero, all assignments of signs are tried.
const EXACT_UP_TO: usize = 18;
/// Otherwise this many are drawn.
const DRAWS: u32 = 20_000;

/// Returns pass^k of a task as a fraction, `C(c,k) / C(n,k)`; `None` where it is undefined or too large.
pub(super) fn fraction(task: TaskCounts, k: u32) -> Option<Fraction> {
    if k == 0 || task.n < k || task.c > task.n {
        return None;
    }
    Some((binomial(task.c, k)?, binomial(task.n, k)?))
}

fn binomial(n: u32, k: u32) -> Option<u64> {
    if k > n {
        return Some(0);
    }
    (0..u64::from(k)).try_fold(1_u64, |product, i| Some(product.checked_mul(u64::from(n) - i)? / (i + 1)))
}

/// Returns the two-sided p of the sign-flip test of per-task differences: the share of all assignments of signs whose sum is at
/// least as far from zero as the observed one.
///
/// Exact for up to 18 differences other than zero. For more it is estimated from 20,000 draws with the given seed, as
/// `(b + 1) / (B + 1)`: the least p is then 0.00005. Neither order nor common sign of the differences matters.
pub fn sign_flip_values(d: &[f64], seed: u64) -> f64 {
    let observed = d.iter().sum::<f64>().abs();
    let mut sizes: Vec<f64> = d.iter().map(|x| x.abs()).filter(|size| *size > 1e-12).collect();
    sizes.sort_by(f64::total_cmp);
    // Sums in another order differ in their last digits.
    let limit = observed - 1e-9 * sizes.iter().sum::<f64>();
    if limit <= 0.0 {
        return 1.0;
    }
    match sizes.split_first() {
        None => 1.0,
        Some((first, rest)) if sizes.len() <= EXACT_UP_TO => {
            // By symmetry one sign can be held.
            let assignments = 1_u32 << rest.len();
            let sum = |signs: u32| {
                let signed = |(i, size): (usize, &f64)| if signs >> i & 1 == 1 { -size } else { *size };
                first + rest.iter().enumerate().map(signed).sum::<f64>()
            };
            let far = (0..assignments).filter(|signs| sum(*signs).abs() >= limit).count();
            far as f64 / f64::from(assignments)
        }
        Some(_) => {
            let mut random = Random::new(seed);
            let far = (0..DRAWS).filter(|_| drawn(&sizes, &mut random).abs() >= limit).count();
            (far as f64 + 1.0) / (f64::from(DRAWS) + 1.0)
        }
    }
}

fn drawn(sizes: &[f64], random: &mut Random) -> f64 {
    let mut sum = 0.0;
    for chunk in sizes.chunks(64) {
        let mut signs = random.bits();
        for size in chunk {
            sum += if signs & 1 == 1 { -size } else { *size };
            signs >>= 1;
        }
    }
    sum
}
