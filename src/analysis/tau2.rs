//! The figures of one cell that only τ²-bench's records give.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use crate::{
    metrics::{
        Ci, TaskCounts,
        interval::{Interval, wilson},
        quantile::quantile_type7,
        quantile_interval::quantile_intervals,
        ragged::{Ragged, curve},
        ratio::{RatioOfSums, TaskSums, ratio_of_sums},
    },
    records::{Component, ReviewError, TaskId, Tau2Facts, Tau2Task, Termination},
    sweep::{Cell, FileSummary, Trial},
};

/// Percentiles of durations shown, in percent.
pub const DURATION_PERCENTILES: [u32; 7] = [10, 25, 50, 75, 90, 95, 99];
/// Fewest values for a P99 to be shown: below, it is interpolated between the two largest.
const P99_NEEDS: usize = 100;

/// How often one reward component was asked for and failed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ComponentStats {
    /// The component.
    pub component: Component,
    /// Evaluated episodes whose reward rests on it.
    pub asked: u64,
    /// Those in which it failed.
    pub failed: u64,
    /// Those in which it alone failed and so decided the reward.
    pub alone: u64,
    /// Wilson interval of the share that failed, over episodes.
    pub interval: Option<Interval>,
}

/// Similarity to the reference path for one tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionStats {
    /// Name of the tool.
    pub tool: String,
    /// Who was to call it.
    pub requestor: String,
    /// Whether it writes, where that can be told.
    pub writes: Option<bool>,
    /// Reference actions checked.
    pub checks: u64,
    /// Matched ones.
    pub matched: u64,
}

/// Durations of episodes, seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Durations {
    /// Episodes whose duration is known.
    pub known: u64,
    /// Mean.
    pub mean_s: f64,
    /// Interval of the mean; tasks are its unit. `None` with fewer than two tasks.
    pub mean_interval_s: Option<Interval>,
    /// Seconds of all episodes over the successes among them; tasks are the unit of the interval.
    pub per_success_s: Option<RatioOfSums>,
    /// Percentiles of [`DURATION_PERCENTILES`], type 7; P99 only from 100 values on.
    pub percentiles_s: [Option<f64>; DURATION_PERCENTILES.len()],
    /// Their intervals; tasks are their unit. `None` where there are too few tasks.
    pub percentile_intervals_s: [Option<Interval>; DURATION_PERCENTILES.len()],
    /// Largest.
    pub max_s: f64,
}

/// pass^1 in one stratum of tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct StratumStats {
    /// What the tasks share.
    pub label: String,
    /// Scored tasks.
    pub tasks: BTreeSet<TaskId>,
    /// Counted trials.
    pub trials: u64,
    /// Mean over tasks of the share of trials solved.
    pub pass_1: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
}

/// pass^1 by a property of the tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct Strata {
    /// The property: `reference actions`, `intent`, `persona`.
    pub by: &'static str,
    /// In natural order.
    pub strata: Vec<StratumStats>,
}

/// Mean tokens per episode of one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TokenStats {
    /// Episodes in which some message records usage.
    pub known: u64,
    /// Prompt tokens per such episode.
    pub input: f64,
    /// Completion tokens per such episode.
    pub output: f64,
}

/// The figures of one cell that only τ²-bench's records give.
#[derive(Debug, Clone, PartialEq)]
pub struct Tau2Stats {
    /// Simulations.
    pub simulations: u64,
    /// By termination reason.
    pub terminations: BTreeMap<Termination, u64>,
    /// Without a termination reason.
    pub termination_missing: u64,
    /// Simulations whose reward was evaluated.
    pub evaluated: u64,
    /// Reward components, in display order, those asked for only.
    pub components: Vec<ComponentStats>,
    /// Reference actions by tool.
    pub actions: Vec<ActionStats>,
    /// Episodes with natural-language assertions: the judge's cost is recorded nowhere.
    pub nl_judged: u64,
    /// Durations.
    pub durations: Option<Durations>,
    /// Episodes whose times are invented.
    pub placeholder_times: u64,
    /// The agent's tokens.
    pub agent_tokens: Option<TokenStats>,
    /// The user simulator's tokens.
    pub user_tokens: Option<TokenStats>,
    /// Tool errors per episode with a conversation.
    pub tool_errors: Option<f64>,
    /// Episodes rolled again after a hallucination of the user, re-rolls in all, and episodes that record it.
    pub hallucination_retries: Option<(u64, u64, u64)>,
    /// Episodes a model reviewed.
    pub reviewed: u64,
    /// Errors found, by source, severity and tag.
    pub review_errors: BTreeMap<(String, String, String), u64>,
    /// Verdicts on authentication.
    pub auth: BTreeMap<String, u64>,
    /// Episodes whose task was matched by order.
    pub matched_by_order: u64,
    /// pass^1 by properties of the tasks.
    pub strata: Vec<Strata>,
    /// Versions of the benchmark that wrote the files.
    pub versions: BTreeSet<String>,
    /// Simulations that an index lists and that are not there.
    pub missing_simulations: u64,
}

impl Tau2Stats {
    /// Computes them; `None` for a cell of another benchmark.
    pub(super) fn compute(cell: &Cell, files: &[&FileSummary], options: &Options) -> Option<Self> {
        let runs: Vec<_> = files.iter().filter_map(|file| file.tau2.as_deref()).collect();
        let trials: Vec<&Trial> = cell.tasks.values().flatten().chain(&cell.untasked).collect();
        let facts: Vec<&Tau2Facts> = trials.iter().filter_map(|trial| trial.episode.tau2.as_deref()).collect();
        if runs.is_empty() && facts.is_empty() {
            return None;
        }
        let tasks: BTreeMap<&TaskId, &Tau2Task> = runs.iter().flat_map(|run| &run.tasks).collect();
        let (terminations, termination_missing) = terminations(&facts);
        let conversations = trials.iter().filter(|trial| trial.episode.conversation.is_some()).count();
        let tool_errors: u64 = facts.iter().map(|one| u64::from(one.tool_errors)).sum();
        let count = |test: fn(&Tau2Facts) -> bool| facts.iter().filter(|one| test(one)).count() as u64;
        Some(Self {
            simulations: trials.len() as u64,
            terminations,
            termination_missing,
            evaluated: count(|one| one.evaluated),
            components: components(&facts, options.confidence),
            actions: actions(&facts),
            nl_judged: count(|one| one.nl_judged > 0),
            durations: durations(cell, &facts, options),
            placeholder_times: count(|one| one.placeholder_times),
            agent_tokens: tokens(&facts, |one| one.agent_tokens),
            user_tokens: tokens(&facts, |one| one.user_tokens),
            tool_errors: (conversations > 0).then(|| tool_errors as f64 / conversations as f64),
            hallucination_retries: retries(&facts),
            reviewed: count(|one| one.review.is_some()),
            review_errors: review_errors(&facts),
            auth: tally(facts.iter().filter_map(|one| one.auth_classification.clone())),
            matched_by_order: count(|one| one.matched_by_order),
            strata: strata(cell, &tasks, options),
            versions: files.iter().filter_map(|file| file.version.clone()).collect(),
            missing_simulations: runs.iter().map(|run| u64::from(run.missing_simulations)).sum(),
        })
    }
}

fn tally<K: Ord>(items: impl Iterator<Item = K>) -> BTreeMap<K, u64> {
    items.fold(BTreeMap::new(), |mut counts, item| {
        *counts.entry(item).or_default() += 1;
        counts
    })
}

fn terminations(facts: &[&Tau2Facts]) -> (BTreeMap<Termination, u64>, u64) {
    let missing = facts.iter().filter(|one| one.termination.is_none()).count() as u64;
    (tally(facts.iter().filter_map(|one| one.termination.clone())), missing)
}

fn components(facts: &[&Tau2Facts], conf: f64) -> Vec<ComponentStats> {
    let failed = |one: &Tau2Facts, component: Component| {
        one.basis.contains(&component) && one.breakdown.get(&component).is_some_and(|value| *value < 1.0 - 1e-6)
    };
    Component::ALL
        .into_iter()
        .filter_map(|component| {
            let asked: Vec<&&Tau2Facts> = facts
                .iter()
                .filter(|one| one.evaluated && one.basis.contains(&component) && one.breakdown.contains_key(&component))
                .collect();
            let lost: Vec<&&&Tau2Facts> = asked.iter().filter(|one| failed(one, component)).collect();
            let alone = lost
                .iter()
                .filter(|one| Component::ALL.into_iter().all(|other| other == component || !failed(one, other)))
                .count() as u64;
            let (asked, failed) = (asked.len() as u64, lost.len() as u64);
            let interval = wilson(failed as f64, asked as f64, conf);
            (asked > 0).then_some(ComponentStats { component, asked, failed, alone, interval })
        })
        .collect()
}

fn actions(facts: &[&Tau2Facts]) -> Vec<ActionStats> {
    let mut found: BTreeMap<(String, String, Option<bool>), (u64, u64)> = BTreeMap::new();
    for check in facts.iter().flat_map(|one| &one.action_checks) {
        let entry = found.entry((check.tool.clone(), check.requestor.clone(), check.writes)).or_default();
        entry.0 += 1;
        entry.1 += u64::from(check.matched);
    }
    found
        .into_iter()
        .map(|((tool, requestor, writes), (checks, matched))| ActionStats { tool, requestor, writes, checks, matched })
        .collect()
}

fn durations(cell: &Cell, facts: &[&Tau2Facts], options: &Options) -> Option<Durations> {
    let duration = |one: &Tau2Facts| one.duration_s.filter(|s| s.is_finite() && *s >= 0.0);
    let mut known: Vec<f64> = facts.iter().filter_map(|one| duration(one)).collect();
    let by_task = cell.tasks.values().map(|trials| {
        let known = trials.iter().filter_map(|trial| duration(trial.episode.tau2.as_deref()?));
        known.fold(TaskSums { numerator: 0.0, denominator: 0.0 }, |sum, s| TaskSums {
            numerator: sum.numerator + s,
            denominator: sum.denominator + 1.0,
        })
    });
    let by_task: Vec<TaskSums> = by_task.filter(|sums| sums.denominator > 0.0).collect();
    let solved = |trial: &&Trial| options.errors.standing(&trial.episode).success;
    let per_success = cell.tasks.values().map(|trials| TaskSums {
        numerator: trials.iter().filter_map(|trial| duration(trial.episode.tau2.as_deref()?)).sum(),
        denominator: trials
            .iter()
            .filter(|trial| trial.episode.tau2.as_deref().and_then(duration).is_some())
            .filter(solved)
            .count() as f64,
    });
    let per_success: Vec<TaskSums> = per_success.filter(|sums| sums.numerator > 0.0 || sums.denominator > 0.0).collect();
    known.sort_by(f64::total_cmp);
    let with_task = cell.tasks.iter().flat_map(|(task, trials)| trials.iter().map(move |trial| (task, trial)));
    let with_task: Vec<(f64, &TaskId)> =
        with_task.filter_map(|(task, trial)| Some((duration(trial.episode.tau2.as_deref()?)?, task))).collect();
    // Percentiles of all episodes: where some have no task, the intervals of the others would be of something else.
    let levels = DURATION_PERCENTILES.map(|percent| f64::from(percent) / 100.0);
    let mut intervals = quantile_intervals(&with_task, &levels, options.confidence).into_iter();
    let all_have_tasks = with_task.len() == known.len();
    let percentile = |percent: u32| {
        let shown = percent < 99 || known.len() >= P99_NEEDS;
        quantile_type7(&known, f64::from(percent) / 100.0).filter(|_| shown)
    };
    Some(Durations {
        known: known.len() as u64,
        mean_s: known.iter().sum::<f64>() / known.len() as f64,
        per_success_s: ratio_of_sums(&per_success, options.confidence),
        mean_interval_s: ratio_of_sums(&by_task, options.confidence).and_then(|ratio| ratio.interval),
        percentiles_s: DURATION_PERCENTILES.map(percentile),
        percentile_intervals_s: levels.map(|_| intervals.next().flatten().filter(|_| all_have_tasks)),
        max_s: *known.last()?,
    })
}

fn tokens(facts: &[&Tau2Facts], side: fn(&Tau2Facts) -> crate::records::Tokens) -> Option<TokenStats> {
    let known: Vec<_> = facts.iter().map(|one| side(one)).filter(|tokens| tokens.messages > 0).collect();
    let mean = |part: fn(&crate::records::Tokens) -> u64| known.iter().map(part).sum::<u64>() as f64 / known.len() as f64;
    (!known.is_empty()).then(|| TokenStats { known: known.len() as u64, input: mean(|t| t.input), output: mean(|t| t.output) })
}

fn retries(facts: &[&Tau2Facts]) -> Option<(u64, u64, u64)> {
    let recorded: Vec<u32> = facts.iter().filter_map(|one| one.hallucination_retries).collect();
    let rolled = recorded.iter().filter(|count| **count > 0).count() as u64;
    let all = recorded.iter().map(|count| u64::from(*count)).sum();
    (!recorded.is_empty()).then_some((rolled, all, recorded.len() as u64))
}

fn review_errors(facts: &[&Tau2Facts]) -> BTreeMap<(String, String, String), u64> {
    let of = |error: &ReviewError| -> Vec<(String, String, String)> {
        let key = |tag: &str| (error.source.clone(), error.severity.clone(), tag.to_owned());
        if error.tags.is_empty() { vec![key("")] } else { error.tags.iter().map(|tag| key(tag)).collect() }
    };
    tally(facts.iter().filter_map(|one| one.review.as_ref()).flatten().flat_map(of))
}

/// Reads one property of a task.
type Property = fn(&Tau2Task) -> Option<String>;

fn strata(cell: &Cell, tasks: &BTreeMap<&TaskId, &Tau2Task>, options: &Options) -> Vec<Strata> {
    let properties: [(&'static str, Property); 3] = [
        ("reference actions", |task| task.actions.map(|count| count.to_string())),
        ("intent", |task| task.intent.clone()),
        ("persona", |task| task.persona.clone()),
    ];
    properties
        .into_iter()
        .filter_map(|(by, property)| {
            let mut groups: BTreeMap<TaskId, BTreeMap<TaskId, TaskCounts>> = BTreeMap::new();
            for (task, trials) in &cell.tasks {
                let label = tasks.get(task).and_then(|known| property(known));
                let standings = trials.iter().map(|trial| options.errors.standing(&trial.episode)).filter(|one| one.counted);
                let (n, c) = standings.fold((0, 0), |(n, c), one| (n + 1, c + u32::from(one.success)));
                if let (Some(label), true) = (label, n > 0) {
                    groups.entry(TaskId::new(label)).or_default().insert(task.clone(), TaskCounts { n, c });
                }
            }
            let strata: Vec<StratumStats> = groups
                .into_iter()
                .map(|(label, tasks)| stratum(label.as_str(), tasks, options.ci, options.confidence))
                .collect();
            (!strata.is_empty()).then_some(Strata { by, strata })
        })
        .collect()
}

fn stratum(label: &str, tasks: BTreeMap<TaskId, TaskCounts>, ci: Ci, conf: f64) -> StratumStats {
    let counts: Vec<TaskCounts> = tasks.values().copied().collect();
    let point = curve(&counts, Ragged::Chained, 1, ci, conf).into_iter().next();
    StratumStats {
        label: label.to_owned(),
        tasks: tasks.into_keys().collect(),
        trials: counts.iter().map(|task| u64::from(task.n)).sum(),
        pass_1: point.as_ref().and_then(|point| point.value),
        interval: point.and_then(|point| point.interval),
    }
}
