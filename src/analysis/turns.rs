//! How long turns take, as the result files themselves record it: by cell, side and source, and beside what it bought.
//!
//! Two sources say how long a turn took, and no figure mixes them: the *generation time* that newer files record, and the *turn gap*,
//! the time since the message before, which includes all that happened between.

use crate::{
    metrics::{
        latency::{Durations, ShareBelow, Summary, TimedCall},
        ratio::{RatioOfSums, TaskSums, ratio_of_sums},
    },
    records::{TurnParts, log::Role},
    sweep::{Cell, ErrorPolicy, Sweep, Trial},
};

use super::latency::LatencyOptions;
pub use crate::frames::Known;

/// Where the time of a turn comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TurnSource {
    /// The generation time as recorded.
    Generation,
    /// The time since the message before.
    Gap,
}

impl TurnSource {
    /// Both sources, in the order of rows.
    pub const ALL: [Self; 2] = [Self::Generation, Self::Gap];

    /// Returns the name shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Generation => "generation time",
            Self::Gap => "turn gap",
        }
    }

    /// Returns the time of a turn by this source, in milliseconds.
    pub fn ms(self, turn: &TurnParts) -> Option<f64> {
        match self {
            Self::Generation => turn.generation_ms,
            Self::Gap => turn.gap_ms,
        }
    }
}

/// The sides of a conversation, in the order of rows.
pub const SIDES: [Role; 2] = [Role::Agent, Role::UserSim];

/// The turns of one side of a cell whose time is known by one source.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnRow {
    /// Index of the cell.
    pub cell: usize,
    /// Whose turns: [`Role::Agent`] or [`Role::UserSim`].
    pub side: Role,
    /// Where the times come from.
    pub source: TurnSource,
    /// Number, mean, extremes and percentiles, in milliseconds.
    pub summary: Summary,
    /// Limit of the role, in milliseconds.
    pub limit_ms: f64,
    /// Share strictly under that limit.
    pub below: Option<ShareBelow>,
    /// Tokens of prompts.
    pub input_tokens: Known,
    /// Tokens of answers.
    pub output_tokens: Known,
    /// US dollars.
    pub cost_usd: Known,
    /// All times in rising order, in milliseconds.
    pub sorted_ms: Vec<f64>,
}

/// Turn time of some episodes: the sum over the turns of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TurnTime {
    /// Episodes.
    pub episodes: u64,
    /// Their turn time, seconds.
    pub sum_s: f64,
}

impl TurnTime {
    /// Returns the turn time of an episode, seconds; `None` without episodes.
    pub fn mean_s(self) -> Option<f64> {
        (self.episodes > 0).then(|| self.sum_s / self.episodes as f64)
    }

    fn add(&mut self, seconds: f64) {
        (self.episodes, self.sum_s) = (self.episodes + 1, self.sum_s + seconds);
    }
}

/// What the episodes of a cell cost in turn time, by one source. Over counted episodes in which the source times every turn of both
/// sides after the first message, which has none before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpisodeTurnTime {
    /// Index of the cell.
    pub cell: usize,
    /// Where the times come from.
    pub source: TurnSource,
    /// Counted episodes of the cell, timed or not.
    pub counted: u64,
    /// The solved ones.
    pub solved: TurnTime,
    /// The failed ones.
    pub failed: TurnTime,
    /// Seconds per episode, with an interval over tasks.
    pub per_episode: Option<RatioOfSums>,
    /// Seconds of all of them, failed ones too, per solved one; with an interval over tasks.
    pub per_solved: Option<RatioOfSums>,
}

impl EpisodeTurnTime {
    /// Returns the episodes behind the figures.
    pub fn episodes(&self) -> u64 {
        self.solved.episodes + self.failed.episodes
    }
}

/// All figures of turns.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnTimes {
    /// The choices in force.
    pub options: LatencyOptions,
    /// By cell, side and source, in that order.
    pub rows: Vec<TurnRow>,
    /// By cell and source, in that order.
    pub episodes: Vec<EpisodeTurnTime>,
}

/// Computes the figures over the episodes that are kept; `None` where no turn has a time. `errors` says which of them count, and as
/// what, where solved and failed episodes are told apart.
pub fn turn_times(sweep: &Sweep, options: &LatencyOptions, errors: ErrorPolicy) -> Option<TurnTimes> {
    let (mut rows, mut episodes) = (Vec::new(), Vec::new());
    for (index, cell) in sweep.cells.iter().enumerate() {
        for side in SIDES {
            rows.extend(TurnSource::ALL.into_iter().filter_map(|source| row(index, cell, side, source, options)));
        }
        let known = TurnSource::ALL.into_iter().filter_map(|source| episode_time(index, cell, source, options, errors));
        episodes.extend(known);
    }
    (!rows.is_empty()).then(|| TurnTimes { options: options.clone(), rows, episodes })
}

/// Returns the kept trials of a cell, each with the number of its task.
fn trials(cell: &Cell) -> impl Iterator<Item = (Option<u32>, &Trial)> {
    let number = |index: usize| u32::try_from(index).ok();
    let tasked = cell.tasks.values().enumerate();
    let tasked = tasked.flat_map(move |(index, trials)| trials.iter().map(move |trial| (number(index), trial)));
    tasked.chain(cell.untasked.iter().map(|trial| (None, trial)))
}

fn turns(trial: &Trial) -> impl Iterator<Item = TurnParts> + '_ {
    trial.episode.tau2.iter().flat_map(|facts| &facts.turns).map(crate::records::Turn::parts)
}

fn row(index: usize, cell: &Cell, side: Role, source: TurnSource, options: &LatencyOptions) -> Option<TurnRow> {
    let mut calls: Vec<TimedCall> = Vec::new();
    let (mut input_tokens, mut output_tokens, mut cost_usd) = (Known::default(), Known::default(), Known::default());
    for (task, trial) in trials(cell) {
        for turn in turns(trial).filter(|turn| turn.side == side) {
            let Some(ms) = source.ms(&turn) else { continue };
            calls.push((ms, task));
            input_tokens.add(turn.input_tokens.map(f64::from));
            output_tokens.add(turn.output_tokens.map(f64::from));
            cost_usd.add(turn.cost_usd);
        }
    }
    let durations = Durations::new(&calls);
    let limit_ms = options.limit_of(side);
    (!durations.is_empty()).then(|| TurnRow {
        cell: index,
        side,
        source,
        summary: durations.summary(&options.summary()),
        limit_ms,
        below: durations.share_below(limit_ms, options.confidence),
        input_tokens,
        output_tokens,
        cost_usd,
        sorted_ms: durations.sorted_ms().to_vec(),
    })
}

/// Returns the turn time of an episode, seconds; `None` where a turn after the first message has no time by this source.
fn seconds(trial: &Trial, source: TurnSource) -> Option<f64> {
    let mut found = None;
    for turn in turns(trial) {
        match source.ms(&turn) {
            Some(ms) => found = Some(found.unwrap_or(0.0) + ms / 1000.0),
            None if turn.position > 0 => return None,
            None => {}
        }
    }
    found
}

fn episode_time(
    index: usize,
    cell: &Cell,
    source: TurnSource,
    options: &LatencyOptions,
    errors: ErrorPolicy,
) -> Option<EpisodeTurnTime> {
    let counted: Vec<(Option<u32>, &Trial)> =
        trials(cell).filter(|(_, trial)| errors.standing(&trial.episode).counted).collect();
    let (mut solved, mut failed) = (TurnTime::default(), TurnTime::default());
    // One entry a task: seconds, episodes, solved ones. An episode without a task stands for itself.
    let mut by_task: Vec<(Option<u32>, [f64; 3])> = Vec::new();
    for (task, trial) in &counted {
        let Some(seconds) = seconds(trial, source) else { continue };
        let success = errors.standing(&trial.episode).success;
        if success { &mut solved } else { &mut failed }.add(seconds);
        let own = [seconds, 1.0, f64::from(u8::from(success))];
        match by_task.last_mut().filter(|(last, _)| last.is_some() && last == task) {
            Some((_, sums)) => sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own),
            None => by_task.push((*task, own)),
        }
    }
    let per = |part: fn(&[f64; 3]) -> f64| {
        let sums = |sums: &[f64; 3]| TaskSums { numerator: sums[0], denominator: part(sums) };
        ratio_of_sums(&by_task.iter().map(|(_, task)| sums(task)).collect::<Vec<_>>(), options.confidence)
    };
    (!by_task.is_empty()).then(|| EpisodeTurnTime {
        cell: index,
        source,
        counted: counted.len() as u64,
        solved,
        failed,
        per_episode: per(|[_, episodes, _]| *episodes),
        per_solved: per(|[_, _, solved]| *solved),
    })
}

#[cfg(test)]
#[path = "turns_tests.rs"]
mod tests;
