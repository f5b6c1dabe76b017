//! `--reward-basis`: rewards of τ²-bench under another set of components than the task asks for.

use super::{Sweep, Trial};
use crate::records::{Component, Outcome};

/// What became of the rewards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rebased {
    /// Rewards computed anew.
    pub recomputed: u64,
    /// Those among them that differ from the reward on record.
    pub changed: u64,
    /// Not evaluated (premature ends): the reward on record stays.
    pub not_evaluated: u64,
    /// The checks of some component are not on record: left out.
    pub impossible: u64,
    /// Episodes of another benchmark: the reward on record stays.
    pub other: u64,
}

/// Computes the rewards of all evaluated τ²-bench episodes anew: the product of the components of `basis` as far as the checks on
/// record tell them (τ²-bench `evaluator.py`). An episode in which a component cannot be told is left out, never guessed.
pub fn rebase(sweep: &mut Sweep, basis: &[Component]) -> Rebased {
    let mut sum = Rebased::default();
    for cell in &mut sweep.cells {
        for trial in cell.tasks.values_mut().flatten().chain(&mut cell.untasked) {
            rebase_one(trial, basis, &mut sum);
        }
    }
    sum
}

fn rebase_one(trial: &mut Trial, basis: &[Component], sum: &mut Rebased) {
    let Some(facts) = trial.episode.tau2.as_deref_mut() else {
        sum.other += 1;
        return;
    };
    let Outcome::Scored { reward: old } = trial.episode.outcome else {
        sum.not_evaluated += 1;
        return;
    };
    if !facts.evaluated {
        sum.not_evaluated += 1;
        return;
    }
    let values: Option<Vec<f64>> = basis.iter().map(|component| facts.recomputable.get(component).copied()).collect();
    let Some(values) = values else {
        let missing: Vec<&str> =
            basis.iter().filter(|one| !facts.recomputable.contains_key(one)).map(|one| one.name()).collect();
        trial.episode.outcome = Outcome::Invalid { reason: format!("no {} checks on record", missing.join(", ")) };
        sum.impossible += 1;
        return;
    };
    let reward: f64 = values.iter().product();
    facts.breakdown = basis.iter().copied().zip(values).collect();
    facts.basis = basis.to_vec();
    trial.episode.outcome = Outcome::Scored { reward };
    sum.recomputed += 1;
    sum.changed += u64::from((reward - old).abs() > 1e-9);
}
