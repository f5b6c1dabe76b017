//! Where files of one configuration hold other results of the same trials: variants of it, or repetitions?
//!
//! Paths tell. If they differ in words (`baseline/`, `with_memory/`), each group of words is a variant and a cell of its own; if they
//! differ in counters, dates or hashes only (`trial_1/`, `seed42/`), the files are further trials. Words that tell variants in one
//! environment tell them in all. Files that share episodes are one run, seen twice, and stay together ([`runs`]). Files that hold no
//! other results of the same trials stay together too, whatever their names. Before that, files whose tasks are other tasks under the
//! same ids are kept apart ([`task_sets`]).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    CellKey,
    alike::{self, Elsewhere, Origins},
    contents::is_scored,
    renderings::Rendering,
    runs, task_sets,
    words::{variants, words_that_tell},
};
use crate::{
    identity::variant,
    records::{Episode, FileKind, ResultFile, TaskId},
};

/// The variant of what a file that collects runs of several variants has beside them.
const UNATTRIBUTED: &str = "unattributed";

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
    /// Not split: their paths differ in words, but they hold no results of the same trials.
    Apart,
    /// Not split: the same episodes lie under the names of several variants.
    SeveralNames,
    /// Split: what a file that collects runs of several variants has beside them.
    Leftover,
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
    /// Episodes, by file and record, that belong to another run than the rest of their file: copies of it.
    elsewhere: BTreeMap<(usize, usize), Added>,
    /// Episodes, by file and record, that have their like, with the number of the trial that they are a record of.
    origins: Origins,
    /// Families and runs of episodes, by file and record, where they are called after another file.
    runs: BTreeMap<(usize, usize), (usize, usize)>,
    /// For the reader.
    pub(super) divisions: Vec<Division>,
}

#[derive(Debug, Clone, Default)]
struct Added {
    tasks: Option<String>,
    variant: Option<String>,
}

/// Words of paths that tell variants, by configuration. Sides of a comparison are told apart by the words of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Telling {
    by_configuration: BTreeMap<CellKey, BTreeSet<String>>,
    /// Those of every configuration.
    everywhere: BTreeSet<String>,
}

impl Telling {
    /// Adds the words of another sweep.
    pub fn extend(&mut self, other: Self) {
        self.everywhere.extend(other.everywhere);
        for (key, words) in other.by_configuration {
            self.by_configuration.entry(key).or_default().extend(words);
        }
    }

    /// Adds the words of a variant that is known by its name only.
    pub fn add_variant(&mut self, variant: &str) {
        self.everywhere.extend(variant.split(['_', ' ']).map(str::to_owned));
    }

    fn of(&self, key: &CellKey) -> BTreeSet<&str> {
        let own = self.by_configuration.get(&Self::configuration(key)).into_iter().flatten();
        own.chain(&self.everywhere).map(String::as_str).collect()
    }

    fn add(&mut self, key: &CellKey, words: &BTreeSet<String>) {
        self.by_configuration.entry(Self::configuration(key)).or_default().extend(words.iter().cloned());
    }

    fn configuration(key: &CellKey) -> CellKey {
        CellKey { label: None, ..key.across_environments() }
    }
}

impl Divided {
    /// Returns the usual key of an episode of a file.
    pub(super) fn key(&self, index: usize, file: &ResultFile, episode: Option<&Episode>) -> CellKey {
        let mut key = CellKey::of(file, episode);
        let elsewhere = episode.and_then(|episode| self.elsewhere.get(&(index, episode.record)));
        if let Some(added) = elsewhere.or_else(|| self.added.get(&(index, key.clone()))) {
            key.settings.extend(added.tasks.iter().map(|tasks| (TASKS.to_owned(), tasks.clone())));
            let both = key.variant.iter().chain(&added.variant).map(String::as_str).collect::<Vec<_>>().join(" ");
            key.variant = (!both.is_empty()).then_some(both);
        }
        key
    }
}

impl Divided {
    /// Returns whether episodes of a file belong to several runs.
    pub(super) fn splits(&self, file: usize) -> bool {
        self.elsewhere.range((file, 0)..=(file, usize::MAX)).next().is_some()
    }

    /// Returns which of several trials that are alike an episode is a record of; `None` where its content alone tells.
    pub(super) fn origin(&self, file: usize, episode: &Episode) -> Option<usize> {
        self.origins.get(&(file, episode.record)).copied()
    }

    /// Returns the family and the run of an episode of a file.
    pub(super) fn run(&self, file: usize, episode: &Episode) -> (usize, usize) {
        self.runs.get(&(file, episode.record)).copied().unwrap_or((file, file))
    }
}

/// The episodes that a file has in one cell.
pub(super) struct Member<'a> {
    pub(super) file: usize,
    /// The folder of its run.
    pub(super) folder: String,
    /// Its path without the number of a task.
    pub(super) series: String,
    pub(super) episodes: Vec<&'a Episode>,
    pub(super) words: Vec<String>,
    pub(super) tasks: BTreeMap<&'a TaskId, u64>,
    /// Members of one run have the same number.
    pub(super) run: usize,
    /// Members that share most of their episodes have the same number, of one run or not.
    pub(super) family: usize,
    /// Copies of episodes of other runs, with the run of each.
    pub(super) elsewhere: Vec<(&'a Episode, usize)>,
    /// The runs that it collects.
    pub(super) sources: BTreeSet<usize>,
}

/// Finds out what must be told apart. `renderings` says which files are other renderings of others, which do not count; `told` are words
/// that tell variants elsewhere. Returns the words found here too.
pub(super) fn divide(files: &[ResultFile], renderings: &[Option<Rendering>], told: &Telling) -> (Divided, Telling) {
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
    let mut telling = told.clone();
    let mut sets = Vec::new();
    for (key, mut members) in groups {
        runs::number(&mut members);
        let classes = task_sets::classes(members);
        if classes.len() > 1 {
            divided.note(Why::OtherTasks, classes.iter().flat_map(|(_, members)| members));
        }
        for (tasks, members) in classes {
            let (words, all) = words_that_tell(&members);
            match &words {
                Some(words) if words.is_empty() => divided.note(Why::Counters, members.iter()),
                Some(words) => {
                    divided.note(Why::Words, members.iter());
                    telling.add(&key, words);
                }
                None if !all.is_empty() => divided.note(Why::Apart, members.iter()),
                None => {}
            }
            sets.push((key.clone(), tasks, members));
        }
    }
    divided.add(&sets, &telling);
    // A rendering goes where its run goes.
    for (index, run) in renderings.iter().enumerate().filter_map(|(index, rendering)| Some((index, rendering.as_ref()?.0))) {
        if let Some(added) = divided.added.get(&(run, CellKey::of(&files[run], None))).cloned() {
            divided.added.insert((index, CellKey::of(&files[index], None)), added);
        }
    }
    (divided, telling)
}

/// The members of one configuration that have the same tasks, with the name of these where there are others.
type Set<'a> = (CellKey, Option<String>, Vec<Member<'a>>);

impl Divided {
    /// Says of all members to which variant they belong.
    fn add(&mut self, sets: &[Set<'_>], telling: &Telling) {
        let mut of_run: BTreeMap<usize, Added> = BTreeMap::new();
        for (key, tasks, members) in sets {
            let (mut variants, mixed) = variants(members, &telling.of(key));
            for run in mixed {
                self.note(Why::SeveralNames, members.iter().filter(|member| member.run == run));
            }
            for member in members.iter().filter(|member| !member.sources.is_empty()) {
                let of_sources: BTreeSet<Option<&String>> =
                    member.sources.iter().filter_map(|run| Some(variants.get(run)?.as_ref())).collect();
                let variant = match of_sources.first() {
                    Some(variant) if of_sources.len() == 1 => variant.cloned(),
                    _ => Some(UNATTRIBUTED.to_owned()),
                };
                if of_sources.len() > 1 && member.episodes.iter().any(|episode| is_scored(episode)) {
                    self.divisions.push(Division { why: Why::Leftover, files: vec![member.file] });
                }
                variants.insert(member.run, variant);
            }
            let families: BTreeMap<usize, usize> = members.iter().map(|member| (member.run, member.family)).collect();
            for member in members {
                let added = Added { tasks: tasks.clone(), variant: variants.get(&member.run).cloned().flatten() };
                of_run.insert(member.run, added.clone());
                let records = member.episodes.iter().map(|episode| (episode.record, member.run));
                let copies = member.elsewhere.iter().map(|(episode, run)| (episode.record, *run));
                let runs =
                    records.chain(copies).map(|(record, run)| (record, (families.get(&run).copied().unwrap_or(run), run)));
                let other = runs.filter(|(_, runs)| *runs != (member.file, member.file));
                self.runs.extend(other.map(|(record, runs)| ((member.file, record), runs)));
                self.added.insert((member.file, key.clone()), added);
            }
            self.find_alike(members, &variants, &families);
        }
        for member in sets.iter().flat_map(|(_, _, members)| members) {
            for (episode, run) in &member.elsewhere {
                if let Some(added) = of_run.get(run) {
                    self.elsewhere.insert((member.file, episode.record), added.clone());
                }
            }
        }
    }

    /// Finds short episodes that are alike within each variant.
    fn find_alike(
        &mut self,
        members: &[Member<'_>],
        variants: &BTreeMap<usize, Option<String>>,
        families: &BTreeMap<usize, usize>,
    ) {
        let mut of_variant: BTreeMap<Option<&String>, (Vec<&Member<'_>>, Vec<Elsewhere<'_>>)> = BTreeMap::new();
        let variant = |run: &usize| variants.get(run).and_then(Option::as_ref);
        for member in members {
            of_variant.entry(variant(&member.run)).or_default().0.push(member);
            for (episode, run) in &member.elsewhere {
                of_variant.entry(variant(run)).or_default().1.push((
                    episode,
                    member.file,
                    families.get(run).copied().unwrap_or(*run),
                ));
            }
        }
        for (members, elsewhere) in of_variant.into_values() {
            alike::origins(&members, &elsewhere, &mut self.origins);
        }
    }

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
            folder: file.source.run_folder(),
            series: alike::series(&file.source.path, &episodes),
            episodes,
            words: variant::words(telling_path(file), &file.identity),
            tasks: tasks.filter_map(|(id, task)| Some((id, task.digest?))).collect(),
            run: index,
            family: index,
            elsewhere: Vec::new(),
            sources: BTreeSet::new(),
        }
    }
}

/// Returns the part of a file's path whose words may tell variants: the name of a single simulation is its id.
fn telling_path(file: &ResultFile) -> &str {
    let path = file.source.path.as_str();
    match file.kind {
        FileKind::Tau2Simulation => path.rsplit_once('/').map_or("", |(folder, _)| folder),
        _ => path,
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

#[cfg(test)]
#[path = "divide_tests.rs"]
mod tests;
