//! Simulations that τ²-bench itself discarded: they are no trials, since it ran their tasks again.
//!
//! ```text
//! <run>/hallucination_discarded/results_user_hallucination.json          a whole results file, of none but these
//! <run>/artifacts/task_<id>/sim_<simulation id>/sim_status.json          {"status": "used" | "discarded" | "failed", …}
//! ```

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Input;
use crate::{
    fsio,
    records::{Episode, Fingerprint, Loaded, PassedOver},
    redact::redact,
};

/// Name of the file beside the logs of a simulation that says what became of it.
pub(super) const STATUS: &str = "sim_status.json";
/// Folder of a run with what was discarded because the user simulator made something up.
const FOLDER: &str = "hallucination_discarded";
/// No status is longer.
const LARGEST_STATUS: u64 = 1 << 20;

/// Returns whether a file only says what became of a simulation.
pub(super) fn is_status(input: &Input) -> bool {
    place(&input.shown).is_some()
}

/// Marks the simulations that were discarded, as their folder or one of the status files says. Status files that cannot be read are
/// returned.
pub(super) fn mark(statuses: &[Input], loaded: &mut [Loaded]) -> Vec<Loaded> {
    let mut discarded: BTreeSet<(Option<String>, String, String)> = BTreeSet::new();
    let mut unreadable = Vec::new();
    for input in statuses {
        let Some((run, id)) = place(&input.shown) else { continue };
        match read(input) {
            Ok(status) if matches!(status.as_str(), "discarded" | "failed") => {
                discarded.insert((input.label.clone(), redact(run).into_owned(), redact(id).into_owned()));
            }
            Ok(_) => {}
            Err(reason) => {
                let path = redact(&input.shown).into_owned();
                unreadable.push(Loaded::PassedOver(PassedOver { path, reason, unreadable: true }));
            }
        }
    }
    for one in loaded.iter_mut() {
        let Loaded::Results(file) = one else { continue };
        let source = &file.source;
        let in_folder = source.path.split('/').rev().skip(1).any(|folder| folder == FOLDER);
        let ids: BTreeSet<&str> = discarded
            .iter()
            .filter(|(label, run, _)| *label == source.label && is_below(&source.path, run))
            .map(|(_, _, id)| id.as_str())
            .collect();
        for facts in file.episodes.iter_mut().filter_map(|episode| episode.tau2.as_deref_mut()) {
            facts.discarded = in_folder || ids.contains(facts.id.as_str());
        }
    }
    mark_copies(loaded);
    unreadable
}

/// What tells a simulation from all others: its conversation, or its id with its messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    By(Fingerprint),
    Id(String, Option<u128>),
}

/// A copy of a discarded simulation is discarded, wherever it lies and whatever number and reward it has there.
fn mark_copies(loaded: &mut [Loaded]) {
    let mut known: BTreeSet<(Option<String>, Told)> = BTreeSet::new();
    for one in loaded.iter() {
        let Loaded::Results(file) = one else { continue };
        let is_discarded = |episode: &&Episode| episode.tau2.as_deref().is_some_and(|facts| facts.discarded);
        let told = file.episodes.iter().filter(is_discarded).flat_map(told);
        known.extend(told.map(|one| (file.source.label.clone(), one)));
    }
    if known.is_empty() {
        return;
    }
    for one in loaded {
        let Loaded::Results(file) = one else { continue };
        let label = file.source.label.clone();
        for episode in &mut file.episodes {
            let is_copy = told(episode).any(|one| known.contains(&(label.clone(), one)));
            if let Some(facts) = episode.tau2.as_deref_mut() {
                facts.discarded |= is_copy;
            }
        }
    }
}

fn told(episode: &Episode) -> impl Iterator<Item = Told> + use<> {
    let by_talk = episode.conversation.filter(|size| size.turns >= 2).map(|_| Told::By(episode.content));
    let facts = episode.tau2.as_deref().filter(|facts| !facts.id.is_empty());
    by_talk.into_iter().chain(facts.map(|facts| Told::Id(facts.id.clone(), facts.messages_digest)))
}

/// Returns the folder of the run and the id of the simulation that the path of a status file names.
fn place(path: &str) -> Option<(&str, &str)> {
    let folder = path.strip_suffix(STATUS)?.strip_suffix('/')?;
    let (tasks, simulation) = folder.rsplit_once('/')?;
    let (artifacts, _) = tasks.rsplit_once('/')?;
    let run = artifacts.strip_suffix("artifacts")?;
    let id = simulation.strip_prefix("sim_")?;
    (run.is_empty() || run.ends_with('/')).then_some((run, id))
}

/// Returns whether a file lies in the folder of a run, whose path ends in `/` or is empty.
fn is_below(path: &str, run: &str) -> bool {
    path.starts_with(run)
}

#[derive(Deserialize)]
struct Status {
    status: String,
}

fn read(input: &Input) -> Result<String, String> {
    let unreadable = |cause: String| format!("cannot be read, so nothing tells whether its simulation was discarded: {cause}");
    let bytes = fsio::info(&input.path).map_err(|cause| unreadable(cause.to_string()))?.bytes;
    if bytes > LARGEST_STATUS {
        return Err(unreadable(format!("{bytes} bytes are too many for a status")));
    }
    let text = fsio::read_file(&input.path).map_err(|cause| unreadable(cause.to_string()))?;
    let status: Status = serde_json::from_slice(&text).map_err(|cause| unreadable(cause.to_string()))?;
    Ok(status.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_names_its_run_and_simulation() {
        assert_eq!(place("runs/a/artifacts/task_1/sim_ab-c/sim_status.json"), Some(("runs/a/", "ab-c")));
        assert_eq!(place("artifacts/task_1/sim_x/sim_status.json"), Some(("", "x")));
        for other in
            ["sim_status.json", "a/sim_x/sim_status.json", "a/artifacts/t/x/sim_status.json", "artifacts/t/sim_x/other.json"]
        {
            assert_eq!(place(other), None, "{other}");
        }
    }
}
