//! One run in several renderings: a results file, one simulation a file, flat outcomes, a viewer's export.
//!
//! Only a results file says what was run. Another rendering is known for one by the ids of its simulations, wherever it lies; without ids
//! by equal outcomes of all tasks, but only in the folder of the run or below it, since equal outcomes elsewhere prove nothing, and only
//! where the outcomes tell something ([`FEWEST_OUTCOMES`], not all alike) and nothing the file says is against it. It takes the identity
//! of the results file, and its episodes are copies.

use std::collections::{BTreeMap, BTreeSet};

use super::divide::Why;
use crate::{
    identity::{Field, agree},
    records::{Benchmark, Episode, Identity, Origin, Outcome, Part, ResultFile, TaskId},
};

/// Fewest episodes whose outcomes prove a rendering.
const FEWEST_OUTCOMES: usize = 4;

/// A file that renders a run: the index of the run's own file, and how that is known.
pub(super) type Rendering = (usize, Why);

/// Gives renderings the identity of the run they render. Returns for each file whether it is one.
pub(super) fn adopt(files: &mut [ResultFile]) -> Vec<Option<Rendering>> {
    let found: Vec<Option<Rendering>> = {
        let full: Vec<usize> = (0..files.len()).filter(|at| says_what_was_run(&files[*at])).collect();
        let ids = by_id(files, &full);
        let of = |file: &ResultFile| {
            let same = by_simulations(file, files, &ids).map(|run| (run, Why::SameSimulations));
            same.or_else(|| by_outcomes(file, files, &full).map(|run| (run, Why::SameOutcomes)))
        };
        files.iter().map(|file| if is_bare(file) && !file.episodes.is_empty() { of(file) } else { None }).collect()
    };
    let siblings = siblings(files, &found);
    for (at, run) in siblings {
        files[at].identity = taken_over(&files[run].identity);
    }
    for (at, run) in found.iter().enumerate().filter_map(|(at, found)| Some((at, found.as_ref()?.0))) {
        files[at].identity = taken_over(&files[run].identity);
    }
    found
}

/// Returns the bare files that render nothing but lie in a folder whose other bare files render a run, with that run: its results file
/// was saved before they were.
fn siblings(files: &[ResultFile], found: &[Option<Rendering>]) -> Vec<(usize, usize)> {
    let mut runs: BTreeMap<(Option<&str>, String), BTreeSet<usize>> = BTreeMap::new();
    let folder =
        |file: &ResultFile| file.source.path.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned());
    for (file, rendering) in files.iter().zip(found) {
        if let Some((run, Why::SameSimulations)) = rendering {
            runs.entry((file.source.label.as_deref(), folder(file))).or_default().insert(*run);
        }
    }
    let of = |(at, file): (usize, &ResultFile)| {
        let is_lone = found[at].is_none() && is_bare(file) && file.episodes.iter().all(|episode| id(episode).is_some());
        let known = runs.get(&(file.source.label.as_deref(), folder(file))).filter(|_| is_lone)?;
        let first = *known.first()?;
        known.iter().all(|run| files[*run].identity == files[first].identity).then_some((at, first))
    };
    files.iter().enumerate().filter_map(of).collect()
}

/// Returns whether a τ²-bench file does not say what was run.
pub(super) fn is_bare(file: &ResultFile) -> bool {
    file.identity.benchmark == Benchmark::Tau2 && !says_what_was_run(file)
}

fn says_what_was_run(file: &ResultFile) -> bool {
    let of_content = |part: &Option<Part>| part.as_ref().is_some_and(|part| part.origin >= Origin::Content);
    file.identity.benchmark == Benchmark::Tau2 && of_content(&file.identity.model)
}

fn taken_over(identity: &Identity) -> Identity {
    let mut own = identity.clone();
    let Identity { env, model, strategy, user_model, user_strategy, temperature, mode, max_steps, version, .. } = &mut own;
    for part in [env, model, strategy, user_model, user_strategy, temperature, mode, max_steps, version].into_iter().flatten() {
        part.origin = Origin::Neighbours;
    }
    own
}

/// The simulations of full files by label and id, with the file they are in; of ids that several runs have, none.
type Ids<'a> = BTreeMap<(Option<&'a str>, &'a str), Option<(usize, &'a Episode)>>;

fn by_id<'a>(files: &'a [ResultFile], full: &[usize]) -> Ids<'a> {
    let mut ids: Ids<'a> = BTreeMap::new();
    for at in full {
        let file = &files[*at];
        for episode in &file.episodes {
            let Some(id) = id(episode) else { continue };
            ids.entry((file.source.label.as_deref(), id))
                .and_modify(|known| {
                    known.take_if(|(other, _)| files[*other].identity != file.identity);
                })
                .or_insert(Some((*at, episode)));
        }
    }
    ids
}

/// Returns the run that has all simulations of a file.
fn by_simulations(file: &ResultFile, files: &[ResultFile], ids: &Ids<'_>) -> Option<usize> {
    let mut run = None;
    for episode in &file.episodes {
        let (at, known) = (*ids.get(&(file.source.label.as_deref(), id(episode)?))?)?;
        let same_task = episode.task.is_none() || episode.task == known.task;
        let is_same_run = run.is_none_or(|run: usize| files[run].identity == files[at].identity);
        if !(same_task && is_same_run && may_be_one(episode, known)) {
            return None;
        }
        run.get_or_insert(at);
    }
    run
}

/// Returns whether two simulations with one id may be the same: ids such as `0` are not unique, other conversations tell so.
pub(super) fn may_be_one(a: &Episode, b: &Episode) -> bool {
    let digests = messages_digest(a).zip(messages_digest(b));
    a.conversation.zip(b.conversation).is_none_or(|(a, b)| a == b) && digests.is_none_or(|(a, b)| a == b)
}

/// Returns the digest of the messages of a simulation.
pub(super) fn messages_digest(episode: &Episode) -> Option<u128> {
    episode.tau2.as_deref()?.messages_digest
}

/// Returns the run in whose folder a file lies and whose tasks all ended as in the file; `None` where the runs of several
/// configurations did.
fn by_outcomes(file: &ResultFile, files: &[ResultFile], full: &[usize]) -> Option<usize> {
    let own = outcomes(file).filter(|_| file.episodes.iter().all(|episode| id(episode).is_none()))?;
    let rewards: BTreeSet<Option<u64>> = own.values().flatten().copied().collect();
    if file.episodes.len() < FEWEST_OUTCOMES || rewards.len() < 2 {
        return None;
    }
    let folder = file.source.run_folder();
    let inside = |run: &str| run == "." || folder == run || folder.strip_prefix(run).is_some_and(|rest| rest.starts_with('/'));
    let around =
        full.iter().filter(|at| files[**at].source.label == file.source.label && inside(&files[**at].source.run_folder()));
    let is_same = |at: &usize| outcomes(&files[*at]).as_ref() == Some(&own) && may_be_of(file, &files[*at]);
    let mut same: Vec<usize> = around.copied().filter(is_same).collect();
    let depth = |at: &usize| files[*at].source.run_folder().len();
    let nearest = same.iter().map(depth).max()?;
    same.retain(|at| depth(at) == nearest);
    let first = *same.first()?;
    same.iter().all(|at| files[*at].identity == files[first].identity).then_some(first)
}

/// Returns whether nothing that a file says is against its being a rendering of a run: neither environment nor model, nor how the
/// episodes ended.
fn may_be_of(file: &ResultFile, run: &ResultFile) -> bool {
    let differ = |field: Field, own: &Option<Part>, other: &Option<Part>| {
        own.as_ref().zip(other.as_ref()).is_some_and(|(own, other)| !agree(field, &own.value, &other.value))
    };
    let (own, other) = (&file.identity, &run.identity);
    let mut of_records = file.episodes.iter().filter_map(|episode| episode.identity.as_deref());
    let is_other = |own: &Identity| differ(Field::Env, &own.env, &other.env) || differ(Field::Model, &own.model, &other.model);
    !is_other(own) && !of_records.any(is_other) && ends(file).is_none_or(|own| ends(run).is_none_or(|run| own == run))
}

/// How many episodes ended in each way; `None` where one does not say.
fn ends(file: &ResultFile) -> Option<BTreeMap<String, usize>> {
    let mut ends = BTreeMap::new();
    for episode in &file.episodes {
        *ends.entry(episode.tau2.as_deref()?.termination.as_ref()?.to_string()).or_default() += 1;
    }
    Some(ends)
}

/// The rewards of each task in order of the trials, whatever these are counted from; `None` where an episode names no task.
fn outcomes(file: &ResultFile) -> Option<BTreeMap<&TaskId, Vec<Option<u64>>>> {
    let mut episodes: Vec<&Episode> = file.episodes.iter().collect();
    episodes.sort_by_key(|episode| episode.trial);
    let mut found: BTreeMap<&TaskId, Vec<Option<u64>>> = BTreeMap::new();
    for episode in episodes {
        let reward = match episode.outcome {
            Outcome::Scored { reward } => Some(reward.to_bits()),
            Outcome::Error { .. } | Outcome::Invalid { .. } => None,
        };
        found.entry(episode.task.as_ref()?).or_default().push(reward);
    }
    Some(found)
}

/// Returns the id of a simulation.
pub(super) fn id(episode: &Episode) -> Option<&str> {
    episode.tau2.as_deref().map(|facts| facts.id.as_str()).filter(|id| !id.is_empty())
}
