//! Short episodes and errors that are alike: are they records of one trial, or of several that ended alike by chance?
//!
//! Their content tells nothing, so what lies around them has to. Those of one family of files are records of one trial. So are those of files, of
//! folders and of series of files (`run_1_task0.json`, `run_1_task1.json`) that differ in no trial.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;

use super::{
    contents::{is_beyond_chance, is_scored},
    divide::Member,
    renderings::id,
    runs::Trial,
};
use crate::records::{Episode, Fingerprint, TaskId};

/// Most trials that are alike and told apart.
const MOST_TRIALS: usize = 100;

/// Numbers of trials by file and record.
pub(super) type Origins = BTreeMap<(usize, usize), usize>;

/// An episode of a file that belongs to a family of others: the file and the family.
pub(super) type Elsewhere<'a> = (&'a Episode, usize, usize);

/// Tells which short episodes that are alike are records of one trial, among the members of one cell. Episodes whose content alone tells
/// that are left out.
pub(super) fn origins(members: &[&Member<'_>], elsewhere: &[Elsewhere<'_>], found: &mut Origins) {
    let mut results = Results::default();
    let mut alike: BTreeMap<Fingerprint, Vec<Short<'_>>> = BTreeMap::new();
    let is_short = |episode: &Episode| !is_beyond_chance(episode) && id(episode).is_none();
    for member in members.iter().copied() {
        for episode in member.episodes.iter().copied() {
            if is_scored(episode) {
                results.add(member, episode);
            }
            if is_short(episode) {
                let (file, family) = (member.file, member.family);
                alike.entry(episode.content).or_default().push(Short { episode, file, family, member: Some(member) });
            }
        }
    }
    for (episode, file, family) in elsewhere.iter().filter(|(episode, ..)| is_short(episode)) {
        alike.entry(episode.content).or_default().push(Short { episode, file: *file, family: *family, member: None });
    }
    let mut next = found.values().max().map_or(0, |last| last + 1);
    for shorts in alike.into_values().filter(|shorts| shorts.len() > 1) {
        let mut trials: Vec<Trials<'_>> = Vec::new();
        for short in shorts {
            let same_number = trials.iter().take(MOST_TRIALS).position(|trial| trial.has_wholly(&short));
            let at = same_number.or_else(|| trials.iter().take(MOST_TRIALS).position(|trial| trial.has(&short, &mut results)));
            let at = at.unwrap_or_else(|| {
                trials.push(Trials::default());
                trials.len() - 1
            });
            trials[at].records.push((short.file, short.episode.fingerprint, short.family));
            trials[at].first = trials[at].first.or(short.member);
            found.insert((short.file, short.episode.record), next + at);
        }
        next += trials.len();
    }
}

/// A short episode.
struct Short<'a> {
    episode: &'a Episode,
    file: usize,
    family: usize,
    /// Where it lies; `None` where it is a copy in a file of another run.
    member: Option<&'a Member<'a>>,
}

/// The records of one trial.
#[derive(Default)]
struct Trials<'a> {
    records: Vec<(usize, Fingerprint, usize)>,
    first: Option<&'a Member<'a>>,
}

impl<'a> Trials<'a> {
    /// Returns whether the same record of the same family is one of this trial.
    fn has_wholly(&self, short: &Short<'a>) -> bool {
        let own = (short.episode.fingerprint, short.family);
        self.records.iter().any(|(_, fingerprint, family)| (*fingerprint, *family) == own)
    }

    /// Returns whether a record is one of this trial. A file has one record of each trial, or the same one again.
    fn has(&self, short: &Short<'a>, results: &mut Results<'a>) -> bool {
        let own = short.episode.fingerprint;
        if self.records.iter().any(|(file, fingerprint, _)| *file == short.file && *fingerprint != own) {
            return false;
        }
        if self.records.iter().any(|(.., family)| *family == short.family) {
            return true;
        }
        let is_same = self.records.iter().any(|(_, fingerprint, _)| *fingerprint == own);
        is_same && self.first.zip(short.member).is_some_and(|(first, member)| !results.are_apart(first, member))
    }
}

/// Results by trial; `None` where there are several of one trial.
type OfTrials<'a> = BTreeMap<Trial<'a>, Option<Fingerprint>>;

/// Results of trials by run, by series and by folder.
#[derive(Default)]
struct Results<'a> {
    of_run: BTreeMap<usize, OfTrials<'a>>,
    of_place: BTreeMap<&'a str, OfTrials<'a>>,
    runs: BTreeMap<(usize, usize), bool>,
    places: BTreeMap<(&'a str, &'a str), bool>,
}

impl<'a> Results<'a> {
    fn add(&mut self, member: &'a Member<'a>, episode: &'a Episode) {
        let Some(task) = &episode.task else { return };
        let trial = (task, episode.trial);
        self.of_run.entry(member.run).or_default().entry(trial).or_insert(Some(episode.fingerprint));
        for place in [&member.folder, &member.series] {
            let known = self.of_place.entry(place).or_default().entry(trial).or_insert(Some(episode.fingerprint));
            if *known != Some(episode.fingerprint) {
                *known = None;
            }
        }
    }

    fn are_apart(&mut self, a: &'a Member<'a>, b: &'a Member<'a>) -> bool {
        if a.family == b.family {
            return false;
        }
        let runs = (a.run.min(b.run), a.run.max(b.run));
        let Self { of_run, of_place, .. } = self;
        *self.runs.entry(runs).or_insert_with(|| differ(of_run.get(&runs.0), of_run.get(&runs.1)))
            || [(&a.folder, &b.folder), (&a.series, &b.series)].into_iter().any(|(a, b)| {
                let places = (a.as_str().min(b), a.as_str().max(b));
                let differ = || differ(of_place.get(places.0), of_place.get(places.1));
                a != b && *self.places.entry(places).or_insert_with(differ)
            })
    }
}

/// Returns whether two sets of results differ in some trial.
fn differ(one: Option<&OfTrials<'_>>, other: Option<&OfTrials<'_>>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    let (small, large) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    small.iter().any(|(trial, result)| result.zip(large.get(trial).copied().flatten()).is_some_and(|(one, other)| one != other))
}

/// Returns the series of a file: its path without the number of its part, or of its task where it holds one task and its name says which.
pub(super) fn series(path: &str, episodes: &[&Episode]) -> String {
    let mut tasks = episodes.iter().filter_map(|episode| episode.task.as_ref());
    let task = tasks.next().filter(|first| tasks.all(|other| other == *first));
    let name = path.rfind('/').map_or(0, |at| at + 1);
    let part = || {
        let found = PART.as_ref()?.find(&path[name..])?;
        Some(format!("{}*{}", &path[..name + found.start()], &path[name + found.end()..]))
    };
    part().or_else(|| task.and_then(|task| without(path, task))).unwrap_or_else(|| path.to_owned())
}

/// The number of a part in the name of a file: `part1`, `shard-2-of-8`.
static PART: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)(?:part|shard|chunk|split|piece)[-_ ]?\d+(?:[-_ ]?(?:of|/)[-_ ]?\d+)?").ok());

/// Cuts the number of a task out of the name of a file: the one behind `task`, else the last.
fn without(path: &str, task: &TaskId) -> Option<String> {
    let name = path.rfind('/').map_or(0, |at| at + 1);
    let id = task.as_str();
    let is_digit = |text: Option<char>| text.is_some_and(|c| c.is_ascii_digit());
    // A number may be padded with zeros.
    let whole = |(at, _): (usize, &str)| {
        let (before, after) = (path[..name + at].trim_end_matches('0'), &path[name + at + id.len()..]);
        (!is_digit(before.chars().next_back()) && !is_digit(after.chars().next())).then_some((before, after))
    };
    let places: Vec<(&str, &str)> = path[name..].match_indices(id).filter_map(whole).collect();
    let is_named = |(before, _): &&(&str, &str)| before.trim_end_matches(['_', '-', ' ']).to_lowercase().ends_with("task");
    let (before, after) = places.iter().find(is_named).or(places.last())?;
    Some(format!("{before}*{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_the_task_is_no_part_of_a_series() {
        let of = |path: &str, task: i64| without(path, &TaskId::from(task));
        assert_eq!(of("a/x_run_1_task1.json", 1).as_deref(), Some("a/x_run_1_task*.json"));
        assert_eq!(of("a/task_1_run_1.json", 1).as_deref(), Some("a/task_*_run_1.json"));
        assert_eq!(of("a/run1_12.json", 12).as_deref(), Some("a/run1_*.json"));
        assert_eq!(of("a/task007.json", 7), of("a/task010.json", 10));
        assert_eq!(of("a1/run_12.json", 1), None);
        assert_eq!(of("1/run.json", 1), None);
    }
}
