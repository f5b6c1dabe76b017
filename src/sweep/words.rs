//! Which words of paths tell variants, and what variant each run is.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    contents::{Contents, is_scored},
    divide::Member,
    runs::Trial,
};
use crate::records::TaskId;

/// Returns the words in which the paths of members differ that hold other results of the same trial (empty where they differ in none;
/// `None` where no trial is there twice), and the words in which any of them differ. A trial without a number may be any.
pub(super) fn words_that_tell(members: &[Member<'_>]) -> (Option<BTreeSet<String>>, BTreeSet<String>) {
    let mut words: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let mut trials: BTreeMap<Trial<'_>, BTreeMap<usize, usize>> = BTreeMap::new();
    let mut contents = Contents::default();
    let scored = || members.iter().flat_map(|member| &member.episodes).filter(|episode| is_scored(episode));
    let unnumbered: BTreeSet<&TaskId> =
        scored().filter(|episode| episode.trial.is_none()).filter_map(|episode| episode.task.as_ref()).collect();
    for member in members.iter().filter(|member| member.episodes.iter().any(|episode| is_scored(episode))) {
        let own: BTreeSet<&str> = member.words.iter().map(String::as_str).collect();
        let common = words.entry(member.run).or_insert_with(|| own.clone());
        common.retain(|word| own.contains(word));
        for episode in member.episodes.iter().filter(|episode| is_scored(episode)) {
            if let Some(task) = &episode.task {
                let trial = episode.trial.filter(|_| !unnumbered.contains(task));
                trials.entry((task, trial)).or_default().entry(member.run).or_insert(contents.number(episode));
            }
        }
    }
    let mut found: Option<BTreeSet<String>> = None;
    let mut seen: BTreeSet<Vec<usize>> = BTreeSet::new();
    for results in trials.into_values() {
        let different: BTreeSet<usize> = results.values().copied().collect();
        let runs: Vec<usize> = results.into_keys().collect();
        // The same runs meet in most trials.
        if runs.len() < 2 || different.len() < 2 || !seen.insert(runs.clone()) {
            continue;
        }
        found.get_or_insert_default().extend(differing(runs.iter().filter_map(|run| words.get(run))));
    }
    (found, differing(words.values()))
}

/// Returns the words that not all of some sets have.
fn differing<'w>(sets: impl Iterator<Item = &'w BTreeSet<&'w str>>) -> BTreeSet<String> {
    let sets: Vec<&BTreeSet<&str>> = sets.collect();
    let all: BTreeSet<&str> = sets.iter().flat_map(|set| set.iter().copied()).collect();
    all.into_iter().filter(|word| !sets.iter().all(|set| set.contains(word))).map(str::to_owned).collect()
}

/// Words that say something only with the next one.
const PARTICLES: [&str; 10] = ["with", "without", "no", "non", "not", "zero", "one", "two", "few", "multi"];

/// Returns the variant of each run: those of its words that tell, and the runs whose files lie under the names of several variants. Of the
/// runs without any such word, those with words of their own beside one that has none are variants by these.
pub(super) fn variants(members: &[Member<'_>], telling: &BTreeSet<&str>) -> (BTreeMap<usize, Option<String>>, BTreeSet<usize>) {
    // What the paths of all files of a run have.
    let mut found: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    let mut words: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    let mut mixed = BTreeSet::new();
    for member in members {
        let own = telling_words(member, telling);
        let known = found.entry(member.run).or_insert_with(|| own.clone());
        if !member.episodes.is_empty() && !known.is_empty() && !own.is_empty() && *known != own {
            mixed.insert(member.run);
        }
        known.retain(|word| own.contains(word));
        let known = words.entry(member.run).or_insert_with(|| member.words.iter().map(String::as_str).collect());
        known.retain(|word| member.words.iter().any(|own| own == word));
    }
    let plain: Vec<usize> = found.iter().filter(|(_, words)| words.is_empty()).map(|(run, _)| *run).collect();
    let sets: Vec<BTreeSet<&str>> = words.values().map(|words| words.iter().copied().collect()).collect();
    let different = differing(sets.iter());
    let rest = |run: &usize| words[run].iter().copied().filter(|word| different.contains(*word)).collect::<Vec<_>>();
    let is_split = plain.len() < found.len();
    if is_split && !mixed.iter().any(|run| plain.contains(run)) && plain.iter().any(|run| rest(run).is_empty()) {
        for run in plain {
            found.insert(run, rest(&run));
        }
    }
    let name = |words: Vec<&str>| (!words.is_empty()).then(|| words.join("_"));
    (found.into_iter().map(|(run, words)| (run, name(words))).collect(), mixed)
}

/// Returns the words of a file that tell, in the order of the path, a particle with the word behind it.
fn telling_words<'m>(member: &'m Member<'_>, telling: &BTreeSet<&str>) -> Vec<&'m str> {
    let mut own: Vec<&str> = Vec::new();
    let mut particle = false;
    for word in member.words.iter().map(String::as_str) {
        if (particle || telling.contains(word)) && !own.contains(&word) {
            own.push(word);
        }
        particle = telling.contains(word) && PARTICLES.contains(&word);
    }
    own
}
