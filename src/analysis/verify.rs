//! A leaderboard submission against the trajectories it was made from.
//!
//! Figures are those of τ²-bench's own `prepare_submission.py` and `metrics/agent_metrics.py`: infrastructure errors are left
//! out; pass^k is the mean over tasks of `C(c,k) / C(n,k)`, up to the fewest trials of any task; the cost is the mean agent cost
//! of the trajectories whose cost is known.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    metrics::{TaskCounts, pass_hat_k},
    records::{Benchmark, Claim, DomainClaims, ErrorClass, Fingerprint, Outcome, Submission, TaskId},
    sweep::{Cell, ErrorPolicy, FileSummary, Sweep, Trial},
};

/// What was found of a submission.
#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    /// Its domains, in its order.
    pub domains: Vec<DomainCheck>,
    /// Domains of the trajectories of which the submission claims nothing.
    pub unclaimed: BTreeSet<String>,
}

/// What was found of one domain.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainCheck {
    /// The domain.
    pub domain: String,
    /// The trajectories behind the recomputed figures.
    pub source: Source,
    /// Figures that are claimed, or could be recomputed.
    pub figures: Vec<Figure>,
}

/// Where the trajectories of a domain come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// There are none.
    Missing,
    /// Nothing tells which of these cells ([`Sweep::cells`]) is meant.
    Ambiguous(Vec<usize>),
    /// One cell.
    Found(Box<Trajectories>),
}

/// What told the cell from others of its domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenBy {
    /// There is no other.
    Alone,
    /// It holds the file that the submission names.
    FileName,
    /// The agent's model is the submission's.
    Model,
    /// The user simulator's model is the submission's.
    UserModel,
    /// Its conversations were held as the submission's were: by voice, or in text with a user.
    Mode,
    /// The others hold copies of the same simulations.
    Copies,
}

/// The trajectories of one domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectories {
    /// Index of the cell in [`Sweep::cells`].
    pub cell: usize,
    /// What told it from others.
    pub chosen_by: ChosenBy,
    /// Files whose trajectories are counted; indices into [`Sweep::files`].
    pub files: BTreeSet<usize>,
    /// Whether the agent's model bears the submission's name; `None` where one of them is unknown.
    pub model_agrees: Option<bool>,
    /// Tasks with at least one evaluated trial.
    pub tasks: usize,
    /// Planned tasks without one; 0 where no plan is on record.
    pub tasks_without_trial: usize,
    /// Evaluated trials of tasks.
    pub trials: u64,
    /// Fewest and most evaluated trials among the tasks that have any.
    pub trials_per_task: Option<(u32, u32)>,
    /// Infrastructure errors: left out.
    pub infrastructure: u64,
    /// Trajectories without a reward: left out.
    pub unevaluated: u64,
    /// Trajectories of unknown tasks: left out of pass^k.
    pub untasked: u64,
    /// Trajectories dropped as copies of others.
    pub copies: usize,
    /// Simulations that are there twice under one id and differ (graded again, say): both are counted.
    pub repeated_ids: usize,
    /// Trajectories with a known agent cost, and those that could have one.
    pub cost_known: (u64, u64),
    /// pass^1 in percent if infrastructure errors were failures, where there are any.
    pub pass_1_errors_as_failures: Option<f64>,
}

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// pass^k in percent.
    PassHat(u32),
    /// Mean cost of the agent, US dollars a trajectory.
    Cost,
}

/// How a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Equal at the precision claimed.
    Equal,
    /// Not.
    Differs,
    /// Cannot be recomputed from what is there, or only over some of the tasks.
    NotCheckable,
    /// Nothing is claimed.
    NotClaimed,
}

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// What it is.
    pub measure: Measure,
    /// As claimed.
    pub claimed: Option<Claim>,
    /// As recomputed, in the unit of the claim.
    pub recomputed: Option<f64>,
    /// Whether every task that the trajectories list is behind it: a figure over some of the tasks checks no claim.
    pub is_complete: bool,
}

/// The result of a whole submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overall {
    /// Every claim that could be checked is equal, and there is at least one.
    Equal,
    /// Some claim differs.
    Differs,
    /// No claim could be checked, or nothing tells which trajectories of some domain are meant.
    NothingToCheck,
}

/// Largest difference that floating-point arithmetic in another order can make, in the figure's unit: claims are often written
/// with all digits (`57.99999999999999`).
const ROUNDING_NOISE: f64 = 1e-9;

/// Largest k that is recomputed without being claimed: the leaderboard shows no more.
const LARGEST_K: u32 = 4;

impl Figure {
    /// Returns recomputed minus claimed; `None` where that compares different tasks.
    pub fn difference(&self) -> Option<f64> {
        self.recomputed.zip(self.claimed).filter(|_| self.is_complete).map(|(recomputed, claim)| recomputed - claim.value)
    }

    /// Returns how the claim stands: equal if the recomputed figure lies within half a unit of the last decimal claimed.
    pub fn agreement(&self) -> Agreement {
        let Some(claim) = self.claimed else { return Agreement::NotClaimed };
        let Some(difference) = self.difference() else { return Agreement::NotCheckable };
        let decimals = i32::try_from(claim.decimals).unwrap_or(i32::MAX);
        let half_a_unit = 0.5 * 10_f64.powi(-decimals);
        if difference.abs() <= half_a_unit + ROUNDING_NOISE { Agreement::Equal } else { Agreement::Differs }
    }
}

impl Verification {
    /// Returns the result: a difference outweighs what could not be checked.
    pub fn overall(&self) -> Overall {
        let ambiguous = self.domains.iter().any(|domain| matches!(domain.source, Source::Ambiguous(_)));
        match (self.count(Agreement::Differs), self.count(Agreement::Equal)) {
            (0, 0) => Overall::NothingToCheck,
            (0, _) if ambiguous => Overall::NothingToCheck,
            (0, _) => Overall::Equal,
            _ => Overall::Differs,
        }
    }

    /// Returns how many figures stand so.
    pub fn count(&self, agreement: Agreement) -> u64 {
        let figures = self.domains.iter().flat_map(|domain| &domain.figures);
        figures.filter(|figure| figure.agreement() == agreement).count() as u64
    }
}

/// Recomputes what a submission claims. `sweep` holds the trajectories, assembled with every attempt a trial of its own, as
/// τ²-bench counts them.
pub fn verify(submission: &Submission, sweep: &Sweep) -> Verification {
    let domains: Vec<DomainCheck> = submission.domains.iter().map(|claims| check(submission, claims, sweep)).collect();
    let filled = sweep.cells.iter().filter(|cell| is_tau2(cell));
    let unclaimed = filled
        .filter_map(|cell| cell.key.env.as_deref())
        .filter(|env| !submission.domains.iter().any(|claims| claims.domain.eq_ignore_ascii_case(env)))
        .map(str::to_owned)
        .collect();
    Verification { domains, unclaimed }
}

fn check(submission: &Submission, claims: &DomainClaims, sweep: &Sweep) -> DomainCheck {
    let (candidates, chosen_by) = choose(submission, claims, sweep);
    let (source, computed) = match candidates[..] {
        [] => (Source::Missing, Computed::default()),
        [cell] => {
            let (trajectories, computed) = recompute(submission, sweep, cell, chosen_by);
            (Source::Found(Box::new(trajectories)), computed)
        }
        _ => (Source::Ambiguous(candidates), Computed::default()),
    };
    let is_complete = !matches!(&source, Source::Found(found) if found.tasks_without_trial > 0);
    let ks: BTreeSet<u32> = claims.pass_percent.keys().copied().chain(1..=LARGEST_K).collect();
    let pass = ks.into_iter().map(|k| Figure {
        measure: Measure::PassHat(k),
        claimed: claims.pass_percent.get(&k).copied(),
        recomputed: computed.pass_percent(k),
        is_complete,
    });
    let cost = Figure { measure: Measure::Cost, claimed: claims.cost_usd, recomputed: computed.cost_usd, is_complete };
    let figures = pass.chain([cost]).filter(|figure| figure.claimed.is_some() || figure.recomputed.is_some()).collect();
    DomainCheck { domain: claims.domain.clone(), source, figures }
}

fn is_tau2(cell: &Cell) -> bool {
    cell.key.benchmark == Benchmark::Tau2 && trials(cell).next().is_some()
}

fn trials(cell: &Cell) -> impl Iterator<Item = &Trial> + Clone {
    cell.tasks.values().flatten().chain(&cell.untasked)
}

/// Returns the cells that may be meant, and what told the only one from the others.
fn choose(submission: &Submission, claims: &DomainClaims, sweep: &Sweep) -> (Vec<usize>, ChosenBy) {
    let cell = |index: usize| &sweep.cells[index];
    let of_domain = |index: &usize| {
        let env = cell(*index).key.env.as_deref();
        is_tau2(cell(*index)) && env.is_some_and(|env| env.eq_ignore_ascii_case(&claims.domain))
    };
    let mut candidates: Vec<usize> = (0..sweep.cells.len()).filter(of_domain).collect();
    if candidates.len() < 2 {
        return (candidates, ChosenBy::Alone);
    }
    let has_file = |index: usize| {
        let names = |file: &FileSummary| claims.trajectories.as_deref().is_some_and(|name| lies_in(&file.source.path, name));
        sweep.files.iter().any(|file| file.is_in(index) && names(file))
    };
    let has_model = |index: usize| same_model(cell(index).key.model.as_deref(), submission.model.as_deref()) == Some(true);
    let has_user =
        |index: usize| same_model(cell(index).key.user_model.as_deref(), submission.user_model.as_deref()) == Some(true);
    // The leaderboard takes no runs without a user, or with the plan given away.
    let mode = if submission.is_voice { "voice" } else { "default" };
    let has_mode = |index: usize| cell(index).key.mode.as_deref() == Some(mode);
    let tests: [(ChosenBy, &dyn Fn(usize) -> bool); 4] = [
        (ChosenBy::FileName, &has_file),
        (ChosenBy::Model, &has_model),
        (ChosenBy::UserModel, &has_user),
        (ChosenBy::Mode, &has_mode),
    ];
    let all = candidates.clone();
    // A user simulator or a mode that fits says nothing of whose trajectories they are.
    let mut is_the_submissions = false;
    for (by, test) in tests {
        let kept: Vec<usize> = candidates.iter().copied().filter(|index| test(*index)).collect();
        is_the_submissions |= !kept.is_empty() && matches!(by, ChosenBy::FileName | ChosenBy::Model);
        if kept.len() == 1 && is_the_submissions {
            return (kept, by);
        }
        if !kept.is_empty() {
            candidates = kept;
        }
    }
    if !is_the_submissions {
        candidates = all;
    }
    let contents: BTreeSet<BTreeSet<Fingerprint>> = candidates.iter().map(|index| fingerprints(cell(*index))).collect();
    if contents.len() == 1 {
        candidates.truncate(1);
    }
    (candidates, ChosenBy::Copies)
}

fn fingerprints(cell: &Cell) -> BTreeSet<Fingerprint> {
    trials(cell).map(|trial| trial.episode.fingerprint).collect()
}

/// Returns whether a file or folder of that name stands in a path; the ending may be left out.
fn lies_in(path: &str, name: &str) -> bool {
    path.split('/').any(|part| part == name || part.strip_suffix(".json") == Some(name))
}

/// Returns whether two names mean one model: spelling, provider and a date at the end do not count. `None` where one is unknown.
fn same_model(one: Option<&str>, other: Option<&str>) -> Option<bool> {
    Some(bare(one?) == bare(other?))
}

/// `openai/gpt-4.1-2025-04-14` → `gpt41`.
fn bare(model: &str) -> String {
    let name = model.rsplit('/').next().unwrap_or(model).to_ascii_lowercase();
    let mut parts: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let digits = |part: &&str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    if let [_, .., year, month, day] = &parts[..]
        && digits(year, 4)
        && digits(month, 2)
        && digits(day, 2)
    {
        parts.truncate(parts.len() - 3);
    } else if let [_, .., date] = &parts[..]
        && digits(date, 8)
    {
        parts.pop();
    }
    parts.concat()
}

/// What one cell gives.
#[derive(Debug, Default)]
struct Computed {
    counts: Vec<TaskCounts>,
    cost_usd: Option<f64>,
}

impl Computed {
    fn pass_percent(&self, k: u32) -> Option<f64> {
        pass_percent(&self.counts, k)
    }
}

/// Returns pass^k in percent over the tasks with a trial; `None` where there are none, or some of them have fewer than `k`.
fn pass_percent(counts: &[TaskCounts], k: u32) -> Option<f64> {
    let tasks = counts.iter().filter(|task| task.n > 0);
    let values: Vec<f64> = tasks.map(|task| pass_hat_k(task.n, task.c, k)).collect::<Option<_>>()?;
    (!values.is_empty()).then(|| 100.0 * values.iter().sum::<f64>() / values.len() as f64)
}

fn recompute(submission: &Submission, sweep: &Sweep, index: usize, chosen_by: ChosenBy) -> (Trajectories, Computed) {
    let cell = &sweep.cells[index];
    let counts = counts(cell, ErrorPolicy::Exclude);
    let all = || trials(cell).map(|trial| &trial.episode);
    let is_infrastructure =
        |outcome: &Outcome| matches!(outcome, Outcome::Error { error, .. } if error.class == ErrorClass::Infrastructure);
    let infrastructure = all().filter(|episode| is_infrastructure(&episode.outcome)).count() as u64;
    let ran = all().filter(|episode| !is_infrastructure(&episode.outcome));
    let costs: Vec<f64> = ran.clone().filter_map(|episode| episode.agent_cost_usd).collect();
    let scored = || counts.iter().filter(|task| task.n > 0).map(|task| task.n);
    let failed = || pass_percent(&self::counts(cell, ErrorPolicy::Fail), 1);
    let trajectories = Trajectories {
        cell: index,
        chosen_by,
        files: trials(cell).map(|trial| trial.file).collect(),
        model_agrees: same_model(cell.key.model.as_deref(), submission.model.as_deref()),
        tasks: scored().count(),
        tasks_without_trial: tasks_without_trial(sweep, index),
        trials: scored().map(u64::from).sum(),
        trials_per_task: scored().min().zip(scored().max()),
        infrastructure,
        unevaluated: all().filter(|episode| matches!(episode.outcome, Outcome::Invalid { .. })).count() as u64,
        untasked: cell.untasked.len() as u64,
        copies: cell.tally.exact_duplicates,
        repeated_ids: repeated_ids(cell),
        cost_known: (costs.len() as u64, ran.count() as u64),
        pass_1_errors_as_failures: if infrastructure > 0 { failed() } else { None },
    };
    let cost_usd = (!costs.is_empty()).then(|| costs.iter().sum::<f64>() / costs.len() as f64);
    (trajectories, Computed { counts, cost_usd })
}

fn counts(cell: &Cell, errors: ErrorPolicy) -> Vec<TaskCounts> {
    let of = |trials: &Vec<Trial>| {
        let standings = trials.iter().map(|trial| errors.standing(&trial.episode)).filter(|one| one.counted);
        standings.fold(TaskCounts { n: 0, c: 0 }, |sum, one| TaskCounts { n: sum.n + 1, c: sum.c + u32::from(one.success) })
    };
    cell.tasks.values().map(of).collect()
}

/// Returns how many tasks that the files list or that were run have no evaluated trial.
fn tasks_without_trial(sweep: &Sweep, index: usize) -> usize {
    let cell = &sweep.cells[index];
    let runs = sweep.files.iter().filter(|file| file.is_in(index)).filter_map(|file| file.tau2.as_deref());
    let mut tasks: BTreeSet<&TaskId> = runs.flat_map(|run| run.tasks.keys()).collect();
    tasks.extend(cell.tasks.keys());
    let evaluated = |task: &TaskId| {
        let trials = cell.tasks.get(task).into_iter().flatten();
        trials.into_iter().any(|trial| ErrorPolicy::Exclude.standing(&trial.episode).counted)
    };
    tasks.into_iter().filter(|task| !evaluated(task)).count()
}

/// Returns how many simulations are there more than once under one id: copies are gone, so they differ.
fn repeated_ids(cell: &Cell) -> usize {
    let ids = trials(cell).filter_map(|trial| trial.episode.tau2.as_deref()).map(|facts| facts.id.as_str());
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    ids.filter(|id| !id.is_empty()).for_each(|id| *seen.entry(id).or_default() += 1);
    seen.values().filter(|count| **count > 1).count()
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
