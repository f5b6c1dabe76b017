//! What becomes of each record: it stays, or it is a copy, a repeated attempt, another grading, or discarded by the benchmark itself.
//!
//! Records of what was run once are one attempt, whatever rewards they give it: with the same reward a copy, with another one another
//! grading. Two attempts at one trial of one run are repeated attempts.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Attempts,
    contents::{Contents, Ids, is_beyond_chance, is_scored},
    divide::{Why, is_discarded},
    renderings::id,
};
use crate::records::{Episode, Fingerprint, Outcome, TaskId};

/// A record with all that decides what becomes of it.
pub(super) struct Record {
    /// Index of its file.
    pub(super) file: usize,
    /// Index of its cell.
    pub(super) cell: usize,
    /// The files that it has its copies in.
    pub(super) family: usize,
    /// The run that it belongs to.
    pub(super) run: usize,
    /// The trial that it is a record of, where only what lies around it tells.
    pub(super) origin: Option<usize>,
    /// How its file is known for another rendering of a run that is on record in full.
    pub(super) rendering: Option<Why>,
    pub(super) episode: Episode,
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays.
    Kept,
    /// The same is on record already; in the record of this index, where that one is known.
    Copy(Option<usize>),
    /// Another attempt at the trial stays.
    Repeated,
    /// Another grading of the same attempt stays.
    Regraded,
    /// The benchmark itself discarded it.
    Discarded,
}

impl Fate {
    /// Returns the name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Copy(_) => "copy",
            Self::Repeated => "repeated",
            Self::Regraded => "regraded",
            Self::Discarded => "discarded",
        }
    }
}

/// What became of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordFate {
    /// Index of its file in [`Sweep::files`](super::Sweep::files).
    pub file: usize,
    /// Position in the file.
    pub record: usize,
    /// Index of its cell.
    pub cell: usize,
    /// What became of it.
    pub fate: Fate,
}

/// The fates of records, and how many attempts of each cell were graded more than once.
pub(super) struct Fates {
    pub(super) fates: Vec<Fate>,
    pub(super) regraded: BTreeMap<usize, usize>,
}

/// Decides what becomes of records, which come in order of file and position.
pub(super) fn decide(records: &[Record], attempts: Attempts) -> Fates {
    let mut found = Fates { fates: Vec::with_capacity(records.len()), regraded: BTreeMap::new() };
    let mut seen = Seen::default();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    let mut attempts_seen: Vec<Graded> = Vec::new();
    for (at, record) in records.iter().enumerate() {
        match seen.keys(at, record) {
            Known::As(fate) => found.fates.push(fate),
            Known::By(keys) => {
                let attempt = keys.iter().flatten().find_map(|key| known.get(key)).copied();
                let attempt = attempt.unwrap_or_else(|| {
                    attempts_seen.push(Graded::default());
                    attempts_seen.len() - 1
                });
                for key in keys.into_iter().flatten() {
                    known.entry(key).or_insert(attempt);
                }
                found.grade(&mut attempts_seen[attempt], at, records, attempts);
            }
        }
    }
    if attempts != Attempts::All {
        found.settle(records, attempts);
    }
    found
}

/// By what a record is known for one of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// A simulation with an id, by cell and number.
    Simulation(usize, usize),
    /// A conversation, by cell, family, content, and how many records of its file have had it under other trial numbers.
    Conversation(usize, usize, usize, usize),
    /// A trial that is alike another, by cell and trial.
    Alike(usize, usize),
    /// All of the record, by cell.
    Same(usize, Fingerprint),
}

enum Known {
    /// Nothing else can become of the record.
    As(Fate),
    /// Any of these.
    By([Option<Key>; 2]),
}

/// The gradings of one attempt.
#[derive(Default)]
struct Graded {
    /// The record that stays; the first, if all do.
    kept: Option<usize>,
    /// Rewards, as bits.
    rewards: BTreeSet<Option<u64>>,
}

#[derive(Default)]
struct Seen<'a> {
    contents: Contents<'a>,
    ids: Ids<'a>,
    /// Records that are wholly the same, by file and cell.
    in_file: BTreeMap<(usize, usize, Fingerprint), usize>,
    /// Conversations that are wholly the same, by cell.
    in_cell: BTreeMap<(usize, Fingerprint), usize>,
    /// How often files have had a content.
    times: BTreeMap<(usize, usize), usize>,
    discarded: BTreeSet<(usize, usize)>,
}

impl<'a> Seen<'a> {
    fn keys(&mut self, at: usize, record: &'a Record) -> Known {
        let Record { file, cell, family, origin, rendering, episode, .. } = record;
        if is_discarded(episode) {
            let is_new = self.discarded.insert((*cell, self.contents.number(episode)));
            return Known::As(if is_new { Fate::Discarded } else { Fate::Copy(None) });
        }
        if *rendering == Some(Why::SameOutcomes) {
            return Known::As(Fate::Copy(None));
        }
        let first = *self.in_file.entry((*file, *cell, episode.fingerprint)).or_insert(at);
        let is_anonymous = is_anonymous(episode);
        if first != at && !(is_anonymous && episode.trial.is_none()) {
            return Known::As(Fate::Copy(Some(first)));
        }
        if is_anonymous {
            return Known::As(Fate::Kept);
        }
        let simulation = self.ids.number(episode).map(|id| Key::Simulation(*cell, id));
        if !is_beyond_chance(episode) {
            let alike = origin.map_or(Key::Same(*cell, episode.fingerprint), |origin| Key::Alike(*cell, origin));
            return Known::By([simulation.or(Some(alike)), None]);
        }
        let first = *self.in_cell.entry((*cell, episode.fingerprint)).or_insert(at);
        if first != at {
            return Known::As(Fate::Copy(Some(first)));
        }
        let content = self.contents.number(episode);
        let times = self.times.entry((*file, content)).or_default();
        *times += 1;
        Known::By([simulation, Some(Key::Conversation(*cell, *family, content, *times))])
    }
}

impl Fates {
    /// Adds the fate of a record of an attempt.
    fn grade(&mut self, known: &mut Graded, at: usize, records: &[Record], attempts: Attempts) {
        let episode = &records[at].episode;
        let is_new = known.rewards.insert(reward(episode));
        let fate = match known.kept {
            None => Fate::Kept,
            Some(kept) if !is_new => Fate::Copy(Some(kept)),
            Some(kept) => {
                if known.rewards.len() == 2 {
                    *self.regraded.entry(records[at].cell).or_default() += 1;
                }
                let (scored, was_scored) = (is_scored(episode), is_scored(&records[kept].episode));
                match attempts {
                    Attempts::All => Fate::Kept,
                    Attempts::First if scored && !was_scored => self.replace(kept),
                    Attempts::Last if scored || !was_scored => self.replace(kept),
                    Attempts::First | Attempts::Last => Fate::Regraded,
                }
            }
        };
        if fate == Fate::Kept && !(attempts == Attempts::All && known.kept.is_some()) {
            known.kept = Some(at);
        }
        self.fates.push(fate);
    }

    fn replace(&mut self, kept: usize) -> Fate {
        self.fates[kept] = Fate::Regraded;
        Fate::Kept
    }

    /// Leaves one attempt at each trial of a run: the first or last that was scored. Records without a trial number never conflict.
    fn settle(&mut self, records: &[Record], attempts: Attempts) {
        let mut trials: BTreeMap<(usize, usize, &TaskId, i64), Vec<usize>> = BTreeMap::new();
        for (at, Record { cell, run, episode, .. }) in records.iter().enumerate() {
            if let (Some(task), Some(trial), Fate::Kept) = (&episode.task, episode.trial, self.fates[at]) {
                trials.entry((*cell, *run, task, trial)).or_default().push(at);
            }
        }
        for group in trials.into_values().filter(|group| group.len() > 1) {
            let scored = |at: &&usize| is_scored(&records[**at].episode);
            let chosen = match attempts {
                Attempts::Last => group.iter().rfind(scored).or(group.last()),
                Attempts::First | Attempts::All => group.iter().find(scored).or(group.first()),
            };
            for at in group.iter().filter(|at| Some(*at) != chosen) {
                self.fates[*at] = Fate::Repeated;
            }
        }
    }
}

/// Tells records that stay how they ended, where only a dropped copy says so.
pub(super) fn hand_on_terminations(records: &mut [Record], fates: &[Fate]) {
    for (at, fate) in fates.iter().enumerate() {
        let Fate::Copy(Some(mut kept)) = *fate else { continue };
        while let Fate::Copy(Some(first)) = fates[kept] {
            kept = first;
        }
        let Some(end) = records[at].episode.tau2.as_deref().and_then(|facts| facts.termination.clone()) else { continue };
        let are_scored = is_scored(&records[at].episode) && is_scored(&records[kept].episode);
        let facts = records[kept].episode.tau2.as_deref_mut();
        if let Some(facts) = facts.filter(|facts| are_scored && facts.termination.is_none()) {
            facts.end_by(end);
        }
    }
}

/// Returns whether nothing tells an episode from another of its kind: scored, but without a conversation (its mere size is none) or an id
/// on record. Errors are known by their text.
fn is_anonymous(episode: &Episode) -> bool {
    episode.conversation.is_none_or(|size| size.turns == 0)
        && id(episode).is_none()
        && !matches!(episode.outcome, Outcome::Error { .. })
}

fn reward(episode: &Episode) -> Option<u64> {
    match episode.outcome {
        Outcome::Scored { reward } => Some(reward),
        Outcome::Error { reward, .. } => reward,
        Outcome::Invalid { .. } => None,
    }
    .map(f64::to_bits)
}
