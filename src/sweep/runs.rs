//! Which files are one run: a run and copies of it, parts of it, earlier states of it.
//!
//! Files are a family if half of the smaller one's episodes are the larger one's too, whatever their names, trial numbers and rewards. They
//! are one run if besides no trial ended otherwise in one than in the other. What is shared must be beyond chance: two short conversations may be alike.
//!
//! A file that holds two results of a trial which other files have apart collects these files (`merged/` beside `baseline/` and
//! `with_memory/`): each of its episodes goes to the run that has it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    contents::{Contents, is_proof, is_scored},
    divide::Member,
};
use crate::records::{Episode, TaskId};

/// Most files of one content, or contents of one trial, that are looked at.
const MOST: usize = 100;

pub(super) type Trial<'a> = (&'a TaskId, Option<i64>);

/// Numbers the runs of members, and hands the episodes of files that collect others over to these.
pub(super) fn number(members: &mut [Member<'_>]) {
    if members.len() < 2 {
        return;
    }
    let mut contents = Contents::default();
    let units = units(members);
    let held: Vec<Held<'_>> = units.iter().map(|unit| Held::of(&episodes(members, unit), &mut contents)).collect();
    let collects = collectors(&held);
    let (of, families) = ((0..units.len()).collect(), (0..units.len()).collect());
    let mut order: Vec<usize> = (0..units.len()).filter(|at| !collects[*at]).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(held[*at].contents.len()), *at));
    let mut runs = Runs { of, families, held, holders: BTreeMap::new() };
    for at in order {
        runs.add(at);
    }
    let mut places: Places<'_> = BTreeMap::new();
    for (at, unit) in units.iter().enumerate().filter(|(at, _)| !collects[*at]) {
        let run = runs.find(at);
        for episode in episodes(members, unit) {
            let known = places.entry(contents.number(episode)).or_default();
            let place = (run, episode.task.as_ref(), episode.trial);
            if known.len() < MOST && !known.contains(&place) {
                known.push(place);
            }
        }
    }
    for at in (0..units.len()).filter(|at| collects[*at]) {
        let proofs = std::mem::take(&mut runs.held[at].proofs);
        let sources: BTreeSet<usize> = proofs.into_iter().flat_map(|content| runs.holding(content)).collect();
        let mut used = BTreeSet::new();
        for member in &units[at] {
            let member = &mut members[*member];
            for episode in std::mem::take(&mut member.episodes) {
                let content = contents.number(episode);
                let known = places.get(&content).map_or(&[][..], Vec::as_slice);
                match holder(episode, content, known, &sources, &mut used) {
                    Some(run) => member.elsewhere.push((episode, run)),
                    None => member.episodes.push(episode),
                }
            }
            member.sources.clone_from(&sources);
        }
        runs.held[at] = Held::of(&episodes(members, &units[at]), &mut contents);
        runs.add(at);
    }
    name(members, &units, &mut runs);
}

/// Runs with the trials in which they have a content.
type Places<'a> = BTreeMap<usize, Vec<(usize, Option<&'a TaskId>, Option<i64>)>>;

/// Returns the run that an episode of a collector belongs to: one of those collected, which has it at the same trial if possible, and each
/// of its trials once.
fn holder(
    episode: &Episode,
    content: usize,
    known: &[(usize, Option<&TaskId>, Option<i64>)],
    sources: &BTreeSet<usize>,
    used: &mut BTreeSet<(usize, usize)>,
) -> Option<usize> {
    let rank = |at: &usize| {
        let (run, task, trial) = known[*at];
        let is_here = task == episode.task.as_ref() && trial == episode.trial;
        (!sources.contains(&run), used.contains(&(content, *at)), !is_here, *at)
    };
    let at = (0..known.len()).min_by_key(rank)?;
    used.insert((content, at));
    Some(known[at].0)
}

fn episodes<'a>(members: &[Member<'a>], unit: &[usize]) -> Vec<&'a Episode> {
    unit.iter().flat_map(|at| members[*at].episodes.iter().copied()).collect()
}

/// Groups members that are one by their names: the files of a series, as long as no trial is there twice.
fn units(members: &[Member<'_>]) -> Vec<Vec<usize>> {
    let mut units: Vec<Vec<usize>> = Vec::new();
    let mut known: BTreeMap<&str, (usize, BTreeSet<Trial<'_>>)> = BTreeMap::new();
    for (at, member) in members.iter().enumerate() {
        let trials = || member.episodes.iter().filter_map(|episode| Some((episode.task.as_ref()?, episode.trial)));
        if let Some((unit, had)) = known.get_mut(member.series.as_str())
            && !trials().any(|trial| had.contains(&trial))
        {
            had.extend(trials());
            units[*unit].push(at);
            continue;
        }
        known.insert(&member.series, (units.len(), trials().collect()));
        units.push(vec![at]);
    }
    units
}

/// Calls each run and each family after its first file; until here they are known by unit.
fn name(members: &mut [Member<'_>], units: &[Vec<usize>], runs: &mut Runs<'_>) {
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    let mut families: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, unit) in units.iter().enumerate() {
        for (known, own) in [(&mut first, runs.find(at)), (&mut families, root(&mut runs.families, at))] {
            for member in unit {
                let file = members[*member].file;
                let known = known.entry(own).or_insert(file);
                *known = (*known).min(file);
            }
        }
    }
    for (at, unit) in units.iter().enumerate() {
        for member in unit {
            let member = &mut members[*member];
            member.run = first[&runs.find(at)];
            member.family = families[&root(&mut runs.families, at)];
            for (_, run) in &mut member.elsewhere {
                *run = first[&runs.find(*run)];
            }
            member.sources = member.sources.iter().map(|run| first[&runs.find(*run)]).collect();
        }
    }
}

/// What the scored episodes of files are records of.
#[derive(Default)]
struct Held<'a> {
    contents: BTreeSet<usize>,
    /// Those that nothing has by chance.
    proofs: BTreeSet<usize>,
    trials: BTreeMap<Trial<'a>, BTreeSet<usize>>,
}

impl<'a> Held<'a> {
    fn of(episodes: &[&'a Episode], contents: &mut Contents<'a>) -> Self {
        let mut held = Self::default();
        for episode in episodes.iter().copied() {
            let content = contents.number(episode);
            if !is_scored(episode) {
                continue;
            }
            held.contents.insert(content);
            if is_proof(episode) {
                held.proofs.insert(content);
            }
            if let Some(task) = &episode.task {
                held.trials.entry((task, episode.trial)).or_default().insert(content);
            }
        }
        held
    }

    /// Returns whether some trial ended otherwise here than there. What both have, under other trial numbers perhaps, is no such trial.
    fn differs(&self, other: &Self) -> bool {
        let (small, large) = if self.trials.len() <= other.trials.len() { (self, other) } else { (other, self) };
        small.trials.iter().any(|(trial, results)| {
            let is_own = |held: &Self, results: &BTreeSet<usize>| results.iter().any(|one| !held.contents.contains(one));
            is_own(large, results) && large.trials.get(trial).is_some_and(|results| is_own(small, results))
        })
    }

    fn extend(&mut self, other: Self) {
        self.contents.extend(other.contents);
        self.proofs.extend(other.proofs);
        for (trial, results) in other.trials {
            self.trials.entry(trial).or_default().extend(results);
        }
    }
}

/// Tells which files hold two results of a trial that other files have apart.
fn collectors(held: &[Held<'_>]) -> Vec<bool> {
    let mut places: BTreeMap<usize, Vec<(Trial<'_>, usize)>> = BTreeMap::new();
    for (at, one) in held.iter().enumerate() {
        for (trial, results) in &one.trials {
            for content in results.iter().filter(|content| one.proofs.contains(content)) {
                places.entry(*content).or_default().push((*trial, at));
            }
        }
    }
    let elsewhere = |content: &usize, at: usize| {
        places.get(content).into_iter().flatten().take(MOST).filter(move |(_, other)| *other != at).copied()
    };
    let collects = |(at, one): (usize, &Held<'_>)| {
        let mut of_trial: BTreeMap<Trial<'_>, BTreeSet<usize>> = BTreeMap::new();
        for content in &one.proofs {
            for (trial, _) in elsewhere(content, at) {
                of_trial.entry(trial).or_default().insert(*content);
            }
        }
        // Whether a file has one result of the trial and not the other.
        let is_apart = |trial: &Trial<'_>, has: &usize, lacks: &usize| {
            elsewhere(has, at).any(|(own, other)| own == *trial && !held[other].contents.contains(lacks))
        };
        of_trial.iter().any(|(trial, results)| {
            let pairs = results.iter().take(MOST).enumerate();
            let mut pairs = pairs.flat_map(|(rank, a)| results.iter().skip(rank + 1).take(MOST).map(move |b| (a, b)));
            pairs.any(|(a, b)| is_apart(trial, a, b) && is_apart(trial, b, a))
        })
    };
    held.iter().enumerate().map(collects).collect()
}

/// Returns the number of the set that holds a member.
fn root(sets: &mut [usize], at: usize) -> usize {
    let mut root = at;
    while sets[root] != root {
        root = sets[root];
    }
    sets[at] = root;
    root
}

/// Which units are of one run, and what each run holds.
struct Runs<'a> {
    of: Vec<usize>,
    families: Vec<usize>,
    held: Vec<Held<'a>>,
    /// Members by what they prove; the first of each run at least.
    holders: BTreeMap<usize, BTreeSet<usize>>,
}

impl Runs<'_> {
    fn find(&mut self, at: usize) -> usize {
        root(&mut self.of, at)
    }

    /// Returns the runs that prove to have a content.
    fn holding(&mut self, content: usize) -> BTreeSet<usize> {
        let known = self.holders.remove(&content).unwrap_or_default();
        let runs: BTreeSet<usize> = known.into_iter().map(|at| self.find(at)).collect();
        self.holders.insert(content, runs.clone());
        runs
    }

    /// Adds a member, which no run known so far is smaller than: to the runs that have half of it, or as a run of its own.
    fn add(&mut self, at: usize) {
        let proofs = self.held[at].proofs.clone();
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for run in proofs.iter().flat_map(|content| self.holding(*content)).collect::<Vec<_>>() {
            *shared.entry(run).or_default() += 1;
        }
        let mut runs: Vec<(usize, usize)> = shared.into_iter().filter(|(_, count)| 2 * count >= proofs.len()).collect();
        runs.sort_by_key(|(run, count)| (std::cmp::Reverse(*count), *run));
        for (run, _) in runs {
            self.join(at, run);
        }
        let root = self.find(at);
        for content in proofs {
            self.holders.entry(content).or_default().insert(root);
        }
    }

    /// Makes the families of two runs one, and the runs too if no trial differs.
    fn join(&mut self, at: usize, other: usize) {
        let families = [at, other].map(|one| root(&mut self.families, one));
        self.families[families[0].max(families[1])] = families[0].min(families[1]);
        let (own, other) = (self.find(at), self.find(other));
        if own == other || self.held[own].differs(&self.held[other]) {
            return;
        }
        let (small, large) = (own.max(other), own.min(other));
        self.of[small] = large;
        let held = std::mem::take(&mut self.held[small]);
        self.held[large].extend(held);
    }
}

#[cfg(test)]
#[path = "runs_tests.rs"]
mod tests;
