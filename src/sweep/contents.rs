//! What was run, numbered: records of one number tell of one run of a task, whatever reward or trial number they give it.

use std::collections::BTreeMap;

use super::renderings::{id, may_be_one};
use crate::records::{Episode, Fingerprint, Outcome};

/// Fewest agent turns of an episode whose double cannot be chance.
const TURNS_BEYOND_CHANCE: u32 = 2;

/// Most simulations of one id that are told apart; ids such as `0` are those of many.
const MOST_OF_ONE_ID: usize = 100;

/// Numbers of what was run.
#[derive(Default)]
pub(super) struct Contents<'a> {
    by_content: BTreeMap<Fingerprint, usize>,
    by_id: BTreeMap<&'a str, Vec<(&'a Episode, usize)>>,
    next: usize,
}

impl<'a> Contents<'a> {
    /// Returns the number of what an episode is a record of.
    pub(super) fn number(&mut self, episode: &'a Episode) -> usize {
        if let Some(known) = self.by_content.get(&episode.content) {
            return *known;
        }
        let of_id = id(episode).map(|id| self.by_id.entry(id).or_default());
        let same = of_id.as_ref().and_then(|known| known.iter().find(|(known, _)| is_one(known, episode)));
        let number = same.map_or(self.next, |(_, number)| *number);
        if same.is_none() {
            self.next += 1;
            if let Some(known) = of_id.filter(|known| known.len() < MOST_OF_ONE_ID) {
                known.push((episode, number));
            }
        }
        self.by_content.insert(episode.content, number);
        number
    }
}

/// Returns whether simulations of one id may be the same one, graded anew perhaps.
fn is_one(known: &Episode, episode: &Episode) -> bool {
    let no_texts = known.conversation.is_none() && episode.conversation.is_none();
    let other_trials = known.trial.zip(episode.trial).is_some_and(|(known, own)| known != own);
    known.task == episode.task && may_be_one(known, episode) && !(no_texts && other_trials)
}

/// Returns whether an episode was scored. An error has no content that could tell it from the same error of another run.
pub(super) fn is_scored(episode: &Episode) -> bool {
    matches!(episode.outcome, Outcome::Scored { .. })
}

/// Returns whether another episode like this one cannot be chance.
pub(super) fn is_beyond_chance(episode: &Episode) -> bool {
    episode.conversation.is_some_and(|size| size.turns >= TURNS_BEYOND_CHANCE)
}

/// Returns whether another record of the same content proves that both tell of one run of a task: a conversation beyond chance, or a
/// short one with an id.
pub(super) fn is_proof(episode: &Episode) -> bool {
    is_beyond_chance(episode) || (id(episode).is_some() && episode.conversation.is_some())
}
