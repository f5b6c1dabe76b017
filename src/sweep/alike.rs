//! Short episodes and errors that are alike: are they records of one trial, or of several that ended alike by chance?
//!
//! Their content tells nothing, so what lies around them has to. Those of one family of files are records of one trial. So are those of files, of
//! folders and of series of files (`run_1_task0.json`, `run_1_task1.json`) that differ in no trial.

use std::collections::BTreeMap;

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

/// An episode of a file that belongs to a run of others: the file and the run.
pub(super) type Elsewhere<'a> = (&'a Episode, usize, usize);

/// Tells which short episodes that are alike are records of one trial, among the members of one cell. Episodes whose content alone tells
/// that are left out.
pub(super) fn origins(members: &[&Member<'_>], elsewhere: &[Elsewhere<'_>], found: &mut Origins) {
    let mut results = Results::default();
    let mut alike: BTreeMap<Fingerprint, Alike<'_>> = BTreeMap::new();
    let is_short = |episode: &Episode| !is_beyond_chance(episode) && id(episode).is_none();
    for member in members.iter().copied() {
        for episode in member.episodes.iter().copied() {
            if is_scored(episode) {
                results.add(member, episode);
            }
            if is_short(episode) {
                alike.entry(episode.fingerprint).or_default().own.push((episode, member));
            }
        }
    }
    for (episode, file, run) in elsewhere.iter().filter(|(episode, ..)| is_short(episode)) {
        alike.entry(episode.fingerprint).or_default().elsewhere.push((*file, episode.record, *run));
    }
    let mut next = found.values().max().map_or(0, |last| last + 1);
    for Alike { own, elsewhere } in alike.into_values().filter(|alike| alike.own.len() > 1 || !alike.elsewhere.is_empty()) {
        // The first record of each trial.
        let mut known: Vec<&Member<'_>> = Vec::new();
        let mut of_run: BTreeMap<usize, usize> = BTreeMap::new();
        for (episode, member) in own {
            let same = known.iter().take(MOST_TRIALS).position(|other| !results.are_apart(other, member));
            let origin = next + same.unwrap_or(known.len());
            found.insert((member.file, episode.record), origin);
            of_run.entry(member.run).or_insert(origin);
            if same.is_none() {
                known.push(member);
            }
        }
        for (file, record, run) in elsewhere {
            found.insert((file, record), of_run.get(&run).copied().unwrap_or(next));
        }
        next += known.len().max(1);
    }
}

/// Episodes of one content.
#[derive(Default)]
struct Alike<'a> {
    own: Vec<(&'a Episode, &'a Member<'a>)>,
    /// File, record, and the run that they belong to.
    elsewhere: Vec<(usize, usize, usize)>,
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

/// Returns the series of a file: its path without the number of its task, where it holds one task and its name says which.
pub(super) fn series(path: &str, episodes: &[&Episode]) -> String {
    let mut tasks = episodes.iter().filter_map(|episode| episode.task.as_ref());
    let task = tasks.next().filter(|first| tasks.all(|other| other == *first));
    task.and_then(|task| without(path, task)).unwrap_or_else(|| path.to_owned())
}

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
