//! What was run, numbered: records of one number tell of one run of a task, whatever reward or trial number they give it.

use std::collections::BTreeMap;

use super::renderings::{id, may_be_one, messages_digest};
use crate::records::{Episode, Fingerprint, Outcome};

/// Fewest agent turns of an episode whose double cannot be chance.
const TURNS_BEYOND_CHANCE: u32 = 2;

/// Most simulations of one id that are told apart; ids such as `0` are those of many.
const MOST_OF_ONE_ID: usize = 100;

/// Characters from which on an id (a UUID, say) is that of one simulation only.
const UNIQUE_ID: usize = 32;

/// Numbers of what was run, by what was said, else by id.
#[derive(Default)]
pub(super) struct Contents<'a> {
    by_content: BTreeMap<Fingerprint, usize>,
    ids: Ids<'a>,
    by_id: BTreeMap<usize, usize>,
    next: usize,
}

impl<'a> Contents<'a> {
    /// Returns the number of what an episode is a record of.
    pub(super) fn number(&mut self, episode: &'a Episode) -> usize {
        let id = self.ids.number(episode);
        let known = self.by_content.get(&episode.content).or_else(|| self.by_id.get(&id?)).copied();
        let number = known.unwrap_or(self.next);
        self.next += usize::from(known.is_none());
        self.by_content.entry(episode.content).or_insert(number);
        if let Some(id) = id {
            self.by_id.entry(id).or_insert(number);
        }
        number
    }
}

/// Numbers of simulations with ids.
#[derive(Default)]
pub(super) struct Ids<'a> {
    known: BTreeMap<&'a str, Vec<(&'a Episode, usize)>>,
    next: usize,
}

impl<'a> Ids<'a> {
    /// Returns the number of the simulation that an episode is a record of; `None` without an id.
    pub(super) fn number(&mut self, episode: &'a Episode) -> Option<usize> {
        let known = self.known.entry(id(episode)?).or_default();
        if let Some((_, number)) = known.iter().find(|(known, _)| is_one(known, episode)) {
            return Some(*number);
        }
        self.next += 1;
        if known.len() < MOST_OF_ONE_ID {
            known.push((episode, self.next));
        }
        Some(self.next)
    }
}

/// Returns whether simulations of one id may be the same one, graded anew or as one of another task perhaps.
fn is_one(known: &Episode, episode: &Episode) -> bool {
    let texts = messages_digest(known).zip(messages_digest(episode));
    if texts.is_some_and(|(known, own)| known == own) {
        return true;
    }
    let is_unique = id(episode).is_some_and(|id| id.len() >= UNIQUE_ID);
    let no_texts = known.conversation.is_none() && episode.conversation.is_none();
    let other_trials = known.trial.zip(episode.trial).is_some_and(|(known, own)| known != own);
    known.task == episode.task && may_be_one(known, episode) && !(no_texts && other_trials && !is_unique)
}

/// Returns whether an episode was scored. An error has no content that could tell it from the same error of another run.
pub(super) fn is_scored(episode: &Episode) -> bool {
    matches!(episode.outcome, Outcome::Scored { .. })
}

/// Returns whether another episode like this one cannot be chance.
pub(super) fn is_beyond_chance(episode: &Episode) -> bool {
    episode.conversation.is_some_and(|size| size.turns >= TURNS_BEYOND_CHANCE)
}

/// Returns whether another record of the same content proves that both tell of one run of a task: a conversation beyond chance, a short
/// one with an id, or an id that is no other's.
pub(super) fn is_proof(episode: &Episode) -> bool {
    let by_id = |id: &str| episode.conversation.is_some() || id.len() >= UNIQUE_ID;
    is_beyond_chance(episode) || id(episode).is_some_and(by_id)
}
