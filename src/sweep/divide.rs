//! Where files of one configuration hold other results of the same trials: variants of it, or repetitions?
//!
//! Paths tell. If they differ in words (`baseline/`, `with_memory/`), each group of words is a variant and a cell of its own; if they
//! differ in counters, dates or hashes only (`trial_1/`, `seed42/`), the files are further trials. Files that share episodes are one
//! run, seen twice, and stay together. Files that hold no other results of the same trials stay together too, whatever their names.
//! Before that, files whose tasks are other tasks under the same ids are kept apart.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    CellKey,
    renderings::{Rendering, id, may_be_one},
};
use crate::{
    identity::{settings, variant},
    records::{Episode, Fingerprint, Outcome, ResultFile, TaskId},
};

/// The setting that tells sets of tasks apart which use the same ids.
pub const TASKS: &str = "tasks";

/// Why files of one configuration became several cells, or stayed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Split: their paths differ in words.
    Words,
    /// Not split: their paths differ in counters, dates or hashes only.
    Counters,
    /// Split: the same task ids are other tasks.
    OtherTasks,
    /// Other renderings of a run that is there in full, known by the ids of their simulations; dropped as copies.
    SameSimulations,
    /// Other renderings of a run in the same folder, known by equal outcomes of all tasks; dropped as copies.
    SameOutcomes,
}

/// Files of one configuration and what was made of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Why.
    pub why: Why,
    /// Indices of the files in [`Sweep::files`](super::Sweep::files), rising.
    pub files: Vec<usize>,
}

/// What is added to the usual keys of files.
#[derive(Debug, Default)]
pub(super) struct Divided {
    added: BTreeMap<(usize, CellKey), Added>,
    /// For the reader.
    pub(super) divisions: Vec<Division>,
}

#[derive(Debug, Clone, Default)]
struct Added {
    tasks: Option<String>,
    variant: Option<String>,
}

impl Divided {
    /// Returns the usual key of an episode of a file.
    pub(super) fn key(&self, index: usize, file: &ResultFile, episode: Option<&Episode>) -> CellKey {
        let mut key = CellKey::of(file, episode);
        if let Some(added) = self.added.get(&(index, key.clone())) {
            key.settings.extend(added.tasks.iter().map(|tasks| (TASKS.to_owned(), tasks.clone())));
            let both = key.variant.iter().chain(&added.variant).map(String::as_str).collect::<Vec<_>>().join(" ");
            key.variant = (!both.is_empty()).then_some(both);
        }
        key
    }
}

/// The episodes that a file has in one cell.
struct Member<'a> {
    file: usize,
    episodes: Vec<&'a Episode>,
    words: Vec<String>,
    tasks: BTreeMap<&'a TaskId, u64>,
    /// Members of one run have the same number.
    run: usize,
}

/// Finds out what must be told apart. `renderings` says which files are other renderings of others, which do not count.
pub(super) fn divide(files: &[ResultFile], renderings: &[Option<Rendering>]) -> Divided {
    let mut divided = Divided::default();
    for why in [Why::SameSimulations, Why::SameOutcomes] {
        let is_such = |at: &usize| renderings[*at].is_some_and(|(_, known_by)| known_by == why);
        let copies: Vec<usize> = (0..files.len()).filter(is_such).collect();
        if !copies.is_empty() {
            divided.divisions.push(Division { why, files: copies });
        }
    }
    let mut groups: BTreeMap<CellKey, Vec<Member<'_>>> = BTreeMap::new();
    for (index, file) in files.iter().enumerate().filter(|(index, _)| renderings[*index].is_none()) {
        for (key, episodes) in by_key(file) {
            groups.entry(key).or_default().push(Member::of(index, file, episodes));
        }
    }
    for (key, mut members) in groups.into_iter().filter(|(_, members)| members.len() > 1) {
        number_runs(&mut members);
        let classes = by_tasks(members);
        let names: Vec<Option<String>> = classes.iter().map(|(tasks, _)| (classes.len() > 1).then(|| name_of(tasks))).collect();
        if classes.len() > 1 {
            divided.note(Why::OtherTasks, classes.iter().flat_map(|(_, members)| members));
        }
        for ((_, members), tasks) in classes.into_iter().zip(names) {
            let told = words_that_tell(&members);
            match &told {
                Some(words) if words.is_empty() => divided.note(Why::Counters, members.iter()),
                Some(_) => divided.note(Why::Words, members.iter()),
                None => {}
            }
            let variants = variants(&members, &told.unwrap_or_default());
            for member in &members {
                let variant = variants.get(&member.run).cloned().flatten();
                divided.added.insert((member.file, key.clone()), Added { tasks: tasks.clone(), variant });
            }
        }
    }
    // A rendering goes where its run goes.
    for (index, run) in renderings.iter().enumerate().filter_map(|(index, rendering)| Some((index, rendering.as_ref()?.0))) {
        if let Some(added) = divided.added.get(&(run, CellKey::of(&files[run], None))).cloned() {
            divided.added.insert((index, CellKey::of(&files[index], None)), added);
        }
    }
    divided
}

impl Divided {
    fn note<'a>(&mut self, why: Why, members: impl Iterator<Item = &'a Member<'a>>) {
        let mut files: Vec<usize> = members.map(|member| member.file).collect();
        files.sort_unstable();
        self.divisions.push(Division { why, files });
    }
}

impl<'a> Member<'a> {
    fn of(index: usize, file: &'a ResultFile, episodes: Vec<&'a Episode>) -> Self {
        let tasks = file.tau2.iter().flat_map(|run| &run.tasks);
        Self {
            file: index,
            episodes,
            words: variant::words(&file.source.path, &file.identity),
            tasks: tasks.filter_map(|(id, task)| Some((id, task.digest?))).collect(),
            run: index,
        }
    }
}

/// Returns the episodes of a file that count, by the usual key of their cells; a file without any has the key of the whole.
fn by_key(file: &ResultFile) -> BTreeMap<CellKey, Vec<&Episode>> {
    let mut found: BTreeMap<CellKey, Vec<&Episode>> = BTreeMap::new();
    let (own, usual): (Vec<&Episode>, Vec<&Episode>) =
        file.episodes.iter().filter(|episode| !is_discarded(episode)).partition(|episode| episode.identity.is_some());
    for episode in own.iter().copied() {
        found.entry(CellKey::of(file, Some(episode))).or_default().push(episode);
    }
    if own.is_empty() || !usual.is_empty() {
        found.entry(CellKey::of(file, None)).or_default().extend(usual);
    }
    found
}

/// Returns whether the benchmark itself discarded an episode.
pub(super) fn is_discarded(episode: &Episode) -> bool {
    episode.tau2.as_deref().is_some_and(|facts| facts.discarded)
}

/// Gives members that share half of the smaller one's scored episodes with a run the number of that run: a run and copies of it, parts
/// of it, earlier states of it.
fn number_runs(members: &mut [Member<'_>]) {
    let mut holders = Holders::default();
    // Fewest scored episodes of a member of each run.
    let mut smallest: BTreeMap<usize, usize> = BTreeMap::new();
    for at in 0..members.len() {
        let own = members[at].run;
        // An error has no content that could tell it from the same error of another run.
        let scored = members[at].episodes.iter().copied().filter(|one| matches!(one.outcome, Outcome::Scored { .. }));
        let scored: Vec<&Episode> = scored.collect();
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for run in scored.iter().flat_map(|episode| holders.of(episode)) {
            *shared.entry(run).or_default() += 1;
        }
        let is_one = |(run, episodes): &(usize, usize)| 2 * episodes >= scored.len().min(smallest[run]);
        let merged: BTreeSet<usize> = shared.into_iter().filter(is_one).map(|(run, _)| run).chain([own]).collect();
        let first = merged.first().copied().unwrap_or(own);
        if merged.len() > 1 {
            members.iter_mut().filter(|member| merged.contains(&member.run)).for_each(|member| member.run = first);
            holders.rename(&merged, first);
        }
        for episode in &scored {
            holders.add(episode, first);
        }
        let fewest = merged.iter().filter_map(|run| smallest.remove(run)).chain([scored.len()]).min();
        smallest.insert(first, fewest.unwrap_or_default());
    }
}

/// Which runs have an episode.
#[derive(Default)]
struct Holders<'a> {
    by_content: BTreeMap<Fingerprint, BTreeSet<usize>>,
    by_id: BTreeMap<&'a str, (&'a Episode, BTreeSet<usize>)>,
}

impl<'a> Holders<'a> {
    /// Returns the runs that have an episode, or the same simulation graded otherwise. An outcome alone tells nothing.
    fn of(&self, episode: &Episode) -> BTreeSet<usize> {
        let same_content = self.by_content.get(&episode.fingerprint).filter(|_| episode.conversation.is_some());
        let same_id = id(episode).and_then(|id| self.by_id.get(id));
        let same_id = same_id.filter(|(known, _)| known.task == episode.task && may_be_one(known, episode));
        same_content.into_iter().chain(same_id.map(|(_, runs)| runs)).flatten().copied().collect()
    }

    fn add(&mut self, episode: &'a Episode, run: usize) {
        self.by_content.entry(episode.fingerprint).or_default().insert(run);
        if let Some(id) = id(episode) {
            self.by_id.entry(id).or_insert_with(|| (episode, BTreeSet::new())).1.insert(run);
        }
    }

    /// Gives runs that turned out to be one its number. Costly, but rare: most files are runs of their own or join one run.
    fn rename(&mut self, merged: &BTreeSet<usize>, first: usize) {
        if merged.len() < 3 {
            // The member's own number is not in use yet.
            return;
        }
        for runs in self.by_content.values_mut().chain(self.by_id.values_mut().map(|(_, runs)| runs)) {
            if runs.iter().any(|run| merged.contains(run)) {
                runs.retain(|run| !merged.contains(run));
                runs.insert(first);
            }
        }
    }
}

type Tasks<'a> = BTreeMap<&'a TaskId, u64>;

/// Groups members whose tasks agree where they have the same id. Members of one run stay together.
fn by_tasks(members: Vec<Member<'_>>) -> Vec<(Tasks<'_>, Vec<Member<'_>>)> {
    let mut classes: Vec<(Tasks<'_>, Vec<Member<'_>>)> = Vec::new();
    for member in members {
        let agreeing = |class: &Tasks<'_>| -> Option<usize> {
            let common = member.tasks.iter().filter_map(|(id, own)| Some((own, class.get(id)?)));
            common.map(|(own, other)| (own == other).then_some(1)).sum()
        };
        let same_run = classes.iter().position(|(_, others)| others.iter().any(|other| other.run == member.run));
        let fitting = || {
            let fits =
                classes.iter().enumerate().filter_map(|(at, (class, _))| Some((agreeing(class)?, std::cmp::Reverse(at))));
            fits.max().map(|(_, at)| at.0)
        };
        match same_run.or_else(fitting) {
            Some(at) => {
                member.tasks.iter().for_each(|(id, digest)| {
                    classes[at].0.entry(*id).or_insert(*digest);
                });
                classes[at].1.push(member);
            }
            None => classes.push((member.tasks.clone(), vec![member])),
        }
    }
    classes
}

fn name_of(tasks: &Tasks<'_>) -> String {
    let lines: Vec<String> = tasks.iter().map(|(id, digest)| format!("\n{id} {digest:x}")).collect();
    settings::value(&format!("tasks{}", lines.concat()))
}

/// Returns the words in which the paths of members differ that hold other results of the same trial. Empty where they differ in none;
/// `None` where no trial is there twice.
fn words_that_tell(members: &[Member<'_>]) -> Option<BTreeSet<String>> {
    let mut words: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let mut trials: BTreeMap<(&TaskId, Option<i64>), BTreeMap<usize, Fingerprint>> = BTreeMap::new();
    for member in members {
        let own: BTreeSet<&str> = member.words.iter().map(String::as_str).collect();
        let common = words.entry(member.run).or_insert_with(|| own.clone());
        common.retain(|word| own.contains(word));
        for episode in member.episodes.iter().filter(|episode| matches!(episode.outcome, Outcome::Scored { .. })) {
            if let Some(task) = &episode.task {
                trials.entry((task, episode.trial)).or_default().entry(member.run).or_insert(episode.fingerprint);
            }
        }
    }
    let mut found: Option<BTreeSet<String>> = None;
    let mut seen: BTreeSet<Vec<usize>> = BTreeSet::new();
    for results in trials.into_values() {
        let contents: BTreeSet<Fingerprint> = results.values().copied().collect();
        let runs: Vec<usize> = results.into_keys().collect();
        // The same runs meet in most trials.
        if runs.len() < 2 || contents.len() < 2 || !seen.insert(runs.clone()) {
            continue;
        }
        let sets: Vec<&BTreeSet<&str>> = runs.iter().filter_map(|run| words.get(run)).collect();
        let all: BTreeSet<&str> = sets.iter().flat_map(|set| set.iter().copied()).collect();
        let telling = all.into_iter().filter(|word| !sets.iter().all(|set| set.contains(word)));
        found.get_or_insert_default().extend(telling.map(str::to_owned));
    }
    found
}

/// Returns the variant of each run: those of its words that tell, in the order of the path.
fn variants(members: &[Member<'_>], telling: &BTreeSet<String>) -> BTreeMap<usize, Option<String>> {
    let mut found: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for member in members {
        let mut own: Vec<&str> = Vec::new();
        for word in member.words.iter().map(String::as_str).filter(|word| telling.contains(*word)) {
            if !own.contains(&word) {
                own.push(word);
            }
        }
        found.entry(member.run).and_modify(|known| known.retain(|word| own.contains(word))).or_insert(own);
    }
    found.into_iter().map(|(run, words)| (run, (!words.is_empty()).then(|| words.join("_")))).collect()
}

#[cfg(test)]
#[path = "divide_tests.rs"]
mod tests;
