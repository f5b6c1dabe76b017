//! pass^k in exact rational arithmetic, so that the truth owes nothing to floating point.

/// A fraction in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ratio {
    numerator: u128,
    denominator: u128,
}

/// Says why the integer arithmetic here cannot overflow.
const SMALL: &str = "fixtures have few tasks and trials";

impl Ratio {
    const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// Makes a fraction. The denominator is not zero.
    pub(super) fn new(numerator: u128, denominator: u128) -> Self {
        assert!(denominator > 0, "a fraction needs a denominator");
        let divisor = gcd(numerator, denominator);
        Self { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    fn plus(self, other: Self) -> Self {
        let left = self.numerator.checked_mul(other.denominator).expect(SMALL);
        let right = other.numerator.checked_mul(self.denominator).expect(SMALL);
        Self::new(left.checked_add(right).expect(SMALL), self.denominator.checked_mul(other.denominator).expect(SMALL))
    }

    fn times(self, other: Self) -> Self {
        // Reducing crosswise first keeps the products small.
        let (a, b) = (Self::new(self.numerator, other.denominator), Self::new(other.numerator, self.denominator));
        Self::new(a.numerator.checked_mul(b.numerator).expect(SMALL), a.denominator.checked_mul(b.denominator).expect(SMALL))
    }

    /// The nearest `f64` (both parts are exact in `f64`, so there is one rounding).
    pub(super) fn to_f64(self) -> f64 {
        assert!(self.numerator.max(self.denominator) < 1 << 53, "{SMALL}");
        self.numerator as f64 / self.denominator as f64
    }
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn binomial(n: u64, k: u64) -> u128 {
    (0..k).fold(1, |product, i| product * u128::from(n.saturating_sub(i)) / u128::from(i + 1))
}

/// Valid trials and successes of one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    /// Valid trials.
    pub(super) n: u64,
    /// Successes among them.
    pub(super) c: u64,
}

/// C(c,k)/C(n,k), for `k` up to `n` (arXiv 2406.12045).
fn pass_hat_of_task(task: Tally, k: u64) -> Ratio {
    Ratio::new(binomial(task.c, k), binomial(task.n, k))
}

fn sum(tasks: &[Tally], at_least: u64, k: u64) -> Ratio {
    tasks.iter().filter(|task| task.n >= at_least).fold(Ratio::ZERO, |sum, task| sum.plus(pass_hat_of_task(*task, k)))
}

fn trials(tasks: &[Tally]) -> impl Iterator<Item = u64> {
    tasks.iter().map(|task| task.n).filter(|n| *n > 0)
}

/// Simple means over all tasks with a valid trial, for `k = 1 ..= ` the fewest trials of any of them.
pub(super) fn complete(tasks: &[Tally]) -> Vec<Ratio> {
    let count = trials(tasks).count() as u128;
    (1..=trials(tasks).min().unwrap_or(0)).map(|k| sum(tasks, 1, k).times(Ratio::new(1, count))).collect()
}

/// The chained estimator for `k = 1 ..= ` the most trials of any task: the product of the ratios, over the tasks with at
/// least j trials, of the sums of pass^j and pass^(j-1), from the mean of pass^1.
pub(super) fn chained(tasks: &[Tally]) -> Vec<Ratio> {
    let mut value = sum(tasks, 1, 1).times(Ratio::new(1, (trials(tasks).count() as u128).max(1)));
    let mut curve = vec![value];
    for j in 2..=trials(tasks).max().unwrap_or(0) {
        let before = sum(tasks, j, j - 1);
        value = if before == Ratio::ZERO {
            Ratio::ZERO
        } else {
            value.times(sum(tasks, j, j)).times(Ratio::new(before.denominator, before.numerator))
        };
        curve.push(value);
    }
    curve
}

/// τ-bench's own printout for `k = 1 ..= trials`: C(c,k)/C(trials,k), whatever a task's own number of trials.
pub(super) fn upstream(tasks: &[Tally], trials: u64) -> Vec<Ratio> {
    let all: Vec<Tally> = tasks.iter().map(|task| Tally { n: trials, ..*task }).collect();
    complete(&all)
}

#[test]
fn agrees_with_figures_worked_by_hand() {
    let even = [Tally { n: 4, c: 4 }, Tally { n: 4, c: 2 }, Tally { n: 4, c: 0 }];
    let curve: Vec<String> = complete(&even).iter().map(Ratio::to_string).collect();
    // (1 + 2/4 + 0)/3, (1 + 1/6 + 0)/3, (1 + 0 + 0)/3 twice.
    assert_eq!(curve, ["1/2", "7/18", "1/3", "1/3"]);
    assert_eq!(chained(&even), complete(&even));

    let uneven = [Tally { n: 1, c: 1 }, Tally { n: 3, c: 2 }, Tally { n: 2, c: 2 }, Tally { n: 0, c: 0 }];
    assert_eq!(complete(&uneven), [Ratio::new(8, 9)]);
    // pass^2: 8/9 · (1/3 + 1)/(2/3 + 1) = 32/45; pass^3: · 0/(1/3) = 0.
    assert_eq!(chained(&uneven), [Ratio::new(8, 9), Ratio::new(32, 45), Ratio::new(0, 1)]);
    assert!((Ratio::new(32, 45).to_f64() - 0.711_111_111_111_111_1).abs() < 1e-15);
}

#[test]
fn agrees_with_an_independent_program() {
    // The uneven set of statistics.md 1.3 with the values a separate program found, to ten digits.
    let set = [(5, 5), (5, 4), (5, 0), (4, 2), (4, 4), (3, 1), (3, 0), (2, 2), (1, 1), (5, 3), (5, 1), (4, 0)];
    let tasks = set.map(|(n, c)| Tally { n, c });
    let close = |values: &[Ratio], expected: &[f64]| {
        assert_eq!(values.len(), expected.len());
        for (value, expected) in values.iter().zip(expected) {
            assert!((value.to_f64() - expected).abs() < 1e-9, "{value} is not {expected}");
        }
    };
    close(&chained(&tasks), &[0.536_111_111_1, 0.401_261_077, 0.327_115_008_4, 0.287_861_207_4, 0.239_884_339_5]);
    close(&upstream(&tasks, 5), &[0.383_333_333_3, 0.225, 0.158_333_333_3, 0.116_666_666_7, 0.083_333_333_33]);
    close(&complete(&tasks), &[0.536_111_111_1]);
}
