//! The minimum detectable difference where tasks are few: found with the sign-flip test itself.
//!
//! The formula `(t_(1-α/2) + t_power) SE` describes the paired t test. Under 20 tasks the sign flips decide, whose sums are few, and the
//! formula promises too much (8 tasks: 57 % power instead of 80 %). There the power is simulated.

use super::{bootstrap::Random, sign_flip::sign_flip};

/// Simulated comparisons: the power is known to within 2 points.
const DRAWS: usize = 400;
/// Halvings of the range of tilts.
const HALVINGS: u32 = 11;
/// A tilt at which next to all differences have the largest size.
const STEEPEST: f64 = 40.0;

/// Returns the smallest mean difference that the sign flips (mid-p) find at level `conf` with probability `power`, given the sizes of the
/// differences of all tasks, zeros included, and their mean.
///
/// Differences are drawn from the observed sizes with either sign, weighted by `exp(θ d)`: at θ = 0 the two sides are alike, and a larger θ
/// makes gains likelier and losses rarer (for normal differences it is a shift). θ is chosen such that the share found is `power`. As
/// much is taken from the sizes, and given to zero, that at θ = 0 they vary as the differences do around their mean.
/// `None` where no difference at all is found so often, or where no task differs.
pub fn of_few_tasks(sizes: &[f64], mean: f64, conf: f64, power: f64, seed: u64) -> Option<f64> {
    let largest = sizes.iter().fold(0.0_f64, |most, size| most.max(size.abs()));
    if largest <= 0.0 || !largest.is_finite() {
        return None;
    }
    let m = sizes.len() as f64;
    let squares = sizes.iter().map(|size| size * size).sum::<f64>() / m;
    let kept = (1.0 - mean * mean / squares).clamp(0.0, 1.0);
    let mut values: Vec<(f64, f64)> =
        sizes.iter().flat_map(|size| [-size.abs(), size.abs()]).map(|d| (d, kept / (2.0 * m))).collect();
    values.push((0.0, 1.0 - kept));
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut random = Random::new(seed);
    // The same draws for every tilt, so that the power rises with it.
    let draws: Vec<Vec<f64>> = (0..DRAWS).map(|_| sizes.iter().map(|_| random.unit()).collect()).collect();
    let alpha = 1.0 - conf - 4.0 * f64::EPSILON;
    let enough = |tilt: f64| {
        let tilted = Tilted::new(&values, tilt / largest);
        let found = |draw: &&Vec<f64>| {
            let d: Vec<f64> = draw.iter().map(|at| tilted.value(*at)).collect();
            d.iter().sum::<f64>() > 0.0 && sign_flip(&d).is_some_and(|flips| flips.mid_p < alpha)
        };
        draws.iter().filter(found).count() as f64 >= power * DRAWS as f64
    };
    if !enough(STEEPEST) {
        return None;
    }
    let (mut low, mut high) = (0.0, STEEPEST);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if enough(middle) { high = middle } else { low = middle }
    }
    Some(Tilted::new(&values, high / largest).mean())
}

/// Values whose chances are multiplied by `exp(tilt · value)`.
struct Tilted<'a> {
    /// In rising order, with their chances before.
    values: &'a [(f64, f64)],
    /// Chance of each value or one before it.
    up_to: Vec<f64>,
}

impl<'a> Tilted<'a> {
    fn new(values: &'a [(f64, f64)], tilt: f64) -> Self {
        let weights: Vec<f64> = values.iter().map(|(value, chance)| chance * (tilt * value).exp()).collect();
        let total: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let up_to = weights.iter().map(|weight| {
            sum += weight / total;
            sum
        });
        Self { values, up_to: up_to.collect() }
    }

    fn value(&self, at: f64) -> f64 {
        let index = self.up_to.partition_point(|chance| *chance <= at);
        self.values.get(index).or(self.values.last()).map_or(0.0, |(value, _)| *value)
    }

    fn mean(&self) -> f64 {
        let before = [0.0].into_iter().chain(self.up_to.iter().copied());
        self.values
            .iter()
            .zip(self.up_to.iter().zip(before))
            .map(|((value, _), (up_to, before))| value * (up_to - before))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_differences_of_one_size_come_near_the_formula() {
        // 19 tasks, each 0.1 apart: by the t test with a standard deviation of 0.1, (2.101 + 0.862) 0.1/√19 = 0.068.
        let found = of_few_tasks(&[0.1; 19], 0.0, 0.95, 0.8, 0).unwrap();
        assert!((0.055..0.075).contains(&found), "{found}");
    }

    #[test]
    fn it_is_never_below_what_is_harder_to_find() {
        let sizes: Vec<f64> = (0..12_u32).map(|i| f64::from(i % 5) / 4.0).collect();
        let at = |conf, power| of_few_tasks(&sizes, 0.1, conf, power, 7).unwrap();
        assert!(at(0.95, 0.8) < at(0.975, 0.8) && at(0.95, 0.8) < at(0.95, 0.9));
    }

    #[test]
    fn nothing_is_found_where_no_assignment_is_rare_enough() {
        // Five tasks: the least mid-p is 1/32, above 0.05 / 2.
        assert!(of_few_tasks(&[0.5; 5], 0.1, 0.95, 0.8, 0).is_some());
        assert_eq!(of_few_tasks(&[0.5; 5], 0.1, 0.975, 0.8, 0), None);
        assert_eq!(of_few_tasks(&[0.0; 10], 0.0, 0.95, 0.8, 0), None);
        assert_eq!(of_few_tasks(&[], 0.0, 0.95, 0.8, 0), None);
    }
}
