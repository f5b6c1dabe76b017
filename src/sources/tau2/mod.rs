//! τ²-bench (and τ³-bench) simulation results, all shapes seen.
//!
//! ```text
//! { "timestamp": …, "info": {info}, "tasks": [{task}], "simulations": [{simulation}] }    one file for a run
//! { "timestamp": …, "info": {info}, "tasks": [{task}], "simulation_index": […] }          `results.json` of a directory;
//!                                                     its simulations lie in `simulations/*.json` (`sources::directory`)
//! {simulation}                                                                            one simulation a file
//! [ {outcome}, … ]                                                                        a flat list
//! {simulation}⏎{simulation}⏎…                                                             JSON lines
//!
//! info       = { "git_commit", "num_trials", "max_steps", "agent_info": {party}, "user_info": {party},
//!                "environment_info": {"domain_name", "policy", …}, "audio_native_config": {…} | null, … }   whatever else: settings
//! party      = { "implementation": str, "llm": str, "llm_args": {"temperature": float, …} | null, … }
//! task       = { "id": str, "evaluation_criteria": {"actions", "env_assertions", "communicate_info", "nl_assertions",
//!                "reward_basis"} | null, … }
//! simulation = { "id": str
//!              , "task_id": str, "trial": int | null        missing in ToolOrchestra's first shape
//!              , "start_time", "end_time", "duration", "termination_reason", "agent_cost", "user_cost", "seed"
//!              , "reward_info": {"reward": float, "db_check", "env_assertions", "action_checks", "nl_assertions",
//!                "communicate_checks", "reward_basis", "reward_breakdown", "info"} | null
//!              , "messages": [message] | missing            missing in voice simulations, which have "ticks"
//!              , "mode", "review", "user_only_review", "auth_classification", "hallucination_retries_used", … }
//! message    = { "role", "content", "tool_calls", "error", "usage": {"prompt_tokens", "completion_tokens"} | null
//!              , "timestamp": str, "cost": float | null, "generation_time_seconds": float | null   newer versions, … }
//! outcome    = { "task_id", "success", "reward": float, "actions", "n_messages": int, "termination_reason", "error",
//!                "trial", "trajectory" }
//! ```
//!
//! What makes an object certainly a simulation where no `info` of a run stands beside it, since other tools write some of these keys:
//!
//! | keys | of |
//! |---|---|
//! | `reward_info`, and `id` or `task_id` | simulations |
//! | `task_id`, one of τ²-bench's values of `termination_reason`, and `messages`, `ticks`, `n_messages` or `reward` | simulations by voice, flat outcomes |
//! | `task_id`, `reward`, `n_messages`, and a `domain` that τ²-bench ships | flat outcomes |
//! | `id`, `task_id`, `trial` (or `mode` full_duplex), `messages` (or `ticks`) | simulations before their evaluation |
//!
//! Whatever else stands there is skipped: `raw_data`, `ticks`; of the policy and the tasks' texts a digest is kept.

mod evidence;
mod info;
mod message;
mod review;
mod reward;
mod settings;
mod shape;
mod simulation;
mod task;
mod tools;

use std::collections::BTreeMap;

use evidence::Match;
use info::RunInfo;
use shape::Read;
use simulation::RawSimulation;
use task::Planned;

use crate::{
    identity::{ContentHints, by_record::RecordSays, tau2::Said},
    records::{Component, Episode, FileKind, IssueKind, TaskId, Tau2Run},
    rules::ErrorRules,
    sources::findings::{self, Findings, Refused},
    words::plural,
};

/// What a τ²-bench file says.
pub(super) struct Parsed {
    /// Its shape.
    pub(super) kind: FileKind,
    /// Its episodes in file order.
    pub(super) episodes: Vec<Episode>,
    /// What it says of its run; `None` where it says nothing of it.
    pub(super) run: Option<Tau2Run>,
    /// What it says of its identity.
    pub(super) said: Said,
    /// What each episode says of its own.
    pub(super) says: Vec<RecordSays>,
    /// Findings.
    pub(super) issues: Findings,
    /// What is needed to take in the simulations beside it.
    pub(super) head: Option<Head>,
}

/// What a results file without simulations knows of the simulations that may lie beside it.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Their ids, where there is an index.
    pub(super) index: Option<Vec<String>>,
    /// The components each task states something to check for.
    asks: BTreeMap<TaskId, Vec<Component>>,
}

impl Head {
    /// Adds to an episode what only the tasks tell of it.
    pub(super) fn complete(&self, episode: &mut Episode) {
        if let (Some(facts), Some(asks)) = (&mut episode.tau2, episode.task.as_ref().and_then(|task| self.asks.get(task))) {
            simulation::complete(facts, asks);
        }
    }
}

/// Reads the text of a file.
pub(super) fn parse(text: &[u8], rules: &ErrorRules) -> Result<Parsed, Refused> {
    let Read { kind, info, tasks, index, simulations, mut issues } = shape::read(text)?;
    let planned: Vec<Planned> = tasks.into_iter().filter_map(task::RawTask::into_planned).collect();
    let said = said(info.as_ref(), &simulations);
    let run = info.as_ref().map(|info| Tau2Run {
        planned_trials: info.planned_trials(),
        tasks: planned.iter().map(|task| (task.id.clone(), task.task.clone())).collect(),
        ..Tau2Run::default()
    });
    let is_head = info.is_some() && simulations.is_empty();
    let (mut episodes, says) = episodes(simulations, info.is_some(), &planned, rules, &mut issues);
    issues.extend(drop_placeholder_times(&mut episodes));
    if !episodes.is_empty() && episodes.iter().all(|episode| episode.task.is_none()) {
        let message = "no simulation names its task: counted, but kept out of per-task figures (pass^k, intervals)";
        issues.push((IssueKind::NoTaskId, message.to_owned()));
    }
    let asks = || planned.into_iter().map(|task| (task.id, task.asks)).collect();
    let head = is_head.then(|| Head { index, asks: asks() });
    Ok(Parsed { kind, episodes, run, said, says, issues, head })
}

/// What the content says of the identity: `info`, or the names of the tools where there is none.
fn said(info: Option<&RunInfo>, simulations: &[(usize, RawSimulation)]) -> Said {
    let full_duplex = simulations.iter().any(|(_, simulation)| simulation.is_full_duplex());
    if let Some(info) = info {
        return info.said(full_duplex);
    }
    let mut hints = ContentHints::default();
    simulations.iter().filter_map(|(_, simulation)| simulation.hints()).for_each(|part| hints.merge(part));
    Said { env: hints.env(), mode: full_duplex.then(|| "voice".to_owned()), ..Said::default() }
}

/// Interprets the simulations.
fn episodes(
    simulations: Vec<(usize, RawSimulation)>,
    has_info: bool,
    planned: &[Planned],
    rules: &ErrorRules,
    issues: &mut Findings,
) -> (Vec<Episode>, Vec<RecordSays>) {
    let positions: BTreeMap<&TaskId, usize> = planned.iter().enumerate().map(|(position, task)| (&task.id, position)).collect();
    let (matches, note) = unnamed(&simulations, planned);
    issues.extend(note);
    let (mut episodes, mut says, mut bad) = (Vec::with_capacity(simulations.len()), Vec::new(), Vec::new());
    let (mut checked, mut contradicted, mut at_once) = (0_usize, 0_usize, 0_u64);
    let mut twice = Vec::new();
    for (index, (position, simulation)) in simulations.into_iter().enumerate() {
        let named = match simulation.task() {
            Ok(named) => named,
            Err(cause) => {
                bad.push(format!("simulation {}: {cause}; left out", position + 1));
                continue;
            }
        };
        let matched = matches.get(index).copied();
        let place = match matched {
            Some(Match::ByEvidence(place) | Match::ByOrder(place)) => Some(place),
            None => named.as_ref().and_then(|task| positions.get(task).copied()),
        };
        let of = place.map(|place| &planned[place]);
        if matched.is_none()
            && let Some(wrong) = of.and_then(|task| simulation.evidence().contradicts(&task.evidence))
        {
            checked += 1;
            contradicted += usize::from(wrong);
        }
        let task = if matched.is_some() { of.map(|task| task.id.clone()) } else { named };
        says.push(simulation.says(has_info));
        twice.extend(simulation.twice.map(|key| (position, key)));
        at_once += u64::from(simulation.is_stamped_at_once());
        let mut episode = simulation.into_episode(position, task, of.map(|task| task.asks.as_slice()), rules);
        if let Some(facts) = &mut episode.tau2 {
            facts.matched_by_order = matches!(matched, Some(Match::ByOrder(_)));
        }
        episodes.push(episode);
    }
    findings::list(issues, IssueKind::BadRecord, bad);
    issues.extend(findings::twice("simulation", &twice));
    if at_once > 0 {
        let message = format!(
            "in {} no message came {} ms or more after the one before: messages were stamped when they were written down, and have \
             no turn times",
            plural(at_once, "simulation"),
            message::AT_ONCE_MS,
        );
        issues.push((IssueKind::Note, message));
    }
    if contradicted > 0 {
        let message = format!(
            "the action checks of {contradicted} of {checked} simulations repeat the reference actions of other tasks than \
             their task_id names: per-task figures of this file cannot be trusted"
        );
        issues.push((IssueKind::Note, message));
    }
    (episodes, says)
}

/// Matches simulations to tasks where none names its task and there are as many of both. Empty where not.
fn unnamed(simulations: &[(usize, RawSimulation)], planned: &[Planned]) -> (Vec<Match>, Option<(IssueKind, String)>) {
    let none_named = simulations.iter().all(|(_, simulation)| matches!(simulation.task(), Ok(None)));
    if !none_named || simulations.len() != planned.len() || planned.is_empty() {
        return (Vec::new(), None);
    }
    let own: Vec<_> = simulations.iter().map(|(_, simulation)| simulation.evidence()).collect();
    let tasks: Vec<_> = planned.iter().map(|task| task.evidence).collect();
    let matches = evidence::match_all(&own, &tasks);
    let by_order = matches.iter().filter(|one| matches!(one, Match::ByOrder(_))).count();
    let message = format!(
        "no simulation names its task: {} of {} matched to a task by the reference actions they repeat, {by_order} by their \
         order in the file",
        matches.len() - by_order,
        matches.len(),
    );
    (matches, Some((IssueKind::Note, message)))
}

/// Takes out times that are invented: of two or more simulations that all begin at the same moment the start and the end, and
/// the duration and the times of the messages too if all take exactly as long.
pub(super) fn drop_placeholder_times(episodes: &mut [Episode]) -> Option<(IssueKind, String)> {
    let starts: Vec<&str> = episodes.iter().filter_map(|one| one.tau2.as_ref()?.start_time.as_deref()).collect();
    let durations: Vec<u64> = episodes.iter().filter_map(|one| Some(one.tau2.as_ref()?.duration_s?.to_bits())).collect();
    if !all_the_same(&starts) {
        return None;
    }
    let all_invented = all_the_same(&durations);
    for facts in episodes.iter_mut().filter_map(|episode| episode.tau2.as_mut()) {
        (facts.start_time, facts.end_time) = (None, None);
        if all_invented {
            facts.forget_invented_times();
        }
    }
    let what = if all_invented {
        "every simulation begins at the same moment and takes exactly as long: these times are invented and left out"
    } else {
        "every simulation begins at the same moment: starts and ends are left out, durations stay"
    };
    Some((IssueKind::Note, what.to_owned()))
}

fn all_the_same<T: PartialEq>(values: &[T]) -> bool {
    values.len() > 1 && values.windows(2).all(|pair| pair[0] == pair[1])
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
