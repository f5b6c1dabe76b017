//! Simulations of what the intervals promise: slow, seeded, run before a release. `docs/statistics-checks.md` has their tables.
//!
//! `cargo test --release --test it simulate -- --ignored --nocapture`

mod averages;
mod pass_k;
mod percentiles;

use taureport::metrics::{TaskCounts, bootstrap::Random};

/// Level of all intervals.
const CONF: f64 = 0.95;

/// Draws from the distributions that the simulations need.
pub(crate) struct Draws(Random);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Random::new(seed))
    }

    /// Returns a number within (0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.unit() + 0.5 / (1_u64 << 53) as f64
    }

    /// Box & Muller 1958.
    pub(crate) fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Marsaglia & Tsang 2000; below shape 1 by a power of a uniform number.
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.unit().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = self.normal();
            let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.unit().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        // Both may underflow for very small shapes: then one of them is all.
        if x + y > 0.0 { x / (x + y) } else { f64::from(u8::from(self.unit() < a / (a + b))) }
    }

    fn successes(&mut self, trials: u32, chance: f64) -> u32 {
        (0..trials).map(|_| u32::from(self.unit() < chance)).sum()
    }
}

/// Tasks whose chances of success follow a Beta distribution with this mean and this correlation of the trials of a task.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Population {
    pub(crate) mean: f64,
    pub(crate) icc: f64,
}

impl Population {
    fn shapes(self) -> (f64, f64) {
        let size = 1.0 / self.icc - 1.0;
        (self.mean * size, (1.0 - self.mean) * size)
    }

    /// Returns the true pass^k.
    pub(crate) fn pass_hat(self, k: u32) -> f64 {
        let (a, b) = self.shapes();
        (0..k).map(f64::from).map(|j| (a + j) / (a + b + j)).product()
    }

    /// Draws a sweep of so many tasks and trials.
    pub(crate) fn draw(self, tasks: u32, trials: u32, draws: &mut Draws) -> Vec<TaskCounts> {
        let (a, b) = self.shapes();
        let mut task = || {
            let chance = draws.beta(a, b);
            TaskCounts::new(trials, draws.successes(trials, chance))
        };
        (0..tasks).map(|_| task()).collect()
    }
}

/// How often an interval held the truth, of the times it was given.
#[derive(Debug, Clone, Copy, Default)]
struct Coverage {
    held: u32,
    given: u32,
    asked: u32,
}

impl Coverage {
    fn add(&mut self, interval: Option<taureport::metrics::Interval>, truth: f64) {
        self.asked += 1;
        if let Some(interval) = interval {
            self.given += 1;
            self.held += u32::from((interval.lo - 1e-12..=interval.hi + 1e-12).contains(&truth));
        }
    }

    /// Coverage in percent.
    fn percent(self) -> f64 {
        100.0 * f64::from(self.held) / f64::from(self.given)
    }

    /// Three standard errors of a coverage of 93 %, in percent.
    fn noise(self) -> f64 {
        300.0 * (0.93 * 0.07 / f64::from(self.given)).sqrt()
    }

    /// `95.2`, or `95.2 (40)` where only 40 % of the intervals were given, `n/a` where hardly any was.
    fn text(self) -> String {
        let shown = 100.0 * f64::from(self.given) / f64::from(self.asked);
        if self.given < MIN_GIVEN {
            "n/a".to_owned()
        } else if shown < 99.5 {
            format!("{:.1} ({shown:.0})", self.percent())
        } else {
            format!("{:.1}", self.percent())
        }
    }

    /// Says where coverage is below a bound by more than noise.
    fn check(self, bound: f64, what: &str) -> Option<String> {
        let low = self.given >= MIN_GIVEN && self.percent() < bound - self.noise();
        low.then(|| format!("{what}: {:.1} % of {}", self.percent(), self.given))
    }
}

/// Fewer intervals than this say nothing about their coverage.
const MIN_GIVEN: u32 = 40;
