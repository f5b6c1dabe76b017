//! Calls attached to episodes, and what the time of an episode went into.
//!
//! A call may belong to an episode of its task whose cell has the log's domain, label and agent model, and in whose time it ended
//! (where the episode has times). Of several the one stays whose trial the log says was completed next, then the one whose file
//! lies nearest to the log. If then exactly one is left, the call is attached; everything else stays unattached. Invented times are
//! unknown in the records.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    metrics::{decomposition::decompose, quantile::quantile_type7},
    records::{
        TaskId,
        log::{Event, LogFile, Role, calendar},
    },
    sweep::{CellKey, ErrorPolicy, Sweep, Trial},
};

/// Where the time of an episode goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// A model the agent consults.
    Expert,
    /// The agent's own model.
    Agent,
    /// The user simulator.
    UserSim,
    /// The evaluator (judge).
    Judge,
    /// A local tool, without what it waits for above.
    Tool,
}

impl Component {
    /// All components; of two that run at once the earlier has the time, since a tool waits for the expert it calls.
    pub const ALL: [Self; 5] = [Self::Expert, Self::Agent, Self::UserSim, Self::Judge, Self::Tool];

    /// Returns the name shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Expert => "expert",
            Self::Agent => "agent",
            Self::UserSim => "user simulator",
            Self::Judge => "judge",
            Self::Tool => "tool",
        }
    }

    fn of(role: Role) -> Option<Self> {
        match role {
            Role::Expert => Some(Self::Expert),
            Role::Agent => Some(Self::Agent),
            Role::UserSim => Some(Self::UserSim),
            Role::Judge => Some(Self::Judge),
            Role::Tool => Some(Self::Tool),
            Role::Step | Role::Other => None,
        }
    }
}

/// How many calls were attached, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attachment {
    /// Calls with a task, steps and unknown types left out.
    pub calls: u64,
    /// Attached by task and time.
    pub by_time: u64,
    /// Attached because the sweep has one episode of the task only.
    pub by_task: u64,
    /// Several episodes fit.
    pub ambiguous: u64,
    /// Calls that name no task; not among `calls`.
    pub without_task: u64,
}

/// One episode with calls.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeTime {
    /// Index of the cell.
    pub cell: usize,
    /// The task.
    pub task: TaskId,
    /// The trial on record.
    pub trial: Option<i64>,
    /// Whether it was solved; `None` where it does not count.
    pub solved: Option<bool>,
    /// Wall-clock time, seconds: the recorded one, else from the first call to the last.
    pub span_s: f64,
    /// Time by component, seconds, in the order of [`Component::ALL`]; with the unexplained time they add up to the span.
    pub parts_s: [f64; 5],
    /// Time in which nothing that is logged ran.
    pub unexplained_s: f64,
    /// Time in which two components or more ran, seconds; it is contained in the parts.
    pub overlap_s: f64,
}

/// Mean times of the solved or of the failed episodes of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeRow {
    /// Index of the cell.
    pub cell: usize,
    /// Solved or failed.
    pub solved: bool,
    /// Episodes.
    pub episodes: usize,
    /// Mean span, seconds.
    pub span_s: f64,
    /// Mean time by component, seconds.
    pub parts_s: [f64; 5],
    /// Mean unexplained time, seconds.
    pub unexplained_s: f64,
    /// Mean overlap, seconds.
    pub overlap_s: f64,
    /// Median span, seconds.
    pub span_p50_s: Option<f64>,
    /// P90 of the spans, seconds.
    pub span_p90_s: Option<f64>,
}

/// What was joined.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Joined {
    /// How many calls were attached.
    pub attachment: Attachment,
    /// Episodes with calls, in order of cell and task.
    pub episodes: Vec<EpisodeTime>,
    /// Means by cell, solved and failed apart.
    pub rows: Vec<TimeRow>,
}

/// An episode that calls may belong to.
struct Candidate<'a> {
    cell: usize,
    task: &'a TaskId,
    trial: &'a Trial,
    span_ms: Option<(i64, i64)>,
}

/// A call ends within a line's resolution of its episode.
const SLACK_MS: i64 = 1000;

/// Attaches the calls of all logs to the episodes of a sweep.
pub(super) fn join(sweep: &Sweep, errors: ErrorPolicy) -> Joined {
    let candidates = candidates(sweep);
    let mut by_task: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        by_task.entry(candidate.task.as_str()).or_default().push(index);
    }
    let (mut attachment, mut attached) = (Attachment::default(), BTreeMap::<usize, Vec<(Component, i64, i64)>>::new());
    for log in sweep.logs.iter().filter_map(|log| log.profile.as_ref()) {
        let guest = Guest::new(log, sweep);
        for event in &log.events {
            let Some(component) = Component::of(log.source(event).role) else { continue };
            let Some(task) = log.task(event).filter(|task| *task != super::series::GLOBAL) else {
                attachment.without_task += 1;
                continue;
            };
            attachment.calls += 1;
            let own = by_task.get(task).map_or(&[][..], Vec::as_slice);
            let found = if own.is_empty() { Fit::None } else { guest.fitting(sweep, &candidates, own, task, event) };
            match found {
                Fit::Time(index) | Fit::Task(index) => {
                    let counter = if matches!(found, Fit::Time(_)) { &mut attachment.by_time } else { &mut attachment.by_task };
                    *counter += 1;
                    if let (Some(end), Some(ms)) = (event.at_ms(), event.duration_ms().filter(|ms| *ms >= 0.0)) {
                        let end_us = end * 1000;
                        attached.entry(index).or_default().push((component, end_us - micros(ms), end_us));
                    }
                }
                Fit::Several => attachment.ambiguous += 1,
                Fit::None => {}
            }
        }
    }
    let episodes: Vec<EpisodeTime> =
        attached.into_iter().filter_map(|(index, calls)| episode_time(&candidates[index], &calls, errors)).collect();
    Joined { attachment, rows: rows(&episodes), episodes }
}

#[expect(clippy::cast_possible_truncation, reason = "no call lasts for 292,000 years")]
fn micros(ms: f64) -> i64 {
    (ms * 1000.0).round() as i64
}

fn candidates(sweep: &Sweep) -> Vec<Candidate<'_>> {
    let mut found = Vec::new();
    for (cell, own) in sweep.cells.iter().enumerate() {
        for (task, trials) in &own.tasks {
            for trial in trials {
                let facts = trial.episode.tau2.as_deref();
                let time = |text: Option<&String>| text.and_then(|text| calendar::parse_iso(text));
                let start = time(facts.and_then(|facts| facts.start_time.as_ref()));
                let end = time(facts.and_then(|facts| facts.end_time.as_ref()));
                let span_ms = start.zip(end).filter(|(start, end)| start <= end);
                found.push(Candidate { cell, task, trial, span_ms });
            }
        }
    }
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Time(usize),
    Task(usize),
    Several,
    None,
}

/// One log on its way to the episodes.
struct Guest<'a> {
    log: &'a LogFile,
    /// Cells of the same label and of a model of the agent that the log names (or any, where one of them is unknown).
    fits: Vec<bool>,
    /// Completed trials by task: when, and which trial.
    completed: BTreeMap<&'a str, Vec<(i64, i64)>>,
}

impl<'a> Guest<'a> {
    fn new(log: &'a LogFile, sweep: &Sweep) -> Self {
        let agents = log.sources.iter().filter(|source| source.role == Role::Agent);
        let models: BTreeSet<String> = agents.filter_map(|source| Some(plain_model(log.names.text(source.model?)))).collect();
        let fits = |key: &CellKey| {
            let known = key.model.as_ref().filter(|_| !models.is_empty());
            known.is_none_or(|model| models.contains(&plain_model(model))) && key.label == log.label
        };
        let fits = sweep.cells.iter().map(|cell| fits(&cell.key)).collect();
        let mut completed: BTreeMap<&str, Vec<(i64, i64)>> = BTreeMap::new();
        for marker in &log.markers {
            if let (Some(task), Some(trial), Some(at)) = (&marker.task, marker.trial, marker.at_ms.or(marker.after_ms)) {
                completed.entry(task).or_default().push((at, trial));
            }
        }
        for trials in completed.values_mut() {
            trials.sort_unstable();
        }
        Self { log, fits, completed }
    }

    /// Returns the trial a call belongs to: the first of its task to be completed after it.
    fn trial_of(&self, task: &str, at_ms: i64) -> Option<i64> {
        self.completed.get(task)?.iter().find(|(completed, _)| *completed >= at_ms).map(|(_, trial)| *trial)
    }

    /// Returns whether the calls of the log may belong to a cell.
    fn may_be_of(&self, sweep: &Sweep, cell: usize, domain: Option<&str>) -> bool {
        let same_env = match (domain, sweep.cells[cell].key.env.as_deref()) {
            (Some(domain), Some(env)) => domain.eq_ignore_ascii_case(env),
            // What is unknown on both sides may be the same; a log of a known domain is no evidence for an unknown environment.
            (domain, _) => domain.is_none(),
        };
        same_env && self.fits[cell]
    }

    fn fitting(&self, sweep: &Sweep, candidates: &[Candidate<'_>], own: &[usize], task: &str, event: &Event) -> Fit {
        let domain = self.log.domain_of(event);
        let mut left: Vec<usize> =
            own.iter().filter(|index| self.may_be_of(sweep, candidates[**index].cell, domain)).copied().collect();
        if let Some(trial) = event.at_ms().and_then(|at| self.trial_of(task, at)) {
            narrow(&mut left, |index| candidates[index].trial.episode.trial == Some(trial));
        }
        let timed = left.iter().any(|index| candidates[*index].span_ms.is_some());
        if timed {
            let Some(at) = event.at_ms() else { return Fit::None };
            // An episode without times may hold any call of its task.
            let holds = |index: usize| {
                candidates[index].span_ms.is_none_or(|(start, end)| (start - SLACK_MS..=end + SLACK_MS).contains(&at))
            };
            left.retain(|index| holds(*index));
        }
        if left.len() > 1 {
            let near = |index: usize| common_folders(&self.log.path, &sweep.files[candidates[index].trial.file].source.path);
            let nearest = left.iter().map(|index| near(*index)).max();
            left.retain(|index| Some(near(*index)) == nearest);
        }
        match left.as_slice() {
            [] => Fit::None,
            [one] if candidates[*one].span_ms.is_some() => Fit::Time(*one),
            [one] => Fit::Task(*one),
            _ => Fit::Several,
        }
    }
}

/// Keeps what passes a test, if anything does.
fn narrow(left: &mut Vec<usize>, test: impl Fn(usize) -> bool) {
    if left.iter().any(|index| test(*index)) {
        left.retain(|index| test(*index));
    }
}

/// Returns a model without provider and folder, in lower case: `/ckpt/nvidia/Nemotron-8B` and `nvidia/nemotron-8b` are the same.
fn plain_model(model: &str) -> String {
    model.trim_end_matches('/').rsplit('/').next().unwrap_or(model).to_lowercase()
}

/// Returns how many leading folders two paths share.
fn common_folders(a: &str, b: &str) -> usize {
    let folders = |path: &str| {
        path.rsplit_once('/').map_or_else(Vec::new, |(folders, _)| folders.split('/').map(str::to_owned).collect())
    };
    folders(a).iter().zip(&folders(b)).take_while(|(a, b)| a == b).count()
}

fn episode_time(candidate: &Candidate<'_>, calls: &[(Component, i64, i64)], errors: ErrorPolicy) -> Option<EpisodeTime> {
    let first = calls.iter().map(|(_, start, _)| *start).min()?;
    let last = calls.iter().map(|(_, _, end)| *end).max()?;
    let span = candidate.span_ms.map_or((first, last), |(start, end)| (start * 1000, end * 1000));
    let intervals: Vec<(usize, i64, i64)> =
        calls.iter().map(|(component, start, end)| (*component as usize, *start, *end)).collect();
    let parts = decompose(span, Component::ALL.len(), &intervals);
    let seconds = |us: i64| us as f64 / 1e6;
    let mut parts_s = [0.0; 5];
    for (part, share) in parts_s.iter_mut().zip(&parts.shares) {
        *part = seconds(share.part_us);
    }
    let standing = errors.standing(&candidate.trial.episode);
    Some(EpisodeTime {
        cell: candidate.cell,
        task: candidate.task.clone(),
        trial: candidate.trial.episode.trial,
        solved: standing.counted.then_some(standing.success),
        span_s: seconds(parts.span_us),
        parts_s,
        unexplained_s: seconds(parts.unexplained_us),
        overlap_s: seconds(parts.overlap_us),
    })
}

fn rows(episodes: &[EpisodeTime]) -> Vec<TimeRow> {
    let mut groups: BTreeMap<(usize, bool), Vec<&EpisodeTime>> = BTreeMap::new();
    for (episode, solved) in episodes.iter().filter_map(|episode| Some((episode, episode.solved?))) {
        groups.entry((episode.cell, !solved)).or_default().push(episode);
    }
    let row = |((cell, failed), own): ((usize, bool), Vec<&EpisodeTime>)| {
        let mean = |part: &dyn Fn(&EpisodeTime) -> f64| own.iter().map(|one| part(one)).sum::<f64>() / own.len() as f64;
        let mut spans: Vec<f64> = own.iter().map(|one| one.span_s).collect();
        spans.sort_by(f64::total_cmp);
        let mut parts_s = [0.0; 5];
        for (at, part) in parts_s.iter_mut().enumerate() {
            *part = mean(&|one| one.parts_s[at]);
        }
        TimeRow {
            cell,
            solved: !failed,
            episodes: own.len(),
            span_s: mean(&|one| one.span_s),
            parts_s,
            unexplained_s: mean(&|one| one.unexplained_s),
            overlap_s: mean(&|one| one.overlap_s),
            span_p50_s: quantile_type7(&spans, 0.5),
            span_p90_s: quantile_type7(&spans, 0.9),
        }
    };
    groups.into_iter().map(row).collect()
}
