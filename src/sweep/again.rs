//! Simulations that are there again: with another reward they were graded again, and are one attempt, not two trials; copies may know
//! more than what stays.

use std::collections::BTreeMap;

use super::{
    Attempts, Cell, Trial,
    renderings::{id, messages_digest},
};
use crate::records::{Conversation, Episode, Outcome};

/// The simulations seen so far, by cell and id.
#[derive(Default)]
pub(super) struct Regraded {
    seen: BTreeMap<(usize, String), Seen>,
}

struct Seen {
    /// Reward of the copy that stays, as bits.
    reward: Option<u64>,
    /// Whether that copy was scored.
    scored: bool,
    /// Whether another reward was met.
    counted: bool,
    /// Size of its conversation, where it has one, and the digest of its messages.
    conversation: Option<Conversation>,
    digest: Option<u128>,
}

/// What becomes of an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// It stays.
    Stays,
    /// It stays in the place of the one with its id.
    Replaces,
    /// The one with its id stays.
    GivesWay,
    /// The one with its id stays, and this one is the same without a conversation, or that with one.
    IsCopy,
}

impl Regraded {
    /// Says what becomes of an episode of a cell, and counts its id where it has another reward than before. Both stay with
    /// [`Attempts::All`]; else the first or last that was scored.
    pub(super) fn settle(&mut self, index: usize, cell: &mut Cell, episode: &Episode, attempts: Attempts) -> Settled {
        let Some(id) = id(episode) else { return Settled::Stays };
        let (reward, scored) = (reward(episode), matches!(episode.outcome, Outcome::Scored { .. }));
        let (conversation, digest) = (episode.conversation, messages_digest(episode));
        let Some(known) = self.seen.get_mut(&(index, id.to_owned())) else {
            self.seen.insert((index, id.to_owned()), Seen { reward, scored, counted: false, conversation, digest });
            return Settled::Stays;
        };
        let sizes = known.conversation.zip(conversation);
        // Ids such as `0` are not unique: another conversation is another simulation.
        let is_other_text = known.digest.zip(digest).is_some_and(|(known, own)| known != own);
        if is_other_text || sizes.is_some_and(|(known, own)| known != own) {
            return Settled::Stays;
        }
        if known.reward == reward {
            return if sizes.is_none() && known.conversation != conversation { Settled::IsCopy } else { Settled::Stays };
        }
        if !known.counted {
            known.counted = true;
            cell.tally.regraded += 1;
        }
        let replaces = match attempts {
            Attempts::All => return Settled::Stays,
            Attempts::First => scored && !known.scored,
            Attempts::Last => scored || !known.scored,
        };
        if replaces {
            (known.reward, known.scored) = (reward, scored);
            Settled::Replaces
        } else {
            Settled::GivesWay
        }
    }
}

/// Takes the simulations with the id of an episode out of a cell; returns how many.
pub(super) fn take_out(cell: &mut Cell, episode: &Episode) -> usize {
    let count = |cell: &Cell| cell.tasks.values().map(Vec::len).sum::<usize>() + cell.untasked.len();
    let before = count(cell);
    cell.tasks.values_mut().chain([&mut cell.untasked]).for_each(|trials| trials.retain(|one| id(&one.episode) != id(episode)));
    cell.tasks.retain(|_, trials| !trials.is_empty());
    before - count(cell)
}

/// Tells the copy that stays how it ended, where only the dropped one says so.
pub(super) fn hand_on_termination(cell: &mut Cell, dropped: &Episode) {
    let Some(end) = dropped.tau2.as_deref().and_then(|facts| facts.termination.as_ref()) else { return };
    let is_copy = |trial: &&mut Trial| trial.episode.fingerprint == dropped.fingerprint;
    // Revised files may give a simulation another task, so the rest is searched where its own does not have it.
    let own = dropped.task.as_ref().filter(|task| {
        cell.tasks.get(task).is_some_and(|trials| trials.iter().any(|one| one.episode.fingerprint == dropped.fingerprint))
    });
    let kept = match own {
        Some(task) => cell.tasks.get_mut(task).and_then(|trials| trials.iter_mut().find(is_copy)),
        None => cell.tasks.values_mut().flatten().chain(&mut cell.untasked).find(is_copy),
    };
    let scored = |episode: &Episode| matches!(episode.outcome, Outcome::Scored { .. });
    if let Some(trial) = kept.filter(|trial| scored(&trial.episode) && scored(dropped))
        && let Some(facts) = trial.episode.tau2.as_deref_mut().filter(|facts| facts.termination.is_none())
    {
        facts.end_by(end.clone());
    }
}

fn reward(episode: &Episode) -> Option<u64> {
    match episode.outcome {
        Outcome::Scored { reward } => Some(reward),
        Outcome::Error { reward, .. } => reward,
        Outcome::Invalid { .. } => None,
    }
    .map(f64::to_bits)
}
