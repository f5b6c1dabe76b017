//! What follows from p-values: a family of comparisons is corrected and judged as one.

use crate::metrics::multiplicity::{against_leader, holm};

/// What a comparison says. Never "equal": too little data looks the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// B is higher, beyond noise.
    Better,
    /// B is lower, beyond noise.
    Worse,
    /// Not to be told apart with this data.
    Inconclusive,
}

impl Verdict {
    /// Returns the verdict on something of which less is better.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Better => Self::Worse,
            Self::Worse => Self::Better,
            Self::Inconclusive => Self::Inconclusive,
        }
    }

    /// Returns `better`, `worse` or `inconclusive`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// A comparison within its family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// p after Holm's correction; `None` where there was none.
    pub p_holm: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

/// Judges a family of comparisons, each a difference (higher = better) with its p: better or worse where p after Holm's correction is
/// below `1 - conf`, else inconclusive.
pub fn judge(family: &[(f64, Option<f64>)], conf: f64) -> Vec<Judged> {
    judged(family, conf, holm)
}

/// Judges comparisons with the leader of `cells` cells, which was picked from the same data: as [`judge`], but corrected over all pairs
/// of cells (see [`against_leader`]).
pub fn judge_against_leader(family: &[(f64, Option<f64>)], cells: usize, conf: f64) -> Vec<Judged> {
    judged(family, conf, |p| against_leader(p, cells))
}

fn judged(family: &[(f64, Option<f64>)], conf: f64, correct: impl Fn(&[f64]) -> Vec<f64>) -> Vec<Judged> {
    let p: Vec<f64> = family.iter().map(|(_, p)| p.unwrap_or(f64::NAN)).collect();
    // 1 - 0.95 is a little more than 0.05: a p of exactly 0.05 must not pass.
    let alpha = 1.0 - conf - 4.0 * f64::EPSILON;
    let judged = family.iter().zip(correct(&p)).map(|((difference, _), p)| Judged {
        p_holm: (!p.is_nan()).then_some(p),
        verdict: match p < alpha {
            true if *difference > 0.0 => Verdict::Better,
            true if *difference < 0.0 => Verdict::Worse,
            _ => Verdict::Inconclusive,
        },
    });
    judged.collect()
}

/// Returns how many comparisons of a family Holm's correction still counts once the others are decided; at least 1.
pub fn still_open<'a>(family: impl IntoIterator<Item = &'a Judged>) -> usize {
    family.into_iter().filter(|one| one.p_holm.is_some() && one.verdict == Verdict::Inconclusive).count().max(1)
}
