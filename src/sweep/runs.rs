//! Which files are one run: a run and copies of it, parts of it, earlier states of it.
//!
//! Files that share half of the smaller one's scored episodes are one run, whatever they are called. What is shared must be beyond
//! chance: two short conversations may be alike. A file that holds what two different runs have (`merged/` beside `baseline/` and
//! `with_memory/`) is neither: each of its episodes goes to the run that has it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    assemble::is_beyond_chance,
    divide::Member,
    renderings::{id, may_be_one},
};
use crate::records::{Episode, Fingerprint, Outcome, TaskId};

/// Most runs among which a short episode is looked for.
const MOST_RUNS: usize = 100;

type Trial<'a> = (&'a TaskId, Option<i64>);

/// Numbers the runs of members.
pub(super) fn number(members: &mut [Member<'_>]) {
    // A file that holds several others comes after them.
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|at| (scored(&members[*at]).count(), members[*at].file));
    let mut runs = Runs { of: (0..members.len()).collect(), results: BTreeMap::new() };
    let mut holders = Holders::default();
    for at in order {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for other in scored(&members[at]).flat_map(|episode| holders.of(episode)) {
            *shared.entry(other).or_default() += 1;
        }
        let is_one = |(other, episodes): &(usize, usize)| 2 * episodes >= scored(&members[*other]).count();
        let joined: BTreeSet<usize> = shared.into_iter().filter(is_one).map(|(other, _)| runs.find(other)).collect();
        if joined.len() > 1 && runs.differ(&joined) {
            collect(&mut members[at], &joined, &holders, &mut runs);
        } else {
            for other in joined {
                runs.join(at, other);
            }
        }
        let run = runs.find(at);
        for episode in members[at].episodes.iter().copied() {
            if matches!(episode.outcome, Outcome::Scored { .. })
                && let Some(task) = &episode.task
            {
                runs.results.entry(run).or_default().entry((task, episode.trial)).or_insert(episode.fingerprint);
            }
            holders.add(episode, at, &mut runs);
        }
    }
    // A run is called after its first file; what is elsewhere was kept by member.
    let files: Vec<usize> = members.iter().map(|member| member.file).collect();
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        let known = first.entry(runs.find(at)).or_insert(*file);
        *known = (*known).min(*file);
    }
    for (at, member) in members.iter_mut().enumerate() {
        member.run = first[&runs.find(at)];
        for (_, run) in &mut member.elsewhere {
            *run = first[&runs.find(*run)];
        }
    }
}

/// An error has no content that could tell it from the same error of another run.
fn scored<'m, 'a>(member: &'m Member<'a>) -> impl Iterator<Item = &'a Episode> + use<'m, 'a> {
    member.episodes.iter().copied().filter(|episode| matches!(episode.outcome, Outcome::Scored { .. }))
}

/// Hands the episodes of a file that several runs have over to these.
fn collect<'a>(member: &mut Member<'a>, joined: &BTreeSet<usize>, holders: &Holders<'a>, runs: &mut Runs<'a>) {
    let mut own = Vec::new();
    for episode in std::mem::take(&mut member.episodes) {
        // A short episode may be a file of its own, which by itself proves nothing.
        let known = holders.any(episode);
        let holder = known.iter().copied().find(|other| joined.contains(&runs.find(*other)));
        let holder = holder.or_else(|| known.first().copied());
        match holder {
            Some(other) => member.elsewhere.push((episode, other)),
            None => own.push(episode),
        }
    }
    member.episodes = own;
}

/// Which members are of one run.
struct Runs<'a> {
    of: Vec<usize>,
    results: BTreeMap<usize, BTreeMap<Trial<'a>, Fingerprint>>,
}

impl<'a> Runs<'a> {
    fn find(&mut self, at: usize) -> usize {
        let mut root = at;
        while self.of[root] != root {
            root = self.of[root];
        }
        self.of[at] = root;
        root
    }

    fn join(&mut self, at: usize, other: usize) {
        let (own, other) = (self.find(at), self.find(other));
        if own == other {
            return;
        }
        let (small, large) = (own.max(other), own.min(other));
        self.of[small] = large;
        for (trial, result) in self.results.remove(&small).unwrap_or_default() {
            self.results.entry(large).or_default().entry(trial).or_insert(result);
        }
    }

    /// Returns whether two of the runs have other results of half of the smaller one's trials.
    fn differ(&self, joined: &BTreeSet<usize>) -> bool {
        let mut known: BTreeMap<Trial<'a>, (usize, Fingerprint)> = BTreeMap::new();
        let mut other: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for run in joined {
            for (trial, result) in self.results.get(run).into_iter().flatten() {
                let (first, before) = *known.entry(*trial).or_insert((*run, *result));
                if first != *run && before != *result {
                    *other.entry((first, *run)).or_default() += 1;
                }
            }
        }
        let size = |run: usize| self.results.get(&run).map_or(0, BTreeMap::len);
        other.into_iter().any(|((a, b), trials)| 2 * trials >= size(a).min(size(b)))
    }
}

/// Returns whether simulations of one id may be the same one, graded anew perhaps.
fn is_one(known: &Episode, episode: &Episode) -> bool {
    known.task == episode.task && may_be_one(known, episode)
}

/// A simulation with the members that have it, the first of each run.
type Held<'a> = (&'a Episode, BTreeMap<usize, usize>);

/// Which members have an episode: the first of each run.
#[derive(Default)]
struct Holders<'a> {
    by_content: BTreeMap<Fingerprint, BTreeMap<usize, usize>>,
    /// Simulations of one id; ids such as `0` are those of several.
    by_id: BTreeMap<&'a str, Vec<Held<'a>>>,
}

impl<'a> Holders<'a> {
    /// Returns the members that have an episode, or the same simulation graded otherwise. What may be alike by chance tells nothing.
    fn of(&self, episode: &Episode) -> BTreeSet<usize> {
        let is_proof = is_beyond_chance(episode) || (id(episode).is_some() && episode.conversation.is_some());
        let same_content = self.by_content.get(&episode.fingerprint).filter(|_| is_proof);
        let same_id = id(episode).and_then(|id| self.by_id.get(id)).into_iter().flatten();
        let same_id = same_id.filter(|(known, _)| is_one(known, episode));
        same_content.into_iter().chain(same_id.map(|(_, members)| members)).flat_map(BTreeMap::values).copied().collect()
    }

    /// Returns the members that have an episode, proof or not.
    fn any(&self, episode: &Episode) -> BTreeSet<usize> {
        let same = self.by_content.get(&episode.fingerprint).into_iter().flat_map(BTreeMap::values).copied();
        same.chain(self.of(episode)).collect()
    }

    fn add(&mut self, episode: &'a Episode, at: usize, runs: &mut Runs<'a>) {
        let run = runs.find(at);
        self.by_content.entry(episode.fingerprint).or_default().entry(run).or_insert(at);
        if let Some(id) = id(episode).filter(|_| matches!(episode.outcome, Outcome::Scored { .. })) {
            let known = self.by_id.entry(id).or_default();
            if let Some((_, members)) = known.iter_mut().find(|(other, _)| is_one(other, episode)) {
                members.entry(run).or_insert(at);
            } else if known.len() < MOST_RUNS {
                known.push((episode, BTreeMap::from([(run, at)])));
            }
        }
    }
}

/// Numbers of trials by file and record.
pub(super) type Origins = BTreeMap<(usize, usize), usize>;

/// Tells which short episodes that are alike are records of one trial: those of one run, and those of runs and folders that differ in no
/// trial. Others have their like by chance. Episodes whose content alone tells that are left out.
pub(super) fn origins(members: &[Member<'_>]) -> Origins {
    let mut results = Results::default();
    let mut alike: BTreeMap<Fingerprint, Alike<'_>> = BTreeMap::new();
    let is_short = |episode: &Episode| !is_beyond_chance(episode) && id(episode).is_none();
    for member in members {
        for episode in scored(member) {
            results.add(member, episode);
            if is_short(episode) {
                alike.entry(episode.fingerprint).or_default().own.push((episode, member));
            }
        }
        for (episode, run) in member.elsewhere.iter().filter(|(episode, _)| is_short(episode)) {
            alike.entry(episode.fingerprint).or_default().elsewhere.push((member.file, episode.record, *run));
        }
    }
    let mut found = Origins::new();
    for Alike { own, elsewhere } in alike.into_values().filter(|alike| alike.own.len() > 1) {
        // The first record of each trial.
        let mut known: Vec<&Member<'_>> = Vec::new();
        let mut of_run: BTreeMap<usize, usize> = BTreeMap::new();
        for (episode, member) in own {
            let same = known.iter().take(MOST_RUNS).position(|other| !results.are_apart(other, member));
            let origin = same.unwrap_or(known.len());
            found.insert((member.file, episode.record), origin);
            of_run.entry(member.run).or_insert(origin);
            if same.is_none() {
                known.push(member);
            }
        }
        for (file, record, run) in elsewhere {
            found.insert((file, record), of_run.get(&run).copied().unwrap_or(0));
        }
    }
    found
}

/// Episodes of one content.
#[derive(Default)]
struct Alike<'a> {
    own: Vec<(&'a Episode, &'a Member<'a>)>,
    /// File, record, and the run that they belong to.
    elsewhere: Vec<(usize, usize, usize)>,
}

/// Results of trials by run and by folder; `None` where a folder holds several of one trial.
#[derive(Default)]
struct Results<'a> {
    of_run: BTreeMap<usize, BTreeMap<Trial<'a>, Option<Fingerprint>>>,
    of_folder: BTreeMap<&'a str, BTreeMap<Trial<'a>, Option<Fingerprint>>>,
    runs: BTreeMap<(usize, usize), bool>,
    folders: BTreeMap<(&'a str, &'a str), bool>,
}

impl<'a> Results<'a> {
    fn add(&mut self, member: &'a Member<'a>, episode: &'a Episode) {
        let Some(task) = &episode.task else { return };
        let trial = (task, episode.trial);
        self.of_run.entry(member.run).or_default().entry(trial).or_insert(Some(episode.fingerprint));
        let in_folder = self.of_folder.entry(&member.folder).or_default().entry(trial).or_insert(Some(episode.fingerprint));
        if *in_folder != Some(episode.fingerprint) {
            *in_folder = None;
        }
    }

    fn are_apart(&mut self, a: &'a Member<'a>, b: &'a Member<'a>) -> bool {
        if a.run == b.run {
            return false;
        }
        let (runs, folders) =
            ((a.run.min(b.run), a.run.max(b.run)), (a.folder.as_str().min(&b.folder), a.folder.as_str().max(&b.folder)));
        let Self { of_run, of_folder, .. } = self;
        *self.runs.entry(runs).or_insert_with(|| differ(of_run.get(&runs.0), of_run.get(&runs.1)))
            || (a.folder != b.folder
                && *self.folders.entry(folders).or_insert_with(|| differ(of_folder.get(folders.0), of_folder.get(folders.1))))
    }
}

/// Returns whether two sets of results differ in some trial.
fn differ<'a>(
    one: Option<&BTreeMap<Trial<'a>, Option<Fingerprint>>>,
    other: Option<&BTreeMap<Trial<'a>, Option<Fingerprint>>>,
) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    let (small, large) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    small.iter().any(|(trial, result)| result.zip(large.get(trial).copied().flatten()).is_some_and(|(one, other)| one != other))
}
